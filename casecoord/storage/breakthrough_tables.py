"""What a decision opens: rules that other areas find, homework for the alliance, and what a lead spends without asking."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from casecoord.storage.tables import Base, area_key, own_key, to


class Breakthrough(Base):
    """A rule that a structural decision left behind: what is allowed from then on, in words of its own.

    Every area reads it. It names no family and no blockade, so its words are not sealed.
    """

    __tablename__ = "breakthroughs"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    #: what the area that made it was called then: another area's row is not there for who reads
    made_in: Mapped[str]
    kind: Mapped[str]
    domain: Mapped[str]
    title: Mapped[str]
    applies: Mapped[str]
    allowed: Mapped[str]
    authority: Mapped[str]
    published_at: Mapped[datetime]
    published_by: Mapped[UUID]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None]
    end_reason: Mapped[str | None]
    replaced_by: Mapped[UUID | None]
    __table_args__ = (
        to("memberships", "published_by"),
        to("memberships", "ended_by"),
        to("breakthroughs", "replaced_by"),
        CheckConstraint(
            "num_nulls(ended_at, ended_by, end_reason) in (0, 3) and (replaced_by is null or ended_at is not null)"
            " and replaced_by is distinct from id",
            name="ended_with_a_reason",
        ),
        Index(None, "area_id", "kind", "domain", postgresql_where=text("ended_at is null")),
    )


class Homework(Base):
    """What a partner of the alliance does about a blockade, by when."""

    __tablename__ = "blockade_homework"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    blockade_id: Mapped[UUID]
    sphere: Mapped[str]
    to_team_id: Mapped[UUID | None]
    to_organisation_id: Mapped[UUID | None]
    function_sealed: Mapped[bytes | None]
    what_sealed: Mapped[bytes]
    needed_by: Mapped[date]
    given_at: Mapped[datetime]
    given_by: Mapped[UUID]
    done_at: Mapped[datetime | None]
    done_by: Mapped[UUID | None]
    __table_args__ = (
        to("blockades", "blockade_id"),
        to("teams", "to_team_id"),
        to("organisations", "to_organisation_id"),
        to("memberships", "given_by"),
        to("memberships", "done_by"),
        CheckConstraint(
            "num_nonnulls(to_team_id, to_organisation_id, function_sealed) = 1", name="for_somebody"
        ),
        CheckConstraint("(done_at is null) = (done_by is null)", name="done_by_somebody"),
        Index(None, "area_id", "blockade_id"),
    )


class Spend(Base):
    """What a lead spent for a family, within the area's amount for a family and a year."""

    __tablename__ = "spends"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    spent_by: Mapped[UUID]
    domain: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    amount_cents: Mapped[int]
    purpose_sealed: Mapped[bytes]
    #: what it changed, told later
    result_sealed: Mapped[bytes | None]
    spent_on: Mapped[date]
    recorded_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[UUID | None]
    reason_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "spent_by"),
        to("memberships", "cancelled_by"),
        CheckConstraint("amount_cents > 0", name="of_something"),
        CheckConstraint(
            "num_nulls(cancelled_at, cancelled_by, reason_sealed) in (0, 3)", name="cancelled_with_a_reason"
        ),
        Index(None, "area_id", "case_id"),
    )
