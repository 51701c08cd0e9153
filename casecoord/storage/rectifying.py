"""Where each thing that can be corrected stands; writing it with what it said before; and who was shown that."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from casecoord.domain.ages import next_milestone
from casecoord.domain.rights import Rectifiable
from casecoord.domain.words import Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage.case_tables import Case, PlanAction, Signal
from casecoord.storage.cases import Desk
from casecoord.storage.moving import match_anew, neighbourhood_of
from casecoord.storage.rights_tables import Rectification
from casecoord.storage.sealed import Compartment
from casecoord.storage.tables import Base, Household, Person
from casecoord.storage.views import KEYS
from casecoord.storage.wait_tables import Request
from casecoord.storage.work import Area, Work

Thing = Person | Household | Signal | PlanAction


@dataclass(frozen=True, slots=True)
class Stands:
    """In which column of which table, by which facet; `compartment` None: that of the thing's sphere."""

    table: type[Base]
    column: str
    facet: str
    compartment: Compartment | None = None


_IDENTITY = Compartment.IDENTITY
STANDS: Mapping[Rectifiable, Stands] = {
    Rectifiable.NAME: Stands(Person, "name", "person.name", _IDENTITY),
    Rectifiable.BIRTH_DATE: Stands(Person, "birth_date", "person.birth_date", _IDENTITY),
    Rectifiable.LANGUAGE: Stands(Person, "language", "person.language", _IDENTITY),
    Rectifiable.ADDRESS: Stands(Household, "address", "household.address", _IDENTITY),
    Rectifiable.CONTACT: Stands(Household, "contact", "household.contact", _IDENTITY),
    Rectifiable.SIGNAL_SUMMARY: Stands(Signal, "summary", "signal.summary"),
    Rectifiable.SIGNAL_DETAIL: Stands(Signal, "detail", "signal.detail"),
    Rectifiable.ACTION: Stands(PlanAction, "what", "plan.action"),
}

_POSTCODE = re.compile(r"\b([1-9][0-9]{3}) ?([A-Z]{2})\b")
_NUMBER = re.compile(r"\b([0-9]+)[ -]?([0-9A-Za-z-]*)\s*,")

_SHOWN = text(
    "select distinct m.id from access_log a join households h on h.area_id = a.area_id and h.pseudonym = a.household"
    " join memberships m on m.area_id = a.area_id and m.professional_id = a.professional_id"
    "   and m.during @> cast(:now as timestamptz)"
    " where a.area_id = :area and h.id = :household and a.record is not null"
    "   and jsonb_exists(cast(a.record as jsonb) -> 'facets', :facet)"
)
#: What was corrected is in this household `h` still: a split may have left it with the other part.
IS_HERE = """(f.row_id = h.id
    or exists (select from persons p where p.area_id = h.area_id and p.id = f.row_id and p.household_id = h.id)
    or exists (select from signals s where s.area_id = h.area_id and s.id = f.row_id and s.household_id = h.id)
    or exists (select from plan_actions a join cases c on c.area_id = a.area_id and c.id = a.case_id
      where a.area_id = h.area_id and a.id = f.row_id and c.household_id = h.id))"""
_LIST = text(
    f"""
select h.id household, h.secret_address, {KEYS} as keys, coalesce((select jsonb_agg(jsonb_build_object('id', f.id,
    'what', f.what, 'facet', f.facet, 'sphere', f.sphere, 'audience', f.audience, 'row', f.row_id,
    'corrected_at', f.corrected_at, 'by', w.name, 'former', encode(f.former_sealed, 'hex')) order by f.corrected_at, f.id)
  from rectifications f join requests r on r.area_id = f.area_id and r.id = f.request_id
  join memberships m on m.area_id = f.area_id and m.id = f.corrected_by
  join professionals w on w.area_id = m.area_id and w.id = m.professional_id
  where f.area_id = h.area_id and r.household_id = h.id and {IS_HERE}), '[]') corrections
from households h where h.area_id = :area and h.id = :household
"""
)


async def thing_of(desk: Desk, what: Rectifiable, identity: UUID) -> Thing | None:
    """The thing of this household that is to be corrected; None for what is not there or is another's."""
    stands = STANDS[what]
    row: Any = await desk.work.session.get(stands.table, (desk.work.area_id, identity))
    match row:
        case PlanAction():
            case = await desk.work.session.get_one(Case, (desk.work.area_id, row.case_id))
            owner = case.household_id
        case Household():
            owner = row.id
        case Person() | Signal():
            owner = row.household_id
        case _:
            return None
    found: Thing = row
    return found if owner == desk.household_id else None


async def has_custody(work: Area, holder: UUID, child: UUID) -> bool:
    """Whether somebody has custody of this child."""
    asked = text(
        "select exists (select from custody where area_id = :area and minor_id = :child and holder_id = :holder)"
    )
    return bool(await work.session.scalar(asked, {"area": work.area_id, "child": child, "holder": holder}))


def what_it_says(desk: Desk, what: Rectifiable, thing: Thing) -> str | None:
    """The value as it is now."""
    if what is Rectifiable.LANGUAGE:
        assert isinstance(thing, Person)
        return thing.language
    stands = STANDS[what]
    sealed: bytes | None = getattr(thing, f"{stands.column}_sealed")
    return None if sealed is None else desk.opened(sealed, thing, stands.column, _compartment(stands, thing))


async def correct(desk: Desk, request: Request, what: Rectifiable, thing: Thing, value: str) -> Rectification:
    """Writes the new value, and beside it what it said before, both sealed."""
    stands, former = STANDS[what], what_it_says(desk, what, thing)
    row = Rectification(
        area_id=desk.work.area_id,
        id=uuid4(),
        request_id=request.id,
        what=what,
        row_id=thing.id,
        facet=stands.facet,
        sphere=getattr(thing, "sphere", Sphere.GENERAL),
        audience=getattr(thing, "audience", None),
        corrected_at=desk.now,
        corrected_by=desk.actor_membership,
    )
    row.former_sealed = desk.sealed_if(former, row, "former", Compartment.of(Sphere(row.sphere)))
    if what is Rectifiable.LANGUAGE:
        setattr(thing, stands.column, value)
    else:
        sealed = desk.sealed(value, thing, stands.column, _compartment(stands, thing))
        setattr(thing, f"{stands.column}_sealed", sealed)
    desk.work.session.add(row)
    await desk.work.session.flush()
    await _match(desk, what, thing, value)
    return row


async def _match(desk: Desk, what: Rectifiable, thing: Thing, value: str) -> None:
    """What people and households are found by follows what is corrected."""
    ring = desk.work.keyring
    if isinstance(thing, Person):
        thing.birth_index = thing.sound_index = None  # the next search for duplicates writes them
        if what is Rectifiable.BIRTH_DATE:
            thing.turns_on = next_milestone(value, local_date(desk.now))
    if isinstance(thing, Household) and what is Rectifiable.ADDRESS:
        number = _NUMBER.search(value)
        postcode = postcode_in(value)
        thing.address_index = (
            ring.address_index(postcode, number[1], number[2].upper()) if number and postcode else None
        )
    home = await desk.work.session.get_one(Household, (desk.work.area_id, desk.household_id))
    if what in (Rectifiable.NAME, Rectifiable.BIRTH_DATE, Rectifiable.ADDRESS):
        address = what_it_says(desk, Rectifiable.ADDRESS, home)
        postcode = postcode_in(address or "")
        if postcode is not None:
            await match_anew(desk.work, desk.seal, postcode)


def bsn_agrees(work: Area, person: Person, bsn: str, born: date) -> bool:
    """Whether this is the person's number; from now on it is matched together with this birth date."""
    if person.bsn_index != work.keyring.bsn_index(bsn):
        return False
    person.bsn_birth_index = work.keyring.bsn_birth_index(bsn, born.isoformat())
    return True


async def elsewhere(work: Area, home: Thing, address: str) -> bool:
    """Whether an address lies in another neighbourhood than where the household is: then it moved."""
    assert isinstance(home, Household)
    postcode = postcode_in(address)
    there = await neighbourhood_of(work, postcode) if postcode else None
    return there is not None and there != home.neighbourhood


def postcode_in(address: str) -> str | None:
    """The postcode that an address in words holds."""
    found = _POSTCODE.search(address)
    return found[1] + found[2] if found else None


async def was_shown(work: Work, household: UUID, facet: str) -> list[UUID]:
    """The memberships of everybody who works here now and was shown this facet of the household."""
    values = {"area": work.area_id, "household": household, "facet": facet, "now": work.now}
    return list(await work.session.scalars(_SHOWN, values))


async def corrections_of(work: Work, household: UUID) -> dict[str, Any] | None:
    """What of a household was corrected, sealed; None where there is no such household."""
    found = await work.session.execute(_LIST, {"area": work.area_id, "household": household})
    row = found.mappings().one_or_none()
    return dict(row) if row else None


def _compartment(stands: Stands, thing: Thing) -> Compartment:
    return stands.compartment or Compartment.of(Sphere(getattr(thing, "sphere", Sphere.GENERAL)))
