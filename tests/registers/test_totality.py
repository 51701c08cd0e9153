"""Whatever a file holds, each of its rows ends as a record or as a refusal, in order, none lost."""

import csv
import io
import json
import tempfile
import tracemalloc
from collections.abc import Callable, Iterable
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from casecoord.registers import brp, cbs, duo, links, postcodes
from casecoord.registers.codes import PartialDate
from casecoord.registers.households import Resident, households, residents
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.reasons import ROW_REASONS, Refused, Unreadable
from tests.registers import invented

READERS: dict[Callable[[Path], Iterable[Any]], list[str]] = {
    duo.schools: [
        "VESTIGINGSCODE",
        "VESTIGINGSNAAM",
        "STRAATNAAM",
        "HUISNUMMER-TOEVOEGING",
        "POSTCODE",
        "PLAATSNAAM",
        "GEMEENTENUMMER",
    ],
    lambda path: cbs.places(path, 2014): [
        "statcode",
        "level",
        "name",
        "gm_code",
        "gemeente",
        "wijk_code",
        "wijk_name",
        "lon",
        "lat",
    ],
    cbs.focus_areas: ["area", "gemeente", "gm_code"],
    links.links: ["bsn", "kind", "code", "from", "to"],
    postcodes.postcodes: ["postcode", "buurt"],
}

plausible = st.sampled_from(
    ["", "3079 SK", "000100006", "GM0599", "0599", "BU05991087", "WK059910", "buurt", "school", "2025-08-01"]
)
values = plausible | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 10**9) | plausible | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["code", "datum", "burgerservicenummer", "reden"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
PARTS = [
    "burgerservicenummer",
    "naam",
    "geboorte",
    "verblijfplaats",
    "gemeenteVanInschrijving",
    "geheimhoudingPersoonsgegevens",
    "kinderen",
    "ouders",
    "partners",
    "gezag",
    "opschortingBijhouding",
    "overlijden",
]


def accounted(rows: Iterable[Any], count: int) -> None:
    read = list(rows)
    assert [row.row for row in read] == list(range(1, count + 1))
    assert all(row.reason in ROW_REASONS for row in read if isinstance(row, Refused))


@given(st.sampled_from(list(READERS)), st.data())
def test_every_csv_record_ends_as_a_record_or_as_refused(
    reader: Callable[[Path], Iterable[Any]], data: st.DataObject
) -> None:
    header = READERS[reader]
    row = st.lists(values, min_size=len(header), max_size=len(header))
    rows = data.draw(st.lists(row.filter(any), max_size=6))
    text = io.StringIO()
    csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL).writerows([header, *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(text.getvalue().encode())
        try:
            accounted(reader(path), len(rows))
        except Unreadable as unreadable:
            assert unreadable.code == "binary", "only a NUL makes this file no text"


@given(st.lists(st.binary(min_size=1, max_size=30), max_size=8))
def test_no_bytes_whatever_make_a_reader_fail_in_another_way(chunks: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes.csv"
        path.write_bytes(b"postcode,buurt\n" + b"\n".join(chunks))
        try:
            rows = list(postcodes.postcodes(path))
        except Unreadable:
            return
        assert [row.row for row in rows] == list(range(1, len(rows) + 1))


@given(st.lists(st.dictionaries(st.sampled_from(PARTS), json_values) | json_values, max_size=5))
def test_every_json_element_ends_as_a_person_or_as_refused(elements: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "persons.json"
        path.write_text(json.dumps(elements))
        with JsonList(path) as found:
            accounted(brp.persons(found), len(elements))


@given(st.dictionaries(st.sampled_from(PARTS[1:]), json_values))
def test_any_value_in_any_part_of_a_good_row_is_read_or_refused(parts: dict[str, Any]) -> None:
    accounted([brp.person(1, invented.person("000100006") | parts)], 1)


@given(st.binary(max_size=60))
def test_a_json_file_cut_anywhere_is_unreadable_and_not_half_read(cut: bytes) -> None:
    whole = json.dumps([invented.person("000100006"), {"text": cut.hex()}]).encode()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cut.json"
        path.write_bytes(whole[: 1 + len(cut) * 7 % (len(whole) - 1)])
        try:
            JsonList(path)
        except Unreadable as unreadable:
            assert unreadable.code == "truncated"
        else:
            raise AssertionError("a cut file was taken for a whole one")


@st.composite
def crowds(draw: st.DrawFn) -> list[Resident]:
    numbers = [str(number) for number in range(draw(st.integers(0, 12)))]
    where = st.sampled_from([None, ("3079SK", "1", "", ""), ("3079SK", "2", "", "")])
    mates = st.lists(st.sampled_from([*numbers, "elsewhere"]), max_size=3)
    nobody: tuple[str, ...] = ()
    return [
        Resident(
            row,
            bsn,
            PartialDate(),
            draw(where),
            False,
            None,
            None,
            PartialDate(),
            nobody,
            nobody,
            tuple(draw(mates)),
            (),
        )
        for row, bsn in enumerate(numbers, start=1)
    ]


@given(crowds(), st.randoms())
def test_households_partition_the_residents_whatever_the_order(crowd: list[Resident], random: Random) -> None:
    units = {frozenset(member.bsn for member in unit) for unit in households(crowd)}
    assert sorted(bsn for unit in units for bsn in unit) == sorted(resident.bsn for resident in crowd)
    shuffled = random.sample(crowd, len(crowd))
    assert {frozenset(member.bsn for member in unit) for unit in households(shuffled)} == units
    home = {resident.bsn: resident.address for resident in crowd}
    for resident in crowd:
        unit = next(unit for unit in units if resident.bsn in unit)
        assert len({home[bsn] for bsn in unit}) == 1
        for mate in resident.relatives:
            together = resident.address is not None and home.get(mate) == resident.address
            assert mate == resident.bsn or (mate in unit) == together or not together


def test_thousands_of_persons_are_never_all_in_memory(tmp_path: Path) -> None:
    path = invented.write_persons(tmp_path / "many.json", invented.population(5_000, seed=1))
    with JsonList(path) as elements:
        tracemalloc.start()
        units = [len(unit) for unit in households(residents(brp.persons(elements)))]
        grouped = tracemalloc.get_traced_memory()[1]
        tracemalloc.reset_peak()
        held = list(elements)
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert sum(units) == len(held) >= 5_000
    assert len(units) > 1_000
    assert grouped < whole / 2, "the bonds between people are held, the people are not"
