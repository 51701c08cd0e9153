"""The inputs of mutations, and how each becomes the input of its verb."""

from datetime import date, datetime
from uuid import UUID

import strawberry

from casecoord.actions import closing, leads, participation, plan, signals
from casecoord.actions.by_bsn import ByBsn
from casecoord.api.enums import (
    Audience,
    Decision,
    LifeDomain,
    Manner,
    SignalSubject,
    Urgency,
    VeiligThuis,
    Word,
)
from casecoord.api.ids import key_of
from casecoord.domain.errors import Problem


@strawberry.input(description="Whom it is about: BSN and birth date, or name, birth date and postcode.")
class PersonInput:
    bsn: str | None = None
    birth_date: date | None = None
    name: str | None = None
    postcode: str | None = None

    def about(self) -> ByBsn | signals.ByName:
        if self.birth_date is None:
            raise Problem("person_missing", "person.birthDate")
        if self.bsn is not None:
            return ByBsn(self.bsn, self.birth_date)
        if self.name is None:
            raise Problem("person_missing", "person.bsn")
        if self.postcode is None:
            raise Problem("postcode_invalid", "person.postcode")
        return signals.ByName(self.name, self.birth_date, self.postcode)


@strawberry.input
class AddSignalInput:
    idempotency_key: str
    subject: SignalSubject
    domain: LifeDomain
    urgency: Urgency
    summary: str
    person: PersonInput | None = None
    household: strawberry.ID | None = None
    detail: str | None = None
    audience: Audience | None = None
    veilig_thuis: VeiligThuis | None = None
    veilig_thuis_reason: str | None = None
    veilig_thuis_on: date | None = None
    defer_reason: str | None = strawberry.field(
        description="The family does not see it yet, for this reason of somebody's safety.", default=None
    )

    def verb(self) -> signals.AddSignal:
        return signals.AddSignal(
            self.idempotency_key,
            self._about(),
            self.subject,
            self.domain,
            self.urgency,
            self.summary,
            self.detail,
            self.audience,
            self.veilig_thuis,
            self.veilig_thuis_reason,
            self.veilig_thuis_on,
            self.defer_reason,
        )

    def _about(self) -> ByBsn | signals.ByName | signals.ByHousehold:
        if (self.person is None) == (self.household is None):
            raise Problem("subject_mismatch" if self.person else "person_missing", "person")
        if self.person is not None:
            return self.person.about()
        assert self.household is not None
        return signals.ByHousehold(key_of("Household", self.household, "household"))


@strawberry.input
class TriageSignalInput:
    idempotency_key: str
    signal: strawberry.ID
    decision: Decision
    reason: str | None = None
    review_on: date | None = None

    def verb(self) -> signals.TriageSignal:
        key = key_of("Signal", self.signal, "signal")
        return signals.TriageSignal(self.idempotency_key, key, self.decision, self.reason, self.review_on)


@strawberry.input
class SeeSignalInput:
    idempotency_key: str
    signal: strawberry.ID

    def verb(self) -> signals.SeeSignal:
        return signals.SeeSignal(self.idempotency_key, key_of("Signal", self.signal, "signal"))


@strawberry.input(description="`preference`: what the family wants; `reason`: why, or why it was not asked.")
class ProposeLeadInput:
    idempotency_key: str
    case: strawberry.ID
    professional: strawberry.ID
    reason: str | None = None
    preference: str | None = None
    goal: str | None = strawberry.field(
        default=None, description="What the family itself wants; with a first proposal only."
    )
    goal_domain: LifeDomain = LifeDomain.SOCIAL_PARTICIPATION
    over_ceiling: bool = strawberry.field(
        default=False, description="An appointment all the same, above the ceiling of cases."
    )

    def verb(self) -> leads.ProposeLead:
        return leads.ProposeLead(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            key_of("Professional", self.professional, "professional"),
            self.reason,
            self.preference,
            self.goal,
            self.goal_domain,
            self.over_ceiling,
        )


@strawberry.input
class AnswerProposalInput:
    idempotency_key: str
    proposal: strawberry.ID
    reason: str | None = None

    def verb(self) -> leads.AnswerProposal:
        key = key_of("Proposal", self.proposal, "proposal")
        return leads.AnswerProposal(self.idempotency_key, key, self.reason)


@strawberry.input
class InviteTeamInput:
    idempotency_key: str
    case: strawberry.ID
    team: strawberry.ID

    def verb(self) -> participation.InviteTeam:
        return participation.InviteTeam(
            self.idempotency_key, key_of("Case", self.case, "case"), key_of("Team", self.team, "team")
        )


@strawberry.input
class AnswerInvitationInput:
    idempotency_key: str
    invitation: strawberry.ID

    def verb(self) -> participation.AnswerInvitation:
        key = key_of("Invitation", self.invitation, "invitation")
        return participation.AnswerInvitation(self.idempotency_key, key)


@strawberry.input(description="`team` and `owner` default to your own.")
class AddActionInput:
    idempotency_key: str
    case: strawberry.ID
    domain: LifeDomain
    what: str
    due_on: date
    team: strawberry.ID | None = None
    owner: strawberry.ID | None = None

    def verb(self) -> plan.AddAction:
        return plan.AddAction(
            self.idempotency_key,
            key_of("Case", self.case, "case"),
            self.domain,
            self.what,
            self.due_on,
            _key_if("Team", self.team, "team"),
            _key_if("Professional", self.owner, "owner"),
        )


@strawberry.input
class CompleteActionInput:
    idempotency_key: str
    action: strawberry.ID
    result: str | None = None

    def verb(self) -> plan.CompleteAction:
        key = key_of("Action", self.action, "action")
        return plan.CompleteAction(self.idempotency_key, key, self.result)


@strawberry.input(description="`contactedAt` defaults to now.")
class RecordContactInput:
    idempotency_key: str
    case: strawberry.ID
    manner: Manner = Manner.OTHER
    contacted_at: datetime | None = None

    def verb(self) -> plan.RecordContact:
        at = self.contacted_at
        if at is not None and at.tzinfo is None:
            raise Problem("time_without_zone", "contactedAt")
        return plan.RecordContact(self.idempotency_key, key_of("Case", self.case, "case"), self.manner, at)


@strawberry.input(description="What whoever signalled may know.")
class GiveFeedbackInput:
    idempotency_key: str
    signal: strawberry.ID
    text: str

    def verb(self) -> closing.GiveFeedback:
        return closing.GiveFeedback(self.idempotency_key, key_of("Signal", self.signal, "signal"), self.text)


@strawberry.input(description="Of one signal or one action; `confirmedBy`: whose word it is.")
class ConfirmOutcomeInput:
    idempotency_key: str
    outcome: str
    confirmed_by: Word
    signal: strawberry.ID | None = None
    action: strawberry.ID | None = None

    def verb(self) -> closing.ConfirmOutcome:
        return closing.ConfirmOutcome(
            self.idempotency_key,
            self.outcome,
            self.confirmed_by,
            _key_if("Signal", self.signal, "signal"),
            _key_if("Action", self.action, "action"),
        )


@strawberry.input
class OfCaseInput:
    idempotency_key: str
    case: strawberry.ID

    def verb(self) -> closing.OfCase:
        return closing.OfCase(self.idempotency_key, key_of("Case", self.case, "case"))


@strawberry.input(description="The outcome of the case, and whose word it is.")
class CloseCaseInput:
    idempotency_key: str
    case: strawberry.ID
    outcome: str | None = None
    confirmed_by: Word | None = None

    def verb(self) -> closing.CloseCase:
        key = key_of("Case", self.case, "case")
        return closing.CloseCase(self.idempotency_key, key, self.outcome, self.confirmed_by)


@strawberry.input
class ReAgreeActionInput:
    idempotency_key: str
    action: strawberry.ID
    due_on: date

    def verb(self) -> closing.ReAgreeAction:
        key = key_of("Action", self.action, "action")
        return closing.ReAgreeAction(self.idempotency_key, key, self.due_on)


def _key_if(kind: str, given: str | None, field: str) -> UUID | None:
    return None if given is None else key_of(kind, given, field)
