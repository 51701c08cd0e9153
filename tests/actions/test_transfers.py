"""A change in a family is a hand-over: offered once, held by the old team until the new one says yes, never silent."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from casecoord.actions.closing import ConfirmOutcome, GiveFeedback, confirm_outcome, give_feedback
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.moving import Destination, RecordMove, record_move
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.transfers import AcceptTransfer, DeclineTransfer, accept_transfer, decline_transfer
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, Sphere, TransferState, Word
from tests.actions.moves import COVERED, UNCOVERED, all_of, awaited, links, moves, moves_to, one, whole
from tests.actions.steps import by_bsn, led_case, open_case, propose, refused, signal
from tests.world import PEOPLE, Town

PENDING = "select count(*) from transfers where state = 'pending'"
ACCOUNTABLE = "select accountable_team_id from signals where state <> 'ended'"


async def a_moved_family(town: Town):
    """A man of the social team's neighbourhood, with an open signal, moves to one that no team covers and back."""
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    sent = await signal(town, "amina", wim)
    await moves_to(town, wim.household, COVERED)
    (waits,) = await awaited(town, "dirk")
    return wim, sent, waits


async def test_a_move_that_changes_no_team_hands_nothing_over(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    done = await moves_to(town, noor.household)
    assert (done.transfers, await one(database_url, PENDING)) == ([], 0)
    assert await one(database_url, "select neighbourhood from households") == "BU05991098"
    await whole(town)


async def test_a_move_to_another_teams_neighbourhood_opens_one_hand_over_and_the_old_team_stays(
    town: Town, database_url: str
) -> None:
    wim, sent, waits = await a_moved_family(town)
    assert (waits.sphere, waits.from_team, waits.signals) == (Sphere.GENERAL, None, 1)
    assert await one(database_url, ACCOUNTABLE) is None
    held = "select membership_id from holders where upper_inf(during)"
    assert await one(database_url, held) == town.members["ibrahim"].membership
    assert await awaited(town, "chaima") == [waits]
    for name in set(PEOPLE) - {"dirk", "chaima"}:
        assert await awaited(town, name) == []
    with pytest.raises(Problem, match="not_found"):
        await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(wim.household))
    await whole(town)
    await moves_to(town, wim.household, COVERED, secret=True)
    assert await one(database_url, PENDING) == 1
    assert sent.signal


async def test_the_receiving_team_accepts_and_is_accountable_from_that_moment(
    town: Town, database_url: str
) -> None:
    wim, sent, waits = await a_moved_family(town)
    town.clock.forward(days=1)
    done = await town.act("chaima", accept_transfer, AcceptTransfer(town.key(), waits.id))
    assert (done.state, done.household) == (TransferState.ACCEPTED, wim.household)
    assert await one(database_url, ACCOUNTABLE) == town.teams["wijkteam"]
    held = "select membership_id from holders where upper_inf(during)"
    assert await one(database_url, held) == town.members["dirk"].membership
    assert await awaited(town, "dirk") == []
    async with refused("already_answered", "transfer"):
        await town.act("dirk", decline_transfer, DeclineTransfer(town.key(), waits.id, "te laat"))
    await open_case(town, "dirk", sent.signal)
    await whole(town)


async def test_a_hand_over_that_nobody_answers_is_a_gap_of_the_receiver(
    town: Town, database_url: str
) -> None:
    await a_moved_family(town)
    town.clock.forward(days=8)
    await whole(town)
    gap = (
        "select p.rule, p.responder_id from gaps g join promises p on p.id = g.promise_id"
        " where g.ended_at is null and p.rule = 'G7'"
    )
    assert await all_of(database_url, gap) == [("G7", town.members["dirk"].membership)]


async def test_a_refusal_comes_to_the_areas_coordinator_who_cannot_refuse_in_silence(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await links(town, noor.id, "12AB00")
    (waits,) = await awaited(town, "ines")
    assert waits.from_team == "Klimop"
    async with refused("reason_missing", "reason"):
        await town.act("ines", decline_transfer, DeclineTransfer(town.key(), waits.id))
    declined = await town.act("ines", decline_transfer, DeclineTransfer(town.key(), waits.id, "te vol"))
    (comes,) = await awaited(town, "ibrahim")
    assert (declined.next, comes.from_team, declined.household) == (comes.id, "Klimop", None)
    assert await one(database_url, ACCOUNTABLE) == town.teams["klimop"]
    answer = DeclineTransfer(town.key(), comes.id, "past hier niet")
    async with refused("team_missing", "team"):
        await town.act("ibrahim", decline_transfer, answer)
    async with refused("already_accountable", "team"):
        named = DeclineTransfer(town.key(), comes.id, "past hier niet", town.teams["klimop"])
        await town.act("ibrahim", decline_transfer, named)
    async with refused("not_found", "team"):
        await town.act("ibrahim", decline_transfer, DeclineTransfer(town.key(), comes.id, "nee", uuid4()))
    named = DeclineTransfer(town.key(), comes.id, "past daar beter", town.teams["wijkteam"])
    await town.act("ibrahim", decline_transfer, named)
    (asked,) = await awaited(town, "dirk")
    await town.act("dirk", accept_transfer, AcceptTransfer(town.key(), asked.id))
    assert await one(database_url, ACCOUNTABLE) == town.teams["wijkteam"]
    assert await one(database_url, PENDING) == 0
    await whole(town)


async def test_what_the_coordinator_accepts_is_the_coordinators(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await links(town, noor.id, "12AB00")
    (waits,) = await awaited(town, "ines")
    await town.act("ines", decline_transfer, DeclineTransfer(town.key(), waits.id, "te vol"))
    (comes,) = await awaited(town, "ibrahim")
    await town.act("ibrahim", accept_transfer, AcceptTransfer(town.key(), comes.id))
    assert await one(database_url, ACCOUNTABLE) is None
    running = "select 1 from promises where rule = 'covered' and ended_at is null"
    assert await one(database_url, running) == 1
    await whole(town)


async def test_in_a_case_the_new_team_joins_and_the_old_one_and_the_lead_stay(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    await links(town, noor.id, "12AB00")
    (waits,) = await awaited(town, "ines")
    await town.act("ines", accept_transfer, AcceptTransfer(town.key(), waits.id))
    there = "select team_id from participants where upper_inf(during)"
    assert set(await all_of(database_url, there)) == {(town.teams["klimop"],), (town.teams["regenboog"],)}
    held = "select membership_id from holders where upper_inf(during)"
    assert await one(database_url, held) == town.members["amina"].membership
    view = await town.office.look(town.caller("ines"), joint_case, JointCaseOf(case.id))
    assert [one.summary.value for one in view.signals] == ["Zorgen over thuis."]
    await whole(town)


async def test_each_sphere_passes_to_the_team_of_that_sphere(town: Town, database_url: str) -> None:
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "amina", wim)
    await signal(town, "hanna", wim)
    await signal(town, "amina", wim, domain=LifeDomain.FINANCE)
    done = await moves_to(town, wim.household, COVERED)
    # The coordinator who records the move is told of those only that a coordinator may know of.
    assert len(done.transfers) == 2
    spheres = {one.sphere for one in await awaited(town, "dirk")}
    assert spheres == {Sphere.GENERAL, Sphere.JUSTICE, Sphere.LIVELIHOOD}
    await whole(town)


async def test_a_second_move_before_the_answer_leaves_one_hand_over_to_where_they_live_now(
    town: Town, database_url: str
) -> None:
    wim, _, waits = await a_moved_family(town)
    await moves_to(town, wim.household, UNCOVERED)
    assert await all_of(database_url, "select state from transfers") == [("expired",)]
    async with refused("already_answered", "transfer"):
        await town.act("dirk", accept_transfer, AcceptTransfer(town.key(), waits.id))
    await whole(town)


async def test_what_ended_meanwhile_has_not_to_be_accepted(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    sent = await one(database_url, "select id from signals")
    await links(town, noor.id, "12AB00")
    await town.act("amina", give_feedback, GiveFeedback(town.key(), sent, "Er is een plan."))
    await town.act("amina", confirm_outcome, ConfirmOutcome(town.key(), "Gaat goed.", Word.FAMILY, sent))
    assert await awaited(town, "ines") == []
    assert case.id
    await whole(town)


async def test_the_receiver_is_told_and_whose_it_was_is_told_the_answer(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await links(town, noor.id, "12AB00")
    box = await town.office.look(town.caller("ines"), inbox, InboxOf())
    (told,) = [notice for notice in box.notices.items if notice.kind == "transfer"]
    assert (told.waits, told.household, told.case) == (True, None, None)
    assert "G7" in {one.rule for one in box.waiting}
    await town.act("ines", accept_transfer, AcceptTransfer(town.key(), told.about))
    box = await town.office.look(town.caller("bram"), inbox, InboxOf())
    assert "transfer_answer" in {notice.kind for notice in box.notices.items}


async def test_the_lead_is_told_that_the_family_moved(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    await moves_to(town, noor.household)
    for name, expected in (("amina", 1), ("bram", 0), ("dirk", 0)):
        box = await town.office.look(town.caller(name), inbox, InboxOf())
        kinds = [notice.kind for notice in box.notices.items]
        assert kinds.count("family_moved") == expected, name


async def test_a_move_is_the_coordinators_to_record_and_nobody_else_learns_that_there_is_a_family(
    town: Town,
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    for name in set(PEOPLE) - {"ibrahim"}:
        told = []
        for household in (noor.household, uuid4()):
            move = RecordMove(town.key(), household, Destination.OUTSIDE, date(2026, 11, 1))
            with pytest.raises(Problem) as problem:
                await town.act(name, record_move, move)
            told.append(problem.value.code)
        assert told[0] in ("not_found", "not_allowed") and told[1] == "not_found", name


async def test_bad_moves_are_told_what_to_do(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    async with refused("date_in_future", "movedOn"):
        await moves_to(town, noor.household, moved_on=date(2026, 12, 1))
    async with refused("address_missing", "address"):
        await moves(town, noor.household, Destination.HERE)
    async with refused("postcode_invalid", "address.postcode"):
        await moves_to(town, noor.household, replace(COVERED, postcode="12"))
    async with refused("neighbourhood_unknown", "address.neighbourhood"):
        await moves_to(town, noor.household, replace(COVERED, neighbourhood="BU00000000"))
    async with refused("neighbourhood_unknown", "address.neighbourhood"):
        await moves_to(town, noor.household, replace(COVERED, neighbourhood=None))
    async with refused("area_unknown", "area"):
        await moves(town, noor.household, Destination.ANOTHER_AREA, area="zuid")
    await moves_to(town, noor.household)
    async with refused("same_address", "address"):
        await moves_to(town, noor.household)


async def test_a_move_to_an_address_with_another_open_case_proposes_a_merge_and_merges_nothing(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    await moves_to(town, noor.household)
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
    case = await open_case(town, "ines", (await signal(town, "ines", by_bsn(sam))).signal)
    done = await moves_to(town, sam.household)
    assert done.merges_proposed == 1
    proposed = "select provisional_id, household_id, reasons, state from merge_proposals"
    assert await all_of(database_url, proposed) == [
        (sam.household, noor.household, ["same_address"], "pending")
    ]
    assert await one(database_url, "select count(*) from cases where state <> 'closed'") == 2
    await town.act(
        "ines", accept_lead, AnswerProposal(town.key(), await propose(town, "ines", case.id, "ines"))
    )
    await whole(town)


async def test_a_family_that_left_waits_for_the_coordinators_word_and_then_nothing_is_open(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    await signal(town, "hanna", noor)
    done = await moves(town, noor.household, Destination.OUTSIDE)
    (waits,) = await awaited(town, "ibrahim")
    assert done.transfers == [waits.id] and waits.departure
    held = "select membership_id from holders where upper_inf(during)"
    assert await one(database_url, held) == town.members["amina"].membership
    await whole(town)
    async with refused("departure_needs_a_word", "transfer"):
        await town.act("ibrahim", decline_transfer, DeclineTransfer(town.key(), waits.id, "weet niet"))
    async with refused("reason_missing", "reason"):
        await town.act("ibrahim", accept_transfer, AcceptTransfer(town.key(), waits.id))
    word = AcceptTransfer(town.key(), waits.id, "Gemeente Utrecht nam het gezin over, mevrouw De Wit.")
    await town.act("ibrahim", accept_transfer, word)
    assert set(await all_of(database_url, "select state, lapsed_as from signals")) == {
        ("ended", "emigration")
    }
    assert await all_of(database_url, "select state, lapsed_as from cases") == [("closed", "emigration")]
    assert (
        await one(
            database_url, "select count(*) from promises where ended_at is null and household_id is not null"
        )
        == 0
    )
    for name in ("amina", "hanna"):
        box = await town.office.look(town.caller(name), inbox, InboxOf())
        told = [notice for notice in box.notices.items if notice.kind == "signal_lapsed"]
        assert [(notice.household, notice.case) for notice in told] == [(None, None)], name
    lapsed = "select distinct lapsed_as, lapsed_by from promises where lapsed_as is not null"
    assert await all_of(database_url, lapsed) == [("emigration", town.members["ibrahim"].membership)]
    await whole(town)


async def test_a_family_that_comes_back_before_that_word_is_handed_over_to_nobody(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await moves(town, noor.household, Destination.OUTSIDE)
    await moves_to(town, noor.household, COVERED)
    assert await one(database_url, PENDING) == 0
    assert await one(database_url, "select left_on from households") is None
    await whole(town)


@pytest.mark.parametrize("round", range(4))
async def test_accepting_and_declining_a_hand_over_at_once_is_one_answer(
    town: Town, database_url: str, round: int
) -> None:
    _, _, waits = await a_moved_family(town)
    acts = [
        town.act("dirk", accept_transfer, AcceptTransfer(town.key(), waits.id)),
        town.act("chaima", decline_transfer, DeclineTransfer(town.key(), waits.id, "te vol")),
    ]
    answers = await asyncio.gather(*(acts if round % 2 else reversed(acts)), return_exceptions=True)
    assert Counter(getattr(answer, "code", "done") for answer in answers) == {
        "done": 1,
        "already_answered": 1,
    }
    state = await one(database_url, "select state from transfers where id = $1", waits.id)
    assert await one(database_url, ACCOUNTABLE) == (town.teams["wijkteam"] if state == "accepted" else None)
    await whole(town)


@pytest.mark.parametrize("round", range(4))
async def test_a_move_and_a_triage_at_once_leave_every_signal_with_one_team(
    town: Town, database_url: str, round: int
) -> None:
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    sent = await signal(town, "amina", wim)
    acts = [moves_to(town, wim.household), open_case(town, "dirk", sent.signal)]
    await asyncio.gather(*(acts if round % 2 else reversed(acts)))
    (waits,) = await awaited(town, "ibrahim")
    await town.act("ibrahim", accept_transfer, AcceptTransfer(town.key(), waits.id))
    assert await one(database_url, ACCOUNTABLE) is None
    await whole(town)
