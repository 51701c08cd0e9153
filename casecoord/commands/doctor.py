"""`casecoord doctor`: is this installation in order, and if not, what to do."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import typer

from casecoord.access.decide import Policy
from casecoord.access.rules import PolicyInvalid
from casecoord.commands.context import AsJson, answer, environment
from casecoord.commands.deliver import standings
from casecoord.settings import HOME, Mode, Settings, SettingsError
from casecoord.storage import backups, health
from casecoord.storage.backups import Kept, Terms
from casecoord.storage.masters import KeysAway
from casecoord.storage.readiness import Waiting, log_waiting, master_key_opens
from casecoord.storage.reapplying import erasures_waiting

MAX_SKEW_SECONDS = 5.0
OLDEST_BACKUP = timedelta(days=2)


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
    yield _keys(env, settings)
    yield _policies()
    for name, part in settings.apart().items():
        for check in _look_into(part):
            yield check if name == HOME else replace(check, name=f"{name}: {check.name}")
    yield _checkpoints(settings)


def _look_into(settings: Settings) -> Iterator[Check]:
    """What one database says."""
    try:
        facts, opens, stored = asyncio.run(_ask(settings))
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
    if stored is not None:
        yield from _backups(settings, stored.backups, stored.terms, stored.erasures)
        yield _sequencer(stored.log)
    yield _mail(settings, sum(len(one.dead) for one in mail.values()))


@dataclass(frozen=True, slots=True)
class Stored:
    """What the database says of backups, of erasures that wait, and of the log."""

    backups: list[Kept]
    terms: Terms
    erasures: int
    log: Waiting


async def _ask(settings: Settings) -> tuple[health.DatabaseFacts, bool, Stored | None]:
    facts = await health.inspect(settings.database_url)
    db = settings.database()
    try:
        if not facts.heads.same:
            return facts, True, None
        stored = Stored(
            await backups.there(db),
            await backups.terms(db),
            await erasures_waiting(db),
            await log_waiting(db),
        )
        return facts, await master_key_opens(db), stored
    finally:
        await db.close()


def _backups(settings: Settings, there: list[Kept], terms: Terms, waiting: int) -> Iterator[Check]:
    """Both kinds within two days; the keys' files gone on their day, which is sooner than the data's."""
    yield Check(
        "erasures",
        not waiting,
        f"{waiting} are not applied to this database: casecoord restore FOLDER --erasures-only"
        if waiting
        else "every one is applied",
    )
    last = {
        kind: max((one.made_at for one in there if one.kind == kind and one.finished_at), default=None)
        for kind in ("data", "keys")
    }
    said = ", ".join(f"{kind} {at:%Y-%m-%d %H:%M}" if at else f"{kind} never" for kind, at in last.items())
    recent = all(at and datetime.now(UTC) - at < OLDEST_BACKUP for at in last.values())
    overdue = [one.file for one in there if one.expired and Path(one.file).exists()]
    kept = f"last: {said} UTC; kept {terms.data_days} days, keys {terms.keys_days}"
    if overdue:
        yield Check(
            "backups", False, f"{len(overdue)} expired are still there: casecoord backup removes them"
        )
    elif not recent and not settings.development:
        yield Check("backups", False, f"{kept}: run casecoord backup FOLDER every night")
    elif settings.backups is None and not settings.development:
        yield Check(
            "backups",
            False,
            f"{kept}; CASECOORD_BACKUPS is not set: beside which backups should the list of erasures be kept?",
        )
    else:
        yield Check("backups", True, kept)


def _mail(settings: Settings, dead: int) -> Check:
    if dead:
        return Check(
            "mail", False, f"{dead} letters did not arrive: casecoord outbox shows them, --retry sends again"
        )
    if settings.smtp_url is None:
        return Check("mail", True, "SMTP_URL is not set: nobody gets mail, notices wait in the inbox")
    return Check("mail", True, "no letter was given up")


def _checkpoints(settings: Settings) -> Check:
    """What signs the log belongs where the sequencer runs, and nowhere else."""
    key, folder = settings.checkpoint_key, settings.checkpoints
    if key is None and folder is None:
        return Check("checkpoints", True, "no key and no folder here: the sequencer runs elsewhere")
    if key is None or folder is None:
        missing = "CASECOORD_CHECKPOINT_KEY" if key is None else "CASECOORD_CHECKPOINTS"
        return Check("checkpoints", False, f"{missing} is not set: the sequencer signs nothing without it")
    if not (folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)):
        return Check("checkpoints", False, f"{folder} is no folder that this user may write copies to")
    return Check("checkpoints", True, f"signed, with copies in {folder}")


def _sequencer(waiting: Waiting) -> Check:
    say = f"{waiting.entries} entries of the access log wait, for {waiting.seconds:.0f} s"
    advice = f"{say}: run casecoord sequencer, it says what is wrong"
    return Check("sequencer", not waiting.too_long, advice if waiting.too_long else say)


def _policies() -> Check:
    try:
        policy = Policy()
    except PolicyInvalid as error:
        return Check("policies", False, str(error))
    return Check("policies", True, f"{len(policy.rules)} rules, version {policy.digest[:12]}")


def _keys(env: Mapping[str, str], settings: Settings) -> Check:
    files = [
        Path(value) for name, value in env.items() if name.endswith("_FILE") and name.startswith("CASECOORD_")
    ]
    exposed = [str(path) for path in files if path.exists() and path.stat().st_mode & 0o022]
    if exposed:
        return Check("keys", False, f"others may write {', '.join(exposed)}: chmod go-w")
    try:
        version = settings.keyring().master.newest()
    except KeysAway as away:
        return Check("keys", False, str(away))
    if settings.token is not None:
        return Check("keys", True, f"the master key is in a token, version {version}")
    inside = not files and os.environ.get("CASECOORD_MASTER_KEY")
    where = "in the environment" if inside else "present, in files"
    return Check("keys", True, where if version == 1 else f"{where}; the master key's version is {version}")


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
    yield _login(facts, settings)
    late = abs(facts.skew) > MAX_SKEW_SECONDS
    yield Check(
        "clock",
        not late,
        f"{facts.skew:+.1f} s from the database's"
        + (": synchronise both machines' clocks (NTP)" if late else ""),
    )


def _login(facts: health.DatabaseFacts, settings: Settings) -> Check:
    """Whoever serves becomes one of three roles for what it does, and is no more than that."""
    if facts.closed_roles:
        names = ", ".join(facts.closed_roles)
        return Check("login", False, f"DATABASE_URL's login is no member of {names}: grant {names} to it")
    if facts.login_is_superuser and settings.mode is Mode.PRODUCTION:
        return Check(
            "login",
            False,
            "DATABASE_URL logs in as a superuser: give it a login that is only a member of the roles that serve",
        )
    return Check("login", True, "fits this mode")
