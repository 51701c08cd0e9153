"""Opaque global ids. Garbage, another type's id and somebody else's id get the same answer: not found."""

import base64
import binascii
import re
from uuid import UUID

from casecoord.domain.errors import Problem

_PLAIN = re.compile(r"([A-Z][A-Za-z]*):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
_LONGEST = 120


def global_id(kind: str, key: UUID) -> str:
    """base64url, without padding, of `Kind:uuid`."""
    return base64.urlsafe_b64encode(f"{kind}:{key}".encode()).decode().rstrip("=")


def key_of_any(kinds: tuple[str, ...], given: str, field: str | None = None) -> UUID:
    """The key inside a global id of one of these kinds; raises Problem `not_found` for anything else."""
    for kind in kinds[:-1]:
        try:
            return key_of(kind, given, field)
        except Problem:
            continue
    return key_of(kinds[-1], given, field)


def key_of(kind: str, given: str, field: str | None = None) -> UUID:
    """The key inside a global id of this kind; raises Problem `not_found` for anything else."""
    try:
        padded = given + "=" * (-len(given) % 4)
        plain = (
            base64.b64decode(padded.encode(), altchars=b"-_", validate=True).decode()
            if len(given) < _LONGEST
            else ""
        )
    except (binascii.Error, UnicodeError, ValueError):
        plain = ""
    found = _PLAIN.fullmatch(plain)
    if found is None or found[1] != kind:
        raise Problem("not_found", field)
    return UUID(found[2])
