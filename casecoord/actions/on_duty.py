"""What whoever is on duty looks at first: what is acute, which emergency access is open, and who is on duty after."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.duty import SHOWN
from casecoord.actions.looking import Look, facts_of, is_oneself, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.joint_view import Shared
from casecoord.domain.words import Audience, LifeDomain, Role, Sphere
from casecoord.storage import access_log, break_glass
from casecoord.storage import duty as storage
from casecoord.storage.duty import Shift
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

#: A page that shows more than this at once helps nobody.
MOST = 50
#: So many shifts say who has duty now and next.
AHEAD = 6


@dataclass(frozen=True, slots=True)
class OnDutyOf:
    """Nothing to ask: now, in the own area."""


@dataclass(frozen=True, slots=True)
class AcuteSignal:
    """A signal that was not triaged yet; `household` None: the family's page is not for this actor.

    `due_at`: until when it is to be seen, and once it is seen, to be triaged. `team`: who is accountable.
    """

    id: UUID
    received_at: datetime
    seen: bool
    due_at: datetime | None
    domain: Shared[LifeDomain] | None
    summary: Shared[str] | None
    team: str | None
    household: UUID | None
    may_triage: bool


@dataclass(frozen=True, slots=True)
class OpenAccess:
    """An emergency access of one's own that is open now."""

    household: UUID
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OnDuty:
    """`now`: the actor has duty at this moment."""

    at: datetime
    now: bool
    signals: list[AcuteSignal]
    open: list[OpenAccess]
    shifts: list[Shift]


def may_have_duty(hand: Hand) -> bool:
    """Whether the rules would give this actor emergency access while they are on duty."""
    facts = ActFacts.that("membership_valid", "on_duty", "without_medical", "reason_and_reviews_done")
    who = Doer(hand.actor.role, hand.actor.team_kind)
    return hand.actor.role is Role.DUTY or hand.policy.may(who, "break_glass", facts).allowed


async def on_duty(hand: Hand, query: OnDutyOf) -> OnDuty:
    """What is acute, the own emergency accesses, and the roster ahead. Whoever has no duty sees of what is acute only
    what their team is accountable for."""
    shifts = await storage.shifts(hand.work, hand.now, hand.now + SHOWN)
    looks, signals, accesses = [], [], []
    for row in await storage.acute_signals(hand.work, MOST):
        look = _look(hand, row)
        seen = _signal(look, row)
        if seen is not None:
            signals.append(seen)
            looks.append(look)
    for row in await break_glass.in_force(hand.work):
        look = _own_look(hand, row)
        if look.sees("break_glass.grant", own_entry=is_oneself(hand, str(row["professional"]))):
            accesses.append(OpenAccess(row["household"], row["until"], _reason(hand, row)))
            looks.append(look)
    access_log.write(hand.work, [look.entry("on_duty") for look in looks])
    mine = bool(shifts) and shifts[0].since <= hand.now and shifts[0].membership == hand.actor.membership_id
    return OnDuty(hand.now, mine, signals, accesses, shifts[:AHEAD])


def _look(hand: Hand, row: dict[str, Any]) -> Look:
    seen_by = viewers(
        hand,
        takes_part=row["on_duty"] or row["team_id"] == hand.actor.team_id,
        is_lead=row["is_lead"],
        signalled=row["signalled"],
        escalated=row["escalated"],
    )
    return Look(hand, row["household"], seen_by, facts_of(row))


def _signal(look: Look, row: dict[str, Any]) -> AcuteSignal | None:
    """As far as it may be shown: whoever is on duty counts as taking part in what is acute, until it is triaged."""
    hand, sphere = look.hand, Sphere(row["sphere"])
    assert isinstance(hand, Hand)
    facts = {
        "wrote_it": wrote(hand, str(row["source"]), str(row["author"])),
        "shared_with_teams": row["audience"] == Audience.TEAMS_IN_CASE,
    }
    if not look.sees("signal.existence", sphere, **facts):
        return None
    place, seal = Place("signals", row["id"], "summary"), seal_of(hand.work, row["household"], row["keys"])
    accountable = row["team_id"] == hand.actor.team_id
    known = accountable or row["participates"] or row["is_lead"] or row["break_glass"]
    return AcuteSignal(
        id=row["id"],
        received_at=row["received_at"],
        seen=row["seen_at"] is not None,
        due_at=row["due_at"],
        domain=look.share("signal.domain", lambda: LifeDomain(row["domain"]), sphere, **facts),
        summary=look.share(
            "signal.summary",
            lambda: seal.open(bytes.fromhex(row["summary"]), place, Compartment.of(sphere)),
            sphere,
            **facts,
        ),
        team=row["team"] if look.sees("case.participants", sphere, **facts) else None,
        household=row["household"] if known else None,
        may_triage=hand.policy.may(
            Doer(hand.actor.role, hand.actor.team_kind),
            "triage_signal",
            ActFacts(
                membership_valid=True,
                of_accountable_team=accountable,
                on_duty=row["on_duty"],
                signal_acute=True,
            ),
        ).allowed,
    )


def _own_look(hand: Hand, row: dict[str, Any]) -> Look:
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=False)
    return Look(hand, row["household"], seen_by, facts_of(row))


def _reason(hand: Hand, row: dict[str, Any]) -> str:
    seal = seal_of(hand.work, row["household"], row["keys"])
    place = Place("break_glass_grants", row["id"], "reason")
    return seal.open(bytes.fromhex(row["reason"]), place, Compartment.GENERAL)
