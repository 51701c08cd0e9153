"""What every command shares: where its settings come from, how it answers, how it fails."""

import json
import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any, NoReturn

import typer

from casecoord import local
from casecoord.domain.actors import Caller
from casecoord.domain.words import Language
from casecoord.settings import Settings

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON, for machines.")]


class CommandError(Exception):
    """A command cannot do what was asked; the message is one line that says what to do."""


@contextmanager
def environment() -> Iterator[Mapping[str, str]]:
    """The process's environment, or, where nothing was set up and `make demo` ran here, the demo's."""
    if not local.is_chosen(os.environ):
        yield os.environ
        return
    with local.environment(os.environ) as filled:
        yield filled


@contextmanager
def settings() -> Iterator[Settings]:
    """The settings a command runs under; the demo's embedded database stays up meanwhile."""
    with environment() as env:
        yield Settings.from_environment(env)


def login(chosen: Settings, subject: str) -> Caller:
    """Somebody who works here, by their login at the provider; a demo user also by name. What they may, rows say."""
    demo = f"demo-{subject}" if chosen.development and not subject.startswith("demo-") else subject
    return Caller(chosen.oidc_issuer, demo, language=Language.EN, trace_id=secrets.token_hex(16))


def answer(data: Mapping[str, Any], as_json: bool, words: Callable[[], str]) -> None:
    """One JSON object on standard output, or the same in words for a person."""
    typer.echo(json.dumps(data, ensure_ascii=False, default=str) if as_json else words())


def fail(message: str) -> NoReturn:
    """One line on standard error; exit code 1."""
    sys.stderr.write(f"casecoord: {' '.join(message.split())}\n")
    raise SystemExit(1)
