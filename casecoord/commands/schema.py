"""`casecoord schema`: what programs may ask, as files that a review can read."""

import typer

from casecoord.commands.context import AsJson, CommandError, answer

schema_app = typer.Typer(
    name="schema", help="The GraphQL schema and the trusted documents.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    app.add_typer(schema_app)


@schema_app.command()
def export(as_json: AsJson = False) -> None:
    """Print the schema, as `graphql/schema.graphql` holds it."""
    from casecoord.api.schema import build, printed

    text = printed(build())
    answer({"schema": text}, as_json, text.rstrip)


@schema_app.command()
def documents(as_json: AsJson = False) -> None:
    """Print the id of every trusted document: what clients send as documentId."""
    from casecoord.api.documents import DocumentError, load
    from casecoord.api.schema import build

    try:
        known = load(build())
    except DocumentError as error:
        raise CommandError(str(error)) from error
    ids = {document.name: document.id for document in known.values()}
    answer({"documents": ids}, as_json, lambda: "\n".join(f"{ids[name]}  {name}" for name in sorted(ids)))
