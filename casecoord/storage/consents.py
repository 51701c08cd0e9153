"""Consents as they hold at this moment: which cover a thing, who gave them, and what the rule about age and custody needs."""

from collections.abc import Collection, Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from casecoord.domain.actors import Actor, Resident
from casecoord.domain.consents import Custody
from casecoord.domain.words import TeamKind
from casecoord.storage.case_tables import Signal
from casecoord.storage.cases import Desk
from casecoord.storage.consent_tables import Consent, ConsentGiver
from casecoord.storage.relating import RELATION
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.tables import Person
from casecoord.storage.work import Area, Visit, Work

#: A consent `x` holds now: not taken back, in its time, and given by everybody who has custody today.
HOLDS = """x.withdrawn_at is null and x.during @> cast(:now as timestamptz)
  and (x.custody_until is null or x.custody_until <= cast(:now as timestamptz) or not exists (
    select from custody y left join persons d on d.area_id = y.area_id and d.id = y.holder_id
     where y.area_id = x.area_id and y.minor_id = x.person_id and d.died_on is null
       and not case when y.holder_id is null then x.elsewhere_in_writing else exists (
         select from consent_givers g where g.area_id = x.area_id and g.consent_id = x.id
            and g.person_id = y.holder_id) end))"""

#: The consents by which the lead may see a thing, as JSON; NULL where one is missing. A thing about nobody in
#: particular needs one of everybody in the household.
COVERING = f"""(
  select jsonb_agg(c.id order by c.id) from (select cast({{person}} as uuid) id where {{person}} is not null
    union all select r.id from persons r where r.area_id = {{area}} and r.household_id = {{household}}
      and r.died_on is null and {{person}} is null) of
  join persons q on q.area_id = {{area}} and q.id = of.id left join lateral (
    select x.id from consents x where x.area_id = q.area_id and x.person_id = q.id and x.facet = '{{facet}}'
       and x.receiver = 'lead' and x.purpose = :purpose
       and (x.thing_id = {{thing}} or x.thing_id is null and x.team_id = {{team}}) and {HOLDS}
     order by lower(x.during), x.id limit 1) c on true
  having bool_and(c.id is not null))"""

_STILL = text("select consents_standing(:ids)")
_CUSTODY = text(
    "select y.holder_id from custody y left join persons d on d.area_id = y.area_id and d.id = y.holder_id"
    " where y.area_id = :area and y.minor_id = :person and d.died_on is null"
)
_BEFORE_COURT = text(
    "select exists (select from hearings h where h.area_id = :area and h.household_id = :household"
    " and h.state <> 'cancelled' and (h.person_id = :person or exists (select from custody y"
    " where y.area_id = h.area_id and y.minor_id = h.person_id and y.holder_id = :person)))"
)
_FACTS_OF_DETAIL = text(
    f"""
select s.sphere, coalesce(s.audience = 'teams_in_case', false) shared_with_teams, s.source_team_id team,
  m.professional_id author, case when rel.is_lead then {
        COVERING.format(
            area="s.area_id",
            facet="signal.detail",
            thing="s.id",
            team="s.source_team_id",
            person="s.person_id",
            household="s.household_id",
        )
    } end is not null consent_covers
from signals s join memberships m on m.area_id = s.area_id and m.id = s.author_id
cross join lateral ({RELATION.format(area="s.area_id", household="s.household_id")}) rel
where s.area_id = :area and s.id = :thing and s.household_id = :household"""
)


async def facts_of_detail(work: Work, household: UUID, signal: UUID) -> dict[str, Any] | None:
    """What is so between the actor and the detail of a signal of this household."""
    row = (
        (
            await work.session.execute(
                _FACTS_OF_DETAIL, {**standing(work), "household": household, "thing": signal}
            )
        )
        .mappings()
        .one_or_none()
    )
    return dict(row) if row else None


#: Where there is none: no membership, team or professional is a resident's, and no person a professional's.
_NOBODY = UUID(int=0)


def standing(work: Work | Visit) -> dict[str, Any]:
    """Who asks, when and for what."""
    actor = work.actor
    seat: dict[str, Any] = dict.fromkeys(("team", "professional", "membership", "person"), _NOBODY)
    if isinstance(actor, Resident):
        seat["person"] = actor.person_id
    else:
        seat |= {
            "team": actor.team_id,
            "professional": actor.professional_id,
            "membership": actor.membership_id,
        }
    return {
        **seat,
        "area": work.area_id,
        "purpose": actor.purpose,
        "court": isinstance(actor, Actor) and actor.team_kind is TeamKind.COURT_PARTNER,
        "now": work.now,
    }


async def still_given(work: Work | Visit, consents: Collection[UUID]) -> bool:
    """Were these not taken back meanwhile? From here to the end of the transaction they cannot be."""
    if not consents:
        return True
    found = await work.session.scalar(_STILL, {"ids": list(consents)})
    return bool(found == len(consents))


async def person_of(desk: Desk, identity: UUID) -> Person | None:
    """A living person of this household."""
    person = await desk.work.session.get(Person, (desk.work.area_id, identity))
    there = person is not None and person.household_id == desk.household_id and person.died_on is None
    return person if there else None


def born(desk: Desk, person: Person) -> str | None:
    """The birth date, parts of which may be unknown."""
    place = Place("persons", person.id, "birth_date")
    sealed = person.birth_date_sealed
    return None if sealed is None else desk.seal.open(sealed, place, Compartment.IDENTITY)


async def custody_over(work: Area, person: UUID) -> Custody:
    """Who has custody over somebody now."""
    found = list(await work.session.scalars(_CUSTODY, {"area": work.area_id, "person": person}))
    return Custody(frozenset(one for one in found if one is not None), elsewhere=None in found)


async def is_before_court(desk: Desk, person: UUID) -> bool:
    """Whether this is a youth of the household with a hearing, or somebody with custody over one."""
    found = await desk.work.session.scalar(
        _BEFORE_COURT, {"area": desk.work.area_id, "household": desk.household_id, "person": person}
    )
    return bool(found)


async def signal_in(desk: Desk, identity: UUID) -> Signal | None:
    """A signal of this household."""
    signal = await desk.work.session.get(Signal, (desk.work.area_id, identity))
    return signal if signal is not None and signal.household_id == desk.household_id else None


async def stands_already(work: Area, consent: Consent) -> bool:
    """Whether the same was consented to already, for some of the same time."""
    found = await work.session.execute(
        select(Consent.id)
        .where(
            Consent.area_id == work.area_id,
            Consent.person_id == consent.person_id,
            Consent.facet == consent.facet,
            func.coalesce(Consent.thing_id, Consent.team_id) == (consent.thing_id or consent.team_id),
            Consent.receiver == consent.receiver,
            Consent.purpose == consent.purpose,
            Consent.during.overlaps(consent.during),
            Consent.withdrawn_at.is_(None),
        )
        .limit(1)
    )
    return found.first() is not None


async def add(work: Area, consent: Consent, givers: Iterable[UUID]) -> None:
    """A consent with who gave it."""
    work.session.add(consent)
    await work.session.flush()
    work.session.add_all(
        ConsentGiver(area_id=work.area_id, consent_id=consent.id, person_id=giver) for giver in givers
    )
