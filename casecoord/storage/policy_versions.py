"""Every version of the policy that ever decided in an area, kept from its first use on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import text

from casecoord.storage.work import Area

# Two who begin at once: whoever has the lock keeps it, the other does not wait and looks again next time.
_KEEP = text(
    "with kept as (insert into policy_versions (area_id, digest, files, kept_at)"
    "   select :area, :digest, cast(:files as jsonb), :now"
    "    where pg_try_advisory_xact_lock(hashtextextended(:lock, 0)) on conflict do nothing returning 1)"
    " select exists (select from kept)"
    "   or exists (select from policy_versions where area_id = :area and digest = :digest)"
)
_FIND = text("select files, kept_at from policy_versions where area_id = :area and digest = :digest")

_NEWEST = text(
    "select digest, files, kept_at from policy_versions where area_id = :area order by kept_at desc, digest limit :most"
)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of the policy, with the files that it was made of, and since when it is kept."""

    digest: str
    files: dict[str, str]
    kept_at: datetime


async def keep(work: Area, digest: str, files: Mapping[str, str]) -> bool:
    """Keeps this version, unless it is kept already; whether it is."""
    found = await work.session.execute(
        _KEEP,
        {
            "area": work.area_id,
            "digest": digest,
            "files": orjson.dumps(dict(files)).decode(),
            "now": work.now,
            "lock": f"policy version {work.area_id} {digest}",
        },
    )
    return bool(found.scalar_one())


async def find(work: Area, digest: str) -> tuple[dict[str, str], datetime] | None:
    """The files of a version, and since when it is kept."""
    found = await work.session.execute(_FIND, {"area": work.area_id, "digest": digest})
    row = found.one_or_none()
    return (row.files, row.kept_at) if row else None


async def newest(work: Area, most: int) -> list[Version]:
    """The versions that decided here, the last first."""
    rows = await work.session.execute(_NEWEST, {"area": work.area_id, "most": most})
    return [Version(row.digest, row.files, row.kept_at) for row in rows]
