"""What the family does not see yet for somebody's safety: whose thing it is, who wrote it, and until which review."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text

from casecoord.domain.residents import Thing
from casecoord.domain.words import Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage.resident_tables import Deferral
from casecoord.storage.views import KEYS
from casecoord.storage.work import Area, Work


@dataclass(frozen=True, slots=True)
class Written:
    """A thing of a household: its sphere, and the membership that wrote it (None: the family itself)."""

    household: UUID
    sphere: Sphere
    person: UUID | None
    author: UUID | None
    facet: str


def _of_case(table: str, sphere: str, author: str, facet: str) -> str:
    return (
        f"select c.household_id household, {sphere} sphere, cast(null as uuid) person, x.{author} author, '{facet}' facet"
        f" from {table} x join cases c on c.area_id = x.area_id and c.id = x.case_id"
    )


_OF = {
    Thing.SIGNAL: "select x.household_id household, x.sphere, x.person_id person, x.author_id author,"
    " 'signal.existence' facet from signals x",
    Thing.HEARING: "select x.household_id household, 'justice' sphere, x.person_id person, x.planned_by author,"
    " 'court.hearing' facet from hearings x",
    Thing.GRANT: "select x.household_id household, 'general' sphere, cast(null as uuid) person, x.membership_id author,"
    " 'break_glass.grant' facet from break_glass_grants x",
    Thing.EVENT: "select x.household_id household, x.sphere, cast(null as uuid) person, x.membership_id author, x.facet"
    " from events x",
    Thing.ACTION: _of_case("plan_actions", "x.sphere", "author_id", "plan.action"),
    Thing.BLOCKADE: _of_case("blockades", "x.sphere", "raised_by", "blockade"),
    Thing.CONTACT: _of_case("contacts", "'general'", "membership_id", "case.contact"),
}
_WRITTEN = {kind: text(f"{of} where x.area_id = :area and x.id = :id") for kind, of in _OF.items()}

# About no household: that something is deferred tells of nobody, and who answers for it looks it up.
_TELL = """
insert into outbox (area_id, id, receiver_id, kind, source_id, household_id, sphere, audience, urgent, at)
select d.area_id, gen_random_uuid(), m.id, '{kind}', d.id, null, 'general', null, {urgent}, cast(:now as timestamptz)
from deferrals d
join memberships m on m.area_id = d.area_id and m.during @> cast(:now as timestamptz)
  and (m.role = 'privacy_officer' {also} or exists (select from leads l
    join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
   where c.area_id = d.area_id and c.household_id = d.household_id and l.membership_id = m.id
     and l.during @> cast(:now as timestamptz)))
where d.area_id = :area and d.ended_at is null and {which}
on conflict (area_id, receiver_id, source_id, kind) do nothing
"""
_TELL_NEW = text(
    _TELL.format(
        kind="deferral",
        urgent="true",
        also="",
        which="d.id = :id and m.professional_id <> :by",
    )
)
_TELL_DUE = text(
    _TELL.format(
        kind="deferral_due",
        urgent="false",
        also="or m.id = d.deferred_by",
        which="d.review_on <= :today",
    )
)

# The privacy officer sees every deferral; others those of families that they lead, and what they deferred themselves.
_LISTED = text(
    f"""
select d.id, d.household_id, d.kind, d.thing_id, d.sphere, d.deferred_at, d.review_on,
  encode(d.reason_sealed, 'hex') reason, w.name deferred_by, m.professional_id = :professional own, {KEYS} as keys
from deferrals d join households h on h.area_id = d.area_id and h.id = d.household_id
join memberships m on m.area_id = d.area_id and m.id = d.deferred_by
join professionals w on w.area_id = m.area_id and w.id = m.professional_id
where d.area_id = :area and d.ended_at is null and (cast(:all as boolean) or m.professional_id = :professional
  or exists (select from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id and c.state <> 'closed'
      join memberships k on k.area_id = l.area_id and k.id = l.membership_id
    where c.area_id = d.area_id and c.household_id = d.household_id and l.during @> cast(:now as timestamptz)
      and k.professional_id = :professional))
order by d.review_on, d.id
"""
)


async def written(work: Area, kind: Thing, identity: UUID) -> Written | None:
    """A thing, wherever it belongs now; None for one that is not here."""
    row = (await work.session.execute(_WRITTEN[kind], {"area": work.area_id, "id": identity})).one_or_none()
    if row is None:
        return None
    return Written(row.household, Sphere(row.sphere), row.person, row.author, row.facet)


async def standing(work: Area, thing: UUID) -> Deferral | None:
    """The deferral of this thing that has not ended."""
    found = await work.session.scalars(
        select(Deferral).where(
            Deferral.area_id == work.area_id, Deferral.thing_id == thing, Deferral.ended_at.is_(None)
        )
    )
    return found.one_or_none()


async def deferral(work: Area, identity: UUID) -> Deferral | None:
    """A deferral by its id, as it is now."""
    return await work.session.get(Deferral, (work.area_id, identity), populate_existing=True)


async def listed(work: Work, *, everything: bool) -> list[dict[str, Any]]:
    """The deferrals that the actor has to know of, soonest review first; reasons still sealed."""
    values = {
        "area": work.area_id,
        "all": everything,
        "professional": work.actor.professional_id,
        "now": work.now,
    }
    return [dict(row) for row in (await work.session.execute(_LISTED, values)).mappings()]


async def tell_deferred(work: Work, identity: UUID) -> None:
    """Tells the privacy officers and the lead at once, but for whoever deferred it."""
    values = {"id": identity, "by": work.actor.professional_id}
    await work.session.execute(_TELL_NEW, {"area": work.area_id, "now": work.now, **values})


async def tell_due(work: Area) -> None:
    """Tells those who answer for it, once, of every deferral whose review is due."""
    values = {"area": work.area_id, "now": work.now, "today": local_date(work.now)}
    await work.session.execute(_TELL_DUE, values)
