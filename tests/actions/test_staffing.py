"""Which team covers a place, who works in it and that it met: the gap ends, and whoever may not changes nothing."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from casecoord.actions.managing import ChangeSettings, Deadline, change_settings
from casecoord.actions.signals import add_signal
from casecoord.actions.staffing import (
    AddMember,
    CoverPlace,
    RecordMeeting,
    add_member,
    cover_place,
    record_meeting,
)
from casecoord.actions.transfers import AcceptTransfer, accept_transfer
from casecoord.domain.words import Discipline, LifeDomain, Role
from casecoord.storage.organising import Organiser
from casecoord.storage.tables import Institution
from tests.actions.leaving_steps import one
from tests.actions.moves import awaited
from tests.actions.steps import concern, refused, signal, sql
from tests.actions.test_sweep import NOTHING, listed, recomputed, swept
from tests.world import ISSUER, MONDAY, PEOPLE, Town

DAY = timedelta(days=1)
UNCOVERED = "BU05991098"


async def covers(town: Town, team: str, kind: str, code: str, by: str = "mo") -> Any:
    return await town.act(by, cover_place, CoverPlace(town.key(), kind, code, town.teams[team]))


async def joins(town: Town, team: str, by: str = "mo", **more: Any) -> Any:
    values = {"role": Role.MEMBER, **more}
    if "professional" not in values:
        values.setdefault("name", "Sanne de Wit")
    return await town.act(by, add_member, AddMember(town.key(), town.teams[team], **values))


async def another_school(town: Town, code: str = "13CD00") -> None:
    async with town.database.within(town.area) as work:
        work.session.add(Institution(area_id=town.area, kind="school", code=code, name="De Derde"))
    await swept(town)


async def test_a_school_that_a_team_of_another_kind_covers_is_a_gap_and_stops_nothing(town: Town) -> None:
    await another_school(town)
    async with town.database.within(town.area) as work:
        await Organiser(work, town.clock.now).cover(town.teams["wijkteam"], "school", "13CD00")
    await swept(town)
    assert [rule for rule, _ in await listed(town)] == ["G8"]
    assert [rule for rule, _ in await recomputed(town)] == ["G8"]
    await covers(town, "klimop", "school", "13CD00")
    assert await listed(town) == []


async def test_the_gap_of_a_school_ends_when_a_team_covers_it(town: Town) -> None:
    await another_school(town)
    assert await listed(town) == [("G8", 1)]
    told = await covers(town, "regenboog", "school", "13CD00")
    assert (told.kind, told.code, told.team) == ("school", "13CD00", town.teams["regenboog"])
    assert await listed(town) == []
    await swept(town)
    assert await recomputed(town) == {}


async def test_what_no_team_was_accountable_for_comes_to_the_team_that_covers_it(
    town: Town, database_url: str
) -> None:
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood=UNCOVERED)
    await signal(town, "amina", wim)
    (other,) = await town.family(("Piet Post", date(1961, 5, 5)))
    await signal(town, "dirk", other)
    assert "covered" in [rule for rule, _ in await listed(town)]
    await covers(town, "wijkteam", "neighbourhood", UNCOVERED)
    for _ in range(2):
        await swept(town)
        (waits,) = await awaited(town, "dirk")
    assert await one(database_url, "select count(*) from transfers") == 1
    await town.act("dirk", accept_transfer, AcceptTransfer(town.key(), waits.id))
    assert await one(database_url, "select count(*) from signals where accountable_team_id is null") == 0
    await swept(town)
    assert (await listed(town), await recomputed(town)) == ([], {})


async def test_a_place_that_changes_twice_asks_only_the_team_that_covers_it_in_the_end(
    town: Town, database_url: str
) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    pending = "select count(*) from transfers where state = 'pending' and to_team_id = $1"
    await covers(town, "regenboog", "school", "11VO00")
    await swept(town)
    assert await one(database_url, pending, town.teams["regenboog"]) == 1
    await covers(town, "klimop", "school", "11VO00")
    await swept(town)
    assert await one(database_url, "select count(*) from transfers where state = 'pending'") == 0
    await recomputed(town)


async def test_a_signal_that_comes_while_a_place_changes_hands_finds_its_way(
    town: Town, database_url: str
) -> None:
    people = [await town.family((f"Lid {n}", date(1990, 1, 1)), neighbourhood=UNCOVERED) for n in range(8)]
    sent = [town.act("amina", add_signal, concern(town, one[0])) for one in people]
    await asyncio.gather(*sent[:4], covers(town, "wijkteam", "neighbourhood", UNCOVERED), *sent[4:])
    await swept(town)
    loose = (
        "select count(*) from signals s where accountable_team_id is distinct from $1 and not exists"
        " (select from transfers t where t.household_id = s.household_id and t.to_team_id = $1"
        " and t.state = 'pending')"
    )
    assert await one(database_url, loose, town.teams["wijkteam"]) == 0
    await recomputed(town)


async def test_only_a_team_of_the_right_kind_that_works_covers_a_place_that_there_is(town: Town) -> None:
    for team, kind, code in (
        ("wijkteam", "school", "11VO00"), ("klimop", "neighbourhood", UNCOVERED), ("bureau", "practice", "P1"),
        ("huisarts", "benefit", "WPI"), ("werk", "practice", "P1"),
    ):  # fmt: skip
        async with refused("team_kind_unfit", "team"):
            await covers(town, team, kind, code)
    async with refused("not_found", "kind"):
        await covers(town, "klimop", "gemeente", "11VO00")
    for kind in ("school", "practice", "benefit", "neighbourhood"):
        async with refused("not_found", "code"):
            await covers(town, "klimop", kind, "99ZZ99")
    async with refused("not_found", "team"):
        await town.act("mo", cover_place, CoverPlace(town.key(), "school", "11VO00", uuid4()))


async def test_only_an_administrator_names_who_covers_a_place_and_who_works_where(town: Town) -> None:
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await covers(town, "regenboog", "school", "11VO00", who)
        async with refused("not_allowed"):
            await joins(town, "klimop", who)


async def test_a_team_is_complete_once_its_missing_discipline_works_there(town: Town) -> None:
    asked = ChangeSettings(town.key(), disciplines=(Discipline.SOCIAL_TEAM,))
    await town.act("mo", change_settings, asked)
    assert [rule for rule, _ in await listed(town)] == ["G8", "G8"]
    await joins(town, "klimop", discipline=Discipline.SOCIAL_TEAM)
    assert [rule for rule, _ in await listed(town)] == ["G8"]
    chaima = town.members["chaima"].professional
    soon = town.clock.now + 2 * DAY
    await joins(town, "regenboog", professional=chaima, discipline=Discipline.SOCIAL_TEAM, since=soon)
    assert [rule for rule, _ in await listed(town)] == ["G8"]
    town.clock.now = soon
    await swept(town)
    assert (await listed(town), await recomputed(town)) == ([], {})


async def test_somebody_new_can_log_in_from_their_first_moment(town: Town, database_url: str) -> None:
    login = {"issuer": ISSUER, "subject": f"{town.area}:sanne"}
    asked = {"phone": "010-1234567", "email": "sanne@voorbeeld.nl", **login}
    told = await joins(town, "wijkteam", since=town.clock.now + DAY, **asked)
    town.clock.forward(days=1)
    (noor,) = await town.family(("Noor Post", date(2018, 9, 30)))
    await signal(town, "sanne", noor, domain=LifeDomain.TIME_USE)
    assert await one(database_url, "select email from professionals where id = $1", told.professional)


async def test_who_cannot_be_a_member_is_not_added_and_nothing_stays(town: Town, database_url: str) -> None:
    amina, mo = town.members["amina"].professional, town.members["mo"].professional
    count = "select (select count(*) from professionals) + (select count(*) from memberships)"
    before = await one(database_url, count)
    wrong: list[tuple[str, str | None, str, dict[str, Any]]] = [
        ("text_empty", "name", "klimop", {"name": " "}),
        ("text_empty", "name", "klimop", {"name": None}),
        ("bsn_in_text", "name", "klimop", {"name": "Sanne 999990019"}),
        ("email_invalid", "email", "klimop", {"email": "sanne"}),
        ("email_invalid", "email", "klimop", {"email": "a@b, c@d"}),
        ("login_incomplete", "subject", "klimop", {"issuer": ISSUER}),
        ("login_incomplete", "issuer", "klimop", {"subject": "x"}),
        ("bsn_in_text", "subject", "klimop", {"issuer": ISSUER, "subject": "999990019"}),
        ("login_taken", None, "klimop", {"issuer": ISSUER, "subject": f"{town.area}:mo"}),
        ("role_unfit", "role", "klimop", {"role": Role.ADMINISTRATOR}),
        ("role_unfit", "role", "wijkteam", {"role": Role.AREA_COORDINATOR}),
        ("role_unfit", "role", "bureau", {"role": Role.RESIDENT}),
        ("discipline_unfit", "discipline", "wijkteam", {"discipline": Discipline.SOCIAL_TEAM}),
        ("date_in_past", "since", "klimop", {"since": MONDAY - DAY}),
        ("professional_or_name", "professional", "klimop", {"professional": amina, "name": "Sanne"}),
        ("not_found", "professional", "klimop", {"professional": uuid4()}),
        ("own_membership", "professional", "klimop", {"professional": mo}),
        ("member_already", None, "klimop", {"professional": amina}),
    ]  # fmt: skip
    for code, field, team, given in wrong:
        async with refused(code, field):
            await joins(town, team, **given)
    async with refused("not_found", "team"):
        await town.act("mo", add_member, AddMember(town.key(), uuid4(), Role.MEMBER, name="Sanne"))
    assert await one(database_url, count) == before


async def test_a_team_that_met_need_not_meet_for_its_weeks(town: Town) -> None:
    await town.act("mo", change_settings, ChangeSettings(town.key(), (Deadline("meeting_days", 42),)))
    assert [rule for rule, _ in await listed(town)] == ["G8", "G8"]
    await swept(town)
    for who, team in (("bram", "klimop"), ("ines", "regenboog")):
        met = RecordMeeting(town.key(), town.teams[team], MONDAY - DAY)
        told = await town.act(who, record_meeting, met)
        assert (told.team, told.held_at) == (town.teams[team], MONDAY - DAY)
        assert told == await town.act(who, record_meeting, met)
    assert (await listed(town), await swept(town), await recomputed(town)) == ([], NOTHING, {})
    town.clock.now = MONDAY + 41 * DAY
    assert [rule for rule, _ in await listed(town)] == ["G8", "G8"]
    await swept(town)
    assert await recomputed(town) == {("G8", 1): 2}


async def test_a_meeting_is_said_by_the_teams_own_coordinator_after_it_was(
    town: Town, database_url: str
) -> None:
    asked = RecordMeeting(town.key(), town.teams["klimop"], MONDAY)
    for who in set(PEOPLE) - {"bram"}:
        async with refused("not_allowed"):
            await town.act(who, record_meeting, replace(asked, idempotency_key=town.key()))
    async with refused("date_in_future", "heldAt"):
        await town.act("bram", record_meeting, replace(asked, held_at=MONDAY + DAY))
    async with refused("team_not_there", "heldAt"):
        await town.act("bram", record_meeting, replace(asked, held_at=MONDAY - 400 * DAY))
    async with sql(database_url) as database:
        assert await database.fetch("select * from meetings") == []
    await town.act("bram", record_meeting, asked)
