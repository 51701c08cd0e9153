"""The house stays the house: imports point down, types and style hold, nothing foreign slips into the tree."""

import re
import subprocess
import sys
from fnmatch import fnmatch
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

# Composed, so that this file does not hold what it forbids.
REGISTRY_HOSTS = r"|".join([r"py" + r"pi\.(org|io)", r"python" + r"hosted\.org", r"npm" + r"js\.(org|com)"])
MACHINE_PATHS = r"(?<![\w./-])/(wo" + r"rk|fa" + r"rm)/"
UNFINISHED = r"\b(TO" + r"DO|FIX" + r"ME|X" + r"XX|NotImplemented" + r"Error|place" + r"holder|st" + r"ub)\b"
MOST_LINES = 400


def tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def tree(*suffixes: str, under: str = ".") -> list[Path]:
    """The files of this checkout, without what .gitignore leaves out; needs no git."""
    ignored = {line.rstrip("/") for line in (CHECKOUT / ".gitignore").read_text().split()} | {".git"}
    return [
        path
        for path in sorted((CHECKOUT / under).rglob("*"))
        if path.is_file()
        and not any(fnmatch(part, name) for part in path.relative_to(CHECKOUT).parts for name in ignored)
        and (not suffixes or path.suffix in suffixes)
    ]


def lines_with(pattern: str, files: list[Path]) -> list[str]:
    sought = re.compile(pattern)
    return [
        f"{path.relative_to(CHECKOUT)}:{number}: {line.strip()[:100]}"
        for path in files
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if sought.search(line)
    ]


def test_imports_point_down():
    done = tool(str(BIN / "lint-imports"), "--no-cache")
    assert done.returncode == 0, done.stdout


def test_types_hold():
    done = tool(sys.executable, "-m", "mypy", "--strict", "casecoord")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("command", [("check",), ("format", "--check")], ids=["rules", "format"])
def test_style_holds(command):
    done = tool(sys.executable, "-m", "ruff", *command, ".")
    assert done.returncode == 0, done.stdout


def test_no_file_names_a_package_registry():
    assert lines_with(REGISTRY_HOSTS, tree()) == []


def test_no_file_names_a_folder_of_one_machine():
    assert lines_with(MACHINE_PATHS, tree()) == []


def test_nothing_in_the_product_is_unfinished():
    product = tree(".py", under="casecoord") + tree(under="policies") + tree(under="migrations")
    assert lines_with(UNFINISHED, product) == []


def test_no_file_of_the_product_stopped_being_one_story():
    product = tree(".py", under="casecoord")
    long = [str(path.relative_to(CHECKOUT)) for path in product if path.read_text().count("\n") > MOST_LINES]
    assert product and long == []


def test_no_test_sleeps_or_is_left_out_without_a_reason():
    waits = r"\btime\.sleep\(|asyncio\.sleep\([0-9.]*[1-9]"
    bare = r"@pytest\.mark\.skip(\(\))?$|pytest\.skip\(\s*\)|mark\.xfail"
    found = lines_with(f"{waits}|{bare}", tree(".py", under="tests"))
    assert [line for line in found if not line.startswith("tests/test_architecture.py")] == []


def test_the_folder_graphql_does_not_hide_the_library():
    assert not (CHECKOUT / "graphql" / "__init__.py").exists()


def test_the_lock_names_a_hash_for_every_package_and_no_host():
    lock = (CHECKOUT / "requirements.lock").read_text()
    packages = re.findall(r"^\S+==\S+.*?(?=^\S+==|\Z)", lock, re.MULTILINE | re.DOTALL)
    assert len(packages) > 50
    assert [entry.split()[0] for entry in packages if "--hash=sha256:" not in entry] == []
    assert "://" not in lock


def test_the_checks_above_see_what_they_look_for(tmp_path):
    """Each pattern finds its own kind of fault; a pattern that finds nothing would pass for ever."""
    bad = tmp_path / "bad.txt"
    for pattern, fault in [
        (REGISTRY_HOSTS, "https://py" + "pi.org/simple"),
        (MACHINE_PATHS, "open('/wo" + "rk/data')"),
        (UNFINISHED, "# TO" + "DO later"),
    ]:
        bad.write_text(fault)
        assert re.search(pattern, bad.read_text())
    assert not re.search(MACHINE_PATHS, "docs/network/page and a/work/b")
