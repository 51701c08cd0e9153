"""One statement per read: rows to plain values, sealed ones still sealed. Deciding and opening come after."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from casecoord.storage.agreements import AGREEMENTS, MILESTONES
from casecoord.storage.breakthroughs import ADDRESSEE, HOMEWORK
from casecoord.storage.connection import READER_ROLE
from casecoord.storage.consents import COVERING, HOLDS, standing
from casecoord.storage.functions import Function
from casecoord.storage.notes import NOTES
from casecoord.storage.placements import PLACEMENTS, PLACES_OF_HEARING
from casecoord.storage.relating import PARTED, PREPARES, SPLIT, STANDING, Relation
from casecoord.storage.sealed import HouseholdSeal
from casecoord.storage.spending import SPENDS, SPENT
from casecoord.storage.telling import openly
from casecoord.storage.turns import whose
from casecoord.storage.work import Area, Visit, Work

_PERSON = """jsonb_build_object('membership', m.id, 'professional', w.id, 'name', w.name, 'phone', w.phone,
  'team', t.id, 'team_name', t.name, 'team_kind', t.kind)"""
_JOIN_PERSON = """join memberships m on m.area_id = {x}.area_id and m.id = {who}
  join professionals w on w.area_id = m.area_id and w.id = m.professional_id
  join teams t on t.area_id = m.area_id and t.id = m.team_id"""


def _who(alias: str, named: str | None = None) -> str:
    return _JOIN_PERSON.format(x=alias, who=whose(alias, named) if named else f"{alias}.membership_id")


KEYS = """coalesce((select jsonb_agg(jsonb_build_array(k.compartment, k.version, encode(k.wrapped, 'hex')))
    from vault.household_keys k where k.area_id = h.area_id and k.household_id = h.id
      and k.compartment not like 'medical:%'), '[]')"""
_COVERS_DETAIL = COVERING.format(
    area="s.area_id",
    facet="signal.detail",
    thing="s.id",
    team="s.source_team_id",
    person="s.person_id",
    household="s.household_id",
)

#: What is read of a household `h`, to which the actor stands as `rel`, and of its open case `c`, part by part. Each is a
#: statement of its own, planned once a connection: all in one would be a plan of two thousand nodes, and to begin it
#: would take longer than to answer it.
_OF_HOUSEHOLD = {
    "keys": KEYS,
    "persons": """coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', encode(p.name_sealed, 'hex'),
      'birth', encode(p.birth_date_sealed, 'hex'), 'language', p.language,
      'links', (select coalesce(jsonb_agg(jsonb_build_object('kind', i.kind, 'name', i.name)
                  order by i.kind, i.name), '[]')
          from person_links l join institutions i on i.area_id = l.area_id and i.kind = l.kind and i.code = l.code
          where l.area_id = p.area_id and l.person_id = p.id and l.kind <> 'benefit' and l.from_on <= cast(:now as date)
            and (l.until_on is null or l.until_on > cast(:now as date))),
      'custody', (select coalesce(jsonb_agg(jsonb_build_object('kind', y.kind, 'holder', y.holder_id)
                  order by y.kind, y.holder_id), '[]')
          from custody y where y.area_id = p.area_id and y.minor_id = p.id),
      'agreed', exists (select from child_agreements g
          where g.area_id = p.area_id and g.child_id = p.id and g.until is null)) order by p.id)
    from persons p where p.area_id = h.area_id and p.household_id = h.id and p.died_on is null), '[]')""",
    "deferred": """coalesce((select jsonb_agg(d.thing_id) from deferrals d
    where d.area_id = h.area_id and d.household_id = h.id and d.ended_at is null), '[]')""",
    "moves": """coalesce((select jsonb_agg(jsonb_build_object('id', v.id, 'moved_on', v.moved_on, 'from', v.from_neighbourhood,
      'to', v.to_neighbourhood) order by v.moved_on, v.id)
    from household_moves v where v.area_id = h.area_id and v.household_id = h.id), '[]')""",
    "had_case": """exists (select from cases d where d.area_id = h.area_id and d.household_id = h.id)""",
    "signals": f"""coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'person', s.person_id, 'state', s.state,
      'domain', s.domain, 'sphere', s.sphere, 'audience', s.audience, 'urgency', s.urgency,
      'received_at', s.received_at, 'source_team', s.source_team_id, 'source_name', t.name,
      'accountable', s.accountable_team_id, 'in_case', s.case_id is not null,
      'author', m.professional_id, 'summary', encode(s.summary_sealed, 'hex'),
      'detail', encode(s.detail_sealed, 'hex'), 'feedback', encode(s.feedback_sealed, 'hex'),
      'outcome', encode(s.outcome_sealed, 'hex'),
      'consents', case when rel.is_lead and s.detail_sealed is not null then {_COVERS_DETAIL} end)
      order by s.received_at, s.id)
    from signals s left join teams t on t.area_id = s.area_id and t.id = s.source_team_id
    left join memberships m on m.area_id = s.area_id and m.id = s.author_id
    where s.area_id = h.area_id and s.household_id = h.id
      and (s.case_id is null or s.case_id = c.id)), '[]')""",
    "spent": f"""case when rel.is_lead then {SPENT.format(area="h.area_id", household="h.id", day=":now")} end""",
    "hearings": f"""coalesce((select jsonb_agg(jsonb_build_object('id', z.id, 'person', z.person_id, 'held_on', z.held_on,
      'state', z.state, 'alternative_at', pl.alternative_at, 'place_held_at', pl.place_held_at, 'team', m.team_id) order by z.held_on, z.id)
    from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by
    cross join lateral ({PLACES_OF_HEARING}) pl
    where z.area_id = h.area_id and z.household_id = h.id and z.state <> 'cancelled'), '[]')""",
    "placements": PLACEMENTS,
    "prepares": f"""{PREPARES.format(area="h.area_id", household="h.id")}""",
    "grants": f"""coalesce((select jsonb_agg(jsonb_build_object('id', g.id, 'name', w.name, 'professional', w.id,
      'since', lower(g.during), 'until', upper(g.during), 'medical', g.medical,
      'reason', encode(g.reason_sealed, 'hex'), 'review', encode(g.review_sealed, 'hex')) order by lower(g.during), g.id)
    from break_glass_grants g {_who("g")} where g.area_id = h.area_id and g.household_id = h.id), '[]')""",
    "notes": NOTES,
    "consents": f"""coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'person', x.person_id, 'facet', x.facet,
      'thing', x.thing_id, 'receiver', x.receiver, 'purpose', x.purpose, 'source', x.source, 'sphere', x.sphere,
      'audience', x.audience, 'since', lower(x.during), 'until', upper(x.during), 'recorded_at', x.recorded_at,
      'recorded_by', w.name, 'professional', w.id, 'team', x.team_id, 'withdrawn_at', x.withdrawn_at,
      'holds', {HOLDS}, 'given_by', (select jsonb_agg(g.person_id order by g.person_id) from consent_givers g
          where g.area_id = x.area_id and g.consent_id = x.id)) order by x.recorded_at, x.id)
    from consents x left join memberships m on m.area_id = x.area_id and m.id = x.recorded_by
    left join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where x.area_id = h.area_id and x.household_id = h.id), '[]')""",
    "promises": f"""coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'rule', p.rule, 'subject', p.subject_id,
      'sphere', p.sphere, 'audience', p.audience, 'due_at', p.due_at, 'responder', w.name, 'responder_team', m.team_id,
      'in_case', s.id is null or s.case_id is not null, 'accountable', s.accountable_team_id,
      'levels', jsonb_build_array(p.area_at, p.decision_at, p.alliance_at)) order by p.due_at, p.id)
    from promises p left join signals s on s.area_id = p.area_id and s.id = p.subject_id
    join memberships m on m.area_id = p.area_id and m.id = {whose("p", "responder_id")}
    join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where p.area_id = h.area_id and p.household_id = h.id and p.ended_at is null and {openly("p")}), '[]')""",
}
#: Of a household without an open case, these are not asked.
_OF_CASE = {
    "lead": f"""(select {_PERSON} from leads l {_who("l")}
    where l.area_id = h.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz))""",
    "proposals": f"""coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind, 'state', x.state,
      'proposed', {_PERSON}, 'takes_part', t.id = any(part.teams)) order by x.proposed_at, x.id)
    from proposals x {_who("x", "membership_id")}
    cross join lateral (select teams_in_case(c.id, :now) teams) part
    where x.area_id = h.area_id and x.case_id = c.id and x.state = 'pending'), '[]')""",
    "participants": """coalesce((select jsonb_agg(jsonb_build_object('team', q.team_id, 'name', t.name, 'kind', t.kind,
      'sphere', q.sphere, 'audience', q.audience) order by lower(q.during), q.id)
    from participants q join teams t on t.area_id = q.area_id and t.id = q.team_id
    where q.area_id = h.area_id and q.case_id = c.id and q.during @> cast(:now as timestamptz)), '[]')""",
    "actions": f"""coalesce((select jsonb_agg(jsonb_build_object('id', a.id, 'domain', a.domain, 'sphere', a.sphere,
      'audience', a.audience, 'state', a.state, 'due_on', a.due_on, 'what', encode(a.what_sealed, 'hex'),
      'result', encode(a.result_sealed, 'hex'), 'owner', {_PERSON}, 'author_team', b.team_id,
      'author', b.professional_id)
      order by a.due_on, a.id)
    from plan_actions a {_who("a", "owner_id")}
    join memberships b on b.area_id = a.area_id and b.id = a.author_id
    where a.area_id = h.area_id and a.case_id = c.id), '[]')""",
    "blockades": f"""coalesce((select jsonb_agg(jsonb_build_object('id', b.id, 'kind', b.kind, 'domain', b.domain, 'sphere', b.sphere,
      'audience', b.audience, 'state', b.state, 'raised_at', b.raised_at, 'action', b.action_id,
      'what', encode(b.what_sealed, 'hex'), 'asked', encode(b.asked_sealed, 'hex'),
      'decision', encode(b.decision_sealed, 'hex'), 'reach', b.reach, 'raised_by', {_PERSON},
      'addressee', {ADDRESSEE.format(x="b")}, 'function', encode(b.function_sealed, 'hex'), 'needed_by', b.needed_by,
      'urgency', b.urgency,      'mandate', encode(b.mandate_sealed, 'hex'), 'rule', b.breakthrough_id,
      'homework', {HOMEWORK.format(x="b")})
      order by b.raised_at, b.id)
    from blockades b {_who("b", "raised_by")} where b.area_id = h.area_id and b.case_id = c.id), '[]')""",
    "spends": SPENDS,
    "milestones": f"""{MILESTONES.format(case="c")}""",
    "agreements": f"""{AGREEMENTS.format(case="c")}""",
    "contacts": """coalesce((select jsonb_agg(jsonb_build_object('id', k.id, 'at', k.contacted_at, 'manner', k.manner)
      order by k.contacted_at, k.id)
    from contacts k where k.area_id = h.area_id and k.case_id = c.id), '[]')""",
}

#: Most families have little of this, and to begin a statement of many conditions takes longer than to see that nothing is
#: there: one statement asks in which of these tables there is anything in view.
_PERHAPS = {
    "hearings": "hearings",
    "placements": "placements",
    "grants": "break_glass_grants",
    "notes": "medical_notes",
    "consents": "consents",
    "moves": "household_moves",
    "deferred": "deferrals",
    "proposals": "(select * from proposals where state = 'pending')",
    "blockades": "blockades",
    "spends": "spends",
    "milestones": "milestones",
    "agreements": "agreements",
}

_RELATED = [one.name for one in fields(Relation)]


def _asked(parts: Mapping[str, str]) -> str:
    """A statement for each part. As text until it leaves: to build JSON in its binary form takes longer."""
    return "\n    ".join(_if_there(name, part.replace("jsonb_", "json_")) for name, part in parts.items())


def _if_there(name: str, part: str) -> str:
    read = f"part_{name} := to_json({part});"
    return f"if there.{name} then {read} end if;" if name in _PERHAPS else read


def _is_there(name: str, rows: str) -> str:
    whose = "case_id = c.id" if name in _OF_CASE else "household_id = h.id"
    return f"exists (select from {rows} x where x.area_id = h.area_id and x.{whose}) {name}"


def _named(names: Iterable[str], of: str) -> str:
    return ", ".join(f"'{name}', {of}{name}" for name in names)


def _of_home(statement: str) -> str:
    return statement.format(area="h.area_id", household="h.id")


#: Stable: all parts are of one moment, that of the statement which asks; with the rights, and before the policies, of
#: whoever asks.
HOUSEHOLD_VIEW = Function(
    "household_view",
    {
        "area": "uuid",
        "id": "uuid",
        "team": "uuid",
        "professional": "uuid",
        "membership": "uuid",
        "person": "uuid",
        "court": "boolean",
        "purpose": "text",
        "now": "timestamptz",
    },
    "json",
    f"""
declare h households%rowtype; c cases%rowtype; rel record; there record;
    {" ".join(f"part_{name} json := '[]';" for name in (*_OF_HOUSEHOLD, *_OF_CASE) if name != "lead")}
    part_lead json := 'null';
begin
    -- In a select of its own: as a bare coalesce it could tell of rows that the policies hide, as PostgreSQL sees it, and
    -- would be asked of every household of the area after them.
    select * into h from households x where x.area_id = :area and x.id = (select coalesce(
        (select k.household_id from cases k where k.area_id = :area and k.id = :id), :id));
    if not found then return null; end if;
    -- The second net asks of every row whether the team is at home here: it is asked once, and recalled.
    if current_user = '{READER_ROLE}' then
        if team_is_at_home(h.id) then perform set_config('casecoord.homes', h.id::text, true); end if;
    end if;
    select r.*, false split_other_part into rel from ({_of_home(STANDING)}) r;
    if {_of_home(PARTED)} then rel.split_other_part := {_of_home(SPLIT)}; end if;
    select * into c from cases k where k.area_id = h.area_id and k.household_id = h.id and k.state <> 'closed';
    select {", ".join(_is_there(name, rows) for name, rows in _PERHAPS.items())} into there;
    {_asked(_OF_HOUSEHOLD)}
    if c.id is not null then
    {_asked(_OF_CASE)}
    end if;
    return json_build_object('id', h.id, 'secret_address', h.secret_address,
        'address', encode(h.address_sealed, 'hex'), 'contact', encode(h.contact_sealed, 'hex'),
        'open_case', case when c.id is not null then json_build_object('id', c.id, 'state', c.state) end,
        {_named(_RELATED, "rel.")},
        {_named((*_OF_HOUSEHOLD, *_OF_CASE), "part_")});
end""",
)
_JOINT = text(f"select {HOUSEHOLD_VIEW.call}::text")


async def joint_case(work: Work | Visit, identity: UUID) -> dict[str, Any] | None:
    """Everything of a household's joint case, by the id of the case or the household; sealed."""
    found = await work.session.scalar(_JOINT, {**standing(work), "id": identity})
    if found is None:
        return None
    row: dict[str, Any] = orjson.loads(found)
    return {**row, "id": UUID(row["id"])}


def seal_of(work: Area, household: UUID, keys: list[list[Any]]) -> HouseholdSeal:
    """The seal of a household from the keys that a read brought along."""
    return HouseholdSeal(work.keyring, household).add_keys(
        (name, version, bytes.fromhex(wrapped)) for name, version, wrapped in keys
    )
