"""Emergency access: a day, a household, a reason; what the social team sees, told at once, reviewed after."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.break_glass import (
    BreakGlass,
    ByAddress,
    ByNumber,
    ReviewBreakGlass,
    break_glass,
    review_break_glass,
)
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, add_action
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown
from casecoord.domain.joint_view import JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import LifeDomain
from casecoord.storage.organising import Organiser
from casecoord.storage.tables import PersonLink
from tests.actions.consent_steps import note, something_held
from tests.actions.looks import look, records
from tests.actions.steps import by_bsn, led_case, refused, signal, sql
from tests.actions.test_blockades import SOON
from tests.actions.test_notes import second_practice
from tests.actions.test_races import at_once
from tests.world import PEOPLE, Someone, Town

WHY = "Kind alleen op straat, moeder onbereikbaar."


def breaking(town: Town, who: Someone, **more: Any) -> BreakGlass:
    return BreakGlass(town.key(), ByNumber(who.bsn), WHY, **more)


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def test_who_is_on_duty_sees_a_family_as_the_social_team_does_and_nothing_of_justice(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await signal(town, "hanna", family["daan"])
    await signal(town, "fleur", family["els"], domain=LifeDomain.PHYSICAL_HEALTH, summary="Slaapt niet.")
    await town.act(
        "hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["daan"]), SOON + timedelta(days=28))
    )
    await town.act(
        "amina", add_action, AddAction(town.key(), case.id, LifeDomain.FINANCE, "Bel de bank.", SOON)
    )
    before = await see(town, "gijs", case.household)
    assert before.address is None and before.actions == []
    async with sql(database_url) as plain:
        await plain.execute("update duty_shifts set membership_id = $1", town.members["gijs"].membership)
    done = await town.act("gijs", break_glass, breaking(town, family["noor"]))
    assert (done.household, done.until) == (case.household, town.clock.now + timedelta(hours=24))
    seen = await see(town, "gijs", case.household)
    assert {p.name.value for p in seen.persons} == {"Els Janssen", "Daan Janssen", "Noor Janssen"}
    assert seen.address.value.startswith("Dahliastraat") and seen.lead.value.name == "Amina"
    assert [a.what for a in seen.actions] == ["Bel de bank."]
    assert {s.sphere for s in seen.signals} == {"general", "health"}
    assert seen.hearings == []
    assert [(g.reason, g.review) for g in seen.grants] == [(WHY, None)]
    # The grant is one professional's: nobody else of the team sees more by it.
    theirs = await see(town, "fleur", case.household)
    assert theirs.address is None and theirs.actions == []


async def test_it_ends_at_its_last_microsecond_though_nothing_runs(town: Town, database_url: str) -> None:
    family = await town.family(("Wim Post", town.clock.now.date().replace(year=1960)))
    done = await town.act("dirk", break_glass, breaking(town, family[0]))
    town.clock.now = done.until - timedelta(microseconds=1)
    assert (await see(town, "dirk", done.household)).persons
    town.clock.now = done.until
    ended = await see(town, "dirk", done.household)
    assert ended.persons == [] and ended.address is None
    assert [g.id for g in ended.grants] == [done.id]  # one's own use of it stays one's to see


async def test_each_look_by_it_is_an_emergency_in_the_log(town: Town, database_url: str) -> None:
    family = await town.janssens()
    done = await town.act("dirk", break_glass, breaking(town, family["els"]))
    await see(town, "dirk", done.household)
    async with sql(database_url) as plain:
        rows = await plain.fetch("select record from access_log order by at, xmin::text::bigint")
    (look,) = [r for r in map(json.loads, (row["record"] for row in rows)) if r["event"] == "joint_case"]
    assert look["emergency"] and any("emergency" in rule for rule in look["rules"])
    assert WHY not in "".join(row["record"] for row in rows)


async def test_lead_and_privacy_officer_are_told_at_once_and_nobody_else(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await town.act("dirk", break_glass, breaking(town, family["noor"]))
    told = {}
    for who in PEOPLE:
        found = await town.office.look(town.caller(who), inbox, InboxOf())
        told[who] = [n.urgent for n in found.notices.items if n.kind is NoticeKind.BREAK_GLASS]
    assert {who: urgent for who, urgent in told.items() if urgent} == {"amina": [True], "lotte": [True]}
    assert [g.reason for g in (await see(town, "lotte", case.household)).grants] == [WHY]
    assert [g.reason for g in (await see(town, "amina", case.id)).grants] == [WHY]
    assert (await see(town, "bram", case.id)).grants == []


async def test_it_is_reviewed_by_the_privacy_officer_in_time(town: Town, database_url: str) -> None:
    family = await town.janssens()
    done = await town.act("dirk", break_glass, breaking(town, family["els"]))
    async with sql(database_url) as plain:
        running = await plain.fetch(
            "select responder_id from promises where rule = 'G12' and ended_at is null"
        )
    assert [row[0] for row in running] == [town.members["lotte"].membership]
    await agreed(town)
    town.clock.forward(weeks=2)
    await agreed(town)
    # While a review is late, its user has to do without.
    (other,) = await town.family(("Kees Bos", town.clock.now.date().replace(year=1970)))
    async with refused("review_overdue"):
        await town.act("dirk", break_glass, breaking(town, other))
    review = ReviewBreakGlass(town.key(), done.id, "Terecht gebruikt.")
    for who in ("dirk", "ibrahim", "mo", "chaima"):
        with pytest.raises(Problem) as problem:
            await town.act(who, review_break_glass, ReviewBreakGlass(town.key(), done.id, "Terecht."))
        assert problem.value.code in ("not_found", "not_allowed")
    reviewed, problems = await at_once(
        *(
            town.act("lotte", review_break_glass, ReviewBreakGlass(town.key(), done.id, "Terecht gebruikt."))
            for _ in range(20)
        )
    )
    assert len(reviewed) == 1 and problems == {"already_answered": 19}
    assert review.grant == reviewed[0].id
    await town.act("dirk", break_glass, breaking(town, other))
    await agreed(town)


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "dirk"])
async def test_only_who_is_on_duty_breaks_the_glass_and_others_learn_of_nobody(town: Town, who: str) -> None:
    family = await town.janssens()
    known = [ByNumber(family["els"].bsn), ByAddress("3073 AB", "12")]
    unknown = [ByNumber("999999990"), ByAddress("1012 AB", "1")]
    for about in (*known, *unknown):
        with pytest.raises(Problem) as problem:
            await town.act(who, break_glass, BreakGlass(town.key(), about, WHY))
            if who in ("fleur", "gijs") and about is known[0]:
                raise Problem("not_allowed")  # a GP may, for a patient of the own practice
        assert problem.value.code == "not_allowed"


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    (wim,) = await town.family(("Wim Post", town.clock.now.date().replace(year=1960)))
    for input, code, field in (
        (BreakGlass(town.key(), ByNumber(wim.bsn), "Haast."), "reason_too_short", "reason"),
        (BreakGlass(town.key(), ByNumber(wim.bsn), "  "), "reason_missing", "reason"),
        (BreakGlass(town.key(), ByNumber("123"), WHY), "bsn_invalid", "about.bsn"),
        (BreakGlass(town.key(), ByAddress("x", "1"), WHY), "postcode_invalid", "about.postcode"),
        (BreakGlass(town.key(), ByNumber("999999990"), WHY), "household_not_found", "about"),
        (BreakGlass(town.key(), ByNumber(wim.bsn), WHY, medical=True), "not_allowed", None),
    ):
        async with refused(code, field):
            await town.act("dirk", break_glass, input)
    await town.act("dirk", break_glass, breaking(town, wim))
    async with refused("glass_broken", "about"):
        await town.act("dirk", break_glass, breaking(town, wim))


async def test_a_household_is_found_by_its_address_unless_several_live_there(
    town: Town, database_url: str
) -> None:
    homes = [
        (await town.family((name, town.clock.now.date().replace(year=1970))))[0] for name in ("A Aa", "B Bb")
    ]
    async with sql(database_url) as plain:
        index = town.database.keyring.address_index("3073AB", "12")
        await plain.execute(
            "update households set address_index = $1 where id = $2", index, homes[0].household
        )
    done = await town.act("dirk", break_glass, BreakGlass(town.key(), ByAddress("3073 AB", "12"), WHY))
    assert done.household == homes[0].household
    async with sql(database_url) as plain:
        await plain.execute("update households set address_index = $1", index)
    async with refused("address_shared"):
        await town.act("dirk", break_glass, BreakGlass(town.key(), ByAddress("3073 AB", "12"), WHY))
    async with refused("not_allowed"):
        await town.act("chaima", break_glass, BreakGlass(town.key(), ByAddress("3073 AB", "12"), WHY))


async def test_of_twenty_at_once_one_opens(town: Town, database_url: str) -> None:
    family = await town.janssens()
    done, problems = await at_once(
        *(town.act("dirk", break_glass, breaking(town, family["els"])) for _ in range(20))
    )
    assert (len(done), problems) == (1, {"glass_broken": 19})
    async with sql(database_url) as plain:
        assert b"straat" not in await plain.fetchval("select reason_sealed from break_glass_grants")
    async with refused("not_found", "grant"):
        await town.act("lotte", review_break_glass, ReviewBreakGlass(town.key(), uuid4(), "Terecht."))


async def on_duty(url: str, town: Town, who: str) -> None:
    async with sql(url) as plain:
        await plain.execute("update duty_shifts set membership_id = $1", town.members[who].membership)


async def test_the_timeline_and_the_reasons_open_as_the_view_does_and_close_with_it(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await signal(town, "hanna", family["daan"])
    await on_duty(database_url, town, "gijs")
    asked = ExplainOf(case.household, "household.address")
    async with refused("not_found"):
        await look(town, "gijs", timeline, TimelineOf(case.id))
    async with refused("not_found"):
        await look(town, "gijs", explain_facet, asked)
    done = await town.act("gijs", break_glass, breaking(town, family["noor"]))
    theirs = [event.verb for event in (await look(town, "gijs", timeline, TimelineOf(case.id))).items]
    dirks = [event.verb for event in (await look(town, "dirk", timeline, TimelineOf(case.household))).items]
    # As the social team that takes part would see it: nothing of justice, which is open to that team only.
    assert {"triage_signal", "accept_lead", "break_glass"} <= set(theirs)
    assert theirs.count("add_signal") == 1 and dirks.count("add_signal") == 1
    found = await look(town, "gijs", explain_facet, asked)
    assert found.shown is Shown.FULL and found.ground == "GDPR 6(1)(d) 9(2)(c)"
    (record, _) = (await records(database_url, "explain"))[-1]
    assert record["emergency"] and "emergency" in record["facets"]["household.address"]
    by_him = [
        r for r, _ in await records(database_url, "timeline") if r["team"] == str(town.teams["huisarts"])
    ]
    # What was refused before opened nothing; what he saw then is in the record of the home, and of the child.
    told = sorted((record["status"], record["emergency"]) for record in by_him)
    assert told == [("error", False), ("ok", True), ("ok", True)]
    # It adds nothing to what waits for one.
    assert (await look(town, "gijs", worklist, WorklistOf())).items == []
    assert (await look(town, "gijs", gaps, GapsOf())).items == []
    for moment, open_ in ((done.until - timedelta(microseconds=1), True), (done.until, False)):
        town.clock.now = moment
        for view, query in ((timeline, TimelineOf(case.id)), (explain_facet, asked)):
            if open_:
                assert await look(town, "gijs", view, query)
            else:
                async with refused("not_found"):
                    await look(town, "gijs", view, query)


async def test_a_gp_lifts_the_medical_lock_for_an_own_patient_and_for_nobody_else_of_the_family(
    town: Town, database_url: str
) -> None:
    held = await something_held(town)
    daan = held.family["daan"]
    await second_practice(town, held.mother)
    async with town.database.within(town.area) as work:
        work.session.add(
            PersonLink(
                area_id=town.area, person_id=daan.id, kind="practice", code="P2", from_on=date(2025, 1, 1)
            )
        )
    await note(town, "guus", held.mother, "Over Els.")
    await note(town, "guus", daan, "Over Daan.")
    opened = await town.act("fleur", break_glass, breaking(town, held.mother, medical=True))
    view = await see(town, "fleur", held.case.household)
    # Els is a patient of Fleur's practice too; Daan is the other practice's alone.
    assert [one.text for one in view.notes] == ["Over Els."]
    told = [event.verb for event in (await look(town, "fleur", timeline, TimelineOf(held.case.id))).items]
    assert told.count("add_medical_note") == 1
    (record, _) = (await records(database_url, "joint_case"))[-1]
    assert record["emergency"] and "medical_lifted" in record["facets"]["medical.note"]
    town.clock.now = opened.until
    async with refused("not_found"):
        await look(town, "fleur", timeline, TimelineOf(held.case.id))


async def test_without_lifting_the_lock_an_emergency_opens_nothing_medical(
    town: Town, database_url: str
) -> None:
    held = await something_held(town)
    await note(town, "fleur", held.mother)
    await on_duty(database_url, town, "chaima")
    await town.act("chaima", break_glass, breaking(town, held.mother))
    view = await see(town, "chaima", held.case.household)
    assert view.notes == [] and "medical.note" not in {one.facet for one in view.withheld}
    told = [event.verb for event in (await look(town, "chaima", timeline, TimelineOf(held.case.id))).items]
    assert "add_medical_note" not in told


async def test_a_grant_of_one_membership_opens_nothing_to_another_of_the_same_professional(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    async with town.database.within(town.area) as work:
        other = await Organiser(work, town.clock.now - timedelta(days=9)).membership(
            town.members["dirk"].professional, town.teams["huisarts"]
        )
    await town.act("dirk", break_glass, breaking(town, family["noor"]))
    as_gp = replace(town.caller("dirk"), membership=other)
    with pytest.raises(Problem):
        await town.office.look(as_gp, timeline, TimelineOf(case.id))
