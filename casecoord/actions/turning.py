"""What a date alone changes: somebody reaches an age, an enrolment or benefit begins or ends.

Found by statements over the whole area; only the families that they find are locked and opened, each in a
transaction of its own.
"""

from uuid import UUID, uuid5

from casecoord.actions.rerouting import reroute, settle_and_tell
from casecoord.domain.ages import CONSENT_AGES, milestones_until, next_milestone
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import TransferKind
from casecoord.domain.workdays import local_date
from casecoord.storage import turning
from casecoord.storage.households import lock_household
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.telling import tell_lead
from casecoord.storage.work import Area, Database


async def turn(database: Database, area: UUID) -> None:
    """Follows every birthday and every link whose day has come. Killed half-way, the rest is found again."""
    async with database.within(area) as work:
        birthdays = await turning.households_of_age(work)
    for household in birthdays:
        async with database.within(area) as work:
            await _come_of_age(work, household)
    async with database.within(area) as work:
        today, linked = local_date(work.now), await turning.households_with_new_links(work)
    for household in linked:
        async with database.within(area) as work:
            seal = await lock_household(work, household)
            if seal is not None and any(await reroute(work, seal, TransferKind.SCHOOL)):
                await settle_and_tell(work, household)
    async with database.within(area) as work:
        await turning.links_followed(work, today)


async def _come_of_age(work: Area, household: UUID) -> None:
    """Consent counts otherwise from now on: the lead is told. A school that was left passes the family on."""
    seal = await lock_household(work, household)
    if seal is None:
        return
    today = local_date(work.now)
    for person in await turning.persons_of_age(work, household):
        born = seal.open(person.birth, Place("persons", person.id, "birth_date"), Compartment.IDENTITY)
        for age in milestones_until(born, person.turns_on, today):
            if age in CONSENT_AGES:
                source = uuid5(person.id, f"reaches {age}")
                await tell_lead(work, household, NoticeKind.FAMILY_CHANGED, source)
        await turning.turns_next(work, person.id, next_milestone(born, today))
    if any(await reroute(work, seal, TransferKind.AGE)):
        await settle_and_tell(work, household)
