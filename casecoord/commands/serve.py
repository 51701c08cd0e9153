"""`casecoord serve`: the production server."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from casecoord.commands.context import CommandError, environment
from casecoord.settings import Settings
from casecoord.storage.availability import is_unavailable
from casecoord.storage.migrate import head_state
from casecoord.storage.reapplying import erasures_waiting


def register(app: typer.Typer) -> None:
    app.command()(serve)


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes; one per core is a good start.")] = 1,
) -> None:
    """Serve the interface and GraphQL on PORT until told to stop (Ctrl-C or SIGTERM)."""
    with environment() as env, _shared_metrics(workers):
        chosen = Settings.from_environment(env)
        for part in chosen.apart().values():
            asyncio.run(_refuse_what_was_erased(part))
        os.environ.update(env)  # the workers are processes of their own, and read the same settings
        listen(host, chosen.port, workers)


async def _refuse_what_was_erased(chosen: Settings) -> None:
    """A restored backup holds what was erased since: nobody is served before that is gone again."""
    database = chosen.database(pool_size=1)
    try:
        waiting = await erasures_waiting(database) if (await head_state(chosen.database_url)).same else 0
    except Exception as error:
        if not is_unavailable(error):
            raise
        return  # it may come up later; /health/ready asks again
    finally:
        await database.close()
    if waiting:
        raise CommandError(
            f"{waiting} erasures are not applied to this database: casecoord restore FOLDER --erasures-only"
        )


@contextmanager
def _shared_metrics(workers: int) -> Iterator[None]:
    """Whichever worker answers /metrics must count for all of them: they count in files of one folder."""
    if workers == 1 or os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        yield
        return
    with TemporaryDirectory(prefix="casecoord-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
        yield


def listen(host: str, port: int, workers: int = 1) -> None:
    """Blocks until the server has stopped. The application logs requests itself, without personal data."""
    import uvicorn

    # uvicorn stops in order and then passes the signal on; so does the embedded database, if there is one.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        "casecoord.app:from_environment",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=10,
        # A process that starts on a busy machine takes longer than uvicorn's five seconds; it would be ended and begun
        # again for ever.
        timeout_worker_healthcheck=60,
    )
