"""What may be shared: consents that were given and taken back, a practice's notes, emergency access that was reviewed."""

from uuid import UUID

from casecoord.actions.break_glass import ReviewBreakGlass, review_break_glass
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.consents import (
    DETAIL,
    NOTE,
    RecordConsent,
    WithdrawConsent,
    record_consent,
    withdraw_consent,
)
from casecoord.actions.notes import AddMedicalNote, add_medical_note
from casecoord.demo.stories import PATIENT, PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.consents import ConsentSource
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


async def agrees(t: Teller, by: str, about: str, facet: str, thing: UUID, *givers: str) -> UUID:
    """The family says yes to one thing, to whoever holds it; the consent."""
    person, given = t.person(about).id, tuple(t.person(giver).id for giver in givers)
    saved = await t.does(
        by,
        record_consent,
        lambda key: RecordConsent(key, person, facet, ConsentSource.SPOKEN, given, thing),
    )
    return saved.id


async def writes(t: Teller, by: str, about: str, text: str) -> UUID:
    """A GP writes a note; the note."""
    who = t.person(about)
    added = await t.does(
        by, add_medical_note, lambda key: AddMedicalNote(key, ByBsn(who.bsn, who.born), text)
    )
    return added.id


@story(
    family("Tahiri", "Bloemhof", [one("Nadia", 36)], [one("Sami", 9, PUPIL), one("Lina", 14)], language="ar"),
    "Nadia vindt goed dat Chaima leest wat school over Sami opschreef. Over Lina trok zij het weer in: dat sluit meteen.",
    "Nadia agrees that Chaima reads what school wrote about Sami. About Lina she took it back: that closes at once.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE},
    facets=["signal.detail", "consent.record"],
)
async def toestemming_gegeven_en_ingetrokken(t: Teller) -> None:
    t.days_ago(9)
    about_sami = await t.flag(
        "amina", "Sami", LifeDomain.SOCIAL_NETWORK, "Speelt niet meer met anderen.",
        detail="Vertelde dat hij thuis op zijn zusje moet passen.",
    )  # fmt: skip
    about_lina = await t.flag(
        "amina", "Lina", LifeDomain.TIME_USE, "Komt haar broertje vaak ophalen in schooltijd.",
        detail="Zei dat zij haar moeder niet alleen durft te laten.",
    )  # fmt: skip
    t.days_ago(7)
    case = await t.open_case("bram", about_sami, about_lina)
    await t.bring("bram", case, "social", "chaima")
    t.days_ago(5)
    await t.accept("chaima", await t.propose("bram", case, "chaima", preference="Nadia kent Chaima."))
    t.days_ago(4)
    await agrees(t, "amina", "Sami", DETAIL, about_sami, "Nadia")
    both = await agrees(t, "amina", "Lina", DETAIL, about_lina, "Lina", "Nadia")
    t.days_ago(2)
    mother = t.person("Nadia").id
    await t.does("chaima", withdraw_consent, lambda key: WithdrawConsent(key, both, mother))


@story(
    family("Bakker", "Bloemhof", [one("Harm", 49, PATIENT)], [one("Roos", 8, PATIENT, PUPIL)]),
    "Fleur schreef twee notities; voor één gaf Harm toestemming. De andere blijft van de praktijk.",
    "Fleur wrote two notes; to one Harm gave his consent. The other stays with the practice.",
    running=[Rule.FIRST_CONTACT, Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "fleur": Viewer.GP_CARE, "amina": Viewer.SCHOOL_CARE},
    facets=["medical.note", "consent.record"],
)
async def een_notitie_van_de_huisarts(t: Teller) -> None:
    t.days_ago(8)
    school = await t.flag("amina", "Roos", LifeDomain.SOCIAL_NETWORK, "Is stil sinds de zomer.")
    t.days_ago(6)
    case = await t.open_case("bram", school)
    await t.bring("bram", case, "social", "chaima")
    await t.bring("bram", case, "gp-one", "fleur")
    t.days_ago(5)
    await t.accept("chaima", await t.propose("bram", case, "chaima", preference="Harm kent Chaima."))
    t.days_ago(3)
    shared = await writes(t, "fleur", "Harm", "Slaapt slecht sinds het overlijden van zijn vrouw.")
    await writes(t, "fleur", "Harm", "Controle over zes weken.")
    await agrees(t, "fleur", "Harm", NOTE, shared, "Harm")


@story(
    family("Scholten", "Bloemhof", [one("Ingrid", 42)], [one("Wout", 7, PUPIL)]),
    "Vorige week was noodtoegang nodig; Lotte keek het na en vond het terecht.",
    "Emergency access was needed last week; Lotte looked into it and found it right.",
    running=[Rule.HOLD],
    looks={"bram": Viewer.SCHOOL_CARE},
    facets=["break_glass.grant"],
)
async def noodtoegang_beoordeeld(t: Teller) -> None:
    t.days_ago(7)
    signal = await t.flag("amina", "Wout", LifeDomain.SOCIAL_NETWORK, "Werd niet opgehaald, niemand nam op.")
    grant = await t.break_glass("Wout", "De school sluit en er is niemand te bereiken.")
    await t.hold("bram", signal, "Moeder lag in het ziekenhuis; wij spreken haar volgende week.", 6)
    t.days_ago(5)
    finding = "Terecht: er was niemand anders die kon helpen."
    await t.does("lotte", review_break_glass, lambda key: ReviewBreakGlass(key, grant, finding))
