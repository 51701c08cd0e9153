"""What mutations answer with: small results, ids and words."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import cases, closing, participation, plan, signals
from casecoord.api.enums import (
    ActionState,
    CaseState,
    InvitationState,
    ProposalKind,
    ProposalState,
    SignalState,
)
from casecoord.api.ids import global_id
from casecoord.api.problems import ProblemAnswer


@strawberry.type(description="A professional, by name.")
class Professional:
    id: strawberry.ID
    name: str
    team: strawberry.ID

    @classmethod
    def of(cls, found: cases.Who) -> "Professional":
        return cls(
            id=global_id("Professional", found.professional),
            name=found.name,
            team=global_id("Team", found.team),
        )


@strawberry.type
class Proposal:
    id: strawberry.ID
    kind: ProposalKind
    state: ProposalState
    proposed: Professional

    @classmethod
    def of(cls, found: cases.ProposalBrief) -> "Proposal":
        return cls(
            id=global_id("Proposal", found.id),
            kind=found.kind,
            state=found.state,
            proposed=Professional.of(found.proposed),
        )


@strawberry.type(description="A case with its lead and the proposals for one.")
class Case:
    id: strawberry.ID
    household: strawberry.ID
    state: CaseState
    lead: Professional | None
    proposals: list[Proposal]

    @classmethod
    def of(cls, found: cases.CaseBrief) -> "Case":
        return cls(
            id=global_id("Case", found.id),
            household=global_id("Household", found.household),
            state=found.state,
            lead=Professional.of(found.lead) if found.lead else None,
            proposals=[Proposal.of(p) for p in found.proposals],
        )


@strawberry.type(description="What whoever signalled may know: whether a case is open, and who leads it.")
class SignalAdded:
    signal: strawberry.ID
    case_open: bool
    lead: str | None

    @classmethod
    def of(cls, found: signals.SignalAdded) -> "SignalAdded":
        return cls(signal=global_id("Signal", found.signal), case_open=found.case_open, lead=found.lead)


@strawberry.type
class SignalTriaged:
    signal: strawberry.ID
    state: SignalState
    case: Case | None

    @classmethod
    def of(cls, found: signals.SignalTriaged) -> "SignalTriaged":
        return cls(
            signal=global_id("Signal", found.signal),
            state=found.state,
            case=Case.of(found.case) if found.case else None,
        )


@strawberry.type(description="A team's invitation to take part.")
class Invitation:
    id: strawberry.ID
    case: strawberry.ID
    team: strawberry.ID
    state: InvitationState

    @classmethod
    def of(cls, found: participation.InvitationBrief) -> "Invitation":
        return cls(
            id=global_id("Invitation", found.id),
            case=global_id("Case", found.case),
            team=global_id("Team", found.team),
            state=found.state,
        )


@strawberry.type
class ActionSaved:
    id: strawberry.ID
    case: strawberry.ID
    state: ActionState
    due_on: date

    @classmethod
    def of(cls, found: plan.ActionBrief) -> "ActionSaved":
        return cls(
            id=global_id("Action", found.id),
            case=global_id("Case", found.case),
            state=found.state,
            due_on=found.due_on,
        )


@strawberry.type
class ContactRecorded:
    id: strawberry.ID
    case: strawberry.ID
    contacted_at: datetime

    @classmethod
    def of(cls, found: plan.ContactRecorded) -> "ContactRecorded":
        return cls(
            id=global_id("Contact", found.id),
            case=global_id("Case", found.case),
            contacted_at=found.contacted_at,
        )


@strawberry.type(description="The signal or action that ended.")
class OutcomeConfirmed:
    subject: strawberry.ID
    state: str

    @classmethod
    def of(cls, found: closing.OutcomeConfirmed) -> "OutcomeConfirmed":
        kind = "Signal" if found.of_signal else "Action"
        return cls(subject=global_id(kind, found.subject), state=found.state)


SignalAnswer = Annotated[SignalAdded | ProblemAnswer, strawberry.union("AddSignalAnswer")]
TriageAnswer = Annotated[SignalTriaged | ProblemAnswer, strawberry.union("TriageAnswer")]
CaseAnswer = Annotated[Case | ProblemAnswer, strawberry.union("CaseAnswer")]
InvitationAnswer = Annotated[Invitation | ProblemAnswer, strawberry.union("InvitationAnswer")]
ActionAnswer = Annotated[ActionSaved | ProblemAnswer, strawberry.union("ActionAnswer")]
ContactAnswer = Annotated[ContactRecorded | ProblemAnswer, strawberry.union("ContactAnswer")]
OutcomeAnswer = Annotated[OutcomeConfirmed | ProblemAnswer, strawberry.union("OutcomeAnswer")]
