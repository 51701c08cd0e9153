"""Relay connections of what lists show."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.scalars import JSON

from casecoord.api.enums import Level, Urgency
from casecoord.api.ids import global_id
from casecoord.api.joint_case import Facet
from casecoord.domain import lists as domain

Node = TypeVar("Node")


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[Node]):
    cursor: str
    node: Node


@strawberry.type
class Connection(Generic[Node]):
    edges: list[Edge[Node]]
    page_info: PageInfo


def connection(found: domain.Slice[Any], make: Callable[[Any], Any]) -> Any:
    """A slice as a Relay connection."""
    return Connection(
        edges=[
            Edge(cursor=cursor, node=make(item))
            for item, cursor in zip(found.items, found.cursors, strict=True)
        ],
        page_info=PageInfo(has_next_page=found.more, end_cursor=found.cursors[-1] if found.cursors else None),
    )


@strawberry.type(description="A household with something open.")
class FlaggedHousehold:
    household: strawberry.ID
    case: strawberry.ID | None
    state: str | None
    urgency: Urgency | None = strawberry.field(description="The highest among the signals that you may see.")
    next_deadline: datetime | None
    open_gaps: int
    holder: str | None = strawberry.field(description="Who is accountable: the lead, else the coordinator.")
    names: Facet[list[str]] | None

    @classmethod
    def of(cls, found: domain.Flagged) -> "FlaggedHousehold":
        return cls(
            household=global_id("Household", found.household),
            case=global_id("Case", found.case) if found.case else None,
            state=found.state,
            urgency=found.urgency,
            next_deadline=found.next_deadline,
            open_gaps=found.open_gaps,
            holder=found.holder,
            names=Facet.of(found.names),
        )


@strawberry.type(
    description="A broken promise: its rule, since when, how far it escalated, whose it is; without a household where it is the area's own."
)
class Gap:
    id: strawberry.ID
    household: strawberry.ID | None
    rule: str
    name: str
    since: datetime
    level: Level
    holder: str | None
    responder: str

    @classmethod
    def of(cls, found: domain.OpenGap) -> "Gap":
        return cls(
            id=global_id("Promise", found.id),
            household=global_id("Household", found.household) if found.household else None,
            rule=found.rule,
            name=found.name,
            since=found.since,
            level=found.level,
            holder=found.holder,
            responder=found.responder,
        )


@strawberry.type(description="Something that happened in a case.")
class Event:
    id: strawberry.ID
    at: datetime
    verb: str
    who: str
    about: JSON

    @classmethod
    def of(cls, found: domain.Happened) -> "Event":
        return cls(
            id=global_id("Event", found.id),
            at=found.at,
            verb=found.verb,
            who=found.who,
            about=JSON({name: value for name, value in found.about.items() if name in _WORDS}),
        )


#: What an event says besides ids: words of closed vocabularies.
_WORDS = {"decision", "manner", "state"}
