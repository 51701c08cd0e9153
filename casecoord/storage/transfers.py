"""Hand-overs of a household: what is open and whose it is, what waits for a receiver, and passing it on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import text

from casecoord.domain.transfers import Accountable, Transfer
from casecoord.domain.words import Audience, Sphere, TransferKind, TransferState
from casecoord.storage.work import Area

_SIGNALS = text(
    "select id, sphere, audience, accountable_team_id team from signals"
    " where area_id = :area and household_id = :household and state <> 'ended' order by received_at, id"
)
_WITH_SOMETHING_OPEN = text(
    "select household_id from signals where area_id = :area and household_id = any(:ids) and state <> 'ended'"
    " union select household_id from cases where area_id = :area and household_id = any(:ids)"
    "   and state <> 'closed' order by 1"
)
_HOUSEHOLDS_OF = text(
    "select distinct household_id from persons where area_id = :area and id = any(:persons) order by 1"
)
_OPEN_CASE = text(
    "select id from cases where area_id = :area and household_id = :household and state <> 'closed'"
)
_LEFT = text("select left_on is not null from households where area_id = :area and id = :household")
_LATEST_MOVE = text(
    "select id from household_moves where area_id = :area and household_id = :household"
    " order by moved_on desc, id limit 1"
)
_PENDING = text(
    "select id, kind, sphere, audience, from_team_id, to_team_id, offered_at, exists (select from move_offers o"
    "   where o.area_id = h.area_id and o.transfer_id = h.id and o.state = 'pending') is_offered"
    " from transfers h"
    " where area_id = :area and household_id = :household and state = 'pending' order by offered_at, id"
)
_ONE = text(
    "select id, household_id, kind, sphere, audience, from_team_id, to_team_id, offered_at, state,"
    " exists (select from move_offers o where o.area_id = h.area_id and o.transfer_id = h.id"
    "   and o.state = 'pending') is_offered"
    " from transfers h where area_id = :area and id = :id"
)
_OFFER = text(
    "insert into transfers (area_id, id, household_id, kind, sphere, audience, from_team_id, to_team_id,"
    " offered_at, state) values (:area, :id, :household, :kind, :sphere, :audience, :from_team, :to_team,"
    " :now, 'pending')"
)
_ANSWER = text(
    "update transfers set state = :state, answered_at = :now, answered_by = :by, answer_sealed = :answer"
    " where area_id = :area and id = :id"
)
_PASS_ON = text(
    "update signals set accountable_team_id = :to_team, routed_by = coalesce(:routed_by, routed_by)"
    " where area_id = :area and household_id = :household and state <> 'ended' and sphere = :sphere"
    " and accountable_team_id is not distinct from cast(:from_team as uuid) returning id, case_id"
)
# What is handed over has ended meanwhile: nobody has to accept nothing.
_DROP_IDLE = text(
    "update transfers h set state = 'expired', answered_at = :now"
    " where h.area_id = :area and h.household_id = :household and h.state = 'pending'"
    " and not exists (select from signals s where s.area_id = h.area_id and s.household_id = h.household_id"
    "   and s.state <> 'ended' and (h.from_team_id is null and h.to_team_id is null or s.sphere = h.sphere"
    "     and s.accountable_team_id is not distinct from h.from_team_id))"
    " and not exists (select from move_offers o where o.area_id = h.area_id and o.transfer_id = h.id"
    "   and o.state = 'pending')"
    " and (not (h.from_team_id is null and h.to_team_id is null)"
    "   or not exists (select from cases c where c.area_id = h.area_id and c.household_id = h.household_id"
    "     and c.state <> 'closed'))"
)


@dataclass(frozen=True, slots=True)
class StoredTransfer:
    """A stored hand-over. `is_offered`: another area was asked and has not answered."""

    id: UUID
    household: UUID
    kind: TransferKind
    transfer: Transfer
    offered_at: datetime
    state: TransferState
    is_offered: bool = False

    @property
    def is_departure(self) -> bool:
        """The family left the area: the whole of it waits for the area's coordinator."""
        return self.kind is TransferKind.MOVE and self.transfer.from_team is self.transfer.to_team is None


async def open_signals_of(work: Area, household: UUID) -> list[Accountable]:
    """The household's open signals with the teams accountable for them, oldest first."""
    rows = await work.session.execute(_SIGNALS, {"area": work.area_id, "household": household})
    return [
        Accountable(row.id, Sphere(row.sphere), Audience(row.audience) if row.audience else None, row.team)
        for row in rows
    ]


async def with_something_open(work: Area, households: Iterable[UUID]) -> list[UUID]:
    """Those of these households in which a signal or case is open, in the order in which they are locked."""
    ids = list(households)
    if not ids:
        return []
    return list(await work.session.scalars(_WITH_SOMETHING_OPEN, {"area": work.area_id, "ids": ids}))


async def households_of(work: Area, persons: Iterable[UUID]) -> list[UUID]:
    """The households of these persons."""
    found = await work.session.scalars(_HOUSEHOLDS_OF, {"area": work.area_id, "persons": list(persons)})
    return list(found)


async def open_case_of(work: Area, household: UUID) -> UUID | None:
    """The household's open case."""
    case: UUID | None = await work.session.scalar(_OPEN_CASE, {"area": work.area_id, "household": household})
    return case


async def has_left(work: Area, household: UUID) -> bool:
    """Whether the family lives outside the area."""
    return bool(await work.session.scalar(_LEFT, {"area": work.area_id, "household": household}))


async def latest_move(work: Area, household: UUID) -> UUID | None:
    """The household's last recorded move."""
    move: UUID | None = await work.session.scalar(
        _LATEST_MOVE, {"area": work.area_id, "household": household}
    )
    return move


async def pending_of(work: Area, household: UUID) -> list[StoredTransfer]:
    """The household's hand-overs that wait for a receiver."""
    rows = await work.session.execute(_PENDING, {"area": work.area_id, "household": household})
    return [_stored({**row, "household_id": household, "state": "pending"}) for row in rows.mappings()]


async def stored(work: Area, identity: UUID) -> StoredTransfer | None:
    """The hand-over as it is committed now, or as changed here."""
    row = (await work.session.execute(_ONE, {"area": work.area_id, "id": identity})).mappings().one_or_none()
    return _stored(row) if row else None


async def offer(work: Area, household: UUID, kind: TransferKind, transfer: Transfer) -> UUID:
    """Opens a hand-over, unless the same waits already; the accountable team stays so until it is accepted."""
    for known in await pending_of(work, household):
        if known.transfer.key == transfer.key:
            return known.id
    identity = uuid4()
    await work.session.execute(
        _OFFER,
        {
            "area": work.area_id,
            "id": identity,
            "household": household,
            "kind": kind,
            "sphere": transfer.sphere,
            "audience": transfer.audience,
            "from_team": transfer.from_team,
            "to_team": transfer.to_team,
            "now": work.now,
        },
    )
    return identity


async def end(
    work: Area, identity: UUID, state: TransferState, *, by: UUID | None = None, answer: bytes | None = None
) -> None:
    """Writes what became of a hand-over, and by whom."""
    await work.session.execute(
        _ANSWER,
        {
            "area": work.area_id,
            "id": identity,
            "state": state,
            "now": work.now,
            "by": by,
            "answer": answer,
        },
    )


async def pass_on(work: Area, found: StoredTransfer, routed_by: str | None) -> list[UUID | None]:
    """The receiving team is accountable from now on; the case of each signal that passed."""
    rows = await work.session.execute(
        _PASS_ON,
        {
            "area": work.area_id,
            "household": found.household,
            "sphere": found.transfer.sphere,
            "from_team": found.transfer.from_team,
            "to_team": found.transfer.to_team,
            "routed_by": routed_by,
        },
    )
    return [row.case_id for row in rows]


async def drop_idle(work: Area, household: UUID) -> None:
    """Ends the hand-overs of which nothing is open any more."""
    await work.session.flush()
    await work.session.execute(_DROP_IDLE, {"area": work.area_id, "household": household, "now": work.now})


def _stored(row: object) -> StoredTransfer:
    values = dict(row)  # type: ignore[call-overload]
    return StoredTransfer(
        values["id"],
        values["household_id"],
        TransferKind(values["kind"]),
        Transfer(
            Sphere(values["sphere"]),
            values["from_team_id"],
            values["to_team_id"],
            Audience(values["audience"]) if values["audience"] else None,
        ),
        values["offered_at"],
        TransferState(values["state"]),
        values["is_offered"],
    )
