"""Caseload: oneself for members, everybody for who watches over the area, nobody for anybody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from casecoord.actions.caseload import CaseloadOf, Load, caseload
from casecoord.actions.cases import CaseBrief
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_hand_over, offer_hand_over
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.domain.words import LifeDomain, Purpose
from casecoord.storage.organising import Organiser
from tests.actions.looks import look, records
from tests.actions.steps import led_case, pending, refused, sql, take_part
from tests.statements import statements
from tests.world import Town, build_town


async def loads(town: Town, who: str, team: str, purpose: Purpose | None = None) -> dict[str, Load]:
    found = await look(town, who, caseload, CaseloadOf(town.teams[team]), purpose)
    return {load.name: load for load in found.items}


async def act_on(town: Town, case: CaseBrief, who: str, domain: LifeDomain, by: str | None = None) -> object:
    member = town.members[who]
    due = (town.clock.now + timedelta(days=3)).date()
    asked = AddAction(town.key(), case.id, domain, "Belt de school.", due, member.team, member.professional)
    return await town.act(by or who, add_action, asked)


async def set_ceilings(url: str, town: Town, area: int | None = None, **people: int) -> None:
    async with sql(url) as database:
        if area is not None:
            await database.execute(
                "update areas set settings = settings || jsonb_build_object('case_ceiling', $1::int)", area
            )
        for who, ceiling in people.items():
            await database.execute(
                "update professionals set case_ceiling = $1 where id = $2",
                ceiling,
                town.members[who].professional,
            )


async def test_cases_and_actions_are_counted_per_professional(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    done = await act_on(town, case, "amina", LifeDomain.TIME_USE)
    await act_on(town, case, "amina", LifeDomain.SOCIAL_NETWORK)
    await town.act("amina", complete_action, CompleteAction(town.key(), done.id, "gedaan"))
    found = await loads(town, "ibrahim", "klimop")
    assert list(found) == ["Amina", "Bram"]
    amina = town.members["amina"].professional
    # A signal of high urgency in a case at work: four hours a week, and what waits for its lead in three weeks.
    assert found["Amina"] == Load(
        amina,
        "Amina",
        leads=1,
        actions=1,
        ceiling=None,
        full=False,
        hours_asked=4,
        clocks=found["Amina"].clocks,
    )
    assert found["Amina"].clocks > 0
    assert (found["Bram"].leads, found["Bram"].actions) == (0, 0)


async def test_who_hands_a_lead_over_carries_it_until_the_other_accepts(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    asked = ProposeLead(town.key(), case.id, town.members["bram"].professional, "verlof")
    offered = await town.act("amina", offer_hand_over, asked)
    assert [load.leads for load in (await loads(town, "ibrahim", "klimop")).values()] == [1, 0]
    await town.act("bram", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    assert [load.leads for load in (await loads(town, "ibrahim", "klimop")).values()] == [0, 1]


async def test_the_ceiling_warns_ones_own_before_the_areas(town: Town, database_url: str) -> None:
    await led_case(town, (await town.janssens())["noor"])
    await set_ceilings(database_url, town, area=1)
    found = await loads(town, "ibrahim", "klimop")
    assert [(load.ceiling, load.full) for load in found.values()] == [(1, True), (1, False)]
    await set_ceilings(database_url, town, amina=2, bram=0)
    found = await loads(town, "ibrahim", "klimop")
    assert [(load.ceiling, load.full) for load in found.values()] == [(2, False), (0, True)]


@pytest.mark.parametrize(
    ("who", "purpose"), [("ibrahim", None), ("ibrahim", Purpose.MONITORING), ("jasmijn", None)]
)
async def test_who_watches_over_the_area_sees_every_team(
    town: Town, who: str, purpose: Purpose | None
) -> None:
    assert list(await loads(town, who, "klimop", purpose)) == ["Amina", "Bram"]
    assert list(await loads(town, who, "rechtbank", purpose)) == ["Hanna"]


@pytest.mark.parametrize(
    ("who", "team"), [("amina", "klimop"), ("bram", "klimop"), ("dirk", "wijkteam"), ("fleur", "huisarts")]
)
async def test_members_and_coordinators_see_their_own_line(town: Town, who: str, team: str) -> None:
    assert list(await loads(town, who, team)) == [who.title()]


async def test_a_lead_sees_their_own_line(town: Town) -> None:
    await led_case(town, (await town.janssens())["noor"])
    assert {name: load.leads for name, load in (await loads(town, "amina", "klimop")).items()} == {"Amina": 1}


@pytest.mark.parametrize(
    ("who", "team"),
    [
        ("amina", "wijkteam"),
        ("bram", "regenboog"),
        ("hanna", "rechtbank"),  # a court partner looks for an alternative, which caseload is not about
        ("karim", "klimop"),
        ("karim", "bureau"),
        ("lotte", "klimop"),
        ("mo", "klimop"),
        ("bea", "bureau"),
    ],
)
async def test_another_team_and_no_team_have_one_answer(town: Town, who: str, team: str) -> None:
    for asked in (town.teams[team], uuid4()):
        async with refused("not_found", "team"):
            await look(town, who, caseload, CaseloadOf(asked))


async def test_one_looks_as_the_team_that_one_acts_for(town: Town) -> None:
    """Amina works for the social team too; acting for the school, even her own line there is not in view."""
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=1))
        await organiser.membership(town.members["amina"].professional, town.teams["wijkteam"])
    assert list(await loads(town, "amina", "klimop")) == ["Amina"]
    async with refused("not_found", "team"):
        await loads(town, "amina", "wijkteam")


async def test_a_team_of_another_area_is_no_team(town: Town) -> None:
    elsewhere = await build_town(town.database, town.clock, town.office.policy, "noord")
    for who in ("ibrahim", "jasmijn", "amina"):
        async with refused("not_found", "team"):
            await look(town, who, caseload, CaseloadOf(elsewhere.teams["klimop"]))


async def test_actions_count_in_the_spheres_that_the_viewer_may_see(town: Town) -> None:
    """Justice and health leave no trace: neither for who watches over the area, nor for a school."""
    case = await led_case(town, (await town.janssens())["noor"], lead="amina")
    await take_part(town, "amina", case.id, "wijkteam", "dirk")
    domains = [LifeDomain.TIME_USE, LifeDomain.FINANCE, LifeDomain.JUSTICE, LifeDomain.MENTAL_HEALTH]
    for domain in domains:
        await act_on(town, case, "dirk", domain)
    for who in ("ibrahim", "jasmijn"):
        assert (await loads(town, who, "wijkteam"))["Dirk"].actions == 2, who
    assert (await loads(town, "dirk", "wijkteam"))["Dirk"].actions == 4
    # Amina leads and asks something of Bram that his team may not know of; it is no school's to count.
    await act_on(town, case, "bram", LifeDomain.SOCIAL_NETWORK, by="bram")
    before = await loads(town, "bram", "klimop")
    await act_on(town, case, "dirk", LifeDomain.JUSTICE)
    assert await loads(town, "bram", "klimop") == before
    assert before["Bram"].actions == 1


async def test_the_lines_of_a_team_come_in_pages(town: Town) -> None:
    query = CaseloadOf(town.teams["klimop"], first=1)
    one = await look(town, "ibrahim", caseload, query)
    two = await look(town, "ibrahim", caseload, CaseloadOf(query.team, 1, one.cursors[0]))
    none = await look(town, "ibrahim", caseload, CaseloadOf(query.team, 1, two.cursors[0]))
    assert [[load.name for load in page.items] for page in (one, two, none)] == [["Amina"], ["Bram"], []]
    assert (one.more, two.more, none.more) == (True, False, False)
    for who, team in (("jasmijn", "klimop"), ("ibrahim", "wijkteam")):
        async with refused("cursor_invalid", "after"):
            await look(town, who, caseload, CaseloadOf(town.teams[team], after=one.cursors[0]))


async def test_a_look_is_three_statements_and_one_record(town: Town, database_url: str) -> None:
    await led_case(town, (await town.janssens())["noor"])
    with statements(town.database) as sent:
        await loads(town, "ibrahim", "klimop")
    assert len(sent) == 3, sent
    (record, names_household), *more = await records(database_url, "caseload")
    assert (list(record["facets"]), names_household, more) == (["caseload"], False, [])


async def test_somebody_who_left_is_on_no_line(town: Town, database_url: str) -> None:
    async with sql(database_url) as database:
        await database.execute(
            "update memberships set during = tstzrange(lower(during), $1) where id = $2",
            town.clock.now,
            town.members["amina"].membership,
        )
    assert list(await loads(town, "ibrahim", "klimop")) == ["Bram"]
