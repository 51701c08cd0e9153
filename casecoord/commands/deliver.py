"""`casecoord deliver` and `outbox`: mail about what waits, and what of it does not arrive."""

import asyncio
import signal
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from casecoord.access.decide import Policy
from casecoord.actions.delivering import Postman, pause_after, wait_for
from casecoord.commands.context import AsJson, CommandError, answer, settings
from casecoord.mail import MailAway, Mailer
from casecoord.settings import Settings
from casecoord.storage import letters
from casecoord.storage.availability import is_unavailable
from casecoord.storage.letters import Standing
from casecoord.storage.wakeup import woken

#: How often to look without being woken: for digests, for letters put off, and should waking fail.
EVERY_SECONDS = 30.0

#: Mail that waits longer than this does not arrive "at once".
LATE = timedelta(hours=1)

_NO_MAIL = "SMTP_URL is not set: nobody gets mail, notices wait in the inbox"


def register(app: typer.Typer) -> None:
    app.command()(deliver)
    app.command()(outbox)


def deliver(
    once: Annotated[
        bool, typer.Option("--once", help="Everything that is due now; otherwise until stopped.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Send the mail that is due: urgent at once, the rest daily at 07:00. Safe in several processes at once."""
    with settings() as chosen:
        if once and chosen.smtp_url is None:
            raise CommandError(_NO_MAIL)
        if once:
            done = asyncio.run(_deliver_once(chosen))
            answer({"letters": dict(done)}, as_json, lambda: _in_words(done) or "nothing was due")
        else:
            asyncio.run(deliver_on(chosen, EVERY_SECONDS))


def outbox(
    retry: Annotated[bool, typer.Option("--retry", help="Try dead letters again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what of the mail has not arrived; exit 1 where a letter is dead or mail waits longer than an hour."""
    with settings() as chosen:
        found = asyncio.run(standings(chosen, retry=retry))
    rows = [{"area": area, **_as_data(one)} for area, one in found.items()]
    answer({"areas": rows}, as_json, lambda: "\n".join(_lines(area, one) for area, one in found.items()))
    if any(one.dead or is_late(one) for one in found.values()):
        raise SystemExit(1)


async def deliver_on(chosen: Settings, every: float) -> None:
    """Delivers until the process is asked to stop; a database or mail server that is away is waited for."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    if chosen.smtp_url is None:
        _say(_NO_MAIL)
        await stop.wait()
        return
    # A postman for each database: none waits for one that is away.
    await asyncio.gather(*(_deliver_from(one, stop, every) for one in chosen.apart().values()))


async def _deliver_from(chosen: Settings, stop: asyncio.Event, every: float) -> None:
    postman = postman_of(chosen)
    try:
        while not stop.is_set():
            try:
                async with woken(chosen.database_url) as event:
                    await _rounds(postman, event, stop, every)
            except Exception as error:
                if not is_unavailable(error):
                    raise
                _say("the database does not answer; trying again")
                await wait_for(stop, stop, every)
    finally:
        await postman.database.close()


async def _rounds(postman: Postman, event: asyncio.Event, stop: asyncio.Event, every: float) -> None:
    failures = 0
    while not stop.is_set():
        event.clear()
        try:
            done = await postman.round()
            failures = 0
            if done:
                _say(_in_words(done))
            await wait_for(event, stop, every)
        except MailAway as away:
            failures += 1
            if failures == 1:
                _say(f"the mail server does not answer ({away}); mail waits for it")
            await wait_for(stop, stop, pause_after(failures))


async def _deliver_once(chosen: Settings) -> Counter[str]:
    postman = postman_of(chosen)
    try:
        return await postman.round()
    except MailAway as away:
        raise CommandError(f"the mail server does not answer ({away}): check SMTP_URL") from None
    finally:
        await postman.database.close()


def postman_of(chosen: Settings) -> Postman:
    """A postman under these settings, which name a mail server."""
    assert chosen.smtp_url is not None
    local = urlsplit(chosen.smtp_url).hostname in ("127.0.0.1", "::1", "localhost")
    return Postman(
        chosen.database(pool_size=2),
        Policy(),
        Mailer(chosen.smtp_url, chosen.mail_from, encrypt=not (local or chosen.development)),
        chosen.public_url,
    )


async def standings(chosen: Settings, *, retry: bool = False) -> dict[str, Standing]:
    """Each area's mail that has not arrived, by the area's code; `retry` makes dead letters due again first."""
    database = chosen.database(pool_size=2)
    found: dict[str, Standing] = {}
    try:
        for code, area in (await database.areas()).items():
            async with database.within(area) as work:
                if retry:
                    await letters.revive(work)
                found[code] = await letters.standing(work)
    finally:
        await database.close()
    return found


def is_late(one: Standing) -> bool:
    """Whether mail waits longer than it should."""
    return one.since is not None and one.since < datetime.now(UTC) - LATE


def _as_data(one: Standing) -> dict[str, Any]:
    return {"waiting": one.waiting, "since": one.since, "refused": one.refused, "dead": one.dead}


def _lines(area: str, one: Standing) -> str:
    since = f" since {one.since:%Y-%m-%d %H:%M} UTC" if one.since else ""
    lines = [
        f"{area}: {one.waiting} letters wait{since}, {one.refused} were refused, {len(one.dead)} are dead"
    ]
    lines += [
        f"  {letter['letter']}  {letter['tries']} tries, the mail server last said {letter['code'] or 'nothing'}"
        for letter in one.dead
    ]
    return "\n".join(lines)


def _in_words(done: Counter[str]) -> str:
    return ", ".join(f"{count} {became}" for became, count in sorted(done.items()))


def _say(line: str) -> None:
    sys.stderr.write(f"casecoord deliver: {line}\n")
    sys.stderr.flush()
