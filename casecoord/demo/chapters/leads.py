"""The search for one person who takes the lead, and says yes."""

from uuid import UUID

from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


async def a_case(t: Teller, who: str, summary: str, *, triaged: int) -> UUID:
    """Amina flags, Bram opens a case so many working days ago, and the social team joins."""
    t.days_ago(triaged + 2)
    signal = await t.flag("amina", who, LifeDomain.SOCIAL_NETWORK, summary)
    t.days_ago(triaged)
    case = await t.open_case("bram", signal)
    await t.bring("bram", case, "social", "dirk")
    return case


@story(
    family("Meijer", "Bloemhof", [one("Sanne", 34)], [one("Mees", 6, PUPIL)]),
    "Gisteren een casus geworden: zeven werkdagen om een regievoerder te vinden.",
    "A case since yesterday: seven working days to find a lead.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"bram": Viewer.SCHOOL_CARE, "dirk": Viewer.SOCIAL},
    facets=["case.status", "case.participants", "case.next_deadline"],
)
async def net_een_casus(t: Teller) -> None:
    await a_case(t, "Mees", "Is vaak verdrietig en zegt niet waarom.", triaged=1)


@story(
    family(
        "Yıldız", "Bloemhof", [one("Merve", 37), one("Hasan", 41)], [one("Yusuf", 8, PUPIL)], language="tr"
    ),
    "Na zeven werkdagen nog geen regievoerder: het gat is van de coördinator die het gezin vasthoudt.",
    "After seven working days still no lead: the gap is the coordinator's who holds the family.",
    broken=[Rule.LEAD, Rule.FEEDBACK],
    looks={"bram": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "case.status"],
)
async def niemand_durft(t: Teller) -> None:
    await a_case(t, "Yusuf", "Wordt gepest om zijn kleren.", triaged=10)


@story(
    family("Soekhlal", "Bloemhof", [one("Kavita", 40)], [one("Priya", 9, PUPIL)]),
    "Vijf werkdagen te laat: Johanna mag nu een regievoerder aanwijzen.",
    "Five working days late: Johanna may appoint a lead now.",
    broken=[Rule.LEAD, Rule.FEEDBACK],
    looks={"johanna": Viewer.DECISION_POWER, "bram": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "case.status", "case.lead"],
)
async def johanna_mag_aanwijzen(t: Teller) -> None:
    await a_case(t, "Priya", "Komt niet meer op schoolreis of verjaardagen.", triaged=16)


@story(
    family("Zeefuik", "Bloemhof", [one("Glenn", 50)], [one("Romeo", 11, PUPIL)]),
    "Een maand zonder regievoerder: het staat op de agenda van de alliantie.",
    "A month without a lead: it is on the alliance's agenda.",
    broken=[Rule.LEAD, Rule.FEEDBACK],
    looks={"johanna": Viewer.DECISION_POWER, "dirk": Viewer.SOCIAL},
    facets=["gap"],
)
async def een_maand_zonder(t: Teller) -> None:
    await a_case(t, "Romeo", "Zwerft na school tot laat over straat.", triaged=26)


@story(
    family("de Groot", "Bloemhof", [one("Lotte", 32)], [one("Noud", 4, PUPIL)]),
    "Chaima is gevraagd en heeft twee werkdagen om te antwoorden.",
    "Chaima was asked and has two working days to answer.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"chaima": Viewer.SOCIAL, "bram": Viewer.SCHOOL_CARE},
    facets=["case.lead", "case.status"],
)
async def chaima_is_gevraagd(t: Teller) -> None:
    case = await a_case(t, "Noud", "Mist zijn vader en bijt andere kinderen.", triaged=2)
    t.days_ago(0)
    await t.propose("bram", case, "chaima", preference="Moeder wil graag een vrouw die de buurt kent.")


@story(
    family("Karimi", "Bloemhof", [one("Shirin", 36)], [one("Omid", 7, PUPIL)], language="en"),
    "Thijs antwoordt niet: na twee werkdagen is ook het voorstel een gat, en het is van hem.",
    "Thijs does not answer: after two working days the proposal is a gap too, and it is his.",
    broken=[Rule.LEAD, Rule.FEEDBACK],
    looks={"thijs": Viewer.SOCIAL, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def thijs_antwoordt_niet(t: Teller) -> None:
    case = await a_case(t, "Omid", "Tolkt voor zijn moeder bij elke instantie.", triaged=6)
    t.days_ago(5)
    await t.propose("bram", case, "thijs", "Het gezin kende nog niemand van het wijkteam.")


@story(
    family("Willems", "Bloemhof", [one("Marieke", 38)], [one("Saar", 5, PUPIL)]),
    "Chaima zei nee, met een reden; de zoektocht gaat verder en de klok loopt door.",
    "Chaima said no, with a reason; the search goes on and the clock keeps running.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"chaima": Viewer.SOCIAL, "amina": Viewer.SCHOOL_CARE},
    facets=["case.lead", "case.status"],
)
async def chaima_zei_nee(t: Teller) -> None:
    case = await a_case(t, "Saar", "Heeft elke dag buikpijn als de bel gaat.", triaged=4)
    t.days_ago(3)
    proposal = await t.propose("bram", case, "chaima", "Moeder had geen voorkeur.")
    t.days_ago(2)
    await t.decline("chaima", proposal, "Ik ken de moeder privé.")


@story(
    family("Chaoui", "Bloemhof", [one("Naima", 45)], [one("Hamza", 11, PUPIL)], language="ar"),
    "Driemaal gevraagd, driemaal nee: de volgende vraag is al weer gesteld.",
    "Asked three times, refused three times: the next question has been put already.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"dirk": Viewer.SOCIAL, "omar": Viewer.SOCIAL, "bram": Viewer.SCHOOL_CARE},
    facets=["case.lead"],
)
async def driemaal_nee(t: Teller) -> None:
    case = await a_case(t, "Hamza", "Is opstandig sinds de verhuizing.", triaged=5)
    for days, who, why in (
        (4, "chaima", "Mijn agenda laat geen huisbezoeken toe deze maand."),
        (3, "thijs", "Ik ga over drie weken met ouderschapsverlof."),
        (2, "dirk", "Als coördinator kan ik dit er niet bij doen."),
    ):
        t.days_ago(days)
        await t.decline(who, await t.propose("bram", case, who, "Het gezin wil vooral snel iemand."), why)
    t.days_ago(0)
    await t.propose("bram", case, "bram", "De school kent het gezin het best.")


@story(
    family("Blijd", "Bloemhof", [one("Gladys", 46)], [one("Jahzara", 10, PUPIL)]),
    "Niemand zei ja; Johanna wees Chaima aan, met een reden. Chaima heeft nu vijf werkdagen.",
    "Nobody said yes; Johanna appointed Chaima, with a reason. Chaima has five working days now.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    broken=[Rule.FEEDBACK],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["case.lead", "case.status", "person.birth_date", "household.address"],
)
async def johanna_wees_aan(t: Teller) -> None:
    case = await a_case(t, "Jahzara", "Is de enige in huis die opstaat.", triaged=17)
    t.days_ago(1)
    await t.appoint("johanna", case, "chaima", "Chaima kent de straat en het gezin wacht al te lang.")


async def led_by_yvonne(t: Teller, who: str, summary: str) -> None:
    case = await a_case(t, who, summary, triaged=12)
    t.days_ago(10)
    await t.accept("yvonne", await t.propose("bram", case, "yvonne", "Yvonne werkt in deze straat."))
    t.days_ago(8)
    await t.meet("yvonne", case)


@story(
    family("Kramer", "Bloemhof", [one("Kevin", 33)], [one("Finn", 5, PUPIL)]),
    "Yvonnes eerste casus: alles op tijd.",
    "Yvonne's first case: everything on time.",
    running=[Rule.REVIEW],
    looks={"yvonne": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["case.contact", "case.lead"],
)
async def yvonne_een(t: Teller) -> None:
    await led_by_yvonne(t, "Finn", "Kan nog niet zonder luier.")


@story(
    family("Tavares", "Bloemhof", [one("Odete", 35)], [one("Nuno", 8, PUPIL)], language="pt"),
    "Yvonnes tweede casus: haar maximum is bereikt.",
    "Yvonne's second case: her ceiling is reached.",
    running=[Rule.REVIEW],
    looks={"yvonne": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["case.contact", "case.lead"],
)
async def yvonne_twee(t: Teller) -> None:
    await led_by_yvonne(t, "Nuno", "Spreekt thuis vier talen en op school geen.")


@story(
    family("Bos", "Bloemhof", [one("Tim", 30)], [one("Vera", 4, PUPIL)]),
    "Een derde casus boven het maximum mag alleen met het woord van een coördinator: Bram gaf het.",
    "A third case above the ceiling only with a coordinator's word: Bram gave it.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"yvonne": Viewer.LEAD, "bram": Viewer.SCHOOL_CARE},
    facets=["case.lead"],
)
async def yvonne_drie(t: Teller) -> None:
    case = await a_case(t, "Vera", "Wordt elke dag door iemand anders gehaald.", triaged=4)
    t.days_ago(2)
    await t.accept("yvonne", await t.propose("bram", case, "yvonne", preference="Vader kent Yvonne al."))


@story(
    family("Jansen", "Bloemhof", [one("Annie", 60)], [one("Ruben", 9, PUPIL)], guardian=True),
    "Yvonne zit vol en Amina is geen coördinator: dit voorstel kan zij niet aannemen, alleen afwijzen.",
    "Yvonne is full and Amina is no coordinator: this proposal she cannot accept, only decline.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"yvonne": Viewer.SOCIAL, "amina": Viewer.SCHOOL_CARE},
    facets=["case.status", "person.custody"],
)
async def boven_het_maximum(t: Teller) -> None:
    case = await a_case(t, "Ruben", "Woont bij oma en mist zijn broertje.", triaged=2)
    t.days_ago(0)
    await t.propose("amina", case, "yvonne", preference="Oma wil Yvonne.")


@story(
    family("Brito", "Bloemhof", [one("Sandra", 41)], [one("Mirella", 7, PUPIL)], language="pt"),
    "De coördinator van het gebied doet zelf een voorstel.",
    "The area's coordinator makes the proposal.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"ibrahim": Viewer.COORDINATOR, "chaima": Viewer.SOCIAL},
    facets=["case.status", "case.lead", "case.participants"],
)
async def ibrahim_stelt_voor(t: Teller) -> None:
    case = await a_case(t, "Mirella", "Heeft geen bed van zichzelf.", triaged=3)
    t.days_ago(0)
    await t.propose("ibrahim", case, "chaima", "Er is haast en de familie is het eens.")
