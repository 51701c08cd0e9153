"""Schiedam Nieuwland-Oost: another area, a controller of its own. Neither exists for the other."""

from casecoord.demo.neighbourhood import HUISARTSEN_NIEUWLAND, NIEUWLAND, PRACTICE, SCHOOL, TAALTUIN
from casecoord.demo.stories import family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


@story(
    family(
        "Polat",
        "Nolensbuurt",
        [one("Sibel", 34, (PRACTICE, HUISARTSEN_NIEUWLAND))],
        [one("Kerem", 6, (SCHOOL, TAALTUIN))],
        area=NIEUWLAND,
        language="tr",
    ),
    "Dezelfde naam als een gezin in Zuid, een ander gebied: Rosa ziet dit gezin, Chaima niet.",
    "The same name as a family in Zuid, another area: Rosa sees this family, Chaima does not.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={
        "rosa": Viewer.LEAD,
        "baran": Viewer.SCHOOL_CARE,
        "annelies": Viewer.SOCIAL,
        "cor": Viewer.COORDINATOR,
    },
    facets=["case.lead", "household.address"],
    area=NIEUWLAND,
)
async def een_ander_gebied(t: Teller) -> None:
    t.days_ago(6)
    signal = await t.flag("baran", "Kerem", LifeDomain.SOCIAL_NETWORK, "Wil niet meer alleen naar de wc.")
    t.days_ago(5)
    case = await t.open_case("baran", signal)
    await t.bring("baran", case, "nieuwland", "annelies")
    t.days_ago(2)
    await t.accept("rosa", await t.propose("annelies", case, "rosa", "Rosa woont om de hoek van de school."))


@story(
    family("Dekker", "Wibautbuurt", [one("Kees", 71)], area=NIEUWLAND),
    "In Schiedam blijft ook iets liggen: elk gebied heeft zijn eigen gaten.",
    "In Schiedam something waits too long as well: each area has gaps of its own.",
    broken=[Rule.TRIAGE],
    looks={"annelies": Viewer.SOCIAL, "rosa": Viewer.SOCIAL, "cor": Viewer.COORDINATOR},
    facets=["gap"],
    area=NIEUWLAND,
)
async def ook_schiedam(t: Teller) -> None:
    t.days_ago(7)
    await t.flag(
        "rosa", "Kees", LifeDomain.SOCIAL_PARTICIPATION, "Is sinds hij weduwnaar is niet meer gezien."
    )


@story(
    family("Ouali", "Rotterdamsedijk", [one("Karim", 37)], area=NIEUWLAND, language="ar"),
    "De Rotterdamsedijk valt in Schiedam onder geen team: Cor houdt het gezin vast.",
    "In Schiedam no team covers the Rotterdamsedijk: Cor holds the family.",
    broken=[Rule.COVERED],
    running=[Rule.TRIAGE],
    looks={"cor": Viewer.COORDINATOR, "rosa": Viewer.SIGNALLER},
    facets=["gap"],
    area=NIEUWLAND,
)
async def onbedekt_in_schiedam(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("rosa", "Karim", LifeDomain.HOUSING, "Zijn huis is onbewoonbaar verklaard.")
