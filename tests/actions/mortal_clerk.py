"""A verb done in a process of its own that kills itself, as kill -9 does, at the step that it is told.

A step is a statement sent, a commit, or the connection handed back after it, when nobody has the answer yet. A
process is forked for each verb, so that this starts once.
"""

import asyncio
import base64
import importlib
import os
import pickle
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from casecoord.access.decide import Policy
from casecoord.actions.office import Office
from casecoord.domain.actors import Caller
from casecoord.domain.errors import Problem
from casecoord.storage.work import Database, UnknownLogin
from tests.actions.ids import Ascending
from tests.statements import before_each
from tests.world import KEYRING

CHECKOUT = Path(__file__).parents[2]
LIVED, KILLED = 0, -signal.SIGKILL


@dataclass(frozen=True)
class Errand:
    """`ids`: from where on the clerk numbers what it makes."""

    url: str
    now: datetime
    ids: int
    caller: Caller
    module: str
    verb: str
    input: Any
    step: int


class Clerks:
    """The other end of the process from which clerks are forked."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process

    def send(self, errand: Errand) -> bool:
        """Whether the clerk was killed; otherwise it did the verb, or was told why not."""
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(base64.b64encode(pickle.dumps(errand)) + b"\n")
        self._process.stdin.flush()
        status = int(self._process.stdout.readline())
        assert status in (LIVED, KILLED)
        return status == KILLED


@contextmanager
def clerks() -> Iterator[Clerks]:
    command = [sys.executable, "-m", "tests.actions.mortal_clerk"]
    with subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Clerks(process)


async def do(errand: Errand, policy: Policy) -> None:
    database = Database(errand.url, KEYRING, clock=lambda: errand.now, pool_size=1)
    steps = 0

    def step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps == errand.step:
            os.kill(os.getpid(), signal.SIGKILL)

    verb = getattr(importlib.import_module(errand.module), errand.verb)
    given_back = (database.engine.sync_engine.pool, "checkin")
    with before_each(database, step, given_back), suppress(Problem, UnknownLogin):
        await Office(database, policy).act(errand.caller, verb, errand.input)
    await database.close()


def main() -> None:
    policy = Policy()
    for line in sys.stdin.buffer:
        errand = pickle.loads(base64.b64decode(line))  # noqa: S301 the test's own
        child = os.fork()
        if child == 0:
            uuid.os = Ascending(errand.ids)  # type: ignore[attr-defined]
            asyncio.run(do(errand, policy))
            os._exit(LIVED)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
