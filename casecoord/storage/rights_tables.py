"""The tables of residents' rights carried out, and of how long anything is kept."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key, to


class RequestDecision(Base):
    """What the privacy officer prepared on a request, and what the second person, with an own login, said of it."""

    __tablename__ = "request_decisions"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    request_id: Mapped[UUID]
    outcome: Mapped[str]
    ground: Mapped[str]
    words_sealed: Mapped[bytes]
    #: what the resident may ask instead
    offered: Mapped[list[str]] = mapped_column(ARRAY(Text))
    #: it erases although something is open
    despite_open: Mapped[bool]
    prepared_by: Mapped[UUID]
    prepared_at: Mapped[datetime]
    second_id: Mapped[UUID]
    state: Mapped[str]
    answered_at: Mapped[datetime | None]
    #: why it goes back
    answer_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("requests", "request_id"),
        to("memberships", "prepared_by"),
        to("memberships", "second_id"),
        CheckConstraint("second_id <> prepared_by", name="by_two"),
        CheckConstraint("(state = 'pending') = (answered_at is null)", name="answered_once"),
        CheckConstraint("state <> 'sent_back' or answer_sealed is not null", name="goes_back_with_words"),
        Index(
            "request_decisions_one_pending",
            "area_id",
            "request_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "area_id", "second_id", postgresql_where=text("state = 'pending'")),
    )


class RequestAgreement(Base):
    """A child of 12 to 15 agrees that somebody with custody asks for its data too."""

    __tablename__ = "request_agreements"
    area_id: Mapped[UUID] = area_key()
    request_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    __table_args__ = (to("requests", "request_id"), to("persons", "person_id"))


class Rectification(Base):
    """What something said before it was corrected: `column` of the row `row_id` of `kept_in`."""

    __tablename__ = "rectifications"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    request_id: Mapped[UUID]
    what: Mapped[str]
    row_id: Mapped[UUID]
    facet: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    #: None: nothing was recorded before
    former_sealed: Mapped[bytes | None]
    corrected_at: Mapped[datetime]
    corrected_by: Mapped[UUID]
    __table_args__ = (
        to("requests", "request_id"),
        to("memberships", "corrected_by"),
        Index(None, "area_id", "request_id"),
        Index(None, "area_id", "row_id"),
    )


class RetentionTerm(Base):
    """How long a class of data is kept from a day on, and where that is said. `months` None: it does not end."""

    __tablename__ = "retention_terms"
    area_id: Mapped[UUID] = area_key()
    kept_as: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    months: Mapped[int | None]
    source: Mapped[str]
    __table_args__ = (
        CheckConstraint("months > 0", name="some_time"),
        # Who looked can be asked for five years, whoever manages an area.
        CheckConstraint("kept_as <> 'access_log' or months >= 60", name="log_is_kept"),
    )
