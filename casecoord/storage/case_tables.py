"""The tables of the work itself: signals, cases, leads, plans, what happened, and what was looked at."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.log_tables import TransactionId
from casecoord.storage.tables import Base, Moments, area_key, own_key, to

OPEN_CASE = "state <> 'closed'"


class Signal(Base):
    __tablename__ = "signals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    person_id: Mapped[UUID | None]
    case_id: Mapped[UUID | None]
    state: Mapped[str]
    domain: Mapped[str]
    sphere: Mapped[str]
    urgency: Mapped[str]
    source: Mapped[str]
    #: None: the family itself
    source_team_id: Mapped[UUID | None]
    author_id: Mapped[UUID | None]
    audience: Mapped[str | None]
    #: None: the area's coordinator is the backstop
    accountable_team_id: Mapped[UUID | None]
    routed_by: Mapped[str]
    summary_sealed: Mapped[bytes]
    detail_sealed: Mapped[bytes | None]
    veilig_thuis: Mapped[str | None]
    veilig_thuis_reason_sealed: Mapped[bytes | None]
    veilig_thuis_on: Mapped[date | None]
    received_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    triaged_at: Mapped[datetime | None]
    triage_reason_sealed: Mapped[bytes | None]
    review_on: Mapped[date | None]
    #: what whoever signalled was told
    feedback_sealed: Mapped[bytes | None]
    feedback_at: Mapped[datetime | None]
    outcome_sealed: Mapped[bytes | None]
    outcome_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    #: its object is no more, or another area's: death, emigration, moved
    lapsed_as: Mapped[str | None]
    __table_args__ = (
        to("households", "household_id"),
        to("persons", "person_id"),
        to("cases", "case_id"),
        to("teams", "source_team_id"),
        to("teams", "accountable_team_id"),
        to("memberships", "author_id"),
        CheckConstraint(
            "(source_team_id is null) = (author_id is null) and (author_id is not null or source = 'family')",
            name="from_somebody",
        ),
        CheckConstraint("(state = 'ended') = (ended_at is not null)", name="ended_at_its_end"),
        # INVARIANT (closed loop): it ends with a confirmed outcome, and whoever signalled was told.
        CheckConstraint(
            "state <> 'ended' or lapsed_as is not null or (outcome_sealed is not null"
            " and outcome_by is not null and feedback_at is not null)",
            name="ends_with_an_outcome",
        ),
        CheckConstraint(
            "lapsed_as is null or (state = 'ended' and lapsed_as in ('death', 'emigration', 'moved', 'erasure'))",
            name="lapses_at_its_end",
        ),
        CheckConstraint("state <> 'in_case' or case_id is not null", name="in_a_case"),
        CheckConstraint("state <> 'on_hold' or review_on is not null", name="hold_has_a_review"),
        Index(None, "area_id", "household_id"),
        Index(None, "area_id", "accountable_team_id", postgresql_where=text("state <> 'ended'")),
        Index(None, "area_id", "case_id", postgresql_where=text("case_id is not null")),
        Index(
            "signals_unseen",
            "area_id",
            "id",
            postgresql_where=text("state = 'open' and urgency = 'acute' and seen_at is null"),
        ),
    )


class Case(Base):
    __tablename__ = "cases"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    state: Mapped[str]
    triaged_at: Mapped[datetime]
    reviewed_at: Mapped[datetime | None]
    aftercare_at: Mapped[datetime | None]
    outcome_sealed: Mapped[bytes | None]
    outcome_by: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    #: the case in which this one went on when two households became one
    merged_into: Mapped[UUID | None]
    #: nobody of the family is left here, or another area took it over
    lapsed_as: Mapped[str | None]
    #: when the joint view's term was over: what is left is that there was a case, while a signal of it is kept
    forgotten_at: Mapped[datetime | None]
    __table_args__ = (
        to("households", "household_id"),
        to("cases", "merged_into"),
        # INVARIANT (one case): a household has at most one open case.
        Index("cases_one_open", "area_id", "household_id", unique=True, postgresql_where=text(OPEN_CASE)),
        CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at_its_end"),
        CheckConstraint("state <> 'aftercare' or aftercare_at is not null", name="aftercare_since"),
        CheckConstraint(
            "state <> 'closed' or lapsed_as is not null or merged_into is not null or forgotten_at is not null"
            " or (outcome_sealed is not null and outcome_by is not null)",
            name="closes_with_an_outcome",
        ),
        CheckConstraint("merged_into is null or state = 'closed'", name="merged_at_its_end"),
        CheckConstraint("forgotten_at is null or state = 'closed'", name="forgotten_after_its_end"),
        CheckConstraint(
            "lapsed_as is null or (state = 'closed' and lapsed_as in ('death', 'emigration', 'moved', 'erasure'))",
            name="lapses_at_its_end",
        ),
        Index(None, "area_id", "household_id"),
    )


class Participant(Base):
    """A team's taking part in a case; its sphere is what its presence reveals."""

    __tablename__ = "participants"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    team_id: Mapped[UUID]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    during: Mapped[Moments]
    __table_args__ = (
        to("cases", "case_id"),
        to("teams", "team_id"),
        ExcludeConstraint(
            ("area_id", "="), ("case_id", "="), ("team_id", "="), ("during", "&&"), name="participants_once"
        ),
        Index(None, "area_id", "team_id"),
    )


class Invitation(Base):
    __tablename__ = "invitations"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    team_id: Mapped[UUID]
    invited_by: Mapped[UUID]
    sphere: Mapped[str]
    state: Mapped[str]
    invited_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("teams", "team_id"),
        to("memberships", "invited_by"),
        Index(None, "area_id", "case_id"),
        Index(
            "invitations_one_pending",
            "area_id",
            "case_id",
            "team_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        # A first screen asks what waits for a team, in an area where much waits for others.
        Index("invitations_pending_at", "area_id", "team_id", postgresql_where=text("state = 'pending'")),
    )


class Proposal(Base):
    """Somebody is asked to take the lead (lead, handover), or is appointed to it."""

    __tablename__ = "proposals"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    kind: Mapped[str]
    membership_id: Mapped[UUID]
    proposed_by: Mapped[UUID]
    reason_sealed: Mapped[bytes | None]
    #: what the family prefers, or why it was not asked
    preference_sealed: Mapped[bytes | None]
    answer_sealed: Mapped[bytes | None]
    state: Mapped[str]
    proposed_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    #: the professional appointed objects, and stays until another accepted
    objected_at: Mapped[datetime | None]
    objection_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "membership_id"),
        to("memberships", "proposed_by"),
        Index(None, "area_id", "case_id"),
        Index(
            "proposals_one_pending",
            "area_id",
            "case_id",
            unique=True,
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "proposals_pending_with", "area_id", "membership_id", postgresql_where=text("state = 'pending'")
        ),
        CheckConstraint("(state = 'pending') = (answered_at is null)", name="answered_once"),
        CheckConstraint(
            "(objected_at is null) = (objection_sealed is null)"
            " and (objected_at is null or (kind = 'appointment' and state = 'accepted'))",
            name="objects_to_an_appointment",
        ),
    )


class Lead(Base):
    """INVARIANT (one lead): a case has at most one accepted lead at any moment."""

    __tablename__ = "leads"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    proposal_id: Mapped[UUID]
    during: Mapped[Moments]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "membership_id"),
        to("proposals", "proposal_id"),
        ExcludeConstraint(("area_id", "="), ("case_id", "="), ("during", "&&"), name="leads_one_at_a_time"),
        Index(None, "area_id", "membership_id"),
    )


class Contact(Base):
    """The lead spoke with the family."""

    __tablename__ = "contacts"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    membership_id: Mapped[UUID]
    contacted_at: Mapped[datetime]
    manner: Mapped[str]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "membership_id"),
        Index(None, "area_id", "case_id"),
    )


class PlanAction(Base):
    """A small step with one owner and one date."""

    __tablename__ = "plan_actions"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    team_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    author_id: Mapped[UUID]
    domain: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    what_sealed: Mapped[bytes]
    result_sealed: Mapped[bytes | None]
    due_on: Mapped[date]
    state: Mapped[str]
    added_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    outcome_sealed: Mapped[bytes | None]
    outcome_by: Mapped[str | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("teams", "team_id"),
        to("memberships", "owner_id"),
        to("memberships", "author_id"),
        CheckConstraint("(state = 'open') = (done_at is null)", name="done_at_its_end"),
        CheckConstraint(
            "state <> 'ended' or (outcome_sealed is not null and outcome_by is not null)",
            name="ends_with_an_outcome",
        ),
        Index(None, "area_id", "case_id"),
        Index("plan_actions_open_with", "area_id", "owner_id", postgresql_where=text("state = 'open'")),
    )


class Event(Base):
    """What happened, in order. `about` holds ids and words of closed vocabularies, never text."""

    __tablename__ = "events"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    case_id: Mapped[UUID | None]
    at: Mapped[datetime]
    verb: Mapped[str]
    membership_id: Mapped[UUID]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    facet: Mapped[str]
    rule: Mapped[str]
    about: Mapped[dict[str, Any]]
    #: in which transaction: what is new since somebody looked goes by it
    txid: Mapped[str] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))
    __table_args__ = (
        to("households", "household_id"),
        to("memberships", "membership_id"),
        Index(None, "area_id", "household_id", "at"),
        Index(None, "area_id", "txid"),
    )


class AnsweredKey(Base):
    """An idempotency key with what it was answered: ids and words, never text."""

    __tablename__ = "answered_keys"
    area_id: Mapped[UUID] = area_key()
    professional_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request: Mapped[bytes]
    answer: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class AccessRecord(Base):
    """INVARIANT (no view without a trace): one canonical record per view or change, with its tree leaf."""

    __tablename__ = "access_log"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    at: Mapped[datetime]
    trace_id: Mapped[str]
    #: the household's pseudonym: erasing the household unlinks the record, the leaf stays valid
    household: Mapped[UUID | None]
    #: the pseudonyms of the persons that it is about; none: the household as a whole
    subjects: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    #: None: a resident, or somebody at the machine itself, whom the record names
    professional_id: Mapped[UUID | None]
    #: the pseudonym of the person, where a resident did or saw it
    resident: Mapped[UUID | None]
    #: both None once their term is over: the leaf stays
    record: Mapped[str | None]
    salt: Mapped[bytes | None]
    leaf: Mapped[bytes]
    #: by the database's own clock and transaction: what the sequencer goes by
    arrived_at: Mapped[datetime] = mapped_column(server_default=text("now()"))
    txid: Mapped[str] = mapped_column(TransactionId, server_default=text("pg_current_xact_id()"))
    __table_args__ = (
        CheckConstraint("professional_id is null or resident is null", name="by_one"),
        Index(None, "area_id", "household", "at"),
        Index(None, "area_id", "at", "id"),
        Index("access_log_at", "area_id", "at", postgresql_where=text("record is not null")),
        Index(None, "area_id", "txid", "id"),
        Index("access_log_subjects", "subjects", postgresql_using="gin"),
        CheckConstraint("(record is null) = (salt is null)", name="expires_whole"),
    )
