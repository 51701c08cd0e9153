"""The mutations: each resolver is one verb, answered with its result or a typed problem."""

import strawberry

from casecoord.actions import (
    absence,
    arriving,
    break_glass,
    closing,
    duty,
    ending,
    hearings,
    leads,
    leaving,
    managing,
    merging,
    moving,
    notices,
    participation,
    plan,
    refusing,
    signals,
    splitting,
    staffing,
    transfers,
)
from casecoord.api import managing as shown
from casecoord.api import results
from casecoord.api.alternatives import OfferMutations
from casecoord.api.blockades import BlockadeMutations
from casecoord.api.break_glass import (
    BreakGlassAnswer,
    BreakGlassInput,
    GlassBroken,
    GlassReviewed,
    ReviewAnswer,
    ReviewBreakGlassInput,
)
from casecoord.api.breakthroughs import BreakthroughMutations
from casecoord.api.carried_out import CarriedOutMutations
from casecoord.api.consents import ConsentMutations
from casecoord.api.context import Info
from casecoord.api.doing import do, end
from casecoord.api.family import FamilyMutations
from casecoord.api.hearings import (
    EndHearingInput,
    HearingAnswer,
    HearingMutations,
    HearingSaved,
    MoveHearingInput,
    PlanHearingInput,
)
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
from casecoord.api.keys import KeysMutations
from casecoord.api.leaving import (
    DeputyAnswer,
    DeputySet,
    EndAnswer,
    EndMembershipInput,
    EndOrganisationInput,
    EndProfessionalInput,
    EndTeamInput,
    SetDeputyInput,
)
from casecoord.api.meetings import MeetingMutations
from casecoord.api.merging import (
    ConfirmMergeInput,
    HouseholdSplit,
    MergeAnswer,
    MergeDecided,
    MergeProposed,
    MergeProposedAnswer,
    MergeUndone,
    MergeUndoneAnswer,
    ProposeMergeInput,
    SplitAnswer,
    SplitHouseholdInput,
    UndoMergeInput,
)
from casecoord.api.moving import (
    AcceptTransferInput,
    AnswerMoveInput,
    DeclineTransferInput,
    MoveAnswer,
    MoveAnswered,
    MoveRecorded,
    RecordMoveAnswer,
    RecordMoveInput,
    TransferAnswer,
    TransferAnswered,
)
from casecoord.api.placements import PlacementMutations
from casecoord.api.refusing import OfRefusalInput, RecordRefusalInput, RefusalAnswer, RefusalSaved
from casecoord.api.residents import ResidentMutations
from casecoord.api.rights import RightsMutations
from casecoord.api.spending import SpendMutations
from casecoord.api.spreading import SpreadingMutations
from casecoord.api.taking_part import CaseLeft, LeaveAnswer, LeaveCaseInput


@strawberry.type
class Mutation(
    ConsentMutations,
    FamilyMutations,
    KeysMutations,
    ResidentMutations,
    RightsMutations,
    CarriedOutMutations,
    SpreadingMutations,
    BlockadeMutations,
    BreakthroughMutations,
    SpendMutations,
    OfferMutations,
    PlacementMutations,
    HearingMutations,
    MeetingMutations,
):
    @strawberry.mutation(description="A concern about a person or a household.")
    async def add_signal(self, info: Info, input: AddSignalInput) -> results.SignalAnswer:
        return await do(info, signals.add_signal, input, results.SignalAdded.of)

    @strawberry.mutation(description="The professional on duty has seen an acute signal.")
    async def see_signal(self, info: Info, input: SeeSignalInput) -> results.TriageAnswer:
        return await do(info, signals.see_signal, input, results.SignalTriaged.of)

    @strawberry.mutation(description="The accountable team decides on a signal.")
    async def triage_signal(self, info: Info, input: TriageSignalInput) -> results.TriageAnswer:
        return await do(info, signals.triage_signal, input, results.SignalTriaged.of)

    @strawberry.mutation(description="Asks somebody to take the lead of a case that has none.")
    async def propose_lead(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await do(info, leads.propose_lead, input, results.Case.of)

    @strawberry.mutation
    async def accept_lead(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await do(info, leads.accept_lead, input, results.Case.of)

    @strawberry.mutation
    async def decline_lead(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await do(info, leads.decline_lead, input, results.Case.of)

    @strawberry.mutation(
        description="Where nobody accepted in time, the person with decision power appoints."
    )
    async def appoint_lead(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await do(info, leads.appoint_lead, input, results.Case.of)

    @strawberry.mutation(description="Who was appointed objects, and stays the lead until another is.")
    async def object_to_appointment(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await do(info, leads.object_to_appointment, input, results.Case.of)

    @strawberry.mutation(description="The lead asks another to take over, and stays until they accepted.")
    async def offer_hand_over(self, info: Info, input: ProposeLeadInput) -> results.CaseAnswer:
        return await do(info, leads.offer_hand_over, input, results.Case.of)

    @strawberry.mutation
    async def accept_hand_over(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await do(info, leads.accept_hand_over, input, results.Case.of)

    @strawberry.mutation
    async def decline_hand_over(self, info: Info, input: AnswerProposalInput) -> results.CaseAnswer:
        return await do(info, leads.decline_hand_over, input, results.Case.of)

    @strawberry.mutation(description="Asks a team to take part.")
    async def invite_team(self, info: Info, input: InviteTeamInput) -> results.InvitationAnswer:
        return await do(info, participation.invite_team, input, results.Invitation.of)

    @strawberry.mutation
    async def join_case(self, info: Info, input: AnswerInvitationInput) -> results.InvitationAnswer:
        return await do(info, participation.join_case, input, results.Invitation.of)

    @strawberry.mutation
    async def decline_invitation(self, info: Info, input: AnswerInvitationInput) -> results.InvitationAnswer:
        return await do(info, participation.decline_invitation, input, results.Invitation.of)

    @strawberry.mutation(
        description="Takes your team out of a case; every open action of it goes to somebody by name."
    )
    async def leave_case(self, info: Info, input: LeaveCaseInput) -> LeaveAnswer:
        return await do(info, participation.leave_case, input, CaseLeft.of)

    @strawberry.mutation(description="A small step with one owner and one date.")
    async def add_action(self, info: Info, input: AddActionInput) -> results.ActionAnswer:
        return await do(info, plan.add_action, input, results.ActionSaved.of)

    @strawberry.mutation
    async def complete_action(self, info: Info, input: CompleteActionInput) -> results.ActionAnswer:
        return await do(info, plan.complete_action, input, results.ActionSaved.of)

    @strawberry.mutation(description="A date before the neighbourhood judge.")
    async def plan_hearing(self, info: Info, input: PlanHearingInput) -> HearingAnswer:
        return await do(info, hearings.plan_hearing, input, HearingSaved.of)

    @strawberry.mutation(description="Another day for a hearing.")
    async def move_hearing(self, info: Info, input: MoveHearingInput) -> HearingAnswer:
        return await do(info, hearings.move_hearing, input, HearingSaved.of)

    @strawberry.mutation(description="A hearing took place, or was cancelled.")
    async def end_hearing(self, info: Info, input: EndHearingInput) -> HearingAnswer:
        return await do(info, hearings.end_hearing, input, HearingSaved.of)

    @strawberry.mutation(description="Emergency access to one household, for a day.")
    async def break_glass(self, info: Info, input: BreakGlassInput) -> BreakGlassAnswer:
        return await do(info, break_glass.break_glass, input, GlassBroken.of)

    @strawberry.mutation(description="What the privacy officer finds of an emergency access.")
    async def review_break_glass(self, info: Info, input: ReviewBreakGlassInput) -> ReviewAnswer:
        return await do(info, break_glass.review_break_glass, input, GlassReviewed.of)

    @strawberry.mutation(description="The lead spoke with the family.")
    async def record_contact(self, info: Info, input: RecordContactInput) -> results.ContactAnswer:
        return await do(info, plan.record_contact, input, results.ContactRecorded.of)

    @strawberry.mutation(description="The area's coordinator names two households that may be one.")
    async def propose_merge(self, info: Info, input: ProposeMergeInput) -> MergeProposedAnswer:
        return await do(info, merging.propose_merge, input, MergeProposed.of)

    @strawberry.mutation(description="The area's coordinator says whether two households are one.")
    async def confirm_merge(self, info: Info, input: ConfirmMergeInput) -> MergeAnswer:
        return await do(info, merging.confirm_merge, input, MergeDecided.of)

    @strawberry.mutation(description="Another coordinator says that they are two after all.")
    async def undo_merge(self, info: Info, input: UndoMergeInput) -> MergeUndoneAnswer:
        return await do(info, merging.undo_merge, input, MergeUndone.of)

    @strawberry.mutation(description="Some leave for a household of their own.")
    async def split_household(self, info: Info, input: SplitHouseholdInput) -> SplitAnswer:
        return await do(info, splitting.split_household, input, HouseholdSplit.of)

    @strawberry.mutation(description="A family moved; what is open passes on by somebody's yes.")
    async def record_move(self, info: Info, input: RecordMoveInput) -> RecordMoveAnswer:
        return await do(info, moving.record_move, input, MoveRecorded.of)

    @strawberry.mutation(description="Your team is accountable from now on.")
    async def accept_transfer(self, info: Info, input: AcceptTransferInput) -> TransferAnswer:
        return await do(info, transfers.accept_transfer, input, TransferAnswered.of)

    @strawberry.mutation(description="With a reason; it comes to the area's coordinator, who names a team.")
    async def decline_transfer(self, info: Info, input: DeclineTransferInput) -> TransferAnswer:
        return await do(info, transfers.decline_transfer, input, TransferAnswered.of)

    @strawberry.mutation(description="A family from another area is this area's from now on.")
    async def accept_move(self, info: Info, input: AnswerMoveInput) -> MoveAnswer:
        return await do(info, arriving.accept_move, input, MoveAnswered.of)

    @strawberry.mutation(description="With a reason; the family stays the other area's.")
    async def decline_move(self, info: Info, input: AnswerMoveInput) -> MoveAnswer:
        return await do(info, arriving.decline_move, input, MoveAnswered.of)

    @strawberry.mutation(description="Tells whoever signalled what they may know.")
    async def give_feedback(self, info: Info, input: GiveFeedbackInput) -> results.TriageAnswer:
        return await do(info, closing.give_feedback, input, results.SignalTriaged.of)

    @strawberry.mutation(description="A signal or an action ends on somebody's word.")
    async def confirm_outcome(self, info: Info, input: ConfirmOutcomeInput) -> results.OutcomeAnswer:
        return await do(info, closing.confirm_outcome, input, results.OutcomeConfirmed.of)

    @strawberry.mutation(description="The lead went over the case.")
    async def review_case(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await do(info, closing.review_case, input, results.Case.of)

    @strawberry.mutation(description="The plan is done; the outcome is to be confirmed within 90 days.")
    async def begin_aftercare(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await do(info, closing.begin_aftercare, input, results.Case.of)

    @strawberry.mutation(description="Aftercare is over and the outcome confirmed.")
    async def close_case(self, info: Info, input: CloseCaseInput) -> results.CaseAnswer:
        return await do(info, closing.close_case, input, results.Case.of)

    @strawberry.mutation(description="A closed case searches a lead again.")
    async def reopen_case(self, info: Info, input: OfCaseInput) -> results.CaseAnswer:
        return await do(info, closing.reopen_case, input, results.Case.of)

    @strawberry.mutation(description="A new date for an action.")
    async def re_agree_action(self, info: Info, input: ReAgreeActionInput) -> results.ActionAnswer:
        return await do(info, closing.re_agree_action, input, results.ActionSaved.of)

    @strawberry.mutation(
        description="Somebody stops working under a membership; all that hangs on it goes to others."
    )
    async def end_membership(self, info: Info, input: EndMembershipInput) -> EndAnswer:
        return await end(info, leaving.end_membership, input)

    @strawberry.mutation(description="Somebody leaves altogether.")
    async def end_professional(self, info: Info, input: EndProfessionalInput) -> EndAnswer:
        return await end(info, leaving.end_professional, input)

    @strawberry.mutation(description="A team ends, and another of its kind takes over.")
    async def end_team(self, info: Info, input: EndTeamInput) -> EndAnswer:
        return await end(info, ending.end_team, input)

    @strawberry.mutation(description="An organisation ends, with all its teams.")
    async def end_organisation(self, info: Info, input: EndOrganisationInput) -> EndAnswer:
        return await end(info, ending.end_organisation, input)

    @strawberry.mutation(description="Who is there while somebody is away.")
    async def set_deputy(self, info: Info, input: SetDeputyInput) -> DeputyAnswer:
        return await do(info, absence.set_deputy, input, DeputySet.of)

    @strawberry.mutation(description="Deadlines, days off and what else an area decides for itself.")
    async def change_settings(self, info: Info, input: shown.ChangeSettingsInput) -> shown.SettingsAnswer:
        return await do(info, managing.change_settings, input, shown.Settings.of)

    @strawberry.mutation(description="Who is on duty for what is acute.")
    async def plan_duty(self, info: Info, input: shown.PlanDutyInput) -> shown.RosterAnswer:
        return await do(info, duty.plan_duty, input, shown.Roster.of)

    @strawberry.mutation(description="Which team covers a place; what is open there is offered to it.")
    async def cover_place(self, info: Info, input: shown.CoverPlaceInput) -> shown.CoverAnswer:
        return await do(info, staffing.cover_place, input, shown.PlaceCovered.of)

    @strawberry.mutation(description="Somebody works in a team from a moment on.")
    async def add_member(self, info: Info, input: shown.AddMemberInput) -> shown.MemberAnswer:
        return await do(info, staffing.add_member, input, shown.MemberAdded.of)

    @strawberry.mutation(description="Your team met.")
    async def record_meeting(self, info: Info, input: shown.RecordMeetingInput) -> shown.MeetingAnswer:
        return await do(info, staffing.record_meeting, input, shown.MeetingRecorded.of)

    @strawberry.mutation(description="The lead heard the family refuse, and says when to ask again.")
    async def record_refusal(self, info: Info, input: RecordRefusalInput) -> RefusalAnswer:
        return await do(info, refusing.record_refusal, input, RefusalSaved.of)

    @strawberry.mutation(
        description="A coordinator agrees: what needs the family's word lapses until the review."
    )
    async def confirm_refusal(self, info: Info, input: OfRefusalInput) -> RefusalAnswer:
        return await do(info, refusing.confirm_refusal, input, RefusalSaved.of)

    @strawberry.mutation(description="The family takes part again.")
    async def end_refusal(self, info: Info, input: OfRefusalInput) -> RefusalAnswer:
        return await do(info, refusing.end_refusal, input, RefusalSaved.of)

    @strawberry.mutation(description="Marks notices of your own as read.")
    async def mark_read(self, info: Info, input: MarkReadInput) -> MarkReadAnswer:
        return await do(info, notices.mark_read, input, MarkedRead.of)


#: The class that holds the mutations.
MUTATION = Mutation
