"""The terms in force: of each class the newest row that has begun."""

from datetime import date

from sqlalchemy import text

from casecoord.domain.facets import Retention
from casecoord.domain.retention import Term
from casecoord.domain.workdays import local_date
from casecoord.storage.rights_tables import RetentionTerm
from casecoord.storage.work import Area

_IN_FORCE = text(
    "select distinct on (kept_as) kept_as, months, from_on, source from retention_terms"
    " where area_id = :area and from_on <= :today order by kept_as, from_on desc"
)


async def terms_in_force(work: Area) -> dict[Retention, Term]:
    """How long each class is kept, today."""
    rows = await work.session.execute(_IN_FORCE, {"area": work.area_id, "today": local_date(work.now)})
    found = (Term(Retention(row.kept_as), row.months, row.from_on, row.source) for row in rows)
    return {term.kept_as: term for term in found}


async def add_term(work: Area, kept_as: Retention, from_on: date, months: int, source: str) -> bool:
    """A new term from a day on, beside the former ones; False where that day has one."""
    if await work.session.get(RetentionTerm, (work.area_id, kept_as, from_on)) is not None:
        return False
    work.session.add(
        RetentionTerm(area_id=work.area_id, kept_as=kept_as, from_on=from_on, months=months, source=source)
    )
    await work.session.flush()
    return True
