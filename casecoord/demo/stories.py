"""The families one remembers: what each shows, who should look at it, and how it came about.

A story is a family and an async function that tells it (`teller.py`). Its table row says which promises
run or are broken when the demo begins, and as what each of the named users looks at it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from casecoord.demo.neighbourhood import (
    BENEFIT,
    BLOEMENTUIN,
    GLOBETROTTER,
    HUISARTSEN_AFRIKAANDER,
    HUISARTSEN_BLOEMHOF,
    PRACTICE,
    SCHOOL,
    WERKPLEIN,
    ZUID,
    DemoArea,
)
from casecoord.demo.people import House, Somebody
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import InstitutionKind, Language

At = tuple[InstitutionKind, str]
Telling = Callable[[Teller], Awaitable[None]]

PUPIL: At = (SCHOOL, BLOEMENTUIN)
PUPIL_ELSEWHERE: At = (SCHOOL, GLOBETROTTER)
PATIENT: At = (PRACTICE, HUISARTSEN_BLOEMHOF)
PATIENT_ELSEWHERE: At = (PRACTICE, HUISARTSEN_AFRIKAANDER)
CLIENT: At = (BENEFIT, WERKPLEIN)


@dataclass(frozen=True, slots=True)
class Story:
    """One family. `broken` and `running` are its promises on the first day; `looks`: user and as what."""

    key: str
    area: DemoArea
    family: House
    nl: str
    en: str
    broken: tuple[Rule, ...]
    running: tuple[Rule, ...]
    looks: Mapping[str, Viewer]
    facets: tuple[str, ...]
    tell: Telling

    def sentence(self, language: Language) -> str:
        """What the story shows."""
        return self.nl if language is Language.NL else self.en


#: What `story` collected; `storybook.py` puts it in order.
TOLD: dict[str, Story] = {}


def story(
    family: House,
    nl: str,
    en: str,
    *,
    broken: Sequence[Rule] = (),
    running: Sequence[Rule] = (),
    looks: Mapping[str, Viewer],
    facets: Sequence[str] = (),
    area: DemoArea = ZUID,
) -> Callable[[Telling], Telling]:
    """Adds the function under its own name."""

    def add(tell: Telling) -> Telling:
        key = getattr(tell, "__name__", "")
        assert key not in TOLD, f"two stories are called {key}"
        told = Story(key, area, family, nl, en, tuple(broken), tuple(running), looks, tuple(facets), tell)
        TOLD[key] = told
        return tell

    return add


def one(name: str, age: int, *at: At) -> Somebody:
    """A person of a story, with an age in years and where they are known."""
    return Somebody(name, age, at)


def family(
    surname: str,
    hood: str,
    parents: Sequence[Somebody],
    children: Sequence[Somebody] = (),
    *,
    area: DemoArea = ZUID,
    language: str = "nl",
    secret: bool = False,
    guardian: bool = False,
    moved_from: str | None = None,
) -> House:
    """A family in a neighbourhood; who has a surname of their own keeps it."""
    people = [
        Somebody(who.name if " " in who.name else f"{who.name} {surname}", who.age, who.at, who.born)
        for who in (*parents, *children)
    ]
    return House(
        area.hood(hood),
        tuple(people),
        language=language,
        parents=len(parents),
        secret=secret,
        guardian=guardian,
        moved_from=area.hood(moved_from) if moved_from else None,
    )


@dataclass(frozen=True, slots=True)
class Known:
    """A person as somebody at the counter knows them."""

    name: str
    bsn: str
    born: date


#: Nobody has flagged this family: whoever follows the README does. Luna (8) is at De Bloementuin, her
#: brother Diego is 17, their mother Sofia is a patient of the practice and has a benefit.
README_HOUSE = House(
    ZUID.hood("Bloemhof"),
    (
        Somebody("Sofia Martins", 41, (PATIENT, CLIENT), born=date(1985, 5, 17)),
        Somebody("Diego Martins", 17, (PATIENT,), born=date(2009, 2, 11)),
        Somebody("Luna Martins", 8, (PATIENT, PUPIL), born=date(2018, 3, 21)),
    ),
    language="pt",
)
README_FAMILY = {
    "mother": Known("Sofia Martins", "999900006", date(1985, 5, 17)),
    "brother": Known("Diego Martins", "999900018", date(2009, 2, 11)),
    "child": Known("Luna Martins", "999900031", date(2018, 3, 21)),
}

#: Nor this one: Ania (9) is at De Bloementuin; her brother Filip (16) will have to appear before a judge.
TABLES_HOUSE = House(
    ZUID.hood("Bloemhof"),
    (
        Somebody("Wanda Kowalska", 43, born=date(1983, 4, 12)),
        Somebody("Filip Kowalski", 16, born=date(2010, 3, 8)),
        Somebody("Ania Kowalska", 9, (PUPIL,), born=date(2017, 6, 2)),
    ),
    language="pl",
)
TABLES_FAMILY = {
    "mother": Known("Wanda Kowalska", "999900043", date(1983, 4, 12)),
    "brother": Known("Filip Kowalski", "999900055", date(2010, 3, 8)),
    "child": Known("Ania Kowalska", "999900067", date(2017, 6, 2)),
}
