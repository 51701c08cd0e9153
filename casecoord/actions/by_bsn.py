"""Somebody of the register, by number and birth date: both agree, or there is nobody."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from casecoord.actions import texts
from casecoord.actions.office import Hand
from casecoord.storage.cases import Desk, desk_at_home
from casecoord.storage.households import Found, find_by_bsn


@dataclass(frozen=True, slots=True)
class ByBsn:
    bsn: str
    birth_date: date


async def found_by_bsn(hand: Hand, about: ByBsn, field: str = "person") -> Found | None:
    """Who this is, and of which household at this moment."""
    number = texts.bsn(about.bsn, f"{field}.bsn")
    texts.not_in_future(about.birth_date, hand.now, f"{field}.birthDate")
    return await find_by_bsn(hand.work, number, about.birth_date)


async def desk_by_bsn(hand: Hand, about: ByBsn) -> tuple[UUID, Desk] | None:
    """Who this is, and their household under this transaction's lock."""
    return await desk_at_home(hand.work, lambda: found_by_bsn(hand, about))
