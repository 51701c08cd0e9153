"""An area large enough to be told of: neighbourhoods with families, and work laid there by SQL, month by month."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from casecoord.actions.monitor import Figure, Monitor, MonitorOf, monitor
from casecoord.actions.publishing import publish_area
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import LifeDomain, Purpose, TeamKind, sphere_of
from tests.actions.looks import look
from tests.world import Town

PLACES = [f"BU0599{number:04}" for number in range(12)]
#: What a dozen families are told as.
TEN = 12
OCTOBER = datetime(2026, 10, 13, 9, 30, tzinfo=UTC)


MONITORING = Purpose.MONITORING
SEPTEMBER = OCTOBER - timedelta(days=30)
#: By words and place, or by words alone where it is a rest.
Told = dict[tuple[str, ...], int | None]


@dataclass
class Area:
    """Families by neighbourhood. What is laid is not judged by the guards: they have tests of their own."""

    town: Town
    connection: asyncpg.Connection
    homes: dict[str, list[UUID]] = field(default_factory=dict)

    async def found(self, places: Iterable[str] = PLACES, homes: int = TEN) -> "Area":
        await self.connection.execute("set session_replication_role = replica")
        for place in places:
            self.homes[place] = [uuid4() for _ in range(homes)]
            await self.connection.execute(
                "insert into neighbourhoods (area_id, code, name, district_code, district_name, vintage)"
                " values ($1, $2, $3, 'WK059900', 'Wijk', 2025) on conflict do nothing",
                self.town.area,
                place,
                f"Buurt {place[-2:]}",
            )
        await self.put(
            "households",
            ("id", "pseudonym", "neighbourhood", "during"),
            [
                (home, uuid4(), place, asyncpg.Range(OCTOBER - timedelta(days=3000), None))
                for place, homes_there in self.homes.items()
                for home in homes_there
            ],
        )
        return self

    async def put(self, table: str, columns: Sequence[str], rows: Sequence[tuple[object, ...]]) -> None:
        names = ("area_id", *columns)
        slots = ", ".join(f"${number + 1}" for number in range(len(names)))
        await self.connection.executemany(
            f"insert into {table} ({', '.join(names)}) values ({slots})",
            [(self.town.area, *row) for row in rows],
        )

    async def signals(
        self,
        place: str,
        number: int,
        domain: LifeDomain = LifeDomain.TIME_USE,
        team: str = "klimop",
        kind: TeamKind = TeamKind.SCHOOL_CARE,
        received: datetime = OCTOBER,
        triaged_after: timedelta | None = None,
        source: str = "team",
    ) -> None:
        """So many signals of families there."""
        homes = self.homes[place]
        sphere = sphere_of(domain) if source == "family" else sphere_among(sphere_of(domain), kind)
        author = self.town.members["amina"].membership
        by = (None, None) if source == "family" else (self.town.teams[team], author)
        triaged = None if triaged_after is None else received + triaged_after
        await self.put(
            "signals",
            ("id", "household_id", "state", "domain", "sphere", "urgency", "source", "source_team_id", "author_id",
             "routed_by", "summary_sealed", "received_at", "triaged_at", "review_on"),
            [
                (uuid4(), homes[n % len(homes)], "open" if triaged is None else "on_hold", domain, sphere, "high", source,
                 *by, "neighbourhood", b"", received, triaged, None if triaged is None else triaged.date())
                for n in range(number)
            ],
        )  # fmt: skip

    async def cases(
        self,
        place: str,
        number: int,
        triaged: datetime,
        *,
        led: datetime | None = None,
        met: datetime | None = None,
        aftercare: datetime | None = None,
        closed: datetime | None = None,
        asked: datetime | None = None,
        outcome_by: str = "family",
    ) -> list[UUID]:
        """So many cases there, one for each family."""
        made = [(uuid4(), uuid4(), home) for home in self.homes[place][:number]]
        assert len(made) == number
        state = (
            "closed" if closed else "aftercare" if aftercare else "led" if led else "lead_proposed" if asked else "triaged"
        )  # fmt: skip
        amina = self.town.members["amina"].membership
        outcome = (b"", outcome_by) if closed else (None, None)
        await self.put(
            "cases",
            (
                "id",
                "household_id",
                "state",
                "triaged_at",
                "aftercare_at",
                "outcome_sealed",
                "outcome_by",
                "closed_at",
            ),
            [(case, home, state, triaged, aftercare, *outcome, closed) for case, _, home in made],
        )
        if led or asked:
            await self.put(
                "proposals",
                (
                    "id",
                    "case_id",
                    "kind",
                    "membership_id",
                    "proposed_by",
                    "state",
                    "proposed_at",
                    "answered_at",
                ),
                [
                    (
                        proposal,
                        case,
                        "lead",
                        amina,
                        amina,
                        "accepted" if led else "pending",
                        asked or led,
                        led,
                    )
                    for case, proposal, _ in made
                ],
            )
        if led:
            await self.put(
                "leads",
                ("id", "case_id", "membership_id", "proposal_id", "during"),
                [(uuid4(), case, amina, proposal, asyncpg.Range(led, closed)) for case, proposal, _ in made],
            )
        if met:
            await self.put(
                "contacts",
                ("id", "case_id", "membership_id", "contacted_at", "manner"),
                [(uuid4(), case, amina, met, "home") for case, _, _ in made],
            )
        return [case for case, _, _ in made]


async def read(town: Town, query: MonitorOf | None = None, who: str = "karim") -> Monitor:
    return await look(town, who, monitor, query or MonitorOf(), MONITORING)


def figures(found: Monitor, measure: str) -> list[Figure]:
    (one,) = (one for one in found.measures if one.measure.name == measure)
    return list(one.figures)


def told(found: Monitor, measure: str, start: date = date(2026, 10, 1)) -> Told:
    """What is told of a measure in a period: by words and place, or by words alone where it is a rest."""
    return {
        (*one.category, *([one.neighbourhood] if one.neighbourhood is not None else [])): one.number
        for one in figures(found, measure)
        if one.period.from_on == start and one.number is not None
    }


async def publish(town: Town) -> int:
    return await publish_area(town.database, town.area)
