"""One request, one transaction: who acts, at what moment, on which area's rows.

The first statement of each transaction asks the database who this login is, now, and sets the
context that row level security needs; it ends with the transaction.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from casecoord.domain.actors import Actor, Caller, Resident, purposes_of
from casecoord.domain.errors import Problem
from casecoord.domain.promises import Deadlines
from casecoord.domain.words import Purpose, Role, TeamKind
from casecoord.storage import access_log
from casecoord.storage.connection import APP_ROLE, READER_ROLE, SURVEYOR_ROLE, engine
from casecoord.storage.queue import Queue
from casecoord.storage.reading import Writing, reading
from casecoord.storage.sealed import Keyring

#: For every statement. To compile a plan takes longer than any of ours to answer: their costs only look high, for the
#: functions by which row level security asks.
_SETTINGS = {
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "30s",
    "lock_timeout": "15s",
    "jit": "off",
}
_GROUNDS = "select e.*, grounds_in_force(e.now) as grounds"
_ENTER = text(f"{_GROUNDS} from casecoord_enter(:issuer, :subject, :membership, :at) e")
_RECEIVE = text(f"{_GROUNDS} from casecoord_receive(:issuer, :subject, :login, :at) e")
# Whoever looks goes on as a role to which only the rows in view of this seat are there. What a view asks is planned
# once in a connection: with its many conditions, planning it anew takes ten times as long as answering it.
_ENTER_TO_LOOK = text(
    f"{_GROUNDS}, set_config('role', :role, true), set_config('plan_cache_mode', 'force_generic_plan', true),"
    " cast(pg_current_snapshot() as text) as seen from casecoord_enter(:issuer, :subject, :membership, :at) e"
    " cross join lateral casecoord_reach(e.area_id, e.professional_id, e.membership_id, e.team_id, e.team_kind, e.role,"
    "   e.now, cast(:reach as jsonb)) r"
)
_WITHIN = text(f"{_GROUNDS} from casecoord_within(:area, :at) e")


class UnknownLogin(Exception):
    """The login is real, but nobody here is bound to it, or none of its memberships is valid now."""


class AreaMisplaced(Exception):
    """An area lives in another database than the configuration says."""

    def __init__(self, code: str) -> None:
        super().__init__(f"the area {code} does not live in the database that CASECOORD_AREA_DATABASES says")
        self.code = code


@dataclass(slots=True)
class Area:
    """The part of a transaction that every actor and every clock shares."""

    session: AsyncSession
    area_id: UUID
    now: datetime
    deadlines: Deadlines
    keyring: Keyring
    settings: dict[str, object]
    #: the legal grounds in force at this moment
    grounds: frozenset[str]
    #: by this machine's clock, in seconds
    began: float = field(default_factory=monotonic, kw_only=True)
    #: to look: which transactions this one sees, as the database says it
    seen: str = field(default="", kw_only=True)
    #: access records that the transaction writes before it commits
    unwritten: list[access_log.Entry] = field(default_factory=list, kw_only=True)

    def follow(self, settings: dict[str, object]) -> None:
        """The area's settings as they stand now."""
        if settings != self.settings:
            self.settings, self.deadlines = settings, Deadlines.of_area(settings)


@dataclass(slots=True)
class Work(Area):
    """A professional's transaction."""

    actor: Actor

    @property
    def asked_by(self) -> dict[str, Any]:
        """Who asks, where and when, by the names that statements have for it."""
        return {
            "area": self.area_id,
            "team": self.actor.team_id,
            "professional": self.actor.professional_id,
            "membership": self.actor.membership_id,
            "now": self.now,
        }


@dataclass(slots=True)
class Visit(Area):
    """A resident's transaction: of families it sees the own one and no other."""

    actor: Resident


@dataclass(frozen=True, slots=True)
class Sight:
    """To look, and change nothing. `reach`: what the policy says that each seat may see at all (access/seats.py).

    `survey`: at no family; ids, states and spheres of all rows, without any sealed column or key.
    """

    reach: str
    survey: bool = False

    @property
    def role(self) -> str:
        """The role of the database that looks."""
        return SURVEYOR_ROLE if self.survey else READER_ROLE


class Database:
    """The pool of one application role. `clock` replaces the database's clock (tests, `--at`)."""

    def __init__(
        self,
        url: str,
        keyring: Keyring,
        *,
        clock: Callable[[], datetime] | None = None,
        pool_size: int = 10,
    ) -> None:
        self.keyring = keyring
        self.clock = clock
        self.queue = Queue(pool_size)
        self.engine: AsyncEngine = engine(
            url,
            role=APP_ROLE,
            settings=_SETTINGS,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=10,
            pool_use_lifo=True,
        )
        self._sessions = async_sessionmaker(self.engine, class_=Writing, expire_on_commit=False)
        self._looks = partial(reading, self.engine)

    @asynccontextmanager
    async def enter(self, caller: Caller, sight: Sight | None = None) -> AsyncIterator[Work]:
        """A transaction as this caller; commits at the end, rolls back on any exception.

        `sight`: it only looks. Raises UnknownLogin, or Problem `membership_invalid`, `purpose_invalid`.
        """
        transaction = self._sessions.begin() if sight is None else self._looks()
        async with self.queue.place(caller.login), transaction as session:
            values = {
                "issuer": caller.issuer,
                "subject": caller.subject,
                "membership": caller.membership,
                "at": self.clock() if self.clock else None,
            }
            if sight is None:
                found = await session.execute(_ENTER, values)
            else:
                to_look = {**values, "role": sight.role, "reach": sight.reach}
                found = await session.execute(_ENTER_TO_LOOK, to_look)
            row = found.mappings().one_or_none()
            if row is None:
                raise UnknownLogin
            if row["membership_id"] is None:
                if caller.membership is not None:
                    raise Problem("membership_invalid")
                raise UnknownLogin
            self.queue.know(caller.login, row["area_id"])
            kind, role = TeamKind(row["team_kind"]), Role(row["role"])
            purposes = purposes_of(role, kind)
            if caller.purpose is not None and caller.purpose not in purposes:
                raise Problem("purpose_invalid")
            actor = Actor(
                area_id=row["area_id"],
                professional_id=row["professional_id"],
                membership_id=row["membership_id"],
                team_id=row["team_id"],
                team_kind=kind,
                role=role,
                name=row["name"],
                purpose=caller.purpose or purposes[0],
                language=caller.language,
                trace_id=caller.trace_id,
            )
            work = Work(
                session=session,
                area_id=actor.area_id,
                now=row["now"],
                deadlines=Deadlines.of_area(row["settings"]),
                keyring=self.keyring,
                settings=row["settings"],
                grounds=frozenset(row["grounds"]),
                actor=actor,
                seen=row.get("seen", ""),
            )
            yield work
            await access_log.finish(work)

    @asynccontextmanager
    async def receive(self, caller: Caller) -> AsyncIterator[Visit]:
        """A transaction as the resident that this login was bound to.

        The caller's membership, if it names one, must be that login's own key: who is a professional too
        chooses as whom. Raises UnknownLogin, or Problem `membership_invalid`, `purpose_invalid`.
        """
        async with self.queue.place(caller.login), self._sessions.begin() as session:
            found = await session.execute(
                _RECEIVE,
                {
                    "issuer": caller.issuer,
                    "subject": caller.subject,
                    "login": caller.membership,
                    "at": self.clock() if self.clock else None,
                },
            )
            row = found.mappings().one_or_none()
            if row is None:
                if caller.membership is not None:
                    raise Problem("membership_invalid")
                raise UnknownLogin
            self.queue.know(caller.login, row["area_id"])
            if caller.purpose not in (None, Purpose.ACCESS_REQUEST):
                raise Problem("purpose_invalid")
            actor = Resident(
                area_id=row["area_id"],
                login_id=row["login_id"],
                person_id=row["person_id"],
                household_id=row["household_id"],
                language=caller.language,
                trace_id=caller.trace_id,
            )
            visit = Visit(
                session=session,
                area_id=actor.area_id,
                now=row["now"],
                deadlines=Deadlines.of_area(row["settings"]),
                keyring=self.keyring,
                settings=row["settings"],
                grounds=frozenset(row["grounds"]),
                actor=actor,
            )
            yield visit
            await access_log.finish(visit)

    @asynccontextmanager
    async def within(
        self, area_id: UUID, at: datetime | None = None, *, snapshot: bool = False
    ) -> AsyncIterator[Area]:
        """A transaction of the system itself (sweep, import) within one area.

        `snapshot`: all its statements see one and the same moment; it only reads.
        """
        moment = at or (self.clock() if self.clock else None)
        async with self._sessions.begin() as session:
            if snapshot:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            found = await session.execute(_WITHIN, {"area": area_id, "at": moment})
            row = found.mappings().one()
            yield Area(
                session=session,
                area_id=area_id,
                now=row["now"],
                deadlines=Deadlines.of_area(row["settings"]),
                keyring=self.keyring,
                settings=row["settings"],
                grounds=frozenset(row["grounds"]),
            )

    async def areas(self) -> dict[str, UUID]:
        """The areas of this database by code: the one thing that may be asked without a context."""
        async with self._sessions.begin() as session:
            found = await session.execute(text("select code, id from casecoord_areas()"))
            return {row.code: row.id for row in found}

    async def found_area(self, code: str, name: str) -> tuple[UUID, bool]:
        """The area of this code, founded if need be, and whether it was."""
        async with self._sessions.begin() as session:
            found = await session.execute(
                text("select id, created from casecoord_found_area(:code, :name)"),
                {"code": code, "name": name},
            )
            row = found.one_or_none()
        if row is None:
            raise AreaMisplaced(code)
        return row.id, row.created

    async def introduce(self, area_id: UUID, code: str, name: str) -> None:
        """An area that lives in another database, so that families can be offered to it."""
        async with self._sessions.begin() as session:
            await session.execute(
                text("select casecoord_introduce(:area, :code, :name)"),
                {"area": area_id, "code": code, "name": name},
            )

    @property
    def parts(self) -> Sequence["Database"]:
        """Each PostgreSQL behind this; `databases.py` puts several together."""
        return (self,)

    def apart(self) -> Sequence["Database"]:
        """The areas of each PostgreSQL by themselves, for work that none may hold up for the others."""
        return (self,)

    def beyond(self, area_id: UUID) -> Sequence["Database"]:
        """The databases in which this area does not live."""
        return ()

    async def close(self) -> None:
        await self.engine.dispose()
