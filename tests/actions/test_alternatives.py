"""A place for a youth before the judge asks: found, held, confirmed and begun, and in sight of few."""

import json
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions.access_log import AccessLogOf, access_log
from casecoord.actions.alternatives import AlternativesOf, PlacesOf, alternatives, places
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.hearings import EndHearing, MoveHearing, end_hearing, move_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.placements import (
    EndAlternative,
    FollowAlternative,
    HoldAlternative,
    OfPlacement,
    ProposeAlternative,
    ReleaseAlternative,
    confirm_alternative,
    end_alternative,
    follow_alternative,
    hold_alternative,
    propose_alternative,
    release_alternative,
    start_alternative,
)
from casecoord.domain.alternatives import Fit, FollowStep, PlacementState, PlaceOutcome, Released
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Purpose
from tests.actions.alternative_steps import HEARD_ON, UNTIL, confirmed, heard, held, offer, provider
from tests.actions.residents_steps import bound, custody
from tests.actions.steps import led_case, refused, sql, take_part
from tests.actions.test_hearings import everything
from tests.actions.test_races import at_once
from tests.world import PEOPLE, Town


async def g9(url: str) -> list[date]:
    async with sql(url) as plain:
        rows = await plain.fetch("select due_at from promises where rule = 'G9' and ended_at is null")
    return [(row["due_at"] - timedelta(microseconds=1)).date() for row in rows]


async def swept(town: Town) -> None:
    """The sweep and the recomputation by another path agree."""
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


async def told(town: Town, who: str) -> set[NoticeKind]:
    seen = await town.office.look(town.caller(who), inbox, InboxOf())
    return {notice.kind for notice in seen.notices.items}


async def gap_open(url: str) -> bool:
    async with sql(url) as plain:
        return bool(
            await plain.fetchval(
                "select count(*) from gaps g join promises p on p.id = g.promise_id"
                " where p.rule = 'G9' and g.ended_at is null"
            )
        )


async def test_a_place_is_proposed_held_confirmed_begun_followed_and_ended(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    daan = (await town.janssens())["daan"]
    hearing = await heard(town, daan)
    assert await g9(database_url) == [date(2026, 12, 3)]
    proposed = await town.act(
        "dirk", propose_alternative, ProposeAlternative(town.key(), bikes, hearing=hearing.id)
    )
    assert proposed.state is PlacementState.PROPOSED
    assert await g9(database_url) == [date(2026, 12, 10)]
    # Of what is only proposed its provider knows nothing.
    assert await town.office.look(town.caller("nadia"), places, PlacesOf()) == []
    place = await held(town, bikes, hearing.id)
    assert (place.id, place.state) == (proposed.id, PlacementState.HELD)
    # Held beyond the fifth working day before: the promise runs as long as it is held.
    assert await g9(database_url) == [UNTIL]
    (own,) = await town.office.look(town.caller("nadia"), places, PlacesOf())
    assert (own.name, own.age, own.language) == ("Daan Janssen", 17, "nl")
    assert (await confirmed(town, place.id)).state is PlacementState.CONFIRMED
    assert await g9(database_url) == []
    assert NoticeKind.PLACE_CONFIRMED in await told(town, "dirk") & await told(town, "hanna")
    assert await told(town, "nadia") == {NoticeKind.PLACE_HELD}
    for verb, input in (
        (start_alternative, OfPlacement(town.key(), place.id)),
        (follow_alternative, FollowAlternative(town.key(), place.id, FollowStep.GOES_WELL)),
    ):
        assert (await town.act("nadia", verb, input)).state is PlacementState.STARTED
    await swept(town)
    ended = await town.act(
        "nadia", end_alternative, EndAlternative(town.key(), place.id, PlaceOutcome.COMPLETED)
    )
    assert ended.state is PlacementState.ENDED
    # What was completed before the day is an alternative still; its provider sees the youth no more.
    assert await g9(database_url) == []
    assert await town.office.look(town.caller("nadia"), places, PlacesOf()) == []
    async with refused("not_found", "placement"):
        await town.act("nadia", start_alternative, OfPlacement(town.key(), place.id))
    await swept(town)


async def test_what_breaks_off_before_the_day_opens_the_search_again(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    await confirmed(town, place.id)
    await town.act("hanna", start_alternative, OfPlacement(town.key(), place.id))
    assert await g9(database_url) == []
    await town.act("hanna", end_alternative, EndAlternative(town.key(), place.id, PlaceOutcome.STOPPED))
    assert await g9(database_url) == [date(2026, 12, 10)]
    again = await held(town, bikes, hearing.id)
    assert again.id != place.id
    await swept(town)


async def test_a_hold_that_expires_frees_its_place_by_time_alone_opens_the_gap_and_tells(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    family = await town.janssens()
    hearing = await heard(town, family["daan"])
    place = await held(town, bikes, hearing.id)
    town.clock.now = town.clock.now.replace(month=12, day=14, hour=22, minute=59)
    await swept(town)
    assert not await gap_open(database_url)
    town.clock.forward(minutes=1)
    # Nothing has written it down yet, and it is so.
    async with refused("hold_expired", "placement"):
        await confirmed(town, place.id)
    assert await town.office.look(town.caller("nadia"), places, PlacesOf()) == []
    (other,) = await town.family(("Sam Bos", date(2010, 2, 2)))
    second = await heard(town, other, date(2026, 12, 28))
    taken = await held(town, bikes, second.id, until=date(2026, 12, 18))
    assert taken.state is PlacementState.HELD
    await swept(town)
    assert await gap_open(database_url)
    assert NoticeKind.PLACE_LAPSED in await told(town, "dirk") & await told(town, "hanna")
    assert await told(town, "nadia") == {NoticeKind.PLACE_HELD, NoticeKind.PLACE_OVER}
    seen = await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(hearing.household))
    assert [one.state for one in seen.placements] == [PlacementState.EXPIRED]
    # Told once, however often the sweep comes by.
    await swept(town)
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from outbox where kind = 'place_over'") == 1


async def test_an_expired_hold_can_be_had_again_and_closes_the_gap(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    await held(town, bikes, hearing.id, until=date(2026, 11, 5))
    town.clock.now = town.clock.now.replace(month=12, day=11, hour=9)
    await swept(town)
    assert await gap_open(database_url)
    again = await held(town, bikes, hearing.id)
    assert not await gap_open(database_url)
    await swept(town)
    await confirmed(town, again.id)
    await swept(town)
    assert await g9(database_url) == []


async def test_fifty_holds_on_three_places_are_three(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town, places=3)
    hearings = []
    for number in range(50):
        (youth,) = await town.family((f"Jongere {number}", date(2009, 6, 2)))
        hearings.append((await heard(town, youth)).id)
    done, problems = await at_once(*(held(town, bikes, hearing) for hearing in hearings))
    assert (len(done), dict(problems)) == (3, {"offer_full": 47})
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from placements where state = 'held'") == 3
    await swept(town)


async def test_one_youth_holds_one_place_of_an_offer(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town, places=9)
    hearing = await heard(town, (await town.janssens())["daan"])
    done, problems = await at_once(*(held(town, bikes, hearing.id) for _ in range(12)))
    assert (len(done), dict(problems)) == (1, {"place_held": 11})


async def test_a_move_against_a_confirmation_leaves_each_with_one_outcome(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    moves = [
        town.act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, date(2026, 12, day)))
        for day in (18, 21, 22)
    ]
    done, problems = await at_once(*moves, *(confirmed(town, place.id) for _ in range(3)))
    assert dict(problems) == {"place_not_held": 2} and len(done) == 4
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select state, (select moves from hearings) moves from placements")
        assert (row["state"], row["moves"]) == ("confirmed", 3)
    assert await g9(database_url) == []
    await swept(town)


async def test_a_release_against_a_confirmation_has_one_winner(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    release = ReleaseAlternative(town.key(), place.id, Released.DECLINED)
    await at_once(town.act("dirk", release_alternative, release), confirmed(town, place.id))
    # Whoever came first, a place that was given back is nobody's.
    async with sql(database_url) as plain:
        assert await plain.fetchval("select state from placements") == "released"
        assert not await plain.fetchval("select upper_inf(during) from placements")
    await swept(town)


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (date(2026, 10, 30), "date_in_past"),
        (date(2027, 6, 1), "hold_too_long"),
        (date(2026, 12, 24), "hold_too_long"),
    ],
)
async def test_a_hold_lasts_no_longer_than_makes_sense(town: Town, until: date, code: str) -> None:
    await provider(town)
    bikes = await offer(town, ends_on=date(2026, 12, 20))
    hearing = await heard(town, (await town.janssens())["daan"])
    async with refused(code, "until"):
        await held(town, bikes, hearing.id, until=until)


async def test_nothing_is_held_for_nobody_or_for_a_hearing_that_is_over(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    daan = (await town.janssens())["daan"]
    hearing = await heard(town, daan)
    for hold, code, field in (
        (HoldAlternative(town.key(), bikes, UNTIL), "youth_or_hearing", "hearing"),
        (HoldAlternative(town.key(), bikes, UNTIL, hearing.id, daan.id), "youth_or_hearing", "hearing"),
        (HoldAlternative(town.key(), uuid4(), UNTIL, hearing.id), "not_found", "alternative"),
        (HoldAlternative(town.key(), bikes, UNTIL, uuid4()), "not_found", "hearing"),
        # In no case: there is nobody whom the social team could look for a place for.
        (HoldAlternative(town.key(), bikes, UNTIL, None, daan.id), "not_found", "person"),
    ):
        async with refused(code, field):
            await town.act("dirk", hold_alternative, hold)
    await town.act("dirk", propose_alternative, ProposeAlternative(town.key(), bikes, hearing.id))
    await town.act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=False))
    async with refused("hearing_ended", "hearing"):
        await held(town, bikes, hearing.id, by="hanna")
    async with sql(database_url) as plain:
        assert await plain.fetchval("select released_because from placements") == Released.NOT_NEEDED


async def test_a_person_in_a_case_gets_a_place_without_a_hearing(town: Town) -> None:
    await provider(town)
    bikes = await offer(town)
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    hold = HoldAlternative(town.key(), bikes, UNTIL, None, family["daan"].id)
    async with refused("not_found", "person"):
        await town.act("bram", hold_alternative, hold)
    place = await town.act("chaima", hold_alternative, hold)
    await confirmed(town, place.id)
    for who in ("chaima", "amina"):
        seen = await town.office.look(town.caller(who), joint_case, JointCaseOf(case.id))
        assert [one.state for one in seen.placements] == [PlacementState.CONFIRMED], who


async def test_matching_says_why_an_offer_fits_and_what_is_missing_and_ranks_nobody(town: Town) -> None:
    await provider(town)
    later = await offer(town, name="Later", starts_on=date(2026, 12, 10))
    sooner = await offer(town, name="Eerder", starts_on=date(2026, 12, 1))
    full = await offer(town, name="Vol", starts_on=date(2026, 11, 20))
    small = await offer(town, name="Voor kinderen", age_from=10, age_until=12)
    far = await offer(town, name="Elders", neighbourhoods=("BU05991098",), languages=("ar",))
    late = await offer(town, name="Na de dag", starts_on=date(2027, 2, 1))
    await offer(town, name="Voorbij", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 1))
    (other,) = await town.family(("Sam Bos", date(2010, 2, 2)))
    await held(town, full, (await heard(town, other)).id)
    hearing = await heard(town, (await town.janssens())["daan"])
    for who in ("dirk", "hanna"):
        found = await town.office.look(town.caller(who), alternatives, AlternativesOf(hearing.id))
        assert [(one.id, one.missing) for one in found] == [
            (sooner, []),
            (later, []),
            (full, [Fit.FREE_PLACE]),
            (far, [Fit.NEIGHBOURHOOD, Fit.LANGUAGE]),
            (late, [Fit.STARTS_IN_TIME]),
            (small, [Fit.AGE]),
        ]
        assert set(found[0].fits) == set(Fit) and found[2].free == 0
    for who in (name for name in PEOPLE if name not in ("dirk", "chaima", "hanna")):
        with pytest.raises(Problem) as problem:
            await town.office.look(town.caller(who), alternatives, AlternativesOf(hearing.id))
        assert problem.value.code == "not_found", who


async def test_the_provider_never_meets_the_word_hearing(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town)
    family = await town.janssens()
    hearing = await heard(town, family["daan"])
    place = await held(town, bikes, hearing.id)
    await town.act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, date(2026, 12, 18)))
    await confirmed(town, place.id)
    seen: list[Any] = []
    for view, query in ((places, PlacesOf()), (inbox, InboxOf()), (access_log, AccessLogOf())):
        try:
            seen.append(repr(await town.office.look(town.caller("nadia"), view, query)))
        except Problem as problem:
            seen.append(f"{problem.code} {problem.field}")
    for verb, input in (
        (confirm_alternative, OfPlacement(town.key(), place.id)),
        (start_alternative, OfPlacement(town.key(), uuid4())),
        (release_alternative, ReleaseAlternative(town.key(), place.id, Released.DECLINED)),
        (move_hearing, MoveHearing(town.key(), uuid4(), HEARD_ON)),
        (propose_alternative, ProposeAlternative(town.key(), bikes, uuid4())),
    ):
        with pytest.raises(Problem) as refusal:
            await town.act("nadia", verb, input)
        if verb is not move_hearing and verb is not propose_alternative:  # what oneself names, one knows
            seen.append(f"{refusal.value.code} {refusal.value.field} {refusal.value.why}")
    said = " ".join(map(str, seen)).lower()
    assert "daan janssen" in said
    for word in (
        "hearing",
        "zitting",
        "judge",
        "rechter",
        str(hearing.id),
        "els janssen",
    ):
        assert word not in said, word
    for view, query in (
        (joint_case, JointCaseOf(hearing.household)),
        (timeline, TimelineOf(hearing.household)),
        (alternatives, AlternativesOf(hearing.id)),
    ):
        with pytest.raises(Problem) as problem:
            await town.office.look(town.caller("nadia"), view, query)
        assert problem.value.code == "not_found"


async def test_a_providers_place_is_no_other_providers(town: Town) -> None:
    await provider(town)
    await provider(town, "omar", "De Werf")
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    assert await town.office.look(town.caller("omar"), places, PlacesOf()) == []
    for who in ("omar", "omars chef", "nadias chef"):
        async with refused("not_found", "placement"):
            await confirmed(town, place.id, who)
    assert await town.office.look(town.caller("nadias chef"), places, PlacesOf()) == []


async def test_that_there_is_an_alternative_shows_in_nothing_to_a_school_a_gp_or_a_work_team(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    for team, member in (("wijkteam", "chaima"), ("huisarts", "fleur"), ("werk", "esra")):
        await take_part(town, "amina", case.id, team, member)
    town.clock.forward(hours=1)
    blind = ("bram", "fleur", "gijs", "esra", "ines", "ibrahim", "jasmijn", "karim", "mo", "bea", "lotte")
    before = {who: await everything(town, who, case.household) for who in blind}
    hearing = await heard(town, family["daan"])
    place = await held(town, bikes, hearing.id)
    await confirmed(town, place.id)
    await swept(town)
    assert {who: await everything(town, who, case.household) for who in blind} == before
    for who in blind:
        for identity in (place.id, uuid4()):
            with pytest.raises(Problem) as problem:
                await town.act(who, confirm_alternative, OfPlacement(town.key(), identity))
            assert (problem.value.code, problem.value.field) == ("not_found", "placement"), who
    for who in ("amina", "chaima", "dirk"):
        seen = await town.office.look(town.caller(who), joint_case, JointCaseOf(case.id))
        assert [one.id for one in seen.placements] == [place.id], who
        history = await town.office.look(town.caller(who), timeline, TimelineOf(case.id))
        assert {"hold_place", "confirm_place"} <= {event.verb for event in history.items}, who


async def test_the_youth_and_who_has_custody_see_the_place_on_their_own_page(town: Town) -> None:
    await provider(town)
    bikes = await offer(town)
    family = await town.janssens()
    await custody(town, family["els"], family["noor"])
    await led_case(town, family["noor"])
    hearing = await heard(town, family["daan"])
    await held(town, bikes, hearing.id)
    for who, places_seen in (("daan", 1), ("els", 0)):
        login = await bound(town, "amina", family[who])
        view = await town.office.receive(login, my_family, MyFamilyOf())
        # From sixteen a youth's things are the youth's alone.
        assert len(view.placements) == len(view.hearings) == places_seen, who


async def test_what_a_provider_was_shown_is_in_the_log_of_the_youth(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    await held(town, bikes, hearing.id)
    await town.office.look(town.caller("nadia"), places, PlacesOf())
    async with sql(database_url) as plain:
        record = await plain.fetchval(
            "select record from access_log where professional_id = $1 and record::jsonb ->> 'event' = 'places'",
            town.members["nadia"].professional,
        )
    said = json.loads(record)
    assert set(said["facets"]) == {"court.placement", "person.name", "person.age", "person.language"}
    assert said["purpose"] == Purpose.COURT_ALTERNATIVE


async def test_the_database_itself_keeps_the_number_of_places(town: Town, database_url: str) -> None:
    await provider(town)
    bikes = await offer(town, places=1)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    (other,) = await town.family(("Sam Bos", date(2010, 2, 2)))
    copy = (
        "insert into placements (area_id, id, household_id, person_id, offer_id, state, proposed_at, held_by, during)"
        " select area_id, $1, $2, $3, offer_id, 'held', proposed_at, held_by, '[2026-11-02, 2027-11-02)'"
        " from placements where id = $4"
    )
    async with sql(database_url, role="casecoord_app", **{"casecoord.area": str(town.area)}) as plain:
        with pytest.raises(Exception, match="every place of this offer is taken"):
            await plain.execute(copy, uuid4(), other.household, other.id, place.id)
        with pytest.raises(Exception, match="more places"):
            await plain.execute("update offers set places = 0 where id = $1", bikes)


async def test_the_database_itself_keeps_a_hearings_promise_with_its_places(
    town: Town, database_url: str
) -> None:
    await provider(town)
    bikes = await offer(town)
    hearing = await heard(town, (await town.janssens())["daan"])
    place = await held(town, bikes, hearing.id)
    confirm = (
        "update placements set state = 'confirmed', during = tstzrange(lower(during), null) where id = $1"
    )
    release = "update placements set state = 'released', released_because = 'declined' where id = $1"
    for statement in (confirm, release):
        async with sql(database_url, role="casecoord_app", **{"casecoord.area": str(town.area)}) as plain:
            if statement is release:
                await confirmed(town, place.id)
            with pytest.raises(Exception, match="exactly one running promise"):
                await plain.execute(statement, place.id)
