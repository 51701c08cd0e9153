"""Somebody leaves or is away, a team ends: what hangs on them, and the hand-overs made."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from casecoord.actions import absence, ending, leaving
from casecoord.actions.teams import MemberLine
from casecoord.api.context import Info
from casecoord.api.enums import ItemKind, Role
from casecoord.api.ids import global_id, key_of, key_of_any
from casecoord.api.problems import ProblemAnswer, problem_answer
from casecoord.domain.errors import Problem
from casecoord.domain.leaving import Item, WorkHanging

#: What the id of an item is the id of.
_IDS = {kind: f"Hanging{kind.name.title()}" for kind in ItemKind}


@strawberry.type(
    description="One thing that hangs, by kind and id; who may end something sees no content of it."
)
class HangingItem:
    item: strawberry.ID
    kind: ItemKind
    place: str | None = strawberry.field(description="Kind and code of what a team covers.")

    @classmethod
    def of(cls, found: Item) -> "HangingItem":
        return cls(item=global_id(_IDS[found.kind], found.id), kind=found.kind, place=found.place)


@strawberry.type(description="How many things of one kind hang.")
class HangingCount:
    kind: ItemKind
    number: int


@strawberry.type(description="Somebody who works in a team now or later; `deputy`: who stands in now.")
class TeamMember:
    membership: strawberry.ID
    professional: strawberry.ID
    name: str
    role: Role
    since: datetime | None
    until: datetime | None
    deputy: str | None

    @classmethod
    def of(cls, found: MemberLine) -> "TeamMember":
        return cls(
            membership=global_id("Membership", found.id),
            professional=global_id("Professional", found.professional),
            name=found.name,
            role=found.role,
            since=found.since,
            until=found.until,
            deputy=found.deputy,
        )


@strawberry.type(
    name="WorkHanging", description="Why nothing ended, with what hangs and needs somebody by name."
)
class WorkHangingAnswer:
    code: str
    message: str
    field: str | None
    items: list[HangingItem]
    counts: list[HangingCount]

    @classmethod
    def of(cls, problem: WorkHanging, info: Info) -> "WorkHangingAnswer":
        said = problem_answer(problem, info)
        numbers = {kind: sum(item.kind is kind for item in problem.items) for kind in ItemKind}
        return cls(
            code=said.code,
            message=said.message,
            field=said.field,
            items=[HangingItem.of(item) for item in problem.items],
            counts=[HangingCount(kind=kind, number=number) for kind, number in numbers.items() if number],
        )


@strawberry.type(description="One hand-over: what went to whom.")
class HandedOver:
    item: strawberry.ID
    kind: ItemKind
    to: str = strawberry.field(description="The name of the professional or the team.")
    membership: strawberry.ID | None

    @classmethod
    def of(cls, found: leaving.HandedOver) -> "HandedOver":
        return cls(
            item=global_id(_IDS[found.kind], found.item),
            kind=found.kind,
            to=found.name,
            membership=global_id("Membership", found.membership) if found.membership else None,
        )


@strawberry.type(description="What ended, from when, and every hand-over made.")
class Ended:
    memberships: list[strawberry.ID]
    ends_at: datetime
    handed_over: list[HandedOver]

    @classmethod
    def of(cls, found: leaving.Ended) -> "Ended":
        return cls(
            memberships=[global_id("Membership", one) for one in found.memberships],
            ends_at=found.ends_at,
            handed_over=[HandedOver.of(one) for one in found.handed_over],
        )


@strawberry.type(description="Who stands in for whom, from when to when.")
class DeputySet:
    id: strawberry.ID
    membership: strawberry.ID
    deputy: strawberry.ID
    name: str
    since: datetime
    until: datetime

    @classmethod
    def of(cls, found: absence.DeputySet) -> "DeputySet":
        return cls(
            id=global_id("Deputy", found.id),
            membership=global_id("Membership", found.membership),
            deputy=global_id("Membership", found.deputy),
            name=found.name,
            since=found.since,
            until=found.until,
        )


@strawberry.input(description="Who takes over one item.")
class HeirInput:
    item: strawberry.ID
    successor: strawberry.ID

    def one(self) -> leaving.Successor:
        item = key_of_any(tuple(_IDS.values()), self.item, "successors.item")
        return leaving.Successor(item, key_of("Membership", self.successor, "successors.successor"))


@strawberry.input(
    description="`endsAt`: now where it is missing. `successor`: for whatever `successors` does not name, else the"
    " team's coordinator. Without `confirm` nothing ends, and the answer says what would go to others."
)
class EndMembershipInput:
    idempotency_key: str
    membership: strawberry.ID
    ends_at: datetime | None = None
    successor: strawberry.ID | None = None
    successors: list[HeirInput] | None = None
    confirm: bool | None = None

    def verb(self) -> leaving.EndMembership:
        return leaving.EndMembership(
            self.idempotency_key,
            key_of("Membership", self.membership, "membership"),
            zoned(self.ends_at, "endsAt"),
            _key_if("Membership", self.successor, "successor"),
            _successors(self.successors),
            bool(self.confirm),
        )


@strawberry.input(description="As for one membership, of every membership of a professional.")
class EndProfessionalInput:
    idempotency_key: str
    professional: strawberry.ID
    ends_at: datetime | None = None
    successor: strawberry.ID | None = None
    successors: list[HeirInput] | None = None
    confirm: bool | None = None

    def verb(self) -> leaving.EndProfessional:
        return leaving.EndProfessional(
            self.idempotency_key,
            key_of("Professional", self.professional, "professional"),
            zoned(self.ends_at, "endsAt"),
            _key_if("Membership", self.successor, "successor"),
            _successors(self.successors),
            bool(self.confirm),
        )


@strawberry.input(
    description="Which team covers a place from now on; `kind`: school, practice, benefit, neighbourhood."
)
class CoverInput:
    kind: str
    code: str
    team: strawberry.ID

    def one(self) -> ending.CoverTo:
        return ending.CoverTo(self.kind, self.code, key_of("Team", self.team, "covers.team"))


@strawberry.input(description="Which team takes over from which.")
class TeamToInput:
    team: strawberry.ID
    to: strawberry.ID

    def one(self) -> ending.TeamTo:
        return ending.TeamTo(key_of("Team", self.team, "teams.team"), key_of("Team", self.to, "teams.to"))


@strawberry.input(
    description="`to`: the team of the same kind that takes over; `covers`: what another will cover."
)
class EndTeamInput:
    idempotency_key: str
    team: strawberry.ID
    to: strawberry.ID | None = None
    ends_at: datetime | None = None
    covers: list[CoverInput] | None = None
    successors: list[HeirInput] | None = None
    confirm: bool | None = None

    def verb(self) -> ending.EndTeam:
        return ending.EndTeam(
            self.idempotency_key,
            key_of("Team", self.team, "team"),
            _key_if("Team", self.to, "to"),
            zoned(self.ends_at, "endsAt"),
            tuple(one.one() for one in self.covers or ()),
            _successors(self.successors),
            bool(self.confirm),
        )


@strawberry.input(description="As for a team, of every team of an organisation.")
class EndOrganisationInput:
    idempotency_key: str
    organisation: strawberry.ID
    teams: list[TeamToInput] | None = None
    ends_at: datetime | None = None
    covers: list[CoverInput] | None = None
    successors: list[HeirInput] | None = None
    confirm: bool | None = None

    def verb(self) -> ending.EndOrganisation:
        return ending.EndOrganisation(
            self.idempotency_key,
            key_of("Organisation", self.organisation, "organisation"),
            tuple(one.one() for one in self.teams or ()),
            zoned(self.ends_at, "endsAt"),
            tuple(one.one() for one in self.covers or ()),
            _successors(self.successors),
            bool(self.confirm),
        )


@strawberry.input(description="`since`: now where it is missing. Both are memberships of one team.")
class SetDeputyInput:
    idempotency_key: str
    membership: strawberry.ID
    deputy: strawberry.ID
    until: datetime
    since: datetime | None = None

    def verb(self) -> absence.SetDeputy:
        until = zoned(self.until, "until")
        assert until is not None
        return absence.SetDeputy(
            self.idempotency_key,
            key_of("Membership", self.membership, "membership"),
            key_of("Membership", self.deputy, "deputy"),
            until,
            zoned(self.since, "since"),
        )


def zoned(at: datetime | None, field: str) -> datetime | None:
    """A moment with its zone; Problem for one without."""
    if at is not None and at.tzinfo is None:
        raise Problem("time_without_zone", field)
    return at


def _key_if(kind: str, given: str | None, field: str) -> UUID | None:
    return None if given is None else key_of(kind, given, field)


def _successors(given: list[HeirInput] | None) -> tuple[leaving.Successor, ...]:
    return tuple(one.one() for one in given or ())


EndAnswer = Annotated[Ended | WorkHangingAnswer | ProblemAnswer, strawberry.union("EndAnswer")]
DeputyAnswer = Annotated[DeputySet | ProblemAnswer, strawberry.union("DeputyAnswer")]
