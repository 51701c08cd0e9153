"""Whatever happened before and after: a merge that is undone gives two families back, and nothing is lost or twice."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casecoord.access.decide import Policy
from casecoord.actions import merging
from casecoord.actions.signals import Decision
from casecoord.domain.words import LifeDomain, Urgency
from tests.actions.life import WORKING, Life, Loop
from tests.actions.whole_state import Opened, differences, whole_state


@pytest.fixture
def lives(server: str, template: str, policy: Policy) -> Iterator[type[Life]]:
    loop = Loop()
    yield type(
        "LifeHere",
        (Life,),
        {"server": server, "template": template, "policy": policy, "loop": loop, "done": Counter()},
    )
    loop.close()


def live(life: Life, seed: int, steps: int) -> None:
    """So many things that people do, chosen by this seed."""
    chance = random.Random(seed)

    def number() -> int:
        return chance.randrange(5_040)

    for _ in range(steps):
        match chance.randrange(4):
            case 0:
                urgency = chance.choice([Urgency.NORMAL, Urgency.ACUTE])
                how = chance.choice(["by BSN", "by BSN", "again"])
                life.somebody_signals(
                    chance.choice(WORKING), number(), how, chance.choice(list(LifeDomain)), urgency
                )
            case 1:
                team = chance.choice(["wijkteam", "huisarts", "rechtbank", "werk"])
                life.something_is_begun(number(), number(), number(), None, team, chance.randrange(30))
            case 2:
                decision = chance.choice(list(Decision))
                life.what_waits_is_answered(number(), number(), chance.random() < 0.8, None, decision, 30)
            case _:
                life.clock.forward(hours=chance.choice([1, 5, 24]))


def made_one(life: Life, chosen: int) -> dict[str, Any] | None:
    """Two households that exist become one; the row of that merge."""
    homes = [
        row[0] for row in life._fetch("select id from households where upper_inf(during) order by during, id")
    ]
    main, other = random.Random(chosen).sample(homes, 2)
    named = merging.ProposeMerge(life.town.key(), main, other)
    if not life._try("ibrahim", merging.propose_merge, named):
        return None
    (waits,) = life._fetch(
        "select id from merge_proposals where state = 'pending' and household_id = $1 and provisional_id = $2",
        main, other,
    )  # fmt: skip
    led = "select id from cases where household_id = any($1) and state in ('led', 'aftercare') order by id"
    cases = [row[0] for row in life._fetch(led, [main, other])]
    keep = cases[chosen % 2] if len(cases) == 2 else None
    assert life._try(
        "ibrahim", merging.confirm_merge, merging.ConfirmMerge(life.town.key(), waits["id"], True, keep)
    )
    (row,) = life._fetch("select id, household_id, merged_id from merges where undone_at is null")
    return dict(row)


def undone(life: Life, merge: UUID) -> None:
    assert life._try("nora", merging.undo_merge, merging.UndoMerge(life.town.key(), merge))


def is_over(key: tuple[str, Any], row: dict[str, Any]) -> bool:
    """What came with the merge and went with its undoing."""
    table, during = key[0], row.get("during")
    return (
        (during is not None and (during.isempty or during.upper is not None))
        or (table == "promises" and row["ended_at"] is not None)
        or row.get("state") == "expired"
    )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.integers(0, 10**6), chosen=st.integers(0, 10**6), hours=st.sampled_from([0, 1, 30]))
def test_undone_at_once_it_has_never_been(lives: type[Life], before: int, chosen: int, hours: int) -> None:
    life = lives()
    life.begin()
    try:
        live(life, before, 14)
        was = life.loop.run(whole_state(life.url))
        merge = made_one(life, chosen)
        if merge is None:
            return
        life.clock.forward(hours=hours)
        undone(life, merge["id"])
        now = life.loop.run(whole_state(life.url))
        left = {
            key: changed
            for key, changed in differences(was, now).items()
            if changed == "gone" or set(changed) != {"provisional"}
        }
        assert left == {}
        assert [key for key, row in now.items() if key not in was and not is_over(key, row)] == []
    finally:
        life.teardown()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(before=st.integers(0, 10**6), between=st.integers(0, 10**6), chosen=st.integers(0, 10**6))
def test_what_came_from_each_side_returns_and_what_came_between_is_on_one(
    lives: type[Life], before: int, between: int, chosen: int
) -> None:
    life = lives()
    life.begin()
    try:
        live(life, before, 12)
        was = life.loop.run(whole_state(life.url))
        merge = made_one(life, chosen)
        if merge is None:
            return
        both = {merge["household_id"], merge["merged_id"]}
        as_one = life.loop.run(whole_state(life.url))
        life.clock.forward(hours=1)
        live(life, between, 10)
        at_last = life.loop.run(whole_state(life.url))
        undone_again = life._fetch("select count(*) from merges where undone_at is null")[0][0]
        if undone_again != 1:
            return  # what waits was answered: another match was confirmed meanwhile
        undone(life, merge["id"])
        now = life.loop.run(whole_state(life.url))
        for key, row in was.items():
            # Nothing is gone, each text reads as it did, and every thing is where it was.
            there, last, one = now[key], at_last[key], as_one[key]
            # What came to another case, and was answered there since, stays with that case.
            asked = key[0] in ("proposals", "invitations") and one["case_id"] != row["case_id"]
            answered = asked and one["state"] == "pending" != last["state"]
            for column, value in row.items():
                if answered:
                    home = now["cases", (row["area_id"], one["case_id"])]["household_id"]
                    stays = last[column]
                    reads = Opened(home, stays.text) if isinstance(stays, Opened) else stays
                    assert there[column] == reads, (key, column)
                elif isinstance(value, Opened) or (column == "household_id" and key[0] != "promises"):
                    assert there[column] == value, (key, column)
                elif last[column] == one[column] and key[0] in ("signals", "plan_actions", "persons"):
                    # What nobody touched meanwhile is as it was.
                    assert there[column] == value, (key, column)
        homes = {row["id"]: row["household_id"] for (table, _), row in now.items() if table == "persons"}
        for key in at_last.keys() - as_one.keys():
            # What came between is there, once, reads as it did, and is with whom it is about.
            for column, value in at_last[key].items():
                if isinstance(value, Opened):
                    assert now[key][column].text == value.text
            if key[0] == "signals" and now[key]["household_id"] in both:
                assert now[key]["household_id"] == homes.get(now[key]["person_id"], merge["household_id"])
    finally:
        life.teardown()
