"""What waits for somebody to look at it: open signals, acute ones, and those on hold."""

from casecoord.demo.stories import CLIENT, PATIENT, PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain, Urgency, VeiligThuis


@story(
    family("de Boer", "Bloemhof", [one("Linda", 36, PATIENT)], [one("Sem", 7, PATIENT, PUPIL)]),
    "Sem komt al weken zonder ontbijt op school; het zorgteam heeft nog tijd om te kijken.",
    "Sem has come to school without breakfast for weeks; the care team still has time to look.",
    running=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "bram": Viewer.SCHOOL_CARE, "quinten": Viewer.OUTSIDER},
    facets=["signal.existence", "signal.source", "signal.domain", "signal.summary", "case.next_deadline"],
)
async def ontbijt(t: Teller) -> None:
    t.days_ago(1)
    await t.flag("amina", "Sem", LifeDomain.DAILY_ACTIVITIES, "Komt al weken zonder ontbijt op school.")


@story(
    family("Kaya", "Bloemhof", [one("Elif", 33), one("Emre", 35)], [one("Defne", 6, PUPIL)], language="tr"),
    "Defne speelt met niemand meer. Het signaal wacht te lang: het gat is van coördinator Bram.",
    "Defne plays with nobody any more. The signal waits too long: the gap is coordinator Bram's.",
    broken=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "signal.summary"],
)
async def alleen_op_het_plein(t: Teller) -> None:
    t.days_ago(7)
    await t.flag("amina", "Defne", LifeDomain.SOCIAL_NETWORK, "Speelt sinds de zomer met niemand meer.")


@story(
    family("Gopal", "Bloemhof", [one("Sharda", 44)], [one("Rishi", 10, PUPIL)]),
    "Rishi slaapt in de klas. Na acht werkdagen klopt het gat aan bij de coördinator van het gebied.",
    "Rishi sleeps in class. After eight working days the gap knocks at the area coordinator's door.",
    broken=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def slaapt_in_de_klas(t: Teller) -> None:
    t.days_ago(10)
    await t.flag("amina", "Rishi", LifeDomain.TIME_USE, "Valt in de klas in slaap, elke maandag.")


@story(
    family("Nowak", "Hillesluis", [one("Piotr", 47), one("Ewa", 45)], language="pl"),
    "Niemand keek naar het signaal over Piotr; nu ziet Johanna het, want zij heeft doorzettingsmacht.",
    "Nobody looked at the signal about Piotr; now Johanna sees it, for she has decision power.",
    broken=[Rule.TRIAGE],
    looks={"dirk": Viewer.SOCIAL, "johanna": Viewer.DECISION_POWER, "ibrahim": Viewer.COORDINATOR},
    facets=["gap", "case.status"],
)
async def vergeten_signaal(t: Teller) -> None:
    t.days_ago(14)
    await t.flag("chaima", "Piotr", LifeDomain.SOCIAL_PARTICIPATION, "Komt de deur niet meer uit.")


@story(
    family("Martina", "Hillesluis", [one("Sharlene", 52)], [one("Quincy", 16)], language="pap"),
    "Een signaal dat vier weken ligt, staat op de agenda van de alliantie.",
    "A signal that lies for four weeks is on the alliance's agenda.",
    broken=[Rule.TRIAGE],
    looks={"chaima": Viewer.SOCIAL, "johanna": Viewer.DECISION_POWER},
    facets=["gap"],
)
async def agenda_van_de_alliantie(t: Teller) -> None:
    t.days_ago(20)
    await t.flag("chaima", "Quincy", LifeDomain.TIME_USE, "Is overdag op straat en gaat niet naar school.")


@story(
    family("Haddad", "Bloemhof", [one("Samira", 29)], [one("Anas", 4, PUPIL)], language="ar"),
    "Acuut, een uur oud: Omar heeft dienst en moet het binnen vier uur zien.",
    "Acute, one hour old: Omar is on duty and has to see it within four hours.",
    running=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "bram": Viewer.SCHOOL_CARE},
    facets=["signal.existence", "case.next_deadline"],
)
async def acuut_vers(t: Teller) -> None:
    t.hours_ago(1)
    await t.flag(
        "amina", "Anas", LifeDomain.CHILD_DEVELOPMENT, "Is niet opgehaald van school.", urgency=Urgency.ACUTE
    )


@story(
    family("van Beek", "Bloemhof", [one("Monique", 31)], [one("Jip", 5, PUPIL)]),
    "Acuut en niet gezien: na vier uur is het een gat, ook in het weekend.",
    "Acute and not seen: after four hours it is a gap, on a weekend too.",
    broken=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def acuut_ongezien(t: Teller) -> None:
    t.hours_ago(6)
    await t.flag(
        "bram", "Jip", LifeDomain.DOMESTIC_RELATIONS, "Durft vandaag niet naar huis.", urgency=Urgency.ACUTE
    )


@story(
    family("Doğan", "Hillesluis", [one("Hatice", 38), one("Kerem", 40)], [one("Azra", 13)], language="tr"),
    "Omar heeft het acute signaal gezien; het wijkteam beoordeelt het vandaag.",
    "Omar has seen the acute signal; the social team triages it today.",
    running=[Rule.TRIAGE],
    looks={"omar": Viewer.SOCIAL, "dirk": Viewer.SOCIAL},
    facets=["signal.existence", "signal.summary"],
)
async def acuut_gezien(t: Teller) -> None:
    t.hours_ago(5)
    signal = await t.flag(
        "chaima", "Azra", LifeDomain.DOMESTIC_RELATIONS, "Slaapt bij een vriendin.", urgency=Urgency.ACUTE
    )
    t.hours_ago(4)
    await t.see("omar", signal)


@story(
    family("Rosalia", "Hillesluis", [one("Mayra", 26)], [one("Angelo", 1)], language="pap"),
    "Gezien is nog niet beoordeeld: na een etmaal is ook dat een gat.",
    "Seen is not triaged yet: after a day and a night that is a gap too.",
    broken=[Rule.TRIAGE],
    looks={"omar": Viewer.SOCIAL, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def acuut_blijft_liggen(t: Teller) -> None:
    t.hours_ago(30)
    signal = await t.flag(
        "thijs", "Mayra", LifeDomain.DAILY_ACTIVITIES, "Heeft geen eten in huis.", urgency=Urgency.ACUTE
    )
    t.hours_ago(29)
    await t.see("omar", signal)


@story(
    family("Bakker", "Bloemhof", [one("Ingrid", 48)], [one("Luuk", 11, PUPIL)]),
    "Opa is overleden; Bram houdt het signaal aan en kijkt over drie weken opnieuw.",
    "Grandfather died; Bram puts the signal on hold and looks again in three weeks.",
    running=[Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE, "amina": Viewer.SCHOOL_CARE},
    facets=["signal.existence", "case.next_deadline"],
)
async def rouw_aangehouden(t: Teller) -> None:
    t.days_ago(6)
    signal = await t.flag(
        "amina", "Luuk", LifeDomain.SOCIAL_NETWORK, "Is stil sinds zijn opa er niet meer is."
    )
    t.days_ago(4)
    await t.hold("bram", signal, "Het gezin rouwt en heeft steun van familie.", review_in=15)


@story(
    family("Ramdin", "Hillesluis", [one("Radjen", 61)]),
    "Aangehouden tot na de verhuizing van zijn zus; die datum is voorbij en niemand keek.",
    "On hold until after his sister's move; that date has passed and nobody looked.",
    broken=[Rule.HOLD],
    looks={"dirk": Viewer.SOCIAL, "ibrahim": Viewer.COORDINATOR},
    facets=["gap"],
)
async def herbeoordeling_te_laat(t: Teller) -> None:
    t.days_ago(25)
    signal = await t.flag(
        "chaima", "Radjen", LifeDomain.SOCIAL_NETWORK, "Zijn zus, die voor hem zorgt, gaat verhuizen."
    )
    t.days_ago(22)
    await t.hold("dirk", signal, "Zijn zus blijft nog even in de buurt.", review_in=-4)


@story(
    family("Koster", "Bloemhof", [one("Ronald", 45)], [one("Tess", 9, PUPIL)]),
    "Twee keer aangehouden, elke keer met een reden en een datum: het blijft van iemand.",
    "Put on hold twice, each time with a reason and a date: it stays somebody's.",
    running=[Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["signal.existence"],
)
async def twee_keer_aangehouden(t: Teller) -> None:
    t.days_ago(30)
    signal = await t.flag("amina", "Tess", LifeDomain.TIME_USE, "Mist vaak de eerste les.")
    t.days_ago(28)
    await t.hold("bram", signal, "Vader werkt in ploegen; oma brengt haar voortaan.", review_in=-12)
    t.days_ago(12)
    await t.hold("bram", signal, "Gaat beter; nog een maand volgen.", review_in=12)


@story(
    family(
        "Lopes", "Bloemhof", [one("Ivone", 37, PATIENT)], [one("Tiago", 8, PATIENT, PUPIL)], language="pt"
    ),
    "Wie over thuis signaleert, zegt of Veilig Thuis het weet: nog niet, maar op een datum.",
    "Whoever flags something at home says whether Veilig Thuis knows: not yet, but by a date.",
    running=[Rule.TRIAGE],
    looks={"amina": Viewer.SCHOOL_CARE, "fleur": Viewer.OUTSIDER},
    facets=["signal.summary"],
)
async def meldcode_later(t: Teller) -> None:
    t.days_ago(2)
    await t.flag(
        "amina",
        "Tiago",
        LifeDomain.DOMESTIC_RELATIONS,
        "Schrikt als er hard gepraat wordt.",
        urgency=Urgency.HIGH,
        reported=VeiligThuis.LATER,
    )


@story(
    family("Visser", "Bloemhof", [one("Bianca", 40, CLIENT)], [one("Roos", 6, PUPIL)]),
    "Geen melding bij Veilig Thuis, met een reden die alleen in het signaal staat.",
    "No report to Veilig Thuis, with a reason that stands in the signal alone.",
    running=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["signal.summary"],
)
async def meldcode_niet(t: Teller) -> None:
    t.days_ago(3)
    await t.flag(
        "bram",
        "Roos",
        LifeDomain.CHILD_DEVELOPMENT,
        "Praat nog nauwelijks.",
        reported=VeiligThuis.NO,
        reason="Logopedie is gestart en de ouder werkt mee.",
    )
