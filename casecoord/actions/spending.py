"""What the mandate lets a lead spend for a family in a year without asking; what goes over it is a blockade.

A spend is a step in the plan, taken with money: whoever sees the plan's actions sees it (facet `plan.action`), and
what of the year is left is for the lead.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.addressing import Addressee, addressed
from casecoord.actions.blockades import RaiseBlockade, put_up
from casecoord.actions.breakthroughs import Rule, rules_for
from casecoord.actions.cases import case_desk, look_at, require
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import Audience, BlockadeKind, Language, LifeDomain, Sphere, sphere_of
from casecoord.domain.workdays import local_date
from casecoord.storage.breakthrough_tables import Spend
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.spending import amount_of, spent

#: In cents.
MOST = 10_000_000
_OVER = {
    Language.NL: "{purpose}\n(€ {amount}; van het bedrag van dit jaar is nog € {left} over.)",
    Language.EN: "{purpose}\n(€ {amount}; of this year's amount € {left} is left.)",
}


@dataclass(frozen=True, slots=True)
class OrRaise:
    """What is asked of whom where it goes over the amount."""

    asked: str
    to: Addressee | None = None
    needed_by: date | None = None


@dataclass(frozen=True, slots=True)
class SpendMoney:
    """`amount`: in cents. `spent_on` None: today. `or_raise`: over the amount it becomes a blockade in the same step."""

    idempotency_key: str
    case: UUID
    amount: int
    purpose: str
    domain: LifeDomain
    changed: str | None = None
    spent_on: date | None = None
    or_raise: OrRaise | None = None


@dataclass(frozen=True, slots=True)
class RecordSpendResult:
    idempotency_key: str
    spend: UUID
    changed: str


@dataclass(frozen=True, slots=True)
class CancelSpend:
    idempotency_key: str
    spend: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class SpendBrief:
    """A spend, or the blockade that it became. `left`: of the year's amount, in cents."""

    case: UUID
    left: int
    spend: UUID | None = None
    blockade: UUID | None = None
    cancelled: bool = False
    rules: list[Rule] = field(default_factory=list)


@verb(SpendBrief, act="C")
async def spend(hand: Hand, input: SpendMoney) -> SpendBrief:
    """The lead spends within the area's amount for a family and a year; over it, money is asked for."""
    if not 0 < input.amount <= MOST:
        raise Problem("amount_invalid", "amount")
    purpose, changed = texts.sentence(input.purpose, "purpose"), texts.optional(input.changed, "changed")
    desk = await case_desk(hand, input.case)
    assert desk.case is not None
    day = input.spent_on or local_date(desk.now)
    left = await _left(desk, day)
    within = input.amount <= left
    if not within and input.or_raise is not None and desk.relation.is_lead:
        return await _ask_for_it(hand, desk, input, input.or_raise, left)
    # Whoever does not lead is not told by a refusal what is left.
    rule = require(hand, desk, "spend", within_amount=within or not desk.relation.is_lead)
    if input.or_raise is not None and input.or_raise.to is not None:
        await addressed(hand, input.or_raise.to, "orRaise.to")
    texts.not_in_future(day, hand.now, "spentOn")
    if day < local_date(desk.case.triaged_at):
        raise Problem("spent_before_case", "spentOn")
    sphere = sphere_among(sphere_of(input.domain), hand.actor.team_kind)
    made = Spend(
        area_id=hand.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        spent_by=desk.actor_membership,
        domain=input.domain,
        sphere=sphere,
        audience=Audience.SOCIAL_AND_LEAD if sphere is Sphere.HEALTH else None,
        amount_cents=input.amount,
        spent_on=day,
        recorded_at=desk.now,
    )
    made.purpose_sealed = desk.sealed(purpose, made, "purpose", Compartment.of(sphere))
    made.result_sealed = desk.sealed_if(changed, made, "result", Compartment.of(sphere))
    hand.work.session.add(made)
    _happened(desk, "spend", made, rule)
    await desk.settle()
    return SpendBrief(desk.case.id, left - input.amount, spend=made.id)


@verb(SpendBrief)
async def record_spend_result(hand: Hand, input: RecordSpendResult) -> SpendBrief:
    """What it changed, once that is known."""
    changed = texts.sentence(input.changed, "changed")
    desk, made, rule = await _own_spend(hand, input.spend)
    if made.result_sealed is not None:
        raise Problem("result_told", "spend")
    made.result_sealed = desk.sealed(changed, made, "result", Compartment.of(Sphere(made.sphere)))
    return await _saved(desk, made, "record_spend_result", rule)


@verb(SpendBrief)
async def cancel_spend(hand: Hand, input: CancelSpend) -> SpendBrief:
    """It was not spent after all, or not so: it stands with the reason, and counts no more."""
    reason = texts.reason(input.reason)
    desk, made, rule = await _own_spend(hand, input.spend)
    made.cancelled_at, made.cancelled_by = desk.now, desk.actor_membership
    made.reason_sealed = desk.sealed(reason, made, "reason", Compartment.of(Sphere(made.sphere)))
    return await _saved(desk, made, "cancel_spend", rule)


async def _own_spend(hand: Hand, identity: UUID) -> tuple[Desk, Spend, str]:
    """A spend that counts, in a case that the actor leads."""
    found = await desk_of(hand.work, Spend, identity)
    if found is None or not _sees(hand, *found):
        raise Problem("not_found", "spend")
    desk, made = found
    rule = require(hand, desk, "spend", within_amount=True)
    if made.cancelled_at is not None:
        raise Problem("spend_cancelled", "spend")
    return desk, made, rule


def _sees(hand: Hand, desk: Desk, made: Spend) -> bool:
    in_case = desk.case is not None and desk.case.id == made.case_id
    shared = made.audience == Audience.TEAMS_IN_CASE
    look = look_at(hand, desk)
    return in_case and look.sees("plan.action", Sphere(made.sphere), shared_with_teams=shared)


async def _left(desk: Desk, day: date) -> int:
    """What is left of that year, under the household's lock. Two families that became one may have spent more."""
    return max(0, amount_of(desk.work.settings) - await spent(desk.work, desk.household_id, day))


async def _ask_for_it(hand: Hand, desk: Desk, input: SpendMoney, ask: OrRaise, left: int) -> SpendBrief:
    rule = require(hand, desk, "raise_blockade")
    what = _OVER[hand.actor.language].format(
        purpose=input.purpose.strip(), amount=_euros(input.amount), left=_euros(left)
    )
    raised = RaiseBlockade(
        input.idempotency_key,
        input.case,
        BlockadeKind.MONEY,
        input.domain,
        what,
        ask.asked,
        to=ask.to,
        needed_by=ask.needed_by,
    )
    blockade = await put_up(hand, desk, rule, raised)
    await desk.settle()
    rules = await rules_for(hand, BlockadeKind.MONEY, input.domain, f"{input.purpose} {ask.asked}")
    return SpendBrief(input.case, left, blockade=blockade.id, rules=rules)


async def _saved(desk: Desk, made: Spend, verb: str, rule: str) -> SpendBrief:
    _happened(desk, verb, made, rule)
    await desk.settle()
    left = await _left(desk, made.spent_on)
    return SpendBrief(made.case_id, left, spend=made.id, cancelled=made.cancelled_at is not None)


def _happened(desk: Desk, verb: str, made: Spend, rule: str) -> None:
    desk.add_event(verb, "plan.action", made.sphere, rule, audience=made.audience, spend=made.id)


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
