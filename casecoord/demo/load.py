"""Loads the demo neighbourhood, once: each area in one transaction, then its stories, one step at a time.

Interrupted anywhere it is finished by starting again: an area is there whole or not at all, and each step
of a story carries a key of its own, so that it happens once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from uuid import UUID

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.actions.publishing import publish_area
from casecoord.demo.figures import earlier_figures
from casecoord.demo.neighbourhood import AREAS, STANDING, Cast, DemoArea
from casecoord.demo.people import SEED
from casecoord.demo.setting_up import known_families, set_up, settlements
from casecoord.demo.stories import Story
from casecoord.demo.storybook import STORIES
from casecoord.demo.teller import Clock, Teller
from casecoord.domain.words import Language
from casecoord.settings import Settings
from casecoord.storage.newcomers import Settlement
from casecoord.storage.placements import write_expired
from casecoord.storage.roster import (
    keep_settings,
    locked_settings,
    professionals_by_login,
    rebind_logins,
    teams_by_name,
)
from casecoord.storage.settle import settle_area
from casecoord.storage.sweep import sweep
from casecoord.storage.work import Area


class Stage(Enum):
    """What is being done, in Dutch and English."""

    HOUSEHOLDS = ("huishoudens", "households")
    STORIES = ("verhalen", "stories")

    def label(self, language: Language) -> str:
        return self.value[0] if language is Language.NL else self.value[1]


#: Tells how far it is: the area's name, the stage, done, and of how many.
Progress = Callable[[str, Stage, int, int], None]


def no_progress(area: str, stage: Stage, done: int, total: int) -> None:
    """For whoever does not watch."""


class AreaInUse(Exception):
    """An area of this code has teams of its own: people work there, and the demo keeps out."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the area {code} is in use: give the demo a database of its own")


@dataclass(frozen=True, slots=True)
class LoadedArea:
    """One area: when its stories end, whether this load did anything, how many households and stories it has."""

    id: UUID
    code: str
    at: datetime
    fresh: bool
    households: int
    stories: int


@dataclass(frozen=True, slots=True)
class Loaded:
    areas: tuple[LoadedArea, ...]

    @property
    def fresh(self) -> bool:
        """Whether this load did anything at all."""
        return any(area.fresh for area in self.areas)


@dataclass(frozen=True, slots=True)
class Mark:
    """What an area remembers of being the demo's: when its stories end, whose logins, whether all is told."""

    at: datetime
    issuer: str
    told: bool = False

    @classmethod
    def of(cls, settings: dict[str, object]) -> "Mark | None":
        kept = settings.get("demo")
        if not isinstance(kept, dict):
            return None
        return cls(datetime.fromisoformat(kept["at"]), kept["issuer"], kept["told"])

    async def keep(self, work: Area) -> None:
        kept = {"seed": SEED, "at": self.at.isoformat(), "issuer": self.issuer, "told": self.told}
        await keep_settings(work, demo=kept)


async def load(settings: Settings, *, issuer: str, now: datetime, progress: Progress = no_progress) -> Loaded:
    """Makes the demo's areas, or finds them; `issuer` is the provider that logs the demo's users in.

    Stories end at `now`, or, where a load began before, at its moment. Raises AreaInUse.
    """
    clock = Clock(now)
    database = settings.database(clock=clock, pool_size=2)
    try:
        office = Office(database, Policy())
        areas: list[LoadedArea] = []
        for area in AREAS:
            moment = areas[0].at if areas else now
            areas.append(await Loader(office, clock, issuer, moment, progress).load(area))
        return Loaded(tuple(areas))
    finally:
        await database.close()


@dataclass(frozen=True, slots=True)
class Loader:
    """One load. `clock` is the office's database's, and is moved while stories are told."""

    office: Office
    clock: Clock
    issuer: str
    now: datetime
    progress: Progress = no_progress

    async def load(self, area: DemoArea) -> LoadedArea:
        """This area, whole."""
        identity, _ = await self.office.database.found_area(area.code, area.name)
        mark = await self._set_up(identity, area)
        if not mark.told:
            await self.tell(identity, area, mark)
            await self._finish(identity, mark)
        stories = sum(story.area is area for story in STORIES.values())
        households = area.households + len(known_families(area))
        return LoadedArea(identity, area.code, mark.at, not mark.told, households, stories)

    async def tell(self, identity: UUID, area: DemoArea, mark: Mark) -> dict[str, Teller]:
        """Tells the stories of an area that is set up; what is told already stays as it is."""
        cast = await self._cast(identity, area)
        families = settlements(area, mark.at - STANDING)
        stories = [story for story in STORIES.values() if story.area is area]
        told = {}
        for number, story in enumerate(stories):
            self.progress(area.name, Stage.STORIES, number, len(stories))
            told[story.key] = await self._tell(story, cast, families[story.key], mark.at)
        self.progress(area.name, Stage.STORIES, len(stories), len(stories))
        return told

    async def _set_up(self, identity: UUID, area: DemoArea) -> Mark:
        """Everything but the stories, in one transaction; or what an earlier load did."""
        self.clock.now = self.now
        async with self.office.database.within(identity) as work:
            mark = Mark.of(await locked_settings(work))
            if mark is None:
                mark = Mark(self.now, self.issuer)
                if await teams_by_name(work):
                    raise AreaInUse(area.code)
                await set_up(
                    work,
                    area,
                    self.issuer,
                    self.now,
                    lambda done, total: self.progress(area.name, Stage.HOUSEHOLDS, done, total),
                )
                await keep_settings(work, case_ceiling=area.case_ceiling)
                await mark.keep(work)
            elif mark.issuer != self.issuer:
                await rebind_logins(work, mark.issuer, self.issuer)
                mark = Mark(mark.at, self.issuer, mark.told)
                await mark.keep(work)
        return mark

    async def _tell(self, story: Story, cast: Cast, family: Settlement, at: datetime) -> Teller:
        teller = Teller(self.office, self.clock, cast, at, story.key, family)
        await story.tell(teller)
        return teller

    async def _cast(self, identity: UUID, area: DemoArea) -> Cast:
        async with self.office.database.within(identity) as work:
            teams = await teams_by_name(work)
            logins = await professionals_by_login(work, self.issuer)
        return Cast(
            identity,
            self.issuer,
            {team.key: teams[team.name] for team in area.all_teams},
            {one.key: logins[one.subject] for one in area.everybody if one.login},
        )

    async def _finish(self, identity: UUID, mark: Mark) -> None:
        """The sweep writes down what is broken by now, and the months that are over are published; then the area is complete."""
        self.clock.now = mark.at
        await earlier_figures(self.office.database, identity, mark.at)
        await publish_area(self.office.database, identity)
        async with self.office.database.within(identity, mark.at) as work:
            await settle_area(work)
            await write_expired(work)
            await sweep(work)
            await Mark(mark.at, self.issuer, told=True).keep(work)
