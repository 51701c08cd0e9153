"""What a resident does on the own page: asks for help, asks by right, and, as a child, says whether parents see."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.office import Guest, Hand, resident_verb, verb
from casecoord.actions.own_family import HomeView, home_view
from casecoord.actions.rerouting import routes_of
from casecoord.actions.residents import ByPerson, person_and_desk
from casecoord.actions.rights import ACTS, RequestBrief
from casecoord.domain.ages import age_on
from casecoord.domain.errors import Problem
from casecoord.domain.residents import ALONE, YOUNGEST
from casecoord.domain.words import (
    Audience,
    LifeDomain,
    RequestKind,
    RequestState,
    SignalSource,
    SignalState,
    Sphere,
    Urgency,
    sphere_of,
)
from casecoord.domain.workdays import local_date
from casecoord.storage.case_tables import Signal
from casecoord.storage.child_agreements import say
from casecoord.storage.households import lock_household, save_keys
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.settle import settle
from casecoord.storage.tables import Person
from casecoord.storage.telling import tell_asked
from casecoord.storage.wait_tables import Request


@dataclass(frozen=True, slots=True)
class AskForHelp:
    """`person`: whom it is about, oneself unless it is said."""

    idempotency_key: str
    domain: LifeDomain
    urgency: Urgency
    summary: str
    detail: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class HelpAsked:
    signal: UUID


@dataclass(frozen=True, slots=True)
class ExerciseMyRight:
    """`person`: for whom, oneself unless it is said."""

    idempotency_key: str
    kind: RequestKind
    words: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class LetBeSeen:
    """A child of 12 to 15 says whether whoever has custody sees what is about it."""

    idempotency_key: str
    agrees: bool


@dataclass(frozen=True, slots=True)
class RecordChildsWord:
    """The same, as the child said it to the lead."""

    idempotency_key: str
    child: UUID
    agrees: bool


@dataclass(frozen=True, slots=True)
class ChildsWord:
    child: UUID
    agrees: bool


def require_own(
    guest: Guest, home: HomeView, act: str, person: UUID | None, **facts: bool
) -> tuple[UUID, str]:
    """May this resident do this for this person (oneself: None)? The person and the rule; else Problem."""
    about = person or guest.actor.person_id
    if about not in home.mine:
        raise Problem("not_found", "person")
    known = ActFacts(own_person=True, identity_checked=True, **facts)
    decision = guest.may(act, known)
    if not decision.allowed:
        raise Problem("not_allowed")
    guest.allowed(decision.rule, about)
    return about, decision.rule


@resident_verb(HelpAsked, act="C")
async def ask_for_help(guest: Guest, input: AskForHelp) -> HelpAsked:
    """A family's own signal: routed, sealed, clocked and held as any other, and fed back on the same page."""
    summary = texts.sentence(input.summary, "summary")
    detail = texts.optional(input.detail, "detail", longest=texts.DETAIL)
    seal = await own_lock(guest)
    about, _ = require_own(
        guest, await home_view(guest), "add_signal", input.person, matched_or_proposed=True
    )
    sphere = sphere_of(input.domain)
    to = (await routes_of(guest.work, seal))[sphere]
    signal = Signal(
        area_id=guest.work.area_id,
        id=uuid4(),
        household_id=seal.household,
        person_id=about,
        state=SignalState.OPEN,
        domain=input.domain,
        sphere=sphere,
        urgency=input.urgency,
        source=SignalSource.FAMILY,
        audience=Audience.SOCIAL_AND_LEAD if sphere is Sphere.HEALTH else None,
        accountable_team_id=to.team_id,
        routed_by=to.by,
        received_at=guest.now,
    )
    compartment = Compartment.of(sphere)
    signal.summary_sealed = seal.seal(summary, Place("signals", signal.id, "summary"), compartment)
    signal.detail_sealed = seal.seal_if(detail, Place("signals", signal.id, "detail"), compartment)
    guest.work.session.add(signal)
    await settled(guest, seal)
    await tell_asked(guest.work, signal.id)
    return HelpAsked(signal.id)


@resident_verb(RequestBrief, act="C")
async def exercise_my_right(guest: Guest, input: ExerciseMyRight) -> RequestBrief:
    """A resident asks by right, for oneself or a child; who it is, the login that the code bound says (G15)."""
    words = texts.optional(input.words, "words", longest=texts.DETAIL)
    seal = await own_lock(guest)
    about, _ = require_own(guest, await home_view(guest), ACTS[input.kind], input.person)
    request = Request(
        area_id=guest.work.area_id,
        id=uuid4(),
        household_id=seal.household,
        person_id=about,
        kind=input.kind,
        received_at=guest.now,
        state=RequestState.OPEN,
    )
    request.words_sealed = seal.seal_if(words, Place("requests", request.id, "words"), Compartment.IDENTITY)
    guest.work.session.add(request)
    await settled(guest, seal)
    return RequestBrief(request.id, input.kind, RequestState.OPEN, request.received_at)


@resident_verb(ChildsWord)
async def let_be_seen(guest: Guest, input: LetBeSeen) -> ChildsWord:
    """The child itself says it; from the very next look on it is so."""
    await own_lock(guest)
    home = await home_view(guest)
    child = guest.actor.person_id
    if not _is_asked(home.born(child), guest):
        raise Problem("not_12_to_15", "person")
    require_own(guest, home, "record_consent", child, consent_rules_met=True)
    await say(guest.work, child, agrees=input.agrees, by=None)
    return ChildsWord(child, input.agrees)


@verb(ChildsWord)
async def record_childs_word(hand: Hand, input: RecordChildsWord) -> ChildsWord:
    """The lead writes down what a child of 12 to 15 said about that."""
    child, desk = await person_and_desk(hand, ByPerson(input.child))
    desk.person = child
    row = await hand.work.session.get_one(Person, (hand.work.area_id, child))
    sealed = row.birth_date_sealed
    born = None if sealed is None else desk.opened(sealed, row, "birth_date", Compartment.IDENTITY)
    rule = require(hand, desk, "record_consent", holds_it=True, consent_rules_met=True)
    if not _is_asked(born, hand):
        raise Problem("not_12_to_15", "child")
    await say(hand.work, child, agrees=input.agrees, by=desk.actor_membership)
    desk.add_event("record_childs_word", "case.contact", Sphere.GENERAL, rule)
    await desk.settle()
    return ChildsWord(child, input.agrees)


def _is_asked(born: str | None, hand: Guest | Hand) -> bool:
    age = None if born is None else age_on(born, local_date(hand.now))
    return age is not None and YOUNGEST <= age < ALONE


async def own_lock(guest: Guest) -> HouseholdSeal:
    """Nobody else changes the own household until this is done; whoever left it meanwhile acts in theirs: `try_again`."""
    seal = await lock_household(guest.work, guest.actor.household_id, person=guest.actor.person_id)
    if seal is None:
        raise Problem("try_again")
    return seal


async def settled(guest: Guest, seal: HouseholdSeal) -> None:
    """Writes what was done, and what follows from it."""
    await save_keys(guest.work, seal)
    await settle(guest.work, seal.household)
