"""A match without a BSN is a proposal: the area's coordinator makes it one family, or leaves it two."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from casecoord.actions.closing import OfCase, reopen_case
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.merging import ConfirmMerge, confirm_merge
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.signals import ByHousehold, Decision, TriageSignal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, SignalSubject, Urgency, VeiligThuis
from tests.actions.steps import (
    by_bsn,
    led_case,
    open_case,
    propose,
    refused,
    signal,
    sql,
    take_part,
    unmatched,
    waiting_for_locks,
    whole,
)
from tests.world import Town


async def proposals(town: Town, name: str = "ibrahim"):
    return (await town.office.look(town.caller(name), merge_proposals, MergeProposalsOf())).items


async def decide(town: Town, proposal: UUID, accept: bool = True, by: str = "ibrahim"):
    return await town.act(by, confirm_merge, ConfirmMerge(town.key(), proposal, accept))


async def test_a_coordinator_sees_both_sides_and_the_look_is_logged(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await unmatched(town, "fleur", "N. Janssen", noor.born)
    (found,) = await proposals(town)
    assert (found.main.household, found.reasons, found.score) == (noor.household, ["name_birth_postcode"], 60)
    assert {known.name.value for known in found.main.persons} >= {"Noor Janssen", "Els Janssen"}
    assert [(known.name.value, known.age.value) for known in found.beside.persons] == [("N. Janssen", 8)]
    assert (found.main.address.value, found.beside.address) == ("Dahliastraat 12, 3073 AB Rotterdam", None)
    async with sql(database_url) as database:
        logged = await database.fetch(
            "select h.id, a.record::jsonb -> 'facets' ? 'merge.proposal' from access_log a"
            " join households h on h.pseudonym = a.household where a.record::jsonb ->> 'event' = 'merge_proposals'"
        )
    assert {tuple(row) for row in logged} == {(found.main.household, True), (found.beside.household, True)}


async def test_a_secret_address_stays_secret_to_the_coordinator(town: Town) -> None:
    (someone,) = await town.family(("Noor Janssen", date(2018, 9, 30)), secret_address=True)
    await unmatched(town, "fleur", "Noor Janssen", someone.born)
    (found,) = await proposals(town)
    assert found.main.address is None


async def test_nobody_else_sees_or_decides_a_proposal(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    (found,) = await proposals(town)
    for name in set(town.members) - {"ibrahim"}:
        assert await proposals(town, name) == []
        told = []
        for identity in (found.id, uuid4()):
            with pytest.raises(Problem) as problem:
                await decide(town, identity, by=name)
            told.append((problem.value.code, problem.value.field))
        assert told == [("not_found", "proposal")] * 2


async def test_an_accepted_match_brings_the_signal_to_the_family_and_its_team(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born, detail="Uitleg.")
    town.clock.forward(days=1)
    (found,) = await proposals(town)
    decided = await decide(town, found.id)
    assert (decided.household, decided.accepted) == (noor.household, True)
    assert await proposals(town) == []
    view = await town.office.look(town.caller("bram"), joint_case, JointCaseOf(noor.household))
    assert [(s.summary.value, s.person) for s in view.signals] == [("Zorgen over thuis.", noor.id)]
    assert len(view.persons) == 3
    async with sql(database_url) as database:
        beside = await database.fetchrow(
            "select upper(during) = $2 ended, provisional from households where id = $1",
            found.beside.household, town.clock.now,
        )  # fmt: skip
        running = await database.fetch(
            "select rule, household_id, responder_id from promises where ended_at is null and household_id is not null"
        )
    assert tuple(beside) == (True, False)
    assert [tuple(row) for row in running] == [("G1", noor.household, town.members["bram"].membership)]
    async with sql(database_url) as database:
        told = await database.fetch("select distinct household_id from outbox where household_id is not null")
    assert [row[0] for row in told] == [noor.household]
    await whole(town)
    async with refused("not_found", "household"):
        await signal(town, "fleur", ByHousehold(found.beside.household), subject=SignalSubject.HOUSEHOLD)
    assert (await open_case(town, "bram", sent.signal)).household == noor.household


async def test_what_came_along_was_held_all_the_while(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    since = town.clock.now
    town.clock.forward(days=2)
    await signal(town, "amina", noor)
    town.clock.forward(days=2)
    (found,) = await proposals(town)
    await decide(town, found.id)
    async with sql(database_url) as database:
        line = await database.fetch(
            "select membership_id, lower(during), upper(during) from holders where household_id = $1 order by 2",
            noor.household,
        )
    members = town.members
    assert [row[0] for row in line] == [members["ibrahim"].membership, members["bram"].membership]
    assert (line[0][1], line[0][2], line[1][2]) == (since, line[1][1], None)
    await whole(town)


async def test_a_match_joins_the_case_that_the_family_has(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born)
    (found,) = await proposals(town)
    await decide(town, found.id)
    joined = await town.act("bram", triage_signal, TriageSignal(town.key(), sent.signal, Decision.JOIN_CASE))
    assert joined.case.id == case.id
    await whole(town)


async def test_a_case_that_was_opened_meanwhile_comes_along_with_its_plan(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await unmatched(town, "chaima", "Noor Janssen", noor.born)
    case = await open_case(town, "ibrahim", sent.signal)
    await take_part(town, "ibrahim", case.id, "wijkteam", "chaima")
    town.clock.forward(hours=1)
    step = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Bel de bank.", date(2026, 11, 9))
    await town.act("chaima", add_action, step)
    proposal = await propose(town, "chaima", case.id, "dirk")
    (found,) = await proposals(town)
    await decide(town, found.id)
    led = await town.act("dirk", accept_lead, AnswerProposal(town.key(), proposal))
    assert (led.id, led.household, led.lead.name) == (case.id, noor.household, "Dirk")
    view = await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(noor.household))
    assert [action.what for action in view.actions] == ["Bel de bank."]
    told = await town.office.look(town.caller("dirk"), timeline, TimelineOf(case.id))
    assert {event.verb for event in told.items} >= {
        "add_signal",
        "triage_signal",
        "add_action",
        "accept_lead",
    }
    await whole(town)
    async with sql(database_url) as database:
        assert await database.fetchval(
            "select count(*) from promises where household_id = $1 and ended_at is null", found.beside.household
        ) == 0  # fmt: skip


async def test_of_two_open_cases_the_one_with_a_lead_goes_on(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    led = await led_case(town, noor)
    sent = await unmatched(town, "chaima", "Noor Janssen", noor.born)
    other = await open_case(town, "ibrahim", sent.signal)
    (found,) = await proposals(town)
    decided = await decide(town, found.id)
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(decided.household))
    assert (view.case, view.lead.value.name, len(view.signals)) == (led.id, "Amina", 2)
    async with sql(database_url) as database:
        ended = await database.fetchrow(
            "select state, merged_into, outcome_by from cases where id = $1", other.id
        )
    assert tuple(ended) == ("closed", led.id, None)
    async with refused("case_open", "case"):
        await town.act("amina", reopen_case, OfCase(town.key(), other.id))
    await whole(town)


async def test_a_declined_match_is_a_household_of_its_own_once_nothing_is_pending(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await town.family(("Lars Janssen", noor.born))
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born)
    first, second = await proposals(town)
    states = []
    for proposal in (first, second):
        await decide(town, proposal.id, accept=False)
        async with sql(database_url) as database:
            states.append(
                await database.fetchval(
                    "select provisional from households where id = $1 and upper_inf(during)",
                    first.beside.household,
                )
            )
    assert states == [True, False]
    async with refused("already_answered", "proposal"):
        await decide(town, first.id)
    assert (await open_case(town, "ibrahim", sent.signal)).household == first.beside.household
    await whole(town)


async def test_one_accepted_match_settles_the_others(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await town.family(("Lars Janssen", noor.born))
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    first, second = await proposals(town)
    await decide(town, first.id)
    assert await proposals(town) == []
    async with refused("already_answered", "proposal"):
        await decide(town, second.id)


async def test_of_twins_the_one_with_the_same_name_is_meant_and_else_somebody_moves_in(
    town: Town, database_url: str
) -> None:
    born = date(2018, 9, 30)
    noor, _ = await town.family(("Noor Janssen", born), ("Lars Janssen", born))
    meant = await unmatched(town, "fleur", "noor janssen", born)
    unclear = await unmatched(town, "fleur", "N. Janssen", born)
    for proposal in await proposals(town):
        await decide(town, proposal.id)
    async with sql(database_url) as database:
        persons = dict(await database.fetch("select id, person_id from signals"))
        home = await database.fetchval(
            "select household_id from persons where id = $1", persons[unclear.signal]
        )
    assert (persons[meant.signal], home) == (noor.id, noor.household)
    view = await town.office.look(town.caller("ibrahim"), joint_case, JointCaseOf(noor.household))
    assert {person.name.value for person in view.persons} == {"Noor Janssen", "Lars Janssen", "N. Janssen"}


async def test_two_coordinators_words_at_once_are_one(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    (found,) = await proposals(town)
    answers = await asyncio.gather(
        *(decide(town, found.id, accept=number % 2 == 0) for number in range(10)), return_exceptions=True
    )
    assert [type(answer) for answer in answers].count(Problem) == 9
    assert {a.code for a in answers if isinstance(a, Problem)} == {"already_answered"}
    await whole(town)


async def test_who_triages_during_a_match_finds_the_signal_where_it_went(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await unmatched(
        town, "fleur", "Noor Janssen", noor.born, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES
    )
    (found,) = await proposals(town)
    async with sql(database_url) as beside, sql(database_url) as watching:
        transaction = beside.transaction()
        await transaction.start()
        await beside.execute("select from households where id = $1 for update", found.beside.household)
        matching = asyncio.ensure_future(decide(town, found.id))
        await waiting_for_locks(watching, 1)
        triage = asyncio.ensure_future(open_case(town, "dirk", sent.signal))
        await waiting_for_locks(watching, 2)
        await transaction.rollback()
        await matching
        await triage
        opened = await watching.fetch("select household_id from cases")
    assert [row[0] for row in opened] == [noor.household]
    await whole(town)


async def test_a_match_during_a_triage_leaves_one_case_in_one_household(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born)
    mine = await signal(town, "amina", by_bsn(noor))
    (found,) = await proposals(town)
    await asyncio.gather(
        decide(town, found.id),
        open_case(town, "ibrahim", sent.signal),
        open_case(town, "bram", mine.signal),
        return_exceptions=True,
    )
    await whole(town)
    async with sql(database_url) as database:
        adrift = await database.fetchval(
            "select count(*) from signals s join cases c on c.id = s.case_id where c.household_id <> s.household_id"
        )
    assert adrift == 0
