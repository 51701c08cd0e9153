"""`python -m casecoord`: the command line."""

import typer

from casecoord.commands import (
    accountability,
    audit,
    backup,
    deliver,
    demo,
    doctor,
    duplicates,
    household,
    imports,
    keys,
    migrate,
    monitor,
    policy,
    retention,
    schema,
    sequencer,
    serve,
    sweep,
)
from casecoord.commands.context import CommandError, fail
from casecoord.embedded import EmbeddedError
from casecoord.settings import SettingsError

app = typer.Typer(
    name="casecoord",
    help="Household case coordination: one family, one case, one lead, and no household through the gaps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (
    demo,
    serve,
    migrate,
    imports,
    sweep,
    deliver,
    sequencer,
    audit,
    accountability,
    duplicates,
    policy,
    schema,
    keys,
    household,
    monitor,
    retention,
    backup,
    doctor,
):
    group.register(app)


def main() -> None:
    """Runs a command; whatever goes wrong is one line, without the data that a traceback would show."""
    try:
        app(prog_name="casecoord")
    except (CommandError, EmbeddedError, SettingsError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except Exception as error:
        fail(_without_data(error))


def _without_data(error: Exception) -> str:
    from casecoord.storage.migrate import MigrationError

    if isinstance(error, MigrationError):
        return str(error)
    if isinstance(error, ConnectionError | TimeoutError):
        return "the database does not answer: check DATABASE_URL, or run casecoord doctor"
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "unknown"
    return f"this should not happen: {type(error).__name__} at {where}; please report this line"


if __name__ == "__main__":
    main()
