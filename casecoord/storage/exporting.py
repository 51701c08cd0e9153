"""Everything that is recorded of one household, still sealed, for the export of one who lives there."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.agreements import AGREEMENTS, MILESTONES
from casecoord.storage.rectifying import IS_HERE
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_NAMED = (
    "jsonb_build_object('name', w.name, 'team', t.name, 'kind', t.kind) from memberships m"
    " join professionals w on w.area_id = m.area_id and w.id = m.professional_id"
    " join teams t on t.area_id = m.area_id and t.id = m.team_id where m.area_id = h.area_id and m.id = {who}"
)


def _list(columns: str, source: str, order: str) -> str:
    return f"coalesce((select jsonb_agg(jsonb_build_object({columns}) order by {order}) from {source}), '[]')"


_OF_CASE = {
    "participants": _list(
        "'name', t.name, 'kind', t.kind, 'sphere', p.sphere, 'since', lower(p.during), 'until', upper(p.during)",
        "participants p join teams t on t.area_id = p.area_id and t.id = p.team_id"
        " where p.area_id = c.area_id and p.case_id = c.id",
        "lower(p.during), p.id",
    ),
    "contacts": _list(
        "'id', k.id, 'at', k.contacted_at, 'manner', k.manner",
        "contacts k where k.area_id = c.area_id and k.case_id = c.id",
        "k.contacted_at, k.id",
    ),
    "actions": _list(
        "'id', a.id, 'domain', a.domain, 'sphere', a.sphere, 'state', a.state, 'due_on', a.due_on,"
        f" 'owner', (select {_NAMED.format(who='a.owner_id')}), 'what', encode(a.what_sealed, 'hex'),"
        " 'result', encode(a.result_sealed, 'hex'), 'outcome', encode(a.outcome_sealed, 'hex')",
        "plan_actions a where a.area_id = c.area_id and a.case_id = c.id",
        "a.due_on, a.id",
    ),
    "spends": _list(
        "'id', s.id, 'domain', s.domain, 'sphere', s.sphere, 'spent_on', s.spent_on, 'amount', s.amount_cents,"
        " 'cancelled', s.cancelled_at is not null, 'purpose', encode(s.purpose_sealed, 'hex'),"
        " 'result', encode(s.result_sealed, 'hex')",
        "spends s where s.area_id = c.area_id and s.case_id = c.id",
        "s.spent_on, s.id",
    ),
    "leads": _list(
        f"'who', (select {_NAMED.format(who='l.membership_id')}), 'since', lower(l.during), 'until', upper(l.during)",
        "leads l where l.area_id = c.area_id and l.case_id = c.id",
        "lower(l.during), l.id",
    ),
}
_OF_CASE |= {"milestones": MILESTONES.format(case="c"), "agreements": AGREEMENTS.format(case="c")}
_CASE = ", ".join(f"'{name}', {columns}" for name, columns in _OF_CASE.items())

#: What an act of the access log `a` was done to, as the timeline has it.
_DONE_TO = """array(select o.thing from events v cross join lateral (select v.id::text union
    select value from jsonb_each_text(v.about)) o (thing)
  where v.area_id = h.area_id and v.household_id = h.id and v.at = a.at
    and v.verb = cast(a.record as jsonb) ->> 'event'
    and v.membership_id::text = cast(a.record as jsonb) ->> 'membership')"""
_EXPORT = text(
    f"""
select h.id, h.left_on,
  array(select d.thing_id::text from deferrals d
    where d.area_id = h.area_id and d.household_id = h.id and d.ended_at is null) deferred,
  encode(h.address_sealed, 'hex') address, encode(h.contact_sealed, 'hex') contact,
  {KEYS} as keys, e.name area,
  {
        _list(
            "'id', p.id, 'name', encode(p.name_sealed, 'hex'), 'birth', encode(p.birth_date_sealed, 'hex'),"
            " 'language', p.language, 'links', "
            + _list(
                "'kind', i.kind, 'name', i.name",
                "person_links l join institutions i on i.area_id = l.area_id and i.kind = l.kind and i.code = l.code"
                " where l.area_id = p.area_id and l.person_id = p.id and l.from_on <= cast(:now as date)"
                " and (l.until_on is null or l.until_on > cast(:now as date))",
                "i.kind, i.name",
            )
            + ", 'custody', "
            + _list(
                "'kind', y.kind, 'holder', y.holder_id",
                "custody y where y.area_id = p.area_id and y.minor_id = p.id",
                "y.kind, y.holder_id",
            )
            + ", 'agrees', exists (select from request_agreements g where g.area_id = p.area_id and g.person_id = p.id and g.request_id = :request)",
            "persons p where p.area_id = h.area_id and p.household_id = h.id and p.died_on is null",
            "p.id",
        )
    } persons,
  {
        _list(
            "'on', v.moved_on",
            "household_moves v where v.area_id = h.area_id and v.household_id = h.id",
            "v.moved_on, v.id",
        )
    } moves,
  {
        _list(
            f"'id', c.id, 'state', c.state, 'opened', c.triaged_at, 'closed', c.closed_at, 'outcome', encode(c.outcome_sealed, 'hex'), {_CASE}",
            "cases c where c.area_id = h.area_id and c.household_id = h.id and c.forgotten_at is null",
            "c.triaged_at, c.id",
        )
    } cases,
  {
        _list(
            "'id', s.id, 'person', s.person_id, 'state', s.state, 'domain', s.domain, 'sphere', s.sphere,"
            " 'urgency', s.urgency, 'received_at', s.received_at, 'ended_at', s.ended_at, 'from', s.source,"
            " 'source', t.name, 'summary', encode(s.summary_sealed, 'hex'), 'detail', encode(s.detail_sealed, 'hex'),"
            " 'feedback', encode(s.feedback_sealed, 'hex'), 'outcome', encode(s.outcome_sealed, 'hex')",
            "signals s join teams t on t.area_id = s.area_id and t.id = s.source_team_id"
            " where s.area_id = h.area_id and s.household_id = h.id",
            "s.received_at, s.id",
        )
    } signals,
  {
        _list(
            "'id', z.id, 'person', z.person_id, 'held_on', z.held_on, 'state', z.state",
            "hearings z where z.area_id = h.area_id and z.household_id = h.id",
            "z.held_on, z.id",
        )
    } hearings,
  {
        _list(
            "'id', p.id, 'person', p.person_id, 'thing', p.hearing_id, 'alternative', o.name, 'kind', o.kind,"
            " 'provider', t.name, 'state', p.state, 'since', lower(p.during), 'until', upper(p.during),"
            " 'outcome', p.outcome",
            "placements p join offers o on o.area_id = p.area_id and o.id = p.offer_id"
            " join teams t on t.area_id = o.area_id and t.id = o.team_id"
            " where p.area_id = h.area_id and p.household_id = h.id",
            "p.proposed_at, p.id",
        )
    } placements,
  {
        _list(
            f"'id', g.id, 'who', (select {_NAMED.format(who='g.membership_id')}), 'since', lower(g.during),"
            " 'until', upper(g.during), 'reason', encode(g.reason_sealed, 'hex')",
            "break_glass_grants g where g.area_id = h.area_id and g.household_id = h.id",
            "lower(g.during), g.id",
        )
    } grants,
  {
        _list(
            "'id', r.id, 'person', r.person_id, 'kind', r.kind, 'state', r.state, 'received_at', r.received_at,"
            " 'decided_at', r.decided_at, 'ground', r.ground, 'words', encode(r.words_sealed, 'hex'),"
            " 'decision', encode(r.decision_sealed, 'hex')",
            "requests r where r.area_id = h.area_id and r.household_id = h.id",
            "r.received_at, r.id",
        )
    } requests,
  {
        _list(
            "'id', f.id, 'person', r.person_id, 'row', f.row_id, 'facet', f.facet, 'sphere', f.sphere,"
            " 'corrected_at', f.corrected_at, 'former', encode(f.former_sealed, 'hex')",
            "rectifications f join requests r on r.area_id = f.area_id and r.id = f.request_id"
            f" where f.area_id = h.area_id and r.household_id = h.id and {IS_HERE}",
            "f.corrected_at, f.id",
        )
    } corrections,
  {
        _list(
            "'id', x.id, 'person', x.person_id, 'facet', x.facet, 'thing', x.thing_id, 'receiver', x.receiver,"
            " 'purpose', x.purpose, 'source', x.source, 'since', lower(x.during), 'until', upper(x.during),"
            " 'withdrawn_at', x.withdrawn_at, 'given_by', array(select g.person_id from consent_givers g"
            " where g.area_id = x.area_id and g.consent_id = x.id order by g.person_id)",
            "consents x where x.area_id = h.area_id and x.household_id = h.id",
            "x.recorded_at, x.id",
        )
    } consents,
  {
        _list(
            f"'at', a.at, 'who', w.name, 'team', t.name, 'team_kind', t.kind, 'record', cast(a.record as jsonb), 'things', {_DONE_TO}",
            "access_log a left join professionals w on w.area_id = a.area_id and w.id = a.professional_id"
            " left join teams t on t.area_id = a.area_id and t.id::text = cast(a.record as jsonb) ->> 'team'"
            " where a.area_id = h.area_id and a.household = h.pseudonym and a.record is not null",
            "a.at, a.id",
        )
    } looked
from households h join areas e on e.id = h.area_id where h.area_id = :area and h.id = :household
"""
)


async def everything_of(work: Work, household: UUID, request: UUID) -> dict[str, Any]:
    """One household as it is recorded; `agrees`: a child does, for this request."""
    values = {"area": work.area_id, "household": household, "request": request, "now": work.now}
    return dict((await work.session.execute(_EXPORT, values)).mappings().one())
