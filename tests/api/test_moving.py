"""By trusted documents alone: a family moves to another team, and to another area."""

from datetime import UTC, date, datetime

from casecoord.actions.carrying import carry
from casecoord.api.ids import global_id
from casecoord.storage.neighbours import introduce
from tests.actions.moves import arrives, one
from tests.actions.steps import signal
from tests.api.test_overviews import ask, clients, key
from tests.doors import Client
from tests.world import Town

__all__ = ["clients"]

ADDRESS = {"street": "Zwartewaalstraat", "number": "5", "postcode": "3081 HV", "neighbourhood": "BU05991099"}


async def test_a_move_is_recorded_and_the_receiving_team_answers(
    town: Town, clients: dict[str, Client]
) -> None:
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "chaima", wim)
    move = {
        "idempotencyKey": key(),
        "household": global_id("Household", wim.household),
        "to": "HERE",
        "movedOn": town.clock.now.date().isoformat(),
        "address": ADDRESS,
    }
    assert (await ask(clients["amina"], "RecordMove", input=move))["code"] in ("not_found", "not_allowed")
    done = await ask(clients["ibrahim"], "RecordMove", input=move)
    assert done == await ask(clients["ibrahim"], "RecordMove", input=move)
    (waits,) = await ask(clients["dirk"], "Transfers")
    assert done["transfers"] == [waits["id"]]
    assert (waits["kind"], waits["sphere"], waits["signals"], waits["departure"]) == (
        "MOVE",
        "GENERAL",
        1,
        False,
    )
    assert await ask(clients["amina"], "Transfers") == []
    no = {"idempotencyKey": key(), "transfer": waits["id"]}
    assert (await ask(clients["dirk"], "DeclineTransfer", input=no))["code"] == "reason_missing"
    yes = {"idempotencyKey": key(), "transfer": waits["id"]}
    answer = await ask(clients["dirk"], "AcceptTransfer", input=yes)
    assert (answer["state"], answer["household"]) == ("ACCEPTED", done["household"])
    again = {"idempotencyKey": key(), "transfer": waits["id"], "reason": "toch niet"}
    assert (await ask(clients["dirk"], "DeclineTransfer", input=again))["code"] == "already_answered"


async def test_an_offered_family_is_a_number_until_it_is_accepted(
    town: Town, clients: dict[str, Client], database_url: str
) -> None:
    town.clock.now = datetime.now(UTC)
    there, _ = await town.database.found_area("noord", "Noord")
    await introduce(town.database)
    offers = [await arrives(town, there, f"Lars Kanarie{number}", date(2016, 4, 4)) for number in range(2)]
    listed = await ask(clients["ibrahim"], "MoveOffers")
    assert {offer["id"] for offer in listed} == {global_id("MoveOffer", offer) for offer in offers}
    assert "Kanarie" not in str(listed)
    assert (listed[0]["fromArea"], listed[0]["persons"], listed[0]["spheres"]) == ("noord", 1, ["GENERAL"])
    assert await ask(clients["dirk"], "MoveOffers") == []
    taken, left = [offer["id"] for offer in listed]
    yes = {"idempotencyKey": key(), "offer": taken}
    assert (await ask(clients["dirk"], "AcceptMove", input=yes))["code"] == "not_found"
    done = await ask(clients["ibrahim"], "AcceptMove", input=yes)
    assert done == await ask(clients["ibrahim"], "AcceptMove", input=yes)
    seen = await ask(clients["dirk"], "JointCase", id=done["case"])
    assert [person["name"]["value"][:12] for person in seen["persons"]] == ["Lars Kanarie"]
    no = {"idempotencyKey": key(), "offer": left, "reason": "Zij wonen hier niet."}
    assert (await ask(clients["ibrahim"], "DeclineMove", input=no))["state"] == "DECLINED"
    assert await ask(clients["ibrahim"], "MoveOffers") == []
    # Their answers go to an area that never offered: they are carried, and change nothing there.
    assert await carry(town.database) == 2
    assert await one(database_url, "select count(*) from move_offers") == 0
