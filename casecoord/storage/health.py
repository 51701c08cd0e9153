"""What a database says about itself, for `doctor` and the readiness check."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import NullPool, text

from casecoord.storage.connection import APP_ROLE, ROLES, SERVING, engine
from casecoord.storage.migrate import Heads, head_state


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """`version` is the major one; `strong_roles` may pass row level security; `closed_roles` are those that the login
    should be a member of and is not; `skew` in seconds, ours minus theirs."""

    version: int
    heads: Heads
    strong_roles: tuple[str, ...]
    closed_roles: tuple[str, ...]
    login_is_superuser: bool
    skew: float


async def inspect(url: str) -> DatabaseFacts:
    """Asks as the application's role; raises whatever the driver raises when the database cannot be reached."""
    reader = engine(url, role=APP_ROLE, name="casecoord-doctor", poolclass=NullPool)
    try:
        async with reader.connect() as connection:
            await connection.execute(text("select 1"))
            before = datetime.now(UTC)
            row = (await connection.execute(_FACTS, {"roles": list(ROLES), "serving": list(SERVING)})).one()
            between = before + (datetime.now(UTC) - before) / 2
    finally:
        await reader.dispose()
    return DatabaseFacts(
        version=row.version,
        heads=await head_state(url),
        strong_roles=tuple(row.strong),
        closed_roles=tuple(row.closed),
        login_is_superuser=row.login_is_superuser,
        skew=(between - row.clock).total_seconds(),
    )


_FACTS = text("""
select current_setting('server_version_num')::int / 10000 as version, clock_timestamp() as clock,
  array(select rolname::text from pg_roles where rolname = any(:roles) and (rolsuper or rolbypassrls)) as strong,
  array(select r from unnest(cast(:serving as text[])) r where not exists (
    select from pg_roles where rolname = r and pg_has_role(session_user, oid, 'MEMBER'))) as closed,
  (select rolsuper from pg_roles where rolname = session_user) as login_is_superuser
""")
