"""What happened in a household, as far as a viewer may know: one statement."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.storage.lists import DEFERRABLE, Page, facts_of
from casecoord.storage.notes import LIFTED, OWN_PRACTICE
from casecoord.storage.relating import PREPARES, RELATION
from casecoord.storage.work import Work

# `offset 0` below: each fact is worked out once for an event, and not wherever a rule asks for it.
#: An event about a note has the facts of that note; one about an emergency access is its user's own entry. A consent
#: changes no list: an event tells that there is a note, never what it says.
_OF_NOTE = "from medical_notes nt where nt.area_id = e.area_id and nt.id = cast(e.about ->> 'note' as uuid)"
_EVENT_FACTS = (
    facts_of("e.id", *(f"cast(e.about ->> '{kind}' as uuid)" for kind in DEFERRABLE))
    .replace("false own_practice", f"coalesce((select {OWN_PRACTICE} {_OF_NOTE}), false) own_practice")
    .replace("false medical_lifted", f"coalesce((select {LIFTED} {_OF_NOTE}), false) medical_lifted")
    .replace(
        "false own_entry",
        """exists (select from break_glass_grants g join memberships gm on gm.area_id = g.area_id
    and gm.id = g.membership_id where g.area_id = e.area_id and g.id = cast(e.about ->> 'grant' as uuid)
    and gm.professional_id = :professional) own_entry""",
    )
)

#: Households that are one or were, in pairs, and whether they are now.
LINKED = """
  select household_id, merged_id, undone_at is null from merges where area_id = :area
  union all select household_id, part_id, false from splits where area_id = :area"""
#: An event stands where it was written; whose it is says the signal, action or case that it is about, wherever
#: that is now. `near`: where such events can have been written; `own`: what went on in this household.
_NEAR = f"""
asked (id) as (
  select coalesce((select c.household_id from cases c where c.area_id = :area and c.id = :id), cast(:id as uuid))),
linked (one, other, now) as ({LINKED}),
near (id) as (
  select id from asked union
  select case l.one when n.id then l.other else l.one end from near n join linked l on n.id in (l.one, l.other)),
own (id) as (
  select id from asked union select l.other from own o join linked l on l.one = o.id and l.now)"""

#: The ids that an event names are typed before anything is joined: what is cast or chosen inside a join could tell of
#: rows that the policies hide, as PostgreSQL sees it, and all rows of the area would be asked after them.
_EVENTS = """select v.*, named.* from events v cross join lateral jsonb_to_record(v.about) named (signal uuid, action uuid,
        hearing uuid, request uuid, placement uuid)
      where v.area_id = :area and v.household_id = any(array(select id from near))"""


@lru_cache(maxsize=256)
def _timeline(filters: tuple[tuple[str, str], ...], some: bool) -> TextClause:
    shown = " or ".join(f"(i.facet = '{facet}' and {condition})" for facet, condition in filters)
    return text(
        f"""
with recursive {_NEAR}
select h.id household, rel.*, coalesce((select jsonb_agg(to_jsonb(e) order by e.at, e.id) from (
  select i.id, i.at, i.verb, i.sphere, i.audience, i.facet, i.about, i.who, i.person, i.takes_part, i.wrote_it,
    i.own_practice, i.medical_lifted, i.own_entry from (
    select e.*, case when s.signal_id is not null and s.case_id is null then coalesce(s.accountable_team_id = :team, false)
                when e.facet in ('court.hearing', 'court.preparation', 'court.placement') then rel.participates or {PREPARES.format(area="h.area_id", household="h.id")}
                else coalesce(s.case_id, e.case_id) is not null and rel.participates end takes_part,
           rel.is_lead, rel.escalated,
           m.team_id = :team wrote_it, w.name who,
           coalesce(s.person_id, z.person_id, q.person_id, pc.person_id, (select nt.person_id {_OF_NOTE})) person, {_EVENT_FACTS}
      from ({_EVENTS} {"and v.id = any(cast(:only as uuid[]))" if some else ""} offset 0) e
      cross join lateral whereabouts(e.signal, e.action) s
      cross join lateral (select coalesce(s.action_case, e.case_id) id offset 0) its
      left join cases c on c.area_id = e.area_id and c.id = its.id
      left join hearings z on z.area_id = e.area_id and z.id = e.hearing
      left join requests q on q.area_id = e.area_id and q.id = e.request
      left join placements pc on pc.area_id = e.area_id and pc.id = e.placement
      join memberships m on m.area_id = e.area_id and m.id = e.membership_id
      join professionals w on w.area_id = m.area_id and w.id = m.professional_id
     where case when coalesce(s.household_id, c.household_id) is null and e.about ->> 'note' is null
                  then e.household_id in (select id from own)
                else coalesce(s.household_id, (select nt.household_id {_OF_NOTE}), c.household_id) = h.id end offset 0) i
   where ({shown}) and (cast(:from_at as timestamptz) is null
     or (i.at, i.id) > (cast(:from_at as timestamptz), cast(:from_id as uuid)))
   order by i.at, i.id limit :first) e), '[]') events
from households h
cross join lateral ({RELATION.format(area="h.area_id", household="h.id")} offset 0) rel
where h.area_id = :area and h.id = (select id from asked)
"""
    )


async def timeline(
    work: Work, identity: UUID, page: Page, filters: Mapping[str, str], only: Collection[UUID] | None = None
) -> dict[str, Any] | None:
    """What happened in a household that this viewer may know, in order. `only`: of these events."""
    at, event = page.after or (None, None)
    statement = _timeline(tuple(sorted(filters.items())), only is not None)
    values = {
        **work.asked_by,
        "id": identity,
        "first": page.first + 1,
        "from_at": at,
        "from_id": event,
        **({} if only is None else {"only": list(only)}),
    }
    row = (await work.session.execute(statement, values)).mappings().one_or_none()
    return dict(row) if row else None
