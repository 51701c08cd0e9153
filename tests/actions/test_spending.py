"""A lead spends for a family in a year without asking; over the amount it is a blockade; nothing ever goes over it."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.actions.addressing import Addressee
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.managing import ChangeSettings, SettingsOf, change_settings, settings
from casecoord.actions.spending import (
    CancelSpend,
    OrRaise,
    RecordSpendResult,
    SpendMoney,
    cancel_spend,
    record_spend_result,
    spend,
)
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.words import BlockadeKind, LifeDomain
from tests.actions.steps import led_case, merge, refused, second_coordinator, sql, take_part, undo
from tests.actions.test_blockades import agreed, listed, see, social_case
from tests.actions.test_races import at_once
from tests.world import Town

BED = "Een bed voor Noor."


def buying(town: Town, case: UUID, amount: int = 40_000, **more: Any) -> SpendMoney:
    values = {"purpose": BED, "domain": LifeDomain.HOUSING}
    return SpendMoney(town.key(), case, amount, **{**values, **more})


async def give(town: Town, amount: int = 100_000) -> None:
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=amount))


async def bought(town: Town, case: UUID, amount: int = 40_000, who: str = "amina", **more: Any) -> Any:
    return await town.act(who, spend, buying(town, case, amount, **more))


async def left(town: Town, case: UUID, who: str = "amina") -> int | None:
    return (await see(town, who, case)).left_to_spend


async def test_a_lead_spends_without_asking_and_tells_later_what_it_changed(
    town: Town, database_url: str
) -> None:
    await give(town)
    case = await social_case(town)
    done = await bought(town, case.id)
    assert (done.left, done.blockade) == (60_000, None)
    told = RecordSpendResult(town.key(), done.spend, "Noor slaapt door.")
    assert (await town.act("amina", record_spend_result, told)).left == 60_000
    (seen,) = (await see(town, "amina", case.id)).spends
    assert (seen.amount, seen.purpose, seen.changed, seen.spent_on, seen.cancelled) == (
        40_000, BED, "Noor slaapt door.", date(2026, 11, 2), False,
    )  # fmt: skip
    async with refused("result_told", "spend"):
        await town.act("amina", record_spend_result, replace(told, idempotency_key=town.key()))
    assert await left(town, case.id) == 60_000
    # Whoever sees the plan sees what was spent in it; what is left is the lead's.
    (theirs,) = (await see(town, "chaima", case.id)).spends
    assert theirs.purpose == BED and await left(town, case.id, "chaima") is None
    # Housing is of the sphere livelihood: of that a school sees what its own team wrote, as written.
    (own,) = (await see(town, "bram", case.id)).spends
    assert (own.purpose, own.changed) == (BED, None)
    await take_part(town, "amina", case.id, "regenboog", "ines")
    assert (await see(town, "ines", case.id)).spends == []
    history = await town.office.look(town.caller("amina"), timeline, TimelineOf(case.id))
    # Of one moment, so in no order.
    assert {event.verb for event in history.items if "spend" in event.about} == {
        "spend",
        "record_spend_result",
    }
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select purpose_sealed, result_sealed from spends")
    assert b"bed" not in row["purpose_sealed"] and b"Noor" not in row["result_sealed"]
    await agreed(town)


async def test_over_the_amount_it_becomes_a_blockade_about_money_in_the_same_step(town: Town) -> None:
    await give(town)
    case = await social_case(town)
    async with refused("amount_exceeded", "amount"):
        await bought(town, case.id, 100_001)
    asked = OrRaise("Betaal het restant.", Addressee(function="Fonds"), date(2026, 11, 13))
    done = await bought(town, case.id, 150_000, or_raise=asked)
    assert (done.spend, done.left) == (None, 100_000)
    (raised,) = (await listed(town, "jasmijn")).items
    assert (raised.id, raised.kind, raised.addressee) == (done.blockade, BlockadeKind.MONEY, "Fonds")
    assert raised.what is not None and raised.what.startswith(BED) and "1500.00" in raised.what
    assert (await see(town, "amina", case.id)).spends == []
    # Within the amount it is spent, whatever would have been asked.
    assert (await bought(town, case.id, 100_000, or_raise=asked)).blockade is None
    await agreed(town)


async def test_an_area_that_set_no_amount_lets_nobody_spend(town: Town) -> None:
    case = await social_case(town)
    async with refused("amount_exceeded", "amount"):
        await bought(town, case.id, 1)
    assert await left(town, case.id) == 0
    for amount in (-1, 5_000_001):
        async with refused("setting_out_of_bounds", "familyAmount"):
            await give(town, amount)
    await give(town, 0)
    await give(town, 500)
    assert (await town.office.look(town.caller("mo"), settings, SettingsOf())).family_amount == 500
    async with refused("not_allowed"):
        await town.act("amina", change_settings, ChangeSettings(town.key(), family_amount=1))
    assert (await bought(town, case.id, 500)).left == 0


async def test_what_is_no_spend_is_told_why(town: Town) -> None:
    await give(town)
    case = await social_case(town)
    for bad, code, field in (
        ({"amount": 0}, "amount_invalid", "amount"),
        ({"amount": -5}, "amount_invalid", "amount"),
        ({"amount": 10_000_001}, "amount_invalid", "amount"),
        ({"purpose": " "}, "text_empty", "purpose"),
        ({"purpose": "BSN 999990019"}, "bsn_in_text", "purpose"),
        ({"spent_on": date(2026, 11, 3)}, "date_in_future", "spentOn"),
        ({"spent_on": date(2026, 10, 1)}, "spent_before_case", "spentOn"),
    ):
        async with refused(code, field):
            await bought(town, case.id, **bad)  # type: ignore[arg-type]
    for who, code in (("chaima", "not_allowed"), ("bram", "not_allowed"), ("esra", "not_found")):
        for amount in (1, 9_000_000):
            async with refused(code):
                await bought(town, case.id, amount, who=who)
    for nothing in (RecordSpendResult(town.key(), uuid4(), "Ja."),):
        async with refused("not_found", "spend"):
            await town.act("amina", record_spend_result, nothing)
    done = await bought(town, case.id)
    async with refused("not_allowed"):
        await town.act("chaima", cancel_spend, CancelSpend(town.key(), done.spend, "Toch niet."))
    async with refused("not_found", "spend"):
        await town.act("bram", cancel_spend, CancelSpend(town.key(), done.spend, "Toch niet."))
    async with refused("reason_missing", "reason"):
        await town.act("amina", cancel_spend, CancelSpend(town.key(), done.spend, ""))


async def test_a_spend_that_is_taken_back_counts_no_more_and_stays_to_be_seen(town: Town) -> None:
    await give(town)
    case = await social_case(town)
    done = await bought(town, case.id, 90_000)
    taken = CancelSpend(town.key(), done.spend, "Het bed kwam niet.")
    answered, problems = await at_once(
        *(town.act("amina", cancel_spend, replace(taken, idempotency_key=town.key())) for _ in range(6))
    )
    assert (len(answered), problems) == (1, {"spend_cancelled": 5})
    assert (answered[0].left, answered[0].cancelled) == (100_000, True)
    (seen,) = (await see(town, "amina", case.id)).spends
    assert (seen.cancelled, seen.reason) == (True, "Het bed kwam niet.")
    assert (await bought(town, case.id, 100_000)).left == 0


async def test_each_year_has_its_own_amount(town: Town, database_url: str) -> None:
    await give(town)
    case = await social_case(town)
    await bought(town, case.id, 100_000)
    town.clock.forward(days=63)
    assert await left(town, case.id) == 100_000
    async with refused("amount_exceeded"):
        await bought(town, case.id, 1, spent_on=date(2026, 12, 31))
    assert (await bought(town, case.id, 100_000, spent_on=date(2027, 1, 1))).left == 0


async def test_of_fifty_spends_at_once_no_more_than_the_amount_is_spent(
    town: Town, database_url: str
) -> None:
    await give(town)
    case = await social_case(town)
    done, problems = await at_once(*(bought(town, case.id, 15_000) for _ in range(50)))
    assert (len(done), problems) == (6, {"amount_exceeded": 44})
    assert sorted(one.left for one in done) == [10_000, 25_000, 40_000, 55_000, 70_000, 85_000]
    async with sql(database_url) as plain:
        assert await plain.fetchval("select sum(amount_cents) from spends") == 90_000


async def test_the_database_holds_the_amount_whoever_writes(town: Town, database_url: str) -> None:
    """Beside the application, from many connections, and by every way back."""
    await give(town)
    case = await social_case(town)
    first = await bought(town, case.id, 10_000)
    copy = (
        "insert into spends (area_id, id, case_id, spent_by, domain, sphere, amount_cents, purpose_sealed, spent_on,"
        " recorded_at) select area_id, gen_random_uuid(), case_id, spent_by, domain, sphere, 15000, '', spent_on,"
        " recorded_at from spends where id = $1"
    )

    async def write() -> bool:
        async with sql(database_url) as plain:
            try:
                await plain.execute(copy, first.spend)
            except asyncpg.CheckViolationError as problem:
                assert problem.constraint_name == "spends_within_amount"
                return False
            return True

    assert sum(await asyncio.gather(*(write() for _ in range(12)))) == 6
    over = {
        "a larger amount": "update spends set amount_cents = 20001 where id = $1",
        "a spend that comes back": "update spends set cancelled_at = null, cancelled_by = null, reason_sealed = null"
        " where id = $1",
    }
    async with sql(database_url) as plain:
        with pytest.raises(asyncpg.CheckViolationError, match="spent once"):
            await plain.execute(over["a larger amount"], first.spend)
        await town.act("amina", cancel_spend, CancelSpend(town.key(), first.spend, "Toch niet."))
        await plain.execute(copy.replace("15000", "10000"), first.spend)
        with pytest.raises(asyncpg.CheckViolationError, match="spent once"):
            await plain.execute(over["a spend that comes back"], first.spend)


async def test_two_families_that_become_one_have_spent_what_both_did(town: Town, database_url: str) -> None:
    await second_coordinator(town)
    await give(town)
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "11VO00")]})
    one, other = await led_case(town, noor), await led_case(town, sam)
    await take_part(town, "amina", one.id, "wijkteam", "chaima")
    await bought(town, one.id, 70_000)
    await bought(town, other.id, 50_000, purpose="Zwemles voor Sam.")
    done = await merge(town, noor.household, sam.household, keep_case=one.id)
    assert await left(town, one.id) == 0
    assert {spent.purpose for spent in (await see(town, "amina", one.id)).spends} == {
        BED,
        "Zwemles voor Sam.",
    }
    async with refused("amount_exceeded"):
        await bought(town, one.id, 1)
    town.clock.forward(hours=1)
    await undo(town, done.merge)
    assert [await left(town, case.id) for case in (one, other)] == [30_000, 50_000]
    assert [spent.purpose for spent in (await see(town, "amina", other.id)).spends] == ["Zwemles voor Sam."]
    await agreed(town)


async def test_what_was_spent_goes_with_the_case_when_a_family_splits(town: Town) -> None:
    await give(town)
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await bought(town, case.id, 60_000)
    leaves = SplitHousehold(
        town.key(), family["noor"].household, (family["noor"].id,), case_with=Part.LEAVING
    )
    part = await town.act("ibrahim", split_household, leaves)
    assert await left(town, case.id) == 40_000
    assert [one.purpose for one in (await see(town, "amina", part.part)).spends] == [BED]
    await agreed(town)


async def test_a_spend_and_a_merge_at_once_leave_no_more_than_was_there(
    town: Town, database_url: str
) -> None:
    await give(town)
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "11VO00")]})
    one, other = await led_case(town, noor), await led_case(town, sam)
    await bought(town, one.id, 50_000)
    acts = [merge(town, noor.household, sam.household, keep_case=one.id)]
    acts += [bought(town, case.id, 60_000) for case in (other, one, other, one)]
    await at_once(*acts)
    async with sql(database_url) as plain:
        merged = await plain.fetchval("select count(*) from merges")
        spent = await plain.fetchval("select sum(amount_cents) from spends where cancelled_at is null")
    assert (merged, spent) in ((1, 50_000), (1, 110_000))
    assert await left(town, one.id) == max(0, 100_000 - spent)
