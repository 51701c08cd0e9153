"""`casecoord policy`: the rules as they are enforced, why they decide as they do, and what a change does."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from casecoord.access.attributes import Facts
from casecoord.access.decide import POLICIES, Decision, Permission, Policy, PolicyInvalid
from casecoord.access.differences import differences
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.explain import Explanation, explain, explain_permission
from casecoord.access.printed import Table, as_csv, as_markdown, document, table
from casecoord.access.told import told
from casecoord.commands import policy_replay
from casecoord.commands.context import AsJson, CommandError, answer
from casecoord.domain.facets import FACETS, Level, Viewer
from casecoord.domain.words import Language, Purpose, Role, Sphere, TeamKind

policy_app = typer.Typer(name="policy", help="Who may see what, and why.", no_args_is_help=True)

In = Annotated[Path, typer.Option("--policies", help="The folder with model.conf and rules.csv.")]
Facts_ = Annotated[
    list[str] | None, typer.Option("--fact", help="What is so, e.g. wrote_it; may be repeated.")
]
Speak = Annotated[Language, typer.Option("--language", help="The language of the answer.")]


class Format(StrEnum):
    CSV = "csv"
    MD = "md"


def register(app: typer.Typer) -> None:
    policy_replay.register(policy_app)
    app.add_typer(policy_app)


def _load(folder: Path, *, complete: bool = True) -> Policy:
    try:
        return Policy(folder, complete=complete)
    except PolicyInvalid as error:
        raise CommandError(f"the policy is invalid: {error}") from None


@policy_app.command()
def matrix(
    which: Annotated[Table | None, typer.Option("--table", help="One table; default: facets.")] = None,
    form: Annotated[
        Format, typer.Option("--format", help="md without --table: all in one page.")
    ] = Format.CSV,
    folder: In = POLICIES,
    as_json: AsJson = False,
) -> None:
    """Print the access tables as they are enforced."""
    policy = _load(folder)
    rows = table(policy, which or Table.FACETS)
    if as_json:
        heading, *body = rows
        data = [dict(zip(heading, row, strict=True)) for row in body]
        answer({"table": which or Table.FACETS, "digest": policy.digest, "rows": data}, True, str)
    elif form is Format.CSV:
        typer.echo(as_csv(rows), nl=False)
    else:
        typer.echo(as_markdown(rows) if which else document(policy), nl=False)


@policy_app.command("explain")
def explain_command(
    viewer: Annotated[Viewer, typer.Argument(help="As what somebody looks.")],
    facet: Annotated[str, typer.Argument(help="The facet, e.g. signal.summary.")],
    sphere: Annotated[Sphere | None, typer.Option(help="Of an item; default: general.")] = None,
    purpose: Annotated[Purpose | None, typer.Option(help="Default: the viewer's own for this facet.")] = None,
    facts: Facts_ = None,
    language: Speak = Language.NL,
    folder: In = POLICIES,
    as_json: AsJson = False,
) -> None:
    """Say how much a viewer is shown of a facet, by which rule, on what ground, and whom to ask."""
    policy = _load(folder)
    if facet not in FACETS:
        raise CommandError(f"unknown facet {facet!r}; known: {', '.join(FACETS)}")
    if FACETS[facet].level is Level.ITEM:
        sphere = sphere or Sphere.GENERAL
    elif sphere is not None:
        raise CommandError(f"{facet} is a facet of the case: it has no sphere")
    why = purpose or _usual(policy, viewer, facet)
    try:
        known = Facts.that(*(facts or ()))
    except TypeError:
        raise CommandError(f"unknown fact; known: {', '.join(Facts.__dataclass_fields__)}") from None
    decision = policy.decide(frozenset({viewer}), facet, sphere, why, known)
    words = explain(policy, decision, language)
    _tell({"viewer": viewer, "facet": facet, "sphere": sphere, "purpose": why}, decision, words, as_json)


@policy_app.command()
def may(
    role: Annotated[Role, typer.Argument(help="The role of who acts.")],
    act: Annotated[str, typer.Argument(help="The act, e.g. accept_lead.")],
    team: Annotated[TeamKind | None, typer.Option(help="The kind of their team.")] = None,
    facts: Facts_ = None,
    language: Speak = Language.NL,
    folder: In = POLICIES,
    as_json: AsJson = False,
) -> None:
    """Say whether somebody may do an act, by which rule, and why not."""
    policy = _load(folder)
    if act not in policy.acts:
        raise CommandError(f"unknown act {act!r}; known: {', '.join(policy.acts)}")
    try:
        known = ActFacts.that(*(facts or ()))
    except TypeError:
        raise CommandError(f"unknown fact; known: {', '.join(ActFacts.__dataclass_fields__)}") from None
    permission = policy.may(Doer(role, team), act, known)
    words = explain_permission(policy, permission, act, language)
    _tell({"role": role, "team": team, "act": act}, permission, words, as_json)


def _usual(policy: Policy, viewer: Viewer, facet: str) -> Purpose:
    usable = [purpose for purpose in Purpose if policy.may_use(viewer, purpose)]
    return next((purpose for purpose in usable if purpose in FACETS[facet].purposes), usable[0])


def _tell(
    asked: dict[str, str | None], decision: Decision | Permission, words: Explanation, as_json: bool
) -> None:
    lines = [" ".join(value for value in asked.values() if value) + f": {words.shown}"]
    lines += [f"  {name}: {sentence}" for name, sentence in words.rules]
    lines += [f"  - {sentence}" for sentence in words.reason]
    lines += [f"  {text}" for text in (words.ground, words.ask and f"-> {words.ask}") if text]
    data = {**asked, **asdict(decision), "words": asdict(words)}
    answer(data, as_json, lambda: "\n".join(lines))


@policy_app.command()
def check(folder: In = POLICIES, as_json: AsJson = False) -> None:
    """Check that the rules are valid and complete; exit 1 with the line and the reason if not."""
    try:
        policy = Policy(folder)
    except PolicyInvalid as error:
        if as_json:
            answer({"ok": False, "problem": str(error)}, True, str)
            raise typer.Exit(1) from None
        raise CommandError(f"the policy is invalid: {error}") from None
    cells = len(Viewer) * (len(FACETS) + len(Sphere))
    data = {"ok": True, "digest": policy.digest, "rules": len(policy.rules), "cells": cells}
    data["acts"] = len(policy.acts)
    answer(
        data,
        as_json,
        lambda: (
            f"ok: {len(policy.rules)} rules fill {cells} cells and {len(policy.acts)} acts; version {policy.digest}"
        ),
    )


@policy_app.command()
def diff(
    rev: Annotated[str, typer.Argument(help="A git revision, or a folder with an older policy.")],
    language: Speak = Language.NL,
    folder: In = POLICIES,
    as_json: AsJson = False,
) -> None:
    """Try everything under an older version and now: who gains and who loses what."""
    now = _load(folder)
    with _folder_of(rev, folder) as older:
        before = _load(older, complete=False)
        found = differences(before, now)
    data = {"before": before.digest, "after": now.digest, "differences": [asdict(one) for one in found]}
    answer(data, as_json, lambda: told(found, language))


@contextmanager
def _folder_of(rev: str, folder: Path) -> Iterator[Path]:
    """An older version's files: a folder as it is, or a git revision of the same folder."""
    if Path(rev).is_dir():
        yield Path(rev)
        return
    with tempfile.TemporaryDirectory() as older:
        for name in ("model.conf", "rules.csv"):
            Path(older, name).write_bytes(_at_revision(rev, folder, name))
        yield Path(older)


def _at_revision(rev: str, folder: Path, name: str) -> bytes:
    command = ["git", "-C", str(folder), "show", "--end-of-options", f"{rev}:./{name}"]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        raise CommandError(f"{rev!r} is no folder and no git revision with {folder.name}/{name}") from None
