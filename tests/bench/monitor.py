"""The monitor of a large area over two years, against one hand-written statement that counts the same of its rows."""

import sys
import time
from datetime import datetime
from statistics import median
from typing import Any
from uuid import UUID

import asyncpg

from casecoord.access.decide import Policy
from casecoord.actions.monitor import Monitor, MonitorOf, monitor
from casecoord.actions.office import Office
from casecoord.actions.publishing import publish_area
from casecoord.domain.monitor import shifted
from casecoord.domain.words import Purpose
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.work import Database
from tests.bench.ground import Ground
from tests.bench.measure import Result
from tests.bench.sweep import TIMES, _database, _sql
from tests.crowd import TABLES, crowd
from tests.world import KEYRING, Town

HOUSEHOLDS = 100_000
MONTHS = 24
PLACES = 12

#: The crowd's stories all began of late: each household's is moved back by a number of months of its own, into one of
#: twelve neighbourhoods; signals get a domain, as of a school, a GP or a benefit agency.
SPREAD = f"""
create temporary table h on commit drop as select id, make_interval(days => (n % 731)::int) back,
  'BU0599' || lpad((n % {PLACES})::text, 4, '0') place from (
    select id, row_number() over (order by id) n from households where area_id = $area) x;
create unique index on h (id);
insert into neighbourhoods (area_id, code, name, district_code, district_name, vintage)
  select distinct $area, place, 'Buurt ' || place, 'WK059900', 'Wijk', 2025 from h on conflict do nothing;
update households x set neighbourhood = h.place from h where x.area_id = $area and x.id = h.id;
update signals x set received_at = x.received_at - h.back, triaged_at = x.triaged_at - h.back + interval '3 days',
    domain = (array['time_use', 'social_network', 'domestic_relations', 'child_development'])[1 + (hashtext(x.id::text) & 3)]
  from h where x.area_id = $area and x.household_id = h.id;
create temporary table c on commit drop as select c.id, h.back from cases c join h on h.id = c.household_id
  where c.area_id = $area;
update cases x set triaged_at = x.triaged_at - c.back, closed_at = x.closed_at - c.back + interval '40 days',
    aftercare_at = x.aftercare_at - c.back + interval '20 days' from c where x.area_id = $area and x.id = c.id;
update leads x set during = tstzrange(lower(x.during) - c.back + interval '4 days', upper(x.during))
  from c where x.area_id = $area and x.case_id = c.id;
update contacts x set contacted_at = x.contacted_at - c.back + interval '9 days'
  from c where x.area_id = $area and x.case_id = c.id;
update promises x set due_at = x.due_at - h.back, area_at = x.area_at - h.back, decision_at = x.decision_at - h.back,
    alliance_at = x.alliance_at - h.back from h where x.area_id = $area and x.household_id = h.id;
"""
#: What somebody would write by hand for the same overview, straight from the rows: nothing withheld, nothing kept.
BY_HAND = """
with p as (select m::date from_on, m at time zone 'Europe/Amsterdam' since,
    (m + interval '1 month') at time zone 'Europe/Amsterdam' until
    from generate_series($2::timestamp, $3::timestamp, interval '1 month') m),
first_led as (select case_id, min(lower(during)) began from leads where area_id = $1 group by 1),
first_met as (select case_id, min(contacted_at) met from contacts where area_id = $1 group by 1),
counted as (
  select 'signals' measure, p.from_on, s.sphere || s.domain || coalesce(t.kind, 'family') cell, s.household_id
    from p join signals s on s.area_id = $1 and s.received_at >= p.since and s.received_at < p.until
    left join teams t on t.area_id = s.area_id and t.id = s.source_team_id
  union all select 'triage', p.from_on, (extract(day from s.triaged_at - s.received_at) > 7)::text, s.household_id
    from p join signals s on s.area_id = $1 and s.triaged_at >= p.since and s.triaged_at < p.until
  union all select 'lead', p.from_on, (extract(day from l.began - c.triaged_at) > 7)::text, c.household_id
    from p join first_led l on l.began >= p.since and l.began < p.until
    join cases c on c.area_id = $1 and c.id = l.case_id
  union all select 'contact', p.from_on, (extract(day from o.met - l.began) > 7)::text, c.household_id
    from p join first_met o on o.met >= p.since and o.met < p.until join first_led l on l.case_id = o.case_id
    join cases c on c.area_id = $1 and c.id = o.case_id
  union all select 'gaps', p.from_on, g.rule || ((g.area_at < p.until)::int + (g.decision_at < p.until)::int
      + (g.alliance_at < p.until)::int), g.household_id
    from p join promises g on g.area_id = $1 and g.due_at < p.until and (g.ended_at is null or g.ended_at >= p.until)
  union all select 'cases', p.from_on, (c.aftercare_at < p.until)::text || (l.began < p.until)::text, c.household_id
    from p join cases c on c.area_id = $1 and c.triaged_at < p.until and (c.closed_at is null or c.closed_at >= p.until)
    left join first_led l on l.case_id = c.id
  union all select 'outcomes', p.from_on, c.outcome_by, c.household_id
    from p join cases c on c.area_id = $1 and c.closed_at >= p.since and c.closed_at < p.until
)
select measure, from_on, cell, h.neighbourhood, count(*) from counted c
  left join households h on h.area_id = $1 and h.id = c.household_id group by 1, 2, 3, 4
"""


async def monitor_vs_sql(laid: Ground) -> list[Result]:
    """Reading two years of an area, and publishing them all at once, each against counting them by hand."""
    async with _database(laid.database_url) as (url, town):
        started = time.perf_counter()
        async with _sql(url, "casecoord_migrator") as connection:
            await crowd(connection, town, HOUSEHOLDS, late_of_ten=1)
            await _spread(connection, town.area)
        _say(f"{HOUSEHOLDS} households spread over {MONTHS} months in {time.perf_counter() - started:.0f} s")
        database = Database(url, KEYRING, clock=lambda: town.clock.now, pool_size=2)
        try:
            return await _measured(url, town, database)
        finally:
            await database.close()


async def _measured(url: str, town: Town, database: Database) -> list[Result]:
    by_hand, rows = await _by_hand(url, town)
    started = time.perf_counter()
    published = await publish_area(database, town.area)
    publishing = time.perf_counter() - started
    reading, found = await _reading(town, Office(database, Policy()))
    figures = sum(len(one.figures) for one in found.measures)
    kept = sum(figure.number is not None for one in found.measures for figure in one.figures)
    told = f"{HOUSEHOLDS} households, {MONTHS} months"
    results = []
    for what, ours in (
        (f"read: {figures} figures, {kept} of them told", reading),
        (f"published for the first time: {published} publications", publishing),
    ):
        note = f"{told}, {what}: {ours:.3f} s against {by_hand:.3f} s for {rows} counts by hand"
        _say(note)
        results.append(Result("monitor_vs_sql", 1 / ours, 1 / by_hand, by_hand / ours, "monitors/s", note))
    return results


async def _reading(town: Town, office: Office) -> tuple[float, Monitor]:
    caller = town.caller("karim", Purpose.MONITORING)
    query = MonitorOf(from_on=_months(town)[0].date())
    taken = []
    for _ in range(TIMES):
        started = time.perf_counter()
        found = await office.look(caller, monitor, query)
        taken.append(time.perf_counter() - started)
    return median(taken), found


async def _by_hand(url: str, town: Town) -> tuple[float, int]:
    taken, rows = [], 0
    async with _sql(url, APP_ROLE) as connection:
        await connection.execute("select set_config('casecoord.area', $1, false)", str(town.area))
        for _ in range(TIMES):
            started = time.perf_counter()
            rows = len(await connection.fetch(BY_HAND, town.area, *_months(town)))
            taken.append(time.perf_counter() - started)
    return median(taken), rows


def _months(town: Town) -> tuple[datetime, datetime]:
    """The first and the last of the months that are over."""
    this = town.clock.now.date().replace(day=1)
    first, last = shifted(this, -MONTHS), shifted(this, -1)
    return datetime(first.year, first.month, 1), datetime(last.year, last.month, 1)


async def _spread(connection: asyncpg.Connection, area: UUID) -> None:
    async with connection.transaction():
        await connection.execute("set local timezone to 'UTC'")
        for table in TABLES:
            await connection.execute(f"alter table {table} disable trigger user")
        await connection.execute(SPREAD.replace("$area", f"'{area}'::uuid"))
        for table in TABLES:
            await connection.execute(f"alter table {table} enable trigger user")
    await connection.execute(f"analyze {', '.join(TABLES)}")


def _say(line: Any) -> None:
    sys.stderr.write(f"bench: {line}\n")
