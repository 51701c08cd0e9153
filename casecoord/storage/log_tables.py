"""The tree over the access log. What its hashes mean stands in `domain/merkle.py`."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import UserDefinedType

from casecoord.storage.tables import Base, area_key


class TransactionId(UserDefinedType[str]):
    """PostgreSQL's 64-bit transaction id, as text: it counts on for as long as the server lives."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "xid8"


class LogPosition(Base):
    """Where an entry stands in its area's tree, from zero without holes.

    No foreign keys: their checks would cost the sequencer more than all else, the checkpoint knows the area,
    and an entry that was deleted must be found by verification in any case.
    """

    __tablename__ = "log_positions"
    area_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    entry_id: Mapped[UUID]
    __table_args__ = (UniqueConstraint("area_id", "entry_id"),)


class LogTile(Base):
    """Up to 256 hashes of one level side by side: of leaves at level 0, above that of whole tiles below."""

    __tablename__ = "log_tiles"
    area_id: Mapped[UUID] = area_key()
    level: Mapped[int] = mapped_column(primary_key=True)
    tile: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hashes: Mapped[bytes]
    __table_args__ = (
        CheckConstraint("length(hashes) between 32 and 8192 and length(hashes) % 32 = 0", name="of_hashes"),
    )


class LogCheckpoint(Base):
    """What was signed about the tree at one size; `note` is the whole signed text."""

    __tablename__ = "log_checkpoints"
    area_id: Mapped[UUID] = area_key()
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes]
    at: Mapped[datetime]
    note: Mapped[str]
    #: the snapshot in which everything has its place; None where that was not known
    seen: Mapped[str | None]
    __table_args__ = (CheckConstraint("length(root) = 32", name="root_is_a_hash"),)
