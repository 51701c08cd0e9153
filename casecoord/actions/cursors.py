"""Opaque cursors: a list's key, sealed against change by anybody and against use by another actor."""

import base64
import hashlib
import hmac
from typing import Any

import orjson

from casecoord.actions.office import Guest, Hand
from casecoord.domain.actors import Resident
from casecoord.domain.errors import Problem

LARGEST_PAGE = 100
_MAC = 16


def page_size(first: int | None) -> int:
    """How many items a page holds: 50 unless asked otherwise, at most 100."""
    if first is None:
        return 50
    if first < 1 or first > LARGEST_PAGE:
        raise Problem("page_too_large", "first")
    return first


def write(hand: Hand | Guest, kind: str, key: list[Any]) -> str:
    """The cursor behind a list's key."""
    body = orjson.dumps(key, default=str)
    return base64.urlsafe_b64encode(_mac(hand, kind, body) + body).decode().rstrip("=")


def read(hand: Hand | Guest, kind: str, cursor: str | None) -> tuple[Any, ...] | None:
    """The key in a cursor; Problem `cursor_invalid` for one that is not this actor's for this list."""
    if cursor is None:
        return None
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except ValueError:
        raise Problem("cursor_invalid", "after") from None
    mac, body = raw[:_MAC], raw[_MAC:]
    if not hmac.compare_digest(mac, _mac(hand, kind, body)):
        raise Problem("cursor_invalid", "after")
    return tuple(orjson.loads(body))


def _mac(hand: Hand | Guest, kind: str, body: bytes) -> bytes:
    actor = hand.actor
    seat = actor.login_id if isinstance(actor, Resident) else actor.membership_id
    bound = b"|".join((b"cursor", kind.encode(), seat.bytes, body))
    return hmac.new(hand.work.keyring.match, bound, hashlib.sha256).digest()[:_MAC]
