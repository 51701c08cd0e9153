"""The vault: wrapped keys, what was erased and which backups there are, in a schema of its own.

It is dumped apart and its backups expire sooner. Nothing in it refers to a row outside it, so that newer keys can
be brought back beside older data.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key, own_key

VAULT = {"schema": "vault"}


class HouseholdKey(Base):
    """A household's data key for one compartment, wrapped under a version of the key-encryption key.

    `retired_at`: nothing in use is sealed under it any more; a backup of the data may hold what is.
    """

    __tablename__ = "household_keys"
    area_id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(primary_key=True)
    compartment: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    wrapped: Mapped[bytes]
    #: by the machine's own clock, like all of the vault: it is compared with backups
    made_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    retired_at: Mapped[datetime | None]
    __table_args__ = (
        Index(
            "household_keys_retired",
            "area_id",
            "retired_at",
            postgresql_where=text("retired_at is not null"),
        ),
        VAULT,
    )


class KeyRotation(Base):
    """An administrator asked for new keys; finished once everything older is replaced."""

    __tablename__ = "key_rotations"
    area_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = own_key()
    kind: Mapped[str]
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID]
    #: the version of the master key that was made for it
    master_version: Mapped[int | None]
    finished_at: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("kind in ('master', 'data')", name="kind_known"),
        Index(
            "key_rotations_one_at_a_time",
            "area_id",
            "kind",
            unique=True,
            postgresql_where=text("finished_at is null"),
        ),
        VAULT,
    )


class Erasure(Base):
    """The certificate: what was destroyed, when, on whose word, and until when a backup could still open it.

    `whole`: the household, else these persons of it, or (retention) these compartments' keys.
    """

    __tablename__ = "erasures"
    area_id: Mapped[UUID] = mapped_column(primary_key=True)
    id: Mapped[UUID] = own_key()
    household_id: Mapped[UUID]
    #: with those that had become one with it
    households: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    why: Mapped[str]
    whole: Mapped[bool]
    persons: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    compartments: Mapped[list[str]] = mapped_column(ARRAY(Text))
    keys: Mapped[int]
    erased_at: Mapped[datetime]
    erased_by: Mapped[UUID | None]
    second_by: Mapped[UUID | None]
    ground: Mapped[str | None]
    openable_until: Mapped[datetime | None]
    __table_args__ = (
        CheckConstraint("why in ('erasure', 'retention')", name="why_known"),
        CheckConstraint(
            "why <> 'erasure' or (erased_by is not null and second_by is not null and ground is not null)",
            name="by_two_on_a_ground",
        ),
        Index(None, "area_id", "household_id"),
        VAULT,
    )


class ErasureApplied(Base):
    """Beside the data: this erasure of the vault was carried out in them. A restored backup lacks the newer ones."""

    __tablename__ = "erasures_applied"
    area_id: Mapped[UUID] = area_key()
    erasure_id: Mapped[UUID] = mapped_column(primary_key=True)
    applied_at: Mapped[datetime]


class Backup(Base):
    """A dump of the data or of the vault, as made by `casecoord backup`."""

    __tablename__ = "backups"
    id: Mapped[UUID] = own_key()
    kind: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    file: Mapped[str]
    #: None: it is being made, or was not finished
    finished_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    __table_args__ = (CheckConstraint("kind in ('data', 'keys')", name="kind_known"), VAULT)


class BackupTerm(Base):
    """How long backups that are made from a moment on are kept."""

    __tablename__ = "backup_terms"
    since: Mapped[datetime] = mapped_column(primary_key=True)
    data_days: Mapped[int]
    keys_days: Mapped[int]
    __table_args__ = (
        CheckConstraint("keys_days > 0 and keys_days < data_days", name="keys_expire_sooner"),
        VAULT,
    )
