"""What somebody said is wrong is corrected, and what it said before stays readable to whoever may, marked as former."""

import re
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand, verb
from casecoord.actions.rights import request_desk
from casecoord.domain import rights
from casecoord.domain.ages import age_on
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.joint_view import Shared
from casecoord.domain.notices import NoticeKind
from casecoord.domain.rights import Rectifiable
from casecoord.domain.words import Audience, RequestKind, RequestState, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import rectifying as storage
from casecoord.storage.cases import Desk
from casecoord.storage.rectifying import Thing
from casecoord.storage.relating import relation
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.tables import Person
from casecoord.storage.telling import tell_members
from casecoord.storage.views import seal_of
from casecoord.storage.wait_tables import Request

_LANGUAGE = re.compile(r"[a-z]{2,3}")
#: The kinds of the ids that each thing is named by.
KINDS = {
    Rectifiable.NAME: "Person",
    Rectifiable.BIRTH_DATE: "Person",
    Rectifiable.LANGUAGE: "Person",
    Rectifiable.ADDRESS: "Household",
    Rectifiable.CONTACT: "Household",
    Rectifiable.SIGNAL_SUMMARY: "Signal",
    Rectifiable.SIGNAL_DETAIL: "Signal",
    Rectifiable.ACTION: "Action",
}


@dataclass(frozen=True, slots=True)
class Rectify:
    """`thing`: the person, household, signal or action. `bsn`: for a birth date, by which it is recognised."""

    idempotency_key: str
    request: UUID
    what: Rectifiable
    thing: UUID
    value: str
    bsn: str | None = None


@dataclass(frozen=True, slots=True)
class Rectified:
    """`told`: how many people were shown the former value and hear of it."""

    id: UUID
    what: Rectifiable
    told: int


@dataclass(frozen=True, slots=True)
class CorrectionsOf:
    household: UUID


@dataclass(frozen=True, slots=True)
class Correction:
    """What was corrected, when and by whom; `former`: what it said."""

    id: UUID
    what: Rectifiable
    thing: UUID
    corrected_at: datetime
    by: str
    former: Shared[str] | None


@verb(Rectified)
async def rectify(hand: Hand, input: Rectify) -> Rectified:
    """Carries out a rectification that two people granted; both versions stay, and who saw the former one is told."""
    desk, request = await request_desk(hand, input.request)
    if request.kind != RequestKind.RECTIFICATION or request.state != RequestState.GRANTED:
        raise Problem("not_granted", "request")
    rule = require(hand, desk, "rectify", identity_checked=True)
    thing = await storage.thing_of(desk, input.what, input.thing)
    if thing is None or not await _is_theirs(desk, request, thing):
        raise Problem("not_found", "thing")
    value = await _checked(desk, input, thing)
    if value == storage.what_it_says(desk, input.what, thing):
        raise Problem("value_unchanged", "value")
    row = await storage.correct(desk, request, input.what, thing, value)
    desk.add_event(
        "rectify",
        row.facet,
        row.sphere,
        rule,
        audience=row.audience,
        request=request.id,
        rectification=row.id,
    )
    await desk.settle()
    seen_by = await storage.was_shown(hand.work, desk.household_id, row.facet)
    await tell_members(hand.work, desk.household_id, NoticeKind.RECTIFIED, row.id, seen_by)
    return Rectified(row.id, input.what, len(seen_by))


async def corrections(hand: Hand, query: CorrectionsOf) -> list[Correction]:
    """What of this household said something else before? Each former value is shown as the value itself is."""
    row = await storage.corrections_of(hand.work, query.household)
    if row is None:
        raise Problem("not_found", "household")
    standing = await relation(hand.work, query.household)
    seen_by = viewers(
        hand,
        takes_part=standing.participates,
        is_lead=standing.is_lead,
        signalled=standing.signalled,
        escalated=standing.escalated,
    )
    look = Look(hand, query.household, seen_by, facts_of(asdict(standing)))
    if look.decide("case.status").shown is not Shown.FULL:
        raise Problem("not_found", "household")
    seal = seal_of(hand.work, query.household, row["keys"])
    found = [seen for one in row["corrections"] if (seen := _correction(look, seal, row, one))]
    look.remember("corrections")
    return found


def _correction(look: Look, seal: Any, row: dict[str, Any], one: dict[str, Any]) -> Correction | None:
    sphere, identity = Sphere(one["sphere"]), UUID(one["id"])
    facts = {
        "address_secret": row["secret_address"],
        "shared_with_teams": one["audience"] == Audience.TEAMS_IN_CASE,
    }
    if look.decide(one["facet"], sphere, **facts).shown is Shown.NONE:
        return None

    def former() -> str | None:
        if one["former"] is None:
            return None
        place = Place("rectifications", identity, "former")
        opened: str = seal.open(bytes.fromhex(one["former"]), place, Compartment.of(sphere))
        return opened

    return Correction(
        id=identity,
        what=Rectifiable(one["what"]),
        thing=UUID(one["row"]),
        corrected_at=datetime.fromisoformat(one["corrected_at"]),
        by=one["by"],
        former=look.share(one["facet"], former, sphere, **facts),
    )


async def _is_theirs(desk: Desk, request: Request, thing: Thing) -> bool:
    """Whether a thing is about whoever asked or a child they speak for, or about the home as a whole."""
    about = thing.id if isinstance(thing, Person) else getattr(thing, "person_id", None)
    if about is None or about == request.person_id:
        return True
    child = await desk.work.session.get(Person, (desk.work.area_id, about))
    if child is None or child.birth_date_sealed is None:
        return False
    born = desk.opened(child.birth_date_sealed, child, "birth_date", Compartment.IDENTITY)
    custody = await storage.has_custody(desk.work, request.person_id, about)
    age = age_on(born, local_date(desk.now))
    return rights.speaks_for(age, has_custody=custody, child_agrees=False)


async def _checked(desk: Desk, input: Rectify, thing: Thing) -> str:
    """The new value as it may be recorded; Problem where it may not."""
    match input.what:
        case Rectifiable.BIRTH_DATE:
            assert isinstance(thing, Person)
            return _birth_date(desk, input, thing)
        case Rectifiable.LANGUAGE:
            if not _LANGUAGE.fullmatch(input.value):
                raise Problem("value_invalid", "value")
            return input.value
        case Rectifiable.SIGNAL_DETAIL:
            return texts.sentence(input.value, "value", longest=texts.DETAIL)
        case _:
            value = texts.sentence(input.value, "value")
    if input.what is Rectifiable.ADDRESS and await storage.elsewhere(desk.work, thing, value):
        raise Problem("moved_instead", "value")
    return value


def _birth_date(desk: Desk, input: Rectify, person: Person) -> str:
    try:
        born = date.fromisoformat(input.value)
    except ValueError:
        raise Problem("value_invalid", "value") from None
    texts.not_in_future(born, desk.now, "value")
    if person.bsn_index is not None:
        if input.bsn is None:
            raise Problem("bsn_needed", "bsn")
        if not storage.bsn_agrees(desk.work, person, texts.bsn(input.bsn, "bsn"), born):
            raise Problem("person_not_matched", "bsn")
    return born.isoformat()
