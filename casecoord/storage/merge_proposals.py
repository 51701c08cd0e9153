"""Reading what may belong together: the proposals that wait for a coordinator's word, and who is who in two households."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.duplicates import sounds_like
from casecoord.domain.words import ProposalState
from casecoord.storage.cases import Desk
from casecoord.storage.households import family_name
from casecoord.storage.merge_tables import MergeProposal
from casecoord.storage.merging import Kin
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.tables import Household, Person
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_SIDE = f"""jsonb_build_object('household', h.id, 'secret', h.secret_address, 'keys', {KEYS},
  'address', encode(h.address_sealed, 'hex'),
  'case', (select c.id from cases c where c.area_id = h.area_id and c.household_id = h.id and c.state <> 'closed'),
  'led', exists (select from cases c where c.area_id = h.area_id and c.household_id = h.id
      and c.state in ('led', 'aftercare')),
  'persons', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', encode(p.name_sealed, 'hex'),
      'birth', encode(p.birth_date_sealed, 'hex')) order by p.id)
    from persons p where p.area_id = h.area_id and p.household_id = h.id and p.died_on is null), '[]'))"""
_PENDING = text(
    f"""
select x.id, x.reasons, x.score, x.proposed_at,
  (select {_SIDE} from households h where h.area_id = x.area_id and h.id = x.provisional_id) beside,
  (select {_SIDE} from households h where h.area_id = x.area_id and h.id = x.household_id) main
from merge_proposals x
where x.area_id = :area and x.state = 'pending' and (cast(:from_at as timestamptz) is null
  or (x.proposed_at, x.id) > (cast(:from_at as timestamptz), cast(:from_id as uuid)))
order by x.proposed_at, x.id limit :first
"""
)
_RECENT = text(
    """
select x.id, x.household_id, x.merged_at, w.name, w.id professional_id
from merges x join memberships m on m.area_id = x.area_id and m.id = x.merged_by
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where x.area_id = :area and x.undone_at is null and x.merged_at > cast(:now as timestamptz) - interval '1 month'
order by x.merged_at desc, x.id limit :most
"""
)
_STILL_PENDING = text(
    "select exists (select from merge_proposals where area_id = :area and provisional_id = :beside"
    " and state = 'pending')"
)


async def pending_merges(
    work: Work, first: int, after: tuple[datetime, UUID] | None
) -> list[Mapping[str, Any]]:
    """What waits for a coordinator's word, oldest first; one row more than asked, if there is."""
    at, identity = after or (None, None)
    rows = await work.session.execute(
        _PENDING, {"area": work.area_id, "first": first + 1, "from_at": at, "from_id": identity}
    )
    return [dict(row) for row in rows.mappings()]


async def recent_merges(work: Work, most: int) -> list[Mapping[str, Any]]:
    """The merges of the last month that were not undone, the latest first."""
    rows = await work.session.execute(_RECENT, {"area": work.area_id, "now": work.now, "most": most})
    return [dict(row) for row in rows.mappings()]


async def merge_proposal(work: Work, identity: UUID) -> MergeProposal | None:
    """The proposal as it is committed now, or as changed here."""
    return await work.session.get(MergeProposal, (work.area_id, identity), populate_existing=True)


def decide(proposal: MergeProposal, desk: Desk, accepted: bool) -> None:
    """Writes the coordinator's word."""
    proposal.state = ProposalState.ACCEPTED if accepted else ProposalState.DECLINED
    proposal.decided_at, proposal.decided_by = desk.now, desk.actor_membership


async def stays_apart(desk: Desk) -> None:
    """A household that belongs to no other is one of its own, once nobody has to say so any more."""
    await desk.work.session.flush()
    waits = await desk.work.session.execute(
        _STILL_PENDING, {"area": desk.work.area_id, "beside": desk.household_id}
    )
    if not waits.scalar_one():
        row = await desk.work.session.get_one(Household, (desk.work.area_id, desk.household_id))
        row.provisional = False


async def kin_of(beside: Desk, main: Desk) -> Kin:
    """Who of the one household is in the other too. Of two records the one with a BSN goes on, else the one here."""
    here, there = await _persons(beside), await _persons(main)
    same: dict[UUID, UUID] = {}
    stay_behind: list[UUID] = []
    free = list(there)
    for person in here:
        found = _alike(beside.seal, person, main.seal, free)
        if found is None:
            continue
        free.remove(found)
        if person.bsn_index is None:
            same[person.id] = found.id
        else:
            same[found.id] = person.id
            stay_behind.append(found.id)
    return Kin(same, [person.id for person in here if person.id not in same], stay_behind)


def _alike(seal: HouseholdSeal, person: Person, other: HouseholdSeal, there: list[Person]) -> Person | None:
    """The one other record of this person, if it is certain enough: of several, the one with the same name."""
    born, name = _text(seal, person, "birth_date"), _text(seal, person, "name")
    alike = [
        one
        for one in there
        if (person.bsn_index is None or one.bsn_index is None)
        and (
            (person.name_index is not None and one.name_index == person.name_index)
            or (
                "-00" not in born
                and _text(other, one, "birth_date") == born != ""
                and _sounds(_text(other, one, "name")) == _sounds(name)
            )
        )
    ]
    if len(alike) > 1:
        alike = [one for one in alike if _text(other, one, "name") == name]
    return alike[0] if len(alike) == 1 else None


async def _persons(desk: Desk) -> list[Person]:
    found = await desk.work.session.scalars(
        select(Person)
        .where(
            Person.area_id == desk.work.area_id,
            Person.household_id == desk.household_id,
            Person.died_on.is_(None),
        )
        .order_by(Person.id)
    )
    return list(found)


def _text(seal: HouseholdSeal, person: Person, facet: str) -> str:
    sealed = getattr(person, f"{facet}_sealed")
    if sealed is None:
        return ""
    opened = seal.open(sealed, Place("persons", person.id, facet), Compartment.IDENTITY)
    return " ".join(opened.casefold().split())


def _sounds(name: str) -> tuple[str, str]:
    """The first letter and the sound of the family name: with the birth date, one person."""
    return name[:1], sounds_like(family_name(name))
