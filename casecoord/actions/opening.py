"""What stops practice in a case, and what a lead spent in it, as the joint case view shows them."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.actions.addressing import named
from casecoord.domain.breakthroughs import POWER
from casecoord.domain.joint_view import BlockadeView, Colleague, HomeworkView, SpendView
from casecoord.domain.words import BlockadeKind, BlockadeState, Language, LifeDomain, Reach, Urgency

Row = dict[str, Any]
#: Opens a sealed value of a row of this table by its facet.
Open = Callable[[str, Row, str], str | None]


def blockade_view(
    row: Row, by: Colleague, language: Language, opened: Open, actions: Collection[str], *, as_written: bool
) -> BlockadeView:
    """A blockade that may be seen; `as_written`: by who wrote it and sees no more of it. `actions`: those in view."""

    def own(facet: str) -> str | None:
        return opened("blockades", row, facet)

    decided = row["state"] == BlockadeState.DECIDED and not as_written
    return BlockadeView(
        id=UUID(row["id"]),
        kind=BlockadeKind(row["kind"]),
        domain=LifeDomain(row["domain"]),
        what=own("what") or "",
        asked=own("asked") or "",
        addressee=named(row, own("function"), language),
        needed_by=date.fromisoformat(row["needed_by"]) if row["needed_by"] else None,
        urgency=Urgency(row["urgency"]),
        state=BlockadeState.OPEN if as_written else BlockadeState(row["state"]),
        raised_at=datetime.fromisoformat(row["raised_at"]),
        raised_by=by,
        action=UUID(row["action"]) if row["action"] in actions else None,
        decision=own("decision") if decided else None,
        mandate=own("mandate") or POWER[language] if decided else None,
        reach=Reach(row["reach"]) if decided and row["reach"] else None,
        rule=UUID(row["rule"]) if decided and row["rule"] else None,
        homework=[] if as_written else [homework_view(one, language, opened) for one in row["homework"]],
    )


def homework_view(row: Row, language: Language, opened: Open) -> HomeworkView:
    """What a partner does about a blockade that may be seen."""
    return HomeworkView(
        id=UUID(row["id"]),
        addressee=named(row, opened("blockade_homework", row, "function"), language),
        what=opened("blockade_homework", row, "what"),
        needed_by=date.fromisoformat(row["needed_by"]),
        done_at=datetime.fromisoformat(row["done_at"]) if row["done_at"] else None,
    )


def spend_view(row: Row, opened: Open, *, as_written: bool) -> SpendView:
    """A spend that may be seen; `as_written`: not what came of it."""
    return SpendView(
        id=UUID(row["id"]),
        domain=LifeDomain(row["domain"]),
        amount=row["amount"],
        purpose=opened("spends", row, "purpose") or "",
        changed=None if as_written else opened("spends", row, "result"),
        spent_on=date.fromisoformat(row["spent_on"]),
        cancelled=row["cancelled"] and not as_written,
        reason=None if as_written else opened("spends", row, "reason"),
    )
