"""A family that moves to another area of the same system: the sender's offer, the receiver's arrival, and
what travels between the two.

Each area writes only its own rows. What the other side learns of them goes by `parcels`, the outbox
between areas, at least once; every step knows by the offer's id whether it was taken already.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key, to
from casecoord.storage.wait_tables import Transfer


class MoveOffer(Base):
    """What this area offers another, and holds until that one has accepted.

    The content is sealed under a key of the offer's own. Content and key are gone from here as soon as
    the receiver has answered.
    """

    __tablename__ = "move_offers"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    #: G7 of this area runs for it until the other area has accepted
    transfer_id: Mapped[UUID]
    to_area: Mapped[UUID] = mapped_column(ForeignKey("areas.id"))
    offered_by: Mapped[UUID]
    moved_on: Mapped[date]
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    answered_at: Mapped[datetime | None]
    #: why the other area declined, sealed for this household
    answer_sealed: Mapped[bytes | None]
    persons: Mapped[int]
    children: Mapped[int]
    #: what the receiving coordinator may know that there is
    spheres: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    #: what passes along: these signals, and whether as a case
    signals: Mapped[list[UUID]] = mapped_column(ARRAY(PG_UUID(as_uuid=True)))
    case_id: Mapped[UUID | None]
    content_sealed: Mapped[bytes | None]
    key_wrapped: Mapped[bytes | None]
    __table_args__ = (
        to("households", "household_id"),
        to(Transfer.__tablename__, "transfer_id"),
        to("cases", "case_id"),
        to("memberships", "offered_by"),
        Index(
            "move_offers_one_pending",
            "area_id",
            "household_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        CheckConstraint("state in ('pending', 'accepted', 'declined', 'expired')", name="state_known"),
        CheckConstraint("(state = 'pending') = (answered_at is null)", name="answered_once"),
        CheckConstraint(
            "(state = 'pending') = (content_sealed is not null) and (state = 'pending') = (key_wrapped is not null)",
            name="content_gone_once_answered",
        ),
    )


class Arrival(Base):
    """What another area offers this one; `id` is the offer's.

    Before acceptance its coordinator sees the columns that are not sealed, and nobody opens the rest.
    """

    __tablename__ = "arrivals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    from_area: Mapped[UUID] = mapped_column(ForeignKey("areas.id"))
    neighbourhood: Mapped[str | None]
    persons: Mapped[int]
    children: Mapped[int]
    spheres: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    moved_on: Mapped[date]
    arrived_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    state: Mapped[str]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer_sealed: Mapped[bytes | None]
    #: made, or found, at acceptance
    household_id: Mapped[UUID | None]
    content_sealed: Mapped[bytes | None]
    key_wrapped: Mapped[bytes | None]
    __table_args__ = (
        to("neighbourhoods", "neighbourhood", key=("code",)),
        to("households", "household_id"),
        to("memberships", "answered_by"),
        CheckConstraint("state in ('pending', 'accepted', 'declined', 'expired')", name="state_known"),
        # INVARIANT (no silent drop): it ends by the receiver's act, or by its date and nobody's act.
        CheckConstraint(
            "case state when 'pending' then answered_at is null and answered_by is null"
            " when 'expired' then answered_by is null and answered_at >= expires_at"
            " else answered_by is not null and answered_at < expires_at end",
            name="ends_by_an_act_or_its_date",
        ),
        CheckConstraint("(state = 'accepted') = (household_id is not null)", name="accepted_has_a_household"),
        CheckConstraint(
            "(state = 'pending') = (content_sealed is not null)", name="content_gone_once_answered"
        ),
        Index("arrivals_waiting", "area_id", "expires_at", postgresql_where=text("state = 'pending'")),
    )


class Parcel(Base):
    """The outbox between areas: an offer on its way there, or its answer on its way back."""

    __tablename__ = "parcels"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    to_area: Mapped[UUID] = mapped_column(ForeignKey("areas.id"))
    offer_id: Mapped[UUID]
    kind: Mapped[str]
    posted_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    __table_args__ = (
        UniqueConstraint("area_id", "offer_id", "kind"),
        CheckConstraint("kind in ('offer', 'answer')", name="kind_known"),
        Index("parcels_undelivered", "area_id", "posted_at", postgresql_where=text("delivered_at is null")),
    )
