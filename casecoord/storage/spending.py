"""What was spent for a family in a calendar year, whichever of its cases it was for."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.work import Area

#: What is spent of a household `h` in the year of a day, and each spend of its case `c` for the joint case view.
SPENT = """(select coalesce(sum(s.amount_cents), 0) from spends s
    join cases k on k.area_id = s.area_id and k.id = s.case_id
  where s.area_id = {area} and k.household_id = {household} and s.cancelled_at is null
    and date_part('year', s.spent_on) = date_part('year', cast({day} as date)))"""
SPENDS = """coalesce((select jsonb_agg(jsonb_build_object('id', s.id, 'domain', s.domain, 'sphere', s.sphere,
      'audience', s.audience, 'amount', s.amount_cents, 'spent_on', s.spent_on, 'cancelled', s.cancelled_at is not null,
      'purpose', encode(s.purpose_sealed, 'hex'), 'result', encode(s.result_sealed, 'hex'),
      'reason', encode(s.reason_sealed, 'hex'), 'team', m.team_id, 'author', m.professional_id)
      order by s.spent_on, s.id)
    from spends s join memberships m on m.area_id = s.area_id and m.id = s.spent_by
    where s.area_id = h.area_id and s.case_id = c.id), '[]')"""
_SPENT = text(f"select {SPENT.format(area=':area', household=':household', day=':day')}")


def amount_of(settings: dict[str, Any] | dict[str, object]) -> int:
    """The area's amount for a family and a year, in cents; 0: none was set."""
    amount = settings.get("family_amount")
    return amount if isinstance(amount, int) else 0


async def spent(work: Area, household: UUID, day: date) -> int:
    """What was spent for this family in the calendar year of this day, in cents."""
    found = await work.session.execute(_SPENT, {"area": work.area_id, "household": household, "day": day})
    return int(found.scalar_one())
