"""Finding, locking and making households; the teams that cover them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from casecoord.domain.ages import LEFT_PRIMARY_SCHOOL, age_on, next_milestone
from casecoord.domain.duplicates import MergeReason, score_of
from casecoord.domain.routing import Coverage
from casecoord.domain.workdays import local_date
from casecoord.storage.key_tables import HouseholdKey
from casecoord.storage.merge_tables import MergeProposal
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.standing import SHARED
from casecoord.storage.tables import Household, Person
from casecoord.storage.work import Area

# Before the household itself, whoever locks one shares what stands in the area: its settings and who covers what.
_LOCK_ANY = f"select id, {SHARED} from households where area_id = :area and id = :id"
_LOCK = text(f"{_LOCK_ANY} and upper_inf(during) for update")
_LOCK_ENDED = text(f"{_LOCK_ANY} for update")
_AFTER_LOCK = text(
    "select (select settings from areas where id = :area) settings, greatest(case when coalesce(current_setting('casecoord.now', true), '') = '' then clock_timestamp()"
    "   else clock() end, (select max(at) from events where area_id = :area and household_id = :id)) now,"
    " coalesce((select jsonb_agg(jsonb_build_array(compartment, version, encode(wrapped, 'hex')))"
    "   from vault.household_keys where area_id = :area and household_id = :id), '[]') wrapped_keys,"
    " cast(:person as uuid) is null or exists (select from persons where area_id = :area and id = :person"
    "   and household_id = :id) at_home"
)
_HOLDER_AT = text(
    "select membership_id from holders where area_id = :area and household_id = :id"
    " and during @> cast(:at as timestamptz)"
)
_BY_BSN = text(
    "select p.id, p.household_id from persons p where p.area_id = :area"
    " and p.bsn_index = :bsn and p.bsn_birth_index = :birth and p.died_on is null"
)
_BY_NAME = text(
    "select distinct p.household_id from persons p join households h on h.area_id = p.area_id"
    " and h.id = p.household_id where p.area_id = :area and p.name_index = :name and not h.provisional"
    " and upper_inf(h.during) and p.died_on is null"
)
_SECRET = text("select secret_address from households where area_id = :area and id = :id")
_COVERAGE = text(
    "select l.kind, c.team_id, p.id person, encode(p.birth_date_sealed, 'hex') birth, l.from_on"
    " from persons p join person_links l on l.area_id = p.area_id and l.person_id = p.id"
    "   and l.from_on <= :today and (l.until_on is null or l.until_on > :today)"
    " join team_covers c on c.area_id = l.area_id and c.kind = l.kind and c.code = l.code"
    " join teams t on t.area_id = c.area_id and t.id = c.team_id and t.during @> cast(:now as timestamptz)"
    " where p.area_id = :area and p.household_id = :id and p.died_on is null"
    " union all"
    " select 'neighbourhood', c.team_id, null, null, null from households h"
    " join team_covers c on c.area_id = h.area_id and c.kind = 'neighbourhood' and c.code = h.neighbourhood"
    " join teams t on t.area_id = c.area_id and t.id = c.team_id and t.during @> cast(:now as timestamptz)"
    # Of one person's schools the newest: an old enrolment is not always ended when a new one begins.
    " where h.area_id = :area and h.id = :id order by 1, 3, 5 desc"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A person of the register, and of which household they are at this moment."""

    household: UUID
    person: UUID


async def lock_household(
    work: Area, household: UUID, *, ended: bool = False, person: UUID | None = None
) -> HouseholdSeal | None:
    """Locks the household for this transaction and gives its seal; None if it is not there, or is no more.

    `ended`: also one that is no more. `person`: None too if they are of another one once the lock is had.

    The moment of the transaction becomes the moment at which the lock was had, so that what two
    waiting transactions do to one household happens in the order of their locks, whatever the clock does.
    So do the area's settings as they stand then, until the transaction ends.
    What has happened counts, by its event; what is planned, as who holds the household next month, does not.
    """
    parameters = {"area": work.area_id, "id": household}
    if (await work.session.execute(_LOCK_ENDED if ended else _LOCK, parameters)).first() is None:
        return None
    row = (await work.session.execute(_AFTER_LOCK, {**parameters, "person": person})).one()
    if not row.at_home:
        return None
    work.now = max(work.now, row.now)
    work.follow(row.settings)
    keys = [(name, version, bytes.fromhex(wrapped)) for name, version, wrapped in row.wrapped_keys]
    return HouseholdSeal(work.keyring, household).add_keys(keys)


async def holder_at(work: Area, household: UUID, at: datetime) -> UUID | None:
    """The membership that was, is or will be accountable for the household at this moment."""
    found = await work.session.execute(_HOLDER_AT, {"area": work.area_id, "id": household, "at": at})
    holder: UUID | None = found.scalar()
    return holder


async def save_keys(work: Area, seal: HouseholdSeal) -> None:
    """Stores the data keys that sealing made."""
    for compartment, version, wrapped in seal.made:
        work.session.add(
            HouseholdKey(
                area_id=work.area_id,
                household_id=seal.household,
                compartment=compartment,
                version=version,
                wrapped=wrapped,
            )
        )
    seal.made.clear()
    await work.session.flush()


async def find_by_bsn(work: Area, bsn: str, birth_date: date) -> Found | None:
    """The person with this BSN and this birth date. Both agree, or there is nobody."""
    row = (
        await work.session.execute(
            _BY_BSN,
            {
                "area": work.area_id,
                "bsn": work.keyring.bsn_index(bsn),
                "birth": work.keyring.bsn_birth_index(bsn, birth_date.isoformat()),
            },
        )
    ).first()
    return Found(row.household_id, row.id) if row else None


async def receive_unmatched(work: Area, name: str, birth_date: date, postcode: str) -> Found:
    """A household for a person without a BSN: provisional, with a proposal for each likely family.

    Whether there was a likely family shows nowhere in the answer: the area's coordinator decides.
    """
    index = work.keyring.name_index(family_name(name), birth_date.isoformat(), postcode)
    likely = list(await work.session.scalars(_BY_NAME, {"area": work.area_id, "name": index}))
    household, person = uuid4(), uuid4()
    seal = HouseholdSeal(work.keyring, household)
    work.session.add(
        Household(area_id=work.area_id, id=household, provisional=bool(likely), during=Range(work.now, None))
    )
    await work.session.flush()
    work.session.add(
        Person(
            area_id=work.area_id,
            id=person,
            household_id=household,
            name_index=index,
            name_sealed=seal.seal(name, Place("persons", person, "name"), Compartment.IDENTITY),
            birth_date_sealed=seal.seal(
                birth_date.isoformat(), Place("persons", person, "birth_date"), Compartment.IDENTITY
            ),
            turns_on=next_milestone(birth_date.isoformat(), local_date(work.now)),
        )
    )
    await save_keys(work, seal)
    for candidate in likely:
        work.session.add(
            MergeProposal(
                area_id=work.area_id,
                provisional_id=household,
                household_id=candidate,
                reasons=[MergeReason.NAME_BIRTH_POSTCODE],
                score=score_of([MergeReason.NAME_BIRTH_POSTCODE]),
                state="pending",
                proposed_at=work.now,
            )
        )
    await work.session.flush()
    return Found(household, person)


async def coverage_of(work: Area, seal: HouseholdSeal, today: date) -> Coverage:
    """The teams that cover this household; of several schools, the youngest child's. A youth has left them."""
    rows = await work.session.execute(
        _COVERAGE, {"area": work.area_id, "id": seal.household, "today": today, "now": work.now}
    )
    teams: dict[str, UUID] = {}
    youngest = ""
    for kind, team, person, birth, _ in rows:
        if kind == "school":
            born = _birth(seal, person, birth)
            if born and (age_on(born, today) or 0) >= LEFT_PRIMARY_SCHOOL:
                continue
            if "school" not in teams or born > youngest:
                teams[kind], youngest = team, born
        else:
            teams.setdefault(kind, team)
    return Coverage(
        school=teams.get("school"),
        benefit=teams.get("benefit"),
        practice=teams.get("practice"),
        neighbourhood=teams.get("neighbourhood"),
    )


async def has_secret_address(work: Area, household: UUID) -> bool | None:
    """Whether the household's address is secret; None if there is no such household."""
    found = await work.session.execute(_SECRET, {"area": work.area_id, "id": household})
    secret: bool | None = found.scalar()
    return secret


def family_name(name: str) -> str:
    """The last word of a name as people write it: what a match without a BSN goes by."""
    words: Sequence[str] = name.split()
    return words[-1] if words else ""


def _birth(seal: HouseholdSeal, person: UUID, sealed: str | None) -> str:
    if sealed is None:
        return ""
    return seal.open(bytes.fromhex(sealed), Place("persons", person, "birth_date"), Compartment.IDENTITY)
