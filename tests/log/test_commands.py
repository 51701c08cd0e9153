"""The log at the command line and for whoever watches: what is wrong is one line with a code, and nothing personal."""

import asyncio
import json
import os
import sys
from base64 import b64encode
from collections.abc import Awaitable, Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path
from signal import SIGINT, SIGTERM
from unittest.mock import patch
from uuid import uuid4

import httpx2
import pytest

from casecoord.__main__ import main
from casecoord.app import create_app
from casecoord.commands.doctor import examine
from casecoord.commands.sequencer import CLOSED, sequencing
from casecoord.domain import merkle
from casecoord.settings import Settings
from casecoord.storage import sequencer as sequencing_code
from casecoord.storage.checkpoints import Signer
from tests.doors import demo_provider, settings_for
from tests.log.ground import KEY, SIZE, Log
from tests.test_commands import complete, environment

CHECKOUT = Path(__file__).parents[2]
Run = Callable[..., Awaitable["Told"]]


@dataclass(frozen=True)
class Told:
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str


def command(arguments: tuple[str, ...], env: dict[str, str]) -> Told:
    """As a process of its own would answer, without the second that it takes to start one."""
    out, err = StringIO(), StringIO()
    with (
        patch.dict(os.environ, environment(env), clear=True),
        patch.object(sys, "argv", ["casecoord", *arguments]),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        try:
            main()
        except SystemExit as ended:
            return Told(int(ended.code or 0), out.getvalue(), err.getvalue())
    return Told(0, out.getvalue(), err.getvalue())


def given(log: Log) -> dict[str, str]:
    return {
        **complete(log.url),
        "CASECOORD_MODE": "development",
        "CASECOORD_CHECKPOINT_KEY": b64encode(KEY).decode(),
        "CASECOORD_CHECKPOINTS": str(log.folder),
    }


@pytest.fixture
async def run(grown: Log) -> Run:
    async def answered(*arguments: str, **other: str | None) -> Told:
        env = {name: value for name, value in {**given(grown), **other}.items() if value is not None}
        return await asyncio.to_thread(command, arguments, env)

    return answered


async def test_a_log_that_holds_is_said_so_to_people_and_machines(grown: Log, run: Run) -> None:
    await grown.write(2)
    placed = await run("sequencer", "--once", "--json")
    assert json.loads(placed.stdout) == {"placed": 2}
    words = await run("audit", "verify")
    assert words.returncode == 0 and words.stdout.startswith(
        f"zuid: {SIZE + 2} entries under 6 checkpoints, 0 wait"
    )
    answer = json.loads((await run("audit", "verify", "--area", "zuid", "--json")).stdout)
    assert answer["ok"] and answer["areas"][0]["entries"] == SIZE + 2 and answer["areas"][0]["fault"] is None
    assert (await run("audit", "verify", "--area", "west")).stderr.startswith(
        "casecoord: there is no area west"
    )


async def test_a_fault_is_told_with_its_position_and_exits_1(grown: Log, run: Run) -> None:
    one = (await grown.ids())[300]
    await grown.do("update access_log set record = 'Noor Janssen' where id = $1", one)
    found = await run("audit", "verify")
    assert (
        found.returncode == 1
        and "NOT OK  edited at position 300: an entry is not what was signed" in found.stdout
    )
    answer = json.loads((await run("audit", "verify", "--json")).stdout)
    fault = answer["areas"][0]["fault"]
    assert not answer["ok"] and (fault["kind"], fault["position"]) == ("edited", 300)
    assert "Noor" not in found.stdout + found.stderr + json.dumps(answer)


async def test_anybody_with_the_public_key_can_verify(grown: Log, run: Run) -> None:
    public = (await run("audit", "key")).stdout.strip()
    assert public == Signer(KEY).public
    without = {"CASECOORD_CHECKPOINT_KEY": None}
    assert (await run("audit", "verify", "--key", public, **without)).returncode == 0
    assert "give --key" in (await run("audit", "verify", **without)).stderr
    assert (await run("audit", "verify", "--key", Signer(b"z" * 32).public)).returncode == 1
    for wrong in ("casecoord", "casecoord+zz+AQ==", public[:-4]):
        assert "--key is no public key" in (await run("audit", "verify", "--key", wrong)).stderr


@pytest.mark.parametrize("position", [0, 256, SIZE - 1])
async def test_a_proof_can_be_checked_by_anybody(grown: Log, run: Run, position: int) -> None:
    one = (await grown.ids())[position]
    proof = json.loads((await run("audit", "proof", str(one), "--json")).stdout)
    leaf = await grown.connection.fetchval("select leaf from access_log where id = $1", one)
    path = [bytes.fromhex(step) for step in proof["path"]]
    found = merkle.root_by_inclusion(leaf, proof["position"], proof["size"], path)
    assert (proof["position"], proof["size"], proof["leaf"]) == (position, SIZE, leaf.hex())
    assert found is not None and found.hex() == proof["root"]
    assert proof["checkpoint"] == grown.notes()[-1] + "\n"
    words = (await run("audit", "proof", str(one))).stdout
    assert f"stands at position {position} of {SIZE}" in words and proof["root"] in words


async def test_there_is_no_proof_of_what_is_not_there_or_was_bent(grown: Log, run: Run) -> None:
    nobody = await run("audit", "proof", str(uuid4()))
    assert nobody.returncode == 1 and "no entry of this id has its place" in nobody.stderr
    assert (await run("audit", "proof", "1")).returncode == 2
    ids = await grown.ids()
    await grown.do("update access_log set record = 'x' where id = $1", ids[3])
    assert "not what its leaf says" in (await run("audit", "proof", str(ids[3]))).stderr
    await grown.do("set session_replication_role = replica")
    await grown.do(
        "update log_tiles set hashes = overlay(hashes placing sha256('') from 1) where level = 0 and tile = 0"
    )
    assert "does not lead to the signed root" in (await run("audit", "proof", str(ids[5]))).stderr
    await grown.do("delete from log_tiles where tile = 0")
    assert "does not lead to the signed root" in (await run("audit", "proof", str(ids[7]))).stderr


async def test_a_restore_is_said_at_the_command_line(grown: Log, run: Run) -> None:
    await grown.do("delete from log_checkpoints where number = 5")
    await grown.do("delete from log_positions where position >= 557")
    await grown.do("set session_replication_role = replica")
    await grown.do("update log_tiles set hashes = substring(hashes for 45 * 32) where level = 0 and tile = 2")
    closed = await run("sequencer", "--once")
    assert closed.returncode == 1 and closed.stderr.startswith("casecoord: log_differs: ")
    said = await run("audit", "restored")
    assert said.stdout == f"zuid: signed at 557 entries; {SIZE - 557} that the log had are lost\n"
    assert json.loads((await run("sequencer", "--once", "--json")).stdout) == {"placed": SIZE - 557}
    verified = await run("audit", "verify")
    assert (
        verified.returncode == 0
        and f"entries 557 to {SIZE - 1} were lost when a backup was restored" in verified.stdout
    )


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("CASECOORD_CHECKPOINT_KEY", None, "checkpoint_key_missing"),
        ("CASECOORD_CHECKPOINTS", None, "checkpoint_directory_missing"),
        ("CASECOORD_CHECKPOINTS", "/nowhere/at/all", "checkpoint_directory_unwritable"),
        ("DATABASE_URL_SEQUENCER", "postgresql://someone:hushhush@127.0.0.1:1/x", "database_unavailable"),
    ],
)
async def test_what_closes_the_log_is_one_line_with_its_code(
    run: Run, variable: str, value: str | None, code: str
) -> None:
    done = await run("sequencer", "--once", **{variable: value})
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr == f"casecoord: {code}: {CLOSED[code]}\n"


def test_every_code_has_its_words() -> None:
    source = (
        Path(sequencing_code.__file__).read_text()
        + (CHECKOUT / "casecoord/commands/sequencer.py").read_text()
    )
    named = {word.split('"')[0] for word in source.split('LogClosed("')[1:]}
    assert named | set(sequencing_code._CODES.values()) == set(CLOSED)


@pytest.mark.parametrize("how", [SIGINT, SIGTERM])
async def test_it_runs_until_it_is_stopped_and_leaves_nothing_waiting(grown: Log, how: int) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "casecoord", "sequencer", env=environment(given(grown)), cwd=grown.folder
    )
    try:
        await grown.write(3)
        await grown.connection.execute(
            "do $$ begin while exists (select from access_log a where not exists"
            " (select from log_positions p where p.entry_id = a.id)) loop perform pg_sleep(0.05); end loop; end $$",
            timeout=60,
        )
        await grown.write(2)
        process.send_signal(how)
        assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
    assert (await grown.verify()).waiting == 0


def settings_of(log: Log) -> Settings:
    return replace(settings_for(log.url, demo_provider(8000)), checkpoint_key=KEY, checkpoints=log.folder)


async def test_beside_a_demo_it_leaves_nothing_waiting(grown: Log) -> None:
    with sequencing(settings_of(grown)):
        await grown.write(3)
    assert (await grown.verify()).waiting == 0


async def test_whoever_watches_sees_how_far_it_is_behind(grown: Log) -> None:
    app = create_app(settings_of(grown))
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
    ) as http:
        assert (await http.get("/health/ready")).json()["checks"]["log"] == "ok"
        assert "casecoord_log_waiting_entries 0.0" in (await http.get("/metrics")).text
        await grown.write(4)
        await grown.do(
            "update access_log a set arrived_at = now() - interval '20 minutes'"
            " where not exists (select from log_positions p where p.entry_id = a.id)"
        )
        metrics = (await http.get("/metrics")).text
        assert "casecoord_log_waiting_entries 4.0" in metrics
        (seconds,) = (
            line for line in metrics.splitlines() if line.startswith("casecoord_log_waiting_seconds ")
        )
        assert 1200 <= float(seconds.split()[1]) < 1300
        ready = await http.get("/health/ready")
        assert (ready.status_code, ready.json()["checks"]["log"]) == (503, "not ok")
        await grown.do("drop function casecoord_log_waiting")
        assert "casecoord_requests_total" in (await http.get("/metrics")).text
    await app.state.office.database.close()


async def test_the_doctor_knows_the_log(grown: Log, tmp_path: Path) -> None:
    def wrong(**other: str) -> dict[str, str]:
        env = {name: value for name, value in {**given(grown), **other}.items() if value}
        return {check.name: check.say for check in asked(env) if not check.ok}

    def asked(env: dict[str, str]) -> list:  # type: ignore[type-arg]
        return list(examine(env))

    async def found(**other: str) -> dict[str, str]:
        return await asyncio.to_thread(wrong, **other)

    assert await found() == {}
    assert await found(CASECOORD_CHECKPOINT_KEY="", CASECOORD_CHECKPOINTS="") == {}
    assert "CASECOORD_CHECKPOINT_KEY is not set" in (await found(CASECOORD_CHECKPOINT_KEY=""))["checkpoints"]
    assert "CASECOORD_CHECKPOINTS is not set" in (await found(CASECOORD_CHECKPOINTS=""))["checkpoints"]
    assert "is no folder" in (await found(CASECOORD_CHECKPOINTS=str(tmp_path / "none")))["checkpoints"]
    assert (
        "CASECOORD_CHECKPOINT_KEY is not 32 bytes"
        in (await found(CASECOORD_CHECKPOINT_KEY="x"))["configuration"]
    )
    await grown.write(4)
    assert await found() == {}
    await grown.do("update access_log set arrived_at = now() - interval '20 minutes'")
    assert (await found())["sequencer"].startswith("4 entries of the access log wait, for 120")
