"""What a table withholds as `none` and what was never there are one answer: the same words by the same statements."""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.domain.facets import FACETS, Shown
from casecoord.domain.words import LifeDomain, Sphere
from tests.actions.looks import look
from tests.actions.steps import by_bsn, led_case, signal, sql, take_part
from tests.statements import statements
from tests.world import Someone, Town

Add = Callable[[Town, dict[str, Someone], UUID, str], Any]


async def hearing(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["daan"]), date(2026, 12, 17)))


async def debts(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    await signal(town, "esra", family["els"], domain=LifeDomain.FINANCE)


async def illness(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    await signal(town, "fleur", family["els"], domain=LifeDomain.PHYSICAL_HEALTH)


async def address(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    async with sql(url) as database:
        await database.execute(
            "update households set address_sealed = null where id = $1", family["els"].household
        )


async def custody(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    async with sql(url) as database:
        await database.execute(
            "insert into custody (area_id, id, minor_id, holder_id, kind)"
            " values ($1, gen_random_uuid(), $2, $3, 'parent')",
            town.area, family["noor"].id, family["els"].id,
        )  # fmt: skip


async def practice(town: Town, family: dict[str, Someone], case: UUID, url: str) -> None:
    async with sql(url) as database:
        await database.execute(
            "delete from person_links where kind = 'practice' and person_id = $1", family["els"].id
        )


#: What is there or not, for whom that is `none`, and for whom it is not.
UNSEEN: list[tuple[Add, tuple[str, ...], str]] = [
    (hearing, ("amina", "esra", "ibrahim", "jasmijn", "lotte"), "chaima"),
    (debts, ("amina", "fleur", "karim", "hanna"), "ibrahim"),
    (illness, ("esra", "ibrahim", "jasmijn", "hanna"), "fleur"),
    (address, ("amina", "esra", "fleur", "hanna"), "bram"),
    (custody, ("esra", "jasmijn", "karim"), "amina"),
    (practice, ("amina", "chaima", "ibrahim", "jasmijn"), "fleur"),
]


async def answers(town: Town, who: str, case: UUID, home: UUID) -> tuple[list[bytes], list[list[str]]]:
    """Every way to look at a case, as it would leave, and the statements that it took."""
    asked: list[tuple[Any, Any]] = [(joint_case, JointCaseOf(case)), (timeline, TimelineOf(case))]
    asked += [
        (explain_facet, ExplainOf(home, facet, sphere))
        for facet, sphere in (
            ("signal.existence", Sphere.HEALTH),
            ("court.hearing", Sphere.JUSTICE),
            ("household.address", Sphere.GENERAL),
        )
    ]
    told, sent = [], []
    for view, query in asked:
        with statements(town.database) as said:
            try:
                found: Any = asdict(await look(town, who, view, query))
            except Exception as problem:
                found = [type(problem).__name__, str(problem), getattr(problem, "field", None)]
        told.append(json.dumps(found, default=str, sort_keys=True).encode())
        sent.append(list(said))
    return told, sent


@pytest.mark.parametrize(("add", "unseen_by", "seen_by"), UNSEEN, ids=[add.__name__ for add, *_ in UNSEEN])
async def test_the_same_bytes_by_the_same_statements(
    town: Town, database_url: str, add: Add, unseen_by: tuple[str, ...], seen_by: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"], lead="bram")
    for team, member in (("wijkteam", "chaima"), ("werk", "esra"), ("huisarts", "fleur")):
        await take_part(town, "bram", case.id, team, member)
    home = family["noor"].household
    await answers(town, "amina", case.id, home)  # the version of the policy is kept by now
    before = {who: await answers(town, who, case.id, home) for who in (*unseen_by, seen_by)}
    await add(town, family, case.id, database_url)
    for who in unseen_by:
        assert await answers(town, who, case.id, home) == before[who], who
    assert await answers(town, seen_by, case.id, home) != before[seen_by], "who may see it must"


async def test_a_facet_that_is_none_is_explained_as_one_that_nobody_has(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"], lead="bram")
    found = {}
    for facet in FACETS:
        told = await look(town, "amina", explain_facet, ExplainOf(case.household, facet))
        if told.shown is Shown.NONE:
            found[facet] = {**asdict(told), "facet": ""}
    assert len(found) > 5 and len({json.dumps(one, default=str) for one in found.values()}) == 1
