"""New keys while the system runs: data keys are wrapped anew, or made anew with everything that they seal.

A batch is one transaction: whoever reads sees a household's values with the keys that open them, before it or after
it. Killed at any point, what is not done is found again. Nothing waits: what somebody works on is left for later.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, insert, text

from casecoord.storage.belongings import BELONGINGS, Kind
from casecoord.storage.key_tables import HouseholdKey
from casecoord.storage.masters import header
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place, Unreadable, version_of
from casecoord.storage.work import Area

FIRST = UUID(int=0)

#: Sealed under a household's key, beside what is carried along when households merge.
_ELSEWHERE = (Kind("move_offers", ("x.household_id", ""), ("answer",), Compartment.GENERAL),)
#: Under keys of their own, which are wrapped like a household's.
WITH_KEYS_OF_THEIR_OWN = ("move_offers", "arrivals")

_ASK = text(
    "insert into vault.key_rotations (area_id, id, kind, asked_at, asked_by)"
    " values (:area, :id, :kind, clock_timestamp(), :by)"
    " on conflict (area_id, kind) where finished_at is null do nothing"
)
_ASKED = text(
    "select id, kind, asked_at, master_version from vault.key_rotations where area_id = :area and finished_at is null order by kind desc"
)
_MADE = text("update vault.key_rotations set master_version = :version where area_id = :area and id = :id")
_FINISH = text(
    "update vault.key_rotations set finished_at = clock_timestamp() where area_id = :area and id = :id"
)
_OLD_WRAPS = text(
    "select household_id, compartment, version, wrapped from vault.household_keys where area_id = :area"
    " and substring(wrapped from 1 for 3) <> :newest"
    " and (household_id, compartment, version) > (:household, :compartment, :version)"
    " order by household_id, compartment, version limit :most for update skip locked"
)
_WRAP = text(
    "update vault.household_keys k set wrapped = n.wrapped"
    " from unnest(cast(:households as uuid[]), cast(:compartments as text[]), cast(:versions as int[]),"
    "   cast(:wraps as bytea[])) n (household_id, compartment, version, wrapped)"
    " where k.area_id = :area and k.household_id = n.household_id and k.compartment = n.compartment"
    " and k.version = n.version"
)
_OLD_KEYS = text(
    "select distinct household_id from vault.household_keys where area_id = :area and retired_at is null"
    " and made_at < :asked_at and household_id > :after order by household_id limit :most"
)
_LOCK = text(
    "select id from households where area_id = :area and id = any(:ids) order by id for update skip locked"
)
_KEYS = text(
    "select household_id, compartment, version, wrapped from vault.household_keys"
    " where area_id = :area and household_id = any(:ids)"
)
_RETIRE = text(
    "update vault.household_keys k set retired_at = clock_timestamp() where k.area_id = :area"
    " and k.household_id = any(:ids) and k.retired_at is null and exists (select from vault.household_keys n"
    "   where n.area_id = k.area_id and n.household_id = k.household_id and n.compartment = k.compartment"
    "     and n.version > k.version)"
)
#: A backup of the data that began before a key was retired may hold what only that key opens.
_DESTROY_RETIRED = text(
    "delete from vault.household_keys k where k.area_id = :area and k.retired_at is not null"
    " and not exists (select from vault.backups b where b.kind = 'data' and b.removed_at is null"
    "   and b.made_at <= k.retired_at and b.expires_at > clock_timestamp()) returning 1"
)
_RETIRED = text(
    "select count(*) kept, max((select max(b.expires_at) from vault.backups b where b.kind = 'data'"
    "   and b.removed_at is null and b.made_at <= k.retired_at)) until"
    " from vault.household_keys k where k.area_id = :area and k.retired_at is not null"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A rotation that is not finished. `master_version`: the version of the master key that was made for it."""

    id: UUID
    kind: str
    asked_at: datetime
    master_version: int | None


@dataclass(slots=True)
class Batch:
    """`done` households or keys; `left`: somebody works on them; `unreadable`: nothing was changed there.

    `last`: where the next one begins; None: there was nothing more.
    """

    done: int = 0
    left: int = 0
    unreadable: list[UUID] = field(default_factory=list)
    last: Any = None


async def ask(work: Area, kind: str, by: UUID) -> None:
    """Notes that new keys are asked for, unless that waits already."""
    await work.session.execute(_ASK, {"area": work.area_id, "id": uuid4(), "kind": kind, "by": by})


async def asked(work: Area) -> list[Asked]:
    """What was asked for and is not finished, the master key first."""
    rows = await work.session.execute(_ASKED, {"area": work.area_id})
    return [Asked(**row) for row in rows.mappings()]


async def made(work: Area, rotation: UUID, version: int) -> None:
    """A new version of the master key is there for this rotation."""
    await work.session.execute(_MADE, {"area": work.area_id, "id": rotation, "version": version})


async def finish(work: Area, rotation: UUID) -> None:
    """Everything older is replaced."""
    await work.session.execute(_FINISH, {"area": work.area_id, "id": rotation})


async def wrap_anew(work: Area, most: int, after: tuple[UUID, str, int] | None) -> Batch:
    """Wraps data keys of an older master key under the newest; what they seal is not touched."""
    household, compartment, version = after or (FIRST, "", 0)
    newest = header(work.keyring.master.newest())
    values = {"area": work.area_id, "newest": newest, "most": most}
    found = (
        await work.session.execute(
            _OLD_WRAPS, {**values, "household": household, "compartment": compartment, "version": version}
        )
    ).all()
    batch, again = Batch(), []
    for row in found:
        try:
            key = (row.household_id, row.compartment, row.version)
            again.append((*key, work.keyring.rewrap(*key, row.wrapped)))
        except Unreadable:
            batch.unreadable.append(row.household_id)
    if again:
        households, compartments, versions, wraps = (list(column) for column in zip(*again, strict=True))
        await work.session.execute(
            _WRAP,
            {
                "area": work.area_id,
                "households": households,
                "compartments": compartments,
                "versions": versions,
                "wraps": wraps,
            },
        )
    batch.done = len(again)
    batch.last = (found[-1].household_id, found[-1].compartment, found[-1].version) if found else None
    return batch


async def wrap_luggage_anew(work: Area) -> Batch:
    """The same of what is on its way between areas, which is little."""
    batch, newest = Batch(), header(work.keyring.master.newest())
    for table in WITH_KEYS_OF_THEIR_OWN:
        rows = await work.session.execute(
            text(
                f"select id, key_wrapped from {table} where area_id = :area and key_wrapped is not null"
                " and substring(key_wrapped from 1 for 3) <> :newest order by id for update"
            ),
            {"area": work.area_id, "newest": newest},
        )
        for row in rows.all():
            try:
                wrapped = work.keyring.rewrap(row.id, Compartment.IDENTITY, 1, row.key_wrapped)
            except Unreadable:
                batch.unreadable.append(row.id)
                continue
            await work.session.execute(
                text(f"update {table} set key_wrapped = :wrapped where area_id = :area and id = :id"),
                {"area": work.area_id, "id": row.id, "wrapped": wrapped},
            )
            batch.done += 1
    return batch


async def key_anew(work: Area, asked_at: datetime, most: int, after: UUID | None) -> Batch:
    """New data keys for so many households, with everything sealed anew under them; the older ones are retired."""
    values = {"area": work.area_id, "asked_at": asked_at, "most": most, "after": after or FIRST}
    wanted = list(await work.session.scalars(_OLD_KEYS, values))
    locked = list(await work.session.scalars(_LOCK, {"area": work.area_id, "ids": wanted}))
    seals = await _seals(work, locked)
    unreadable: set[UUID] = set()
    changes = [
        await _sealed_anew(work, kind, seals, unreadable)
        for kind in (*BELONGINGS.values(), *_ELSEWHERE)
        if kind.sealed
    ]
    await _save_keys(work, [seal for household, seal in seals.items() if household not in unreadable])
    for kind, rows in changes:
        await _write(work, kind, [row for owner, row in rows if owner not in unreadable])
    done = [household for household in locked if household not in unreadable]
    await work.session.execute(_RETIRE, {"area": work.area_id, "ids": done})
    return Batch(len(done), len(wanted) - len(locked), sorted(unreadable), wanted[-1] if wanted else None)


async def destroy_retired(work: Area) -> int:
    """Destroys retired keys that no backup of the data needs any more; how many."""
    return len((await work.session.execute(_DESTROY_RETIRED, {"area": work.area_id})).all())


async def retired(work: Area) -> tuple[int, datetime | None]:
    """How many retired keys are kept for backups, and until when."""
    row = (await work.session.execute(_RETIRED, {"area": work.area_id})).one()
    return row.kept, row.until


async def _seals(work: Area, households: Sequence[UUID]) -> dict[UUID, HouseholdSeal]:
    seals = {household: HouseholdSeal(work.keyring, household) for household in households}
    for row in await work.session.execute(_KEYS, {"area": work.area_id, "ids": list(households)}):
        seals[row.household_id].add_keys([(row.compartment, row.version, row.wrapped)])
    for seal in seals.values():
        seal.renew()
    return seals


async def _save_keys(work: Area, seals: Iterable[HouseholdSeal]) -> None:
    keys = [
        {
            "area_id": work.area_id,
            "household_id": seal.household,
            "compartment": compartment,
            "version": version,
            "wrapped": wrapped,
        }
        for seal in seals
        for compartment, version, wrapped in seal.made
    ]
    if keys:
        await work.session.execute(insert(HouseholdKey), keys)


Rows = list[tuple[UUID, Mapping[str, Any]]]


async def _sealed_anew(
    work: Area, kind: Kind, seals: Mapping[UUID, HouseholdSeal], unreadable: set[UUID]
) -> tuple[Kind, Rows]:
    owner, join = kind.owner
    found = await work.session.execute(
        text(
            f"select x.*, {owner} its_owner from {kind.table} x {join}"
            f" where x.area_id = :area and {owner} = any(:ids)"
        ),
        {"area": work.area_id, "ids": list(seals)},
    )
    rows: Rows = []
    for row in found.mappings():
        try:
            made = _row_anew(kind, row, seals[row["its_owner"]], kind.compartment_of(dict(row)))
            rows.append((row["its_owner"], made))
        except Unreadable:
            unreadable.add(row["its_owner"])
    return kind, rows


def _row_anew(kind: Kind, row: RowMapping, seal: HouseholdSeal, compartment: str) -> Mapping[str, Any]:
    """Values that are no sealed ones, as the empty ones of what was erased, stay."""
    values = {"id": row["id"]}
    for facet in kind.sealed:
        value, place = row[f"{facet}_sealed"], Place(kind.table, row["id"], facet)
        sealed = value is not None and version_of(value) is not None
        values[facet] = (
            seal.seal(seal.open(value, place, compartment), place, compartment) if sealed else value
        )
    return values


async def _write(work: Area, kind: Kind, rows: Iterable[Mapping[str, Any]]) -> None:
    changed = list(rows)
    if not changed:
        return
    arrays = ", ".join(["cast(:id as uuid[])", *(f"cast(:{facet} as bytea[])" for facet in kind.sealed)])
    sets = ", ".join(f"{facet}_sealed = n.{facet}" for facet in kind.sealed)
    await work.session.execute(
        text(
            f"update {kind.table} x set {sets} from unnest({arrays}) n (id, {', '.join(kind.sealed)})"
            " where x.area_id = :area and x.id = n.id"
        ),
        {"area": work.area_id, **{name: [row[name] for row in changed] for name in ("id", *kind.sealed)}},
    )
