"""What providers offer: kept by each for its own and by the bureau for all, and withdrawn without losing anybody."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions.alternatives import AlternativesOf, alternatives
from casecoord.actions.ending import EndTeam, end_team
from casecoord.actions.hearings import MoveHearing, move_hearing
from casecoord.actions.offers import (
    AddOffer,
    ChangeOffer,
    Need,
    OffersOf,
    WithdrawOffer,
    add_offer,
    change_offer,
    offers,
    withdraw_offer,
)
from casecoord.actions.preparing import (
    PreparationLoadOf,
    PreparationOf,
    RecordPreparation,
    preparation,
    preparation_load,
    record_preparation,
)
from casecoord.actions.staffing import AddMember, add_member
from casecoord.domain.alternatives import MOST_A_WEEK, HearingWarning, NeededOf, PreparationStep, PreparedBy
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Role
from tests.actions.alternative_steps import confirmed, heard, held, offer, provider, terms
from tests.actions.steps import refused, sql
from tests.actions.test_alternatives import g9, gap_open, swept, told
from tests.actions.test_races import at_once
from tests.world import ISSUER, PEOPLE, Town


async def test_a_provider_keeps_its_own_offers_and_the_bureau_all(town: Town) -> None:
    kade = await provider(town)
    await provider(town, "omar", "De Werf")
    needs = (Need(NeededOf.FAMILY, "Een telefoonnummer overdag."),)
    bikes = await offer(town, needs=needs, languages=("nl", "ar"), neighbourhoods=("BU05991099",))
    wood = await town.act("bea", add_offer, AddOffer(town.key(), terms(name="Hout"), kade))
    (mine,) = await town.office.look(town.caller("omar"), offers, OffersOf()) or [None]
    assert mine is None
    seen = await town.office.look(town.caller("nadia"), offers, OffersOf())
    assert {(one.id, one.free) for one in seen} == {(bikes, 1), (wood.id, 1)}
    assert next(one for one in seen if one.id == bikes).terms.needs == needs
    # That a place is taken tells of somebody: the bureau manages offers, and is not told.
    assert {one.free for one in await town.office.look(town.caller("bea"), offers, OffersOf())} == {None}
    changed = await town.act("bea", change_offer, ChangeOffer(town.key(), bikes, terms(places=4)))
    assert changed.places == 4
    async with refused("not_allowed"):
        await town.act("omar", change_offer, ChangeOffer(town.key(), bikes, terms(places=9)))
    async with refused("offer_provider", "team"):
        await town.act("bea", add_offer, AddOffer(town.key(), terms(), town.teams["wijkteam"]))


@pytest.mark.parametrize("who", [name for name in PEOPLE if name not in ("bea", "karim")])
async def test_nobody_else_manages_offers(town: Town, who: str) -> None:
    kade = await provider(town)
    bikes = await offer(town)
    for verb, input in (
        (add_offer, AddOffer(town.key(), terms(), kade)),
        (change_offer, ChangeOffer(town.key(), bikes, terms())),
        (withdraw_offer, WithdrawOffer(town.key(), bikes, "Zomaar.")),
    ):
        async with refused("not_allowed"):
            await town.act(who, verb, input)


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"age_from": 18, "age_until": 14}, "offer_ages", "ageFrom"),
        ({"age_from": 4}, "offer_ages", "ageFrom"),
        ({"places": 0}, "offer_places", "places"),
        ({"places": 501}, "offer_places", "places"),
        ({"ends_on": date(2026, 11, 30)}, "offer_dates", "endsOn"),
        ({"starts_on": date(2026, 1, 1), "ends_on": date(2026, 2, 1)}, "offer_dates", "endsOn"),
        ({"neighbourhoods": ("BU00000000",)}, "offer_neighbourhood", "neighbourhoods"),
        ({"languages": ("Nederlands",)}, "offer_language", "languages"),
        ({"name": " "}, "text_empty", "name"),
        ({"needs": (Need(NeededOf.YOUTH, "999999990 meenemen"),)}, "bsn_in_text", "needs"),
    ],
)
async def test_an_offer_that_does_not_hold_together_is_refused_by_its_field(
    town: Town, changed: dict[str, Any], code: str, field: str
) -> None:
    await provider(town)
    async with refused(code, field):
        await offer(town, **changed)


async def test_a_withdrawn_offer_keeps_its_youths_and_takes_no_more(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town, places=3)
    daan = (await town.janssens())["daan"]
    hearing = await heard(town, daan)
    place = await held(town, bikes, hearing.id)
    gone = await town.act("nadia", withdraw_offer, WithdrawOffer(town.key(), bikes, "Wij verhuizen."))
    assert (gone.withdrawn, gone.freed) == (True, 0)
    # What is held stays held until its date, and can be confirmed.
    await confirmed(town, place.id)
    assert await g9(database_url) == []
    (other,) = await town.family(("Sam Bos", date(2010, 2, 2)))
    second = await heard(town, other)
    async with refused("offer_withdrawn", "alternative"):
        await held(town, bikes, second.id)
    assert await town.office.look(town.caller("dirk"), alternatives, AlternativesOf(second.id)) == []
    assert await town.office.look(town.caller("nadia"), offers, OffersOf()) == []
    (kept,) = await town.office.look(town.caller("nadia"), offers, OffersOf(withdrawn=True))
    assert kept.because == "Wij verhuizen."
    await swept(town)


async def test_an_offer_withdrawn_with_places_held_frees_them_and_tells_why_the_search_is_open(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town, places=3)
    (first, second) = [(await town.family((name, date(2010, 2, 2))))[0] for name in ("Sam Bos", "Mats Vos")]
    keeps, loses = await heard(town, first), await heard(town, second)
    await confirmed(town, (await held(town, bikes, keeps.id)).id)
    await held(town, bikes, loses.id)
    town.clock.now = town.clock.now.replace(month=12, day=11, hour=9)
    gone = await town.act(
        "nadia", withdraw_offer, WithdrawOffer(town.key(), bikes, "Geen begeleider meer.", free_held=True)
    )
    assert gone.freed == 1
    async with sql(database_url) as plain:
        rows = await plain.fetch("select state, released_because from placements order by state")
    assert [tuple(row) for row in rows] == [("confirmed", None), ("released", "offer_withdrawn")]
    assert NoticeKind.PLACE_LAPSED in await told(town, "dirk") & await told(town, "hanna")
    await swept(town)
    assert await gap_open(database_url)


async def test_a_withdrawal_against_holds_leaves_none_of_them_hanging(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town, places=20)
    hearings = []
    for number in range(12):
        (youth,) = await town.family((f"Jongere {number}", date(2009, 6, 2)))
        hearings.append((await heard(town, youth)).id)
    withdraw = WithdrawOffer(town.key(), bikes, "Gesloten.", free_held=True)

    async def withdrawn() -> Any:
        for _ in range(20):
            try:
                return await town.act("nadia", withdraw_offer, withdraw)
            except Problem as problem:
                assert problem.code == "try_again"
        raise AssertionError("never withdrawn")

    await at_once(
        *(held(town, bikes, one) for one in hearings[:6]),
        withdrawn(),
        *(held(town, bikes, one) for one in hearings[6:]),
    )
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from placements where state = 'held'") == 0
    await swept(town)


async def test_of_a_provider_that_ends_nothing_is_found_or_held_any_more(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town, places=3)
    hearing = await heard(town, (await town.janssens())["daan"])
    await town.act("mo", end_team, EndTeam(town.key(), town.teams["De Kade"], confirm=True))
    town.clock.forward(minutes=1)
    assert await town.office.look(town.caller("dirk"), alternatives, AlternativesOf(hearing.id)) == []
    async with refused("offer_withdrawn", "alternative"):
        await held(town, bikes, hearing.id)


async def test_an_administrator_lets_somebody_offer_places_and_nobody_else_work_there(town: Town) -> None:
    kade = await provider(town)
    for role, code in ((Role.PROVIDER, None), (Role.MEMBER, "role_unfit")):
        member = AddMember(town.key(), kade, role, name="Nieuw", issuer=ISSUER, subject=f"nieuw {role}")
        if code is None:
            assert (await town.act("mo", add_member, member)).role is role
        else:
            async with refused(code, "role"):
                await town.act("mo", add_member, member)
    async with refused("role_unfit", "role"):
        elsewhere = AddMember(
            town.key(), town.teams["wijkteam"], Role.PROVIDER, name="Nieuw", issuer=ISSUER, subject="nog een"
        )
        await town.act("mo", add_member, elsewhere)


async def test_a_hearing_plans_backwards_and_its_steps_move_along(town: Town) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    seen = await town.office.look(town.caller("chaima"), preparation, PreparationOf(hearing.id))
    assert [(one.step, one.by, one.due_on, one.done) for one in seen.steps] == [
        (PreparationStep.FAMILY_INFORMED, PreparedBy.SOCIAL_TEAM, date(2026, 11, 26), False),
        (PreparationStep.LAWYER_INFORMED, PreparedBy.COURT_PARTNER, date(2026, 12, 1), False),
        (PreparationStep.ALTERNATIVE_PROPOSED, PreparedBy.SOCIAL_TEAM, date(2026, 12, 3), False),
        (PreparationStep.PLACE_HELD, PreparedBy.SOCIAL_TEAM, date(2026, 12, 10), False),
        (PreparationStep.PLACE_CONFIRMED, PreparedBy.PROVIDER, date(2026, 12, 14), False),
        (PreparationStep.REPORT_SENT, PreparedBy.COURT_PARTNER, date(2026, 12, 15), False),
    ]
    for who, step in (("dirk", PreparationStep.FAMILY_INFORMED), ("hanna", PreparationStep.REPORT_SENT)):
        await town.act(who, record_preparation, RecordPreparation(town.key(), hearing.id, step))
    async with refused("step_done", "step"):
        again = RecordPreparation(town.key(), hearing.id, PreparationStep.FAMILY_INFORMED)
        await town.act("hanna", record_preparation, again)
    async with refused("step_not_recorded", "step"):
        of_itself = RecordPreparation(town.key(), hearing.id, PreparationStep.PLACE_HELD)
        await town.act("dirk", record_preparation, of_itself)
    await held(town, bikes, hearing.id)
    # Another day: who was told of the old one has to be told again.
    await town.act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, date(2026, 12, 21)))
    seen = await town.office.look(town.caller("hanna"), preparation, PreparationOf(hearing.id))
    assert seen.steps[0].due_on == date(2026, 11, 30)
    assert {one.step for one in seen.steps if one.done} == {
        PreparationStep.REPORT_SENT, PreparationStep.ALTERNATIVE_PROPOSED, PreparationStep.PLACE_HELD,
    }  # fmt: skip
    town.clock.now = town.clock.now.replace(month=12, day=3)
    seen = await town.office.look(town.caller("hanna"), preparation, PreparationOf(hearing.id))
    assert {one.step for one in seen.steps if one.late} == {PreparationStep.FAMILY_INFORMED}
    for who in (name for name in PEOPLE if name not in ("chaima", "dirk", "hanna")):
        for identity in (hearing.id, uuid4()):
            with pytest.raises(Problem) as problem:
                await town.office.look(town.caller(who), preparation, PreparationOf(identity))
            assert (problem.value.code, problem.value.field) == ("not_found", "hearing"), who
            step = RecordPreparation(town.key(), identity, PreparationStep.REPORT_SENT)
            async with refused("not_found", "hearing"):
                await town.act(who, record_preparation, step)


async def test_the_load_of_each_week_is_shown_before_it_jams(town: Town) -> None:
    for number in range(MOST_A_WEEK):
        (youth,) = await town.family((f"Jongere {number}", date(2009, 6, 2)))
        answer = await heard(town, youth)
        assert answer.warnings == []
    (youth,) = await town.family(("Nog een", date(2009, 6, 2)))
    assert (await heard(town, youth)).warnings == [HearingWarning.WEEK_FULL]
    for who, steps in (("hanna", 2), ("dirk", 3), ("chaima", 3)):
        weeks = await town.office.look(town.caller(who), preparation_load, PreparationLoadOf())
        assert len(weeks) == 8 and sum(week.steps for week in weeks) == steps * (MOST_A_WEEK + 1)
        assert {week.since: (week.hearings, week.full) for week in weeks if week.hearings} == {
            date(2026, 12, 14): (MOST_A_WEEK + 1, True)
        }
    for who in ("bram", "ines", "fleur", "esra", "bea", "ibrahim", "lotte", "mo"):
        assert await town.office.look(town.caller(who), preparation_load, PreparationLoadOf()) == [], who
    async with refused("page_too_large", "weeks"):
        await town.office.look(town.caller("hanna"), preparation_load, PreparationLoadOf(0))


async def test_a_date_that_cannot_be_prepared_or_tells_something_else_is_said_so(town: Town) -> None:
    family = await town.family(("Els Bos", date(1980, 1, 1)), ("Ook Bos", date(2008, 12, 17)))
    soon = await heard(town, family[1], date(2026, 11, 12))
    assert soon.warnings == [HearingWarning.TOO_SOON]
    # Born on 17 December 2008: eighteen on the day itself, seventeen the day before.
    days = {date(2026, 12, 16): [], date(2026, 12, 17): [HearingWarning.TURNS_EIGHTEEN]}
    for day, warnings in days.items():
        moved = await town.act("hanna", move_hearing, MoveHearing(town.key(), soon.id, day))
        assert moved.warnings == warnings, day
    third = await town.act("hanna", move_hearing, MoveHearing(town.key(), soon.id, date(2026, 12, 15)))
    assert third.warnings == [HearingWarning.MOVED_OFTEN]
    # The same day again is no move.
    same = await town.act("hanna", move_hearing, MoveHearing(town.key(), soon.id, date(2026, 12, 15)))
    assert same.warnings == [HearingWarning.MOVED_OFTEN]
