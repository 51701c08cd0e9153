"""What happens seldom and may not be forgotten: blockades, hearings, emergency access, what a resident asks for."""

from dataclasses import replace

from casecoord.actions.deciding import DecideRight, decide_right
from casecoord.actions.me import me
from casecoord.demo.chapters.plans import led
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.actors import Caller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import BlockadeKind, LifeDomain, RequestKind


@story(
    family("Gomes", "Bloemhof", [one("Célia", 35)], [one("Davi", 7, PUPIL)], language="pt"),
    "Geen postadres, dus geen uitkering, dus geen huis: Johanna heeft nog een paar dagen om te beslissen.",
    "No postal address, so no benefit, so no home: Johanna has a few days left to decide.",
    running=[Rule.BLOCKADE, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["blockade"],
)
async def geen_postadres(t: Teller) -> None:
    case = await led(t, "Davi", "Logeert elke week ergens anders.", since=9)
    t.days_ago(8)
    await t.meet("chaima", case)
    t.days_ago(4)
    await t.block(
        "chaima", case, BlockadeKind.RULE, LifeDomain.HOUSING,
        "Zonder briefadres geen uitkering.", "De gemeente geeft binnen een week een briefadres.",
    )  # fmt: skip


@story(
    family("Hoogland", "Bloemhof", [one("Petra", 47)], [one("Mick", 11, PUPIL)]),
    "Twee instellingen wachten op elkaar, en niemand hakte de knoop door.",
    "Two institutions wait for each other, and nobody cut the knot.",
    broken=[Rule.BLOCKADE],
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["blockade", "gap"],
)
async def niemand_hakt_de_knoop_door(t: Teller) -> None:
    case = await led(t, "Mick", "Zit al weken thuis zonder hulp.", since=18)
    t.days_ago(16)
    await t.meet("chaima", case)
    t.days_ago(13)
    await t.block(
        "chaima", case, BlockadeKind.COOPERATION, LifeDomain.CHILD_DEVELOPMENT,
        "School en jeugdhulp wachten op elkaars advies.", "Een van beide begint deze week.",
    )  # fmt: skip


@story(
    family("Karimi", "Bloemhof", [one("Soraya", 41)], [one("Navid", 16)], language="fa"),
    "Een zitting over vier weken: er is nog tijd om een alternatief te vinden.",
    "A hearing in four weeks: there is still time to find an alternative.",
    running=[Rule.HEARING, Rule.HOLD],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL, "amina": Viewer.OUTSIDER},
    facets=["court.hearing"],
)
async def zitting_over_vier_weken(t: Teller) -> None:
    t.days_ago(3)
    signal = await t.flag("hanna", "Navid", LifeDomain.JUSTICE, "Staat op de lijst voor de wijkrechter.")
    await t.hearing("hanna", "Navid", 20)
    await t.hold("dirk", signal, "Eerst samen een alternatief zoeken.", 10)


@story(
    family("Verbeek", "Bloemhof", [one("Jolanda", 44)], [one("Rick", 17)]),
    "Over een week bij de rechter, en niemand heeft een alternatief.",
    "Before the judge within a week, and nobody has an alternative.",
    broken=[Rule.HEARING],
    running=[Rule.HOLD],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL, "bram": Viewer.OUTSIDER},
    facets=["court.hearing"],
)
async def geen_alternatief(t: Teller) -> None:
    t.days_ago(6)
    signal = await t.flag("hanna", "Rick", LifeDomain.JUSTICE, "Moet voorkomen voor vernieling.")
    await t.hearing("hanna", "Rick", 5)
    await t.hold("dirk", signal, "De aanbieder denkt na over een plek.", 10)


@story(
    family("Mensah", "Bloemhof", [one("Abena", 30)], [one("Kojo", 5, PUPIL)], language="en"),
    "Gisteravond keek wie dienst had met noodtoegang; Lotte beoordeelt het nog.",
    "Last night whoever was on duty looked by emergency access; Lotte is still to review it.",
    running=[Rule.BREAK_GLASS, Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["break_glass.grant"],
)
async def noodtoegang_gisteren(t: Teller) -> None:
    t.days_ago(1)
    await t.flag("amina", "Kojo", LifeDomain.SOCIAL_NETWORK, "Werd gisteren niet opgehaald.")
    await t.break_glass("Kojo", "De politie belt: kind alleen op straat, waar hoort het?")


@story(
    family("Prins", "Bloemhof", [one("Roel", 38)], [one("Lotje", 9, PUPIL)]),
    "Ruim een week na noodtoegang keek nog niemand of het terecht was.",
    "More than a week after emergency access nobody looked whether it was right.",
    broken=[Rule.BREAK_GLASS],
    running=[Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["break_glass.grant"],
)
async def noodtoegang_onbeoordeeld(t: Teller) -> None:
    t.days_ago(8)
    signal = await t.flag("amina", "Lotje", LifeDomain.SOCIAL_NETWORK, "Vader is al dagen onbereikbaar.")
    t.days_ago(7)
    await t.break_glass("Lotje", "Melding van de buren: zijn er kinderen in dit huis?")
    await t.hold("bram", signal, "Vader is terug; wij spreken hem volgende week.", 6)


@story(
    family("Willemsen", "Bloemhof", [one("Gerda", 58)], [one("Tess", 11, PUPIL)]),
    "Gerda vroeg drie dagen geleden wat er van haar vastligt, ook om mee te nemen; Ibrahim is gevraagd mee te beslissen.",
    "Three days ago Gerda asked what is recorded about her, and to take it along; Ibrahim is asked to decide along.",
    running=[Rule.REQUEST, Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["signal.existence"],
)
async def wat_ligt_er_vast(t: Teller) -> None:
    t.days_ago(6)
    signal = await t.flag("amina", "Tess", LifeDomain.SOCIAL_NETWORK, "Zorgt veel voor haar oma.")
    t.days_ago(5)
    await t.hold("bram", signal, "Oma en school spreken elkaar volgende week.", 6)
    t.days_ago(3)
    await t.request("lotte", "Gerda", RequestKind.ACCESS, "Wat weten jullie van mij?")
    asked = await t.request("lotte", "Gerda", RequestKind.PORTABILITY, "Mag ik het ook op de computer?")
    t.days_ago(1)
    ibrahim = await me(t.office.database, Caller(t.cast.issuer, "demo-ibrahim", trace_id=f"{0:032}"))
    answer = DecideRight(
        "",
        asked,
        True,
        "AVG art. 15",
        ibrahim.professional_id,
        "U krijgt een kopie van wat er van u vastligt.",
    )
    await t.does("lotte", decide_right, lambda key: replace(answer, idempotency_key=key))


@story(
    family("Yildirim", "Bloemhof", [one("Emre", 45)], [one("Ela", 10, PUPIL)], language="tr"),
    "Emre wacht al langer dan een maand op antwoord.",
    "Emre has waited for an answer for more than a month.",
    broken=[Rule.REQUEST],
    running=[Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["signal.existence"],
)
async def een_maand_zonder_antwoord(t: Teller) -> None:
    t.days_ago(32)
    signal = await t.flag("amina", "Ela", LifeDomain.SOCIAL_NETWORK, "Vertelt dat er ruzie is met de buren.")
    t.days_ago(31)
    await t.request("lotte", "Emre", RequestKind.RECTIFICATION, "Het gaat om een andere buurman.")
    await t.hold("bram", signal, "Eerst het gesprek met de wijkagent.", 6)
