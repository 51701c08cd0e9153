"""A resident comes to the door: a code on paper, the login that it binds, and the end of that.

INVARIANT (never by name): which person a login is says a code that the lead, or the privacy officer, handed over.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions.by_bsn import ByBsn, desk_by_bsn
from casecoord.actions.cases import require
from casecoord.actions.office import Hand, Office, by_right, verb
from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.domain.facets import PUBLIC_TASK
from casecoord.domain.residents import area_letters, letter, of_area, old_enough, plain_code
from casecoord.domain.words import Language, Role, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log
from casecoord.storage import resident_codes as codes
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.relating import relation
from casecoord.storage.resident_codes import Outcome
from casecoord.storage.sealed import Compartment
from casecoord.storage.tables import Person
from casecoord.storage.territories import name_of_area


@dataclass(frozen=True, slots=True)
class ByPerson:
    """Somebody of a family that the actor leads."""

    person: UUID


@dataclass(frozen=True, slots=True)
class MakeResidentCode:
    """`about`: of the own case by id; the privacy officer by BSN and birth date, once it is certain who asks."""

    idempotency_key: str
    about: ByPerson | ByBsn
    identity_checked: bool = False


@dataclass(frozen=True, slots=True)
class CodeMade:
    """The code itself is on the letter only."""

    id: UUID
    until: datetime


@dataclass(frozen=True, slots=True)
class LetterOf:
    """`address`: where residents find their page; `language`: of the letter."""

    code: UUID
    language: Language
    address: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What to print and hand over. Nothing on it says whose it is."""

    text: str
    until: datetime


@dataclass(frozen=True, slots=True)
class BindResident:
    idempotency_key: str
    code: str


@dataclass(frozen=True, slots=True)
class ResidentBound:
    """`login`: the key by which a request says that it acts as this resident."""

    login: UUID


@dataclass(frozen=True, slots=True)
class UnbindResident:
    idempotency_key: str
    about: ByBsn
    identity_checked: bool


@dataclass(frozen=True, slots=True)
class ResidentUnbound:
    at: datetime


@verb(CodeMade, act="C")
async def make_resident_code(hand: Hand, input: MakeResidentCode) -> CodeMade:
    """The lead, or the privacy officer, makes a code to hand to a person on paper; it works once, for 14 days."""
    person, desk = await person_and_desk(hand, input.about)
    desk.person = person
    if isinstance(input.about, ByPerson):
        rule = require(hand, desk, "record_contact")
    else:
        rule = require(hand, desk, "request_access", identity_checked=input.identity_checked)
    await _fit(hand, desk, person)
    made = await codes.make_code(hand.work, person, desk.actor_membership)
    desk.add_event("make_resident_code", "case.contact", Sphere.GENERAL, rule, code=made.id)
    await desk.settle()
    return CodeMade(made.id, made.expires_at)


@by_right
async def resident_letter(hand: Hand, query: LetterOf) -> Letter:
    """May this actor print this code, still? Whoever made such codes for this person may."""
    code = await codes.waiting_code(hand.work, query.code)
    home = await codes.home_of(hand.work, code.person_id) if code else None
    if code is None or home is None:
        raise Problem("not_found", "code")
    stands = await relation(hand.work, home.household)
    act = "request_access" if hand.actor.role is Role.PRIVACY_OFFICER else "record_contact"
    facts = ActFacts(membership_valid=True, is_lead=stands.is_lead, identity_checked=True)
    permission = hand.may(act, facts)
    if not permission.allowed:
        raise Problem("not_found", "code")
    shown = access_log.Entry(
        verb="resident_letter",
        household=home.household,
        act="R",
        facets={},
        policy=hand.policy.digest,
        ground=PUBLIC_TASK,
        rules=(permission.rule,),
        subjects=(code.person_id,),
        acts=hand.done.acts(),
    )
    access_log.record(hand.work, shown)
    text = letter(
        query.language,
        code=codes.code_of(hand.work.keyring, hand.work.area_id, code.id),
        until=local_date(code.expires_at),
        area=await name_of_area(hand.work),
        address=query.address,
    )
    return Letter(text, code.expires_at)


@verb(ResidentUnbound)
async def unbind_resident(hand: Hand, input: UnbindResident) -> ResidentUnbound:
    """The privacy officer ends what a login may see, at the very next request; another code binds another login."""
    person, desk = await person_and_desk(hand, input.about)
    desk.person = person
    rule = require(hand, desk, "restrict", identity_checked=input.identity_checked)
    at = await codes.unbind(hand.work, person, desk.actor_membership)
    if at is None:
        raise Problem("not_bound", "person.bsn")
    desk.add_event("unbind_resident", "family.complaint", Sphere.GENERAL, rule)
    await desk.settle()
    return ResidentUnbound(at)


async def bind_resident(office: Office, caller: Caller, input: BindResident) -> ResidentBound:
    """Whoever is logged in is, from now on, the person whose code this is.

    Not a verb of somebody known here: nobody is, before. The same login with the same code is answered the
    same. Raises Problem `code_wrong` for one that is wrong, used, expired or another area's, `code_locked`,
    `login_taken`.
    """
    if not input.idempotency_key.strip():
        raise Problem("key_missing", "idempotencyKey")
    code = plain_code(input.code)
    areas = [] if code is None else (await office.database.areas()).values()
    for area in areas:
        if code is not None and of_area(code) == area_letters(area):
            return await _bind_in(office, area, caller, code)
    raise Problem("code_wrong", "code")


async def _bind_in(office: Office, area: UUID, caller: Caller, code: str) -> ResidentBound:
    async with office.database.within(area) as work:
        # A refusal is committed: it counts.
        tried = await codes.bind(work, caller, code)
        if tried.outcome is Outcome.BOUND:
            visit = codes.visit_of(work, caller, tried)
            access_log.record(visit, _bound(office, tried))
            await access_log.finish(visit)
    match tried.outcome:
        case Outcome.LOCKED:
            raise Problem("code_locked", "code")
        case Outcome.TAKEN:
            raise Problem("login_taken", "code")
        case Outcome.WRONG:
            raise Problem("code_wrong", "code")
        case Outcome.BOUND | Outcome.AGAIN:
            assert tried.login is not None
            return ResidentBound(tried.login)


def _bound(office: Office, tried: codes.Tried) -> access_log.Entry:
    assert tried.person is not None
    return access_log.Entry(
        verb="bind_resident",
        household=tried.household,
        act="C",
        facets={},
        policy=office.policy.digest,
        ground=PUBLIC_TASK,
        rules=("code_on_paper",),
        subjects=(tried.person,),
    )


async def person_and_desk(hand: Hand, about: ByPerson | ByBsn) -> tuple[UUID, Desk]:
    """The person and their home; whoever may not act for them gets the answer for one who is not here."""
    if isinstance(about, ByPerson):
        there = await desk_of(hand.work, Person, about.person)
        if there is None or there[1].died_on is not None or not there[0].relation.is_lead:
            raise Problem("not_found", "person")
        return about.person, there[0]
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_allowed")
    found = await desk_by_bsn(hand, about)
    if found is None:
        raise Problem("person_not_matched", "person.bsn")
    return found


async def _fit(hand: Hand, desk: Desk, person: UUID) -> None:
    """Known in the register, alive, old enough, and without a login yet."""
    home = await codes.home_of(hand.work, person)
    if home is None or not home.identified or home.household != desk.household_id:
        raise Problem("identity_unknown", "person")
    row = await hand.work.session.get_one(Person, (hand.work.area_id, person))
    sealed = row.birth_date_sealed
    born = None if sealed is None else desk.opened(sealed, row, "birth_date", Compartment.IDENTITY)
    if not old_enough(born, local_date(hand.now)):
        raise Problem("too_young_for_login", "person")
    if await codes.login_of(hand.work, person) is not None:
        raise Problem("bound_already", "person")
