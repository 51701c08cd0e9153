"""With the application's own filters off, the database alone shows no row of another area, and without a context none."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.deciding import DecideRight, decide_right
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.moving import Destination
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.residents import BindResident, bind_resident
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.actions.splitting import SplitHousehold, split_household
from casecoord.domain.errors import Problem
from casecoord.domain.residents import Thing, area_letters
from casecoord.domain.words import LifeDomain, RequestKind
from casecoord.storage import migrate
from casecoord.storage.child_agreements import say
from casecoord.storage.connection import APP_ROLE, READER_ROLE, SEQUENCER_ROLE, SURVEYOR_ROLE
from casecoord.storage.sequencer import Sequencer
from casecoord.storage.work import Database
from tests.actions.consent_steps import note, to_note
from tests.actions.meeting_steps import flagged, opened
from tests.actions.moves import moves
from tests.actions.residents_steps import bound, resident
from tests.actions.steps import by_bsn, led_case, merge, signal, take_part, unmatched
from tests.conftest import of_database
from tests.world import KEYRING, Clock, Someone, Town, build_town

#: Written by the sequencer alone.
TREE = {"log_positions", "log_tiles", "log_checkpoints"}
#: Tables that no area owns.
OF_NO_AREA = {"areas", "alembic_version", "vault.backups", "vault.backup_terms"}
#: What is written once and stays; and what changes and is never taken away.
STAYS = [
    *("access_log", "events", "policy_versions", "erasures_applied", "vault.erasures"),
    "monitor_publications",
]
OURS = "in ('public'::regnamespace, 'vault'::regnamespace)"


@dataclass(frozen=True)
class TwoAreas:
    url: str
    zuid: UUID
    noord: UUID


@pytest.fixture(scope="module")
async def areas(
    server: str, template: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TwoAreas]:
    """Two areas in which everything has happened once."""
    name = f"casecoord_test_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    url = of_database(server, name)
    clock = Clock()
    database = Database(url, KEYRING, clock=clock, pool_size=5)
    try:
        policy = Policy()
        zuid, noord = [await build_town(database, clock, policy, code) for code in ("zuid", "noord")]
        for town in (zuid, noord):
            await everything(town, url)
        for town, there in ((zuid, "noord"), (noord, "zuid")):
            (child,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
            await signal(town, "ines", child)
            await moves(town, child.household, Destination.ANOTHER_AREA, area=there)
        clock.forward(days=30)
        async for _ in sweep_areas(database):
            pass
        sequencer = Sequencer(url, b"c" * 32, tmp_path_factory.mktemp("checkpoints"))
        await sequencer.round()
        await sequencer.close()
        yield TwoAreas(url, zuid.area, noord.area)
    finally:
        await database.close()
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


async def everything(town: Town, url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", town.clock.now.date())
    await town.act("amina", add_action, step)
    await town.act("amina", record_contact, RecordContact(town.key(), case.id))
    await signal(town, "fleur", family["els"])
    await unmatched(town, "ines", "Noor Janssen", family["noor"].born)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    twins = await town.family(("A Bos", date(2000, 1, 1)), ("B Bos", date(2000, 1, 1)))
    await town.act("ibrahim", split_household, SplitHousehold(town.key(), twins[0].household, (twins[1].id,)))
    await merge(town, wim.household, twins[0].household)
    since, amina, bram = town.clock.now + timedelta(days=40), town.members["amina"], town.members["bram"]
    written = await note(town, "fleur", family["els"])
    await signal(town, "fleur", family["els"], domain=LifeDomain.PHYSICAL_HEALTH)
    await take_part(town, "amina", case.id, "huisarts", "fleur")
    await to_note(town, "fleur", written, family["els"])
    away = SetDeputy(town.key(), amina.membership, bram.membership, since + timedelta(days=9), since)
    await town.act("mo", set_deputy, away)
    await flagged(town, "Bo Tafel")
    await opened(town, "bram", "amina")
    await residents(town, family)
    await a_right_is_appealed(town, family["daan"])
    connection = await asyncpg.connect(url)
    area, noor, els = town.area, family["noor"], family["els"]
    for statement, values in (
        ("insert into postcodes values ($1, '3073AB', 'BU05991099')", [area]),
        ("insert into relationships values ($1, $2, $3, 'parent')", [area, els.id, noor.id]),
        ("insert into custody values ($1, $2, $3, $4, 'parent')", [area, uuid4(), noor.id, els.id]),
        ("insert into household_moves values ($1, $2, $3, '2026-01-01')", [area, uuid4(), noor.household]),
        (
            "insert into letters (area_id, id, professional_id, made_at, next_attempt_at)"
            " values ($1, $2, $3, now(), now())",
            [area, uuid4(), town.members["amina"].professional],
        ),
        *over_already(town, case.id, family),
        *opened_up(town, case.id),
        *in_the_vault(town, noor.household),
    ):
        await connection.execute(statement, *values)
    await connection.close()


async def residents(town: Town, family: dict[str, Someone]) -> None:
    """Somebody came in by a code, somebody else tried one; a child agreed, and something is deferred."""
    await bound(town, "amina", family["els"])
    with pytest.raises(Problem):
        wrong = f"{area_letters(town.area)}000000000000"
        await bind_resident(town.office, resident(family["daan"]), BindResident(town.key(), wrong))
    async with town.database.within(town.area) as work:
        await say(work, family["noor"].id, agrees=True, by=None)
        signals = await work.session.scalars(
            text("select id from signals where household_id = :home and author_id = :author limit 1"),
            {"home": family["noor"].household, "author": town.members["amina"].membership},
        )
        (thing,) = signals.all()
    await town.act("amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, thing, "Voor de rust thuis."))


async def a_right_is_appealed(town: Town, who: Someone) -> None:
    """Asked for a child that agrees, refused by two."""
    about, second = by_bsn(who), town.members["ibrahim"].professional
    asks = ExerciseRight(town.key(), about, RequestKind.ACCESS, identity_checked=True)
    asked = await town.act("lotte", exercise_right, asks)
    refusal = DecideRight(town.key(), asked.id, False, "AVG art. 12", second, "Al gegeven.")
    await town.act("lotte", decide_right, refusal)


def over_already(town: Town, case: UUID, family: dict[str, Someone]) -> list[tuple[str, list[object]]]:
    """What waited once and does no more: one row for each table of what waits."""
    area, daan = town.area, family["daan"]
    amina, bram, dirk, hanna, lotte = (
        town.members[name].membership for name in ("amina", "bram", "dirk", "hanna", "lotte")
    )
    return [
        ("insert into meetings values ($1, $2, $3, now())", [area, uuid4(), town.teams["klimop"]]),
        (
            "insert into transfers (area_id, id, household_id, kind, sphere, state, offered_at, answered_at)"
            " values ($1, $2, $3, 'move', 'general', 'accepted', now(), now())",
            [area, uuid4(), daan.household],
        ),
        (
            "insert into blockades (area_id, id, case_id, team_id, raised_by, kind, domain, sphere, what_sealed,"
            " asked_sealed, state, raised_at, decided_at, decided_by, decision_sealed, reach) values"
            " ($1, $2, $3, $4, $5, 'rule', 'housing', 'livelihood', '', '', 'decided', now(), now(), $5, '', 'structural')",
            [area, uuid4(), case, town.teams["klimop"], amina],
        ),
        (
            "insert into hearings (area_id, id, household_id, person_id, held_on, state, planned_by, planned_at)"
            " values ($1, $2, $3, $4, '2026-12-01', 'cancelled', $5, now())",
            [area, uuid4(), daan.household, daan.id, hanna],
        ),
        (
            "insert into break_glass_grants (area_id, id, household_id, membership_id, reason_sealed, medical, during,"
            " reviewed_at, reviewed_by) values ($1, $2, $3, $4, '', false, tstzrange('2026-11-02', '2026-11-03'),"
            " now(), $5)",
            [area, uuid4(), daan.household, dirk, lotte],
        ),
        (
            "insert into requests (area_id, id, household_id, person_id, kind, received_at, recorded_by, state, ground,"
            " decided_at, decided_by, second_by) values ($1, $2, $3, $4, 'access', now(), $5, 'granted', '15', now(),"
            " $5, $6)",
            [area, uuid4(), daan.household, daan.id, lotte, bram],
        ),
        (
            "insert into request_agreements select area_id, id, person_id from requests where area_id = $1",
            [area],
        ),
        (
            "insert into rectifications (area_id, id, request_id, what, row_id, facet, sphere, corrected_at,"
            " corrected_by) select area_id, id, id, 'language', person_id, 'person.language', 'general', now(), $2"
            " from requests where area_id = $1",
            [area, lotte],
        ),
        (
            "insert into agreements (area_id, id, case_id, author_id, domain, sphere, what_sealed, doer_sealed, due_on,"
            " recorded_at) values ($1, $2, $3, $4, 'time_use', 'general', '', '', '2026-12-01', now())",
            [area, uuid4(), case, amina],
        ),
        (
            "insert into agreement_answers (area_id, id, agreement_id, person_id, sphere, turn, answer, recorded_by,"
            " answered_at) select area_id, id, id, $2, sphere, 0, 'asked', author_id, now() from agreements"
            " where area_id = $1",
            [area, daan.id],
        ),
        (
            "insert into milestones (area_id, id, case_id, kind, own, author_id, domain, sphere, words_sealed, set_at)"
            " values ($1, $2, $3, 'goal', true, $4, 'time_use', 'general', '', now())",
            [area, uuid4(), case, amina],
        ),
        (
            "insert into offers (area_id, id, team_id, kind, name, age_from, age_until, neighbourhoods, languages, places,"
            " starts_on, needs, added_by) values ($1, $2, $3, 'mentor', 'Samen', 12, 20, '{}', '{}', 1, '2026-12-01', '[]',"
            " $4)",
            [area, uuid4(), town.teams["rechtbank"], hanna],
        ),
        (
            "insert into placements (area_id, id, household_id, person_id, offer_id, state, proposed_at, held_by,"
            " released_because) select area_id, id, $2, $3, id, 'released', now(), $4, 'declined' from offers"
            " where area_id = $1",
            [area, daan.household, daan.id, hanna],
        ),
        (
            "insert into refusals (area_id, id, case_id, recorded_by, recorded_at, reason_sealed, review_on, ended_at)"
            " values ($1, $2, $3, $4, now(), '', '2026-12-01', now())",
            [area, uuid4(), case, amina],
        ),
    ]


def opened_up(town: Town, case: UUID) -> list[tuple[str, list[object]]]:
    """A rule that holds, another that does no more, homework of the alliance, and what a lead spent."""
    area, jasmijn, amina = town.area, town.members["jasmijn"].membership, town.members["amina"].membership
    rule = (
        "insert into breakthroughs (area_id, id, made_in, kind, domain, title, applies, allowed, authority,"
        " published_at, published_by, ended_at, ended_by, end_reason) values"
        " ($1, gen_random_uuid(), 'Hier', 'rule', 'housing', 'Mag', 'Als', 'Dan', 'Door', now(), $2, {})"
    )
    return [
        (rule.format("null, null, null"), [area, jasmijn]),
        (rule.format("now(), $2, 'Voorbij'"), [area, jasmijn]),
        (
            "insert into blockade_homework (area_id, id, blockade_id, sphere, to_team_id, what_sealed, needed_by,"
            " given_at, given_by) select area_id, gen_random_uuid(), id, sphere, team_id, '', '2026-12-01', now(), $2"
            " from blockades where area_id = $1",
            [area, jasmijn],
        ),
        ("update areas set settings = settings || '{\"family_amount\": 100}' where id = $1", [area]),
        (
            "insert into spends (area_id, id, case_id, spent_by, domain, sphere, amount_cents, purpose_sealed,"
            " spent_on, recorded_at) values ($1, $2, $3, $4, 'housing', 'livelihood', 100, '', '2026-11-02', now())",
            [area, uuid4(), case, amina],
        ),
    ]


def in_the_vault(town: Town, household: UUID) -> list[tuple[str, list[object]]]:
    lotte, mo = town.members["lotte"].membership, town.members["mo"].membership
    return [
        (
            "insert into vault.key_rotations (area_id, id, kind, asked_at, asked_by) values ($1, $2, 'data', now(), $3)",
            [town.area, uuid4(), mo],
        ),
        (
            "insert into vault.erasures (area_id, id, household_id, households, why, whole, persons, compartments,"
            " keys, erased_at, erased_by, second_by, ground) values"
            " ($1, $2, $3, '{}', 'erasure', false, '{}', '{}', 0, now(), $4, $4, 'AVG art. 17')",
            [town.area, uuid4(), household, lotte],
        ),
        ("insert into erasures_applied values ($1, $2, now())", [town.area, uuid4()]),
    ]


async def tables(url: str, where: str = "") -> list[str]:
    connection = await asyncpg.connect(url)
    found = await connection.fetch(
        f"select oid::regclass::text from pg_class c where relnamespace {OURS} and relkind in ('r', 'p', 'f')"
        f" {where} order by 1"
    )
    await connection.close()
    return [row[0] for row in found]


OWNED = "and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'area_id' and not attisdropped)"


async def test_every_table_belongs_to_an_area_and_forces_its_rows_to(areas: TwoAreas) -> None:
    owned = await tables(areas.url, OWNED)
    assert set(await tables(areas.url)) - set(owned) == OF_NO_AREA
    forced = await tables(areas.url, OWNED + " and relrowsecurity and relforcerowsecurity")
    assert forced == owned
    assert "areas" in await tables(areas.url, "and relrowsecurity and relforcerowsecurity")


async def test_area_comes_first_in_every_key_and_unique_index(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url)
    other = await connection.fetch(
        "select i.indexrelid::regclass::text from pg_index i join pg_class c on c.oid = i.indrelid"
        f" where c.relnamespace {OURS} and (i.indisunique or i.indisexclusion)"
        " and not c.oid::regclass::text = any($1) and (select attname from pg_attribute a"
        "   where a.attrelid = c.oid and a.attnum = i.indkey[0]) <> 'area_id'",
        list(OF_NO_AREA),
    )
    await connection.close()
    assert [row[0] for row in other] == []


async def test_every_row_has_a_policy_of_its_own_area_and_no_other(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url)
    policies = await connection.fetch(
        "select replace(schemaname || '.', 'public.', '') || tablename tablename, policyname, roles::text[] roles"
        " from pg_policies where schemaname in ('public', 'vault')"
    )
    await connection.close()
    to_all = {row["tablename"] for row in policies if row["roles"] == ["public"]}
    assert to_all == set(await tables(areas.url, OWNED)) | {"areas"}
    others = {(row["policyname"], *sorted(row["roles"])) for row in policies if row["roles"] != ["public"]}
    assert others == {
        ("migrations", "casecoord_migrator"),
        ("sequencing", SEQUENCER_ROLE),
        ("erased_is_gone", APP_ROLE, READER_ROLE, SURVEYOR_ROLE),
        ("in_view", READER_ROLE),
        ("own_home", APP_ROLE),  # narrows what own_area allows: for residents
        ("published", APP_ROLE, READER_ROLE),  # what is allowed from now on, for every area to read
    }


async def rows(connection: asyncpg.Connection, table: str) -> list[asyncpg.Record]:
    return await connection.fetch(f"select * from {table}")


async def test_every_table_holds_rows_of_both_areas_so_that_these_tests_can_fail(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url)
    for table in await tables(areas.url, OWNED):
        found = {row["area_id"] for row in await rows(connection, table)}
        assert found == {areas.zuid, areas.noord}, table
    await connection.close()


async def test_without_a_context_no_table_shows_a_row(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    for table in [*await tables(areas.url, OWNED), "areas"]:
        assert await rows(connection, table) == [], table
    await connection.execute("set casecoord.area = ''")
    for table in [*await tables(areas.url, OWNED), "areas"]:
        assert await rows(connection, table) == [], table
    await connection.close()


async def test_with_the_context_of_one_area_no_table_shows_a_row_of_another(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    await connection.execute(f"set casecoord.area = '{areas.zuid}'")
    for table in await tables(areas.url, OWNED):
        found = await rows(connection, table)
        # INVARIANT (what opens is shared): of another area a rule that holds is read, and nothing else.
        shared = {row["id"] for row in found if table == "breakthroughs" and row["ended_at"] is None}
        own = [row for row in found if row["area_id"] == areas.zuid or row.get("id") not in shared]
        assert {row["area_id"] for row in own} == {areas.zuid}, table
        assert len(found) - len(own) == (1 if table == "breakthroughs" else 0), table
    assert [row["id"] for row in await rows(connection, "areas")] == [areas.zuid]
    await connection.close()


async def test_a_resident_s_transaction_shows_no_row_of_another_home(areas: TwoAreas) -> None:
    owner = await asyncpg.connect(areas.url)
    homes = await owner.fetch(
        "select p.household_id, l.issuer, l.subject from resident_logins l join persons p on p.id = l.person_id"
        " where l.area_id = $1",
        areas.zuid,
    )
    (home,) = homes
    narrowed = [
        row["its_name"]
        for row in await owner.fetch(
            "select format('%I.%I', schemaname, tablename)::regclass::text its_name from pg_policies"
            " where policyname = 'own_home'"
        )
    ]
    assert {"households", "persons", "signals", "cases", "vault.household_keys"} <= set(narrowed)
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    async with connection.transaction():
        (came,) = await connection.fetch(
            "select * from casecoord_receive($1, $2, null, null)", home["issuer"], home["subject"]
        )
        assert came["household_id"] == home["household_id"] and came["area_id"] == areas.zuid
        for table in narrowed:
            column = "id" if table == "households" else "household_id"
            seen = {row[column] for row in await rows(connection, table)}
            assert seen <= {home["household_id"]}, table
            assert len(await rows(owner, table)) >= len(seen)
        assert {row["id"] for row in await rows(connection, "households")} == {home["household_id"]}
    # The next transaction of the same connection has no context at all.
    assert await rows(connection, "persons") == []
    await owner.close()
    await connection.close()


@pytest.mark.parametrize("context", ["none", "another area's"])
async def test_no_table_takes_a_row_of_an_area_that_is_not_the_contexts(
    areas: TwoAreas, context: str
) -> None:
    """Copies of Noord's own rows, each of which Noord could write."""
    owner = await asyncpg.connect(areas.url)
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    if context != "none":
        await connection.execute(f"set casecoord.area = '{areas.zuid}'")
    for table in await tables(areas.url, OWNED):
        (row,) = await owner.fetch(f"select * from {table} where area_id = $1 limit 1", areas.noord)
        names = ", ".join(row.keys())
        values = ", ".join(f"${number + 1}" for number in range(len(row)))
        why = "permission denied" if table in TREE else "row-level security"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=why):
            await connection.execute(f"insert into {table} ({names}) values ({values})", *row.values())
    await owner.close()
    await connection.close()


async def test_no_row_is_changed_taken_away_or_given_away_across_areas(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    await connection.execute(f"set casecoord.area = '{areas.zuid}'")
    for table in await tables(areas.url, OWNED):
        if table in {*STAYS, *TREE, "vault.key_rotations"}:
            continue
        theirs = f"where area_id = '{areas.noord}'"
        assert await connection.execute(f"update {table} set area_id = area_id {theirs}") == "UPDATE 0"
        assert await connection.execute(f"delete from {table} {theirs}") == "DELETE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await connection.execute(f"update {table} set area_id = '{areas.noord}'")
    await connection.close()


@pytest.mark.parametrize("table", [*STAYS, *sorted(TREE)])
@pytest.mark.parametrize("act", ["update {} set area_id = area_id", "delete from {}", "truncate {}"], ids=str)
async def test_what_is_written_once_stays(areas: TwoAreas, table: str, act: str) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    await connection.execute(f"set casecoord.area = '{areas.zuid}'")
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="permission denied"):
        await connection.execute(act.format(table))
    await connection.close()


async def test_the_application_is_no_superuser_and_passes_no_guard(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": APP_ROLE})
    role = await connection.fetchrow("select * from pg_roles where rolname = current_user")
    assert not any(role[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))
    owned = await connection.fetchval(
        "select count(*) from pg_class where relowner = (select oid from pg_roles where rolname = current_user)"
    )
    assert owned == 0
    for statement in (
        "set session_replication_role = replica",
        "alter table signals disable trigger all",
        "alter table signals disable row level security",
        "drop policy own_area on signals",
        "create table mine (id int)",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    await connection.close()


async def test_the_sequencer_reads_the_access_log_and_its_tree_and_nothing_else(areas: TwoAreas) -> None:
    connection = await asyncpg.connect(areas.url, server_settings={"role": SEQUENCER_ROLE})
    for table in {"access_log", *TREE}:
        assert {row["area_id"] for row in await rows(connection, table)} == {areas.zuid, areas.noord}
    for table in set(await tables(areas.url, OWNED)) - {"access_log", *TREE}:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await rows(connection, table)
    await connection.close()


async def test_a_new_table_without_guards_is_found(empty_database_url: str) -> None:
    await migrate.upgrade(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    await connection.execute("create table forgotten (area_id uuid primary key)")
    await connection.close()
    owned = await tables(empty_database_url, OWNED)
    forced = await tables(empty_database_url, OWNED + " and relrowsecurity and relforcerowsecurity")
    assert set(owned) - set(forced) == {"forgotten"}
