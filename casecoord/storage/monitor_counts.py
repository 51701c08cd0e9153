"""What the monitor counts: for each measure one fragment of SQL over the work itself, for many periods at once.

A fragment answers (period, words of the cell, household, number); the neighbourhood is where the family lives when the
figure is made. `p` are the periods with their instants. Each thing is in one period and one cell of a measure at most.
"""

from casecoord.domain.monitor import BANDS, COMPLETE, COUNTED, INCOMPLETE, READINESS, WITHOUT_TEAM
from casecoord.domain.words import CaseState, HearingState, InstitutionKind, SignalSource
from casecoord.storage.coverage import SCHOOLS

_SPHERES = ", ".join(f"'{sphere}'" for sphere in COUNTED)


def _during(moment: str) -> str:
    return f"{moment} >= p.since and {moment} < p.until"


def _band(since: str, until: str) -> str:
    """In which band the days between two moments lie."""
    days = f"extract(epoch from {until} - {since}) / 86400"
    steps = " ".join(f"when {days} <= {most} then '{band}'" for band, most in BANDS if most is not None)
    return f"case {steps} else '{BANDS[-1][0]}' end"


_SIGNALS = f"""
select p.from_on, array[x.sphere, x.domain, coalesce(t.kind, 'family')] path, x.household_id, count(*) number
  from p join signals x on x.area_id = :area and {_during("x.received_at")} and x.source <> '{SignalSource.AREA}'
  left join teams t on t.area_id = x.area_id and t.id = x.source_team_id
 group by 1, 2, 3"""
_TRIAGED = f"""
select p.from_on, array[{_band("x.received_at", "x.triaged_at")}] path, x.household_id, count(*) number
  from p join signals x on x.area_id = :area and {_during("x.triaged_at")} and x.sphere in ({_SPHERES})
 group by 1, 2, 3"""
_FIRST_LEADS = (
    """select l.case_id, min(lower(l.during)) began from leads l where l.area_id = :area group by 1"""
)
_LED = f"""
select p.from_on, array[{_band("c.triaged_at", "l.began")}] path, c.household_id, count(*) number
  from p join ({_FIRST_LEADS}) l on {_during("l.began")}
  join cases c on c.area_id = :area and c.id = l.case_id
 group by 1, 2, 3"""
_CONTACTED = f"""
select p.from_on, array[{_band("l.began", "o.at")}] path, c.household_id, count(*) number
  from p join (select o.case_id, min(o.contacted_at) at from contacts o where o.area_id = :area group by 1) o
    on {_during("o.at")}
  join ({_FIRST_LEADS}) l on l.case_id = o.case_id
  join cases c on c.area_id = :area and c.id = o.case_id
 group by 1, 2, 3"""
_GAPS = f"""
select p.from_on, array[x.rule, (array['team_coordinator', 'area_coordinator', 'decision_power', 'alliance'])
    [1 + (x.area_at < p.until)::int + (x.decision_at < p.until)::int + (x.alliance_at < p.until)::int]] path,
  x.household_id, count(*) number
  from p join promises x on x.area_id = :area and x.due_at < p.until and (x.ended_at is null or x.ended_at >= p.until)
    and x.household_id is not null and x.sphere in ({_SPHERES})
 group by 1, 2, 3"""
_CASES = f"""
select p.from_on, array[case when x.aftercare_at < p.until then '{CaseState.AFTERCARE}'
    when l.id is not null then '{CaseState.LED}' when o.id is not null then '{CaseState.LEAD_PROPOSED}'
    else '{CaseState.TRIAGED}' end] path, x.household_id, count(distinct x.id) number
  from p join cases x on x.area_id = :area and x.triaged_at < p.until and (x.closed_at is null or x.closed_at >= p.until)
  left join leads l on l.area_id = x.area_id and l.case_id = x.id and l.during @> p.until - interval '1 microsecond'
  left join proposals o on o.area_id = x.area_id and o.case_id = x.id and o.proposed_at < p.until
    and (o.answered_at is null or o.answered_at >= p.until)
 group by 1, 2, 3"""
_OUTCOMES = f"""
select p.from_on, array[x.outcome_by] path, x.household_id, count(*) number
  from p join cases x on x.area_id = :area and {_during("x.closed_at")} and x.outcome_by is not null
    and x.lapsed_as is null and x.merged_into is null
 group by 1, 2, 3"""
_BREAKTHROUGHS = f"""
select p.from_on, array[x.reach, x.kind] path, c.household_id, count(*) number
  from p join blockades x on x.area_id = :area and {_during("x.decided_at")} and x.sphere in ({_SPHERES})
  join cases c on c.area_id = x.area_id and c.id = x.case_id
 group by 1, 2, 3"""
#: A place of a hearing `x` of which something held when its day began.
_DAY = "(x.held_on::timestamp at time zone 'Europe/Amsterdam')"
_PLACE = "exists (select from placements y where y.area_id = x.area_id and y.hearing_id = x.id and {})"
_ALTERNATIVES = f"""
select p.from_on, array[case when {_PLACE.format(f"y.during @> {_DAY}")} then '{READINESS[0]}'
    when {_PLACE.format(f"y.proposed_at < {_DAY}")} then '{READINESS[1]}' else '{READINESS[2]}' end] path,
  x.household_id, count(*) number
  from p join hearings x on x.area_id = :area and x.held_on >= p.from_on and x.held_on < p.until_on
    and x.state <> '{HearingState.CANCELLED}'
 group by 1, 2, 3"""

#: By name of the measure.
COUNTS: dict[str, str] = {
    "signals": _SIGNALS,
    "time_to_triage": _TRIAGED,
    "time_to_lead": _LED,
    "time_to_contact": _CONTACTED,
    "gaps": _GAPS,
    "cases": _CASES,
    "outcomes": _OUTCOMES,
    "breakthroughs": _BREAKTHROUGHS,
    "alternatives": _ALTERNATIVES,
}
#: The statement around a fragment: it answers (period, words, neighbourhood, number).
COUNT = """
with p as (select * from unnest(cast(:froms as date[]), cast(:untils as date[]), cast(:sinces as timestamptz[]),
  cast(:ends as timestamptz[])) p (from_on, until_on, since, until)), counted as ({counted})
select c.from_on, c.path, h.neighbourhood, sum(c.number)::int number
  from counted c left join households h on h.area_id = :area and h.id = c.household_id
 group by 1, 2, 3"""
#: Schools stand where their postcode lies; only what is so now is known of them.
SCHOOL_COUNT = f"""
select x.path, o.neighbourhood, count(*)::int number from (
  select i.code, case when 'team' = any(i.lacks) then '{WITHOUT_TEAM}' when i.lacks <> '{{}}' then '{INCOMPLETE}'
    else '{COMPLETE}' end path from ({SCHOOLS}) i) x
  join institutions s on s.area_id = :area and s.kind = '{InstitutionKind.SCHOOL}' and s.code = x.code
  left join postcodes o on o.area_id = s.area_id and o.postcode = s.postcode
 group by 1, 2"""
