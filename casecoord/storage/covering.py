"""What the covering structure of an area looks like now: schools with their teams, the roster, mail that died."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.covering import Covering, School, disciplines_of
from casecoord.domain.words import InstitutionKind, TeamKind
from casecoord.storage.open_work import moment_of
from casecoord.storage.work import Area

_COVERING = text(f"""
with shifts as (
  select coalesce(range_agg(d.during * m.during), '{{}}') on_duty
  from duty_shifts d join memberships m on m.area_id = d.area_id and m.id = d.membership_id where d.area_id = :area
), hole as (
  -- Where the shift that runs now, and those that follow without a gap, end; else where the last one ended.
  select case when s.on_duty @> cast(:now as timestamptz)
    then (select upper(r) from unnest(s.on_duty) r where r @> cast(:now as timestamptz))
    else coalesce((select max(upper(r)) from unnest(s.on_duty) r where upper(r) <= :now),
      (select min(lower(c.during)) from coordinator_seats c where c.area_id = :area)) end since
  from shifts s
)
select (select since from hole) uncovered_from,
  coalesce((select jsonb_agg(jsonb_build_object('id', i.id, 'team', t.id,
      'uncovered_since', case when t.id is null then coalesce(i.uncovered_since, lower(w.during))
        when not t.during @> cast(:now as timestamptz) then upper(t.during) end,
      'last_met', coalesce((select max(g.held_at) from meetings g where g.area_id = t.area_id and g.team_id = t.id
        and g.held_at <= :now), lower(t.during), i.uncovered_since, lower(w.during)),
      'missing', case when t.id is not null then (select coalesce(jsonb_agg(lost.since order by lost.since), '[]')
        from unnest(cast(:disciplines as text[])) d (name)
        cross join lateral (select coalesce(max(upper(m.during)), lower(t.during)) since,
            coalesce(bool_or(m.during @> cast(:now as timestamptz)), false) there
          from memberships m where m.area_id = t.area_id and m.team_id = t.id and m.discipline = d.name
            and lower(m.during) <= :now) lost
        where not lost.there) else '[]' end) order by i.code)
    from institutions i
    -- A team of another kind is no care team: the school has been without one for as long as that team is there.
    left join (team_covers v join teams w on w.area_id = v.area_id and w.id = v.team_id)
      on v.area_id = i.area_id and v.kind = i.kind and v.code = i.code
    left join teams t on t.area_id = w.area_id and t.id = w.id and t.kind = '{TeamKind.SCHOOL_CARE}'
    where i.area_id = :area and i.kind = '{InstitutionKind.SCHOOL}'), '[]') schools,
  coalesce((select jsonb_agg(jsonb_build_array(l.id, l.ended_at) order by l.ended_at, l.id) from letters l
    where l.area_id = :area and l.outcome = 'dead'), '[]') dead_letters
""")
_RUNNING = text(
    "select coalesce(jsonb_object_agg(rule || ' ' || subject_id, jsonb_build_array(id, due_at, responder_id,"
    " sphere, audience, area_at, decision_at, alliance_at, coalesce((select jsonb_agg(jsonb_build_array(u.membership_id, u.at) order by u.at)"
    " from turns u where u.area_id = promises.area_id and u.subject_id = promises.id), '[]'))), '{}') from promises"
    " where area_id = :area and household_id is null and ended_at is null"
)


async def load_covering(work: Area) -> Covering:
    """The area as the clocks of its covering structure see it."""
    values = {"area": work.area_id, "now": work.now, "disciplines": sorted(disciplines_of(work.settings))}
    row = (await work.session.execute(_COVERING, values)).one()
    return Covering(
        area=work.area_id,
        schools=tuple(
            School(
                id=UUID(school["id"]),
                team=UUID(school["team"]) if school["team"] else None,
                uncovered_since=moment_of(school["uncovered_since"]),
                last_met=datetime.fromisoformat(school["last_met"]),
                missing=tuple(map(datetime.fromisoformat, school["missing"])),
            )
            for school in row.schools
        ),
        uncovered_from=row.uncovered_from,
        dead_letters=tuple((UUID(letter), datetime.fromisoformat(at)) for letter, at in row.dead_letters),
    )


async def running_of_area(work: Area) -> dict[str, Any]:
    """What is written of the area's own promises, by rule and subject."""
    found = await work.session.execute(_RUNNING, {"area": work.area_id})
    return dict(found.scalar_one())
