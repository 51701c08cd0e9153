"""The tables of the family at the table: what it wants and reached, what was agreed with it, and what each answered."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped

from casecoord.storage.tables import Base, area_key, own_key, to


class Agreement(Base):
    """One wording of an agreement: who does what by when. Another wording is another row, which replaces this one."""

    __tablename__ = "agreements"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    author_id: Mapped[UUID]
    domain: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    what_sealed: Mapped[bytes]
    doer_sealed: Mapped[bytes]
    due_on: Mapped[date]
    recorded_at: Mapped[datetime]
    replaces: Mapped[UUID | None]
    #: whose wording it takes over from the one that it replaces
    adopts: Mapped[UUID | None]
    #: what the lead says to whoever wanted it otherwise
    reply_sealed: Mapped[bytes | None]
    kept_at: Mapped[datetime | None]
    praise_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "author_id"),
        to("agreements", "replaces"),
        to("persons", "adopts"),
        CheckConstraint(
            "replaces is not null or (adopts is null and reply_sealed is null)", name="answers_an_earlier_one"
        ),
        CheckConstraint("praise_sealed is null or kept_at is not null", name="praised_once_kept"),
        # An agreement has one wording that stands.
        Index(
            "agreements_replaced_once",
            "area_id",
            "replaces",
            unique=True,
            postgresql_where=text("replaces is not null"),
        ),
        Index(None, "area_id", "case_id"),
    )


class AgreementAnswer(Base):
    """Somebody is asked (turn 0), and what they said, each time they said something; the last word counts."""

    __tablename__ = "agreement_answers"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    agreement_id: Mapped[UUID]
    person_id: Mapped[UUID]
    sphere: Mapped[str]
    turn: Mapped[int]
    answer: Mapped[str]
    words_sealed: Mapped[bytes | None]
    #: who spoke: the person, or whoever may speak for that child
    said_by: Mapped[UUID | None]
    #: None: on the own page; else on paper, through this professional
    recorded_by: Mapped[UUID | None]
    answered_at: Mapped[datetime]
    __table_args__ = (
        to("agreements", "agreement_id"),
        to("persons", "person_id"),
        to("persons", "said_by"),
        to("memberships", "recorded_by"),
        CheckConstraint(
            "(turn = 0) = (answer = 'asked') and (answer = 'asked') = (said_by is null)"
            " and answer in ('asked', 'confirmed', 'changed', 'refused')",
            name="said_by_somebody",
        ),
        CheckConstraint("answer <> 'changed' or words_sealed is not null", name="changed_in_own_words"),
        Index("agreement_answers_in_turn", "area_id", "agreement_id", "person_id", "turn", unique=True),
    )


class Milestone(Base):
    """What is wanted (goal), a small step towards a goal or in an agreement, or what there is to be proud of."""

    __tablename__ = "milestones"
    area_id: Mapped[UUID] = area_key()
    id: Mapped[UUID] = own_key()
    case_id: Mapped[UUID]
    kind: Mapped[str]
    #: of the family itself; else of the plan that the teams made
    own: Mapped[bool]
    #: None: the family, on its own page
    author_id: Mapped[UUID | None]
    person_id: Mapped[UUID | None]
    domain: Mapped[str]
    sphere: Mapped[str]
    audience: Mapped[str | None]
    words_sealed: Mapped[bytes]
    set_at: Mapped[datetime]
    goal_id: Mapped[UUID | None]
    agreement_id: Mapped[UUID | None]
    reached_at: Mapped[datetime | None]
    praise_sealed: Mapped[bytes | None]
    __table_args__ = (
        to("cases", "case_id"),
        to("memberships", "author_id"),
        to("persons", "person_id"),
        to("milestones", "goal_id"),
        to("agreements", "agreement_id"),
        CheckConstraint("kind in ('goal', 'step', 'proud')", name="known"),
        CheckConstraint(
            "num_nonnulls(goal_id, agreement_id) = case kind when 'step' then 1 else 0 end",
            name="step_of_one",
        ),
        CheckConstraint("author_id is not null or own", name="by_somebody"),
        CheckConstraint("kind <> 'proud' or (own and reached_at is not null)", name="proud_of_what_is"),
        CheckConstraint("praise_sealed is null or reached_at is not null", name="praised_once_reached"),
        Index(None, "area_id", "case_id"),
    )
