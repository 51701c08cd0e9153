"""How every part of casecoord connects to PostgreSQL: one kind of URL, one role per connection."""

from typing import Any

import asyncpg
import orjson
from sqlalchemy import Pool, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

MIGRATOR_ROLE = "casecoord_migrator"
APP_ROLE = "casecoord_app"
SEQUENCER_ROLE = "casecoord_sequencer"
#: Whoever looks, whoever counts, and whoever accounts for the work: see `docs/decisions/second-net.md`.
READER_ROLE = "casecoord_reader"
SURVEYOR_ROLE = "casecoord_surveyor"
AUDITOR_ROLE = "casecoord_auditor"
#: What the login that serves has to be a member of.
SERVING = (APP_ROLE, READER_ROLE, SURVEYOR_ROLE)
ROLES = (MIGRATOR_ROLE, APP_ROLE, SEQUENCER_ROLE, READER_ROLE, SURVEYOR_ROLE, AUDITOR_ROLE)


def engine(
    url: str,
    *,
    role: str | None = None,
    name: str = "casecoord",
    settings: dict[str, str] | None = None,
    poolclass: type[Pool] | None = None,
    **pool: Any,
) -> AsyncEngine:
    """An engine on a libpq URL, with several hosts and `sslmode` if need be; `pool` as SQLAlchemy has it.

    The login of the URL is a member of `role` and acts as it from the first statement on; None stays the
    login itself. `settings` are PostgreSQL's, as text.
    """
    plain = url.replace("postgresql+asyncpg://", "postgresql://", 1)
    chosen = {"application_name": name, "timezone": "UTC", **(settings or {})}
    if role is not None:
        chosen["role"] = role

    async def connect() -> asyncpg.Connection:
        return await asyncpg.connect(
            plain,
            timeout=10,
            server_settings=chosen,
            max_cacheable_statement_size=0,
            max_cached_statement_lifetime=0,
        )

    if poolclass is not None:
        pool["poolclass"] = poolclass
    made = create_async_engine(
        "postgresql+asyncpg://", async_creator=connect, json_deserializer=orjson.loads, **pool
    )
    event.listen(made.sync_engine, "checkout", _still_open)
    return made


def _still_open(connection: Any, *_: object) -> None:
    """A connection that the server ended is not used again: the socket says so, without three round trips for a ping."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError("the server ended this connection")
