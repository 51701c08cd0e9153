"""The family at the table: its own goal, agreements that each of them answers, small steps, and what goes well."""

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from casecoord.actions.agreements import (
    AgreementBrief,
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.closing import GiveFeedback, give_feedback
from casecoord.actions.goals import (
    PraiseFamily,
    ReachMilestone,
    SetGoal,
    praise_family,
    reach_milestone,
    set_goal,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import ProposeLead, offer_hand_over, propose_lead
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.own_acts import AskForHelp, LetBeSeen, ask_for_help, let_be_seen
from casecoord.actions.own_agreements import (
    RespondMyAgreement,
    SayForMyFamily,
    respond_my_agreement,
    say_for_my_family,
)
from casecoord.actions.refusing import RecordRefusal, record_refusal
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.actors import Caller
from casecoord.domain.agreements import Answer, MilestoneKind, Standing, spoken, standing
from casecoord.domain.errors import Problem
from casecoord.domain.joint_view import AgreementView, JointCase
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Language, LifeDomain, Urgency
from tests.actions.residents_steps import at_home, bound, custody, scalar
from tests.actions.steps import (
    led_case,
    merge,
    open_case,
    refused,
    second_coordinator,
    signal,
    sql,
    take_part,
    undo,
    whole,
)
from tests.actions.test_exporting import export
from tests.world import Someone, Town


async def family_of(town: Town, **ages: int) -> dict[str, Someone]:
    """A mother and a father with custody over children of these ages; the first goes to De Klimop."""
    today = town.clock.now.date()
    people = {"moeder": date(1985, 1, 1), "vader": date(1984, 1, 1)}
    people |= {name: today.replace(year=today.year - age) for name, age in ages.items()}
    made = await town.family(
        *((f"{name.title()} Smit", born) for name, born in people.items()), links={2: [("school", "11VO00")]}
    )
    family = dict(zip(people, made, strict=True))
    for parent in ("moeder", "vader"):
        await custody(town, family[parent], *(family[name] for name in ages))
    return family


def agreed(town: Town, case: UUID, what: str | None = "Noor gaat elke dag naar school.", **more: Any) -> Any:
    values = {"doer": "Moeder brengt, vader haalt.", "due_on": town.clock.now.date() + timedelta(days=14)}
    return RecordAgreement(town.key(), case, **{**values, "what": what, **more})


async def record(town: Town, case: UUID, **more: Any) -> AgreementBrief:
    return await town.act("amina", record_agreement, agreed(town, case, **more))


async def answer(
    town: Town, who: Caller, agreement: UUID, said: Answer, words: str | None = None, **more: Any
) -> AgreementBrief:
    given = RespondMyAgreement(town.key(), agreement, said, words, **more)
    return await town.office.act(who, respond_my_agreement, given)


async def seen_by(town: Town, who: str, case: UUID) -> JointCase:
    return await town.office.look(town.caller(who), joint_case, JointCaseOf(case))


def by_id(view: JointCase, identity: UUID) -> AgreementView:
    return next(one for one in view.agreements if one.id == identity)


@pytest.mark.parametrize(
    ("last", "stands"),
    [
        ([Answer.ASKED, Answer.CONFIRMED], Standing.WAITING),
        ([Answer.CONFIRMED, Answer.CONFIRMED], Standing.AGREED),
        ([Answer.CHANGED, Answer.ASKED], Standing.CHANGED),
        ([Answer.CHANGED, Answer.REFUSED], Standing.REFUSED),
    ],
)
def test_one_no_is_a_no_and_nobodys_silence_is_a_yes(last: list[Answer], stands: Standing) -> None:
    said = dict(enumerate(last))
    assert standing(said, replaced=False, kept=False) is stands
    assert standing(said, replaced=False, kept=True) is Standing.KEPT
    assert standing(said, replaced=True, kept=True) is Standing.REPLACED


async def test_the_familys_own_goal_is_there_before_anybody_is_asked_to_lead(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await open_case(town, "bram", (await signal(town, "amina", family["noor"])).signal)
    asked = ProposeLead(
        town.key(), case.id, town.members["amina"].professional, preference="Liefst iemand van school.",
        goal="Wij willen weer samen eten.",
    )  # fmt: skip
    await town.act("bram", propose_lead, asked)
    (goal,) = (await seen_by(town, "bram", case.id)).milestones
    assert (goal.words, goal.own, goal.kind) == ("Wij willen weer samen eten.", True, MilestoneKind.GOAL)
    # It is asked once: with the proposal itself, and again is the same answer.
    await town.act("bram", propose_lead, asked)
    assert len((await seen_by(town, "bram", case.id)).milestones) == 1


async def test_a_goal_is_no_part_of_an_appointment_or_a_hand_over(town: Town) -> None:
    case = await led_case(town, (await family_of(town, noor=8))["noor"])
    bram = town.members["bram"].professional
    over = ProposeLead(town.key(), case.id, bram, "verlof", goal="Iets anders.")
    async with refused("goal_elsewhere", "goal"):
        await town.act("amina", offer_hand_over, over)
    assert (await seen_by(town, "amina", case.id)).milestones == []


async def test_each_adult_answers_for_themselves_and_everybody_at_work_sees_how_it_stands(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother, father = [await bound(town, "amina", family[name]) for name in ("moeder", "vader")]
    made = await record(town, case.id)
    assert made.standing is Standing.WAITING
    # A child of eight is not asked: nobody named it.
    asked = {one.person for one in by_id(await seen_by(town, "amina", case.id), made.id).answers}
    assert asked == {family["moeder"].id, family["vader"].id}
    assert (await answer(town, mother, made.id, Answer.CONFIRMED)).standing is Standing.WAITING
    assert (await answer(town, father, made.id, Answer.CONFIRMED)).standing is Standing.AGREED
    for who in ("amina", "bram"):
        assert by_id(await seen_by(town, who, case.id), made.id).standing is Standing.AGREED, who
    # Nobody answers for another adult.
    async with refused("not_found", "person"):
        await answer(town, mother, made.id, Answer.REFUSED, person=family["vader"].id)
    told = (await town.office.look(town.caller("amina"), inbox, InboxOf())).notices.items
    assert Counter(one.kind for one in told)[NoticeKind.AGREEMENT_ANSWER] == 2


async def test_at_home_one_reads_ones_own_answer_and_not_the_words_of_another_adult(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother, father = [await bound(town, "amina", family[name]) for name in ("moeder", "vader")]
    made = await record(town, case.id)
    await answer(town, father, made.id, Answer.REFUSED, "Ik wil niet meer naar die school.")
    at_mothers = by_id(await at_home(town, mother), made.id)
    assert {one.person for one in at_mothers.answers} == {family["moeder"].id}
    own = by_id(await at_home(town, father), made.id)
    assert [one.words for one in own.answers] == [None, "Ik wil niet meer naar die school."]
    only_hers = await record(town, case.id, persons=(family["moeder"].id,))
    # What is agreed for everybody's ears is read at home by everybody; who was not asked has nothing to answer.
    assert by_id(await at_home(town, father), only_hers.id).answers == []
    async with refused("not_found", "person"):
        await answer(town, father, only_hers.id, Answer.CONFIRMED)
    money = await record(town, case.id, persons=(family["moeder"].id,), domain=LifeDomain.FINANCE)
    assert money.id in {one.id for one in (await at_home(town, mother)).agreements}
    assert money.id not in {one.id for one in (await at_home(town, father)).agreements}
    async with refused("not_found", "agreement"):
        await answer(town, father, money.id, Answer.CONFIRMED)


async def test_the_familys_own_wording_is_taken_over_and_both_are_kept(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    first = await record(town, case.id)
    own = "Noor gaat om acht uur naar bed, dan lukt school ook."
    assert (await answer(town, mother, first.id, Answer.CHANGED, own)).standing is Standing.CHANGED
    second = await record(
        town, case.id, what=None, replaces=first.id, adopts=family["moeder"].id, reply="Goed idee."
    )
    view = await seen_by(town, "amina", case.id)
    former, latter = by_id(view, first.id), by_id(view, second.id)
    assert (former.what, former.standing) == ("Noor gaat elke dag naar school.", Standing.REPLACED)
    assert (latter.what, latter.adopts, latter.reply) == (own, family["moeder"].id, "Goed idee.")
    # Her own words need no second yes; his do.
    last = {one.person: one.answer for one in latter.answers}
    assert last == {family["moeder"].id: Answer.CONFIRMED, family["vader"].id: Answer.ASKED}
    at_mothers = await at_home(town, mother)
    assert {one.id for one in at_mothers.agreements} == {first.id, second.id}
    for wording in (first.id, second.id):
        said = by_id(at_mothers, wording).answers[-1]
        assert said.answer in (Answer.CHANGED, Answer.CONFIRMED)
    async with refused("already_answered", "agreement"):
        await answer(town, mother, first.id, Answer.CONFIRMED)
    async with refused("already_answered", "replaces"):
        await record(town, case.id, replaces=first.id)


async def test_the_lead_answers_another_wording_with_one_of_their_own(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    first = await record(town, case.id, persons=(family["moeder"].id,))
    await answer(town, mother, first.id, Answer.CHANGED, "Alleen op maandag.")
    reply = "Elke dag is de wet; wij kijken samen hoe."
    second = await record(
        town, case.id, what="Noor gaat elke dag, wij helpen.", replaces=first.id, reply=reply
    )
    shown = by_id(await at_home(town, mother), second.id)
    assert (shown.reply, shown.standing) == (reply, Standing.WAITING)
    assert (await answer(town, mother, second.id, Answer.CONFIRMED)).standing is Standing.AGREED
    # Somebody may think again: the last word counts, and the former stays.
    assert (await answer(town, mother, second.id, Answer.REFUSED)).standing is Standing.REFUSED
    words = [one.answer for one in by_id(await at_home(town, mother), second.id).answers]
    assert words == [Answer.ASKED, Answer.CONFIRMED, Answer.REFUSED]


async def test_on_paper_the_lead_records_each_by_name(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    made = await record(town, case.id)
    for name, said in (("moeder", Answer.CONFIRMED), ("vader", Answer.CONFIRMED)):
        paper = RespondAgreement(town.key(), made.id, family[name].id, said)
        done = await town.act("amina", respond_agreement, paper)
    assert done.standing is Standing.AGREED
    answers = by_id(await seen_by(town, "amina", case.id), made.id).answers
    assert all(one.on_paper for one in answers) and len(answers) == 4
    for who, code in (("bram", "not_allowed"), ("ines", "not_found")):
        async with refused(code):
            await town.act(
                who, respond_agreement,
                RespondAgreement(town.key(), made.id, family["vader"].id, Answer.REFUSED),
            )  # fmt: skip


async def test_a_child_answers_by_its_age(town: Town) -> None:
    family = await family_of(town, noor=8, sam=13, max=16)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    children = tuple(family[name].id for name in ("noor", "sam", "max"))
    made = await record(town, case.id, persons=children)
    # Of an agreement about the children she sees the youngest's part, and answers for that child alone.
    own = by_id(await at_home(town, mother), made.id)
    assert {one.person for one in own.answers} == {family["noor"].id}
    await answer(town, mother, made.id, Answer.CONFIRMED, person=family["noor"].id)
    for name in ("sam", "max"):
        async with refused("not_found", "person"):
            await answer(town, mother, made.id, Answer.CONFIRMED, person=family[name].id)
    sam = await bound(town, "amina", family["sam"])
    await town.office.act(sam, let_be_seen, LetBeSeen(town.key(), True))
    await answer(town, mother, made.id, Answer.CONFIRMED, person=family["sam"].id)
    await answer(town, await bound(town, "amina", family["max"]), made.id, Answer.CONFIRMED)
    assert by_id(await seen_by(town, "amina", case.id), made.id).standing is Standing.AGREED
    # On paper by the same rules.
    for person, speaker, code in (
        ("noor", None, "answers_too_young"),
        ("max", "moeder", "answers_for_another"),
        ("moeder", "vader", "answers_for_another"),
    ):
        again = await record(town, case.id, persons=(family[person].id,))
        by = family[speaker].id if speaker else None
        paper = RespondAgreement(town.key(), again.id, family[person].id, Answer.CONFIRMED, said_by=by)
        async with refused(code, "saidBy"):
            await town.act("amina", respond_agreement, paper)


async def test_a_family_that_refuses_everything_loses_nothing_and_can_be_left_alone(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother, father = [await bound(town, "amina", family[name]) for name in ("moeder", "vader")]
    made = [await record(town, case.id, what=f"Afspraak {number}.") for number in range(2)]
    done = await answer(town, mother, made[0].id, Answer.REFUSED, "Wij willen dit niet.")
    assert (done.standing, done.all_refused) == (Standing.REFUSED, False)
    # That there are others, and that all are refused, is for the lead to know.
    done = await answer(town, father, made[1].id, Answer.REFUSED)
    assert (done.standing, done.all_refused) == (Standing.REFUSED, False)
    paper = RespondAgreement(town.key(), made[0].id, family["vader"].id, Answer.REFUSED)
    assert (await town.act("amina", respond_agreement, paper)).all_refused
    view = await seen_by(town, "amina", case.id)
    assert [by_id(view, one.id).standing for one in made] == [Standing.REFUSED] * 2
    assert "Wij willen dit niet." in {one.words for one in by_id(view, made[0].id).answers}
    review = town.clock.now.date() + timedelta(days=30)
    refusal = RecordRefusal(town.key(), case.id, "Het gezin wil nu geen afspraken.", review)
    assert not (await town.act("amina", record_refusal, refusal)).confirmed
    assert len((await seen_by(town, "amina", case.id)).agreements) == 2
    await whole(town)


async def test_a_small_step_counts_and_is_told_with_a_word_of_praise(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    goal = await town.act(
        "amina", set_goal, SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Rust in huis.", own=True)
    )
    small = SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Een avond zonder telefoon.", goal=goal.id)
    step = await town.act("amina", set_goal, small)
    made = await record(town, case.id)
    of_agreement = SetGoal(
        town.key(), case.id, LifeDomain.TIME_USE, "Maandag samen lopen.", agreement=made.id
    )
    await town.act("amina", set_goal, of_agreement)
    await town.act("amina", reach_milestone, ReachMilestone(town.key(), step.id, praise="Wat knap!"))
    kept = ReachMilestone(town.key(), agreement=made.id, praise="Twee weken lang gelukt.")
    await town.act("amina", reach_milestone, kept)
    own = await at_home(town, mother)
    shown = {one.words: one for one in own.milestones}
    assert shown["Een avond zonder telefoon."].praise == "Wat knap!"
    assert shown["Een avond zonder telefoon."].goal == goal.id
    assert shown["Maandag samen lopen."].agreement == made.id
    assert shown["Maandag samen lopen."].reached_at is None
    agreement = by_id(own, made.id)
    assert (agreement.standing, agreement.praise) == (Standing.KEPT, "Twee weken lang gelukt.")
    for again in (ReachMilestone(town.key(), step.id), ReachMilestone(town.key(), agreement=made.id)):
        async with refused("already_answered"):
            await town.act("amina", reach_milestone, again)
    for unclear in (ReachMilestone(town.key()), ReachMilestone(town.key(), step.id, made.id)):
        async with refused("step_of_one", "agreement"):
            await town.act("amina", reach_milestone, unclear)
    async with refused("step_of_one", "goal"):
        await town.act(
            "amina", set_goal, SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Nog.", goal=step.id)
        )


async def test_a_compliment_comes_from_anybody_who_takes_part_and_pride_from_the_family(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    mother, father = [await bound(town, "amina", family[name]) for name in ("moeder", "vader")]
    await town.act("chaima", praise_family, PraiseFamily(town.key(), case.id, "Jullie waren er allemaal."))
    await town.act("hanna", praise_family, PraiseFamily(town.key(), case.id, "Netjes op tijd."))
    proud = SayForMyFamily(
        town.key(), MilestoneKind.PROUD, "Noor las voor in de klas.", person=family["noor"].id
    )
    await town.office.act(mother, say_for_my_family, proud)
    at_fathers = {one.words: one for one in (await at_home(town, father)).milestones}
    assert at_fathers["Jullie waren er allemaal."].said_by == "Chaima"
    assert at_fathers["Noor las voor in de klas."].said_by is None
    # That a court partner has a part in it is of the sphere justice: at home it shows only to who lives alone.
    assert "Netjes op tijd." not in at_fathers
    at_school = {one.words for one in (await seen_by(town, "bram", case.id)).milestones}
    assert at_school == {"Jullie waren er allemaal.", "Noor las voor in de klas."}
    assert "Netjes op tijd." in {one.words for one in (await seen_by(town, "chaima", case.id)).milestones}
    own = {one.words for one in (await seen_by(town, "hanna", case.id)).milestones}
    assert own == {
        "Netjes op tijd."
    }  # as one's own team wrote it; a court partner sees no goal of the family
    async with refused("not_found", "case"):
        await town.act("ines", praise_family, PraiseFamily(town.key(), case.id, "Goed zo."))


async def test_the_history_tells_of_goals_and_agreements_by_their_own_facets(town: Town) -> None:
    case = await led_case(town, (await family_of(town, noor=8))["noor"])
    await take_part(town, "amina", case.id, "rechtbank", "hanna")
    for own in (True, False):
        await town.act("amina", set_goal, SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Rust.", own=own))
    await record(town, case.id)
    told = {}
    for who in ("amina", "bram", "hanna"):
        found = await town.office.look(town.caller(who), timeline, TimelineOf(case.id))
        told[who] = Counter(one.verb for one in found.items)
    for who in ("amina", "bram"):
        assert (told[who]["set_goal"], told[who]["record_agreement"]) == (2, 1), who
    # A court partner has no part in what the family itself wants or agrees, in any sphere; nor in the general one.
    assert (told["hanna"]["set_goal"], told["hanna"]["record_agreement"]) == (0, 0)


async def test_a_family_says_itself_what_it_wants(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    wish = SayForMyFamily(town.key(), MilestoneKind.GOAL, "Uit de schulden.", LifeDomain.FINANCE)
    made = await town.office.act(mother, say_for_my_family, wish)
    assert await town.office.act(mother, say_for_my_family, wish) == made
    (goal,) = (await seen_by(town, "amina", case.id)).milestones
    assert (goal.words, goal.own, goal.person) == ("Uit de schulden.", True, family["moeder"].id)
    assert (await seen_by(town, "bram", case.id)).milestones == []  # money is not a school's to see
    async with refused("choice_missing", "kind"):
        await town.office.act(
            mother, say_for_my_family, SayForMyFamily(town.key(), MilestoneKind.STEP, "Klein begin.")
        )


async def test_a_family_without_a_case_is_told_to_ask_for_help(town: Town) -> None:
    family = await family_of(town, noor=8)
    await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    await leaves(town, family["moeder"])
    proud = SayForMyFamily(town.key(), MilestoneKind.PROUD, "Trots op mijzelf.")
    async with refused("no_case_at_home"):
        await town.office.act(mother, say_for_my_family, proud)
    assert (await at_home(town, mother)).milestones == []


async def leaves(town: Town, who: Someone) -> None:
    """Somebody lives in a home of their own from now on, without a case."""
    await town.act(
        "ibrahim",
        split_household,
        SplitHousehold(town.key(), who.household, (who.id,), case_with=Part.STAYING),
    )


async def test_what_nobody_could_agree_to_is_refused(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    (other,) = await town.family(("Wim Post", date(1960, 5, 5)))
    made = await record(town, case.id)
    past = town.clock.now.date() - timedelta(days=1)
    for wrong, code, field in (
        ({"what": None}, "text_empty", "what"),
        ({"what": "  "}, "text_empty", "what"),
        ({"doer": ""}, "text_empty", "doer"),
        ({"due_on": past}, "date_in_past", "dueOn"),
        ({"due_on": past + timedelta(days=4000)}, "date_too_late", "dueOn"),
        ({"persons": (other.id,)}, "not_found", "persons"),
        ({"persons": (uuid4(),)}, "not_found", "persons"),
        ({"reply": "Nee."}, "agreement_to_answer_missing", "replaces"),
        ({"replaces": uuid4()}, "not_found", "replaces"),
        ({"replaces": made.id, "adopts": family["moeder"].id}, "wording_or_own", "what"),
        ({"replaces": made.id, "what": None, "adopts": family["moeder"].id}, "not_found", "adopts"),
    ):
        async with refused(code, field):
            await record(town, case.id, **wrong)
    mother = await bound(town, "amina", family["moeder"])
    for said, code in ((Answer.ASKED, "choice_missing"), (Answer.CHANGED, "text_empty")):
        async with refused(code):
            await answer(town, mother, made.id, said)
    assert len((await seen_by(town, "amina", case.id)).agreements) == 1


async def test_only_the_lead_writes_goals_and_agreements_down(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    made = await record(town, case.id)
    goal = SetGoal("", case.id, LifeDomain.TIME_USE, "Iets.")
    for who, code in (
        ("bram", "not_allowed"),
        ("ibrahim", "not_allowed"),
        ("ines", "not_found"),
        ("mo", "not_found"),
    ):
        for verb, wish in (
            (set_goal, SetGoal(town.key(), *[getattr(goal, name) for name in ("case", "domain", "words")])),
            (record_agreement, agreed(town, case.id)),
            (reach_milestone, ReachMilestone(town.key(), agreement=made.id)),
        ):
            async with refused(code):
                await town.act(who, verb, wish)


async def test_twenty_answers_at_once_each_stand_in_their_turn(town: Town, database_url: str) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    made = await record(town, case.id)
    acts = [answer(town, mother, made.id, Answer.CONFIRMED) for _ in range(10)]
    acts += [record(town, case.id, replaces=made.id) for _ in range(10)]
    done = await asyncio.gather(*acts, return_exceptions=True)
    codes = {one.code for one in done if isinstance(one, Problem)}
    assert codes <= {"already_answered", "try_again"} and not [
        one for one in done if isinstance(one, BaseException) and not isinstance(one, Problem)
    ]
    async with sql(database_url) as database:
        replaced = await database.fetchval("select count(*) from agreements where replaces = $1", made.id)
        turns = await database.fetch(
            "select turn from agreement_answers where agreement_id = $1 and person_id = $2 order by turn",
            made.id,
            family["moeder"].id,
        )
    assert replaced == 1 and [row["turn"] for row in turns] == list(range(len(turns)))


async def test_the_database_keeps_what_was_answered(town: Town, database_url: str) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    made = await record(town, case.id)
    await answer(town, mother, made.id, Answer.REFUSED)
    async with sql(database_url, role="casecoord_app") as database:
        await database.execute(f"set casecoord.area = '{town.area}'")
        for broken, name in (
            (
                "update agreement_answers set answer = 'confirmed' where answer = 'refused'",
                "agreement_answers_stand",
            ),
            ("update agreement_answers set turn = turn + 1 where turn > 0", "agreement_answers_stand"),
        ):
            with pytest.raises(asyncpg.CheckViolationError) as fault:
                await database.execute(broken)
            assert fault.value.constraint_name == name
    await record(town, case.id, replaces=made.id)
    async with sql(database_url) as database:
        with pytest.raises(asyncpg.CheckViolationError) as fault:
            await database.execute(
                "insert into agreement_answers (area_id, id, agreement_id, person_id, sphere, turn, answer, said_by,"
                " answered_at) select area_id, gen_random_uuid(), agreement_id, person_id, sphere, 9, 'confirmed',"
                " person_id, now() from agreement_answers where agreement_id = $1 limit 1",
                made.id,
            )
        assert fault.value.constraint_name == "agreement_answers_to_what_stands"


async def test_what_a_family_asked_itself_is_answered_on_its_own_page(town: Town) -> None:
    family = await family_of(town, noor=8)
    await led_case(town, family["noor"])
    mother = await bound(town, "amina", family["moeder"])
    asked = await town.office.act(
        mother,
        ask_for_help,
        AskForHelp(town.key(), LifeDomain.SOCIAL_NETWORK, Urgency.HIGH, "Ik red het niet."),
    )
    running = "select string_agg(rule, ' ') from promises where subject_id = :id and ended_at is null"
    assert await scalar(town, running, id=asked.signal) == "G1"
    town.clock.forward(days=9)
    due = "select due_at <= :now from promises where subject_id = :id and rule = 'G1'"
    assert await scalar(town, due, id=asked.signal, now=town.clock.now)  # late for triage as any other signal
    team = await scalar(town, "select accountable_team_id from signals where id = :id", id=asked.signal)
    by = next(name for name in ("bram", "dirk", "esra", "gijs") if town.members[name].team == team)
    await town.act(by, triage_signal, TriageSignal(town.key(), asked.signal, Decision.JOIN_CASE))
    assert await scalar(town, running, id=asked.signal) == "G6"
    await town.act("amina", give_feedback, GiveFeedback(town.key(), asked.signal, "Wij bellen u maandag."))
    assert await scalar(town, running, id=asked.signal) is None
    (own,) = [one for one in (await at_home(town, mother)).signals if one.id == asked.signal]
    assert own.feedback is not None and own.feedback.value == "Wij bellen u maandag."


async def test_a_wording_written_while_two_were_one_goes_back_with_the_one_that_it_replaced(
    town: Town,
) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    first = await record(town, case.id)
    (other,) = await town.family(("Sam Post", date(2017, 5, 5)), links={0: [("school", "11VO00")]})
    theirs = await led_case(town, other)
    merged = await merge(town, other.household, family["noor"].household, keep_case=theirs.id)
    town.clock.forward(hours=1)
    second = await record(
        town, theirs.id, what="Een uur later.", replaces=first.id, persons=(family["vader"].id,)
    )
    step = SetGoal(town.key(), theirs.id, LifeDomain.TIME_USE, "Morgen begint het.", agreement=second.id)
    await town.act("amina", set_goal, step)
    await second_coordinator(town)
    await undo(town, merged.merge)
    view = await seen_by(town, "amina", case.id)
    assert [one.what for one in view.agreements] == ["Noor gaat elke dag naar school.", "Een uur later."]
    assert [one.words for one in view.milestones] == ["Morgen begint het."]
    kept = await seen_by(town, "amina", theirs.id)
    assert (kept.agreements, kept.milestones) == ([], [])


async def test_two_families_that_turn_out_to_be_one_keep_their_agreements(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    made = await record(town, case.id)
    await town.act("amina", set_goal, SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Rust.", own=True))
    (other,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await merge(town, other.household, family["noor"].household)
    view = await seen_by(town, "amina", case.id)
    assert by_id(view, made.id).what == "Noor gaat elke dag naar school."
    assert [one.words for one in view.milestones] == ["Rust."]
    paper = RespondAgreement(town.key(), made.id, family["moeder"].id, Answer.CONFIRMED)
    await town.act("amina", respond_agreement, paper)


@pytest.mark.parametrize("language", Language)
def test_every_answer_and_every_standing_is_said_in_both_languages(language: Language) -> None:
    """Two lists share words: a refusal of one person is not how the whole agreement stands."""
    said = [spoken(word, language) for word in (*Standing, *Answer)]
    assert all(said) and len(set(said)) == len(said)


async def test_an_export_holds_the_own_answers_and_no_other_adults(town: Town) -> None:
    family = await family_of(town, noor=8)
    case = await led_case(town, family["noor"])
    await town.act("amina", set_goal, SetGoal(town.key(), case.id, LifeDomain.TIME_USE, "Rust.", own=True))
    await record(
        town, case.id, what="Geld voor de bus.", domain=LifeDomain.FINANCE, persons=(family["vader"].id,)
    )
    made = await record(town, case.id)
    for name, words in (("moeder", "Niet op vrijdag."), ("vader", "Nooit meer.")):
        paper = RespondAgreement(town.key(), made.id, family[name].id, Answer.CHANGED, words)
        await town.act("amina", respond_agreement, paper)
    (told,) = (await export(town, family["moeder"]))["cases"]
    assert [one["what"] for one in told["goals"]] == ["Rust."]
    (agreement,) = told["agreements"]  # of money, what concerns him is his
    assert [one["words"] for one in agreement["answers"]] == ["Niet op vrijdag."]
