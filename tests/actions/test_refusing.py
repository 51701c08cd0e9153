"""A family that refuses is left alone on two people's word, and never forgotten."""

import asyncio
from datetime import date, timedelta

import pytest

from casecoord.actions.clocks import recompute_gaps
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.refusing import (
    OfRefusal,
    RecordRefusal,
    RefusalBrief,
    confirm_refusal,
    end_refusal,
    record_refusal,
)
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from tests.actions.steps import led_case, refused, sql, take_part
from tests.world import Town

REVIEW = date(2026, 12, 1)


async def running(url: str) -> dict[str, str | None]:
    """The promises of families: by rule, why they lapsed; None while they run."""
    async with sql(url) as database:
        rows = await database.fetch(
            "select rule, lapsed_as from promises where household_id is not null"
            " and (ended_at is null or lapsed_as is not null)"
        )
    return {row["rule"]: row["lapsed_as"] for row in rows}


async def recorded(town: Town, case, by: str = "amina") -> RefusalBrief:
    said = RecordRefusal(town.key(), case.id, "Moeder wil nu geen bezoek.", REVIEW)
    return await town.act(by, record_refusal, said)


async def test_what_needs_the_familys_word_lapses_on_two_peoples_word_and_its_review_runs(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    refusal = await recorded(town, case)
    assert await running(database_url) == {"G3": None, "G5": None, "G6": None}
    told = await town.office.look(town.caller("bram"), inbox, InboxOf())
    assert [(n.kind, n.waits) for n in told.notices.items if n.kind is NoticeKind.REFUSAL] == [
        (NoticeKind.REFUSAL, True)
    ]
    confirmed = await town.act("bram", confirm_refusal, OfRefusal(town.key(), refusal.id))
    assert (confirmed.confirmed, confirmed.review_on, confirmed.ended) == (True, REVIEW, False)
    assert await running(database_url) == {"G3": "refusal", "G5": None, "G6": None, "G13": None}
    async with sql(database_url) as database:
        by = await database.fetchval("select lapsed_by from promises where lapsed_as is not null")
    assert by == town.members["bram"].membership
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert found.differences == []
    await town.act("amina", end_refusal, OfRefusal(town.key(), refusal.id))
    async with sql(database_url) as database:
        again = await database.fetch(
            "select rule from promises where ended_at is null and rule in ('G3', 'G13')"
        )
    assert [row["rule"] for row in again] == ["G3"]


async def test_the_family_and_the_teams_at_the_table_find_it_in_what_happened_and_a_court_partner_does_not(
    town: Town,
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    await recorded(town, case)
    for who, sees in (("amina", True), ("chaima", True), ("ibrahim", True), ("hanna", False)):
        events = await town.office.look(town.caller(who), timeline, TimelineOf(case.id))
        assert ("record_refusal" in [one.verb for one in events.items]) is sees, who


@pytest.mark.parametrize("who", ["amina", "chaima", "fleur", "jasmijn", "lotte", "mo"])
async def test_only_a_coordinator_who_answers_for_it_confirms(town: Town, who: str) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    refusal = await recorded(town, case)
    with pytest.raises(Problem) as problem:
        await town.act(who, confirm_refusal, OfRefusal(town.key(), refusal.id))
    assert problem.value.code in ("not_allowed", "not_found")


async def test_a_coordinator_who_leads_needs_the_areas_word(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    refusal = await recorded(town, case, by="bram")
    async with refused("second_person_missing", "refusal"):
        await town.act("bram", confirm_refusal, OfRefusal(town.key(), refusal.id))
    assert (await town.act("ibrahim", confirm_refusal, OfRefusal(town.key(), refusal.id))).confirmed


async def test_a_review_cannot_be_put_off_for_ever_and_needs_a_reason(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    today = town.clock.now.date()
    for reason, on, code, field in (
        ("Wil niet.", today - timedelta(days=1), "date_in_past", "reviewOn"),
        ("Wil niet.", today + timedelta(days=91), "date_too_late", "reviewOn"),
        (" ", today, "reason_missing", "reason"),
    ):
        async with refused(code, field):
            await town.act("amina", record_refusal, RecordRefusal(town.key(), case.id, reason, on))


async def test_a_new_refusal_takes_the_place_of_the_old_and_needs_its_own_word(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    first = await recorded(town, case)
    await town.act("bram", confirm_refusal, OfRefusal(town.key(), first.id))
    second = await recorded(town, case)
    async with sql(database_url) as database:
        rules = await database.fetch(
            "select rule from promises where ended_at is null and rule in ('G3', 'G13')"
        )
    assert [row["rule"] for row in rules] == ["G3"]
    async with refused("already_answered", "refusal"):
        await town.act("bram", confirm_refusal, OfRefusal(town.key(), first.id))
    assert (await town.act("bram", confirm_refusal, OfRefusal(town.key(), second.id))).confirmed


async def test_of_twenty_confirmations_at_once_one_counts(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    refusal = await recorded(town, case)
    answers = await asyncio.gather(
        *(town.act("bram", confirm_refusal, OfRefusal(town.key(), refusal.id)) for _ in range(20)),
        return_exceptions=True,
    )
    assert sum(isinstance(one, RefusalBrief) for one in answers) == 1
    assert {one.code for one in answers if isinstance(one, Problem)} <= {"already_answered", "try_again"}
