"""What the database refuses, told apart without its text: that may hold data."""

from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from sqlalchemy.exc import DBAPIError

#: Anything that the database or the way to it answered with.
DatabaseFault = DBAPIError

Given = ParamSpec("Given")
Done = TypeVar("Done")

_ATTEMPTS = 3
_RETRIED = {"40001", "40P01"}  # serialization failure, deadlock


def may_be_retried(fault: DBAPIError) -> bool:
    """Whether the same transaction may succeed when done again."""
    return str(getattr(fault.orig, "sqlstate", "")) in _RETRIED


def gave_up_waiting(fault: DBAPIError) -> bool:
    """Whether somebody else held a lock for longer than one waits for it."""
    return str(getattr(fault.orig, "sqlstate", "")) == "55P03"


def unwritable_text(fault: DBAPIError) -> bool:
    """Whether a text held what no text here can: a NUL, or half a character."""
    cause = getattr(fault.orig, "__cause__", None)
    half = isinstance(getattr(cause, "__cause__", None), UnicodeEncodeError)
    return half or str(getattr(fault.orig, "sqlstate", "")) == "22021"


def broken_constraint(fault: DBAPIError) -> str | None:
    """The name of the constraint that the transaction would have broken."""
    cause = getattr(fault.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return str(name) if name else None


async def retried(step: Callable[Given, Awaitable[Done]], *given: Given.args, **named: Given.kwargs) -> Done:
    """Does a step, of transactions that may be done twice, again when somebody else was in its way."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return await step(*given, **named)
        except DBAPIError as fault:
            if not (may_be_retried(fault) or gave_up_waiting(fault)):
                raise
    return await step(*given, **named)
