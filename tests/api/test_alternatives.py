"""By trusted documents alone: an alternative is offered, found, held and confirmed in time, and a school finds no trace."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from casecoord.domain.workdays import is_working_day, local_date
from tests.actions.alternative_steps import provider as a_provider
from tests.actions.steps import led_case, take_part
from tests.api.test_overviews import ask
from tests.api.test_taking_part import do
from tests.doors import Client, bind, client_of
from tests.world import Town

LOGINS = {"hanna": "hanna", "nadia": "nadia", "bram": "bram"}


@pytest.fixture
async def clients(app: FastAPI, provider: DemoProvider, town: Town) -> AsyncIterator[dict[str, Client]]:
    await a_provider(town)
    for name, user in LOGINS.items():
        await bind(town.database, town.area, town.members[name].professional, provider.issuer, f"demo-{user}")
    users = {name: name for name in ("amina", "dirk")} | LOGINS
    people = {
        name: client_of(app, provider.public_url, obtain(user, provider.issuer))
        for name, user in users.items()
    }
    yield people
    for client in people.values():
        await client.http.aclose()


async def test_a_youth_gets_a_place_in_time_and_the_school_finds_no_trace(
    town: Town, clients: dict[str, Client]
) -> None:
    family = await town.janssens()
    led = await led_case(town, family["noor"])
    await take_part(town, "amina", led.id, "wijkteam", "dirk")
    daan, case = family["daan"], global_id("Case", led.id)
    today = local_date(datetime.now(UTC))
    day = next(d for n in range(14) if is_working_day(d := today + timedelta(days=40 + n)))
    terms = {
        "kind": "WORK_STUDY", "name": "Fietsen maken", "ageFrom": 14, "ageUntil": 27, "places": 1,
        "startsOn": today.isoformat(), "needs": [{"of": "FAMILY", "what": "Een telefoonnummer."}],
    }  # fmt: skip
    offered = await do(clients["nadia"], "AddOffer", terms=terms)
    assert offered["__typename"] == "OfferSaved"

    async def what_bram_sees() -> str:
        asked = [
            await ask(clients["bram"], "JointCase", id=case),
            await ask(clients["bram"], "Timeline", id=case),
        ]
        lists = [
            await ask(clients["bram"], name)
            for name in ("Worklist", "Gaps", "Inbox", "PreparationLoad", "Places")
        ]
        return json.dumps([*asked, *lists], sort_keys=True)

    before = await what_bram_sees()
    planned = await do(
        clients["hanna"], "PlanHearing", bsn=daan.bsn, birthDate=daan.born.isoformat(), heldOn=day.isoformat()
    )
    hearing = planned["id"]
    assert planned["warnings"] == []
    (found,) = await ask(clients["dirk"], "Alternatives", hearing=hearing)
    assert (found["id"], found["missing"], found["needs"]) == (
        offered["id"], [], [{"ofWhom": "FAMILY", "what": "Een telefoonnummer."}],
    )  # fmt: skip
    await do(clients["dirk"], "RecordPreparation", hearing=hearing, step="FAMILY_INFORMED")
    until = (today + timedelta(days=20)).isoformat()
    held = await do(
        clients["dirk"], "HoldAlternative", alternative=offered["id"], hearing=hearing, until=until
    )
    assert (held["state"], held["__typename"]) == ("HELD", "PlacementSaved")
    (place,) = await ask(clients["nadia"], "Places")
    assert (place["id"], place["name"], place["language"]) == (held["id"], "Daan Janssen", "nl")
    confirmed = await do(clients["nadia"], "ConfirmAlternative", placement=held["id"])
    assert confirmed["state"] == "CONFIRMED"
    prepared = await ask(clients["hanna"], "Preparation", hearing=hearing)
    assert [step["step"] for step in prepared["steps"] if step["done"]] == [
        "FAMILY_INFORMED", "ALTERNATIVE_PROPOSED", "PLACE_HELD", "PLACE_CONFIRMED",
    ]  # fmt: skip
    for name in ("StartAlternative", "FollowAlternative", "EndAlternative"):
        more = {"FollowAlternative": {"step": "ATTENDS"}, "EndAlternative": {"outcome": "COMPLETED"}}.get(
            name, {}
        )
        assert (await do(clients["nadia"], name, placement=held["id"], **more))["id"] == held["id"]
    (seen,) = (await ask(clients["amina"], "JointCase", id=case))["placements"]
    assert (seen["state"], seen["outcome"], seen["provider"]) == ("ENDED", "COMPLETED", "De Kade")
    # The school's coordinator, who takes part in the same case, with everything that can be reached.
    assert await what_bram_sees() == before
    for name, input in (
        ("ConfirmAlternative", {"placement": held["id"]}),
        ("HoldAlternative", {"alternative": offered["id"], "hearing": hearing, "until": until}),
        ("MoveHearing", {"hearing": hearing, "heldOn": day.isoformat()}),
    ):
        assert (await do(clients["bram"], name, **input))["code"] == "not_found", name


async def test_nothing_that_a_provider_is_answered_says_what_a_place_is_for(
    town: Town, clients: dict[str, Client]
) -> None:
    daan = (await town.janssens())["daan"]
    today = local_date(datetime.now(UTC))
    day = next(d for n in range(14) if is_working_day(d := today + timedelta(days=40 + n)))
    terms = {
        "kind": "SPORTS",
        "name": "Boksen",
        "ageFrom": 14,
        "ageUntil": 27,
        "places": 1,
        "startsOn": today.isoformat(),
    }
    offered = await do(clients["nadia"], "AddOffer", terms=terms)
    planned = await do(
        clients["hanna"], "PlanHearing", bsn=daan.bsn, birthDate=daan.born.isoformat(), heldOn=day.isoformat()
    )
    until = (today + timedelta(days=20)).isoformat()
    held = await do(
        clients["hanna"], "HoldAlternative", alternative=offered["id"], hearing=planned["id"], until=until
    )
    said = [
        await ask(clients["nadia"], name)
        for name in ("Places", "Offers", "Inbox", "Me", "Worklist", "Gaps", "AccessLog", "Teams")
    ]
    said += [
        await do(clients["nadia"], name, placement=held["id"])
        for name in ("StartAlternative", "ConfirmAlternative", "ConfirmAlternative")
    ]
    said.append(await do(clients["nadia"], "EndAlternative", placement=held["id"], outcome="STOPPED"))
    told = json.dumps(said).lower()
    assert "daan janssen" in told
    for word in ("hearing", "zitting", "judge", "rechter", "heldon", planned["id"].lower()):
        assert word not in told, word
