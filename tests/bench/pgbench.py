"""How often this server can make something durable at all: PostgreSQL's own pgbench, with the row that a log needs."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casecoord.embedded import chosen_binaries
from tests.bench.measure import Round

TABLE = "create table if not exists public.casecoord_bench_commits (id uuid, record text)"
#: About as long as the record of an act.
WRITE = "insert into public.casecoord_bench_commits values (gen_random_uuid(), repeat('r', 2000));\n"


def program() -> str | None:
    """The server's own, or the machine's."""
    beside = chosen_binaries() / "pgbench"
    return str(beside) if beside.exists() else shutil.which("pgbench")


@contextmanager
def script() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "commit.sql"
        path.write_text(WRITE)
        yield path


def committing(pgbench: str, url: str, path: Path, clients: int, seconds: float) -> Round:
    """Commits a second of so many clients that write one row each time."""
    command = (pgbench, "-n", "-M", "prepared", "-f", str(path), "-c", str(clients), "-j", "1")

    async def measured() -> float:
        process = await asyncio.create_subprocess_exec(
            *command, "-T", str(max(1, round(seconds))), url,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        said, _ = await process.communicate()
        found = re.search(rb"tps = ([\d.]+)", said)
        assert process.returncode == 0 and found, said[-300:]
        return float(found[1])

    return measured
