"""Data keys that are destroyed, and the list of what was: kept with the keys, outside the data.

Nothing keeps a data key beyond its transaction: the very next read after the commit finds none. A backup may
still hold the wrapped key, so the list says until when.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import delete, select, text

from casecoord.storage.backups import WHILE_NO_BACKUP_BEGINS
from casecoord.storage.key_tables import Erasure, ErasureApplied, HouseholdKey
from casecoord.storage.sealed import Compartment
from casecoord.storage.work import Area

#: A wrapped key opens nothing without the data, and the data nothing without a key.
_KEYS_IN_BACKUPS = text(
    "select min(last) until from (select max(expires_at) last from vault.backups"
    " where removed_at is null and expires_at > clock_timestamp() group by kind) kinds having count(*) = 2"
)
_DATA_IN_BACKUPS = text(
    "select max(expires_at) until from vault.backups"
    " where kind = 'data' and removed_at is null and expires_at > clock_timestamp()"
)
_CLOCK = text("select clock_timestamp()")


_CERTIFICATES = text(
    "select id, household_id household, whole, cardinality(persons) persons, compartments, keys, erased_at, ground,"
    " openable_until from vault.erasures where area_id = :area and (id = :id or household_id = :id)"
    " and why = 'erasure' order by erased_at desc limit 1"
)


class Why(StrEnum):
    ERASURE = "erasure"
    RETENTION = "retention"


@dataclass(frozen=True, slots=True)
class Word:
    """On whose word: two memberships, and the ground."""

    by: UUID
    second: UUID
    ground: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was erased: a household with everybody (`whole`), or so many persons of it; of which compartments how
    many keys were destroyed; and until when a backup could still open it (None: none can).
    """

    id: UUID
    household: UUID
    whole: bool
    persons: int
    compartments: list[str]
    keys: int
    erased_at: datetime
    ground: str
    openable_until: datetime | None


async def certificate(work: Area, identity: UUID) -> Certificate | None:
    """The last certificate of this id, or of this household."""
    found = await work.session.execute(_CERTIFICATES, {"area": work.area_id, "id": identity})
    row = found.mappings().one_or_none()
    return Certificate(**row) if row else None


async def destroy_keys(
    work: Area, household: UUID, compartments: Collection[Compartment | str], why: Why
) -> UUID:
    """Destroys every version of the household's keys of these compartments, and lists that; the certificate's id.

    The caller's transaction, in which nothing that they open is left; the household is locked.
    """
    named = sorted(str(one) for one in compartments)
    destroyed = await _delete(work, [household], named)
    return await list_erasure(work, household, why, compartments=named, keys=destroyed)


async def destroy_all_keys(work: Area, households: Collection[UUID]) -> tuple[list[str], int]:
    """Destroys every key of these households; of which compartments, and how many."""
    there = await work.session.scalars(
        select(HouseholdKey.compartment)
        .where(HouseholdKey.area_id == work.area_id, HouseholdKey.household_id.in_(households))
        .distinct()
    )
    compartments = sorted(there)
    return compartments, await _delete(work, households, compartments)


async def _delete(work: Area, households: Collection[UUID], compartments: Collection[str]) -> int:
    await work.session.execute(text(WHILE_NO_BACKUP_BEGINS))
    gone = await work.session.execute(
        delete(HouseholdKey)
        .where(
            HouseholdKey.area_id == work.area_id,
            HouseholdKey.household_id.in_(households),
            HouseholdKey.compartment.in_(compartments),
        )
        .returning(HouseholdKey.version)
    )
    return len(gone.all())


async def list_erasure(
    work: Area,
    household: UUID,
    why: Why,
    *,
    households: Collection[UUID] = (),
    persons: Collection[UUID] = (),
    whole: bool = False,
    compartments: Collection[str] = (),
    keys: int = 0,
    word: Word | None = None,
) -> UUID:
    """Writes the certificate, and that the data of here follow it; its id."""
    row = Erasure(
        area_id=work.area_id,
        id=uuid4(),
        household_id=household,
        households=sorted({household, *households}),
        why=why,
        whole=whole,
        persons=sorted(persons),
        compartments=list(compartments),
        keys=keys,
        erased_at=await work.session.scalar(_CLOCK),
        erased_by=word.by if word else None,
        second_by=word.second if word else None,
        ground=word.ground if word else None,
        # Where the keys stay, because others need them, the data themselves have to expire.
        openable_until=await work.session.scalar(_KEYS_IN_BACKUPS if compartments else _DATA_IN_BACKUPS),
    )
    work.session.add(row)
    await work.session.flush()
    await applied(work, row.id)
    return row.id


async def applied(work: Area, erasure: UUID) -> None:
    """Notes beside the data that they follow this line of the list."""
    at: datetime | None = await work.session.scalar(_CLOCK)
    work.session.add(ErasureApplied(area_id=work.area_id, erasure_id=erasure, applied_at=at))
    await work.session.flush()
