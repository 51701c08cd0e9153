"""Addresses of lists: what was chosen stands in them, and where the next page begins."""

from typing import Any
from urllib.parse import urlencode

from casecoord.domain.lists import Slice


def address(path: str, **chosen: Any) -> str:
    """The path with what was chosen; what is empty is left out."""
    asked = {name: value for name, value in chosen.items() if value not in (None, "")}
    return f"{path}?{urlencode(asked)}" if asked else path


def onward(found: Slice[Any], path: str, **chosen: Any) -> str | None:
    """Where the page after this one is, if there is one."""
    return address(path, **chosen, after=found.cursors[-1]) if found.more else None
