"""One chokepoint: rows are read in `storage/` alone, and no sealed value is opened but behind a decision.

Read from the source itself. What opens a value without asking who looks is named here, with why it may.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from tests.test_architecture import CHECKOUT

PRODUCT = CHECKOUT / "casecoord"

#: A statement in a text; a docstring is none.
SQL = re.compile(
    r"\s*(with\s+\w+\s*(\(|as\b)|select\s|insert\s+into\s|update\s+\w+\s+(\w+\s+)?set\s|delete\s+from\s)",
    re.I,
)
LIBRARIES = {"sqlalchemy", "asyncpg", "psycopg", "cryptography"}
#: What asks for rows. A verb adds and changes those that storage gave it; that is no statement.
ASKS_FOR_ROWS = {
    *("connection", "execute", "fetch", "fetchrow", "fetchval", "query"),
    *("scalar", "scalars", "stream", "stream_scalars"),
}

#: Open what they are handed, if the decision shows it.
SHARING = {"share", "share_by_consent"}
#: Ask a decision for what they show.
ASKING = {*SHARING, "sees", "decide"}

#: What opens a sealed value without a decision on the facet, and why it may: nobody at the door is shown it, or those
#: whom a rule of its own names.
OPENS = {
    "actions/agreements.py:_their_words": "what somebody wanted otherwise becomes the agreement, sealed again",
    "actions/deciding.py:_decide": "the words of two who decided move to the request, sealed again",
    "actions/deferring.py:deferred": "the reason of a deferral, for the three who answer for it: the statement names them",
    "actions/exporting.py:_text": "two people granted the export; it leaves out who else is in it",
    "actions/hearings.py:_warnings": "a verb asks whether a youth turns eighteen before the day",
    "actions/imports/moving.py:_line": "the register moves an address into the history, sealed again",
    "actions/imports/moving.py:_said": "the register asks whether a value is the one that was corrected",
    "actions/imports/moving.py:_says": "the register asks whether a name is the one that it says",
    "actions/own_acts.py:record_childs_word": "a verb asks whether a child is 12 to 15",
    "actions/rectifying.py:_is_theirs": "a verb asks whether somebody speaks for a child",
    "actions/residents.py:_fit": "a verb asks whether somebody is old enough for a login",
    "actions/turning.py:_come_of_age": "a clock counts birthdays",
    "storage/agreements.py:_born": "verbs ask who may answer at this age",
    "storage/belongings.py:_reseal_table": "what came to another household is sealed under its keys",
    "storage/cases.py:opened": "a desk opens for verbs, which are looked at one by one",
    "storage/consents.py:born": "verbs ask who may consent at this age",
    "storage/corrected.py:formerly": "the register asks whether a value is the one that was corrected",
    "storage/duplicates.py:_opened": "a clock makes keyed hashes of names",
    "storage/households.py:_birth": "routing counts children of school age",
    "storage/luggage.py:open_answer": "what one area answers another is sealed again in its own",
    "storage/luggage.py:opened": "a family goes to another area, sealed for its way",
    "storage/luggage.py:unpack": "a family that arrived is sealed under keys of its new area",
    "storage/merge_proposals.py:_text": "two of one name in a merge are kept apart",
    "storage/moving.py:match_anew": "keyed hashes are made anew at another postcode",
    "storage/moving.py:write_move": "an address goes into the history, sealed again",
    "storage/rectifying.py:what_it_says": "what a correction replaces is kept, sealed again",
    "storage/rotating.py:_row_anew": "what is under an older key is sealed under a newer one",
}


@dataclass
class Module:
    """A file of the product, its functions by name, and who calls them: by whom, and whether for a look to share."""

    name: str
    tree: ast.Module
    functions: dict[str, list[ast.AST]] = field(default_factory=dict)
    callers: dict[str, list[tuple[str, bool]]] = field(default_factory=dict)

    @classmethod
    def of(cls, name: str, text: str) -> "Module":
        module = cls(name, ast.parse(text))
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                module.functions.setdefault(node.name, []).append(node)
        for caller, bodies in module.functions.items():
            for node, shared in (one for body in bodies for one in _own(body)):
                if isinstance(node, ast.Call):
                    module.callers.setdefault(_callee(node), []).append((caller, shared))
                elif isinstance(node, ast.Name) and shared:
                    module.callers.setdefault(node.id, []).append((caller, shared))
        return module

    def opening(self) -> set[str]:
        """The functions in which a value is opened, other than for a look to share."""
        return {
            name
            for name, bodies in self.functions.items()
            if any(_is_opening(node) and not shared for body in bodies for node, shared in _own(body))
        }

    def decided(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether a function asks a decision, or everything here that calls it does."""
        if any(_calls(body, ASKING | self._asking()) for body in self.functions.get(name, [])):
            return True
        sites = [(by, shared) for by, shared in self.callers.get(name, []) if by != name and by not in seen]
        return bool(sites) and all(shared or self.decided(by, seen | {name}) for by, shared in sites)

    def _asking(self) -> set[str]:
        return {
            name for name, bodies in self.functions.items() if any(_calls(body, ASKING) for body in bodies)
        }

    def undecided(self) -> set[str]:
        return {f"{self.name}:{name}" for name in self.opening() if not self.decided(name)}

    def reads_rows(self) -> set[str]:
        """What in a file reads or writes rows by itself."""
        return set(_imports(self.tree)) | set(_statements(self.tree))


def modules() -> list[Module]:
    return [
        Module.of(path.relative_to(PRODUCT).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(PRODUCT.rglob("*.py"))
        if path.name != "sealed.py"
    ]


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        yield from (f"import {name}" for name in names if name.split(".")[0] in LIBRARIES)


def _statements(tree: ast.Module) -> Iterator[str]:
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ASKS_FOR_ROWS:
            owner = getattr(node.value, "attr", getattr(node.value, "id", ""))
            if owner in ("session", "connection"):
                yield f"{owner}.{node.attr}"
        text = getattr(node, "value", None)
        if (
            isinstance(node, ast.Constant)
            and isinstance(text, str)
            and id(node) not in said
            and SQL.match(text)
        ):
            yield " ".join(text.split()[:2])


def _own(node: ast.AST, shared: bool = False) -> Iterator[tuple[ast.AST, bool]]:
    """What a function itself does, and whether it is handed to what shares, which does it if it may."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        yield child, shared
        handed = shared or (isinstance(child, ast.Call) and _callee(child) in SHARING)
        yield from _own(child, handed)


def _is_opening(node: ast.AST) -> bool:
    """`seal.open(sealed, place, compartment)`, `desk.opened(sealed, row, column, compartment)`."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (node.func.attr, len(node.args)) in {("open", 3), ("opened", 4)}
        and getattr(node.func.value, "id", None) != "os"
    )


def _callee(call: ast.Call) -> str:
    name: str = getattr(call.func, "attr", getattr(call.func, "id", ""))
    return name


def _calls(body: ast.AST, names: set[str]) -> bool:
    return any(isinstance(node, ast.Call) and _callee(node) in names for node in ast.walk(body))


def test_rows_are_read_in_storage_alone() -> None:
    reading = {module.name: module.reads_rows() for module in modules()}
    assert {name: what for name, what in reading.items() if what and not name.startswith("storage/")} == {}
    assert sum(bool(what) for name, what in reading.items() if name.startswith("storage/")) > 30


def test_no_value_is_opened_without_a_decision() -> None:
    bare = {name for module in modules() for name in module.undecided()}
    assert bare - set(OPENS) == set(), "these open a value and ask nobody who looks"
    assert set(OPENS) - bare == set(), "named for nothing"


@pytest.mark.parametrize(
    "text",
    [
        "def f(w):\n return w.session.execute('x')",
        "async def f(work):\n rows = await work.session.scalars(q)",
        "import sqlalchemy as s",
        "from asyncpg import connect",
        "Q = 'select name from persons'",
        "Q = f'with a as (select {x}) select 1'",
        "Q = '''\n  update persons p set name = 1'''",
    ],
)
def test_whatever_reads_rows_is_seen(text: str) -> None:
    assert Module.of("bad.py", text).reads_rows()


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("def f(s):\n return s.open(a, b, c)", False),
        ("def f(s):\n return g(s)\ndef g(s):\n return s.open(a, b, c)", False),
        ("def f(look, s):\n return look.share('x', lambda: s.open(a, b, c))", True),
        ("def f(look, s):\n return look.share('x', lambda: g(s))\ndef g(s):\n return s.open(a, b, c)", True),
        ("def f(look, s):\n look.share('x', lambda: g(s))\n return g(s)\ndef g(s):\n return s.open(a, b, c)",
         True),
        ("def f(look, s):\n return look.share('x', lambda: g(s))\ndef h(s):\n return g(s)\n"
         "def g(s):\n return s.open(a, b, c)", False),
        ("def f(look, s):\n if look.sees('x'):\n  return s.open(a, b, c)", True),
        ("def f():\n return os.open(a, b, 0o600)", True),
    ],
)  # fmt: skip
def test_whatever_opens_a_value_is_seen(text: str, decided: bool) -> None:
    assert Module.of("some.py", text).undecided() is not decided
