"""The schema comes to its head from nothing, once, in the hands of the right role."""

import asyncio
import importlib
import pkgutil

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.ext.asyncio import create_async_engine

from casecoord import storage
from casecoord.storage import migrate
from casecoord.storage.connection import APP_ROLE, MIGRATOR_ROLE, ROLES
from casecoord.storage.tables import Base


async def test_an_empty_database_comes_to_the_head_and_a_second_time_changes_nothing(empty_database_url):
    first = await migrate.upgrade(empty_database_url)
    second = await migrate.upgrade(empty_database_url)
    assert first.same and first == second == await migrate.head_state(empty_database_url)


async def test_two_migrators_at_once_make_one_schema(empty_database_url):
    both = await asyncio.gather(*(migrate.upgrade(empty_database_url) for _ in range(2)))
    assert [heads.same for heads in both] == [True, True]


async def test_an_empty_database_is_not_at_the_head(empty_database_url):
    heads = await migrate.head_state(empty_database_url)
    assert heads.at is None and not heads.same


async def test_a_database_without_the_functions_of_this_version_is_not_at_the_head(empty_database_url):
    await migrate.upgrade(empty_database_url)
    connection = await asyncpg.connect(empty_database_url)
    for function in migrate.FUNCTIONS:
        await connection.execute(f"drop function {function.signature}")
        assert not (await migrate.head_state(empty_database_url)).same
        assert (await migrate.upgrade(empty_database_url)).same
    await connection.close()


async def test_the_migrator_owns_every_table_and_the_application_none(database_url):
    connection = await asyncpg.connect(database_url)
    owners = await connection.fetch(
        "select distinct tableowner from pg_tables where schemaname in ('public', 'vault')"
        " union select distinct pg_get_userbyid(proowner) from pg_proc p"
        " where pronamespace = 'public'::regnamespace"
        " and not exists (select from pg_depend where objid = p.oid and deptype = 'e')"
    )
    await connection.close()
    assert {row[0] for row in owners} == {MIGRATOR_ROLE}


async def test_no_role_of_ours_may_pass_row_level_security(database_url):
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("select * from pg_roles where rolname = any($1::text[])", list(ROLES))
    await connection.close()
    assert len(rows) == len(ROLES)
    assert not any(row["rolsuper"] or row["rolbypassrls"] or row["rolcreaterole"] for row in rows)


async def test_every_table_forces_row_level_security(database_url):
    connection = await asyncpg.connect(database_url)
    open_tables = await connection.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')"
        " and not (relrowsecurity and relforcerowsecurity) and relname <> 'alembic_version'"
    )
    await connection.close()
    assert [row[0] for row in open_tables] == []


async def test_the_application_may_make_no_table(database_url):
    connection = await asyncpg.connect(database_url, server_settings={"role": APP_ROLE})
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("create table mine (id int)")
    await connection.close()


async def test_a_login_without_rights_is_told_who_must_migrate_once(server, empty_database_url):
    admin = await asyncpg.connect(server)
    await admin.execute("create role weak_login login password 'weak'")
    weak = empty_database_url.replace(empty_database_url.split("@")[0], "postgresql://weak_login:weak")
    try:
        with pytest.raises(migrate.MigrationError, match="owns the database"):
            await migrate.upgrade(weak)
    finally:
        await admin.execute("drop role weak_login")
        await admin.close()


async def test_an_owner_that_is_no_superuser_may_migrate(server, template, empty_database_url):
    """With the roles made, the owner of a database needs no more than membership in them."""
    name = empty_database_url.rsplit("/", 1)[1]
    admin = await asyncpg.connect(server)
    await admin.execute("create role plain_owner login createrole password 'plain'")
    await admin.execute(f"grant {', '.join(ROLES)} to plain_owner")
    await admin.execute(f"alter database {name} owner to plain_owner")
    plain = empty_database_url.replace(empty_database_url.split("@")[0], "postgresql://plain_owner:plain")
    try:
        assert (await migrate.upgrade(plain)).same
    finally:
        await admin.execute(f"alter database {name} owner to current_user")
        await admin.execute("drop role plain_owner")
        await admin.close()


async def test_the_declared_tables_are_the_migrated_ones(database_url):
    """Columns, indexes and constraints by name; what only migrations know (triggers, policies) has its own tests."""
    for module in pkgutil.iter_modules(storage.__path__, "casecoord.storage."):
        if module.name.endswith("tables"):
            importlib.import_module(module.name)  # it declares its tables
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"))

    def differences(connection):
        ours = {
            "include_schemas": True,
            "include_name": lambda name, kind, _: kind != "schema" or name in (None, "vault"),
        }
        context = MigrationContext.configure(connection, opts={"compare_type": True, **ours})
        return compare_metadata(context, Base.metadata)

    try:
        async with engine.connect() as connection:
            found = await connection.run_sync(differences)
            declared = {
                check.name
                for table in Base.metadata.tables.values()
                for check in table.constraints
                if isinstance(check, CheckConstraint | ExcludeConstraint)
            }
            made = await connection.execute(
                text(
                    "select conname from pg_constraint where contype in ('c', 'x')"
                    " and connamespace in ('public'::regnamespace, 'vault'::regnamespace)"
                )
            )
    finally:
        await engine.dispose()
    assert [one for one in found if "alembic_version" not in str(one)] == []
    assert set(made.scalars()) == declared
