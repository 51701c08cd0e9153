"""Alternatives for a youth out of 5,000 offers, decided, unsealed and logged, against one hand-written statement."""

import time
from collections.abc import Awaitable, Callable
from datetime import date
from statistics import median

import asyncpg

from casecoord.actions.alternatives import AlternativesOf, alternatives
from casecoord.storage.connection import APP_ROLE
from tests.actions.alternative_steps import heard, provider
from tests.bench.ground import Ground
from tests.bench.measure import Result, compare

OFFERS = 5_000
#: Of so many a place is taken.
TAKEN = 2_000
MOST_MS = 50

LAY = """
insert into offers (area_id, id, team_id, kind, name, age_from, age_until, neighbourhoods, languages, places, starts_on,
  ends_on, needs, added_by)
select $1, gen_random_uuid(), $2, (array['mentor', 'sports', 'training', 'work_study'])[1 + n % 4], 'Aanbod ' || n,
  12 + n % 6, 16 + n % 8, case when n % 3 = 0 then array['BU05991099'] else '{}' end,
  case when n % 5 = 0 then array['ar'] else '{}' end, 1 + n % 5, date '2026-11-01' + n % 60, null, '[]', $3
from generate_series(1, $4) n"""
TAKE = """
insert into placements (area_id, id, household_id, person_id, offer_id, state, proposed_at, held_by, during)
select o.area_id, gen_random_uuid(), p.household_id, p.id, o.id, 'confirmed', $3, $4, tstzrange($3, null)
from (select * from offers where area_id = $1 order by id limit $5) o join persons p on p.area_id = o.area_id and p.id = $2"""
#: The same offers in the same order, for an age, a language, a neighbourhood and a day.
FIND = """
select o.id, o.name, t.name, o.starts_on, o.places - coalesce(k.n, 0) free from offers o
join teams t on t.area_id = o.area_id and t.id = o.team_id
left join (select offer_id, count(*) n from placements where area_id = $1 and (upper_inf(during) or upper(during) > $2)
  group by 1) k on k.offer_id = o.id
where o.area_id = $1 and o.withdrawn_at is null and (o.ends_on is null or o.ends_on > $3)
order by not 17 between o.age_from and o.age_until,
  not ((o.neighbourhoods = '{}' or 'BU05991099' = any(o.neighbourhoods)) and (o.languages = '{}' or 'nl' = any(o.languages))
    and coalesce(k.n, 0) < o.places and o.starts_on <= $3), o.starts_on, o.places - coalesce(k.n, 0) desc, o.id limit 20"""


async def matching_vs_sql(laid: Ground) -> list[Result]:
    """Ours knows the youth, decides, unseals a birth date and logs; the baseline is handed all of it."""
    town = laid.town
    team = await provider(town, "matching", "Veel aanbod")
    youth, other = await town.family(("Daan Bench", date(2009, 6, 2)), ("Noor Bench", date(2010, 6, 2)))
    hearing = (await heard(town, youth)).id
    admin = await asyncpg.connect(laid.database_url)
    member = town.members["matching"].membership
    await admin.execute(LAY, town.area, team, member, OFFERS)
    await admin.execute(TAKE, town.area, other.id, town.clock.now, member, TAKEN)
    await admin.execute("analyze")
    await admin.close()

    async def ours(_: int) -> Callable[[], Awaitable[None]]:
        async def one() -> None:
            assert await town.office.look(town.caller("dirk"), alternatives, AlternativesOf(hearing))

        return one

    async def baseline(_: int) -> Callable[[], Awaitable[None]]:
        connection = await asyncpg.connect(laid.database_url, server_settings={"role": APP_ROLE})
        await connection.execute("select set_config('casecoord.area', $1, false)", str(town.area))

        async def one() -> None:
            assert await connection.fetch(FIND, town.area, town.clock.now, date(2026, 12, 17))

        return one

    one, took = await ours(0), []
    for _ in range(30):
        began = time.perf_counter()
        await one()
        took.append((time.perf_counter() - began) * 1_000)
    note = f"{OFFERS} offers, {TAKEN} places taken; {median(took):.0f} ms each, aim {MOST_MS}"
    return [await compare("matching_vs_sql", note, 1, ours, baseline)]
