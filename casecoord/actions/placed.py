"""The places of a household's youths, as its joint view shows them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.actions.looking import About, Look
from casecoord.domain.alternatives import FollowStep, OfferKind, PlacementState, PlaceOutcome
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import PlacementView
from casecoord.domain.words import Sphere


def placements_in_view(
    look: Look,
    row: dict[str, Any],
    team: str | None,
    as_viewer: Callable[[bool], frozenset[Viewer]],
    about: About,
) -> list[PlacementView]:
    """Those that this viewer may know of. Who holds one, and who planned or prepares its hearing, takes part in it.

    `as_viewer`: as what the actor looks where the own team takes part, or does not. `about`: what is so besides.
    """

    def seen(one: dict[str, Any]) -> bool:
        hearing = one["thing"] is not None and (one["planner"] == team or row["prepares"])
        seen_by = as_viewer(bool(row["participates"] or hearing or (team and one["team"] == team)))
        known = about("court.placement", one)
        return look.sees(
            "court.placement", Sphere.JUSTICE, viewers=seen_by, of=(UUID(one["person"]),), **known
        )

    return [_view(one) for one in row["placements"] if seen(one)]


def _view(one: dict[str, Any]) -> PlacementView:
    held = one["state"] == PlacementState.HELD
    return PlacementView(
        id=UUID(one["id"]),
        person=UUID(one["person"]),
        offer=UUID(one["offer"]),
        alternative=one["name"],
        kind=OfferKind(one["kind"]),
        provider=one["provider"],
        state=PlacementState(one["state"]),
        until=datetime.fromisoformat(one["until"]) if held else None,
        step=FollowStep(one["followed"]) if one["followed"] else None,
        outcome=PlaceOutcome(one["outcome"]) if one["outcome"] else None,
    )
