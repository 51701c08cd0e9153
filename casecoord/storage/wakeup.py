"""Being woken by the database: an event that is set when something urgent enters the outbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

CHANNEL = "casecoord_outbox"


@asynccontextmanager
async def woken(url: str) -> AsyncIterator[asyncio.Event]:
    """Listens as long as the block runs. Its connection may break unnoticed: whoever waits also polls."""
    event = asyncio.Event()

    def wake(*_: object) -> None:
        event.set()

    connection = await asyncpg.connect(
        url, timeout=10, server_settings={"application_name": "casecoord-deliver"}
    )
    try:
        await connection.add_listener(CHANNEL, wake)
        connection.add_termination_listener(wake)
        yield event
    finally:
        connection.terminate()
