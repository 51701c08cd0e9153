"""What a thing's existence reveals: livelihood, health and justice, each for its own eyes."""

from casecoord.demo.stories import (
    CLIENT,
    PATIENT,
    PATIENT_ELSEWHERE,
    PUPIL,
    family,
    one,
    story,
)
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import Audience, LifeDomain, Urgency


@story(
    family(
        "Bouzid", "Bloemhof", [one("Imane", 34, PATIENT)], [one("Ilias", 7, PATIENT, PUPIL)], language="ar"
    ),
    "De huisarts deelt alleen met wijkteam en regievoerder: het zorgteam van school weet niet dat het er is.",
    "The GP shares with social team and lead only: the school care team does not know that it exists.",
    running=[Rule.TRIAGE],
    looks={"fleur": Viewer.GP_CARE, "xandra": Viewer.GP_CARE, "amina": Viewer.OUTSIDER},
    facets=["signal.summary", "person.practice", "person.birth_date"],
)
async def alleen_voor_het_wijkteam(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("fleur", "Imane", LifeDomain.MENTAL_HEALTH, "Slaapt slecht en piekert over thuis.")


@story(
    family("Hendriks", "Bloemhof", [one("Patrick", 42, PATIENT)], [one("Isa", 9, PATIENT, PUPIL)]),
    "De patiënt weet het: dit gezondheidssignaal mogen alle teams in de casus lezen.",
    "The patient was told: all teams in the case may read this health signal.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"amina": Viewer.SCHOOL_CARE, "fleur": Viewer.GP_CARE, "quinten": Viewer.OUTSIDER},
    facets=["signal.summary", "signal.domain", "case.participants", "person.practice"],
)
async def de_patient_weet_het(t: Teller) -> None:
    t.days_ago(6)
    school = await t.flag("amina", "Isa", LifeDomain.SOCIAL_NETWORK, "Maakt zich zorgen om haar vader.")
    t.days_ago(5)
    doctor = await t.flag(
        "fleur",
        "Patrick",
        LifeDomain.MENTAL_HEALTH,
        "Is overspannen en wil hulp.",
        audience=Audience.TEAMS_IN_CASE,
    )
    t.days_ago(3)
    await t.open_case("bram", school)
    await t.join_signal("xandra", doctor)


@story(
    family("Peters", "Bloemhof", [one("Dennis", 51, PATIENT)], [one("Eva", 10, PATIENT, PUPIL)]),
    "In dezelfde casus: wijkteam en regievoerder lezen het gezondheidssignaal, school en coördinator niet.",
    "In one case: social team and lead read the health signal, school and coordinator do not.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "chaima": Viewer.LEAD,
        "dirk": Viewer.SOCIAL,
        "fleur": Viewer.GP_CARE,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["signal.summary", "case.participants"],
)
async def vier_paar_ogen(t: Teller) -> None:
    t.days_ago(8)
    school = await t.flag(
        "amina", "Eva", LifeDomain.TIME_USE, "Blijft vaak thuis om voor haar vader te zorgen."
    )
    doctor = await t.flag(
        "fleur", "Dennis", LifeDomain.SUBSTANCE_USE, "Drinkt meer dan goed is en zegt dat zelf ook."
    )
    t.days_ago(6)
    case = await t.open_case("bram", school)
    await t.join_signal("xandra", doctor)
    await t.bring("bram", case, "social", "chaima")
    t.days_ago(4)
    proposal = await t.propose("bram", case, "chaima", preference="Het gezin kent Chaima van het buurthuis.")
    t.days_ago(3)
    await t.accept("chaima", proposal)


@story(
    family("Ferreira", "Hillesluis", [one("Nelson", 45)], language="pt"),
    "Geen huisarts bekend: een gezondheidssignaal komt bij het wijkteam van de buurt.",
    "No known GP: a health signal goes to the social team of the neighbourhood.",
    running=[Rule.TRIAGE],
    looks={"chaima": Viewer.SOCIAL, "gerard": Viewer.SIGNALLER},
    facets=["signal.existence", "signal.summary"],
)
async def zonder_huisarts(t: Teller) -> None:
    t.days_ago(2)
    await t.flag(
        "gerard", "Nelson", LifeDomain.PHYSICAL_HEALTH, "Loopt al maanden moeilijk en heeft geen huisarts."
    )


@story(
    family(
        "Polat", "Bloemhof", [one("Sibel", 30, PATIENT)], [one("Eymen", 6, PATIENT, PUPIL)], language="tr"
    ),
    "Een huisarts van een andere praktijk signaleert; de eigen praktijk is verantwoordelijk.",
    "A GP of another practice flags; the own practice is accountable.",
    running=[Rule.TRIAGE],
    looks={"fleur": Viewer.GP_CARE, "gerard": Viewer.SIGNALLER, "zeynep": Viewer.SIGNALLER},
    facets=["signal.existence"],
)
async def twee_praktijken(t: Teller) -> None:
    t.days_ago(1)
    await t.flag(
        "gerard",
        "Sibel",
        LifeDomain.MENTAL_HEALTH,
        "Kwam bij de waarneming, oververmoeid.",
        urgency=Urgency.HIGH,
    )


@story(
    family(
        "Monteiro",
        "Bloemhof",
        [one("Celeste", 41, PATIENT)],
        [one("Edson", 17, PATIENT), one("Kelly", 8, PATIENT, PUPIL)],
        language="pt",
    ),
    "School en huisarts zien zorgen om Kelly. Dat haar broer Edson bij de wijkrechter moet komen, "
    "weet alleen het wijkteam, de regievoerder en de partner van de rechtbank.",
    "School and GP worry about Kelly. That her brother Edson has to see the neighbourhood judge, only the "
    "social team, the lead and the court partner know.",
    running=[Rule.FIRST_CONTACT, Rule.ACTION, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "chaima": Viewer.LEAD,
        "dirk": Viewer.SOCIAL,
        "hanna": Viewer.COURT_PARTNER,
        "fleur": Viewer.SIGNALLER,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["signal.existence", "case.participants", "signal.summary"],
)
async def de_oudere_broer(t: Teller) -> None:
    t.days_ago(9)
    school = await t.flag("amina", "Kelly", LifeDomain.SOCIAL_NETWORK, "Is bang en wil er niet over praten.")
    doctor = await t.flag(
        "fleur", "Celeste", LifeDomain.SOCIAL_NETWORK, "Heeft niemand om op terug te vallen."
    )
    t.days_ago(8)
    court = await t.flag("hanna", "Edson", LifeDomain.TIME_USE, "Zoekt een plek om zijn handen te gebruiken.")
    t.days_ago(7)
    case = await t.open_case("bram", school, doctor)
    await t.bring("bram", case, "social", "chaima")
    t.days_ago(6)
    await t.join_signal("dirk", court)
    proposal = await t.propose("dirk", case, "chaima", preference="Moeder vroeg naar Chaima.")
    t.days_ago(4)
    await t.accept("chaima", proposal)
    await t.bring("chaima", case, "court", "hanna")
    t.days_ago(3)
    await t.plan("hanna", case, LifeDomain.JUSTICE, "Gesprek met Edson over een leerwerkplek.", 5)
    await t.plan("amina", case, LifeDomain.SOCIAL_NETWORK, "Kelly mag mee met de schooltuin.", 6)


@story(
    family("Maduro", "Hillesluis", [one("Solange", 47)], [one("Giovanni", 16)], language="pap"),
    "Een signaal van de partner van de rechtbank: het wijkteam beoordeelt, verder weet niemand het.",
    "A signal of the court partner: the social team triages, and nobody else knows.",
    running=[Rule.TRIAGE],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL},
    facets=["signal.existence"],
)
async def voor_de_wijkrechter(t: Teller) -> None:
    t.days_ago(2)
    await t.flag(
        "hanna", "Giovanni", LifeDomain.JUSTICE, "Moet over zes weken voorkomen; er is nog niets geregeld."
    )


@story(
    family("Albertus", "Hillesluis", [one("Magali", 39)], [one("Juvany", 15)], language="pap"),
    "Het signaal in de sfeer justitie ligt te lang: ook dat gat zien alleen wie het mogen weten.",
    "The justice signal lies too long: that gap too is seen only by those who may know.",
    broken=[Rule.TRIAGE],
    looks={"dirk": Viewer.SOCIAL, "omar": Viewer.SOCIAL},
    facets=["gap"],
)
async def justitie_blijft_liggen(t: Teller) -> None:
    t.days_ago(9)
    await t.flag("rob", "Juvany", LifeDomain.JUSTICE, "Heeft een taakstraf en geen begeleiding.")


@story(
    family("Jagroep", "Hillesluis", [one("Vijay", 29, CLIENT), one("Anisha", 28)], [one("Santosh", 2)]),
    "Werk, schuld en wonen: esra en het wijkteam zien de sfeer bestaan, de huisarts niet.",
    "Work, debt and housing: Esra and the social team see the livelihood sphere, the GP does not.",
    running=[Rule.FIRST_CONTACT, Rule.ACTION, Rule.REVIEW],
    looks={"esra": Viewer.WORK_CARE, "chaima": Viewer.LEAD, "dirk": Viewer.SOCIAL, "gerard": Viewer.GP_CARE},
    facets=["signal.existence", "plan.action", "case.participants"],
)
async def de_sfeer_bestaan(t: Teller) -> None:
    t.days_ago(9)
    debts = await t.flag("esra", "Vijay", LifeDomain.FINANCE, "Leent bij vrienden om de huur te betalen.")
    rest = await t.flag("chaima", "Anisha", LifeDomain.SOCIAL_NETWORK, "Kent niemand in de buurt.")
    t.days_ago(7)
    case = await t.open_case("dirk", rest)
    await t.join_signal("wim", debts)
    proposal = await t.propose("dirk", case, "chaima", "Het gezin had geen voorkeur.")
    t.days_ago(3)
    await t.accept("chaima", proposal)
    await t.bring("chaima", case, "gp-two", "gerard")
    await t.plan("esra", case, LifeDomain.WORK_EDUCATION, "Samen naar het leerwerkloket.", 4)
    await t.plan("chaima", case, LifeDomain.FINANCE, "Budgetplan met het gezin maken.", 5)


@story(
    family(
        "Warsame", "Afrikaanderwijk", [one("Hodan", 33, PATIENT_ELSEWHERE)], [one("Idris", 3)], language="en"
    ),
    "Gerards eigen patiënt: praktijk en geboortedatum ziet hij, het adres niet.",
    "Gerard's own patient: he sees practice and birth date, not the address.",
    running=[Rule.TRIAGE],
    looks={"gerard": Viewer.GP_CARE, "zeynep": Viewer.GP_CARE, "walid": Viewer.OUTSIDER},
    facets=["person.practice", "person.birth_date", "signal.detail"],
)
async def eigen_patient(t: Teller) -> None:
    t.days_ago(1)
    await t.flag(
        "gerard",
        "Hodan",
        LifeDomain.SOCIAL_NETWORK,
        "Heeft sinds de verhuizing niemand om op te passen.",
        detail="Vertelde dat zij vroeger in Dordrecht wel familie om zich heen had.",
    )
