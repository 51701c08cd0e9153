"""The document `me`, through the door as a client sees it."""

from uuid import uuid4

from casecoord.api import documents
from casecoord.api.schema import build
from tests.statements import statements

ME = {document.name: document.id for document in documents.load(build()).values()}["Me"]


async def test_amina_learns_her_name_area_and_team(amina, town):
    answer = await amina.post({"documentId": ME})
    assert answer.status_code == 200, answer.text
    me = answer.json()["data"]["me"]
    assert (me["name"], me["area"]["name"], me["purpose"]) == ("Amina", "Zuid", "CARE_COORDINATION")
    assert (me["acting"]["role"], me["acting"]["team"]["kind"]) == ("MEMBER", "SCHOOL_CARE")
    assert me["memberships"] == [me["acting"]]


async def test_a_membership_of_somebody_else_cannot_be_chosen(amina, town):
    for membership in (str(town.members["dirk"].membership), str(uuid4())):
        answer = await amina.post({"documentId": ME}, headers={"Casecoord-Membership": membership})
        errors = answer.json()["errors"]
        assert answer.json()["data"] is None
        assert [error["extensions"]["code"] for error in errors] == ["membership_invalid"]


async def test_a_header_that_is_no_key_is_named(amina):
    answer = await amina.post({"documentId": ME}, headers={"Casecoord-Membership": "first"})
    assert (answer.status_code, answer.json()["code"]) == (400, "membership_header_invalid")
    answer = await amina.post({"documentId": ME}, headers={"Casecoord-Purpose": "curiosity"})
    assert (answer.status_code, answer.json()["code"]) == (400, "purpose_header_invalid")


async def test_a_purpose_outside_the_role_is_refused_in_the_callers_language(amina):
    headers = {"Casecoord-Purpose": "supervision", "Accept-Language": "en-GB,nl;q=0.5"}
    error = (await amina.post({"documentId": ME}, headers=headers)).json()["errors"][0]
    assert error["extensions"]["code"] == "purpose_invalid"
    assert error["message"] == "In this role you may not look for this purpose."
    headers["Accept-Language"] = "nl"
    error = (await amina.post({"documentId": ME}, headers=headers)).json()["errors"][0]
    assert error["message"].startswith("Met dit doel")


async def test_two_root_fields_are_two_transactions_side_by_side(amina):
    """They run concurrently; a session shared between them would break under it."""
    asked = " ".join(f"f{n}: me {{ name }}" for n in range(8))
    answer = await amina.post({"query": f"{{ {asked} }}"})
    assert answer.json() == {"data": {f"f{n}": {"name": "Amina"} for n in range(8)}}


async def test_me_is_two_statements(amina, app):
    with statements(app.state.office.database) as sent:
        await amina.post({"documentId": ME})
    assert len(sent) == 2, sent
