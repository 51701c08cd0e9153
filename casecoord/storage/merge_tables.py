"""Households that may be one, that became one, and that became two; and what was moved, so that it can go back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key, to


class MergeProposal(Base):
    """Two households that may be one, with the reasons; `provisional_id` would come to `household_id`."""

    __tablename__ = "merge_proposals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    provisional_id: Mapped[UUID]
    household_id: Mapped[UUID]
    reasons: Mapped[list[str]] = mapped_column(ARRAY(Text))
    score: Mapped[int]
    state: Mapped[str]
    #: None: found, not named by somebody
    proposed_by: Mapped[UUID | None]
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    __table_args__ = (
        to("households", "provisional_id"),
        to("households", "household_id"),
        to("memberships", "proposed_by"),
        to("memberships", "decided_by"),
        CheckConstraint("provisional_id <> household_id", name="of_two"),
        # A pair waits for one word at a time, whichever of the two is named first.
        Index(
            "merge_proposals_one_pending",
            "area_id",
            text("least(provisional_id, household_id)"),
            text("greatest(provisional_id, household_id)"),
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index(None, "area_id", "provisional_id"),
        Index(None, "area_id", "household_id"),
    )


class Merge(Base):
    """INVARIANT (no silent drop): `merged_id` went on in `household_id`, until another coordinator undid it."""

    __tablename__ = "merges"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    proposal_id: Mapped[UUID]
    household_id: Mapped[UUID]
    merged_id: Mapped[UUID]
    merged_at: Mapped[datetime]
    merged_by: Mapped[UUID]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    __table_args__ = (
        to("merge_proposals", "proposal_id"),
        to("households", "household_id"),
        to("households", "merged_id"),
        to("memberships", "merged_by"),
        to("memberships", "undone_by"),
        CheckConstraint(
            "(undone_at is null) = (undone_by is null) and undone_by is distinct from merged_by",
            name="undone_by_another",
        ),
        Index("merges_once", "area_id", "merged_id", unique=True, postgresql_where=text("undone_at is null")),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "merged_id"),
    )


class MergedRow(Base):
    """What a merge changed in one row: the columns that differ, as they were and as they became.

    `former` None: the merge made the row. Never a sealed value: what is sealed stays with its row.
    """

    __tablename__ = "merged_rows"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    merge_id: Mapped[UUID]
    kept_in: Mapped[str]
    row_key: Mapped[dict[str, Any]]
    former: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    later: Mapped[dict[str, Any]]
    __table_args__ = (
        to("merges", "merge_id"),
        UniqueConstraint("area_id", "merge_id", "kept_in", "row_key"),
    )


class Split(Base):
    """`part_id` left `household_id`; from then on neither part sees the other's."""

    __tablename__ = "splits"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    part_id: Mapped[UUID]
    split_at: Mapped[datetime]
    split_by: Mapped[UUID]
    __table_args__ = (
        to("households", "household_id"),
        to("households", "part_id"),
        to("memberships", "split_by"),
        UniqueConstraint("area_id", "part_id"),
        Index(None, "area_id", "household_id"),
    )
