"""The population register: persons into households, moves as moves, and nobody's open case dissolved."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

from casecoord.actions.imports.families import take_over_families
from casecoord.actions.imports.following import follow_death
from casecoord.actions.imports.moving import Movers
from casecoord.actions.imports.plan import Ground, Home, Unit, living_together, recognise
from casecoord.actions.imports.rows import Progress, batches, no_progress
from casecoord.domain.workdays import local_date
from casecoord.registers.brp import persons
from casecoord.registers.households import Resident
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.persons import Suspension
from casecoord.registers.reasons import Refused
from casecoord.registers.report import Extra, Outcome, Report
from casecoord.storage.residents import busy_households, import_alone, load_persons, registered
from casecoord.storage.territories import postcodes_of, territories
from casecoord.storage.work import Database

#: Households written in one transaction: what an interruption costs at most.
BATCH = 200


@dataclass(slots=True)
class Survey:
    """The file read once: whom it holds, as far as grouping needs, and who is known here already."""

    ground: Ground
    today: date
    homes: dict[str, Home] = field(default_factory=dict)
    busy: frozenset[UUID] = frozenset()
    people: list[Resident] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def units(self) -> list[Unit]:
        """Who lives together now, each with the household it is; first who leaves one, while it is where it was."""
        together = list(living_together(self.people, self.ground, self.homes))
        units = recognise(together, self.homes, self.busy)
        return sorted(units, key=self._stays)

    def _stays(self, unit: Unit) -> bool:
        return unit.household is not None or not any(member.bsn in self.homes for member in unit.members)


async def import_households(
    database: Database, path: Path, *, area: str, progress: Progress = no_progress
) -> Report:
    """Takes a file of the population register over into an area.

    The file is read twice and never held: once for who lives with whom, once to write each household in
    its turn. Each batch is a transaction, so an interrupted import is finished by running it again.
    Persons that the file does not mention stay as they are. Raises Unreadable or UnknownArea.
    """
    territory = (await territories(database, area))[0]
    with JsonList(path) as elements:
        survey = await _survey(
            database, Ground(territory, await _postcodes(database, territory.id)), elements
        )
        report = Report("households", read=len(elements))
        outcomes: dict[int, Outcome] = {}
        done = len(elements) - len(survey.people)
        for batch in batches(survey.units(), BATCH):
            async with database.within(territory.id) as work:
                await import_alone(work)
                movers = Movers(work, elements, survey.ground, survey.homes, report.extra)
                outcomes |= await movers.settle(batch)
            done += sum(len(unit.members) for unit in batch)
            progress(done, len(elements))
        outcomes |= await _record_deaths(database, territory.id, survey, report.extra)
        await _take_over_families(database, territory.id, survey, outcomes)
    progress(len(elements), len(elements))
    return _account(report, survey, outcomes)


async def _survey(database: Database, ground: Ground, elements: Sequence[object]) -> Survey:
    async with database.within(ground.territory.id) as work:
        survey = Survey(ground, local_date(work.now))
        by_index = {known.bsn_index: Home(known.person, known.household) async for known in registered(work)}
        survey.busy = await busy_households(work)
    for row in persons(elements):
        if isinstance(row, Refused):
            survey.refused.append(row)
        elif (born := row.birth.earliest()) is not None and born > survey.today:
            survey.refused.append(Refused(row.row, "born_later"))
        else:
            survey.people.append(Resident.of(row))
            if home := by_index.get(database.keyring.bsn_index(row.bsn)):
                survey.homes[row.bsn] = home
    return survey


async def _postcodes(database: Database, area: UUID) -> dict[str, str]:
    async with database.within(area) as work:
        return await postcodes_of(work)


async def _record_deaths(
    database: Database, area: UUID, survey: Survey, extra: Counter[Extra]
) -> dict[int, Outcome]:
    """Who has died stays in their household, with the day; what was open about them has ended with them."""
    outcomes: dict[int, Outcome] = {}
    dead = [
        resident
        for resident in survey.people
        if resident.suspended is Suspension.DEATH and resident.bsn in survey.homes
    ]
    for batch in batches(dead, BATCH):
        async with database.within(area) as work:
            rows = await load_persons(work, (survey.homes[resident.bsn].person for resident in batch))
            died: list[tuple[UUID, UUID]] = []
            for resident in batch:
                row = rows[survey.homes[resident.bsn].person]
                died_on = resident.suspended_on.earliest() or row.died_on or survey.today
                outcomes[resident.row] = Outcome.UNCHANGED if row.died_on == died_on else Outcome.CHANGED
                if row.died_on is None:
                    died.append((row.household_id, row.id))
                row.died_on = died_on
            await work.session.flush()
            for household, person in sorted(died):
                await follow_death(work, household, person, extra)
    return outcomes


async def _take_over_families(
    database: Database, area: UUID, survey: Survey, outcomes: dict[int, Outcome]
) -> None:
    async with database.within(area) as work:
        by_index = {known.bsn_index: known.person async for known in registered(work)}
    index = database.keyring.bsn_index
    found = {
        resident.bsn: by_index[index(resident.bsn)]
        for resident in survey.people
        if index(resident.bsn) in by_index
    }
    touched = await take_over_families(database, area, survey.people, found)
    for resident in survey.people:
        if found.get(resident.bsn) in touched and outcomes.get(resident.row) is Outcome.UNCHANGED:
            outcomes[resident.row] = Outcome.CHANGED


def _account(report: Report, survey: Survey, outcomes: dict[int, Outcome]) -> Report:
    for refused in survey.refused:
        report.add(Outcome.REFUSED, refused.row, refused.reason)
    for resident in survey.people:
        outcome = outcomes.get(resident.row)
        if outcome is None:
            report.add(Outcome.OUTSIDE, resident.row, survey.ground.outside(resident) or "other_area")
        else:
            report.add(outcome, resident.row)
    report.check()
    return report
