"""Who is erased is gone: rows, keys and every way to them; what others are held to account for stays whole."""

from datetime import date
from uuid import uuid4

import pytest

from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import LifeDomain, RequestKind
from casecoord.storage.access_log import leaf_of
from casecoord.storage.erasing import STAY
from casecoord.storage.tables import Base
from tests.actions.steps import by_bsn, led_case, merge, refused, signal, sql, whole
from tests.keys.steps import erase, everywhere, granted, sealed_values, see
from tests.world import PEOPLE, Town


async def test_a_household_that_is_erased_is_gone_and_only_it(town: Town, database_url: str) -> None:
    family = await town.janssens()
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await signal(town, "dirk", wim)
    added = await signal(town, "amina", family["noor"])
    await signal(town, "fleur", family["els"], domain=LifeDomain.MENTAL_HEALTH)
    home = family["noor"].household
    before = await sealed_values(database_url)
    await granted(town, *family.values())
    done = await erase(town, home)
    assert (done.household, done.whole, done.persons, done.openable_until) == (home, True, 3, None)
    assert done.compartments == ["general", "health", "identity"] and done.keys == 3
    after = await sealed_values(database_url)
    assert {key: value for key, value in before.items() if value[0] != home} == after
    assert any(value[0] == home for value in before.values())
    for person in family.values():
        ring = town.database.keyring
        for index in (ring.bsn_index(person.bsn), ring.bsn_birth_index(person.bsn, person.born.isoformat())):
            assert await everywhere(database_url, index) == []
        # Named where the erasure has to be done again on an older backup, and as an id nowhere else.
        assert await everywhere(database_url, person.id) == ["vault.erasures.persons"]
    async with sql(database_url) as database:
        row = await database.fetchrow("select * from households where id = $1", home)
        assert row["erased_at"] is not None and row["during"].upper is not None
        kept = {"area_id", "id", "pseudonym", "during", "erased_at", "secret_address", "provisional"}
        assert {name for name, value in row.items() if value is not None} == kept
        assert not await database.fetchval(
            "select count(*) from vault.household_keys where household_id = $1", home
        )
        assert not await database.fetchval(
            "select count(*) from promises where household_id = $1 and ended_at is null", home
        )
        lapsed = await database.fetch(
            "select rule, lapsed_as, lapsed_by from promises where household_id = $1 and lapsed_as is not null",
            home,
        )
        assert {(row["rule"], row["lapsed_as"]) for row in lapsed} == {("G1", "erasure")}
        assert {row["lapsed_by"] for row in lapsed} == {town.members["lotte"].membership}
        assert not await database.fetchval(
            "select count(*) from holders where household_id = $1 and upper_inf(during)", home
        )
    await whole(town)
    told = await town.office.look(town.caller("amina"), inbox, InboxOf())
    lapses = [one for one in told.notices.items if one.kind is NoticeKind.SIGNAL_LAPSED]
    assert [(one.about, one.household) for one in lapses] == [(added.signal, None)]
    assert await see(town, "ibrahim", wim.household)


async def test_for_everybody_it_is_as_if_it_had_never_been(town: Town) -> None:
    family = await town.janssens()
    await signal(town, "amina", family["noor"])
    await granted(town, *family.values())
    home = family["noor"].household
    await erase(town, home)
    for who in PEOPLE:
        for identity in (home, uuid4()):
            async with refused("not_found"):
                await see(town, who, identity)
            async with refused("not_found"):
                await town.office.look(town.caller(who), timeline, TimelineOf(identity))
    async with refused("person_not_matched"):
        await signal(town, "amina", family["noor"])


async def test_asked_again_it_is_the_same_certificate(town: Town) -> None:
    family = await town.janssens()
    await granted(town, *family.values())
    first = await erase(town, family["els"].household)
    assert await erase(town, family["els"].household) == first


async def test_nobody_but_the_privacy_officer_learns_that_there_is_anything_to_erase(town: Town) -> None:
    family = await town.janssens()
    home = family["els"].household
    await granted(town, *family.values())
    for who in set(PEOPLE) - {"lotte"}:
        async with refused("not_found", "household"):
            await erase(town, home, who)
    async with refused("not_found", "household"):
        await erase(town, uuid4())
    await erase(town, home)
    for who in set(PEOPLE) - {"lotte"}:
        async with refused("not_found", "household"):
            await erase(town, home, who)


@pytest.mark.parametrize("asked", ["nothing", "only asked", "refused"])
async def test_without_the_grant_of_two_nothing_is_erased(town: Town, database_url: str, asked: str) -> None:
    family = await town.janssens()
    els = family["els"]
    if asked == "only asked":
        words = ExerciseRight(town.key(), by_bsn(els), RequestKind.ERASURE, identity_checked=True)
        await town.act("lotte", exercise_right, words)
    if asked == "refused":
        await granted(town, els, grant=False)
    before = await sealed_values(database_url)
    async with refused("erasure_not_granted", "household"):
        await erase(town, els.household)
    assert await sealed_values(database_url) == before


async def test_while_a_case_is_open_erasure_is_refused_and_something_else_is_offered(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    await granted(town, *family.values(), despite_open=False)
    await led_case(town, family["noor"])
    before = await sealed_values(database_url)
    with pytest.raises(Problem) as problem:
        await erase(town, family["noor"].household)
    assert problem.value.code == "erasure_case_open"
    assert "rectif" in problem.value.message(town.caller("lotte").language)
    assert await sealed_values(database_url) == before


async def test_where_others_live_on_only_what_is_about_one_goes(town: Town, database_url: str) -> None:
    family = await town.janssens()
    els, noor = family["els"], family["noor"]
    mine = await signal(town, "fleur", els)
    theirs = await signal(town, "amina", noor)
    before = await sealed_values(database_url)
    await granted(town, els)
    done = await erase(town, els.household)
    assert (done.whole, done.persons, done.compartments, done.keys) == (False, 1, [], 0)
    after = await sealed_values(database_url)
    gone = {(table, row) for table, _, row in set(before) - set(after)}
    assert gone == {("persons", els.id), ("signals", mine.signal)}
    assert {key: value for key, value in before.items() if key in after} == after
    assert ("signals", "summary_sealed", theirs.signal) in after
    assert await everywhere(database_url, els.id) == ["vault.erasures.persons"]
    shown = await see(town, "bram", noor.household)
    assert {person.name.value for person in shown.persons} == {"Daan Janssen", "Noor Janssen"}
    await whole(town)


async def test_a_family_that_had_come_to_this_one_goes_with_it(town: Town, database_url: str) -> None:
    family = await town.janssens()
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await merge(town, family["els"].household, wim.household)
    await granted(town, *family.values(), wim)
    await erase(town, family["els"].household)
    assert await sealed_values(database_url) == {}
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from vault.household_keys") == 0
        assert await database.fetchval("select count(*) from households where erased_at is null") == 0
        assert await database.fetchval("select count(*) from merged_rows") == 0


async def test_the_log_keeps_its_leaves_and_no_longer_says_whom_they_are_about(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    await signal(town, "amina", family["noor"])
    await see(town, "bram", family["noor"].household)
    async with sql(database_url) as database:
        before = await database.fetch("select * from access_log order by id")
    await granted(town, *family.values())
    await erase(town, family["noor"].household)
    async with sql(database_url) as database:
        after = {row["id"]: row for row in await database.fetch("select * from access_log")}
        households = {row["pseudonym"] for row in await database.fetch("select pseudonym from households")}
    assert [after[row["id"]] for row in before] == before
    for row in after.values():
        assert leaf_of(row["salt"], row["record"].encode()) == row["leaf"]
        assert row["household"] not in households
    assert any(row["household"] is not None for row in before)


async def test_every_table_that_leads_to_a_family_is_erased_or_says_why_it_stays(database_url: str) -> None:
    """Found along the foreign keys: one without would be forgotten, and one that nobody may delete from would refuse."""
    found = {"households"}
    for table in Base.metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys}
        if table.schema is None and table.name not in STAY and targets & found:
            found.add(table.name)
    named = {"household_id", "person_id", "case_id", "minor_id", "signal_id"}
    by_id = {"outbox"}  # deleted by what it is about
    lead = {
        table.name
        for table in Base.metadata.tables.values()
        if table.schema is None and {column.name for column in table.columns} & named
    }
    assert lead - set(STAY) - by_id <= found
    async with sql(database_url) as database:
        for table in found - {"households"} | by_id:
            may = await database.fetchval("select has_table_privilege('casecoord_app', $1, 'delete')", table)
            assert may, table
