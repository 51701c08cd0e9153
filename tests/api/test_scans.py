"""No document reads the whole of a large table, nor asks more often than is written here, but for what is named.

Asked for real: each document as one of each kind of people until somebody is answered, and whatever of it runs before a refusal; and
what functions, triggers and foreign keys ask meanwhile. A table in which nothing lies is not judged. An older PostgreSQL
plans otherwise: there it is only seen that every document is answered.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import asyncpg
import pytest
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.storage.work import Database
from tests.api.test_everybody_everywhere import (
    DOCUMENTS,
    Filled,
    Place,
    ask,
    operation,
    own_ids,
    story,
    variables_of,
)
from tests.scans import Scans, crowd, heard, told_of
from tests.statements import statements
from tests.world import KEYRING, Clock, build_town

#: As many as there are people and places of work, whatever the number of families.
OF_NO_FAMILY = {
    *("organisations", "teams", "professionals", "memberships", "logins", "team_covers", "offers"),
    *("neighbourhoods", "institutions", "legal_grounds", "coordinator_seats", "deputies", "duty_shifts"),
    *("breakthroughs", "monitor_publications"),
}
#: One by one by hand, by two people each: families that were taken for two, and what was decided about a right.
FEW = {"merges", "request_decisions"}
#: What reads all of the area, and why it may.
MAY = {
    # Counted over the whole area.
    "Coverage": {"leads", "promises", "signals"},
    # What waits for the alliance is put in order among all that it decides in the area.
    "OrderBlockades": {"blockades", "cases"},
    # A list of all families' requests; with a page of fifty the planner would rather read its families together.
    "RightsAsked": {"households"},
    # A notice is about one of fifteen kinds of things. With five hundred notices, as expected here, to read each kind at
    # once is cheaper than to find each thing; with a page of them it is not.
    "Inbox": {
        *("hearings", "households", "invitations", "leads", "placements", "promises", "signals", "transfers"),
    },
}
#: One of each kind of people who may do something that others may not; whoever is at home besides.
ASKERS = ("amina", "bram", "fleur", "hanna", "ibrahim", "jasmijn", "karim", "lotte", "mo")
#: So many statements a look and an act take at most, whatever there is in the area; and which take more.
LOOKS, ACTS = 4, 24
MORE = {
    # A figure of each kind, or a log of several kinds of records.
    **dict.fromkeys(("Monitor", "MonitorCsv", "MyAccessLog"), 5),
    # Each point of its agenda is a look at a family of its own, with a record of its own.
    **dict.fromkeys(("Meeting", "MeetingMinutes"), 6),
    # Families go on to others, or come from elsewhere with all that is theirs.
    "EndTeam": 30,
    "EndOrganisation": 31,
    "AcceptMove": 43,
}
#: By whose plans it is judged: the PostgreSQL that comes along.
JUDGED = 18
#: What nobody can be answered by with what lies there; as far as it is refused, it was asked.
UNANSWERED = {"Alternatives", "HeldBack", "HolderAt", "HouseholdExport", "ResidentLetter"}


@dataclass
class Asked:
    """What was asked in a place with a large area, and who was answered."""

    url: str
    place: Place
    database: Database
    scans: Scans


@pytest.fixture
async def asked(database_url: str) -> AsyncIterator[Asked]:
    scans = await told_of(database_url, OF_NO_FAMILY | FEW)
    clock = Clock()
    database = Database(database_url, KEYRING, clock=clock, pool_size=1)
    with heard(database, scans):
        place = await story(await build_town(database, clock, Policy()), "zuid")
        await crowd(database_url, scans)
        scans.found.clear()
        yield Asked(database_url, place, database, scans)
    await database.close()


async def test_no_document_reads_the_whole_of_a_large_table(asked: Asked) -> None:
    town, scans, answered = asked.place.town, asked.scans, dict[str, int]()
    for name in sorted(DOCUMENTS):
        scans.asks = name
        for who in (*ASKERS, *asked.place.residents.values()):
            given = Filled(town, own_ids(asked.place, name)).fill(variables_of(name))
            with statements(asked.database) as sent:
                answer = await ask(town, who, name, given)
            if answers(answer):
                answered[name] = len(sent)
                break
    queries = {name for name in DOCUMENTS if operation(name).operation.value == "query"}
    assert queries - set(answered) == UNANSWERED and len(set(answered) - queries) > 35
    assert len(scans.large) > 40 and scans.plans > 10_000
    often = {name: sent for name, sent in answered.items() if sent > at_most(name)}
    assert not often, f"statements, context and record included: {often}"
    beyond = {
        (name, table): how for (name, table), how in scans.found.items() if table not in MAY.get(name, ())
    }
    assert not beyond or scans.planner < JUDGED, "\n".join(
        f"{name} reads {table}, {how[:300]}" for (name, table), how in beyond.items()
    )


def at_most(name: str) -> int:
    """How many statements this document may take."""
    return MORE.get(name, LOOKS if operation(name).operation.value == "query" else ACTS)


def answers(answer: str) -> bool:
    """Whether somebody was answered, or something was done."""
    data, codes = json.loads(answer)
    (found,) = (data or {"": None}).values()
    return (
        not codes
        and found is not None
        and not (isinstance(found, dict) and found.get("__typename") == "Problem")
    )


async def test_a_planted_scan_is_found(asked: Asked) -> None:
    scans = asked.scans
    nobody = "'00000000-0000-0000-0000-000000000000'"
    planted = {
        "by text": "area_id = :area and id::text = 'x'",
        "by hidden text": f"area_id = :area and case when state = 'open' then id::text = {nobody} end",
        "by id": f"area_id = :area and id = {nobody}",
        "by household": f"area_id = :area and household_id = {nobody}",
    }
    # What a transaction's last statement did is told at its end.
    for scans.asks, where in planted.items():
        async with asked.database.within(asked.place.town.area) as work:
            await work.session.execute(text(f"select id from signals where {where}"), {"area": work.area_id})
    assert set(scans.found) == {("by text", "signals"), ("by hidden text", "signals")}


async def test_a_table_without_any_index_of_use_is_found(asked: Asked) -> None:
    scans = asked.scans
    admin = await asyncpg.connect(asked.url)
    try:
        admin.add_log_listener(scans.hear)
        scans.asks = "without the area"
        await admin.fetch("select urgency from signals where sphere = 'general'")
    finally:
        await admin.close()
    assert set(scans.found) == {("without the area", "signals")}
