"""A household as the clocks see it: what waits, until when, on whom, and who holds it all."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from casecoord.domain.promises import (
    Clock,
    Deadlines,
    Rule,
    action_clock,
    blockade_clock,
    break_glass_clock,
    contact_clock,
    covered_clock,
    feedback_clock,
    handover_clock,
    hearing_clock,
    invitation_clock,
    lead_clock,
    outcome_clock,
    refusal_clock,
    request_clock,
    review_clock,
    signal_clock,
    transfer_clock,
)
from casecoord.domain.words import (
    ActionState,
    Audience,
    BlockadeState,
    CaseState,
    HearingState,
    InvitationState,
    Lapse,
    RequestState,
    Role,
    SignalState,
    Sphere,
    TransferState,
    Urgency,
)

#: The spheres in which decision power sees blockades, as the sphere table says and a test compares.
DECIDED_BY_POWER = frozenset({Sphere.GENERAL, Sphere.LIVELIHOOD})
#: What cannot be kept while the family refuses.
NEEDS_THE_FAMILY = frozenset({Rule.FIRST_CONTACT, Rule.ACTION, Rule.OUTCOME})


@dataclass(frozen=True, slots=True)
class OpenSignal:
    """A signal that has not ended. `accountable` is None where the area's coordinator is the backstop."""

    id: UUID
    state: SignalState
    urgency: Urgency
    sphere: Sphere
    audience: Audience | None
    received_at: datetime
    seen_at: datetime | None
    review_on: date | None
    accountable: UUID | None
    triaged_at: datetime | None = None
    feedback_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OpenCase:
    """The household's open case; lead and proposed are memberships. `lead_since`: when one last said yes."""

    id: UUID
    state: CaseState
    triaged_at: datetime
    lead: UUID | None
    lead_since: datetime | None
    contacted_at: datetime | None
    proposed: UUID | None
    proposed_at: datetime | None
    reviewed_at: datetime | None = None
    aftercare_at: datetime | None = None
    #: the lead was appointed and objects
    objected: bool = False


@dataclass(frozen=True, slots=True)
class OpenAction:
    id: UUID
    owner: UUID
    sphere: Sphere
    audience: Audience | None
    due_on: date


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    id: UUID
    team: UUID
    sphere: Sphere
    invited_at: datetime


@dataclass(frozen=True, slots=True)
class OpenTransfer:
    """The household comes to another accountable team; None: to the area's coordinator."""

    id: UUID
    to_team: UUID | None
    sphere: Sphere
    audience: Audience | None
    offered_at: datetime


@dataclass(frozen=True, slots=True)
class OpenBlockade:
    id: UUID
    state: BlockadeState
    sphere: Sphere
    audience: Audience | None
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class PlannedHearing:
    id: UUID
    held_on: date
    alternative_at: datetime | None
    #: until when a place is, or was last, held
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class Grant:
    """An emergency access that nobody reviewed yet."""

    id: UUID
    used_at: datetime


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What a resident asked for."""

    id: UUID
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Refusal:
    """The family refuses for now: the lead recorded it, a coordinator confirmed it."""

    id: UUID
    review_on: date


@dataclass(frozen=True, slots=True)
class Household:
    """Everything of one household that is open, oldest first. `social_team` covers its neighbourhood."""

    id: UUID
    signals: tuple[OpenSignal, ...] = ()
    case: OpenCase | None = None
    actions: tuple[OpenAction, ...] = ()
    invitations: tuple[OpenInvitation, ...] = ()
    transfers: tuple[OpenTransfer, ...] = ()
    blockades: tuple[OpenBlockade, ...] = ()
    hearings: tuple[PlannedHearing, ...] = ()
    grants: tuple[Grant, ...] = ()
    requests: tuple[OpenRequest, ...] = ()
    refusal: Refusal | None = None
    social_team: UUID | None = None

    @property
    def has_something_open(self) -> bool:
        return bool(self.signals) or self.case is not None


@dataclass(frozen=True, slots=True)
class Seats:
    """Who coordinates now: memberships by team, and the area's; who has another office, who stands in for whom."""

    teams: Mapping[UUID, UUID]
    area: UUID
    on_duty: UUID | None
    offices: Mapping[Role, UUID] = field(default_factory=dict)
    deputies: Mapping[UUID, UUID] = field(default_factory=dict)

    def of(self, team: UUID | None) -> UUID:
        """The coordinator of this team, else the area's."""
        return self.teams.get(team, self.area) if team is not None else self.area

    def office(self, role: Role) -> UUID:
        """Who has this office in the area, else the area's coordinator."""
        return self.offices.get(role, self.area)

    def present(self, membership: UUID) -> UUID:
        """This one or, while it is absent, its deputy."""
        return self.deputies.get(membership, membership)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One promise that should be running: its subject, its next responder, its clock."""

    rule: Rule
    subject: UUID
    sphere: Sphere
    audience: Audience | None
    responder: UUID
    clock: Clock


def holder_of(household: Household, seats: Seats) -> UUID | None:
    """Who is accountable for this household now? None if, and only if, nothing is open.

    The lead; else the coordinator of the team accountable for the oldest open general signal, else
    for the oldest open one; else the area's coordinator. For whoever is absent the deputy.
    """
    if not household.has_something_open:
        return None
    if household.case is not None and household.case.lead is not None:
        return seats.present(household.case.lead)
    general = [signal for signal in household.signals if signal.sphere is Sphere.GENERAL]
    at_hand = (general or household.signals)[:1]
    return seats.present(seats.of(at_hand[0].accountable if at_hand else None))


def waiting(household: Household, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    """Every promise that should be running for this household, each with its clock and who is there for it."""
    for wait in _waits(household, seats, deadlines):
        yield replace(wait, responder=seats.present(wait.responder))


def _waits(household: Household, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    for signal in household.signals:
        yield from _signal_waits(signal, seats, deadlines)
        yield from _feedback_waits(household, signal, seats, deadlines)
    if household.case is not None:
        yield from _case_waits(household, household.case, seats, deadlines)
    yield from _cover_waits(household, seats, deadlines)
    yield from _plan_waits(household, deadlines)
    yield from _table_waits(household, seats, deadlines)
    yield from _office_waits(household, seats, deadlines)


def lapse_of(rule: Rule, because: Lapse | None) -> Lapse | None:
    """How a promise of this rule that runs no longer ended: lapsed, for this reason, or (None) kept.

    A refusal lets only what needs the family's word lapse; it waits for the refusal's review instead.
    """
    return None if because is Lapse.REFUSAL and rule not in NEEDS_THE_FAMILY else because


def _plan_waits(household: Household, deadlines: Deadlines) -> Iterator[Waiting]:
    if household.refusal is None:
        for action in household.actions:
            clock = action_clock(ActionState.OPEN, action.due_on, deadlines)
            if clock:
                yield Waiting(Rule.ACTION, action.id, action.sphere, action.audience, action.owner, clock)


def _table_waits(household: Household, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    """What other teams and decision power are asked."""
    for invitation in household.invitations:
        clock = invitation_clock(InvitationState.PENDING, invitation.invited_at, deadlines)
        if clock:
            responder = seats.of(invitation.team)
            yield Waiting(Rule.INVITATION, invitation.id, invitation.sphere, None, responder, clock)
    for transfer in household.transfers:
        clock = transfer_clock(TransferState.PENDING, transfer.offered_at, deadlines)
        if clock:
            responder = seats.of(transfer.to_team)
            yield Waiting(Rule.HANDOVER, transfer.id, transfer.sphere, transfer.audience, responder, clock)
    for blockade in household.blockades:
        clock = blockade_clock(blockade.state, blockade.raised_at, deadlines)
        if clock:
            # What decision power may know nothing of is the holder's: the action is to be agreed again.
            decided = blockade.sphere in DECIDED_BY_POWER
            responder = (
                seats.office(Role.DECISION_POWER) if decided else holder_of(household, seats) or seats.area
            )
            yield Waiting(Rule.BLOCKADE, blockade.id, blockade.sphere, blockade.audience, responder, clock)


def _office_waits(household: Household, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    """Hearings wait for the social team of the neighbourhood, supervision for the privacy officer."""
    for hearing in household.hearings:
        clock = hearing_clock(
            HearingState.PLANNED, hearing.held_on, hearing.alternative_at, hearing.held_until, deadlines
        )
        if clock:
            responder = seats.of(household.social_team)
            yield Waiting(Rule.HEARING, hearing.id, Sphere.JUSTICE, None, responder, clock)
    officer = seats.office(Role.PRIVACY_OFFICER)
    for grant in household.grants:
        clock = break_glass_clock(grant.used_at, None, deadlines)
        if clock:
            yield Waiting(Rule.BREAK_GLASS, grant.id, Sphere.GENERAL, None, officer, clock)
    for request in household.requests:
        clock = request_clock(RequestState.OPEN, request.received_at, deadlines)
        if clock:
            yield Waiting(Rule.REQUEST, request.id, Sphere.GENERAL, None, officer, clock)


def _signal_waits(signal: OpenSignal, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    clock = signal_clock(
        signal.state, signal.urgency, signal.received_at, signal.seen_at, signal.review_on, deadlines
    )
    if clock:
        unseen = signal.urgency is Urgency.ACUTE and signal.seen_at is None
        responder = (seats.on_duty or seats.area) if unseen else seats.of(signal.accountable)
        yield Waiting(clock.rule, signal.id, signal.sphere, signal.audience, responder, clock)


def _feedback_waits(
    household: Household, signal: OpenSignal, seats: Seats, deadlines: Deadlines
) -> Iterator[Waiting]:
    clock = feedback_clock(signal.triaged_at, signal.feedback_at, deadlines)
    if clock:
        lead = household.case.lead if household.case and signal.state is SignalState.IN_CASE else None
        responder = lead or seats.of(signal.accountable)
        yield Waiting(Rule.FEEDBACK, signal.id, signal.sphere, signal.audience, responder, clock)


def _case_waits(
    household: Household, case: OpenCase, seats: Seats, deadlines: Deadlines
) -> Iterator[Waiting]:
    holder = holder_of(household, seats)
    assert holder is not None
    clock = lead_clock(case.state, case.triaged_at, case.proposed_at, deadlines, objected=case.objected)
    if clock:
        # Who objects cannot be the one who finds another.
        seeker = seats.area if case.objected else holder
        yield Waiting(Rule.LEAD, case.id, Sphere.GENERAL, None, case.proposed or seeker, clock)
    if household.refusal is not None:
        clock = refusal_clock(household.refusal.review_on, deadlines)
        yield Waiting(Rule.HOLD, household.refusal.id, Sphere.GENERAL, None, holder, clock)
    clock = contact_clock(case.state, case.lead_since, case.contacted_at, deadlines)
    if clock and household.refusal is None:
        yield Waiting(Rule.FIRST_CONTACT, case.id, Sphere.GENERAL, None, holder, clock)
    clock = review_clock(case.state, case.lead_since, case.reviewed_at, deadlines)
    if clock:
        yield Waiting(Rule.REVIEW, case.id, Sphere.GENERAL, None, holder, clock)
    clock = outcome_clock(case.state, case.aftercare_at, deadlines)
    if clock and household.refusal is None:
        yield Waiting(Rule.OUTCOME, case.id, Sphere.GENERAL, None, holder, clock)
    clock = handover_clock(case.state, case.proposed_at, deadlines)
    if clock:
        yield Waiting(Rule.HANDOVER, case.id, Sphere.GENERAL, None, case.proposed or holder, clock)


def _cover_waits(household: Household, seats: Seats, deadlines: Deadlines) -> Iterator[Waiting]:
    """A household is uncovered since its first signal that no team is accountable for."""
    loose = [signal for signal in household.signals if signal.accountable is None]
    if loose:
        first = min(loose, key=lambda signal: signal.received_at)
        clock = covered_clock(first.received_at, deadlines)
        yield Waiting(Rule.COVERED, household.id, first.sphere, first.audience, seats.area, clock)
