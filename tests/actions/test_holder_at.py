"""Who held a household at any moment: the history folded by hand says the same, and no more than one may know."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from casecoord.actions.cases import CaseBrief
from casecoord.actions.holder_at import HolderAtOf, holder_at
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    offer_hand_over,
)
from casecoord.domain.words import HolderKind, LifeDomain, Urgency
from tests.actions.looks import look, records
from tests.actions.steps import led_case, open_case, pending, propose, refused, signal, sql, take_part
from tests.statements import statements
from tests.world import MONDAY, Someone, Town, build_town

LEAD, COORDINATOR, AREA = HolderKind
SECOND = timedelta(seconds=1)


async def held(town: Town, who: str, household: UUID, at: datetime) -> tuple[HolderKind, str] | None:
    found = await look(town, who, holder_at, HolderAtOf(household, at))
    assert (found.household, found.at) == (household, at)
    return (found.holder.kind, found.holder.name) if found.holder else None


async def a_story(town: Town) -> tuple[Someone, CaseBrief, list[tuple[datetime, str]]]:
    """A signal, a case, a lead, a hand-over, a day apart; and who holds the household from when on."""
    noor = (await town.janssens())["noor"]
    line = [(town.clock.forward(days=1), "Bram")]
    added = await signal(town, "amina", noor)
    town.clock.forward(days=1)
    case = await open_case(town, "bram", added.signal)
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    proposal = await propose(town, "bram", case.id, "chaima")
    line.append((town.clock.forward(days=1), "Chaima"))
    await town.act("chaima", accept_lead, AnswerProposal(town.key(), proposal))
    town.clock.forward(days=1)
    asked = ProposeLead(town.key(), case.id, town.members["dirk"].professional, "verlof")
    offered = await town.act("chaima", offer_hand_over, asked)
    line.append((town.clock.forward(days=1), "Dirk"))
    await town.act("dirk", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    town.clock.forward(days=1)
    return noor, case, line


async def folded(url: str, household: UUID, at: datetime) -> str | None:
    """Every range that ever began, one after the other: whoever is left holds it."""
    async with sql(url) as database:
        rows = await database.fetch(
            "select lower(o.during) since, upper(o.during) until, w.name from holders o"
            " join memberships m on m.id = o.membership_id join professionals w on w.id = m.professional_id"
            " where o.household_id = $1 order by lower(o.during)",
            household,
        )
    now: str | None = None
    for row in rows:
        if row["since"] <= at:
            now = row["name"] if row["until"] is None or at < row["until"] else None
    return now


@pytest.mark.parametrize("who", ["bram", "amina", "chaima", "dirk", "ibrahim"])
async def test_the_history_folded_by_hand_says_the_same(town: Town, database_url: str, who: str) -> None:
    noor, _, line = await a_story(town)
    moments = [at + step for at, _ in line for step in (-SECOND, 0 * SECOND, SECOND)]
    for at in [*moments, MONDAY, town.clock.now]:
        expected = [name for since, name in line if since <= at]
        by_hand = await folded(database_url, noor.household, at)
        assert by_hand == (expected[-1] if expected else None)
        found = await held(town, who, noor.household, at)
        assert (found[1] if found else None) == by_hand, at


async def test_it_says_as_what_somebody_held_it(town: Town) -> None:
    noor, _, line = await a_story(town)
    kinds = [await held(town, "bram", noor.household, at) for at, _ in line]
    assert kinds == [(COORDINATOR, "Bram"), (LEAD, "Chaima"), (LEAD, "Dirk")]


async def test_where_no_team_covers_a_home_the_area_holds_it(town: Town) -> None:
    lonely = (await town.family(("Kees Blom", MONDAY.date()), neighbourhood="BU05991098"))[0]
    await signal(town, "amina", lonely)
    assert await held(town, "ibrahim", lonely.household, town.clock.now) == (AREA, "Ibrahim")


async def test_justice_and_health_leave_no_trace_for_a_school(town: Town) -> None:
    """Before the school's own signal there was one of the court and one of the GP: nothing, for a school."""
    family = await town.janssens()
    first = town.clock.now
    await signal(town, "hanna", family["daan"], domain=LifeDomain.JUSTICE)
    second = town.clock.forward(days=1)
    await signal(town, "fleur", family["els"], domain=LifeDomain.MENTAL_HEALTH)
    third = town.clock.forward(days=1)
    added = await signal(town, "amina", family["noor"], urgency=Urgency.NORMAL)
    home = family["noor"].household
    for who in ("bram", "ibrahim"):
        assert [await held(town, who, home, at) for at in (first, second)] == [None, None], who
        assert await held(town, who, home, third) == (COORDINATOR, "Bram"), who
    assert await held(town, "dirk", home, first) == (COORDINATOR, "Dirk")
    # The social team does not know of the school's signal: for it, its own is what makes a holder.
    assert await held(town, "dirk", home, third) == (COORDINATOR, "Dirk")
    case = await open_case(town, "bram", added.signal)
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    assert await held(town, "dirk", home, third) == (COORDINATOR, "Bram")
    assert [await held(town, "bram", home, at) for at in (first, second)] == [None, None]


async def test_a_case_whose_reason_is_out_of_view_is_with_the_area(town: Town) -> None:
    """As on the worklist: naming the social team's coordinator would tell whose signal it was."""
    daan = (await town.janssens())["daan"]
    case = await open_case(
        town, "dirk", (await signal(town, "hanna", daan, domain=LifeDomain.JUSTICE)).signal
    )
    await take_part(town, "dirk", case.id, "klimop", "amina")
    assert await held(town, "amina", daan.household, town.clock.now) == (AREA, "Ibrahim")
    assert await held(town, "dirk", daan.household, town.clock.now) == (COORDINATOR, "Dirk")


@pytest.mark.parametrize(
    "who", ["ines", "esra", "fleur", "gijs", "hanna", "jasmijn", "karim", "lotte", "mo", "bea"]
)
async def test_whose_case_it_is_not_gets_the_answer_of_no_household(town: Town, who: str) -> None:
    noor, case, _ = await a_story(town)
    for asked in (noor.household, case.id, uuid4()):
        async with refused("not_found", "household"):
            await look(town, who, holder_at, HolderAtOf(asked, town.clock.now))


async def test_who_only_signalled_learns_the_lead_of_today_and_no_history(town: Town) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    told = await signal(town, "fleur", family["els"])
    assert told.lead == "Amina"
    async with refused("not_found", "household"):
        await look(town, "fleur", holder_at, HolderAtOf(family["noor"].household, town.clock.now))


async def test_decision_power_sees_it_once_a_gap_came_up(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    query = HolderAtOf(noor.household, town.clock.now)
    async with refused("not_found", "household"):
        await look(town, "jasmijn", holder_at, query)
    town.clock.forward(days=40)
    found = await look(town, "jasmijn", holder_at, query)
    assert found.holder is not None and (found.holder.kind, found.holder.name) == (LEAD, "Amina")


async def test_a_household_of_another_area_is_no_household(town: Town) -> None:
    elsewhere = await build_town(town.database, town.clock, town.office.policy, "noord")
    noor = (await elsewhere.janssens())["noor"]
    await signal(elsewhere, "amina", noor)
    for who in ("ibrahim", "bram"):
        async with refused("not_found", "household"):
            await look(town, who, holder_at, HolderAtOf(noor.household, town.clock.now))


async def test_the_future_is_not_known(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    async with refused("date_in_future", "at"):
        await look(town, "ibrahim", holder_at, HolderAtOf(noor.household, town.clock.now + SECOND))


async def test_a_look_is_three_statements_and_one_record_of_the_household(
    town: Town, database_url: str
) -> None:
    noor, _, line = await a_story(town)
    with statements(town.database) as sent:
        await held(town, "bram", noor.household, line[0][0])
    assert len(sent) == 3, sent
    (record, names_household), *more = await records(database_url, "holder_at")
    assert names_household and more == []
    assert set(record["facets"]) >= {"case.lead", "case.status"}
