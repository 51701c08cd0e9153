"""Safety first: an entry that the family does not see yet, told to the privacy officer, looked at again within a month.

INVARIANT (it stands until somebody looked): a review date that passes lifts nothing.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.cases import require
from casecoord.actions.office import Hand, by_right, verb
from casecoord.domain.errors import Problem
from casecoord.domain.facets import LEGAL_DUTY
from casecoord.domain.own_log import TERM
from casecoord.domain.residents import Thing
from casecoord.domain.words import Role, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log, views
from casecoord.storage import deferrals as storage
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.deferrals import Written
from casecoord.storage.people import professional_of
from casecoord.storage.resident_tables import Deferral
from casecoord.storage.sealed import Compartment, Place


@dataclass(frozen=True, slots=True)
class DeferEntry:
    """`review_on`: within 30 days; the last of them unless it is said."""

    idempotency_key: str
    kind: Thing
    thing: UUID
    reason: str
    review_on: date | None = None


@dataclass(frozen=True, slots=True)
class ReviewDeferral:
    """`renew_until`: it stands until this day, within 30; None lifts it."""

    idempotency_key: str
    deferral: UUID
    finding: str
    renew_until: date | None = None


@dataclass(frozen=True, slots=True)
class DeferralBrief:
    """`review_on` None: lifted."""

    id: UUID
    review_on: date | None


@dataclass(frozen=True, slots=True)
class DeferralsOf:
    """All that the actor answers for."""


@dataclass(frozen=True, slots=True)
class DeferralLine:
    """A deferral as those who answer for it see it; the privacy officer not of whom it is. `own`: by the actor."""

    id: UUID
    kind: Thing
    thing: UUID
    by: str
    since: datetime
    review_on: date
    reason: str
    household: UUID | None
    own: bool


#: By which act somebody wrote a thing, and so may keep it from the family for a while.
_WROTE: dict[Thing, tuple[str, dict[str, Any]]] = {
    Thing.SIGNAL: ("add_signal", {"matched_or_proposed": True}),
    Thing.ACTION: ("add_action", {"for_own_team": True, "owner_and_date": True}),
    Thing.BLOCKADE: ("raise_blockade", {}),
    Thing.HEARING: ("plan_hearing", {}),
    Thing.CONTACT: ("record_contact", {}),
    Thing.GRANT: ("add_signal", {"matched_or_proposed": True}),
    Thing.EVENT: ("add_signal", {"matched_or_proposed": True}),
}


@verb(DeferralBrief, act="C")
async def defer_entry(hand: Hand, input: DeferEntry) -> DeferralBrief:
    """The author, or the lead, keeps an entry from the family's view for a person's safety, and its log lines with it."""
    reason = texts.reason(input.reason)
    until = _term(hand, input.review_on, "reviewOn")
    found = await _written(hand, input.kind, input.thing)
    if found is None:
        raise Problem("not_found", "thing")
    thing, desk = found
    rule = await _may_defer(hand, desk, input.kind, thing)
    if await storage.standing(hand.work, input.thing) is not None:
        raise Problem("deferred_already", "thing")
    made = _deferral(desk, input.kind, input.thing, thing.sphere, reason, until)
    await _keep(hand, desk, made, rule, thing.facet)
    return DeferralBrief(made.id, made.review_on)


@verb(DeferralBrief)
async def review_deferral(hand: Hand, input: ReviewDeferral) -> DeferralBrief:
    """Somebody who answers for it looks again: it stands for another term, or the family sees the entry from now on."""
    finding = texts.sentence(input.finding, "finding")
    until = None if input.renew_until is None else _term(hand, input.renew_until, "renewUntil")
    stored = await storage.deferral(hand.work, input.deferral)
    found = await _written(hand, Thing(stored.kind), stored.thing_id) if stored else None
    # As it is behind the household's lock: of two who look again, the second finds it done.
    old = await storage.deferral(hand.work, input.deferral)
    if old is None or found is None:
        raise Problem("not_found", "deferral")
    thing, desk = found
    rule = await _may_review(hand, desk, old)
    if old.ended_at is not None:
        raise Problem("already_answered", "deferral")
    compartment = Compartment.of(Sphere(old.sphere))
    old.ended_at, old.reviewed_by = desk.now, desk.actor_membership
    old.ended_as = "lifted" if until is None else "renewed"
    old.finding_sealed = desk.sealed(finding, old, "finding", compartment)
    await hand.work.session.flush()
    if until is None:
        _tell_history(desk, "review_deferral", old, rule, thing.facet)
        await desk.settle()
        return DeferralBrief(old.id, None)
    made = _deferral(desk, Thing(old.kind), old.thing_id, Sphere(old.sphere), finding, until)
    await _keep(hand, desk, made, rule, thing.facet, "review_deferral")
    return DeferralBrief(made.id, made.review_on)


@by_right
async def deferrals(hand: Hand, query: DeferralsOf) -> list[DeferralLine]:
    """What is deferred for which this actor answers: as the lead, as who deferred it, or as the privacy officer."""
    found, entries = await deferred(hand)
    access_log.write(hand.work, entries)
    return found


async def deferred(hand: Hand) -> tuple[list[DeferralLine], list[access_log.Entry]]:
    """What `deferrals` answers, and the records that whoever shows it has to write."""
    officer = hand.actor.role is Role.PRIVACY_OFFICER
    rows = await storage.listed(hand.work, everything=officer)
    entries = [
        access_log.Entry(
            verb="deferrals",
            household=row["household_id"],
            act="R",
            facets={},
            policy=hand.policy.digest,
            ground=LEGAL_DUTY,
            rules=("deferred",),
        )
        for row in rows
    ]
    lines = [
        DeferralLine(
            id=row["id"],
            kind=Thing(row["kind"]),
            thing=row["thing_id"],
            by=row["deferred_by"],
            since=row["deferred_at"],
            review_on=row["review_on"],
            reason=views.seal_of(hand.work, row["household_id"], row["keys"]).open(
                bytes.fromhex(row["reason"]),
                Place("deferrals", row["id"], "reason"),
                Compartment.of(Sphere(row["sphere"])),
            ),
            household=None if officer else row["household_id"],
            own=row["own"],
        )
        for row in rows
    ]
    return lines, entries


async def keep_unseen(
    hand: Hand, desk: Desk, kind: Thing, thing: UUID, sphere: Sphere, rule: str, reason: str
) -> None:
    """Defers an entry as it is written: no moment passes in which the family might see it."""
    await hand.work.session.flush()
    written = await storage.written(hand.work, kind, thing)
    assert written is not None
    made = _deferral(desk, kind, thing, sphere, reason, _term(hand, None, ""))
    await _keep(hand, desk, made, rule, written.facet)


def _term(hand: Hand, asked: date | None, field: str) -> date:
    today = local_date(hand.now)
    until = asked or today + TERM
    texts.not_in_past(until, hand.now, field)
    if until > today + TERM:
        raise Problem("review_too_late", field)
    return until


async def _written(hand: Hand, kind: Thing, identity: UUID) -> tuple[Written, Desk] | None:
    """The thing, with its household under lock; what came to another meanwhile is looked up again."""
    thing = await storage.written(hand.work, kind, identity)
    while thing is not None:
        desk = await open_desk(hand.work, thing.household)
        known, thing = thing, await storage.written(hand.work, kind, identity)
        if desk is None:
            return None
        if thing is not None and thing.household == known.household:
            desk.person = thing.person
            return thing, desk
    return None


async def _is_author(hand: Hand, author: UUID | None) -> bool:
    return author is not None and await professional_of(hand.work, author) == hand.actor.professional_id


async def _may_defer(hand: Hand, desk: Desk, kind: Thing, thing: Written) -> str:
    """The lead, or who wrote it; for anybody else it is not there."""
    if desk.relation.is_lead:
        return require(hand, desk, "record_contact")
    if not await _is_author(hand, thing.author):
        raise Problem("not_found", "thing")
    act, facts = _WROTE[kind]
    return require(hand, desk, act, **facts)


async def _may_review(hand: Hand, desk: Desk, deferral: Deferral) -> str:
    """The lead, who deferred it, or the privacy officer who did not."""
    if desk.relation.is_lead:
        return require(hand, desk, "review_case")
    own = await _is_author(hand, deferral.deferred_by)
    if hand.actor.role is Role.PRIVACY_OFFICER:
        return require(hand, desk, "review_break_glass", used_by_another=not own)
    if not own:
        raise Problem("not_found", "deferral")
    act, facts = _WROTE[Thing(deferral.kind)]
    return require(hand, desk, act, **facts)


def _deferral(desk: Desk, kind: Thing, thing: UUID, sphere: Sphere, reason: str, until: date) -> Deferral:
    made = Deferral(
        area_id=desk.work.area_id,
        id=uuid4(),
        household_id=desk.household_id,
        kind=kind,
        thing_id=thing,
        sphere=sphere,
        deferred_by=desk.actor_membership,
        deferred_at=desk.now,
        review_on=until,
    )
    made.reason_sealed = desk.sealed(reason, made, "reason", Compartment.of(sphere))
    return made


async def _keep(
    hand: Hand, desk: Desk, made: Deferral, rule: str, facet: str, event: str = "defer_entry"
) -> None:
    hand.work.session.add(made)
    _tell_history(desk, event, made, rule, facet)
    await desk.settle()
    await storage.tell_deferred(hand.work, made.id)


def _tell_history(desk: Desk, verb: str, deferral: Deferral, rule: str, facet: str) -> None:
    """The event names the thing: so its own line in the log is deferred with it."""
    about: dict[str, Any] = {deferral.kind: deferral.thing_id}
    desk.add_event(verb, facet, deferral.sphere, rule, **about)
