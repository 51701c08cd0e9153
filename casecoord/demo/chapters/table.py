"""The family at the table: what it wants itself, what is agreed with each of them, and what goes well."""

from uuid import UUID

from casecoord.actions.agreements import (
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.goals import (
    PraiseFamily,
    ReachMilestone,
    SetGoal,
    praise_family,
    reach_milestone,
    set_goal,
)
from casecoord.demo.chapters.plans import led
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.agreements import Answer
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain


async def want(
    t: Teller,
    by: str,
    case: UUID,
    domain: LifeDomain,
    words: str,
    *,
    own: bool = True,
    of: UUID | None = None,
) -> UUID:
    """A goal, the family's own or the plan's; `of`: a small step towards one."""
    made = await t.tell(by, set_goal, lambda key: SetGoal(key, case, domain, words, own, of))
    return made.id


async def agree(
    t: Teller, by: str, case: UUID, domain: LifeDomain, what: str, doer: str, *who: str, days: int = 15
) -> UUID:
    """Something agreed on behalf of these people."""
    persons, due = tuple(t.person(name).id for name in who), t.day(days)
    made = await t.tell(
        by, record_agreement, lambda key: RecordAgreement(key, case, doer, due, what, domain, persons)
    )
    return made.id


async def says(t: Teller, by: str, agreement: UUID, who: str, said: Answer, words: str | None = None) -> None:
    """What somebody said to it on paper."""
    person = t.person(who).id
    await t.tell(by, respond_agreement, lambda key: RespondAgreement(key, agreement, person, said, words))


@story(
    family("Kaplan", "Bloemhof", [one("Selin", 33), one("Deniz", 36)], [one("Ada", 9, PUPIL)], language="tr"),
    "Aan tafel: Selin wil het anders en krijgt haar eigen woorden, Deniz zegt nog nee, en een kleine stap is gelukt.",
    "At the table: Selin wants it otherwise and gets her own words, Deniz still says no, and a small step was made.",
    running=[Rule.REVIEW],
    looks={"chaima": Viewer.LEAD, "amina": Viewer.SCHOOL_CARE, "ibrahim": Viewer.COORDINATOR},
    facets=["family.goal", "family.agreement", "plan.goal"],
)
async def samen_aan_tafel(t: Teller) -> None:
    case = await led(t, "Ada", "Is vaak moe en zegt weinig.", since=9)
    t.days_ago(8)
    await t.meet("chaima", case)
    goal = await want(t, "chaima", case, LifeDomain.TIME_USE, "Wij willen weer samen eten.")
    step = await want(t, "chaima", case, LifeDomain.TIME_USE, "Eén avond per week, zonder telefoon.", of=goal)
    await want(t, "chaima", case, LifeDomain.CHILD_DEVELOPMENT, "Ada slaapt door.", own=False)
    t.days_ago(6)
    first = await agree(
        t,
        "chaima",
        case,
        LifeDomain.TIME_USE,
        "Ada ligt om zeven uur in bed.",
        "Selin en Deniz",
        "Selin",
        "Deniz",
    )
    t.days_ago(4)
    await says(t, "chaima", first, "Selin", Answer.CHANGED, "Acht uur, na het eten samen.")
    await t.tell(
        "chaima",
        record_agreement,
        lambda key: RecordAgreement(
            key,
            case,
            "Selin en Deniz",
            t.day(15),
            replaces=first,
            adopts=t.person("Selin").id,
            reply="Dat is beter.",
        ),
    )
    money = await agree(
        t, "chaima", case, LifeDomain.FINANCE, "Samen naar de geldloket-avond.", "Deniz en Chaima", "Deniz"
    )
    t.days_ago(2)
    await says(t, "chaima", money, "Deniz", Answer.REFUSED, "Ik regel dit zelf.")
    await t.tell(
        "chaima", reach_milestone, lambda key: ReachMilestone(key, step, praise="Dat is twee keer gelukt!")
    )
    await t.tell("amina", praise_family, lambda key: PraiseFamily(key, case, "Ada vertelde er trots over."))
