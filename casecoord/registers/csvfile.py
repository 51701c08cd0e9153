"""Comma separated files as people really save them: encodings, separators, quotes, line ends.

Streams: a file is never held in memory as a whole. A row is the n-th record below the header, blank
lines not counted; a record whose quotes never close costs its first line only, the lines it would have
swallowed are read on their own.
"""

import csv
import unicodedata
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casecoord.registers.reasons import Refused, Unreadable

_SEPARATORS = ";,\t"
_MOST_LINES = 20  # of one quoted value; a longer one is an unclosed quotation mark
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UTF8_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its position and its values by column name, trimmed, white space folded."""

    row: int
    values: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")


def lines(path: Path, required: tuple[str, ...]) -> Iterator[Line | Refused]:
    """The rows of a file that has at least the `required` columns, in any order and case.

    Raises Unreadable before the first row where the file is no such file.
    """
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
        physical = (line for line in file if line.strip())
        separator, header = _header(next(physical, ""), required)
        for row, fields in enumerate(_records(physical, separator, len(header)), start=1):
            yield _line(row, header, fields)


def encoding_of(path: Path) -> str:
    """UTF-8 with or without a byte order mark, else Windows-1252, by what most lines are.

    A stray byte in a UTF-8 file thus spoils its own row and not every accent in the file.
    """
    unicode_lines = other_lines = 0
    try:
        with path.open("rb") as file:
            start = file.read(4096)
            _must_be_text(start)
            file.seek(0)
            for line in file:
                if not line.isascii():
                    if _is_utf8(line):
                        unicode_lines += 1
                    else:
                        other_lines += 1
    except OSError:
        raise Unreadable("no_file") from None
    if start.startswith(_UTF8_MARK):
        return "utf-8-sig"
    return "utf-8" if unicode_lines >= other_lines else "cp1252"


def _must_be_text(start: bytes) -> None:
    if start.startswith(_UTF16):
        raise Unreadable("utf16")
    if b"\0" in start:
        raise Unreadable("binary")
    if not start.removeprefix(_UTF8_MARK).strip():
        raise Unreadable("empty")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _header(line: str, required: tuple[str, ...]) -> tuple[str, list[str]]:
    """The separator under which the header holds the required columns, and its names as we call them."""
    names = {name.casefold(): name for name in required}
    best: tuple[str, ...] = required
    for separator in _SEPARATORS:
        found = _fields([line], separator) or []
        header = [names.get(name.strip().casefold(), name.strip()) for name in found]
        seen = Counter(header)
        wrong = tuple(name for name in required if seen[name] != 1)
        if not wrong:
            return separator, header
        best = min(best, wrong, key=len)
    raise Unreadable("header", columns=", ".join(best))


def _records(physical: Iterator[str], separator: str, width: int) -> Iterator[list[str] | str]:
    """Each record as its fields, or as the reason it has none."""
    again: deque[str] = deque()

    def take() -> str | None:
        return again.popleft() if again else next(physical, None)

    while (line := take()) is not None:
        record, is_open = [line], _is_open(line)
        while is_open and len(record) < _MOST_LINES and (more := take()) is not None:
            record.append(more)
            is_open = not _is_open(more)
        fields = None if is_open else _fields(record, separator)
        if fields is not None and len(fields) == width:
            yield fields
        else:
            again.extendleft(reversed(record[1:]))
            yield "quotes" if fields is None or len(record) > 1 else "columns"


def _is_open(line: str) -> bool:
    """Whether a quotation mark that opens in this line closes in a later one (marks inside are doubled)."""
    return line.count('"') % 2 == 1


def _fields(record: list[str], separator: str) -> list[str] | None:
    try:
        parsed = list(csv.reader(record, delimiter=separator, strict=True))
    except csv.Error:
        return None
    return parsed[0] if len(parsed) == 1 else None


def _line(row: int, header: list[str], fields: list[str] | str) -> Line | Refused:
    if isinstance(fields, str):
        return Refused(row, fields)
    values = {name: clean(field) for name, field in zip(header, fields, strict=True)}
    if any(not is_printable(value) for value in values.values()):
        return Refused(row, "characters")
    return Line(row, values)


def clean(text: str) -> str:
    """Trimmed, white space and line ends folded to one space, composed to NFC."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def is_printable(text: str) -> bool:
    """Whether no control character, lone surrogate or undecodable byte is in it."""
    return text.isprintable() or not any(
        unicodedata.category(character) in ("Cc", "Cs") for character in text
    )
