"""The tables of residents at the door: codes on paper, logins bound by them, a child's word, and what is deferred."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from casecoord.storage.tables import Base, area_key, own_key, to


class ResidentCode(Base):
    """A code on paper for one person. The code itself stands nowhere: a keyed hash of it does."""

    __tablename__ = "resident_codes"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    person_id: Mapped[UUID]
    code_index: Mapped[bytes]
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    #: used, or replaced by a newer one
    ended_as: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        to("persons", "person_id"),
        to("memberships", "made_by"),
        CheckConstraint("(ended_at is null) = (ended_as is null)", name="ended_with_a_reason"),
        CheckConstraint("ended_as in ('used', 'replaced')", name="ended_known"),
        Index("resident_codes_once", "area_id", "code_index", unique=True),
        Index(
            "resident_codes_one_open",
            "area_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index(None, "area_id", "person_id"),
    )


class ResidentLogin(Base):
    """INVARIANT (never by name): an OpenID Connect subject that is this person, because a code on paper said so."""

    __tablename__ = "resident_logins"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    person_id: Mapped[UUID]
    code_id: Mapped[UUID]
    issuer: Mapped[str]
    subject: Mapped[str]
    bound_at: Mapped[datetime]
    unbound_at: Mapped[datetime | None]
    unbound_by: Mapped[UUID | None]
    __table_args__ = (
        to("persons", "person_id"),
        to("resident_codes", "code_id"),
        to("memberships", "unbound_by"),
        CheckConstraint("(unbound_at is null) = (unbound_by is null)", name="unbound_by_somebody"),
        # A subject is one person here, and a person has one login.
        Index(
            "resident_logins_one_person",
            "area_id",
            "issuer",
            "subject",
            unique=True,
            postgresql_where=text("unbound_at is null"),
        ),
        Index(
            "resident_logins_one_login",
            "area_id",
            "person_id",
            unique=True,
            postgresql_where=text("unbound_at is null"),
        ),
        Index("resident_logins_one_use", "area_id", "code_id", unique=True),
        Index(None, "area_id", "person_id"),
    )


class CodeTry(Base):
    """A code that did not fit, by whom: a keyed hash of the login that tried."""

    __tablename__ = "code_tries"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    login_index: Mapped[bytes]
    at: Mapped[datetime]
    __table_args__ = (Index(None, "area_id", "login_index", "at"),)


class ChildAgreement(Base):
    """A child of 12 to 15 agrees that whoever has custody sees what is about it, until it says otherwise."""

    __tablename__ = "child_agreements"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    child_id: Mapped[UUID]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    #: who wrote down what the child said; None: the child, under its own login
    recorded_by: Mapped[UUID | None]
    __table_args__ = (
        to("persons", "child_id"),
        to("memberships", "recorded_by"),
        Index(
            "child_agreements_one_standing",
            "area_id",
            "child_id",
            unique=True,
            postgresql_where=text("until is null"),
        ),
        Index(None, "area_id", "child_id"),
    )


class Deferral(Base):
    """An entry that the family does not see yet, for a person's safety. It stands until somebody looked again.

    Each term has a row of its own: a renewal ends one and begins the next.
    """

    __tablename__ = "deferrals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    kind: Mapped[str]
    thing_id: Mapped[UUID]
    sphere: Mapped[str]
    deferred_by: Mapped[UUID]
    deferred_at: Mapped[datetime]
    reason_sealed: Mapped[bytes]
    review_on: Mapped[date]
    reviewed_by: Mapped[UUID | None]
    finding_sealed: Mapped[bytes | None]
    ended_as: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        to("households", "household_id"),
        to("memberships", "deferred_by"),
        to("memberships", "reviewed_by"),
        CheckConstraint(
            "(ended_at is null) = (ended_as is null) and (ended_at is null) = (reviewed_by is null)"
            " and (ended_at is null) = (finding_sealed is null)",
            name="ends_by_a_review",
        ),
        CheckConstraint("ended_as in ('lifted', 'renewed')", name="ended_known"),
        Index(
            "deferrals_one_standing",
            "area_id",
            "thing_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("deferrals_due", "area_id", "review_on", postgresql_where=text("ended_at is null")),
        Index(None, "area_id", "household_id"),
    )
