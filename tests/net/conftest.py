"""A rich town: all spheres, leads, signallers, grants, departures and second memberships; one for all tests here."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import uuid4

import asyncpg
import pytest

from casecoord.access.decide import Policy
from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.actions.splitting import SplitHousehold, split_household
from casecoord.domain.words import LifeDomain, RequestKind, Role, Urgency, VeiligThuis
from casecoord.storage.organising import Organiser
from casecoord.storage.work import Database
from tests.actions.leaving_steps import leave, newcomer
from tests.actions.meeting_steps import opened, planned
from tests.actions.steps import by_bsn, led_case, signal, take_part
from tests.api.test_everybody_everywhere import story
from tests.conftest import of_database
from tests.world import KEYRING, Clock, Town, build_town


@dataclass(frozen=True)
class Ground:
    town: Town
    url: str


@pytest.fixture(scope="module")
async def ground(server: str, template: str) -> AsyncIterator[Ground]:
    name = f"casecoord_test_{uuid4().hex}"
    admin = await asyncpg.connect(server)
    await admin.execute(f"create database {name} template {template} strategy file_copy")
    url, clock = of_database(server, name), Clock()
    database = Database(url, KEYRING, clock=clock, pool_size=4)
    try:
        towns = [await build_town(database, clock, Policy(), code) for code in ("zuid", "noord")]
        for town, code in zip(towns, ("zuid", "noord"), strict=True):
            await everything(town, code)
        async for _ in sweep_areas(database):
            pass
        yield Ground(towns[0], url)
    finally:
        await database.close()
        await admin.execute(f"drop database {name} with (force)")
        await admin.close()


async def everything(town: Town, code: str) -> None:
    await story(town, code)
    family = await town.janssens()
    case = await led_case(town, family["noor"], "bram")
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    await signal(town, "bea", family["els"], domain=LifeDomain.FINANCE)
    await signal(town, "mo", family["els"], domain=LifeDomain.HOUSING)
    restricted = ExerciseRight(
        town.key(), by_bsn(family["els"]), RequestKind.RESTRICTION, identity_checked=True
    )
    await town.act("lotte", exercise_right, restricted)
    await opened(town, "dirk", "fleur", "esra", guests=("fleur", "esra"))
    await planned(town, "gijs", "amina")
    (acute,) = await town.family(("Piet Post", date(1971, 5, 5)))
    await signal(
        town,
        "fleur",
        acute,
        urgency=Urgency.ACUTE,
        domain=LifeDomain.MENTAL_HEALTH,
        veilig_thuis=VeiligThuis.YES,
    )
    twins = await town.family(("A Bos", date(2000, 1, 1)), ("B Bos", date(2000, 1, 1)))
    await signal(town, "dirk", twins[0])
    await signal(town, "hanna", twins[1])
    await town.act("ibrahim", split_household, SplitHousehold(town.key(), twins[0].household, (twins[1].id,)))
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=100))
        chaima, esra = town.members["chaima"].professional, town.members["esra"].professional
        await organiser.membership(chaima, town.teams["regenboog"], Role.MEMBER)
        await organiser.membership(esra, town.teams["rechtbank"], Role.MEMBER)
    await newcomer(town, "klimop")
    await leave(town, "bram", town.clock.now + timedelta(days=6), "nora")
    town.clock.forward(hours=5)
    why = "Niemand bereikt, er zijn kinderen in huis."
    await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(twins[1].bsn), why))
    town.clock.forward(hours=-5)
