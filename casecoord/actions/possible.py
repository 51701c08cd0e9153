"""What may I do here, now? Asked of the same rules as the verbs, so that a door offers what will be granted.

It only offers: each verb decides for itself again. It names nothing that its viewer was not shown already:
whoever asks gives the ids that are in view.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.access.seats import TEAM_ROLES
from casecoord.actions.office import Hand
from casecoord.domain.promises import appointment_from
from casecoord.domain.words import CaseState, ProposalKind, Role, SignalState, TeamKind
from casecoord.storage import possible as storage

_TO_TRIAGE = (SignalState.OPEN, SignalState.ON_HOLD)


@dataclass(frozen=True, slots=True)
class Possible:
    """The acts that are open to one actor in one household; sets hold the ids of what they can be done to.

    `act_for_teams`: an action may be put on any team that takes part, not only on the own.
    """

    see: frozenset[UUID] = field(default=frozenset())
    triage: frozenset[UUID] = field(default=frozenset())
    complete: frozenset[UUID] = field(default=frozenset())
    answer: frozenset[UUID] = field(default=frozenset())
    propose_lead: bool = False
    appoint_lead: bool = False
    offer_hand_over: bool = False
    invite_team: bool = False
    add_action: bool = False
    act_for_teams: bool = False
    record_contact: bool = False
    set_goal: bool = False
    praise: bool = False
    #: signals whose sender can be told, and signals and actions that can end with an outcome
    give_feedback: frozenset[UUID] = field(default=frozenset())
    confirm: frozenset[UUID] = field(default=frozenset())
    re_agree: frozenset[UUID] = field(default=frozenset())
    #: appointments of oneself that one can object to
    object: frozenset[UUID] = field(default=frozenset())
    end_refusal: frozenset[UUID] = field(default=frozenset())
    confirm_refusal: frozenset[UUID] = field(default=frozenset())
    withdraw_consent: frozenset[UUID] = field(default=frozenset())
    #: signals to whose detail a consent can be recorded; `record_consent`: to the details of the own team's as such
    consent_to: frozenset[UUID] = field(default=frozenset())
    #: what can be kept from the family's own page for a while
    defer: frozenset[UUID] = field(default=frozenset())
    #: the actions of the own team that are named to another when it leaves
    hand_on: frozenset[UUID] = field(default=frozenset())
    reopen: frozenset[UUID] = field(default=frozenset())
    review_case: bool = False
    begin_aftercare: bool = False
    close_case: bool = False
    leave_case: bool = False
    record_consent: bool = False
    add_note: bool = False
    #: what a child of 12 to 15 said, and a code on paper for a page of one's own
    make_code: bool = False
    record_word: bool = False
    spend: bool = False
    raise_blockade: bool = False
    record_move: bool = False
    split: bool = False
    propose_merge: bool = False


def may_signal(hand: Hand) -> bool:
    """May this actor flag anybody at all?"""
    return _may(hand, hand.actor.role, "add_signal", membership_valid=True, matched_or_proposed=True)


def may_prepare(hand: Hand) -> bool:
    """Does this actor's seat prepare hearings: hold places, and say what was done?"""
    return _may(
        hand,
        hand.actor.role,
        "hold_place",
        membership_valid=True,
        of_participating_team=True,
        no_other_hold=True,
    )


def may_plan(hand: Hand) -> bool:
    """May this actor plan a hearing?"""
    return _may(hand, hand.actor.role, "plan_hearing", membership_valid=True)


def may_offer(hand: Hand) -> bool:
    """May this actor manage offers: the own provider's, or for the programme bureau all?"""
    own = hand.actor.role is Role.PROVIDER
    return _may(hand, hand.actor.role, "manage_offers", membership_valid=True, own_offer=own)


async def possible(hand: Hand, household: UUID, in_view: Collection[UUID]) -> Possible:
    """What can this actor do in a household, to the things in view?"""
    row = await storage.possible(hand.work, household)
    if row is None:
        return Possible()
    asked = _Asked(hand, row, in_view)
    found = {**_about_signals(asked), **_about_the_home(asked)}
    if row["case_id"] is not None:
        found |= {**_about_the_lead(asked), **_about_the_plan(asked), **_about_the_course(asked)}
    return Possible(**found)


def _about_signals(asked: "_Asked") -> dict[str, Any]:
    signals = asked.seen("signals")
    triage = [one for one in signals if one["state"] in _TO_TRIAGE and asked.triage(one)]
    return {
        "see": _ids(one for one in triage if one["unseen"]),
        "triage": _ids(triage),
        "give_feedback": _ids(
            one for one in signals if one["triaged"] and not one["fed_back"] and asked.give_feedback(one)
        ),
        "confirm": _ids(
            one
            for one in signals
            if one["fed_back"] and one["in_case"] and one["state"] != SignalState.ENDED and asked.confirm()
        ),
    }


def _about_the_home(asked: "_Asked") -> dict[str, Any]:
    """What can be done whether there is a case or not."""
    row, actor = asked.row, asked.hand.actor
    consents = {"holds_it": True, "consent_rules_met": True}
    holds = asked.may("record_consent", **consents)
    own = [
        one for one in asked.seen("signals") if one["own"] or (one["own_team"] and actor.role in TEAM_ROLES)
    ]
    practises = actor.team_kind is TeamKind.GP_CARE and actor.role in TEAM_ROLES
    return {
        "record_consent": holds,
        "consent_to": _ids(own) if holds else frozenset(),
        "withdraw_consent": _ids(
            one
            for one in row["consents"] or ()
            if asked.may(
                "withdraw_consent",
                holds_it=one["own"] or (one["lead"] and row["is_lead"]),
                consent_rules_met=True,
            )
        ),
        "defer": _ids(one for one in asked.seen("signals") if one["own"] and asked.signals()),
        "add_note": practises and asked.signals(),
        "reopen": _ids(one for one in row["closed"] or () if asked.may("reopen_case")),
        "record_move": asked.may("record_move"),
        "split": asked.may("split_household"),
        "propose_merge": asked.may("propose_merge"),
    }


def _about_the_lead(asked: "_Asked") -> dict[str, Any]:
    row = asked.row
    led = row["has_lead"]
    free = not led and not row["has_proposal"]
    objects = asked.may("object_to_appointment", is_appointed=True)
    return {
        "answer": _ids(one for one in row["proposals"] if asked.answer(one)),
        "propose_lead": free and asked.may("propose_lead", preference_known=True),
        "appoint_lead": (not led or row["objected"])
        and asked.may("appoint_lead", appointment_due=asked.appointment_due),
        "offer_hand_over": led
        and not row["has_proposal"]
        and asked.may("offer_handover", lead_left_or_ill=True),
        "object": _ids(row["appointments"] or ()) if objects else frozenset(),
        "invite_team": asked.invite(),
        "leave_case": asked.leave(),
    }


def _about_the_plan(asked: "_Asked") -> dict[str, Any]:
    actions = asked.seen("actions")
    waiting = [one for one in actions if one["open"]]
    done = _ids(one for one in actions if not one["open"])
    return {
        "complete": _ids(one for one in waiting if asked.may("complete_action", is_owner=one["own"])),
        "re_agree": _ids(one for one in waiting if asked.may("re_agree_action", is_owner=one["own"])),
        "hand_on": _ids(one for one in waiting if one["own_team"]),
        "confirm": _about_signals(asked)["confirm"] | (done if asked.confirm() else frozenset()),
        "add_action": asked.may(
            "add_action",
            for_own_team=asked.row["participates"],
            for_participating_team=True,
            owner_and_date=True,
        ),
        "act_for_teams": asked.may("add_action", for_participating_team=True, owner_and_date=True),
        "praise": asked.may("add_action", for_own_team=True, owner_and_date=True),
        "set_goal": asked.may("set_goal"),
        "spend": asked.may("spend", within_amount=True),
        "raise_blockade": asked.may("raise_blockade"),
    }


def _about_the_course(asked: "_Asked") -> dict[str, Any]:
    """Where the case stands, and the word of the lead that moves it on."""
    row, reviews, contacts = asked.row, asked.may("review_case"), asked.may("record_contact")
    at_work = any(one["open"] for one in row["actions"])
    in_aftercare = row["case_state"] == CaseState.AFTERCARE
    refusals = row["refusals"] or ()
    return {
        "record_contact": contacts,
        "review_case": reviews,
        "begin_aftercare": reviews and row["case_state"] == CaseState.LED and not at_work,
        "close_case": in_aftercare
        and not at_work
        and not any(one["in_case"] and one["state"] != SignalState.ENDED for one in row["signals"])
        and asked.may("close_case", aftercare_confirmed=True),
        "end_refusal": _ids(refusals) if reviews else frozenset(),
        "confirm_refusal": _ids(
            one for one in refusals if not one["confirmed"] and not one["own"] and asked.confirm_refusal()
        ),
        "make_code": row["is_lead"] and contacts,
        "record_word": row["is_lead"] and asked.may("record_consent", holds_it=True, consent_rules_met=True),
        **({"defer": frozenset(asked.in_view)} if row["is_lead"] and contacts else {}),
    }


class _Asked:
    """One actor's questions to the rules about one household; the facts are those that the verbs give."""

    def __init__(self, hand: Hand, row: dict[str, Any], in_view: Collection[UUID]) -> None:
        self.hand, self.row, self.in_view = hand, row, in_view
        self.facts = {
            "membership_valid": True,
            "of_participating_team": row["participates"],
            "of_accountable_team": row["participates"] and not row["has_lead"],
            "is_lead": row["is_lead"],
            "no_lead_yet": not row["has_lead"],
            "no_case_yet": row["case_id"] is None,
        }
        self.appointment_due = row["triaged_at"] is not None and hand.now >= appointment_from(
            row["triaged_at"], hand.work.deadlines
        )

    def seen(self, things: str) -> list[dict[str, Any]]:
        """Those of these things that are in view."""
        return [one for one in self.row[things] if UUID(one["id"]) in self.in_view]

    def may(self, act: str, *, backstop: bool = False, **facts: bool) -> bool:
        role = self.hand.actor.role
        if backstop and role is Role.AREA_COORDINATOR:
            role, facts = Role.COORDINATOR, {"of_accountable_team": True, **facts}
        return _may(self.hand, role, act, **{**self.facts, **facts})

    def triage(self, signal: dict[str, Any]) -> bool:
        team = signal["accountable"]
        accountable = team == str(self.hand.actor.team_id) if team else False
        return self.may(
            "triage_signal",
            backstop=team is None,
            of_accountable_team=accountable,
            signal_acute=signal["acute"],
            on_duty=self.row["on_duty"],
        )

    def signals(self) -> bool:
        return self.may("add_signal", matched_or_proposed=True)

    def give_feedback(self, signal: dict[str, Any]) -> bool:
        return self.may(
            "give_feedback",
            of_accountable_team=signal["accountable"] == str(self.hand.actor.team_id),
            no_case_yet=not signal["in_case"],
            is_lead=self.row["is_lead"] and signal["in_case"],
        )

    def confirm(self) -> bool:
        return self.may("confirm_outcome", word_named=True)

    def confirm_refusal(self) -> bool:
        role = self.hand.actor.role
        answers = role is Role.AREA_COORDINATOR or (role is Role.COORDINATOR and self.row["leads_as_team"])
        return self.may("triage_signal", backstop=True, of_accountable_team=answers)

    def leave(self) -> bool:
        """Whoever leads stays, and so does the team whose signals no lead's team can take over yet."""
        accountable = any(
            one["in_case"] and one["accountable"] == str(self.hand.actor.team_id)
            for one in self.row["signals"]
        )
        stays = self.row["leads_as_team"] or (accountable and not self.row["has_lead"])
        return not stays and self.may("leave_case", actions_handed_over=True)

    def answer(self, proposal: dict[str, Any]) -> bool:
        act = "accept_handover" if proposal["kind"] == ProposalKind.HANDOVER else "accept_lead"
        return self.may(act, is_proposed=True, is_receiver=True, within_ceiling=True)

    def invite(self) -> bool:
        return self.may("invite_team", backstop=not self.row["has_teams"], kind_allowed=True)


def _may(hand: Hand, role: Role, act: str, **facts: bool) -> bool:
    return hand.policy.may(Doer(role, hand.actor.team_kind), act, ActFacts(**facts)).allowed


def _ids(things: Any) -> frozenset[UUID]:
    return frozenset(UUID(thing["id"]) for thing in things)
