"""Loading what a verb works on: a signal, case, proposal or invitation with its household locked.

Every loader answers None alike for what is not there and what lies in another area.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.teams import sphere_among
from casecoord.domain.words import Lapse, ProposalState, Sphere
from casecoord.storage.alternative_tables import Placement
from casecoord.storage.breakthrough_tables import Spend
from casecoord.storage.case_tables import (
    Case,
    Event,
    Invitation,
    Lead,
    Participant,
    PlanAction,
    Proposal,
    Signal,
)
from casecoord.storage.consent_tables import Consent
from casecoord.storage.family_tables import Agreement, Milestone
from casecoord.storage.households import Found, lock_household, save_keys
from casecoord.storage.meeting_tables import MeetingItem
from casecoord.storage.relating import Relation, relation
from casecoord.storage.sealed import HouseholdSeal, Place
from casecoord.storage.settle import settle
from casecoord.storage.tables import Base, Person
from casecoord.storage.telling import tell
from casecoord.storage.transfers import drop_idle
from casecoord.storage.turns import whose, whose_now
from casecoord.storage.wait_tables import Blockade, BreakGlassGrant, Hearing, Refusal, Request
from casecoord.storage.work import Area, Work

Row = TypeVar("Row", bound=Base)

_CASE_OF: dict[type[Base], str] = {
    _table: f"select household_id from {_table.__tablename__} where area_id = :area and id = :id"
    for _table in (Case, Signal, Request, Hearing, Person, Consent, BreakGlassGrant, Placement, MeetingItem)
}
for _table in (Proposal, Invitation, PlanAction, Blockade, Refusal, Agreement, Milestone, Spend):
    _CASE_OF[_table] = (
        f"select c.household_id from {_table.__tablename__} x join cases c"
        " on c.area_id = x.area_id and c.id = x.case_id where x.area_id = :area and x.id = :id"
    )


@dataclass(slots=True)
class Desk:
    """A household under this transaction's lock, with its seal and its open case, if any."""

    work: Work
    household_id: UUID
    seal: HouseholdSeal
    relation: Relation
    case: Case | None = None
    lead: Lead | None = None
    #: who leads after the lead, from a planned end on
    coming: list[Lead] = field(default_factory=list)
    participants: list[Participant] = field(default_factory=list)
    #: whose signal, hearing or request this is about, if it is one person's
    person: UUID | None = None

    @property
    def now(self) -> datetime:
        return self.work.now

    @property
    def actor_membership(self) -> UUID:
        return self.work.actor.membership_id

    def sealed(self, value: str, row: Base, column: str, compartment: str) -> bytes:
        """Seals a value for a column of this row: `what_sealed` of a plan action is its facet `what`."""
        place = Place(row.__tablename__, row.id, column)  # type: ignore[attr-defined]
        return self.seal.seal(value, place, compartment)

    def opened(self, sealed: bytes, row: Base, column: str, compartment: str) -> str:
        """The value that was sealed for a column of this row."""
        place = Place(row.__tablename__, row.id, column)  # type: ignore[attr-defined]
        return self.seal.open(sealed, place, compartment)

    def sealed_if(self, value: str | None, row: Base, column: str, compartment: str) -> bytes | None:
        return None if value is None else self.sealed(value, row, column, compartment)

    def teams(self) -> set[UUID]:
        """The teams that take part in the open case now."""
        return {participant.team_id for participant in self.participants}

    async def pending_proposal(self) -> Proposal | None:
        assert self.case is not None
        found = await self.work.session.scalars(
            select(Proposal).where(
                Proposal.area_id == self.work.area_id,
                Proposal.case_id == self.case.id,
                Proposal.state == ProposalState.PENDING,
            )
        )
        proposal = found.one_or_none()
        if proposal is not None:
            await _take_turn(self.work, proposal)
        return proposal

    async def settle(self, lapse: Lapse | None = None) -> None:
        """Writes keys made and rows changed, then who holds the household, which promises run and who is told.

        `lapse`: why what waits no longer ended without being kept; on the actor's word.
        """
        await save_keys(self.work, self.seal)
        # Whatever was done: a hand-over of which nothing is open any more waits for nobody.
        await drop_idle(self.work, self.household_id)
        await settle(self.work, self.household_id, lapse, self.actor_membership if lapse else None)
        await tell(self.work, self.household_id)

    def add_event(
        self, verb: str, facet: str, sphere: str, rule: str, *, audience: str | None = None, **about: Any
    ) -> None:
        """Adds what happened to the household's history; `about` holds ids and words, never text.

        It names who did it: its sphere is at least that of their team's presence.
        """
        self.work.session.add(
            Event(
                area_id=self.work.area_id,
                household_id=self.household_id,
                case_id=self.case.id if self.case else None,
                at=self.now,
                verb=verb,
                membership_id=self.actor_membership,
                sphere=sphere_among(Sphere(sphere), self.work.actor.team_kind),
                audience=audience,
                facet=facet,
                rule=rule,
                about={name: str(value) for name, value in about.items() if value is not None},
            )
        )


async def open_desk(
    work: Work, household_id: UUID, *, ended: bool = False, person: UUID | None = None
) -> Desk | None:
    """Locks the household and loads its open case; None if there is no such household.

    `ended`: also one that is no more, because it went on in another. `person`: only while they are of it.
    """
    seal = await lock_household(work, household_id, ended=ended, person=person)
    if seal is None:
        return None
    desk = Desk(work, household_id, seal, await relation(work, household_id))
    desk.case = (
        await work.session.scalars(
            select(Case).where(
                Case.area_id == work.area_id, Case.household_id == household_id, Case.state != "closed"
            )
        )
    ).one_or_none()
    if desk.case is not None:
        # A clock set back may come before the first lead: that one leads.
        leads = await _leads(work, desk.case.id)
        desk.lead = next(
            (lead for lead in reversed(leads) if _has_begun(lead, work.now)), next(iter(leads), None)
        )
        desk.coming = [lead for lead in leads if lead is not desk.lead]
        desk.participants = await _participants(work, desk.case.id)
    return desk


async def desk_at_home(work: Work, find: Callable[[], Awaitable[Found | None]]) -> tuple[UUID, Desk] | None:
    """Whoever is found, and their household; while its lock was waited for they may have come to another."""
    found = await find()
    while found is not None:
        desk = await open_desk(work, found.household, person=found.person)
        if desk is not None:
            return found.person, desk
        known, found = found, await find()
        if found == known:
            break
    return None


async def desk_of(work: Work, kind: type[Row], identity: UUID) -> tuple[Desk, Row] | None:
    """The desk of the household that a thing of one of these kinds belongs to, and that thing."""
    household = await _household_of(work, kind, identity)
    while household is not None:
        desk = await open_desk(work, household)
        # While this waited for the lock, it may have come to another household.
        known, household = household, await _household_of(work, kind, identity)
        if household == known:
            break
    if household is None or desk is None:
        return None
    row = await work.session.get(kind, (work.area_id, identity), populate_existing=True)
    if isinstance(row, Proposal | PlanAction):
        await _take_turn(work, row)
    desk.person = getattr(row, "person_id", None)
    return (desk, row) if row is not None else None


async def _household_of(work: Work, kind: type[Base], identity: UUID) -> UUID | None:
    found = await work.session.execute(text(_CASE_OF[kind]), {"area": work.area_id, "id": identity})
    household: UUID | None = found.scalar()
    return household


_WHO = "jsonb_build_object('membership', m.id, 'professional', p.id, 'name', p.name, 'team', m.team_id)"
_BRIEF = text(
    "select c.id, c.household_id household, c.state,"
    f" (select {_WHO} from leads l join memberships m on m.area_id = l.area_id and m.id = l.membership_id"
    "    join professionals p on p.area_id = m.area_id and p.id = m.professional_id"
    "   where l.area_id = c.area_id and l.case_id = c.id and l.during @> cast(:now as timestamptz)) as lead,"
    " coalesce((select jsonb_agg(jsonb_build_object('id', x.id, 'kind', x.kind, 'state', x.state,"
    f"     'proposed', {_WHO}) order by x.proposed_at, x.id)"
    f"    from proposals x join memberships m on m.area_id = x.area_id and m.id = {whose('x', 'membership_id')}"
    "    join professionals p on p.area_id = m.area_id and p.id = m.professional_id"
    "   where x.area_id = c.area_id and x.case_id = c.id), '[]') proposals"
    " from cases c where c.area_id = :area and c.id = :case"
)


async def case_brief(work: Area, case_id: UUID) -> dict[str, Any]:
    """A case with its lead and proposals, as plain values."""
    await work.session.flush()
    row = await work.session.execute(_BRIEF, {"area": work.area_id, "case": case_id, "now": work.now})
    return dict(row.mappings().one())


async def _leads(work: Area, case_id: UUID) -> list[Lead]:
    """Who leads now and who will, in order."""
    found = await work.session.scalars(
        select(Lead)
        .where(
            Lead.area_id == work.area_id,
            Lead.case_id == case_id,
            text("(upper_inf(leads.during) or upper(leads.during) > :now)"),
        )
        .order_by(text("lower(leads.during)"))
        .execution_options(populate_existing=True),
        {"now": work.now},
    )
    return list(found)


def _has_begun(lead: Lead, now: datetime) -> bool:
    return lead.during.lower is None or lead.during.lower <= now


async def _take_turn(work: Area, row: Proposal | PlanAction) -> None:
    """Lets an action or a proposal name whoever has it now."""
    if isinstance(row, Proposal):
        row.membership_id = await whose_now(work, row.id, row.membership_id)
    else:
        row.owner_id = await whose_now(work, row.id, row.owner_id)


async def _participants(work: Area, case_id: UUID) -> list[Participant]:
    found = await work.session.scalars(
        select(Participant).where(
            Participant.area_id == work.area_id,
            Participant.case_id == case_id,
            text("(upper_inf(participants.during) or upper(participants.during) > :now)"),
        ),
        {"now": work.now},
    )
    return list(found)


def from_now(work: Area) -> Range[datetime]:
    """From this moment, without an end."""
    return Range(work.now, None)


def between(since: datetime | None, until: datetime | None) -> Range[datetime]:
    """From a moment to another; None: without a begin, without an end."""
    return Range(since, until)


def until_now(work: Area, during: Range[datetime]) -> Range[datetime]:
    """The same range, ended at this moment."""
    return Range(during.lower, work.now)


async def open_actions(work: Area, case_id: UUID) -> bool:
    """Whether an action of this case is still open."""
    return await _any(
        work,
        select(PlanAction.id).where(PlanAction.case_id == case_id, PlanAction.state == "open"),
        PlanAction,
    )


async def open_signals(work: Area, case_id: UUID) -> bool:
    """Whether a signal in this case has no confirmed outcome yet."""
    return await _any(
        work, select(Signal.id).where(Signal.case_id == case_id, Signal.state != "ended"), Signal
    )


async def open_invitations(work: Area, case_id: UUID) -> list[Invitation]:
    """The invitations to this case that wait for an answer."""
    found = await work.session.scalars(
        select(Invitation).where(
            Invitation.area_id == work.area_id, Invitation.case_id == case_id, Invitation.state == "pending"
        )
    )
    return list(found)


async def standing_refusal(work: Area, case_id: UUID) -> Refusal | None:
    """The refusal of this family that has not ended, confirmed or not."""
    found = await work.session.scalars(
        select(Refusal).where(
            Refusal.area_id == work.area_id, Refusal.case_id == case_id, Refusal.ended_at.is_(None)
        )
    )
    return found.one_or_none()


async def rejoin_teams(work: Area, case_id: UUID, closed_at: datetime) -> None:
    """The teams that took part until the case closed, and that have no end, take part again."""
    await work.session.execute(
        text(
            "insert into participants (area_id, id, case_id, team_id, sphere, audience, during)"
            " select p.area_id, gen_random_uuid(), p.case_id, p.team_id, p.sphere, p.audience,"
            "   tstzrange(:now, null) from participants p"
            " join teams t on t.area_id = p.area_id and t.id = p.team_id and upper_inf(t.during)"
            " where p.area_id = :area and p.case_id = :case and upper(p.during) = :closed"
        ),
        {"area": work.area_id, "case": case_id, "closed": closed_at, "now": work.now},
    )


async def _any(work: Area, query: Select[Any], table: type[PlanAction] | type[Signal]) -> bool:
    found = await work.session.execute(query.where(table.area_id == work.area_id).limit(1))
    return found.first() is not None
