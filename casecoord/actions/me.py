"""Who am I here, and as whom can I act?"""

from dataclasses import dataclass
from uuid import UUID

from casecoord.domain.actors import Caller, purposes_of
from casecoord.domain.words import Language, Purpose, Role, TeamKind
from casecoord.storage.memberships import memberships_of
from casecoord.storage.work import Database, Work


@dataclass(frozen=True, slots=True)
class Seat:
    """One membership that is valid now, and what it may be used for, the default first."""

    membership_id: UUID
    role: Role
    team_id: UUID
    team_name: str
    team_kind: TeamKind
    purposes: tuple[Purpose, ...]


@dataclass(frozen=True, slots=True)
class Me:
    """A professional about themselves; `acting` is one of `seats`."""

    professional_id: UUID
    name: str
    area_id: UUID
    area_code: str
    area_name: str
    language: Language
    purpose: Purpose
    acting: Seat
    seats: tuple[Seat, ...]


async def me(db: Database, caller: Caller) -> Me:
    """Raises UnknownLogin, or Problem `membership_invalid`, `purpose_invalid`."""
    async with db.enter(caller) as work:
        return await whoami(work)


async def whoami(work: Work) -> Me:
    """The actor of this transaction, about themselves."""
    actor = work.actor
    rows = await memberships_of(work, actor.professional_id)
    seats = tuple(
        Seat(
            row.id, row.role, row.team_id, row.team_name, row.team_kind, purposes_of(row.role, row.team_kind)
        )
        for row in rows
    )
    return Me(
        professional_id=actor.professional_id,
        name=actor.name,
        area_id=actor.area_id,
        area_code=rows[0].area_code,
        area_name=rows[0].area_name,
        language=actor.language,
        purpose=actor.purpose,
        acting=next(seat for seat in seats if seat.membership_id == actor.membership_id),
        seats=seats,
    )
