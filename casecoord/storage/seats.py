"""Who coordinates, who is on duty, who has an office and who stands in for whom: now, and at every moment to come.

What is planned is known before it comes, so that what waits can be written ahead.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from casecoord.domain.household import Seats
from casecoord.domain.words import Role
from casecoord.storage.work import Area

#: The plan of :area from :now on, as columns. Of duty the next days: an acute signal does not wait for longer.
PLAN = """
  coalesce((select jsonb_agg(jsonb_build_array(s.seat, s.membership_id, lower(s.during), upper(s.during)))
    from coordinator_seats s where s.area_id = :area and coalesce(upper(s.during) > :now, true)), '[]') seats,
  coalesce((select jsonb_agg(jsonb_build_array(d.membership_id, d.deputy_id, lower(d.during), upper(d.during)))
    from deputies d where d.area_id = :area and upper(d.during) > :now), '[]') deputies,
  coalesce((select jsonb_agg(jsonb_build_array(null, d.membership_id, lower(d.during), upper(d.during)))
    from duty_shifts d where d.area_id = :area
      and d.during && tstzrange(:now, cast(:now as timestamptz) + interval '2 days')), '[]') shifts,
  coalesce((select jsonb_agg(jsonb_build_array(m.role, m.id, lower(m.during), upper(m.during))
      order by lower(m.during), m.id) from memberships m where m.area_id = :area
      and m.role in ('decision_power', 'privacy_officer', 'administrator')
      and (upper_inf(m.during) or upper(m.during) > :now)), '[]') offices"""
_PLAN = text(f"select {PLAN}")


@dataclass(frozen=True, slots=True)
class Term:
    """Who is something (a team's coordinator, on duty, somebody's deputy) from when to when."""

    of: str | None
    membership: UUID
    since: datetime
    until: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether it is so at this moment."""
        return self.since <= at and (self.until is None or at < self.until)


class NoCoordinator(Exception):
    """An area without a coordinator can hold nothing: set one up first."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Every term that has not ended; of an office several, of whom the one who has been there longest has it."""

    area: UUID
    seats: list[Term]
    deputies: list[Term]
    shifts: list[Term]
    offices: list[Term]

    @classmethod
    def of(cls, area: UUID, row: Row[Any]) -> "Plan":
        """The plan of a row that holds the columns of `PLAN`."""
        return cls(area, *(_terms(one) for one in (row.seats, row.deputies, row.shifts, row.offices)))

    def at(self, at: datetime) -> Seats:
        """Who is what at a moment."""
        seats = {UUID(one.of): one.membership for one in self.seats if one.holds(at)}
        if self.area not in seats:
            raise NoCoordinator
        return Seats(
            teams=seats,
            area=seats[self.area],
            on_duty=next((one.membership for one in self.shifts if one.holds(at)), None),
            offices={Role(str(one.of)): one.membership for one in reversed(self.offices) if one.holds(at)},
            deputies={UUID(one.of): one.membership for one in self.deputies if one.holds(at)},
        )

    def turns(self) -> set[datetime]:
        """Every moment at which somebody takes somebody's place."""
        terms = (*self.seats, *self.deputies, *self.shifts, *self.offices)
        return {at for term in terms for at in (term.since, term.until) if at}


async def load_plan(work: Area) -> Plan:
    """The area's plan from now on."""
    row = (await work.session.execute(_PLAN, {"area": work.area_id, "now": work.now})).one()
    return Plan.of(work.area_id, row)


async def load_seats(work: Area) -> Seats:
    """Who is what now."""
    return (await load_plan(work)).at(work.now)


def _terms(rows: Iterable[list[str | None]]) -> list[Term]:
    return [
        Term(
            of,
            UUID(membership),
            datetime.fromisoformat(since) if since else datetime.min.replace(tzinfo=UTC),
            datetime.fromisoformat(until) if until else None,
        )
        for of, membership, since, until in rows
    ]
