"""Primary school locations as DUO publishes them (Windows-1252, CRLF, `;`), and tables derived from that."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casecoord.registers.codes import municipality, postcode
from casecoord.registers.csvfile import Line, lines
from casecoord.registers.reasons import Refused

_COLUMNS = (
    "VESTIGINGSCODE",
    "VESTIGINGSNAAM",
    "STRAATNAAM",
    "HUISNUMMER-TOEVOEGING",
    "POSTCODE",
    "PLAATSNAAM",
)
_CODE = re.compile(r"\d{2}[A-Z]{2}\d{2}", re.ASCII)


@dataclass(frozen=True, slots=True)
class School:
    """One location of a primary school; `code` is its VESTIGINGSCODE, `postcode` as 3079SK."""

    row: int
    code: str
    name: str
    street: str
    number: str
    postcode: str
    town: str
    municipality: str
    denomination: str
    website: str


def schools(path: Path) -> Iterator[School | Refused]:
    """The school locations of a file; raises Unreadable where it is no such file."""
    seen: set[str] = set()
    for line in lines(path, (*_COLUMNS, "GEMEENTENUMMER")):
        school = _school(line) if isinstance(line, Line) else line
        if isinstance(school, School):
            if school.code in seen:
                school = Refused(school.row, "twice")
            else:
                seen.add(school.code)
        yield school


def _school(line: Line) -> School | Refused:
    code, where, gm_code = (
        line["VESTIGINGSCODE"],
        postcode(line["POSTCODE"]),
        municipality(line["GEMEENTENUMMER"]),
    )
    if not _CODE.fullmatch(code):
        return Refused(line.row, "code")
    if not line["VESTIGINGSNAAM"]:
        return Refused(line.row, "name")
    if where is None:
        return Refused(line.row, "postcode")
    if gm_code is None:
        return Refused(line.row, "municipality")
    return School(
        row=line.row,
        code=code,
        name=line["VESTIGINGSNAAM"],
        street=line["STRAATNAAM"],
        number=line["HUISNUMMER-TOEVOEGING"],
        postcode=where,
        town=line["PLAATSNAAM"],
        municipality=gm_code,
        denomination=line["DENOMINATIE"],
        website=line["INTERNETADRES"],
    )
