"""The ground that benchmarks run on: a database with fsync on, led cases of the usual size, a served app."""

import base64
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx2

from casecoord.access.decide import Policy
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.cases import CaseBrief
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_lead, propose_lead
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.signals import AddSignal, Decision, TriageSignal, add_signal, triage_signal
from casecoord.demo.provider import DemoProvider, running
from casecoord.demo.tokens import obtain
from casecoord.domain.words import LifeDomain, SignalSubject, Urgency
from casecoord.embedded import EmbeddedPostgres
from casecoord.storage import migrate
from casecoord.storage.work import Database
from tests.conftest import of_database
from tests.crowd import crowd
from tests.doors import bind, demo_provider, free_port
from tests.world import KEYRING, MASTER, MATCH, Clock, Someone, Town, build_town

CASES = 40
#: Families that fill a worklist, and families about whom is signalled while it is measured.
FLAGGED, TOLD = 60, 60
#: Of every server that is measured, ours and the peer's: one a core, as `casecoord serve --help` advises.
PROCESSES = os.cpu_count() or 1
DOMAINS = (LifeDomain.SOCIAL_NETWORK, LifeDomain.TIME_USE, LifeDomain.FINANCE, LifeDomain.MENTAL_HEALTH)


@dataclass
class Ground:
    """A served town: its database, where it answers, Dirk's token, the cases that he may see, whom he may tell of."""

    database_url: str
    url: str
    token: str
    town: Town
    provider: DemoProvider
    cases: list[UUID] = field(default_factory=list)
    told: list[Someone] = field(default_factory=list)
    households: int = 0


@asynccontextmanager
async def ground(
    households: int = 0, cases: int = CASES, name: str = "casecoord_bench"
) -> AsyncIterator[Ground]:
    """`households`: so many others live in the same area. `name`: the database's."""
    with tempfile.TemporaryDirectory() as folder:
        server = os.environ.get("DATABASE_URL")
        embedded = None if server else EmbeddedPostgres(Path(folder) / "pg")
        admin_url = server or embedded.start()  # type: ignore[union-attr]
        try:
            async with _database(admin_url, name) as url, _town(url, households, cases) as laid:
                yield laid
        finally:
            if embedded:
                embedded.destroy()


@asynccontextmanager
async def _database(admin_url: str, name: str) -> AsyncIterator[str]:
    drop = f"drop database if exists {name} with (force)"
    await _executed(admin_url, drop, f"create database {name}")
    url = of_database(admin_url, name)
    await migrate.upgrade(url)
    try:
        yield url
    finally:
        await _executed(admin_url, drop)


async def _executed(url: str, *statements: str) -> None:
    admin = await asyncpg.connect(url)
    for statement in statements:
        await admin.execute(statement)
    await admin.close()


@asynccontextmanager
async def _town(url: str, households: int, cases: int) -> AsyncIterator[Ground]:
    port = free_port()
    provider = demo_provider(port)
    database = Database(url, KEYRING, clock=Clock())
    town = await build_town(database, Clock(), Policy())
    for who in ("dirk", "amina"):
        await bind(database, town.area, town.members[who].professional, provider.issuer, f"demo-{who}")
    with running(provider):
        led = [await _case(town) for _ in range(cases)]
        for number in range(FLAGGED):
            await _signalled(town, f"Flagged {number}")
        told = [await _signalled(town, f"Told {number}", "12AB00") for number in range(TOLD)]
        if households:
            migrator = await asyncpg.connect(url, server_settings={"role": "casecoord_migrator"})
            await crowd(migrator, town, households, late_of_ten=1)
            await migrator.close()
        await _settled(url)
        with server(url, provider, port, workers=PROCESSES) as (address, _):
            token = obtain("dirk", provider.issuer)
            yield Ground(url, address, token, town, provider, led, told, households)
    await database.close()


async def _settled(url: str) -> None:
    """What autovacuum would have done by and by, and what was just written is on the disk."""
    await _executed(url, "vacuum analyze", "checkpoint")


async def _signalled(town: Town, name: str, school: str | None = None) -> Someone:
    """A family with one signal, for the team of this school, or else that of the neighbourhood."""
    links = {0: [("school", school)]} if school else None
    (someone,) = await town.family((name, date(2016, 5, 5)), links=links)
    about = ByBsn(someone.bsn, someone.born)
    told = AddSignal(
        town.key(), about, SignalSubject.PERSON, LifeDomain.TIME_USE, Urgency.NORMAL, "Vaak te laat."
    )
    await town.act("amina", add_signal, told)
    return someone


async def _case(town: Town) -> UUID:
    """A led case of about 25 rows: three persons, four signals, three teams, eight actions."""
    family = await town.janssens()
    signals = [
        (
            await town.act(
                "amina",
                add_signal,
                AddSignal(
                    town.key(),
                    ByBsn(family["noor"].bsn, family["noor"].born),
                    SignalSubject.PERSON,
                    domain,
                    Urgency.HIGH,
                    "Zorgen over thuis.",
                ),
            )
        ).signal
        for domain in DOMAINS
    ]
    case: CaseBrief = (
        await town.act("bram", triage_signal, TriageSignal(town.key(), signals[0], Decision.OPEN_CASE))
    ).case
    await town.act("bram", triage_signal, TriageSignal(town.key(), signals[1], Decision.JOIN_CASE))
    for team, member in (("wijkteam", "dirk"), ("huisarts", "gijs")):
        invitation = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams[team]))
        await town.act(member, join_case, AnswerInvitation(town.key(), invitation.id))
    dirk = town.members["dirk"].professional
    proposed = await town.act("bram", propose_lead, ProposeLead(town.key(), case.id, dirk, "kent het gezin"))
    await town.act("dirk", accept_lead, AnswerProposal(town.key(), proposed.proposals[0].id))
    due = date(2026, 11, 2) + timedelta(days=30)
    for _ in range(8):
        await town.act(
            "dirk", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Bel de school.", due)
        )
    return case.id


@contextmanager
def server(
    url: str,
    provider: DemoProvider,
    port: int,
    app: str = "casecoord.app:from_environment",
    workers: int = 1,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The server as in production, so many processes, each its own interpreter: where it answers, and the first of them."""
    environment = {
        **os.environ,
        "DATABASE_URL": url,
        "CASECOORD_MASTER_KEY": base64.b64encode(MASTER).decode(),
        "CASECOORD_MATCH_KEY": base64.b64encode(MATCH).decode(),
        "CASECOORD_SESSION_KEY": base64.b64encode(b"s" * 32).decode(),
        "OIDC_ISSUER": provider.issuer,
        "OIDC_CLIENT_ID": provider.client_id,
        "OIDC_CLIENT_SECRET": provider.client_secret,
        "OIDC_AUDIENCE": provider.audience,
        "CASECOORD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CASECOORD_MODE": "development",
        "PORT": str(port),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", app, "--timeout-worker-healthcheck", "60"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--workers", str(workers), "--no-access-log", "--log-level", "error"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health/ready", process)
        yield f"http://127.0.0.1:{port}", process
    finally:
        process.terminate()
        process.wait(10)


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    """Connecting is tried again, ever slower, for about a minute."""
    with httpx2.Client(transport=httpx2.HTTPTransport(retries=8)) as client:
        answer = client.get(url, timeout=30)
    if process.poll() is not None or answer.status_code != 200:
        raise SystemExit("the server did not start")
