"""Installs the peer beside this file."""

from pathlib import Path

from tests.node import install

install(Path(__file__).parent)
