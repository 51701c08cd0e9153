"""The tables of accountability: who held a household when, which promises run, and which were broken."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from casecoord.storage.tables import Base, Moments, area_key, own_key, to

#: A sweep wrote its gap down: it looks at another instant than the deadline.
BROKEN = "ended_at is null and next_at is distinct from due_at"
#: It is the area's own, or between few.
OF_FEW = "ended_at is null and (household_id is null or rule in ('G12', 'G15'))"


class Holder(Base):
    """INVARIANT (owned): who was accountable for a household, from when to when.

    No overlap by exclusion; no hole while something is open, and none outside the membership, by trigger.
    """

    __tablename__ = "holders"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    during: Mapped[Moments]
    __table_args__ = (
        to("households", "household_id"),
        to("memberships", "membership_id"),
        ExcludeConstraint(
            ("area_id", "="), ("household_id", "="), ("during", "&&"), name="holders_one_at_a_time"
        ),
        Index(None, "area_id", "membership_id"),
    )


class PromiseClock(Base):
    """INVARIANT (timed): what waits has exactly one stored next deadline and a named next responder.

    The ladder's instants are stored beside the deadline, so that one set-based statement finds every
    gap and its level.
    """

    __tablename__ = "promises"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    #: None: promised of the area itself
    household_id: Mapped[UUID | None]
    rule: Mapped[str]
    subject_id: Mapped[UUID]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    responder_id: Mapped[UUID]
    made_at: Mapped[datetime]
    due_at: Mapped[datetime]
    area_at: Mapped[datetime]
    decision_at: Mapped[datetime]
    alliance_at: Mapped[datetime]
    #: when a sweep has something to write down again: at the deadline, then at each rung (by a trigger)
    next_at: Mapped[datetime | None]
    #: when its responder was judged anew after a seat passed on; None: when it was made
    settled_at: Mapped[datetime | None]
    #: kept then, or lapsed: why and on whose word
    ended_at: Mapped[datetime | None]
    lapsed_as: Mapped[str | None]
    lapsed_by: Mapped[UUID | None]
    __table_args__ = (
        to("households", "household_id"),
        to("memberships", "responder_id"),
        to("memberships", "lapsed_by"),
        CheckConstraint(
            "(household_id is null) = (rule in ('G8', 'G8 duty', 'delivery'))",
            name="of_a_household_or_the_area",
        ),
        CheckConstraint(
            "(lapsed_as is null or ended_at is not null) and (lapsed_as is null) = (lapsed_by is null)",
            name="lapse_names_who_and_why",
        ),
        Index(
            "promises_one_running",
            "area_id",
            "rule",
            "subject_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        Index("promises_due", "area_id", "due_at", postgresql_where=text("ended_at is null")),
        # The sweep's indexes: what it has to look at, what it found broken, and whose promises pass on.
        Index("promises_next", "area_id", "next_at", postgresql_where=text("ended_at is null")),
        Index("promises_broken", "area_id", "due_at", postgresql_where=text(BROKEN)),
        # Beside each list of gaps: those of no household's list, among all that runs in the area.
        Index("promises_of_few", "area_id", "due_at", postgresql_where=text(OF_FEW)),
        Index("promises_responder", "area_id", "responder_id", postgresql_where=text("ended_at is null")),
        Index(None, "area_id", "household_id"),
        CheckConstraint(
            "due_at < area_at and area_at < decision_at and decision_at < alliance_at", name="ladder_climbs"
        ),
    )


class Gap(Base):
    """A broken promise as written down: when it began, how far it escalated, when it ended."""

    __tablename__ = "gaps"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    promise_id: Mapped[UUID]
    since: Mapped[datetime]
    level: Mapped[int]
    noticed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        to("promises", "promise_id"),
        Index(None, "area_id", "promise_id"),
        Index(
            "gaps_one_open", "area_id", "promise_id", unique=True, postgresql_where=text("ended_at is null")
        ),
        CheckConstraint("level between 1 and 4", name="level_on_the_ladder"),
    )
