"""A flood, a statement that hangs and a client that leaves: a code, a bound, and nothing that goes on for nobody."""

import asyncio
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
    sessions = app.state.login.sessions
    cookie = sessions.seal(sessions.begin(provider.issuer, "demo-amina"))
    asked = {
        "GET": f"GET / HTTP/1.1\r\nHost: x\r\nCookie: {SESSION_COOKIE}={cookie}\r\n\r\n".encode(),
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
