"""The acts on a family's page: each a small form, and how it becomes the input of its verb."""

from uuid import UUID

from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    decline_hand_over,
    decline_lead,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.participation import (
    AnswerInvitation,
    InviteTeam,
    decline_invitation,
    invite_team,
    join_case,
)
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    Manner,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.console.fields import Form
from casecoord.console.forms import Act, named
from casecoord.domain.ids import key_of
from casecoord.domain.words import LifeDomain


def _triage(form: Form) -> TriageSignal:
    return TriageSignal(
        form.key,
        form.thing("signal", "Signal"),
        form.choice("decision", Decision),
        form.text("reason"),
        form.day("reviewOn"),
    )


def _see(form: Form) -> SeeSignal:
    return SeeSignal(form.key, form.thing("signal", "Signal"))


def _propose(form: Form) -> ProposeLead:
    return ProposeLead(
        form.key,
        form.thing("case", "Case"),
        form.picked("professional", "Professional"),
        form.text("reason"),
        form.text("preference"),
        form.text("goal"),
        over_ceiling=form.given.get("overCeiling") == "yes",
    )


def _answer(form: Form) -> AnswerProposal:
    return AnswerProposal(form.key, form.thing("proposal", "Proposal"), form.text("reason"))


def _invite(form: Form) -> InviteTeam:
    return InviteTeam(form.key, form.thing("case", "Case"), form.picked("team", "Team"))


def _invitation(form: Form) -> AnswerInvitation:
    return AnswerInvitation(form.key, form.thing("invitation", "Invitation"))


def _add_action(form: Form) -> AddAction:
    owner, team = _owner(form)
    return AddAction(
        form.key,
        form.thing("case", "Case"),
        form.choice("domain", LifeDomain),
        form.needed("what"),
        form.needed_day("dueOn"),
        team,
        owner,
    )


def _owner(form: Form) -> tuple[UUID | None, UUID | None]:
    """A professional in a team, as one choice; nobody chosen is oneself."""
    owner, _, team = form.given.get("owner", "").partition(" ")
    if not owner:
        return None, None
    return key_of("Professional", owner, "owner"), key_of("Team", team, "owner")


def _complete(form: Form) -> CompleteAction:
    return CompleteAction(form.key, form.thing("action", "Action"), form.text("result"))


def _contact(form: Form) -> RecordContact:
    return RecordContact(
        form.key, form.thing("case", "Case"), form.choice("manner", Manner), form.moment("contactedAt")
    )


ACTS: dict[str, Act] = named(
    Act("triage", triage_signal, _triage, ("signal",)),
    Act("see", see_signal, _see, ("signal",)),
    Act("propose-lead", propose_lead, _propose),
    Act("appoint-lead", appoint_lead, _propose),
    Act("hand-over", offer_hand_over, _propose),
    Act("accept-lead", accept_lead, _answer, ("proposal",)),
    Act("decline-lead", decline_lead, _answer, ("proposal",)),
    Act("accept-hand-over", accept_hand_over, _answer, ("proposal",)),
    Act("decline-hand-over", decline_hand_over, _answer, ("proposal",)),
    Act("invite", invite_team, _invite),
    Act("join", join_case, _invitation, ("invitation",)),
    Act("decline-invitation", decline_invitation, _invitation, ("invitation",), leads=lambda _: "/"),
    Act("add-action", add_action, _add_action),
    Act("complete-action", complete_action, _complete, ("action",)),
    Act("record-contact", record_contact, _contact),
)
