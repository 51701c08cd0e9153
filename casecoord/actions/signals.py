"""A concern comes in, is seen, and is triaged."""

from dataclasses import asdict, dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.by_bsn import ByBsn, desk_by_bsn
from casecoord.actions.cases import CaseBrief, brief, join, look_at, require
from casecoord.actions.deferring import keep_unseen
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand, verb
from casecoord.actions.rerouting import routes_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.residents import Thing
from casecoord.domain.routing import Route
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import (
    Audience,
    CaseState,
    LifeDomain,
    Role,
    SignalSource,
    SignalState,
    SignalSubject,
    Sphere,
    Urgency,
    VeiligThuis,
    safety_matters,
    sphere_of,
)
from casecoord.domain.workdays import local_date
from casecoord.storage.case_tables import Case, Signal
from casecoord.storage.cases import Desk, desk_of, open_desk
from casecoord.storage.households import receive_unmatched
from casecoord.storage.people import name_of, on_duty
from casecoord.storage.sealed import Compartment


@dataclass(frozen=True, slots=True)
class ByName:
    name: str
    birth_date: date
    postcode: str


@dataclass(frozen=True, slots=True)
class ByHousehold:
    household: UUID


@dataclass(frozen=True, slots=True)
class AddSignal:
    idempotency_key: str
    about: ByBsn | ByName | ByHousehold
    subject: SignalSubject
    domain: LifeDomain
    urgency: Urgency
    summary: str
    detail: str | None = None
    audience: Audience | None = None
    veilig_thuis: VeiligThuis | None = None
    veilig_thuis_reason: str | None = None
    veilig_thuis_on: date | None = None
    #: why the family does not see it yet, for somebody's safety
    defer_reason: str | None = None


@dataclass(frozen=True, slots=True)
class SignalAdded:
    """What the sender may know: whether a case is open, and who leads it. Nothing more."""

    signal: UUID
    case_open: bool
    lead: str | None


class Decision(StrEnum):
    OPEN_CASE = "OPEN_CASE"
    JOIN_CASE = "JOIN_CASE"
    ON_HOLD = "ON_HOLD"


@dataclass(frozen=True, slots=True)
class TriageSignal:
    idempotency_key: str
    signal: UUID
    decision: Decision
    reason: str | None = None
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class SeeSignal:
    idempotency_key: str
    signal: UUID


@dataclass(frozen=True, slots=True)
class SignalTriaged:
    signal: UUID
    state: SignalState
    case: CaseBrief | None


@verb(SignalAdded, act="C")
async def add_signal(hand: Hand, input: AddSignal) -> SignalAdded:
    """Anybody who works here may signal; it is matched, routed, sealed, clocked and held at once."""
    summary = texts.sentence(input.summary, "summary")
    detail = texts.optional(input.detail, "detail", longest=texts.DETAIL)
    defer = texts.optional(input.defer_reason, "deferReason")
    _check_safety(input, hand)
    person, desk = await _find(hand, input)
    if input.subject is SignalSubject.PERSON and person is None:
        raise Problem("person_missing", "person")
    desk.person = person if input.subject is SignalSubject.PERSON else None
    rule = require(hand, desk, "add_signal", matched_or_proposed=True)
    sphere = sphere_among(sphere_of(input.domain), hand.actor.team_kind)
    audience = _audience(input, sphere)
    signal = await _record(desk, input, sphere, audience, summary, detail)
    desk.add_event("add_signal", "signal.existence", sphere, rule, audience=audience, signal=signal.id)
    if defer is not None:
        await keep_unseen(hand, desk, Thing.SIGNAL, signal.id, sphere, rule, defer)
    await desk.settle()
    return await _told(hand, desk, signal.id)


@verb(SignalTriaged)
async def see_signal(hand: Hand, input: SeeSignal) -> SignalTriaged:
    """The professional on duty has seen an acute signal: its clock now runs to its triage."""
    desk, signal = await signal_desk(hand, input.signal)
    rule = await _may_triage(hand, desk, signal)
    if signal.state != SignalState.OPEN:
        raise Problem("already_triaged", "signal")
    if signal.seen_at is None:
        signal.seen_at = desk.now
        desk.add_event(
            "see_signal", "signal.existence", signal.sphere, rule, audience=signal.audience, signal=signal.id
        )
    await desk.settle()
    return SignalTriaged(signal.id, SignalState(signal.state), None)


@verb(SignalTriaged)
async def triage_signal(hand: Hand, input: TriageSignal) -> SignalTriaged:
    """The accountable team decides: a case, the case that there is, or on hold until a date."""
    desk, signal = await signal_desk(hand, input.signal)
    rule = await _may_triage(hand, desk, signal)
    if signal.state not in (SignalState.OPEN, SignalState.ON_HOLD):
        raise Problem("already_triaged", "signal")
    reason = texts.optional(input.reason, "reason")
    match input.decision:
        case Decision.OPEN_CASE:
            if desk.case is not None:
                raise Problem("case_open", "decision")
            desk.case = Case(
                area_id=hand.work.area_id,
                id=uuid4(),
                household_id=desk.household_id,
                state=CaseState.TRIAGED,
                triaged_at=desk.now,
            )
            hand.work.session.add(desk.case)
            await hand.work.session.flush()
            await _into_case(hand, desk, signal)
        case Decision.JOIN_CASE:
            if desk.case is None:
                raise Problem("no_open_case", "decision")
            await _into_case(hand, desk, signal)
        case Decision.ON_HOLD:
            _on_hold(desk, signal, reason, input.review_on)
    signal.triaged_at = desk.now
    signal.seen_at = signal.seen_at or desk.now
    if reason is not None:
        compartment = Compartment.of(Sphere(signal.sphere))
        signal.triage_reason_sealed = desk.sealed(reason, signal, "triage_reason", compartment)
    desk.add_event(
        "triage_signal",
        "signal.existence",
        signal.sphere,
        rule,
        audience=signal.audience,
        signal=signal.id,
        decision=input.decision,
    )
    await desk.settle()
    look = look_at(hand, desk, takes_part=_is_accountable(hand, signal))
    told = signal.case_id is not None and look.decide("case.status").shown is Shown.FULL
    return SignalTriaged(signal.id, SignalState(signal.state), await brief(hand, desk) if told else None)


def _check_safety(input: AddSignal, hand: Hand) -> None:
    if not safety_matters(input.domain, input.urgency):
        return
    match input.veilig_thuis:
        case None:
            raise Problem("veilig_thuis_missing", "veiligThuis")
        case VeiligThuis.NO:
            texts.reason(input.veilig_thuis_reason, "veiligThuisReason")
        case VeiligThuis.LATER:
            if input.veilig_thuis_on is None:
                raise Problem("review_date_missing", "veiligThuisOn")
            texts.soon(input.veilig_thuis_on, hand.now, "veiligThuisOn")
        case VeiligThuis.YES:
            return


async def _find(hand: Hand, input: AddSignal) -> tuple[UUID | None, Desk]:
    work = hand.work
    match input.about:
        case ByBsn() as about:
            found = await desk_by_bsn(hand, about)
            if found is None:
                # Unknown here and known with another birth date are one answer.
                raise Problem("person_not_matched", "person.bsn")
            return found
        case ByName(name, birth_date, postcode):
            who = texts.sentence(name, "person.name", longest=200)
            texts.not_in_future(birth_date, work.now, "person.birthDate")
            there = texts.postcode(postcode, "person.postcode")
            came = await receive_unmatched(work, who, birth_date, there)
            desk = await open_desk(work, came.household)
            assert desk is not None
            return came.person, desk
        case ByHousehold(household):
            desk = await open_desk(work, household)
            if desk is None or not _exists_for(hand, desk):
                raise Problem("not_found", "household")
            return None, desk


def _exists_for(hand: Hand, desk: Desk) -> bool:
    look = look_at(hand, desk, takes_part=desk.relation.accountable)
    return look.decide("case.status").shown in (Shown.FULL, Shown.OPEN_CLOSED)


def _audience(input: AddSignal, sphere: Sphere) -> Audience | None:
    if sphere is not Sphere.HEALTH:
        if input.audience is not None:
            raise Problem("audience_only_health", "audience")
        return None
    return input.audience or Audience.SOCIAL_AND_LEAD


async def _record(
    desk: Desk,
    input: AddSignal,
    sphere: Sphere,
    audience: Audience | None,
    summary: str,
    detail: str | None,
) -> Signal:
    work, compartment, to = desk.work, Compartment.of(sphere), await routed(desk, sphere)
    signal = Signal(
        area_id=work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        person_id=desk.person,
        state=SignalState.OPEN,
        domain=input.domain,
        sphere=sphere,
        urgency=input.urgency,
        source=SignalSource.TEAM,
        source_team_id=work.actor.team_id,
        author_id=work.actor.membership_id,
        audience=audience,
        accountable_team_id=to.team_id,
        routed_by=to.by,
        veilig_thuis=input.veilig_thuis,
        veilig_thuis_on=input.veilig_thuis_on,
        received_at=desk.now,
    )
    signal.summary_sealed = desk.sealed(summary, signal, "summary", compartment)
    signal.detail_sealed = desk.sealed_if(detail, signal, "detail", compartment)
    why = texts.optional(input.veilig_thuis_reason, "veiligThuisReason")
    signal.veilig_thuis_reason_sealed = desk.sealed_if(why, signal, "veilig_thuis_reason", compartment)
    work.session.add(signal)
    return signal


async def routed(desk: Desk, sphere: Sphere) -> Route:
    """Which team is accountable for this household in this sphere, in the area's order."""
    return (await routes_of(desk.work, desk.seal))[sphere]


async def _told(hand: Hand, desk: Desk, signal: UUID) -> SignalAdded:
    """From now on the sender's team has signalled: what its cells show, and to whom none is shown, nothing."""
    desk.relation.signalled = True
    look = look_at(hand, desk, takes_part=desk.relation.accountable)
    if look.decide("case.status").shown not in (Shown.FULL, Shown.OPEN_CLOSED):
        return SignalAdded(signal, False, None)
    hand.told("case.status", "case.lead")
    lead = await name_of(desk.work, desk.lead.membership_id) if desk.lead else None
    return SignalAdded(signal, desk.case is not None, lead if look.sees("case.lead") else None)


async def signal_desk(hand: Hand, identity: UUID) -> tuple[Desk, Signal]:
    """The desk of a signal that exists for the actor, and the signal; Problem `not_found` for any other."""
    found = await desk_of(hand.work, Signal, identity)
    if found is None:
        raise Problem("not_found", "signal")
    desk, signal = found
    answers_duty = signal.urgency == Urgency.ACUTE and await on_duty(hand.work)
    if not answers_duty and not knows_signal(hand, desk, signal):
        raise Problem("not_found", "signal")
    return desk, signal


def knows_signal(hand: Hand, desk: Desk, signal: Signal) -> bool:
    """Whether this signal exists for the actor: asked before anything about it is answered.

    One of a case that is closed stays known to whoever sent it.
    """
    own = wrote(hand, str(signal.source_team_id))
    if signal.case_id is not None and not own and (desk.case is None or desk.case.id != signal.case_id):
        return False
    takes_part = _is_accountable(hand, signal) or (signal.case_id is not None and desk.relation.participates)
    relation = desk.relation
    look = Look(
        hand,
        desk.household_id,
        viewers(
            hand,
            takes_part=takes_part,
            is_lead=relation.is_lead,
            signalled=relation.signalled,
            escalated=relation.escalated,
        ),
        facts_of(asdict(relation)),
    )
    return look.sees(
        "signal.existence",
        Sphere(signal.sphere),
        wrote_it=own,
        shared_with_teams=signal.audience == Audience.TEAMS_IN_CASE,
    ) or (_is_accountable(hand, signal) and hand.actor.role is not Role.ADMINISTRATOR)


def _is_accountable(hand: Hand, signal: Signal) -> bool:
    if signal.accountable_team_id is None:
        return hand.actor.role is Role.AREA_COORDINATOR
    return signal.accountable_team_id == hand.actor.team_id


async def _may_triage(hand: Hand, desk: Desk, signal: Signal) -> str:
    return require(
        hand,
        desk,
        "triage_signal",
        backstop=signal.accountable_team_id is None,
        of_accountable_team=_is_accountable(hand, signal),
        signal_acute=signal.urgency == Urgency.ACUTE,
        on_duty=await on_duty(hand.work),
    )


async def _into_case(hand: Hand, desk: Desk, signal: Signal) -> None:
    assert desk.case is not None
    signal.state, signal.case_id, signal.review_on = SignalState.IN_CASE, desk.case.id, None
    if signal.accountable_team_id is not None:
        await join(hand, desk, signal.accountable_team_id, Sphere(signal.sphere), signal.audience)


def _on_hold(desk: Desk, signal: Signal, reason: str | None, review_on: date | None) -> None:
    if reason is None:
        raise Problem("reason_missing", "reason")
    if review_on is None:
        raise Problem("review_date_missing", "reviewOn")
    texts.not_in_past(review_on, desk.now, "reviewOn")
    if review_on > local_date(desk.now) + timedelta(days=desk.work.deadlines.hold_days):
        raise Problem("date_too_late", "reviewOn")
    signal.state, signal.review_on = SignalState.ON_HOLD, review_on
