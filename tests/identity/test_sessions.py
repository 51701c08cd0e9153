"""A session's cookie: sealed, short-lived, and for one thing only."""

from dataclasses import replace
from uuid import uuid4

from casecoord.identity.door import preferred_language
from casecoord.identity.sessions import (
    ABSOLUTE_SECONDS,
    IDLE_SECONDS,
    LOGIN_SECONDS,
    RENEW_AFTER,
    Attempt,
    Sessions,
)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000

    def __call__(self) -> float:
        return self.now


def sessions(key: bytes = b"k" * 32) -> tuple[Sessions, Clock]:
    clock = Clock()
    return Sessions(key, clock), clock


def test_a_session_comes_back_as_it_went():
    ours, _ = sessions()
    session = replace(ours.begin("https://login.test", "amina"), membership=uuid4())
    assert ours.open(ours.seal(session)) == session


def test_a_cookie_shows_nothing_of_who_it_is():
    ours, _ = sessions()
    sealed = ours.seal(ours.begin("https://login.test", "amina"))
    assert "amina" not in sealed
    assert "amina" not in repr(ours) and "csrf" not in repr(ours.begin("i", "s"))


def test_a_cookie_of_another_key_or_with_a_bit_changed_opens_nothing():
    ours, _ = sessions()
    sealed = ours.seal(ours.begin("i", "s"))
    assert sessions(b"x" * 32)[0].open(sealed) is None
    middle = len(sealed) // 2
    changed = sealed[:middle] + ("A" if sealed[middle] != "A" else "B") + sealed[middle + 1 :]
    for value in (changed, "", None, "a.b.c", "....", "é"):
        assert ours.open(value) is None


def test_a_session_ends_when_idle_and_at_the_end_of_a_day():
    ours, clock = sessions()
    session = ours.begin("i", "s")
    clock.now += IDLE_SECONDS + 1
    assert ours.open(ours.seal(session)) is None
    clock.now = session.began
    while clock.now - session.began <= ABSOLUTE_SECONDS:
        assert ours.open(ours.seal(session)) is not None
        clock.now += IDLE_SECONDS // 2
        session = ours.renewed(session) or session
    assert ours.open(ours.seal(session)) is None


def test_a_session_is_renewed_at_most_once_a_minute():
    ours, clock = sessions()
    session = ours.begin("i", "s")
    assert ours.renewed(session) is None
    clock.now += RENEW_AFTER
    renewed = ours.renewed(session)
    assert renewed is not None and (renewed.began, renewed.csrf) == (session.began, session.csrf)


def test_a_login_that_has_begun_is_no_session_and_the_other_way_round():
    ours, clock = sessions()
    attempt = Attempt("state", "nonce", "verifier", clock.now)
    sealed = ours.seal_attempt(attempt)
    assert ours.open(sealed) is None
    assert ours.open_attempt(ours.seal(ours.begin("i", "s"))) is None
    assert ours.open_attempt(sealed) == attempt
    clock.now += LOGIN_SECONDS + 1
    assert ours.open_attempt(sealed) is None


def test_the_language_asked_for_most_is_the_one_given():
    asked = {
        "": "nl",
        "en": "en",
        "en-GB,en;q=0.9": "en",
        "nl,en;q=0.9": "nl",
        "fr,en;q=0.3,nl;q=0.2": "en",
        "fr, de": "nl",
        "en;q=x, nl;q=0.1": "nl",
        "*": "nl",
    }
    assert {accept: preferred_language(accept).value for accept in asked} == asked
