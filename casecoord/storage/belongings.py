"""What belongs to a household: every table, whose a row is, and which of its values are sealed under whose key.

A merge, an undo and a split move rows; here is how a move is seen (`belongings` before and after), how what
moved is sealed anew, and how what a merge changed is written down. A table that is listed nowhere is an error.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Sphere
from casecoord.storage.sealed import MEDICAL, Compartment, HouseholdSeal, Place, medical_of
from casecoord.storage.work import Area


def _by_sphere(row: Mapping[str, Any]) -> str:
    return Compartment.of(Sphere(row["sphere"]))


def _by_practice(row: Mapping[str, Any]) -> str:
    return medical_of(row["practice"])


@dataclass(frozen=True, slots=True)
class Kind:
    """One table. `owner`: SQL for the household a row `x` belongs to, found by `join`.

    `sealed`: its facets, under one compartment or the one that the row says, which is that of its sphere.
    """

    table: str
    owner: tuple[str, str]
    sealed: tuple[str, ...] = ()
    compartment: Compartment | Callable[[Mapping[str, Any]], str] = _by_sphere
    key: tuple[str, ...] = ("id",)

    @property
    def compartment_sql(self) -> str:
        """The same as SQL over the row `x`."""
        if isinstance(self.compartment, Compartment):
            return f"'{self.compartment}'"
        return "x.sphere" if self.compartment is _by_sphere else f"'{MEDICAL}' || x.practice"

    def compartment_of(self, row: Mapping[str, Any]) -> str:
        """Under which key the values of this row are."""
        return self.compartment if isinstance(self.compartment, Compartment) else self.compartment(row)


def _by(table: str, column: str) -> tuple[str, str]:
    return "o.household_id", f"join {table} o on o.area_id = x.area_id and o.id = x.{column}"


_OWN = ("x.household_id", "")
_CASE = _by("cases", "case_id")
_REQUEST = _by("requests", "request_id")
_AGREEMENT = (
    "o.household_id",
    "join agreements g on g.area_id = x.area_id and g.id = x.agreement_id"
    " join cases o on o.area_id = g.area_id and o.id = g.case_id",
)
_BLOCKADE = (
    "o.household_id",
    "join blockades b on b.area_id = x.area_id and b.id = x.blockade_id"
    " join cases o on o.area_id = b.area_id and o.id = b.case_id",
)

#: In the order in which rows can be made to refer to each other.
BELONGINGS: dict[str, Kind] = {
    kind.table: kind
    for kind in (
        Kind("households", ("x.id", ""), ("address", "contact"), Compartment.IDENTITY),
        Kind("household_moves", _OWN, ("former_address",), Compartment.IDENTITY),
        Kind("persons", _OWN, ("name", "birth_date"), Compartment.IDENTITY),
        Kind("relationships", _by("persons", "person_id"), key=("person_id", "other_id", "kind")),
        Kind("custody", _by("persons", "minor_id")),
        Kind(
            "person_links",
            _by("persons", "person_id"),
            key=("person_id", "kind", "code", "from_on"),
        ),
        Kind("cases", _OWN, ("outcome",), Compartment.GENERAL),
        Kind(
            "signals",
            _OWN,
            ("summary", "detail", "veilig_thuis_reason", "triage_reason", "feedback", "outcome"),
        ),
        Kind("proposals", _CASE, ("reason", "preference", "answer", "objection"), Compartment.GENERAL),
        Kind("leads", _CASE),
        Kind("participants", _CASE),
        Kind("invitations", _CASE),
        Kind("contacts", _CASE),
        Kind("plan_actions", _CASE, ("what", "result", "outcome")),
        Kind("transfers", _OWN, ("answer",)),
        Kind("blockades", _CASE, ("what", "asked", "function", "decision", "mandate")),
        Kind("blockade_homework", _BLOCKADE, ("function", "what")),
        Kind("spends", _CASE, ("purpose", "result", "reason")),
        Kind("meeting_items", _OWN, ("without_family", "decision")),
        Kind("refusals", _CASE, ("reason",), Compartment.GENERAL),
        Kind("agreements", _CASE, ("what", "doer", "reply", "praise")),
        Kind("agreement_answers", _AGREEMENT, ("words",)),
        Kind("milestones", _CASE, ("words", "praise")),
        Kind("hearings", _OWN),
        Kind("placements", _OWN),
        Kind("requests", _OWN, ("words", "decision"), Compartment.IDENTITY),
        Kind("request_decisions", _REQUEST, ("words", "answer"), Compartment.IDENTITY),
        Kind("request_agreements", _REQUEST, key=("request_id", "person_id")),
        Kind("rectifications", _REQUEST, ("former",)),
        Kind("break_glass_grants", _OWN, ("reason", "review"), Compartment.GENERAL),
        Kind("consents", _OWN),
        Kind("consent_givers", _by("consents", "consent_id"), key=("consent_id", "person_id")),
        Kind("medical_notes", _OWN, ("note",), _by_practice),
        Kind("resident_codes", _by("persons", "person_id")),
        Kind("resident_logins", _by("persons", "person_id")),
        Kind("child_agreements", _by("persons", "child_id")),
        Kind("deferrals", _OWN, ("reason", "finding")),
        Kind("promises", _OWN),
        Kind("gaps", _by("promises", "promise_id")),
        Kind("merge_proposals", ("x.provisional_id", "")),
        Kind("outbox", _OWN),
    )
}

#: Where a household is named too, and why its rows stay as they were written.
STAY = {
    "household_keys": "each household keeps its own keys",
    "erasures": "what was erased is listed under the household that it was",
    "holders": "who was accountable when is history; what came along is copied",
    "events": "what happened stays where it happened; a view asks to whom its thing belongs now",
    "access_log": "written once; names a pseudonym",
    "move_offers": "what another area was asked is history; while it waits nothing is merged or split",
    "arrivals": "what another area asked is history",
    "merges": "says itself which two households it is about",
    "splits": "says itself which two households it is about",
}


@dataclass(frozen=True, slots=True)
class Belonging:
    """A row without its sealed values, and the household that it belongs to."""

    owner: UUID
    row: Mapping[str, Any]


#: By table and key, the key as canonical JSON.
Belongings = dict[tuple[str, str], Belonging]


def _rows_of(kind: Kind) -> str:
    bare = "".join(f" - '{facet}_sealed'" for facet in kind.sealed)
    owner, join = kind.owner
    return (
        f"select '{kind.table}' kept_in, {owner} owner, to_jsonb(x){bare} as row from {kind.table} x {join}"
        f" where x.area_id = :area and {owner} = any(:households)"
    )


_BELONGINGS = text(" union all ".join(map(_rows_of, BELONGINGS.values())))


async def belongings(work: Area, households: Iterable[UUID]) -> Belongings:
    """Everything that belongs to these households, as it is in this transaction."""
    await work.session.flush()
    rows = await work.session.execute(_BELONGINGS, {"area": work.area_id, "households": list(households)})
    return {
        (table, key_of(table, row)): Belonging(owner, {k: v for k, v in row.items() if k != "area_id"})
        for table, owner, row in rows
    }


def key_of(table: str, row: Mapping[str, Any]) -> str:
    """A row's key as canonical JSON."""
    return json.dumps({column: row[column] for column in sorted(BELONGINGS[table].key)}, sort_keys=True)


def moved(before: Belongings, after: Belongings) -> dict[tuple[str, str], tuple[UUID, UUID]]:
    """The rows that belong to another household than before: from which, to which."""
    return {
        key: (before[key].owner, there.owner)
        for key, there in after.items()
        if key in before and before[key].owner != there.owner
    }


async def reseal(
    work: Area, seals: Mapping[UUID, HouseholdSeal], before: Belongings, after: Belongings
) -> None:
    """Seals every value of every row that moved under the keys of the household that it came to."""
    by_table: dict[str, dict[UUID, tuple[UUID, UUID]]] = {}
    for (table, key), ends in moved(before, after).items():
        if BELONGINGS[table].sealed:
            by_table.setdefault(table, {})[UUID(json.loads(key)["id"])] = ends
    for table, rows in by_table.items():
        await _reseal_table(work, seals, BELONGINGS[table], rows)


async def _reseal_table(
    work: Area, seals: Mapping[UUID, HouseholdSeal], kind: Kind, rows: Mapping[UUID, tuple[UUID, UUID]]
) -> None:
    columns = [f"{facet}_sealed" for facet in kind.sealed]
    found = await work.session.execute(
        text(f"select * from {kind.table} where area_id = :area and id = any(:ids)"),
        {"area": work.area_id, "ids": list(rows)},
    )
    resealed = []
    for row in found.mappings().all():
        source, target = (seals[end] for end in rows[row["id"]])
        compartment = kind.compartment_of(dict(row))
        values = {"area": work.area_id, "id": row["id"]}
        for facet, column in zip(kind.sealed, columns, strict=True):
            place, sealed = Place(kind.table, row["id"], facet), row[column]
            opened = None if sealed is None else source.open(sealed, place, compartment)
            values[column] = target.seal_if(opened, place, compartment)
        resealed.append(values)
    changes = ", ".join(f"{column} = :{column}" for column in columns)
    await work.session.execute(
        text(f"update {kind.table} set {changes} where area_id = :area and id = :id"), resealed
    )


_WRITE_DOWN = text(
    "insert into merged_rows (area_id, id, merge_id, kept_in, row_key, former, later) values"
    " (:area, gen_random_uuid(), :merge, :kept_in, cast(:row_key as jsonb), cast(:former as jsonb),"
    " cast(:later as jsonb))"
)
_WRITTEN_DOWN = text(
    "select kept_in, row_key, former, later from merged_rows where area_id = :area and merge_id = :merge"
)


@dataclass(frozen=True, slots=True)
class Changed:
    """What a merge changed in one row: `former` None where it made the row."""

    table: str
    key: str
    former: Mapping[str, Any] | None
    later: Mapping[str, Any]


def changes(before: Belongings, after: Belongings) -> list[Changed]:
    """The rows that differ, by the columns in which they do."""
    found = []
    for (table, key), there in after.items():
        here = before.get((table, key))
        if here is None:
            found.append(Changed(table, key, None, there.row))
            continue
        columns = [column for column, value in there.row.items() if here.row[column] != value]
        if columns:
            found.append(
                Changed(table, key, {c: here.row[c] for c in columns}, {c: there.row[c] for c in columns})
            )
    return found


async def write_down(work: Area, merge: UUID, changed: Iterable[Changed]) -> None:
    """Keeps what a merge changed."""
    rows = [
        {
            "area": work.area_id,
            "merge": merge,
            "kept_in": one.table,
            "row_key": one.key,
            "former": None if one.former is None else json.dumps(one.former),
            "later": json.dumps(one.later),
        }
        for one in changed
    ]
    if rows:
        await work.session.execute(_WRITE_DOWN, rows)


async def written_down(work: Area, merge: UUID) -> list[Changed]:
    """What a merge changed."""
    rows = await work.session.execute(_WRITTEN_DOWN, {"area": work.area_id, "merge": merge})
    return [
        Changed(row.kept_in, json.dumps(row.row_key, sort_keys=True), row.former, row.later) for row in rows
    ]


async def set_back(work: Area, table: str, key: str, values: Mapping[str, Any]) -> None:
    """Writes these columns of a row as they were written down."""
    kind = BELONGINGS[table]
    columns = ", ".join(sorted(values))
    where = " and ".join(f"x.{column} = k.{column}" for column in kind.key)
    await work.session.execute(
        text(
            f"update {table} x set ({columns}) = (select {columns} from"
            f" jsonb_populate_record(null::{table}, cast(:row as jsonb)))"
            f" from jsonb_populate_record(null::{table}, cast(:row_key as jsonb)) k"
            f" where x.area_id = :area and {where}"
        ),
        {"area": work.area_id, "row": json.dumps(dict(values)), "row_key": key},
    )


async def take_away(work: Area, table: str, key: str) -> None:
    """Deletes a row that a merge made."""
    where = " and ".join(f"x.{column} = k.{column}" for column in BELONGINGS[table].key)
    await work.session.execute(
        text(
            f"delete from {table} x using jsonb_populate_record(null::{table}, cast(:row_key as jsonb)) k"
            f" where x.area_id = :area and {where}"
        ),
        {"area": work.area_id, "row_key": key},
    )
