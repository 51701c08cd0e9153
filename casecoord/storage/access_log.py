"""INVARIANT (no view without a trace): the record of each view and each act.

One canonical record holds what two standards ask for, joined by the W3C trace id: NEN 7513 (who, in which
role, for whom responsible, what, on which object, by which rule of which policy) and the Dutch processing
log (what was processed, from when to when, with which end, about whom); `actions/log_export.py` writes it as
either. Its leaf is SHA-256(0x00 || salt || record), as in RFC 9162. It names facets, rules and circumstances;
it holds no value of any facet. Household and persons stand beside it by pseudonym.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from casecoord.domain.actors import Actor, Resident

if TYPE_CHECKING:
    from casecoord.storage.work import Area, Visit, Work

_NOBODY = UUID(int=0)
Canonical = orjson.Fragment

# Whose data it is, and who did it, stand beside the record, where erasure can unlink them; that it was theirs and
# nobody else's is sworn in the record by a salted hash, its last word (`audit verify` compares the two). Pseudonyms
# are known here only, so the record ends here.
_INSERT = text(
    """
with doer as (select case when cast(:resident as uuid) is not null then
    (select subjects[1] from pseudonyms(null, array[cast(:resident as uuid)])) end resident),
whole as (
  select e.id, e.salt, n.household, n.subjects, d.resident,
    left(e.record, -1) || ',"whose":"' || encode(sha256(e.salt || uuid_send(coalesce(n.household, :nobody))
      || uuid_send(coalesce(cast(:professional as uuid), :nobody)) || uuid_send(coalesce(d.resident, :nobody))
      || coalesce((select string_agg(uuid_send(s.pseudonym), ''::bytea order by s.number)
          from unnest(n.subjects) with ordinality s (pseudonym, number)), '')), 'hex') || '"}' record
  from unnest(cast(:ids as uuid[]), cast(:records as text[]), cast(:salts as bytea[])) e (id, record, salt)
  join pseudonyms_of(cast(:ids as uuid[]), cast(:households as uuid[]), cast(:entries as uuid[]),
    cast(:persons as uuid[])) n on n.entry = e.id
  cross join doer d)
insert into access_log (area_id, id, at, trace_id, household, subjects, professional_id, resident, record, salt, leaf)
select :area, id, :at, :trace, household, subjects, :professional, resident, record, salt,
  sha256(decode('00', 'hex') || salt || convert_to(record, 'UTF8')) from whole
"""
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What was done or shown: the verb, its objects, the facets with the rules that allowed them.

    `decided`, `acts`: the decisions, as `access/replay.py` keeps them. `problem`: the code of a refusal.
    `subjects`: the persons whose data it is about; none: the household as a whole. `of`: the facets that are
    about some of them only, by their place in `subjects`. `consents`: which of them opened something.
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
    decided: Canonical | Sequence[Mapping[str, Any]] = ()
    acts: Sequence[Mapping[str, Any]] = ()
    problem: str | None = None
    consents: tuple[UUID, ...] = ()


def record(work: "Work | Visit", entry: Entry) -> None:
    """Keeps one record for the caller's transaction; the answer may leave only after its commit."""
    write(work, [entry])


def write(work: "Work | Visit", entries: Iterable[Entry]) -> None:
    """Keeps several records: all of a transaction are written in one statement, its last."""
    work.unwritten.extend(entries)


async def finish(work: "Work | Visit") -> None:
    """Writes what was kept. A transaction that somebody entered does so itself before it commits."""
    actor, entries = work.actor, list(work.unwritten)
    work.unwritten.clear()
    if isinstance(actor, Resident):
        by = _By(None, actor.person_id, actor.trace_id)
    else:
        by = _By(actor.professional_id, None, actor.trace_id)
    await _insert(work, by, [(entry, _said(entry, _who(actor))) for entry in entries])


async def write_as_operator(work: "Area", operator: str, trace_id: str, entry: Entry, purpose: str) -> None:
    """Writes what somebody did at the machine itself, by the name that it knows them by."""
    who = {**_NO_SEAT, "role": "operator", "operator": operator, "purpose": purpose, "trace": trace_id}
    await _insert(work, _By(None, None, trace_id), [(entry, _said(entry, who))])


@dataclass(frozen=True, slots=True)
class _By:
    """Who did it, as the columns beside the record say: a professional, a resident, or neither."""

    professional: UUID | None
    resident: UUID | None
    trace_id: str


async def _insert(work: "Area", by: _By, entries: list[tuple[Entry, dict[str, Any]]]) -> None:
    if not entries:
        return
    rows = [_row(work, entry, said) for entry, said in entries]
    about = [(row[0], who) for row, (entry, _) in zip(rows, entries, strict=True) for who in entry.subjects]
    ids, households, records, salts = zip(*rows, strict=True)
    await work.session.execute(
        _INSERT,
        {
            "area": work.area_id,
            "at": work.now,
            "trace": by.trace_id,
            "professional": by.professional,
            "resident": by.resident,
            "nobody": _NOBODY,
            "ids": list(ids),
            "households": list(households),
            "records": list(records),
            "salts": list(salts),
            "entries": [entry for entry, _ in about],
            "persons": [person for _, person in about],
        },
    )


def leaf_of(salt: bytes, record: bytes) -> bytes:
    """The leaf hash of a record."""
    return hashlib.sha256(b"\x00" + salt + record).digest()


def whose_of(
    salt: bytes,
    household: UUID | None,
    professional: UUID | None,
    resident: UUID | None,
    subjects: Sequence[UUID],
) -> str:
    """What a record swears of those who stand beside it: another one there is found."""
    named = [household or _NOBODY, professional or _NOBODY, resident or _NOBODY, *subjects]
    return hashlib.sha256(salt + b"".join(one.bytes for one in named)).hexdigest()


#: A resident acts under no membership, and stands in a column beside the record.
_NO_SEAT: dict[str, Any] = dict.fromkeys(("professional", "membership", "team", "team_kind"))


def _who(actor: Actor | Resident) -> dict[str, Any]:
    seat = _NO_SEAT
    if isinstance(actor, Actor):
        seat = {
            "professional": actor.professional_id,
            "membership": actor.membership_id,
            "team": actor.team_id,
            "team_kind": actor.team_kind,
        }
    return {**seat, "trace": actor.trace_id, "role": actor.role, "purpose": actor.purpose}


def _said(entry: Entry, who: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **who,
        "event": entry.verb,
        "act": entry.act,
        "status": "error" if entry.problem else "ok",
        "problem": entry.problem,
        "ground": entry.ground,
        "policy": entry.policy,
        "rules": list(entry.rules),
        "facets": dict(entry.facets),
        "of": entry.of,
        "decided": entry.decided,
        "acts": list(entry.acts),
        "consents": list(entry.consents),
        "emergency": entry.emergency,
    }


def _row(work: "Area", entry: Entry, said: dict[str, Any]) -> tuple[UUID, UUID | None, str, bytes]:
    identity, salt = uuid4(), os.urandom(16)
    took = max(0, round((monotonic() - work.began) * 1000))
    record = _dumped({**said, "id": identity, "at": work.now, "ms": took, "area": work.area_id})
    return identity, entry.household, record.decode(), salt


def canonical(value: Any) -> Canonical:
    """A part of records that is the same in many, written once."""
    return orjson.Fragment(_dumped(value))


def _dumped(value: Any) -> bytes:
    return orjson.dumps(value, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_UTC_Z)
