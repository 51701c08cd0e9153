"""A family moves: within the area, to another area of this system, or away from all of them.

The move is recorded at once; what is open passes on only by somebody's yes (`transfers`, `arriving`).
"""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.cases import look_at, require
from casecoord.actions.offering import offer_to
from casecoord.actions.office import Hand, verb
from casecoord.actions.rerouting import depart, reroute
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Audience, Sphere, TransferKind
from casecoord.storage import moving, transfers
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.luggage import Posted
from casecoord.storage.moving import NewAddress
from casecoord.storage.telling import tell_lead, tell_transfers

LONGEST_LINE = 120


class Destination(StrEnum):
    HERE = "HERE"
    ANOTHER_AREA = "ANOTHER_AREA"
    OUTSIDE = "OUTSIDE"


@dataclass(frozen=True, slots=True)
class Address:
    """`neighbourhood` where the postcode is not known here."""

    street: str
    number: str
    postcode: str
    suffix: str = ""
    town: str = ""
    neighbourhood: str | None = None


@dataclass(frozen=True, slots=True)
class RecordMove:
    """`address` for a move within the area, or, if known, to another one; `area` is that one's code."""

    idempotency_key: str
    household: UUID
    to: Destination
    moved_on: date
    address: Address | None = None
    secret: bool = False
    area: str | None = None


@dataclass(frozen=True, slots=True)
class MoveRecorded:
    """The hand-overs that now wait for somebody, and the offer to another area, if there is one."""

    household: UUID
    transfers: list[UUID] = field(default_factory=list)
    offer: UUID | None = None
    merges_proposed: int = 0


@verb(MoveRecorded)
async def record_move(hand: Hand, input: RecordMove) -> MoveRecorded:
    """The area's coordinator records a move; whoever is accountable stays so until somebody took over."""
    texts.not_in_future(input.moved_on, hand.now, "movedOn")
    desk = await _desk(hand, input.household)
    rule = require(hand, desk, "record_move")
    if any(one.is_offered for one in await transfers.pending_of(hand.work, desk.household_id)):
        raise Problem("offer_pending", "household")
    match input.to:
        case Destination.HERE:
            done = await _move_here(hand, desk, input)
        case Destination.ANOTHER_AREA:
            done = await _move_to_area(hand, desk, input)
        case Destination.OUTSIDE:
            done = await _move_out(hand, desk, input.moved_on)
    desk.add_event("record_move", "household.move", Sphere.GENERAL, rule)
    await desk.settle()
    await tell_transfers(hand.work, desk.household_id, desk.actor_membership)
    return done


async def _move_here(hand: Hand, desk: Desk, input: RecordMove) -> MoveRecorded:
    to = await _address(desk, input.address)
    row = await moving.household_row(desk.work, desk.household_id)
    if moving.is_at(row, to) and row.secret_address == input.secret:
        raise Problem("same_address", "address")
    if not moving.is_at(row, to):
        move = moving.write_move(desk.work, desk.seal, row, input.moved_on, to)
        await moving.match_anew(desk.work, desk.seal, to.postcode)
        await tell_lead(desk.work, desk.household_id, NoticeKind.FAMILY_MOVED, move)
    row.secret_address = input.secret
    await desk.work.session.flush()
    proposed = await moving.propose_merges(desk.work, desk.household_id, to.index)
    await reroute(desk.work, desk.seal, TransferKind.MOVE)
    return MoveRecorded(desk.household_id, await _waiting(hand, desk), merges_proposed=proposed)


async def _move_out(hand: Hand, desk: Desk, moved_on: date) -> MoveRecorded:
    """Everything open waits for the area's coordinator, who says who took over, or that it ends."""
    row = await moving.household_row(desk.work, desk.household_id)
    if row.left_on is None:
        move = moving.write_move(desk.work, desk.seal, row, moved_on, None)
        await tell_lead(desk.work, desk.household_id, NoticeKind.FAMILY_MOVED, move)
    await desk.work.session.flush()
    await depart(desk.work, desk.household_id)
    return MoveRecorded(desk.household_id, await _waiting(hand, desk))


async def _move_to_area(hand: Hand, desk: Desk, input: RecordMove) -> MoveRecorded:
    """Offered to the other area. Where nothing is open, nothing has to be known there."""
    there = texts.sentence(input.area or "", "area", longest=100)
    areas = await moving.areas(hand.work)
    if areas.get(there, hand.work.area_id) == hand.work.area_id:
        raise Problem("area_unknown", "area")
    address = _posted(input.address) if input.address else None
    done = await _move_out(hand, desk, input.moved_on)
    offer = await offer_to(hand, desk, areas[there], input.moved_on, address, secret=input.secret)
    return MoveRecorded(desk.household_id, done.transfers, offer)


async def _desk(hand: Hand, household: UUID) -> Desk:
    desk = await open_desk(hand.work, household)
    if desk is None or look_at(hand, desk).decide("household.move").shown is not Shown.FULL:
        raise Problem("not_found", "household")
    return desk


async def _address(desk: Desk, address: Address | None) -> NewAddress:
    if address is None:
        raise Problem("address_missing", "address")
    postcode = texts.postcode(address.postcode, "address.postcode")
    neighbourhood = await moving.neighbourhood_of(desk.work, postcode) or address.neighbourhood
    if neighbourhood is None or not await moving.knows_neighbourhood(desk.work, neighbourhood):
        raise Problem("neighbourhood_unknown", "address.neighbourhood")
    index = desk.work.keyring.address_index(postcode, address.number, address.suffix.upper())
    return NewAddress(_line(address), index, neighbourhood, postcode)


def _posted(address: Address) -> Posted:
    """The address as it travels; which neighbourhood it lies in only the other area knows."""
    postcode = texts.postcode(address.postcode, "address.postcode")
    return Posted(_line(address), postcode, address.number.strip(), address.suffix.strip())


def _line(address: Address) -> str:
    """As the register's line is written: `Biezenkreek 15A, 3079SK Rotterdam`."""
    street = texts.sentence(address.street, "address.street", longest=LONGEST_LINE)
    number = texts.sentence(address.number, "address.number", longest=10)
    suffix = texts.optional(address.suffix, "address.suffix", longest=10) or ""
    town = texts.optional(address.town, "address.town", longest=LONGEST_LINE) or ""
    postcode = texts.postcode(address.postcode, "address.postcode")
    return f"{street} {number}{suffix}, {f'{postcode} {town}'.strip()}"


async def _waiting(hand: Hand, desk: Desk) -> list[UUID]:
    """The hand-overs that wait, as far as the actor may know what is handed over, or has to answer for it."""
    hand.told("signal.existence")
    look = look_at(hand, desk)
    return [
        found.id
        for found in await transfers.pending_of(desk.work, desk.household_id)
        if found.transfer.to_team is None
        or look.sees(
            "signal.existence",
            found.transfer.sphere,
            shared_with_teams=found.transfer.audience is Audience.TEAMS_IN_CASE,
        )
    ]
