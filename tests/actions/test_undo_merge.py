"""What was made one by mistake is two again, exactly; and what happened in between is kept, where it belongs."""

import asyncio
from datetime import date
from typing import Any
from uuid import UUID

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
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.merging import (
    ConfirmMerge,
    ProposeMerge,
    UndoMerge,
    confirm_merge,
    propose_merge,
    undo_merge,
)
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.signals import ByHousehold, Decision, TriageSignal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, SignalSubject, Word
from tests.actions.steps import (
    led_case,
    merge,
    open_case,
    propose,
    refused,
    second_coordinator,
    signal,
    sql,
    take_part,
    undo,
    unmatched,
    whole,
)
from tests.actions.whole_state import differences, whole_state
from tests.world import Someone, Town


async def two_families(town: Town) -> tuple[Someone, Someone]:
    """Noor's, with a case that Amina leads; and Sam's, with one that Ines leads, each with a plan."""
    await second_coordinator(town)
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
    case = await led_case(town, noor)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    step = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Bel de bank.", date(2026, 11, 9))
    await town.act("chaima", add_action, step)
    await sams_case(town, sam)
    return noor, sam


async def sams_case(town: Town, sam: Someone) -> UUID:
    sent = await signal(town, "ines", sam, summary="Sam is vaak ziek.", detail="Elke week.")
    case = await open_case(town, "ines", sent.signal)
    await take_part(town, "ines", case.id, "wijkteam", "dirk")
    asked = await propose(town, "ines", case.id, "ines")
    await town.act("ines", accept_lead, AnswerProposal(town.key(), asked))
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Zwemles.", date(2026, 11, 10))
    await town.act("ines", add_action, step)
    return case.id


def since(before: dict, after: dict) -> list[tuple[str, dict]]:
    """The rows that came, and are not over: those that came and went are history."""
    return [
        (key[0], row)
        for key, row in after.items()
        if key not in before
        and not (row.get("during") and row["during"].upper is not None)
        and not (key[0] == "promises" and row["ended_at"] is not None)
        and row.get("state") != "expired"
    ]


@pytest.mark.parametrize("goes_on", ["noor", "sam"])
async def test_two_led_cases_are_two_again_as_if_nothing_had_been(
    town: Town, database_url: str, goes_on: str
) -> None:
    noor, sam = await two_families(town)
    town.clock.forward(days=1)
    before = await whole_state(database_url)
    async with sql(database_url) as database:
        cases = dict(await database.fetch("select household_id, id from cases"))
    keep = cases[noor.household if goes_on == "noor" else sam.household]
    merged = await merge(town, noor.household, sam.household, keep_case=keep)
    await whole(town)
    view = await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(noor.household))
    assert (view.case, len(view.signals), len(view.actions), len(view.persons)) == (keep, 2, 2, 4)
    assert view.lead.value.name == ("Amina" if goes_on == "noor" else "Ines")
    town.clock.forward(hours=1)
    undone = await undo(town, merged.merge)
    assert (undone.household, undone.returned) == (noor.household, sam.household)
    after = await whole_state(database_url)
    assert differences(before, after) == {}
    assert since(before, after) == []
    await whole(town)


async def test_the_coordinator_names_which_of_two_leads_stays(town: Town) -> None:
    noor, sam = await two_families(town)
    asked = await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), noor.household, sam.household))
    async with refused("two_leads", "keepCase"):
        await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked.proposal, True))


async def test_only_another_coordinator_undoes_it_and_once(town: Town) -> None:
    noor, sam = await two_families(town)
    async with refused("not_found", "merge"):
        await undo(town, noor.household)
    merged = await merge(town, noor.household, sam.household, keep_case=await case_of(town, noor))
    async with refused("second_coordinator_needed", "merge"):
        await undo(town, merged.merge, by="ibrahim")
    for name in set(town.members) - {"ibrahim", "nora"}:
        async with refused("not_found", "merge"):
            await undo(town, merged.merge, by=name)
    word = UndoMerge(town.key(), merged.merge)
    first, again = [await town.act("nora", undo_merge, word) for _ in range(2)]
    assert first == again
    async with refused("already_undone", "merge"):
        await undo(town, merged.merge)


async def case_of(town: Town, who: Someone) -> UUID:
    view = await town.office.look(town.caller("ibrahim"), joint_case, JointCaseOf(who.household))
    return view.case


async def test_what_happened_in_between_goes_with_whom_it_is_about(town: Town, database_url: str) -> None:
    noor, sam = await two_families(town)
    keep = await case_of(town, noor)
    merged = await merge(town, noor.household, sam.household, keep_case=keep)
    town.clock.forward(days=1)
    about_sam = await signal(town, "chaima", sam, summary="Sam wordt gepest.")
    about_noor = await signal(town, "chaima", noor, summary="Noor slaapt slecht.")
    about_all = await signal(
        town, "chaima", ByHousehold(noor.household), subject=SignalSubject.HOUSEHOLD, summary="Ruzie thuis."
    )
    async with sql(database_url) as database:
        by = {row["id"]: row["accountable_team_id"] for row in await database.fetch("select * from signals")}
    coordinator = {town.teams["klimop"]: "bram", town.teams["regenboog"]: "ines"}
    for one in (about_sam, about_noor):
        joined = TriageSignal(town.key(), one.signal, Decision.JOIN_CASE)
        await town.act(coordinator[by[one.signal]], triage_signal, joined)
    step = AddAction(town.key(), keep, LifeDomain.TIME_USE, "Samen eten.", date(2026, 11, 20))
    await town.act("amina", add_action, step)
    town.clock.forward(days=1)
    await undo(town, merged.merge)
    async with sql(database_url) as database:
        home = dict(await database.fetch("select id, household_id from signals"))
        astray = await database.fetchval(
            "select count(*) from signals s join cases c on c.id = s.case_id where c.household_id <> s.household_id"
        )
        plan = await database.fetchval(
            "select count(*) from plan_actions a join cases c on c.id = a.case_id where c.household_id = $1",
            noor.household,
        )
    assert home[about_sam.signal] == sam.household
    assert {home[about_noor.signal], home[about_all.signal]} == {noor.household}
    assert (astray, plan) == (0, 2)
    sams = await town.office.look(town.caller("ines"), joint_case, JointCaseOf(sam.household))
    assert {s.summary.value for s in sams.signals} == {"Sam is vaak ziek.", "Sam wordt gepest."}
    assert [a.what for a in sams.actions] == ["Zwemles."]
    noors = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(noor.household))
    assert {a.what for a in noors.actions} == {"Bel de bank.", "Samen eten."}
    await whole(town)


async def test_the_history_of_each_is_its_own_again(town: Town) -> None:
    noor, sam = await two_families(town)
    merged = await merge(town, noor.household, sam.household, keep_case=await case_of(town, noor))

    async def happened(who: str, household: UUID) -> set[UUID]:
        found = await town.office.look(town.caller(who), timeline, TimelineOf(household, 100))
        return {UUID(event.about["signal"]) for event in found.items if "signal" in event.about}

    assert len(await happened("amina", noor.household)) == 2
    town.clock.forward(days=1)
    during = await signal(town, "chaima", sam)
    await undo(town, merged.merge)
    hers, his = await happened("amina", noor.household), await happened("ines", sam.household)
    assert len(hers) == 1 and not hers & his
    # What Ines is not shown of a signal that waits beside the case, the coordinator of the area is.
    assert during.signal in await happened("ibrahim", sam.household)
    assert during.signal not in await happened("ibrahim", noor.household)


async def test_what_ended_as_one_stays_ended(town: Town, database_url: str) -> None:
    noor, sam = await two_families(town)
    keep = await case_of(town, noor)
    ended = await case_of(town, sam)
    merged = await merge(town, noor.household, sam.household, keep_case=keep)
    await close(town, database_url, keep)
    async with refused("case_merged", "case"):
        await town.act("ibrahim", reopen_case, OfCase(town.key(), ended))
    town.clock.forward(days=1)
    await undo(town, merged.merge)
    async with sql(database_url) as database:
        states = await database.fetch(
            "select household_id, state, merged_into from cases order by triaged_at, id"
        )
        open_signals = await database.fetchval("select count(*) from signals where state <> 'ended'")
    assert {tuple(row) for row in states} == {
        (noor.household, "closed", None),
        (sam.household, "closed", keep),
    }
    assert open_signals == 0
    await whole(town)


async def close(town: Town, url: str, case: UUID) -> None:
    async with sql(url) as database:
        signals = [row[0] for row in await database.fetch("select id from signals where case_id = $1", case)]
        actions = [
            row[0] for row in await database.fetch("select id from plan_actions where case_id = $1", case)
        ]
    for identity in actions:
        await town.act("amina", complete_action, CompleteAction(town.key(), identity, "klaar"))
        await town.act(
            "amina", confirm_outcome, ConfirmOutcome(town.key(), "Gelukt.", Word.FAMILY, action=identity)
        )
    for identity in signals:
        await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Er is een plan."))
        await town.act(
            "amina", confirm_outcome, ConfirmOutcome(town.key(), "Gaat goed.", Word.FAMILY, identity)
        )
    await town.act("amina", begin_aftercare, OfCase(town.key(), case))
    await town.act("amina", close_case, CloseCase(town.key(), case, "Het gaat goed.", Word.FAMILY))


async def test_a_lead_who_left_meanwhile_leads_no_more_and_the_case_searches_another(
    town: Town, database_url: str
) -> None:
    noor, sam = await two_families(town)
    sams = await case_of(town, sam)
    merged = await merge(town, noor.household, sam.household, keep_case=await case_of(town, noor))
    town.clock.forward(days=1)
    async with sql(database_url) as database, database.transaction():
        # Ines leaves; somebody else coordinates De Regenboog.
        ines, bram = town.members["ines"], town.members["bram"]
        await database.execute("select set_config('casecoord.now', $1, true)", town.clock.now.isoformat())
        await database.execute(
            "update coordinator_seats set during = tstzrange(lower(during), $2) where membership_id = $1",
            ines.membership, town.clock.now,
        )  # fmt: skip
        await database.execute(
            "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))",
            town.area, town.teams["regenboog"], bram.membership, town.clock.now,
        )  # fmt: skip
        await database.execute(
            "update plan_actions set owner_id = $2 where owner_id = $1", ines.membership, bram.membership
        )
        await database.execute(
            "update promises set responder_id = $2 where responder_id = $1 and ended_at is null",
            ines.membership, bram.membership,
        )  # fmt: skip
        await database.execute(
            "update memberships set during = tstzrange(lower(during), $2) where id = $1",
            ines.membership, town.clock.now,
        )  # fmt: skip
    town.clock.forward(hours=1)
    await undo(town, merged.merge)
    async with sql(database_url) as database:
        state = await database.fetchval("select state from cases where id = $1", sams)
        waits = await database.fetch(
            "select rule from promises where subject_id = $1 and ended_at is null", sams
        )
    assert (state, [row[0] for row in waits]) == ("triaged", ["G2"])
    await whole(town)


async def test_a_match_undone_is_a_household_of_its_own_and_not_asked_again(
    town: Town, database_url: str
) -> None:
    await second_coordinator(town)
    noor = (await town.janssens())["noor"]
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born, detail="Uitleg.")
    async with sql(database_url) as database:
        proposal, beside = await database.fetchrow("select id, provisional_id from merge_proposals")
    before = await whole_state(database_url)
    decided = await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), proposal, True))
    await undo(town, decided.merge)
    left = differences(before, await whole_state(database_url))
    changed = {(key[0], column) for key, columns in left.items() for column in columns}
    assert changed == {("households", "provisional")}
    async with sql(database_url) as database:
        states = [row[0] for row in await database.fetch("select state from merge_proposals")]
    assert states == ["declined"]
    assert (await open_case(town, "ibrahim", sent.signal)).household == beside
    await whole(town)


async def test_what_was_merged_again_since_is_undone_first(town: Town) -> None:
    noor, sam = await two_families(town)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    first = await merge(town, noor.household, sam.household, keep_case=await case_of(town, noor))
    second = await merge(town, wim.household, noor.household)
    async with refused("undo_later_first", "merge"):
        await undo(town, first.merge)
    await undo(town, second.merge)
    await undo(town, first.merge)
    await whole(town)


HELD = "select range_agg(during) from holders where household_id = $1"


async def noor_and_sam(town: Town) -> tuple[Someone, Someone]:
    """Two families in which nothing is open."""
    await second_coordinator(town)
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
    return noor, sam


async def value(url: str, query: str, *about: UUID) -> Any:
    async with sql(url) as database:
        return await database.fetchval(query, *about)


async def test_what_another_family_brought_since_stays_held_all_the_while(
    town: Town, database_url: str
) -> None:
    """The first merge says who held the family before it; the second needs that too, and stays."""
    await second_coordinator(town)
    noor = (await town.janssens())["noor"]
    others = []
    for name in ("Sam Bos", "Kim Post"):
        (child,) = await town.family((name, date(2017, 2, 2)), links={0: [("school", "12AB00")]})
        await signal(town, "ines", child)
        others.append((child, town.clock.now))
        town.clock.forward(hours=1)
    (sam, _), (kim, since) = others
    first = await merge(town, noor.household, sam.household)
    town.clock.forward(hours=1)
    await merge(town, noor.household, kim.household)
    town.clock.forward(hours=1)
    await undo(town, first.merge)
    await whole(town)
    held = await value(database_url, HELD, noor.household)
    assert [(span.lower, span.upper) for span in held] == [(since, None)]


async def test_twenty_undo_at_once_and_one_does(town: Town) -> None:
    noor, sam = await two_families(town)
    merged = await merge(town, noor.household, sam.household, keep_case=await case_of(town, noor))
    answers = await asyncio.gather(*(undo(town, merged.merge) for _ in range(20)), return_exceptions=True)
    assert [type(answer) for answer in answers].count(Problem) == 19
    assert {a.code for a in answers if isinstance(a, Problem)} == {"already_undone"}
    await whole(town)


async def test_what_came_of_a_third_family_goes_with_whom_it_is_about(town: Town, database_url: str) -> None:
    """Sent before the first merge, it came by a second one: it is Sam's all the same, and in nobody else's view."""
    noor, sam = await noor_and_sam(town)
    sent = await unmatched(town, "fleur", "Sam Bos", sam.born, detail="Uitleg.")
    asked = await value(database_url, "select id from merge_proposals")
    since = town.clock.now
    town.clock.forward(hours=1)
    first = await merge(town, noor.household, sam.household)
    town.clock.forward(hours=1)
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked, True))
    town.clock.forward(hours=1)
    await undo(town, first.merge)
    await whole(town)
    at_home = await value(database_url, "select household_id from signals where id = $1", sent.signal)
    held = await value(database_url, HELD, sam.household)
    assert at_home == sam.household
    assert [(span.lower, span.upper) for span in held] == [(since, None)]


async def test_a_case_that_came_of_a_third_family_goes_with_its_signals(
    town: Town, database_url: str
) -> None:
    noor, sam = await noor_and_sam(town)
    sent = await unmatched(town, "fleur", "Sam Bos", sam.born, detail="Uitleg.")
    opened = await open_case(town, "ibrahim", sent.signal)
    asked = await value(database_url, "select id from merge_proposals")
    town.clock.forward(hours=1)
    first = await merge(town, noor.household, sam.household)
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked, True))
    town.clock.forward(hours=1)
    await undo(town, first.merge)
    await whole(town)
    at_home = await value(database_url, "select household_id from cases where id = $1", opened.id)
    assert at_home == sam.household


async def test_a_gap_that_became_another_is_the_former_again(town: Town, database_url: str) -> None:
    """Uncovered since its first signal; with the other's older one that is since earlier, until they are two again."""
    await second_coordinator(town)
    (older,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    (later,) = await town.family(("Kees Blom", date(1961, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "chaima", older)
    town.clock.forward(hours=1)
    await signal(town, "chaima", later)
    town.clock.forward(days=30)
    await whole(town)
    before = await whole_state(database_url)
    merged = await merge(town, later.household, older.household)
    await whole(town)
    town.clock.forward(hours=1)
    await undo(town, merged.merge)
    await whole(town)
    after = await whole_state(database_url)
    assert differences(before, after) == {}


async def test_what_is_held_because_of_one_merge_stays_so_for_what_another_brought(
    town: Town, database_url: str
) -> None:
    """Kim's family held the time in which what was sent about Sam waited elsewhere; that came to Sam by two others."""
    noor, sam = await noor_and_sam(town)
    (kim,) = await town.family(("Kim Post", date(2016, 2, 2)), links={0: [("school", "12AB00")]})
    await signal(town, "ines", kim)
    town.clock.forward(hours=1)
    sent = await unmatched(town, "fleur", "Sam Bos", sam.born, detail="Uitleg.")
    asked = await value(database_url, "select id from merge_proposals")
    since = town.clock.now
    town.clock.forward(hours=1)
    kims = await merge(town, sam.household, kim.household)
    sams = await merge(town, noor.household, sam.household)
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked, True))
    town.clock.forward(hours=1)
    await undo(town, sams.merge)
    await undo(town, kims.merge)
    await whole(town)
    at_home = await value(database_url, "select household_id from signals where id = $1", sent.signal)
    held = await value(database_url, HELD, sam.household)
    assert at_home == sam.household
    assert [(span.lower, span.upper) for span in held] == [(since, None)]
