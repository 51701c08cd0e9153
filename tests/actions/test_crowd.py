"""Twenty processes do whatever they may to a few families at once, and every family has one holder all the time."""

import asyncio
import json
import pickle
import sys
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.actions.crowd import Crowd
from tests.actions.life import NEVER
from tests.actions.moves import whole
from tests.actions.steps import led_case, open_case, second_coordinator, signal, sql, take_part
from tests.world import Someone, Town

CHECKOUT = Path(__file__).parents[2]
#: When something was open in each household, from its first signal on.
OPEN = """
select household_id, range_agg(during) during from (
  select household_id, tstzrange(received_at, ended_at) during from signals
  union all select household_id, tstzrange(triaged_at, closed_at) from cases) one group by 1"""
#: Each finds a moment of somebody's history that must never have been.
NEVER_WAS = {
    "something was open, and nobody held it": f"""
        select open.household_id from ({OPEN}) open left join (
          select household_id, range_agg(during) during from holders group by 1) held using (household_id)
         where not coalesce(held.during, '{{}}') @> open.during""",
    "two held a household at one moment": """
        select one.household_id from holders one join holders other on other.household_id = one.household_id
           and other.id <> one.id and other.during && one.during""",
    "somebody held a household who did not work here": """
        select o.household_id from holders o join memberships m on m.id = o.membership_id
         where not m.during @> o.during""",
    "two led a case at one moment": """
        select one.case_id from leads one join leads other on other.case_id = one.case_id
           and other.id <> one.id and other.during && one.during""",
}
#: Plain SQL that makes each of them so, where no trigger and no constraint is in its way.
PLANTED = {
    "something was open, and nobody held it": "update holders set during = tstzrange(lower(during) + interval '1 second', null)",
    "two held a household at one moment": """
        alter table holders drop constraint holders_one_at_a_time;
        insert into holders (area_id, id, household_id, membership_id, during)
          select area_id, gen_random_uuid(), household_id, membership_id, during from holders""",
    "somebody held a household who did not work here": """
        update memberships set during = tstzrange('2026-11-03', null) where id in (select membership_id from holders)""",
    "two led a case at one moment": """
        alter table leads drop constraint leads_one_at_a_time;
        insert into leads (area_id, id, case_id, membership_id, proposal_id, during)
          select area_id, gen_random_uuid(), case_id, membership_id, proposal_id, during from leads""",
}
#: What has to have been done, and how often at least, for a crowd to prove anything: a fifth of what is usual.
DONE = {
    ("accept_lead", "accept_hand_over", "accept_transfer", "join_case"): 4,
    ("decline_lead", "decline_hand_over", "decline_transfer", "decline_invitation"): 1,
    ("offer_hand_over", "accept_hand_over"): 2, ("record_move",): 2, ("leave_case", "end_membership"): 2,
    ("add_signal",): 3, ("triage_signal",): 2, ("invite_team",): 1, ("raise_blockade",): 3,
    ("decide_blockade",): 1, ("confirm_merge",): 1, ("sweep",): 10,
}  # fmt: skip


async def families(town: Town) -> list[Someone]:
    """Twelve of them, of which some have a case already: led, or in search of a lead."""
    people = list((await town.janssens()).values())
    for number in range(11):
        people += await town.family(
            (f"Kind K{number}", date(2017, 2, 1 + number)),
            neighbourhood=("BU05991099", "BU05991098")[number % 2],
            links={0: [("school", ("11VO00", "12AB00")[number % 2])]},
        )
    for child in people[3:8:2]:
        led = await led_case(town, child)
        await take_part(town, "amina", led.id, "wijkteam", "chaima")
    for child in people[4:9:2]:
        await open_case(town, "ines", (await signal(town, "fleur", child)).signal)
    return people


async def walked(crowd: Crowd) -> tuple[Counter[str], datetime]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.actions.crowd",
        cwd=CHECKOUT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, _ = await process.communicate(pickle.dumps(crowd))
    assert process.returncode == 0
    found = json.loads(said)
    return Counter(found["done"]), datetime.fromisoformat(found["ended"])


def told(done: Counter[str], seed: int) -> str:
    each = "\n".join(f"  {times:6} {deed}" for deed, times in sorted(done.items()))
    return f"\ntwenty processes from --hypothesis-seed={seed}:\n{each}"


@pytest.mark.parametrize(
    ("deeds", "seconds"), [(20, None), pytest.param(0, 300.0, marks=pytest.mark.prove, id="five minutes")]
)
async def test_twenty_processes_at_once_leave_every_family_one_holder_all_the_time(
    town: Town,
    database_url: str,
    seed: int,
    capsys: pytest.CaptureFixture[str],
    deeds: int,
    seconds: float | None,
) -> None:
    await second_coordinator(town)
    persons = await families(town)
    place = {"area": town.area, "members": town.members, "teams": town.teams}
    done, ended = await walked(
        Crowd(database_url, place, persons, town.clock.now, seed, 20, 2, deeds, seconds)
    )
    with capsys.disabled():
        print(told(done, seed))
    town.clock.now = ended
    await whole(town)
    async with sql(database_url) as database:
        for what, query in NEVER.items():
            assert await database.fetch(query, town.clock.now) == [], what
        for what, query in NEVER_WAS.items():
            assert await database.fetch(query) == [], what
    for verbs, least in DONE.items():
        assert sum(done[verb] for verb in verbs) >= least, verbs
        # Who has five minutes comes to all of it.
        assert seconds is None or all(done[verb] for verb in verbs), verbs


@pytest.mark.parametrize("what", NEVER_WAS)
async def test_what_must_never_have_been_is_found_where_it_was(
    town: Town, database_url: str, what: str
) -> None:
    await families(town)
    async with sql(database_url) as database, database.transaction():
        await database.execute("set local session_replication_role = replica")
        assert await database.fetch(NEVER_WAS[what]) == []
        await database.execute(PLANTED[what])
        assert await database.fetch(NEVER_WAS[what]) != []
