"""What the database refuses, told apart without its text: that may hold data."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError

#: Anything that the database or the way to it answered with: as SQLAlchemy wraps it, or to who only looks as it is.
DatabaseFault = (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)

Given = ParamSpec("Given")
Done = TypeVar("Done")

_ATTEMPTS = 3
_RETRIED = {"40001", "40P01"}  # serialization failure, deadlock


def may_be_retried(fault: Exception) -> bool:
    """Whether the same transaction may succeed when done again."""
    return _sqlstate(fault) in _RETRIED


def gave_up_waiting(fault: Exception) -> bool:
    """Whether somebody else held a lock for longer than one waits for it."""
    return _sqlstate(fault) == "55P03"


def unwritable_text(fault: Exception) -> bool:
    """Whether a text held what no text here can: a NUL, or half a character."""
    half = isinstance(_of_the_driver(fault).__cause__, UnicodeEncodeError)
    return half or _sqlstate(fault) == "22021"


def broken_constraint(fault: Exception) -> str | None:
    """The name of the constraint that the transaction would have broken."""
    name = getattr(_of_the_driver(fault), "constraint_name", None)
    return str(name) if name else None


def _sqlstate(fault: Exception) -> str:
    return str(getattr(_of_the_driver(fault), "sqlstate", ""))


def _of_the_driver(fault: Exception) -> BaseException:
    """What the driver raised, under what SQLAlchemy made of it."""
    return getattr(getattr(fault, "orig", None), "__cause__", None) or fault


async def retried(step: Callable[Given, Awaitable[Done]], *given: Given.args, **named: Given.kwargs) -> Done:
    """Does a step, of transactions that may be done twice, again when somebody else was in its way."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await step(*given, **named)
        except DatabaseFault as fault:
            if not (may_be_retried(fault) or gave_up_waiting(fault)):
                raise
    return await step(*given, **named)
