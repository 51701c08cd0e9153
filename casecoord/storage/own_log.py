"""The access log about one person and those they speak for, newest first: before anything of it is told."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.own_log import Deed
from casecoord.domain.words import Purpose, Sphere, TeamKind
from casecoord.storage.work import Area

#: So many lines are read at a time; what is deferred is passed over.
AT_ONCE = 200

# Which lines these are, the function says: by an index that row level security would keep from this statement.
_LINES = text(
    """
with mine as (select p.id, p.pseudonym from persons p where p.area_id = :area and p.id = any(:mine)),
lived as (select * from casecoord_lived(:person))
select a.id, a.at, r.said, a.resident = (select pseudonym from mine where id = :person) by_oneself,
  a.resident is not null by_resident, w.name, t.name team_name,
  array(select m.id from mine m where m.pseudonym = any(a.subjects) order by m.id) about,
  coalesce(a.subjects <@ array(select pseudonym from mine), false) and cardinality(a.subjects) > 0 only_own,
  array(select m.id from unnest(a.subjects) with ordinality s (pseudonym, place)
    left join mine m on m.pseudonym = s.pseudonym order by s.place) subjects,
  coalesce((select jsonb_agg(jsonb_build_array(e.id, e.sphere, e.about)) from events e
    where e.area_id = a.area_id and e.household_id = l.home and e.at = a.at and e.verb = r.said ->> 'event'
      and e.membership_id::text = r.said ->> 'membership'), '[]') events
from access_log a cross join lateral (select cast(a.record as jsonb) said) r
left join lived l on l.pseudonym = a.household
left join professionals w on w.area_id = a.area_id and w.id = a.professional_id
left join teams t on t.area_id = a.area_id and t.id::text = r.said ->> 'team'
where a.area_id = :area
  and a.id = any(array(select casecoord_lines_about(:mine, :person, :from_at, :from_id, :first)))
order by a.at desc, a.id desc
"""
)
_DEFERRED = text(
    "select thing_id, review_on from deferrals"
    " where area_id = :area and thing_id = any(:things) and ended_at is null"
)


async def lines(
    work: Area, person: UUID, mine: Collection[UUID], after: tuple[datetime, UUID] | None
) -> list[Deed]:
    """Some lines about these persons, older than the key; at most `AT_ONCE`."""
    at, identity = after or (None, None)
    values = {
        "area": work.area_id,
        "person": person,
        "mine": list(mine),
        "from_at": at,
        "from_id": identity,
        "first": AT_ONCE,
    }
    return [_deed(row) for row in (await work.session.execute(_LINES, values)).mappings()]


async def deferred_among(work: Area, things: Collection[UUID]) -> dict[UUID, date]:
    """Which of these wait for somebody's safety, wherever they are now, and until which review."""
    rows = await work.session.execute(_DEFERRED, {"area": work.area_id, "things": list(things)})
    return {row.thing_id: row.review_on for row in rows}


def _deed(row: Any) -> Deed:
    said, events = row["said"], row["events"]
    things = {UUID(value) for _, _, about in events for value in about.values() if _is_id(value)}
    kind = said["team_kind"]
    return Deed(
        id=row["id"],
        at=row["at"],
        event=said["event"],
        act=said["act"],
        role=said["role"],
        purpose=Purpose(said["purpose"]),
        name=None if row["by_resident"] else row["name"],
        team=row["team_name"],
        team_kind=TeamKind(kind) if kind else None,
        by_oneself=bool(row["by_oneself"]),
        emergency=said["emergency"] or said["act"] == "E",
        refused=said.get("problem") is not None,
        facets=tuple(sorted(_own_facets(said, row["subjects"]))),
        about=tuple(row["about"]),
        only_own=row["only_own"],
        spheres=frozenset(Sphere(sphere) for _, sphere, _ in events),
        things=frozenset(things | {UUID(event) for event, _, _ in events}),
    )


def _own_facets(said: dict[str, Any], subjects: list[UUID | None]) -> set[str]:
    """The facets of a look that were the home's, or of whoever asks."""
    of = said.get("of", {})
    return {
        facet
        for facet in said["facets"]
        if facet not in of or any(subjects[place] is not None for place in of[facet])
    }


def _is_id(value: str) -> bool:
    return len(value) == 36 and value.count("-") == 4
