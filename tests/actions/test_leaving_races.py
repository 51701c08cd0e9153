"""Somebody leaves at the very instant at which something is given to them: one is first, and nothing is lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import date, timedelta
from typing import Any

import pytest

from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.ending import EndTeam, end_team
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.leaving import EndMembership, end_membership
from casecoord.actions.plan import AddAction, add_action
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain
from casecoord.storage.work import UnknownLogin
from tests.actions.leaving_steps import holds, lead_now, leave, newcomer, one
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql, waiting_for_locks
from tests.world import Town


async def at_once(*acts: Awaitable[Any]) -> tuple[int, Counter[str]]:
    """How many were done, and why the others were not; anything else that was raised fails the test."""
    done = await asyncio.gather(*acts, return_exceptions=True)
    odd = [
        one for one in done if isinstance(one, BaseException) and not isinstance(one, Problem | UnknownLogin)
    ]
    assert odd == []
    said = Counter(getattr(one, "code", "unknown") for one in done if isinstance(one, BaseException))
    return len(done) - said.total(), said


@pytest.mark.parametrize("round", range(4))
@pytest.mark.parametrize("days", [0, 7])
async def test_twenty_accept_while_the_one_who_was_asked_leaves(
    town: Town, database_url: str, round: int, days: int
) -> None:
    (child,) = await town.family(("Sam Bos", date(2018, 2, 2)), links={0: [("school", "11VO00")]})
    case = await open_case(town, "bram", (await signal(town, "fleur", child)).signal)
    proposal = await propose(town, "bram", case.id, "amina")
    at = town.clock.now + timedelta(days=days) if days else None
    acts = [town.act("amina", accept_lead, AnswerProposal(town.key(), proposal)) for _ in range(19)]
    acts.insert(round * 6, leave(town, "amina", at))
    done, said = await at_once(*acts)
    assert done >= 1 and set(said) <= {
        "already_answered", "professional_not_active", "not_allowed", "membership_invalid", "unknown", "try_again",
    }, said  # fmt: skip
    await holds(town, database_url)
    town.clock.forward(days=8)
    await holds(town, database_url)
    left = "select count(*) from memberships where id = $1 and upper_inf(during)"
    assert await one(database_url, left, town.members["amina"].membership) == 0


@pytest.mark.parametrize("round", range(4))
async def test_two_who_are_each_others_successor_do_not_both_leave_to_each_other(
    town: Town, database_url: str, round: int
) -> None:
    await newcomer(town, "klimop")
    await led_case(town, (await town.janssens())["noor"], "amina")
    pair = [leave(town, "amina", heir="nora"), leave(town, "nora", heir="amina")]
    done, said = await at_once(*(pair if round % 2 else reversed(pair)))
    assert done >= 1 and set(said) <= {"successor_not_active"}, said
    await holds(town, database_url)


async def test_of_two_endings_of_one_membership_one_is_told_that_it_is_over(
    town: Town, database_url: str
) -> None:
    await led_case(town, (await town.janssens())["noor"], "amina")
    done, said = await at_once(*(leave(town, "amina") for _ in range(6)))
    assert (done, said) == (1, Counter(membership_over=5))
    await holds(town, database_url)
    assert await lead_now(town, database_url) == town.members["bram"].membership


@pytest.mark.parametrize("round", range(4))
async def test_work_that_comes_while_somebody_leaves_comes_to_whoever_is_there(
    town: Town, database_url: str, round: int
) -> None:
    """Whoever signals need not know that a coordinator leaves this very moment."""
    people = [
        (await town.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[0]
        for number in range(8)
    ]
    case = await led_case(town, people[0], "amina")
    due = town.clock.now.date() + timedelta(days=9)
    acts: list[Awaitable[Any]] = [signal(town, "fleur", one) for one in people[1:]]
    acts += [
        town.act("amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due))
        for _ in range(4)
    ]
    acts.insert(round * 3, leave(town, "bram", heir="amina"))
    done, said = await at_once(*acts)
    assert (done, said) == (12, Counter())
    await holds(town, database_url)
    assert await one(database_url, "select count(*) from signals") == 8


@pytest.mark.parametrize("round", range(3))
async def test_signals_about_a_school_whose_team_ends_find_the_team_that_took_over(
    town: Town, database_url: str, round: int
) -> None:
    people = [
        (await town.family((f"Kind {number}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[0]
        for number in range(6)
    ]
    acts: list[Awaitable[Any]] = [signal(town, "fleur", one) for one in people]
    ended = EndTeam(town.key(), town.teams["klimop"], town.teams["regenboog"], confirm=True)
    acts.insert(round * 3, town.act("mo", end_team, ended))
    done, said = await at_once(*acts)
    assert done >= 6 and set(said) <= {"try_again"}, said
    await holds(town, database_url)


async def test_one_absence_has_one_deputy(town: Town, database_url: str) -> None:
    await newcomer(town, "klimop")
    until = town.clock.now + timedelta(days=9)
    absent = town.members["amina"].membership
    done, said = await at_once(
        *(
            town.act("mo", set_deputy, SetDeputy(town.key(), absent, town.members[who].membership, until))
            for who in ("bram", "nora")
        ),
        town.act("mo", set_deputy, SetDeputy(town.key(), town.members["nora"].membership, absent, until)),
    )
    assert done == 1 and set(said) <= {"absence_exists", "deputy_absent"}, said
    await holds(town, database_url)


async def test_what_comes_to_somebody_while_their_leaving_waits_is_handed_over_at_the_next_try(
    town: Town, database_url: str
) -> None:
    (child,) = await town.family(("Sam Bos", date(2018, 2, 2)), links={0: [("school", "11VO00")]})
    case = await open_case(town, "bram", (await signal(town, "fleur", child)).signal)
    amina, due = town.members["amina"], date(2026, 11, 10)
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs.", due)
    added = await town.act("bram", add_action, step)
    ends = EndMembership(town.key(), amina.membership, confirm=True)
    async with sql(database_url) as beside, sql(database_url) as watching:
        # Whoever gives somebody something holds their membership until that is committed.
        async with beside.transaction():
            await beside.execute("select from memberships where id = $1 for share", amina.membership)
            leaving = asyncio.ensure_future(town.act("mo", end_membership, ends))
            await waiting_for_locks(watching, 1)
            await beside.execute("set local session_replication_role = replica")
            await beside.execute("update plan_actions set owner_id = $1", amina.membership)
        async with refused("try_again"):
            await leaving
    assert [one.item for one in (await town.act("mo", end_membership, ends)).handed_over] == [added.id]
    await holds(town, database_url)
