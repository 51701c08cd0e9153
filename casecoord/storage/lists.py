"""Lists carry the policy in their WHERE clause: what may not be seen is not counted, ordered or paged.

Each statement gets the policy's filters as SQL over an item alias with the columns of `FACTS`, and the
actor's relation to each household as `rel`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from casecoord.domain.lists import EVERYTHING, Chosen
from casecoord.storage.broken import LEVEL, chosen_by
from casecoord.storage.relating import STAND, relations
from casecoord.storage.telling import openly
from casecoord.storage.turns import whose
from casecoord.storage.work import Work

#: By which names an event says which thing it is about that can be deferred.
DEFERRABLE = ("signal", "action", "contact", "hearing", "blockade", "grant")

#: The facts that no table records yet are false for every row; `rel` is the actor's relation to its household.
FACTS = """coalesce(rel.restricted, false) restricted, false deferred_for_safety,
  coalesce(rel.split_other_part, false) split_other_part, false address_secret,
  false consent_covers, false own_practice, false own_entry, false own_person, false own_hearing,
  false own_team_item, false own_place, false identity_checked,
  coalesce(rel.break_glass, false) break_glass, false medical_lifted"""

_OF_NO_HOUSEHOLD = re.sub(r"coalesce\(rel\.\w+, false\)", "false", FACTS)


def facts_of(*things: str) -> str:
    """The columns of `FACTS` for something about these ids (SQL): the family may not see it yet, for safety."""
    waits = f"""exists (select from deferrals dfr where dfr.area_id = :area and dfr.ended_at is null
    and dfr.thing_id in ({", ".join(things)}))"""
    return FACTS.replace("false deferred_for_safety", f"{waits} deferred_for_safety")


_RANK = "array_position(array['acute', 'high', 'normal'], {x}.urgency)"

#: Households with something open that the actor's team or the actor as lead is about,
_OWN = """
  select s.household_id from signals s where s.area_id = :area and s.accountable_team_id = any(:teams)
    and s.case_id is null and s.state <> 'ended'
  union
  select c.household_id from participants p
    join cases c on c.area_id = p.area_id and c.id = p.case_id and c.state <> 'closed'
   where p.area_id = :area and p.team_id = any(:teams) and p.during @> cast(:now as timestamptz)
  union
  select c.household_id from leads l
    join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
    join memberships m on m.area_id = l.area_id and m.id = l.membership_id
   where l.area_id = :area and m.professional_id = :professional and l.during @> cast(:now as timestamptz)
     and not cast(:one_team as boolean)
  union
  select z.household_id from hearings z join households y on y.area_id = z.area_id and y.id = z.household_id
    join team_covers n on n.area_id = y.area_id and n.kind = 'neighbourhood' and n.code = y.neighbourhood
   where z.area_id = :area and z.state = 'planned' and n.team_id = any(:teams)"""
#: and those with something that came to decision power, or with something open at all.
_ESCALATED = f" union {STAND['escalated'][0].format(area=':area')}"
_ANYBODYS = f"""
  union
  select p.household_id from promises p
   where p.area_id = :area and p.ended_at is null and p.household_id is not null and {openly("p")}"""

_PROMISES = f"""
  select p.id, p.rule, p.due_at, p.area_at, p.decision_at, p.alliance_at, {whose("p", "responder_id")} responder_id, p.sphere, p.audience,
    p.household_id, case when p.rule = 'G9' then rel.participates or rel.prepares
         when s.id is null or s.case_id is not null then rel.participates
         else s.accountable_team_id = :team end takes_part,
    rel.is_lead, rel.escalated, false wrote_it, {facts_of("p.subject_id")}
  from {{relations}} join promises p on p.area_id = :area and p.household_id = rel.id
    and p.ended_at is null and {openly("p")}
  left join signals s on s.area_id = p.area_id and s.id = p.subject_id
"""

#: A household's signals that have not ended, as this actor stands to each.
_SIGNALS = f"""
  select s.*, case when s.case_id is null then s.accountable_team_id = :team else rel.participates end takes_part,
    rel.is_lead, rel.escalated, s.source_team_id = :team wrote_it, {facts_of("s.id")}
  from {{relations}} join signals s on s.area_id = :area and s.household_id = rel.id and s.state <> 'ended'
    and (s.case_id is null or s.case_id = rel.case_id or exists (select from cases c
          where c.area_id = s.area_id and c.id = s.case_id and c.state <> 'closed'))
"""

_OPEN_CASE = "cases c on c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed'"
# The holder that a list names is the lead, else the coordinator of the team accountable for the oldest signal
# in view: naming another would give away a sphere.
_ACCOUNTABLE = f"""(select i.accountable_team_id from ({
    _SIGNALS.format(relations="(select x.*) rel")
}) i where {{signals}} order by i.sphere <> 'general', i.received_at limit 1)"""
_NAME = """(select w.name from memberships m join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where m.area_id = :area and m.id = ({of}))"""
_LEAD_NAME = _NAME.format(
    of="""select coalesce((select d.deputy_id from deputies d where d.area_id = :area
        and d.membership_id = l.membership_id and d.during @> cast(:now as timestamptz)), l.membership_id)
      from leads l where l.area_id = :area and l.case_id = x.case_id and l.during @> cast(:now as timestamptz)"""
)
_COORDINATOR_NAME = _NAME.format(
    of=f"""select s.membership_id from coordinator_seats s where s.area_id = :area
        and s.seat = coalesce({_ACCOUNTABLE}, :area) and s.during @> cast(:now as timestamptz)"""
)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which households a list is about. `teams`: these teams'; `whole_area`: all with something open; `escalated`:
    all with something that came to decision power.
    """

    teams: tuple[UUID, ...]
    whole_area: bool
    one_team: bool = False
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Keyset pagination: so many rows after this key. `new_first`: whose signal nobody triaged yet stands on top."""

    first: int
    after: tuple[Any, ...] | None = None
    new_first: bool = False


_OF_BSN = """ and h.id in (select y.household_id from persons y where y.area_id = :area and y.bsn_index = :bsn
    and y.died_on is null)"""
_BIRTH = ", 'birth', encode(p.birth_date_sealed, 'hex')"
_SCOPE, _PAGE = "array(select household_id from scope)", "array(select id from page)"


def _stands(scope: Scope, policy: Iterable[str], of_bsn: str = "", *, looked_up: bool = False) -> str:
    """The households in scope, and how the actor stands to each as far as the policy asks.

    `looked_up`: one by one, whenever the statement asks of one.
    """
    climbed = any("i.escalated" in condition for condition in policy)
    names = ["participates", "is_lead", "restricted", "break_glass", "medical_lifted", "split_other_part"]
    # By ids, so that a few are looked up however many there are in the area.
    few, own = (None, "") if scope.whole_area else (_SCOPE, "where (select team_recalls_homes())")
    rest = _ESCALATED if scope.escalated else _ANYBODYS if scope.whole_area else ""
    among = (
        "true"
        if looked_up
        else f"h.id = any({_SCOPE})"
        if few
        else "h.id in (select household_id from scope)"
    )
    return f"""scope as materialized (select household_id from ({_OWN}{rest}) own {own}),
stands as {"not " if looked_up else ""}materialized (
  select h.area_id, h.id, {relations("h.id", *names, *["escalated"] * climbed, among=few)},
    {"" if climbed else "false escalated,"} c.id case_id, c.state,
    h.neighbourhood in (select n.code from team_covers n where n.area_id = :area and n.kind = 'neighbourhood'
      and n.team_id = :team) prepares
  from households h left join {_OPEN_CASE}
  where h.area_id = :area and {among}{of_bsn})"""


@lru_cache(maxsize=256)
def _worklist(
    signals: str,
    urgencies: str,
    deadlines: str,
    gaps: str,
    status: str,
    scope: Scope,
    urgency: bool,
    overdue: bool,
    by_bsn: bool,
    births: bool,
) -> TextClause:
    return text(
        f"""
with {_stands(scope, (signals, urgencies, deadlines, gaps, status), _OF_BSN if by_bsn else "")}, sig as (
  -- Where only the existence of a signal is shown, its urgency is not; but nothing hides what is acute.
  select i.household_id, min({_RANK.format(x="i")}) filter (where {urgencies} or i.urgency = 'acute') rank,
    count(*) seen, count(*) filter (where i.state = 'open') untriaged
  from ({_SIGNALS.format(relations="stands rel")}) i
  where {signals} group by 1
), due as (
  select i.household_id, min(i.due_at) filter (where {deadlines}) at,
    count(*) filter (where i.due_at <= :now and {gaps}) gaps
  from ({_PROMISES.format(relations="stands rel")}) i group by 1
), listed as (
  select rel.*, sig.rank, coalesce(due.at, 'infinity') next_at, coalesce(due.gaps, 0) gaps,
    coalesce(sig.untriaged, 0) untriaged,
    (cast(:new_first as boolean) and coalesce(sig.untriaged, 0) = 0)::int later
  from stands rel left join sig on sig.household_id = rel.id left join due on due.household_id = rel.id
  cross join lateral (select rel.participates takes_part, rel.is_lead, rel.escalated, false wrote_it, {FACTS}) i
  where (sig.seen > 0 or due.gaps > 0 or due.at is not null or (rel.case_id is not null and {status}))
    {"and sig.rank = cast(:urgency as int)" if urgency else ""} {"and due.gaps > 0" if overdue else ""}
), page as materialized (
  select * from listed
  where cast(:from_rank as int) is null
     or (later, coalesce(rank, 3), next_at, id)
      > (cast(:from_later as int), cast(:from_rank as int), cast(:from_at as timestamptz), cast(:from_id as uuid))
  order by later, coalesce(rank, 3), next_at, id limit :first
)
select x.*, {relations("x.id", "accountable", "signalled", among=_PAGE)},
  {_LEAD_NAME} lead_name,
  {_COORDINATOR_NAME.format(signals=signals)} coordinator_name,
  coalesce((select json_agg(json_build_array(k.compartment, k.version, encode(k.wrapped, 'hex')))
    from vault.household_keys k where k.area_id = :area and k.household_id = x.id and k.compartment = 'identity'), '[]') as keys,
  coalesce((select json_agg(json_build_object('id', p.id, 'name', encode(p.name_sealed, 'hex'){_BIRTH if births else ""}) order by p.id)
    from persons p where p.area_id = :area and p.household_id = x.id and p.died_on is null), '[]') persons
from page x
order by x.later, coalesce(x.rank, 3), x.next_at, x.id
"""
    )


#: What is promised of the area itself, and what is between few.
_OF_FEW = f"(p.household_id is null or {openly('p').replace('not in', 'in')})"
_AFTER = """(cast(:from_at as timestamptz) is null
  or (i.due_at, i.id) > (cast(:from_at as timestamptz), cast(:from_id as uuid)))"""


def _broken(scope: Scope, gaps: str, chosen: str, rest: str = "") -> str:
    """The broken promises in view, of households in scope and then of none. `rest`: how many of them."""
    return f"""{_stands(scope, [gaps], looked_up=scope.whole_area)}, found as (
  (select i.* from ({_PROMISES.format(relations="stands rel")}
      where p.due_at <= :now) i
   where {gaps}{chosen}{rest})
  union all
  -- Without a household, to whom it waits for and to those to whom it escalates.
  (select i.* from (select p.id, p.rule, p.due_at, p.area_at, p.decision_at, p.alliance_at, m.id responder_id,
        'general' sphere, null audience, null::uuid household_id, m.team_id = :team takes_part, false is_lead,
        p.decision_at <= :now escalated, false wrote_it, {_OF_NO_HOUSEHOLD}
      from promises p join memberships m on m.area_id = p.area_id and m.id = {whose("p", "responder_id")}
      where p.area_id = :area and p.ended_at is null and p.due_at <= :now and {_OF_FEW}) i
   where {gaps}{chosen}{rest}))"""


@lru_cache(maxsize=256)
def _gaps(gaps: str, signals: str, chosen: str, scope: Scope) -> TextClause:
    page = f" and {_AFTER} order by i.due_at, i.id limit :first"
    return text(
        f"""
with {_broken(scope, gaps, chosen, page)}, page as materialized (
  select i.* from found i order by i.due_at, i.id limit :first)
select i.id, i.rule, i.due_at since, i.household_id, i.sphere, i.audience, i.takes_part, i.is_lead, i.escalated,
  {LEVEL} as level, w.name responder, {_LEAD_NAME} lead_name,
  case when i.household_id is null then w.name else {_COORDINATOR_NAME.format(signals=signals)} end coordinator_name
from page i left join lateral (select * from stands where id = i.household_id) x on true
join memberships m on m.area_id = :area and m.id = i.responder_id
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
order by i.due_at, i.id
"""
    )


@lru_cache(maxsize=256)
def _tally(gaps: str, chosen: str, scope: Scope) -> TextClause:
    return text(
        f"""
with {_broken(scope, gaps, chosen)}
select i.rule, {LEVEL} as level, count(*) number from found i group by 1, 2
"""
    )


async def worklist(
    work: Work,
    scope: Scope,
    page: Page,
    filters: Mapping[str, str],
    urgency: int | None = None,
    overdue: bool = False,
    bsn: bytes | None = None,
    *,
    births: bool = False,
) -> list[dict[str, Any]]:
    """The flagged households in view: by urgency, next deadline, id; one row more than asked, if there is.

    `bsn`: only with somebody of this index; `births`: with the sealed birth dates.
    """
    later, rank, at, identity = page.after or (None, None, None, None)
    statement = _worklist(
        filters["signal.existence"],
        filters["urgency"],
        filters["case.next_deadline"],
        filters["gap"],
        filters["case.status"],
        replace(scope, teams=()),
        urgency is not None,
        overdue,
        bsn is not None,
        births,
    )
    values = {
        "from_later": later,
        "from_rank": rank,
        "from_at": at,
        "from_id": identity,
        "urgency": urgency,
        "bsn": bsn,
    }
    values = {name: value for name, value in values.items() if value is not None or name.startswith("from")}
    values["new_first"] = page.new_first
    rows = await work.session.execute(statement, {**_values(work, scope, page), **values})
    return [dict(row) for row in rows.mappings()]


async def gaps(
    work: Work, scope: Scope, page: Page, filters: Mapping[str, str], chosen: Chosen = EVERYTHING
) -> list[dict[str, Any]]:
    """The broken promises in view, oldest first."""
    at, identity = page.after or (None, None)
    rows = await work.session.execute(
        _gaps(filters["gap"], filters["signal.existence"], chosen_by(chosen), replace(scope, teams=())),
        {**_values(work, scope, page), **chosen.given, "from_at": at, "from_id": identity},
    )
    return [dict(row) for row in rows.mappings()]


async def tally(
    work: Work, scope: Scope, filters: Mapping[str, str], chosen: Chosen = EVERYTHING
) -> dict[tuple[str, int], int]:
    """How many broken promises are in view, by rule and level."""
    values = _values(work, scope, Page(0))
    del values["first"]
    rows = await work.session.execute(
        _tally(filters["gap"], chosen_by(chosen), replace(scope, teams=())),
        {**values, **chosen.given},
    )
    return {(row.rule, row.level): row.number for row in rows}


def _values(work: Work, scope: Scope, page: Page) -> dict[str, Any]:
    return {
        **work.asked_by,
        "teams": list(scope.teams),
        "one_team": scope.one_team,
        "first": page.first + 1,
    }


def parse_moment(value: str) -> datetime:
    """A moment out of a cursor."""
    return datetime.fromisoformat(value)
