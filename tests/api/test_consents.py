"""By trusted documents alone: a consent given and taken back, a practice's note, a law, a grant's last microsecond."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.consent_steps import DETAILED, something_held
from tests.actions.steps import take_part
from tests.api.test_overviews import ask
from tests.api.test_taking_part import do
from tests.doors import Client, bind, client_of
from tests.world import Town

#: Who of the town logs in as which demo user, besides Amina and Dirk.
LOGINS = {"chaima": "chaima", "fleur": "fleur", "lotte": "lotte", "mo": "mo"}


@pytest.fixture
async def clients(app: FastAPI, provider: DemoProvider, town: Town) -> AsyncIterator[dict[str, Client]]:
    for name, user in LOGINS.items():
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{user}")
    # The application goes by the town's clock.
    app.state.office.database.clock = town.clock
    people = {
        name: client_of(app, provider.public_url, obtain(user, provider.issuer))
        for name, user in {"amina": "amina", "dirk": "dirk", **LOGINS}.items()
    }
    yield people
    for client in people.values():
        await client.http.aclose()


async def test_a_consent_opens_a_detail_until_it_is_taken_back(
    town: Town, clients: dict[str, Client]
) -> None:
    held = await something_held(town)
    case, noor, els = (
        global_id("Case", held.case.id), global_id("Person", held.child.id), global_id("Person", held.mother.id)
    )  # fmt: skip

    async def detail() -> dict[str, object]:
        seen = await ask(clients["amina"], "JointCase", id=case)
        found: dict[str, object] = next(
            one["detail"] for one in seen["signals"] if one["id"] == global_id("Signal", held.signal)
        )
        return found

    before = await detail()
    assert before["value"] is None and before["withheld"]["ask"] == "het team dat het inbracht"  # type: ignore[index]
    wrong = await do(
        clients["chaima"],
        "RecordConsent",
        person=noor,
        facet="signal.detail",
        source="SPOKEN",
        givenBy=[noor],
    )
    assert (wrong["code"], wrong["field"]) == ("consent_parties_missing", "givenBy")
    given = await do(
        clients["chaima"], "RecordConsent", person=noor, facet="signal.detail", source="WRITTEN", givenBy=[els],
        thing=global_id("Signal", held.signal),
    )  # fmt: skip
    assert given["__typename"] == "ConsentSaved" and given["until"] == "2030-09-29T22:00:00+00:00"
    assert (await detail())["value"] == DETAILED
    why = await ask(
        clients["amina"], "Explain", household=global_id("Household", held.case.household), facet="signal.detail",
        thing=global_id("Signal", held.signal),
    )  # fmt: skip
    assert (why["shown"], why["ground"]) == ("FULL", "AVG 6(1)(a) 9(2)(a)")
    (listed,) = (await ask(clients["amina"], "JointCase", id=case))["consents"]
    assert (listed["id"], listed["givenBy"], listed["receiver"], listed["holds"]) == (
        given["id"],
        [els],
        "LEAD",
        True,
    )
    back = await do(clients["amina"], "WithdrawConsent", consent=given["id"], by=els)
    assert back["withdrawnAt"] is not None
    assert await detail() == before
    again = await do(clients["amina"], "WithdrawConsent", consent=given["id"], by=els)
    assert again["code"] == "consent_over"


async def test_a_gp_writes_a_note_that_its_patient_shares_with_the_lead(
    town: Town, clients: dict[str, Client]
) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    case, els = global_id("Case", held.case.id), global_id("Person", held.mother.id)
    patient = {"bsn": held.mother.bsn, "birthDate": held.mother.born.isoformat()}
    refused = await do(clients["amina"], "AddMedicalNote", **patient, note="Iets.")
    assert refused["code"] == "not_allowed"
    written = await do(clients["fleur"], "AddMedicalNote", **patient, note="Slikt medicijnen.")
    seen = await ask(clients["amina"], "JointCase", id=case)
    assert seen["notes"] == [] and "medical.note" in {one["facet"] for one in seen["withheld"]}
    about = {"person": els, "facet": "medical.note", "source": "SPOKEN", "givenBy": [els]}
    assert (await do(clients["fleur"], "RecordConsent", **about))["code"] == "consent_to_which"
    await do(clients["fleur"], "RecordConsent", **about, thing=written["id"])
    (note,) = (await ask(clients["amina"], "JointCase", id=case))["notes"]
    assert (note["id"], note["text"], note["practice"]) == (written["id"], "Slikt medicijnen.", "Practice P1")


async def test_an_administrator_switches_a_law_off_and_on(town: Town, clients: dict[str, Client]) -> None:
    held = await something_held(town)
    case = global_id("Case", held.case.id)
    laws = await ask(clients["mo"], "LegalGrounds")
    for law in laws:
        if law["ground"] == "6(1)(e)":
            done = await do(clients["mo"], "EndGround", id=law["id"], reason="De wet vervalt.")
            assert done["holds"] is False and "signal.summary" in done["facets"]
    seen = await ask(clients["dirk"], "JointCase", id=case)
    assert seen["persons"] == [] and seen["status"] is None and seen["lead"] is None
    assert [one["detail"]["value"] for one in seen["signals"]] == [DETAILED]  # what the own team wrote
    begun = await do(clients["mo"], "StartGround", ground="6(1)(e)", source="Wams", reason="In werking.")
    assert begun["holds"] is True
    assert (await ask(clients["dirk"], "JointCase", id=case))["persons"]
    assert "Wams" in {law["source"] for law in await ask(clients["lotte"], "LegalGrounds")}


async def test_a_grant_is_open_at_its_last_microsecond_and_closed_at_the_next(
    town: Town, clients: dict[str, Client]
) -> None:
    family = await town.janssens()
    given = await do(
        clients["dirk"], "BreakGlass", reason="Kind alleen op straat, wie hoort erbij?", bsn=family["els"].bsn
    )
    household = given["household"]
    ends = town.clock.now + timedelta(hours=24)
    for moment, names in ((ends - timedelta(microseconds=1), 3), (ends, 0)):
        town.clock.now = moment
        seen = await ask(clients["dirk"], "JointCase", id=household)
        assert len(seen["persons"]) == names and (seen["address"] is not None) is bool(names)
        assert [one["id"] for one in seen["grants"]] == [
            given["id"]
        ]  # one's own use of it stays one's to see
