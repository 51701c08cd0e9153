"""The schools, practices and agencies that persons can be tied to."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from casecoord.domain.words import InstitutionKind
from casecoord.storage.tables import Institution
from casecoord.storage.work import Area


async def schools_of(work: Area, codes: Iterable[str]) -> frozenset[str]:
    """Which of these codes are schools of the area."""
    found = await work.session.scalars(
        select(Institution.code).where(
            Institution.area_id == work.area_id,
            Institution.kind == InstitutionKind.SCHOOL,
            Institution.code.in_(list(codes)),
        )
    )
    return frozenset(found)


async def add_missing(work: Area, institutions: Iterable[tuple[InstitutionKind, str]]) -> None:
    """Adds what is not there, called by its code until somebody names it."""
    rows = [
        {"area_id": work.area_id, "kind": kind, "code": code, "name": code}
        for kind, code in sorted(institutions)
    ]
    if rows:
        await work.session.execute(insert(Institution).values(rows).on_conflict_do_nothing())
