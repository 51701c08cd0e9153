"""The notes of practices: read with their own keys, and only where their practice, a consent or an emergency opens them."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.cases import Desk
from casecoord.storage.consent_tables import MedicalNote
from casecoord.storage.consents import COVERING, standing
from casecoord.storage.relating import RELATION
from casecoord.storage.work import Work

_REGISTERED = """exists (select from person_links l join team_covers v on v.area_id = l.area_id and v.kind = l.kind
     and v.code = l.code and v.team_id = :team
   where l.area_id = {x}.area_id and l.person_id = {x}.person_id and l.kind = 'practice'
     and l.from_on <= cast(:now as date) and (l.until_on is null or l.until_on > cast(:now as date)))"""

#: Whether the actor's team is that of the practice that wrote a note `nt`.
OWN_PRACTICE = """exists (select from team_covers o where o.area_id = nt.area_id and o.kind = 'practice'
  and o.code = nt.practice and o.team_id = :team)"""
#: Whether an emergency lifts the lock of a note `nt`, about an own patient, for whoever has the relation `rel`.
LIFTED = f"rel.medical_lifted and {_REGISTERED.format(x='nt')}"

#: How the actor stands to a note: by these two, or by which consents for the lead.
STANDING = f"""
select {OWN_PRACTICE} own_practice, {LIFTED} medical_lifted,
       case when rel.is_lead then {
    COVERING.format(
        area="nt.area_id",
        facet="medical.note",
        thing="nt.id",
        team="null::uuid",
        person="nt.person_id",
        household="nt.household_id",
    )
} end consents"""

#: A household's notes, as JSON. A note leaves the database, and the key of its practice, only with one of these,
#: or for a resident whom it is about, or who has custody over that child.
NOTES = f"""coalesce((select jsonb_agg(jsonb_build_object('id', nt.id, 'person', nt.person_id, 'practice', nt.practice,
      'practice_name', i.name, 'written_at', nt.written_at, 'author', m.professional_id, 'team', m.team_id,
      'own_practice', v.own_practice, 'medical_lifted', v.medical_lifted, 'consents', v.consents,
      'note', case when k.opens then encode(nt.note_sealed, 'hex') end,
      'keys', case when k.opens then (select coalesce(jsonb_agg(jsonb_build_array(y.compartment, y.version,
            encode(y.wrapped, 'hex'))), '[]') from vault.household_keys y where y.area_id = nt.area_id
          and y.household_id = nt.household_id and y.compartment = 'medical:' || nt.practice) end)
      order by nt.written_at, nt.id)
    from medical_notes nt join memberships m on m.area_id = nt.area_id and m.id = nt.author_id
    join institutions i on i.area_id = nt.area_id and i.kind = 'practice' and i.code = nt.practice
    cross join lateral ({STANDING}) v
    cross join lateral (select v.own_practice or v.medical_lifted or v.consents is not null
        or m.team_id = :team or m.professional_id = :professional or nt.person_id = :person or exists (
          select from custody y where y.area_id = nt.area_id and y.minor_id = nt.person_id
             and y.holder_id = :person) opens where not :court) k
    where nt.area_id = h.area_id and nt.household_id = h.id), '[]')"""

_PRACTICE = text(
    "select l.code from person_links l join team_covers v on v.area_id = l.area_id and v.kind = l.kind"
    "   and v.code = l.code and v.team_id = :team"
    " where l.area_id = :area and l.person_id = :person and l.kind = 'practice' and l.from_on <= cast(:now as date)"
    "   and (l.until_on is null or l.until_on > cast(:now as date)) order by l.code limit 1"
)
_COVERS = text(
    "select exists (select from team_covers where area_id = :area and kind = 'practice' and code = :practice"
    " and team_id = :team)"
)
_FACTS = text(
    f"""
select true shared_with_teams, m.team_id team, m.professional_id author, v.own_practice, v.medical_lifted,
  v.consents is not null consent_covers
from medical_notes nt join memberships m on m.area_id = nt.area_id and m.id = nt.author_id
cross join lateral ({RELATION.format(area="nt.area_id", household="nt.household_id")}) rel
cross join lateral ({STANDING}) v
where nt.area_id = :area and nt.id = :thing and nt.household_id = :household"""
)


async def facts_of_note(work: Work, household: UUID, note: UUID) -> dict[str, Any] | None:
    """What is so between the actor and a note of this household."""
    row = (
        (await work.session.execute(_FACTS, {**standing(work), "household": household, "thing": note}))
        .mappings()
        .one_or_none()
    )
    return dict(row) if row else None


async def own_practice_of(work: Work, person: UUID) -> str | None:
    """The practice of the actor's team at which this person is registered now."""
    values = {"area": work.area_id, "team": work.actor.team_id, "person": person, "now": work.now}
    practice: str | None = await work.session.scalar(_PRACTICE, values)
    return practice


async def note_in(desk: Desk, identity: UUID) -> MedicalNote | None:
    """A note of this household."""
    note = await desk.work.session.get(MedicalNote, (desk.work.area_id, identity))
    return note if note is not None and note.household_id == desk.household_id else None


async def is_own_practice(work: Work, practice: str) -> bool:
    """Whether the actor's team is the one of this practice."""
    values = {"area": work.area_id, "practice": practice, "team": work.actor.team_id}
    return bool(await work.session.scalar(_COVERS, values))
