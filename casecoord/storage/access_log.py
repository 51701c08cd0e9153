"""INVARIANT (no view without a trace): the record of each view and each act.

The canonical record follows NEN 7513 (who, in which role, for whom responsible, what, on which object,
by which rule) with the W3C trace id that joins it to the processing log. Its leaf is
SHA-256(0x00 || salt || record), as in RFC 9162. It names the household by pseudonym and facets by name;
it holds no value of any facet.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from casecoord.domain.actors import Actor, Resident
from casecoord.storage.work import Visit, Work

_INSERT = text(
    "with about as (select s.entry, array_agg(p.pseudonym order by s.number) subjects"
    "   from unnest(cast(:entries as uuid[]), cast(:persons as uuid[])) with ordinality s (entry, person, number)"
    "   join persons p on p.area_id = :area and p.id = s.person group by s.entry)"
    " insert into access_log (area_id, id, at, trace_id, household, subjects, professional_id, resident,"
    "   record, salt, leaf)"
    " select :area, e.id, :at, :trace, h.pseudonym, coalesce(a.subjects, '{}'), :professional,"
    "   (select p.pseudonym from persons p where p.area_id = :area and p.id = :resident), e.record, e.salt, e.leaf"
    " from unnest(cast(:ids as uuid[]), cast(:households as uuid[]), cast(:records as text[]),"
    "   cast(:salts as bytea[]), cast(:leaves as bytea[])) e (id, household, record, salt, leaf)"
    " left join households h on h.area_id = :area and h.id = e.household"
    " left join about a on a.entry = e.id"
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done or shown: the verb, its objects, the facets with the rules that allowed them.

    `subjects`: the persons whose data it is about; none: the household as a whole. `of`: the facets that are
    about some of them only, by their place in `subjects`.
    """

    verb: str
    household: UUID | None
    act: str  # C, R, U, D or E, as NEN 7513 classes them
    facets: Mapping[str, str]
    policy: str
    ground: str
    rules: tuple[str, ...] = ()
    emergency: bool = False
    subjects: tuple[UUID, ...] = ()
    of: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


async def record(work: Work | Visit, entry: Entry) -> None:
    """Writes one record in the caller's transaction; the answer may leave only after its commit."""
    await write(work, [entry])


async def write(work: Work | Visit, entries: Iterable[Entry]) -> None:
    """Writes several records in one statement."""
    rows, about = [], []
    for entry in entries:
        row = _row(work, entry)
        rows.append(row)
        about += [(row[0], person) for person in entry.subjects]
    if not rows:
        return
    ids, households, records, salts, leaves = zip(*rows, strict=True)
    actor = work.actor
    await work.session.execute(
        _INSERT,
        {
            "area": work.area_id,
            "at": work.now,
            "trace": actor.trace_id,
            "professional": actor.professional_id if isinstance(actor, Actor) else None,
            "resident": actor.person_id if isinstance(actor, Resident) else None,
            "ids": list(ids),
            "households": list(households),
            "records": list(records),
            "salts": list(salts),
            "leaves": list(leaves),
            "entries": [entry for entry, _ in about],
            "persons": [person for _, person in about],
        },
    )


def _seat(actor: Actor | Resident) -> dict[str, object]:
    """Under which membership somebody acts. A resident has none, and stands in a column of their own."""
    if isinstance(actor, Resident):
        return dict.fromkeys(("professional", "membership", "team", "team_kind"))
    return {
        "professional": actor.professional_id,
        "membership": actor.membership_id,
        "team": actor.team_id,
        "team_kind": actor.team_kind,
    }


def leaf_of(salt: bytes, record: bytes) -> bytes:
    """The leaf hash of a record."""
    return hashlib.sha256(b"\x00" + salt + record).digest()


def _row(work: Work | Visit, entry: Entry) -> tuple[UUID, UUID | None, str, bytes, bytes]:
    identity, salt = uuid4(), os.urandom(16)
    # Household and persons stand in their own columns: erasing them there unlinks the record, the leaf stays valid.
    canonical = orjson.dumps(
        {
            "id": identity,
            "at": work.now,
            "trace": work.actor.trace_id,
            "area": work.area_id,
            "event": entry.verb,
            "act": entry.act,
            "role": work.actor.role,
            "purpose": work.actor.purpose,
            **_seat(work.actor),
            "ground": entry.ground,
            "policy": entry.policy,
            "rules": list(entry.rules),
            "facets": dict(entry.facets),
            "of": entry.of,
            "emergency": entry.emergency,
        },
        default=str,
        option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z,
    )
    return identity, entry.household, canonical.decode(), salt, leaf_of(salt, canonical)
