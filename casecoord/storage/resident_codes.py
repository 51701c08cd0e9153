"""Codes on paper and the logins that they bind. A code is made from its row's id under the match key, so that it
can be printed again while it waits; what is kept of it is a keyed hash.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import select, text

from casecoord.domain.actors import Caller, Resident
from casecoord.domain.residents import (
    CODE_LASTS,
    MOST_TRIES,
    SECRET_LETTERS,
    TRIES_COUNT_FOR,
    area_letters,
    letters_of,
)
from casecoord.storage.resident_tables import ResidentCode, ResidentLogin
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Area, Visit, Work

_HOME = text(
    "select p.household_id, p.bsn_index is not null and not h.provisional identified, p.died_on"
    " from persons p join households h on h.area_id = p.area_id and h.id = p.household_id and upper_inf(h.during)"
    " where p.area_id = :area and p.id = :person"
)
_LOCK = text("select id from persons where area_id = :area and id = :person for no key update")
_BOUND = text(
    "select id from resident_logins where area_id = :area and person_id = :person and unbound_at is null"
)
_REPLACE = text(
    "update resident_codes set ended_as = 'replaced', ended_at = :now"
    " where area_id = :area and person_id = :person and ended_at is null"
)
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('casecoord code ' || encode(:login, 'hex'), 0))")
_FORGET = text("delete from code_tries where area_id = :area and at <= :since")
_TRIES = text("select count(*) from code_tries where area_id = :area and login_index = :login")
_TRY = text(
    "insert into code_tries (area_id, id, login_index, at) values (:area, gen_random_uuid(), :login, :now)"
)
_OPEN = text(
    "select c.id, c.person_id, p.household_id from resident_codes c"
    " join persons p on p.area_id = c.area_id and p.id = c.person_id and p.died_on is null"
    " join households h on h.area_id = p.area_id and h.id = p.household_id and upper_inf(h.during)"
    " where c.area_id = :area and c.code_index = :code and c.ended_at is null and c.expires_at > :now"
    " and c.made_at <= :now for update of c"
)
_USE = text(
    "update resident_codes set ended_as = 'used', ended_at = :now where area_id = :area and id = :code"
)
_OTHERS = text(
    "select (select id from resident_logins where area_id = :area and issuer = :issuer and subject = :subject"
    "   and unbound_at is null) login,"
    " (select id from resident_logins where area_id = :area and person_id = :person and unbound_at is null) person"
)
_BOUND_BY = text(
    "select l.id, p.household_id, l.person_id from resident_logins l"
    " join resident_codes c on c.area_id = l.area_id and c.id = l.code_id"
    " join persons p on p.area_id = l.area_id and p.id = l.person_id"
    " where l.area_id = :area and c.code_index = :code and l.issuer = :issuer and l.subject = :subject"
    " and l.unbound_at is null"
)


@dataclass(frozen=True, slots=True)
class Home:
    """Where a person lives; whether the register knows them, and they live."""

    household: UUID
    identified: bool


class Outcome(StrEnum):
    BOUND = "bound"
    AGAIN = "again"
    WRONG = "wrong"
    LOCKED = "locked"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a code; `login`, `person`, `household` where it bound."""

    outcome: Outcome
    login: UUID | None = None
    person: UUID | None = None
    household: UUID | None = None


async def home_of(work: Area, person: UUID) -> Home | None:
    """Where this person lives; None for one who is not here or died."""
    row = (await work.session.execute(_HOME, {"area": work.area_id, "person": person})).one_or_none()
    if row is None or row.died_on is not None:
        return None
    return Home(row.household_id, row.identified)


async def login_of(work: Area, person: UUID) -> UUID | None:
    """The login that is this person now."""
    found: UUID | None = await work.session.scalar(_BOUND, {"area": work.area_id, "person": person})
    return found


async def make_code(work: Area, person: UUID, by: UUID) -> ResidentCode:
    """A code for this person; one that waited is replaced."""
    await work.session.execute(_LOCK, {"area": work.area_id, "person": person})
    await work.session.execute(_REPLACE, {"area": work.area_id, "person": person, "now": work.now})
    identity = uuid4()
    made = ResidentCode(
        area_id=work.area_id,
        id=identity,
        person_id=person,
        code_index=work.keyring.code_index(code_of(work.keyring, work.area_id, identity)),
        made_by=by,
        made_at=work.now,
        expires_at=work.now + CODE_LASTS,
    )
    work.session.add(made)
    await work.session.flush()
    return made


def code_of(keyring: Keyring, area: UUID, identity: UUID) -> str:
    """The code of a row, as it stands on the paper."""
    return area_letters(area) + letters_of(keyring.code_secret(identity), SECRET_LETTERS)


async def waiting_code(work: Area, identity: UUID) -> ResidentCode | None:
    """A code that can still be used."""
    found = await work.session.scalars(
        select(ResidentCode).where(
            ResidentCode.area_id == work.area_id,
            ResidentCode.id == identity,
            ResidentCode.ended_at.is_(None),
            ResidentCode.expires_at > work.now,
        )
    )
    return found.one_or_none()


async def bind(work: Area, caller: Caller, code: str) -> Tried:
    """Binds this login to whose code it is. What does not fit is counted, whatever is the matter with it."""
    login = work.keyring.login_index(caller.issuer, caller.subject)
    names = {"area": work.area_id, "login": login}
    # The tries of one login come one after the other: together they would all find room.
    await work.session.execute(_ALONE, {"login": login})
    await work.session.execute(_FORGET, {"area": work.area_id, "since": work.now - TRIES_COUNT_FOR})
    who = {"area": work.area_id, "issuer": caller.issuer, "subject": caller.subject}
    index = work.keyring.code_index(code)
    again = (await work.session.execute(_BOUND_BY, {**who, "code": index})).one_or_none()
    if again is not None:
        return Tried(Outcome.AGAIN, again.id, again.person_id, again.household_id)
    if (await work.session.scalar(_TRIES, names) or 0) >= MOST_TRIES:
        return Tried(Outcome.LOCKED)
    found = (
        await work.session.execute(_OPEN, {"area": work.area_id, "code": index, "now": work.now})
    ).one_or_none()
    if found is None:
        await work.session.execute(_TRY, {**names, "now": work.now})
        return Tried(Outcome.WRONG)
    others = (await work.session.execute(_OTHERS, {**who, "person": found.person_id})).one()
    if others.login is not None or others.person is not None:
        return Tried(Outcome.TAKEN)
    await work.session.execute(_USE, {"area": work.area_id, "code": found.id, "now": work.now})
    bound = ResidentLogin(
        area_id=work.area_id,
        id=uuid4(),
        person_id=found.person_id,
        code_id=found.id,
        issuer=caller.issuer,
        subject=caller.subject,
        bound_at=work.now,
    )
    work.session.add(bound)
    await work.session.flush()
    return Tried(Outcome.BOUND, bound.id, found.person_id, found.household_id)


def visit_of(work: Area, caller: Caller, tried: Tried) -> Visit:
    """The rest of this transaction, by the resident whom it bound."""
    assert tried.login and tried.person and tried.household
    return _visit(
        work,
        Resident(work.area_id, tried.login, tried.person, tried.household, caller.language, caller.trace_id),
    )


def visit_as(work: Work, person: UUID, household: UUID) -> Visit:
    """This professional's transaction with a resident's eyes: what would that person be shown?"""
    actor = work.actor
    nobody = UUID(int=0)
    return _visit(work, Resident(work.area_id, nobody, person, household, actor.language, actor.trace_id))


def _visit(work: Area, actor: Resident) -> Visit:
    return Visit(
        session=work.session,
        area_id=work.area_id,
        now=work.now,
        deadlines=work.deadlines,
        keyring=work.keyring,
        settings=work.settings,
        grounds=work.grounds,
        actor=actor,
    )


async def unbind(work: Area, person: UUID, by: UUID) -> datetime | None:
    """From now on no login is this person; None if none was. A code that waits is of no use either."""
    await work.session.execute(_LOCK, {"area": work.area_id, "person": person})
    await work.session.execute(_REPLACE, {"area": work.area_id, "person": person, "now": work.now})
    found = await work.session.scalars(
        select(ResidentLogin).where(
            ResidentLogin.area_id == work.area_id,
            ResidentLogin.person_id == person,
            ResidentLogin.unbound_at.is_(None),
        )
    )
    login = found.one_or_none()
    if login is None:
        return None
    login.unbound_at, login.unbound_by = work.now, by
    await work.session.flush()
    return login.unbound_at
