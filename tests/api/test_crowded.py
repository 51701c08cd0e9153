"""A flood, a statement that hangs and a client that leaves: a code, a bound, and nothing that goes on for nobody."""

import asyncio
import socket
from urllib.parse import urlsplit

import pytest

from casecoord.identity.sessions import SESSION_COOKIE
from casecoord.storage import queue
from tests.actions.steps import sql
from tests.api.test_me import ME
from tests.doors import serving

#: Whoever enters reads this table.
LOCK = "lock table logins in access exclusive mode"
HANGING = (
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
)


def page(app, provider, path: str) -> bytes:
    """Amina's browser asks for a page, and for nothing after it."""
    sessions = app.state.login.sessions
    cookie = sessions.seal(sessions.begin(provider.issuer, "demo-amina"))
    head = f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: {SESSION_COOKIE}={cookie}\r\nConnection: close\r\n\r\n"
    return head.encode()


async def hang(beside, count: int) -> None:
    """Returns once so many wait for a lock in this database."""
    async with asyncio.timeout(20):
        while await beside.fetchval(HANGING) != count:
            pass


async def test_a_flood_is_429_with_the_time_to_come_back_and_others_are_served(
    amina, app, provider, database_url, monkeypatch
) -> None:
    monkeypatch.setattr(queue, "MOST_OF_A_LOGIN", 1)
    places = app.state.office.database.queue.free
    assert (await amina.post({"documentId": ME})).status_code == 200
    async with sql(database_url) as holding, sql(database_url) as beside:
        async with holding.transaction():
            await holding.execute(LOCK)
            served = [asyncio.create_task(amina.post({"documentId": ME})) for _ in range(places + 1)]
            await hang(beside, places)
            sessions = app.state.login.sessions
            cookie = f"{SESSION_COOKIE}={sessions.seal(sessions.begin(provider.issuer, 'demo-amina'))}"
            for answer in (
                await amina.post({"documentId": ME}),
                await amina.http.get("/", headers={"Cookie": cookie}),
            ):
                assert (answer.status_code, answer.json()["code"]) == (429, "crowded")
                assert answer.headers["retry-after"] == "1" and answer.json()["retryAfter"] == 1
        answers = await asyncio.gather(*served)
    assert {answer.status_code for answer in answers} == {200}
    assert app.state.office.database.queue.free == places


async def test_who_waits_too_long_for_a_connection_gets_a_code(amina, app, database_url) -> None:
    waits = app.state.office.database.queue
    places, waits.patience = waits.free, 0.05
    async with sql(database_url) as holding, sql(database_url) as beside:
        async with holding.transaction():
            await holding.execute(LOCK)
            served = [asyncio.create_task(amina.post({"documentId": ME})) for _ in range(places)]
            await hang(beside, places)
            answer = await amina.post({"documentId": ME})
            assert (answer.status_code, answer.json()["code"]) == (503, "database_unavailable")
        await asyncio.gather(*served)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_client_that_leaves_ends_its_statement_and_gives_its_place_back(
    app, provider, town, amina_token, database_url, method: str
) -> None:
    port = urlsplit(provider.public_url).port
    body = b'{"documentId":"%s"}' % ME.encode()
    asked = {
        "GET": page(app, provider, "/"),
        "POST": f"POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {amina_token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        + body,
    }[method]
    places = app.state.office.database.queue.free
    with serving(app, port):
        async with sql(database_url) as holding, sql(database_url) as beside, holding.transaction():
            await holding.execute(LOCK)
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(asked)
            await hang(beside, 1)
            writer.close()
            await hang(beside, 0)
    assert app.state.office.database.queue.free == places


async def test_whoever_reads_slowly_holds_no_place_and_misses_nothing(app, provider, town, amina) -> None:
    port, places = urlsplit(provider.public_url).port, app.state.office.database.queue.free
    with serving(app, port):
        lines = [await narrow(port) for _ in range(2 * places)]
        for _, writer in lines:
            writer.write(page(app, provider, "/matrix"))
        begun = [await reader.readexactly(1) for reader, _ in lines]
        assert app.state.office.database.queue.free == places
        assert (await amina.post({"documentId": ME})).status_code == 200
        for first, (reader, writer) in zip(begun, lines, strict=True):
            answer = first + await reader.read(-1)
            assert answer.startswith(b"HTTP/1.1 200") and answer.endswith(b"</html>")
            writer.close()


async def narrow(port: int | None) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A line that takes little at a time."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    line.setblocking(False)
    await asyncio.get_running_loop().sock_connect(line, ("127.0.0.1", port))
    return await asyncio.open_connection(sock=line, limit=1024)
