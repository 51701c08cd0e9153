"""A later version of the register: who moved, married, left or died, and what that does to households."""

from pathlib import Path

import asyncpg

from casecoord.actions.imports.households import import_households
from casecoord.registers.report import Extra
from casecoord.storage.residents import lock_households
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.work import Database
from tests.imports.ground import (
    KEYRING,
    a_family,
    an_area,
    at,
    counts,
    household_of,
    rows,
    something_open,
    version,
)


async def test_a_changed_address_becomes_a_move_of_the_whole_household(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    bsns, family = a_family()
    assert counts(await import_households(database, version(tmp_path, *family), area=area)) == {"created": 4}
    home = await household_of(admin, bsns[0])

    moved = version(tmp_path, *(at(row, "99", datumAanvangAdreshouding="20261101") for row in family))
    report = await import_households(database, moved, area=area)
    assert counts(report) == {"changed": 4}
    assert report.extra == {Extra.MOVES: 1}
    assert [await household_of(admin, bsn) for bsn in bsns] == [home] * 4
    move = await rows(
        admin, "select household_id, moved_on::text, former_address_sealed is null from household_moves"
    )
    assert move == [(home, "2026-11-01", False)]
    assert (await import_households(database, moved, area=area)).written == 0


async def test_who_moves_out_takes_the_children_who_go_and_leaves_the_household_to_the_most(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    (aicha, bram, daan, eline), family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    home = await household_of(admin, aicha)

    family[1] = at(family[1], "7")
    report = await import_households(database, version(tmp_path, *family), area=area)
    assert counts(report) == {"unchanged": 3, "changed": 1}
    assert report.extra == {Extra.HOUSEHOLDS_FOUNDED: 1, Extra.MOVES: 1}
    assert {await household_of(admin, bsn) for bsn in (aicha, daan, eline)} == {home}
    assert await household_of(admin, bram) != home
    assert (await import_households(database, version(tmp_path, *family), area=area)).written == 0


async def test_who_leaves_while_the_others_move_too_comes_from_the_address_they_shared(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    _, family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    apart = [at(row, "7" if row is family[1] else "99") for row in family]
    report = await import_households(database, version(tmp_path, *apart), area=area)
    assert report.extra == {Extra.HOUSEHOLDS_FOUNDED: 1, Extra.MOVES: 2}

    (area_id,) = (await database.areas()).values()
    async with database.within(area_id) as work:
        former = await rows(admin, "select household_id, id, former_address_sealed from household_moves")
        held = await lock_households(work, [household for household, *_ in former])
        lines = [
            held[household].seal.open(
                sealed, Place("household_moves", move, "former_address"), Compartment.IDENTITY
            )
            for household, move, sealed in former
        ]
    assert lines == ["Biezenkreek 15, 3079SK"] * 2


async def test_two_households_that_marry_become_one_and_the_empty_one_ends(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    (aicha, bram, *_), family = a_family()
    family[1] = at(family[1], "7")
    await import_households(database, version(tmp_path, *family), area=area)
    home, his = await household_of(admin, aicha), await household_of(admin, bram)

    family[1] = at(family[1], "15")
    report = await import_households(database, version(tmp_path, *family), area=area)
    assert report.extra == {Extra.HOUSEHOLDS_ENDED: 1}
    assert await household_of(admin, bram) == home
    assert await admin.fetchval("select upper_inf(during) from households where id = $1", his) is False
    assert (await import_households(database, version(tmp_path, *family), area=area)).written == 0


async def test_a_household_with_something_open_is_not_dissolved_but_proposed_to_merge(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    (aicha, bram, *_), family = a_family()
    family[1] = at(family[1], "7")
    await import_households(database, version(tmp_path, *family), area=area)
    hers, his = await household_of(admin, aicha), await household_of(admin, bram)
    for household in (hers, his):
        await something_open(admin, household)

    family[1] = at(family[1], "15")
    report = await import_households(database, version(tmp_path, *family), area=area)
    assert report.extra == {Extra.MOVES: 1, Extra.MERGES_PROPOSED: 1}
    assert (await household_of(admin, aicha), await household_of(admin, bram)) == (hers, his)
    proposals = await rows(admin, "select provisional_id, household_id, state from merge_proposals")
    assert proposals == [(his, hers, "pending")]
    again = await import_households(database, version(tmp_path, *family), area=area)
    assert again.written == 0
    assert not again.extra


async def test_an_open_household_takes_in_the_larger_one_it_marries(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    (aicha, bram, *_), family = a_family()
    family[1] = at(family[1], "7")
    await import_households(database, version(tmp_path, *family), area=area)
    his = await household_of(admin, bram)
    await something_open(admin, his)

    family[1] = at(family[1], "15")
    await import_households(database, version(tmp_path, *family), area=area)
    assert await household_of(admin, aicha) == his
    assert (await import_households(database, version(tmp_path, *family), area=area)).written == 0


async def test_who_leaves_the_area_stays_known_and_their_move_is_recorded(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    bsns, family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    home = await household_of(admin, bsns[0])
    left = [row | {"gemeenteVanInschrijving": {"code": "0518"}} for row in family]

    report = await import_households(database, version(tmp_path, *left), area=area)
    assert counts(report) == {"changed": 4}
    assert report.extra == {Extra.MOVES: 1}
    assert await rows(admin, "select id, address_sealed, upper_inf(during) from households") == [
        (home, None, True)
    ], "a coordinator hands over whom the register no longer places here"
    assert (await import_households(database, version(tmp_path, *left), area=area)).written == 0


async def test_who_died_stays_in_the_household_with_the_day(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    (_, bram, *_), family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    ended = {"reden": {"code": "O"}, "datum": "20261110"}
    died = [family[0], family[1] | {"opschortingBijhouding": ended}, *family[2:]]

    assert counts(await import_households(database, version(tmp_path, *died), area=area)) == {
        "unchanged": 3,
        "changed": 1,
    }
    index = KEYRING.bsn_index(bram)
    assert (
        str(await admin.fetchval("select died_on from persons where bsn_index = $1", index)) == "2026-11-10"
    )
    assert (await import_households(database, version(tmp_path, *died), area=area)).written == 0


async def test_relations_and_custody_follow_either_record_and_end_when_neither_tells(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    bsns, family = a_family()
    unmirrored = [family[0] | {"kinderen": []}, *family[1:]]
    await import_households(database, version(tmp_path, *unmirrored), area=area)
    kinds = "select kind, count(*) from relationships group by kind order by kind"
    assert await rows(admin, kinds) == [("parent", 4), ("partner", 2)]
    assert await rows(admin, "select kind, count(*) from custody group by kind") == [("both_parents", 4)]

    ended = [family[0] | {"partners": []}, family[1] | {"partners": []}, *family[2:]]
    report = await import_households(database, version(tmp_path, *ended), area=area)
    assert counts(report) == {"unchanged": 2, "changed": 2}
    assert await rows(admin, kinds) == [("parent", 4)]
    # On a minor's own record the minor need not be named; Eline's record tells of no custody any more.
    alone = {"type": "EenhoofdigOuderlijkGezag", "ouder": {"burgerservicenummer": bsns[0]}}
    changed = [ended[0], ended[1], ended[2] | {"gezag": [alone]}, ended[3] | {"gezag": []}]
    await import_households(database, version(tmp_path, *changed), area=area)
    assert await rows(admin, "select kind, count(*) from custody group by kind") == [("one_parent", 1)]


async def test_a_new_name_and_a_secret_address_are_updated(
    database: Database, admin: asyncpg.Connection, tmp_path: Path
) -> None:
    area = await an_area(database, tmp_path)
    _, family = a_family()
    await import_households(database, version(tmp_path, *family), area=area)
    family[0] = family[0] | {"naam": {"voornamen": "Aicha", "geslachtsnaam": "Yılmaz"}}
    assert counts(await import_households(database, version(tmp_path, *family), area=area)) == {
        "unchanged": 3,
        "changed": 1,
    }
    family[0] = family[0] | {"geheimhoudingPersoonsgegevens": "1"}
    report = await import_households(database, version(tmp_path, *family), area=area)
    assert counts(report) == {"changed": 4}, "the address is everybody's"
    assert not report.extra
    assert await rows(admin, "select secret_address from households") == [(True,)]
