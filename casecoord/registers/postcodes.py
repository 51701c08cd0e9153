"""Which neighbourhood a postcode lies in: a csv of postcode and buurt code.

A postcode on a border may lie in several neighbourhoods; the file names the one where most addresses are,
so a second row for a postcode is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casecoord.registers.codes import postcode
from casecoord.registers.csvfile import lines
from casecoord.registers.reasons import Refused

_BUURT = re.compile(r"BU\d{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PostcodeOf:
    row: int
    postcode: str
    neighbourhood: str


def postcodes(path: Path) -> Iterator[PostcodeOf | Refused]:
    """The rows of a file with columns `postcode` and `buurt`; raises Unreadable where it has none."""
    seen: set[str] = set()
    for line in lines(path, ("postcode", "buurt")):
        if isinstance(line, Refused):
            yield line
            continue
        where = postcode(line["postcode"])
        if where is None:
            yield Refused(line.row, "postcode")
        elif not _BUURT.fullmatch(line["buurt"].upper()):
            yield Refused(line.row, "code")
        elif where in seen:
            yield Refused(line.row, "twice")
        else:
            seen.add(where)
            yield PostcodeOf(line.row, where, line["buurt"].upper())
