"""Whoever leaves leaves nothing behind: every item goes to somebody by name, at once or on a date, or nobody leaves."""

from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from casecoord.actions.cases import CaseBrief
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    decline_hand_over,
    offer_hand_over,
)
from casecoord.actions.leaving import (
    EndMembership,
    EndProfessional,
    HangingOf,
    Successor,
    end_membership,
    end_professional,
    hanging,
)
from casecoord.actions.moving import Destination
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.transfers import AcceptTransfer, accept_transfer
from casecoord.domain.leaving import ItemKind, WorkHanging
from casecoord.domain.words import LifeDomain, ProposalState
from casecoord.storage.organising import Organiser
from casecoord.storage.settle import settle
from tests.actions.leaving_steps import holds, lead_now, leave, newcomer, one
from tests.actions.moves import moves
from tests.actions.steps import (
    led_case,
    merge,
    open_case,
    pending,
    propose,
    refused,
    second_coordinator,
    signal,
    sql,
    take_part,
    undo,
)
from tests.world import PEOPLE, Town


async def busy(town: Town) -> CaseBrief:
    """Amina leads, has something to do, and is asked to lead another family."""
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    due = town.clock.now.date() + timedelta(days=40)
    await town.act("amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due))
    (child,) = await town.family(("Sam Bos", date(2018, 2, 2)), links={0: [("school", "11VO00")]})
    other = await open_case(town, "bram", (await signal(town, "fleur", child)).signal)
    await propose(town, "bram", other.id, "amina")
    return case


async def test_everything_of_whoever_leaves_goes_to_the_coordinator_by_name(
    town: Town, database_url: str
) -> None:
    await busy(town)
    ended = await leave(town, "amina")
    assert {(one.kind, one.name) for one in ended.handed_over} == {
        (ItemKind.LEAD, "Bram"), (ItemKind.ACTION, "Bram"), (ItemKind.PROPOSAL, "Bram"),
    }  # fmt: skip
    await holds(town, database_url)
    bram = town.members["bram"].membership
    assert await lead_now(town, database_url) == bram
    assert await one(database_url, "select owner_id from plan_actions") == bram
    asked = "select membership_id from proposals where state = 'pending' and kind = $1"
    assert [await one(database_url, asked, kind) for kind in ("lead", "handover")] == [bram, bram]
    assert (
        await one(database_url, "select count(*) from promises where rule = 'G7' and ended_at is null") == 1
    )


async def test_a_date_that_passes_with_nobody_awake_breaks_nothing(town: Town, database_url: str) -> None:
    await busy(town)
    amina, bram = town.members["amina"].membership, town.members["bram"].membership
    midnight = town.clock.now.replace(hour=23, minute=0) + timedelta(days=9)
    await leave(town, "amina", midnight)
    await holds(town, database_url)
    assert await lead_now(town, database_url) == amina
    town.clock.now = midnight - timedelta(microseconds=1)
    await holds(town, database_url)
    assert await lead_now(town, database_url) == amina
    town.clock.now = midnight
    await holds(town, database_url)
    assert await lead_now(town, database_url) == bram
    async with refused("membership_over", "membership"):
        await leave(town, "amina")


async def test_whoever_takes_over_acts_from_that_moment_and_not_before(town: Town, database_url: str) -> None:
    await busy(town)
    monday = town.clock.now + timedelta(days=7)
    await leave(town, "amina", monday)
    action = await one(database_url, "select id from plan_actions")
    async with refused("not_allowed"):
        await town.act("bram", complete_action, CompleteAction(town.key(), action, "te vroeg"))
    asked = await one(database_url, "select id from proposals where kind = 'lead' and state = 'pending'")
    async with refused("not_allowed"):
        await town.act("bram", accept_lead, AnswerProposal(town.key(), asked))
    town.clock.now = monday
    assert (await town.act("bram", accept_lead, AnswerProposal(town.key(), asked))).lead.name == "Bram"
    await town.act("bram", complete_action, CompleteAction(town.key(), action, "gedaan"))
    await holds(town, database_url)


async def test_each_item_goes_to_whom_it_is_named(town: Town, database_url: str) -> None:
    await busy(town)
    await newcomer(town, "klimop")
    items = await town.office.look(town.caller("mo"), hanging, HangingOf(town.members["amina"].membership))
    named = {item.kind: item.id for item in items}
    assert set(named) == {ItemKind.LEAD, ItemKind.ACTION, ItemKind.PROPOSAL}
    chaima, nora = town.members["chaima"].membership, town.members["nora"].membership
    wanted = (Successor(named[ItemKind.LEAD], chaima), Successor(named[ItemKind.ACTION], nora))
    await leave(town, "amina", successors=wanted)
    assert await lead_now(town, database_url) == chaima
    assert await one(database_url, "select owner_id from plan_actions") == nora
    await holds(town, database_url)


async def test_a_successor_of_another_team_cannot_take_what_is_not_theirs(town: Town) -> None:
    await busy(town)
    with pytest.raises(WorkHanging) as refusal:
        await leave(town, "amina", heir="esra")
    assert refusal.value.code == "work_hanging"
    assert {item.kind for item in refusal.value.items} == {ItemKind.LEAD, ItemKind.ACTION, ItemKind.PROPOSAL}


async def test_the_only_coordinator_leaves_only_with_a_successor(town: Town, database_url: str) -> None:
    case = await busy(town)
    with pytest.raises(WorkHanging) as refusal:
        await leave(town, "bram")
    assert [item.kind for item in refusal.value.items] == [ItemKind.SEAT]
    monday = town.clock.now + timedelta(days=7)
    await leave(town, "bram", monday, "amina")
    await holds(town, database_url)
    town.clock.now = monday
    await holds(town, database_url)
    seat = "select membership_id from coordinator_seats where seat = $1 and during @> $2::timestamptz"
    sitting = await one(database_url, seat, town.teams["klimop"], monday)
    role = await one(database_url, "select role from memberships where id = $1", sitting)
    assert role == "coordinator"
    assert await one(database_url, "select professional_id from memberships where id = $1", sitting) == town.members[
        "amina"].professional  # fmt: skip
    assert case.id


async def test_the_areas_coordinator_leaves_only_with_a_successor(town: Town, database_url: str) -> None:
    await signal(
        town, "amina", (await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098"))[0]
    )
    with pytest.raises(WorkHanging) as refusal:
        await leave(town, "ibrahim")
    assert [item.kind for item in refusal.value.items] == [ItemKind.SEAT]
    await leave(town, "ibrahim", town.clock.now + timedelta(days=2), "bea")
    await holds(town, database_url)
    town.clock.forward(days=3)
    await holds(town, database_url)


async def test_whoever_is_on_duty_hands_the_shift_on(town: Town, database_url: str) -> None:
    with pytest.raises(WorkHanging) as refusal:
        await leave(town, "dirk")
    assert {item.kind for item in refusal.value.items} == {ItemKind.SEAT, ItemKind.DUTY}
    await leave(town, "dirk", heir="chaima")
    on_duty = await one(
        database_url, "select membership_id from duty_shifts where during @> $1::timestamptz", town.clock.now
    )
    assert on_duty == town.members["chaima"].membership


async def test_nothing_ends_unconfirmed_in_the_past_or_for_whoever_may_not(
    town: Town, database_url: str
) -> None:
    await busy(town)
    with pytest.raises(WorkHanging) as refusal:
        await leave(town, "amina", confirm=False)
    assert (refusal.value.code, len(refusal.value.items)) == ("not_confirmed", 3)
    async with refused("date_in_past", "endsAt"):
        await leave(town, "amina", town.clock.now - timedelta(seconds=1))
    ended = EndMembership("a key", town.members["amina"].membership, confirm=True)
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await town.act(who, end_membership, ended)
        async with refused("not_allowed"):
            await town.office.look(town.caller(who), hanging, HangingOf(ended.membership))
    assert await one(database_url, "select count(*) from memberships where not upper_inf(during)") == 0


async def test_work_does_not_go_to_somebody_who_left_a_second_ago(town: Town) -> None:
    case = await busy(town)
    await leave(town, "bram", heir="amina")
    town.clock.forward(seconds=1)
    async with refused("successor_not_active", "successor"):
        await leave(town, "amina", heir="bram")
    bram = town.members["bram"].professional
    async with refused("professional_not_in_case", "professional"):
        await town.act("amina", offer_hand_over, ProposeLead(town.key(), case.id, bram, "verlof"))


async def test_the_same_key_ends_once_and_answers_the_same(town: Town) -> None:
    await busy(town)
    input = EndMembership("once", town.members["amina"].membership, confirm=True)
    first, second = [await town.act("mo", end_membership, input) for _ in range(2)]
    assert first == second and len(first.handed_over) == 3


async def left_lead(town: Town, url: str, at: datetime | None = None) -> UUID:
    """The hand-over that waits because Amina, who leads, leaves."""
    await led_case(town, (await town.janssens())["noor"])
    await leave(town, "amina", at)
    proposal: UUID = await one(url, "select id from proposals where state = 'pending'")
    return proposal


@pytest.mark.parametrize("days", [3, 9])
async def test_whoever_takes_the_lead_over_says_yes_before_the_date_or_after(
    town: Town, database_url: str, days: int
) -> None:
    proposal = await left_lead(town, database_url, town.clock.now + timedelta(days=6))
    town.clock.forward(days=days)
    led = await town.act("bram", accept_hand_over, AnswerProposal(town.key(), proposal))
    assert led.lead.name == "Bram"
    await holds(town, database_url)
    assert await lead_now(town, database_url) == town.members["bram"].membership
    assert (
        await one(database_url, "select count(*) from promises where rule = 'G7' and ended_at is null") == 0
    )
    due = "select made_at from promises where rule = 'G3' and ended_at is null"
    assert await one(database_url, due) is not None


async def test_a_coordinator_to_whom_the_lead_falls_cannot_say_no_but_hands_it_on(
    town: Town, database_url: str
) -> None:
    await newcomer(town, "klimop")
    proposal = await left_lead(town, database_url)
    async with refused("lead_falls_to_you", "proposal"):
        await town.act("bram", decline_hand_over, AnswerProposal(town.key(), proposal, "te vol"))
    case = await one(database_url, "select id from cases")
    nora = town.members["nora"].professional
    offered = await town.act("bram", offer_hand_over, ProposeLead(town.key(), case, nora, "past beter"))
    await holds(town, database_url)
    taken = await town.act("nora", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    assert taken.lead.name == "Nora"
    await holds(town, database_url)


async def test_where_the_named_successor_says_no_the_coordinator_is_asked(
    town: Town, database_url: str
) -> None:
    await newcomer(town, "klimop")
    await led_case(town, (await town.janssens())["noor"])
    await leave(town, "amina", town.clock.now + timedelta(days=6), "nora")
    asked = "select membership_id, id from proposals where state = 'pending'"
    for days in (1, 9):
        async with sql(database_url) as database:
            who, proposal = await database.fetchrow(asked)
        if who != town.members["nora"].membership:
            break
        town.clock.forward(days=days)
        await town.act("nora", decline_hand_over, AnswerProposal(town.key(), proposal, "te vol"))
        await holds(town, database_url)
    async with sql(database_url) as database:
        assert (await database.fetchrow(asked))[0] == town.members["bram"].membership
    town.clock.forward(days=9)
    await holds(town, database_url)
    assert await lead_now(town, database_url) == town.members["bram"].membership


async def test_before_the_last_day_the_lead_may_still_ask_another(town: Town, database_url: str) -> None:
    await newcomer(town, "klimop")
    await left_lead(town, database_url, town.clock.now + timedelta(days=6))
    case, nora = await one(database_url, "select id from cases"), town.members["nora"]
    offered = await town.act(
        "amina", offer_hand_over, ProposeLead(town.key(), case, nora.professional, "past")
    )
    await holds(town, database_url)
    town.clock.forward(days=7)
    await holds(town, database_url)
    assert await lead_now(town, database_url) == town.members["bram"].membership
    await town.act("nora", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    await holds(town, database_url)
    assert await lead_now(town, database_url) == nora.membership


async def test_what_comes_to_somebody_who_will_leave_has_a_successor_from_the_start(
    town: Town, database_url: str
) -> None:
    (child,) = await town.family(("Sam Bos", date(2018, 2, 2)), links={0: [("school", "11VO00")]})
    case = await open_case(town, "bram", (await signal(town, "fleur", child)).signal)
    monday = town.clock.now + timedelta(days=7)
    await leave(town, "amina", monday)
    proposal = await propose(town, "bram", case.id, "amina")
    await holds(town, database_url)
    led = await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    assert led.lead.name == "Amina" and ProposalState.PENDING in {p.state for p in led.proposals}
    due = monday.date() + timedelta(days=30)
    await town.act("amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due))
    await holds(town, database_url)
    town.clock.now = monday
    await holds(town, database_url)
    assert await lead_now(town, database_url) == town.members["bram"].membership


async def test_a_chain_of_endings_hands_on_from_one_to_the_next(town: Town, database_url: str) -> None:
    await newcomer(town, "klimop")
    await busy(town)
    start = town.clock.now
    await leave(town, "amina", start + timedelta(days=5), "nora")
    await leave(town, "nora", start + timedelta(days=10))
    await holds(town, database_url)
    for days, who in ((4, "amina"), (6, "nora"), (11, "bram")):
        town.clock.now = start + timedelta(days=days)
        await holds(town, database_url)
        assert await lead_now(town, database_url) == town.members[who].membership
    due = "select count(*) from plan_actions a join turns t on t.subject_id = a.id"
    assert await one(database_url, due) == 2


async def test_a_professional_leaves_with_every_membership(town: Town, database_url: str) -> None:
    await busy(town)
    async with town.database.within(town.area) as work:
        await Organiser(work, town.clock.now).membership(
            town.members["amina"].professional, town.teams["wijkteam"]
        )
    input = EndProfessional(town.key(), town.members["amina"].professional, confirm=True)
    ended = await town.act("mo", end_professional, input)
    assert len(ended.memberships) == 2
    await holds(town, database_url)
    async with refused("not_found", "professional"):
        await town.act("mo", end_professional, EndProfessional(town.key(), input.professional, confirm=True))


async def told(town: Town, url: str, who: str) -> set[str]:
    kinds = "select kind from outbox where receiver_id = $1"
    async with sql(url) as database:
        return {row[0] for row in await database.fetch(kinds, town.members[who].membership)}


async def test_whoever_takes_over_is_told_what_came_to_them(town: Town, database_url: str) -> None:
    await busy(town)
    await newcomer(town, "klimop")
    await leave(town, "amina", heir="nora")
    assert await told(town, database_url, "nora") >= {"hand_over", "action", "passed_on"}


async def test_whoever_takes_over_on_a_date_finds_it_in_their_inbox_from_then_on(
    town: Town, database_url: str
) -> None:
    await busy(town)
    await newcomer(town, "klimop")
    monday = town.clock.now + timedelta(days=7)
    await leave(town, "amina", monday, "nora")

    async def waits() -> set[str]:
        found = await town.office.look(town.caller("nora"), inbox, InboxOf())
        return {one.rule for one in found.waiting}

    assert "G4" not in await waits()
    town.clock.now = monday
    assert await waits() >= {"G3", "G4", "G7"}
    async for _ in sweep_areas(town.database):
        pass
    assert "passed_on" in await told(town, database_url, "nora")
    await holds(town, database_url)


async def test_what_waits_for_decision_power_that_leaves_waits_for_the_areas_coordinator(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    async with town.database.within(town.area) as work:
        await (await work.session.connection()).exec_driver_sql(
            "insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed,"
            f" asked_sealed, state, raised_at) values ('{town.area}', gen_random_uuid(), '{case.id}',"
            f" '{town.teams['klimop']}', '{town.members['amina'].membership}', 'rule', 'time_use', 'general', '', '',"
            f" 'open', '{town.clock.now}')"
        )
        await settle(work, case.household)
    friday = town.clock.now + timedelta(days=4)
    assert (await leave(town, "jasmijn", friday)).handed_over == []
    waits = (
        "select coalesce((select t.membership_id from turns t where t.subject_id = p.id and t.at <= $1"
        " order by t.at desc limit 1), p.responder_id) from promises p where p.rule = 'G10'"
    )
    for at, who in ((town.clock.now, "jasmijn"), (friday, "ibrahim")):
        assert await one(database_url, waits, at) == town.members[who].membership


async def test_a_successor_for_something_that_does_not_hang_is_refused(town: Town) -> None:
    await busy(town)
    bram = town.members["bram"].membership
    async with refused("not_found", "successors"):
        await leave(town, "amina", successors=(Successor(uuid4(), bram),))


async def test_a_family_departs_and_another_merges_while_their_leads_are_to_be_succeeded(
    town: Town, database_url: str
) -> None:
    """Amina leaves in a week, and Bram would lead from then: neither does, of a case that ends before."""
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    children = [
        (await town.family((f"Kind {name}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[0]
        for name in "AB"
    ]
    keep, _ = [(await led_case(town, child)).id for child in children]
    await leave(town, "amina", town.clock.now + timedelta(days=7), "bram")
    town.clock.forward(days=1)
    gone = await moves(town, noor.household, Destination.OUTSIDE)
    await town.act("ibrahim", accept_transfer, AcceptTransfer(town.key(), gone.transfers[0], "Utrecht."))
    merged = await merge(town, children[0].household, children[1].household, keep_case=keep)
    await holds(town, database_url)
    led = "select case_id from leads where upper_inf(during) and membership_id = $1"
    async with sql(database_url) as database:
        assert await database.fetch(led, town.members["bram"].membership) == [(keep,)]
        await second_coordinator(town, "pien")
        await undo(town, merged.merge, "pien")
        assert len(await database.fetch(led, town.members["bram"].membership)) == 2
    await holds(town, database_url)
    town.clock.forward(days=7)
    await holds(town, database_url)
