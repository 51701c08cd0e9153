"""Districts and neighbourhoods of Statistics Netherlands (CBS), and the list of focus areas."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from casecoord.registers.codes import municipality
from casecoord.registers.csvfile import Line, lines
from casecoord.registers.reasons import Refused, Unreadable

_PLACES = ("statcode", "level", "name", "gm_code", "gemeente", "wijk_code", "wijk_name", "lon", "lat")
_FOCUS_AREAS = ("area", "gemeente", "gm_code")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_CODES = {"wijk": re.compile(r"WK\d{6}", re.ASCII), "buurt": re.compile(r"BU\d{8}", re.ASCII)}


@dataclass(frozen=True, slots=True)
class Place:
    """A district (`level` wijk) or a neighbourhood (buurt) with its label point in degrees (WGS84).

    Codes are those of the `vintage`, a year: CBS redraws them every January.
    """

    row: int
    code: str
    level: str
    name: str
    municipality: str
    municipality_name: str
    district: str
    district_name: str
    longitude: float
    latitude: float
    vintage: int


@dataclass(frozen=True, slots=True)
class FocusArea:
    """One of the national programme's areas, by the municipality it lies in."""

    row: int
    name: str
    municipality: str
    municipality_name: str


def is_places(path: Path) -> bool:
    """Whether the file is of districts and neighbourhoods; else it should be a list of focus areas."""
    try:
        next(lines(path, _PLACES), None)
    except Unreadable as unreadable:
        if unreadable.code != "header":
            raise
        return False
    return True


def places(path: Path, vintage: int | None = None) -> Iterator[Place | Refused]:
    """The districts and neighbourhoods; the vintage is the year in the file's name unless given.

    Raises Unreadable, `vintage` where neither says it.
    """
    year = vintage or vintage_of(path)
    seen: set[str] = set()
    for line in lines(path, _PLACES):
        place = _place(line, year) if isinstance(line, Line) else line
        if isinstance(place, Place):
            if place.code in seen:
                place = Refused(place.row, "twice")
            else:
                seen.add(place.code)
        yield place


def vintage_of(path: Path) -> int:
    """The year in the file's name."""
    found = _YEAR.search(path.stem)
    if found is None:
        raise Unreadable("vintage")
    return int(found[1])


def focus_areas(path: Path) -> Iterator[FocusArea | Refused]:
    """The areas with their municipalities, one a row: areas may share one, and an area may have several."""
    seen: set[tuple[str, str]] = set()
    for line in lines(path, _FOCUS_AREAS):
        if isinstance(line, Refused):
            yield line
            continue
        code = municipality(line["gm_code"])
        if code is None:
            yield Refused(line.row, "municipality")
        elif not line["area"]:
            yield Refused(line.row, "name")
        elif (line["area"].casefold(), code) in seen:
            yield Refused(line.row, "twice")
        else:
            seen.add((line["area"].casefold(), code))
            yield FocusArea(line.row, line["area"], code, line["gemeente"])


def _place(line: Line, vintage: int) -> Place | Refused:
    level, gm_code = line["level"].casefold(), municipality(line["gm_code"])
    point = _point(line["lon"], line["lat"])
    if level not in _CODES:
        return Refused(line.row, "level")
    if not _CODES[level].fullmatch(line["statcode"]) or not _CODES["wijk"].fullmatch(line["wijk_code"]):
        return Refused(line.row, "code")
    if gm_code is None or gm_code[2:] != line["statcode"][2:6]:
        return Refused(line.row, "municipality")
    if not line["name"]:
        return Refused(line.row, "name")
    if point is None:
        return Refused(line.row, "place")
    return Place(
        row=line.row,
        code=line["statcode"],
        level=level,
        name=line["name"],
        municipality=gm_code,
        municipality_name=line["gemeente"],
        district=line["wijk_code"],
        district_name=line["wijk_name"],
        longitude=point[0],
        latitude=point[1],
        vintage=vintage,
    )


def _point(longitude: str, latitude: str) -> tuple[float, float] | None:
    try:
        east, north = float(longitude), float(latitude)
    except ValueError:
        return None
    return (east, north) if 3 < east < 8 and 50 < north < 54 else None
