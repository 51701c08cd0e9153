"""Whose day has come: persons who reach an age, links that begin or end, found in one statement each."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.workdays import local_date
from casecoord.storage.work import Area

_OF_AGE = text(
    "select distinct p.household_id from persons p join households h on h.area_id = p.area_id"
    " and h.id = p.household_id and upper_inf(h.during)"
    " where p.area_id = :area and p.turns_on <= :today and p.died_on is null and p.birth_date_sealed is not null"
    " order by 1"
)
_PERSONS = text(
    "select id, birth_date_sealed birth, turns_on from persons where area_id = :area and household_id = :household"
    " and turns_on <= :today and died_on is null and birth_date_sealed is not null order by id"
)
_NEXT = text("update persons set turns_on = :day where area_id = :area and id = :id")
# The area remembers up to which day it followed links. Before it ever did, what was open was routed at its own day.
_NEW_LINKS = text(
    """
with since as (
  select coalesce((select cast(settings ->> 'links_followed_on' as date) from areas where id = :area),
    (select cast(min(received_at) at time zone 'Europe/Amsterdam' as date) from signals
      where area_id = :area and state <> 'ended')) as day
), turned as (
  select l.person_id from person_links l, since
   where l.area_id = :area and l.from_on > since.day and l.from_on <= :today
  union
  select l.person_id from person_links l, since
   where l.area_id = :area and l.until_on > since.day and l.until_on <= :today
)
select distinct p.household_id from turned t
join persons p on p.area_id = :area and p.id = t.person_id
where exists (select from signals s where s.area_id = :area and s.household_id = p.household_id and s.state <> 'ended')
order by 1
"""
)
_FOLLOWED = text(
    "update areas set settings = settings || jsonb_build_object('links_followed_on', cast(:today as text))"
    " where id = :area and settings ->> 'links_followed_on' is distinct from cast(:today as text)"
)


@dataclass(frozen=True, slots=True)
class OfAge:
    """A person whose day has come, their birth date still sealed."""

    id: UUID
    birth: bytes
    turns_on: date


async def households_of_age(work: Area) -> list[UUID]:
    """The households in which somebody has reached an age that changes something."""
    found = await work.session.scalars(_OF_AGE, {"area": work.area_id, "today": local_date(work.now)})
    return list(found)


async def persons_of_age(work: Area, household: UUID) -> list[OfAge]:
    """Who of the household that is."""
    values = {"area": work.area_id, "household": household, "today": local_date(work.now)}
    return [OfAge(row.id, row.birth, row.turns_on) for row in await work.session.execute(_PERSONS, values)]


async def turns_next(work: Area, person: UUID, day: date | None) -> None:
    """Writes the next day to look for; None after the last."""
    await work.session.execute(_NEXT, {"area": work.area_id, "id": person, "day": day})


async def households_with_new_links(work: Area) -> list[UUID]:
    """The households with something open in which a link began or ended since links were last followed."""
    found = await work.session.scalars(_NEW_LINKS, {"area": work.area_id, "today": local_date(work.now)})
    return list(found)


async def links_followed(work: Area, today: date) -> None:
    """Remembers up to which day that is done."""
    await work.session.execute(_FOLLOWED, {"area": work.area_id, "today": today.isoformat()})
