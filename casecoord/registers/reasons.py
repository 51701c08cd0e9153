"""Why a row is refused or outside, and why a file cannot be read: one table, Dutch and English.

A reason is a code; its sentence says what is wrong with the row, never what the row says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from casecoord.domain.words import Language

Sentence = tuple[str, str]

ROW_REASONS: Mapping[str, Sentence] = {
    # refused: the row itself is wrong
    "columns": (
        "het aantal kolommen is anders dan in de kopregel",
        "the number of columns differs from the header",
    ),
    "quotes": ("de aanhalingstekens kloppen niet", "the quotation marks do not match"),
    "characters": (
        "tekens die in deze codering niet bestaan, of stuurtekens",
        "characters that do not exist in this encoding, or control characters",
    ),
    "not_json": ("geen geldige JSON", "not valid JSON"),
    "shape": (
        "een veld heeft een ander soort waarde dan de BRP publiceert",
        "a field holds another kind of value than the register publishes",
    ),
    "code": ("de code heeft niet de vastgestelde vorm", "the code does not have its prescribed form"),
    "level": ("het niveau is geen wijk of buurt", "the level is neither wijk nor buurt"),
    "name": ("de naam ontbreekt", "the name is missing"),
    "postcode": ("geen Nederlandse postcode", "not a Dutch postcode"),
    "municipality": (
        "de gemeentecode ontbreekt of is ongeldig",
        "the municipality code is missing or invalid",
    ),
    "place": ("de coördinaten liggen niet in Nederland", "the coordinates are not in the Netherlands"),
    "twice": ("deze sleutel staat eerder in het bestand", "this key stands earlier in the file"),
    "bsn": (
        "het burgerservicenummer ontbreekt of voldoet niet aan de elfproef",
        "the BSN is missing or fails the 11-test",
    ),
    "birth_date": ("de geboortedatum bestaat niet", "the birth date does not exist"),
    "born_later": ("de geboortedatum ligt in de toekomst", "the birth date lies in the future"),
    "kind": ("de soort is geen school, benefit of practice", "the kind is not school, benefit or practice"),
    "period": (
        "de datums zijn geen jjjj-mm-dd of het einde ligt niet na het begin",
        "the dates are not yyyy-mm-dd, or the end is not after the start",
    ),
    # outside: the row is right, and not for here
    "other_area": ("hoort bij geen gebied hier", "belongs to no area here"),
    "district": (
        "een wijk: haar naam staat bij haar buurten",
        "a district: its name is kept with its neighbourhoods",
    ),
    "suspended": ("de registratie is opgeschort", "the registration is suspended"),
    "abroad": ("het adres ligt in het buitenland", "the address is abroad"),
    "no_postcode": (
        "een adres zonder postcode is in geen buurt te plaatsen",
        "an address without a postcode cannot be placed in a neighbourhood",
    ),
    "nobody_here": ("deze persoon is hier niet bekend", "this person is not known here"),
    "no_institution": (
        "deze school, uitkeringsinstantie of praktijk is hier niet bekend",
        "this school, benefit agency or practice is not known here",
    ),
}

FILE_REASONS: Mapping[str, Sentence] = {
    "no_file": (
        "Het bestand is er niet of mag niet gelezen worden. Controleer het pad.",
        "The file does not exist or may not be read. Check the path.",
    ),
    "empty": (
        "Het bestand is leeg. Haal het opnieuw op bij de uitgever.",
        "The file is empty. Fetch it again from its publisher.",
    ),
    "binary": (
        "Dit is geen tekstbestand. Bewaar een werkblad eerst als CSV (UTF-8).",
        "This is not a text file. Save a spreadsheet as CSV (UTF-8) first.",
    ),
    "utf16": (
        "Het bestand is UTF-16. Bewaar het als UTF-8.",
        "The file is UTF-16. Save it as UTF-8.",
    ),
    "header": (
        "Kolommen ontbreken of staan er dubbel: {columns}. Is dit het gepubliceerde bestand, met ; of ,?",
        "Columns are missing or appear twice: {columns}. Is this the published file, with ; or ,?",
    ),
    "vintage": (
        "De jaargang is niet bekend: de bestandsnaam bevat geen jaartal. Geef het mee met --vintage.",
        "The vintage is unknown: the file name holds no year. Name it with --vintage.",
    ),
    "not_a_list": (
        "Verwacht een JSON-lijst van personen: het bestand begint met [ en eindigt met ].",
        "Expected a JSON list of persons: the file begins with [ and ends with ].",
    ),
    "truncated": (
        "Het bestand breekt af na rij {rows}. Er is niets overgenomen; haal het bestand opnieuw op.",
        "The file breaks off after row {rows}. Nothing was taken over; fetch the file again.",
    ),
    "trailing": (
        "De lijst eindigt na rij {rows}, het bestand niet. Er is niets overgenomen; haal het opnieuw op.",
        "The list ends after row {rows}, the file does not. Nothing was taken over; fetch it again.",
    ),
}


def row_reason(code: str, language: Language) -> str:
    """The sentence of a row's reason."""
    return _in(language, ROW_REASONS[code])


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is no record: its position (1 is the first) and a key of ROW_REASONS."""

    row: int
    reason: str


class Unreadable(Exception):
    """The file as a whole cannot be read; nothing of it was taken over.

    `code` is a key of FILE_REASONS; the details name columns or rows of the file, never their content.
    """

    def __init__(self, code: str, **details: str | int) -> None:
        self.code = code
        self.details = details
        super().__init__(self.sentence(Language.EN))

    def sentence(self, language: Language) -> str:
        """What is wrong and what to do about it."""
        return _in(language, FILE_REASONS[self.code]).format(**self.details)


def _in(language: Language, sentence: Sentence) -> str:
    return sentence[0] if language is Language.NL else sentence[1]
