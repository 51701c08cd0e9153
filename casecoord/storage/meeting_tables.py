"""The tables of the tables where a care team meets: when and who, what is on the agenda and how each item ends."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key, to


class Meeting(Base):
    """A care team meets, or met; names no family."""

    __tablename__ = "meetings"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    team_id: Mapped[UUID]
    #: since when the team has met; None: it has not yet
    held_at: Mapped[datetime | None]
    state: Mapped[str] = mapped_column(server_default=text("'closed'"))
    planned_at: Mapped[datetime | None]
    minutes: Mapped[int | None]
    chair_id: Mapped[UUID | None]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    #: the meeting whose open items go on in this one
    continues_id: Mapped[UUID | None]
    __table_args__ = (
        to("teams", "team_id"),
        to("memberships", "chair_id"),
        to("meetings", "continues_id"),
        CheckConstraint("state in ('planned', 'open', 'closed', 'adjourned')", name="known_state"),
        CheckConstraint("(state = 'closed') = (held_at is not null)", name="met_when_closed"),
        CheckConstraint(
            "held_at is not null and planned_at is null"
            " or (planned_at is not null and minutes between 10 and 240 and chair_id is not null)",
            name="planned_whole",
        ),
        CheckConstraint("state <> 'open' or opened_at is not null", name="opened_at_its_begin"),
        CheckConstraint("state not in ('planned', 'open') or ended_at is null", name="ended_at_its_end"),
        Index(None, "area_id", "team_id", "held_at"),
        # A team sits at one table at a time, and what was adjourned goes on once.
        Index(
            "meetings_one_open", "area_id", "team_id", unique=True, postgresql_where=text("state = 'open'")
        ),
        Index("meetings_continued_once", "area_id", "continues_id", unique=True),
    )


class MeetingSeat(Base):
    """A guest who is expected, or somebody who is there; whoever works in the team is expected without one."""

    __tablename__ = "meeting_seats"
    area_id: Mapped[UUID] = area_key()
    meeting_id: Mapped[UUID] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID] = mapped_column(primary_key=True)
    guest: Mapped[bool]
    present_at: Mapped[datetime | None]
    __table_args__ = (to("meetings", "meeting_id"), to("memberships", "membership_id"))


class MeetingItem(Base):
    """A family on an agenda, why, and how that ended: in a decision, or in an action of its plan."""

    __tablename__ = "meeting_items"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    meeting_id: Mapped[UUID]
    household_id: Mapped[UUID]
    #: None: a signal of which no case was made yet
    case_id: Mapped[UUID | None]
    signal_id: Mapped[UUID | None]
    kind: Mapped[str]
    #: the promise that is broken
    rule: Mapped[str | None]
    subject_id: Mapped[UUID]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    position: Mapped[int]
    minutes: Mapped[int]
    state: Mapped[str]
    version: Mapped[int]
    family_present: Mapped[bool | None]
    without_family_sealed: Mapped[bytes | None]
    decision_sealed: Mapped[bytes | None]
    action_id: Mapped[UUID | None]
    next_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    __table_args__ = (
        to("meetings", "meeting_id"),
        to("households", "household_id"),
        to("cases", "case_id"),
        to("plan_actions", "action_id"),
        to("memberships", "decided_by"),
        UniqueConstraint("area_id", "meeting_id", "subject_id", name="meeting_items_once"),
        CheckConstraint(
            "(state = 'decided') = (decided_at is not null) and (decided_at is null) = (decided_by is null)"
            " and (decided_at is null or decision_sealed is not null or action_id is not null)",
            name="ends_in_a_decision",
        ),
        CheckConstraint(
            "decided_at is null or family_present is not null"
            " and family_present = (without_family_sealed is null)",
            name="family_there_or_a_reason",
        ),
        CheckConstraint("minutes between 1 and 240", name="has_its_minutes"),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "case_id"),
    )
