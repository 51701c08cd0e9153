"""Who is known where: a csv that ties persons to a school, a benefit agency or a practice.

Columns `bsn, kind, code, from, to`: kind is school, benefit or practice; code is the institution's own
(for a school DUO's VESTIGINGSCODE); dates are yyyy-mm-dd, `to` is the first day no longer and may be empty.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from casecoord.domain.bsn import is_bsn
from casecoord.domain.words import InstitutionKind
from casecoord.registers.csvfile import Line, lines
from casecoord.registers.reasons import Refused


@dataclass(frozen=True, slots=True)
class Link:
    row: int
    bsn: str
    kind: InstitutionKind
    code: str
    start: date
    end: date | None


def links(path: Path) -> Iterator[Link | Refused]:
    """The links of a file; the same person, kind, code and start twice is refused."""
    seen: set[tuple[str, InstitutionKind, str, date]] = set()
    for line in lines(path, ("bsn", "kind", "code", "from", "to")):
        link = _link(line) if isinstance(line, Line) else line
        if isinstance(link, Link):
            key = (link.bsn, link.kind, link.code, link.start)
            if key in seen:
                link = Refused(link.row, "twice")
            else:
                seen.add(key)
        yield link


def _link(line: Line) -> Link | Refused:
    bsn = line["bsn"].rjust(9, "0")  # a spreadsheet drops leading zeros
    if not is_bsn(bsn):
        return Refused(line.row, "bsn")
    if line["kind"].casefold() not in set(InstitutionKind):
        return Refused(line.row, "kind")
    if not line["code"]:
        return Refused(line.row, "code")
    try:
        start = date.fromisoformat(line["from"])
        end = date.fromisoformat(line["to"]) if line["to"] else None
    except ValueError:
        return Refused(line.row, "period")
    if end is not None and end <= start:
        return Refused(line.row, "period")
    kind = InstitutionKind(line["kind"].casefold())
    return Link(line.row, bsn, kind, line["code"].upper(), start, end)
