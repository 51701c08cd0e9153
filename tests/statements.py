"""What the application says to the database: by SQLAlchemy where it writes, to the driver itself where it only looks."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from asyncpg import Connection, introspection
from sqlalchemy import event
from sqlalchemy.util import await_only

from casecoord.storage import reading
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


#: What is done before a statement, with the connection that will say it.
Step = Callable[[Connection], Awaitable[None] | None]


@contextmanager
def before_each(database: Database, step: Step, *also: tuple[Any, str]) -> Iterator[None]:
    """Does this before each statement and each commit, and before these events of SQLAlchemy."""

    def by_sqlalchemy(connection: Any, *_: Any) -> None:
        waits = step(getattr(connection, "connection", connection).driver_connection)
        if waits is not None:
            await_only(waits)

    async def by_the_driver(connection: Connection, *statement: Any) -> reading.Rows:
        waits = step(connection)
        if waits is not None:
            await waits
        return await said(connection, *statement)

    engine, said = database.engine.sync_engine, reading.said
    heard = [(engine, "before_cursor_execute"), (engine, "commit"), *also]
    for target, name in heard:
        event.listen(target, name, by_sqlalchemy)
    reading.said = by_the_driver
    try:
        yield
    finally:
        reading.said = said
        for target, name in heard:
            event.remove(target, name, by_sqlalchemy)
