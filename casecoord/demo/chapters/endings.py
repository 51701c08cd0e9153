"""How it ends: reviews, aftercare, and an outcome on the family's word."""

from uuid import UUID

from casecoord.demo.chapters.plans import led
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule


async def in_aftercare(t: Teller, who: str, summary: str, *, since: int) -> UUID:
    """Led by Chaima, spoken with, the signal ended on the family's word; in aftercare since so many days."""
    case = await led(t, who, summary, since=since + 20)
    t.days_ago(since + 17)
    await t.meet("chaima", case)
    t.days_ago(since)
    await t.end("chaima", t.signals[0], "Het gezin zegt dat het weer goed gaat.")
    await t.begin_aftercare("chaima", case)
    return case


@story(
    family("Brouwer", "Bloemhof", [one("Ingrid", 44)], [one("Stijn", 9, PUPIL)]),
    "Al meer dan zes weken niet besproken: Chaima kijkt te lang niet om.",
    "Not reviewed for more than six weeks: Chaima has not looked back for too long.",
    broken=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR, "bram": Viewer.SCHOOL_CARE},
    facets=["gap"],
)
async def te_lang_niet_besproken(t: Teller) -> None:
    case = await led(t, "Stijn", "Slaapt in de klas.", since=40)
    t.days_ago(37)
    await t.meet("chaima", case)


@story(
    family("Tavares", "Bloemhof", [one("Ana", 36)], [one("Rui", 8, PUPIL)], language="pt"),
    "De losse tegel ligt recht; nu nazorg, tot het gezin het bevestigt.",
    "The loose tile lies straight; now aftercare, until the family confirms it.",
    running=[Rule.OUTCOME],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["outcome", "feedback", "case.status"],
)
async def nazorg(t: Teller) -> None:
    await in_aftercare(t, "Rui", "Heeft geen jas in de winter.", since=10)


@story(
    family("Postma", "Bloemhof", [one("Hilde", 50)], [one("Fenna", 11, PUPIL)]),
    "Na negentig dagen nazorg vroeg niemand of het nog goed gaat.",
    "After ninety days of aftercare nobody asked whether it still goes well.",
    broken=[Rule.OUTCOME],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "case.status"],
)
async def niemand_vroeg_nog(t: Teller) -> None:
    await in_aftercare(t, "Fenna", "Zorgt voor haar broertje.", since=75)


@story(
    family("Quist", "Bloemhof", [one("Marloes", 41)], [one("Daantje", 7, PUPIL)]),
    "Gesloten op het woord van het gezin: niets wacht meer.",
    "Closed on the family's word: nothing waits any more.",
    looks={"amina": Viewer.SIGNALLER},
    facets=["case.status", "feedback"],
)
async def gesloten(t: Teller) -> None:
    case = await in_aftercare(t, "Daantje", "Durfde niet naar zwemles.", since=12)
    t.days_ago(3)
    await t.close("chaima", case, "Moeder en dochter redden zich.")
