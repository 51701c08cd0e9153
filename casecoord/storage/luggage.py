"""What of a family travels to another area: the minimum by which work there can go on, sealed on the way.

Names, birth dates, who is whose, and for each open signal its domain and shareable sentence; no details, no
plan, no notes: the care file stays with each organisation, and the history with each area.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import text

from casecoord.domain.words import Audience, LifeDomain, Sphere, Urgency, VeiligThuis
from casecoord.storage.family import Care, Tie
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place
from casecoord.storage.work import Area


@dataclass(frozen=True, slots=True)
class Posted:
    """An address as it travels."""

    line: str
    postcode: str
    number: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Traveller:
    """A person; the hashes are keyed for the whole system, in hex."""

    id: UUID
    name: str
    born: str | None
    language: str | None
    bsn_index: str | None
    bsn_birth_index: str | None


@dataclass(frozen=True, slots=True)
class Concern:
    """An open signal."""

    id: UUID
    person: UUID | None
    domain: LifeDomain
    sphere: Sphere
    urgency: Urgency
    audience: Audience | None
    summary: str
    in_case: bool
    veilig_thuis: VeiligThuis | None
    veilig_thuis_on: date | None


@dataclass(frozen=True, slots=True)
class Luggage:
    """Everything that travels. `in_case`: there is a case, which searches a lead anew."""

    persons: list[Traveller]
    signals: list[Concern]
    in_case: bool
    address: Posted | None = None
    secret: bool = False
    contact: str | None = None
    ties: list[Tie] = field(default_factory=list)
    cares: list[Care] = field(default_factory=list)


_LUGGAGE = TypeAdapter(Luggage)

_PERSONS = text(
    "select id, name_sealed, birth_date_sealed, language, encode(bsn_index, 'hex') bsn,"
    " encode(bsn_birth_index, 'hex') bsn_birth from persons"
    " where area_id = :area and household_id = :household and died_on is null order by id"
)
_SIGNALS = text(
    "select id, person_id, domain, sphere, urgency, audience, summary_sealed, state, veilig_thuis,"
    " veilig_thuis_on from signals"
    " where area_id = :area and household_id = :household and state <> 'ended' order by received_at, id"
)
_TIES = text(
    "select person_id, other_id, kind from relationships"
    " where area_id = :area and person_id = any(:persons) and other_id = any(:persons)"
)
_CARES = text(
    "select minor_id, holder_id, kind from custody"
    " where area_id = :area and minor_id = any(:persons) and (holder_id is null or holder_id = any(:persons))"
)
_CONTACT = text("select contact_sealed from households where area_id = :area and id = :household")


async def packed(
    work: Area, seal: HouseholdSeal, *, in_case: bool, address: Posted | None, secret: bool
) -> Luggage:
    """The family as it is now, opened for its way; whoever packs sees none of it."""
    values = {"area": work.area_id, "household": seal.household}
    persons = (await work.session.execute(_PERSONS, values)).all()
    signals = (await work.session.execute(_SIGNALS, values)).all()
    ids = {"area": work.area_id, "persons": [person.id for person in persons]}
    contact = await work.session.scalar(_CONTACT, values)

    def opened(sealed: bytes | None, table: str, row: UUID, facet: str, of: Compartment) -> str | None:
        return None if sealed is None else seal.open(sealed, Place(table, row, facet), of)

    who = Compartment.IDENTITY
    return Luggage(
        persons=[
            Traveller(
                row.id,
                opened(row.name_sealed, "persons", row.id, "name", who) or "",
                opened(row.birth_date_sealed, "persons", row.id, "birth_date", who),
                row.language,
                row.bsn,
                row.bsn_birth,
            )
            for row in persons
        ],
        signals=[
            Concern(
                row.id,
                row.person_id,
                LifeDomain(row.domain),
                Sphere(row.sphere),
                Urgency(row.urgency),
                Audience(row.audience) if row.audience else None,
                opened(row.summary_sealed, "signals", row.id, "summary", Compartment.of(Sphere(row.sphere)))
                or "",
                row.state == "in_case",
                VeiligThuis(row.veilig_thuis) if row.veilig_thuis else None,
                row.veilig_thuis_on,
            )
            for row in signals
        ],
        in_case=in_case,
        address=address,
        secret=secret,
        contact=opened(contact, "households", seal.household, "contact", who),
        ties=[tuple(row) for row in await work.session.execute(_TIES, ids)],
        cares=[tuple(row) for row in await work.session.execute(_CARES, ids)],
    )


def close(keyring: Keyring, offer: UUID, luggage: Luggage) -> tuple[bytes, bytes]:
    """The luggage sealed under a key of its own, and that key, wrapped."""
    seal = HouseholdSeal(keyring, offer)
    sealed = seal.seal(_LUGGAGE.dump_json(luggage).decode(), _place(offer, "content"), Compartment.IDENTITY)
    ((_, _, wrapped),) = seal.made
    return sealed, wrapped


def unpack(keyring: Keyring, offer: UUID, sealed: bytes, wrapped: bytes) -> Luggage:
    """The luggage, opened; raises Unreadable."""
    opened = _seal(keyring, offer, wrapped).open(sealed, _place(offer, "content"), Compartment.IDENTITY)
    return _LUGGAGE.validate_json(opened)


def seal_answer(keyring: Keyring, offer: UUID, wrapped: bytes, reason: str) -> bytes:
    """Why not, sealed for its way back."""
    return _seal(keyring, offer, wrapped).seal(reason, _place(offer, "answer"), Compartment.IDENTITY)


def open_answer(keyring: Keyring, offer: UUID, wrapped: bytes, sealed: bytes) -> str:
    """Why not, opened by whoever offered."""
    return _seal(keyring, offer, wrapped).open(sealed, _place(offer, "answer"), Compartment.IDENTITY)


def _seal(keyring: Keyring, offer: UUID, wrapped: bytes) -> HouseholdSeal:
    return HouseholdSeal(keyring, offer).add_keys([(Compartment.IDENTITY, 1, wrapped)])


def _place(offer: UUID, facet: str) -> Place:
    return Place("move_offers", offer, facet)
