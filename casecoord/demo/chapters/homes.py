"""Where and how families live: secret addresses, custody, moves, languages, and details that stay put."""

from casecoord.demo.chapters.plans import led
from casecoord.demo.stories import CLIENT, PATIENT, PATIENT_ELSEWHERE, PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


@story(
    family("Verhoeven", "Bloemhof", [one("Fleur", 33)], [one("Daan", 8, PUPIL)], secret=True),
    "Fleur en Daan wonen op een geheim adres: alleen de regievoerder ziet waar.",
    "Fleur and Daan live at a secret address: only the lead sees where.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "dirk": Viewer.SOCIAL,
        "chaima": Viewer.LEAD,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["household.address", "household.contact"],
)
async def geheim_adres(t: Teller) -> None:
    await led(t, "Daan", "Vraagt elke dag of de deur op slot is.", since=3)


@story(
    family("Saidi", "Hillesluis", [one("Salma", 27)], [one("Amine", 4, PUPIL)], secret=True, language="ar"),
    "Nog geen casus, wel geheim: ook het verantwoordelijke team ziet geen adres en geen telefoonnummer.",
    "No case yet, but secret: the accountable team too sees neither address nor telephone number.",
    running=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "bram": Viewer.SCHOOL_CARE, "quinten": Viewer.OUTSIDER},
    facets=["household.contact"],
)
async def geheim_en_nieuw(t: Teller) -> None:
    t.days_ago(1)
    await t.flag("amina", "Amine", LifeDomain.SOCIAL_NETWORK, "Is nieuw op school en speelt alleen binnen.")


@story(
    family(
        "Öztürk",
        "Hillesluis",
        [one("Esma", 41), one("Ali", 44)],
        [one("Ceylin", 14)],
        secret=True,
        language="tr",
    ),
    "Een geheim adres zonder schoolkind: het wijkteam werkt ermee zonder het te kennen.",
    "A secret address without a child at primary school: the social team works with it unseen.",
    running=[Rule.TRIAGE],
    looks={"chaima": Viewer.SOCIAL, "ibrahim": Viewer.COORDINATOR},
    facets=["household.address"],
)
async def geheim_bij_het_wijkteam(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("dirk", "Ceylin", LifeDomain.SOCIAL_NETWORK, "Wordt online lastiggevallen.")


@story(
    family("Huisman", "Bloemhof", [one("Bas", 40), one("Tess", 38)], [one("Jip", 9, PUPIL), one("Roos", 3)]),
    "Beide ouders hebben gezag: wie dat ziet, weet wie er moet tekenen.",
    "Both parents have custody: who sees that knows who has to sign.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"amina": Viewer.SCHOOL_CARE, "dirk": Viewer.SOCIAL},
    facets=["person.custody", "person.age", "person.name"],
)
async def twee_ouders(t: Teller) -> None:
    t.days_ago(5)
    signal = await t.flag("amina", "Jip", LifeDomain.CHILD_DEVELOPMENT, "Leert ineens niets meer bij.")
    t.days_ago(3)
    case = await t.open_case("bram", signal)
    await t.bring("bram", case, "social", "dirk")


@story(
    family(
        "Pieters",
        "Bloemhof",
        [one("Nathalie", 35)],
        [one("Zuleika", 7, PUPIL)],
        moved_from="Tarwewijk",
        language="pap",
    ),
    "Net verhuisd uit de Tarwewijk: dat er verhuisd is zien de teams, waarvandaan niet.",
    "Just moved from the Tarwewijk: that they moved the teams see, from where they do not.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "dirk": Viewer.SOCIAL,
        "chaima": Viewer.LEAD,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["household.move"],
)
async def net_verhuisd(t: Teller) -> None:
    await led(t, "Zuleika", "Zit op haar vierde school.", since=2)


@story(
    family(
        "Darwish", "Bloemhof", [one("Rima", 39, PATIENT)], [one("Ahmad", 9, PATIENT, PUPIL)], language="ar"
    ),
    "Het kinderlijke detail blijft bij wie het schreef; de regievoerder weet dat het er is en vraagt erom.",
    "The detail stays with who wrote it; the lead knows that it is there and asks for it.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE, "dirk": Viewer.SOCIAL},
    facets=["signal.detail", "person.language"],
)
async def het_detail_blijft(t: Teller) -> None:
    t.days_ago(6)
    signal = await t.flag(
        "amina",
        "Ahmad",
        LifeDomain.SOCIAL_NETWORK,
        "Vertelde iets dat we serieus nemen.",
        detail="In de kring vertelde hij over de nacht waarin zij vertrokken; de juf schreef het letterlijk op.",
    )
    t.days_ago(5)
    case = await t.open_case("bram", signal)
    await t.bring("bram", case, "social", "dirk")
    t.days_ago(2)
    await t.accept(
        "chaima",
        await t.propose("bram", case, "chaima", preference="Moeder wil iemand die Arabisch spreekt."),
    )


@story(
    family(
        "Nguyen",
        "Afrikaanderwijk",
        [one("Dung", 46, PATIENT_ELSEWHERE), one("Linh", 42, PATIENT_ELSEWHERE)],
        language="en",
    ),
    "Gerard signaleerde en doet niet mee: hij leest dat er een casus is en wie de regie heeft.",
    "Gerard flagged and takes no part: he reads that there is a case and who leads it.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={
        "fleur": Viewer.SIGNALLER,
        "gerard": Viewer.GP_CARE,
        "walid": Viewer.LEAD,
        "quinten": Viewer.OUTSIDER,
    },
    facets=["case.status", "case.lead"],
)
async def wie_signaleert_hoort_terug(t: Teller) -> None:
    t.days_ago(7)
    signal = await t.flag(
        "fleur", "Linh", LifeDomain.SOCIAL_NETWORK, "Kwam bij de waarneming en durft niet alleen weg."
    )
    t.days_ago(6)
    case = await t.open_case("zeynep", signal)
    await t.bring("zeynep", case, "social-feijenoord", "vera")
    t.days_ago(4)
    await t.accept("walid", await t.propose("vera", case, "walid", "Walid was er al vaker."))


@story(
    family("Hoekstra", "Vreewijk", [one("Truus", 84)]),
    "Alleenstaand en 84: een huishouden is ook één mens.",
    "Living alone and 84: a household may be one person.",
    running=[Rule.TRIAGE],
    looks={"vera": Viewer.SOCIAL, "walid": Viewer.SOCIAL, "chaima": Viewer.OUTSIDER},
    facets=["person.age", "household.address", "household.contact"],
)
async def alleen_in_vreewijk(t: Teller) -> None:
    t.days_ago(3)
    await t.flag("walid", "Truus", LifeDomain.DAILY_ACTIVITIES, "De post ligt al een week op de mat.")


@story(
    family(
        "Ziani",
        "Bloemhof",
        [one("Mohamed", 49, CLIENT), one("Aicha", 45)],
        [
            one("Soufian", 19),
            one("Yasmina", 15),
            one("Driss", 11, PUPIL),
            one("Nora", 8, PUPIL),
            one("Safae", 1),
        ],
        language="ar",
    ),
    "Zeven mensen, drie teams, één casus, één regievoerder.",
    "Seven people, three teams, one case, one lead.",
    running=[Rule.FIRST_CONTACT, Rule.ACTION, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "esra": Viewer.WORK_CARE,
        "chaima": Viewer.LEAD,
        "dirk": Viewer.SOCIAL,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["person.name", "person.age", "case.participants", "plan.action", "school.enrolment"],
)
async def zeven_aan_tafel(t: Teller) -> None:
    case = await led(t, "Nora", "Deelt haar bed met twee zussen.", since=3)
    await t.bring("chaima", case, "work", "esra")
    t.days_ago(1)
    await t.plan("esra", case, LifeDomain.HOUSING, "Urgentie voor een grotere woning aanvragen.", 8)
    await t.plan("chaima", case, LifeDomain.SOCIAL_NETWORK, "Stapelbed halen bij de kringloop.", 2)
