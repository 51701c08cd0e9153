"""Everything that an installation chooses, read once from the environment. Secrets have no default."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from casecoord.storage.databases import Databases
from casecoord.storage.masters import KEY_BYTES, FileMaster, read_versions
from casecoord.storage.sealed import Keyring
from casecoord.storage.tokens import TokenAddress, TokenMaster
from casecoord.storage.work import Database

#: Of one process, unless it is told another number; a few times the cores of the database, over all processes.
CONNECTIONS = 6
#: The database of all areas that live in no other one.
HOME = "home"

_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")


class Mode(StrEnum):
    """Development adds raw GraphQL documents, introspection, an IDE and demo logins."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class SettingsError(Exception):
    """One or more variables are missing or wrong; `problems` has a line for each, naming the variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Place:
    """One PostgreSQL, and the codes of the areas that live there; `codes` empty: all that live nowhere else."""

    url: str = field(repr=False)
    url_migrator: str = field(repr=False)
    url_sequencer: str = field(repr=False)
    codes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What people call it: after its first area."""
        return self.codes[0] if self.codes else HOME


@dataclass(frozen=True, slots=True)
class Settings:
    """Handed down to what needs it; printing it shows no secret.

    `master_key` seals families' data, `match_key` finds a person by BSN, `session_key` signs the console's
    cookie: 32 bytes each. Where the master key has several versions, `master_key` is the newest; in a token it is
    not here at all.
    """

    database_url: str = field(repr=False)
    database_url_migrator: str = field(repr=False)
    database_url_sequencer: str = field(repr=False)
    master_key: bytes = field(repr=False)
    match_key: bytes = field(repr=False)
    session_key: bytes = field(repr=False)
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: str = field(repr=False)
    oidc_audience: str
    public_url: str
    mode: Mode
    port: int
    #: None: nobody gets mail, notices wait in the inbox
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str = ""
    #: None: this process does not order the access log
    checkpoint_key: bytes | None = field(default=None, repr=False)
    #: where copies of the access log's checkpoints go, outside the database
    checkpoints: Path | None = None
    master_versions: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    #: read again when it changed
    master_file: Path | None = None
    #: where dumps are, and the list of what was erased is kept up to date
    backups: Path | None = None
    #: the master key never leaves this token
    token: TokenAddress | None = None
    #: the databases of areas that do not live in `database_url`
    elsewhere: tuple[Place, ...] = ()
    #: of one process to each database: with more than its cores can serve, all wait for each other
    connections: int = CONNECTIONS

    def apart(self, only: str | None = None) -> "dict[str, Settings]":
        """The settings of each database by itself, by its name; `only`: of the one in which this area lives."""
        home = Place(self.database_url, self.database_url_migrator, self.database_url_sequencer)
        return {
            place.name: replace(
                self,
                database_url=place.url,
                database_url_migrator=place.url_migrator,
                database_url_sequencer=place.url_sequencer,
                elsewhere=(),
            )
            for place in ([self._place_of(only) or home] if only else (home, *self.elsewhere))
        }

    def database(
        self, *, pool_size: int | None = None, clock: Callable[[], datetime] | None = None
    ) -> Database:
        """All areas, wherever they live, as the application's role. Connects to nothing yet."""
        keyring, places = self.keyring(), pool_size or self.connections

        def made(url: str) -> Database:
            return Database(url, keyring, clock=clock, pool_size=places)

        home = made(self.database_url)
        if not self.elsewhere:
            return home
        parts = {place: made(place.url) for place in self.elsewhere}
        return Databases(home, {code: part for place, part in parts.items() for code in place.codes})

    def _place_of(self, code: str | None) -> Place | None:
        return next((place for place in self.elsewhere if code in place.codes), None)

    def keyring(self) -> Keyring:
        """The keys, ready to use; a token is connected to at first use."""
        if self.token is not None:
            return Keyring(TokenMaster(self.token), self.match_key)
        versions = self.master_versions or {1: self.master_key}
        return Keyring(FileMaster(versions, self.master_file), self.match_key)

    @property
    def development(self) -> bool:
        return self.mode is Mode.DEVELOPMENT

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> "Settings":
        """Raises SettingsError with every problem at once."""
        read = _Reader(env)
        mode = read.mode()
        database_url = read.database_url("DATABASE_URL")
        token = read.token()
        versions = {} if token else read.versions("CASECOORD_MASTER_KEY")
        made = cls(
            database_url=database_url,
            database_url_migrator=read.other_database_url("DATABASE_URL_MIGRATOR", database_url),
            database_url_sequencer=read.other_database_url("DATABASE_URL_SEQUENCER", database_url),
            master_key=versions[max(versions)] if versions else b"",
            match_key=read.key("CASECOORD_MATCH_KEY"),
            session_key=read.key("CASECOORD_SESSION_KEY"),
            oidc_issuer=read.web_address("OIDC_ISSUER", mode),
            oidc_client_id=read.text(
                "OIDC_CLIENT_ID", "the id that your identity provider gave to casecoord"
            ),
            oidc_client_secret=read.secret(
                "OIDC_CLIENT_SECRET", "the secret that your identity provider gave to casecoord"
            ),
            oidc_audience=read.text("OIDC_AUDIENCE", "the audience that tokens for casecoord carry"),
            public_url=read.web_address("CASECOORD_PUBLIC_URL", mode).rstrip("/"),
            mode=mode,
            port=read.port(),
            connections=read.connections(),
            smtp_url=read.smtp_url(),
            mail_from=read.mail_from(),
            master_versions=versions,
            master_file=None if token else read.path("CASECOORD_MASTER_KEY"),
            token=token,
            backups=Path(env["CASECOORD_BACKUPS"]) if env.get("CASECOORD_BACKUPS") else None,
            checkpoint_key=read.key("CASECOORD_CHECKPOINT_KEY")
            if read.given("CASECOORD_CHECKPOINT_KEY")
            else None,
            checkpoints=read.folder("CASECOORD_CHECKPOINTS"),
            elsewhere=read.elsewhere("CASECOORD_AREA_DATABASES", database_url),
        )
        read.different_keys(made)
        if read.problems:
            raise SettingsError(read.problems)
        return made


def migrator_urls(env: Mapping[str, str]) -> list[str]:
    """The URL of each database for its migrator, for a command that needs no key. Raises SettingsError."""
    read = _Reader(env)
    home = read.database_url("DATABASE_URL")
    elsewhere = read.elsewhere("CASECOORD_AREA_DATABASES", home)
    found = [
        read.other_database_url("DATABASE_URL_MIGRATOR", home),
        *(place.url_migrator for place in elsewhere),
    ]
    if read.problems:
        raise SettingsError(read.problems)
    return found


class _Reader:
    """Reads variables and collects what is wrong with them, never the value of a secret."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env = env
        self.problems: list[str] = []

    def given(self, name: str) -> bool:
        return bool(self.env.get(name) or self.env.get(f"{name}_FILE"))

    def text(self, name: str, what: str) -> str:
        value = self.env.get(name, "").strip()
        if not value:
            self.problems.append(f"{name} is not set: give it {what}")
        return value

    def secret(self, name: str, what: str) -> str:
        """From NAME, or from the file that NAME_FILE names."""
        direct, path = self.env.get(name, "").strip(), self.env.get(f"{name}_FILE", "").strip()
        if direct and path:
            self.problems.append(f"{name} and {name}_FILE are both set: keep one")
        elif path:
            return self._file(name, Path(path))
        elif not direct:
            self.problems.append(
                f"{name} is not set: give it {what}, or {name}_FILE the path of a file with it"
            )
        return direct

    def key(self, name: str) -> bytes:
        made = "`openssl rand -base64 32`"
        value = self.secret(name, f"{KEY_BYTES} random bytes in base64 ({made})")
        if not value:
            return b""
        try:
            key = base64.b64decode(value, validate=True)
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            self.problems.append(f"{name} is not {KEY_BYTES} bytes in base64: make one with {made}")
        return key

    def versions(self, name: str) -> dict[int, bytes]:
        """One key, or several by number: the newest wraps, the others open what they wrapped."""
        made = "`openssl rand -base64 32`"
        value = self.secret(name, f"{KEY_BYTES} random bytes in base64 ({made})")
        try:
            return read_versions(value) if value else {}
        except ValueError:
            self.problems.append(
                f"{name} is not {KEY_BYTES} bytes in base64: make one with {made}; of several, each as 2:BASE64"
            )
            return {}

    def path(self, name: str) -> Path | None:
        given = self.env.get(f"{name}_FILE", "").strip()
        return Path(given) if given else None

    def token(self) -> TokenAddress | None:
        """Where CASECOORD_KEYS says that the master key is in a token."""
        value = self.env.get("CASECOORD_KEYS", "file").strip()
        if value == "file":
            return None
        try:
            address = TokenAddress.of(value, "")
        except (ValueError, KeyError):
            self.problems.append(
                "CASECOORD_KEYS is unknown: choose file, or a token as "
                "pkcs11:token=NAME;object=LABEL?module-path=/path/to/module.so"
            )
            return None
        return replace(address, pin=self.secret("CASECOORD_TOKEN_PIN", "the user's PIN of the token"))

    def database_url(self, name: str) -> str:
        what = "postgresql://user:password@host/database"
        value = self.secret(name, what)
        if value and not value.startswith(("postgresql://", "postgres://")):
            self.problems.append(f"{name} is not the URL of a PostgreSQL: it looks like {what}")
        return value

    def other_database_url(self, name: str, default: str) -> str:
        return self.database_url(name) if self.given(name) else default

    def elsewhere(self, name: str, home: str) -> tuple[Place, ...]:
        """Areas that share a URL share a database; `home` needs no naming."""
        urls = self.urls_by_area(name)
        migrators = urls | self.urls_by_area(f"{name}_MIGRATOR")
        sequencers = urls | self.urls_by_area(f"{name}_SEQUENCER")
        if strangers := (migrators.keys() | sequencers.keys()) - urls.keys():
            self.problems.append(
                f"{name} does not name {', '.join(sorted(strangers))}, of which others speak"
            )
            return ()
        areas: dict[str, list[str]] = {}
        for code in sorted(urls):
            areas.setdefault(urls[code], []).append(code)
        return tuple(
            Place(url, migrators[codes[0]], sequencers[codes[0]], tuple(codes))
            for url, codes in sorted(areas.items(), key=lambda one: one[1])
            if url != home
        )

    def urls_by_area(self, name: str) -> dict[str, str]:
        """Of lines or words such as `noord=postgresql://...`."""
        if not self.given(name):
            return {}
        what = "noord=postgresql://user:password@host/database, one for each area that does not live in DATABASE_URL"
        parts = [part.partition("=") for part in self.secret(name, what).split()]
        found = {code: url for code, _, url in parts}
        if len(found) < len(parts) or not all(
            code and url.startswith(("postgresql://", "postgres://")) for code, url in found.items()
        ):
            self.problems.append(f"{name} is no list of databases by area: it looks like {what}")
            return {}
        return found

    def web_address(self, name: str, mode: Mode) -> str:
        value = self.text(name, "an address such as https://casecoord.example.nl")
        parts = urlsplit(value)
        local = parts.hostname in ("127.0.0.1", "::1", "localhost")
        if value and (parts.scheme not in ("http", "https") or not parts.hostname):
            self.problems.append(f"{name} is not a web address: it looks like https://casecoord.example.nl")
        elif value and mode is Mode.PRODUCTION and parts.scheme != "https" and not local:
            self.problems.append(f"{name} is not https: in production nobody may listen in")
        return value

    def smtp_url(self) -> str | None:
        if not self.given("SMTP_URL"):
            return None
        what = "smtp://user:password@host:587"
        value = self.secret("SMTP_URL", what)
        try:
            parts = urlsplit(value)
            good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if value and not good:
            self.problems.append(f"SMTP_URL is not the URL of a mail server: it looks like {what}")
        return value or None

    def mail_from(self) -> str:
        value = self.env.get("CASECOORD_MAIL_FROM", "").strip()
        if not value and self.given("SMTP_URL"):
            self.problems.append(
                "CASECOORD_MAIL_FROM is not set: give it the address that mail comes from, beside SMTP_URL"
            )
        elif value and not _ADDRESS.fullmatch(value):
            self.problems.append("CASECOORD_MAIL_FROM is no mail address: it looks like casecoord@example.nl")
        return value

    def mode(self) -> Mode:
        value = self.env.get("CASECOORD_MODE", Mode.PRODUCTION)
        if value not in list(Mode):
            self.problems.append("CASECOORD_MODE is unknown: choose production or development")
            return Mode.PRODUCTION
        return Mode(value)

    def folder(self, name: str) -> Path | None:
        value = self.env.get(name, "").strip()
        return Path(value) if value else None

    def port(self) -> int:
        value = self.env.get("PORT", "8000")
        if not value.isdecimal() or not 0 < int(value) < 65536:
            self.problems.append("PORT is no port: choose a number from 1 to 65535")
            return 0
        return int(value)

    def connections(self) -> int:
        value = self.env.get("CASECOORD_CONNECTIONS") or str(CONNECTIONS)
        if not value.isdecimal() or not 0 < int(value) <= 100:
            self.problems.append(
                "CASECOORD_CONNECTIONS is no number from 1 to 100: leave it out, or choose one"
            )
            return CONNECTIONS
        return int(value)

    def different_keys(self, made: Settings) -> None:
        """A key that does two things cannot be changed for one of them, and leaks both at once."""
        keys = [made.master_key, made.match_key, made.session_key, made.checkpoint_key]
        given = [key for key in keys if key]
        if len(set(given)) < len(given):
            self.problems.append(
                "CASECOORD_MASTER_KEY, CASECOORD_MATCH_KEY, CASECOORD_SESSION_KEY and CASECOORD_CHECKPOINT_KEY "
                "are not different keys: make one for each"
            )

    def _file(self, name: str, path: Path) -> str:
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            self.problems.append(
                f"{name}_FILE cannot be read: check that {path} is there and open to this user"
            )
            return ""
        if not value:
            self.problems.append(f"{name}_FILE names an empty file: {path}")
        return value
