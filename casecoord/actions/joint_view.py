"""The joint case view: one read, one decision per facet and thing, one record, and only then the answer."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casecoord.actions.composing import View
from casecoord.actions.office import ATTEMPTS, Hand
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import (
    JointCase,
)
from casecoord.storage import views
from casecoord.storage.consents import still_given

Row = dict[str, Any]
_PREPARED = ("alternative_at", "place_held_at")


@dataclass(frozen=True, slots=True)
class JointCaseOf:
    """The id of a case or of a household."""

    id: UUID


async def joint_case(hand: Hand, query: JointCaseOf) -> JointCase:
    """May this viewer see this facet of this household, now, for this purpose? Each is asked, then shown."""
    for _ in range(ATTEMPTS):
        row = await views.joint_case(hand.work, query.id)
        if row is None:
            raise Problem("not_found", "id")
        view = View(hand, row)
        seen = view.compose()
        if not view.look.shown:
            raise Problem("not_found", "id")
        # A consent that was taken back while this was composed opens nothing: composed anew, without it.
        if await still_given(hand.work, view.look.consents):
            view.look.remember("joint_case")
            return seen
    raise Problem("try_again")
