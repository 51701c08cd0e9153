"""`casecoord demo` and `token`: everything on this machine, with an invented neighbourhood."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from casecoord import local
from casecoord.commands.context import AsJson, CommandError, answer, environment
from casecoord.commands.sequencer import sequencing
from casecoord.commands.serve import listen
from casecoord.domain.words import Language
from casecoord.settings import Settings

if TYPE_CHECKING:
    from casecoord.demo.provider import DemoProvider


def register(app: typer.Typer) -> None:
    app.command()(demo)
    app.command("demo-provider", hidden=True)(demo_provider)
    app.command()(token)


def demo(
    reset: Annotated[
        bool, typer.Option("--reset", help="Forget the demo's data and keys, and stop.")
    ] = False,
) -> None:
    """Serve casecoord with an invented neighbourhood and its login, on this machine alone, until Ctrl-C."""
    if reset:
        if not local.forget():
            raise CommandError("the demo is running: stop it first (Ctrl-C)")
        typer.echo("Forgotten. The next make demo starts anew.")
        return
    with _prepared(os.environ.get("PORT") or "8000") as settings:
        local.remember_port(settings.port)
        with _provider(settings), sequencing(settings):
            typer.echo(_welcome(settings))
            listen("127.0.0.1", settings.port)


def demo_provider(host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1") -> None:
    """Load the invented neighbourhood and serve only its login, for a casecoord in development that runs elsewhere."""
    import uvicorn

    with environment() as env:
        settings = Settings.from_environment(env)
        _refuse_production(settings)
        _load(settings)
        from casecoord.demo.provider import create_provider

        port = urlsplit(settings.oidc_issuer).port or 80
        uvicorn.run(
            create_provider(_registration(settings)),
            host=host,
            port=port,
            access_log=False,
            log_level="warning",
        )


def token(
    user: Annotated[str | None, typer.Option("--as", help="A demo user.", metavar="USER")] = None,
    everyone: Annotated[
        bool, typer.Option("--list", help="Show the demo users and what each is good for.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a bearer token of a demo user, from the login of a running demo."""
    from casecoord.demo.tokens import TokenError, obtain
    from casecoord.demo.users import USERS

    if everyone:
        rows = [
            {
                "user": one.key,
                "name": one.name,
                "role": one.role,
                "team": one.team_kind,
                "good_for": one.good_for(_language()),
            }
            for one in USERS.values()
        ]
        answer({"users": rows}, as_json, lambda: _users(_language()))
        return
    if user is None:
        raise CommandError("say who: casecoord token --as USER; casecoord token --list shows everybody")
    issuer = os.environ.get("OIDC_ISSUER") or local.defaults(os.environ)["OIDC_ISSUER"]
    try:
        got = obtain(user, issuer)
    except TokenError as error:
        raise CommandError(str(error)) from error
    answer({"user": user, "token": got}, as_json, lambda: got)


@contextmanager
def _prepared(port: str) -> Iterator[Settings]:
    """Keys, database, schema and neighbourhood; the process's environment names them for the server to read."""
    from casecoord.storage.migrate import upgrade

    with local.environment({**os.environ, "PORT": port}) as env:
        settings = Settings.from_environment(env)
        _refuse_production(settings)
        _refuse_taken(settings.port)
        os.environ.update(env)
        for one in settings.apart().values():
            asyncio.run(upgrade(one.database_url_migrator))
        _load(settings)
        yield settings


def _load(settings: Settings) -> None:
    """The invented neighbourhood, once; shows how far it is while people wait for it."""
    from rich.console import Console
    from rich.progress import Progress, TaskID

    from casecoord.demo.load import AreaInUse, Stage, load

    with Progress(console=Console(stderr=True), transient=True) as bars:
        tasks: dict[tuple[str, Stage], TaskID] = {}

        def show(area: str, stage: Stage, done: int, total: int) -> None:
            if (area, stage) not in tasks:
                tasks[area, stage] = bars.add_task(f"{area}: {stage.label(_language())}", total=total)
            bars.update(tasks[area, stage], completed=done)

        try:
            asyncio.run(load(settings, issuer=settings.oidc_issuer, now=datetime.now(UTC), progress=show))
        except AreaInUse as error:
            raise CommandError(str(error)) from error


def _provider(settings: Settings) -> AbstractContextManager[None]:
    """The demo's own login; not where OIDC_ISSUER names another."""
    from casecoord.demo.provider import running

    if settings.oidc_issuer != local.defaults({"PORT": str(settings.port)})["OIDC_ISSUER"]:
        return nullcontext()
    _refuse_taken(settings.port + 1)
    return running(_registration(settings, local.DIRECTORY / "keys" / "provider"))


def _registration(settings: Settings, keys: Path | None = None) -> "DemoProvider":
    from casecoord.demo.provider import DemoProvider, Keyring

    return DemoProvider(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        client_id=settings.oidc_client_id,
        client_secret=settings.oidc_client_secret,
        public_url=settings.public_url,
        keys=Keyring(keys),
    )


def _refuse_production(settings: Settings) -> None:
    if not settings.development:
        raise CommandError(
            "the demo lets everybody in as anybody: it runs with CASECOORD_MODE=development only"
        )


def _refuse_taken(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"port {port} is in use: choose another, make demo PORT={port + 10}"
            ) from error


def _language() -> Language:
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return Language.NL if spoken.startswith("nl") else Language.EN


def _welcome(settings: Settings) -> str:
    address, language = settings.public_url, _language()
    words = {
        Language.EN: (
            f"casecoord is at {address}  (Ctrl-C stops it; everybody in it is invented)",
            "Log in as one of these:",
            "Try first: log in as amina and flag a child, then as bram: the signal waits for triage.",
            "From a script: .venv/bin/casecoord token --as amina",
        ),
        Language.NL: (
            f"casecoord staat op {address}  (Ctrl-C stopt; iedereen erin is verzonnen)",
            "Log in als een van hen:",
            "Probeer eerst: log in als amina en signaleer een kind, daarna als bram: het signaal wacht op triage.",
            "Vanuit een script: .venv/bin/casecoord token --as amina",
        ),
    }[language]
    return f"\n{words[0]}\n\n{words[1]}\n{_users(language)}\n\n{words[2]}\n{words[3]}\n"


def _users(language: Language) -> str:
    from casecoord.demo.users import USERS

    return "\n".join(
        f"  {user.key:9} {user.name:18} {user.role:17} {user.team_kind or '-':17} {user.good_for(language)}"
        for user in USERS.values()
    )
