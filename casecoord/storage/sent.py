"""One signal as the team that sent it may look back at it; one statement."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.relating import RELATION
from casecoord.storage.work import Work

_SENT = text(
    f"""
select s.id, s.household_id, s.received_at, s.source_team_id, a.professional_id author, rel.*,
  c.id is not null case_open,
  (select jsonb_build_object('name', w.name, 'phone', w.phone)
     from leads l join memberships m on m.area_id = l.area_id and m.id = l.membership_id
     join professionals w on w.area_id = m.area_id and w.id = m.professional_id
    where l.area_id = s.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) as lead
from signals s join memberships a on a.area_id = s.area_id and a.id = s.author_id
cross join lateral ({RELATION.format(area="s.area_id", household="s.household_id")}) rel
left join cases c on c.area_id = s.area_id and c.household_id = s.household_id and c.state <> 'closed'
where s.area_id = :area and s.id = :signal and s.source_team_id = :team
"""
)


async def sent_signal(work: Work, signal: UUID) -> dict[str, Any] | None:
    """A signal of the actor's own team, with how it stands to the household and who leads its case."""
    found = await work.session.execute(
        _SENT,
        {
            "area": work.area_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "membership": work.actor.membership_id,
            "now": work.now,
            "signal": signal,
        },
    )
    row = found.mappings().one_or_none()
    return dict(row) if row else None
