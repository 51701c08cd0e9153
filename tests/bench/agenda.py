"""The agenda of a team with 400 households, looked at before the meeting, against one query written by hand."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from uuid import UUID

import asyncpg

from casecoord.access.decide import Policy
from casecoord.actions.agenda import MeetingOf, meeting
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.meetings import ScheduleMeeting, schedule_meeting
from casecoord.actions.signals import AddSignal, add_signal
from casecoord.domain.words import LifeDomain, SignalSubject, Urgency
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.work import Database
from tests.bench.ground import Ground
from tests.bench.measure import Result, compare
from tests.world import KEYRING, Clock, Town, build_town

HOUSEHOLDS = 400
DAY = timedelta(days=1)

#: As somebody would write it who knows that this team sees what is general: no decision, nothing recorded.
BY_HAND = """
select kind, household_id, subject, at from (
  select distinct on (household_id) * from (
    select case urgency when 'acute' then 1 else 2 end kind, household_id, id subject, received_at at
      from signals where area_id = $1 and accountable_team_id = $2 and case_id is null and state = 'open'
        and sphere = 'general'
    union all
    select case p.rule when 'G5' then 4 else 3 end, p.household_id, p.id, p.due_at
      from participants q join cases c on c.area_id = q.area_id and c.id = q.case_id and c.state <> 'closed'
      join promises p on p.area_id = c.area_id and p.household_id = c.household_id and p.ended_at is null
     where q.area_id = $1 and q.team_id = $2 and q.during @> $3::timestamptz and p.due_at <= $3 and p.sphere = 'general'
    union all
    select 6, c.household_id, a.id, a.done_at
      from participants q join cases c on c.area_id = q.area_id and c.id = q.case_id and c.state <> 'closed'
      join plan_actions a on a.area_id = c.area_id and a.case_id = c.id
     where q.area_id = $1 and q.team_id = $2 and q.during @> $3::timestamptz and a.state <> 'open'
       and a.done_at > $3::timestamptz - interval '42 days' and a.sphere = 'general'
  ) found order by household_id, kind, at) first
order by kind, at limit 240
"""


async def agenda_vs_sql(laid: Ground) -> list[Result]:
    """Ours decides of each family, opens nothing and logs durably; the baseline reads what it found by hand."""
    clock = Clock()
    database = Database(laid.database_url, KEYRING, clock=clock)
    town = await build_town(database, clock, Policy(), "agenda")
    sits = await _families(town)
    clock.now += 12 * DAY
    caller = town.caller("bram")

    async def ours(_: int) -> Callable[[], Awaitable[None]]:
        async def one() -> None:
            view = await town.office.look(caller, meeting, MeetingOf(sits))
            assert len(view.agenda) > 20

        return one

    async def by_hand(_: int) -> Callable[[], Awaitable[None]]:
        connection = await asyncpg.connect(laid.database_url, server_settings={"role": APP_ROLE})
        await connection.execute("select set_config('casecoord.area', $1, false)", str(town.area))
        statement = await connection.prepare(BY_HAND)

        async def one() -> None:
            assert len(await statement.fetch(town.area, town.teams["klimop"], clock.now)) > 20

        return one

    note = f"an agenda of {HOUSEHOLDS} households, decided and logged, against its read alone"
    result = await compare("agenda_vs_sql", note, 1, ours, by_hand)
    await database.close()
    return [result]


async def _families(town: Town) -> UUID:
    """So many families about whom the school signals; and a meeting of its team, in some days."""
    for number in range(HOUSEHOLDS):
        (child,) = await town.family(
            (f"Kind {number:03}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}
        )
        about, domain = ByBsn(child.bsn, child.born), LifeDomain.SOCIAL_NETWORK
        said = AddSignal(town.key(), about, SignalSubject.PERSON, domain, Urgency.NORMAL, "Zorgen.")
        await town.act("amina", add_signal, said)
    asked = ScheduleMeeting(town.key(), town.teams["klimop"], town.clock.now + 12 * DAY, 240)
    made = await town.act("bram", schedule_meeting, asked)
    async with town.database.engine.begin() as connection:
        await connection.exec_driver_sql("analyze")
    return made.id  # type: ignore[attr-defined, no-any-return]
