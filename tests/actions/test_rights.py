"""A resident asks by right: recorded once it is certain who asks, decided within a month by two people on a ground."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, WorklistOf, timeline, worklist
from casecoord.actions.rights import DecideRight, ExerciseRight, decide_right, exercise_right
from casecoord.actions.signals import ByBsn
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import RequestKind, RequestState
from tests.actions.steps import by_bsn, led_case, refused, signal, sql, take_part
from tests.actions.test_races import at_once
from tests.world import PEOPLE, Someone, Town


def asking(
    town: Town, who: Someone, kind: RequestKind = RequestKind.RESTRICTION, **more: Any
) -> ExerciseRight:
    return ExerciseRight(town.key(), by_bsn(who), kind, **{"identity_checked": True, **more})


def deciding(town: Town, request: UUID, *, grant: bool = True, **more: Any) -> DecideRight:
    values = {
        "ground": "AVG art. 18", "second": town.members["ibrahim"].professional, "decision": "Klopt zo.",
    }  # fmt: skip
    return DecideRight(town.key(), request, grant, **{**values, **more})


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


@pytest.mark.parametrize("kind", RequestKind)
async def test_what_is_asked_is_decided_within_a_month_by_two(
    town: Town, database_url: str, kind: RequestKind
) -> None:
    els = (await town.janssens())["els"]
    asked = await town.act("lotte", exercise_right, asking(town, els, kind, words="Klopt niet."))
    assert (asked.kind, asked.state, asked.received_at) == (kind, RequestState.OPEN, town.clock.now)
    async with sql(database_url) as plain:
        (clock,) = await plain.fetch("select * from promises where rule = 'G15' and ended_at is null")
        assert b"Klopt" not in await plain.fetchval("select words_sealed from requests")
    assert clock["responder_id"] == town.members["lotte"].membership
    assert clock["due_at"].date().isoformat() == "2026-12-02"
    await agreed(town)
    town.clock.forward(weeks=6)
    await agreed(town)
    decided = await town.act(
        "lotte", decide_right, deciding(town, asked.id, grant=kind is RequestKind.ACCESS)
    )
    assert decided.state is (RequestState.GRANTED if kind is RequestKind.ACCESS else RequestState.REFUSED)
    async with sql(database_url) as plain:
        assert (
            await plain.fetchval("select count(*) from promises where rule = 'G15' and ended_at is null") == 0
        )
        row = await plain.fetchrow("select decided_by, second_by, ground from requests")
    members = town.members
    assert tuple(row) == (members["lotte"].membership, members["ibrahim"].membership, "AVG art. 18")
    async with refused("already_answered", "request"):
        await town.act("lotte", decide_right, deciding(town, asked.id))
    await agreed(town)


async def test_while_it_is_undecided_a_family_is_shown_to_fewer_and_nothing_stops(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    before = {who: await see(town, who, case.household) for who in ("amina", "chaima", "ibrahim")}
    lines = (await town.office.look(town.caller("chaima"), worklist, WorklistOf())).items
    asked = await town.act("lotte", exercise_right, asking(town, family["els"], RequestKind.OBJECTION))
    for who in ("amina", "ibrahim"):
        assert await see(town, who, case.household) == before[who], who
    seen = await see(town, "chaima", case.household)
    assert seen.persons == [] and seen.case is None and seen.signals == []
    assert {"person.name", "case.status"} <= {w.facet for w in seen.withheld}
    assert seen.address.withheld.ask and seen.lead.withheld
    (line,) = (await town.office.look(town.caller("chaima"), worklist, WorklistOf())).items
    assert line.names.withheld and line.urgency == lines[0].urgency
    async with refused("not_found", "id"):
        await town.office.look(town.caller("chaima"), timeline, TimelineOf(case.id))
    assert await signal(town, "chaima", family["els"])
    await agreed(town)
    await town.act("lotte", decide_right, deciding(town, asked.id))
    assert len((await see(town, "chaima", case.household)).persons) == 3


async def test_another_right_restricts_nothing(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    before = await see(town, "bram", case.id)
    await town.act("lotte", exercise_right, asking(town, family["els"], RequestKind.RECTIFICATION))
    assert await see(town, "bram", case.id) == before


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "lotte"])
async def test_only_the_privacy_officer_records_and_decides(town: Town, who: str) -> None:
    els = (await town.janssens())["els"]
    stranger = ByBsn("999999990", els.born)
    for about in (by_bsn(els), stranger):
        async with refused("not_allowed"):
            await town.act(
                who,
                exercise_right,
                ExerciseRight(town.key(), about, RequestKind.ACCESS, identity_checked=True),
            )
    asked = await town.act("lotte", exercise_right, asking(town, els))
    for request in (asked.id, uuid4()):
        async with refused("not_found", "request"):
            await town.act(who, decide_right, deciding(town, request))


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    els = (await town.janssens())["els"]
    for input, code, field in (
        (asking(town, els, identity_checked=False), "identity_unchecked", "identityChecked"),
        (asking(town, els, received_at=town.clock.now + timedelta(days=1)), "date_in_future", "receivedAt"),
        (asking(town, els, words="BSN 999990019"), "bsn_in_text", "words"),
        (
            ExerciseRight(town.key(), ByBsn(els.bsn, els.born + timedelta(days=1)), RequestKind.ACCESS, True),
            "person_not_matched",
            "person.bsn",
        ),
    ):
        async with refused(code, field):
            await town.act("lotte", exercise_right, input)
    asked = await town.act("lotte", exercise_right, asking(town, els))
    for changed, code, field in (
        ({"ground": " "}, "ground_missing", "ground"),
        ({"second": town.members["lotte"].professional}, "second_person_unknown", "second"),
        ({"second": uuid4()}, "second_person_unknown", "second"),
        ({"decision": ""}, "reason_missing", "decision"),
    ):
        async with refused(code, field):
            await town.act("lotte", decide_right, deciding(town, asked.id, **changed))


async def test_of_twenty_decisions_one_counts_and_one_key_is_one_request(town: Town) -> None:
    els = (await town.janssens())["els"]
    input = asking(town, els)
    asked, problems = await at_once(*(town.act("lotte", exercise_right, input) for _ in range(10)))
    assert not problems and len({one.id for one in asked}) == 1
    done, problems = await at_once(
        *(town.act("lotte", decide_right, deciding(town, asked[0].id)) for _ in range(20))
    )
    assert (len(done), problems) == (1, {"already_answered": 19})
