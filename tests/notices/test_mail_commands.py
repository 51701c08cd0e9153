"""The mail from the command line: what is due once, on and on until stopped, and what did not arrive."""

import asyncio
import json
import os
import signal as signals
import sys
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asyncpg import CheckViolationError

from casecoord.access.decide import Policy
from casecoord.actions.delivering import Postman
from casecoord.commands.doctor import examine
from casecoord.domain.notices import MOST_TRIES
from casecoord.domain.words import Urgency, VeiligThuis
from casecoord.mail import Mail, MailAway, Mailer, MailRefused
from tests.actions.steps import signal, sql
from tests.notices.conftest import LINK, SENDER, MailServer, address
from tests.world import MASTER, MATCH, MONDAY, Town

CHECKOUT = Path(__file__).parents[2]


def environment(url: str, post: MailServer | None) -> dict[str, str]:
    mail = {"SMTP_URL": post.url, "CASECOORD_MAIL_FROM": SENDER} if post else {}
    return {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(CHECKOUT),
        "DATABASE_URL": url,
        "CASECOORD_MASTER_KEY": b64encode(MASTER).decode(),
        "CASECOORD_MATCH_KEY": b64encode(MATCH).decode(),
        "CASECOORD_SESSION_KEY": b64encode(b"s" * 32).decode(),
        "OIDC_ISSUER": "https://login.example.nl",
        "OIDC_CLIENT_ID": "casecoord",
        "OIDC_CLIENT_SECRET": "secret",
        "OIDC_AUDIENCE": "casecoord",
        "CASECOORD_PUBLIC_URL": LINK,
        "CASECOORD_MODE": "development",
        **mail,
    }


@asynccontextmanager
async def casecoord(
    *arguments: str, url: str, post: MailServer | None
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "casecoord", *arguments, cwd=CHECKOUT, env=environment(url, post),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said(*arguments: str, url: str, post: MailServer | None = None) -> tuple[int, str, str]:
    async with casecoord(*arguments, url=url, post=post) as process:
        out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()


@pytest.fixture
async def waiting(town: Town) -> Town:
    """A town in which an urgent notice waits, by the real clock."""
    town.clock.now = datetime.now(UTC)
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return town


async def test_what_is_due_is_sent_once(waiting: Town, database_url: str, post: MailServer) -> None:
    for expected in ({"sent": 2}, {}):
        code, out, err = await said("deliver", "--once", "--json", url=database_url, post=post)
        assert (code, json.loads(out), err) == (0, {"letters": expected}, "")
    assert len(post.mails) == 2


async def test_a_sender_delivers_until_it_is_asked_to_stop(
    waiting: Town, database_url: str, post: MailServer
) -> None:
    async with casecoord("deliver", url=database_url, post=post) as process:
        while len(post.mails) < 2:
            post.arrived.clear()
            await asyncio.wait_for(post.arrived.wait(), 60)
        process.send_signal(signals.SIGTERM)
        _, err = await process.communicate()
    assert process.returncode == 0 and err.decode() in ("casecoord deliver: 2 sent\n", "")


async def test_without_a_mail_server_it_says_so_and_waits_to_be_stopped(
    waiting: Town, database_url: str
) -> None:
    code, _, err = await said("deliver", "--once", url=database_url)
    assert code == 1 and err.count("\n") == 1 and "SMTP_URL is not set" in err
    async with casecoord("deliver", url=database_url, post=None) as process:
        assert process.stderr is not None
        assert b"SMTP_URL is not set" in await process.stderr.readline()
        process.send_signal(signals.SIGTERM)
        assert await process.wait() == 0


async def test_a_mail_server_that_is_away_is_one_line(
    waiting: Town, database_url: str, post: MailServer
) -> None:
    await post.stop()
    code, out, err = await said("deliver", "--once", url=database_url, post=post)
    assert (code, out, err.count("\n")) == (1, "", 1) and "the mail server does not answer" in err
    code, out, _ = await said("outbox", "--json", url=database_url, post=post)
    (area,) = json.loads(out)["areas"]
    assert code == 0 and (area["waiting"], area["refused"], area["dead"]) == (2, 0, [])


async def test_dead_letters_are_shown_by_the_outbox_and_the_doctor_until_they_are_sent_again(
    waiting: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    post.refuse[address("dirk")] = "550 no such user"
    for _ in range(MOST_TRIES):
        await postman.round()
        waiting.clock.forward(days=1)
    code, out, _ = await said("outbox", url=database_url, post=post)
    assert code == 1 and "1 are dead" in out and "8 tries, the mail server last said 550" in out
    assert not any(word in out for word in ("dirk", "Dirk", "@"))
    env = environment(database_url, post)
    checks = await asyncio.to_thread(lambda: {one.name: one for one in examine(env)})
    assert not checks["mail"].ok and "1 letters did not arrive" in checks["mail"].say
    post.refuse.clear()
    assert (await said("outbox", "--retry", url=database_url, post=post))[0] == 0
    waiting.clock.forward(days=1)
    assert await postman.round() == {"sent": 1}


def mail(to: str = "amina@post.test") -> Mail:
    return Mail("key", to, "casecoord: 1 nieuw", "Er is 1 nieuw bericht voor u.\n", MONDAY)


async def test_a_server_without_encryption_gets_no_mail_from_elsewhere(post: MailServer) -> None:
    mailer = Mailer(post.url, SENDER, encrypt=True)
    with pytest.raises(MailAway):
        await mailer.open()
    assert post.mails == []


@pytest.mark.parametrize("odd", ["amina", "amina@", "a@b, c@d", "A <a@b>", "a@b\nBcc: c@d", " a@b", ""])
async def test_what_is_no_single_address_cannot_be_stored(town: Town, database_url: str, odd: str) -> None:
    async with sql(database_url) as database:
        with pytest.raises(CheckViolationError, match="professionals_email_is_one_address"):
            await database.execute("update professionals set email = $1", odd)


async def test_an_address_that_is_none_is_refused_and_breaks_nothing(post: MailServer) -> None:
    mailer = Mailer(post.url, SENDER, encrypt=False)
    await mailer.open()
    with pytest.raises(MailRefused):
        await mailer.send(mail("a@b\nBcc: c@d.test"))
    await mailer.open()
    await mailer.send(mail())
    await mailer.close()
    assert [one["To"] for one in post.mails] == ["amina@post.test"]


async def test_a_mail_has_the_same_name_at_every_try(post: MailServer, policy: Policy) -> None:
    mailer = Mailer(post.url, SENDER, encrypt=False)
    for _ in range(2):
        await mailer.open()
        await mailer.send(mail())
        await mailer.close()
    assert {one["Message-ID"] for one in post.mails} == {"<key@example.nl>"} and len(post.mails) == 2
