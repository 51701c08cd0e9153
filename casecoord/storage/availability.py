"""Whether a failure means that the database is away, so that the same request may succeed a little later."""

from collections.abc import Iterator

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

# SQLSTATEs, by their beginning: connection, out of connections or room, shutdown or starting up, and what took
# longer than anybody waits for, a lock or a statement.
_AWAY = ("08", "53", "57P", "55P03", "57014")
_ERRORS = (
    PoolTimeout,
    ConnectionError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
)


def is_unavailable(error: BaseException) -> bool:
    """For an error that came out of a transaction, as raised or as wrapped."""
    return any(_away(cause) for cause in _causes(error))


def _away(error: BaseException) -> bool:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return True
    sqlstate = getattr(error, "sqlstate", None)
    if isinstance(sqlstate, str) and sqlstate.startswith(_AWAY):
        return True
    return isinstance(error, _ERRORS) or (isinstance(error, OSError) and error.errno is not None)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(10):
        if seen is None:
            return
        yield seen
        seen = getattr(seen, "orig", None) or seen.__cause__
