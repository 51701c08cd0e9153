"""The acts on a family's page: each a small form, and how it becomes the input of its verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
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
from casecoord.actions.office import Verb
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
from casecoord.domain.ids import key_of
from casecoord.domain.words import LifeDomain


@dataclass(frozen=True, slots=True)
class Act:
    """One form: `thing` is the kind of what it is done to. `elsewhere`: it ends on the first page."""

    name: str
    verb: Verb[Any, Any]
    read: Callable[[Form], Any]
    thing: str = "Case"
    elsewhere: bool = False

    def form_of(self, key: UUID | None) -> str:
        """The id of this form on the page: one per thing it can be done to."""
        return f"{self.name}-{key}" if key else self.name

    def form(self, given: Mapping[str, str]) -> str:
        """The id of the form that sent these fields."""
        if self.thing == "Case":
            return self.name
        return self.form_of(key_of(self.thing, given.get(self.thing.lower(), "")))


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


ACTS: dict[str, Act] = {
    act.name: act
    for act in (
        Act("triage", triage_signal, _triage, "Signal"),
        Act("see", see_signal, _see, "Signal"),
        Act("propose-lead", propose_lead, _propose),
        Act("appoint-lead", appoint_lead, _propose),
        Act("hand-over", offer_hand_over, _propose),
        Act("accept-lead", accept_lead, _answer, "Proposal"),
        Act("decline-lead", decline_lead, _answer, "Proposal"),
        Act("accept-hand-over", accept_hand_over, _answer, "Proposal"),
        Act("decline-hand-over", decline_hand_over, _answer, "Proposal"),
        Act("invite", invite_team, _invite),
        Act("join", join_case, _invitation, "Invitation"),
        Act("decline-invitation", decline_invitation, _invitation, "Invitation", elsewhere=True),
        Act("add-action", add_action, _add_action),
        Act("complete-action", complete_action, _complete, "Action"),
        Act("record-contact", record_contact, _contact),
    )
}
