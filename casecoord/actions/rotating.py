"""New keys: an administrator asks, and whoever runs `casecoord keys rotate` carries it out beside everybody's work."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.storage import rotating
from casecoord.storage.faults import retried
from casecoord.storage.rotating import Asked, Batch
from casecoord.storage.work import Database

#: A batch is a transaction: its households are locked for some tenths of a second.
HOUSEHOLDS_AT_ONCE = 50
KEYS_AT_ONCE = 500
_PASSES = 3

#: Told after each batch how many are done.
Progress = Callable[["Keys", int], None]


class Keys(StrEnum):
    """The key that wraps the others, or those that seal."""

    MASTER = "master"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class RotateKeys:
    idempotency_key: str
    keys: tuple[Keys, ...]


@dataclass(frozen=True, slots=True)
class RotationAsked:
    keys: list[Keys]


@dataclass(frozen=True, slots=True)
class Rotated:
    """`done` keys (master) or households (data); `left`: somebody was at work there, run it again.

    `unreadable` households stay as they are: what is there does not open.
    """

    area: str
    keys: Keys
    done: int
    left: int
    unreadable: list[UUID]


@dataclass(frozen=True, slots=True)
class Retired:
    """Older data keys: how many were destroyed now, and how many are kept for backups until when."""

    area: str
    destroyed: int
    kept: int
    until: datetime | None


@verb(RotationAsked, act="E")
async def rotate_keys(hand: Hand, input: RotateKeys) -> RotationAsked:
    """Asks for new keys of this area; nobody's work waits for it."""
    rule = may_manage(hand, "rotate_keys")
    if not input.keys:
        raise Problem("choice_missing", "keys")
    wanted = sorted(set(input.keys))
    for kind in wanted:
        await rotating.ask(hand.work, kind, hand.actor.membership_id)
    hand.done.rules.append(rule)
    return RotationAsked(wanted)


async def carry_out(
    database: Database, code: str, area: UUID, progress: Progress, batch: int = HOUSEHOLDS_AT_ONCE
) -> AsyncIterator[Rotated]:
    """Everything that was asked for in this area; begun before, it goes on. Raises KeysAway."""
    async with database.within(area) as work:
        waiting = await rotating.asked(work)
    for asked in waiting:
        kind = Keys(asked.kind)
        found = (
            await _master(database, area, asked, progress)
            if kind is Keys.MASTER
            else await _data(database, area, asked, progress, batch)
        )
        if not found.left:
            async with database.within(area) as work:
                await rotating.finish(work, asked.id)
        yield Rotated(code, kind, found.done, found.left, found.unreadable)


async def destroy_retired(database: Database, code: str, area: UUID) -> Retired:
    """Destroys the older data keys that no backup needs any more."""
    async with database.within(area) as work:
        destroyed = await rotating.destroy_retired(work)
        kept, until = await rotating.retired(work)
    return Retired(code, destroyed, kept, until)


async def _master(database: Database, area: UUID, asked: Asked, progress: Progress) -> Batch:
    if asked.master_version is None:
        version = database.keyring.master.add_version()
        async with database.within(area) as work:
            await rotating.made(work, asked.id, version)

    async def wrap(after: tuple[UUID, str, int] | None) -> Batch:
        async with database.within(area) as work:
            return await rotating.wrap_anew(work, KEYS_AT_ONCE, after)

    found = Batch()
    for _ in range(_PASSES):
        last, again = None, 0
        while (batch := await retried(wrap, last)).last is not None:
            last, again = batch.last, again + batch.done
            found.done += batch.done
            found.unreadable = sorted({*found.unreadable, *batch.unreadable})
            progress(Keys.MASTER, found.done)
        if not again:
            break
    async with database.within(area) as work:
        luggage = await rotating.wrap_luggage_anew(work)
    found.done += luggage.done
    found.unreadable += luggage.unreadable
    return found


async def _data(database: Database, area: UUID, asked: Asked, progress: Progress, most: int) -> Batch:
    async def renew(after: UUID | None) -> Batch:
        async with database.within(area) as work:
            return await rotating.key_anew(work, asked.asked_at, most, after)

    found = Batch()
    for _ in range(_PASSES):
        last, found.left = None, 0
        while (batch := await retried(renew, last)).last is not None:
            last = batch.last
            found.done += batch.done
            found.left += batch.left
            found.unreadable = sorted({*found.unreadable, *batch.unreadable})
            progress(Keys.DATA, found.done)
        if not found.left:
            break
    return found
