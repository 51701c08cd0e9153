"""The tables of youth alternatives: what providers offer, and the places of it that are proposed, held and used."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, Moments, area_key, own_key, to


class Offer(Base):
    """What a provider offers youths: of no family. No neighbourhoods, no languages: for any."""

    __tablename__ = "offers"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    team_id: Mapped[UUID]
    kind: Mapped[str]
    name: Mapped[str]
    age_from: Mapped[int]
    age_until: Mapped[int]
    neighbourhoods: Mapped[list[str]] = mapped_column(ARRAY(Text))
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    places: Mapped[int]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    #: of whom what: [{"of": "family", "what": "..."}]
    needs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    added_by: Mapped[UUID]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_because: Mapped[str | None]
    __table_args__ = (
        to("teams", "team_id"),
        to("memberships", "added_by"),
        CheckConstraint("places > 0 and age_from between 0 and age_until", name="some"),
        CheckConstraint("ends_on >= starts_on", name="lasts"),
        CheckConstraint("(withdrawn_at is null) = (withdrawn_because is null)", name="withdrawn_because"),
        Index(None, "area_id", "team_id"),
    )


class Placement(Base):
    """A youth and an offer: proposed, then a place held until a moment, confirmed, started and ended.

    `during`: when it takes a place of the offer. What is held takes it until its moment has come, whether or not
    anybody wrote down that it has.
    """

    __tablename__ = "placements"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    offer_id: Mapped[UUID]
    #: before which judge's day it has to be ready
    hearing_id: Mapped[UUID | None]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    held_by: Mapped[UUID]
    during: Mapped[Moments | None]
    followed: Mapped[str | None]
    followed_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    released_because: Mapped[str | None]
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("offers", "offer_id"),
        to("hearings", "hearing_id"),
        to("memberships", "held_by"),
        CheckConstraint(
            "case state when 'proposed' then during is null when 'released' then true else during is not null end",
            name="takes_a_place",
        ),
        CheckConstraint("(state = 'ended') = (outcome is not null)", name="ended_with_an_outcome"),
        CheckConstraint(
            "(state = 'released') = (released_because is not null)", name="released_for_a_reason"
        ),
        CheckConstraint("(followed is null) = (followed_at is null)", name="followed_at"),
        ExcludeConstraint(
            (text("area_id"), "="),
            (text("offer_id"), "="),
            (text("person_id"), "="),
            (text("during"), "&&"),
            where=text("during is not null"),
            using="gist",
            name="placements_one_hold",
        ),
        Index(
            "placements_proposed_once",
            "area_id",
            "offer_id",
            "person_id",
            unique=True,
            postgresql_where=text("state = 'proposed'"),
        ),
        Index(
            "placements_to_expire", "area_id", text("upper(during)"), postgresql_where=text("state = 'held'")
        ),
        Index(None, "area_id", "offer_id"),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "hearing_id"),
    )
