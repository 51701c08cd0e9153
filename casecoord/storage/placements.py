"""Places of alternatives: what they mean for a hearing, what is free, who is told, and which holds ran out."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, select, text

from casecoord.domain.alternatives import PlacementState
from casecoord.domain.notices import NoticeKind
from casecoord.storage.alternative_tables import Placement
from casecoord.storage.relating import PREPARES
from casecoord.storage.work import Area, Work

#: What the places of a hearing `z` say: since when there is an alternative, until when a place is or was held, and
#: since when there is one now.
PLACES_OF_HEARING = """
select min(p.proposed_at) filter (where p.state <> 'released') alternative_at,
  max(upper(p.during)) filter (where p.state in ('held', 'expired')) held_until,
  min(lower(p.during)) filter (where upper_inf(p.during) or upper(p.during) > cast(:now as timestamptz)) place_held_at
from placements p where p.area_id = z.area_id and p.hearing_id = z.id"""

#: What a hold is, at a moment: one whose time is over has expired, written down or not.
STATE = "case when p.state = 'held' and upper(p.during) <= cast(:now as timestamptz) then 'expired' else p.state end"

#: The places of a household `h` that stand, or stood, for a youth; `thing`: the hearing that each would tell of.
PLACEMENTS = f"""coalesce((select jsonb_agg(jsonb_build_object('id', p.id, 'person', p.person_id, 'thing', p.hearing_id,
      'team', m.team_id, 'planner', zm.team_id, 'offer', o.id, 'kind', o.kind, 'name', o.name, 'provider', t.name,
      'state', {STATE}, 'since', lower(p.during), 'until', upper(p.during), 'followed', p.followed,
      'followed_at', p.followed_at, 'outcome', p.outcome) order by p.proposed_at, p.id)
    from placements p join offers o on o.area_id = p.area_id and o.id = p.offer_id
    join teams t on t.area_id = o.area_id and t.id = o.team_id
    join memberships m on m.area_id = p.area_id and m.id = p.held_by
    left join hearings z on z.area_id = p.area_id and z.id = p.hearing_id
    left join memberships zm on zm.area_id = z.area_id and zm.id = z.planned_by
    where p.area_id = h.area_id and p.household_id = h.id and p.state <> 'released'), '[]')"""

#: Whether :team holds the place `pl`, or planned or prepares the hearing that it is for.
HELD_HERE = f"""(exists (select from memberships hm where hm.area_id = pl.area_id and hm.id = pl.held_by
      and hm.team_id = :team)
    or exists (select from hearings hz join memberships hm on hm.area_id = hz.area_id and hm.id = hz.planned_by
      where hz.area_id = pl.area_id and hz.id = pl.hearing_id
        and (hm.team_id = :team or {PREPARES.format(area="pl.area_id", household="pl.household_id")})))"""

_OWN = text("select * from provider_places(:now) order by offer_name, since, id limit :most")

#: One statement: each offer that can still begin, with what of it fits, those that fit whole first.
_MATCH = text(
    """
with fitting as (
  select o.*, greatest(o.places - coalesce(taken.taken, 0), 0) free,
    coalesce(cast(:age as int) between o.age_from and o.age_until, false) fits_age,
    coalesce(o.neighbourhoods = '{}' or :neighbourhood = any(o.neighbourhoods), false) fits_neighbourhood,
    coalesce(o.languages = '{}' or :language = any(o.languages), false) fits_language,
    o.starts_on <= cast(:day as date) fits_starts_in_time,
    coalesce(taken.taken, 0) < o.places fits_free_place
  from offers o left join places_taken(:now) taken on taken.offer_id = o.id
  where o.area_id = :area and o.withdrawn_at is null and o.team_id in (select w.id from teams w where w.area_id = :area
      and w.during @> cast(:now as timestamptz)) and (o.ends_on is null or o.ends_on > cast(:day as date))
    and (cast(:kind as text) is null or o.kind = :kind)
), first as (select f.* from fitting f order by {order} limit :first)
select f.*, t.name provider from first f join teams t on t.area_id = f.area_id and t.id = f.team_id order by {order}""".replace(
        "{order}",
        "not f.fits_age, not (f.fits_neighbourhood and f.fits_language and f.fits_free_place and f.fits_starts_in_time),"
        " f.starts_on, f.free desc, f.id",
    )
)

_TELL = text(
    """
insert into outbox (area_id, id, receiver_id, kind, source_id, household_id, sphere, audience, urgent, at)
select :area, gen_random_uuid(), m.id, :kind, :source, cast(:household as uuid), :sphere, null, false,
  cast(:now as timestamptz)
from memberships m where m.area_id = :area and m.id = any(:members) and m.during @> cast(:now as timestamptz)
on conflict (area_id, receiver_id, source_id, kind) do nothing"""
)
#: Who works for the provider of this offer; and who held a place: whoever did, the lead, who planned the hearing and
#: the social team's coordinator who answers for it.
_PROVIDERS = text(
    "select m.id from offers o join memberships m on m.area_id = o.area_id and m.team_id = o.team_id"
    " where o.area_id = :area and o.id = :offer and m.role = 'provider' and m.during @> cast(:now as timestamptz)"
    " and m.id <> all(cast(:but as uuid[]))"
)
_HOLDERS = text(
    "select w.id from (select p.held_by id from placements p where p.area_id = :area and p.id = :placement"
    "   union select z.planned_by from placements p join hearings z on z.area_id = p.area_id and z.id = p.hearing_id"
    "     where p.area_id = :area and p.id = :placement"
    "   union select l.membership_id from placements p join cases c on c.area_id = p.area_id"
    "     and c.household_id = p.household_id and c.state <> 'closed' join leads l on l.area_id = c.area_id"
    "     and l.case_id = c.id and l.during @> cast(:now as timestamptz) where p.area_id = :area and p.id = :placement"
    "   union select y.membership_id from placements p join households h on h.area_id = p.area_id"
    "     and h.id = p.household_id join team_covers v on v.area_id = h.area_id and v.kind = 'neighbourhood'"
    "     and v.code = h.neighbourhood join coordinator_seats y on y.area_id = v.area_id and y.seat = v.team_id"
    "     and y.during @> cast(:now as timestamptz) where p.area_id = :area and p.id = :placement) w"
    " where w.id <> all(cast(:but as uuid[]))"
)
_RAN_OUT = text(
    "update placements p set state = 'expired' where p.area_id = :area and p.state = 'held' and p.id = any(array("
    " select x.id from placements x where x.area_id = :area and x.state = 'held' and upper(x.during) <= :now"
    " order by upper(x.during) limit 500 for no key update skip locked)) returning p.id, p.household_id, p.offer_id"
)
_OF_OFFER = text(
    "select p.id, p.household_id from placements p where p.area_id = :area and p.offer_id = :offer and"
    " (p.state = 'proposed' or p.state = 'held' and upper(p.during) > cast(:now as timestamptz)) order by p.household_id, p.id"
)
_WEEK = text(
    "select count(*) from hearings z join memberships m on m.area_id = z.area_id and m.id = z.planned_by"
    " where z.area_id = :area and z.state = 'planned' and m.team_id = :team and z.id <> :but"
    " and date_trunc('week', z.held_on) = date_trunc('week', cast(:day as date))"
)


async def matching(
    work: Work,
    *,
    age: int | None,
    neighbourhood: str | None,
    language: str | None,
    day: date,
    kind: str | None,
    first: int,
) -> list[dict[str, Any]]:
    """The offers that can still begin, with what of each fits a youth of this age, language and neighbourhood."""
    values = {
        "area": work.area_id,
        "now": work.now,
        "age": age,
        "neighbourhood": neighbourhood,
        "language": language,
        "day": day,
        "kind": kind,
        "first": first,
    }
    return [dict(row) for row in (await work.session.execute(_MATCH, values)).mappings()]


async def own_places(work: Work, most: int) -> list[dict[str, Any]]:
    """The places that the actor's provider holds for youths now; sealed."""
    rows = await work.session.execute(_OWN, {"now": work.now, "most": most})
    return [dict(row) for row in rows.mappings()]


async def is_own_place(work: Work, placement: Placement) -> bool:
    """Whether the actor's provider offers this place."""
    found = await work.session.scalar(
        text("select o.team_id = :team from offers o where o.area_id = :area and o.id = :offer"),
        {"area": work.area_id, "offer": placement.offer_id, "team": work.actor.team_id},
    )
    return bool(found)


async def of_youth(work: Area, offer: UUID, person: UUID) -> Placement | None:
    """What stands now between this youth and this offer."""
    found = await work.session.scalars(
        select(Placement)
        .where(
            Placement.area_id == work.area_id,
            Placement.offer_id == offer,
            Placement.person_id == person,
            text(
                "(placements.state = 'proposed' or upper_inf(placements.during) or upper(placements.during) > :now)"
            ),
        )
        .execution_options(populate_existing=True),
        {"now": work.now},
    )
    return found.one_or_none()


async def standing(work: Area, hearing: UUID, *states: PlacementState) -> Sequence[Placement]:
    """The places for this hearing that are in one of these states."""
    found = await work.session.scalars(
        select(Placement).where(
            Placement.area_id == work.area_id, Placement.hearing_id == hearing, Placement.state.in_(states)
        )
    )
    return found.all()


async def not_confirmed(work: Area, offer: UUID) -> list[tuple[UUID, UUID]]:
    """The places of an offer that are proposed or held and not confirmed: id and household."""
    rows = await work.session.execute(_OF_OFFER, {"area": work.area_id, "offer": offer, "now": work.now})
    return [(row.id, row.household_id) for row in rows]


async def hearings_in_week(work: Area, team: UUID, day: date, but: UUID) -> int:
    """How many other hearings this team has planned in the week of this day."""
    found = await work.session.scalar(_WEEK, {"area": work.area_id, "team": team, "day": day, "but": but})
    return int(found or 0)


async def tell_provider(
    work: Area, kind: NoticeKind, placement: UUID, offer: UUID, but: UUID | None = None
) -> None:
    """Tells who works for the provider; of no household: what it may know of the youth it finds among its places."""
    members = await work.session.scalars(
        _PROVIDERS, {"area": work.area_id, "offer": offer, "now": work.now, "but": [but] if but else []}
    )
    await _tell(work, kind, placement, None, list(members))


async def tell_holders(
    work: Area, kind: NoticeKind, placement: UUID, household: UUID, but: UUID | None = None
) -> None:
    """Tells those who look for a place for this youth."""
    members = await work.session.scalars(
        _HOLDERS, {"area": work.area_id, "placement": placement, "now": work.now, "but": [but] if but else []}
    )
    await _tell(work, kind, placement, household, list(members))


async def _tell(
    work: Area, kind: NoticeKind, source: UUID, household: UUID | None, members: list[UUID]
) -> None:
    await work.session.execute(
        _TELL,
        {
            "area": work.area_id,
            "kind": kind,
            "source": source,
            "household": household,
            "sphere": "justice" if household else "general",
            "members": members,
            "now": work.now,
        },
    )


async def write_expired(work: Area) -> None:
    """Writes down which holds ran out, and tells those concerned. That they did is so without it."""
    ran_out: Sequence[Row[Any]] = (
        await work.session.execute(_RAN_OUT, {"area": work.area_id, "now": work.now})
    ).all()
    for one in ran_out:
        await tell_provider(work, NoticeKind.PLACE_OVER, one.id, one.offer_id)
        await tell_holders(work, NoticeKind.PLACE_LAPSED, one.id, one.household_id)
