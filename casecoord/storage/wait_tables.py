"""The tables of what waits for somebody else: transfers, blockades, hearings, emergency access, requests, refusals."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, Moments, area_key, own_key, to


class Transfer(Base):
    """A household that comes to another accountable team, which has not answered yet; the old one stays until then.

    Team None: the area's coordinator.
    """

    __tablename__ = "transfers"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    kind: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    from_team_id: Mapped[UUID | None]
    to_team_id: Mapped[UUID | None]
    state: Mapped[str]
    offered_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    answer_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("households", "household_id"),
        to("teams", "from_team_id"),
        to("teams", "to_team_id"),
        to("memberships", "answered_by"),
        CheckConstraint("(state = 'pending') = (answered_at is null)", name="answered_once"),
        Index(
            "transfers_one_pending",
            "area_id",
            "household_id",
            "sphere",
            "from_team_id",
            "to_team_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index(None, "area_id", "household_id"),
    )


class Blockade(Base):
    """What stops practice, and who should do what about it by when; the decision that opens it."""

    __tablename__ = "blockades"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    team_id: Mapped[UUID]
    raised_by: Mapped[UUID]
    kind: Mapped[str]
    domain: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    #: as who raised it says: of the signals who decides sees none
    urgency: Mapped[str] = mapped_column(server_default=text("'normal'"))
    what_sealed: Mapped[bytes]
    asked_sealed: Mapped[bytes]
    #: who should do it: one of these three, or nobody else than the person with decision power
    to_team_id: Mapped[UUID | None]
    to_organisation_id: Mapped[UUID | None]
    function_sealed: Mapped[bytes | None]
    needed_by: Mapped[date | None]
    #: the action that its team cannot do
    action_id: Mapped[UUID | None]
    state: Mapped[str]
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    decision_sealed: Mapped[bytes | None]
    #: on what authority; None: the decision power's own
    mandate_sealed: Mapped[bytes | None]
    reach: Mapped[str | None]
    #: the rule that it became
    breakthrough_id: Mapped[UUID | None]
    #: where who decides put it by hand
    place: Mapped[int | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("teams", "team_id"),
        to("memberships", "raised_by"),
        to("plan_actions", "action_id"),
        to("memberships", "decided_by"),
        to("teams", "to_team_id"),
        to("organisations", "to_organisation_id"),
        to("breakthroughs", "breakthrough_id"),
        CheckConstraint("num_nonnulls(to_team_id, to_organisation_id, function_sealed) <= 1", name="for_one"),
        CheckConstraint("mandate_sealed is null or state = 'decided'", name="mandate_of_a_decision"),
        CheckConstraint(
            "breakthrough_id is null or (state = 'decided' and reach = 'structural')",
            name="structural_is_a_rule",
        ),
        CheckConstraint(
            "(state = 'decided') = (decided_at is not null and decided_by is not null"
            " and decision_sealed is not null and reach is not null)",
            name="decided_with_a_reason",
        ),
        # An action is refused by one blockade at a time.
        Index(
            "blockades_one_on_an_action",
            "area_id",
            "action_id",
            unique=True,
            postgresql_where=text("state <> 'decided'"),
        ),
        Index(None, "area_id", "case_id"),
    )


class Hearing(Base):
    """A youth's date before the neighbourhood judge; that it exists is of the sphere justice."""

    __tablename__ = "hearings"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    held_on: Mapped[date]
    state: Mapped[str]
    planned_by: Mapped[UUID]
    planned_at: Mapped[datetime]
    #: how often its day was moved
    moves: Mapped[int] = mapped_column(server_default=text("0"))
    #: the steps of its preparation that somebody said are done
    prepared: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("memberships", "planned_by"),
        Index(
            "hearings_one_on_a_day",
            "area_id",
            "person_id",
            "held_on",
            unique=True,
            postgresql_where=text("state = 'planned'"),
        ),
        # A list holds those that its team prepares, of all that were ever held.
        Index("hearings_planned", "area_id", "household_id", postgresql_where=text("state = 'planned'")),
        Index(None, "area_id", "household_id"),
    )


class BreakGlassGrant(Base):
    """Emergency access of one professional to one household, for a day at most."""

    __tablename__ = "break_glass_grants"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    reason_sealed: Mapped[bytes]
    medical: Mapped[bool]
    during: Mapped[Moments]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None]
    review_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("households", "household_id"),
        to("memberships", "membership_id"),
        to("memberships", "reviewed_by"),
        CheckConstraint(
            "not lower_inf(during) and not upper_inf(during) and upper(during) - lower(during) <= '24 hours'",
            name="short",
        ),
        CheckConstraint(
            "(reviewed_at is null) = (reviewed_by is null) and reviewed_by is distinct from membership_id",
            name="reviewed_by_another",
        ),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "membership_id"),
    )


class Request(Base):
    """What a resident asked for, and what two people decided, on which ground."""

    __tablename__ = "requests"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID]
    kind: Mapped[str]
    received_at: Mapped[datetime]
    #: None: the resident, under the own login
    recorded_by: Mapped[UUID | None]
    words_sealed: Mapped[bytes | None]
    state: Mapped[str]
    ground: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None]
    second_by: Mapped[UUID | None]
    decision_sealed: Mapped[bytes | None]
    #: the refusal that this one appeals
    appeal_of: Mapped[UUID | None]
    #: a restriction or objection that was granted holds until then
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None]
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("memberships", "recorded_by"),
        to("memberships", "decided_by"),
        to("memberships", "second_by"),
        to("requests", "appeal_of"),
        to("memberships", "lifted_by"),
        CheckConstraint(
            "(state = 'open') = (decided_at is null) and (state in ('open', 'withdrawn') or (decided_by is not null"
            " and second_by is not null and second_by <> decided_by and ground is not null))",
            name="decided_by_two",
        ),
        CheckConstraint(
            "(lifted_at is null) = (lifted_by is null) and (lifted_at is null"
            " or (state = 'granted' and kind in ('restriction', 'objection')))",
            name="lifts_what_holds",
        ),
        Index(
            "requests_appealed_once",
            "area_id",
            "appeal_of",
            unique=True,
            postgresql_where=text("appeal_of is not null and state <> 'withdrawn'"),
        ),
        Index(None, "area_id", "household_id"),
        # Of many families a list asks who restricts now: these are few, and all of them are its answer.
        Index(
            "requests_that_restrict",
            "area_id",
            "household_id",
            postgresql_where=text(
                "kind in ('restriction', 'objection') and (state = 'open' or state = 'granted' and lifted_at is null)"
            ),
        ),
    )


class Refusal(Base):
    """A family that refuses, as the lead recorded it; with a coordinator's word it waits for its review."""

    __tablename__ = "refusals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    recorded_by: Mapped[UUID]
    recorded_at: Mapped[datetime]
    reason_sealed: Mapped[bytes]
    review_on: Mapped[date]
    confirmed_by: Mapped[UUID | None]
    confirmed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "recorded_by"),
        to("memberships", "confirmed_by"),
        CheckConstraint(
            "(confirmed_at is null) = (confirmed_by is null) and confirmed_by is distinct from recorded_by",
            name="confirmed_by_another",
        ),
        Index(
            "refusals_one_at_a_time",
            "area_id",
            "case_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )
