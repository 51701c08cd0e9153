"""Coverage: which schools and neighbourhoods have no team, who holds the households, how old the gaps are.

Figures of a whole area, of no single household. They hold what the area's coordinator may see, by sphere,
for everybody who may read them: with other spheres in them, two figures could be subtracted.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand, survey
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.promises import PROMISES, Level, PromiseRow
from casecoord.domain.words import HolderKind, Language, Lapse, Purpose, Role
from casecoord.storage import coverage as storage

#: Fewer than this in a cell could point at a family.
SMALLEST_CELL = 10


class PlaceKind(StrEnum):
    SCHOOL = "school"
    NEIGHBOURHOOD = "neighbourhood"


class Lack(StrEnum):
    """What a place lacks: its team, or for a school's care team a discipline or a recent meeting."""

    TEAM = "team"
    DISCIPLINE = "discipline"
    MEETING = "meeting"


@dataclass(frozen=True, slots=True)
class CoverageOf:
    """`area` can only be the actor's own; `first` and `after` page what is not covered."""

    area: UUID | None = None
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A school or neighbourhood that is not covered as it should be, by its DUO or CBS code."""

    kind: PlaceKind
    code: str
    name: str
    lacks: tuple[Lack, ...] = (Lack.TEAM,)


@dataclass(frozen=True, slots=True)
class Tally:
    """Of all places of a kind, how many have no team, and how many one that lacks something."""

    total: int
    uncovered: int
    lacking: int = 0


@dataclass(frozen=True, slots=True)
class Figure:
    """A count; None where it is suppressed because it is small."""

    number: int | None
    suppressed: bool


@dataclass(frozen=True, slots=True)
class HeldBy:
    """How many households with something open are held by whom."""

    kind: HolderKind
    households: Figure


@dataclass(frozen=True, slots=True)
class GapsOfRule:
    """How many gaps of one promise stand at each level of the ladder, which is their age in working days."""

    rule: str
    name: str
    promise: str
    levels: list[tuple[Level, Figure]]


@dataclass(frozen=True, slots=True)
class LapsedOfRule:
    """How many promises of a rule ended in the last year without being kept, and why."""

    rule: str
    because: Lapse
    promises: Figure


@dataclass(frozen=True, slots=True)
class Coverage:
    schools: Tally
    neighbourhoods: Tally
    uncovered: Slice[Place]
    households: list[HeldBy]
    gaps: list[GapsOfRule]
    lapsed: list[LapsedOfRule]


@survey
async def coverage(hand: Hand, query: CoverageOf) -> Coverage:
    """What falls outside the covering structure? For whoever may see the gaps, or the figures, of the area."""
    if query.area not in (None, hand.work.area_id):
        raise Problem("not_found", "area")
    look = Look(hand, None, viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=True))
    counted = _figures(hand, look) if hand.actor.purpose is Purpose.MONITORING else _gaps(hand, look)
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "coverage", query.after)
    row = await storage.coverage(hand.work, first, (after[0], after[1]) if after else None, counted)
    look.remember("coverage")
    places = [
        Place(PlaceKind(x["kind"]), x["code"], x["name"], tuple(map(Lack, x["lacks"])))
        for x in row["page"][:first]
    ]
    tallies = {kind: Tally(*numbers) for kind, numbers in (row["tallies"] or {}).items()}
    return Coverage(
        schools=tallies.get(PlaceKind.SCHOOL, Tally(0, 0)),
        neighbourhoods=tallies.get(PlaceKind.NEIGHBOURHOOD, Tally(0, 0)),
        uncovered=Slice(
            places,
            [cursors.write(hand, "coverage", [place.kind, place.code]) for place in places],
            len(row["page"]) > first,
        ),
        households=[HeldBy(kind, _live(hand, row["held"].get(kind, 0))) for kind in HolderKind],
        gaps=[_gaps_of(hand, promise, row["broken"]) for promise in PROMISES.values()],
        lapsed=[
            LapsedOfRule(rule, because, _figure(hand, row["lapsed"].get(f"{rule} {because}", 0)))
            for rule in PROMISES
            for because in Lapse
            if f"{rule} {because}" in row["lapsed"]
        ],
    )


def _gaps(hand: Hand, look: Look) -> storage.Counted:
    """For care: what is open is seen gap by gap, each in its sphere."""
    if not look.sees("gap"):
        raise Problem("not_found", "area")
    if hand.actor.role is Role.DECISION_POWER:
        return _counted(hand, Viewer.DECISION_POWER, "i.escalated")
    return _counted(hand, Viewer.COORDINATOR, "true")


def _figures(hand: Hand, look: Look) -> storage.Counted:
    """For monitoring: figures, of what the area's coordinator sees."""
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    asked = ActFacts.that("membership_valid", "for_monitoring")
    if not hand.policy.may(doer, "read_monitor", asked).allowed or not look.sees("monitor.aggregate"):
        raise Problem("not_found", "area")
    return _counted(hand, Viewer.COORDINATOR, "true")


def _counted(hand: Hand, viewer: Viewer, where: str) -> storage.Counted:
    # Who wrote it does not matter here: a figure is the same for all who read it.
    gaps, signals, cases = (
        condition(hand, facet, {viewer: where}, Purpose.CARE_COORDINATION)
        for facet in ("gap", "signal.existence", "case.status")
    )
    # What lapsed in the past year is a figure as the gaps are, whether it had escalated or not.
    lapses = condition(hand, "gap", {Viewer.COORDINATOR: "true"}, Purpose.CARE_COORDINATION)
    return storage.Counted(gaps, lapses, signals, cases)


def _gaps_of(hand: Hand, promise: PromiseRow, broken: dict[str, int]) -> GapsOfRule:
    return GapsOfRule(
        rule=promise.rule,
        name=promise.gap,
        promise=promise.promise_nl if hand.actor.language is Language.NL else promise.promise_en,
        levels=[(level, _live(hand, broken.get(f"{promise.rule} {level.value}", 0))) for level in Level],
    )


def _live(hand: Hand, number: int) -> Figure:
    # Who follows figures reads what the monitor published: the same at any moment would be a total beside its cells.
    follows = hand.actor.purpose is Purpose.MONITORING and hand.actor.role is not Role.AREA_COORDINATOR
    return Figure(None, True) if follows else _figure(hand, number)


def _figure(hand: Hand, number: int) -> Figure:
    # None is small too: else a figure that is not shown would say that there is somebody.
    small = number < SMALLEST_CELL and hand.actor.role is not Role.AREA_COORDINATOR
    return Figure(None if small else number, small)
