"""A family goes two ways: each part has its own page, its own clocks and its own case, and nothing of the other's."""

import asyncio
import json
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.participation import InviteTeam, invite_team
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.rights import exercise_right
from casecoord.actions.signals import ByHousehold, Decision, TriageSignal, triage_signal
from casecoord.actions.splitting import Part, SignalGoes, SplitHousehold, split_household
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, SignalSubject
from tests.actions.alternative_steps import heard
from tests.actions.consent_steps import note
from tests.actions.steps import led_case, merge, refused, signal, sql, take_part, waiting_for_locks, whole
from tests.actions.test_rights import asking
from tests.world import Someone, Town


async def family(town: Town) -> tuple[dict[str, Someone], UUID, UUID]:
    """The Janssens, led by Amina: a signal on Noor in the case, one on Daan and one on all beside it."""
    janssens = await town.janssens()
    case = await led_case(town, janssens["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    about_daan = await signal(town, "fleur", janssens["daan"], summary="Daan spijbelt.")
    joined = TriageSignal(town.key(), about_daan.signal, Decision.JOIN_CASE)
    await town.act("bram", triage_signal, joined)
    whole_family = await signal(
        town,
        "chaima",
        ByHousehold(janssens["noor"].household),
        subject=SignalSubject.HOUSEHOLD,
        summary="Ruzie.",
    )
    return janssens, case.id, whole_family.signal


def daan_leaves(town: Town, janssens: dict[str, Someone], loud: UUID, **how: Any) -> SplitHousehold:
    values = {
        "signals": (SignalGoes(loud, Part.STAYING),),
        "case_with": Part.STAYING,
        "neighbourhood": "BU05991099",
        "address": "Geheimepad 3, 3073 AB Rotterdam",
        "postcode": "3073 AB",
        "number": "3",
        "secret_address": True,
    }
    return SplitHousehold(town.key(), janssens["noor"].household, (janssens["daan"].id,), **{**values, **how})


async def view_of(town: Town, who: str, of: UUID) -> Any:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(of))


@pytest.mark.parametrize("case_with", list(Part))
async def test_each_part_has_its_people_signals_and_a_case(
    town: Town, database_url: str, case_with: Part
) -> None:
    janssens, case, loud = await family(town)
    home = janssens["noor"].household
    town.clock.forward(days=1)
    done = await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud, case_with=case_with))
    assert done.household == home and len(done.cases) == 2 and case in done.cases
    stays, leaves = await view_of(town, "ibrahim", home), await view_of(town, "ibrahim", done.part)
    assert {p.name.value for p in stays.persons} == {"Noor Janssen", "Els Janssen"}
    assert {p.name.value for p in leaves.persons} == {"Daan Janssen"}
    assert {s.summary.value for s in stays.signals} == {"Zorgen over thuis.", "Ruzie."}
    assert {s.summary.value for s in leaves.signals} == {"Daan spijbelt."}
    led, other = (stays, leaves) if case_with is Part.STAYING else (leaves, stays)
    assert (led.case, led.status.value, led.lead.value.name) == (case, "led", "Amina")
    assert (other.status.value, other.lead) == ("triaged", None)
    async with sql(database_url) as database:
        rules = await database.fetch(
            "select rule from promises where subject_id = $1 and ended_at is null", other.case
        )
        held = await database.fetchval(
            "select count(*) from holders where household_id = $1 and upper_inf(during)", done.part
        )
    assert ([row[0] for row in rules], held) == (["G2"], 1)
    await whole(town)


async def test_a_team_of_the_one_part_sees_nothing_of_the_other(town: Town) -> None:
    janssens, case, loud = await family(town)
    away = daan_leaves(town, janssens, loud, neighbourhood="BU05991098")
    done = await town.act("ibrahim", split_household, away)
    town.clock.forward(days=1)
    later = AddAction(town.key(), case, LifeDomain.TIME_USE, "Kanarie blijft.", date(2026, 11, 20))
    await town.act("amina", add_action, later)
    await signal(town, "fleur", janssens["daan"], summary="Kanarie vertrok.")
    for canary, home, everybody in (
        ("Kanarie vertrok", janssens["noor"].household, town.members),
        ("Geheimepad", janssens["noor"].household, town.members),
        ("Kanarie blijft", done.part, town.members),
        ("Ruzie", done.part, town.members),
        ("Noor", done.part, town.members),
    ):
        for who in everybody:
            try:
                seen = await view_of(town, who, home)
            except Problem as problem:
                assert problem.code == "not_found"
                continue
            assert canary not in json.dumps(asdict(seen), default=str), (canary, who)
    # Chaima's team takes part in the one part only: the other does not exist for it.
    async with refused("not_found", "id"):
        await view_of(town, "chaima", done.part)


async def test_who_once_signalled_sees_of_the_other_part_what_they_wrote_and_no_later_entry(
    town: Town, database_url: str
) -> None:
    """Fleur's practice signalled about Daan, and takes part in the case of those who stayed."""
    janssens, case, loud = await family(town)
    await take_part(town, "amina", case, "huisarts", "fleur")
    done = await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud))
    seen = await view_of(town, "fleur", done.part)
    assert [s.summary.value for s in seen.signals] == ["Daan spijbelt."]
    assert (seen.persons, seen.address, seen.contact_details) == ([], None, None)
    async with sql(database_url) as database:
        known = await database.fetchval(
            "select id from cases where household_id = $1 and state <> 'closed'", done.part
        )
    # Once its team takes part in the other part too, that is a standing of its own.
    invited = InviteTeam(town.key(), known, town.teams["huisarts"])
    await town.act("bram", invite_team, invited)


async def test_the_history_of_the_one_is_not_the_other_s(town: Town) -> None:
    janssens, _, loud = await family(town)
    done = await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud))

    async def about(household: UUID) -> set[str]:
        found = await town.office.look(town.caller("ibrahim"), timeline, TimelineOf(household, 100))
        return {event.about["signal"] for event in found.items if "signal" in event.about}

    stays, leaves = await about(done.household), await about(done.part)
    assert len(stays) == 2 and len(leaves) == 1 and not stays & leaves


async def test_the_new_household_has_keys_of_its_own(town: Town, database_url: str) -> None:
    janssens, _, loud = await family(town)
    done = await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud))
    async with sql(database_url) as database:
        await database.execute("delete from vault.household_keys where household_id = $1", done.household)
    seen = await view_of(town, "ibrahim", done.part)
    assert [p.name.value for p in seen.persons] == ["Daan Janssen"]


async def test_what_a_split_has_to_know_is_asked(town: Town) -> None:
    janssens, _, loud = await family(town)
    noor, els, daan = (janssens[name] for name in ("noor", "els", "daan"))
    (stranger,) = await town.family(("Wim Post", date(1960, 5, 5)))
    for code, field, how in (
        ("signals_unassigned", "signals", {"signals": ()}),
        ("not_found", "signals", {"signals": (SignalGoes(noor.id, Part.STAYING),)}),
        ("case_unassigned", "caseWith", {"case_with": None}),
        ("neighbourhood_unknown", "neighbourhood", {"neighbourhood": "BU00000000"}),
        ("text_control", None, {"neighbourhood": "BU\x00"}),
        ("text_control", None, {"neighbourhood": "BU\ud800"}),
    ):
        async with refused(code, field):
            await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud, **how))
    for leaving in ((), (stranger.id,), (noor.id, els.id, daan.id)):
        asked = SplitHousehold(
            town.key(), noor.household, leaving, (SignalGoes(loud, Part.STAYING),), Part.STAYING
        )
        async with refused("persons_missing", "persons"):
            await town.act("ibrahim", split_household, asked)
    for name in set(town.members) - {"ibrahim"}:
        async with refused("not_found", "household"):
            await town.act(name, split_household, daan_leaves(town, janssens, loud))
    await whole(town)


async def test_a_split_asked_twice_is_one_split(town: Town, database_url: str) -> None:
    janssens, _, loud = await family(town)
    asked = daan_leaves(town, janssens, loud)
    first, again = [await town.act("ibrahim", split_household, asked) for _ in range(2)]
    assert first == again
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from splits") == 1


async def test_two_parts_that_come_together_again_are_one_family(town: Town) -> None:
    janssens, case, loud = await family(town)
    done = await town.act("ibrahim", split_household, daan_leaves(town, janssens, loud))
    town.clock.forward(days=3)
    await merge(town, done.household, done.part)
    seen = await view_of(town, "amina", case)
    assert len(seen.persons) == 3
    assert {s.summary.value for s in seen.signals if s.summary} >= {"Zorgen over thuis.", "Daan spijbelt."}
    await whole(town)


ABOUT = {
    "a hearing": ("daan", heard),
    "a signal": ("daan", lambda town, daan: signal(town, "fleur", daan)),
    "a note": ("els", lambda town, els: note(town, "fleur", els)),
    "a right": ("els", lambda town, els: town.act("lotte", exercise_right, asking(town, els))),
}


@pytest.mark.parametrize("what", ABOUT)
async def test_what_is_written_while_somebody_leaves_comes_where_they_are(
    town: Town, database_url: str, what: str
) -> None:
    """It was looked up where they live before they left, and waited for that household."""
    janssens = await town.janssens()
    name, write = ABOUT[what]
    who = janssens[name]
    async with sql(database_url) as beside, sql(database_url) as watching:
        transaction = beside.transaction()
        await transaction.start()
        await beside.execute("select from households where id = $1 for update", who.household)
        leaving = SplitHousehold(town.key(), who.household, (who.id,))
        parting = asyncio.ensure_future(town.act("ibrahim", split_household, leaving))
        await waiting_for_locks(watching, 1)
        written = asyncio.ensure_future(write(town, who))
        await waiting_for_locks(watching, 2)
        await transaction.rollback()
        part = (await parting).part
        await written
        for table in ("signals", "hearings", "medical_notes", "requests"):
            homes = await watching.fetch(f"select household_id from {table} where person_id = $1", who.id)
            assert {row[0] for row in homes} <= {part}
    await whole(town)
