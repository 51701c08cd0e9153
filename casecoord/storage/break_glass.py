"""Finding a household in an emergency, and the access to it that is in force or waits for its review."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.promises import Rule
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_BY_BSN = text(
    "select household_id from persons where area_id = :area and bsn_index = :bsn and died_on is null"
)
_AT = text(
    "select id from households where area_id = :area and address_index = :address and upper_inf(during)"
    " and not provisional order by id"
)
_OVERDUE = text(
    "select exists (select from break_glass_grants g join memberships m on m.area_id = g.area_id"
    f"   and m.id = g.membership_id join promises p on p.area_id = g.area_id and p.rule = '{Rule.BREAK_GLASS}'"
    "   and p.subject_id = g.id and p.ended_at is null and p.due_at <= :now"
    " where g.area_id = :area and m.professional_id = :professional)"
)
_ACTIVE = text(
    "select id from break_glass_grants where area_id = :area and household_id = :household"
    " and membership_id = :membership and during @> cast(:now as timestamptz)"
)
_USED = """
select g.id, g.household_id household, w.id professional, w.name, lower(g.during) since, upper(g.during) until, g.medical,
  encode(g.reason_sealed, 'hex') reason, {KEYS} as keys,
  (select min(p.due_at) from promises p where p.area_id = g.area_id and p.rule = '{rule}' and p.subject_id = g.id
    and p.ended_at is null) due_at,
  exists (select from requests q where q.area_id = g.area_id and q.household_id = g.household_id
    and q.kind in ('restriction', 'objection') and (q.state = 'open' or q.state = 'granted' and q.lifted_at is null))
    restricted{more}
from break_glass_grants g join households h on h.area_id = g.area_id and h.id = g.household_id
join memberships m on m.area_id = g.area_id and m.id = g.membership_id
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where g.area_id = :area and {which}
"""
# What the log says of it: how often somebody looked by this access, and at which classes of data.
_LOOKED = """,
  (select jsonb_build_object('times', count(distinct a.trace_id), 'facets', coalesce(jsonb_agg(distinct f.facet)
      filter (where f.facet is not null), '[]'))
    from access_log a left join lateral jsonb_object_keys(cast(a.record as jsonb) -> 'facets') f (facet) on true
    where a.area_id = g.area_id and a.household = h.pseudonym and a.professional_id = w.id
      and a.at >= lower(g.during) and a.at < upper(g.during) and cast(a.record as jsonb) -> 'emergency' = 'true'
      and cast(a.record as jsonb) ->> 'act' = 'R') looked"""
_TO_REVIEW = text(
    _USED.format(KEYS=KEYS, rule=Rule.BREAK_GLASS, more=_LOOKED, which="g.reviewed_at is null")
    + " order by due_at nulls last, since, g.id limit :most"
)
_IN_FORCE = text(
    _USED.format(
        KEYS=KEYS,
        rule=Rule.BREAK_GLASS,
        more="",
        which="m.professional_id = :professional and g.during @> cast(:now as timestamptz)",
    )
    + " order by until, g.id"
)
_PATIENT = text(
    "select exists (select from persons p join person_links l on l.area_id = p.area_id and l.person_id = p.id"
    "   and l.kind = 'practice' and l.from_on <= cast(:now as date)"
    "   and (l.until_on is null or l.until_on > cast(:now as date))"
    " join team_covers c on c.area_id = l.area_id and c.kind = l.kind and c.code = l.code and c.team_id = :team"
    " where p.area_id = :area and p.household_id = :household and p.died_on is null)"
)


def lasting(work: Work, span: timedelta) -> Range[datetime]:
    """From this moment for so long."""
    return Range(work.now, work.now + span)


async def household_by_bsn(work: Work, bsn: str) -> UUID | None:
    """The household of the person with this BSN."""
    found = await work.session.execute(_BY_BSN, {"area": work.area_id, "bsn": work.keyring.bsn_index(bsn)})
    household: UUID | None = found.scalar()
    return household


async def households_at(work: Work, postcode: str, number: str) -> list[UUID]:
    """The households at this address."""
    index = work.keyring.address_index(postcode, number)
    return list(await work.session.scalars(_AT, {"area": work.area_id, "address": index}))


async def review_overdue(work: Work) -> bool:
    """Whether a review of this professional's emergency access is late."""
    who = {"area": work.area_id, "professional": work.actor.professional_id, "now": work.now}
    return bool(await work.session.scalar(_OVERDUE, who))


async def active_grant(work: Work, household: UUID) -> UUID | None:
    """The actor's emergency access to this household that is in force now."""
    values = {
        "area": work.area_id,
        "household": household,
        "membership": work.actor.membership_id,
        "now": work.now,
    }
    found: UUID | None = await work.session.scalar(_ACTIVE, values)
    return found


async def own_patient(work: Work, household: UUID) -> bool:
    """Whether somebody of this household is a patient of a practice that the actor's team covers."""
    values = {"area": work.area_id, "household": household, "team": work.actor.team_id, "now": work.now}
    return bool(await work.session.scalar(_PATIENT, values))


async def to_review(work: Work, most: int) -> list[dict[str, Any]]:
    """Emergency accesses that nobody reviewed, soonest review first, with what was looked at; reasons still sealed."""
    rows = await work.session.execute(_TO_REVIEW, {"area": work.area_id, "most": most})
    return [dict(row) for row in rows.mappings()]


async def in_force(work: Work) -> list[dict[str, Any]]:
    """The actor's own emergency accesses that are open now; reasons still sealed."""
    values = {"area": work.area_id, "professional": work.actor.professional_id, "now": work.now}
    return [dict(row) for row in (await work.session.execute(_IN_FORCE, values)).mappings()]
