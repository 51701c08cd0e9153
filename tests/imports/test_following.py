"""What the register tells changes whose an open signal is: one hand-over, however often the file is read."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.imports.households import import_households
from casecoord.actions.imports.links import import_links
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.registers.report import Extra
from casecoord.storage.work import Database
from tests.actions.moves import all_of, awaited, one
from tests.actions.steps import by_bsn, open_case, propose, signal, sql
from tests.imports.ground import at, version
from tests.registers import invented
from tests.world import KEYRING, Clock, Someone, Town, come_to

PENDING = "select kind, from_team_id, to_team_id from transfers where state = 'pending'"


@pytest.fixture
async def town(database_url: str, laid: Town | None) -> AsyncIterator[Town]:
    """A town that is the municipality of Rotterdam, with postcodes of its two neighbourhoods."""
    clock = Clock()
    database = Database(database_url, KEYRING, clock=clock, pool_size=4)
    built = await come_to(laid, database, clock, Policy())
    async with sql(database_url) as admin:
        await admin.execute(
            'update areas set settings = settings || \'{"municipalities": ["GM0599"], "districts": []}\''
        )
        for postcode, neighbourhood in (("3079SK", "BU05991099"), ("3074EB", "BU05991098")):
            await admin.execute(
                "insert into postcodes values ($1, $2, $3)", built.area, postcode, neighbourhood
            )
    yield built
    await database.close()


async def register(town: Town, tmp_path: Path, *rows: invented.Row):
    return await import_households(town.database, version(tmp_path, *rows), area="zuid")


async def a_couple(town: Town, tmp_path: Path, url: str) -> tuple[list[invented.Row], list[Someone]]:
    """Aicha and Bram at one address in the covered neighbourhood."""
    numbers = invented.bsns()
    one_, two = next(numbers), next(numbers)
    partners = [{"burgerservicenummer": one_}, {"burgerservicenummer": two}]
    rows = [
        invented.person(one_, "19900101", partners=[partners[1]]),
        invented.person(two, "19910202", partners=[partners[0]]),
    ]
    await register(town, tmp_path, *rows)
    people = []
    for bsn, born in ((one_, date(1990, 1, 1)), (two, date(1991, 2, 2))):
        (row,) = await all_of(
            url, "select id, household_id from persons where bsn_index = $1", KEYRING.bsn_index(bsn)
        )
        people.append(Someone(row[0], row[1], bsn, "", born))
    return rows, people


async def whole(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)


def elsewhere(row: invented.Row) -> invented.Row:
    return at(row, "3", postcode="3074EB")


async def test_a_move_in_the_register_opens_one_hand_over_however_often_it_is_read(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    rows, (aicha, _) = await a_couple(town, tmp_path, database_url)
    await signal(town, "amina", by_bsn(aicha))
    moved = [elsewhere(row) for row in rows]
    report = await register(town, tmp_path, *moved)
    assert report.extra == {Extra.MOVES: 1, Extra.HAND_OVERS: 1}
    assert await all_of(database_url, PENDING) == [("move", town.teams["wijkteam"], None)]
    again = await register(town, tmp_path, *moved)
    assert (again.written, dict(again.extra)) == (0, {})
    assert len(await all_of(database_url, PENDING)) == 1
    await whole(town)


async def test_who_the_register_no_longer_places_here_waits_for_the_coordinators_word(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    rows, (aicha, _) = await a_couple(town, tmp_path, database_url)
    await signal(town, "amina", by_bsn(aicha))
    gone = [row | {"gemeenteVanInschrijving": {"code": "0518"}, "verblijfplaats": away()} for row in rows]
    for _ in range(2):
        await register(town, tmp_path, *gone)
    (waits,) = await awaited(town, "ibrahim")
    assert waits.departure
    assert await one(database_url, "select left_on from households") == town.clock.now.date()
    await whole(town)
    await register(town, tmp_path, *rows)
    assert await awaited(town, "ibrahim") == []
    await whole(town)


def away() -> dict[str, object]:
    return invented.address(postcode="2511AA", number="1")


async def test_what_is_open_about_somebody_who_died_lapses_and_the_rest_stays(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    rows, (aicha, bram) = await a_couple(town, tmp_path, database_url)
    first = await signal(town, "amina", by_bsn(aicha))
    second = await signal(town, "amina", by_bsn(bram))
    report = await register(town, tmp_path, rows[0], died(rows[1]))
    assert report.extra == {Extra.LAPSED: 1}
    states = dict(await all_of(database_url, "select id, lapsed_as from signals"))
    assert states == {first.signal: None, second.signal: "death"}
    lapsed = "select lapsed_as, lapsed_by from promises where subject_id = $1 and lapsed_as is not null"
    assert await all_of(database_url, lapsed, second.signal) == [("death", town.members["dirk"].membership)]
    assert (await register(town, tmp_path, rows[0], died(rows[1]))).written == 0
    await whole(town)


async def test_of_somebody_who_lived_alone_everything_lapses_and_is_counted(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    rows, (aicha, bram) = await a_couple(town, tmp_path, database_url)
    await register(town, tmp_path, rows[0], died(rows[1]))
    sent = await signal(town, "chaima", by_bsn(aicha))
    await open_case(town, "dirk", sent.signal)
    report = await register(town, tmp_path, died(rows[0]), died(rows[1]))
    assert report.extra == {Extra.LAPSED: 2}
    assert await all_of(database_url, "select state, lapsed_as from cases") == [("closed", "death")]
    assert await one(database_url, "select count(*) from holders where upper_inf(during)") == 0
    waits = "select count(*) from promises where household_id is not null and ended_at is null"
    assert await one(database_url, waits) == 0
    assert bram.id
    await whole(town)


def died(row: invented.Row) -> invented.Row:
    return row | {"opschortingBijhouding": {"reden": {"code": "O"}, "datum": "20261101"}}


async def test_a_child_that_is_born_changes_nobodys_accountability_and_the_lead_is_told(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    rows, (aicha, _) = await a_couple(town, tmp_path, database_url)
    sent = await signal(town, "chaima", by_bsn(aicha))
    case = await opened(town, sent.signal)
    parents = [{"burgerservicenummer": row["burgerservicenummer"]} for row in rows]
    baby = invented.person(next(numbers_from(rows)), "20261030", ouders=parents)
    await register(town, tmp_path, *rows, baby)
    found = "select kind from outbox where kind = 'family_changed'"
    assert await all_of(database_url, found) == [("family_changed",)]
    assert await all_of(database_url, PENDING) == []
    assert case
    await whole(town)


async def opened(town: Town, signal_id: UUID) -> UUID:
    case = await open_case(town, "dirk", signal_id)
    proposal = await propose(town, "dirk", case.id, "chaima")
    await town.act("chaima", accept_lead, AnswerProposal(town.key(), proposal))
    return case.id


def numbers_from(rows: list[invented.Row]):
    known = {str(row["burgerservicenummer"]) for row in rows}
    return (bsn for bsn in invented.bsns() if bsn not in known)


async def test_another_school_in_the_links_file_opens_one_hand_over(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    path = invented.write_csv(
        tmp_path / "links.csv",
        ("bsn", "kind", "code", "from", "to"),
        [(noor.bsn, "school", "12AB00", "2026-10-01", "")],
    )
    report = await import_links(town.database, path)
    assert report.extra == {Extra.HAND_OVERS: 1}
    assert await all_of(database_url, PENDING) == [("school", town.teams["klimop"], town.teams["regenboog"])]
    assert (await import_links(town.database, path)).written == 0
    assert len(await all_of(database_url, PENDING)) == 1
    await whole(town)


async def test_each_child_in_the_register_is_awaited_on_the_day_it_reaches_the_next_age(
    town: Town, database_url: str, tmp_path: Path
) -> None:
    await register(town, tmp_path, invented.person(next(invented.bsns()), "20150301"))
    assert await one(database_url, "select turns_on from persons") == date(2027, 3, 1)
