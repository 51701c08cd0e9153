"""The schema's way to its head: roles first, then Alembic, one migrator at a time."""

from dataclasses import dataclass
from pathlib import Path

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from casecoord.storage.connection import APP_ROLE, MIGRATOR_ROLE, ROLES, SEQUENCER_ROLE, engine
from casecoord.storage.views import HOUSEHOLD_VIEW

FOLDER = Path(__file__).parents[2] / "migrations"
OLDEST, NEWEST = 15, 18
#: Functions that this version of the program calls.
FUNCTIONS = (HOUSEHOLD_VIEW,)

_TABLES = "select count(*) from pg_tables where schemaname in ('public', 'vault')"

# Two migrators wait for each other here, longer than any statement of a migration waits for a table.
_ALONE = 7_270_051
_PATIENCE = {
    "lock_timeout": "5s",
    "statement_timeout": "15min",
    "idle_in_transaction_session_timeout": "5min",
}


class MigrationError(Exception):
    """The schema cannot be brought to its head; the message is one line that says what to do."""


@dataclass(frozen=True, slots=True)
class Heads:
    """The revision a database is at (None: empty) and the one this code needs. `whole`: the functions it calls are there."""

    at: str | None
    head: str
    whole: bool

    @property
    def same(self) -> bool:
        return self.at == self.head and self.whole


async def upgrade(url: str) -> Heads:
    """Brings the database of a libpq URL to the head; a second one at the same time waits, then has nothing to do.

    The login must own the database or be a superuser the first time, for the roles.
    Raises MigrationError.
    """
    migrator = engine(url, name="casecoord-migrate", settings=_PATIENCE, poolclass=NullPool)
    try:
        async with migrator.connect() as connection:
            await _wait_for_turn(connection)
            await _check_version(connection)
            await _ensure_roles(connection)
            await connection.execute(text(f"set role {MIGRATOR_ROLE}"))
            await connection.commit()
            await connection.run_sync(_upgrade)
            await connection.commit()
            return await connection.run_sync(_heads)
    except DBAPIError as error:
        raise MigrationError(f"the migration stopped: {_first_line(error)}") from error
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise MigrationError(
            f"the database does not let us in ({type(error).__name__}): check its URL, and that it runs"
        ) from error
    finally:
        await migrator.dispose()


async def prepare(url: str) -> None:
    """The roles, in a database without any table, for a backup to come into. Raises MigrationError."""
    migrator = engine(url, name="casecoord-restore", settings=_PATIENCE, poolclass=NullPool)
    try:
        async with migrator.connect() as connection:
            await _check_version(connection)
            if await connection.scalar(text(_TABLES)):
                raise MigrationError("there are tables in this database: a backup comes into an empty one")
            await connection.commit()
            await _ensure_roles(connection)
    finally:
        await migrator.dispose()


async def head_state(url: str) -> Heads:
    """Where a database is and where it should be; needs no more than the application's role."""
    reader = engine(url, role=APP_ROLE, poolclass=NullPool)
    try:
        async with reader.connect() as connection:
            return await connection.run_sync(_heads)
    finally:
        await reader.dispose()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    command.upgrade(_config(connection), "head")
    for function in FUNCTIONS:
        for statement in function.statements:
            connection.exec_driver_sql(statement)
    connection.execute(text(f"grant select on alembic_version to {APP_ROLE}, {SEQUENCER_ROLE}"))


def _heads(connection: Connection) -> Heads:
    head = ScriptDirectory.from_config(_config()).get_current_head()
    at = MigrationContext.configure(connection).get_current_revision()
    there = [
        connection.scalar(text("select to_regprocedure(:it)"), {"it": one.signature}) for one in FUNCTIONS
    ]
    return Heads(at, head or "", whole=all(there))


async def _wait_for_turn(connection: AsyncConnection) -> None:
    """A lock of the session: it survives the commits between migrations and ends with the connection."""
    await connection.execute(text("set lock_timeout = '10min'"))
    await connection.execute(text("select pg_advisory_lock(:key)"), {"key": _ALONE})
    await connection.execute(text("set lock_timeout = '5s'"))
    await connection.commit()


async def _check_version(connection: AsyncConnection) -> None:
    number = await connection.scalar(text("select current_setting('server_version_num')::int / 10000"))
    if not OLDEST <= number <= NEWEST:
        raise MigrationError(f"this is PostgreSQL {number}; casecoord runs on {OLDEST} to {NEWEST}")


async def _ensure_roles(connection: AsyncConnection) -> None:
    """The owner of the schema, the application and the log's sequencer are different roles, none a superuser."""
    try:
        for role in ROLES:
            await connection.execute(text(_ENSURE_ROLE.format(role=role)))
        await connection.execute(text(_ENSURE_RIGHTS))
        await connection.commit()
    except DBAPIError as error:
        raise MigrationError(
            f"the database roles cannot be made ({_first_line(error)}): migrate once with a login that owns the "
            f"database and may create roles, or let one make {', '.join(ROLES)} and grant them to this login"
        ) from error
    strong = await connection.scalars(
        text("select rolname from pg_roles where rolname = any(:roles) and (rolsuper or rolbypassrls)"),
        {"roles": list(ROLES)},
    )
    names = ", ".join(strong)
    await connection.commit()
    if names:
        raise MigrationError(f"{names} may pass row level security: alter role ... nosuperuser nobypassrls")


# Roles belong to the whole server, so another database's migrator may make them at the same moment.
_ENSURE_ROLE = """
do $$
begin
  if not exists (select from pg_roles where rolname = '{role}') then
    begin
      create role {role} nologin nosuperuser nobypassrls nocreatedb nocreaterole;
    exception when duplicate_object or unique_violation then null;
    end;
  end if;
  if not (select rolsuper from pg_roles where rolname = current_user)
     and not pg_has_role(current_user, '{role}',
       case when current_setting('server_version_num')::int >= 160000 then 'SET' else 'MEMBER' end) then
    grant {role} to current_user;
  end if;
end $$
"""

_ENSURE_RIGHTS = f"""
do $$
declare here name := current_database();
begin
  if not has_database_privilege('{MIGRATOR_ROLE}', here, 'CREATE') then
    execute format('grant create on database %I to {MIGRATOR_ROLE}', here);
  end if;
  if not has_schema_privilege('{MIGRATOR_ROLE}', 'public', 'CREATE') then
    grant create on schema public to {MIGRATOR_ROLE};
  end if;
  if has_schema_privilege('{APP_ROLE}', 'public', 'CREATE') then
    revoke create on schema public from public;
  end if;
  if not (select bool_and(has_schema_privilege(role, 'public', 'USAGE')) from unnest(array{list(ROLES)}) role) then
    grant usage on schema public to {", ".join(ROLES)};
  end if;
end $$
"""


def _first_line(error: DBAPIError) -> str:
    """What PostgreSQL said, without the statement and its values."""
    return str(error.orig).splitlines()[0].split(": ", 1)[-1]
