"""`casecoord household`: residents' rights, carried out from the command line."""

import typer

from casecoord.commands.household_erase import erase
from casecoord.commands.household_export import export

household_app = typer.Typer(no_args_is_help=True, help="What a resident may ask for.")
household_app.command()(erase)
household_app.command()(export)


def register(app: typer.Typer) -> None:
    app.add_typer(household_app, name="household")


@household_app.callback()
def household() -> None:
    """What a resident may ask for."""
