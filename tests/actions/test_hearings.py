"""A youth's date before the judge: in time to prepare for it, and in sight of few."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.hearings import (
    EndHearing,
    MoveHearing,
    PlanHearing,
    end_hearing,
    move_hearing,
    plan_hearing,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.notices import InboxOf, inbox
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import HearingState
from tests.actions.steps import led_case, refused, sql, take_part
from tests.actions.test_races import at_once
from tests.world import PEOPLE, Someone, Town

LATE = date(2026, 12, 17)


def planning(town: Town, who: Someone, held_on: date = LATE) -> PlanHearing:
    return PlanHearing(town.key(), ByBsn(who.bsn, who.born), held_on)


async def planned(town: Town, who: Someone, held_on: date = LATE) -> Any:
    return await town.act("hanna", plan_hearing, planning(town, who, held_on))


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def everything(town: Town, who: str, identity: UUID) -> str:
    """All that somebody can look at, about a household and besides."""
    seen = []
    for view, query in (
        (joint_case, JointCaseOf(identity)),
        (timeline, TimelineOf(identity)),
        (worklist, WorklistOf()),
        (gaps, GapsOf()),
        (inbox, InboxOf()),
    ):
        try:
            seen.append(repr(await town.office.look(town.caller(who), view, query)))
        except Problem as problem:
            seen.append(problem.code)
    return "\n".join(seen)


async def waiting(url: str) -> list[tuple[date, UUID]]:
    async with sql(url) as plain:
        rows = await plain.fetch(
            "select due_at, responder_id from promises where rule = 'G9' and ended_at is null"
        )
    return [(row["due_at"].date(), row["responder_id"]) for row in rows]


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_a_hearing_is_planned_back_from(town: Town, database_url: str) -> None:
    daan = (await town.janssens())["daan"]
    hearing = await planned(town, daan)
    assert (hearing.held_on, hearing.state) == (LATE, HearingState.PLANNED)
    # Ten working days before Thursday 17 December ends Thursday 3 December.
    assert await waiting(database_url) == [(date(2026, 12, 3), town.members["dirk"].membership)]
    await agreed(town)
    moved = await town.act(
        "hanna", move_hearing, MoveHearing(town.key(), hearing.id, LATE + timedelta(days=7))
    )
    assert moved.held_on == date(2026, 12, 24)
    assert [due for due, _ in await waiting(database_url)] == [date(2026, 12, 10)]
    ended = await town.act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=False))
    assert ended.state is HearingState.CANCELLED
    assert await waiting(database_url) == []
    for verb, input in (
        (end_hearing, EndHearing(town.key(), hearing.id, held=False)),
        (move_hearing, MoveHearing(town.key(), hearing.id, LATE)),
    ):
        async with refused("hearing_ended", "hearing"):
            await town.act("hanna", verb, input)
    await agreed(town)


async def test_it_was_held_when_its_day_has_come(town: Town) -> None:
    hearing = await planned(town, (await town.janssens())["daan"])
    async with refused("not_yet", "held"):
        await town.act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=True))
    town.clock.forward(days=60)
    held = await town.act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=True))
    assert held.state is HearingState.HELD


@pytest.mark.parametrize(
    ("day", "code"),
    [
        (date(2026, 10, 30), "date_in_past"),
        (date(2040, 1, 2), "date_too_late"),
        (date(2026, 12, 25), "not_a_working_day"),
        (date(2026, 12, 19), "not_a_working_day"),
    ],
)
async def test_a_judge_sits_on_a_working_day_to_come(town: Town, day: date, code: str) -> None:
    daan = (await town.janssens())["daan"]
    async with refused(code, "heldOn"):
        await planned(town, daan, day)
    hearing = await planned(town, daan)
    async with refused(code, "heldOn"):
        await town.act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, day))


async def test_whoever_is_not_matched_for_certain_has_no_hearing(town: Town) -> None:
    daan = (await town.janssens())["daan"]
    for bsn, born, code in (
        (daan.bsn, date(2009, 6, 3), "person_not_matched"),
        ("999999990", daan.born, "person_not_matched"),
        ("12345", daan.born, "bsn_invalid"),
    ):
        async with refused(code, "person.bsn"):
            await town.act("hanna", plan_hearing, PlanHearing(town.key(), ByBsn(bsn, born), LATE))


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "hanna"])
async def test_only_the_court_partner_plans_and_moves(town: Town, who: str) -> None:
    family = await town.janssens()
    async with refused("not_allowed"):
        await town.act(who, plan_hearing, planning(town, family["daan"]))
    hearing = await planned(town, family["daan"])
    for identity in (hearing.id, uuid4()):
        with pytest.raises(Problem) as problem:
            await town.act(who, move_hearing, MoveHearing(town.key(), identity, LATE))
        # The social team, which prepares it, knows of it.
        known = identity == hearing.id and who in ("chaima", "dirk")
        assert problem.value.code == ("not_allowed" if known else "not_found")


async def test_that_there_is_a_hearing_shows_in_nothing_to_a_school_a_gp_or_a_work_team(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    for team, member in (("wijkteam", "chaima"), ("huisarts", "fleur"), ("werk", "esra")):
        await take_part(town, "amina", case.id, team, member)
    town.clock.forward(hours=1)
    blind = ("bram", "fleur", "gijs", "esra", "ines", "ibrahim", "jasmijn", "karim", "mo", "bea", "lotte")
    before = {who: await everything(town, who, case.household) for who in blind}
    hearing = await planned(town, family["daan"])
    await town.act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, date(2026, 12, 16)))
    await agreed(town)
    assert {who: await everything(town, who, case.household) for who in blind} == before
    for who in ("amina", "chaima", "dirk"):
        assert [z.id for z in (await see(town, who, case.id)).hearings] == [hearing.id], who


async def test_a_hearing_that_is_not_prepared_for_is_a_gap_for_few(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await planned(town, family["daan"])
    town.clock.forward(weeks=6)
    await agreed(town)
    for who in ("bram", "ibrahim", "jasmijn"):
        assert "hearing_unprepared" not in await everything(town, who, case.household), who
    for who in ("amina", "dirk"):
        assert "hearing_unprepared" in await everything(town, who, case.household), who


async def test_the_social_team_prepares_a_hearing_of_a_family_that_it_does_not_know_yet(town: Town) -> None:
    family = await town.janssens()
    hearing = await planned(town, family["daan"])
    told = await town.office.look(town.caller("dirk"), inbox, InboxOf())
    assert NoticeKind.HEARING in {notice.kind for notice in told.notices.items}
    assert [one.rule for one in told.waiting] == ["G9"]
    (flagged,) = (await town.office.look(town.caller("chaima"), worklist, WorklistOf())).items
    assert flagged.household == hearing.household
    seen = await see(town, "chaima", hearing.household)
    assert [z.person for z in seen.hearings] == [family["daan"].id]
    for who in ("bram", "ibrahim", "gijs"):
        assert (await town.office.look(town.caller(who), worklist, WorklistOf())).items == []


async def test_the_court_partner_sees_its_own_hearing_and_in_a_case_whom_it_is_about(town: Town) -> None:
    family = await town.janssens()
    hearing = await planned(town, family["daan"])
    own = await see(town, "hanna", hearing.household)
    assert [z.id for z in own.hearings] == [hearing.id] and own.persons == []
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    seen = await see(town, "hanna", case.id)
    assert [p.name and p.name.value for p in seen.persons] == ["Daan Janssen"]


async def test_one_youth_has_one_hearing_a_day(town: Town, database_url: str) -> None:
    daan = (await town.janssens())["daan"]
    done, problems = await at_once(
        *(town.act("hanna", plan_hearing, planning(town, daan)) for _ in range(20))
    )
    assert (len(done), problems) == (1, {"hearing_planned": 19})
    again = planning(town, daan, date(2026, 12, 16))
    twice = [await town.act("hanna", plan_hearing, again) for _ in range(2)]
    assert twice[0] == twice[1]
    async with refused("hearing_planned", "heldOn"):
        await town.act("hanna", move_hearing, MoveHearing(town.key(), twice[0].id, LATE))
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from hearings") == 2
