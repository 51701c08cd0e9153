"""The hearings to prepare, the soonest first: for whom, what is done, what is late, and what to know of each day.

Listed if, and only if, this actor may know of the hearing. Who planned it takes part in it, and so knows the youth.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.access.seats import TEAM_ROLES, team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, viewers
from casecoord.actions.office import Hand
from casecoord.actions.placed import placements_in_view
from casecoord.actions.possible import may_prepare
from casecoord.actions.preparing import StepLine, lines_of, look_of
from casecoord.domain.ages import age_on
from casecoord.domain.alternatives import STANDING, HearingWarning, warnings_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import PlacementView
from casecoord.domain.lists import Slice
from casecoord.domain.words import HearingState, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import access_log
from casecoord.storage import docket as storage
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

T = TypeVar("T")
_ACTS = ("move_hearing", "hold_place", "release_place", "confirm_place", "start_place", "end_place")


@dataclass(frozen=True, slots=True)
class DocketOf:
    """A page of the hearings that wait for the own team."""

    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class HearingOf:
    hearing: UUID


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hearing with its preparation. `may`: the acts that this actor will be granted on it."""

    id: UUID
    household: UUID
    person: UUID
    held_on: date
    state: HearingState
    name: str | None
    age: int | None
    language: str | None
    steps: list[StepLine]
    places: list[PlacementView]
    warnings: list[HearingWarning]
    may: frozenset[str]

    @property
    def next_step(self) -> StepLine | None:
        """What has to be done first of what is not done."""
        return next((one for one in self.steps if not one.done), None)


async def docket(hand: Hand, query: DocketOf) -> Slice[Waiting]:
    """Which hearings wait for this actor? For whoever prepares any; Problem `not_found` for anybody else."""
    if not may_prepare(hand):
        raise Problem("not_found")
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "docket", query.after)
    key = (date.fromisoformat(after[0]), UUID(after[1])) if after else None
    rows = await storage.waiting(hand.work, _shown(hand), first, key)
    found = [_waiting(hand, row) for row in rows[:first]]
    access_log.write(hand.work, [look.entry("docket") for look, _ in found])
    keys = [[one.held_on, one.id] for _, one in found]
    return Slice(
        [one for _, one in found],
        [cursors.write(hand, "docket", key) for key in keys],
        len(rows) > first,
    )


async def hearing(hand: Hand, query: HearingOf) -> Waiting:
    """One hearing, planned or ended. Raises Problem `not_found` for one that this actor may not know of."""
    row = await storage.one(hand.work, query.hearing, _shown(hand))
    if row is None:
        raise Problem("not_found", "hearing")
    look, found = _waiting(hand, row)
    look.remember("hearing")
    return found


def _shown(hand: Hand) -> str:
    """When the policy shows a hearing `i` to this actor, as SQL."""
    as_team = team_viewer(hand.actor.role, hand.actor.team_kind)
    seen_by = {as_team: "i.takes_part"} if as_team else {}
    if hand.actor.role in TEAM_ROLES:
        seen_by[Viewer.LEAD] = "i.is_lead"
    if not seen_by:
        return "false"
    return condition(
        hand, "court.hearing", seen_by, restricted="i.restricted", split_other_part="i.split_other_part"
    )


def _waiting(hand: Hand, row: dict[str, Any]) -> tuple[Look, Waiting]:
    look, who = look_of(hand, row), row["person_id"]
    look.decide("court.hearing", Sphere.JUSTICE, of=(who,))
    prepared = look.sees("court.preparation", Sphere.JUSTICE, of=(who,))
    born = _of_youth(look, row, "person.birth_date", lambda: _opened(look, row, "birth_date"))
    places = _places(hand, look, row)
    state = HearingState(row["state"])
    planned = prepared and state is HearingState.PLANNED
    return look, Waiting(
        id=row["id"],
        household=row["household_id"],
        person=who,
        held_on=row["held_on"],
        state=state,
        name=_of_youth(look, row, "person.name", lambda: _opened(look, row, "name")),
        age=_of_youth(look, row, "person.age", lambda: _age(look, row)),
        language=_of_youth(look, row, "person.language", lambda: row["language"]),
        steps=lines_of(hand, row) if prepared else [],
        places=places,
        warnings=_warnings(hand, row, born, places) if planned else [],
        may=_may(hand, row),
    )


def _of_youth(look: Look, row: Mapping[str, Any], facet: str, value: Callable[[], T | None]) -> T | None:
    shown = look.share(facet, value, of=(row["person_id"],), own_hearing=True)
    return shown.value if shown else None


def _age(look: Look, row: Mapping[str, Any]) -> int | None:
    born = _opened(look, row, "birth_date")
    return None if born is None else age_on(born, local_date(look.hand.now))


def _opened(look: Look, row: Mapping[str, Any], column: str) -> str | None:
    sealed = row[f"{column}_sealed"]
    if sealed is None:
        return None
    place = Place("persons", row["person_id"], column)
    return seal_of(look.hand.work, row["household_id"], row["keys"]).open(sealed, place, Compartment.IDENTITY)


def _places(hand: Hand, look: Look, row: dict[str, Any]) -> list[PlacementView]:
    """The places for this hearing; who looks as what follows from who holds each, as in the joint case view."""

    def as_viewer(takes_part: bool) -> frozenset[Viewer]:
        return viewers(
            hand,
            takes_part=takes_part,
            is_lead=row["is_lead"],
            signalled=row["signalled"],
            escalated=row["escalated"],
        )

    here = [one for one in row["placements"] if one["thing"] == str(row["id"])]
    known = {**row, "placements": here}
    return placements_in_view(look, known, str(hand.actor.team_id), as_viewer, lambda facet, one: {})


def _warnings(
    hand: Hand, row: Mapping[str, Any], born: str | None, places: list[PlacementView]
) -> list[HearingWarning]:
    proposed = any(one.state in STANDING for one in places)
    return warnings_of(
        row["held_on"], born, row["in_week"], row["moves"], proposed, hand.now, hand.work.deadlines
    )


def _may(hand: Hand, row: Mapping[str, Any]) -> frozenset[str]:
    """Asked of the same rules as the verbs, with the facts that they give."""
    if row["state"] != HearingState.PLANNED:
        return frozenset()
    facts = ActFacts(
        membership_valid=True,
        of_participating_team=row["participates"] or row["accountable"],
        is_lead=row["is_lead"],
        no_other_hold=True,
    )
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    return frozenset(act for act in _ACTS if hand.policy.may(doer, act, facts).allowed)
