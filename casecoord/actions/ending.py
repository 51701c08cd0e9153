"""A team or an organisation ends: what it answers for, takes part in and covers goes to named teams, or nothing ends.

Signals, invitations and what it covers go at once, so that nothing new comes to a team that will not be there;
it takes part, and its people work, until its last day.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from casecoord.actions.cases import join
from casecoord.actions.leaving import (
    Decided,
    Departure,
    Ended,
    HandedOver,
    Successor,
    may_end,
    moment,
    named_by,
)
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.leaving import Item, ItemKind, WorkHanging
from casecoord.domain.words import InvitationState, Sphere, TransferState
from casecoord.storage import ending as storage
from casecoord.storage import leaving
from casecoord.storage.cases import Desk, between
from casecoord.storage.people import pending_invitation
from casecoord.storage.tables import Team


@dataclass(frozen=True, slots=True)
class CoverTo:
    """Which team covers a school, practice, agency or neighbourhood from now on."""

    kind: str
    code: str
    team: UUID


@dataclass(frozen=True, slots=True)
class TeamTo:
    team: UUID
    to: UUID


@dataclass(frozen=True, slots=True)
class EndTeam:
    """`to`: the team of the same kind that takes its work over; `covers`: where that is another's."""

    idempotency_key: str
    team: UUID
    to: UUID | None = None
    ends_at: datetime | None = None
    covers: tuple[CoverTo, ...] = ()
    successors: tuple[Successor, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class EndOrganisation:
    """`teams`: which team takes over from each of its teams."""

    idempotency_key: str
    organisation: UUID
    teams: tuple[TeamTo, ...] = ()
    ends_at: datetime | None = None
    covers: tuple[CoverTo, ...] = ()
    successors: tuple[Successor, ...] = ()
    confirm: bool = False


@verb(Ended)
async def end_team(hand: Hand, input: EndTeam) -> Ended:
    """A team ends, now or at a date, and a named team takes its work over."""
    rule = may_end(hand, "manage_teams")
    to = {input.team: input.to} if input.to else {}
    return await _end(hand, "end_team", rule, [input.team], to, input)


@verb(Ended)
async def end_organisation(hand: Hand, input: EndOrganisation) -> Ended:
    """An organisation ends: each of its teams does."""
    rule = may_end(hand, "manage_teams")
    teams = await storage.teams_of(hand.work, input.organisation)
    if not teams:
        raise Problem("not_found", "organisation")
    return await _end(hand, "end_organisation", rule, teams, {one.team: one.to for one in input.teams}, input)


async def _end(
    hand: Hand,
    verb: str,
    rule: str,
    ids: list[UUID],
    to: Mapping[UUID, UUID],
    input: EndTeam | EndOrganisation,
) -> Ended:
    at = moment(hand, input.ends_at)
    covers = {(one.kind, one.code): one.team for one in input.covers}
    endings = [
        Ending(hand, verb, rule, at, None, named_by(input.successors), frozenset(ids), to.get(one), team=one,
               covers=covers)
        for one in ids
    ]  # fmt: skip
    await _lock(hand, endings, {*ids, *to.values(), *covers.values()})
    decided, loose = [], []
    for ending in endings:
        try:
            decided.append(await ending.decide_all())
        except WorkHanging as hanging:
            loose += hanging.items
    if loose:
        raise WorkHanging("work_hanging", loose, "to")
    if not input.confirm:
        raise WorkHanging("not_confirmed", [item for one in decided for item in one[1]], "confirm")
    for ending, (members, items) in zip(endings, decided, strict=True):
        await ending.end_all(members, items)
    await endings[0].settle()
    return Ended(
        [leaver.id for ending in endings for leaver in ending.leavers],
        endings[0].at,
        [told for ending in endings for told in ending.told],
    )


async def _lock(hand: Hand, endings: "list[Ending]", teams: set[UUID]) -> None:
    """Every household that this is about first, as everybody does; then the teams."""
    for ending in endings:
        ending.desks = endings[0].desks
        await ending.lock(await ending.members(), await ending.households())
    known = await storage.lock_teams(hand.work, teams)
    for ending in endings:
        ending.at = max(ending.at, hand.now)
        # Between looking and locking more may have come.
        await ending.lock(await ending.members(), await ending.households())
        ending.teams = known
        ending.check()


@dataclass(slots=True)
class Ending(Departure):
    """One team's end."""

    team: UUID = field(kw_only=True)
    covers: Mapping[tuple[str, str], UUID] = field(kw_only=True)
    teams: Mapping[UUID, Team] = field(default_factory=dict)

    async def members(self) -> list[UUID]:
        return await leaving.memberships_lasting(self.hand.work, self.at, team=self.team)

    async def households(self) -> set[UUID]:
        items = await storage.with_team(self.hand.work, self.team, self.at)
        return {item.household for item in items if item.household}

    def check(self) -> None:
        """The team is there, and whatever is named in its place works and stays, and is of its kind."""
        own = self.teams.get(self.team)
        if own is None:
            raise Problem("not_found", "team")
        if own.during.upper is not None:
            raise Problem("membership_over", "team")
        for named in (self.heir_team, *self.covers.values()):
            heir = self.teams.get(named) if named else None
            if named and (heir is None or heir.during.upper is not None or named in self.ending):
                raise Problem("successor_not_active", "to")
            if named and heir and heir.kind != own.kind:
                raise Problem("team_of_other_kind", "to")

    async def decide_all(self) -> tuple[list[Decided], list[Item]]:
        """What its people have, with whoever takes each thing over, and what the team itself has."""
        items = await storage.with_team(self.hand.work, self.team, self.at)
        loose = [item for item in items if not self._goes(item)]
        try:
            members = await self.decide(await self.members())
        except WorkHanging as hanging:
            raise WorkHanging("work_hanging", [*loose, *hanging.items], "to") from None
        if loose:
            raise WorkHanging("work_hanging", loose, "to")
        return members, [*items, *(item for _, item, _ in members)]

    async def end_all(self, members: list[Decided], items: list[Item]) -> None:
        work = self.hand.work
        for cover in await storage.covers_of(work, self.team):
            cover.team_id = self.covers.get((cover.kind, cover.code)) or self._heir()
            self._tell(ItemKind.COVER, storage.cover_id(cover), cover.team_id)
        for household in sorted({item.household for item in items if item.household}):
            if household in self.desks:
                await self._household(self.desks[household])
        await self.end(members)
        await storage.end_team(work, self.teams[self.team], self.at)

    async def _household(self, desk: Desk) -> None:
        """What of one household is with the team goes to the team that takes over."""
        work = self.hand.work
        case = desk.case.id if desk.case else None
        there = await storage.of_household(work, self.team, case, desk.household_id, self.at)
        if not any((there.signals, there.participants, there.invitations, there.transfers, there.actions)):
            return
        heir = self._heir()
        for coming in there.transfers:
            # What was offered to or by the team that ends is so by the one that takes over, which asks itself nothing.
            coming.to_team_id = heir if coming.to_team_id == self.team else coming.to_team_id
            coming.from_team_id = heir if coming.from_team_id == self.team else coming.from_team_id
            if coming.from_team_id == coming.to_team_id:
                coming.state, coming.answered_at = TransferState.ACCEPTED, work.now
                coming.answered_by = desk.actor_membership
            self._event(desk, "case.participants", coming.sphere, coming.audience, team=heir)
            self._tell(ItemKind.TRANSFER, coming.id, heir)
        await work.session.flush()
        for signal in there.signals:
            signal.accountable_team_id = heir
            self._event(desk, "signal.existence", signal.sphere, signal.audience, signal=signal.id)
            self._tell(ItemKind.SIGNAL, signal.id, heir)
        for part in there.participants:
            await join(self.hand, desk, heir, Sphere(part.sphere), part.audience)
            part.during = between(part.during.lower, max(self.at, part.during.lower or self.at))
            self._event(desk, "case.participants", part.sphere, part.audience, team=heir)
            self._tell(ItemKind.PARTICIPANT, part.id, heir)
        for invitation in there.invitations:
            asked = await pending_invitation(work, invitation.case_id, heir)
            if asked is not None or heir in desk.teams():
                invitation.state, invitation.answered_at = InvitationState.DECLINED, work.now
            else:
                invitation.team_id = heir
            self._event(desk, "case.participants", invitation.sphere, None, team=heir)
            self._tell(ItemKind.INVITATION, invitation.id, heir)
        for action in there.actions:
            action.team_id = heir
        await work.session.flush()

    def _goes(self, item: Item) -> bool:
        if item.kind is not ItemKind.COVER:
            return self.heir_team is not None
        kind, _, code = str(item.place).partition(" ")
        return self.heir_team is not None or (kind, code) in self.covers

    def _heir(self) -> UUID:
        assert self.heir_team is not None
        return self.heir_team

    def _event(self, desk: Desk, facet: str, sphere: str, audience: str | None, **about: UUID) -> None:
        desk.add_event(self.verb, facet, sphere, self.rule, audience=audience, **about)

    def _tell(self, kind: ItemKind, item: UUID, team: UUID) -> None:
        self.told.append(HandedOver(kind, item, None, self.teams[team].name))
