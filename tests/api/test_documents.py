"""Trusted documents: what clients may ask is decided before the start."""

import hashlib
import json

import pytest
from typer.testing import CliRunner

from casecoord.__main__ import app
from casecoord.api import documents
from casecoord.api.documents import DocumentError, DocumentInvalid, load, prepare
from casecoord.api.limits import MAX_ALIASES, MAX_DEPTH, MAX_TOKENS
from casecoord.api.schema import PRINTED, build, printed

SCHEMA = build()
ME = "query Me { me { name } }"


def test_the_printed_schema_is_the_schema():
    assert PRINTED.read_text(encoding="utf-8") == printed(SCHEMA), "make docs writes it anew"


def test_the_schema_and_the_documents_can_be_printed():
    run = CliRunner().invoke
    assert run(app, ["schema", "export"]).stdout == PRINTED.read_text(encoding="utf-8")
    ids = json.loads(run(app, ["schema", "documents", "--json"]).stdout)["documents"]
    assert ids == {document.name: document.id for document in load(SCHEMA).values()}
    assert f"{ids['Me']}  Me" in run(app, ["schema", "documents"]).stdout


def test_every_document_is_named_as_its_file_and_known_by_its_hash():
    known = load(SCHEMA)
    files = sorted(documents.FOLDER.glob("*.graphql"))
    assert len(known) == len(files) > 0
    for path in files:
        document = known[f"sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}"]
        assert document.name.lower() == path.stem.lower()


@pytest.mark.parametrize(
    ("name", "text", "why"),
    [
        ("me.graphql", "query Myself { me { name } }", "named Me"),
        ("me.graphql", "{ me { name } }", "named Me"),
        ("me.graphql", f"{ME} query Other {{ me {{ name }} }}", "one operation"),
        ("me.graphql", "query Me { me { name } ", "Syntax Error"),
        ("me.graphql", "query Me { me { salary } }", "salary"),
        ("me.graphql", "query Me { __schema { types { name } } }", "introspection"),
    ],
)
def test_a_document_that_cannot_be_trusted_stops_the_start(tmp_path, name, text, why):
    (tmp_path / name).write_text(text)
    with pytest.raises(DocumentError) as stopped:
        load(SCHEMA, tmp_path)
    assert name in str(stopped.value) and why in str(stopped.value)


def test_a_folder_without_documents_stops_the_start(tmp_path):
    with pytest.raises(DocumentError):
        load(SCHEMA, tmp_path)


def aliases(number: int) -> str:
    return "{ me { " + " ".join(f"a{n}: name" for n in range(number)) + " } }"


def test_what_a_document_may_ask_has_limits():
    prepare(SCHEMA, aliases(MAX_ALIASES), introspection=True)
    with pytest.raises(DocumentInvalid, match="aliases"):
        prepare(SCHEMA, aliases(MAX_ALIASES + 1), introspection=True)
    with pytest.raises(DocumentInvalid, match="tokens"):
        prepare(SCHEMA, "{ me { " + "name " * MAX_TOKENS + "} }", introspection=True)


def test_a_wrong_field_is_not_answered_with_the_right_one():
    with pytest.raises(DocumentInvalid) as wrong:
        prepare(SCHEMA, "{ me { nam } }", introspection=False)
    assert "Did you mean" not in str(wrong.value)


def nested(depth: int) -> str:
    return "{ me " + "{ acting " * (depth - 1) + "{ id }" + " }" * depth


def test_depth_has_a_limit_that_no_fragment_or_alias_hides():
    """The depth is judged whatever else is wrong with a document; nothing real here is that deep."""
    for text in (
        nested(MAX_DEPTH + 1),
        nested(MAX_DEPTH + 1).replace("acting", "__schema: acting"),
        "{ ...F } fragment F on Query " + nested(MAX_DEPTH + 1),
    ):
        with pytest.raises(DocumentInvalid, match="maximum operation depth"):
            prepare(SCHEMA, text, introspection=True)
    with pytest.raises(DocumentInvalid) as other:
        prepare(SCHEMA, nested(MAX_DEPTH - 1), introspection=True)
    assert "maximum operation depth" not in str(other.value)
