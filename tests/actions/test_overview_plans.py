"""The overviews over two thousand households: no large table is read from end to end again and again."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.actions.asked import AskedOf, invitations, proposals
from casecoord.actions.candidates import CandidatesOf, candidates
from casecoord.actions.caseload import CaseloadOf, caseload
from casecoord.actions.coverage import CoverageOf, coverage
from casecoord.actions.holder_at import HolderAtOf, holder_at
from tests.actions.looks import look
from tests.actions.steps import sql
from tests.statements import statements
from tests.world import Town

HOUSEHOLDS = 2000

#: As plain rows, without guards: half of the families in a case, half of those led, each with two actions.
ROWS = f"""
create temporary table n as select i, gen_random_uuid() household, gen_random_uuid() id, gen_random_uuid() proposal
  from generate_series(1, {HOUSEHOLDS}) i;
insert into households (area_id, id, pseudonym, neighbourhood, during)
  select $1, household, gen_random_uuid(), 'BU05991099', tstzrange($2, null) from n;
insert into cases (area_id, id, household_id, state, triaged_at)
  select $1, id, household, case when i % 4 = 0 then 'led' else 'triaged' end, $2 from n where i % 2 = 0;
insert into signals (area_id, id, household_id, case_id, state, domain, sphere, urgency, source, source_team_id,
    author_id, accountable_team_id, routed_by, summary_sealed, received_at)
  select $1, gen_random_uuid(), household, case when i % 2 = 0 then id end,
    case when i % 2 = 0 then 'in_case' else 'open' end, 'time_use', 'general', 'high', 'team', $3, $4, $3,
    'school', '', $2 from n;
insert into participants (area_id, id, case_id, team_id, sphere, during)
  select $1, gen_random_uuid(), id, $3, 'general', tstzrange($2, null) from n where i % 2 = 0;
insert into invitations (area_id, id, case_id, team_id, invited_by, sphere, state, invited_at)
  select $1, gen_random_uuid(), id, $5, $4, 'general', 'pending', $2 from n where i % 2 = 0;
insert into proposals (area_id, id, case_id, kind, membership_id, proposed_by, state, proposed_at, answered_at)
  select $1, proposal, id, 'lead', $4, $4, case when i % 4 = 0 then 'accepted' else 'pending' end, $2,
    case when i % 4 = 0 then $2 end from n where i % 2 = 0;
insert into leads (area_id, id, case_id, membership_id, proposal_id, during)
  select $1, gen_random_uuid(), id, $4, proposal, tstzrange($2, null) from n where i % 4 = 0;
insert into plan_actions (area_id, id, case_id, team_id, owner_id, author_id, domain, sphere, what_sealed, due_on,
    state, added_at)
  select $1, gen_random_uuid(), id, $3, $4, $4, 'time_use', 'general', '', $2::date, 'open', $2
    from n, generate_series(1, 2) where i % 2 = 0;
insert into holders (area_id, id, household_id, membership_id, during)
  select $1, gen_random_uuid(), household, $4, tstzrange($2, null) from n;
insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at, area_at,
    decision_at, alliance_at)
  select $1, gen_random_uuid(), household, 'G2', id, 'general', $4, $2, $2, $2 + interval '3 days',
    $2 + interval '5 days', $2 + interval '10 days' from n;
insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at, area_at,
    decision_at, alliance_at)
  select $1, gen_random_uuid(), n.household, 'G14', x.id, 'general', $4, $2, $2, $2 + interval '3 days',
    $2 + interval '5 days', $2 + interval '10 days' from n join invitations x on x.case_id = n.id;
"""
LARGE = {
    "households", "signals", "cases", "participants", "invitations", "proposals", "leads", "plan_actions",
    "holders", "promises",
}  # fmt: skip


async def fill(url: str, town: Town) -> tuple[UUID, UUID]:
    """The rows, and the id of a led case with its household."""
    amina = town.members["amina"]
    given = (town.area, town.clock.now, amina.team, amina.membership, town.teams["wijkteam"])
    kinds = ("uuid", "timestamptz", "uuid", "uuid", "uuid")
    async with sql(url, role="casecoord_migrator") as database, database.transaction():
        for table in LARGE:
            await database.execute(f"alter table {table} disable trigger user")
        text = ROWS
        for number, (value, kind) in enumerate(zip(given, kinds, strict=True), 1):
            text = text.replace(f"${number}", f"'{value}'::{kind}")
        await database.execute(text)
        for table in LARGE:
            await database.execute(f"alter table {table} enable trigger user")
        led = await database.fetchrow("select id, household_id from cases where state = 'led' limit 1")
    async with sql(url, role="casecoord_migrator") as database:
        for table in LARGE:
            await database.execute(f"analyze {table}")
    assert led is not None
    return led["id"], led["household_id"]


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from nodes(below)


async def plan_of(url: str, town: Town, text: str, values: tuple[Any, ...]) -> dict[str, Any]:
    """How the application's role does this statement, and how often each node ran."""
    settings = {"role": "casecoord_app", "casecoord.area": str(town.area), "timezone": "UTC"}
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        explained = await connection.fetchval(f"explain (analyze, format json) {text}", *values)
        plan: dict[str, Any] = json.loads(explained)[0]["Plan"]
        return plan
    finally:
        await connection.close()


async def test_no_large_table_is_scanned_in_a_loop(town: Town, database_url: str) -> None:
    case, household = await fill(database_url, town)
    town.clock.forward(days=4)
    looks: list[tuple[str, Any, Any]] = [
        ("ibrahim", coverage, CoverageOf()),
        ("jasmijn", coverage, CoverageOf()),
        ("ibrahim", caseload, CaseloadOf(town.teams["klimop"])),
        ("amina", caseload, CaseloadOf(town.teams["klimop"])),
        ("ibrahim", candidates, CandidatesOf(case)),
        ("dirk", invitations, AskedOf()),
        ("amina", proposals, AskedOf()),
        ("ibrahim", holder_at, HolderAtOf(household, town.clock.now - timedelta(days=1))),
    ]
    for who, view, query in looks:
        with statements(town.database) as sent:
            found = await look(town, who, view, query)
        assert found and len(sent) == 3, view
        text, values = sent[1], sent.values[1]
        plan = await plan_of(database_url, town, text, values)
        again = {
            node["Relation Name"]: node["Actual Loops"]
            for node in nodes(plan)
            if node["Node Type"] == "Seq Scan" and node["Actual Loops"] > 1
        }
        assert {table: times for table, times in again.items() if table in LARGE} == {}, view
