"""The type `JointCase`: each facet a value, or why it is withheld, or null as if there were none."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Generic, TypeVar

import strawberry

from casecoord.api.consents import Consent, MedicalNote
from casecoord.api.enums import (
    BlockadeKind,
    BlockadeState,
    HearingState,
    Level,
    LifeDomain,
    Reach,
    Sphere,
    TeamKind,
    Urgency,
)
from casecoord.api.family import Agreement, Milestone
from casecoord.api.ids import global_id
from casecoord.api.opened import Homework, Spend
from casecoord.api.placed import Placement
from casecoord.domain import joint_view as view

T = TypeVar("T")


@strawberry.type(description="There is something that you may not see.")
class Withheld:
    facet: str
    rule: str = strawberry.field(description="The rules that decided.")
    reason: str = strawberry.field(description="Why, in your language.")
    ground: str = strawberry.field(description="The articles of the GDPR.")
    ask: str = strawberry.field(description="Whom to ask.")

    @classmethod
    def of(cls, found: view.Withheld) -> "Withheld":
        return cls(
            facet=found.facet, rule=found.rule, reason=found.reason, ground=found.ground, ask=found.ask
        )


@strawberry.type(description="A value, or why it is withheld.")
class Facet(Generic[T]):
    value: T | None
    withheld: Withheld | None

    @classmethod
    def of(cls, shared: view.Shared[Any] | None, make: Callable[[Any], Any] = lambda v: v) -> Any:
        """None stays None; a withheld facet keeps its reason."""
        if shared is None:
            return None
        value = None if shared.value is None else make(shared.value)
        return cls(value=value, withheld=Withheld.of(shared.withheld) if shared.withheld else None)


@strawberry.type(description="A professional in their team.")
class Colleague:
    id: strawberry.ID
    name: str
    phone: str | None
    team_id: strawberry.ID
    team: str
    team_kind: TeamKind

    @classmethod
    def of(cls, found: view.Colleague) -> "Colleague":
        return cls(
            id=global_id("Professional", found.professional),
            name=found.name,
            phone=found.phone,
            team_id=global_id("Team", found.team),
            team=found.team_name,
            team_kind=found.team_kind,
        )


@strawberry.type
class Person:
    id: strawberry.ID
    name: Facet[str] | None
    age: Facet[int] | None
    birth_date: Facet[str] | None
    language: Facet[str] | None
    custody: Facet[list[str]] | None
    practice: Facet[str] | None
    school: Facet[str] | None

    @classmethod
    def of(cls, found: view.PersonView) -> "Person":
        return cls(
            id=global_id("Person", found.id),
            name=Facet.of(found.name),
            age=Facet.of(found.age),
            birth_date=Facet.of(found.birth_date),
            language=Facet.of(found.language),
            custody=Facet.of(found.custody),
            practice=Facet.of(found.practice),
            school=Facet.of(found.school),
        )


@strawberry.type
class Signal:
    id: strawberry.ID
    person: strawberry.ID | None
    state: str
    urgency: Urgency
    sphere: Sphere
    received_at: datetime
    source: Facet[str] | None
    domain: Facet[LifeDomain] | None
    summary: Facet[str] | None
    detail: Facet[str] | None
    feedback: Facet[str] | None
    outcome: Facet[str] | None

    @classmethod
    def of(cls, found: view.SignalView) -> "Signal":
        return cls(
            id=global_id("Signal", found.id),
            person=global_id("Person", found.person) if found.person else None,
            state=found.state,
            urgency=found.urgency,
            sphere=found.sphere,
            received_at=found.received_at,
            source=Facet.of(found.source),
            domain=Facet.of(found.domain),
            summary=Facet.of(found.summary),
            detail=Facet.of(found.detail),
            feedback=Facet.of(found.feedback),
            outcome=Facet.of(found.outcome),
        )


@strawberry.type(description="A team that takes part.")
class Participant:
    id: strawberry.ID
    name: str
    kind: TeamKind


@strawberry.type(description="A small step with one owner and one date.")
class Action:
    id: strawberry.ID
    domain: LifeDomain
    what: str
    result: str | None
    state: str
    due_on: date
    owner: Colleague

    @classmethod
    def of(cls, found: view.ActionView) -> "Action":
        return cls(
            id=global_id("Action", found.id),
            domain=found.domain,
            what=found.what,
            result=found.result,
            state=found.state,
            due_on=found.due_on,
            owner=Colleague.of(found.owner),
        )


@strawberry.type(description="What stops practice, and what was decided about it.")
class Blockade:
    id: strawberry.ID
    kind: BlockadeKind
    domain: LifeDomain
    what: str
    asked: str = strawberry.field(description="Who should do what, by when.")
    state: BlockadeState
    raised_at: datetime
    raised_by: Colleague
    action: strawberry.ID | None = strawberry.field(description="The action that cannot be done.")
    decision: str | None
    reach: Reach | None
    addressee: str = strawberry.field(description="Who should do what is asked.")
    needed_by: date | None
    urgency: Urgency
    mandate: str | None = strawberry.field(description="On what authority it was decided.")
    rule: strawberry.ID | None = strawberry.field(description="The rule that it became.")
    homework: list[Homework] = strawberry.field(description="What partners of the alliance do about it.")

    @classmethod
    def of(cls, found: view.BlockadeView) -> "Blockade":
        return cls(
            id=global_id("Blockade", found.id),
            kind=found.kind,
            domain=found.domain,
            what=found.what,
            asked=found.asked,
            state=found.state,
            raised_at=found.raised_at,
            raised_by=Colleague.of(found.raised_by),
            action=global_id("Action", found.action) if found.action else None,
            decision=found.decision,
            reach=found.reach,
            addressee=found.addressee,
            needed_by=found.needed_by,
            urgency=found.urgency,
            mandate=found.mandate,
            rule=global_id("Breakthrough", found.rule) if found.rule else None,
            homework=[Homework.of(one) for one in found.homework],
        )


@strawberry.type(description="A date before the neighbourhood judge.")
class Hearing:
    id: strawberry.ID
    person: strawberry.ID
    held_on: date
    state: HearingState
    alternative_at: datetime | None = strawberry.field(description="An alternative was proposed.")
    place_held_at: datetime | None = strawberry.field(description="A place in it was held.")

    @classmethod
    def of(cls, found: view.HearingView) -> "Hearing":
        return cls(
            id=global_id("Hearing", found.id),
            person=global_id("Person", found.person),
            held_on=found.held_on,
            state=found.state,
            alternative_at=found.alternative_at,
            place_held_at=found.place_held_at,
        )


@strawberry.type(description="Somebody had emergency access.")
class EmergencyAccess:
    id: strawberry.ID
    professional: str
    since: datetime
    until: datetime
    medical: bool
    reason: str
    review: str | None

    @classmethod
    def of(cls, found: view.GrantView) -> "EmergencyAccess":
        return cls(
            id=global_id("BreakGlass", found.id),
            professional=found.professional,
            since=found.since,
            until=found.until,
            medical=found.medical,
            reason=found.reason,
            review=found.review,
        )


@strawberry.type(description="A broken promise of this case.")
class CaseGap:
    id: strawberry.ID
    rule: str
    name: str
    since: datetime
    level: Level
    responder: str


@strawberry.type
class Contact:
    id: strawberry.ID
    at: datetime
    manner: str


@strawberry.type
class Move:
    id: strawberry.ID
    moved_on: date


@strawberry.type(description="Somebody is asked to take the lead.")
class PendingProposal:
    id: strawberry.ID
    kind: str
    state: str
    proposed: Colleague


@strawberry.type(description="The minimum that everyone who takes part may see.")
class JointCase:
    household: strawberry.ID
    case: strawberry.ID | None
    status: Facet[str] | None
    lead: Facet[Colleague] | None
    proposals: list[PendingProposal]
    address: Facet[str] | None
    contact: Facet[str] | None
    moves: list[Move]
    persons: list[Person]
    participants: list[Participant]
    next_deadline: datetime | None
    contacts: list[Contact]
    signals: list[Signal]
    actions: list[Action]
    blockades: list[Blockade]
    spends: list[Spend]
    left_to_spend: int | None = strawberry.field(
        description="For the lead: what is left of this year's amount for the family, in cents."
    )
    hearings: list[Hearing]
    placements: list[Placement]
    grants: list[EmergencyAccess]
    notes: list[MedicalNote]
    consents: list[Consent]
    gaps: list[CaseGap]
    milestones: list[Milestone]
    agreements: list[Agreement]
    withheld: list[Withheld] = strawberry.field(
        description="Every facet of which you may know that it is there."
    )

    @classmethod
    def of(cls, found: view.JointCase) -> "JointCase":
        return cls(
            household=global_id("Household", found.household),
            case=global_id("Case", found.case) if found.case else None,
            status=Facet.of(found.status),
            lead=Facet.of(found.lead, Colleague.of),
            proposals=[
                PendingProposal(
                    id=global_id("Proposal", p.id),
                    kind=p.kind,
                    state=p.state,
                    proposed=Colleague.of(p.proposed),
                )
                for p in found.proposals
            ],
            address=Facet.of(found.address),
            contact=Facet.of(found.contact_details),
            moves=[Move(id=global_id("Move", m.id), moved_on=m.moved_on) for m in found.moves],
            persons=[Person.of(p) for p in found.persons],
            participants=[
                Participant(id=global_id("Team", p.team), name=p.name, kind=p.kind)
                for p in found.participants
            ],
            next_deadline=found.next_deadline,
            contacts=[
                Contact(id=global_id("Contact", c.id), at=c.at, manner=c.manner) for c in found.contacts
            ],
            signals=[Signal.of(s) for s in found.signals],
            actions=[Action.of(a) for a in found.actions],
            blockades=[Blockade.of(b) for b in found.blockades],
            spends=[Spend.of(s) for s in found.spends],
            left_to_spend=found.left_to_spend,
            hearings=[Hearing.of(z) for z in found.hearings],
            placements=[Placement.of(p) for p in found.placements],
            grants=[EmergencyAccess.of(g) for g in found.grants],
            notes=[MedicalNote.of(n) for n in found.notes],
            consents=[Consent.of(c) for c in found.consents],
            gaps=[
                CaseGap(
                    id=global_id("Promise", g.id),
                    rule=g.rule,
                    name=g.name,
                    since=g.since,
                    level=g.level,
                    responder=g.responder,
                )
                for g in found.gaps
            ],
            milestones=[Milestone.of(m) for m in found.milestones],
            agreements=[Agreement.of(a) for a in found.agreements],
            withheld=[Withheld.of(w) for w in found.withheld],
        )
