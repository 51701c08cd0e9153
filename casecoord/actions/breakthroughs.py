"""What a structural decision becomes: a rule in words of its own, which whoever hits the same blockade finds, in every area.

It names nobody, and nothing leads from it to the blockade that it came from.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from casecoord.access.doing import ActFacts
from casecoord.actions import cursors, texts
from casecoord.actions.cases import look_at, require
from casecoord.actions.office import Hand, verb
from casecoord.domain.breakthroughs import copies, is_personal, likeness, words_of
from casecoord.domain.errors import Problem
from casecoord.domain.lists import Slice
from casecoord.domain.words import BlockadeKind, BlockadeState, LifeDomain, Reach, Sphere
from casecoord.storage import breakthroughs as storage
from casecoord.storage.breakthrough_tables import Breakthrough
from casecoord.storage.breakthroughs import Newest
from casecoord.storage.cases import Desk, desk_of
from casecoord.storage.people import professional_of
from casecoord.storage.sealed import Compartment
from casecoord.storage.wait_tables import Blockade

LONGEST_TITLE = 120
MOST_OFFERED = 5


@dataclass(frozen=True, slots=True)
class RuleWords:
    """When it applies, what is allowed then, and on whose authority."""

    title: str
    applies: str
    allowed: str
    authority: str


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in force; `area`: the one that made it."""

    id: UUID
    area: str
    kind: BlockadeKind
    domain: LifeDomain
    title: str
    applies: str
    allowed: str
    authority: str
    published_at: datetime

    @classmethod
    def of(cls, row: dict[str, Any]) -> "Rule":
        return cls(
            row["id"],
            row["made_in"],
            BlockadeKind(row["kind"]),
            LifeDomain(row["domain"]),
            row["title"],
            row["applies"],
            row["allowed"],
            row["authority"],
            row["published_at"],
        )

    @property
    def words(self) -> str:
        """All that it says."""
        return " ".join((self.title, self.applies, self.allowed, self.authority))


@dataclass(frozen=True, slots=True)
class PublishBreakthrough:
    """Writes a structural decision down as a rule, after it was taken."""

    idempotency_key: str
    blockade: UUID
    rule: RuleWords


@dataclass(frozen=True, slots=True)
class WithdrawBreakthrough:
    """`replacement`: what holds instead."""

    idempotency_key: str
    rule: UUID
    reason: str
    replacement: RuleWords | None = None


@dataclass(frozen=True, slots=True)
class RuleSaved:
    """`rule`: the one in force; None: it was withdrawn and nothing holds instead."""

    id: UUID
    rule: UUID | None


@dataclass(frozen=True, slots=True)
class BreakthroughsOf:
    kind: BlockadeKind | None = None
    domain: LifeDomain | None = None
    text: str | None = None
    first: int | None = None
    after: str | None = None


@verb(RuleSaved, act="C")
async def publish_breakthrough(hand: Hand, input: PublishBreakthrough) -> RuleSaved:
    """Whoever took a structural decision writes it down as a rule."""
    found = await desk_of(hand.work, Blockade, input.blockade)
    if found is None or not await _decided(hand, found[1]):
        raise Problem("not_found", "blockade")
    desk, blockade = found
    rule = require(hand, desk, "decide_blockade")
    if blockade.reach != Reach.STRUCTURAL:
        raise Problem("rule_of_a_structural_decision", "blockade")
    if blockade.breakthrough_id is not None:
        raise Problem("rule_documented", "blockade")
    words = checked(input.rule, words_in(hand, desk, blockade, decided=True))
    blockade.breakthrough_id = await publish(
        hand, words, BlockadeKind(blockade.kind), LifeDomain(blockade.domain)
    )
    desk.add_event(
        "publish_breakthrough",
        "blockade",
        blockade.sphere,
        rule,
        audience=blockade.audience,
        blockade=blockade.id,
    )
    await desk.settle()
    return RuleSaved(blockade.breakthrough_id, blockade.breakthrough_id)


async def to_publish(hand: Hand, blockade: UUID) -> None:
    """Whether this decision may become a rule by this actor: Problem `not_found` for any other. Nothing of it is shown."""
    found = await hand.work.session.get(Blockade, (hand.work.area_id, blockade))
    if found is None or found.reach != Reach.STRUCTURAL or found.breakthrough_id is not None:
        raise Problem("not_found", "blockade")
    if not await _decided(hand, found):
        raise Problem("not_found", "blockade")


@verb(RuleSaved)
async def withdraw_breakthrough(hand: Hand, input: WithdrawBreakthrough) -> RuleSaved:
    """The area that made a rule takes it back, or lets another hold instead, with a reason."""
    reason = without_persons(texts.reason(input.reason), "reason")
    decision = hand.may("decide_blockade", ActFacts.that("membership_valid"))
    if not decision.allowed:
        raise hand.not_allowed(decision, "decide_blockade")
    ended = await storage.lock_rule(hand.work, input.rule)
    if ended is None:
        raise Problem("not_found", "rule")
    if ended.ended_at is not None:
        raise Problem("rule_ended", "rule")
    instead = None
    if input.replacement is not None:
        words = checked(input.replacement, [], "replacement")
        instead = await publish(hand, words, BlockadeKind(ended.kind), LifeDomain(ended.domain))
    ended.ended_at, ended.ended_by, ended.end_reason = hand.now, hand.actor.membership_id, reason
    ended.replaced_by = instead
    hand.done.rules.append(decision.rule)
    return RuleSaved(ended.id, instead)


async def breakthroughs(hand: Hand, query: BreakthroughsOf) -> Slice[Rule]:
    """Which rules may open this, in whichever area they were made? For every professional: they are about nobody."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "breakthroughs", query.after)
    start = Newest(datetime.fromisoformat(after[0]), UUID(after[1]), UUID(after[2])) if after else None
    said = texts.optional(query.text, "text")
    words = said.lower().split() if said else []
    rows = await storage.published(hand.work, query.kind, query.domain, words, first, start)
    written = [
        cursors.write(hand, "breakthroughs", [row["published_at"], row["area_id"], row["id"]])
        for row in rows[:first]
    ]
    return Slice([Rule.of(row) for row in rows[:first]], written, len(rows) > first)


async def rules_for(hand: Hand, kind: BlockadeKind, domain: LifeDomain, said: str) -> list[Rule]:
    """The rules of this kind in this life domain, those that speak of the same first."""
    words = words_of(said)
    rules = [Rule.of(row) for row in await storage.fitting(hand.work, kind, domain)]
    rules.sort(key=lambda rule: -likeness(words, words_of(rule.words)))
    return rules[:MOST_OFFERED]


def checked(words: RuleWords, said: list[str], field: str = "rule") -> RuleWords:
    """The words of a rule, of which none is about somebody, and none is taken over from what was said."""
    cleaned = {}
    for name, text in asdict(words).items():
        longest = LONGEST_TITLE if name == "title" else texts.SENTENCE
        where = f"{field}.{name}"
        cleaned[name] = without_persons(texts.sentence(text, where, longest=longest), where)
        if copies(cleaned[name], said):
            raise Problem("rule_copied", where)
    return RuleWords(**cleaned)


def without_persons(text: str, field: str) -> str:
    """The text, which holds no way to reach or find anybody: Problem `personal_in_text`."""
    if is_personal(text):
        raise Problem("personal_in_text", field)
    return text


def words_in(hand: Hand, desk: Desk, blockade: Blockade, *, decided: bool = False) -> list[str]:
    """What a blockade says, to be put in other words by who sees it, or `decided` it and so saw it."""
    sphere = Sphere(blockade.sphere)
    if not look_at(hand, desk).sees("blockade", sphere, wrote_it=decided):
        return []
    said = {
        "what": blockade.what_sealed,
        "asked": blockade.asked_sealed,
        "decision": blockade.decision_sealed,
    }
    compartment = Compartment.of(sphere)
    return [desk.opened(sealed, blockade, name, compartment) for name, sealed in said.items() if sealed]


async def publish(hand: Hand, words: RuleWords, kind: BlockadeKind, domain: LifeDomain) -> UUID:
    """Makes it a rule, for every area to read; its id."""
    rule = Breakthrough(
        area_id=hand.work.area_id,
        id=uuid4(),
        made_in=await storage.area_name(hand.work),
        kind=kind,
        domain=domain,
        published_at=hand.now,
        published_by=hand.actor.membership_id,
        **asdict(words),
    )
    hand.work.session.add(rule)
    await hand.work.session.flush()
    return rule.id


async def _decided(hand: Hand, blockade: Blockade) -> bool:
    """Whether the actor took this decision."""
    return (
        blockade.state == BlockadeState.DECIDED
        and blockade.decided_by is not None
        and await professional_of(hand.work, blockade.decided_by) == hand.actor.professional_id
    )
