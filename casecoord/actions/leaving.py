"""Somebody leaves: in one transaction everything that waits for them is somebody else's by name, or nothing ends.

For a date to come too: holders, leads, seats, shifts and turns are written ahead, so nobody has to be awake then.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions.mandate import lead_leaves, left_hand_over
from casecoord.actions.office import Hand, survey, verb
from casecoord.domain.errors import Problem
from casecoord.domain.leaving import Item, ItemKind, WorkHanging, can_take
from casecoord.domain.words import ProposalState, Sphere
from casecoord.storage import leaving as storage
from casecoord.storage.case_tables import Lead, PlanAction, Proposal
from casecoord.storage.cases import Desk, open_desk
from casecoord.storage.leaving import Heir
from casecoord.storage.settle import settle_area
from casecoord.storage.tables import Membership
from casecoord.storage.telling import tell_passed_on
from casecoord.storage.turns import line_after

#: Who leaves, what hangs on them, who takes it over.
Decided = tuple[Membership, Item, Heir]

_PLACES = (ItemKind.SEAT, ItemKind.DUTY, ItemKind.DEPUTY)


@dataclass(frozen=True, slots=True)
class Successor:
    """Who takes over one item: a membership."""

    item: UUID
    successor: UUID


@dataclass(frozen=True, slots=True)
class EndMembership:
    """`ends_at` None: now. `successor`: for whatever `successors` does not name; None: the team's coordinator."""

    idempotency_key: str
    membership: UUID
    ends_at: datetime | None = None
    successor: UUID | None = None
    successors: tuple[Successor, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class EndProfessional:
    """As EndMembership, of every membership of a professional."""

    idempotency_key: str
    professional: UUID
    ends_at: datetime | None = None
    successor: UUID | None = None
    successors: tuple[Successor, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One thing, by kind and id, and by name who has it from then on."""

    kind: ItemKind
    item: UUID
    membership: UUID | None
    name: str


@dataclass(frozen=True, slots=True)
class Ended:
    """What ended, when, and what went to whom."""

    memberships: list[UUID]
    ends_at: datetime
    handed_over: list[HandedOver] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class HangingOf:
    """What hangs on a membership at a moment; None: now."""

    membership: UUID
    at: datetime | None = None


@verb(Ended)
async def end_membership(hand: Hand, input: EndMembership) -> Ended:
    """Somebody stops working under this membership, now or at a date."""
    rule = may_end(hand, "end_membership")
    at = moment(hand, input.ends_at)
    found = await storage.membership(hand.work, input.membership)
    if found is None:
        raise Problem("not_found", "membership")
    departure = Departure(hand, "end_membership", rule, at, input.successor, named_by(input.successors))
    return await departure.depart([found.id], confirmed=input.confirm)


@verb(Ended)
async def end_professional(hand: Hand, input: EndProfessional) -> Ended:
    """Somebody leaves altogether: every membership ends."""
    rule = may_end(hand, "manage_teams")
    at = moment(hand, input.ends_at)
    ids = await storage.memberships_lasting(hand.work, at, professional=input.professional)
    if not ids:
        raise Problem("not_found", "professional")
    departure = Departure(hand, "end_professional", rule, at, input.successor, named_by(input.successors))
    return await departure.depart(ids, confirmed=input.confirm)


@survey
async def hanging(hand: Hand, query: HangingOf) -> list[Item]:
    """What would have to be handed over if this membership ended then? For whoever may end it."""
    may_end(hand, "end_membership")
    at = moment(hand, query.at)
    if await storage.team_of(hand.work, query.membership) is None:
        raise Problem("not_found", "membership")
    return await storage.hanging(hand.work, [query.membership], at)


def may_end(hand: Hand, act: str) -> str:
    """May this actor end memberships and teams, if nothing is left hanging? The rule that says so; else Problem."""
    facts = ActFacts(membership_valid=True, nothing_hanging=True)
    decision = hand.may(act, facts)
    if not decision.allowed:
        raise hand.not_allowed(decision, act)
    return decision.rule


def moment(hand: Hand, said: datetime | None) -> datetime:
    """Now, or a moment to come."""
    if said is not None and said < hand.now:
        raise Problem("date_in_past", "endsAt")
    return said or hand.now


def named_by(successors: Sequence[Successor]) -> dict[UUID, UUID]:
    return {one.item: one.successor for one in successors}


@dataclass(slots=True)
class Departure:
    """One transaction in which memberships end. `heir_team`: which team's people take over from a team that ends."""

    hand: Hand
    verb: str
    rule: str
    at: datetime
    successor: UUID | None
    named: Mapping[UUID, UUID]
    ending: frozenset[UUID] = frozenset()
    heir_team: UUID | None = None
    desks: dict[UUID, Desk] = field(default_factory=dict)
    leavers: list[Membership] = field(default_factory=list)
    told: list[HandedOver] = field(default_factory=list)

    async def depart(self, ids: list[UUID], *, confirmed: bool) -> Ended:
        """Ends these memberships, or says what hangs."""
        await self.lock(ids)
        decided = await self.decide(ids)
        if not set(self.named) <= {item.id for _, item, _ in decided}:
            raise Problem("not_found", "successors")
        if not confirmed:
            raise WorkHanging("not_confirmed", [item for _, item, _ in decided], "confirm")
        await self.end(decided)
        await self.settle()
        return Ended([leaver.id for leaver in self.leavers], self.at, self.told)

    async def lock(self, ids: Sequence[UUID], households: Collection[UUID] = ()) -> None:
        """Opens a desk for every household that this is about, in the order in which everybody locks them."""
        work = self.hand.work
        while True:
            found = await storage.households_of(work, ids, self.at)
            items = await storage.hanging(work, ids, self.at)
            wanted = found | {item.household for item in items if item.household} | set(households)
            if wanted <= set(self.desks):
                return
            for household in sorted(wanted - set(self.desks)):
                desk = await open_desk(work, household)
                if desk is not None:
                    self.desks[household] = desk
                    self.hand.allowed(household, self.rule)
            # What locking waited for may have been later.
            self.at = max(self.at, work.now)
            if not wanted <= set(self.desks):
                return

    async def end(self, decided: list[Decided]) -> None:
        """Hands everything over, and ends the memberships."""
        self.hand.done.rules.append(self.rule)
        for leaver, item, heir in decided:
            await self._hand_over(leaver, item, heir)
        for leaver in self.leavers:
            await storage.end(self.hand.work, leaver, self.at, self.successor)

    async def settle(self) -> None:
        """Who holds what and whom it waits for, from now on and from then on; whoever it came to is told."""
        for desk in self.desks.values():
            await desk.settle()
            await tell_passed_on(self.hand.work, desk.household_id)
        await settle_area(self.hand.work)

    async def decide(self, ids: list[UUID]) -> list[Decided]:
        """Each item with whoever takes it over; the seats first, for the rest falls to whoever sits there."""
        work = self.hand.work
        self.leavers = await storage.lock_memberships(work, ids)
        if any(one.during.upper is not None and one.during.upper <= self.at for one in self.leavers):
            raise Problem("membership_over", "membership")
        by_id = {leaver.id: leaver for leaver in self.leavers}
        items = await storage.hanging(work, list(by_id), self.at)
        items = [item for item in items if not (item.kind is ItemKind.SEAT and item.teams <= self.ending)]
        coordinators = {one: await self._coordinator(leaver) for one, leaver in by_id.items()}
        wanted = {*self.named.values(), *coordinators.values(), *([self.successor] if self.successor else [])}
        known = await storage.heirs(work, wanted, self.at)
        self._named_work(known, by_id)
        decided, loose = [], []
        seats: dict[UUID, UUID] = {}
        for item in sorted(items, key=lambda item: item.kind is not ItemKind.SEAT):
            assert item.membership is not None
            leaver = by_id[item.membership]
            default = self.successor or seats.get(leaver.id) or coordinators[leaver.id]
            if item.kind is ItemKind.SEAT and not (self.successor or item.id in self.named):
                loose.append(item)  # a seat falls to nobody by itself
                continue
            heir = known.get(self.named.get(item.id, default))
            if heir is None or heir.id in by_id or not self._fits(item, leaver, heir):
                loose.append(item)
                continue
            if item.kind is ItemKind.SEAT:
                seats.setdefault(leaver.id, heir.id)
            decided.append((leaver, item, heir))
        if loose:
            raise WorkHanging("work_hanging", loose, "successors")
        if not {item.household for item in items if item.household} <= set(self.desks):
            raise Problem("try_again")  # something of another family came to them meanwhile
        return decided

    async def _coordinator(self, leaver: Membership) -> UUID:
        if self.heir_team is not None:
            return await storage.seat_of(self.hand.work, self.heir_team, self.at)
        return await storage.coordinator_of(self.hand.work, leaver.id, self.at)

    def _named_work(self, known: Mapping[UUID, Heir], leavers: Mapping[UUID, Membership]) -> None:
        """Whoever was named works there by then, and does not leave with the others."""
        for one in (self.successor, *self.named.values()):
            heir = known.get(one) if one else None
            if one is not None and (heir is None or not heir.works or one in leavers):
                raise Problem("successor_not_active", "successor")

    def _fits(self, item: Item, leaver: Membership, heir: Heir) -> bool:
        teams = item.teams | ({self.heir_team} if self.heir_team and item.teams & self.ending else set())
        own = self.heir_team if self.heir_team and leaver.team_id in self.ending else leaver.team_id
        fits = can_take(item.kind, frozenset(teams), own, heir.team, heir.role, self.hand.work.area_id)
        return heir.works and fits and not (item.kind is ItemKind.DEPUTY and heir.id == item.lead)

    async def _hand_over(self, leaver: Membership, item: Item, heir: Heir) -> None:
        work = self.hand.work
        if item.kind in _PLACES:
            await storage.hand_on_place(work, item, self.at, heir)
        else:
            assert item.household is not None
            desk = self.desks[item.household]
            if item.kind is ItemKind.LEAD:
                await self._lead(desk, item, heir)
            elif item.kind is ItemKind.ACTION:
                action = await work.session.get_one(
                    PlanAction, (work.area_id, item.id), populate_existing=True
                )
                await storage.hand_on(work, action, leaver.id, self.at, heir.id)
                desk.add_event(
                    self.verb,
                    "plan.action",
                    action.sphere,
                    self.rule,
                    audience=action.audience,
                    action=action.id,
                )
            else:
                await self._proposal(desk, leaver, item, heir)
        self.told.append(HandedOver(item.kind, item.id, heir.id, heir.name))

    async def _lead(self, desk: Desk, item: Item, heir: Heir) -> None:
        lead = await self.hand.work.session.get(Lead, (self.hand.work.area_id, item.id))
        if lead is None:
            return  # it went along with an earlier one of the same case
        since = max(self.at, lead.during.lower) if lead.during.lower else self.at
        line = [(heir.id, since), *await line_after(self.hand.work, heir.id)]
        await lead_leaves(desk, line)
        desk.add_event(self.verb, "case.lead", Sphere.GENERAL, self.rule)

    async def _proposal(self, desk: Desk, leaver: Membership, item: Item, heir: Heir) -> None:
        """Whoever is asked instead; who leads already is not asked to take over from themselves."""
        work = self.hand.work
        proposal = await work.session.get_one(Proposal, (work.area_id, item.id), populate_existing=True)
        if heir.id == item.lead and await left_hand_over(desk) is None:
            proposal.state, proposal.answered_at = ProposalState.SUPERSEDED, work.now
        else:
            await storage.hand_on(work, proposal, leaver.id, self.at, heir.id)
        desk.add_event(self.verb, "case.lead", Sphere.GENERAL, self.rule)
