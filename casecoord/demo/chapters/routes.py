"""The covering structure: who is accountable, and where nobody is."""

from datetime import date

from casecoord.demo.stories import CLIENT, PATIENT, PUPIL, PUPIL_ELSEWHERE, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain, Urgency


@story(
    family("Dijkstra", "Heijplaat", [one("Henk", 58), one("Ria", 57)]),
    "Op Heijplaat werkt geen wijkteam: Ibrahim houdt het gezin vast, en het gat heet onbedekt.",
    "No social team works on Heijplaat: Ibrahim holds the family, and the gap is called uncovered.",
    broken=[Rule.COVERED],
    running=[Rule.TRIAGE],
    looks={"ibrahim": Viewer.COORDINATOR, "chaima": Viewer.SIGNALLER, "dirk": Viewer.SIGNALLER},
    facets=["gap", "signal.existence"],
)
async def onbedekt_op_heijplaat(t: Teller) -> None:
    t.days_ago(2)
    await t.flag(
        "chaima", "Henk", LifeDomain.DAILY_ACTIVITIES, "Zorgt alleen voor zijn zieke vrouw.", household=True
    )


@story(
    family("Woźniak", "Wielewaal", [one("Tomasz", 34, CLIENT), one("Monika", 33)], language="pl"),
    "In de Wielewaal is geen wijkteam, maar een uitkering brengt schulden toch bij het werkplein.",
    "The Wielewaal has no social team, but a benefit takes debts to the work-care team all the same.",
    running=[Rule.TRIAGE],
    looks={"esra": Viewer.WORK_CARE, "ibrahim": Viewer.COORDINATOR, "quinten": Viewer.OUTSIDER},
    facets=["signal.existence", "signal.domain"],
)
async def schulden_in_de_wielewaal(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("esra", "Tomasz", LifeDomain.FINANCE, "Drie maanden huurschuld.")


@story(
    family("Sambo", "Wielewaal", [one("Rudsel", 42)], language="pap"),
    "Al weken onbedekt en onbeoordeeld: dit gat staat bij doorzettingsmacht.",
    "Uncovered and untriaged for weeks: this gap has reached decision power.",
    broken=[Rule.COVERED, Rule.TRIAGE],
    looks={"ibrahim": Viewer.COORDINATOR, "johanna": Viewer.DECISION_POWER},
    facets=["gap"],
)
async def al_weken_onbedekt(t: Teller) -> None:
    t.days_ago(15)
    await t.flag("quinten", "Rudsel", LifeDomain.HOUSING, "Slaapt in zijn auto.", urgency=Urgency.HIGH)


@story(
    family("Vermeulen", "Bloemhof", [one("Jeroen", 39)], [one("Wessel", 9, PUPIL)]),
    "Een naam, een geboortedatum en een postcode: misschien dit gezin. De coördinator beslist.",
    "A name, a birth date and a postcode: perhaps this family. The coordinator decides.",
    broken=[Rule.COVERED],
    running=[Rule.TRIAGE],
    looks={"fleur": Viewer.SIGNALLER, "ibrahim": Viewer.COORDINATOR, "amina": Viewer.OUTSIDER},
    facets=["merge.proposal"],
)
async def zonder_bsn_misschien_bekend(t: Teller) -> None:
    t.days_ago(1)
    await t.flag(
        "fleur", "Wessel", LifeDomain.SOCIAL_NETWORK, "Vertelt dat niemand met hem speelt.", by_name=True
    )


@story(
    family("Prins", "Bloemhof", [one("Joop", 77)]),
    "Iemand die nergens staat: toch een signaal, toch een houder. Buurman Joop weet van niets.",
    "Somebody who is in no register: a signal and a holder all the same. Neighbour Joop knows nothing.",
    broken=[Rule.COVERED],
    running=[Rule.TRIAGE],
    looks={"ibrahim": Viewer.COORDINATOR, "chaima": Viewer.SIGNALLER, "quinten": Viewer.OUTSIDER},
    facets=["signal.existence"],
)
async def zonder_bsn_onbekend(t: Teller) -> None:
    t.days_ago(3)
    await t.flag_stranger(
        "chaima", "Ismael Onbekend", date(1999, 1, 1), LifeDomain.HOUSING, "Slaapt in het trappenhuis."
    )


@story(
    family("Benali", "Hillesluis", [one("Driss", 50, CLIENT), one("Latifa", 46)], language="ar"),
    "Geen schoolkind, wel een uitkering: schulden komen bij het werkplein, de rest bij het wijkteam.",
    "No child at school, but a benefit: debts go to the work-care team, the rest to the social team.",
    running=[Rule.TRIAGE],
    looks={"esra": Viewer.WORK_CARE, "wim": Viewer.WORK_CARE, "dirk": Viewer.SOCIAL},
    facets=["signal.existence", "signal.domain", "signal.summary"],
)
async def twee_teams_twee_sferen(t: Teller) -> None:
    t.days_ago(3)
    await t.flag("esra", "Driss", LifeDomain.FINANCE, "Brieven van drie deurwaarders.")
    t.days_ago(2)
    await t.flag(
        "chaima", "Latifa", LifeDomain.SOCIAL_PARTICIPATION, "Wil Nederlands leren maar mag niet weg."
    )


@story(
    family("Pinas", "Bloemhof", [one("Chantal", 35, CLIENT)], [one("Melvin", 7, PUPIL)]),
    "Schulden in een gezin met een schoolkind: het zorgteam is verantwoordelijk, de sfeer blijft dicht.",
    "Debts in a family with a child at school: the school team is accountable, the sphere stays closed.",
    running=[Rule.TRIAGE],
    looks={"esra": Viewer.SIGNALLER, "ibrahim": Viewer.COORDINATOR},
    facets=["signal.existence"],
)
async def schulden_bij_een_schoolkind(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("esra", "Chantal", LifeDomain.FINANCE, "Kan de energierekening niet betalen.")


@story(
    family(
        "Tekle",
        "Bloemhof",
        [one("Selam", 38, PATIENT)],
        [one("Samuel", 11, PUPIL_ELSEWHERE), one("Miriam", 5, PUPIL)],
        language="en",
    ),
    "Twee kinderen op twee scholen: de school van de jongste is verantwoordelijk.",
    "Two children at two schools: the youngest's school is accountable.",
    running=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE, "ivana": Viewer.SIGNALLER, "joke": Viewer.SIGNALLER},
    facets=["signal.existence", "school.enrolment"],
)
async def twee_scholen(t: Teller) -> None:
    t.days_ago(2)
    await t.flag("ivana", "Samuel", LifeDomain.TIME_USE, "Haalt elke dag zijn zusje op en mist de bijles.")


@story(
    family("Şahin", "Pendrecht", [one("Murat", 55)]),
    "In Pendrecht is een ander wijkteam: wat Quinten ziet, ziet Chaima niet.",
    "Pendrecht has another social team: what Quinten sees, Chaima does not.",
    running=[Rule.TRIAGE],
    looks={"quinten": Viewer.SOCIAL, "chaima": Viewer.OUTSIDER, "dirk": Viewer.OUTSIDER},
    facets=["signal.existence", "household.address", "household.contact"],
)
async def een_andere_buurt(t: Teller) -> None:
    t.days_ago(1)
    await t.flag("quinten", "Murat", LifeDomain.SOCIAL_NETWORK, "Is sinds de scheiding alleen.")


@story(
    family("Cairo", "Bloemhof", [one("Ruth", 43, PATIENT)], [one("Naomi", 10, PATIENT, PUPIL)]),
    "School en huisarts signaleren los van elkaar; één huishouden, één houder, nog geen casus.",
    "School and GP flag apart from each other; one household, one holder, no case yet.",
    running=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "fleur": Viewer.SIGNALLER},
    facets=["signal.existence", "signal.source"],
)
async def twee_teams_een_gezin(t: Teller) -> None:
    t.days_ago(3)
    await t.flag("amina", "Naomi", LifeDomain.SOCIAL_NETWORK, "Zegt dat ze thuis voor iedereen kookt.")
    t.days_ago(2)
    await t.flag("fleur", "Ruth", LifeDomain.SOCIAL_NETWORK, "Staat er alleen voor.")


@story(
    family("Maas", "Bloemhof", [one("Corrie", 66)], [one("Gijs", 8, PUPIL)], guardian=True),
    "Dezelfde school signaleert tweemaal: elk signaal heeft zijn eigen klok.",
    "The same school flags twice: each signal has a clock of its own.",
    broken=[Rule.TRIAGE],
    running=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE, "amina": Viewer.SCHOOL_CARE},
    facets=["signal.existence", "person.custody"],
)
async def twee_keer_gesignaleerd(t: Teller) -> None:
    t.days_ago(8)
    await t.flag("amina", "Gijs", LifeDomain.DAILY_ACTIVITIES, "Draagt al een week dezelfde kleren.")
    t.days_ago(1)
    await t.flag("bram", "Gijs", LifeDomain.SOCIAL_NETWORK, "Wil na school niet naar huis.")
