"""Two areas on two servers, by configuration alone: each at its own, and a family that passes from one to the other."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from signal import SIGKILL
from uuid import uuid4

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.carrying import carry
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.monitor import MonitorOf, monitor
from casecoord.actions.moving import Destination
from casecoord.api.ids import global_id
from casecoord.demo.provider import DemoProvider
from casecoord.demo.tokens import obtain
from casecoord.domain.actors import Caller
from casecoord.domain.monitor import Period
from casecoord.domain.words import Purpose
from casecoord.settings import Place
from casecoord.storage import monitor as storage
from casecoord.storage.availability import is_unavailable
from casecoord.storage.databases import Databases
from casecoord.storage.monitor import Publication
from casecoord.storage.work import AreaMisplaced, Database, UnknownLogin
from tests.actions.moves import COVERED, moves, one
from tests.actions.residents_steps import at_home, code_for, names, resident
from tests.actions.steps import led_case, signal
from tests.actions.test_binding import bind as binds
from tests.actions.test_carrying import killed_at
from tests.actions.two_areas import HOLDER, accept, counted, offers, towns
from tests.api.test_database_gone import Cable
from tests.api.test_me import ME
from tests.api.test_overviews import ask, code, key
from tests.conftest import copied
from tests.doors import bind, client_of, opened, provider, settings_for
from tests.statements import statements
from tests.two_servers import living_apart
from tests.world import KEYRING, Town

__all__ = ["provider", "towns"]

CHECKOUT = Path(__file__).parents[1]
SIGNALS = "select count(*) from signals"
#: Who signals, decides, leads and moves; who logs in; what is listed, told, published and cleared away.
MAIN_FLOWS = (
    "tests/actions/test_signals.py",
    "tests/actions/test_closing.py",
    "tests/actions/test_leaving.py",
    "tests/actions/test_moving_between_areas.py",
    "tests/actions/test_carrying.py",
    "tests/actions/test_binding.py",
    "tests/actions/test_own_log.py",
    "tests/actions/test_sweep.py",
    "tests/actions/test_monitor_published.py",
    "tests/api/test_me.py",
    "tests/api/test_overviews.py",
    "tests/api/test_taking_part.py",
    "tests/api/test_moving.py",
    "tests/console/test_pages.py",
    "tests/console/test_signal.py",
    "tests/console/test_mine.py",
)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return Policy()


@pytest.fixture
async def database_url(
    server: str, template: str, second_server: str, second_template: str
) -> AsyncIterator[str]:
    """Where Zuid lives; Noord lives on the second server."""
    async with copied(server, template) as url, copied(second_server, second_template) as home:
        with living_apart(url, home):
            yield url


async def test_a_signal_becomes_a_led_case_over_http_and_the_other_server_holds_nothing_of_it(
    towns: tuple[Town, Town], provider: DemoProvider
) -> None:
    zuid, noord = towns
    zuid.clock.now = datetime.now(UTC)
    noor = (await zuid.janssens())["noor"]
    for name in ("amina", "bram"):
        await bind(zuid.database, zuid.area, zuid.members[name].professional, provider.issuer, f"demo-{name}")
    await bind(noord.database, noord.area, noord.members["dirk"].professional, provider.issuer, "demo-dirk")
    async with opened(settings_for(zuid.url, provider)) as app:
        amina, bram, dirk = (
            client_of(app, provider.public_url, obtain(name, provider.issuer))
            for name in ("amina", "bram", "dirk")
        )
        about = {"bsn": noor.bsn, "birthDate": noor.born.isoformat()}
        added = await ask(
            amina,
            "AddSignal",
            input={
                "idempotencyKey": key(),
                "person": about,
                "subject": "PERSON",
                "domain": "SOCIAL_NETWORK",
                "urgency": "HIGH",
                "summary": "Zorgen over thuis.",
            },
        )
        opening = {"idempotencyKey": key(), "signal": added["signal"], "decision": "OPEN_CASE"}
        case = (await ask(bram, "TriageSignal", input=opening))["case"]["id"]
        professional = global_id("Professional", zuid.members["amina"].professional)
        proposing = {"idempotencyKey": key(), "case": case, "professional": professional, "reason": "school"}
        proposal = (await ask(bram, "ProposeLead", input=proposing))["proposals"][0]["id"]
        await ask(amina, "AcceptLead", input={"idempotencyKey": key(), "proposal": proposal})
        assert (await ask(amina, "JointCase", id=case))["lead"]["value"]["name"] == "Amina"
        assert await code(dirk, "JointCase", id=case) == "not_found"
        for who, area in ((amina, "Zuid"), (dirk, "Noord"), (amina, "Zuid")):
            me = (await who.post({"documentId": ME})).json()["data"]["me"]
            assert me["area"]["name"] == area
        ready = (await amina.http.get("/health/ready")).json()
        assert ready["databases"] == {"home": "ok", "zuid": "ok"}
        for client in (amina, bram, dirk):
            await client.http.aclose()
    assert (await one(zuid.url, SIGNALS), await one(noord.url, SIGNALS)) == (1, 0)


async def test_a_family_moves_between_two_servers_and_the_carrier_may_be_killed_between_the_steps(
    towns: tuple[Town, Town],
) -> None:
    zuid, noord = towns
    noor = (await zuid.janssens())["noor"]
    await led_case(zuid, noor)
    await moves(zuid, noor.household, Destination.ANOTHER_AREA, area="noord", address=COVERED)
    waits = "select count(*) from parcels where delivered_at is null"
    assert await killed_at("committed there", zuid, noord) == -SIGKILL
    assert (await one(zuid.url, waits), await one(noord.url, "select count(*) from arrivals")) == (1, 1)
    assert await carry(zuid.database) == 1
    (offer,) = await offers(noord)
    await accept(noord, offer.id)
    assert await one(zuid.url, HOLDER, zuid.area) is not None
    assert await killed_at("committed there", zuid, noord) == -SIGKILL
    assert await carry(zuid.database) == 1
    assert await counted(zuid, noord, waits) == 0
    assert await one(zuid.url, HOLDER, zuid.area) is None
    assert await one(noord.url, "select state from cases") == "triaged"


async def test_a_resident_comes_to_the_area_of_the_code(towns: tuple[Town, Town]) -> None:
    zuid, _ = towns
    family = await zuid.janssens()
    await led_case(zuid, family["noor"])
    els = resident(family["els"])
    with pytest.raises(UnknownLogin):
        await at_home(zuid, els)
    await binds(zuid, els, await code_for(zuid, "amina", family["els"]))
    assert names(await at_home(zuid, els)) == {"Els Janssen"}


async def test_who_works_in_both_areas_acts_as_the_membership_says(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    for town in towns:
        await bind(town.database, town.area, town.members["amina"].professional, "https://both.test", "amina")
    for town in (zuid, noord, zuid):
        caller = Caller("https://both.test", "amina", membership=town.members["amina"].membership)
        async with zuid.database.enter(caller) as work:
            assert work.area_id == town.area
    async with zuid.database.enter(Caller("https://both.test", "amina")) as work:
        assert work.area_id == noord.area, "of DATABASE_URL, which is asked first"


async def test_a_login_is_asked_for_once_and_found_again_when_its_database_is_another(
    towns: tuple[Town, Town],
) -> None:
    zuid, _ = towns
    database = zuid.database
    assert isinstance(database, Databases)
    caller = zuid.caller("dirk")
    with statements(database.of("zuid")) as in_zuid, statements(database.of("noord")) as in_noord:
        for _ in range(3):
            async with database.enter(caller):
                pass
    assert (len(in_noord), len(in_zuid)) == (1, 3)
    database._knows.clear()
    database._remember(("enter", caller.issuer, caller.subject, None), database.of("noord"))
    async with database.enter(caller) as work:
        assert work.area_id == zuid.area


@dataclass
class Cut:
    """Zuid's database behind a cable, and all areas through it."""

    cable: Cable
    database: Databases


@pytest.fixture
async def cut(towns: tuple[Town, Town]) -> AsyncIterator[Cut]:
    zuid, noord = towns
    cable = Cable(zuid.url)
    await cable.plug()
    parts = [Database(url, KEYRING, clock=zuid.clock, pool_size=2) for url in (noord.url, cable.url)]
    database = Databases(parts[0], {"zuid": parts[1]})
    yield Cut(cable, database)
    await cable.pull()
    await database.close()


async def test_while_a_database_is_away_its_area_hears_that_and_the_others_go_on(
    towns: tuple[Town, Town], provider: DemoProvider
) -> None:
    zuid, noord = towns
    await bind(zuid.database, zuid.area, zuid.members["amina"].professional, provider.issuer, "demo-amina")
    await bind(noord.database, noord.area, noord.members["dirk"].professional, provider.issuer, "demo-dirk")
    cable = Cable(zuid.url)
    await cable.plug()
    settings = settings_for(zuid.url, provider)
    settings = replace(settings, elsewhere=(Place(cable.url, cable.url, cable.url, ("zuid",)),))
    async with opened(settings) as app:
        amina, dirk, bram = (
            client_of(app, provider.public_url, obtain(name, provider.issuer))
            for name in ("amina", "dirk", "bram")
        )
        assert (await amina.post({"documentId": ME})).status_code == 200
        await cable.pull()
        answer = await amina.post({"documentId": ME})
        assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert (await dirk.post({"documentId": ME})).json()["data"]["me"]["area"]["name"] == "Noord"
        # Nobody may say that a login is unknown before all were asked.
        assert (await bram.post({"documentId": ME})).json()["code"] == "database_unavailable"
        ready = await dirk.http.get("/health/ready")
        assert (ready.status_code, ready.json()["databases"]) == (200, {"home": "ok", "zuid": "not ok"})
        await cable.plug()
        assert (await amina.post({"documentId": ME})).status_code == 200
        assert (await bram.post({"documentId": ME})).json()["code"] == "unknown_login"
        await cable.pull()
        for client in (amina, dirk, bram):
            await client.http.aclose()


async def test_what_is_offered_to_an_area_that_is_away_waits_and_holds_up_nothing(
    towns: tuple[Town, Town], cut: Cut
) -> None:
    zuid, noord = towns
    (child,) = await noord.family(("Lars Kind", date(2018, 1, 1)), links={0: [("school", "11VO00")]})
    await signal(noord, "amina", child)
    await moves(noord, child.household, Destination.ANOTHER_AREA, area="zuid")
    await cut.database.areas()
    await cut.cable.pull()
    home, away = cut.database.apart()
    assert [code async for code, _ in sweep_areas(home)] == ["noord"]
    with pytest.raises(Exception) as failure:
        async for _ in sweep_areas(away):
            pass
    assert is_unavailable(failure.value)
    assert await offers(zuid) == []
    await cut.cable.plug()
    assert [code async for code, _ in sweep_areas(home)] == ["noord"]
    assert len(await offers(zuid)) == 1


async def test_what_an_area_published_is_read_on_the_other_server_too(towns: tuple[Town, Town]) -> None:
    zuid, noord = towns
    period = Period(date(2026, 9, 1), date(2026, 10, 1))
    async with zuid.database.within(zuid.area) as work:
        await storage.publish(work, [Publication("signals", 1, period, ())])
    monitoring = replace(noord.caller("karim"), purpose=Purpose.MONITORING)
    asked = MonitorOf(zuid.area, period.from_on, period.from_on)
    for _ in range(2):
        async for _ in sweep_areas(zuid.database):
            pass
    async with noord.database.within(noord.area) as work:
        read = {area.code: area for area in await storage.publishing_areas(work)}
        assert "BU05991099" in read["zuid"].neighbourhoods
        assert len(await storage.published(work, zuid.area, period.from_on, period.until_on)) == 1
    assert await noord.office.look(monitoring, monitor, asked)


async def test_an_area_that_lives_elsewhere_than_it_should_stops_what_would_go_wrong(
    towns: tuple[Town, Town], second_server: str, second_template: str
) -> None:
    zuid, noord = towns
    here = Database(zuid.url, KEYRING)
    async with copied(second_server, second_template) as third:
        there = Database(third, KEYRING)
        with pytest.raises(AreaMisplaced, match="zuid"):
            await Databases(here, {"zuid": there}).areas()
        with pytest.raises(AreaMisplaced, match="noord"):
            await here.found_area("noord", "Noord")
        await there.close()
    await here.close()
    assert set(await Database(noord.url, KEYRING).areas()) == {"noord"}


async def test_two_areas_of_one_name_never_become_one(towns: tuple[Town, Town]) -> None:
    _, noord = towns
    home = Database(noord.url, KEYRING)
    with pytest.raises(Exception, match="areas_code_key"):
        await home.introduce(uuid4(), "noord", "Een ander Noord")
    await home.introduce(noord.area, "noord", "Anders")
    assert (
        await one(noord.url, "select (name, elsewhere)::text from areas where code = 'noord'") == "(Noord,f)"
    )
    await home.close()


@pytest.mark.prove
@pytest.mark.parametrize("flow", MAIN_FLOWS)
async def test_the_main_flows_pass_with_two_servers_by_configuration_alone(flow: str) -> None:
    """Left out: what counts statements, at the first server alone, and what reads figures before any sweep told them."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "--two-servers",
        "-k",
        "not statements and not read_each_other",
        flow,
    ]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]
