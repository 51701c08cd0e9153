"""How an area is set up: organisations, teams with their coordinators, professionals and what teams cover."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import Range, insert

from casecoord.domain.meetings import MeetingState
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Discipline, Language, Role, TeamKind
from casecoord.storage.meeting_tables import Meeting
from casecoord.storage.tables import (
    Base,
    CoordinatorSeat,
    DutyShift,
    Login,
    Membership,
    Organisation,
    Professional,
    Team,
    TeamCover,
    TeamKindRecord,
)
from casecoord.storage.work import Area


@dataclass(frozen=True, slots=True)
class Member:
    """A professional under one membership, as set up here."""

    professional: UUID
    membership: UUID
    team: UUID


@dataclass(slots=True)
class Organiser:
    """Sets up one area within a transaction; everything it makes begins at `since`."""

    work: Area
    since: datetime
    _organisations: dict[str, UUID] = field(default_factory=dict)

    async def kinds(self) -> None:
        """The team kinds as rows."""
        rows = [
            {
                "area_id": self.work.area_id,
                "kind": row.kind,
                "presence": row.presence,
                "invitable": row.invitable,
            }
            for row in TEAM_KINDS.values()
        ]
        await self.work.session.execute(insert(TeamKindRecord).values(rows).on_conflict_do_nothing())

    async def team(self, kind: TeamKind, name: str, organisation: str) -> UUID:
        """A team. A team has a coordinator before the transaction commits (`coordinate`)."""
        if organisation not in self._organisations:
            self._organisations[organisation] = await self._add(
                Organisation(area_id=self.work.area_id, id=uuid4(), name=organisation)
            )
        return await self._add(
            Team(
                area_id=self.work.area_id,
                id=uuid4(),
                organisation_id=self._organisations[organisation],
                kind=kind,
                name=name,
                during=Range(self.since, None),
            )
        )

    async def member(
        self,
        name: str,
        team: UUID,
        role: Role = Role.MEMBER,
        *,
        login: tuple[str, str] | None = None,
        phone: str | None = None,
        email: str | None = None,
        language: Language | None = None,
        discipline: Discipline | None = None,
    ) -> Member:
        """A new professional with a membership, and the OpenID Connect subject (issuer, subject) bound to it."""
        professional = await self._add(
            Professional(
                area_id=self.work.area_id, id=uuid4(), name=name, phone=phone, email=email, language=language
            )
        )
        if login:
            await self.bind(professional, *login)
        return Member(professional, await self.membership(professional, team, role, discipline), team)

    async def bind(self, professional: UUID, issuer: str, subject: str) -> None:
        """Lets a professional log in as this OpenID Connect subject."""
        login = Login(area_id=self.work.area_id, issuer=issuer, subject=subject, professional_id=professional)
        await self._add(login)

    async def membership(
        self,
        professional: UUID,
        team: UUID,
        role: Role = Role.MEMBER,
        discipline: Discipline | None = None,
    ) -> UUID:
        """A further membership of a professional."""
        return await self._add(
            Membership(
                area_id=self.work.area_id,
                id=uuid4(),
                professional_id=professional,
                team_id=team,
                role=role,
                discipline=discipline,
                during=Range(self.since, None),
            )
        )

    async def coordinate(self, seat: UUID, membership: UUID) -> None:
        """Gives the coordinator's seat of a team, or of the area itself, to a membership."""
        await self._add(
            CoordinatorSeat(
                area_id=self.work.area_id,
                id=uuid4(),
                seat=seat,
                membership_id=membership,
                during=Range(self.since, None),
            )
        )

    async def cover(self, team: UUID, kind: str, *codes: str) -> None:
        """Makes a team the one that covers these schools, practices, benefit agencies or neighbourhoods."""
        rows = [{"area_id": self.work.area_id, "kind": kind, "code": code, "team_id": team} for code in codes]
        statement = insert(TeamCover).values(rows)
        await self.work.session.execute(
            statement.on_conflict_do_update(
                index_elements=["area_id", "kind", "code"], set_={"team_id": statement.excluded.team_id}
            )
        )

    async def met(self, team: UUID, at: datetime) -> None:
        """A care team met."""
        await self._add(
            Meeting(
                area_id=self.work.area_id, id=uuid4(), team_id=team, held_at=at, state=MeetingState.CLOSED
            )
        )

    async def duty(self, membership: UUID, until: datetime | None = None) -> None:
        """Puts a membership on duty for acute signals."""
        await self._add(
            DutyShift(
                area_id=self.work.area_id,
                id=uuid4(),
                membership_id=membership,
                during=Range(self.since, until),
            )
        )

    async def _add(self, row: Base) -> UUID:
        self.work.session.add(row)
        await self.work.session.flush()
        identity: UUID = getattr(row, "id", self.work.area_id)
        return identity
