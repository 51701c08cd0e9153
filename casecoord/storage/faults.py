"""What the database refuses, told apart without its text: that may hold data."""

from sqlalchemy.exc import DBAPIError

#: Anything that the database or the way to it answered with.
DatabaseFault = DBAPIError

_RETRIED = {"40001", "40P01"}  # serialization failure, deadlock


def may_be_retried(fault: DBAPIError) -> bool:
    """Whether the same transaction may succeed when done again."""
    return str(getattr(fault.orig, "sqlstate", "")) in _RETRIED


def gave_up_waiting(fault: DBAPIError) -> bool:
    """Whether somebody else held a lock for longer than one waits for it."""
    return str(getattr(fault.orig, "sqlstate", "")) == "55P03"


def broken_constraint(fault: DBAPIError) -> str | None:
    """The name of the constraint that the transaction would have broken."""
    cause = getattr(fault.orig, "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return str(name) if name else None
