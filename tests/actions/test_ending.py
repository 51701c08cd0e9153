"""A team or an organisation ends: its signals, cases, invitations, places and people's work go to a named team."""

from datetime import timedelta
from typing import Any

import pytest

from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    reopen_case,
)
from casecoord.actions.ending import (
    CoverTo,
    EndOrganisation,
    EndTeam,
    TeamTo,
    end_organisation,
    end_team,
)
from casecoord.actions.participation import InviteTeam, invite_team
from casecoord.actions.plan import AddAction, add_action
from casecoord.domain.leaving import ItemKind, WorkHanging
from casecoord.domain.words import LifeDomain, Role, TeamKind, Word
from casecoord.storage.organising import Organiser
from casecoord.storage.work import UnknownLogin
from tests.actions.leaving_steps import holds, lead_now, newcomer, one
from tests.actions.steps import led_case, open_case, refused, signal, sql, take_part
from tests.world import PEOPLE, Town


async def ends(town: Town, team: str, to: str | None = None, **more: Any) -> Any:
    values = {"to": town.teams[to] if to else None, "confirm": True, **more}
    return await town.act("mo", end_team, EndTeam(town.key(), town.teams[team], **values))


async def busy(town: Town) -> None:
    """De Klimop leads a family, waits for another's triage and is invited to a third."""
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    due = town.clock.now.date() + timedelta(days=40)
    await town.act("amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due))
    (sam,) = await town.family(("Sam Bos", family["noor"].born), links={0: [("school", "11VO00")]})
    await signal(town, "fleur", sam)
    (tim,) = await town.family(("Tim Dos", family["noor"].born), links={0: [("school", "12AB00")]})
    other = await open_case(town, "ines", (await signal(town, "fleur", tim)).signal)
    await take_part(town, "ines", other.id, "wijkteam", "chaima")
    await town.act("ines", invite_team, InviteTeam(town.key(), other.id, town.teams["klimop"]))


async def test_a_team_ends_only_if_another_takes_everything_over(town: Town) -> None:
    await busy(town)
    with pytest.raises(WorkHanging) as refusal:
        await ends(town, "klimop")
    hangs = {item.kind for item in refusal.value.items}
    assert hangs == {
        ItemKind.LEAD, ItemKind.ACTION, ItemKind.SIGNAL, ItemKind.PARTICIPANT, ItemKind.INVITATION, ItemKind.COVER,
    }  # fmt: skip
    assert [item.place for item in refusal.value.items if item.place] == ["school 11VO00"]
    async with refused("team_of_other_kind", "to"):
        await ends(town, "klimop", "wijkteam")
    async with refused("successor_not_active", "to"):
        await ends(town, "klimop", "klimop")
    with pytest.raises(WorkHanging) as unconfirmed:
        await ends(town, "klimop", "regenboog", confirm=False)
    assert unconfirmed.value.code == "not_confirmed"


@pytest.mark.parametrize("days", [0, 9])
async def test_everything_of_a_team_that_ends_is_with_the_named_team(
    town: Town, database_url: str, days: int
) -> None:
    await busy(town)
    klimop = town.teams["klimop"]
    at = town.clock.now + timedelta(days=days) if days else None
    done = await ends(town, "klimop", "regenboog", ends_at=at)
    assert {one.name for one in done.handed_over} == {"Ines", "Regenboog"} and len(done.memberships) == 2
    await holds(town, database_url)
    town.clock.forward(days=days)
    await holds(town, database_url)
    async with sql(database_url) as database:
        for left in (
            "select from signals where accountable_team_id = $1 and state <> 'ended'",
            "select from invitations where team_id = $1 and state = 'pending'",
            "select from plan_actions where team_id = $1 and state = 'open'",
            "select from team_covers where team_id = $1",
        ):
            assert await database.fetch(left, klimop) == [], left
        there = "select team_id from participants where during @> $1::timestamptz"
        assert klimop not in {row[0] for row in await database.fetch(there, town.clock.now)}
    assert await lead_now(town, database_url) == town.members["ines"].membership
    with pytest.raises(UnknownLogin):
        await signal(town, "amina", (await town.family(("Uma Eik", town.clock.now.date())))[0])


async def test_what_a_team_covers_may_go_elsewhere_than_its_work(town: Town, database_url: str) -> None:
    await busy(town)
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now)
        third = await organiser.team(TeamKind.SCHOOL_CARE, "De Vlinder", "Stichting Vlinder")
        member = await organiser.member("Pim", third, Role.COORDINATOR)
        await organiser.coordinate(third, member.membership)
    async with refused("team_of_other_kind", "to"):
        social = CoverTo("school", "11VO00", town.teams["wijkteam"])
        await ends(town, "klimop", "regenboog", covers=(social,))
    await ends(town, "klimop", "regenboog", covers=(CoverTo("school", "11VO00", third),))
    covers = "select team_id from team_covers where code = '11VO00'"
    assert await one(database_url, covers) == third
    await holds(town, database_url)


async def test_nothing_new_comes_to_a_team_that_will_end(town: Town, database_url: str) -> None:
    await busy(town)
    await ends(town, "klimop", "regenboog", ends_at=town.clock.now + timedelta(days=9))
    (uma,) = await town.family(("Uma Eik", town.clock.now.date()), links={0: [("school", "11VO00")]})
    added = await signal(town, "fleur", uma)
    accountable = "select accountable_team_id from signals where id = $1"
    assert await one(database_url, accountable, added.signal) == town.teams["regenboog"]
    case = await open_case(town, "ines", added.signal)
    async with refused("not_found", "team"):
        await town.act("ines", invite_team, InviteTeam(town.key(), case.id, town.teams["klimop"]))
    async with refused("membership_over", "team"):
        await ends(town, "klimop", "regenboog")
    await holds(town, database_url)


async def test_a_case_that_is_reopened_goes_on_without_a_team_that_will_end(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"], "amina")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    town.clock.forward(hours=1)
    async with sql(database_url) as database:
        for row in await database.fetch("select id from signals where case_id = $1", case.id):
            await town.act("amina", give_feedback, GiveFeedback(town.key(), row[0], "Er is een plan."))
            await town.act("amina", confirm_outcome, ConfirmOutcome(town.key(), "Goed.", Word.FAMILY, row[0]))
    await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    await town.act("amina", close_case, CloseCase(town.key(), case.id, "Goed.", Word.FAMILY))
    await ends(town, "klimop", "regenboog", ends_at=town.clock.now + timedelta(days=9))
    await town.act("ibrahim", reopen_case, OfCase(town.key(), case.id))
    async with sql(database_url) as database:
        there = await database.fetch("select team_id from participants where upper_inf(during)")
    assert [row[0] for row in there] == [town.teams["wijkteam"]]
    await holds(town, database_url)


async def test_an_organisation_ends_with_all_its_teams(town: Town, database_url: str) -> None:
    await busy(town)
    organisation = await one(
        database_url, "select organisation_id from teams where id = $1", town.teams["klimop"]
    )
    with pytest.raises(WorkHanging):
        await town.act("mo", end_organisation, EndOrganisation(town.key(), organisation, confirm=True))
    to = (TeamTo(town.teams["klimop"], town.teams["regenboog"]),)
    done = await town.act("mo", end_organisation, EndOrganisation(town.key(), organisation, to, confirm=True))
    assert len(done.memberships) == 2
    await holds(town, database_url)
    async with refused("not_found", "organisation"):
        await town.act("mo", end_organisation, EndOrganisation(town.key(), organisation, to, confirm=True))


async def test_only_an_administrator_ends_a_team(town: Town) -> None:
    await newcomer(town, "klimop")
    for who in set(PEOPLE) - {"mo"}:
        async with refused("not_allowed"):
            await town.act(who, end_team, EndTeam(town.key(), town.teams["klimop"], confirm=True))
