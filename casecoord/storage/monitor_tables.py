"""The table of what the monitor published: it is never changed, so that no correction can be subtracted."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key


class MonitorPublication(Base):
    """All that is told of a measure over one period: `figures` as [path, neighbourhood, number, rest]."""

    __tablename__ = "monitor_publications"
    area_id: Mapped[Any] = area_key()
    measure: Mapped[str] = mapped_column(primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    until_on: Mapped[date]
    version: Mapped[int]
    published_at: Mapped[datetime]
    figures: Mapped[list[Any]] = mapped_column(JSONB)
    __table_args__ = (
        CheckConstraint(
            "extract(day from from_on) = 1 and extract(day from until_on) = 1 and from_on < until_on",
            name="of_whole_months",
        ),
        # INVARIANT (nothing by subtraction): what is not over yet is not told.
        CheckConstraint("until_on <= (published_at at time zone 'Europe/Amsterdam')::date", name="once_over"),
        CheckConstraint("jsonb_typeof(figures) = 'array'", name="a_list"),
    )
