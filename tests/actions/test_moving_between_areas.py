"""From one area to another of the same system: two transactions joined by the outbox, and the sender holds until
the receiver has accepted.
"""

import asyncio
from collections import Counter
from datetime import date
from uuid import uuid4

import pytest

from casecoord.actions.arriving import (
    AnswerMove,
    accept_move,
    decline_move,
)
from casecoord.actions.carrying import carry
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.moving import Destination
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.transfers import AcceptTransfer, accept_transfer
from casecoord.domain.errors import Problem
from casecoord.domain.words import Sphere, TransferState
from casecoord.storage.connection import APP_ROLE
from tests.actions.moves import COVERED, all_of, awaited, moves, one, whole
from tests.actions.steps import by_bsn, propose, refused, signal, sql
from tests.actions.two_areas import HOLDER, accept, counted, offered, offers, towns
from tests.world import PEOPLE, Town

__all__ = ["towns"]


async def test_the_receiving_coordinator_sees_the_minimum_and_nobody_else_anything(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    assert (offer.from_area, offer.neighbourhood, offer.persons, offer.children) == (
        "zuid",
        "BU05991099",
        3,
        2,
    )
    assert offer.spheres == [Sphere.GENERAL, Sphere.LIVELIHOOD]
    for name in set(PEOPLE) - {"ibrahim"}:
        assert await offers(noord, name) == []
    assert await offers(zuid) == []
    box = await noord.office.look(noord.caller("ibrahim"), inbox, InboxOf())
    assert [(notice.kind, notice.household) for notice in box.notices.items] == [("move_offer", None)]
    assert await one(noord.url, "select count(*) from persons where area_id = $1", noord.area) == 0
    async with sql(noord.url, role=APP_ROLE) as database:
        await database.execute(f"set casecoord.area = '{noord.area}'")
        row = dict(await database.fetchrow("select * from arrivals"))
    assert not [value for value in row.values() if isinstance(value, bytes) and b"Janssen" in value]
    await whole(zuid, noord)


async def test_of_a_secret_address_not_even_the_neighbourhood_travels_in_sight(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await signal(zuid, "amina", noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord", address=COVERED, secret=True)
    await carry(zuid.database)
    (offer,) = await offers(noord)
    assert offer.neighbourhood is None
    done = await accept(noord, offer.id)
    there = "select neighbourhood, secret_address from households where id = $1"
    assert await all_of(noord.url, there, done.household) == [("BU05991099", True)]


async def test_the_sender_holds_until_it_has_heard_that_the_receiver_accepted(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    lead = zuid.members["amina"].membership
    zuid.clock.forward(days=1)
    done = await accept(noord, offer.id)
    assert await one(zuid.url, HOLDER, zuid.area) == lead
    assert done.household is not None and await one(noord.url, HOLDER, noord.area) is not None
    await carry(zuid.database)
    assert await one(zuid.url, HOLDER, zuid.area) is None
    for table in ("signals", "cases"):
        found = await all_of(
            zuid.url, f"select distinct lapsed_as from {table} where area_id = $1", zuid.area
        )
        assert found == [("moved",)]
    assert await all_of(zuid.url, "select state, content_sealed, key_wrapped from move_offers") == [
        ("accepted", None, None)
    ]
    assert await all_of(zuid.url, "select state from transfers") == [("accepted",)]
    box = await zuid.office.look(zuid.caller("ibrahim"), inbox, InboxOf())
    assert "move_answer" in {notice.kind for notice in box.notices.items}
    assert noor.household != done.household
    await whole(zuid, noord)


async def test_the_family_is_known_there_with_its_signals_and_a_case_in_search_of_a_lead(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    done = await accept(noord, offer.id)
    await carry(zuid.database)
    view = await noord.office.look(noord.caller("dirk"), joint_case, JointCaseOf(done.case))
    assert {person.name.value for person in view.persons} == {"Els Janssen", "Daan Janssen", "Noor Janssen"}
    assert "Zorgen over thuis." in {one.summary.value for one in view.signals}
    waits = "select rule from promises where area_id = $1 and household_id = $2 and ended_at is null"
    rules = Counter(row[0] for row in await all_of(noord.url, waits, noord.area, done.household))
    assert (rules["G2"], rules["G1"], rules["G6"]) == (1, 2, 1)
    # The register's numbers lead to them, here and not there.
    sent = await signal(noord, "dirk", by_bsn(noor))
    assert sent.case_open
    proposal = await propose(noord, "dirk", done.case, "chaima")
    await noord.act("chaima", accept_lead, AnswerProposal(noord.key(), proposal))
    await whole(zuid, noord)


async def test_what_a_sphere_withholds_reaches_its_team_and_not_the_coordinator_who_accepted(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    done = await accept(noord, offer.id)
    seen = {}
    for name in ("dirk", "ibrahim", "bea"):
        try:
            view = await noord.office.look(noord.caller(name), joint_case, JointCaseOf(done.household))
        except Problem:
            seen[name] = False
            continue
        seen[name] = "Kanarie over de zitting." in {one.summary.value for one in view.signals if one.summary}
    assert seen == {"dirk": True, "ibrahim": False, "bea": False}


async def test_a_declined_family_is_still_the_senders_and_waits_for_its_coordinator(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    async with refused("reason_missing", "reason"):
        await noord.act("ibrahim", decline_move, AnswerMove(noord.key(), offer.id))
    no = AnswerMove(noord.key(), offer.id, "Zij wonen niet hier maar in Utrecht.")
    assert (await noord.act("ibrahim", decline_move, no)).state is TransferState.DECLINED
    await carry(zuid.database)
    assert await one(zuid.url, "select state from move_offers") == "declined"
    assert await one(zuid.url, "select answer_sealed is not null from move_offers")
    assert await all_of(noord.url, "select content_sealed, key_wrapped from arrivals") == [(None, None)]
    assert await one(zuid.url, HOLDER, zuid.area) == zuid.members["amina"].membership
    assert await offers(noord) == []
    (waits,) = await awaited(zuid, "ibrahim")
    assert waits.departure
    await whole(zuid, noord)
    again = await moves(
        zuid,
        noor.household,
        Destination.ANOTHER_AREA,
        area="noord",
        address=COVERED,
        moved_on=date(2026, 11, 2),
    )
    assert again.offer not in (None, offer.id)
    await carry(zuid.database)
    await accept(noord, again.offer)
    await carry(zuid.database)
    assert await one(zuid.url, HOLDER, zuid.area) is None
    await whole(zuid, noord)


async def test_an_offer_that_nobody_answers_goes_back_with_a_gap_and_is_too_late_to_accept(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    zuid.clock.now = offer.expires_at
    async with refused("offer_expired", "offer"):
        await accept(noord, offer.id)
    await whole(zuid, noord)
    gap = (
        "select p.area_id, p.responder_id from gaps g join promises p on p.id = g.promise_id"
        " where p.rule = 'G7' and g.ended_at is null"
    )
    assert await all_of(zuid.url, gap) == [(zuid.area, zuid.members["ibrahim"].membership)]
    assert await one(zuid.url, "select state from move_offers") == "expired"
    assert await one(zuid.url, HOLDER, zuid.area) == zuid.members["amina"].membership
    for late in (accept_move, decline_move):
        async with refused("offer_expired", "offer"):
            await noord.act("ibrahim", late, AnswerMove(noord.key(), offer.id, "toch wel"))
    (waits,) = await awaited(zuid, "ibrahim")
    await zuid.act("ibrahim", accept_transfer, AcceptTransfer(zuid.key(), waits.id, "Zij gaan naar Utrecht."))
    await whole(zuid, noord)


@pytest.mark.parametrize("round", range(4))
async def test_two_answers_to_an_offer_at_once_are_one(towns: tuple[Town, Town], round: int) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    acts = [
        accept(noord, offer.id),
        noord.act("ibrahim", decline_move, AnswerMove(noord.key(), offer.id, "nee")),
    ]
    answers = await asyncio.gather(*(acts if round % 2 else reversed(acts)), return_exceptions=True)
    assert Counter(getattr(answer, "code", "done") for answer in answers) == {
        "done": 1,
        "already_answered": 1,
    }
    await carry(zuid.database)
    state = await one(noord.url, "select state from arrivals")
    held = await one(zuid.url, HOLDER, zuid.area), await one(noord.url, HOLDER, noord.area)
    assert (held[0] is None, held[1] is not None) == (state == "accepted",) * 2
    await whole(zuid, noord)


async def test_what_comes_in_after_the_offer_waits_for_the_senders_coordinator(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    await signal(zuid, "ines", noor)
    await accept(noord, offer.id)
    await carry(zuid.database)
    (waits,) = await awaited(zuid, "ibrahim")
    assert waits.departure
    assert await one(zuid.url, HOLDER, zuid.area) is not None
    await whole(zuid, noord)
    await zuid.act("ibrahim", accept_transfer, AcceptTransfer(zuid.key(), waits.id, "Doorgegeven aan Noord."))
    await whole(zuid, noord)


async def test_while_the_other_area_thinks_the_family_cannot_be_offered_twice_or_let_go(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, _ = await offered(zuid, noord)
    for to, how in ((Destination.ANOTHER_AREA, {"area": "noord"}), (Destination.HERE, {"address": COVERED})):
        async with refused("offer_pending", "household"):
            await moves(zuid, noor.household, to, **how)
    (waits,) = await awaited(zuid, "ibrahim")
    async with refused("offer_pending", "transfer"):
        await zuid.act("ibrahim", accept_transfer, AcceptTransfer(zuid.key(), waits.id, "Het is zo."))


async def test_a_family_that_the_register_placed_there_already_is_found_and_not_made_twice(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    (known,) = await noord.family(("Noor Janssen", noor.born))
    known_by = "select bsn_index, bsn_birth_index from persons where id = $1"
    ((index, with_birth_date),) = await all_of(zuid.url, known_by, noor.id)
    async with sql(noord.url) as admin:
        same = "update persons set bsn_index = $2, bsn_birth_index = $3 where id = $1"
        await admin.execute(same, known.id, index, with_birth_date)
    done = await accept(noord, offer.id)
    assert done.household == known.household
    assert await one(noord.url, "select count(*) from persons where area_id = $1", noord.area) == 3
    await carry(zuid.database)
    await whole(zuid, noord)


async def test_a_family_that_comes_back_is_the_household_that_it_was(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    noor, offer = await offered(zuid, noord)
    there = await accept(noord, offer.id)
    await carry(zuid.database)
    back = await moves(noord, there.household, Destination.ANOTHER_AREA, area="zuid", address=COVERED)
    await carry(zuid.database)
    assert await one(noord.url, HOLDER, noord.area) is not None
    again = await accept(zuid, back.offer)
    assert again.household == noor.household
    await carry(zuid.database)
    assert await one(noord.url, HOLDER, noord.area) is None
    assert await one(zuid.url, HOLDER, zuid.area) is not None
    assert await one(zuid.url, "select left_on from households where id = $1", noor.household) is None
    assert await counted(zuid, noord, "select count(*) from persons") == 6
    await whole(zuid, noord)


async def test_with_nothing_open_no_other_area_learns_of_a_family(towns: tuple[Town, Town]) -> None:
    zuid, _ = towns
    noor = (await zuid.janssens())["noor"]
    done = await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    assert (done.offer, done.transfers) == (None, [])
    assert await one(zuid.url, "select count(*) from parcels") == 0
    assert await one(zuid.url, "select left_on from households") == date(2026, 11, 2)


async def test_an_offer_of_another_area_and_none_at_all_are_one_answer(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    _, offer = await offered(zuid, noord)
    for town, who in ((zuid, "ibrahim"), (noord, "dirk"), (noord, "bea")):
        for identity in (offer.id, uuid4()):
            async with refused("not_found", "offer"):
                await accept(town, identity, who)
