"""What may I do here, now? Asked of the same rules as the verbs, so that a door offers what will be granted.

It only offers: each verb decides for itself again. It names nothing that its viewer was not shown already:
whoever asks gives the ids that are in view.
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.office import Hand
from casecoord.domain.promises import appointment_from
from casecoord.domain.words import ProposalKind, Role
from casecoord.storage import possible as storage


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
    raise_blockade: bool = False
    spend: bool = False


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
    asked = _Asked(hand, row)
    signals = [one for one in row["signals"] if UUID(one["id"]) in in_view]
    triage = [one for one in signals if asked.triage(one)]
    if row["case_id"] is None:
        return Possible(see=_ids(one for one in triage if one["unseen"]), triage=_ids(triage))
    return Possible(
        see=_ids(one for one in triage if one["unseen"]),
        triage=_ids(triage),
        complete=_ids(
            one
            for one in row["actions"]
            if UUID(one["id"]) in in_view and asked.may("complete_action", is_owner=one["own"])
        ),
        answer=_ids(one for one in row["proposals"] if asked.answer(one)),
        propose_lead=asked.free and asked.may("propose_lead", preference_known=True),
        appoint_lead=(not row["has_lead"] or row["objected"])
        and asked.may("appoint_lead", appointment_due=asked.appointment_due),
        offer_hand_over=row["has_lead"]
        and not row["has_proposal"]
        and asked.may("offer_handover", lead_left_or_ill=True),
        invite_team=asked.invite(),
        add_action=asked.may(
            "add_action", for_own_team=row["participates"], for_participating_team=True, owner_and_date=True
        ),
        act_for_teams=asked.may("add_action", for_participating_team=True, owner_and_date=True),
        record_contact=asked.may("record_contact"),
        set_goal=asked.may("set_goal"),
        praise=asked.may("add_action", for_own_team=True, owner_and_date=True),
        raise_blockade=asked.may("raise_blockade"),
        spend=asked.may("spend", within_amount=True),
    )


class _Asked:
    """One actor's questions to the rules about one household; the facts are those that the verbs give."""

    def __init__(self, hand: Hand, row: dict[str, Any]) -> None:
        self.hand, self.row = hand, row
        self.facts = {
            "membership_valid": True,
            "of_participating_team": row["participates"],
            "of_accountable_team": row["participates"] and not row["has_lead"],
            "is_lead": row["is_lead"],
            "no_lead_yet": not row["has_lead"],
            "no_case_yet": row["case_id"] is None,
        }
        self.free = not row["has_lead"] and not row["has_proposal"]
        self.appointment_due = row["triaged_at"] is not None and hand.now >= appointment_from(
            row["triaged_at"], hand.work.deadlines
        )

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

    def answer(self, proposal: dict[str, Any]) -> bool:
        act = "accept_handover" if proposal["kind"] == ProposalKind.HANDOVER else "accept_lead"
        return self.may(act, is_proposed=True, is_receiver=True, within_ceiling=True)

    def invite(self) -> bool:
        return self.may("invite_team", backstop=not self.row["has_teams"], kind_allowed=True)


def _may(hand: Hand, role: Role, act: str, **facts: bool) -> bool:
    return hand.policy.may(Doer(role, hand.actor.team_kind), act, ActFacts(**facts)).allowed


def _ids(things: Any) -> frozenset[UUID]:
    return frozenset(UUID(thing["id"]) for thing in things)
