"""What the database refuses by itself: plain SQL, as the application and as the owner, against each guard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.domain.words import LifeDomain
from casecoord.storage.connection import APP_ROLE, MIGRATOR_ROLE
from casecoord.storage.work import Database
from tests.actions.steps import led_case, open_case, signal
from tests.conftest import of_database
from tests.world import KEYRING, Clock, Town, build_town

ROLES = [APP_ROLE, MIGRATOR_ROLE]


@dataclass(frozen=True)
class Story:
    """A town with an open signal, a case in search of a lead, and a led case with a step and an invitation."""

    town: Town
    url: str
    waiting: UUID
    searching: UUID
    led: UUID


async def tell(url: str) -> AsyncIterator[Story]:
    clock = Clock()
    database = Database(url, KEYRING, clock=clock, pool_size=5)
    town = await build_town(database, clock, Policy())
    noor = (await town.janssens())["noor"]
    led = await led_case(town, noor)
    second, third = [
        (await town.family((name, noor.born), links={0: [("school", "11VO00")]}))[0]
        for name in ("B Bos", "C Cos")
    ]
    waiting = await signal(town, "amina", second)
    searching = await open_case(town, "bram", (await signal(town, "amina", third)).signal)
    yield Story(town, url, waiting.signal, searching.id, led.id)
    await database.close()


@pytest.fixture
async def story(database_url: str) -> AsyncIterator[Story]:
    async for told in tell(database_url):
        yield told


@pytest.fixture(scope="module")
async def standing(server: str, template: str) -> AsyncIterator[Story]:
    """The same for all tests that leave nothing behind."""
    name = f"casecoord_test_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    try:
        async for told in tell(of_database(server, name)):
            yield told
    finally:
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


@asynccontextmanager
async def session(story: Story, role: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection in a role; the application's with its area and the town's moment set for each transaction."""
    connection = await asyncpg.connect(story.url, server_settings={"role": role, "timezone": "UTC"})
    try:
        yield connection
    finally:
        await connection.close()


async def run(story: Story, role: str, *statements: str) -> None:
    """The statements in one transaction. `{name}` stands for an id of the story or the town."""
    async with session(story, role) as connection, connection.transaction():
        await context(connection, story, role)
        for statement in statements:
            await connection.execute(filled(story, statement))


async def judged(story: Story, role: str, *statements: str) -> None:
    """As `run` up to its commit, which would have been; then nothing of it was."""
    async with session(story, role) as connection:
        transaction = connection.transaction()
        await transaction.start()
        await context(connection, story, role)
        for statement in statements:
            await connection.execute(filled(story, statement))
        await connection.execute("set constraints all immediate")
        await transaction.rollback()


async def context(connection: asyncpg.Connection, story: Story, role: str) -> None:
    if role == APP_ROLE:
        await connection.execute("select set_config('casecoord.area', $1, true)", str(story.town.area))
    await connection.execute("select set_config('casecoord.now', $1, true)", story.town.clock.now.isoformat())


def filled(story: Story, statement: str) -> str:
    town = story.town
    ids = {"area": town.area, "waiting": story.waiting, "searching": story.searching, "led": story.led}
    ids |= {f"{name}_m": member.membership for name, member in town.members.items()}
    ids |= {f"{name}_t": team for name, team in town.teams.items()}
    ids["now"], ids["later"] = town.clock.now, town.clock.now.replace(month=12)
    return statement.format(**ids)


NEW_CASE = (
    "insert into cases (area_id, id, household_id, state, triaged_at)"
    " select '{area}', gen_random_uuid(), household_id, 'triaged', '{now}' from cases where id = '{led}'"
)
NEW_LEAD = (
    "insert into leads (area_id, id, case_id, membership_id, proposal_id, during)"
    " select '{area}', gen_random_uuid(), case_id, '{bram_m}', proposal_id, tstzrange('{now}', null)"
    " from leads where case_id = '{led}'"
)
CONSENTED = (
    "insert into consents (area_id, id, household_id, person_id, facet, receiver, purpose, source, sphere, team_id,"
    " during, elsewhere_in_writing, recorded_at, recorded_by) select area_id, gen_random_uuid(), household_id, id,"
    " 'signal.detail', 'lead', 'care_coordination', 'spoken', 'general', '{klimop_t}', tstzrange('{now}', null),"
    " false, '{now}', '{amina_m}' from persons where household_id = (select household_id from cases where id = '{led}')"
)
OF_LED = "(select household_id from cases where id = '{led}')"
OF_WAITING = "(select household_id from signals where id = '{waiting}')"
END = "tstzrange(lower(during), '{now}'::timestamptz + interval '1 day')"
FROM_THEN = "tstzrange('{now}'::timestamptz + interval '1 day', null)"

PROPOSED = (
    "insert into merge_proposals (area_id, id, provisional_id, household_id, reasons, score, state, proposed_at)"
    f" select '{{area}}', gen_random_uuid(), {OF_WAITING}, {OF_LED}, array['named_by_coordinator'], 0, 'pending', '{{now}}'"
)
MERGED = (
    "insert into merges (area_id, id, proposal_id, household_id, merged_id, merged_at, merged_by)"
    " select area_id, gen_random_uuid(), id, household_id, provisional_id, '{now}', '{ibrahim_m}' from merge_proposals"
)

TWICE = (
    "insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at,"
    " area_at, decision_at, alliance_at) select area_id, gen_random_uuid(), household_id, rule, subject_id,"
    " sphere, responder_id, made_at, due_at, area_at, decision_at, alliance_at from promises"
    " where subject_id = '{waiting}'"
)
STEP = "00000000-0000-4000-8000-000000000009"
NEW_STEP = (
    "insert into plan_actions (area_id, id, case_id, team_id, owner_id, author_id, domain, sphere, what_sealed,"
    " due_on, state, added_at) values ('{area}', '" + STEP + "', '{led}', '{klimop_t}', '{fleur_m}',"
    " '{amina_m}', 'time_use', 'general', '', '2026-12-01', 'open', '{now}')"
)
NEW_STEPS_PROMISE = (
    "update promises set rule = 'G4', subject_id = '" + STEP + "' where subject_id = '{led}' and rule = 'G3'"
)
ABSENT = (
    "insert into deputies (area_id, id, membership_id, deputy_id, during, set_by, set_at) values ('{{area}}',"
    " gen_random_uuid(), '{{{who}_m}}', '{{{deputy}_m}}', tstzrange('{{now}}', '{{later}}'), '{{mo_m}}', '{{now}}')"
)
TEAM_ENDS = f"update teams set during = {END} where id = '{{{{{{team}}_t}}}}'".replace("{now}", "{{now}}")


def offered_after(state: str) -> list[str]:
    """An offer to another area of the led case's family, whose hand-over has ended in this state."""
    hand_over = "00000000-0000-4000-8000-000000000007"
    return [
        "insert into transfers (area_id, id, household_id, kind, sphere, state, offered_at, answered_at) values"
        f" ('{{area}}', '{hand_over}', {OF_LED}, 'move', 'general', '{state}', '{{now}}', '{{now}}')",
        "insert into move_offers (area_id, id, household_id, transfer_id, to_area, offered_by, moved_on, offered_at,"
        " expires_at, state, persons, children, spheres, signals, content_sealed, key_wrapped) values ('{area}',"
        f" gen_random_uuid(), {OF_LED}, '{hand_over}', '{{area}}', '{{ibrahim_m}}', '2026-11-02', '{{now}}', '{{later}}',"
        " 'pending', 1, 0, '{{}}', '{{}}', '', '')",
    ]


def arrived(state: str, by: str, at: str) -> list[str]:
    """A family offered to this area, with a day to answer, that has ended in this state."""
    return [
        "insert into arrivals (area_id, id, from_area, persons, children, spheres, moved_on, arrived_at, expires_at,"
        " state, answered_by, answered_at) values ('{area}', gen_random_uuid(), '{area}', 1, 0, '{{}}', '2026-11-02',"
        f" '{{now}}', '{{now}}'::timestamptz + interval '1 day', '{state}', {by}, '{at}')"
    ]


_HEARING = (
    "insert into hearings (area_id, id, household_id, person_id, held_on, state, planned_by, planned_at)"
    " select area_id, gen_random_uuid(), household_id, id, '2026-12-17', 'planned', '{hanna_m}', '{now}'"
    f" from persons where household_id = {OF_LED}"
)
_OFFER = (
    "insert into offers (area_id, id, team_id, kind, name, age_from, age_until, neighbourhoods, languages, places,"
    " starts_on, needs, added_by) values ('{area}', '00000000-0000-4000-8000-000000000007', '{rechtbank_t}', 'mentor',"
    " 'Samen', 12, 20, '{{}}', '{{}}', 1, '2026-12-01', '[]', '{hanna_m}')"
)


def _placement(state: str = "held", whose: str = "{led}", until: str = "'2026-12-01'") -> str:
    """A place of the one offer for somebody of this case."""
    during = "null" if state == "proposed" else f"tstzrange('{{now}}', {until})"
    return (
        "insert into placements (area_id, id, household_id, person_id, offer_id, state, proposed_at, held_by, during)"
        f" select p.area_id, gen_random_uuid(), p.household_id, p.id, '00000000-0000-4000-8000-000000000007', '{state}',"
        f" '{{now}}', '{{hanna_m}}', {during} from persons p join cases c on c.household_id = p.household_id"
        f" where c.id = '{whose}' order by p.id limit 1"
    )


_BLOCKADE = (
    "insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed, asked_sealed,"
    " action_id, state, raised_at) values ('{area}', gen_random_uuid(), '{led}', '{klimop_t}', '{amina_m}', 'rule',"
    " 'housing', 'livelihood', '', '', '00000000-0000-4000-8000-000000000009', 'open', '{now}')"
)


_AGREEMENT = "00000000-0000-4000-8000-00000000002"


def _agreed(number: str, replaces: str | None = None) -> str:
    """One wording of an agreement with the led family; `replaces`: the number of an earlier one."""
    former = f"'{_AGREEMENT}{replaces}'" if replaces else "null"
    return (
        "insert into agreements (area_id, id, case_id, author_id, domain, sphere, what_sealed, doer_sealed, due_on,"
        f" recorded_at, replaces) values ('{{area}}', '{_AGREEMENT}{number}', '{{led}}', '{{amina_m}}', 'time_use',"
        f" 'general', '', '', '2026-12-01', '{{now}}', {former})"
    )


def _answered(number: str, answer: str, turn: int, by: str = "id") -> str:
    return (
        "insert into agreement_answers (area_id, id, agreement_id, person_id, sphere, turn, answer, said_by, answered_at)"
        f" select area_id, gen_random_uuid(), '{_AGREEMENT}{number}', id, 'general', {turn}, '{answer}', {by}, '{{now}}'"
        f" from persons where household_id = {OF_LED} limit 1"
    )


def _milestone(kind: str) -> str:
    return (
        "insert into milestones (area_id, id, case_id, kind, own, author_id, domain, sphere, words_sealed, set_at)"
        f" values ('{{area}}', gen_random_uuid(), '{{led}}', '{kind}', true, '{{amina_m}}', 'time_use', 'general', '',"
        " '{now}')"
    )


_SPEND = (
    "insert into spends (area_id, id, case_id, spent_by, domain, sphere, amount_cents, purpose_sealed, spent_on,"
    " recorded_at) values ('{area}', gen_random_uuid(), '{led}', '{amina_m}', 'housing', 'livelihood', 100, '',"
    " '2026-11-02', '{now}')"
)


def _step(team: str) -> list[str]:
    """An open action of this team, with its promise."""
    return [
        "insert into plan_actions (area_id, id, case_id, team_id, owner_id, author_id, domain, sphere, what_sealed,"
        f" due_on, state, added_at) values ('{{area}}', '00000000-0000-4000-8000-000000000009', '{{led}}', '{{{team}}}',"
        " '{amina_m}', '{amina_m}', 'time_use', 'general', '', '2026-12-01', 'open', '{now}')",
        "insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at,"
        f" area_at, decision_at, alliance_at) select area_id, gen_random_uuid(), {OF_LED}, 'G4',"
        " '00000000-0000-4000-8000-000000000009', sphere, responder_id, made_at, due_at, area_at, decision_at,"
        " alliance_at from promises where subject_id = '{waiting}'",
    ]


_OF_PERSON = f"(select id from persons where household_id = {OF_WAITING} limit 1)"


def _code(index: str) -> str:
    """A code on paper that waits, for somebody of the waiting family."""
    return (
        "insert into resident_codes (area_id, id, person_id, code_index, made_by, made_at, expires_at) values"
        f" ('{{area}}', gen_random_uuid(), {_OF_PERSON}, '{index}', '{{amina_m}}', '{{now}}', '{{later}}')"
    )


def _login(person: str, subject: str) -> str:
    return (
        "insert into resident_logins (area_id, id, person_id, code_id, issuer, subject, bound_at)"
        f" select area_id, gen_random_uuid(), {person}, id, 'https://login.test', '{subject}', made_at"
        f" from resident_codes where code_index = '{subject}'"
    )


def _deferral(thing: str, ended: str = "null, null") -> str:
    return (
        "insert into deferrals (area_id, id, household_id, kind, thing_id, sphere, deferred_by, deferred_at,"
        " reason_sealed, review_on, ended_as, ended_at) values ('{area}', gen_random_uuid(),"
        f" {OF_WAITING}, 'signal', '{thing}', 'general', '{{amina_m}}', '{{now}}', '', '2026-12-01', {ended})"
    )


def _table(state: str) -> list[str]:
    """A meeting of the school's care team in this state, with an item that is open."""
    return [
        "insert into meetings (area_id, id, team_id, state, planned_at, minutes, chair_id, opened_at) values ('{area}',"
        " '00000000-0000-4000-8000-000000000009', '{klimop_t}', 'open', '{now}', 60, '{bram_m}', '{now}')",
        *(["update meetings set state = 'adjourned', ended_at = '{now}'"] if state == "adjourned" else []),
        "insert into meeting_items (area_id, id, meeting_id, household_id, kind, subject_id, sphere, position, minutes,"
        " state, version) values ('{area}', gen_random_uuid(), '00000000-0000-4000-8000-000000000009',"
        f" {OF_WAITING}, 'untriaged', '{{waiting}}', 'general', 0, 5, 'open', 1)",
    ]


#: What it is: the constraint that says so, and the statements that break it.
def _elsewhere(table: str, columns: str, values: str) -> str:
    """About somebody of the family that is led, written with the family that waits."""
    return (
        f"insert into {table} (area_id, id, household_id, person_id, {columns})"
        f" select p.area_id, gen_random_uuid(), {OF_WAITING}, p.id, {values} from persons p"
        f" where p.household_id = {OF_LED} limit 1"
    )


ELSEWHERE = {
    "hearings": [
        _elsewhere("hearings", "held_on, state, planned_by, planned_at", "'2026-12-01', 'held', '{hanna_m}', '{now}'")],
    "placements": [
        _OFFER,
        _elsewhere(
            "placements",
            "offer_id, state, proposed_at, held_by",
            "'00000000-0000-4000-8000-000000000007', 'proposed', '{now}', '{hanna_m}'")],
    "requests": [
        _elsewhere("requests", "kind, received_at, recorded_by, state", "'access', '{now}', '{lotte_m}', 'open'")],
    "medical_notes": [
        _elsewhere("medical_notes", "practice, author_id, written_at, note_sealed", "'P1', '{fleur_m}', '{now}', ''")],
}  # fmt: skip
BROKEN: dict[str, tuple[str, list[str]]] = {
    "a meeting that closes with an item left open": (
        "meetings_close_decided",
        [*_table("open"), "update meetings set state = 'closed', held_at = opened_at, ended_at = '{now}'"]),
    "an item at a table where nobody sits any more": ("meeting_items_while_open", _table("adjourned")),
    "a decision that says nothing": (
        "meeting_items_ends_in_a_decision",
        [*_table("open"), "update meeting_items set state = 'decided', decided_at = '{now}', decided_by = '{bram_m}',"
         " family_present = true"]),
    "a family talked about without them and without a reason": (
        "meeting_items_family_there_or_a_reason",
        [*_table("open"), "update meeting_items set state = 'decided', decided_at = '{now}', decided_by = '{bram_m}',"
         " family_present = false, decision_sealed = ''"]),
    "a meeting that nobody chairs": (
        "meetings_planned_whole",
        [_table("open")[0], "update meetings set chair_id = null"]),
    "a meeting that closed and was never held": (
        "meetings_met_when_closed",
        [_table("open")[0], "update meetings set state = 'closed', ended_at = '{now}'"]),
    "an offer to another area whose hand-over waits no longer": (
        "move_offers_timed", offered_after("accepted")),
    "a family that was declined by nobody": (
        "arrivals_ends_by_an_act_or_its_date", arrived("declined", "null", "{now}")),
    "an offer that expired before its date": (
        "arrivals_ends_by_an_act_or_its_date", arrived("expired", "null", "{now}")),
    "an offer accepted after its date": (
        "arrivals_ends_by_an_act_or_its_date",
        arrived("declined", "'{ibrahim_m}'", "{later}")),
    "an open signal that has lapsed": (
        "signals_lapses_at_its_end", ["update signals set lapsed_as = 'death' where id = '{waiting}'"]),
    "a signal that lapses for no known reason": (
        "signals_lapses_at_its_end",
        ["update signals set state = 'ended', ended_at = '{now}', lapsed_as = 'tired' where id = '{waiting}'"]),
    "a case that lapses and stays open": (
        "cases_lapses_at_its_end", ["update cases set lapsed_as = 'emigration' where id = '{led}'"]),
    "a signal of no team that is not the family's own": (
        "signals_from_somebody",
        ["update signals set source_team_id = null, author_id = null where id = '{waiting}'"]),
    "a signal of a team without an author": (
        "signals_from_somebody",
        ["update signals set author_id = null, source = 'family' where id = '{waiting}'"]),
    "a line of the log by two at once": (
        "access_log_by_one",
        ["insert into access_log (area_id, id, at, trace_id, professional_id, resident, record, salt, leaf)"
         " values ('{area}', gen_random_uuid(), '{now}', '', gen_random_uuid(), gen_random_uuid(), '', '', '')"]),
    "two codes that wait for one person": ("resident_codes_one_open", [_code("1"), _code("2")]),
    "one code for two": (
        "resident_codes_once",
        [_code("1"), "update resident_codes set ended_as = 'replaced', ended_at = '{now}'", _code("1")]),
    "a code that ended for no reason": (
        "resident_codes_ended_with_a_reason", [_code("1"), "update resident_codes set ended_at = '{now}'"]),
    "one login that is two persons": (
        "resident_logins_one_person",
        [_code("1"), _login(_OF_PERSON, "1"),
         "insert into resident_codes select area_id, gen_random_uuid(),"
         f" (select id from persons where household_id = {OF_LED} limit 1), '2', made_by, made_at, expires_at"
         " from resident_codes",
         _login(f"(select id from persons where household_id = {OF_LED} limit 1)", "2"),
         "update resident_logins set subject = '1'"]),
    "one person with two logins": (
        "resident_logins_one_login",
        [_code("1"), _login(_OF_PERSON, "1"), "update resident_codes set ended_as = 'used', ended_at = '{now}'",
         _code("2"), _login(_OF_PERSON, "2")]),
    "one code used twice": (
        "resident_logins_one_use",
        [_code("1"), _login(_OF_PERSON, "1"),
         "insert into resident_logins select area_id, gen_random_uuid(), person_id, code_id, issuer, 'x', bound_at,"
         " '{now}', '{lotte_m}' from resident_logins"]),
    "a login that was unbound by nobody": (
        "resident_logins_unbound_by_somebody",
        [_code("1"), _login(_OF_PERSON, "1"), "update resident_logins set unbound_at = '{now}'"]),
    "two deferrals of one entry": ("deferrals_one_standing", [_deferral("{waiting}"), _deferral("{waiting}")]),
    "a deferral that ends without anybody having looked": (
        "deferrals_ends_by_a_review", [_deferral("{waiting}", "'lifted', '{now}'")]),
    "a second open case": ("cases_one_open", [NEW_CASE]),
    "a second lead": ("leads_one_at_a_time", [NEW_LEAD]),
    "the same consent twice": ("consents_one_at_a_time", [CONSENTED, CONSENTED]),
    "a consent to whichever medical note": (
        "consents_to_that_note", [CONSENTED.replace("signal.detail", "medical.note")]),
    "a consent that somebody took back at no moment": (
        "consents_withdrawn_by_somebody", [CONSENTED, "update consents set withdrawn_by = '{amina_m}'"]),
    "a consent that a team's member recorded for no team": (
        "consents_recorded_by_a_team_or_the_family", [CONSENTED, "update consents set team_id = null"]),
    "a consent of a family's own to nothing": (
        "consents_to_something", [CONSENTED, "update consents set team_id = null, recorded_by = null, thing_id = null"]),
    "the same law twice": (
        "legal_grounds_once",
        ["insert into legal_grounds (area_id, id, ground, source, during) select area_id, gen_random_uuid(), ground,"
         " source, during from legal_grounds"],
    ),
    "a second holder": (
        "holders_one_at_a_time",
        ["insert into holders (area_id, id, household_id, membership_id, during)"
         f" values ('{{area}}', gen_random_uuid(), {OF_LED}, '{{bram_m}}', tstzrange('{{now}}', null))"],
    ),
    "nobody holds what is open": ("households_held", [f"delete from holders where household_id = {OF_WAITING}"]),
    "a hole in the line of holders": (
        "households_held",
        [f"update holders set during = {END} where household_id = {OF_WAITING}",
         "insert into holders (area_id, id, household_id, membership_id, during)"
         f" values ('{{area}}', gen_random_uuid(), {OF_WAITING}, '{{bram_m}}',"
         " tstzrange('{now}'::timestamptz + interval '25 hours', null))"],
    ),
    "a line of holders that ends": (
        "households_held", [f"update holders set during = {END} where household_id = {OF_WAITING}"]),
    "a signal in a household that nobody holds": (
        "households_held",
        ["insert into households (area_id, id, pseudonym, during)"
         " values ('{area}', '00000000-0000-4000-8000-000000000001', gen_random_uuid(), tstzrange('{now}', null))",
         "update promises set household_id = '00000000-0000-4000-8000-000000000001' where subject_id = '{waiting}'",
         "update signals set household_id = '00000000-0000-4000-8000-000000000001', person_id = null where id = '{waiting}'"],
    ),
    "a holder before the membership": (
        "holders_inside_membership",
        ["update memberships set during = tstzrange('{now}'::timestamptz - interval '1 day', null) where id = '{ines_m}'",
         f"update holders set during = '[2025-01-01, 2025-02-01)', membership_id = '{{ines_m}}'"
         f" where household_id = {OF_LED}"],
    ),
    "a holder after the membership": (
        "holders_inside_membership", [f"update memberships set during = {END} where id = '{{amina_m}}'"]),
    "a holder who does not work here any more": (
        "holders_inside_membership",
        [f"update memberships set during = {END} where id = '{{fleur_m}}'",
         f"update holders set membership_id = '{{fleur_m}}' where household_id = {OF_WAITING}"],
    ),
    "a lead outside the membership": (
        "leads_inside_membership",
        [f"update memberships set during = {END} where id = '{{fleur_m}}'",
         "update leads set membership_id = '{fleur_m}' where case_id = '{led}'"],
    ),
    "a membership that ends with a seat": (
        "coordinator_seats_inside_membership", [f"update memberships set during = {END} where id = '{{ines_m}}'"]),
    "a membership that ends with a shift": (
        "duty_shifts_inside_membership",
        ["delete from coordinator_seats where membership_id = '{dirk_m}'",
         "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
         " values ('{area}', gen_random_uuid(), '{wijkteam_t}', '{chaima_m}', tstzrange('2025-11-02 09:00+00', null))",
         f"update memberships set during = {END} where id = '{{dirk_m}}'"],
    ),
    "a team without a coordinator": (
        "coordinator_seats_filled", ["delete from coordinator_seats where seat = '{regenboog_t}'"]),
    "a team whose coordinator will be gone": (
        "coordinator_seats_filled", [f"update coordinator_seats set during = {END} where seat = '{{regenboog_t}}'"]),
    "a new team without a coordinator": (
        "coordinator_seats_filled",
        ["insert into teams (area_id, id, organisation_id, kind, name, during) select area_id, gen_random_uuid(),"
         " organisation_id, kind, 'Nieuw', during from teams where id = '{regenboog_t}'"],
    ),
    "a seat moved away from its team": (
        "coordinator_seats_filled",
        ["update coordinator_seats set seat = gen_random_uuid() where seat = '{regenboog_t}'"]),
    "two coordinators of one team": (
        "coordinator_seats_one_at_a_time",
        ["insert into coordinator_seats (area_id, id, seat, membership_id, during)"
         " values ('{area}', gen_random_uuid(), '{klimop_t}', '{amina_m}', tstzrange('{now}', null))"],
    ),
    "an area without a coordinator": (
        "coordinator_seats_filled", ["delete from coordinator_seats where seat = '{area}'"]),
    "an area with a coordinator to come": (
        "coordinator_seats_filled",
        [f"update coordinator_seats set during = {FROM_THEN} where seat = '{{area}}'"]),
    "an open signal without a promise": (
        "signals_timed", ["update promises set ended_at = '{now}' where subject_id = '{waiting}'"]),
    "an open signal whose promise is gone": (
        "signals_timed", ["delete from promises where subject_id = '{waiting}'"]),
    "an open signal with the wrong promise": (
        "signals_timed", ["update promises set rule = 'G13' where subject_id = '{waiting}'"]),
    "a promise that moved to another signal": (
        "signals_timed", ["update promises set subject_id = gen_random_uuid() where subject_id = '{waiting}'"]),
    "a promise of another household than its signal": (
        "signals_timed", [f"update promises set household_id = {OF_LED} where subject_id = '{{waiting}}'"]),
    "a signal on hold with the promise of an open one": (
        "signals_timed", ["update signals set state = 'on_hold', review_on = '2026-12-01' where id = '{waiting}'"]),
    "a promise for nothing": (
        "signals_timed",
        ["insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at,"
         f" area_at, decision_at, alliance_at) select area_id, gen_random_uuid(), {OF_WAITING}, 'G1',"
         " gen_random_uuid(), sphere, responder_id, made_at, due_at, area_at, decision_at, alliance_at"
         " from promises where subject_id = '{waiting}'"],
    ),
    "two promises for one thing": (
        "promises_one_running",
        [TWICE],
    ),
    "a search for a lead without a promise": (
        "cases_timed", ["update promises set ended_at = '{now}' where subject_id = '{searching}'"]),
    "a hand-over without a promise": (
        "cases_timed",
        ["insert into proposals (area_id, id, case_id, kind, membership_id, proposed_by, state, proposed_at)"
         " values ('{area}', gen_random_uuid(), '{led}', 'handover', '{bram_m}', '{amina_m}', 'pending', '{now}')"],
    ),
    "a step without a promise": (
        "plan_actions_timed",
        ["insert into plan_actions (area_id, id, case_id, team_id, owner_id, author_id, domain, sphere, what_sealed,"
         " due_on, state, added_at) values ('{area}', gen_random_uuid(), '{led}', '{klimop_t}', '{amina_m}',"
         " '{amina_m}', 'time_use', 'general', '', '2026-12-01', 'open', '{now}')"],
    ),
    "an invitation without a promise": (
        "invitations_timed",
        ["insert into invitations (area_id, id, case_id, team_id, invited_by, sphere, state, invited_at) values"
         " ('{area}', gen_random_uuid(), '{led}', '{wijkteam_t}', '{amina_m}', 'general', 'pending', '{now}')"],
    ),
    "a transfer without a promise": (
        "transfers_timed",
        ["insert into transfers (area_id, id, household_id, kind, sphere, to_team_id, state, offered_at)"
         f" select '{{area}}', gen_random_uuid(), {OF_LED}, 'move', 'general', '{{wijkteam_t}}', 'pending', '{{now}}'"],
    ),
    "a blockade without a promise": (
        "blockades_timed",
        ["insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed,"
         " asked_sealed, state, raised_at) values ('{area}', gen_random_uuid(), '{led}', '{klimop_t}', '{amina_m}',"
         " 'rule', 'housing', 'livelihood', '', '', 'open', '{now}')"],
    ),
    "a hearing without a promise": (
        "hearings_timed",
        ["insert into hearings (area_id, id, household_id, person_id, held_on, state, planned_by, planned_at)"
         " select area_id, gen_random_uuid(), household_id, id, '2026-12-01', 'planned', '{hanna_m}', '{now}'"
         f" from persons where household_id = {OF_LED} limit 1"],
    ),
    "an emergency access without a promise": (
        "break_glass_grants_timed",
        ["insert into break_glass_grants (area_id, id, household_id, membership_id, reason_sealed, medical, during)"
         f" select '{{area}}', gen_random_uuid(), {OF_LED}, '{{dirk_m}}', '', false,"
         " tstzrange('{now}', '{now}'::timestamptz + interval '1 day')"],
    ),
    "a request without a promise": (
        "requests_timed",
        ["insert into requests (area_id, id, household_id, person_id, kind, received_at, recorded_by, state)"
         " select area_id, gen_random_uuid(), household_id, id, 'access', '{now}', '{lotte_m}', 'open'"
         f" from persons where household_id = {OF_LED} limit 1"],
    ),
    "a confirmed refusal without a promise": (
        "refusals_timed",
        ["insert into refusals (area_id, id, case_id, recorded_by, recorded_at, reason_sealed, review_on,"
         " confirmed_by, confirmed_at) values ('{area}', gen_random_uuid(), '{led}', '{amina_m}', '{now}', '',"
         " '2026-12-01', '{bram_m}', '{now}')"],
    ),
    "a promise that waits for somebody who left": (
        "promises_inside_membership",
        ["update memberships set during = tstzrange(lower(during), '{now}') where id = '{fleur_m}'",
         "update promises set responder_id = '{fleur_m}' where subject_id = '{waiting}'"],
    ),
    "a membership that ends while promises wait for it": (
        "promises_inside_membership",
        ["update promises set responder_id = '{fleur_m}' where subject_id = '{waiting}'", "set constraints all immediate",
         "set constraints all deferred",
         "update memberships set during = tstzrange(lower(during), '{now}') where id = '{fleur_m}'"],
    ),
    "a step that would wait for somebody who left": (
        "plan_actions_inside_membership",
        [NEW_STEP, NEW_STEPS_PROMISE,
         f"update memberships set during = {END} where id = '{{fleur_m}}'"],
    ),
    "a step whose next owner will have left": (
        "plan_actions_inside_membership",
        [NEW_STEP.replace("{fleur_m}", "{bram_m}"), NEW_STEPS_PROMISE,
         "insert into turns (area_id, subject_id, at, membership_id) values ('{area}', '" + STEP + "', '{now}', '{fleur_m}')",
         f"update memberships set during = {END} where id = '{{fleur_m}}'"],
    ),
    "a question to somebody who will have left": (
        "proposals_inside_membership",
        ["insert into proposals (area_id, id, case_id, kind, membership_id, proposed_by, state, proposed_at)"
         " values ('{area}', gen_random_uuid(), '{led}', 'handover', '{fleur_m}', '{amina_m}', 'pending', '{now}')",
         "update promises set rule = 'G7', subject_id = '{led}' where subject_id = '{led}' and rule = 'G3'",
         f"update memberships set during = {END} where id = '{{fleur_m}}'"],
    ),
    "a promise that passes to somebody who is not here yet": (
        "promises_inside_membership",
        ["update memberships set during = tstzrange('{now}'::timestamptz + interval '2 days', null) where id = '{fleur_m}'",
         "insert into turns (area_id, subject_id, at, membership_id) select area_id, id,"
         " '{now}'::timestamptz + interval '1 day', '{fleur_m}' from promises where subject_id = '{waiting}' and ended_at is null"],
    ),
    "a turn taken back from whoever should have it": (
        "promises_inside_membership",
        ["insert into turns (area_id, subject_id, at, membership_id) select area_id, id,"
         " '{now}'::timestamptz - interval '1 day', '{amina_m}' from promises where subject_id = '{waiting}' and ended_at is null",
         "update promises set responder_id = '{fleur_m}' where subject_id = '{waiting}'",
         "update memberships set during = tstzrange(lower(during), '{now}') where id = '{fleur_m}'",
         "set constraints all immediate", "set constraints all deferred",
         "delete from turns where membership_id = '{amina_m}'"],
    ),
    "a deputy of another team": ("deputies_inside_membership", [ABSENT.format(who="amina", deputy="fleur")]),
    "a deputy who leaves meanwhile": (
        "deputies_inside_membership",
        [ABSENT.format(who="gijs", deputy="fleur"), f"update memberships set during = {END} where id = '{{fleur_m}}'"],
    ),
    "a deputy who is absent too": (
        "deputies_present",
        [ABSENT.format(who="amina", deputy="bram"), ABSENT.format(who="bram", deputy="amina")]),
    "two deputies at once": (
        "deputies_one_at_a_time",
        [ABSENT.format(who="dirk", deputy="chaima"), ABSENT.format(who="dirk", deputy="chaima")]),
    "a successor who will have left first": (
        "memberships_successor_works",
        [f"update memberships set during = {END} where id = '{{fleur_m}}'",
         "update memberships set during = tstzrange(lower(during), '{now}'::timestamptz + interval '2 days'),"
         " successor_id = '{fleur_m}' where id = '{karim_m}'"],
    ),
    "a signal with a team that ends": ("signals_inside_team", [TEAM_ENDS.format(team="klimop")]),
    "a signal that comes to a team that ended": (
        "signals_inside_team",
        ["delete from team_covers where team_id = '{werk_t}'",
         f"update coordinator_seats set during = {END} where seat = '{{werk_t}}'",
         f"update memberships set during = {END} where id = '{{esra_m}}'", TEAM_ENDS.format(team="werk"),
         "update signals set accountable_team_id = '{werk_t}' where id = '{waiting}'"],
    ),
    "a place in a case past a team's end": (
        "participants_inside_team",
        ["insert into participants (area_id, id, case_id, team_id, sphere, during) values ('{area}', gen_random_uuid(),"
         " '{led}', '{rechtbank_t}', 'justice', tstzrange('{now}', null))",
         f"update coordinator_seats set during = {END} where seat = '{{rechtbank_t}}'",
         f"update memberships set during = {END} where id = '{{hanna_m}}'", TEAM_ENDS.format(team="rechtbank")],
    ),
    "an invitation of a team that ends": (
        "invitations_inside_team",
        ["insert into invitations (area_id, id, case_id, team_id, invited_by, sphere, state, invited_at) values"
         " ('{area}', '" + STEP + "', '{led}', '{rechtbank_t}', '{amina_m}', 'justice', 'pending', '{now}')",
         "update promises set rule = 'G14', subject_id = '" + STEP + "' where subject_id = '{led}' and rule = 'G3'",
         f"update coordinator_seats set during = {END} where seat = '{{rechtbank_t}}'",
         f"update memberships set during = {END} where id = '{{hanna_m}}'", TEAM_ENDS.format(team="rechtbank")],
    ),
    "a family that would come to a team that ends": (
        "transfers_inside_team",
        ["insert into transfers (area_id, id, household_id, kind, sphere, to_team_id, state, offered_at) values"
         f" ('{{area}}', '{STEP}', {OF_LED}, 'move', 'general', '{{rechtbank_t}}', 'pending', '{{now}}')",
         "update promises set rule = 'G7', subject_id = '" + STEP + "' where subject_id = '{led}' and rule = 'G3'",
         f"update coordinator_seats set during = {END} where seat = '{{rechtbank_t}}'",
         f"update memberships set during = {END} where id = '{{hanna_m}}'", TEAM_ENDS.format(team="rechtbank")],
    ),
    "a practice that a team covers past its end": ("team_covers_inside_team", [TEAM_ENDS.format(team="huisarts")]),
    "a membership that outlives its team": (
        "memberships_inside_team",
        [f"update coordinator_seats set during = {END} where seat = '{{rechtbank_t}}'", TEAM_ENDS.format(team="rechtbank")],
    ),
    "a led case whose next lead comes too late": (
        "cases_led",
        [f"update leads set during = {END} where case_id = '{{led}}'",
         "insert into leads (area_id, id, case_id, membership_id, proposal_id, during) select area_id,"
         " gen_random_uuid(), case_id, '{bram_m}', proposal_id, tstzrange('{now}'::timestamptz + interval '25 hours', null)"
         " from leads where case_id = '{led}'"],
    ),
    "a led case without a lead": ("cases_led", ["delete from leads where case_id = '{led}'"]),
    "a led case whose lead has ended": (
        "cases_led", [f"update leads set during = {END} where case_id = '{{led}}'"]),
    "a lead whose case is in search of one": (
        "cases_led",
        ["update leads set case_id = '{searching}' where case_id = '{led}'"]),
    "a signal in a case of another household": (
        "signals_in_a_case_at_home",
        ["update signals set state = 'in_case', case_id = '{led}' where id = '{waiting}'",
         "update promises set ended_at = '{now}' where subject_id = '{waiting}'"],
    ),
    "a case that moves away from its signals": (
        "signals_in_a_case_at_home",
        [f"insert into holders (area_id, id, household_id, membership_id, during) select area_id, gen_random_uuid(),"
         f" {OF_WAITING}, membership_id, tstzrange(lower(during) - interval '1 year', lower(during)) from holders"
         f" where household_id = {OF_WAITING} and upper_inf(during)",
         f"update promises set household_id = {OF_WAITING} where subject_id = '{{searching}}'",
         f"update cases set household_id = {OF_WAITING} where id = '{{searching}}'"],
    ),
    "a signal about somebody of another household": (
        "about_somebody_at_home",
        ["update signals set person_id = (select x.person_id from signals x where x.case_id = '{led}' limit 1)"
         " where id = '{waiting}'"],
    ),
    **{
        f"{table} about somebody of another household": ("about_somebody_at_home", written)
        for table, written in ELSEWHERE.items()
    },
    "somebody who leaves what is about them": (
        "about_somebody_at_home",
        [f"update persons set household_id = (select household_id from cases where id = '{{led}}')"
         f" where household_id = {OF_WAITING}"],
    ),
    "a household that ends with a signal open": (
        "households_end_with_nothing_open",
        [f"update households set during = tstzrange(lower(during), '{{later}}') where id = {OF_WAITING}"],
    ),
    "a case that went on in another and is open": (
        "cases_merged_at_its_end",
        ["update cases set merged_into = '{searching}' where id = '{led}'"],
    ),
    "a household that goes on in two": (
        "merges_once", [PROPOSED, MERGED, MERGED]),
    "a merge that whoever confirmed it undoes": (
        "merges_undone_by_another",
        [PROPOSED, MERGED, "update merges set undone_at = '{later}', undone_by = merged_by"],
    ),
    "one pair that waits for two words": (
        "merge_proposals_one_pending",
        [PROPOSED, "insert into merge_proposals (area_id, id, provisional_id, household_id, reasons, score, state,"
         " proposed_at) select area_id, gen_random_uuid(), household_id, provisional_id, reasons, score, state,"
         " proposed_at from merge_proposals"],
    ),
    "a household that may be itself": (
        "merge_proposals_of_two", [PROPOSED.replace(OF_WAITING, OF_LED)]),
    "a lead who objects without a search for another": (
        "cases_timed",
        ["update proposals set kind = 'appointment', objected_at = '{now}', objection_sealed = ''"
         " where case_id = '{led}'"],
    ),
    "an objection to what was no appointment": (
        "proposals_objects_to_an_appointment",
        ["update proposals set objected_at = '{now}', objection_sealed = '' where case_id = '{led}'"],
    ),
    "two hearings of one youth on one day": (
        "hearings_one_on_a_day",
        [_HEARING, _HEARING],
    ),
    "two places of one offer for one youth": (
        "placements_one_hold",
        [_OFFER.replace("'{{}}', 1,", "'{{}}', 2,"), _placement(), _placement()],
    ),
    "one offer proposed twice": ("placements_proposed_once", [_OFFER, _placement("proposed"), _placement("proposed")]),
    "more places than there are": ("offers_places", [_OFFER, _placement(), _placement(whose="{searching}")]),
    "fewer places than are taken": (
        "offers_places_kept",
        [_OFFER.replace("'{{}}', 1,", "'{{}}', 2,"), _placement(), _placement(whose="{searching}"),
         "update offers set places = 1 where id = '00000000-0000-4000-8000-000000000007'"],
    ),
    "a place of what is offered no more": (
        "offers_withdrawn",
        [_OFFER, "update offers set withdrawn_at = '{now}', withdrawn_because = 'weg'"
         " where id = '00000000-0000-4000-8000-000000000007'", _placement()],
    ),
    "a hold that ran out and is confirmed when another has the place": (
        "offers_places",
        [_OFFER, _placement(until="'{now}'::timestamptz + interval '1 second'"),
         "update placements set during = tstzrange('2026-01-01', '2026-01-02')", _placement(whose="{searching}"),
         "update placements p set state = 'confirmed', during = tstzrange(lower(during), null)"
         " where upper(during) < '{now}'"],
    ),
    "a wording replaced twice": ("agreements_replaced_once", [_agreed("1"), _agreed("2", "1"), _agreed("3", "1")]),
    "an answer to a wording that was replaced": (
        "agreement_answers_to_what_stands", [_agreed("1"), _agreed("2", "1"), _answered("1", "confirmed", 1)]),
    "an answer by nobody": (
        "agreement_answers_said_by_somebody", [_agreed("1"), _answered("1", "confirmed", 1, by="null")]),
    "other words that are none": (
        "agreement_answers_changed_in_own_words", [_agreed("1"), _answered("1", "changed", 1)]),
    "an answer that becomes another": (
        "agreement_answers_stand",
        [_agreed("1"), _answered("1", "refused", 1), "update agreement_answers set answer = 'confirmed'"]),
    "a reply to no earlier wording": (
        "agreements_answers_an_earlier_one", [_agreed("1"), "update agreements set reply_sealed = ''"]),
    "praise for what was not kept": (
        "agreements_praised_once_kept", [_agreed("1"), "update agreements set praise_sealed = ''"]),
    "a step of nothing": ("milestones_step_of_one", [_milestone("step")]),
    "something else than a goal or a step": ("milestones_known", [_milestone("dream")]),
    "pride in what is still to come": ("milestones_proud_of_what_is", [_milestone("proud")]),
    "a plan's goal by nobody": (
        "milestones_by_somebody", [_milestone("goal"), "update milestones set own = false, author_id = null"]),
    "praise for what was not reached": (
        "milestones_praised_once_reached", [_milestone("goal"), "update milestones set praise_sealed = ''"]),
    "more hours than a week has": (
        "memberships_hours_of_a_week", ["update memberships set lead_hours = 61 where id = '{amina_m}'"]),
    "more than a family's amount of a year": (
        "spends_within_amount",
        ["update areas set settings = settings || '{{\"family_amount\": 150}}' where id = '{area}'", _SPEND, _SPEND],
    ),
    "an action refused twice": ("blockades_one_on_an_action", [*_step("klimop_t"), _BLOCKADE, _BLOCKADE]),
    "a step of a team that takes no part": ("plan_actions_in_the_case", _step("wijkteam_t")),
    "a team that leaves its steps behind": (
        "plan_actions_in_the_case",
        [*_step("klimop_t"), "delete from participants where case_id = '{led}' and team_id = '{klimop_t}'"],
    ),
    "a case led by saying so": (
        "cases_led",
        ["update promises set ended_at = '{now}' where subject_id = '{searching}'",
         "update cases set state = 'led' where id = '{searching}'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("broken", BROKEN, ids=str)
async def test_plain_sql_cannot_leave(standing: Story, role: str, broken: str) -> None:
    constraint, statements = BROKEN[broken]
    with pytest.raises(asyncpg.IntegrityConstraintViolationError) as refusal:
        await run(standing, role, *statements)
    assert refusal.value.constraint_name == constraint


#: What waits for somebody waits for another from tomorrow on.
PASSES = (
    "insert into turns (area_id, subject_id, at, membership_id) select area_id, id,"
    " '{{now}}'::timestamptz + interval '1 day', '{heir}' from promises"
    " where responder_id = '{{{who}}}' and ended_at is null"
)
#: What is in order, each the counterpart of a guard: it passes.
IN_ORDER: dict[str, list[str]] = {
    "a second case after the first was closed": [
        "update leads set during = tstzrange(lower(during), '{now}'::timestamptz + interval '1 second')"
        " where case_id = '{led}'",
        "update promises set ended_at = '{now}' where subject_id = '{led}'",
        "update cases set state = 'closed', closed_at = '{now}', outcome_sealed = '',"
        " outcome_by = 'family' where id = '{led}'",
        NEW_CASE.replace("'triaged', '{now}'", "'closed', '{now}'").replace(
            "triaged_at)", "triaged_at, closed_at, outcome_sealed, outcome_by)").replace("'{now}' from", "'{now}', '{now}', '', 'family' from"),
    ],
    "a line of holders without a hole": [
        f"update holders set during = {END} where household_id = {OF_WAITING}",
        "insert into holders (area_id, id, household_id, membership_id, during)"
        f" values ('{{area}}', gen_random_uuid(), {OF_WAITING}, '{{amina_m}}', {FROM_THEN})",
    ],
    "a hole while nothing is open": [
        "update signals set state = 'ended', ended_at = received_at + interval '1 hour',"
        " feedback_at = received_at, outcome_sealed = '', outcome_by = 'family' where id = '{waiting}'",
        "update promises set ended_at = '{now}' where subject_id = '{waiting}'",
        f"update holders set during = {END} where household_id = {OF_WAITING}",
    ],
    "a membership that ends with nothing hanging": [
        f"update memberships set during = {END} where id = '{{fleur_m}}'"],
    "a membership that ends when its seat has a successor": [
        f"update coordinator_seats set during = {END} where seat = '{{regenboog_t}}'",
        "insert into memberships (area_id, id, professional_id, team_id, role, during) select area_id,"
        " '00000000-0000-4000-8000-000000000002', professional_id, '{regenboog_t}', 'coordinator', during"
        " from memberships where id = '{bram_m}'",
        "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
        f" values ('{{area}}', gen_random_uuid(), '{{regenboog_t}}', '00000000-0000-4000-8000-000000000002', {FROM_THEN})",
        PASSES.format(who="ines_m", heir="00000000-0000-4000-8000-000000000002"),
        f"update memberships set during = {END} where id = '{{ines_m}}'",
    ],
    "a team that ends with its coordinator": [
        "delete from team_covers where team_id = '{regenboog_t}'",
        PASSES.format(who="ines_m", heir="{ibrahim_m}"),
        f"update teams set during = {END} where id = '{{regenboog_t}}'",
        f"update coordinator_seats set during = {END} where seat = '{{regenboog_t}}'",
        f"update memberships set during = {END} where id = '{{ines_m}}'",
    ],
    "a signal on hold with its own promise": [
        "update signals set state = 'on_hold', review_on = '2026-12-01' where id = '{waiting}'",
        "update promises set rule = 'G13' where subject_id = '{waiting}'",
    ],
    "a hand-over of the lead in one transaction": [
        "update leads set during = tstzrange(lower(during), '{now}'::timestamptz + interval '1 second')"
        " where case_id = '{led}'",
        "insert into leads (area_id, id, case_id, membership_id, proposal_id, during)"
        " select area_id, gen_random_uuid(), case_id, '{bram_m}', proposal_id, tstzrange(upper(during), null)"
        " from leads where case_id = '{led}'",
    ],
    "an area whose coordinator changes": [
        f"update coordinator_seats set during = {END} where seat = '{{area}}'",
        "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
        f" values ('{{area}}', gen_random_uuid(), '{{area}}', '{{bea_m}}', {FROM_THEN})",
    ],
}  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("fine", IN_ORDER, ids=str)
async def test_plain_sql_may_leave(standing: Story, role: str, fine: str) -> None:
    await judged(standing, role, *IN_ORDER[fine])


async def test_every_guard_is_met_by_a_story_that_breaks_it(standing: Story) -> None:
    """A new trigger or named constraint has to be broken here once."""
    async with session(standing, MIGRATOR_ROLE) as connection:
        excluded = await connection.fetch(
            "select conname from pg_constraint where contype = 'x' and connamespace = 'public'::regnamespace"
        )
        timed = await connection.fetch(
            "select tgname from pg_trigger where tgconstraint <> 0 and tgname !~ '^RI_'"
        )
    met = {constraint for constraint, _ in BROKEN.values()}
    elsewhere = {"memberships_once", "duty_shifts_one_at_a_time", "participants_once"}
    triggers = {
        "placements_timed": "hearings_timed", "memberships_keep_their_work": "coordinator_seats_inside_membership", "signals_held": "households_held",
        "cases_held": "households_held", "holders_held": "households_held", "teams_coordinated": "coordinator_seats_filled",
        "turns_inside_membership": "promises_inside_membership", "teams_keep_their_work": "signals_inside_team",
        "transfers_offer_timed": "move_offers_timed",
        "proposals_timed": "cases_timed", "promises_timed": "signals_timed", "leads_led": "cases_led",
        "cases_at_home": "signals_in_a_case_at_home", "persons_leave_nothing_behind": "about_somebody_at_home",
        **dict.fromkeys(
            (f"{table}_about_somebody_at_home" for table in ("signals", *ELSEWHERE)), "about_somebody_at_home"
        ),
        "leads_timed": "cases_timed", "participants_keep_their_actions": "plan_actions_in_the_case",
    }  # fmt: skip
    assert {row[0] for row in excluded} - elsewhere <= met
    assert {triggers.get(row[0], row[0]) for row in timed} <= met | {"memberships_once"}


@pytest.mark.parametrize("isolation", ["repeatable_read", "serializable"])
async def test_a_transaction_with_a_snapshot_of_its_own_may_not_judge(
    standing: Story, isolation: str
) -> None:
    async with session(standing, APP_ROLE) as connection:
        with pytest.raises(asyncpg.CheckViolationError) as refusal:
            async with connection.transaction(isolation=isolation):
                await context(connection, standing, APP_ROLE)
                await connection.execute(
                    filled(
                        standing,
                        f"update holders set membership_id = '{{amina_m}}' where household_id = {OF_WAITING}",
                    )
                )
    assert refusal.value.constraint_name == "judged_as_committed"


ENDS = f"update memberships set during = {END} where id = '{{fleur_m}}'"
HOLDS = f"update holders set membership_id = '{{fleur_m}}' where household_id = {OF_WAITING}"
LETS_GO = f"update holders set during = {END} where household_id = {OF_WAITING}"
ENDS_SIGNAL = [
    "update signals set state = 'ended', ended_at = received_at + interval '1 hour',"
    " feedback_at = received_at, outcome_sealed = '', outcome_by = 'family' where id = '{waiting}'",
    "update promises set ended_at = '{now}' where subject_id = '{waiting}'",
]
ANOTHER_SIGNAL = [
    "insert into signals (area_id, id, household_id, state, domain, sphere, urgency, source, source_team_id, author_id,"
    " routed_by, summary_sealed, received_at) select area_id, '00000000-0000-4000-8000-000000000003', household_id,"
    " 'open', domain, sphere, urgency, source, source_team_id, author_id, routed_by, summary_sealed, '{later}'"
    " from signals where id = '{waiting}'",
    "insert into promises (area_id, id, household_id, rule, subject_id, sphere, responder_id, made_at, due_at,"
    " area_at, decision_at, alliance_at) select area_id, gen_random_uuid(), household_id, rule,"
    " '00000000-0000-4000-8000-000000000003', sphere, responder_id, made_at, due_at, area_at, decision_at,"
    " alliance_at from promises where subject_id = '{waiting}'",
]
#: Two transactions, each in order alone, together not: whichever commits second is refused.
SKEWED = {
    "one ends a membership while another gives it a household": ([ENDS], [HOLDS]),
    "one lets a household go while another signals about it": ([*ENDS_SIGNAL, LETS_GO], ANOTHER_SIGNAL),
    "one ends a membership while another gives it a promise": (
        ["update memberships set during = tstzrange(lower(during), '{now}') where id = '{fleur_m}'"],
        ["update promises set responder_id = '{fleur_m}' where subject_id = '{waiting}'"],
    ),
}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("skew", SKEWED, ids=str)
async def test_two_transactions_cannot_each_be_right_and_together_wrong(
    story: Story, skew: str, first: int
) -> None:
    async with session(story, APP_ROLE) as one, session(story, APP_ROLE) as other:
        connections = [one, other]
        transactions = [connection.transaction() for connection in connections]
        for connection, transaction, statements in zip(connections, transactions, SKEWED[skew], strict=True):
            await transaction.start()
            await context(connection, story, APP_ROLE)
            for statement in statements:
                await connection.execute(filled(story, statement))
        commits = [transactions[first].commit(), transactions[1 - first].commit()]
        done = await asyncio.wait_for(asyncio.gather(*commits, return_exceptions=True), timeout=20)
    refusals = [one for one in done if one is not None]
    assert len(refusals) == 1 and isinstance(refusals[0], asyncpg.CheckViolationError), done


async def test_a_planned_end_of_a_coordinator_refuses_no_signal(story: Story) -> None:
    """Whoever signals about a family need not know that a coordinator will leave."""
    await run(story, MIGRATOR_ROLE, *IN_ORDER["a membership that ends when its seat has a successor"])
    (child,) = await story.town.family(
        ("Dirk Dos", story.town.clock.now.date().replace(year=2018)), links={0: [("school", "12AB00")]}
    )
    added = await signal(story.town, "fleur", child, domain=LifeDomain.TIME_USE)
    async with session(story, MIGRATOR_ROLE) as connection:
        line = await connection.fetch(
            "select o.membership_id, lower(o.during), upper(o.during) from holders o join signals s"
            " on s.household_id = o.household_id where s.id = $1 order by 2",
            added.signal,
        )
    ines, successor = story.town.members["ines"].membership, UUID("00000000-0000-4000-8000-000000000002")
    assert [row[0] for row in line] == [ines, successor]
    assert (line[0][2], line[1][2]) == (line[1][1], None)
