"""A team's table: it is set for a day, opened, each item ends in something, and it closes or goes on another day."""

from datetime import date, timedelta
from typing import Any

import pytest

from casecoord.actions.agenda import MeetingOf, MeetingsOf, meeting_minutes, meetings
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.managing import ChangeSettings, Deadline, change_settings
from casecoord.actions.meetings import (
    AdjournMeeting,
    MarkPresent,
    OpenMeeting,
    adjourn_meeting,
    close_meeting,
    mark_present,
    open_meeting,
)
from casecoord.actions.recording import Homework, record_decision
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.actions.staffing import RecordDiscipline, record_discipline
from casecoord.domain.covering import SCHOOL_DISCIPLINES
from casecoord.domain.meetings import AgendaKind, AgendaState, MeetingState, MeetingWarning
from casecoord.domain.words import Audience, Discipline, LifeDomain
from casecoord.storage.organising import Organiser
from casecoord.storage.work import UnknownLogin
from tests.actions.leaving_steps import leave
from tests.actions.meeting_steps import (
    ACUTE,
    NEXT,
    agenda,
    child,
    closing,
    decided,
    deciding,
    flagged,
    opened,
    planned,
    see,
)
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql, whole
from tests.actions.test_races import ROUNDS, at_once
from tests.world import Town


async def gaps_of_schools(url: str) -> int:
    async with sql(url) as database:
        return await database.fetchval("select count(*) from promises where rule = 'G8' and ended_at is null")


async def test_a_signal_becomes_an_item_a_decision_and_an_action_and_the_table_closes(
    town: Town, database_url: str
) -> None:
    home = await flagged(town)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    assert (item.kind, item.household, item.names) == (AgendaKind.UNTRIAGED, home, ["Noor Janssen"])
    # A signal is triaged at the table, its case gets a lead, and the item ends in homework.
    async with sql(database_url) as database:
        received = await database.fetchval("select id from signals")
    case = (
        await town.act("bram", triage_signal, TriageSignal(town.key(), received, Decision.OPEN_CASE))
    ).case
    async with refused("lead_missing", "meetingItem"):
        await decided(town, item)
    await propose(town, "bram", case.id, "amina")
    async with refused("next_date_missing", "nextOn"):
        await decided(town, item, next_on=None)
    homework = Homework(LifeDomain.TIME_USE, "Moeder bellen.", date(2026, 11, 9))
    done = await decided(town, item, decision=None, action=homework)
    assert done.state is AgendaState.DECIDED and done.action is not None
    (item,) = await agenda(town, "amina", meeting)
    assert item.action is not None and (item.action.what, item.action.owner, item.next_on) == (
        "Moeder bellen.", "Bram", NEXT,
    )  # fmt: skip
    view = await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))
    assert [action.id for action in view.actions] == [done.action]
    town.clock.forward(hours=1)
    assert (await town.act("bram", close_meeting, closing(town, meeting))).state is MeetingState.CLOSED
    history = await town.office.look(town.caller("amina"), timeline, TimelineOf(case.id))
    assert {"add_action", "record_decision"} <= {e.verb for e in history.items}
    await whole(town)


async def test_a_meeting_with_an_item_left_open_is_adjourned_and_goes_on_where_it_was(
    town: Town, database_url: str
) -> None:
    await flagged(town, **ACUTE)
    await flagged(town, "Daan Bakker")
    meeting = await opened(town, "bram", guests=("chaima",))
    first, second = await agenda(town, "bram", meeting)
    await decided(town, first, next_on=None)
    async with refused("items_open", "meeting"):
        await town.act("bram", close_meeting, closing(town, meeting))
    async with sql(database_url) as database:
        with pytest.raises(Exception, match="left open"):
            await database.execute(
                "update meetings set state = 'closed', held_at = opened_at, ended_at = now() where id = $1",
                meeting,
            )
    later = town.clock.now + timedelta(days=7)
    async with refused("date_in_past", "goesOnAt"):
        await town.act(
            "bram", adjourn_meeting, AdjournMeeting(town.key(), meeting, later - timedelta(days=9))
        )
    gone_on = await town.act("bram", adjourn_meeting, AdjournMeeting(town.key(), meeting, later))
    assert gone_on.state is MeetingState.ADJOURNED and gone_on.next is not None
    async with refused("meeting_over"):
        await town.act("bram", adjourn_meeting, AdjournMeeting(town.key(), meeting, later))
    # Who was asked to come is asked again, and what was open is on the table first.
    assert [one.name for one in (await see(town, "bram", gone_on.next)).expected if one.guest] == ["Chaima"]
    assert [one.id for one in await agenda(town, "bram", meeting)] == [first.id]
    assert second.id in [one.id for one in await agenda(town, "bram", gone_on.next)]
    async with refused("meeting_not_today"):
        await town.act("bram", open_meeting, OpenMeeting(town.key(), gone_on.next))
    town.clock.now = later
    await town.act("bram", open_meeting, OpenMeeting(town.key(), gone_on.next))
    again = await agenda(town, "bram", gone_on.next)
    # The one that ended waits to be triaged still, and comes behind.
    assert again[0].id == second.id and len(again) == 2
    for one in again:
        await decided(town, one, next_on=None)
    await town.act("bram", close_meeting, closing(town, gone_on.next))


async def test_a_team_that_did_not_meet_is_a_gap_until_its_meeting_closes(
    town: Town, database_url: str
) -> None:
    await town.act("mo", change_settings, ChangeSettings(town.key(), (Deadline("meeting_days", 42),)))
    due = "select due_at from promises p join institutions i on i.id = p.subject_id where rule = 'G8' and i.code = '11VO00'"
    async with sql(database_url) as database:
        assert await database.fetchval(due) < town.clock.now
        meeting = await opened(town)
        assert await database.fetchval(due) < town.clock.now
        await town.act("bram", close_meeting, closing(town, meeting))
        assert await database.fetchval(due) == town.clock.now + timedelta(days=42)
    await whole(town)


async def test_a_missing_discipline_is_a_gap_until_somebody_is_said_to_have_it(
    town: Town, database_url: str
) -> None:
    wanted = tuple(sorted(SCHOOL_DISCIPLINES))
    await town.act("mo", change_settings, ChangeSettings(town.key(), disciplines=wanted[:2]))
    due = "select due_at from promises p join institutions i on i.id = p.subject_id where rule = 'G8' and i.code = '11VO00'"
    made = await planned(town)
    assert made.missing == list(wanted[:2]) and made.warnings == [MeetingWarning.DISCIPLINE_MISSING]
    async with sql(database_url) as database:
        assert await database.fetchval(due) < town.clock.now
        for who, discipline in zip(("amina", "bram"), wanted, strict=False):
            said = RecordDiscipline(town.key(), town.members[who].membership, discipline)
            async with refused("not_allowed"):
                await town.act("bram", record_discipline, said)
            told = await town.act("mo", record_discipline, said)
            assert told.discipline is discipline
        assert await database.fetchval(due) > town.clock.now
    assert (await see(town, "bram", made.id)).warnings == []
    unfit = RecordDiscipline(town.key(), town.members["amina"].membership, Discipline.GENERAL_PRACTITIONER)
    async with refused("discipline_unfit", "discipline"):
        await town.act("mo", record_discipline, unfit)
    gp = RecordDiscipline(town.key(), town.members["fleur"].membership, Discipline.GENERAL_PRACTITIONER)
    await town.act("mo", record_discipline, gp)
    assert Discipline.GENERAL_PRACTITIONER not in (await planned(town, "gijs")).missing
    await whole(town)


async def test_more_than_ten_at_the_table_is_a_warning_and_no_refusal(town: Town) -> None:
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=1))
        for number in range(8):
            await organiser.member(f"Lid {number}", town.teams["klimop"])
    assert (await planned(town)).warnings == []
    made = await planned(town, "bram", "chaima")
    assert (made.expected, made.warnings) == (11, [MeetingWarning.TOO_MANY])


async def test_those_present_see_the_agenda_while_it_sits_and_nothing_else(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await signal(
        town, "fleur", family["noor"], domain=LifeDomain.MENTAL_HEALTH, audience=Audience.TEAMS_IN_CASE
    )
    home = await flagged(town, "Daan Bakker", **ACUTE)
    made = await planned(town, "bram", "chaima", "esra")
    caller, joint = town.caller("chaima"), JointCaseOf(home)
    # A guest knows of the date, and of no family.
    assert await agenda(town, "chaima", made.id) == []
    there = tuple(town.members[one].membership for one in ("chaima", "esra"))
    await town.act("bram", open_meeting, OpenMeeting(town.key(), made.id, there[:1]))
    (item,) = await agenda(town, "chaima", made.id)
    assert (item.household, item.names, item.decision) == (home, [], None)
    async with refused("not_found"):
        await town.office.look(caller, joint_case, joint)
    # Whoever is expected and not there sees nothing; who came, in no sphere but their own.
    assert await agenda(town, "esra", made.id) == []
    await town.act("bram", mark_present, MarkPresent(town.key(), made.id, there))
    assert await agenda(town, "esra", made.id) == []
    await decided(town, item, next_on=None)
    assert (await agenda(town, "chaima", made.id))[0].decision == "School belt moeder."
    await town.act("bram", close_meeting, closing(town, made.id))
    assert await agenda(town, "chaima", made.id) == []
    assert (await agenda(town, "amina", made.id))[0].decision == "School belt moeder."
    assert case.id is not None


async def test_a_table_that_nobody_closed_shows_its_guests_nothing_the_next_day(town: Town) -> None:
    await flagged(town)
    meeting = await opened(town, "bram", "chaima", guests=("chaima",))
    assert len(await agenda(town, "chaima", meeting)) == 1
    town.clock.forward(hours=12)
    assert await agenda(town, "chaima", meeting) == []
    (item,) = await agenda(town, "bram", meeting)
    await decided(town, item, next_on=None)
    await town.act("bram", close_meeting, closing(town, meeting))


async def test_a_meeting_is_there_for_its_team_its_guests_and_the_areas_coordinator(town: Town) -> None:
    made = await planned(town, "bram", "chaima")
    for who in ("amina", "bram", "chaima", "ibrahim"):
        assert (await see(town, who, made.id)).id == made.id
        found = await town.office.look(town.caller(who), meetings, MeetingsOf())
        assert [one.id for one in found] == [made.id]
    for who in ("dirk", "ines", "hanna", "jasmijn", "lotte", "mo", "karim"):
        async with refused("not_found", "meeting"):
            await see(town, who, made.id)
        assert await town.office.look(town.caller(who), meetings, MeetingsOf()) == []
        async with refused("not_found", "meeting"):
            await town.act(who, open_meeting, OpenMeeting(town.key(), made.id))


async def test_only_the_teams_coordinator_and_the_member_who_chairs_lead_it(town: Town) -> None:
    home = await flagged(town)
    assert home is not None
    async with refused("not_allowed"):
        await planned(town, "amina", chair=town.members["bram"].membership)
    made = await planned(town, "amina")
    await town.act(
        "bram", open_meeting, OpenMeeting(town.key(), made.id, (town.members["amina"].membership,))
    )
    (item,) = await agenda(town, "amina", made.id)
    await decided(town, item, "amina", next_on=None)
    await town.act("amina", close_meeting, closing(town, made.id))
    made = await planned(town, "bram")
    for who in ("amina", "ibrahim"):
        async with refused("not_allowed"):
            await town.act(who, open_meeting, OpenMeeting(town.key(), made.id))


async def test_a_member_who_left_is_not_expected_and_records_nothing(town: Town) -> None:
    await flagged(town)
    made = await planned(town, "amina", "chaima")
    await leave(town, "chaima")
    assert [one.name for one in (await see(town, "bram", made.id)).expected] == ["Amina", "Bram"]
    async with refused("not_expected", "present"):
        there = (town.members["chaima"].membership,)
        await town.act("amina", open_meeting, OpenMeeting(town.key(), made.id, there))
    await town.act("amina", open_meeting, OpenMeeting(town.key(), made.id))
    (item,) = await agenda(town, "bram", made.id)
    await leave(town, "amina")
    with pytest.raises(UnknownLogin):
        await decided(town, item, "amina", next_on=None)
    # The table is not lost with who chaired it.
    await decided(town, item, next_on=None)
    await town.act("bram", close_meeting, closing(town, made.id))
    async with refused("professional_not_active", "guests"):
        await planned(town, "bram", "chaima")


async def test_of_two_who_record_at_once_the_second_is_told_and_overwrites_nothing(town: Town) -> None:
    await flagged(town)
    made = await planned(town, "amina")
    await town.act("amina", open_meeting, OpenMeeting(town.key(), made.id))
    (item,) = await agenda(town, "amina", made.id)
    answers, problems = await at_once(
        *(decided(town, item, who, decision=f"Van {who}.", next_on=None) for who in ("amina", "bram"))
    )
    assert len(answers) == 1 and problems == {"changed_meanwhile": 1}
    (item,) = await agenda(town, "amina", made.id)
    first = item.decision
    # Who read what is there may still say it better.
    assert item.version == 2 and first in ("Van amina.", "Van bram.")
    await decided(town, item, decision="Samen.", next_on=None)
    assert (await agenda(town, "amina", made.id))[0].decision == "Samen."


@pytest.mark.parametrize("round", ROUNDS)
async def test_of_two_closings_of_one_meeting_one_closes_it(
    town: Town, database_url: str, round: int
) -> None:
    made = await planned(town, "amina")
    await town.act("amina", open_meeting, OpenMeeting(town.key(), made.id))
    acts: list[Any] = [town.act(who, close_meeting, closing(town, made.id)) for who in ("amina", "bram")]
    answers, problems = await at_once(*acts)
    assert [one.state for one in answers] == [MeetingState.CLOSED] and problems == {"meeting_not_open": 1}
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from meetings where held_at is not null") == 1


@pytest.mark.parametrize("round", ROUNDS)
async def test_a_closing_an_adjourning_and_a_decision_at_once_leave_nothing_between_two_tables(
    town: Town, database_url: str, round: int
) -> None:
    await flagged(town)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    await at_once(
        town.act("bram", close_meeting, closing(town, meeting)),
        town.act("bram", adjourn_meeting, AdjournMeeting(town.key(), meeting, town.clock.now)),
        decided(town, item, next_on=None),
    )
    async with sql(database_url) as database:
        rows = await database.fetch(
            "select i.state item, g.state from meeting_items i join meetings g on g.id = i.meeting_id"
        )
    assert [tuple(row) for row in rows] in (
        [("decided", "closed")], [("decided", "adjourned")], [("open", "planned")], [("decided", "open")],
    )  # fmt: skip


async def test_a_decision_on_a_case_that_closed_meanwhile_is_a_word_and_no_action(
    town: Town, database_url: str
) -> None:
    one = await child(town)
    added = await signal(town, "amina", one, **ACUTE)
    case = await open_case(town, "bram", added.signal)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    assert item.kind is AgendaKind.ACUTE
    async with sql(database_url) as database:
        await database.execute("set session_replication_role = replica")
        await database.execute(
            "update cases set state = 'closed', closed_at = now(), outcome_sealed = '', outcome_by = 'family'"
        )
    for more in ({"next_on": NEXT}, {"action": Homework(LifeDomain.TIME_USE, "Bel.", NEXT), "next_on": None}):
        async with refused("case_closed_meanwhile"):
            await decided(town, item, **more)
    done = await decided(town, item, decision="Al gesloten.", next_on=None)
    assert done.state is AgendaState.DECIDED and case.id is not None
    await town.act("bram", close_meeting, closing(town, meeting))


@pytest.mark.parametrize(
    ("code", "field", "how"),
    [
        ("decision_missing", "decision", {"decision": "  "}),
        ("family_not_there", "withoutFamily", {"family_present": False}),
        ("text_control", "decision", {"decision": "a\u200bb"}),
        ("date_in_past", "nextOn", {"next_on": date(2026, 10, 1)}),
        ("case_not_yet", "action", {"action": Homework(LifeDomain.TIME_USE, "Bel.", NEXT)}),
        ("changed_meanwhile", "version", {"version": 7}),
    ],
)
async def test_what_a_decision_lacks_is_said(town: Town, code: str, field: str, how: dict[str, Any]) -> None:
    await flagged(town)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    async with refused(code, field):
        await decided(town, item, **{"next_on": None, **how})
    assert [one.state for one in await agenda(town, "bram", meeting)] == [AgendaState.OPEN]


async def test_why_the_family_was_not_there_is_kept_with_the_decision(town: Town) -> None:
    await flagged(town)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    await decided(
        town, item, family_present=False, without_family="Moeder ligt in het ziekenhuis.", next_on=None
    )
    (item,) = await agenda(town, "bram", meeting)
    assert (item.family_present, item.without_family) == (False, "Moeder ligt in het ziekenhuis.")


@pytest.mark.parametrize(
    ("code", "field", "how"),
    [
        ("minutes_out_of_bounds", "minutes", {"minutes": 5}),
        ("date_too_late", "at", {"years": 20}),
        ("date_in_past", "at", {"years": -1}),
    ],
)
async def test_a_table_that_cannot_be_set_is_refused(
    town: Town, code: str, field: str, how: dict[str, Any]
) -> None:
    years = how.pop("years", 0)
    at = town.clock.now + timedelta(days=365 * years, hours=1)
    async with refused(code, field):
        await planned(town, "bram", at=at, **how)


async def test_guests_are_of_care_teams_and_a_court_partner_is_none(town: Town) -> None:
    for who in ("hanna", "ibrahim"):
        async with refused("guest_unfit", "guests"):
            await planned(town, "bram", who)
    async with refused("not_expected", "chair"):
        await planned(town, "bram", chair=town.members["chaima"].membership)


async def test_a_team_sits_at_one_table_at_a_time(town: Town) -> None:
    await opened(town)
    other = await planned(town)
    async with refused("table_taken"):
        await town.act("bram", open_meeting, OpenMeeting(town.key(), other.id))


async def test_a_decision_after_the_table_closed_is_refused(town: Town) -> None:
    await flagged(town)
    meeting = await opened(town)
    (item,) = await agenda(town, "bram", meeting)
    await decided(town, item, next_on=None)
    await town.act("bram", close_meeting, closing(town, meeting))
    (item,) = await agenda(town, "bram", meeting)
    async with refused("meeting_not_open", "meetingItem"):
        await town.act("bram", record_decision, deciding(town, item, next_on=None))


async def test_the_minutes_are_what_one_may_see_of_a_table_that_sat(town: Town) -> None:
    made = await planned(town)
    async with refused("meeting_not_open"):
        await town.office.look(town.caller("bram"), meeting_minutes, MeetingOf(made.id))
    await flagged(town)
    meeting = await opened(town, "bram", "chaima", guests=("chaima",))
    theirs = await town.office.look(town.caller("chaima"), meeting_minutes, MeetingOf(meeting))
    assert [item.names for item in theirs.agenda] == [[]]
