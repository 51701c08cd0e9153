"""Invented registers, from a seed: every person, link and postcode here was made up.

BSNs are seven digits with leading zeros: they pass the 11-test, and no number that short was ever issued.
"""

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

from casecoord.domain.bsn import is_bsn

Row = dict[str, Any]
_GIVEN = ("Aicha", "Bram", "Cevdet", "Daantje", "Eline", "Fatih", "Giel", "Hanneke", "Imane", "Joris")
_FAMILY = ("Bakker", "Yılmaz", "van der Ven", "El Amrani", "de Wit", "Pereira", "Kowalska", "Tjin-A-Ton")


def bsns(start: int = 100_000) -> Iterator[str]:
    """Numbers that pass the 11-test, in order."""
    return (bsn for number in range(start, 10_000_000) if is_bsn(bsn := f"{number:09}"))


def person(bsn: str, born: str = "19850412", **parts: Any) -> Row:
    """One row as the register publishes it; `parts` replace whole parts, None leaves one out."""
    row: Row = {
        "burgerservicenummer": bsn,
        "naam": {"voornamen": "Aicha", "geslachtsnaam": "Bakker"},
        "geboorte": {"datum": born},
        "verblijfplaats": address(),
        "gemeenteVanInschrijving": {"code": "0599", "omschrijving": "Rotterdam"},
        "gezag": [],
        "kinderen": [],
        "ouders": [],
        "partners": [],
        **parts,
    }
    return {name: part for name, part in row.items() if part is not None}


def address(postcode: str = "3079SK", number: str = "15", **parts: str) -> Row:
    """A Dutch home address."""
    home = {
        "functieAdres": {"code": "W"},
        "straat": "Biezenkreek",
        "huisnummer": number,
        "postcode": postcode,
    }
    return {**home, **parts}


def family(numbers: Iterator[str], random: Random, where: Row, year: int = 2025) -> Iterator[Row]:
    """One or two parents with up to four children of 0 to 17, a secret address among fifty."""
    surname = random.choice(_FAMILY)
    parents = [next(numbers) for _ in range(random.choice((1, 2)))]
    children = [next(numbers) for _ in range(random.randrange(5))]
    secret = "7" if random.random() < 0.02 else None

    def member(bsn: str, age: int, **parts: Any) -> Row:
        born = f"{year - age:04}{random.randint(1, 12):02}{random.randint(1, 28):02}"
        name = {"voornamen": random.choice(_GIVEN), "geslachtsnaam": surname}
        parts |= {"naam": name, "verblijfplaats": where, "geheimhoudingPersoonsgegevens": secret}
        return person(bsn, born, **parts)

    for bsn in parents:
        partners = [{"burgerservicenummer": other} for other in parents if other != bsn]
        yield member(bsn, random.randint(20, 55), partners=partners, kinderen=_bsns(children))
    for bsn in children:
        kind = "EenhoofdigOuderlijkGezag" if len(parents) == 1 else "TweehoofdigOuderlijkGezag"
        holders: Row = {"ouder": _bsns(parents)[0]} if len(parents) == 1 else {"ouders": _bsns(parents)}
        custody = {"type": kind, "minderjarige": {"burgerservicenummer": bsn}, **holders}
        yield member(bsn, random.randrange(18), ouders=_bsns(parents), gezag=[custody])


def population(rows: int, seed: int) -> Iterator[Row]:
    """At least `rows` persons in families, each family at an address of its own in 3071AA to 3089ZZ."""
    random, numbers, made = Random(seed), bsns(), 0
    while made < rows:
        letters = "".join(random.choice("ABCDEFGHJKLMNPRSTVWXZ") for _ in range(2))
        where = address(f"{random.randint(3071, 3089)}{letters}", str(random.randint(1, 400)), huisletter="A")
        for row in family(numbers, random, where):
            made += 1
            yield row


def write_persons(path: Path, rows: Iterator[Row] | Sequence[Row]) -> Path:
    """A register file, written row by row."""
    with path.open("w", encoding="utf-8") as file:
        file.write("[\n")
        for number, row in enumerate(rows):
            file.write((",\n" if number else "") + json.dumps(row, ensure_ascii=False))
        file.write("\n]\n")
    return path


def write_postcodes(path: Path, codes: Sequence[str], neighbourhoods: Sequence[str], seed: int) -> Path:
    """INVENTED: each postcode in a neighbourhood drawn at random."""
    random = Random(seed)
    rows = ((code, random.choice(neighbourhoods)) for code in codes)
    return write_csv(path, ("postcode", "buurt"), rows)


def write_links(
    path: Path, children: Sequence[str], adults: Sequence[str], schools: Sequence[str], seed: int
) -> Path:
    """INVENTED: each child at a school, a fifth of the adults with a benefit, all with a practice."""
    random, start = Random(seed), date(2025, 8, 1).isoformat()
    rows = [(bsn, "school", random.choice(schools), start, "") for bsn in children]
    rows += [(bsn, "benefit", "SZW-ZUID", start, "") for bsn in adults if random.random() < 0.2]
    rows += [(bsn, "practice", f"HAP-{random.randint(1, 9)}", start, "") for bsn in (*children, *adults)]
    return write_csv(path, ("bsn", "kind", "code", "from", "to"), rows)


def write_csv(
    path: Path, header: Sequence[str], rows: Iterator[tuple[str, ...]] | Sequence[tuple[str, ...]]
) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def _bsns(numbers: Sequence[str]) -> list[Row]:
    return [{"burgerservicenummer": bsn} for bsn in numbers]
