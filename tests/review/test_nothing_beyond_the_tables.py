"""INVARIANT (nothing beyond the tables): each story here once told somebody what the tables withhold."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.cases import CaseBrief
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_lead, decline_lead, propose_lead
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.participation import InviteTeam, LeaveCase, Successor, invite_team, leave_case
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.signals import ByHousehold, Decision, TriageSignal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import LifeDomain, Purpose, SignalSubject, TeamKind, Urgency, VeiligThuis
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql, take_part
from tests.world import Someone, Town

SOON = date(2026, 11, 9)


async def vermeulens(town: Town) -> dict[str, Someone]:
    """A family that every kind of team covers: a benefit, a practice, a school."""
    mother, brother, child = await town.family(
        ("Wilma Vermeulen", date(1985, 2, 3)),
        ("Sem Vermeulen", date(2009, 5, 6)),
        ("Lot Vermeulen", date(2018, 9, 30)),
        links={0: [("benefit", "WPI"), ("practice", "P1")], 2: [("school", "11VO00")]},
    )
    return {"mother": mother, "brother": brother, "child": child}


async def with_agency(town: Town, family: dict[str, Someone]) -> CaseBrief:
    """The school's case, in which the benefit agency's team takes part: livelihood, out of the school's view."""
    added = await signal(town, "amina", family["child"])
    case = await open_case(town, "bram", added.signal)
    await take_part(town, "bram", case.id, "werk", "esra")
    return case


async def rerouted(town: Town, signal_id: UUID, team: str) -> None:
    """As if this team had been the first that covers the family for this sphere."""
    async with town.database.within(town.area) as work:
        await work.session.execute(
            text("update signals set accountable_team_id = :team where id = :id"),
            {"team": town.teams[team], "id": signal_id},
        )


async def see(town: Town, who: str, identity: UUID, purpose: Purpose | None = None) -> JointCase:
    return await town.office.look(town.caller(who, purpose), joint_case, JointCaseOf(identity))


async def code(town: Town, who: str, verb: Any, input: Any) -> tuple[str, str | None]:
    """What a refusal says."""
    with pytest.raises(Problem) as problem:
        await town.act(who, verb, input)
    return problem.value.code, problem.value.field


async def test_an_open_signal_of_another_team_is_in_nobodys_history(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    before = await town.office.look(town.caller("chaima"), timeline, TimelineOf(case.id))
    await signal(town, "fleur", family["mother"])
    assert len((await see(town, "chaima", case.id)).signals) == 1
    after = await town.office.look(town.caller("chaima"), timeline, TimelineOf(case.id))
    assert after.items == before.items


async def test_a_step_asked_of_a_team_tells_nobody_whether_it_takes_part(town: Town) -> None:
    family = await vermeulens(town)
    with_them = await with_agency(town, family)
    without = await led_case(town, (await town.janssens())["noor"], lead="bram")
    for team in ("werk", "rechtbank", "regenboog"):
        asked = [
            await code(
                town,
                "amina",
                add_action,
                AddAction(town.key(), case.id, LifeDomain.TIME_USE, "x", SOON, town.teams[team]),
            )
            for case in (with_them, without)
        ]
        assert asked[0] == asked[1]


async def test_a_lead_asked_of_a_team_out_of_view_is_refused_as_of_one_that_takes_no_part(town: Town) -> None:
    family = await vermeulens(town)
    with_them = await with_agency(town, family)
    added = await signal(town, "amina", (await town.janssens())["noor"])
    without = await open_case(town, "bram", added.signal)
    esra = town.members["esra"].professional
    asked = [
        await code(town, "amina", propose_lead, ProposeLead(town.key(), case.id, esra, "goed"))
        for case in (with_them, without)
    ]
    assert asked[0] == asked[1] == ("professional_not_in_case", "professional")


async def test_inviting_a_team_that_takes_part_out_of_view_is_answered_as_any_invitation(town: Town) -> None:
    family = await vermeulens(town)
    with_them = await with_agency(town, family)
    invited = await town.act("bram", invite_team, InviteTeam(town.key(), with_them.id, town.teams["werk"]))
    assert invited.state == "pending"
    async with refused("team_in_case"):
        await town.act("bram", invite_team, InviteTeam(town.key(), with_them.id, town.teams["klimop"]))
    # Once the team is in view, as it is for a lead, it is said.
    proposal = await propose(town, "bram", with_them.id, "amina")
    await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    async with refused("team_in_case"):
        await town.act("amina", invite_team, InviteTeam(town.key(), with_them.id, town.teams["werk"]))


async def test_a_court_partners_step_shows_no_court_partner_to_the_school(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"], lead="amina")
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    hanna = town.members["hanna"].professional
    step = AddAction(
        town.key(), case.id, LifeDomain.TIME_USE, "Samen op tijd.", SOON, town.teams["rechtbank"], hanna
    )
    await town.act("amina", add_action, step)
    theirs = await see(town, "bram", case.id)
    assert {p.kind for p in theirs.participants} == {TeamKind.SCHOOL_CARE, TeamKind.SOCIAL}
    assert "Hanna" not in repr((theirs.proposals, theirs.participants, theirs.gaps))
    # Amina wrote it, and her team sees what it wrote; the GP, who did not, sees nothing of it.
    await take_part(town, "amina", case.id, "huisarts", "fleur")
    assert (await see(town, "fleur", case.id)).actions == []
    assert len((await see(town, "chaima", case.id)).actions) == 1


async def test_decision_power_sees_no_household_before_something_of_it_escalated(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"])
    listed = await town.office.look(town.caller("jasmijn"), worklist, WorklistOf())
    assert listed.items == []
    town.clock.forward(weeks=6)
    (item,) = (await town.office.look(town.caller("jasmijn"), worklist, WorklistOf())).items
    assert item.case == case.id


async def test_what_escalated_out_of_view_opens_nothing_to_decision_power(town: Town) -> None:
    family = await vermeulens(town)
    household = family["mother"].household
    await signal(town, "fleur", family["mother"], domain=LifeDomain.MENTAL_HEALTH)
    await signal(town, "hanna", family["brother"], domain=LifeDomain.SOCIAL_NETWORK)
    town.clock.forward(weeks=6)
    assert (await town.office.look(town.caller("jasmijn"), worklist, WorklistOf())).items == []
    async with refused("not_found"):
        await see(town, "jasmijn", household)


async def test_an_overdue_review_of_emergency_access_opens_no_household_to_decision_power(town: Town) -> None:
    """It is between few: who reviews is told, and decision power of the gap alone, without a household."""
    (loner,) = await town.family(("Kaya Aydin", date(1960, 5, 5)))
    why = "Doet al dagen niet open, buren bellen."
    await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(loner.bsn), why))
    town.clock.forward(weeks=6)
    async with refused("not_found"):
        await see(town, "jasmijn", loner.household)


@pytest.mark.parametrize("who", ["ibrahim", "jasmijn"])
async def test_the_purpose_of_monitoring_lists_no_household(town: Town, who: str) -> None:
    family = await vermeulens(town)
    await led_case(town, family["child"])
    town.clock.forward(weeks=6)
    caller = town.caller(who, Purpose.MONITORING)
    assert (await town.office.look(caller, worklist, WorklistOf())).items == []
    assert (await town.office.look(caller, gaps, GapsOf())).items == []


@pytest.mark.parametrize("who", ["mo", "karim", "lotte"])
async def test_who_sees_no_content_sees_none_of_the_own_teams_either(town: Town, who: str) -> None:
    family = await vermeulens(town)
    await signal(town, "bea", family["child"], summary="Kanarie in de mijn.")
    assert "Kanarie" in repr(await see(town, "bea", family["child"].household))
    try:
        seen = repr(await see(town, who, family["child"].household))
    except Problem as problem:
        seen = problem.code
    assert "Kanarie" not in seen


@pytest.mark.parametrize("who", ["mo", "karim", "lotte"])
async def test_who_is_shown_no_case_is_told_of_none_when_signalling(town: Town, who: str) -> None:
    family = await vermeulens(town)
    await led_case(town, family["child"])
    told = await signal(town, who, family["child"])
    assert (told.case_open, told.lead) == (False, None)


async def test_an_action_out_of_view_is_answered_as_one_that_is_not_there(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"], lead="amina")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await take_part(town, "amina", case.id, "huisarts", "fleur")
    step = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Samen naar de balie.", SOON)
    done = await town.act("chaima", add_action, step)
    there = await code(town, "fleur", complete_action, CompleteAction(town.key(), done.id))
    gone = await code(town, "fleur", complete_action, CompleteAction(town.key(), uuid4()))
    assert there == gone == ("not_found", "action")


async def test_for_a_signaller_a_case_and_its_proposals_have_no_ids(town: Town) -> None:
    family = await vermeulens(town)
    added = await signal(town, "amina", family["child"])
    case = await open_case(town, "bram", added.signal)
    await signal(town, "ines", family["child"])
    proposal = await propose(town, "bram", case.id, "amina")
    asked = ProposeLead(town.key(), case.id, town.members["ines"].professional, "goed")
    assert await code(town, "ines", propose_lead, asked) == ("not_found", "case")
    answer = AnswerProposal(town.key(), proposal, "nee")
    assert await code(town, "ines", decline_lead, answer) == ("not_found", "proposal")


async def test_a_team_accountable_beside_a_case_sees_its_own_signal_and_not_the_case(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"], lead="amina")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    step = AddAction(town.key(), case.id, LifeDomain.FINANCE, "Kanarie voor de balie.", SOON)
    await town.act("chaima", add_action, step)
    debt = await signal(town, "fleur", family["mother"], domain=LifeDomain.FINANCE)
    await rerouted(town, debt.signal, "werk")
    seen = await see(town, "esra", family["mother"].household)
    assert len(seen.signals) == 1
    assert seen.actions == [] and seen.participants == [] and seen.contacts == []
    told = await town.office.look(town.caller("esra"), timeline, TimelineOf(family["mother"].household))
    assert [event.verb for event in told.items] == ["add_signal"]


async def test_who_triages_on_duty_for_another_team_is_told_nothing_of_its_case(town: Town) -> None:
    family = await vermeulens(town)
    await led_case(town, family["child"], lead="amina")
    acute = await signal(town, "amina", family["child"], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    done = await town.act("dirk", triage_signal, TriageSignal(town.key(), acute.signal, Decision.JOIN_CASE))
    assert done.case is None
    async with refused("not_found"):
        await see(town, "dirk", family["child"].household)


async def test_the_log_of_a_list_names_all_that_each_line_showed(town: Town, database_url: str) -> None:
    family = await vermeulens(town)
    await led_case(town, family["child"])
    town.clock.forward(weeks=3)
    (item,) = (await town.office.look(town.caller("amina"), worklist, WorklistOf())).items
    assert item.urgency and item.next_deadline and item.open_gaps
    async with sql(database_url) as database:
        (row,) = await database.fetch(
            "select record from access_log where record::jsonb ->> 'event' = 'worklist'"
        )
    facets = set(json.loads(row["record"])["facets"])
    assert facets == {
        "case.status", "case.lead", "person.name", "signal.existence", "case.next_deadline", "gap",
    }  # fmt: skip


async def test_the_holder_on_a_gap_is_the_one_in_view(town: Town) -> None:
    """A justice signal made the social team the holder; who sees only money sees only money's team."""
    family = await vermeulens(town)
    await signal(town, "hanna", family["brother"], domain=LifeDomain.SOCIAL_NETWORK)
    town.clock.forward(minutes=1)
    debt = await signal(town, "chaima", family["mother"], domain=LifeDomain.FINANCE)
    await rerouted(town, debt.signal, "werk")
    town.clock.forward(weeks=2)
    lines = (await town.office.look(town.caller("esra"), gaps, GapsOf())).items
    assert lines and {line.holder for line in lines} == {"Esra"}


async def test_history_names_nobody_whose_team_is_out_of_view(town: Town) -> None:
    family = await vermeulens(town)
    case = await with_agency(town, family)
    proposal = await propose(town, "bram", case.id, "amina")
    await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Elke dag om negen.", SOON)
    await town.act("esra", add_action, step)
    seen = await see(town, "bram", case.id)
    assert {p.kind for p in seen.participants} == {TeamKind.SCHOOL_CARE}
    told = await town.office.look(town.caller("bram"), timeline, TimelineOf(case.id))
    assert "Esra" not in {event.who for event in told.items}
    assert "Esra" not in repr(seen.actions)


async def test_a_team_that_left_sees_what_it_wrote_and_nothing_new(town: Town) -> None:
    family = await vermeulens(town)
    case = await led_case(town, family["child"], lead="amina")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    step = await town.act(
        "chaima", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Eigen woorden.", SOON)
    )
    town.clock.forward(hours=1)
    successor = Successor(step.id, town.members["amina"].professional)
    await town.act("dirk", leave_case, LeaveCase(town.key(), case.id, (successor,)))
    town.clock.forward(hours=1)
    await town.act("amina", complete_action, CompleteAction(town.key(), step.id, "Kanarie gezongen."))
    seen = await see(town, "chaima", family["child"].household)
    assert [a.what for a in seen.actions] == ["Eigen woorden."]
    assert "Kanarie" not in repr(seen) and seen.actions[0].state == "open"


async def test_a_signaller_sees_the_signal_as_written_not_what_became_of_it(town: Town) -> None:
    family = await vermeulens(town)
    added = await signal(town, "ines", family["child"])
    before = await see(town, "ines", family["child"].household)
    await town.act(
        "bram",
        triage_signal,
        TriageSignal(town.key(), added.signal, Decision.ON_HOLD, "eerst vakantie", date(2026, 12, 1)),
    )
    assert await see(town, "ines", family["child"].household) == before


async def test_a_household_is_signalled_about_by_id_only_by_whom_it_exists_for(town: Town) -> None:
    family = await vermeulens(town)
    await signal(town, "bea", family["child"])
    about = ByHousehold(family["child"].household)
    async with refused("not_found", "household"):
        await signal(town, "mo", about, subject=SignalSubject.HOUSEHOLD)
