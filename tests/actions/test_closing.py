"""A case is not done when it is registered neatly, but when somebody confirms that it is."""

from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    ReAgreeAction,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    re_agree_action,
    reopen_case,
    review_case,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.domain.words import CaseState, LifeDomain, SignalState, Word
from casecoord.domain.workdays import local_date
from tests.actions.steps import led_case, refused, signal, sql, take_part
from tests.world import Town


async def running(database_url: str, rule: str) -> list[asyncpg.Record]:
    async with sql(database_url) as plain:
        return await plain.fetch("select * from promises where rule = $1 and ended_at is null", rule)


async def loose_signals(database_url: str) -> list[UUID]:
    async with sql(database_url) as plain:
        return [row["id"] for row in await plain.fetch("select id from signals where state <> 'ended'")]


async def finished_plan(town: Town, database_url: str, case: UUID) -> None:
    """Contact made, feedback given, the signal's outcome confirmed."""
    await town.act("amina", record_contact, RecordContact(town.key(), case))
    for identity in await loose_signals(database_url):
        await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Er is een plan."))
        await town.act(
            "amina",
            confirm_outcome,
            ConfirmOutcome(town.key(), "Gaat weer naar school.", Word.FAMILY, identity),
        )


async def test_a_case_closes_through_aftercare_and_nothing_of_it_waits_any_more(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await finished_plan(town, database_url, case.id)
    begun = await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    assert begun.state is CaseState.AFTERCARE
    assert [row["rule"] for row in await running(database_url, "G11")] == ["G11"]
    closed = await town.act(
        "amina", close_case, CloseCase(town.key(), case.id, "Gezin redt zich.", Word.FAMILY)
    )
    assert closed.state is CaseState.CLOSED
    async with sql(database_url) as plain:
        assert (
            await plain.fetchval(
                "select count(*) from promises where ended_at is null and household_id is not null"
            )
            == 0
        )
        assert await plain.fetchval("select count(*) from holders where upper_inf(during)") == 0
        assert await plain.fetchval("select count(*) from leads where upper_inf(during)") == 0


async def test_a_signal_ends_only_after_whoever_signalled_was_told(town: Town, database_url: str) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    [identity] = await loose_signals(database_url)
    async with refused("feedback_first", "signal"):
        await town.act("amina", confirm_outcome, ConfirmOutcome(town.key(), "Goed.", Word.FAMILY, identity))
    told = await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Er is een plan."))
    assert told.state is SignalState.IN_CASE
    async with refused("feedback_given", "signal"):
        await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Nog eens."))


async def test_plain_sql_cannot_end_a_signal_or_a_case_without_an_outcome(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    async with sql(database_url) as plain:
        with pytest.raises(asyncpg.CheckViolationError) as broken:
            await plain.execute("update signals set state = 'ended', ended_at = now()")
        assert broken.value.constraint_name == "signals_ends_with_an_outcome"
        with pytest.raises(asyncpg.CheckViolationError) as broken:
            await plain.execute("update cases set state = 'closed', closed_at = now()")
        assert broken.value.constraint_name == "cases_closes_with_an_outcome"


async def test_the_signaller_reads_the_feedback_and_nothing_else_of_the_case(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    by_gp = await signal(town, "fleur", family["els"], domain=LifeDomain.TIME_USE)
    await town.act("bram", triage_signal, TriageSignal(town.key(), by_gp.signal, Decision.JOIN_CASE))
    await town.act("amina", give_feedback, GiveFeedback(town.key(), by_gp.signal, "Wij bellen vrijdag."))
    view = await town.office.look(town.caller("fleur"), joint_case, JointCaseOf(case.household))
    assert [s.feedback.value for s in view.signals if s.feedback] == ["Wij bellen vrijdag."]
    assert (view.case, view.persons, view.participants, view.next_deadline) == (None, [], [], None)


async def test_a_case_with_an_open_action_or_signal_does_not_close(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    due = local_date(town.clock.now) + timedelta(days=7)
    step = await town.act(
        "amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Bel de club.", due)
    )
    async with refused("actions_open", "case"):
        await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    async with refused("action_not_done", "action"):
        await town.act(
            "amina", confirm_outcome, ConfirmOutcome(town.key(), "Goed.", Word.FAMILY, action=step.id)
        )
    await town.act("amina", complete_action, CompleteAction(town.key(), step.id))
    ended = await town.act(
        "amina", confirm_outcome, ConfirmOutcome(town.key(), "Speelt mee.", Word.FAMILY, action=step.id)
    )
    assert ended.state == "ended"
    await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    async with refused("signals_open", "case"):
        await town.act("amina", close_case, CloseCase(town.key(), case.id, "Klaar.", Word.FAMILY))


async def test_a_case_closes_on_somebodys_word_and_only_the_lead_closes_it(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await finished_plan(town, database_url, case.id)
    async with refused("not_allowed"):
        await town.act("bram", close_case, CloseCase(town.key(), case.id, "Klaar.", Word.FAMILY))
    await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    async with refused("outcome_missing", "outcome"):
        await town.act("amina", close_case, CloseCase(town.key(), case.id))
    async with refused("not_found", "case"):
        await town.act("ines", close_case, CloseCase(town.key(), case.id, "Klaar.", Word.FAMILY))


async def test_a_reopened_case_searches_a_lead_again_with_the_teams_it_had(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    town.clock.forward(days=1)
    await finished_plan(town, database_url, case.id)
    await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    await town.act("amina", close_case, CloseCase(town.key(), case.id, "Gezin redt zich.", Word.FAMILY))
    town.clock.forward(days=3)
    reopened = await town.act("ibrahim", reopen_case, OfCase(town.key(), case.id))
    assert (reopened.state, reopened.lead) == (CaseState.TRIAGED, None)
    view = await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))
    assert [p.name for p in view.participants] == ["Klimop"]
    assert len(await running(database_url, "G2")) == 1


async def test_review_feedback_and_outcome_are_promises_with_clocks(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await town.act("amina", record_contact, RecordContact(town.key(), case.id))
    [feedback] = await running(database_url, "G6")
    town.clock.now = feedback["due_at"] - timedelta(microseconds=1)
    assert [s.raised async for _, s in sweep_areas(town.database)] == [0]
    town.clock.now = feedback["due_at"]
    assert [s.raised async for _, s in sweep_areas(town.database)] == [1]
    [review] = await running(database_url, "G5")
    town.clock.now = review["due_at"]
    assert [s.raised async for _, s in sweep_areas(town.database)] == [1]
    await town.act("amina", review_case, OfCase(town.key(), case.id))
    [again] = await running(database_url, "G5")
    assert again["due_at"] == town.clock.now + timedelta(days=42)
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, sum(found.counts.values())) == ([], 1)


async def test_a_signal_of_a_case_that_is_closed_is_none_but_for_who_sent_it(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    (identity,) = await loose_signals(database_url)
    await finished_plan(town, database_url, case.id)
    async with refused("not_allowed"):
        await town.act("ibrahim", give_feedback, GiveFeedback(town.key(), identity, "Komt goed."))
    await town.act("amina", begin_aftercare, OfCase(town.key(), case.id))
    await town.act("amina", close_case, CloseCase(town.key(), case.id, "Gezin redt zich.", Word.FAMILY))
    for who, known in (("ibrahim", "not_found"), ("chaima", "not_found"), ("bram", "not_allowed")):
        for one, code in ((identity, known), (uuid4(), "not_found")):
            async with refused(code):
                await town.act(who, give_feedback, GiveFeedback(town.key(), one, "Komt goed."))


async def test_an_action_that_one_is_not_shown_is_none(town: Town, database_url: str) -> None:
    """Its team is in a sphere that the school is not shown; in the log, too, it was not there."""
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "werk", "esra")
    due = local_date(town.clock.now) + timedelta(days=7)
    asked = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Vraag uitstel.", due)
    hidden = (await town.act("esra", add_action, asked)).id
    asked = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Zoek de brief op.", due)
    own = (await town.act("bram", add_action, asked)).id
    shown = [
        one.id
        for one in (await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))).actions
    ]
    assert shown == [own]

    async def tried(who: str, identity: UUID, code: str) -> None:
        async with refused(code):
            await town.act(who, complete_action, CompleteAction(town.key(), identity))
        async with refused(code):
            await town.act(who, re_agree_action, ReAgreeAction(town.key(), identity, due))
        async with refused(code):
            await town.act(
                who, confirm_outcome, ConfirmOutcome(town.key(), "Goed.", Word.FAMILY, action=identity)
            )

    for identity in (hidden, uuid4()):
        await tried("bram", identity, "not_found")
    async with sql(database_url) as plain:
        told = "select array_agg(distinct record::json->>'problem') from access_log where record::json->>'status' = 'error'"
        assert await plain.fetchval(told) == ["not_found"]
    await town.act("bram", complete_action, CompleteAction(town.key(), own))


async def test_a_re_agreed_action_has_a_new_date_and_its_gap_ends(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    due = local_date(town.clock.now) + timedelta(days=2)
    step = await town.act(
        "amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Bel de club.", due)
    )
    town.clock.forward(days=4)
    _ = [s async for _, s in sweep_areas(town.database)]
    async with refused("date_in_past", "dueOn"):
        await town.act("amina", re_agree_action, ReAgreeAction(town.key(), step.id, due))
    later = local_date(town.clock.now) + timedelta(days=5)
    assert (
        await town.act("amina", re_agree_action, ReAgreeAction(town.key(), step.id, later))
    ).due_on == later
    async with sql(database_url) as plain:
        open_gaps = await plain.fetch(
            "select p.rule from gaps g join promises p on p.id = g.promise_id where g.ended_at is null"
        )
    assert "G4" not in {row["rule"] for row in open_gaps}
