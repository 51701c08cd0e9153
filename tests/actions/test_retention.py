"""What is past its term goes, and nothing else: nothing open, nothing a microsecond before its time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from casecoord.actions import retaining
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
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.retaining import SetTerm, run_retention, set_retention_term
from casecoord.actions.rights import OfRequest, appeal_decision, withdraw_right
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Retention
from casecoord.domain.retention import FOUNDED_WITH
from casecoord.domain.words import LifeDomain, RequestKind, Word
from casecoord.storage import retention
from casecoord.storage.connection import APP_ROLE
from casecoord.storage.retention_steps import STAYS
from casecoord.storage.retention_terms import terms_in_force
from tests.actions.steps import led_case, refused, signal, sql, take_part, whole
from tests.actions.test_access_log import whole_story
from tests.actions.test_races import at_once
from tests.actions.test_rights import ask, decided
from tests.world import PEOPLE, Someone, Town, build_town

COUNTED = "select count(*) from {}"


async def test_an_area_is_founded_with_the_terms_that_the_register_of_processing_tells(town: Town) -> None:
    async with town.database.within(town.area) as work:
        assert await terms_in_force(work) == FOUNDED_WITH


async def closed_case(town: Town, url: str, who: Someone) -> UUID:
    """A family that was helped: everything of its case happened, and it is closed."""
    case = (await led_case(town, who)).id
    await take_part(town, "amina", case, "wijkteam", "chaima")
    await town.act("amina", record_contact, RecordContact(town.key(), case))
    due = town.clock.now.date() + timedelta(days=7)
    step = await town.act(
        "amina", add_action, AddAction(town.key(), case, LifeDomain.TIME_USE, "Ga langs.", due)
    )
    await town.act("amina", complete_action, CompleteAction(town.key(), step.id, "Was fijn."))
    async with sql(url) as plain:
        signals = [row[0] for row in await plain.fetch("select id from signals where case_id = $1", case)]
    for identity in signals:
        await town.act("amina", give_feedback, GiveFeedback(town.key(), identity, "Het gaat beter."))
        await town.act(
            "amina", confirm_outcome, ConfirmOutcome(town.key(), "Gaat goed.", Word.FAMILY, identity)
        )
    await town.act("amina", begin_aftercare, OfCase(town.key(), case))
    await town.act("amina", close_case, CloseCase(town.key(), case, "Het gezin kan verder.", Word.FAMILY))
    return case


async def run(town: Town, *, dry: bool = False, by: str = "mo") -> dict[str, list[str]]:
    """What went, by table."""
    found: dict[str, list[str]] = {}
    async for batch in run_retention(town.office, town.caller(by), dry=dry):
        for (_, table), rows in batch.gone.items():
            found.setdefault(table, []).extend(rows)
    return found


async def state(url: str) -> dict[str, int]:
    async with sql(url) as plain:
        tables = await plain.fetch(
            "select schemaname || '.' || tablename, tablename from pg_tables"
            " where schemaname in ('public', 'vault') order by 1"
        )
        return {name: await plain.fetchval(COUNTED.format(table)) for table, name in tables}


def years_on(moment: datetime, years: int) -> datetime:
    return moment.replace(year=moment.year + years)


AN_INSTANT = timedelta(microseconds=1)


async def test_a_closed_case_is_forgotten_after_a_year_and_its_signal_after_five(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await closed_case(town, database_url, family["noor"])
    closed = town.clock.now
    await whole(town)
    town.clock.now = years_on(closed, 1) - AN_INSTANT
    assert await run(town) == {}
    town.clock.now = years_on(closed, 1)
    before = await state(database_url)
    tried = await run(town, dry=True)
    assert await state(database_url) == before
    went = await run(town)
    assert {table: sorted(rows) for table, rows in went.items()} == {
        table: sorted(rows) for table, rows in tried.items()
    }
    assert set(went) >= {"leads", "proposals", "plan_actions", "contacts", "participants", "cases", "events"}
    after = await state(database_url)
    gone = ("leads", "proposals", "plan_actions", "contacts", "participants", "invitations", "outbox")
    assert [after[table] for table in gone] == [0] * len(gone)
    assert (after["signals"], after["cases"], after["persons"]) == (1, 1, 3)
    async with sql(database_url) as plain:
        left = await plain.fetchrow("select * from cases")
        assert (left["outcome_sealed"], left["outcome_by"], left["forgotten_at"]) == (
            None,
            None,
            town.clock.now,
        )
    async with refused("not_found", "case"):
        await town.act("ibrahim", reopen_case, OfCase(town.key(), case))
    await whole(town)
    assert set(await run(town)) <= {"answered_keys"}
    town.clock.now = years_on(closed, 5) - AN_INSTANT
    assert not set(await run(town)) & {"signals", "cases", "access_log"}
    town.clock.now = years_on(closed, 5)
    assert {"signals", "cases", "access_log", "events"} <= set(await run(town))
    await whole(town)
    after = await state(database_url)
    assert (after["signals"], after["cases"], after["events"], after["holders"]) == (0, 0, 0, 0)
    assert after["persons"] == 3


async def test_every_table_is_let_go_or_says_why_it_stays(town: Town, database_url: str) -> None:
    async with town.database.within(town.area) as work:
        known = await retention.read_steps(work)
    goes = {step.table for step in (*known.first, *known.register, known.households)}
    goes |= set(retention.OF_THE_AREA) | {"events", "access_log"}
    owned = (
        "select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace"
        " where n.nspname in ('public', 'vault') and relkind = 'r' and exists"
        " (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'area_id' and not attisdropped)"
    )
    async with sql(database_url) as plain:
        tables = {row[0] for row in await plain.fetch(owned)}
    assert goes | set(STAYS) == tables and not goes & set(STAYS)


async def test_the_contents_of_the_log_go_and_its_leaves_stay(town: Town, database_url: str) -> None:
    await closed_case(town, database_url, (await town.janssens())["noor"])
    async with sql(database_url) as plain:
        before = {row["id"]: row for row in await plain.fetch("select * from access_log")}
    town.clock.now = years_on(town.clock.now, 5)
    await run(town)
    async with sql(database_url) as plain:
        after = {row["id"]: row for row in await plain.fetch("select * from access_log")}
        assert {
            row["event"]
            for row in await plain.fetch(
                "select record::jsonb ->> 'event' event from access_log where record is not null"
            )
        } == {"run_retention"}
    assert set(before) <= set(after)
    for identity, row in before.items():
        then = after[identity]
        assert (then["leaf"], then["at"], then["area_id"]) == (row["leaf"], row["at"], row["area_id"])
        gone = ("record", "salt", "household", "professional_id")
        assert [then[name] for name in gone] == [None] * 4 and not then["trace_id"]


async def test_the_application_cannot_take_a_record_that_is_kept(town: Town, database_url: str) -> None:
    await closed_case(town, database_url, (await town.janssens())["noor"])
    settings = {"role": APP_ROLE}
    async with sql(database_url, **settings) as plain:
        await plain.execute(f"set casecoord.area = '{town.area}'")
        assert await plain.fetchval("select count(*) from retire_log(1000)") == 0
        assert (
            await plain.fetchval("select count(*) from forget_events((select array_agg(id) from households))")
            == 0
        )
        with pytest.raises(asyncpg.CheckViolationError):
            await plain.execute(
                "insert into retention_terms values ($1, 'access_log', '2026-01-01', 1, 'zomaar')", town.area
            )
        with pytest.raises(asyncpg.CheckViolationError):
            await plain.execute("update retention_terms set months = 0 where kept_as = 'signal'")


async def test_the_key_of_a_compartment_goes_with_its_last_row(town: Town, database_url: str) -> None:
    family = await town.janssens()
    await closed_case(town, database_url, family["noor"])
    open_still = await signal(town, "chaima", family["els"], domain=LifeDomain.FINANCE)
    keys = (
        "select array_agg(compartment order by compartment) from vault.household_keys where household_id = $1"
    )
    async with sql(database_url) as plain:
        home = family["els"].household
        assert await plain.fetchval(keys, home) == ["general", "identity", "livelihood"]
        town.clock.now = years_on(town.clock.now, 1)
        await run(town)
        assert await plain.fetchval(keys, home) == ["general", "identity", "livelihood"]
        town.clock.now = years_on(town.clock.now, 4)
        await run(town)
        assert await plain.fetchval(keys, home) == ["identity", "livelihood"]
    with pytest.raises(Problem):
        await town.act("ibrahim", give_feedback, GiveFeedback(town.key(), open_still.signal, "Hoi."))
    # What is written from now on is sealed under a new key.
    await signal(town, "amina", family["noor"])
    await whole(town)


async def test_what_is_open_or_restricts_is_never_past_its_term(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    for kind, grant in ((RequestKind.RESTRICTION, True), (RequestKind.ACCESS, False)):
        asked = await ask(town, family["els"], kind)
        await decided(town, asked.id, grant=grant)
    waits = await ask(town, family["els"], RequestKind.COMPLAINT)
    before = await state(database_url)
    town.clock.now = years_on(town.clock.now, 40)
    await run(town)
    after = await state(database_url)
    kept = ("cases", "signals", "leads", "participants", "persons", "holders", "household_keys")
    assert [after[table] for table in kept] == [before[table] for table in kept]
    async with sql(database_url) as plain:
        left = {(row["kind"], row["state"]) for row in await plain.fetch("select kind, state from requests")}
    assert left == {("restriction", "granted"), ("complaint", "open")} and waits
    await whole(town)


async def test_an_appeal_keeps_what_it_appeals(town: Town, database_url: str) -> None:
    els = (await town.janssens())["els"]
    asked = await ask(town, els, RequestKind.RECTIFICATION)
    await decided(town, asked.id, grant=False)
    await town.act("lotte", appeal_decision, OfRequest(town.key(), asked.id, True))
    town.clock.now = years_on(town.clock.now, 6)
    assert "requests" not in await run(town)
    async with sql(database_url) as plain:
        appeal = await plain.fetchval("select id from requests where appeal_of is not null")
    await town.act("lotte", withdraw_right, OfRequest(town.key(), appeal, True))
    town.clock.now = years_on(town.clock.now, 5)
    assert len((await run(town))["requests"]) == 2
    await whole(town)


async def test_a_family_that_left_and_whoever_died_go_once_nothing_else_of_them_is_kept(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    (gone,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await signal(town, "dirk", gone)
    async with sql(database_url) as plain:
        await plain.execute("update households set left_on = '2026-11-02' where id = $1", gone.household)
        await plain.execute("update persons set died_on = '2026-11-02' where id = $1", family["els"].id)
        await plain.execute(
            "insert into custody values ($1, gen_random_uuid(), $2, $3, 'parent')",
            town.area, family["noor"].id, family["els"].id,
        )  # fmt: skip
    town.clock.now = datetime(2027, 11, 1, 23, 0, tzinfo=UTC) - AN_INSTANT
    assert "persons" not in await run(town)
    town.clock.now += AN_INSTANT
    went = await run(town)
    assert went["persons"] == [str(family["els"].id)] and len(went["custody"]) == 1
    # Of the family that left something is open still.
    async with sql(database_url) as plain:
        waits = await plain.fetchval("select id from signals")
        async with plain.transaction():
            await plain.execute("delete from promises where subject_id = $1", waits)
            await plain.execute("delete from holders where household_id = $1", gone.household)
            await plain.execute(
                "update signals set state = 'ended', lapsed_as = 'emigration', ended_at = received_at where id = $1",
                waits,
            )
    town.clock.now = years_on(town.clock.now, 5)
    went = await run(town)
    assert str(gone.household) in went["households"] and str(gone.id) in went["persons"]
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from households") == 1
        assert await plain.fetchval("select count(*) from vault.household_keys") == 1
    await whole(town)


async def test_another_term_is_a_new_row_and_counts_from_its_day(town: Town, database_url: str) -> None:
    await closed_case(town, database_url, (await town.janssens())["noor"])
    closed, starts = town.clock.now, date(2027, 1, 4)
    longer = SetTerm(town.key(), Retention.JOINT_VIEW, 18, starts, "besluit van de alliantie")
    await town.act("mo", set_retention_term, longer)
    async with refused("term_exists", "fromOn"):
        await town.act("mo", set_retention_term, replace(longer, idempotency_key=town.key()))
    town.clock.now = years_on(closed, 1)
    assert "cases" not in await run(town)
    town.clock.now = closed + timedelta(days=548)
    assert "cases" in await run(town)
    async with sql(database_url) as plain:
        rows = await plain.fetch(
            "select months from retention_terms where kept_as = 'joint_view' order by from_on"
        )
    assert [row["months"] for row in rows] == [12, 18]


async def test_only_an_administrator_lets_go_and_sets_terms(town: Town) -> None:
    day = town.clock.now.date()
    for who in [name for name in PEOPLE if name != "mo"]:
        async with refused("not_allowed"):
            await run(town, by=who)
        async with refused("not_allowed"):
            await town.act(who, set_retention_term, SetTerm(town.key(), Retention.SIGNAL, 6, day, "zomaar"))


async def test_a_term_that_cannot_be_is_told_so(town: Town) -> None:
    fine = SetTerm(town.key(), Retention.SIGNAL, 24, date(2026, 12, 1), "besluit")
    for changed, code, field in (
        ({"kept_as": Retention.ACCESS_LOG, "months": 59}, "term_too_short", "months"),
        ({"months": 0}, "term_too_short", "months"),
        ({"months": 10**9}, "term_too_short", "months"),
        ({"kept_as": Retention.AGGREGATE}, "term_too_short", "months"),
        ({"from_on": date(2026, 11, 1)}, "date_in_past", "fromOn"),
        ({"source": " "}, "text_empty", "source"),
    ):
        async with refused(code, field):
            await town.act("mo", set_retention_term, replace(fine, **changed))


async def test_interrupted_between_batches_the_next_run_goes_on(
    town: Town, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaining, "BATCH", 1)
    for year in (2015, 2016, 2017):
        (child,) = await town.family(("Sam Bos", date(year, 1, 1)), links={0: [("school", "11VO00")]})
        await closed_case(town, database_url, child)
    town.clock.now = years_on(town.clock.now, 1)
    batches = run_retention(town.office, town.caller("mo"))
    await anext(batches)
    await batches.aclose()
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from cases where forgotten_at is null") == 2
        await whole(town)
        assert len((await run(town))["cases"]) == 2
        assert await plain.fetchval("select count(*) from cases where forgotten_at is null") == 0
        logged = "select count(distinct household) from access_log where record::jsonb ->> 'event' = 'run_retention'"
        assert await plain.fetchval(logged) == 3
    await whole(town)


async def test_a_run_waits_for_whoever_works_on_a_family_and_two_runs_do_it_once(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    case = await closed_case(town, database_url, noor)
    town.clock.now = years_on(town.clock.now, 1) - AN_INSTANT
    (wins, *rest), problems = await at_once(
        town.act("ibrahim", reopen_case, OfCase(town.key(), case)), run(town), run(town)
    )
    assert not problems and wins.state == "triaged" and not any("cases" in went for went in rest)
    town.clock.now = years_on(town.clock.now, 3)
    done, problems = await at_once(*(run(town) for _ in range(4)), signal(town, "amina", noor))
    assert not problems and len(done) == 5
    await whole(town)


async def test_after_everything_has_happened_nothing_past_its_term_stays_and_the_rest_holds(
    town: Town, database_url: str
) -> None:
    """A whole area's story, let go year by year: judged by what an independent reading of the rows says."""
    await build_town(town.database, town.clock, town.office.policy, "noord")
    await whole_story(town, database_url)
    for years in (1, 1, 2, 1, 1, 5):
        town.clock.now = years_on(town.clock.now, years)
        waiting = await open_things(database_url)
        await run(town)
        assert await open_things(database_url) == waiting
        assert await past_its_term(database_url, town.clock.now) == []
        await whole(town)
        assert set(await run(town)) <= {"gaps", "promises", "answered_keys", "outbox", "arrivals", "parcels"}


OPEN = (
    "signals where state <> 'ended'", "cases where state <> 'closed'", "requests where state = 'open'",
    "plan_actions where state = 'open'", "hearings where state = 'planned'", "transfers where state = 'pending'",
    "break_glass_grants where reviewed_at is null", "promises where ended_at is null",
)  # fmt: skip


async def open_things(url: str) -> dict[str, set[UUID]]:
    async with sql(url) as plain:
        return {of: {row[0] for row in await plain.fetch(f"select id from {of}")} for of in OPEN}


async def past_its_term(url: str, now: datetime) -> list[tuple[str, UUID]]:
    """The rows that should have gone: counted here in whole years, from what each table says itself."""
    found: list[tuple[str, UUID]] = []
    async with sql(url) as plain:
        cases = {row["id"]: row for row in await plain.fetch("select * from cases")}
        over = set()
        for identity, row in cases.items():
            end = row if row["merged_into"] is None else cases[row["merged_into"]]
            if row["state"] == "closed" and end["closed_at"] and years_on(end["closed_at"], 1) <= now:
                over.add(identity)
                found += [("cases", identity)] if row["forgotten_at"] is None else []
        for table in (
            "leads",
            "proposals",
            "plan_actions",
            "contacts",
            "participants",
            "invitations",
            "refusals",
        ):
            rows = await plain.fetch(f"select id, case_id from {table}")
            found += [(table, row["id"]) for row in rows if row["case_id"] in over]
        for table, moment, years, free in (
            ("signals", "ended_at", 5, "state = 'ended' and case_id is null"),
            ("hearings", "held_on + 2", 1, "state <> 'planned' and not exists (select from cases c"
             " where c.household_id = hearings.household_id and c.state <> 'closed')"),
            ("break_glass_grants", "upper(during)", 5, "reviewed_at is not null"),
            ("requests", "coalesce(lifted_at, decided_at)", 5, "state <> 'open' and not exists"
             " (select from requests a where a.appeal_of = requests.id)"),
            ("outbox", "at", 1, "true"),
            ("access_log", "at", 5, "record is not null"),
            ("answered_keys", "at", 1, "true"),
        ):  # fmt: skip
            key = "professional_id" if table == "answered_keys" else "id"
            rows = await plain.fetch(f"select {key}, ({moment})::timestamptz ended from {table} where {free}")
            found += [
                (table, row[0]) for row in rows if row["ended"] and years_on(row["ended"], years) <= now
            ]
    return found
