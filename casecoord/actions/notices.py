"""The inbox: what somebody was told and what waits for them, as far as they may see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.decide import Policy
from casecoord.access.seats import role_viewer, team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import ground_lapsed
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand, verb
from casecoord.domain.actors import purposes_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Level, Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.notices import NOTICES, NoticeKind
from casecoord.domain.promises import PROMISES, Rule
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind
from casecoord.storage import access_log, notices
from casecoord.storage.notices import Receiver

#: What one can wait on at once; a person with more has another problem.
MOST_WAITING = 100
MOST_MARKED = 100
_FACETS = frozenset(row.facet for row in NOTICES.values() if row.facet is not None)


@dataclass(frozen=True, slots=True)
class InboxOf:
    """`unread`: only what was not marked as read."""

    unread: bool = False
    first: int | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A notice about a signal, proposal, invitation, action, promise or gap.

    `waits`: somebody still has to act on it. `by_duty`: the actor has it by being on duty, and maybe by nothing else.
    Household and case None: it is about none.
    """

    id: UUID
    kind: NoticeKind
    at: datetime
    urgent: bool
    read: bool
    waits: bool
    by_duty: bool
    about: UUID
    household: UUID | None
    case: UUID | None


@dataclass(frozen=True, slots=True)
class Awaited:
    """A running promise whose next step is the actor's."""

    id: UUID
    rule: str
    name: str
    due_at: datetime
    by_duty: bool
    household: UUID | None
    case: UUID | None


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits, soonest deadline first; and a page of what is new, newest first."""

    waiting: list[Awaited]
    notices: Slice[Told]


@dataclass(frozen=True, slots=True)
class MarkRead:
    idempotency_key: str
    notices: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class MarkedRead:
    notices: list[UUID]


async def inbox(hand: Hand, query: InboxOf) -> Inbox:
    """What was this membership told, and what waits for it? Listed if, and only if, its thing may be seen."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "inbox", query.after)
    key = (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None
    filters, me = _filters(hand), _receiver(hand)
    rows = await notices.inbox(hand.work, me, filters, first, key, unread=query.unread)
    awaited = await notices.waiting(hand.work, me, filters["gap"], MOST_WAITING)
    looks: dict[UUID, Look] = {}
    told = [_told(hand, looks, row) for row in rows[:first]]
    waiting = [_awaited(hand, looks, row) for row in awaited]
    access_log.write(hand.work, [look.entry("inbox") for look in looks.values()])
    keys = [[row["at"], row["id"]] for row in rows[:first]]
    written = [cursors.write(hand, "inbox", key) for key in keys]
    return Inbox(waiting, Slice(told, written, len(rows) > first))


@verb(MarkedRead)
async def mark_read(hand: Hand, input: MarkRead) -> MarkedRead:
    """Marks notices of one's own as read; all of them, or none."""
    if not 0 < len(input.notices) <= MOST_MARKED:
        raise Problem("page_too_large", "notices")
    if not await notices.mark(hand.work, _receiver(hand), _filters(hand), input.notices):
        raise Problem("not_found", "notices")
    return MarkedRead(list(dict.fromkeys(input.notices)))


def filters_for(
    policy: Policy, role: Role, kind: TeamKind, grounds: frozenset[str], purpose: Purpose | None = None
) -> Mapping[str, str]:
    """The policy on what notices are about, as SQL over an item `i`, for whoever has this seat.

    `grounds`: those in force; `purpose` None: the seat's own work.
    """
    conditions: dict[Viewer, str] = {}
    as_team, as_role = team_viewer(role, kind), role_viewer(role)
    if role in (Role.MEMBER, Role.COORDINATOR, Role.DUTY):
        conditions[Viewer.LEAD] = "i.is_lead"
    if as_team:
        conditions[as_team] = "i.takes_part"
    if as_role:
        conditions[as_role] = "true"
    if role is Role.DECISION_POWER:
        conditions[Viewer.DECISION_POWER] = "i.escalated"
    chosen = purpose or purposes_of(role, kind)[0]
    facts = {"own_team_item": "i.own_invitation", **({} if as_team else {"wrote_it": "false"})}
    found = {
        facet: policy.sql_filter(
            facet, chosen, conditions, "i", facts={**facts, "ground_lapsed": ground_lapsed(facet, grounds)}
        )
        for facet in _FACETS | {"case.next_deadline"}
    }
    # A facet of the case has no sphere of its own, but a notice about it may tell of a team that is in one.
    by_sphere = found.pop("case.next_deadline")
    return {
        facet: condition
        if FACETS[facet].level is Level.ITEM
        else f"({condition}) and (i.sphere = 'general' or {by_sphere})"
        for facet, condition in found.items()
    }


def _filters(hand: Hand) -> Mapping[str, str]:
    actor, grounds = hand.actor, hand.work.grounds
    return filters_for(hand.policy, actor.role, actor.team_kind, grounds, actor.purpose)


def _receiver(hand: Hand) -> Receiver:
    return Receiver(hand.actor.membership_id, hand.actor.professional_id, hand.actor.team_id)


def _told(hand: Hand, looks: dict[UUID, Look], row: Mapping[str, Any]) -> Told:
    kind = NoticeKind(row["kind"])
    return Told(
        id=row["id"],
        kind=kind,
        at=row["at"],
        urgent=row["urgent"],
        read=row["read_at"] is not None,
        waits=row["waits"],
        by_duty=row["by_duty"],
        about=row["source_id"],
        household=row["household_id"],
        case=_case(hand, looks, row, NOTICES[kind].facet),
    )


def _awaited(hand: Hand, looks: dict[UUID, Look], row: Mapping[str, Any]) -> Awaited:
    return Awaited(
        id=row["id"],
        rule=row["rule"],
        name=PROMISES[Rule(row["rule"])].gap,
        due_at=row["due_at"],
        by_duty=row["by_duty"],
        household=row["household_id"],
        case=_case(hand, looks, row, "gap"),
    )


def _case(hand: Hand, looks: dict[UUID, Look], row: Mapping[str, Any], facet: str | None) -> UUID | None:
    """The open case, where its status may be seen; what is looked at on the way is remembered."""
    if facet is None or row["household_id"] is None:
        return None
    seen = viewers(
        hand,
        takes_part=row["takes_part"],
        is_lead=row["is_lead"],
        signalled=False,
        escalated=row["escalated"],
    )
    look = looks.setdefault(row["household_id"], Look(hand, row["household_id"], seen, facts_of(row)))
    look.decide(
        facet,
        Sphere(row["sphere"]),
        viewers=seen,
        wrote_it=row["wrote_it"],
        own_team_item=row["own_invitation"],
        shared_with_teams=row["audience"] == "teams_in_case",
    )
    case: UUID | None = row["case_id"]
    return case if case is not None and look.sees("case.status", viewers=seen) else None
