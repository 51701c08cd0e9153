"""A resident asks by right: recorded once it is certain who asks, decided within a month by two people on a ground."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.candidates import CandidatesOf, candidates
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.deciding import (
    ConfirmDecision,
    DecideRight,
    DecisionBrief,
    LiftRestriction,
    confirm_decision,
    decide_right,
    lift_restriction,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, ProposeLead, decline_hand_over, offer_hand_over
from casecoord.actions.lists import TimelineOf, WorklistOf, timeline, worklist
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.rights import (
    ExerciseRight,
    OfRequest,
    RequestBrief,
    appeal_decision,
    exercise_right,
    withdraw_right,
)
from casecoord.actions.rights_asked import RightsAsked, rights_asked
from casecoord.actions.sent import SentSignalOf, sent_signal
from casecoord.actions.signals import SeeSignal, see_signal
from casecoord.domain.joint_view import JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.rights import DecisionState
from casecoord.domain.words import LifeDomain, RequestKind, RequestState, Role, Urgency, VeiligThuis
from casecoord.storage.organising import Organiser
from tests.actions.steps import by_bsn, led_case, open_case, pending, refused, signal, sql, take_part
from tests.actions.test_races import at_once
from tests.world import ISSUER, PEOPLE, Someone, Town


def asking(
    town: Town, who: Someone, kind: RequestKind = RequestKind.RESTRICTION, **more: Any
) -> ExerciseRight:
    return ExerciseRight(town.key(), by_bsn(who), kind, **{"identity_checked": True, **more})


def deciding(town: Town, request: UUID, *, grant: bool = True, **more: Any) -> DecideRight:
    values = {
        "ground": "AVG art. 18", "second": town.members["ibrahim"].professional, "decision": "Klopt zo.",
    }  # fmt: skip
    return DecideRight(town.key(), request, grant, **{**values, **more})


async def confirm(
    town: Town, decision: UUID, by: str = "ibrahim", *, agree: bool = True, words: str | None = None
) -> DecisionBrief:
    return await town.act(by, confirm_decision, ConfirmDecision(town.key(), decision, agree, words))


async def decided(town: Town, request: UUID, *, grant: bool = True, **more: Any) -> RequestBrief:
    """Prepared by the privacy officer, confirmed by the area's coordinator."""
    prepared = await town.act("lotte", decide_right, deciding(town, request, grant=grant, **more))
    return (await confirm(town, prepared.id)).request


async def ask(town: Town, who: Someone, kind: RequestKind, **more: Any) -> RequestBrief:
    return await town.act("lotte", exercise_right, asking(town, who, kind, **more))


async def see(town: Town, who: str, identity: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))


async def agreed(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


@pytest.mark.parametrize("kind", RequestKind)
async def test_what_is_asked_is_decided_within_a_month_by_two(
    town: Town, database_url: str, kind: RequestKind
) -> None:
    els = (await town.janssens())["els"]
    asked = await town.act("lotte", exercise_right, asking(town, els, kind, words="Klopt niet."))
    assert (asked.kind, asked.state, asked.received_at) == (kind, RequestState.OPEN, town.clock.now)
    async with sql(database_url) as plain:
        (clock,) = await plain.fetch("select * from promises where rule = 'G15' and ended_at is null")
        assert b"Klopt" not in await plain.fetchval("select words_sealed from requests")
    assert clock["responder_id"] == town.members["lotte"].membership
    assert clock["due_at"].date().isoformat() == "2026-12-02"
    await agreed(town)
    town.clock.forward(weeks=6)
    await agreed(town)
    running = "select count(*) from promises where rule = 'G15' and ended_at is null"
    prepared = await town.act(
        "lotte", decide_right, deciding(town, asked.id, grant=kind is RequestKind.ACCESS)
    )
    assert (prepared.state, prepared.request.state) == (DecisionState.PENDING, RequestState.OPEN)
    async with sql(database_url) as plain:
        assert await plain.fetchval(running) == 1
    await agreed(town)
    done = (await confirm(town, prepared.id)).request
    assert done.state is (RequestState.GRANTED if kind is RequestKind.ACCESS else RequestState.REFUSED)
    async with sql(database_url) as plain:
        assert await plain.fetchval(running) == 0
        row = await plain.fetchrow("select decided_by, second_by, ground from requests")
    members = town.members
    assert tuple(row) == (members["lotte"].membership, members["ibrahim"].membership, "AVG art. 18")
    async with refused("already_answered", "request"):
        await town.act("lotte", decide_right, deciding(town, asked.id))
    async with refused("already_answered", "decision"):
        await confirm(town, prepared.id)
    await agreed(town)


async def test_while_it_is_undecided_a_family_is_shown_to_fewer_and_nothing_stops(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    before = {who: await see(town, who, case.household) for who in ("amina", "chaima", "ibrahim")}
    lines = (await town.office.look(town.caller("chaima"), worklist, WorklistOf())).items
    asked = await town.act("lotte", exercise_right, asking(town, family["els"], RequestKind.OBJECTION))
    for who in ("amina", "ibrahim"):
        assert await see(town, who, case.household) == before[who], who
    seen = await see(town, "chaima", case.household)
    assert seen.persons == [] and seen.case is None and seen.signals == []
    assert {"person.name", "case.status"} <= {w.facet for w in seen.withheld}
    assert seen.address.withheld.ask and seen.lead.withheld
    (line,) = (await town.office.look(town.caller("chaima"), worklist, WorklistOf())).items
    assert line.names.withheld and line.urgency is None and lines[0].urgency is Urgency.HIGH
    async with refused("not_found", "id"):
        await town.office.look(town.caller("chaima"), timeline, TimelineOf(case.id))
    assert await signal(town, "chaima", family["els"])
    await agreed(town)
    await decided(town, asked.id, grant=False)
    assert len((await see(town, "chaima", case.household)).persons) == 3


async def test_another_right_restricts_nothing(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    before = await see(town, "bram", case.id)
    await town.act("lotte", exercise_right, asking(town, family["els"], RequestKind.RECTIFICATION))
    assert await see(town, "bram", case.id) == before


async def test_only_the_privacy_officer_records_and_decides(town: Town) -> None:
    els = (await town.janssens())["els"]
    for who in [name for name in PEOPLE if name != "lotte"]:
        await nobody_else(town, els, who)


async def nobody_else(town: Town, els: Someone, who: str) -> None:
    stranger = ByBsn("999999990", els.born)
    for about in (by_bsn(els), stranger):
        async with refused("not_allowed"):
            await town.act(
                who,
                exercise_right,
                ExerciseRight(town.key(), about, RequestKind.ACCESS, identity_checked=True),
            )
    asked = await town.act("lotte", exercise_right, asking(town, els))
    for request in (asked.id, uuid4()):
        for verb, input in (
            (decide_right, deciding(town, request)),
            (withdraw_right, OfRequest(town.key(), request, True)),
            (appeal_decision, OfRequest(town.key(), request, True)),
        ):
            async with refused("not_found", "request"):
                await town.act(who, verb, input)


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    els = (await town.janssens())["els"]
    for input, code, field in (
        (asking(town, els, identity_checked=False), "identity_unchecked", "identityChecked"),
        (asking(town, els, received_at=town.clock.now + timedelta(days=1)), "date_in_future", "receivedAt"),
        (asking(town, els, words="BSN 999990019"), "bsn_in_text", "words"),
        (
            ExerciseRight(town.key(), ByBsn(els.bsn, els.born + timedelta(days=1)), RequestKind.ACCESS, True),
            "person_not_matched",
            "person.bsn",
        ),
    ):
        async with refused(code, field):
            await town.act("lotte", exercise_right, input)
    asked = await town.act("lotte", exercise_right, asking(town, els))
    for changed, code, field in (
        ({"ground": " "}, "ground_missing", "ground"),
        ({"second": town.members["lotte"].professional}, "second_person_unknown", "second"),
        ({"second": uuid4()}, "second_person_unknown", "second"),
        ({"decision": ""}, "reason_missing", "decision"),
    ):
        async with refused(code, field):
            await town.act("lotte", decide_right, deciding(town, asked.id, **changed))


async def test_of_twenty_decisions_one_waits_and_of_twenty_answers_one_counts(town: Town) -> None:
    els = (await town.janssens())["els"]
    input = asking(town, els)
    asked, problems = await at_once(*(town.act("lotte", exercise_right, input) for _ in range(10)))
    assert not problems and len({one.id for one in asked}) == 1
    prepared, problems = await at_once(
        *(town.act("lotte", decide_right, deciding(town, asked[0].id, grant=n % 2 == 0)) for n in range(20))
    )
    assert (len(prepared), problems) == (20, {})
    done, problems = await at_once(
        *(confirm(town, one.id, agree=n % 2 == 0, words="Zo niet.") for n, one in enumerate(prepared))
    )
    assert (len(done), problems) == (1, {"already_answered": 19})


async def test_the_officer_and_who_is_asked_are_two_with_logins_of_their_own(town: Town) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.OBJECTION, words="Laat mij met rust.")
    prepared = await town.act("lotte", decide_right, deciding(town, asked.id))
    told = (await town.office.look(town.caller("ibrahim"), inbox, InboxOf())).notices.items
    (notice,) = [one for one in told if one.kind is NoticeKind.DECISION_ASKED]
    assert (notice.about, notice.household, notice.waits) == (prepared.id, None, True)
    (seen,) = await town.office.look(town.caller("ibrahim"), rights_asked, RightsAsked())
    assert seen.decision.mine and seen.decision.words.value == "Klopt zo."
    for who in [name for name in PEOPLE if name != "ibrahim"]:
        for decision in (prepared.id, uuid4()):
            async with refused("not_found", "decision"):
                await confirm(town, decision, who)
        if who != "lotte":
            assert await town.office.look(town.caller(who), rights_asked, RightsAsked()) == []
    async with refused("reason_missing", "words"):
        await confirm(town, prepared.id, agree=False)
    back = await confirm(town, prepared.id, agree=False, words="De grond klopt niet.")
    assert (back.state, back.request.state) == (DecisionState.SENT_BACK, RequestState.OPEN)
    answers = (await town.office.look(town.caller("lotte"), inbox, InboxOf())).notices.items
    assert NoticeKind.DECISION_ANSWER in {one.kind for one in answers}
    assert (await decided(town, asked.id)).state is RequestState.GRANTED
    assert await town.office.look(town.caller("ibrahim"), rights_asked, RightsAsked()) == []
    await agreed(town)


async def test_somebody_who_may_not_read_complaints_decides_on_ground_and_outcome_alone(town: Town) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.COMPLAINT, words="Niemand belt terug.")
    second = town.members["chaima"].professional
    await town.act("lotte", decide_right, deciding(town, asked.id, second=second))
    (seen,) = await town.office.look(town.caller("chaima"), rights_asked, RightsAsked())
    assert (seen.household, seen.words, seen.decision.words) == (None, None, None)
    assert (seen.kind, seen.decision.ground, seen.decision.mine) == (asked.kind, "AVG art. 18", True)


async def test_a_complaint_is_for_the_areas_coordinator_to_read_too(town: Town) -> None:
    els = (await town.janssens())["els"]
    await ask(town, els, RequestKind.OBJECTION, words="Laat mij met rust.")
    complaint = await ask(town, els, RequestKind.COMPLAINT, words="Niemand belt terug.")
    (seen,) = await town.office.look(town.caller("ibrahim"), rights_asked, RightsAsked())
    assert (seen.id, seen.words.value, seen.decision) == (complaint.id, "Niemand belt terug.", None)
    assert await town.office.look(town.caller("jasmijn"), rights_asked, RightsAsked()) == []


async def test_another_decision_replaces_one_that_waits(town: Town) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.RESTRICTION)
    first = await town.act("lotte", decide_right, deciding(town, asked.id))
    other = town.members["jasmijn"].professional
    then = await town.act("lotte", decide_right, deciding(town, asked.id, second=other, grant=False))
    async with refused("already_answered", "decision"):
        await confirm(town, first.id)
    assert (await confirm(town, then.id, "jasmijn")).request.state is RequestState.REFUSED


async def second_officer(town: Town) -> str:
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=365))
        town.members["piet"] = await organiser.member(
            "Piet", town.teams["bureau"], Role.PRIVACY_OFFICER, login=(ISSUER, f"{town.area}:piet")
        )
    return "piet"


async def test_a_refusal_is_appealed_within_six_weeks_and_others_decide(
    town: Town, database_url: str
) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.RECTIFICATION)
    appealing = OfRequest(town.key(), asked.id, True, "Het klopt toch niet.")
    async with refused("not_refused", "request"):
        await town.act("lotte", appeal_decision, appealing)
    await decided(town, asked.id, grant=False)
    # The last microsecond of the last day of six weeks, in Amsterdam; then one more.
    town.clock.now = datetime(2026, 12, 14, 22, 59, 59, 999999, tzinfo=UTC)
    early = town.clock.now
    town.clock.now += timedelta(microseconds=1)
    async with refused("appeal_too_late", "request"):
        await town.act("lotte", appeal_decision, OfRequest(town.key(), asked.id, True))
    town.clock.now = early
    async with refused("identity_unchecked"):
        await town.act("lotte", appeal_decision, OfRequest(town.key(), asked.id, False))
    both, problems = await at_once(
        *(town.act("lotte", appeal_decision, OfRequest(town.key(), asked.id, True)) for _ in range(5))
    )
    assert (len(both), problems) == (1, {"already_appealed": 4})
    appeal = both[0]
    assert (appeal.kind, appeal.state) == (RequestKind.RECTIFICATION, RequestState.OPEN)
    async with sql(database_url) as plain:
        due = await plain.fetchval("select due_at from promises where rule = 'G15' and ended_at is null")
    assert due.date().isoformat() == "2027-01-14"
    officer = await second_officer(town)
    for by, second in (("lotte", "jasmijn"), (officer, "ibrahim"), (officer, "lotte")):
        async with refused("decided_before", "second"):
            other = town.members[second].professional
            await town.act(by, decide_right, deciding(town, appeal.id, second=other))
    other = town.members["jasmijn"].professional
    prepared = await town.act(officer, decide_right, deciding(town, appeal.id, second=other, grant=False))
    assert (await confirm(town, prepared.id, "jasmijn")).request.state is RequestState.REFUSED
    async with refused("appeal_to_court", "request"):
        await town.act("lotte", appeal_decision, OfRequest(town.key(), appeal.id, True))
    await agreed(town)


async def test_what_was_granted_restricts_until_it_is_lifted_by_two(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    before = await see(town, "chaima", case.household)
    asked = await ask(town, family["els"], RequestKind.RESTRICTION)
    await decided(town, asked.id)
    assert (await see(town, "chaima", case.household)).persons == []
    lifting = LiftRestriction(
        town.key(), asked.id, "AVG art. 18 lid 3", town.members["ibrahim"].professional, "Is uitgezocht."
    )
    prepared = await town.act("lotte", lift_restriction, lifting)
    assert (await see(town, "chaima", case.household)).persons == []
    await confirm(town, prepared.id)
    assert await see(town, "chaima", case.household) == before
    async with refused("nothing_restricted", "request"):
        await town.act("lotte", lift_restriction, replace(lifting, idempotency_key=town.key()))
    await agreed(town)


@pytest.mark.parametrize("granted", [False, True])
async def test_a_resident_takes_back_what_was_asked_and_what_was_granted(town: Town, granted: bool) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    before = await see(town, "chaima", case.household)
    asked = await ask(town, family["els"], RequestKind.OBJECTION)
    if granted:
        await decided(town, asked.id)
    async with refused("identity_unchecked"):
        await town.act("lotte", withdraw_right, OfRequest(town.key(), asked.id, False))
    done = await town.act("lotte", withdraw_right, OfRequest(town.key(), asked.id, True))
    assert done.state is (RequestState.GRANTED if granted else RequestState.WITHDRAWN)
    assert await see(town, "chaima", case.household) == before
    async with refused("already_answered", "request"):
        await town.act("lotte", withdraw_right, OfRequest(town.key(), asked.id, True))
    await agreed(town)


async def test_a_restriction_stops_no_promise_and_the_answer_of_a_verb_tells_no_more_than_a_view(
    town: Town,
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await ask(town, family["els"], RequestKind.RESTRICTION)
    offered = ProposeLead(town.key(), case.id, town.members["dirk"].professional, "kent het gezin")
    hand_over = pending(await town.act("amina", offer_hand_over, offered))
    declined = await town.act("dirk", decline_hand_over, AnswerProposal(town.key(), hand_over, "te druk"))
    assert declined.lead is None and {p.proposed.name for p in declined.proposals} == {"Dirk"}
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", town.clock.now.date())
    done = await town.act("chaima", add_action, step)
    asks = replace(step, idempotency_key=town.key(), owner=town.members["chaima"].professional)
    await town.act("amina", add_action, replace(asks, team=town.teams["wijkteam"]))
    told = (await town.office.look(town.caller("chaima"), inbox, InboxOf())).notices.items
    assert {(one.kind, one.case) for one in told} == {(NoticeKind.ACTION, None)}
    assert await town.act("chaima", complete_action, CompleteAction(town.key(), done.id, "Gedaan."))
    sent = await signal(town, "ines", family["els"])
    back = await town.office.look(town.caller("ines"), sent_signal, SentSignalOf(sent.signal))
    assert (sent.lead, back.lead, back.phone, back.case_open) == (None, None, None, True)
    found = await town.office.look(town.caller("chaima"), candidates, CandidatesOf(case.id))
    assert {one.team_name for one in found} == {"Wijkteam"}
    await agreed(town)


async def test_a_signal_that_is_acute_stays_so_for_whoever_must_see_it(town: Town) -> None:
    family = await town.janssens()
    safe = {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.YES}
    sent = await signal(town, "chaima", family["noor"], **safe)
    await ask(town, family["els"], RequestKind.RESTRICTION)
    (line,) = (await town.office.look(town.caller("bram"), worklist, WorklistOf())).items
    assert line.urgency is Urgency.ACUTE and line.names.withheld
    await town.act("dirk", see_signal, SeeSignal(town.key(), sent.signal))
    await open_case(town, "bram", sent.signal)
    await agreed(town)


async def test_with_something_open_an_erasure_is_refused_and_something_else_offered(town: Town) -> None:
    family = await town.janssens()
    asked = await ask(town, family["els"], RequestKind.ERASURE)
    early = await town.act("lotte", decide_right, deciding(town, asked.id))
    await led_case(town, family["noor"])
    # A case was opened since the yes was prepared.
    async with refused("erasure_case_open", "decision"):
        await confirm(town, early.id)
    async with refused("erasure_case_open", "grant"):
        await town.act("lotte", decide_right, deciding(town, asked.id))
    no = await town.act("lotte", decide_right, deciding(town, asked.id, grant=False))
    assert no.offered == [RequestKind.RECTIFICATION, RequestKind.RESTRICTION]
    yes = await town.act("lotte", decide_right, deciding(town, asked.id, despite_open_case=True))
    done = await confirm(town, yes.id)
    assert (done.request.state, done.offered) == (RequestState.GRANTED, [])
    await agreed(town)


async def test_an_erasure_with_nothing_open_is_granted_by_two(town: Town, database_url: str) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.ERASURE)
    assert (await decided(town, asked.id)).state is RequestState.GRANTED
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select decided_by, second_by, state from requests")
    assert tuple(row) == (town.members["lotte"].membership, town.members["ibrahim"].membership, "granted")
