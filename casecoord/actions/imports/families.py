"""Who is whose parent, partner and guardian: taken over after everybody has a row."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from uuid import UUID

from casecoord.actions.imports.rows import batches
from casecoord.registers.households import Resident
from casecoord.registers.persons import Custody
from casecoord.storage.family import Care, Tie, cares, change_cares, change_ties, ties
from casecoord.storage.residents import import_alone
from casecoord.storage.work import Database

ADULT = 18
_BATCH = 2_000


async def take_over_families(
    database: Database, area: UUID, people: Sequence[Resident], persons: Mapping[str, UUID]
) -> set[UUID]:
    """Makes relationships and custody as the register says; the persons for whom something changed.

    What the file does not speak of, because one of the two is not in it, stays as it is.
    """
    async with database.within(area) as work:
        known_ties, known_cares, today = await ties(work), await cares(work), work.now.date()
    in_file = {persons[resident.bsn] for resident in people if resident.bsn in persons}
    wanted_ties = set(_ties(people, persons))
    wanted_cares = set(_cares(people, persons, today))
    old_ties = {tie for tie in known_ties - wanted_ties if tie[0] in in_file and tie[1] in in_file}
    old_cares = {care for care in known_cares - wanted_cares if care[0] in in_file}
    new_ties, new_cares = wanted_ties - known_ties, wanted_cares - known_cares
    for batch in batches(old_ties | new_ties, _BATCH):
        async with database.within(area) as work:
            await import_alone(work)
            await change_ties(work, add=new_ties.intersection(batch), drop=old_ties.intersection(batch))
    for some in batches(old_cares | new_cares, _BATCH):
        async with database.within(area) as work:
            await import_alone(work)
            await change_cares(work, add=new_cares.intersection(some), drop=old_cares.intersection(some))
    touched = {person for tie in old_ties | new_ties for person in tie[:2]}
    return touched | {care[0] for care in old_cares | new_cares}


def _ties(people: Iterable[Resident], persons: Mapping[str, UUID]) -> Iterator[Tie]:
    """Relationships between persons here, whichever of both records tells; partners in both directions."""
    for resident in people:
        person = persons.get(resident.bsn)
        if person is None:
            continue
        parents, children, partners = (
            {persons[bsn] for bsn in bsns if bsn in persons} - {person}
            for bsns in (resident.parents, resident.children, resident.partners)
        )
        yield from ((parent, person, "parent") for parent in parents)
        yield from ((person, child, "parent") for child in children)
        yield from ((person, partner, "partner") for partner in partners)
        yield from ((partner, person, "partner") for partner in partners)


def _cares(people: Sequence[Resident], persons: Mapping[str, UUID], today: date) -> Iterator[Care]:
    """Custody over minors here: what their own record says, else what the holders' records say."""
    own: defaultdict[str, list[Custody]] = defaultdict(list)
    others: defaultdict[str, list[Custody]] = defaultdict(list)
    for resident in people:
        for custody in resident.custody:
            if custody.child == resident.bsn or (custody.child is None and _is_minor(resident, today)):
                own[resident.bsn].append(custody)
            elif custody.child is not None:
                others[custody.child].append(custody)
    for bsn in own.keys() | others.keys():
        if bsn in persons:
            for custody in own.get(bsn) or others[bsn]:
                for holder in custody.holders or (None,):
                    yield persons[bsn], persons.get(holder) if holder else None, custody.kind.value


def _is_minor(resident: Resident, today: date) -> bool:
    age = resident.birth.age_on(today)
    return age is not None and age < ADULT
