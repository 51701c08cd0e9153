"""What is new since somebody looked: by transaction, so that what commits late is not missed and none comes twice."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.changes import Happening, News, Seat
from casecoord.storage.history import LINKED
from casecoord.storage.sequencer import UNSEEN
from casecoord.storage.work import Area, Work

_FRESH = f"""
with recursive linked (one, other, now) as ({LINKED}),
fresh (id, txid, home) as (
  select id, txid, household_id from events where area_id = :area and {UNSEEN}),
near (id, txid, home) as (
  select id, txid, home from fresh union
  select n.id, n.txid, case l.one when n.home then l.other else l.one end from near n join linked l on n.home in (l.one, l.other))
"""
_NEWS = text(
    f"""{_FRESH} select cast(pg_current_snapshot() as text) seen,
  coalesce((select jsonb_agg(jsonb_build_array(id, txid, home)) from near), '[]') events,
  coalesce((select jsonb_agg(s.number) from unnest(cast(:issuers as text[]), cast(:subjects as text[]),
      cast(:memberships as uuid[])) with ordinality s (issuer, subject, membership, number)
    where not exists (select from logins l join memberships m on m.area_id = l.area_id
        and m.professional_id = l.professional_id join teams t on t.area_id = m.area_id and t.id = m.team_id
      where l.area_id = :area and l.issuer = s.issuer and l.subject = s.subject and m.id = s.membership
        and m.during @> cast(:now as timestamptz) and t.during @> cast(:now as timestamptz))), '[]') ended"""
)
_SINCE = text(
    f"""{_FRESH} select (select coalesce((select c.household_id from cases c
    where c.area_id = :area and c.id = :id), cast(:id as uuid))) home,
  coalesce((select jsonb_agg(jsonb_build_array(id, txid, home)) from near), '[]') events"""
)
_IN_SIGHT = text("select id from events where area_id = :area and id = any(cast(:ids as uuid[]))")


async def news(area: Area, seen: str | None, seats: Sequence[Seat]) -> News:
    """What came since `seen` (None: nothing yet), and which of these seats ended. One statement."""
    found = await area.session.execute(
        _NEWS,
        {
            "area": area.area_id,
            "seen": seen,
            "now": area.now,
            "issuers": [seat.issuer for seat in seats],
            "subjects": [seat.subject for seat in seats],
            "memberships": [seat.membership for seat in seats],
        },
    )
    row = found.one()
    return News(row.seen, _happenings(row.events), frozenset(seats[number - 1] for number in row.ended))


async def since(work: Work, seen: str, identity: UUID | None) -> tuple[UUID | None, tuple[Happening, ...]]:
    """The household of this id (its own, or a case's), and what came since `seen` of what is in sight here."""
    asked = {"area": work.area_id, "seen": seen, "id": identity}
    row = (await work.session.execute(_SINCE, asked)).one()
    return row.home, _happenings(row.events)


async def in_sight(work: Work, events: Collection[UUID]) -> set[UUID]:
    """Which of these events the database lets this seat see at all."""
    return set(await work.session.scalars(_IN_SIGHT, {"area": work.area_id, "ids": list(events)}))


def _happenings(rows: Iterable[Any]) -> tuple[Happening, ...]:
    homes: dict[tuple[str, str], set[UUID]] = {}
    for event, transaction, home in rows:
        homes.setdefault((event, transaction), set()).add(UUID(home))
    return tuple(Happening(UUID(event), int(txid), frozenset(near)) for (event, txid), near in homes.items())
