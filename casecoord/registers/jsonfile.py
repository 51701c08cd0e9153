"""A JSON list on disk, read element by element without holding it: a map of where each one lies.

The structure is checked once, up front, so that a truncated file is known before anything is taken over;
an element that is broken inside its own braces spoils only itself.
"""

import mmap
import re
from array import array
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self, overload

import orjson

from casecoord.registers.reasons import Unreadable

_TOKEN = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],"]', re.DOTALL)
_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?\s*\[")
_REST = re.compile(rb"\s*\Z")
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Broken:
    """An element that is no valid JSON."""


class JsonList(Sequence[object]):
    """The elements of a JSON list in a file, decoded when asked for; elements count from 0.

    Use it as a context manager. Raises Unreadable where the file is no whole JSON list in UTF-8.
    """

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                start = file.read(4096)
                if start.startswith(_UTF16):
                    raise Unreadable("utf16")
                if not start.removeprefix(_UTF8_MARK).strip():
                    raise Unreadable("empty")
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except OSError:
            raise Unreadable("no_file") from None
        self._starts = array("Q")
        self._ends = array("Q")
        self._find_elements()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._bytes.close()

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, index: int) -> object: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[object]: ...
    def __getitem__(self, index: int | slice) -> object:
        if isinstance(index, slice):
            return [self[position] for position in range(*index.indices(len(self)))]
        with suppress(orjson.JSONDecodeError):
            return orjson.loads(self._bytes[self._starts[index] : self._ends[index]])
        return Broken()

    def _find_elements(self) -> None:
        opening = _OPENING.match(self._bytes)
        if opening is None:
            raise Unreadable("not_a_list")
        depth, start = 1, opening.end()
        for token in _TOKEN.finditer(self._bytes, start):
            sign = token[0]
            if sign == b'"':
                break
            if sign in b"{[":
                depth += 1
            elif sign in b"}]":
                depth -= 1
                if depth == 0:
                    self._add(start, token.start(), last=True)
                    return self._must_end(token.end())
            elif sign == b"," and depth == 1:
                self._add(start, token.start(), last=False)
                start = token.end()
        raise Unreadable("truncated", rows=len(self))

    def _add(self, start: int, end: int, *, last: bool) -> None:
        """An element between two commas; nothing after the last comma is no element."""
        if not last or self._bytes[start:end].strip():
            self._starts.append(start)
            self._ends.append(end)

    def _must_end(self, position: int) -> None:
        if _REST.match(self._bytes, position) is None:
            raise Unreadable("trailing", rows=len(self))
