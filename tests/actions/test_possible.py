"""What a door offers is what the verbs grant: each act is tried by everybody, whether it was offered or not."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from casecoord.actions.blockades import RaiseBlockade, raise_blockade
from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    ReAgreeAction,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    re_agree_action,
    reopen_case,
    review_case,
)
from casecoord.actions.consents import (
    DETAIL,
    RecordConsent,
    WithdrawConsent,
    record_consent,
    withdraw_consent,
)
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.goals import PraiseFamily, SetGoal, praise_family, set_goal
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    object_to_appointment,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.moving import Destination, RecordMove, record_move
from casecoord.actions.office import Hand
from casecoord.actions.participation import InviteTeam, LeaveCase, Successor, invite_team, leave_case
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.possible import Possible, possible
from casecoord.actions.refusing import (
    OfRefusal,
    RecordRefusal,
    confirm_refusal,
    end_refusal,
    record_refusal,
)
from casecoord.actions.residents import ByPerson, MakeResidentCode, make_resident_code
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.actions.spending import OrRaise, SpendMoney, spend
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.consents import ConsentSource
from casecoord.domain.errors import Problem
from casecoord.domain.residents import Thing
from casecoord.domain.words import BlockadeKind, LifeDomain, Urgency, VeiligThuis, Word
from casecoord.domain.workdays import local_date
from casecoord.storage.family import change_cares
from tests.actions.leaving_steps import leave
from tests.actions.steps import led_case, open_case, propose, signal, take_part
from tests.world import PEOPLE, Town


@dataclass
class Told(Exception):
    """Ends a transaction in which a verb succeeded, so that the next person finds the world unchanged."""


async def offered(town: Town, name: str, household: UUID) -> tuple[Possible, set[UUID]]:
    """What somebody is offered on the family's page, and the things on it."""

    async def view(hand: Hand, query: None) -> tuple[Possible, set[UUID]]:
        try:
            seen = await joint_case(hand, JointCaseOf(household))
        except Problem:
            return Possible(), set()
        in_view = {thing.id for thing in (*seen.signals, *seen.actions)}
        return await possible(hand, household, in_view), in_view

    return await town.office.look(town.caller(name), view, None)


async def granted(town: Town, name: str, verb, input) -> bool:
    """Whether a verb would be done for this person now."""

    try:
        async with town.database.enter(town.caller(name)) as work:
            await verb.do(Hand(work, town.office.policy), input)
            raise Told
    except Told:
        return True
    except Problem:
        return False


async def one_signal(town: Town):
    people = await town.janssens()
    noor = people["noor"]
    added = await signal(town, "amina", noor)
    return noor.household, {**who(people), "signals": [added.signal]}


async def acute_signal(town: Town):
    people = await town.janssens()
    noor = people["noor"]
    added = await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return noor.household, {**who(people), "signals": [added.signal], "acute": True}


async def nobody_leads(town: Town):
    people = await town.janssens()
    noor = people["noor"]
    added = await signal(town, "amina", noor)
    case = await open_case(town, "bram", added.signal)
    health = await signal(town, "fleur", noor, domain=LifeDomain.MENTAL_HEALTH)
    return noor.household, {**who(people), "case": case.id, "signals": [health.signal]}


async def somebody_is_asked(town: Town):
    household, things = await nobody_leads(town)
    await take_part(town, "bram", things["case"], "wijkteam", "chaima")
    return household, {**things, "proposal": await propose(town, "bram", things["case"], "chaima")}


async def nobody_for_weeks(town: Town):
    found = await nobody_leads(town)
    town.clock.forward(weeks=6)
    return found


async def led(town: Town):
    people = await town.janssens()
    noor = people["noor"]
    case = await led_case(town, noor, "amina")
    await take_part(town, "amina", case.id, "werk", "esra")
    due = local_date(town.clock.now) + timedelta(days=3)
    done = await town.act(
        "esra", add_action, AddAction(town.key(), case.id, LifeDomain.FINANCE, "Bel de bank.", due)
    )
    return noor.household, {**who(people), "case": case.id, "actions": [done.id]}


async def handed_over(town: Town):
    household, things = await led(town)
    asked = ProposeLead(town.key(), things["case"], town.members["bram"].professional, "verlof")
    case = await town.act("amina", offer_hand_over, asked)
    return household, {**things, "handover": next(p.id for p in case.proposals if p.state == "pending")}


async def leaves(town: Town):
    """Whoever is asked to take over from a lead who leaves gives way to whom the lead asks."""
    household, things = await led(town)
    await leave(town, "amina", town.clock.now + timedelta(days=6))
    async with town.database.within(town.area) as work:
        pending = await work.session.scalar(text("select id from proposals where state = 'pending'"))
    return household, {**things, "handover": pending}


async def told(town: Town):
    """Whoever signalled knows what is done, and one action is done."""
    household, things = await led(town)
    async with town.database.within(town.area) as work:
        (signal_id,) = (await work.session.execute(text("select id from signals"))).scalars()
    await town.act("amina", give_feedback, GiveFeedback(town.key(), signal_id, "Wij pakken het op."))
    await town.act("esra", complete_action, CompleteAction(town.key(), things["actions"][0]))
    return household, {**things, "signals": [signal_id]}


async def in_aftercare(town: Town):
    """Nothing is open any more."""
    household, things = await told(town)
    (signal_id,) = things["signals"]
    over = ConfirmOutcome(town.key(), "Het gaat goed.", Word.FAMILY, signal=signal_id)
    await town.act("amina", confirm_outcome, over)
    await town.act("amina", begin_aftercare, OfCase(town.key(), things["case"]))
    return household, things


async def closed(town: Town):
    household, things = await in_aftercare(town)
    done = CloseCase(town.key(), things["case"], "Het gaat goed.", Word.FAMILY)
    await town.act("amina", close_case, done)
    return household, {"closed": things.pop("case"), "child": things["child"]}


async def refusing(town: Town):
    """The family takes no part for now, and said yes to something before."""
    household, things = await led(town)
    soon = local_date(town.clock.now) + timedelta(days=20)
    refusal = await town.act(
        "amina", record_refusal, RecordRefusal(town.key(), things["case"], "Wil nu rust.", soon)
    )
    async with town.database.within(town.area) as work:
        cares = [(things["child"], things["adult"], "both_parents")]
        await change_cares(work, add=cares, drop=[])
    given = RecordConsent(
        town.key(),
        things["child"],
        DETAIL,
        ConsentSource.WRITTEN,
        (things["adult"],),
        elsewhere_in_writing=True,
    )
    consent = await town.act("amina", record_consent, given)
    return household, {**things, "refusal": refusal.id, "consent": consent.id}


def who(people: dict) -> dict[str, UUID]:
    """A child without anybody who has custody here, and somebody who may have a page of their own."""
    return {"child": people["noor"].id, "adult": people["els"].id}


def consent_to(person: UUID, key: str, thing: UUID | None = None) -> RecordConsent:
    return RecordConsent(key, person, DETAIL, ConsentSource.WRITTEN, (), thing, elsewhere_in_writing=True)


async def appointed(town: Town):
    household, things = await nobody_for_weeks(town)
    chaima = town.members["chaima"].professional
    await take_part(town, "bram", things["case"], "wijkteam", "chaima")
    appointment = ProposeLead(town.key(), things["case"], chaima, "te lang gewacht")
    done = await town.act("jasmijn", appoint_lead, appointment)
    return household, {**things, "appointment": done.proposals[-1].id}


async def appointed_and_objecting(town: Town):
    household, things = await appointed(town)
    objection = AnswerProposal(town.key(), things["appointment"], "nee")
    await town.act("chaima", object_to_appointment, objection)
    return household, things


def trials(town: Town, name: str, things: dict, may: Possible, in_view: set[UUID]):
    """Each act on what is in view: whether it was offered, the verb and its input."""
    key, me = "trial", town.members[name].professional
    decision = Decision.JOIN_CASE if "case" in things else Decision.OPEN_CASE
    # Who has duty may triage what no page of theirs shows; that is another page's story.
    for one in in_view.intersection(things.get("signals", [])):
        yield "triage", one in may.triage, triage_signal, TriageSignal(key, one, decision)
        if things.get("acute"):
            yield "see", one in may.see, see_signal, SeeSignal(key, one)
    child = things["child"]
    for one in in_view.intersection(things.get("signals", [])):
        yield (
            "feed back",
            one in may.give_feedback,
            give_feedback,
            GiveFeedback(key, one, "Wij pakken het op."),
        )
        over = ConfirmOutcome(key, "Het is rustig.", Word.FAMILY, signal=one)
        yield "confirm", one in may.confirm, confirm_outcome, over
        yield "defer", one in may.defer, defer_entry, DeferEntry(key, Thing.SIGNAL, one, "Niet veilig.")
        if "consent" not in things:
            yield "consent to", one in may.consent_to, record_consent, consent_to(child, key, one)
    if in_view:
        today = local_date(town.clock.now)
        if "consent" not in things:
            yield "consent", may.record_consent, record_consent, consent_to(child, key)
        gone = RecordMove(key, things["household"], Destination.OUTSIDE, today)
        yield "move", may.record_move, record_move, gone
        part = Part.LEAVING if "case" in things else None
        apart = SplitHousehold(key, things["household"], (child,), case_with=part)
        yield "split", may.split, split_household, apart
    if "closed" in things:
        yield "reopen", things["closed"] in may.reopen, reopen_case, OfCase(key, things["closed"])
    for one in things.get("actions", []):
        due = local_date(town.clock.now) + timedelta(days=3)
        yield "re-agree", one in may.re_agree, re_agree_action, ReAgreeAction(key, one, due)
        over = ConfirmOutcome(key, "Gelukt.", Word.FAMILY, action=one)
        yield "confirm action", one in may.confirm, confirm_outcome, over
        yield "complete", one in may.complete, complete_action, CompleteAction(key, one)
    if "proposal" in things:
        yield "accept", things["proposal"] in may.answer, accept_lead, AnswerProposal(key, things["proposal"])
    if "handover" in things:
        answer = AnswerProposal(key, things["handover"])
        yield "take over", things["handover"] in may.answer, accept_hand_over, answer
    if "case" not in things:
        return
    case = things["case"]
    yield "review", may.review_case, review_case, OfCase(key, case)
    yield "aftercare", may.begin_aftercare, begin_aftercare, OfCase(key, case)
    yield "close", may.close_case, close_case, CloseCase(key, case, "Het gaat goed.", Word.FAMILY)
    amina = town.members["amina"].professional
    leaving = LeaveCase(key, case, tuple(Successor(one, amina) for one in may.hand_on))
    yield "leave", may.leave_case, leave_case, leaving
    stuck = RaiseBlockade(key, case, BlockadeKind.RULE, LifeDomain.TIME_USE, "Mag niet.", "Sta het toe.")
    yield "blockade", may.raise_blockade, raise_blockade, stuck
    asking = OrRaise("Betaal de fiets.")
    money = SpendMoney(key, case, 100, "Een fiets.", LifeDomain.TIME_USE, or_raise=asking)
    yield "spend", may.spend, spend, money
    code = MakeResidentCode(key, ByPerson(things["adult"]))
    yield "code", may.make_code, make_resident_code, code
    if "appointment" in things:
        objection = AnswerProposal(key, things["appointment"], "nee")
        yield "object", things["appointment"] in may.object, object_to_appointment, objection
    if "refusal" in things:
        refusal = OfRefusal(key, things["refusal"])
        yield "end refusal", things["refusal"] in may.end_refusal, end_refusal, refusal
        yield "confirm refusal", things["refusal"] in may.confirm_refusal, confirm_refusal, refusal
    if "consent" in things:
        back = WithdrawConsent(key, things["consent"], things["adult"])
        yield "withdraw", things["consent"] in may.withdraw_consent, withdraw_consent, back
    case, due = things["case"], local_date(town.clock.now) + timedelta(days=3)
    asked = ProposeLead(key, case, town.members["bram"].professional, "omdat")
    yield "invite", may.invite_team, invite_team, InviteTeam(key, case, town.teams["huisarts"])
    goal, praise = SetGoal(key, case, LifeDomain.TIME_USE, "Rust."), PraiseFamily(key, case, "Goed zo.")
    yield "set goal", may.set_goal, set_goal, goal
    yield "praise", may.praise, praise_family, praise
    yield "record contact", may.record_contact, record_contact, RecordContact(key, case)
    own = AddAction(key, case, LifeDomain.FINANCE, "Iets kleins.", due)
    team, owner = town.teams["klimop"], town.members["bram"].professional
    any_team = AddAction(key, case, LifeDomain.FINANCE, "Iets kleins.", due, team, owner)
    yield "add action", may.add_action, add_action, own
    if town.members[name].team != team:
        yield "act for teams", may.act_for_teams, add_action, any_team
    yield "propose", may.propose_lead, propose_lead, asked
    yield "appoint", may.appoint_lead, appoint_lead, asked
    if me != town.members["bram"].professional:
        yield "hand over", may.offer_hand_over, offer_hand_over, asked


@pytest.mark.parametrize(
    "story",
    [
        appointed,
        appointed_and_objecting,
        told,
        in_aftercare,
        closed,
        refusing,
        one_signal,
        acute_signal,
        nobody_leads,
        somebody_is_asked,
        nobody_for_weeks,
        led,
        handed_over,
        leaves,
    ],
    ids=lambda story: story.__name__,
)
async def test_what_is_offered_is_granted_and_what_is_not_offered_is_not(town, story):
    household, things = await story(town)
    things["household"] = household
    wrong = []
    for name in PEOPLE:
        may, in_view = await offered(town, name, household)
        for act, there, verb, input in trials(town, name, things, may, in_view):
            if await granted(town, name, verb, input) != there:
                wrong.append(f"{name}: {act} is {'offered' if there else 'not offered'}")
    assert wrong == [], wrong
