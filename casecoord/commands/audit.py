"""`casecoord audit`: what the access log says, and that nobody bent it."""

import typer

from casecoord.commands import audit_export

_app = typer.Typer(no_args_is_help=True)


def register(app: typer.Typer) -> None:
    audit_export.register(_app)
    app.add_typer(_app, name="audit", help="What the access log says.")


@_app.callback()
def audit() -> None:
    """What the access log says."""
