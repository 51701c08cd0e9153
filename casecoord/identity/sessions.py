"""A person's session: one sealed cookie that holds who they are, never what they may."""

import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

SESSION_COOKIE = "casecoord_sid"
LOGIN_COOKIE = "casecoord_login"

# Seconds. A workstation in a school's staff room is left alone soon; a working day ends.
IDLE_SECONDS = 30 * 60
ABSOLUTE_SECONDS = 10 * 3600
LOGIN_SECONDS = 10 * 60
RENEW_AFTER = 60
# Characters: a mark is as long as this, or twice.
_MARK = 256

_ALGORITHMS = ["dir", "A256GCM"]


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, under which membership; `csrf` proves that a form came from our own page."""

    issuer: str
    subject: str
    began: int
    seen: int
    membership: UUID | None = None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A login that has begun: what its answer must match."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    began: int


class Sessions:
    """Seals and opens the cookies' values. `clock` tells seconds since 1970."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        # A purpose of its own in the hash: the same 32 bytes used elsewhere would open nothing here.
        self._key = OctKey.import_key(sha256(b"casecoord session v1\0" + key).digest())
        self._clock = clock

    def now(self) -> int:
        return int(self._clock())

    def begin(self, issuer: str, subject: str) -> Session:
        return Session(issuer=issuer, subject=subject, began=self.now(), seen=self.now())

    def seal(self, session: Session) -> str:
        membership = str(session.membership) if session.membership else None
        return self._seal(
            "session",
            [session.issuer, session.subject, session.began, session.seen, membership, session.csrf],
        )

    def open(self, value: str | None) -> Session | None:
        """The session of a cookie's value; None when absent, forged, idle for too long or too old."""
        found = self._open("session", value)
        if found is None:
            return None
        issuer, subject, began, seen, membership, csrf = found
        if self.now() - seen > IDLE_SECONDS or self.now() - began > ABSOLUTE_SECONDS:
            return None
        return Session(issuer, subject, began, seen, UUID(membership) if membership else None, csrf)

    def renewed(self, session: Session) -> Session | None:
        """The same session seen now; None while that would change the cookie more than once a minute."""
        return replace(session, seen=self.now()) if self.now() - session.seen >= RENEW_AFTER else None

    def ends(self, session: Session) -> int:
        """When it ends if nothing is done with it any more, in seconds since 1970."""
        return min(session.seen + IDLE_SECONDS, session.began + ABSOLUTE_SECONDS)

    def seal_mark(self, *mark: str) -> str:
        """Where the database stood when a page was made. It would tell how much happens: nobody reads it, nor its length."""
        return self._seal("mark", [self.now(), *mark, " " * (-len("".join(mark)) % _MARK)])

    def open_mark(self, value: str | None) -> list[str] | None:
        """What was sealed as a mark; None when forged, or older than any session."""
        found = self._open("mark", value)
        return None if found is None or self.now() - found[0] > ABSOLUTE_SECONDS else found[1:-1]

    def seal_attempt(self, attempt: Attempt) -> str:
        return self._seal("login", [attempt.state, attempt.nonce, attempt.verifier, attempt.began])

    def open_attempt(self, value: str | None) -> Attempt | None:
        found = self._open("login", value)
        if found is None or self.now() - found[3] > LOGIN_SECONDS:
            return None
        return Attempt(*found)

    def _seal(self, use: str, content: list[Any]) -> str:
        header = {"alg": "dir", "enc": "A256GCM"}
        return jwe.encrypt_compact(header, json.dumps([use, *content]).encode(), self._key, _ALGORITHMS)

    def _open(self, use: str, value: str | None) -> list[Any] | None:
        if not value:
            return None
        try:
            plain = jwe.decrypt_compact(value, self._key, _ALGORITHMS).plaintext
            found = json.loads(plain or b"null")
        except (JoseError, ValueError, TypeError):
            return None
        return found[1:] if isinstance(found, list) and found and found[0] == use else None
