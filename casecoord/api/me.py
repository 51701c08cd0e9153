"""The type `Me`."""

import strawberry

from casecoord.actions.me import Me as Found
from casecoord.actions.me import Seat
from casecoord.api.enums import Language, Purpose, Role, TeamKind
from casecoord.api.ids import global_id


@strawberry.type(description="A focus area: one alliance's territory.")
class Area:
    id: strawberry.ID
    code: str
    name: str


@strawberry.type
class Team:
    id: strawberry.ID
    name: str
    kind: TeamKind


@strawberry.type(description="My place in a team with a role, valid now.")
class Membership:
    id: strawberry.ID
    key: strawberry.ID = strawberry.field(description="The value of the header Casecoord-Membership.")
    role: Role
    team: Team
    purposes: list[Purpose] = strawberry.field(description="What I may look for, the default first.")

    @classmethod
    def of(cls, seat: Seat) -> "Membership":
        return cls(
            id=global_id("Membership", seat.membership_id),
            key=strawberry.ID(str(seat.membership_id)),
            role=seat.role,
            team=Team(id=global_id("Team", seat.team_id), name=seat.team_name, kind=seat.team_kind),
            purposes=list(seat.purposes),
        )


@strawberry.type
class Me:
    id: strawberry.ID
    name: str
    area: Area
    language: Language
    purpose: Purpose
    acting: Membership = strawberry.field(description="The membership that I act under now.")
    memberships: list[Membership] = strawberry.field(description="Every membership that I can choose.")

    @classmethod
    def of(cls, found: Found) -> "Me":
        return cls(
            id=global_id("Professional", found.professional_id),
            name=found.name,
            area=Area(id=global_id("Area", found.area_id), code=found.area_code, name=found.area_name),
            language=found.language,
            purpose=found.purpose,
            acting=Membership.of(found.acting),
            memberships=[Membership.of(seat) for seat in found.seats],
        )
