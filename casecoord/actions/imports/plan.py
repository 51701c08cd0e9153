"""Which household of ours is which household of the register, when people moved, married or left. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from casecoord.registers.households import Resident, households
from casecoord.registers.persons import Suspension
from casecoord.storage.territories import Territory


@dataclass(frozen=True, slots=True)
class Ground:
    """Where an area begins and ends for a register: its territory, and its postcodes with neighbourhoods."""

    territory: Territory
    postcodes: Mapping[str, str]

    def neighbourhood(self, resident: Resident) -> str | None:
        """The neighbourhood of the resident's address, where one is known."""
        return self.postcodes.get(resident.address[0]) if resident.address else None

    def outside(self, resident: Resident) -> str | None:
        """Why a person is not of this area; None if they are.

        A known postcode decides. Else a person belongs to an area that is whole municipalities by the
        municipality of registration; to one of only some districts nobody belongs without a postcode there.
        """
        if resident.suspended is not None:
            return "suspended"
        if resident.abroad:
            return "abroad"
        if self.neighbourhood(resident) is not None:
            return None
        if not self.territory.districts and resident.municipality in self.territory.municipalities:
            return None
        return "other_area" if resident.address else "no_postcode"


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person stands here: their row, and the household it is in."""

    person: UUID
    household: UUID


@dataclass(frozen=True, slots=True)
class Unit:
    """People who live together now, and the household of ours they are; None makes a new one.

    `gone`: they are of this area no longer. `beside`: the household they now live with but are not merged
    into, because something is open in their own.
    """

    members: tuple[Resident, ...]
    gone: bool = False
    household: UUID | None = None
    beside: UUID | None = None


def living_together(people: Iterable[Resident], ground: Ground, homes: Mapping[str, Home]) -> Iterator[Unit]:
    """The households of the area; and who was here and is gone, together with whom they were here with."""
    here: list[Resident] = []
    gone: defaultdict[UUID, list[Resident]] = defaultdict(list)
    for resident in people:
        if ground.outside(resident) is None:
            here.append(resident)
        elif resident.bsn in homes and resident.suspended is not Suspension.DEATH:
            gone[homes[resident.bsn].household].append(resident)
    for members in households(here):
        yield Unit(members)
    for leavers in gone.values():
        yield Unit(tuple(leavers), gone=True)


def recognise(units: Sequence[Unit], homes: Mapping[str, Home], busy: frozenset[UUID]) -> Iterator[Unit]:
    """Each unit with the household it is.

    A household goes where most of its people go, and with the first of equals. Where several become one
    unit, the one with something open (`busy`), then the one with most people, takes in the rest; but a busy
    one is never dissolved into another: it stays beside it until a coordinator merges them.
    """
    counts = [_came_from(unit, homes) for unit in units]
    winner: dict[UUID, int] = {}
    for number, count in enumerate(counts):
        for household, people in count.items():
            if household not in winner or people > counts[winner[household]][household]:
                winner[household] = number
    for number, (unit, count) in enumerate(zip(units, counts, strict=True)):
        won = [household for household in count if winner[household] == number]
        won.sort(key=lambda household: (household not in busy, -count[household], household))
        yield from _settle(unit, won, homes, busy)


def _came_from(unit: Unit, homes: Mapping[str, Home]) -> Counter[UUID]:
    return Counter(homes[member.bsn].household for member in unit.members if member.bsn in homes)


def _settle(
    unit: Unit, won: Sequence[UUID], homes: Mapping[str, Home], busy: frozenset[UUID]
) -> Iterator[Unit]:
    main = won[0] if won else None
    apart = [household for household in won[1:] if household in busy]

    def home(member: Resident) -> UUID | None:
        found = homes.get(member.bsn)
        return found.household if found else None

    yield Unit(tuple(m for m in unit.members if home(m) not in apart), unit.gone, main)
    for household in apart:
        yield Unit(tuple(m for m in unit.members if home(m) == household), unit.gone, household, beside=main)
