"""Reading the access log: a page of it, one entry, or all of a period, in order."""

import base64
import hashlib
import hmac
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import text
from sqlalchemy.engine import RowMapping

from casecoord.domain.log_records import LogLine
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Area

# A household that went on in another took its log along: who saw the one saw the other's family.
_LINES = """
with recursive homes (id) as (
  select cast(:household as uuid)
  union select m.merged_id from homes h join merges m
    on m.area_id = :area and m.household_id = h.id and m.undone_at is null)
select a.id, a.at, a.household, a.subjects, a.resident, a.record, h.id household_id, w.name professional, t.name team,
  named_by(a.subjects) persons
from access_log a
left join households h on h.area_id = a.area_id and h.pseudonym = a.household
left join professionals w on w.area_id = a.area_id and w.id = a.professional_id
left join teams t on t.area_id = a.area_id and t.id = cast(cast(a.record as jsonb) ->> 'team' as uuid)
where a.area_id = :area and a.record is not null
"""
_OF_HOUSEHOLD = """ and a.household in (select k.pseudonym from homes join households k
    on k.area_id = :area and k.id = homes.id)"""
_OWN = " and a.professional_id = :own"
#: What was refused belongs, to its author, to no household: else the log would tell what the refusal did not.
_DONE = " and cast(a.record as jsonb) ->> 'problem' is null"
_PERIOD = (
    " and a.at >= coalesce(cast(:since as timestamptz), '-infinity')"
    " and a.at < coalesce(cast(:until as timestamptz), 'infinity')"
)
_PAGE = (
    " and (cast(:from_at as timestamptz) is null or (a.at, a.id) < (:from_at, cast(:from_id as uuid)))"
    " order by a.at desc, a.id desc limit :first"
)
_ALL = text(
    "select a.id, a.at, a.household, a.subjects, a.resident, a.record from access_log a"
    f" where a.area_id = :area and a.record is not null {_PERIOD} order by a.at, a.id"
)
_ONE = text(f"{_LINES} and a.id = :id")
_STANDING = text(
    "select coalesce(w.entries, 0) entries, w.since, c.size, c.at from (select cast(:area as uuid) as area) here"
    " left join casecoord_log_waiting() w on w.area = here.area"
    " left join lateral (select size, at from log_checkpoints k where k.area_id = here.area"
    "   order by k.number desc limit 1) c on true"
)
_PATIENT = text("set local statement_timeout = 0")
#: Rows that are held at once while all of a period is read.
_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """An entry with what its pseudonyms and ids stand for, as far as they still stand for anything."""

    line: LogLine
    household: UUID | None
    persons: tuple[UUID, ...]
    who: str | None
    team: str | None


@dataclass(frozen=True, slots=True)
class Period:
    """From a moment (included) until a moment (not included); None: without end."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Entries that wait for their place in the tree, since when the first; and the newest checkpoint, if any."""

    waiting: int
    since: datetime | None
    signed: int | None
    signed_at: datetime | None


async def standing(work: Area) -> Standing:
    """How far this area's log is sealed."""
    row = (await work.session.execute(_STANDING, {"area": work.area_id})).one()
    return Standing(row.entries, row.since, row.size, row.at)


async def page(
    work: Area,
    household: UUID | None,
    own: UUID | None,
    period: Period,
    first: int,
    after: tuple[datetime, UUID] | None,
) -> list[Known]:
    """The newest entries first, one more than asked if there is; of a household, or (`own`) of a professional."""
    narrowed = (
        (_OF_HOUSEHOLD if household else "") + (_OWN if own else "") + (_DONE if household and own else "")
    )
    statement = _LINES + _PERIOD + narrowed + _PAGE
    at, identity = after or (None, None)
    values: dict[str, Any] = {
        "area": work.area_id,
        "household": household,
        "since": period.since,
        "until": period.until,
        "first": first + 1,
        "from_at": at,
        "from_id": identity,
    }
    if own:
        values["own"] = own
    rows = await work.session.execute(text(statement), values)
    return [_known(row) for row in rows.mappings()]


async def one(work: Area, identity: UUID) -> Known | None:
    """The entry of this id."""
    rows = await work.session.execute(_ONE, {"area": work.area_id, "household": None, "id": identity})
    row = rows.mappings().one_or_none()
    return _known(row) if row else None


async def all_of(work: Area, period: Period) -> AsyncIterator[LogLine]:
    """Every entry of a period, the oldest first; a few at a time, however many there are."""
    await work.session.execute(_PATIENT)
    rows = await work.session.stream(
        _ALL.execution_options(yield_per=_AT_ONCE),
        {"area": work.area_id, "since": period.since, "until": period.until},
    )
    async for row in rows.mappings():
        yield _line(row)


def _line(row: RowMapping) -> LogLine:
    return LogLine(
        row["id"],
        row["at"],
        row["household"],
        tuple(row["subjects"]),
        orjson.loads(row["record"]),
        row["resident"],
    )


def _known(row: RowMapping) -> Known:
    return Known(_line(row), row["household_id"], tuple(row["persons"]), row["professional"], row["team"])


class SubjectSeal:
    """Encrypts who a line of the processing log is about, for whoever has this area's key to open."""

    def __init__(self, keyring: Keyring, area: UUID) -> None:
        key = hmac.new(keyring.match, b"data subjects of the processing log", hashlib.sha256).digest()
        self._cipher, self._area = AESGCM(key), area.bytes

    def seal(self, pseudonym: UUID) -> str:
        nonce = os.urandom(12)
        sealed = self._cipher.encrypt(nonce, pseudonym.urn.encode(), self._area)
        return base64.urlsafe_b64encode(nonce + sealed).decode().rstrip("=")

    def open(self, sealed: str) -> UUID:
        raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        return UUID(self._cipher.decrypt(raw[:12], raw[12:], self._area).decode())
