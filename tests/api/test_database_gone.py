"""The database goes away and comes back: a code and a time, then everything as before, without a restart."""

import asyncio
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from casecoord.storage.availability import is_unavailable
from tests.api.test_me import ME
from tests.doors import client_of, free_port, opened, settings_for


class Cable:
    """A port in front of the database that can be pulled out and put back."""

    def __init__(self, url: str) -> None:
        self.behind = urlsplit(url)
        self.port = free_port()
        self.server: asyncio.Server | None = None
        self.streams: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        login = self.behind.netloc.rpartition("@")[0]
        return urlunsplit(self.behind._replace(netloc=f"{login}@127.0.0.1:{self.port}"))

    async def plug(self) -> None:
        self.server = await asyncio.start_server(self._carry, "127.0.0.1", self.port)

    async def pull(self) -> None:
        assert self.server is not None
        self.server.close()
        for stream in self.streams:
            stream.transport.abort()
        self.streams.clear()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward = await asyncio.open_connection(self.behind.hostname, self.behind.port or 5432)
        self.streams |= {writer, onward[1]}
        await asyncio.gather(_pump(reader, onward[1]), _pump(onward[0], writer))


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass  # the cable was pulled
    finally:
        writer.close()


async def test_a_database_that_is_away_is_a_code_and_a_time_to_come_back(
    database_url, provider, town, amina_token
):
    cable = Cable(database_url)
    await cable.plug()
    async with opened(settings_for(cable.url, provider)) as app:
        amina = client_of(app, provider.public_url, amina_token)
        async with amina.http:
            assert (await amina.post({"documentId": ME})).status_code == 200
            await cable.pull()
            for _ in range(3):
                answer = await amina.post({"documentId": ME})
                assert answer.status_code == 503, answer.text
                assert answer.json()["code"] == "database_unavailable"
                assert int(answer.headers["retry-after"]) == answer.json()["retryAfter"] > 0
            assert (await amina.http.get("/health/live")).status_code == 200
            ready = await amina.http.get("/health/ready")
            assert (ready.status_code, ready.json()["checks"]["database"]) == (503, "not ok")
            await cable.plug()
            assert (await amina.post({"documentId": ME})).json()["data"]["me"]["name"] == "Amina"
            assert (await amina.http.get("/health/ready")).status_code == 200
            await cable.pull()


async def test_connections_that_the_server_ended_are_made_anew(amina, server, database_url):
    assert (await amina.post({"documentId": ME})).status_code == 200
    admin = await asyncpg.connect(server)
    name = database_url.rsplit("/", 1)[1]
    # Once each is gone: what is asked while one still ends is told to come back.
    ended = "select bool_and(pg_terminate_backend(pid, 10000)) from pg_stat_activity where datname = $1"
    assert await admin.fetchval(ended, name)
    await admin.close()
    assert (await amina.post({"documentId": ME})).json()["data"]["me"]["name"] == "Amina"


async def test_a_server_that_does_not_listen_is_away_too(provider, amina_token):
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/x"
    async with opened(settings_for(nowhere, provider)) as app:
        client = client_of(app, provider.public_url, amina_token)
        async with client.http:
            answer = await client.post({"documentId": ME})
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")


def test_a_fault_of_ours_is_not_the_databases():
    assert not is_unavailable(ValueError("no"))
    assert not is_unavailable(RuntimeError("no"))
    assert not is_unavailable(asyncpg.UniqueViolationError("no"))
    assert is_unavailable(asyncpg.CannotConnectNowError("starting up"))
    assert is_unavailable(ConnectionRefusedError(111, "refused"))
