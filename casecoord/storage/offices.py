"""In whose name a command acts: a person with an office in the area, who answers for it in the log."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Role
from casecoord.storage.work import Area

_LOGIN = text(
    "select l.issuer, l.subject, m.id membership, p.name from memberships m"
    " join professionals p on p.area_id = m.area_id and p.id = m.professional_id"
    " join logins l on l.area_id = m.area_id and l.professional_id = m.professional_id"
    " where m.area_id = :area and m.role = :role and m.during @> cast(:now as timestamptz)"
    " and (cast(:professional as uuid) is null or m.professional_id = :professional)"
    " order by lower(m.during), m.id, l.issuer, l.subject limit 1"
)


@dataclass(frozen=True, slots=True)
class Officer:
    """A login under the membership that has the office."""

    issuer: str
    subject: str
    membership: UUID
    name: str


async def officer(work: Area, role: Role, professional: UUID | None = None) -> Officer | None:
    """Who has had this office longest and has it now (or: this professional, if it has it); None where nobody."""
    values = {"area": work.area_id, "role": role, "now": work.now, "professional": professional}
    row = (await work.session.execute(_LOGIN, values)).mappings().one_or_none()
    return Officer(**row) if row else None
