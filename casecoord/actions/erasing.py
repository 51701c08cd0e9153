"""The right of erasure, carried out: what two people granted goes, with the keys that opened it.

Rights belong to persons. Where everybody who lives in a household was granted it, the household goes; where others
live on, only what is about those persons.
"""

from dataclasses import dataclass
from uuid import UUID

from casecoord.actions.cases import require
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.actions.parting import no_offer_waits
from casecoord.domain.errors import Problem
from casecoord.domain.words import Role, Sphere
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.destroying import Certificate, Word, certificate
from casecoord.storage.erasing import Granted, erase_persons, erase_whole, granted_erasure


@dataclass(frozen=True, slots=True)
class EraseHousehold:
    idempotency_key: str
    household: UUID


@verb(Certificate, act="D")
async def erase_household(hand: Hand, input: EraseHousehold) -> Certificate:
    """Erases what was granted, and answers the certificate; asked again, the same one."""
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found", "household")
    desk = await open_desk(hand.work, input.household)
    granted = await granted_erasure(hand.work, input.household) if desk is not None else None
    if desk is None or granted is None:
        return await _done_before(hand, input.household, there=desk is not None)
    rule = require(hand, desk, "erase", second_person=True, ground_recorded=True)
    if desk.case is not None and not granted.despite_open:
        raise Problem("erasure_case_open", "household")
    await no_offer_waits(hand, desk, "household")
    made = await certificate(hand.work, await _erase(desk, granted, rule))
    assert made is not None
    return made


async def _erase(desk: Desk, granted: Granted, rule: str) -> UUID:
    by = desk.actor_membership
    second = granted.decided_by if granted.second_by == by else granted.second_by
    word = Word(by, second, granted.ground)
    desk.add_event("erase_household", "family.complaint", Sphere.GENERAL, rule)
    await desk.work.session.flush()
    if granted.whole:
        made = await erase_whole(desk.work, desk.household_id, by, word)
    else:
        made = await erase_persons(desk.work, desk.household_id, granted.persons, by, word)
    assert made is not None
    return made


async def _done_before(hand: Hand, household: UUID, *, there: bool) -> Certificate:
    found = await certificate(hand.work, household)
    if found is not None:
        hand.done.rules.append(may_manage(hand, "erase", second_person=True, ground_recorded=True))
        return found
    raise Problem("erasure_not_granted" if there else "not_found", "household")
