"""New keys for a whole area, in households a second, against opening and sealing the same values in memory alone."""

import sys
import time
from datetime import date, datetime
from uuid import UUID, uuid4

import asyncpg

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.rotating import Keys, RotateKeys, carry_out, rotate_keys
from casecoord.actions.signals import AddSignal, add_signal
from casecoord.domain.words import LifeDomain, SignalSubject, Urgency
from casecoord.storage import rotating
from casecoord.storage.newcomers import Dweller, Settlement, move_in
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from tests.bench.ground import Ground
from tests.bench.measure import Result
from tests.bench.sweep import _database
from tests.world import BSNS, KEYRING, Town

HOUSEHOLDS, WITH_SIGNALS, PEOPLE = 1000, 100, 4
BATCH = 250


async def key_rotation(laid: Ground) -> list[Result]:
    """Of every tenth household a signal with its detail; four people in each."""
    async with _database(laid.database_url) as (url, town):
        await _people(town)
        memory = await _in_memory(url)
        await town.act("mo", rotate_keys, RotateKeys(town.key(), (Keys.DATA,)))
        data, done = await _timed(town)
        values = await _values(url)
        results = [
            Result(
                "key_rotation_data", data, memory, data / memory, "households/s",
                f"{done} households with {values} sealed values made anew, against the same in memory without a database",
            )
        ]  # fmt: skip
        async with town.database.within(town.area) as work:
            await rotating.ask(work, "master", town.members["mo"].membership)
        town.database.keyring.master._versions[2] = b"n" * 32  # as if another version had come into its file
        async with town.database.within(town.area) as work:
            (asked,) = await rotating.asked(work)
            await rotating.made(work, asked.id, 2)
        wraps, keys = await _timed(town)
        results.append(
            Result("key_rotation_master", wraps, data, wraps / data, "keys/s", f"{keys} data keys wrapped anew, against households sealed anew")
        )  # fmt: skip
    return results


async def _people(town: Town) -> None:
    first: list[ByBsn] = []
    for _ in range(HOUSEHOLDS // BATCH):
        settlements = [_settlement(town.clock.now) for _ in range(BATCH)]
        async with town.database.within(town.area) as work:
            await move_in(work, settlements)
        first += [ByBsn(one.people[0].bsn, one.people[0].born) for one in settlements]
    for about in first[:WITH_SIGNALS]:
        told = AddSignal(
            town.key(), about, SignalSubject.PERSON, LifeDomain.TIME_USE, Urgency.HIGH, "Vaak te laat.", "Al drie weken."
        )  # fmt: skip
        await town.act("amina", add_signal, told)


def _settlement(since: datetime) -> Settlement:
    people = tuple(
        Dweller(uuid4(), next(BSNS), f"Bo{number} Bos", date(1980 + number, 5, 5), "nl")
        for number in range(PEOPLE)
    )
    return Settlement(
        uuid4(), since, "BU05991099", "Dahliastraat 12", "3073AB", "12", "06-00000000", False, people
    )


async def _timed(town: Town) -> tuple[float, int]:
    started = time.perf_counter()
    done = [one async for one in carry_out(town.database, "zuid", town.area, lambda *_: None)]
    (one,) = done
    assert not one.left and not one.unreadable
    rate = one.done / (time.perf_counter() - started)
    sys.stderr.write(f"bench: {one.keys} keys, {rate:.0f} a second\n")
    return rate, one.done


async def _values(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        count: int = await connection.fetchval(
            "select (select count(name_sealed) + count(birth_date_sealed) from persons)"
            " + (select count(address_sealed) + count(contact_sealed) from households)"
            " + (select count(summary_sealed) + count(detail_sealed) from signals)"
        )
        return count
    finally:
        await connection.close()


async def _in_memory(url: str) -> float:
    """Households a second: their names and birth dates opened and sealed under a new key, and nothing written."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("select id, household_id, name_sealed, birth_date_sealed from persons")
    keys = await connection.fetch(
        "select household_id, compartment, version, wrapped from vault.household_keys"
    )
    await connection.close()
    started = time.perf_counter()
    seals: dict[UUID, HouseholdSeal] = {}
    for household, compartment, version, wrapped in keys:
        seal = seals.setdefault(household, HouseholdSeal(KEYRING, household))
        seal.add_keys([(compartment, version, wrapped)])
    for seal in seals.values():
        seal.renew()
    for row in rows:
        for facet in ("name", "birth_date"):
            place = Place("persons", row["id"], facet)
            seal = seals[row["household_id"]]
            seal.seal(
                seal.open(row[f"{facet}_sealed"], place, Compartment.IDENTITY), place, Compartment.IDENTITY
            )
    return len(seals) / (time.perf_counter() - started)
