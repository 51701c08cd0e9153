"""The outbox: what somebody is told of, written with the change that it tells; and the letters about it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key, to


class Notice(Base):
    """One receiver, one thing, once. `source_id` is the thing: a signal, proposal, action, promise, gap."""

    __tablename__ = "outbox"
    #: checked with the receiver
    area_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = own_key()
    receiver_id: Mapped[UUID]
    kind: Mapped[str]
    source_id: Mapped[UUID]
    #: None: about no household. No foreign key: its check would make a sweep wait for every household
    #: that somebody is working on, and them for the sweep.
    household_id: Mapped[UUID | None]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    urgent: Mapped[bool]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    letter_id: Mapped[UUID | None]
    __table_args__ = (
        to("memberships", "receiver_id"),
        to("letters", "letter_id"),
        UniqueConstraint("area_id", "receiver_id", "source_id", "kind"),
        Index(None, "area_id", "receiver_id", "at", "id"),
        Index(None, "area_id", "household_id"),
        Index("outbox_unlettered", "area_id", "at", postgresql_where=text("letter_id is null")),
        Index(None, "area_id", "letter_id", postgresql_where=text("letter_id is not null")),
    )


class Letter(Base):
    """A mail to one professional. Its id is that of its first notice and names it at every try."""

    __tablename__ = "letters"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    professional_id: Mapped[UUID]
    #: None: urgent, on its own
    digest_on: Mapped[date | None]
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default=text("0"))
    next_attempt_at: Mapped[datetime]
    #: what the mail server answered last, as a number
    last_code: Mapped[int | None]
    #: sent, moot (nobody left to tell) or dead
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        to("professionals", "professional_id"),
        UniqueConstraint("area_id", "professional_id", "digest_on"),
        CheckConstraint("(outcome is null) = (ended_at is null)", name="ended_with_an_outcome"),
        CheckConstraint("outcome in ('sent', 'moot', 'dead')", name="outcome_known"),
        Index("letters_due", "area_id", "next_attempt_at", postgresql_where=text("outcome is null")),
    )
