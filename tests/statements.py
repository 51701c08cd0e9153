"""What the application says to the database: by SQLAlchemy where it writes, to the driver itself where it only looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg import introspection
from sqlalchemy import event

from casecoord.storage.work import Database

#: What the driver says by itself: where a transaction begins and ends, and to learn what a type is made of.
_OWN = ("BEGIN;", "COMMIT;", "ROLLBACK;", introspection.INTRO_LOOKUP_TYPES)
_FOR_TYPES = "set_config('jit'"


class Sent(list[str]):
    """Statements as they were sent; `values`: their parameters."""

    values: list[tuple[Any, ...]]


@contextmanager
def statements(database: Database) -> Iterator[Sent]:
    """Every statement that goes to the database meanwhile, but for those that begin and end a transaction."""
    sent = Sent()
    sent.values = []

    def by_sqlalchemy(*said: Any) -> None:
        sent.append(said[2])
        sent.values.append(tuple(said[3]))

    def by_the_driver(query: Any) -> None:
        if query.query not in _OWN and _FOR_TYPES not in query.query:
            sent.append(query.query)
            sent.values.append(tuple(query.args))

    def out(connection: Any, *_: Any) -> None:
        connection.driver_connection.add_query_logger(by_the_driver)

    def back(connection: Any, *_: Any) -> None:
        if connection is not None:
            connection.driver_connection.remove_query_logger(by_the_driver)

    engine = database.engine.sync_engine
    heard = (
        (engine, "before_cursor_execute", by_sqlalchemy),
        (engine, "checkout", out),
        (engine, "checkin", back),
    )
    for one in heard:
        event.listen(*one)
    try:
        yield sent
    finally:
        for one in heard:
            event.remove(*one)
