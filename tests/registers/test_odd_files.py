"""Files as people really save them: read where they can be, else refused with what to do."""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from casecoord.domain.words import Language
from casecoord.registers import brp, cbs, duo, links, postcodes
from casecoord.registers.csvfile import encoding_of
from casecoord.registers.jsonfile import JsonList
from casecoord.registers.persons import AddressKind, Person
from casecoord.registers.reasons import FILE_REASONS, ROW_REASONS, Refused, Unreadable
from tests.registers import invented

HEADER = (
    "VESTIGINGSCODE;VESTIGINGSNAAM;STRAATNAAM;HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENUMMER\r\n"
)
BRIDGE = "11VO00;Skôalle De Brêge;Biezenkreek;15;3079 SK;ROTTERDAM;0599\r\n"
JOZEF = "16IL00;Jozef;Planciusstraat;34-36;3151 BT;HOEK VAN HOLLAND;0599\r\n"


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[bytes | str], Path]:
    def save(content: bytes | str) -> Path:
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return save


Save = Callable[[bytes | str], Path]


def names(rows: Iterable[duo.School | Refused]) -> list[str]:
    return [row.name if isinstance(row, duo.School) else f"{row.row} {row.reason}" for row in rows]


@pytest.mark.parametrize("encoding", ["cp1252", "utf-8", "utf-8-sig"])
def test_accents_survive_each_encoding_people_save_in(saved: Save, encoding: str) -> None:
    path = saved((HEADER + BRIDGE + JOZEF).encode(encoding))
    assert names(duo.schools(path)) == ["Skôalle De Brêge", "Jozef"]


def test_a_stray_byte_in_utf_8_spoils_its_own_row_only(saved: Save) -> None:
    path = saved((HEADER + BRIDGE * 1).encode() + b"16IL00;J\xf3zef" + JOZEF.encode()[12:])
    assert encoding_of(path) == "utf-8"
    assert names(duo.schools(path)) == ["Skôalle De Brêge", "2 characters"]


def test_a_byte_that_windows_1252_does_not_know_spoils_its_own_row_only(saved: Save) -> None:
    path = saved((HEADER + BRIDGE + JOZEF).encode("cp1252").replace(b"Jozef", b"Joz\x81f"))
    assert names(duo.schools(path)) == ["Skôalle De Brêge", "2 characters"]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separators_are_recognised_by_the_header(saved: Save, separator: str) -> None:
    assert names(duo.schools(saved((HEADER + JOZEF).replace(";", separator)))) == ["Jozef"]


def test_another_separator_is_refused_with_the_columns_that_are_missing(saved: Save) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(duo.schools(saved((HEADER + JOZEF).replace(";", "|"))))
    assert refusal.value.code == "header"
    assert "VESTIGINGSCODE" in refusal.value.sentence(Language.NL)


def test_a_column_named_twice_is_refused(saved: Save) -> None:
    with pytest.raises(Unreadable, match="POSTCODE"):
        list(duo.schools(saved(HEADER.replace("PLAATSNAAM", "PLAATSNAAM;POSTCODE") + JOZEF)))


def test_quoted_separators_quotes_and_newlines_stay_inside_their_value(saved: Save) -> None:
    odd = '01AA00;"De ""Brug"";\r\nlocatie Oost";Kade;1;3071AA;ROTTERDAM;0599\r\n'
    assert names(duo.schools(saved(HEADER + odd + JOZEF))) == ['De "Brug"; locatie Oost', "Jozef"]


def test_a_quotation_mark_that_never_closes_costs_its_own_line_only(saved: Save) -> None:
    open_mark = '01AA00;"De Brug;Kade;1;3071AA;ROTTERDAM;0599\r\n'
    assert names(duo.schools(saved(HEADER + open_mark + BRIDGE + JOZEF))) == [
        "1 quotes",
        "Skôalle De Brêge",
        "Jozef",
    ]


def test_two_stray_quotation_marks_do_not_swallow_what_lies_between(saved: Save) -> None:
    stray = '01AA00;De 5" Brug;Kade;1;3071AA;ROTTERDAM;0599\r\n'
    assert names(duo.schools(saved(HEADER + stray + JOZEF + stray))) == ["1 quotes", "Jozef", "3 quotes"]


def test_rows_with_too_few_or_too_many_columns_are_refused_one_by_one(saved: Save) -> None:
    path = saved(HEADER + "01AA00;De Brug\r\n" + JOZEF + "a;b;c;d;e;f;g;h\r\n\r\n")
    assert names(duo.schools(path)) == ["1 columns", "Jozef", "3 columns"]


def test_each_field_of_a_school_is_checked(saved: Save) -> None:
    rows = [
        JOZEF.replace("16IL00", "Oops"),
        JOZEF.replace("Jozef", " "),
        JOZEF.replace("3151 BT", "BT 3151"),
        JOZEF.replace("0599", "Rotterdam"),
        JOZEF.replace("Jozef", "Jo\x07zef"),
        JOZEF,
        JOZEF,
    ]
    assert names(duo.schools(saved(HEADER + "".join(rows)))) == [
        "1 code",
        "2 name",
        "3 postcode",
        "4 municipality",
        "5 characters",
        "Jozef",
        "7 twice",
    ]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \r\n", "empty"),
        (b"PK\x03\x04\x00\x00", "binary"),
        (HEADER.encode("utf-16"), "utf16"),
        (b"no header at all\r\n", "header"),
    ],
)
def test_a_file_that_is_no_csv_says_so(saved: Save, content: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        list(duo.schools(saved(content)))
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "empty"),
        (" \n ", "empty"),
        ("{}", "not_a_list"),
        ("bsn;kind", "not_a_list"),
        ("[]".encode("utf-16"), "utf16"),
        ("[{}, {", "truncated"),
        ('[{}, {"naam": "Ba', "truncated"),
        ("[{}", "truncated"),
        ("[{}] [", "trailing"),
        ("[{}}] ", "trailing"),
    ],
)
def test_a_file_that_is_no_whole_json_list_says_so(saved: Save, content: bytes | str, code: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        JsonList(saved(content))
    assert refusal.value.code == code


def test_a_missing_file_and_a_folder_are_refused_alike(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(Unreadable, match="Check the path"):
            list(duo.schools(path))
        with pytest.raises(Unreadable, match="Check the path"):
            JsonList(path)


def test_a_byte_order_mark_before_json_is_no_harm(saved: Save) -> None:
    with JsonList(saved(b"\xef\xbb\xbf [ ]\n")) as elements:
        assert list(elements) == []


def read(path: Path) -> list[Person | Refused]:
    with JsonList(path) as elements:
        return list(brp.persons(elements))


def test_an_element_broken_inside_its_braces_spoils_only_itself(saved: Save) -> None:
    good = json.dumps(invented.person("000100006"))
    rows = read(saved(f'[{good}, {{"naam": oops}}, 7, null, "text, with [ and {{", [1, 2], {{}}]'))
    assert isinstance(rows[0], Person)
    assert rows[1:] == [
        Refused(2, "not_json"),
        *(Refused(row, "shape") for row in (3, 4, 5, 6)),
        Refused(7, "bsn"),
    ]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"burgerservicenummer": "000100007"}, "bsn"),
        ({"burgerservicenummer": 100006}, "shape"),
        ({"burgerservicenummer": "000000000"}, "bsn"),
        ({"naam": None}, "name"),
        ({"naam": []}, "shape"),
        ({"naam": {"geslachtsnaam": "Bak\u0000ker"}}, "characters"),
        ({"geboorte": {"datum": "20230231"}}, "birth_date"),
        ({"geboorte": {"datum": "19850012"}}, "birth_date"),
        ({"geboorte": {"datum": "00000412"}}, "birth_date"),
        ({"geboorte": {"datum": "1985-04-12"}}, "birth_date"),
        ({"verblijfplaats": {"postcode": "ABC"}}, "postcode"),
        ({"kinderen": {}}, "shape"),
        ({"ouders": ["000100006"]}, "shape"),
    ],
)
def test_a_person_is_refused_for_what_is_wrong_with_the_row(parts: dict[str, Any], reason: str) -> None:
    assert brp.person(4, invented.person("000100006") | parts) == Refused(4, reason)


def test_the_second_row_of_a_bsn_is_refused(tmp_path: Path) -> None:
    first, second = invented.person("000100006"), invented.person("000100006", born="19990101")
    rows = read(invented.write_persons(tmp_path / "twice.json", [first, second]))
    assert isinstance(rows[0], Person)
    assert rows[1] == Refused(2, "twice")


def test_what_can_be_missing_is_allowed_to_be(tmp_path: Path) -> None:
    bare = invented.person(
        "000100006",
        naam={"geslachtsnaam": "."},
        geboorte=None,
        verblijfplaats=None,
        gemeenteVanInschrijving=None,
    )
    row = read(invented.write_persons(tmp_path / "bare.json", [bare]))[0]
    assert isinstance(row, Person)
    assert (row.name_in_use, str(row.birth), row.municipality) == ("", "0000-00-00", None)
    assert row.address.kind is AddressKind.UNKNOWN
    assert row.address.key is None


@pytest.mark.parametrize(
    ("usage", "name"),
    [
        ("E", "Aicha de Wit"),
        ("P", "Aicha van der Ven"),
        ("V", "Aicha van der Ven-de Wit"),
        ("N", "Aicha de Wit-van der Ven"),
    ],
)
def test_a_person_goes_by_the_name_they_chose(usage: str, name: str) -> None:
    own = {"voornamen": "Aicha", "voorvoegsel": "de", "geslachtsnaam": "Wit"}
    partner = {"naam": {"voorvoegsel": "van der", "geslachtsnaam": "Ven"}}
    row = brp.person(
        1,
        invented.person(
            "000100006", naam=own | {"aanduidingNaamgebruik": {"code": usage}}, partners=[partner]
        ),
    )
    assert isinstance(row, Person)
    assert row.name_in_use == name
    assert row.name.registered() == "Aicha de Wit"


def test_a_place_is_refused_for_what_is_wrong_with_the_row(saved: Save) -> None:
    good = "BU05991087,buurt,Vreewijk,GM0599,Rotterdam,WK059910,Feijenoord,4.5,51.88"
    rows = [
        good,
        good,
        good.replace("buurt", "land"),
        good.replace("BU05991087", "BU1"),
        good.replace("GM0599", "GM0518"),
        good.replace("Vreewijk", ""),
        good.replace("51.88", "north"),
        good.replace("51.88", "nan"),
    ]
    header = "statcode,level,name,gm_code,gemeente,wijk_code,wijk_name,lon,lat"
    read = list(cbs.places(saved("\n".join([header, *rows])), vintage=2014))
    assert isinstance(read[0], cbs.Place)
    assert [row.reason for row in read if isinstance(row, Refused)] == [
        "twice",
        "level",
        "code",
        "municipality",
        "name",
        "place",
        "place",
    ]


def test_a_vintage_that_nobody_names_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="--vintage"):
        list(cbs.places(tmp_path / "buurten.csv"))


def test_links_are_refused_for_what_is_wrong_with_the_row(saved: Save) -> None:
    rows = [
        "100006,school,11VO00,2025-08-01,",
        "000100006,school,11vo00,2025-08-01,",
        "000100007,school,11VO00,2025-08-01,",
        "000100006,church,11VO00,2025-08-01,",
        "000100006,benefit,,2025-08-01,",
        "000100006,benefit,SZW,01-08-2025,",
        "000100006,benefit,SZW,2025-08-01,2025-08-01",
    ]
    read = list(links.links(saved("\n".join(["bsn,kind,code,from,to", *rows]))))
    assert isinstance(read[0], links.Link)
    assert read[0].bsn == "000100006", "a spreadsheet dropped the zeros"
    assert [row.reason for row in read if isinstance(row, Refused)] == [
        "twice",
        "bsn",
        "kind",
        "code",
        "period",
        "period",
    ]


def test_postcodes_are_refused_for_what_is_wrong_with_the_row(saved: Save) -> None:
    rows = ["3079 sk,bu05991087", "3079SK,BU05991087", "0079SK,BU05991087", "3079SL,Vreewijk"]
    read = list(postcodes.postcodes(saved("\n".join(["postcode,buurt", *rows]))))
    assert read == [
        postcodes.PostcodeOf(1, "3079SK", "BU05991087"),
        Refused(2, "twice"),
        Refused(3, "postcode"),
        Refused(4, "code"),
    ]


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    for nl, en in (*ROW_REASONS.values(), *FILE_REASONS.values()):
        assert nl
        assert en
        assert nl != en
