"""Persons of the population register (BRP), in the JSON that RvIG publishes for its test environment."""

from collections.abc import Iterator, Mapping, Sequence

from casecoord.domain.bsn import is_bsn
from casecoord.registers.codes import PartialDate, municipality, postcode
from casecoord.registers.csvfile import clean, is_printable
from casecoord.registers.jsonfile import Broken
from casecoord.registers.persons import (
    Address,
    AddressKind,
    Custody,
    CustodyKind,
    Name,
    Part,
    Partner,
    Person,
    Surname,
    Suspension,
    Usage,
)
from casecoord.registers.reasons import Refused

_UNKNOWN = "."  # the register's standard value for a name or street that nobody knows


_CUSTODY: Mapping[str, CustodyKind] = {
    "TweehoofdigOuderlijkGezag": CustodyKind.BOTH_PARENTS,
    "EenhoofdigOuderlijkGezag": CustodyKind.ONE_PARENT,
    "GezamenlijkGezag": CustodyKind.PARENT_AND_OTHER,
    "Voogdij": CustodyKind.GUARDIAN,
    "TijdelijkGeenGezag": CustodyKind.NOBODY_FOR_NOW,
    "GezagNietTeBepalen": CustodyKind.UNDETERMINED,
}


def persons(elements: Sequence[object]) -> Iterator[Person | Refused]:
    """Each element of the list as a person or as the reason why not; a BSN's second row is refused."""
    seen: set[str] = set()
    for row, element in enumerate(elements, start=1):
        read = person(row, element)
        if isinstance(read, Person):
            if read.bsn in seen:
                read = Refused(row, "twice")
            else:
                seen.add(read.bsn)
        yield read


def person(row: int, element: object) -> Person | Refused:
    """One element as a person, or the reason why it is none."""
    if isinstance(element, Broken):
        return Refused(row, "not_json")
    try:
        return _person(row, _Record.of(element))
    except _Wrong as wrong:
        return Refused(row, wrong.reason)


class _Wrong(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Record:
    """A JSON object whose fields are asked for by the kind they should have."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    @classmethod
    def of(cls, value: object) -> "_Record":
        if not isinstance(value, dict):
            raise _Wrong("shape")
        return cls(value)

    def __contains__(self, name: str) -> bool:
        return self._values.get(name) is not None

    def __bool__(self) -> bool:
        """Whether anything is recorded: the register publishes empty categories as {}."""
        return bool(self._values)

    def text(self, name: str) -> str:
        value = self._values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _Wrong("shape")
        folded = clean(value)
        if not is_printable(folded):
            raise _Wrong("characters")
        return folded

    def known(self, name: str) -> str:
        """As text, where the standard value for unknown is empty."""
        text = self.text(name)
        return "" if text == _UNKNOWN else text

    def part(self, name: str) -> "_Record":
        value = self._values.get(name)
        return _Record.of({} if value is None else value)

    def parts(self, name: str) -> list["_Record"]:
        value = self._values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise _Wrong("shape")
        return [_Record.of(each) for each in value]

    def code(self, name: str) -> str:
        return self.part(name).text("code")

    def date(self, name: str) -> PartialDate:
        """A date that we can do without: one that does not exist counts as unknown."""
        try:
            return PartialDate.of(self.text(name))
        except ValueError:
            return PartialDate()

    def bsn(self) -> str | None:
        found = self.text("burgerservicenummer")
        return found if is_bsn(found) else None


def _person(row: int, record: _Record) -> Person:
    bsn = record.bsn()
    if bsn is None:
        raise _Wrong("bsn")
    children, parents, partners = (record.parts(name) for name in ("kinderen", "ouders", "partners"))
    return Person(
        row=row,
        bsn=bsn,
        name=_name(record.part("naam")),
        birth=_birth(record.part("geboorte")),
        municipality=municipality(record.code("gemeenteVanInschrijving")),
        address=_address(record.part("verblijfplaats")),
        secret=record.text("geheimhoudingPersoonsgegevens") not in ("", "0"),
        parents=_bsns(parents),
        children=_bsns(children),
        partners=tuple(_partner(partner) for partner in partners),
        custody=tuple(_custody(custody) for custody in record.parts("gezag")),
        suspended=_suspension(record),
        suspended_on=record.part("opschortingBijhouding").date("datum"),
        under_investigation=frozenset(_investigated(record, parents, children, partners)),
    )


def _name(record: _Record) -> Name:
    surname = _surname(record)
    if not surname.text and "geslachtsnaam" not in record:
        raise _Wrong("name")
    usage = record.code("aanduidingNaamgebruik")
    return Name(
        given=record.known("voornamen"),
        surname=surname,
        title=record.part("adellijkeTitelPredicaat").text("omschrijving"),
        usage=Usage(usage) if usage in set(Usage) else Usage.OWN,
    )


def _surname(record: _Record) -> Surname:
    return Surname(record.known("voorvoegsel"), record.known("geslachtsnaam"))


def _birth(record: _Record) -> PartialDate:
    try:
        return PartialDate.of(record.text("datum"))
    except ValueError:
        raise _Wrong("birth_date") from None


def _address(record: _Record) -> Address:
    if "land" in record or "regel1" in record:
        lines = [record.known(f"regel{line}") for line in (1, 2, 3)]
        return Address(
            kind=AddressKind.ABROAD,
            description=", ".join(filter(None, lines)),
            country=record.part("land").text("omschrijving"),
            since=record.date("datumAanvangAdresBuitenland"),
        )
    found = record.text("postcode")
    if found and postcode(found) is None:
        raise _Wrong("postcode")
    description = record.known("locatiebeschrijving")
    return Address(
        kind=_address_kind(record, has_postcode=bool(found), described=bool(description)),
        street=record.known("straat") or record.known("naamOpenbareRuimte"),
        number=record.text("huisnummer"),
        letter=record.text("huisletter"),
        addition=record.text("huisnummertoevoeging"),
        near=record.code("aanduidingBijHuisnummer"),
        postcode=postcode(found) or "",
        town=record.known("woonplaats"),
        description=description,
        since=record.date("datumAanvangAdreshouding"),
    )


def _address_kind(record: _Record, *, has_postcode: bool, described: bool) -> AddressKind:
    if record.code("functieAdres") == "B":
        return AddressKind.LETTER
    if has_postcode:
        return AddressKind.HOME
    return AddressKind.LOCATION if described else AddressKind.UNKNOWN


def _bsns(relatives: list[_Record]) -> tuple[str, ...]:
    """The relatives in the register; one without a BSN, or with an impossible one, has no row to link to."""
    return tuple(bsn for relative in relatives if (bsn := relative.bsn()))


def _partner(record: _Record) -> Partner:
    return Partner(
        bsn=record.bsn(),
        surname=_surname(record.part("naam")),
        current=not record.part("ontbindingHuwelijkPartnerschap"),
    )


def _custody(record: _Record) -> Custody:
    holders = [*record.parts("ouders"), record.part("ouder"), record.part("derde"), *record.parts("derden")]
    return Custody(
        kind=_CUSTODY.get(record.text("type"), CustodyKind.UNDETERMINED),
        child=record.part("minderjarige").bsn(),
        holders=_bsns(holders),
    )


def _suspension(record: _Record) -> Suspension | None:
    """A recorded death suspends too, where the suspension itself is not written yet."""
    suspended = record.part("opschortingBijhouding")
    if not suspended:
        return Suspension.DEATH if record.part("overlijden") else None
    reason = suspended.code("reden")
    return Suspension(reason) if reason in set(Suspension) else Suspension.OTHER


def _investigated(
    record: _Record, parents: list[_Record], children: list[_Record], partners: list[_Record]
) -> Iterator[Part]:
    flags = {
        Part.PERSON: bool(record.part("persoonInOnderzoek")),
        Part.ADDRESS: "inOnderzoek" in record.part("verblijfplaats"),
        Part.CUSTODY: bool(record.part("gezagInOnderzoek")),
        Part.DEATH: "inOnderzoek" in record.part("overlijden"),
        Part.PARENTS: any("inOnderzoek" in parent for parent in parents),
        Part.CHILDREN: any("inOnderzoek" in child for child in children),
        Part.PARTNER: any("inOnderzoek" in partner for partner in partners),
    }
    yield from (part for part, flagged in flags.items() if flagged)
