"""`casecoord doctor`: is this installation in order, and if not, what to do."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import typer

from casecoord.access.decide import Policy
from casecoord.access.rules import PolicyInvalid
from casecoord.commands.context import AsJson, answer, environment
from casecoord.commands.deliver import standings
from casecoord.settings import Mode, Settings, SettingsError
from casecoord.storage import health
from casecoord.storage.readiness import master_key_opens
from casecoord.storage.sealed import Keyring
from casecoord.storage.work import Database

MAX_SKEW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `say` tells what was found, and, when not ok, what to do."""

    name: str
    ok: bool
    say: str


def register(app: typer.Typer) -> None:
    app.command()(doctor)


def doctor(as_json: AsJson = False) -> None:
    """Look at configuration, keys, policies, database, migrations, roles and clock; exit 1 with what to do."""
    with environment() as env:
        checks = list(examine(env))
    answer(
        {"ok": all(check.ok for check in checks), "checks": [asdict(check) for check in checks]},
        as_json,
        lambda: "\n".join(
            f"{'ok' if check.ok else 'NOT OK':6}  {check.name}: {check.say}" for check in checks
        ),
    )
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def examine(env: Mapping[str, str]) -> Iterator[Check]:
    """Every check in the order in which a person would mend them."""
    try:
        settings = Settings.from_environment(env)
    except SettingsError as error:
        for problem in error.problems:
            yield Check("configuration", False, problem)
        return
    yield Check("configuration", True, f"{settings.mode}, {settings.public_url}")
    yield _keys(env)
    yield _policies()
    try:
        facts, opens = asyncio.run(_ask(settings))
        mail = asyncio.run(standings(settings)) if facts.heads.same else {}
    except Exception as error:  # whatever the driver or the network raises, this is the answer
        say = f"no answer ({type(error).__name__}): check DATABASE_URL, then run casecoord migrate"
        yield Check("database", False, say)
        return
    yield from _database(facts, settings)
    yield Check(
        "master key",
        opens,
        "opens what the database holds"
        if opens
        else "is not the one that sealed this database: bring back the right CASECOORD_MASTER_KEY",
    )
    yield _mail(settings, sum(len(one.dead) for one in mail.values()))


async def _ask(settings: Settings) -> tuple[health.DatabaseFacts, bool]:
    facts = await health.inspect(settings.database_url)
    db = Database(settings.database_url, Keyring(settings.master_key, settings.match_key))
    try:
        return facts, not facts.heads.same or await master_key_opens(db)
    finally:
        await db.close()


def _mail(settings: Settings, dead: int) -> Check:
    if dead:
        return Check(
            "mail", False, f"{dead} letters did not arrive: casecoord outbox shows them, --retry sends again"
        )
    if settings.smtp_url is None:
        return Check("mail", True, "SMTP_URL is not set: nobody gets mail, notices wait in the inbox")
    return Check("mail", True, "no letter was given up")


def _policies() -> Check:
    try:
        policy = Policy()
    except PolicyInvalid as error:
        return Check("policies", False, str(error))
    return Check("policies", True, f"{len(policy.rules)} rules, version {policy.digest[:12]}")


def _keys(env: Mapping[str, str]) -> Check:
    files = [
        Path(value) for name, value in env.items() if name.endswith("_FILE") and name.startswith("CASECOORD_")
    ]
    exposed = [str(path) for path in files if path.exists() and path.stat().st_mode & 0o022]
    if exposed:
        return Check("keys", False, f"others may write {', '.join(exposed)}: chmod go-w")
    inside = not files and os.environ.get("CASECOORD_MASTER_KEY")
    return Check("keys", True, "in the environment" if inside else "present, in files")


def _database(facts: health.DatabaseFacts, settings: Settings) -> Iterator[Check]:
    yield Check("database", True, f"PostgreSQL {facts.version}")
    at, head = facts.heads.at or "nothing", facts.heads.head
    yield Check(
        "migrations",
        facts.heads.same,
        f"at {at}" if facts.heads.same else f"at {at}, not {head}: run migrate",
    )
    strong = ", ".join(facts.strong_roles)
    advice = f"{strong} may pass row level security: alter role ... nosuperuser nobypassrls"
    yield Check("roles", not strong, advice if strong else "none may pass row level security")
    careless = facts.login_is_superuser and settings.mode is Mode.PRODUCTION
    yield Check(
        "login",
        not careless,
        "DATABASE_URL logs in as a superuser: give it a login that is only a member of the roles that serve"
        if careless
        else "fits this mode",
    )
    late = abs(facts.skew) > MAX_SKEW_SECONDS
    yield Check(
        "clock",
        not late,
        f"{facts.skew:+.1f} s from the database's"
        + (": synchronise both machines' clocks (NTP)" if late else ""),
    )
