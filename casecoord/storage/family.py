"""Relationships and custody between the persons of an area, kept as the register says."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Area

#: person is kind (parent, partner) of other
Tie = tuple[UUID, UUID, str]
#: minor, holder (None: not known here), kind
Care = tuple[UUID, UUID | None, str]

_TIES = text("select person_id, other_id, kind from relationships where area_id = :area")
_CARES = text("select minor_id, holder_id, kind from custody where area_id = :area")
_ADD_TIES = text(
    "insert into relationships (area_id, person_id, other_id, kind)"
    " select :area, * from unnest(cast(:one as uuid[]), cast(:two as uuid[]), cast(:kinds as text[]))"
    " on conflict do nothing"
)
_DROP_TIES = text(
    "delete from relationships r"
    " using unnest(cast(:one as uuid[]), cast(:two as uuid[]), cast(:kinds as text[])) as gone(one, two, kind)"
    " where r.area_id = :area and r.person_id = one and r.other_id = two and r.kind = gone.kind"
)
_ADD_CARES = text(
    "insert into custody (area_id, id, minor_id, holder_id, kind)"
    " select :area, gen_random_uuid(), one, two, kind"
    " from unnest(cast(:one as uuid[]), cast(:two as uuid[]), cast(:kinds as text[])) as new(one, two, kind)"
    " on conflict do nothing"
)
_DROP_CARES = text(
    "delete from custody c"
    " using unnest(cast(:one as uuid[]), cast(:two as uuid[]), cast(:kinds as text[])) as gone(one, two, kind)"
    " where c.area_id = :area and c.minor_id = one and c.holder_id is not distinct from two"
    " and c.kind = gone.kind"
)


async def ties(work: Area) -> set[Tie]:
    """Every relationship of the area."""
    rows = await work.session.execute(_TIES, {"area": work.area_id})
    return {(row.person_id, row.other_id, row.kind) for row in rows}


async def cares(work: Area) -> set[Care]:
    """All custody of the area."""
    rows = await work.session.execute(_CARES, {"area": work.area_id})
    return {(row.minor_id, row.holder_id, row.kind) for row in rows}


async def change_ties(work: Area, *, add: Collection[Tie], drop: Collection[Tie]) -> None:
    """Adds and drops relationships; again changes nothing."""
    await work.session.execute(_DROP_TIES, _columns(work, list(drop)))
    await work.session.execute(_ADD_TIES, _columns(work, list(add)))


async def change_cares(work: Area, *, add: Collection[Care], drop: Collection[Care]) -> None:
    """Adds and drops custody; again changes nothing."""
    await work.session.execute(_DROP_CARES, _columns(work, list(drop)))
    await work.session.execute(_ADD_CARES, _columns(work, list(add)))


def _columns(work: Area, rows: Sequence[Tie] | Sequence[Care]) -> dict[str, object]:
    return {
        "area": work.area_id,
        "one": [row[0] for row in rows],
        "two": [row[1] for row in rows],
        "kinds": [row[2] for row in rows],
    }
