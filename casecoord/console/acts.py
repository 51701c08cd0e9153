"""The acts on a family's page that everybody's day is made of: signals, the lead, teams, actions, contact."""

from datetime import date
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
    object_to_appointment,
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
from casecoord.console.forms import Act, Choice, Day, Field, Line, Moment, Pick, Thing, Tick, act, named
from casecoord.console.texts import N_
from casecoord.domain.ids import key_of
from casecoord.domain.words import LifeDomain

#: Of which case, household and things a form is.
CASE = Thing("case", kind="Case")
REASON = Line("reason", N_("Reason"))
ABOUT = Choice("domain", N_("What is it about?"), needed=True, kind=LifeDomain)
DUE = Day("dueOn", N_("By which date?"), needed=True)
DOER = Line("doer", N_("Who does it?"), needed=True)
OWN_WORDS = N_("In the family's own words, if it is theirs.")

_WHOM = Pick(
    "professional",
    N_("Whom do you ask?"),
    N_("Only people of teams that take part."),
    needed=True,
    kind="Professional",
    among="candidates",
)
_PROPOSAL = Thing("proposal", kind="Proposal")
_INVITATION = Thing("invitation", kind="Invitation")
_SIGNAL = Thing("signal", kind="Signal")


class Owner(Pick):
    """A professional in a team, as one choice; nobody chosen is oneself."""

    def read(self, form: Form) -> tuple[UUID | None, UUID | None]:
        owner, _, team = form.given.get(self.name, "").partition(" ")
        if not owner:
            return None, None
        return key_of("Professional", owner, self.name), key_of("Team", team, self.name)


def _action(
    key: str, case: UUID, what: str, domain: LifeDomain, owner: tuple[UUID | None, UUID | None], due_on: date
) -> AddAction:
    professional, team = owner
    return AddAction(key, case, domain, what, due_on, team, professional)


def _answer(name: str, verb: Verb[Any, Any], *asked: Field, **words: Any) -> Act:
    return act(name, verb, AnswerProposal, _PROPOSAL, *asked, **words)


def _yes(name: str, verb: Verb[Any, Any]) -> Act:
    return _answer(name, verb, button=N_("Yes, I take the lead"), main=True)


def _no(name: str, verb: Verb[Any, Any]) -> Act:
    return _answer(name, verb, REASON, button=N_("Decline"), label=N_("No, and this is why"))


#: What is done with a signal, on whichever page it stands.
TRIAGE = act(
    "triage",
    triage_signal,
    TriageSignal,
    _SIGNAL,
    Choice("decision", N_("What do you decide?"), kind=Decision, needed=True, radios=True),
    Line("reason", N_("Reason"), N_("Needed if you wait.")),
    Day("reviewOn", N_("When do you look again?"), N_("Needed if you wait; within 90 days.")),
    label=N_("Triage this signal"),
    button=N_("Decide"),
)
SEE = act("see", see_signal, SeeSignal, _SIGNAL, button=N_("I have seen this"))

ACTS: dict[str, Act] = named(
    TRIAGE,
    SEE,
    act(
        "propose-lead",
        propose_lead,
        ProposeLead,
        CASE,
        _WHOM,
        Line("goal", N_("What does the family itself want to reach?"), OWN_WORDS),
        Line("preference", N_("Whom does the family want?")),
        Line("reason", N_("Why this person, or why the family was not asked")),
        button=N_("Ask"),
        label=N_("Ask somebody to lead"),
    ),
    act(
        "appoint-lead",
        appoint_lead,
        ProposeLead,
        CASE,
        _WHOM,
        REASON,
        Tick("overCeiling", N_("also above the highest number of cases")),
        button=N_("Appoint"),
        label=N_("Appoint a lead"),
    ),
    act(
        "hand-over",
        offer_hand_over,
        ProposeLead,
        CASE,
        _WHOM,
        REASON,
        button=N_("Offer"),
        label=N_("Hand the lead over"),
    ),
    _yes("accept-lead", accept_lead),
    _no("decline-lead", decline_lead),
    _yes("accept-hand-over", accept_hand_over),
    _no("decline-hand-over", decline_hand_over),
    _answer(
        "object",
        object_to_appointment,
        REASON,
        button=N_("Object"),
        label=N_("You were appointed: object"),
        note=N_("You stay the lead until somebody else says yes. The search for another begins at once."),
    ),
    act(
        "invite",
        invite_team,
        InviteTeam,
        CASE,
        Pick("team", N_("Which team?"), needed=True, kind="Team", among="invitable"),
        button=N_("Invite"),
        label=N_("Invite a team"),
    ),
    act("join", join_case, AnswerInvitation, _INVITATION, button=N_("Yes, we take part")),
    act(
        "decline-invitation",
        decline_invitation,
        AnswerInvitation,
        _INVITATION,
        button=N_("No, we do not"),
        leads=lambda _: "/",
    ),
    act(
        "add-action",
        add_action,
        _action,
        CASE,
        Line("what", N_("What will be done?"), N_("One small step."), needed=True),
        ABOUT,
        Owner("owner", N_("Who does it?"), among="helpers"),
        DUE,
        button=N_("Add"),
        label=N_("Add an action"),
    ),
    act(
        "complete-action",
        complete_action,
        CompleteAction,
        Thing("action", kind="Action"),
        Line("result", N_("What came of it?")),
        button=N_("Complete"),
        label=N_("This is done"),
    ),
    act(
        "record-contact",
        record_contact,
        RecordContact,
        CASE,
        Choice("manner", N_("How?"), needed=True, kind=Manner),
        Moment("contactedAt", N_("When?"), N_("Leave empty for now.")),
        button=N_("Record"),
        label=N_("Record contact with the family"),
    ),
)
