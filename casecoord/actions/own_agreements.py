"""What somebody of a family says on the own page: yes, no or otherwise to an agreement; a goal; what they are proud of."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.actions import texts
from casecoord.actions.agreements import (
    AgreementBrief,
    add_answer,
    brief_of,
    next_turn,
    own_words,
    require_say,
    seal_words,
)
from casecoord.actions.goals import OF_ALL, MilestoneBrief
from casecoord.actions.office import Guest, resident_verb
from casecoord.actions.own_acts import own_lock, require_own, settled
from casecoord.actions.own_family import home_view
from casecoord.domain.agreements import Answer, MilestoneKind
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import LifeDomain, Sphere, sphere_of
from casecoord.storage import agreements as storage
from casecoord.storage.family_tables import Agreement, Milestone
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.telling import tell_lead


@dataclass(frozen=True, slots=True)
class RespondMyAgreement:
    """`person`: for whom, oneself unless it is said. `words`: how it should be, or why not."""

    idempotency_key: str
    agreement: UUID
    answer: Answer
    words: str | None = None
    person: UUID | None = None


@dataclass(frozen=True, slots=True)
class SayForMyFamily:
    """What the family wants (goal), or what they are proud of. `person`: about a child, oneself unless it is said."""

    idempotency_key: str
    kind: MilestoneKind
    words: str
    domain: LifeDomain = OF_ALL
    person: UUID | None = None


@resident_verb(AgreementBrief)
async def respond_my_agreement(guest: Guest, input: RespondMyAgreement) -> AgreementBrief:
    """One's own answer, or that for a child for whom one may speak; the lead is told."""
    words = own_words(input.answer, input.words)
    seal = await own_lock(guest)
    home = await home_view(guest)
    if input.agreement not in {one.id for one in home.compose().agreements}:
        raise Problem("not_found", "agreement")
    person, _ = require_own(guest, home, "record_consent", input.person, consent_rules_met=True)
    agreement = await guest.work.session.get_one(Agreement, (guest.work.area_id, input.agreement))
    turn = await next_turn(guest.work, agreement, person)
    me = guest.actor.person_id
    require_say(await storage.at_home(guest.work, seal), me, person, guest.now)
    answer = add_answer(guest.work, agreement, person, turn, input.answer, said_by=me, by=None)
    seal_words(seal, agreement, answer, words)
    await settled(guest, seal)
    await tell_lead(guest.work, seal.household, NoticeKind.AGREEMENT_ANSWER, answer.id)
    # Of another adult's agreements an answer at home says nothing.
    return await brief_of(guest.work, agreement, whole=False)


@resident_verb(MilestoneBrief, act="C")
async def say_for_my_family(guest: Guest, input: SayForMyFamily) -> MilestoneBrief:
    """A family's own words stand beside what the teams wrote, as its own goal or as what goes well."""
    words = texts.sentence(input.words, "words")
    if input.kind is MilestoneKind.STEP:
        raise Problem("choice_missing", "kind")
    seal = await own_lock(guest)
    home = await home_view(guest)
    about, _ = require_own(guest, home, "record_consent", input.person, consent_rules_met=True)
    case = home.row["open_case"]
    if case is None:
        raise Problem("no_case_at_home")
    goal = input.kind is MilestoneKind.GOAL
    domain = input.domain if goal else OF_ALL
    milestone = Milestone(
        area_id=guest.work.area_id,
        id=uuid4(),
        case_id=UUID(case["id"]),
        kind=input.kind,
        own=True,
        person_id=about,
        domain=domain,
        sphere=sphere_of(domain),
        set_at=guest.now,
        reached_at=None if goal else guest.now,
    )
    place = Place("milestones", milestone.id, "words")
    milestone.words_sealed = seal.seal(words, place, Compartment.of(Sphere(milestone.sphere)))
    guest.work.session.add(milestone)
    await settled(guest, seal)
    await tell_lead(guest.work, seal.household, NoticeKind.FAMILY_SAID, milestone.id)
    return MilestoneBrief(milestone.id, milestone.case_id, input.kind, milestone.reached_at)
