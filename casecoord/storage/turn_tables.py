"""Who is there in whose place: deputies for a time, and whose turn it is from a planned moment on."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, Moments, area_key, own_key, to

_ABSENCE = (("area_id", "="), ("membership_id", "="), ("during", "&&"))


class Deputy(Base):
    """Somebody is absent for a time, and another of the team stands in. INVARIANT (present): never absent too."""

    __tablename__ = "deputies"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    membership_id: Mapped[UUID]
    deputy_id: Mapped[UUID]
    during: Mapped[Moments]
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]
    __table_args__ = (
        to("memberships", "membership_id"),
        to("memberships", "deputy_id"),
        to("memberships", "set_by"),
        CheckConstraint("not isempty(during) and not upper_inf(during)", name="for_a_time"),
        CheckConstraint("membership_id <> deputy_id", name="another"),
        ExcludeConstraint(*_ABSENCE, name="deputies_one_at_a_time"),
        Index(None, "area_id", "deputy_id"),
    )


class Turn(Base):
    """Whose a promise, an action or a proposal is from this moment on, instead of whom it names itself."""

    __tablename__ = "turns"
    area_id: Mapped[UUID] = area_key()
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    membership_id: Mapped[UUID]
    __table_args__ = (to("memberships", "membership_id"), Index(None, "area_id", "membership_id"))
