"""Households that may be one are found by what they share, and asked about with reasons; nobody else is compared."""

from datetime import date

from casecoord.actions.duplicates import Searched, find_duplicates
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.merging import ConfirmMerge, ProposeMerge, confirm_merge, propose_merge
from casecoord.actions.splitting import SplitHousehold, split_household
from casecoord.domain.duplicates import LARGEST_BLOCK, REASONS, MergeReason, score_of, sounds_like
from casecoord.domain.words import Language
from casecoord.storage.duplicates import looked_at
from tests.actions.steps import merge, refused, second_coordinator, sql, undo
from tests.world import Town


async def found(town: Town) -> list[tuple[set[str], int]]:
    slice_ = await town.office.look(town.caller("ibrahim"), merge_proposals, MergeProposalsOf(100))
    return [({*one.reasons}, one.score) for one in slice_.items]


def test_names_of_one_sound_are_spelt_alike_and_others_are_not() -> None:
    for one, other in (
        ("Janssen", "Jansen"),
        ("Dijkstra", "Dykstra"),
        ("Schmidt", "Smit"),
        ("Özdemir", "Ozdemir"),
    ):
        assert sounds_like(one) == sounds_like(other)
    assert (
        len({sounds_like(name) for name in ("Bakker", "Visser", "Jansen", "Smit", "de Boer", "Yilmaz")}) == 6
    )
    assert sounds_like("") == sounds_like("-") == ""


def test_a_score_is_the_sum_of_what_its_reasons_weigh() -> None:
    assert score_of([]) == 0
    assert score_of(MergeReason) == sum(row.weight for row in REASONS.values())
    assert set(REASONS) == set(MergeReason)
    for row in REASONS.values():
        assert row.sentence(Language.NL) != row.sentence(Language.EN)


async def test_the_same_name_birth_and_postcode_is_proposed_once(town: Town) -> None:
    await town.family(("Noor Janssen", date(2018, 9, 30)))
    await town.family(("Nora Janssen", date(2018, 9, 30)))
    await town.family(("Wim Post", date(1960, 5, 5)))
    searched = await find_duplicates(town.database, town.area)
    assert (searched.proposed, searched.left_alone) == (1, 0)
    assert await found(town) == [({"name_birth_postcode", "sound_birth_year"}, 80)]
    assert await find_duplicates(town.database, town.area) == Searched(searched.pairs, 0, 0, 0)


async def test_a_sound_and_a_year_alone_are_not_enough_but_two_persons_are(town: Town) -> None:
    await town.family(("Noor Janssen", date(2018, 9, 30)))
    await town.family(("Sam Jansen", date(2018, 1, 1)))
    await find_duplicates(town.database, town.area)
    assert await found(town) == []
    await town.family(("A. Smit", date(1980, 2, 2)), ("B. Smit", date(1982, 3, 3)))
    await town.family(("A. Schmidt", date(1980, 7, 2)), ("B. Schmidt", date(1982, 8, 3)))
    await find_duplicates(town.database, town.area)
    assert await found(town) == [({"sound_birth_year", "several_persons"}, 50)]


async def test_an_address_and_a_birth_date_are_enough(town: Town, database_url: str) -> None:
    for name in ("Noor Janssen", "Elif Demir"):
        (someone,) = await town.family((name, date(2018, 9, 30)))
        async with sql(database_url) as database:
            await database.execute(
                "update households set address_index = $2 where id = $1", someone.household,
                town.database.keyring.address_index("3073AB", "12"),
            )  # fmt: skip
    await find_duplicates(town.database, town.area)
    assert await found(town) == [({"address_birth"}, 45)]


async def test_a_declined_pair_is_asked_again_only_for_a_new_reason(town: Town, database_url: str) -> None:
    (one,) = await town.family(("Noor Janssen", date(2018, 9, 30)))
    (other,) = await town.family(("Nora Janssen", date(2018, 9, 30)))
    await find_duplicates(town.database, town.area)
    async with sql(database_url) as database:
        proposal = await database.fetchval("select id from merge_proposals")
        await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), proposal, False))
        await find_duplicates(town.database, town.area)
        assert await found(town) == []
        await database.execute(
            "update households set address_index = $1 where id = any($2)",
            town.database.keyring.address_index("3073AB", "12"), [one.household, other.household],
        )  # fmt: skip
        await find_duplicates(town.database, town.area)
    assert await found(town) == [({"name_birth_postcode", "sound_birth_year", "address_birth"}, 125)]


async def test_what_waits_already_gets_the_new_reason(town: Town, database_url: str) -> None:
    (one,) = await town.family(("Noor Janssen", date(2018, 9, 30)))
    (other,) = await town.family(("Nora Janssen", date(2018, 9, 30)))
    await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), one.household, other.household))
    searched = await find_duplicates(town.database, town.area)
    assert (searched.proposed, searched.more_reasons) == (0, 1)
    assert await found(town) == [({"named_by_coordinator", "name_birth_postcode", "sound_birth_year"}, 80)]


async def test_an_undone_merge_and_the_parts_of_a_split_are_not_proposed(town: Town) -> None:
    await second_coordinator(town)
    await town.family(("Noor Janssen", date(2018, 9, 30)))
    await town.family(("Nora Janssen", date(2018, 9, 30)))
    await find_duplicates(town.database, town.area)
    slice_ = await town.office.look(town.caller("ibrahim"), merge_proposals, MergeProposalsOf())
    merged = await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), slice_.items[0].id, True))
    await undo(town, merged.merge)
    twins = await town.family(("A Bos", date(2000, 1, 1)), ("B Bos", date(2000, 1, 1)))
    asked = SplitHousehold(town.key(), twins[0].household, (twins[1].id,))
    await town.act("ibrahim", split_household, asked)
    assert (await find_duplicates(town.database, town.area)).proposed == 0


async def test_the_pairs_looked_at_grow_with_the_households_and_not_with_their_square(town: Town) -> None:
    """Every family has its double; and half of the town has one name and year, which says nothing."""
    counted = []
    made = 0
    for size in (10, 20, 40):
        while made < size:
            born = date(1940 + made % 70, 1 + made % 12, 1 + made % 28)
            name = "".join(chr(98 + int(digit) * 2) + "o" for digit in f"{made:03d}")
            await town.family((f"A {name}", born))
            await town.family((f"A {name}", born))
            made += 1
        await find_duplicates(town.database, town.area)
        async with town.database.within(town.area) as work:
            counted.append((await looked_at(work)).pairs)
    assert counted[1] <= 2.5 * counted[0] and counted[2] <= 2.5 * counted[1]
    assert counted[2] < 40 * 2 * LARGEST_BLOCK
    for _ in range(LARGEST_BLOCK + 1):
        await town.family(("Iemand Jansen", date(1999, 1, 1)))
    searched = await find_duplicates(town.database, town.area)
    assert searched.left_alone > 0 and searched.pairs == counted[2]


async def test_a_coordinator_names_two_families_and_nobody_else_does(town: Town) -> None:
    (one,) = await town.family(("Noor Janssen", date(2018, 9, 30)))
    (other,) = await town.family(("Sam Bos", date(2017, 2, 2)))
    for name in set(town.members) - {"ibrahim"}:
        async with refused("not_found", "household"):
            await town.act(name, propose_merge, ProposeMerge(town.key(), one.household, other.household))
    async with refused("same_household", "other"):
        await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), one.household, one.household))
    async with refused("not_found", "other"):
        await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), one.household, other.id))
    asked = await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), one.household, other.household))
    async with refused("merge_pending", "other"):
        await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), other.household, one.household))
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked.proposal, False))
    # Families may move in together later: a coordinator may ask again, a search does not.
    merged = await merge(town, other.household, one.household)
    assert merged.household == other.household
