"""Who is known where: enrolments, benefits and practices of persons that are here already."""

from collections.abc import Sequence
from pathlib import Path

from casecoord.actions.imports.following import follow_links
from casecoord.actions.imports.rows import Columns, Progress, no_progress, take_over
from casecoord.domain.words import InstitutionKind
from casecoord.registers.links import Link, links
from casecoord.registers.report import Report
from casecoord.storage.institutions import add_missing, schools_of
from casecoord.storage.residents import persons_by_bsn
from casecoord.storage.tables import PersonLink
from casecoord.storage.territories import Territory, territories
from casecoord.storage.work import Area, Database


async def import_links(
    database: Database, path: Path, *, area: str | None = None, progress: Progress = no_progress
) -> Report:
    """Ties persons to schools, benefit agencies and practices, in each area that knows the person.

    A school must have been imported; an agency or practice, of which there is no published list, is added
    under its code. Raises Unreadable or UnknownArea.
    """
    areas, report = await territories(database, area), Report("links")

    async def follow(work: Area, written: Sequence[Columns]) -> None:
        await follow_links(work, {columns["person_id"] for columns in written}, report.extra)

    return await take_over(database, areas, PersonLink, links(path), _links, report, progress, follow)


async def _links(work: Area, _: Territory, rows: Sequence[Link]) -> list[Columns | str]:
    persons = await persons_by_bsn(work, {link.bsn for link in rows})
    schools = await schools_of(work, {link.code for link in rows})
    here = [link for link in rows if link.bsn in persons]
    await add_missing(
        work, {(link.kind, link.code) for link in here if link.kind is not InstitutionKind.SCHOOL}
    )

    def columns(link: Link) -> Columns | str:
        if link.bsn not in persons:
            return "nobody_here"
        if link.kind is InstitutionKind.SCHOOL and link.code not in schools:
            return "no_institution"
        return {
            "person_id": persons[link.bsn],
            "kind": link.kind,
            "code": link.code,
            "from_on": link.start,
            "until_on": link.end,
        }

    return [columns(link) for link in rows]
