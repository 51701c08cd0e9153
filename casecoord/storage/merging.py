"""Two households that are one: reading what may belong together, and bringing one into the other.

Every value is sealed again under the keys and in the place of the household that it comes to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.words import ProposalState, Sphere
from casecoord.storage.case_tables import Case, MergeProposal, PlanAction, Proposal, Signal
from casecoord.storage.cases import Desk
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.tables import Base, Household, Person
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_SIDE = f"""jsonb_build_object('household', h.id, 'secret', h.secret_address, 'keys', {KEYS},
  'address', encode(h.address_sealed, 'hex'),
  'persons', coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'name', encode(p.name_sealed, 'hex'),
      'birth', encode(p.birth_date_sealed, 'hex')) order by p.id)
    from persons p where p.area_id = h.area_id and p.household_id = h.id and p.died_on is null), '[]'))"""
_PENDING = text(
    f"""
select x.id, x.reason, x.proposed_at,
  (select {_SIDE} from households h where h.area_id = x.area_id and h.id = x.provisional_id) beside,
  (select {_SIDE} from households h where h.area_id = x.area_id and h.id = x.household_id) main
from merge_proposals x
where x.area_id = :area and x.state = 'pending' and (cast(:from_at as timestamptz) is null
  or (x.proposed_at, x.id) > (cast(:from_at as timestamptz), cast(:from_id as uuid)))
order by x.proposed_at, x.id limit :first
"""
)
_HISTORY = (
    # What ran for the one runs for the other; what no team covered is asked of the other anew.
    "update promises set household_id = :main where area_id = :area and household_id = :beside"
    " and rule <> 'covered'",
    # Who was told of it is told of the household in which it now is.
    "update outbox set household_id = :main where area_id = :area and household_id = :beside",
    # What happened stays written where it happened, and is written again where it belongs.
    "insert into events (area_id, id, household_id, case_id, at, verb, membership_id, sphere, audience, facet,"
    " rule, about) select area_id, gen_random_uuid(), :main, case_id, at, verb, membership_id, sphere, audience,"
    " facet, rule, about from events where area_id = :area and household_id = :beside",
    # Who answered for what came along, at moments at which nobody answered for the household it came to.
    "insert into holders (area_id, id, household_id, membership_id, during)"
    " select o.area_id, gen_random_uuid(), :main, o.membership_id, unnest(tstzmultirange(o.during) - coalesce("
    "   (select range_agg(y.during) from holders y where y.area_id = :area and y.household_id = :main), '{}'))"
    " from holders o where o.area_id = :area and o.household_id = :beside",
    "update merge_proposals set state = 'superseded', decided_at = :now, decided_by = :by where area_id = :area"
    " and state = 'pending' and id <> :id and (provisional_id = :beside or household_id = :beside and"
    "   (provisional_id = :main or exists (select from merge_proposals y where y.area_id = :area"
    "     and y.provisional_id = merge_proposals.provisional_id and y.household_id = :main)))",
    "update merge_proposals set household_id = :main where area_id = :area and state = 'pending'"
    " and id <> :id and household_id = :beside",
)
_STILL_PENDING = text(
    "select exists (select from merge_proposals where area_id = :area and provisional_id = :beside"
    " and state = 'pending')"
)


@dataclass(frozen=True, slots=True)
class Kin:
    """For each person brought along: the person that they are in the other household."""

    same: Mapping[UUID, UUID]
    others: list[Person]


async def pending_merges(
    work: Work, first: int, after: tuple[datetime, UUID] | None
) -> list[Mapping[str, Any]]:
    """What waits for a coordinator's word, oldest first; one row more than asked, if there is."""
    at, identity = after or (None, None)
    rows = await work.session.execute(
        _PENDING, {"area": work.area_id, "first": first + 1, "from_at": at, "from_id": identity}
    )
    return [dict(row) for row in rows.mappings()]


async def merge_proposal(work: Work, identity: UUID) -> MergeProposal | None:
    """The proposal as it is committed now, or as changed here."""
    return await work.session.get(MergeProposal, (work.area_id, identity), populate_existing=True)


async def kin_of(beside: Desk, main: Desk) -> Kin:
    """Who of the persons brought along is there already; whoever is not moves in."""
    there = await _persons(main)
    same, others = {}, []
    for person in await _persons(beside):
        alike = [
            one
            for one in there
            if person.bsn_index is None and one.name_index == person.name_index is not None
        ]
        if len(alike) > 1:
            alike = [one for one in alike if _name(main.seal, one) == _name(beside.seal, person)]
        if len(alike) == 1:
            same[person.id] = alike[0].id
        else:
            others.append(person)
    return Kin(same, others)


async def bring_along(beside: Desk, main: Desk, kin: Kin, proposal: UUID) -> list[Signal]:
    """Moves everything of one household into the other, sealed anew; the signals that came along."""
    work = main.work
    signals = await _rows(beside, Signal, Signal.household_id == beside.household_id)
    cases = await _rows(beside, Case, Case.household_id == beside.household_id)
    ids = [case.id for case in cases]
    for person in kin.others:
        _reseal(beside, main, person, ("name", "birth_date"), Compartment.IDENTITY)
        person.household_id = main.household_id
    for signal in signals:
        facets = ("summary", "detail", "veilig_thuis_reason", "triage_reason")
        _reseal(beside, main, signal, facets, Compartment.of(Sphere(signal.sphere)))
        signal.household_id = main.household_id
        if signal.person_id is not None:
            signal.person_id = kin.same.get(signal.person_id, signal.person_id)
    for asked in await _rows(beside, Proposal, Proposal.case_id.in_(ids)):
        _reseal(beside, main, asked, ("reason", "preference", "answer"), Compartment.GENERAL)
    for action in await _rows(beside, PlanAction, PlanAction.case_id.in_(ids)):
        _reseal(beside, main, action, ("what", "result"), Compartment.of(Sphere(action.sphere)))
    for case in cases:
        case.household_id = main.household_id
    await work.session.flush()
    values = {
        "area": work.area_id,
        "main": main.household_id,
        "beside": beside.household_id,
        "now": main.now,
        "by": main.actor_membership,
        "id": proposal,
    }
    for statement in _HISTORY:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await work.session.execute(text(statement), wanted)
    return signals


async def end_household(desk: Desk) -> None:
    """Closes a household in which nothing is left, at this moment."""
    row = await desk.work.session.get_one(Household, (desk.work.area_id, desk.household_id))
    began = row.during.lower
    assert began is not None
    row.during = Range(began, max(desk.now, began + datetime.resolution))
    row.provisional = False


async def stays_apart(desk: Desk) -> None:
    """A household that belongs to no other is one of its own, once nobody has to say so any more."""
    waits = await desk.work.session.execute(
        _STILL_PENDING, {"area": desk.work.area_id, "beside": desk.household_id}
    )
    if not waits.scalar_one():
        row = await desk.work.session.get_one(Household, (desk.work.area_id, desk.household_id))
        row.provisional = False


def decide(proposal: MergeProposal, desk: Desk, accepted: bool) -> None:
    """Writes the coordinator's word."""
    proposal.state = ProposalState.ACCEPTED if accepted else ProposalState.DECLINED
    proposal.decided_at, proposal.decided_by = desk.now, desk.actor_membership


async def _persons(desk: Desk) -> list[Person]:
    return await _rows(desk, Person, Person.household_id == desk.household_id, Person.died_on.is_(None))


async def _rows(desk: Desk, kind: type[Any], *conditions: Any) -> list[Any]:
    found = await desk.work.session.scalars(
        select(kind).where(kind.area_id == desk.work.area_id, *conditions).order_by(kind.id)
    )
    return list(found)


def _name(seal: HouseholdSeal, person: Person) -> str:
    name = seal.open(person.name_sealed, Place("persons", person.id, "name"), Compartment.IDENTITY)
    return " ".join(name.casefold().split())


def _reseal(beside: Desk, main: Desk, row: Base, facets: Iterable[str], compartment: Compartment) -> None:
    for facet in facets:
        place = Place(row.__tablename__, row.id, facet)  # type: ignore[attr-defined]
        sealed = getattr(row, f"{facet}_sealed")
        if sealed is not None:
            opened = beside.seal.open(sealed, place, compartment)
            setattr(row, f"{facet}_sealed", main.seal.seal(opened, place, compartment))
