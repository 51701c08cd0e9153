"""Somebody leaves, or a team ends: what hangs on them, and who could take each thing over."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from casecoord.domain.errors import Problem
from casecoord.domain.words import Role


class ItemKind(StrEnum):
    """What can hang on a membership or on a team."""

    SEAT = "seat"
    DUTY = "duty"
    DEPUTY = "deputy"
    LEAD = "lead"
    ACTION = "action"
    PROPOSAL = "proposal"
    SIGNAL = "signal"
    PARTICIPANT = "participant"
    INVITATION = "invitation"
    TRANSFER = "transfer"
    COVER = "cover"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that hangs. `membership`: on whom; `teams`: those of which somebody could take it over.

    `lead`: who asked for somebody to take the lead over, or for whom a deputy stands in: they cannot take it.
    """

    kind: ItemKind
    id: UUID
    membership: UUID | None
    household: UUID | None
    teams: frozenset[UUID]
    lead: UUID | None = None
    #: which school, practice, agency or neighbourhood a team covers
    place: str | None = None


class WorkHanging(Problem):
    """A refusal with the list of what hangs: kinds and ids, no content."""

    def __init__(self, code: str, items: list[Item], field: str | None = None) -> None:
        super().__init__(code, field)
        self.items = items


_ANSWERING = (Role.MEMBER, Role.COORDINATOR)


def can_take(
    kind: ItemKind, teams: frozenset[UUID], own_team: UUID, team: UUID, role: Role, area: UUID
) -> bool:
    """Could a member of this team, in this role, take over a thing of this kind from somebody of `own_team`?"""
    match kind:
        case ItemKind.SEAT:
            return team == own_team if area in teams else team in teams
        case ItemKind.DUTY:
            return role in (*_ANSWERING, Role.DUTY)
        case ItemKind.DEPUTY:
            return team == own_team
        case ItemKind.LEAD | ItemKind.PROPOSAL | ItemKind.ACTION:
            return role in _ANSWERING and team in teams
        case _:
            return False
