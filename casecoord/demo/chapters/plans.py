"""A lead is there: first contact, small steps with one owner, invitations, and hand-overs."""

from uuid import UUID

from casecoord.actions.plan import Manner
from casecoord.demo.stories import CLIENT, PATIENT, PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


async def led(t: Teller, who: str, summary: str, *, since: int, lead: str = "chaima") -> UUID:
    """Amina flags, Bram opens a case, and somebody of the social team leads it since so many working days."""
    t.days_ago(since + 4)
    signal = await t.flag("amina", who, LifeDomain.SOCIAL_NETWORK, summary)
    t.days_ago(since + 3)
    case = await t.open_case("bram", signal)
    await t.bring("bram", case, "social", "dirk")
    t.days_ago(since)
    await t.accept(lead, await t.propose("bram", case, lead, "Het gezin had geen voorkeur."))
    return case


@story(
    family("Smit", "Bloemhof", [one("Mike", 39)], [one("Julia", 10, PUPIL)]),
    "Thijs is sinds twee dagen regievoerder en moet het gezin nog spreken.",
    "Thijs has been the lead for two days and still has to speak with the family.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"thijs": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE, "chaima": Viewer.SOCIAL},
    facets=["case.lead", "case.next_deadline", "household.contact"],
)
async def nog_kennismaken(t: Teller) -> None:
    await led(t, "Julia", "Doet het huishouden voor haar vader.", since=2, lead="thijs")


@story(
    family("Arslan", "Bloemhof", [one("Fatma", 43)], [one("Burak", 8, PUPIL)], language="tr"),
    "Thijs belde steeds en kreeg niemand: het eerste contact is te laat.",
    "Thijs kept calling and reached nobody: first contact is late.",
    broken=[Rule.FIRST_CONTACT],
    running=[Rule.REVIEW],
    looks={"thijs": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR, "bram": Viewer.SCHOOL_CARE},
    facets=["gap"],
)
async def niemand_neemt_op(t: Teller) -> None:
    await led(t, "Burak", "Zegt dat hij geen sleutel van thuis heeft.", since=8, lead="thijs")


@story(
    family("Vos", "Bloemhof", [one("Roos", 35, PATIENT)], [one("Lars", 7, PATIENT, PUPIL)]),
    "Zo hoort het: gesproken, twee stappen klaar, één die nog loopt. De losse tegel ligt weer recht.",
    "As it should be: spoken with, two steps done, one on its way. The loose tile lies straight again.",
    running=[Rule.ACTION, Rule.REVIEW],
    looks={
        "chaima": Viewer.LEAD,
        "amina": Viewer.SCHOOL_CARE,
        "dirk": Viewer.SOCIAL,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["plan.action", "case.contact", "case.lead"],
)
async def de_tegel_ligt_recht(t: Teller) -> None:
    case = await led(t, "Lars", "Komt te laat omdat hij zijn zusje wegbrengt.", since=14)
    t.days_ago(12)
    await t.meet("chaima", case)
    first = await t.plan("amina", case, LifeDomain.CHILD_DEVELOPMENT, "Plek in de vroege opvang regelen.", -8)
    second = await t.plan("chaima", case, LifeDomain.SOCIAL_NETWORK, "Buurvrouw vragen voor de woensdag.", -5)
    t.days_ago(9)
    await t.done("amina", first, "Lars is elke dag op tijd.")
    t.days_ago(6)
    await t.done("chaima", second, "De buurvrouw past op woensdag op.")
    await t.meet("chaima", case, Manner.TELEPHONE)
    await t.plan("chaima", case, LifeDomain.SOCIAL_NETWORK, "Samen naar de speeltuinvereniging.", 5)


@story(
    family("Azzouzi", "Bloemhof", [one("Khadija", 38)], [one("Zakaria", 9, PUPIL)], language="ar"),
    "Chaima's eigen stap is over de datum.",
    "Chaima's own step is past its date.",
    broken=[Rule.ACTION],
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "plan.action"],
)
async def over_de_datum(t: Teller) -> None:
    case = await led(t, "Zakaria", "Mag nergens meedoen na school.", since=9)
    t.days_ago(8)
    await t.meet("chaima", case, Manner.AT_SCHOOL)
    await t.plan("chaima", case, LifeDomain.SOCIAL_PARTICIPATION, "Zakaria aanmelden bij de judoclub.", -3)


@story(
    family("Mensah", "Bloemhof", [one("Abena", 34)], [one("Kwame", 6, PUPIL)], language="en"),
    "De regievoerder zette een stap bij de school; Amina is te laat, en dat ziet iedereen in de casus.",
    "The lead put a step on the school; Amina is late, and everybody in the case sees it.",
    broken=[Rule.ACTION],
    running=[Rule.REVIEW],
    looks={"amina": Viewer.SCHOOL_CARE, "chaima": Viewer.LEAD, "dirk": Viewer.SOCIAL},
    facets=["gap", "plan.action"],
)
async def stap_van_een_ander(t: Teller) -> None:
    case = await led(t, "Kwame", "Huilt als zijn moeder weggaat.", since=10)
    t.days_ago(9)
    await t.meet("chaima", case)
    await t.plan(
        "chaima",
        case,
        LifeDomain.CHILD_DEVELOPMENT,
        "Gesprek met de juf en moeder plannen.",
        -2,
        of=("school", "amina"),
    )


@story(
    family("Neves", "Bloemhof", [one("Manuel", 44, CLIENT)], [one("Jair", 11, PUPIL)], language="pt"),
    "Stappen in drie sferen: ieder ziet de volgende datum die hij mag zien.",
    "Steps in three spheres: everyone sees the next date that they may see.",
    broken=[Rule.ACTION],
    running=[Rule.ACTION, Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "chaima": Viewer.LEAD,
        "dirk": Viewer.SOCIAL,
        "esra": Viewer.WORK_CARE,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["plan.action", "case.next_deadline", "case.participants", "gap"],
)
async def stappen_in_drie_sferen(t: Teller) -> None:
    case = await led(t, "Jair", "Werkt na school in een garage.", since=8)
    t.days_ago(7)
    await t.meet("chaima", case)
    await t.bring("chaima", case, "work", "esra")
    await t.plan("esra", case, LifeDomain.FINANCE, "Betalingsregeling met de verhuurder.", -1)
    await t.plan("chaima", case, LifeDomain.MENTAL_HEALTH, "Vader meenemen naar het inloopspreekuur.", 3)
    await t.plan("amina", case, LifeDomain.TIME_USE, "Huiswerkklas op dinsdag.", 6)


@story(
    family("Bouali", "Bloemhof", [one("Hafsa", 37)], [one("Bilal", 5, PUPIL)], language="ar"),
    "Een uitnodiging aan het werkplein wacht op antwoord.",
    "An invitation to the work-care team waits for an answer.",
    running=[Rule.INVITATION, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "esra": Viewer.OUTSIDER, "amina": Viewer.SCHOOL_CARE},
    facets=["case.participants"],
)
async def uitgenodigd(t: Teller) -> None:
    case = await led(t, "Bilal", "Heeft geen winterjas.", since=4)
    t.days_ago(1)
    await t.meet("chaima", case)
    await t.invite("chaima", case, "work")


@story(
    family("Schouten", "Bloemhof", [one("Jan", 52)], [one("Thijs", 9, PUPIL)]),
    "Drie werkdagen zonder antwoord: het gat is van de coördinator van het gevraagde team.",
    "Three working days without an answer: the gap is the coordinator's of the team that was asked.",
    broken=[Rule.INVITATION],
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def uitnodiging_te_laat(t: Teller) -> None:
    case = await led(t, "Thijs", "Is vaak moe en heeft vieze kleren.", since=9)
    t.days_ago(7)
    await t.meet("chaima", case)
    await t.invite("chaima", case, "gp-one")


@story(
    family("Kılıç", "Bloemhof", [one("Nur", 36)], [one("Selin", 8, PUPIL)], language="tr"),
    "De andere huisarts bedankte: het team doet niet mee en ziet niets.",
    "The other practice declined: that team takes no part and sees nothing.",
    running=[Rule.REVIEW],
    looks={"gerard": Viewer.OUTSIDER, "chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["case.participants"],
)
async def bedankt(t: Teller) -> None:
    case = await led(t, "Selin", "Is bang voor de trap in de flat.", since=6)
    t.days_ago(4)
    await t.meet("chaima", case)
    await t.stay_away("gerard", await t.invite("chaima", case, "gp-two"))


@story(
    family("Lont", "Bloemhof", [one("Shanice", 31)], [one("Melvin", 6, PUPIL)]),
    "Chaima gaat met verlof en vroeg Thijs; tot hij ja zegt, blijft zij.",
    "Chaima goes on leave and asked Thijs; until he says yes, she stays.",
    running=[Rule.HANDOVER, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "thijs": Viewer.SOCIAL, "amina": Viewer.SCHOOL_CARE},
    facets=["case.lead"],
)
async def overdracht_loopt(t: Teller) -> None:
    case = await led(t, "Melvin", "Slaapt bij drie verschillende tantes.", since=12)
    t.days_ago(10)
    await t.meet("chaima", case)
    t.days_ago(2)
    await t.offer("chaima", case, "thijs", "Ik ga zes weken met verlof.")


@story(
    family("Delgado", "Bloemhof", [one("Graça", 48)], [one("Rui", 10, PUPIL)], language="pt"),
    "De overdracht is niet op tijd aanvaard; de oude regievoerder is nog steeds de regievoerder.",
    "The hand-over was not accepted in time; the old lead is still the lead.",
    broken=[Rule.HANDOVER],
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "case.lead"],
)
async def overdracht_te_laat(t: Teller) -> None:
    case = await led(t, "Rui", "Zorgt voor zijn oma als moeder werkt.", since=16)
    t.days_ago(14)
    await t.meet("chaima", case)
    t.days_ago(8)
    await t.offer("chaima", case, "thijs", "Thijs komt er toch al wekelijks.")


@story(
    family("Petrova", "Bloemhof", [one("Elena", 33)], [one("Georgi", 7, PUPIL)], language="en"),
    "Overgedragen en aanvaard: Thijs heeft de regie, Chaima's team ziet nog wat het team mag zien.",
    "Handed over and accepted: Thijs leads, and Chaima sees what her team may see.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"thijs": Viewer.LEAD, "chaima": Viewer.SOCIAL},
    facets=["case.lead", "case.contact"],
)
async def overgedragen(t: Teller) -> None:
    case = await led(t, "Georgi", "Verstaat de juf nog niet en trekt zich terug.", since=11)
    t.days_ago(9)
    await t.meet("chaima", case)
    t.days_ago(5)
    proposal = await t.offer("chaima", case, "thijs", "Thijs spreekt de taal van het gezin.")
    t.days_ago(3)
    await t.take_over("thijs", proposal)


@story(
    family("van Vliet", "Bloemhof", [one("Willem", 58)], [one("Bram", 10, PUPIL)], guardian=True),
    "Thijs wees de overdracht af, met een reden: Chaima blijft.",
    "Thijs declined the hand-over, with a reason: Chaima stays.",
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "thijs": Viewer.SOCIAL},
    facets=["case.lead", "person.custody"],
)
async def overdracht_afgewezen(t: Teller) -> None:
    case = await led(t, "Bram", "Praat niet meer over zijn moeder.", since=12)
    t.days_ago(10)
    await t.meet("chaima", case)
    t.days_ago(6)
    proposal = await t.offer("chaima", case, "thijs", "Het werkt beter met een man in dit gezin.")
    t.days_ago(5)
    await t.refuse_over("thijs", proposal, "Opa vertrouwt juist Chaima; wisselen helpt niet.")


@story(
    family(
        "Ramos",
        "Bloemhof",
        [one("Beatriz", 43, PATIENT, CLIENT)],
        [one("Carlos", 17, PATIENT), one("Djenice", 9, PATIENT, PUPIL)],
        moved_from="Carnisse",
        language="pt",
    ),
    "De hele tafel: school, wijkteam, werkplein, huisarts en rechtbank in één casus, elk met het eigen beeld.",
    "The whole table: school, social team, work, GP and court in one case, each with a view of its own.",
    broken=[Rule.ACTION],
    running=[Rule.REVIEW],
    looks={
        "amina": Viewer.SCHOOL_CARE,
        "chaima": Viewer.LEAD,
        "dirk": Viewer.SOCIAL,
        "esra": Viewer.WORK_CARE,
        "fleur": Viewer.GP_CARE,
        "hanna": Viewer.COURT_PARTNER,
        "ibrahim": Viewer.COORDINATOR,
    },
    facets=["household.move", "case.contact", "plan.action", "gap", "case.participants", "signal.existence"],
)
async def de_hele_tafel(t: Teller) -> None:
    t.days_ago(12)
    school = await t.flag(
        "amina", "Djenice", LifeDomain.SOCIAL_NETWORK, "Is nieuw en staat alleen op het plein."
    )
    brother = await t.flag("chaima", "Carlos", LifeDomain.JUSTICE, "Kreeg een oproep van de wijkrechter.")
    t.days_ago(10)
    case = await t.open_case("bram", school)
    await t.join_signal("dirk", brother)
    proposal = await t.propose("dirk", case, "chaima", preference="Carlos kent Chaima van het jongerenwerk.")
    t.days_ago(9)
    await t.accept("chaima", proposal)
    for team, who in (("work", "esra"), ("gp-one", "fleur"), ("court", "hanna")):
        await t.bring("chaima", case, team, who)
    t.days_ago(8)
    await t.meet("chaima", case)
    await t.plan("chaima", case, LifeDomain.SOCIAL_NETWORK, "Djenice meenemen naar het buurtkoor.", -2)
    await t.plan("chaima", case, LifeDomain.JUSTICE, "Met Carlos de werkplaats bezoeken.", -1)
    await t.plan("esra", case, LifeDomain.FINANCE, "Toeslagen nalopen na de verhuizing.", -1)


@story(
    family("Rijssel", "Hillesluis", [one("Orlando", 36)], [one("Irwin", 15)]),
    "Het wijkteam doet mee om het wonen: dan ziet het werkplein dat het wijkteam er is.",
    "The social team takes part because of housing: then the work-care team sees that it is there.",
    running=[Rule.LEAD, Rule.FEEDBACK],
    looks={"esra": Viewer.WORK_CARE, "dirk": Viewer.SOCIAL, "bram": Viewer.OUTSIDER},
    facets=["signal.existence", "signal.source", "signal.domain", "signal.summary", "case.participants"],
)
async def om_het_wonen(t: Teller) -> None:
    t.days_ago(4)
    signal = await t.flag("chaima", "Orlando", LifeDomain.HOUSING, "Moet over een maand het huis uit.")
    t.days_ago(2)
    case = await t.open_case("dirk", signal)
    await t.bring("dirk", case, "work", "esra")
