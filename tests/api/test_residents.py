"""Over HTTP, with the real provider: somebody logs in, is nobody, fills in the code from the paper, and is themselves."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from casecoord.api.documents import FOLDER, document_id
from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from tests.actions.residents_steps import custody
from tests.actions.steps import led_case
from tests.doors import Client, bind, client_of
from tests.world import Someone, Town


@dataclass
class Door:
    """Somebody's client; documents by their names."""

    client: Client

    async def ask(self, name: str, *, headers: dict[str, str] | None = None, **variables: Any) -> Any:
        """The answer to a trusted document: its field, or the code of its error."""
        text = (Path(FOLDER) / f"{name}.graphql").read_text()
        body = {"documentId": document_id(text), "variables": variables}
        answer = (await self.client.post(body, headers=headers or {})).json()
        if answer.get("errors"):
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"][name] if "data" in answer else answer["code"]

    async def do(self, name: str, **values: Any) -> Any:
        return await self.ask(name, input={"idempotencyKey": f"key {name} {values}"[:150], **values})


@pytest.fixture
async def doors(app: FastAPI, provider: DemoProvider, town: Town) -> AsyncIterator[dict[str, Door]]:
    """Amina and Lotte work here; Petra and Sjoerd are known at the provider only."""
    await bind(town.database, town.area, town.members["lotte"].professional, provider.issuer, "demo-lotte")
    found = {}
    for name in ("amina", "lotte", "petra", "sjoerd"):
        found[name] = Door(client_of(app, provider.public_url, obtain(name, provider.issuer)))
    yield found
    for door in found.values():
        await door.client.http.aclose()


async def family(town: Town) -> tuple[Someone, Someone, Someone]:
    mother, father, child = await town.family(
        ("Els Bos", date(1984, 3, 14)), ("Ab Bos", date(1980, 1, 1)), ("Noor Bos", date(2018, 9, 30)),
        links={2: [("school", "11VO00")]},
    )  # fmt: skip
    await custody(town, mother, child)
    await led_case(town, child)
    return mother, father, child


async def handed_over(doors: dict[str, Door], who: Someone) -> str:
    """The code as it stands on the letter that Amina prints."""
    made = await doors["amina"].do("makeResidentCode", person=global_id("Person", who.id))
    assert made["__typename"] == "ResidentCodeMade"
    letter = await doors["amina"].ask("residentLetter", code=made["id"], language="NL")
    assert "code" in letter["text"] and who.name not in letter["text"]
    return next(line.strip() for line in letter["text"].splitlines() if line.startswith("    "))


async def test_the_code_from_the_letter_turns_a_login_into_a_resident(doors, town):
    mother, father, _ = await family(town)
    petra, sjoerd = doors["petra"], doors["sjoerd"]
    assert await petra.ask("myFamily") == "unknown_login" == await petra.ask("me")
    wrong = await petra.do("bindResident", code="0000-0000-0000-0000")
    assert (wrong["code"], wrong["field"]) == ("code_wrong", "code") and wrong["message"].startswith(
        "Deze code"
    )
    code = await handed_over(doors, mother)
    bound = await petra.do("bindResident", code=code)
    assert bound["__typename"] == "ResidentBound" and bound == await petra.do("bindResident", code=code)
    assert (await sjoerd.do("bindResident", code=code))["code"] == "code_wrong"
    seen = await petra.ask("myFamily")
    assert {one["name"]["value"] for one in seen["persons"]} == {"Els Bos", "Noor Bos"}
    assert seen["lead"]["value"]["name"] == "Amina" and seen["lead"]["value"]["phone"]
    assert await petra.ask("me") == await petra.ask("worklist") == "unknown_login"
    assert await petra.ask("myFamily", headers={"Casecoord-Membership": bound["key"]}) == seen
    other = str(town.members["amina"].membership)
    assert await petra.ask("myFamily", headers={"Casecoord-Membership": other}) == "membership_invalid"
    await sjoerd.do("bindResident", code=await handed_over(doors, father))
    assert [one["name"]["value"] for one in (await sjoerd.ask("myFamily"))["persons"]] == ["Ab Bos"]


async def test_a_resident_does_what_is_theirs_and_reads_who_looked(doors, town):
    mother, father, child = await family(town)
    petra = doors["petra"]
    await petra.do("bindResident", code=await handed_over(doors, mother))
    asked = await petra.do("askForHelp", domain="FINANCE", urgency="HIGH", summary="Ik red het niet.")
    assert asked["__typename"] == "HelpAsked"
    right = await petra.do("exerciseMyRight", kind="RECTIFICATION", person=global_id("Person", child.id))
    assert (right["state"], right["kind"]) == ("OPEN", "RECTIFICATION")
    refused = await petra.do("exerciseMyRight", kind="ACCESS", person=global_id("Person", father.id))
    assert refused["code"] == "not_found"
    assert (await petra.do("letBeSeen", agrees=True))["code"] == "not_12_to_15"
    log = await petra.ask("myAccessLog", first=3)
    assert len(log["edges"]) == 3 and log["pageInfo"]["hasNextPage"]
    rest = await petra.ask("myAccessLog", after=log["pageInfo"]["endCursor"])
    sentences = [edge["node"]["sentence"] for edge in (*log["edges"], *rest["edges"])]
    assert any("Amina" in one and "Waarom" in one for one in sentences)
    assert len({edge["node"]["id"] for edge in (*log["edges"], *rest["edges"])}) == len(sentences)


async def test_what_is_deferred_is_gone_at_the_next_request_and_an_unbound_login_too(doors, town):
    mother, _, _ = await family(town)
    petra, amina, lotte = doors["petra"], doors["amina"], doors["lotte"]
    await petra.do("bindResident", code=await handed_over(doors, mother))
    (signal,) = (await petra.ask("myFamily"))["signals"]
    made = await amina.do("deferEntry", thing=signal["id"], reason="Voor de veiligheid van Noor.")
    assert made["__typename"] == "DeferralSaved" and (await petra.ask("myFamily"))["signals"] == []
    (listed,) = await lotte.ask("deferrals")
    assert (listed["thing"], listed["household"], listed["kind"]) == (signal["id"], None, "SIGNAL")
    lifted = await lotte.do("reviewDeferral", deferral=made["id"], finding="Het kan nu.")
    assert lifted["reviewOn"] is None and (await petra.ask("myFamily"))["signals"] == [signal]
    ended = await lotte.do(
        "unbindResident", bsn=mother.bsn, birthDate=mother.born.isoformat(), identityChecked=True
    )
    assert ended["__typename"] == "ResidentUnbound"
    assert await petra.ask("myFamily") == "unknown_login" == await petra.ask("myAccessLog")
