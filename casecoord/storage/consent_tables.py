"""The tables of what may be shared: consents with who gave them, medical notes of a practice, an area's legal grounds."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, Moments, area_key, own_key, to


class Consent(Base):
    """A person's yes to one facet for one kind of receiver, and when it was taken back.

    `thing_id`: to this signal's detail or this note only; None: to whatever the team that recorded it wrote about
    the person. `during` ends at the latest on the day on which others have to agree. `custody_until`: up to then
    everybody with custody must be among those who gave it.
    """

    __tablename__ = "consents"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    facet: Mapped[str]
    thing_id: Mapped[UUID | None]
    receiver: Mapped[str]
    purpose: Mapped[str]
    source: Mapped[str]
    #: what that it exists reveals: as its thing does
    sphere: Mapped[str]
    audience: Mapped[str | None]
    #: whose things it is to, and who recorded it; both None: the family itself gave it, on its own page
    team_id: Mapped[UUID | None]
    during: Mapped[Moments]
    custody_until: Mapped[datetime | None]
    #: whoever has custody and is not known here agreed on paper
    elsewhere_in_writing: Mapped[bool]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[UUID | None]
    withdrawn_at: Mapped[datetime | None]
    #: None: not taken back, or by the family itself
    withdrawn_by: Mapped[UUID | None]
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("teams", "team_id"),
        to("memberships", "recorded_by"),
        to("memberships", "withdrawn_by"),
        CheckConstraint("withdrawn_by is null or withdrawn_at is not null", name="withdrawn_by_somebody"),
        CheckConstraint("(team_id is null) = (recorded_by is null)", name="recorded_by_a_team_or_the_family"),
        CheckConstraint("thing_id is not null or team_id is not null", name="to_something"),
        CheckConstraint("not isempty(during) and not lower_inf(during)", name="begins"),
        CheckConstraint("facet <> 'medical.note' or thing_id is not null", name="to_that_note"),
        # Of two who record the same at once one is told that it is there.
        ExcludeConstraint(
            ("area_id", "="),
            ("person_id", "="),
            ("facet", "="),
            (text("coalesce(thing_id, team_id)"), "="),
            ("receiver", "="),
            ("purpose", "="),
            ("during", "&&"),
            where=text("withdrawn_at is null"),
            name="consents_one_at_a_time",
        ),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "person_id"),
    )


class ConsentGiver(Base):
    """Who gave it: the person, or whoever has custody over them."""

    __tablename__ = "consent_givers"
    area_id: Mapped[UUID] = area_key()
    consent_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    __table_args__ = (to("consents", "consent_id"), to("persons", "person_id"))


class MedicalNote(Base):
    """What a practice wrote about a patient, sealed under the practice's own key of the household."""

    __tablename__ = "medical_notes"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    practice: Mapped[str]
    author_id: Mapped[UUID]
    written_at: Mapped[datetime]
    note_sealed: Mapped[bytes]
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("memberships", "author_id"),
        Index(None, "area_id", "household_id"),
    )


class LegalGround(Base):
    """A law by which an article of the GDPR is a ground here, from when until when: switched on or off as data."""

    __tablename__ = "legal_grounds"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    ground: Mapped[str]
    source: Mapped[str]
    during: Mapped[Moments]
    #: why it began or ended; None as long as it is what the area was founded with
    reason: Mapped[str | None]
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[UUID | None]
    __table_args__ = (
        to("memberships", "changed_by"),
        CheckConstraint(
            "(reason is null) = (changed_by is null) and (reason is null) = (changed_at is null)",
            name="changed_by_somebody",
        ),
        ExcludeConstraint(
            ("area_id", "="), ("ground", "="), ("source", "="), ("during", "&&"), name="legal_grounds_once"
        ),
    )
