"""What a hearing's preparation and the search for an alternative rest on; one statement each, sealed."""

from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.storage.placements import PLACES_OF_HEARING
from casecoord.storage.relating import PREPARES, RELATION
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

#: What was done for a hearing `z` that `m` planned: the last columns of a select, and where they come from.
DONE = f"""z.prepared, pl.alternative_at, pl.place_held_at, hearing_has_place(z.area_id, z.id) has_place
    from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by
    cross join lateral ({PLACES_OF_HEARING}) pl"""


@lru_cache(maxsize=1)
def _preparation() -> TextClause:
    return text(
        f"""
select rel.*, {PREPARES.format(area="z.area_id", household="z.household_id")} prepares, x.*
from (select z.id, z.area_id, z.household_id, z.person_id, z.held_on, z.state, m.team_id planner, {DONE}
  where z.area_id = :area and z.id = :id) x
join hearings z on z.area_id = x.area_id and z.id = x.id
cross join lateral ({RELATION.format(area="z.area_id", household="z.household_id")} offset 0) rel"""
    )


# The person comes first: from the area's families on, each of them would be looked at.
@lru_cache(maxsize=1)
def _youth() -> TextClause:
    return text(
        f"""
select rel.*, {PREPARES.format(area="h.area_id", household="h.id")} prepares, h.id household_id, h.neighbourhood,
  p.id person_id, p.birth_date_sealed, p.language, z.held_on, m.team_id planner, {KEYS} as keys,
  exists (select from cases c where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed') in_case
from (select cast(:hearing as uuid) hearing, cast(:person as uuid) person) asked
left join hearings z on z.area_id = :area and z.id = asked.hearing and z.state = 'planned'
left join memberships m on m.area_id = z.area_id and m.id = z.planned_by
cross join lateral (select * from persons x where x.area_id = :area and x.id = coalesce(z.person_id, asked.person)
  and x.died_on is null offset 0) p
join households h on h.area_id = p.area_id and h.id = p.household_id
cross join lateral ({RELATION.format(area="h.area_id", household="h.id")} offset 0) rel"""
    )


_LOAD = text(
    f"""
select z.held_on, {DONE} join households y on y.area_id = z.area_id and y.id = z.household_id
where z.area_id = :area and z.state = 'planned' and z.held_on between :since and :until
  and (m.team_id = :team or exists (select from team_covers n where n.area_id = y.area_id and n.kind = 'neighbourhood'
    and n.code = y.neighbourhood and n.team_id = :team))"""
)


async def preparation(work: Work, hearing: UUID) -> dict[str, Any] | None:
    """A hearing with what was done for it, as the actor stands to it."""
    row = (await work.session.execute(_preparation(), {**_standing(work), "id": hearing})).mappings().first()
    return dict(row) if row else None


async def youth(work: Work, hearing: UUID | None, person: UUID | None) -> dict[str, Any] | None:
    """The youth of a planned hearing, or a person, with what an offer asks of them."""
    values = {**_standing(work), "hearing": hearing, "person": person}
    row = (await work.session.execute(_youth(), values)).mappings().first()
    return dict(row) if row else None


async def load(work: Work, since: date, until: date) -> list[dict[str, Any]]:
    """The planned hearings that the actor's team planned or prepares, in this time, with what was done for each."""
    values = {"area": work.area_id, "team": work.actor.team_id, "now": work.now}
    rows = await work.session.execute(_LOAD, {**values, "since": since, "until": until})
    return [dict(row) for row in rows.mappings()]


def _standing(work: Work) -> dict[str, Any]:
    actor = work.actor
    return {
        "area": work.area_id,
        "team": actor.team_id,
        "professional": actor.professional_id,
        "membership": actor.membership_id,
        "now": work.now,
    }
