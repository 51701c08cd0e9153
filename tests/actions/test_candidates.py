"""Candidates for a lead: those of the teams that one may know of, with what speaks for each."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions.candidates import Candidate, CandidatesOf, Reason, Room, candidates
from casecoord.actions.cases import CaseBrief
from casecoord.actions.leads import AnswerProposal, ProposeLead, decline_lead, propose_lead
from casecoord.domain.words import LifeDomain
from tests.actions.looks import look, look_in_dutch, records
from tests.actions.steps import led_case, open_case, pending, refused, signal, sql, take_part
from tests.statements import statements
from tests.world import Town, build_town


async def opened(town: Town) -> tuple[CaseBrief, dict[str, Any]]:
    """A case that the school's signal opened, with the social team in it."""
    family = await town.janssens()
    added = await signal(town, "amina", family["noor"])
    case = await open_case(town, "bram", added.signal)
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    return case, family


async def found(town: Town, who: str, case: CaseBrief) -> dict[str, Candidate]:
    listed = await look(town, who, candidates, CandidatesOf(case.id))
    return {one.name: one for one in listed}


def reasons(candidate: Candidate) -> set[Reason]:
    return {one.reason for one in candidate.reasons}


async def ceiling(url: str, number: int) -> None:
    async with sql(url) as database:
        await database.execute(
            "update areas set settings = settings || jsonb_build_object('case_ceiling', $1::int)", number
        )


async def test_the_people_of_the_teams_that_take_part_are_listed(town: Town) -> None:
    case, _ = await opened(town)
    listed = await found(town, "bram", case)
    assert set(listed) == {"Amina", "Bram", "Chaima", "Dirk"}
    assert listed["Chaima"].professional == town.members["chaima"].professional
    assert (listed["Chaima"].team_name, listed["Chaima"].takes_part_since) == ("Wijkteam", town.clock.now)


async def test_everybody_who_is_listed_can_be_proposed(town: Town) -> None:
    case, _ = await opened(town)
    for one in await look(town, "bram", candidates, CandidatesOf(case.id)):
        asked = ProposeLead(town.key(), case.id, one.professional, "kent het gezin")
        proposal = pending(await town.act("bram", propose_lead, asked))
        await town.act(one.name.lower(), decline_lead, AnswerProposal(town.key(), proposal, "te vol"))


async def test_reasons_are_facts_and_come_in_both_languages(town: Town) -> None:
    case, _ = await opened(town)
    listed = await found(town, "ibrahim", case)
    assert reasons(listed["Amina"]) == {Reason.TEAM_TAKES_PART, Reason.TEAM_SIGNALLED, Reason.HAS_ROOM}
    assert reasons(listed["Dirk"]) == {Reason.TEAM_TAKES_PART, Reason.HAS_ROOM}
    dutch = await look_in_dutch(town, "ibrahim", candidates, CandidatesOf(case.id))
    assert dutch[0].reasons[0].words == "het team doet al mee"
    assert listed["Amina"].reasons[0].words == "the team takes part already"


async def test_who_has_most_room_comes_first_and_then_the_alphabet(town: Town, database_url: str) -> None:
    await ceiling(database_url, 2)
    other = (await town.family(("Piet Jansen", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[0]
    await led_case(town, other, lead="amina")
    case, _ = await opened(town)
    listed = await look(town, "ibrahim", candidates, CandidatesOf(case.id))
    assert [one.name for one in listed] == ["Bram", "Chaima", "Dirk", "Amina"]
    assert [one.room for one in listed] == [*[Room(0, 2, 2)] * 3, Room(1, 2, 1)]
    await ceiling(database_url, 1)
    listed = await look(town, "ibrahim", candidates, CandidatesOf(case.id))
    assert (listed[-1].name, listed[-1].room) == ("Amina", Room(1, 1, 0))
    assert Reason.AT_CEILING in reasons(listed[-1])
    assert Reason.HAS_ROOM not in reasons(listed[-1])


async def test_a_member_learns_nobody_elses_caseload_not_even_by_the_order(
    town: Town, database_url: str
) -> None:
    await ceiling(database_url, 2)
    case, _ = await opened(town)
    before = await look(town, "chaima", candidates, CandidatesOf(case.id))
    other = (await town.family(("Piet Jansen", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[0]
    await led_case(town, other, lead="amina")
    listed = await look(town, "chaima", candidates, CandidatesOf(case.id))
    assert listed == before
    assert [one.name for one in listed] == ["Chaima", "Amina", "Bram", "Dirk"]
    assert [one.room for one in listed] == [Room(0, 2, 2), None, None, None]
    assert all(reasons(one) <= {Reason.TEAM_TAKES_PART, Reason.TEAM_SIGNALLED} for one in listed[1:])


async def test_the_lead_there_is_is_no_candidate(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    assert set(await found(town, "amina", case)) == {"Bram"}


async def test_justice_and_health_leave_no_trace_for_a_school(town: Town) -> None:
    """A court partner takes part, the GP's team and the social team signalled; a school sees none of it."""
    case, family = await opened(town)
    before = await look(town, "bram", candidates, CandidatesOf(case.id))
    await take_part(town, "bram", case.id, "rechtbank", "hanna")
    await signal(town, "chaima", family["daan"], domain=LifeDomain.JUSTICE)
    await signal(town, "fleur", family["els"], domain=LifeDomain.MENTAL_HEALTH)
    assert await look(town, "bram", candidates, CandidatesOf(case.id)) == before
    assert "Hanna" not in await found(town, "ibrahim", case)
    by_social = await found(town, "dirk", case)
    assert "Hanna" in by_social and Reason.TEAM_SIGNALLED in reasons(by_social["Chaima"])
    # The court partner sees its own team, and the lead's; there is no lead yet.
    assert set(await found(town, "hanna", case)) == {"Hanna"}


@pytest.mark.parametrize("who", ["ines", "esra", "fleur", "hanna", "jasmijn", "karim", "lotte", "mo", "bea"])
async def test_who_may_not_propose_gets_the_answer_of_no_case(town: Town, who: str) -> None:
    case, _ = await opened(town)
    for asked in (case.id, uuid4()):
        async with refused("not_found", "case"):
            await look(town, who, candidates, CandidatesOf(asked))


async def test_who_only_signalled_may_not_propose(town: Town) -> None:
    case, family = await opened(town)
    await signal(town, "fleur", family["els"])
    async with refused("not_found", "case"):
        await look(town, "gijs", candidates, CandidatesOf(case.id))


async def test_a_case_of_another_area_is_no_case(town: Town) -> None:
    elsewhere = await build_town(town.database, town.clock, town.office.policy, "noord")
    case, _ = await opened(elsewhere)
    for who in ("ibrahim", "bram"):
        async with refused("not_found", "case"):
            await look(town, who, candidates, CandidatesOf(case.id))


async def test_a_look_is_three_statements_and_one_record_of_the_household(
    town: Town, database_url: str
) -> None:
    case, _ = await opened(town)
    with statements(town.database) as sent:
        await look(town, "ibrahim", candidates, CandidatesOf(case.id))
    assert len(sent) == 3, sent
    (record, names_household), *more = await records(database_url, "candidates")
    assert names_household and more == []
    assert set(record["facets"]) == {"case.participants", "caseload", "signal.source"}
