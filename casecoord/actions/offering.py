"""The sender's side of a move to another area: offers, holds, and lets go only when the other has accepted."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID, uuid4

from casecoord.actions.cases import look_at
from casecoord.actions.office import Hand
from casecoord.actions.rerouting import depart, settle_and_tell
from casecoord.domain.ages import age_on
from casecoord.domain.notices import NoticeKind
from casecoord.domain.teams import SECRECY
from casecoord.domain.words import Lapse, TransferState
from casecoord.domain.workdays import local_date
from casecoord.storage import lapsing, luggage, parcels, transfers
from casecoord.storage.cases import Desk
from casecoord.storage.households import lock_household, save_keys
from casecoord.storage.luggage import Luggage, Posted
from casecoord.storage.moving_tables import MoveOffer
from casecoord.storage.parcels import AnswerParcel, ParcelKind
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.telling import tell_area
from casecoord.storage.work import Area

ADULT = 18


async def offer_to(
    hand: Hand, desk: Desk, to_area: UUID, moved_on: date, address: Posted | None, *, secret: bool
) -> UUID | None:
    """Offers the family that left to another area; None where nothing is open: then nobody has to know of it.

    The offer lasts as long as G7 lets a hand-over wait: when it expires, the gap is there.
    """
    work = hand.work
    transfer = await depart(work, desk.household_id)
    if transfer is None:
        return None
    found = await transfers.stored(work, transfer)
    assert found is not None
    case = desk.case.id if desk.case else None
    packed = await luggage.packed(work, desk.seal, in_case=case is not None, address=address, secret=secret)
    identity, days = uuid4(), work.deadlines.handover
    content, key = luggage.close(work.keyring, identity, packed)
    look = look_at(hand, desk)
    known = {signal.sphere for signal in packed.signals if look.sees("signal.existence", signal.sphere)}
    work.session.add(
        MoveOffer(
            area_id=work.area_id,
            id=identity,
            household_id=desk.household_id,
            transfer_id=transfer,
            to_area=to_area,
            offered_by=desk.actor_membership,
            moved_on=moved_on,
            offered_at=desk.now,
            expires_at=max(work.deadlines.after(at, days) for at in (found.offered_at, desk.now)),
            state=TransferState.PENDING,
            persons=len(packed.persons),
            children=_children(packed, desk),
            spheres=sorted(known, key=SECRECY.index),
            signals=[signal.id for signal in packed.signals],
            case_id=case,
            content_sealed=content,
            key_wrapped=key,
        )
    )
    await work.session.flush()
    await parcels.post(work, to_area, identity, ParcelKind.OFFER)
    return identity


async def take_answer(work: Area, answer: AnswerParcel) -> None:
    """The other area has answered: what it accepted ends here, what it did not is still ours. Twice is once."""
    offer = await parcels.offer_of(work, answer.offer)
    if offer is None or offer.state != TransferState.PENDING:
        return
    homes = await lapsing.households_of_signals(work, offer.signals)
    seals = {home: await lock_household(work, home) for home in sorted({offer.household_id, *homes})}
    offer = await parcels.offer_of(work, answer.offer)
    if offer is None or offer.state != TransferState.PENDING:
        return
    key, offer.key_wrapped, offer.content_sealed = offer.key_wrapped, None, None
    offer.state, offer.answered_at = answer.state, work.now
    seal = seals[offer.household_id]
    if answer.sealed is not None and key is not None and seal is not None:
        reason = luggage.open_answer(work.keyring, offer.id, key, answer.sealed)
        place = Place("move_offers", offer.id, "answer")
        offer.answer_sealed = seal.seal(reason, place, Compartment.GENERAL)
        await save_keys(work, seal)
    if answer.state is TransferState.ACCEPTED:
        await _let_go(work, offer, (home for home, seal in seals.items() if seal is not None))
    await tell_area(work, NoticeKind.MOVE_ANSWER, offer.id)


async def _let_go(work: Area, offer: MoveOffer, homes: Iterable[UUID]) -> None:
    """What the other area accepted is theirs; what came in here since the offer waits for the coordinator."""
    await transfers.end(work, offer.transfer_id, TransferState.ACCEPTED)
    for home in homes:
        await lapsing.lapse_signals(work, home, offer.signals, Lapse.MOVED, offer.offered_by)
        case = await transfers.open_case_of(work, home)
        if case is not None and not await lapsing.open_signals(work, home) and case == offer.case_id:
            await lapsing.lapse_case(work, home, case, Lapse.MOVED, offer.offered_by)
        if home == offer.household_id:
            await depart(work, home)
        await transfers.drop_idle(work, home)
        await settle_and_tell(work, home)


def _children(packed: Luggage, desk: Desk) -> int:
    today = local_date(desk.now)
    ages = [age_on(person.born, today) for person in packed.persons if person.born]
    return sum(1 for age in ages if age is not None and age < ADULT)
