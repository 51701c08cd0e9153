"""What is past its term goes, batch by batch; interrupted, the next run goes on from what is left."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import texts
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, Office, by_right, verb
from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Retention
from casecoord.domain.retention import Term
from casecoord.storage import access_log, retention, retention_terms
from casecoord.storage.access_log import Entry
from casecoord.storage.faults import retried
from casecoord.storage.retention import Gone, Steps

#: Households whose rows go in one transaction, and records of the log: what an interruption costs at most.
BATCH = 50
LOG_BATCH = 5_000
#: Who looked can be asked for so many months, whatever an area would like.
SHORTEST_LOG = 60
LONGEST = 1_200


@dataclass(frozen=True, slots=True)
class SetTerm:
    """From this day on a class is kept for so many months; `source`: where that is said."""

    idempotency_key: str
    kept_as: Retention
    months: int
    from_on: date
    source: str


@dataclass(frozen=True, slots=True)
class TermSet:
    kept_as: Retention
    months: int
    from_on: date


@dataclass(frozen=True, slots=True)
class TermsOf:
    """Those of the actor's area."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What went, or would go, of these households: by class and table the keys of its rows. No personal data."""

    households: int
    gone: Gone = field(default_factory=dict)


class _DryRun(Exception):
    """Takes back what was tried."""


@verb(TermSet)
async def set_retention_term(hand: Hand, input: SetTerm) -> TermSet:
    """A new dated term of a class, beside the former ones; none shorter than is allowed."""
    source = texts.sentence(input.source, "source")
    texts.soon(input.from_on, hand.now, "fromOn")
    rule = may_manage(hand, "manage_settings")
    shortest = SHORTEST_LOG if input.kept_as is Retention.ACCESS_LOG else 1
    if not shortest <= input.months <= LONGEST or input.kept_as is Retention.AGGREGATE:
        raise Problem("term_too_short", "months")
    if not await retention_terms.add_term(hand.work, input.kept_as, input.from_on, input.months, source):
        raise Problem("term_exists", "fromOn")
    hand.done.rules.append(rule)
    return TermSet(input.kept_as, input.months, input.from_on)


async def retention_terms_now(hand: Hand, query: TermsOf) -> list[Term]:
    """For how long is each class kept, today? For whoever may change it."""
    may_manage(hand, "manage_settings")
    known = await retention_terms.terms_in_force(hand.work)
    return [known[kept_as] for kept_as in Retention if kept_as in known]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What goes in which order, for how long each class is kept, and of which households something is past that."""

    steps: Steps
    terms: dict[Retention, Term]
    households: list[UUID]


async def run_retention(office: Office, caller: Caller, *, dry: bool = False) -> AsyncIterator[Batch]:
    """Lets go what is past its term, in the administrator's name; `dry`: tries it, and takes all of it back."""
    plan = await office.look(caller, _plan, None)
    for start in range(0, len(plan.households), BATCH):
        some = plan.households[start : start + BATCH]
        yield await retried(_some_households, office, caller, plan, some, dry)
    while True:
        batch = await retried(_some_of_the_area, office, caller, plan, dry)
        if not batch.gone:
            return
        yield batch
        if dry:
            return


@by_right
async def _plan(hand: Hand, query: None) -> _Plan:
    _may(hand)
    steps, terms = await retention.read_steps(hand.work), await retention_terms.terms_in_force(hand.work)
    return _Plan(steps, terms, await retention.households_past(hand.work, steps, terms))


async def _some_households(
    office: Office, caller: Caller, plan: _Plan, households: list[UUID], dry: bool
) -> Batch:
    """Each is asked again, under its lock, what of it is past its term: somebody may have worked on it since."""
    batch = Batch(0)
    try:
        async with office.database.enter(caller) as work:
            hand = Hand(work, office.policy)
            rule = _may(hand)
            gone, touched = await retention.let_go(work, plan.steps, plan.terms, households)
            access_log.write(work, [_entry(hand, rule, one) for one in touched])
            batch = Batch(len(touched), gone)
            if dry:
                raise _DryRun
    except _DryRun:
        pass
    return batch


async def _some_of_the_area(office: Office, caller: Caller, plan: _Plan, dry: bool) -> Batch:
    """What is no household's: the log's own records, answers kept for their keys, notices about nobody."""
    gone: Gone = {}
    try:
        async with office.database.enter(caller) as work:
            hand = Hand(work, office.policy)
            rule = _may(hand)
            gone = await retention.let_area_go(work, plan.terms, LOG_BATCH)
            if gone:
                access_log.write(work, [_entry(hand, rule, None)])
            if dry:
                raise _DryRun
    except _DryRun:
        pass
    return Batch(0, gone)


def _entry(hand: Hand, rule: str, household: UUID | None) -> Entry:
    return Entry(
        verb="run_retention",
        household=household,
        act="D",
        facets={},
        policy=hand.policy.digest,
        ground="5(1)(e)",
        rules=(rule,),
    )


def _may(hand: Hand) -> str:
    """May this actor let go what is past its term? The rule that says so; else Problem."""
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    decision = hand.policy.may(doer, "run_retention", ActFacts.that("membership_valid"))
    if not decision.allowed:
        raise Problem("not_allowed")
    return decision.rule
