"""The tables that professionals, families and their cases live in.

`area_id` comes first in every key and constraint: an area is its own data controller. Columns that
end in `_sealed` hold AES-256-GCM ciphertext (`sealed.py`); columns that end in `_index` hold keyed
hashes. What the database refuses beyond these constraints stands in `migrations/versions/*_guards.py`.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

Moments = Range[datetime]


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "%(table_name)s_%(column_0_N_name)s_idx",
            "uq": "%(table_name)s_%(column_0_N_name)s_key",
            "ck": "%(table_name)s_%(constraint_name)s",
            "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
            "pk": "%(table_name)s_pkey",
        }
    )
    type_annotation_map = {
        str: Text,
        bool: Boolean,
        int: Integer,
        bytes: LargeBinary,
        date: Date,
        datetime: DateTime(timezone=True),
        UUID: Uuid,
        Moments: TSTZRANGE,
        dict[str, Any]: JSONB,
    }


def area_key() -> Mapped[UUID]:
    return mapped_column(ForeignKey("areas.id"), primary_key=True)


def own_key() -> Mapped[UUID]:
    return mapped_column(primary_key=True, default=uuid4)


def to(
    table: str, *columns: str, key: tuple[str, ...] = ("id",), name: str | None = None
) -> ForeignKeyConstraint:
    """A foreign key within the same area."""
    return ForeignKeyConstraint(["area_id", *columns], [f"{table}.{c}" for c in ("area_id", *key)], name=name)


class Area(Base):
    """One alliance's territory: an independent data controller."""

    __tablename__ = "areas"
    id: Mapped[UUID] = own_key()
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))
    #: it lives in another database; here stands only that there is one of this name
    elsewhere: Mapped[bool] = mapped_column(server_default=text("false"))


class Neighbourhood(Base):
    __tablename__ = "neighbourhoods"
    area_id: Mapped[UUID] = area_key()
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    district_code: Mapped[str]
    district_name: Mapped[str]
    lon: Mapped[float | None]
    lat: Mapped[float | None]
    vintage: Mapped[int]


class Postcode(Base):
    """Which neighbourhood a six-character postcode lies in."""

    __tablename__ = "postcodes"
    area_id: Mapped[UUID] = area_key()
    postcode: Mapped[str] = mapped_column(primary_key=True)
    neighbourhood: Mapped[str]
    __table_args__ = (to("neighbourhoods", "neighbourhood", key=("code",)),)


class Institution(Base):
    """A school, GP practice or benefit agency that persons are linked to."""

    __tablename__ = "institutions"
    area_id: Mapped[UUID] = area_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    postcode: Mapped[str | None]
    address: Mapped[str | None]
    id: Mapped[UUID] = mapped_column(server_default=text("gen_random_uuid()"))
    #: since when no team covers it; kept by a trigger on the covers
    uncovered_since: Mapped[datetime | None] = mapped_column(server_default=text("clock()"))
    __table_args__ = (UniqueConstraint("area_id", "id"),)


class Organisation(Base):
    __tablename__ = "organisations"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    name: Mapped[str]


class TeamKindRecord(Base):
    """The kinds of `domain/teams.py` as rows, so that the database knows what a kind's presence reveals."""

    __tablename__ = "team_kinds"
    area_id: Mapped[UUID] = area_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    presence: Mapped[str]
    invitable: Mapped[bool]


class Team(Base):
    __tablename__ = "teams"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    organisation_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    during: Mapped[Moments]
    __table_args__ = (
        to("organisations", "organisation_id"),
        to("team_kinds", "kind", key=("kind",)),
        UniqueConstraint("area_id", "name"),
    )


class TeamCover(Base):
    """Which one team covers a neighbourhood, school, practice or benefit agency."""

    __tablename__ = "team_covers"
    area_id: Mapped[UUID] = area_key()
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    team_id: Mapped[UUID]
    __table_args__ = (to("teams", "team_id"),)


class Professional(Base):
    __tablename__ = "professionals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    name: Mapped[str]
    phone: Mapped[str | None]
    case_ceiling: Mapped[int | None]
    #: where and in which language mail reaches them; without an address the inbox has to do
    email: Mapped[str | None]
    language: Mapped[str | None]
    __table_args__ = (
        CheckConstraint(
            "email ~ '^[^@[:space:]<>,;]+@[^@[:space:]<>,;]+$' and length(email) < 255",
            name="email_is_one_address",
        ),
        CheckConstraint("language in ('nl', 'en')", name="language_known"),
    )


class Login(Base):
    """An OpenID Connect subject bound to a professional; never matched by name or e-mail."""

    __tablename__ = "logins"
    area_id: Mapped[UUID] = area_key()
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    professional_id: Mapped[UUID]
    __table_args__ = (to("professionals", "professional_id"), Index(None, "issuer", "subject"))


class Membership(Base):
    """A professional's place in a team with a role, from a moment to a moment; `successor_id`: who takes over."""

    __tablename__ = "memberships"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    professional_id: Mapped[UUID]
    team_id: Mapped[UUID]
    role: Mapped[str]
    #: as what the professional sits in a care team
    discipline: Mapped[str | None]
    during: Mapped[Moments]
    successor_id: Mapped[UUID | None]
    #: of each week, for leading cases; None: it was not said
    lead_hours: Mapped[int | None] = mapped_column(SmallInteger)
    __table_args__ = (
        CheckConstraint("lead_hours between 0 and 60", name="hours_of_a_week"),
        to("professionals", "professional_id"),
        to("teams", "team_id"),
        to("memberships", "successor_id"),
        ExcludeConstraint(
            ("area_id", "="),
            ("professional_id", "="),
            ("team_id", "="),
            ("role", "="),
            ("during", "&&"),
            name="memberships_once",
        ),
        Index(None, "area_id", "team_id"),
    )


class CoordinatorSeat(Base):
    """Who coordinates a team or the area: `seat` is its id; `stands_in_for`: for whom a deputy sits there.

    INVARIANT (one coordinator at any moment): no overlap here, no hole by trigger.
    """

    __tablename__ = "coordinator_seats"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    seat: Mapped[UUID]
    membership_id: Mapped[UUID]
    during: Mapped[Moments]
    stands_in_for: Mapped[UUID | None]
    __table_args__ = (
        to("memberships", "membership_id"),
        to("memberships", "stands_in_for"),
        ExcludeConstraint(
            ("area_id", "="), ("seat", "="), ("during", "&&"), name="coordinator_seats_one_at_a_time"
        ),
    )


class DutyShift(Base):
    """Who is on duty for acute signals, when."""

    __tablename__ = "duty_shifts"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    membership_id: Mapped[UUID]
    during: Mapped[Moments]
    __table_args__ = (
        to("memberships", "membership_id"),
        ExcludeConstraint(("area_id", "="), ("during", "&&"), name="duty_shifts_one_at_a_time"),
    )


class Household(Base):
    __tablename__ = "households"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    pseudonym: Mapped[UUID] = mapped_column(default=uuid4)
    neighbourhood: Mapped[str | None]
    address_sealed: Mapped[bytes | None]
    address_index: Mapped[bytes | None]
    contact_sealed: Mapped[bytes | None]
    secret_address: Mapped[bool] = mapped_column(server_default=text("false"))
    #: made for a person who could not be matched; waits for a coordinator's word
    provisional: Mapped[bool] = mapped_column(server_default=text("false"))
    #: since when it lives outside the area; what is open is held here until somebody took it over
    left_on: Mapped[date | None]
    #: not there any more, for whoever asks; by row level security
    erased_at: Mapped[datetime | None]
    during: Mapped[Moments]
    __table_args__ = (
        to("neighbourhoods", "neighbourhood", key=("code",)),
        UniqueConstraint("area_id", "pseudonym"),
        Index(None, "area_id", "address_index"),
    )


class HouseholdMove(Base):
    """A change of address: where from and when; G7's object."""

    __tablename__ = "household_moves"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    moved_on: Mapped[date]
    from_neighbourhood: Mapped[str | None]
    to_neighbourhood: Mapped[str | None]
    former_address_sealed: Mapped[bytes | None]
    __table_args__ = (to("households", "household_id"), Index(None, "area_id", "household_id"))


class Person(Base):
    """A member of a household. The BSN itself is stored nowhere: a keyed hash matches it."""

    __tablename__ = "persons"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    bsn_index: Mapped[bytes | None]
    #: BSN with birth date: both must agree before anything is recorded
    bsn_birth_index: Mapped[bytes | None]
    #: family name, birth date and postcode: proposes a match, never makes one
    name_index: Mapped[bytes | None]
    #: what duplicates are found by: the birth date, and the sound of the family name with the birth year
    birth_index: Mapped[bytes | None]
    sound_index: Mapped[bytes | None]
    name_sealed: Mapped[bytes]
    birth_date_sealed: Mapped[bytes | None]
    language: Mapped[str | None]
    died_on: Mapped[date | None]
    #: by which the access log names them: erasing it here unlinks what the log says
    pseudonym: Mapped[UUID] = mapped_column(default=uuid4, server_default=text("gen_random_uuid()"))
    #: The day on which the next age is reached that changes consent or school (12, 13, 16, 18). The birth date
    #: is sealed, and a sweep cannot open a million to find the few whose day it is: this is the least that
    #: lets one statement find them. It tells no age by itself, and nothing at all of an adult.
    turns_on: Mapped[date | None]
    __table_args__ = (
        to("households", "household_id"),
        UniqueConstraint("area_id", "bsn_index"),
        UniqueConstraint("area_id", "pseudonym"),
        Index(None, "area_id", "name_index"),
        Index(None, "area_id", "sound_index"),
        Index(None, "area_id", "household_id"),
        Index("persons_turning", "area_id", "turns_on", postgresql_where=text("turns_on is not null")),
    )


class Relationship(Base):
    """`person` is `kind` (parent, partner) of `other`."""

    __tablename__ = "relationships"
    area_id: Mapped[UUID] = area_key()
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    __table_args__ = (to("persons", "person_id"), to("persons", "other_id"))


class Custody(Base):
    """Custody over a minor as the register says; `holder_id` null where the holder is not known here."""

    __tablename__ = "custody"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    minor_id: Mapped[UUID]
    holder_id: Mapped[UUID | None]
    kind: Mapped[str]
    __table_args__ = (
        to("persons", "minor_id"),
        to("persons", "holder_id"),
        UniqueConstraint("area_id", "minor_id", "holder_id", "kind", postgresql_nulls_not_distinct=True),
    )


class PersonLink(Base):
    """An enrolment, a registration at a practice or a benefit, from a day to a day."""

    __tablename__ = "person_links"
    area_id: Mapped[UUID] = area_key()
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date | None]
    __table_args__ = (
        to("persons", "person_id"),
        to("institutions", "kind", "code", key=("kind", "code")),
        # What begins or ends on a day may be another team's from that day.
        Index(None, "area_id", "from_on"),
        Index(None, "area_id", "until_on"),
    )
