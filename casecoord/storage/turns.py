"""Whose turn it is: an action, a proposal and a promise name somebody, and from a planned moment on another.

What ends is planned when it is set, so that no clock has to do anything at its date. Every read asks with `whose`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, text

from casecoord.storage.turn_tables import Turn
from casecoord.storage.work import Area

NAMED = {"promises": "responder_id", "plan_actions": "owner_id", "proposals": "membership_id"}
#: As long as it waits: the rows that an index by whom they name holds.
_WAITS = {
    "responder_id": "promises n where n.ended_at is null",
    "owner_id": "plan_actions n where n.state = 'open'",
    "membership_id": "proposals n where n.state = 'pending'",
}

_LINE_AFTER = text("select membership_id, at from line_after(:area, :membership) order by at")
_PLAN = text(
    "insert into turns (area_id, subject_id, at, membership_id)"
    " select :area, :subject, at, membership_id from line_after(:area, :membership)"
)
_FORGET = text("delete from turns where area_id = :area and subject_id = any(:subjects)")
_TURN = text(
    "insert into turns (area_id, subject_id, at, membership_id) values (:area, :subject, :at, :membership)"
)
#: What was planned and has come is as if it had always been so.
_COME = [
    text(
        f"update {table} w set {column} = t.membership_id from turns t where w.area_id = :area and w.id = any(:ids)"
        " and t.area_id = w.area_id and t.subject_id = w.id and t.at = (select max(u.at) from turns u"
        "   where u.area_id = w.area_id and u.subject_id = w.id and u.at <= :now)"
    )
    for table, column in NAMED.items()
    if table != "promises"
]
_PAST = text("delete from turns where area_id = :area and subject_id = any(:ids) and at <= :now")


def whose(row: str, named: str) -> str:
    """SQL of the membership whose turn it is at :now in a row that names one in this column."""
    return (
        f"coalesce((select u.membership_id from turns u where u.area_id = {row}.area_id"
        f" and u.subject_id = {row}.id and u.at <= cast(:now as timestamptz)"
        f" order by u.at desc limit 1), {row}.{named})"
    )


def is_with(row: str, named: str, who: str) -> str:
    """SQL that says whether it is the turn of `who` (`= x` or `= any(xs)`) in a row that waits.

    Found by whom it names or ever will: what waits for others is not looked at, however much that is.
    """
    by_name = f"select n.id from {_WAITS[named]} and n.area_id = :area and n.{named} {who}"
    by_turn = f"select u.subject_id from turns u where u.area_id = :area and u.membership_id {who}"
    return f"{row}.id = any(array({by_name} union all {by_turn})) and {whose(row, named)} {who}"


async def whose_now(work: Area, subject: UUID, named: UUID) -> UUID:
    """The same of one thing."""
    found = await work.session.scalar(
        select(Turn.membership_id)
        .where(Turn.area_id == work.area_id, Turn.subject_id == subject, Turn.at <= work.now)
        .order_by(Turn.at.desc())
        .limit(1)
    )
    return found or named


async def line_after(work: Area, membership: UUID) -> list[tuple[UUID, datetime]]:
    """Who comes after whom, and from when, once this membership ends; empty while it has no end."""
    found = await work.session.execute(_LINE_AFTER, {"area": work.area_id, "membership": membership})
    return [(row.membership_id, row.at) for row in found]


async def plan_turns(work: Area, subject: UUID, membership: UUID) -> None:
    """Says whose it will be, for a thing that names somebody whose end is planned."""
    await forget_turns(work, [subject])
    await work.session.execute(_PLAN, {"area": work.area_id, "subject": subject, "membership": membership})


async def write_turns(work: Area, subject: UUID, turns: Sequence[tuple[datetime, UUID]]) -> None:
    """Exactly these turns, and no other."""
    await forget_turns(work, [subject])
    for at, membership in turns:
        await work.session.execute(
            _TURN, {"area": work.area_id, "subject": subject, "at": at, "membership": membership}
        )


async def forget_turns(work: Area, subjects: Sequence[UUID]) -> None:
    """What ends has no turns to come."""
    await work.session.execute(_FORGET, {"area": work.area_id, "subjects": list(subjects)})


async def take_turns(work: Area, ids: Sequence[UUID]) -> None:
    """Actions and proposals of which a planned turn has come name whoever has it."""
    values = {"area": work.area_id, "ids": list(ids), "now": work.now}
    for statement in (*_COME, _PAST):
        await work.session.execute(statement, values)
