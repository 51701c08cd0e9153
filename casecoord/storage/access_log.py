"""INVARIANT (no view without a trace): the record of each view and each act.

The canonical record follows NEN 7513 (who, in which role, for whom responsible, what, on which object,
by which rule) with the W3C trace id that joins it to the processing log. Its leaf is
SHA-256(0x00 || salt || record), as in RFC 9162. It names the household by pseudonym and facets by name;
it holds no value of any facet.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from casecoord.storage.work import Work

_INSERT = text(
    "insert into access_log (area_id, id, at, trace_id, household, professional_id, record, salt, leaf)"
    " select :area, e.id, :at, :trace, h.pseudonym, :professional, e.record, e.salt, e.leaf"
    " from unnest(cast(:ids as uuid[]), cast(:households as uuid[]), cast(:records as text[]),"
    "   cast(:salts as bytea[]), cast(:leaves as bytea[])) e (id, household, record, salt, leaf)"
    " left join households h on h.area_id = :area and h.id = e.household"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done or shown: the verb, its objects, the facets with the rules that allowed them."""

    verb: str
    household: UUID | None
    act: str  # C, R, U, D or E, as NEN 7513 classes them
    facets: Mapping[str, str]
    policy: str
    ground: str
    rules: tuple[str, ...] = ()
    emergency: bool = False
    consents: tuple[UUID, ...] = ()


async def record(work: Work, entry: Entry) -> None:
    """Writes one record in the caller's transaction; the answer may leave only after its commit."""
    await write(work, [entry])


async def write(work: Work, entries: Iterable[Entry]) -> None:
    """Writes several records in one statement."""
    rows = [_row(work, entry) for entry in entries]
    if not rows:
        return
    ids, households, records, salts, leaves = zip(*rows, strict=True)
    await work.session.execute(
        _INSERT,
        {
            "area": work.area_id,
            "at": work.now,
            "trace": work.actor.trace_id,
            "professional": work.actor.professional_id,
            "ids": list(ids),
            "households": list(households),
            "records": list(records),
            "salts": list(salts),
            "leaves": list(leaves),
        },
    )


def leaf_of(salt: bytes, record: bytes) -> bytes:
    """The leaf hash of a record."""
    return hashlib.sha256(b"\x00" + salt + record).digest()


def _row(work: Work, entry: Entry) -> tuple[UUID, UUID | None, str, bytes, bytes]:
    identity, salt = uuid4(), os.urandom(16)
    # The household stands in its own column: erasing it there unlinks the record, the leaf stays valid.
    canonical = orjson.dumps(
        {
            "id": identity,
            "at": work.now,
            "trace": work.actor.trace_id,
            "area": work.area_id,
            "event": entry.verb,
            "act": entry.act,
            "professional": work.actor.professional_id,
            "membership": work.actor.membership_id,
            "role": work.actor.role,
            "team": work.actor.team_id,
            "team_kind": work.actor.team_kind,
            "purpose": work.actor.purpose,
            "ground": entry.ground,
            "policy": entry.policy,
            "rules": list(entry.rules),
            "facets": dict(entry.facets),
            "emergency": entry.emergency,
            "consents": list(entry.consents),
        },
        default=str,
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return identity, entry.household, canonical.decode(), salt, leaf_of(salt, canonical)
