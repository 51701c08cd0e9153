"""Each version of the policy that ever decided here."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from casecoord.storage.tables import Base, area_key


class PolicyVersion(Base):
    """A policy as it decided: named by its digest, kept with the files that it was made of."""

    __tablename__ = "policy_versions"
    area_id: Mapped[UUID] = area_key()
    digest: Mapped[str] = mapped_column(primary_key=True)
    files: Mapped[dict[str, Any]]
    kept_at: Mapped[datetime]
