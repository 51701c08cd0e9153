"""Installs the certified provider beside this file."""

from pathlib import Path

from tests.node import install

install(Path(__file__).parent)
