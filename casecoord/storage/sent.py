"""Signals as the team that sent them may look back at them; one statement."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.views import KEYS
from casecoord.storage.work import Work

_SENT = f"""
select s.id, s.household_id, s.received_at, s.source_team_id, a.professional_id author, s.domain, s.sphere, rel.*,
  encode(s.summary_sealed, 'hex') summary, encode(s.feedback_sealed, 'hex') feedback,
  (select {KEYS} from households h where h.area_id = s.area_id and h.id = s.household_id) as keys,
  c.id is not null case_open,
  (select jsonb_build_object('name', w.name, 'phone', w.phone)
     from leads l join memberships m on m.area_id = l.area_id and m.id = l.membership_id
     join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where l.area_id = s.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) as lead
from signals s join memberships a on a.area_id = s.area_id and a.id = s.author_id
cross join lateral ({RELATION.format(area="s.area_id", household="s.household_id")}) rel
left join cases c on c.area_id = s.area_id and c.household_id = s.household_id and c.state <> 'closed'
where s.area_id = :area and s.source_team_id = :team
"""
_ONE = text(f"{_SENT} and s.id = :signal")
_PAGE = text(
    f"""{_SENT} and (cast(:as_team as boolean) or a.professional_id = :professional)
  and (cast(:from_at as timestamptz) is null
    or (s.received_at, s.id) < (cast(:from_at as timestamptz), cast(:from_id as uuid)))
order by s.received_at desc, s.id desc limit :first"""
)


async def sent_signal(work: Work, signal: UUID) -> dict[str, Any] | None:
    """A signal of the actor's own team, with how it stands to the household and who leads its case."""
    found = await work.session.execute(_ONE, {**_values(work), "signal": signal})
    row = found.mappings().one_or_none()
    return dict(row) if row else None


async def sent_signals(
    work: Work, first: int, after: tuple[datetime, UUID] | None, *, as_team: bool
) -> list[dict[str, Any]]:
    """Those of the actor's own team, or only the actor's own; the latest first, one more than asked if there is."""
    at, identity = after or (None, None)
    asked = {"as_team": as_team, "first": first + 1, "from_at": at, "from_id": identity}
    rows = await work.session.execute(_PAGE, {**_values(work), **asked})
    return [dict(row) for row in rows.mappings()]


def _values(work: Work) -> dict[str, Any]:
    return {
        **work.asked_by,
    }
