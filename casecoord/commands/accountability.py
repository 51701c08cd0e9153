"""`casecoord accountability`: what an area answers for, read off the rules that are enforced."""

from collections.abc import Callable
from typing import Annotated, Any

import typer

from casecoord.access import accountability
from casecoord.access.decide import Policy, PolicyInvalid
from casecoord.commands.context import AsJson, CommandError, answer
from casecoord.domain.words import Language

_app = typer.Typer(no_args_is_help=True)
Speak = Annotated[Language, typer.Option("--language", help="The language of the answer.")]


def register(app: typer.Typer) -> None:
    app.add_typer(_app, name="accountability", help="What an area answers for.")


@_app.command("register")
def register_command(language: Speak = Language.NL, as_json: AsJson = False) -> None:
    """Print the register of processing activities (GDPR article 30)."""
    _print(accountability.register, accountability.register_page, language, as_json)


@_app.command()
def impact(language: Speak = Language.NL, as_json: AsJson = False) -> None:
    """Print the facts for an impact assessment (GDPR article 35)."""
    _print(accountability.impact, accountability.impact_page, language, as_json)


def _print(
    data: Callable[[Policy, Language], dict[str, Any]],
    page: Callable[[Policy, Language], str],
    language: Language,
    as_json: bool,
) -> None:
    try:
        policy = Policy()
    except PolicyInvalid as error:
        raise CommandError(f"the policy is invalid: {error}") from None
    if as_json:
        answer(data(policy, language), True, str)
    else:
        typer.echo(page(policy, language), nl=False)
