"""What stops practice goes up to somebody who can decide, and comes down as a decision that opens it."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.access.attributes import Facts
from casecoord.access.decide import Policy
from casecoord.actions.blockades import (
    DecideBlockade,
    RaiseBlockade,
    decide_blockade,
    raise_blockade,
)
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.closing import ReAgreeAction, re_agree_action
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.weighing import BlockadesOf, blockades
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.household import DECIDED_BY_POWER
from casecoord.domain.joint_view import JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import BlockadeKind, BlockadeState, LifeDomain, Purpose, Reach, Sphere
from tests.actions.steps import led_case, refused, sql, take_part
from tests.actions.test_races import at_once
from tests.world import Town

SOON = date(2026, 11, 9)


async def social_case(town: Town, name: str = "Noor Janssen") -> Any:
    """A case that Amina leads, in which the social team takes part."""
    (child,) = await town.family((name, date(2018, 9, 30)), links={0: [("school", "11VO00")]})
    case = await led_case(town, child)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    return case


def raising(town: Town, case: UUID, domain: LifeDomain = LifeDomain.HOUSING, **more: Any) -> RaiseBlockade:
    values = {
        "kind": BlockadeKind.RULE, "what": "Kanarie mag niet verhuizen.", "asked": "Directeur Wonen: ontheffing.",
    }  # fmt: skip
    return RaiseBlockade(town.key(), case, domain=domain, **{**values, **more})


async def raised(
    town: Town, who: str, case: UUID, domain: LifeDomain = LifeDomain.HOUSING, **more: Any
) -> UUID:
    return (await town.act(who, raise_blockade, raising(town, case, domain, **more))).id


def deciding(town: Town, blockade: UUID, reach: Reach | None = Reach.STRUCTURAL) -> DecideBlockade:
    return DecideBlockade(town.key(), blockade, "Doorbraak: voortaan mag het.", reach)


async def put_on(town: Town, case: UUID, who: str, domain: LifeDomain = LifeDomain.TIME_USE) -> UUID:
    member = town.members[who]
    step = AddAction(town.key(), case, domain, "Elke dag langs.", SOON, member.team, member.professional)
    return (await town.act("amina", add_action, step)).id


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def listed(town: Town, who: str, query: BlockadesOf | None = None) -> Any:
    return await town.office.look(town.caller(who), blockades, query or BlockadesOf())


async def told(town: Town, who: str) -> list[NoticeKind]:
    found = await town.office.look(town.caller(who), inbox, InboxOf())
    return [notice.kind for notice in found.notices.items]


async def waiting(url: str) -> list[tuple[str, UUID]]:
    async with sql(url) as plain:
        rows = await plain.fetch(
            "select subject_id, responder_id from promises where rule = 'G10' and ended_at is null"
        )
    return [(row["subject_id"], row["responder_id"]) for row in rows]


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_a_blockade_is_decided_with_a_reason_and_what_it_opened_is_seen(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    async with refused("not_found"):
        await see(town, "jasmijn", case.id)
    town.clock.forward(minutes=1)
    blockade = await raised(town, "chaima", case.id)
    assert await waiting(database_url) == [(blockade, town.members["jasmijn"].membership)]
    (theirs,) = (await see(town, "jasmijn", case.id)).blockades
    assert (theirs.what, theirs.raised_by.name) == ("Kanarie mag niet verhuizen.", "Chaima")
    assert NoticeKind.BLOCKADE in await told(town, "jasmijn") and NoticeKind.BLOCKADE in await told(
        town, "amina"
    )
    await agreed(town)
    town.clock.forward(hours=1)
    done = await town.act("jasmijn", decide_blockade, deciding(town, blockade))
    assert (done.state, done.reach) == (BlockadeState.DECIDED, Reach.STRUCTURAL)
    (opened,) = (await see(town, "amina", case.id)).blockades
    assert (opened.decision, opened.reach) == ("Doorbraak: voortaan mag het.", Reach.STRUCTURAL)
    assert NoticeKind.BLOCKADE_DECIDED in await told(town, "chaima")
    assert await waiting(database_url) == []
    history = await town.office.look(town.caller("amina"), timeline, TimelineOf(case.id))
    assert [e.verb for e in history.items][-2:] == ["raise_blockade", "decide_blockade"]
    # With that nothing of it is hers to see any more.
    async with refused("not_found", "blockade"):
        await town.act("jasmijn", decide_blockade, deciding(town, blockade))
    await agreed(town)


async def test_a_blockade_that_nobody_decides_is_a_gap_on_the_agenda(town: Town, database_url: str) -> None:
    case = await social_case(town)
    blockade = await raised(town, "chaima", case.id)
    put = await town.act("jasmijn", decide_blockade, DecideBlockade(town.key(), blockade, on_agenda=True))
    assert put.state is BlockadeState.AGENDA
    assert [subject for subject, _ in await waiting(database_url)] == [blockade]
    found = await town.office.look(town.caller("bea"), inbox, InboxOf())
    (agenda,) = [n for n in found.notices.items if n.kind is NoticeKind.BLOCKADE_AGENDA]
    assert (agenda.household, agenda.case, agenda.waits) == (None, None, True)
    assert NoticeKind.BLOCKADE_DEFERRED in await told(town, "chaima")
    async with refused("already_answered", "blockade"):
        await town.act("jasmijn", decide_blockade, DecideBlockade(town.key(), blockade, on_agenda=True))
    town.clock.forward(weeks=3)
    assert "blockade_open" in {gap.name for gap in (await see(town, "amina", case.id)).gaps}
    await agreed(town)
    await town.act("jasmijn", decide_blockade, deciding(town, blockade))
    assert "blockade_open" not in {gap.name for gap in (await see(town, "amina", case.id)).gaps}


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        ({}, "decision_incomplete"),
        ({"decision": "Mag."}, "decision_incomplete"),
        ({"reach": Reach.INCIDENTAL}, "decision_incomplete"),
        ({"decision": "Mag.", "reach": Reach.INCIDENTAL, "on_agenda": True}, "decision_or_agenda"),
    ],
)
async def test_a_decision_has_a_reason_and_a_reach_or_is_the_alliances(
    town: Town, decision: dict[str, Any], code: str
) -> None:
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    async with refused(code):
        await town.act("jasmijn", decide_blockade, DecideBlockade(town.key(), blockade, **decision))


@pytest.mark.parametrize("who", ["amina", "chaima", "ibrahim", "esra", "mo", "karim", "lotte"])
async def test_only_decision_power_decides_and_sees_the_list(town: Town, who: str) -> None:
    blockade = await raised(town, "chaima", (await social_case(town)).id)
    with pytest.raises(Problem) as problem:
        await town.act(who, decide_blockade, deciding(town, blockade))
    assert problem.value.code in ("not_allowed", "not_found")
    assert (await listed(town, who)).items == []
    assert len((await listed(town, "jasmijn")).items) == 1


@pytest.mark.parametrize("who", ["esra", "ibrahim", "jasmijn", "mo", "ines"])
async def test_only_who_takes_part_or_leads_raises_one(town: Town, who: str) -> None:
    case = await social_case(town)
    with pytest.raises(Problem) as problem:
        await town.act(who, raise_blockade, raising(town, case.id))
    assert problem.value.code == ("not_allowed" if who == "ibrahim" else "not_found")


async def test_an_action_that_a_team_cannot_do_stays_open_until_it_is_decided(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    action = await put_on(town, case.id, "chaima")
    blockade = await raised(town, "dirk", case.id, action=action)
    async with refused("blockade_raised", "action"):
        await town.act("chaima", raise_blockade, raising(town, case.id, action=action))
    (seen,) = (await see(town, "amina", case.id)).blockades
    assert seen.action == action
    async with sql(database_url) as plain:
        running = await plain.fetch(
            "select rule from promises where subject_id = $1 and ended_at is null", action
        )
    assert [row["rule"] for row in running] == ["G4"]
    # A date that the lead sets alone takes no refusal away; the owner's does.
    await town.act("amina", re_agree_action, ReAgreeAction(town.key(), action, date(2026, 11, 16)))
    assert len(await waiting(database_url)) == 1
    await town.act("chaima", re_agree_action, ReAgreeAction(town.key(), action, date(2026, 11, 20)))
    assert await waiting(database_url) == []
    (seen,) = (await see(town, "amina", case.id)).blockades
    assert (seen.id, seen.state, seen.decision) == (blockade, BlockadeState.DECIDED, "20-11-2026")
    await agreed(town)


async def test_an_action_that_is_done_after_all_has_no_blockade(town: Town, database_url: str) -> None:
    case = await social_case(town)
    action = await put_on(town, case.id, "chaima")
    await raised(town, "chaima", case.id, action=action)
    await town.act("chaima", complete_action, CompleteAction(town.key(), action, "Toch gelukt."))
    assert await waiting(database_url) == []
    async with refused("action_done", "action"):
        await town.act("chaima", raise_blockade, raising(town, case.id, action=action))


async def test_nobody_refuses_the_action_of_another_team(town: Town) -> None:
    case = await social_case(town)
    theirs = await put_on(town, case.id, "bram")
    for action in (theirs, uuid4()):
        async with refused("not_found", "action"):
            await town.act("chaima", raise_blockade, raising(town, case.id, action=action))
    assert await raised(town, "amina", case.id, action=theirs)


async def test_what_decision_power_may_not_see_it_is_not_asked_to_decide(
    town: Town, database_url: str
) -> None:
    case = await social_case(town)
    async with refused("blockade_out_of_view", "domain"):
        await town.act("chaima", raise_blockade, raising(town, case.id, LifeDomain.MENTAL_HEALTH))
    action = await put_on(town, case.id, "chaima", LifeDomain.MENTAL_HEALTH)
    blockade = await raised(town, "chaima", case.id, action=action)
    assert await waiting(database_url) == [(blockade, town.members["amina"].membership)]
    assert (await listed(town, "jasmijn")).items == []
    async with refused("not_found", "blockade"):
        await town.act("jasmijn", decide_blockade, deciding(town, blockade))
    assert NoticeKind.BLOCKADE not in await told(town, "jasmijn")
    assert (await see(town, "bram", case.id)).blockades == []
    assert len((await see(town, "amina", case.id)).blockades) == 1
    await agreed(town)


def test_decision_power_decides_where_the_tables_let_it_see(policy: Policy) -> None:
    sees = {
        sphere
        for sphere in Sphere
        if policy.decide(
            frozenset({Viewer.DECISION_POWER}), "blockade", sphere, Purpose.CARE_COORDINATION, Facts.that()
        ).shown
        is Shown.FULL
    }
    assert sees == DECIDED_BY_POWER


async def test_a_work_teams_blockade_shows_to_no_school(town: Town) -> None:
    case = await social_case(town)
    await take_part(town, "amina", case.id, "werk", "esra")
    before = repr(await see(town, "bram", case.id))
    await raised(town, "esra", case.id, LifeDomain.TIME_USE)
    assert repr(await see(town, "bram", case.id)) == before
    assert len((await see(town, "chaima", case.id)).blockades) == 1


async def test_most_families_first_then_the_longest_wait_page_by_page(town: Town) -> None:
    names = ("A Aa", "B Bb", "C Cc", "D Dd")
    cases = [await social_case(town, name) for name in names]
    kinds = (BlockadeKind.LAW, BlockadeKind.RULE, BlockadeKind.MONEY, BlockadeKind.RULE)
    made = []
    for case, kind in zip(cases, kinds, strict=True):
        town.clock.forward(minutes=1)
        made.append(await raised(town, "chaima", case.id, kind=kind))
    whole = await listed(town, "jasmijn")
    assert [one.id for one in whole.items] == [made[1], made[3], made[0], made[2]]
    assert [one.families for one in whole.items] == [2, 2, 1, 1]
    paged: list[UUID] = []
    after = None
    while True:
        page = await listed(town, "jasmijn", BlockadesOf(1, after))
        paged += [one.id for one in page.items]
        if not page.more:
            break
        after = page.cursors[-1]
    assert paged == [one.id for one in whole.items]
    async with refused("cursor_invalid"):
        await listed(town, "jasmijn", BlockadesOf(1, "AAAA"))


async def test_of_twenty_who_refuse_one_action_one_does(town: Town, database_url: str) -> None:
    case = await social_case(town)
    action = await put_on(town, case.id, "chaima")
    done, problems = await at_once(
        *(town.act("chaima", raise_blockade, raising(town, case.id, action=action)) for _ in range(20))
    )
    assert (len(done), problems) == (1, {"blockade_raised": 19})
    decided, problems = await at_once(
        *(town.act("jasmijn", decide_blockade, deciding(town, done[0].id)) for _ in range(20))
    )
    assert len(decided) == 1 and sum(problems.values()) == 19
    assert set(problems) <= {"already_answered", "not_found"}
    assert await waiting(database_url) == []


async def test_one_key_is_one_blockade(town: Town, database_url: str) -> None:
    case = await social_case(town)
    input = raising(town, case.id)
    done, problems = await at_once(*(town.act("chaima", raise_blockade, input) for _ in range(10)))
    assert len(done) == 10 and not problems and len({one.id for one in done}) == 1
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select what_sealed, asked_sealed from blockades")
    assert b"Kanarie" not in row["what_sealed"] and b"Wonen" not in row["asked_sealed"]
    async with refused("bsn_in_text", "what"):
        await town.act("chaima", raise_blockade, raising(town, case.id, what="BSN 999990019 mag niet."))
