"""The mutations: each resolver is one verb, answered with its result or a typed problem."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import strawberry

from casecoord.actions import (
    absence,
    closing,
    ending,
    leads,
    leaving,
    matching,
    notices,
    participation,
    plan,
    refusing,
    signals,
)
from casecoord.actions.office import Verb
from casecoord.api import results
from casecoord.api.context import Info
from casecoord.api.inbox import MarkedRead, MarkReadAnswer, MarkReadInput
from casecoord.api.inputs import (
    AddActionInput,
    AddSignalInput,
    AnswerInvitationInput,
    AnswerProposalInput,
    CloseCaseInput,
    CompleteActionInput,
    ConfirmOutcomeInput,
    GiveFeedbackInput,
    InviteTeamInput,
    OfCaseInput,
    ProposeLeadInput,
    ReAgreeActionInput,
    RecordContactInput,
    SeeSignalInput,
    TriageSignalInput,
)
from casecoord.api.leaving import (
    DeputyAnswer,
    DeputySet,
    EndAnswer,
    Ended,
    EndMembershipInput,
    EndOrganisationInput,
    EndProfessionalInput,
    EndTeamInput,
    SetDeputyInput,
    WorkHangingAnswer,
)
from casecoord.api.merging import ConfirmMergeInput, MergeAnswer, MergeDecided
from casecoord.api.problems import ProblemAnswer, answered
from casecoord.api.refusing import OfRefusalInput, RecordRefusalInput, RefusalAnswer, RefusalSaved
from casecoord.domain.leaving import WorkHanging


class Input(Protocol):
    """An input that knows its verb's."""

    def verb(self) -> Any: ...


Answer = TypeVar("Answer")
Shown = TypeVar("Shown")


async def _do(
    info: Info, verb: Verb[Any, Answer], input: Input, show: Callable[[Answer], Shown]
) -> Shown | ProblemAnswer:
    async def act() -> Shown:
        return show(await info.context.office.act(info.context.caller, verb, input.verb()))

    return await answered(info, act())


async def _end(info: Info, verb: Verb[Any, Any], input: Input) -> Ended | WorkHangingAnswer | ProblemAnswer:
    """As `_do`; what hangs is answered as a list."""

    async def act() -> Ended | WorkHangingAnswer:
        try:
            return Ended.of(await info.context.office.act(info.context.caller, verb, input.verb()))
        except WorkHanging as problem:
            return WorkHangingAnswer.of(problem, info)

    return await answered(info, act())


@strawberry.type
class Mutation:
    @strawberry.mutation(description="A concern about a person or a household.")
    async def add_signal(self, info: Info, input: AddSignalInput) -> results.SignalAnswer:
        return await _do(info, signals.add_signal, input, results.SignalAdded.of)

    @strawberry.mutation(description="The professional on duty has seen an acute signal.")
    async def see_signal(self, info: Info, input: SeeSignalInput) -> results.TriageAnswer:
        return await _do(info, signals.see_signal, input, results.SignalTriaged.of)

    @strawberry.mutation(description="The accountable team decides on a signal.")
    async def triage_signal(self, info: Info, input: TriageSignalInput) -> results.TriageAnswer:
        return await _do(info, signals.triage_signal, input, results.SignalTriaged.of)

    @strawberry.mutation(description="Asks somebody to take the lead of a case that has none.")
    async def propose_lead(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await _do(info, leads.propose_lead, input, results.Case.of)

    @strawberry.mutation
    async def accept_lead(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await _do(info, leads.accept_lead, input, results.Case.of)

    @strawberry.mutation
    async def decline_lead(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await _do(info, leads.decline_lead, input, results.Case.of)

    @strawberry.mutation(
        description="Where nobody accepted in time, the person with decision power appoints."
    )
    async def appoint_lead(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await _do(info, leads.appoint_lead, input, results.Case.of)

    @strawberry.mutation(description="The lead asks another to take over, and stays until they accepted.")
    async def offer_hand_over(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await _do(info, leads.offer_hand_over, input, results.Case.of)

    @strawberry.mutation
    async def accept_hand_over(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await _do(info, leads.accept_hand_over, input, results.Case.of)

    @strawberry.mutation
    async def decline_hand_over(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await _do(info, leads.decline_hand_over, input, results.Case.of)

    @strawberry.mutation(description="Asks a team to take part.")
    async def invite_team(self, info: Info, input: InviteTeamInput) -> results.InvitationAnswer:
        return await _do(info, participation.invite_team, input, results.Invitation.of)

    @strawberry.mutation
    async def join_case(self, info: Info, input: AnswerInvitationInput) -> results.InvitationAnswer:
        return await _do(info, participation.join_case, input, results.Invitation.of)

    @strawberry.mutation
    async def decline_invitation(self, info: Info, input: AnswerInvitationInput) -> results.InvitationAnswer:
        return await _do(info, participation.decline_invitation, input, results.Invitation.of)

    @strawberry.mutation(description="A small step with one owner and one date.")
    async def add_action(self, info: Info, input: AddActionInput) -> results.ActionAnswer:
        return await _do(info, plan.add_action, input, results.ActionSaved.of)

    @strawberry.mutation
    async def complete_action(self, info: Info, input: CompleteActionInput) -> results.ActionAnswer:
        return await _do(info, plan.complete_action, input, results.ActionSaved.of)

    @strawberry.mutation(description="The lead spoke with the family.")
    async def record_contact(self, info: Info, input: RecordContactInput) -> results.ContactAnswer:
        return await _do(info, plan.record_contact, input, results.ContactRecorded.of)

    @strawberry.mutation(description="The area's coordinator says whether two households are one.")
    async def confirm_merge(self, info: Info, input: ConfirmMergeInput) -> MergeAnswer:
        return await _do(info, matching.confirm_match, input, MergeDecided.of)

    @strawberry.mutation(description="Tells whoever signalled what they may know.")
    async def give_feedback(self, info: Info, input: GiveFeedbackInput) -> results.TriageAnswer:
        return await _do(info, closing.give_feedback, input, results.SignalTriaged.of)

    @strawberry.mutation(description="A signal or an action ends on somebody's word.")
    async def confirm_outcome(self, info: Info, input: ConfirmOutcomeInput) -> results.OutcomeAnswer:
        return await _do(info, closing.confirm_outcome, input, results.OutcomeConfirmed.of)

    @strawberry.mutation(description="The lead went over the case.")
    async def review_case(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await _do(info, closing.review_case, input, results.Case.of)

    @strawberry.mutation(description="The plan is done; the outcome is to be confirmed within 90 days.")
    async def begin_aftercare(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await _do(info, closing.begin_aftercare, input, results.Case.of)

    @strawberry.mutation(description="Aftercare is over and the outcome confirmed.")
    async def close_case(self, info: Info, input: CloseCaseInput) -> results.CaseAnswer:
        return await _do(info, closing.close_case, input, results.Case.of)

    @strawberry.mutation(description="A closed case searches a lead again.")
    async def reopen_case(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await _do(info, closing.reopen_case, input, results.Case.of)

    @strawberry.mutation(description="A new date for an action.")
    async def re_agree_action(self, info: Info, input: ReAgreeActionInput) -> results.ActionAnswer:
        return await _do(info, closing.re_agree_action, input, results.ActionSaved.of)

    @strawberry.mutation(
        description="Somebody stops working under a membership; all that hangs on it goes to others."
    )
    async def end_membership(self, info: Info, input: EndMembershipInput) -> EndAnswer:
        return await _end(info, leaving.end_membership, input)

    @strawberry.mutation(description="Somebody leaves altogether.")
    async def end_professional(self, info: Info, input: EndProfessionalInput) -> EndAnswer:
        return await _end(info, leaving.end_professional, input)

    @strawberry.mutation(description="A team ends, and another of its kind takes over.")
    async def end_team(self, info: Info, input: EndTeamInput) -> EndAnswer:
        return await _end(info, ending.end_team, input)

    @strawberry.mutation(description="An organisation ends, with all its teams.")
    async def end_organisation(self, info: Info, input: EndOrganisationInput) -> EndAnswer:
        return await _end(info, ending.end_organisation, input)

    @strawberry.mutation(description="Who is there while somebody is away.")
    async def set_deputy(self, info: Info, input: SetDeputyInput) -> DeputyAnswer:
        return await _do(info, absence.set_deputy, input, DeputySet.of)

    @strawberry.mutation(description="The lead heard the family refuse, and says when to ask again.")
    async def record_refusal(self, info: Info, input: RecordRefusalInput) -> RefusalAnswer:
        return await _do(info, refusing.record_refusal, input, RefusalSaved.of)

    @strawberry.mutation(
        description="A coordinator agrees: what needs the family's word lapses until the review."
    )
    async def confirm_refusal(self, info: Info, input: OfRefusalInput) -> RefusalAnswer:
        return await _do(info, refusing.confirm_refusal, input, RefusalSaved.of)

    @strawberry.mutation(description="The family takes part again.")
    async def end_refusal(self, info: Info, input: OfRefusalInput) -> RefusalAnswer:
        return await _do(info, refusing.end_refusal, input, RefusalSaved.of)

    @strawberry.mutation(description="Marks notices of your own as read.")
    async def mark_read(self, info: Info, input: MarkReadInput) -> MarkReadAnswer:
        return await _do(info, notices.mark_read, input, MarkedRead.of)


#: The class that holds the mutations.
MUTATION = Mutation
