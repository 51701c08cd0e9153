"""A law is switched on or off by a row: what rests on it alone is shown to nobody, from that moment on."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casecoord.actions.grounds import (
    ARTICLES,
    EndGround,
    Ground,
    GroundsOf,
    StartGround,
    end_ground,
    legal_grounds,
    start_ground,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.notices import InboxOf, inbox
from casecoord.domain.words import LifeDomain
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database
from tests.actions.consent_steps import note, see, something_held, to_note
from tests.actions.looks import look, records
from tests.actions.steps import refused, signal, sql, take_part, whole
from tests.actions.test_races import at_once
from tests.world import PEOPLE, Town, build_town


async def all_of(town: Town, who: str = "mo") -> list[Ground]:
    return await look(town, who, legal_grounds, GroundsOf())


async def end_all(town: Town, article: str, **until: object) -> None:
    for one in await all_of(town):
        if one.ground == article and one.holds:
            await town.act("mo", end_ground, EndGround(town.key(), one.id, "De wet vervalt.", **until))


async def start(town: Town, article: str, **since: object) -> Ground:
    return await town.act(
        "mo", start_ground, StartGround(town.key(), article, "Wams", "In werking.", **since)
    )


async def test_an_area_is_founded_with_the_grounds_that_its_facets_rest_on(
    town: Town, database_url: str
) -> None:
    assert {one.ground for one in await all_of(town) if one.holds} == ARTICLES
    async with sql(database_url) as plain:
        rows = await plain.fetch("select distinct area_id from legal_grounds")
    assert [row[0] for row in rows] == [town.area]


async def test_what_rests_on_a_law_that_ended_is_shown_to_nobody_but_its_writer(town: Town) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await signal(town, "fleur", held.mother, domain=LifeDomain.MENTAL_HEALTH)
    written = await note(town, "fleur", held.mother)
    await to_note(town, "fleur", written, held.mother)
    before = await see(town, "amina", held.case.id)
    assert before.notes and {s.sphere for s in before.signals} == {"general", "health"}
    assert before.persons[0].practice is not None or any(p.practice for p in before.persons)
    await end_all(town, "9(2)(h)")
    after = await see(town, "amina", held.case.id)
    assert after.notes == [] and {s.sphere for s in after.signals} == {"general"}
    assert not any(p.practice for p in after.persons) and after.status == before.status
    # What the own team wrote stays in its sight.
    theirs = await see(town, "gijs", held.case.id)
    assert theirs.notes and {s.sphere for s in theirs.signals} >= {"health"}
    await start(town, "9(2)(h)")
    assert await see(town, "amina", held.case.id) == before
    await whole(town)


async def test_without_any_ground_every_list_is_empty_and_the_case_is_not_there(town: Town) -> None:
    held = await something_held(town)
    town.clock.forward(weeks=3)
    await end_all(town, "6(1)(e)")
    for who in ("ibrahim", "esra", "jasmijn"):
        for view, query in ((worklist, WorklistOf()), (gaps, GapsOf())):
            assert (await look(town, who, view, query)).items == []
        found = await look(town, who, inbox, InboxOf())
        assert [n for n in found.notices.items if n.household] == [] and found.waiting == []
        async with refused("not_found"):
            await look(town, who, timeline, TimelineOf(held.case.id))
    async with refused("not_found"):
        await look(town, "esra", joint_case, JointCaseOf(held.case.id))
    # It stops no promise: whoever answers for one is answerable still, and everything is there again.
    await whole(town)
    await start(town, "6(1)(e)")
    assert (await look(town, "ibrahim", gaps, GapsOf())).items


async def test_a_law_begins_and_ends_at_its_moment_to_the_microsecond(town: Town) -> None:
    held = await something_held(town)
    ends = town.clock.now + timedelta(days=1)
    begins = ends + timedelta(days=1)
    await end_all(town, "6(1)(e)", until=ends)
    await start(town, "6(1)(e)", since=begins)
    step = timedelta(microseconds=1)
    for moment, shown in ((ends - step, True), (ends, False), (begins - step, False), (begins, True)):
        town.clock.now = moment
        if shown:
            assert (await see(town, "ibrahim", held.case.id)).persons
        else:
            async with refused("not_found"):
                await see(town, "ibrahim", held.case.id)


async def test_one_of_two_laws_is_enough(town: Town) -> None:
    held = await something_held(town)
    laws = [one for one in await all_of(town) if one.ground == "6(1)(e)"]
    assert len(laws) > 1
    await town.act("mo", end_ground, EndGround(town.key(), laws[0].id, "Vervalt."))
    assert (await see(town, "ibrahim", held.case.id)).persons


async def test_only_the_administrator_switches_and_those_who_watch_over_it_see_it(
    town: Town, database_url: str
) -> None:
    law = (await all_of(town))[0]
    for who in PEOPLE:
        if who == "mo":
            continue
        async with refused("not_allowed"):
            await town.act(who, start_ground, StartGround(town.key(), "6(1)(e)", "Wams", "Nieuw."))
        async with refused("not_allowed"):
            await town.act(who, end_ground, EndGround(town.key(), law.id, "Weg."))
        if who in ("ibrahim", "lotte"):
            assert len(await all_of(town, who)) > 4
        else:
            async with refused("not_allowed"):
                await all_of(town, who)
    begun = await start(town, "10")
    await town.act(
        "mo", end_ground, EndGround(town.key(), begun.id, "Toch niet.", town.clock.now + timedelta(1))
    )
    told = [
        record
        for event in ("start_ground", "end_ground")
        for record, _ in await records(database_url, event)
        if record["status"] == "ok"
    ]
    assert [record["rules"] for record in told] == [["end_membership.administrator"]] * 2


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    now, law = town.clock.now, (await all_of(town))[0]
    for verb, input, code in (
        (start_ground, StartGround(town.key(), "6(1)(f)", "Wams", "Nieuw."), "ground_unknown"),
        (start_ground, StartGround(town.key(), "10", " ", "Nieuw."), "text_empty"),
        (start_ground, StartGround(town.key(), "10", "Wams", " "), "reason_missing"),
        (start_ground, StartGround(town.key(), "10", "Wams", "Oud.", now - timedelta(1)), "date_in_past"),
        (start_ground, StartGround(town.key(), law.ground, law.source, "Nog eens."), "ground_in_force"),
        (end_ground, EndGround(town.key(), uuid4(), "Weg."), "not_found"),
        (end_ground, EndGround(town.key(), law.id, "Weg.", now - timedelta(1)), "date_in_past"),
    ):
        async with refused(code):
            await town.act("mo", verb, input)
    await town.act("mo", end_ground, EndGround(town.key(), law.id, "Weg."))
    async with refused("ground_over"):
        await town.act("mo", end_ground, EndGround(town.key(), law.id, "Weg."))


async def test_of_twenty_who_start_the_same_at_once_one_does(town: Town) -> None:
    done, problems = await at_once(*(start(town, "10") for _ in range(20)))
    assert (len(done), problems) == (1, {"ground_in_force": 19})


@pytest.mark.parametrize("article", ["9(2)(h)"])
async def test_another_areas_law_is_another_areas(town: Town, article: str, database_url: str) -> None:
    ring: Keyring = town.database.keyring
    other = Database(database_url, ring, clock=town.clock, pool_size=3)
    try:
        noord = await build_town(other, town.clock, town.office.policy, "noord")
        await end_all(town, article)
        assert article in {one.ground for one in await all_of(noord) if one.holds}
        assert article not in {one.ground for one in await all_of(town) if one.holds}
    finally:
        await other.close()
