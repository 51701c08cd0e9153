"""A list holds an item if, and only if, the decision shows it: SQL on a real PostgreSQL, row by row."""

from collections.abc import AsyncIterator
from itertools import product
from typing import NamedTuple

import asyncpg
import pytest

from casecoord.access.attributes import ATOMS, FACTS, Facts, What, Who, Why
from casecoord.access.decide import Policy
from casecoord.access.differences import everyone
from casecoord.domain.facets import FACETS, Level, Shown, Viewer
from casecoord.domain.words import Purpose, Sphere

RANK = list(Shown)
#: Facts that vary on their own; those of one kind of relation vary together, as no viewer asks two of them.
ALONE = ("wrote_it", "ground_lapsed", "restricted", "deferred_for_safety", "split_other_part")
TOGETHER = {
    "related": ("own_entry", "own_person", "own_hearing", "own_team_item", "own_place", "identity_checked",
                "consent_covers", "own_practice", "address_secret", "medical_lifted"),
}  # fmt: skip
COLUMNS = (*ALONE, *TOGETHER["related"])


class Item(NamedTuple):
    number: int
    sphere: Sphere
    audience: str | None
    names: frozenset[str]


def items() -> list[Item]:
    combined = []
    for *alone, related in product((False, True), repeat=len(ALONE) + 1):
        names = {name for name, so in zip(ALONE, alone, strict=True) if so}
        if "ground_lapsed" in names and len(names - {"wrote_it"}) > 1:
            continue  # what refuses everything refuses it whatever else refuses too
        combined.append(frozenset(names | (set(TOGETHER["related"]) if related else set())))
    audiences = (None, "social_and_lead", "teams_in_case")
    every = product(Sphere, audiences, combined)
    return [Item(number, *one) for number, one in enumerate(every)]


ITEMS = items()
#: A facet of the case has no sphere and no audience: the rows of the first of each say all.
CASE_ROWS = len(ITEMS) // len(Sphere) // 3


@pytest.fixture(scope="module")
def policy() -> Policy:
    return Policy()


@pytest.fixture(scope="module")
async def database(server: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that sees a table with one row for every combination."""
    connection = await asyncpg.connect(server)
    columns = ", ".join(f"{name} boolean" for name in COLUMNS)
    await connection.execute(f"create temp table items (number int, sphere text, audience text, {columns})")
    await connection.copy_records_to_table("items", records=[_row(item) for item in ITEMS])
    yield connection
    await connection.close()


def _row(item: Item) -> tuple[object, ...]:
    return (item.number, item.sphere, item.audience, *(name in item.names for name in COLUMNS))


def facts_of(item: Item) -> Facts:
    shared = ["shared_with_teams"] if item.audience == "teams_in_case" else []
    return Facts.that(*item.names, *shared)


def decided(policy: Policy, who: Who, facet: str, purpose: Purpose, item: Item) -> Shown:
    sphere = item.sphere if FACETS[facet].level is Level.ITEM else None
    return policy.decide_as(who, What(facet, sphere), Why(purpose), facts_of(item)).shown


@pytest.mark.parametrize("who", everyone(), ids=lambda who: f"{who.viewer}{'-by-grant' * who.by_grant}")
async def test_what_sql_shows_is_what_is_decided(
    policy: Policy, database: asyncpg.Connection, who: Who
) -> None:
    for facet, purpose in product(FACETS, Purpose):
        viewers = {} if who.by_grant else {who.viewer: "true"}
        grant = "true" if who.by_grant else "false"
        shown = policy.sql_shown(facet, purpose, viewers, "i", grant=grant)
        if not policy.may_use(who.viewer, purpose):
            assert shown == "'none'::text"
            continue
        asked = ITEMS if FACETS[facet].level is Level.ITEM else ITEMS[:CASE_ROWS]
        rows = await database.fetch(
            f"select {shown} as shown from items i where number < {len(asked)} order by number"
        )
        assert [row["shown"] for row in rows] == [
            decided(policy, who, facet, purpose, item) for item in asked
        ], (facet, purpose)


async def test_a_filter_keeps_exactly_what_is_shown_at_all(
    policy: Policy, database: asyncpg.Connection
) -> None:
    purpose = Purpose.CARE_COORDINATION
    for viewer, facet in product((Viewer.SCHOOL_CARE, Viewer.LEAD, Viewer.SIGNALLER), FACETS):
        condition = policy.sql_filter(facet, purpose, {viewer: "true"}, "i")
        rows = await database.fetch(f"select number from items i where {condition} order by number")
        assert [row["number"] for row in rows] == [
            item.number
            for item in ITEMS
            if decided(policy, Who(viewer), facet, purpose, item) is not Shown.NONE
        ]


async def test_who_is_what_to_each_row_is_asked_per_row(policy: Policy, database: asyncpg.Connection) -> None:
    viewers = {Viewer.SCHOOL_CARE: "i.number % 2 = 0", Viewer.LEAD: "i.number % 3 = 0"}
    purpose = Purpose.CARE_COORDINATION
    for facet in ("signal.summary", "plan.action", "signal.detail", "medical.note"):
        shown = policy.sql_shown(facet, purpose, viewers, "i", grant="i.number % 5 = 0")
        rows = await database.fetch(f"select number, {shown} as shown from items i order by number")
        for row, item in zip(rows, ITEMS, strict=True):
            mine = {viewer for viewer, each in zip(viewers, (2, 3), strict=True) if item.number % each == 0}
            facts = facts_of(item)
            if item.number % 5 == 0:
                facts = Facts.that(*(name for name in FACTS if getattr(facts, name)), "break_glass")
            decision = policy.decide(frozenset(mine), facet, item.sphere, purpose, facts)
            assert row["shown"] == decision.shown, (facet, item)


@pytest.mark.parametrize("unknown", [*COLUMNS, "sphere", "audience"])
async def test_what_is_unknown_never_opens(
    policy: Policy, database: asyncpg.Connection, unknown: str
) -> None:
    """With NULL in one column a row shows no more than the least it could show with a value there."""
    others = [name for name in ("number", "sphere", "audience", *COLUMNS) if name != unknown]
    null = f"null::{'text' if unknown in ('sphere', 'audience') else 'boolean'} as {unknown}"
    for turn, (who, facet) in enumerate(product(everyone(), FACETS)):
        if unknown in ATOMS and not ATOMS[unknown].about(FACETS[facet]):
            continue
        purpose = next(p for p in Purpose if policy.may_use(who.viewer, p))
        viewers = {} if who.by_grant else {who.viewer: "true"}
        shown = policy.sql_shown(facet, purpose, viewers, "i", grant="true" if who.by_grant else "false")
        # Another few rows for each viewer and facet; together they come round all of them.
        some = f"(select {', '.join(others)}, {null} from items where number % 31 = {turn % 31})"
        for row in await database.fetch(f"select number, {shown} as shown from {some} i"):
            item = ITEMS[row["number"]]
            could = [decided(policy, who, facet, purpose, one) for one in _completions(item, unknown)]
            least = max(could, key=RANK.index)
            assert RANK.index(row["shown"]) >= RANK.index(least), (who, facet, item)


def _completions(item: Item, unknown: str) -> list[Item]:
    if unknown == "sphere":
        return [item._replace(sphere=sphere) for sphere in Sphere]
    if unknown == "audience":
        return [item._replace(audience=audience) for audience in ("social_and_lead", "teams_in_case")]
    return [item._replace(names=item.names | {unknown}), item._replace(names=item.names - {unknown})]


async def test_a_query_may_say_where_a_fact_is_found(policy: Policy, database: asyncpg.Connection) -> None:
    facts = {"wrote_it": "i.number = 7"}
    condition = policy.sql_filter(
        "team_note.internal", Purpose.CARE_COORDINATION, {Viewer.SCHOOL_CARE: "true"}, "i", facts=facts
    )
    rows = await database.fetch(f"select number from items i where {condition}")
    assert [row["number"] for row in rows] == [7]


def test_a_fact_that_is_none_is_an_error(policy: Policy) -> None:
    with pytest.raises(KeyError):
        policy.sql_filter("plan.goal", Purpose.CARE_COORDINATION, {}, "i", facts={"other_purpose": "false"})
    with pytest.raises(KeyError):
        policy.sql_filter("plan.goal", Purpose.CARE_COORDINATION, {}, "i", facts={"wrote": "false"})


def test_what_nobody_sees_needs_no_query(policy: Policy) -> None:
    condition = policy.sql_filter(
        "person.bsn", Purpose.CARE_COORDINATION, dict.fromkeys(Viewer, "true"), "i", grant="true"
    )
    assert condition == "false"
