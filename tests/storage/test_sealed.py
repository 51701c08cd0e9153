"""What is sealed opens where it stands, for whoever has the keys, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import product
from uuid import UUID, uuid4

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecoord.access.decide import Policy
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.domain.words import Sphere
from casecoord.storage.sealed import Compartment, HouseholdSeal, Keyring, Place, Unreadable
from casecoord.storage.work import Database
from tests.actions.test_access_log import CANARY, whole_story
from tests.world import KEYRING, MASTER, MATCH, Clock, Town, build_town

HOME, PLACE = uuid4(), Place("persons", uuid4(), "name")
OTHER = Keyring(master=b"x" * 32, match=b"h" * 32)


def stored(seal: HouseholdSeal) -> list[tuple[str, int, bytes]]:
    return [(name.value, version, wrapped) for name, version, wrapped in seal.made]


def again(seal: HouseholdSeal, ring: Keyring = KEYRING, household: UUID = HOME) -> HouseholdSeal:
    """The seal as another process makes it from what is stored."""
    return HouseholdSeal(ring, household).add_keys(stored(seal))


@given(st.text(max_size=300), st.sampled_from(Compartment))
def test_what_is_sealed_opens_in_its_place_and_differs_each_time(text: str, compartment: Compartment) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        return
    seal = HouseholdSeal(KEYRING, HOME)
    first, second = (seal.seal(text, PLACE, compartment) for _ in range(2))
    assert first != second
    assert again(seal).open(first, PLACE, compartment) == again(seal).open(second, PLACE, compartment) == text


MOVED = {
    "another row": replace(PLACE, row=uuid4()),
    "another column": replace(PLACE, facet="birth_date"),
    "another table": replace(PLACE, table="households"),
    "names that only together are the same": Place("person", PLACE.row, "sname"),
}


@pytest.mark.parametrize("place", MOVED.values(), ids=MOVED)
def test_a_ciphertext_moved_to_another_place_does_not_open(place: Place) -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    sealed = seal.seal("Noor", PLACE, Compartment.IDENTITY)
    with pytest.raises(Unreadable):
        seal.open(sealed, place, Compartment.IDENTITY)


@pytest.mark.parametrize(
    ("sealed_in", "opened_in"), [p for p in product(Compartment, repeat=2) if p[0] is not p[1]]
)
def test_a_ciphertext_of_one_compartment_does_not_open_in_another(
    sealed_in: Compartment, opened_in: Compartment
) -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    sealed = seal.seal("Noor", PLACE, sealed_in)
    with pytest.raises(Unreadable):
        seal.open(sealed, PLACE, opened_in)
    seal.seal("Els", PLACE, opened_in)
    with pytest.raises(Unreadable):
        again(seal).open(sealed, PLACE, opened_in)


def test_a_ciphertext_of_one_household_does_not_open_in_another() -> None:
    seal, other = HouseholdSeal(KEYRING, HOME), HouseholdSeal(KEYRING, uuid4())
    sealed = seal.seal("Noor", PLACE, Compartment.IDENTITY)
    other.seal("Els", PLACE, Compartment.IDENTITY)
    with pytest.raises(Unreadable):
        other.open(sealed, PLACE, Compartment.IDENTITY)


def test_a_wrapped_key_moved_to_another_household_compartment_or_version_does_not_open() -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    sealed = seal.seal("Noor", PLACE, Compartment.IDENTITY)
    ((_, version, wrapped),) = seal.made
    for household, compartment, number in (
        (uuid4(), Compartment.IDENTITY, version), (HOME, Compartment.GENERAL, version), (HOME, Compartment.IDENTITY, 2),
    ):  # fmt: skip
        moved = HouseholdSeal(KEYRING, household).add_keys([(compartment.value, number, wrapped)])
        with pytest.raises(Unreadable):
            moved.open(sealed[:1] + number.to_bytes(2, "big") + sealed[3:], PLACE, compartment)


def test_without_the_master_key_or_the_data_key_nothing_opens() -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    sealed = seal.seal("Noor", PLACE, Compartment.IDENTITY)
    for lacking in (again(seal, OTHER), HouseholdSeal(KEYRING, HOME)):
        with pytest.raises(Unreadable) as unreadable:
            lacking.open(sealed, PLACE, Compartment.IDENTITY)
        assert "Noor" not in str(unreadable.value)


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_damaged_ciphertext_does_not_open(position: int, flip: int) -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    sealed = bytearray(seal.seal("Noor Janssen", PLACE, Compartment.IDENTITY))
    sealed[position % len(sealed)] ^= flip
    with pytest.raises(Unreadable):
        seal.open(bytes(sealed), PLACE, Compartment.IDENTITY)


@given(st.binary(max_size=40))
def test_what_was_never_sealed_does_not_open(noise: bytes) -> None:
    seal = HouseholdSeal(KEYRING, HOME)
    seal.seal("Noor", PLACE, Compartment.IDENTITY)
    with pytest.raises(Unreadable):
        seal.open(noise, PLACE, Compartment.IDENTITY)


def test_every_sphere_has_a_compartment_and_a_keyring_shows_no_key() -> None:
    assert {Compartment.of(sphere) for sphere in Sphere} == set(Compartment) - {Compartment.IDENTITY}
    assert "mmmm" not in repr(KEYRING)
    for short in (b"", b"m" * 31, b"m" * 33):
        with pytest.raises(ValueError, match="32 bytes"):
            Keyring(master=short, match=b"h" * 32)
        with pytest.raises(ValueError, match="32 bytes"):
            Keyring(master=b"m" * 32, match=short)


def test_indexes_of_different_kinds_never_meet() -> None:
    """The same words in another index, or cut at another place, are another hash."""
    hashes = [
        KEYRING.bsn_index("999900006"), KEYRING.bsn_birth_index("999900006", ""), KEYRING.bsn_birth_index("99990000", "6"),
        KEYRING.name_index("a", "b", "c"), KEYRING.name_index("ab", "", "c"), KEYRING.address_index("a", "b", "c"),
        Keyring(MASTER, b"k" * 32).bsn_index("999900006"),
    ]  # fmt: skip
    assert len(set(hashes)) == len(hashes)
    assert KEYRING.name_index("  Janssen", "2018-09-30", "3073 ab") == KEYRING.name_index(
        "JANSSEN", "2018-09-30", "3073AB"
    )


@pytest.fixture
async def told(database_url: str) -> AsyncIterator[tuple[Town, str, str]]:
    """A town in which the canary family met every verb."""
    clock = Clock()
    database = Database(database_url, KEYRING, clock=clock, pool_size=5)
    town = await build_town(database, clock, Policy())
    noor = await whole_story(town, database_url)
    yield town, database_url, noor.bsn
    await database.close()


async def everything(connection: asyncpg.Connection) -> AsyncIterator[tuple[str, bytes]]:
    """Every value of every column of every table, as bytes."""
    tables = await connection.fetch(
        "select oid::regclass::text from pg_class where relnamespace in ('public'::regnamespace, 'vault'::regnamespace) and relkind = 'r'"
    )
    for (table,) in tables:
        for row in await connection.fetch(f"select * from {table}"):
            for column, value in row.items():
                yield f"{table}.{column}", value if isinstance(value, bytes) else str(value).encode()


async def test_nowhere_in_the_database_is_a_word_of_the_family(told: tuple[Town, str, str]) -> None:
    _, url, bsn = told
    words = [CANARY, "slaapt", "Dahliastraat", "06-00000000", "2018-09-30", bsn]
    sought = {
        form
        for word in words
        for form in (word.encode(), word.lower().encode(), word.encode().hex().encode())
    }
    keys = {MASTER, MATCH, MASTER.hex().encode(), MATCH.hex().encode()}
    connection = await asyncpg.connect(url)
    seen = 0
    async for column, value in everything(connection):
        seen += 1
        assert not any(secret in value for secret in keys), column
        assert not any(word in value for word in sought), column
    assert seen > 500
    await connection.close()


async def test_a_ciphertext_copied_to_another_row_in_the_database_shows_nothing(
    told: tuple[Town, str, str],
) -> None:
    town, url, _ = told
    connection = await asyncpg.connect(url)
    household = await connection.fetchval("select household_id from cases")
    twin = uuid4()
    await connection.execute(
        "insert into persons (area_id, id, household_id, name_sealed) select area_id, $1, household_id, name_sealed"
        " from persons where household_id = $2", twin, household,
    )  # fmt: skip
    await connection.close()
    with pytest.raises(Unreadable) as unreadable:
        await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(household))
    assert CANARY not in str(unreadable.value)


async def test_with_another_master_key_nothing_of_the_family_opens(told: tuple[Town, str, str]) -> None:
    town, url, _ = told
    stranger = Database(url, OTHER, clock=town.clock, pool_size=2)
    connection = await asyncpg.connect(url)
    household = await connection.fetchval("select household_id from cases")
    await connection.close()
    try:
        with pytest.raises(Unreadable):
            await replace(town.office, database=stranger).look(
                town.caller("dirk"), joint_case, JointCaseOf(household)
            )
    finally:
        await stranger.close()


async def test_a_household_whose_keys_are_gone_is_closed_for_good(told: tuple[Town, str, str]) -> None:
    town, url, _ = told
    connection = await asyncpg.connect(url)
    household = await connection.fetchval("select household_id from cases")
    await connection.execute("delete from vault.household_keys where household_id = $1", household)
    await connection.close()
    with pytest.raises(Unreadable):
        await town.office.look(town.caller("dirk"), joint_case, JointCaseOf(household))
