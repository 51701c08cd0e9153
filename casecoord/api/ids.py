"""Opaque global ids, as the schema names their type."""

from uuid import UUID

import strawberry

from casecoord.domain import ids
from casecoord.domain.ids import key_of, key_of_any

__all__ = ["global_id", "key_of", "key_of_any"]


def global_id(kind: str, key: UUID) -> strawberry.ID:
    """base64url, without padding, of `Kind:uuid`."""
    return strawberry.ID(ids.global_id(kind, key))
