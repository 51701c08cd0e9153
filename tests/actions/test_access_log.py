"""INVARIANT (no view without a trace): what was shown or done is in the access log before anybody learns of it."""

import asyncio
import hashlib
import importlib
import json
import pkgutil
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

import casecoord.actions
from casecoord.actions.absence import SetDeputy, set_deputy
from casecoord.actions.addressing import Addressee
from casecoord.actions.agenda import MeetingOf, meeting_minutes
from casecoord.actions.agreements import (
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.arriving import AnswerMove, MoveOffersOf, accept_move, decline_move, move_offers
from casecoord.actions.blockades import (
    DecideBlockade,
    GiveHomework,
    RaiseBlockade,
    decide_blockade,
    raise_blockade,
)
from casecoord.actions.break_glass import (
    BreakGlass,
    ByNumber,
    ReviewBreakGlass,
    break_glass,
    review_break_glass,
)
from casecoord.actions.breakthroughs import (
    PublishBreakthrough,
    RuleWords,
    WithdrawBreakthrough,
    publish_breakthrough,
    withdraw_breakthrough,
)
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
from casecoord.actions.deciding import (
    ConfirmDecision,
    DecideRight,
    LiftRestriction,
    confirm_decision,
    decide_right,
    lift_restriction,
)
from casecoord.actions.deferring import (
    DeferEntry,
    DeferralsOf,
    ReviewDeferral,
    defer_entry,
    deferrals,
    review_deferral,
)
from casecoord.actions.duty import PlanDuty, plan_duty
from casecoord.actions.ending import EndOrganisation, EndTeam, TeamTo, end_organisation, end_team
from casecoord.actions.erasing import EraseHousehold, erase_household
from casecoord.actions.exporting import ExportOf, export_household
from casecoord.actions.goals import (
    PraiseFamily,
    ReachMilestone,
    SetGoal,
    praise_family,
    reach_milestone,
    set_goal,
)
from casecoord.actions.grounds import EndGround, StartGround, end_ground, start_ground
from casecoord.actions.hearings import (
    EndHearing,
    MoveHearing,
    PlanHearing,
    end_hearing,
    move_hearing,
    plan_hearing,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    decline_hand_over,
    decline_lead,
    object_to_appointment,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.leaving import EndMembership, EndProfessional, end_membership, end_professional
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.managing import ChangeSettings, Deadline, change_settings
from casecoord.actions.meetings import (
    AdjournMeeting,
    MarkPresent,
    OpenMeeting,
    adjourn_meeting,
    close_meeting,
    mark_present,
    open_meeting,
)
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.merging import ConfirmMerge, confirm_merge
from casecoord.actions.office import Verb
from casecoord.actions.own_acts import (
    AskForHelp,
    ExerciseMyRight,
    LetBeSeen,
    RecordChildsWord,
    ask_for_help,
    exercise_my_right,
    let_be_seen,
    record_childs_word,
)
from casecoord.actions.own_agreements import (
    RespondMyAgreement,
    SayForMyFamily,
    respond_my_agreement,
    say_for_my_family,
)
from casecoord.actions.own_consents import (
    GiveMyConsent,
    WithdrawMyConsent,
    give_my_consent,
    withdraw_my_consent,
)
from casecoord.actions.own_log import HeldBackOf, MyAccessLogOf, held_back, my_access_log
from casecoord.actions.participation import (
    AnswerInvitation,
    InviteTeam,
    LeaveCase,
    Successor,
    decline_invitation,
    invite_team,
    join_case,
    leave_case,
)
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.rectifying import CorrectionsOf, Rectify, corrections, rectify
from casecoord.actions.refusing import (
    OfRefusal,
    RecordRefusal,
    confirm_refusal,
    end_refusal,
    record_refusal,
)
from casecoord.actions.residents import UnbindResident, unbind_resident
from casecoord.actions.retaining import SetTerm, set_retention_term
from casecoord.actions.rights import (
    ExerciseRight,
    OfRequest,
    appeal_decision,
    exercise_right,
    withdraw_right,
)
from casecoord.actions.rights_asked import RightsAsked, rights_asked
from casecoord.actions.rotating import Keys, RotateKeys, rotate_keys
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, add_signal, see_signal, triage_signal
from casecoord.actions.spending import (
    CancelSpend,
    RecordSpendResult,
    SpendMoney,
    cancel_spend,
    record_spend_result,
    spend,
)
from casecoord.actions.splitting import SplitHousehold, split_household
from casecoord.actions.spreading import SetLeadHours, SpreadOf, set_lead_hours, spread
from casecoord.actions.staffing import (
    AddMember,
    CoverPlace,
    RecordDiscipline,
    RecordMeeting,
    add_member,
    cover_place,
    record_discipline,
    record_meeting,
)
from casecoord.actions.transfers import AcceptTransfer, DeclineTransfer, accept_transfer, decline_transfer
from casecoord.actions.weighing import (
    AgendaOf,
    BlockadesOf,
    CompleteHomework,
    OrderBlockades,
    SimilarOf,
    alliance_agenda,
    blockades,
    complete_homework,
    order_blockades,
    similar_blockades,
)
from casecoord.domain.agreements import Answer, MilestoneKind
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Retention
from casecoord.domain.residents import Thing
from casecoord.domain.rights import Rectifiable
from casecoord.domain.words import (
    BlockadeKind,
    Discipline,
    LifeDomain,
    Purpose,
    Reach,
    RequestKind,
    Role,
    TeamKind,
    Urgency,
    VeiligThuis,
    Word,
)
from casecoord.storage.access_log import leaf_of
from casecoord.storage.faults import DatabaseFault
from casecoord.storage.organising import Organiser
from tests.actions import alternative_steps
from tests.actions.consent_steps import note, to_note, withdraw
from tests.actions.meeting_steps import agenda, closing, flagged, planned
from tests.actions.meeting_steps import decided as on_the_table
from tests.actions.moves import arrives, awaited, moves_to
from tests.actions.residents_steps import at_home, bound
from tests.actions.steps import (
    by_bsn,
    concern,
    led_case,
    merge,
    open_case,
    pending,
    second_coordinator,
    signal,
    sql,
    take_part,
    undo,
    unmatched,
)
from tests.world import Someone, Town

CANARY = "Kanarievogel"
ACTIONS = [
    importlib.import_module(f"casecoord.actions.{module.name}")
    for module in pkgutil.iter_modules(casecoord.actions.__path__)
]


async def records(url: str) -> list[dict[str, Any]]:
    """The log in order, each record with its household's id."""
    async with sql(url) as database:
        rows = await database.fetch(
            "select a.record, a.at, h.id household from access_log a left join households h on h.pseudonym = a.household"
            " and h.area_id = a.area_id order by a.at, a.xmin::text::bigint, a.id"
        )
    return [{**json.loads(row["record"]), "household": row["household"]} for row in rows]


async def added(url: str, before: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = {record["id"] for record in before}
    return [record for record in await records(url) if record["id"] not in known]


async def whole_story(town: Town, url: str) -> Someone:
    """Every verb and every view, once, about the canary family's child."""
    act, look = town.act, town.office.look
    await story_of_a_table(town)
    (noor,) = await town.family((f"Noor {CANARY}", date(2018, 9, 30)), links={0: [("school", "11VO00")]})
    told = f"{CANARY} slaapt slecht."
    acute = await signal(
        town, "amina", noor, summary=told, detail=told, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.NO,
        veilig_thuis_reason=told,
    )  # fmt: skip
    await act("dirk", see_signal, SeeSignal(town.key(), acute.signal))
    triaged = await act(
        "bram", triage_signal, TriageSignal(town.key(), acute.signal, Decision.OPEN_CASE, reason=told)
    )
    case = triaged.case.id
    for team, verb, who in (("wijkteam", join_case, "chaima"), ("huisarts", decline_invitation, "fleur")):
        invited = await act("bram", invite_team, InviteTeam(town.key(), case, town.teams[team]))
        await act(who, verb, AnswerInvitation(town.key(), invited.id))
    for verb in (decline_lead, accept_lead):
        asked = ProposeLead(town.key(), case, town.members["chaima"].professional, told, told)
        proposed = await act("bram", propose_lead, asked)
        await act("chaima", verb, AnswerProposal(town.key(), pending(proposed), told))
    await act("chaima", record_contact, RecordContact(town.key(), case))
    step = await act(
        "chaima", add_action, AddAction(town.key(), case, LifeDomain.FINANCE, told, date(2026, 11, 9))
    )
    await act("chaima", complete_action, CompleteAction(town.key(), step.id, told))
    goal = await act("chaima", set_goal, SetGoal(town.key(), case, LifeDomain.TIME_USE, told, own=True))
    await act("chaima", reach_milestone, ReachMilestone(town.key(), goal.id, praise=told))
    await act("bram", praise_family, PraiseFamily(town.key(), case, told))
    offer = ProposeLead(town.key(), case, town.members["dirk"].professional, told)
    offered = await act("chaima", offer_hand_over, offer)
    await act("dirk", decline_hand_over, AnswerProposal(town.key(), pending(offered), told))
    offered = await act(
        "chaima", offer_hand_over, ProposeLead(town.key(), case, town.members["dirk"].professional, told)
    )
    await act("dirk", accept_hand_over, AnswerProposal(town.key(), pending(offered), told))
    (twin,) = await town.family((f"Sam {CANARY}", date(2017, 2, 2)), links={0: [("school", "11VO00")]})
    searching = await open_case(town, "bram", (await signal(town, "amina", twin, summary=told)).signal)
    await unmatched(town, "fleur", f"N. {CANARY}", noor.born, summary=told)
    town.clock.forward(weeks=3)
    for who in ("bram", "dirk", "chaima", "ibrahim"):
        await look(town.caller(who), joint_case, JointCaseOf(case))
        await look(town.caller(who), worklist, WorklistOf())
        await look(town.caller(who), gaps, GapsOf())
        await look(town.caller(who), timeline, TimelineOf(case))
    await act("dirk", review_case, OfCase(town.key(), case))
    later = town.clock.now.date() + timedelta(days=30)
    refusal = await act("dirk", record_refusal, RecordRefusal(town.key(), case, told, later))
    await act("ibrahim", confirm_refusal, OfRefusal(town.key(), refusal.id))
    await act("dirk", end_refusal, OfRefusal(town.key(), refusal.id))
    later = await act(
        "dirk", add_action, AddAction(town.key(), case, LifeDomain.TIME_USE, told, date(2026, 12, 9))
    )
    await act("dirk", re_agree_action, ReAgreeAction(town.key(), later.id, date(2026, 12, 11)))
    await act("dirk", complete_action, CompleteAction(town.key(), later.id, told))
    async with sql(url) as plain:
        in_case = [row["id"] for row in await plain.fetch("select id from signals where case_id = $1", case)]
    for identity in in_case:
        await act("dirk", give_feedback, GiveFeedback(town.key(), identity, told))
        await act("dirk", confirm_outcome, ConfirmOutcome(town.key(), told, Word.FAMILY, identity))
    await act("dirk", begin_aftercare, OfCase(town.key(), case))
    await act("dirk", close_case, CloseCase(town.key(), case, told, Word.FAMILY))
    await act("ibrahim", reopen_case, OfCase(town.key(), case))
    appointed = ProposeLead(town.key(), searching.id, town.members["amina"].professional, told)
    led = await act("jasmijn", appoint_lead, appointed)
    await act("amina", object_to_appointment, AnswerProposal(town.key(), led.proposals[-1].id, told))
    await take_part(town, "amina", searching.id, "huisarts", "fleur")
    step = await act(
        "fleur", add_action, AddAction(town.key(), searching.id, LifeDomain.TIME_USE, told, date(2026, 12, 9))
    )
    both = [
        await act(
            "fleur",
            raise_blockade,
            RaiseBlockade(town.key(), searching.id, BlockadeKind.MONEY, LifeDomain.HOUSING, told, told),
        )
        for _ in range(2)
    ]
    given = (GiveHomework(Addressee(function="Directeur"), told, date(2026, 12, 9)),)
    put = DecideBlockade(town.key(), both[0].id, on_agenda=True, homework=given)
    await act("jasmijn", decide_blockade, put)
    await look(town.caller("jasmijn"), blockades, BlockadesOf())
    await look(town.caller("jasmijn"), similar_blockades, SimilarOf())
    waiting = (await look(town.caller("jasmijn"), alliance_agenda, AgendaOf())).items
    (homework,) = [one.id for item in waiting for one in item.homework]
    await act("jasmijn", complete_homework, CompleteHomework(town.key(), homework))
    await act("jasmijn", order_blockades, OrderBlockades(town.key(), (both[1].id,)))
    await act("jasmijn", decide_blockade, DecideBlockade(town.key(), both[1].id, told, Reach.STRUCTURAL))
    await story_of_rules_and_money(town, led.id, both[1].id, told)
    hearing = await act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(twin), date(2026, 12, 17)))
    await act("hanna", move_hearing, MoveHearing(town.key(), hearing.id, date(2026, 12, 18)))
    await act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=False))
    await alternative_steps.whole_story(town, act, look, twin)
    await story_of_rights(town, twin, told)
    broken = await act(
        "dirk", break_glass, BreakGlass(town.key(), ByNumber(twin.bsn), f"{told} Alleen thuis.")
    )
    await act("lotte", review_break_glass, ReviewBreakGlass(town.key(), broken.id, told))
    successor = Successor(step.id, town.members["bram"].professional)
    await act("gijs", leave_case, LeaveCase(town.key(), searching.id, (successor,)))
    match = (await look(town.caller("ibrahim"), merge_proposals, MergeProposalsOf())).items[0]
    await act("ibrahim", confirm_merge, ConfirmMerge(town.key(), match.id, True))
    merged = await merge(town, noor.household, twin.household)
    await second_coordinator(town)
    await undo(town, merged.merge)
    cousin, aunt = await town.family((f"Lou {CANARY}", date(2016, 3, 3)), (f"An {CANARY}", date(1980, 4, 4)))
    await act(
        "ibrahim", split_household, SplitHousehold(town.key(), cousin.household, (aunt.id,), address=told)
    )
    await moving_story(town, told)
    await erasing_story(town)
    await sharing_story(town, told)
    await story_of_residents(town, told)
    return noor


async def story_of_rules_and_money(town: Town, case: UUID, blockade: UUID, told: str) -> None:
    """What was decided becomes a rule, which is taken back; the lead spends, and takes that back too."""
    rule = RuleWords("Voortaan mag het", "Als iemand wacht.", "Dan kan het meteen.", "De stuurgroep.")
    saved = await town.act("jasmijn", publish_breakthrough, PublishBreakthrough(town.key(), blockade, rule))
    taken = WithdrawBreakthrough(town.key(), saved.id, "Voorbij.")
    await town.act("jasmijn", withdraw_breakthrough, taken)
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=100_000))
    bought = await town.act("amina", spend, SpendMoney(town.key(), case, 500, told, LifeDomain.FINANCE))
    await town.act("amina", record_spend_result, RecordSpendResult(town.key(), bought.spend, told))
    await town.act("amina", cancel_spend, CancelSpend(town.key(), bought.spend, told))


async def sharing_story(town: Town, told: str) -> None:
    """A practice writes a note, a patient consents to it and takes that back."""
    (ada,) = await town.family((f"Ada {CANARY}", date(1970, 6, 6)), links={0: [("practice", "P1")]})
    case = await open_case(
        town,
        "gijs",
        (await signal(town, "fleur", ada, domain=LifeDomain.PHYSICAL_HEALTH, summary=told)).signal,
    )
    assert case.household == ada.household
    written = await note(town, "fleur", ada, told)
    given = await to_note(town, "fleur", written, ada)
    await withdraw(town, "gijs", given.id, ada)


async def story_of_residents(town: Town, told: str) -> None:
    """Somebody of a family comes in by a code, and does what residents do; something is deferred, and a login ends."""
    act, office = town.act, town.office
    mother, girl = await town.family(
        (f"An {CANARY}", date(1985, 1, 1)),
        (f"Lot {CANARY}", date(2014, 5, 5)),
        links={1: [("school", "11VO00")]},
    )
    case = await led_case(town, girl)
    callers = [await bound(town, "amina", who) for who in (mother, girl)]
    asked = await office.act(
        callers[0], ask_for_help, AskForHelp(town.key(), LifeDomain.FINANCE, Urgency.HIGH, told)
    )
    await office.act(callers[0], exercise_my_right, ExerciseMyRight(town.key(), RequestKind.ACCESS, told))
    given = await office.act(callers[0], give_my_consent, GiveMyConsent(town.key(), asked.signal))
    await office.act(callers[0], withdraw_my_consent, WithdrawMyConsent(town.key(), given.id))
    await office.act(callers[1], let_be_seen, LetBeSeen(town.key(), True))
    await act("amina", record_childs_word, RecordChildsWord(town.key(), girl.id, False))
    wording = RecordAgreement(town.key(), case.id, told, date(2026, 12, 24), told, persons=(mother.id,))
    agreed = await act("amina", record_agreement, wording)
    paper = RespondAgreement(town.key(), agreed.id, mother.id, Answer.CHANGED, told)
    await act("amina", respond_agreement, paper)
    said = RespondMyAgreement(town.key(), agreed.id, Answer.REFUSED, told)
    await office.act(callers[0], respond_my_agreement, said)
    proud = SayForMyFamily(town.key(), MilestoneKind.PROUD, told)
    await office.act(callers[0], say_for_my_family, proud)
    await office.look(town.caller("ibrahim"), spread, SpreadOf(town.teams["klimop"]))
    made = await act("amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, asked.signal, told))
    await office.look(town.caller("lotte"), deferrals, DeferralsOf())
    await office.look(town.caller("lotte"), held_back, HeldBackOf(by_bsn(mother)))
    await act("lotte", review_deferral, ReviewDeferral(town.key(), made.id, told))
    for caller in callers:
        await at_home(town, caller)
        await office.receive(caller, my_access_log, MyAccessLogOf())
    await act("lotte", unbind_resident, UnbindResident(town.key(), by_bsn(mother), identity_checked=True))
    assert case.household == mother.household


async def story_of_rights(town: Town, who: Someone, told: str) -> None:
    """Asked, decided by two, refused and appealed, lifted, taken back."""
    act, key, colleague = town.act, town.key, town.members["ibrahim"].professional

    async def decided(kind: RequestKind, grant: bool) -> UUID:
        asks = ExerciseRight(key(), by_bsn(who), kind, identity_checked=True, words=told)
        asked = await act("lotte", exercise_right, asks)
        decision = DecideRight(key(), asked.id, grant, "AVG art. 15", colleague, told)
        prepared = await act("lotte", decide_right, decision)
        await town.office.look(town.caller("ibrahim"), rights_asked, RightsAsked())
        await act("ibrahim", confirm_decision, ConfirmDecision(key(), prepared.id, True))
        return asked.id

    refused = await decided(RequestKind.ACCESS, False)
    await act("lotte", appeal_decision, OfRequest(key(), refused, True, told))
    restricted = await decided(RequestKind.RESTRICTION, True)
    wrong = await decided(RequestKind.RECTIFICATION, True)
    await act("lotte", rectify, Rectify(key(), wrong, Rectifiable.LANGUAGE, who.id, "tr"))
    await town.office.look(town.caller("ibrahim"), corrections, CorrectionsOf(who.household))
    given = await decided(RequestKind.ACCESS, True)
    officer = town.caller("lotte", Purpose.ACCESS_REQUEST)
    await town.office.look(officer, export_household, ExportOf(given))
    lifting = LiftRestriction(key(), restricted, "AVG art. 18", colleague, told)
    await act("lotte", lift_restriction, lifting)
    await act("lotte", withdraw_right, OfRequest(key(), restricted, True))


async def story_of_managing(town: Town) -> None:
    """An area is run: no family's data in it."""
    key, teams = town.key, town.teams
    await town.act("mo", set_lead_hours, SetLeadHours(key(), town.members["amina"].membership, 12))
    await town.act("mo", change_settings, ChangeSettings(key(), (Deadline("triage", 4),)))
    longer = SetTerm(key(), Retention.SIGNAL, 72, town.clock.now.date(), "besluit")
    await town.act("mo", set_retention_term, longer)
    until = town.clock.now + timedelta(days=1)
    await town.act("mo", plan_duty, PlanDuty(key(), town.members["dirk"].membership, until))
    await town.act("mo", cover_place, CoverPlace(key(), "school", "11VO00", teams["regenboog"]))
    await town.act("mo", add_member, AddMember(key(), teams["klimop"], Role.MEMBER, name="Sanne"))
    await town.act("bram", record_meeting, RecordMeeting(key(), teams["klimop"], town.clock.now))
    said = RecordDiscipline(key(), town.members["amina"].membership, Discipline.SOCIAL_TEAM)
    await town.act("mo", record_discipline, said)
    law = await town.act("mo", start_ground, StartGround(key(), "6(1)(e)", "Wams", "In werking getreden."))
    await town.act(
        "mo", end_ground, EndGround(key(), law.id, "Ingetrokken.", town.clock.now + timedelta(days=1))
    )


async def story_of_a_table(town: Town) -> None:
    """Somebody new is talked about at a table that is set twice."""
    told = f"Aan tafel. {CANARY}"
    await flagged(town, f"{CANARY} Tafel")
    made = await planned(town)
    moved = AdjournMeeting(town.key(), made.id, town.clock.now)
    sits = (await town.act("bram", adjourn_meeting, moved)).next
    await town.act("bram", open_meeting, OpenMeeting(town.key(), sits))
    there = (town.members["amina"].membership,)
    await town.act("bram", mark_present, MarkPresent(town.key(), sits, there))
    for item in await agenda(town, "bram", sits):
        await on_the_table(town, item, decision=told, family_present=False, without_family=told, next_on=None)
    await town.act("bram", close_meeting, closing(town, sits))
    await town.office.look(town.caller("amina"), meeting_minutes, MeetingOf(sits))


async def story_of_leaving(town: Town, url: str) -> None:
    """Somebody is away, people leave, a team and an organisation end."""
    key, teams, members = town.key, town.teams, town.members
    until = town.clock.now + timedelta(days=3)
    amina, bram = members["amina"], members["bram"]
    await town.act("mo", set_deputy, SetDeputy(key(), amina.membership, bram.membership, until))
    await town.act("mo", end_membership, EndMembership(key(), amina.membership, confirm=True))
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now)
        nora = await organiser.member("Nora", teams["klimop"])
        heir = await organiser.team(TeamKind.SOCIAL, "Buurtteam", "Stichting Buurt")
        pim = await organiser.member("Pim", heir, Role.COORDINATOR)
        await organiser.coordinate(heir, pim.membership)
    leaves = EndProfessional(key(), bram.professional, successor=nora.membership, confirm=True)
    await town.act("mo", end_professional, leaves)
    ends = EndTeam(key(), teams["klimop"], teams["regenboog"], confirm=True)
    await town.act("mo", end_team, ends)
    async with sql(url) as plain:
        organisation = await plain.fetchval(
            "select organisation_id from teams where id = $1", teams["wijkteam"]
        )
    to = (TeamTo(teams["wijkteam"], heir),)
    await town.act("mo", end_organisation, EndOrganisation(key(), organisation, to, confirm=True))


async def moving_story(town: Town, told: str) -> None:
    """A family moves away from a team and back; another area offers one, and one more."""
    (wim,) = await town.family((f"Wim {CANARY}", date(1960, 5, 5)))
    await signal(town, "amina", wim, summary=told)
    await moves_to(town, wim.household)
    (waits,) = await awaited(town, "ibrahim")
    named = DeclineTransfer(town.key(), waits.id, told, town.teams["werk"])
    await town.act("ibrahim", decline_transfer, named)
    (waits,) = await awaited(town, "esra")
    await town.act("esra", accept_transfer, AcceptTransfer(town.key(), waits.id, told))
    there, _ = await town.database.found_area("noord", "Noord")
    for verb in (decline_move, accept_move):
        offer = await arrives(town, there, f"Lars {CANARY}", date(2016, 4, 4))
        await town.office.look(town.caller("ibrahim"), move_offers, MoveOffersOf())
        await town.act("ibrahim", verb, AnswerMove(town.key(), offer, told))


async def erasing_story(town: Town) -> None:
    """Somebody who lives alone is erased, and an administrator asks for new keys."""
    (ben,) = await town.family((f"Ben {CANARY}", date(1950, 1, 1)))
    wanted = ExerciseRight(town.key(), by_bsn(ben), RequestKind.ERASURE, identity_checked=True)
    asked = await town.act("lotte", exercise_right, wanted)
    colleague = town.members["ibrahim"].professional
    grant = DecideRight(town.key(), asked.id, True, "AVG art. 17", colleague, "Klopt zo.")
    prepared = await town.act("lotte", decide_right, grant)
    await town.act("ibrahim", confirm_decision, ConfirmDecision(town.key(), prepared.id, True))
    await town.act("lotte", erase_household, EraseHousehold(town.key(), ben.household))
    await town.act("mo", rotate_keys, RotateKeys(town.key(), (Keys.DATA,)))


async def test_every_act_and_every_look_leaves_its_record(town: Town, database_url: str) -> None:
    await whole_story(town, database_url)
    await story_of_managing(town)
    await story_of_leaving(town, database_url)
    found = await records(database_url)
    classes = {(record["event"], record["act"]) for record in found}
    create = {
        "propose_merge",
        "set_deputy",
        "add_signal",
        "accept_move",
        "invite_team",
        "propose_lead",
        "offer_hand_over",
        "add_action",
        "record_contact",
        "record_refusal",
        "record_consent",
        "add_medical_note",
        "start_ground",
    }
    create |= {
        "add_member",
        "record_meeting",
        "set_goal",
        "praise_family",
        "record_agreement",
        "say_for_my_family",
    }
    create |= {
        "publish_breakthrough",
        "spend",
        "add_offer",
        "propose_alternative",
        "hold_alternative",
        "schedule_meeting",
    }
    create |= {"raise_blockade", "plan_hearing", "exercise_right", "appeal_decision"}
    verbs = {one.name for module in ACTIONS for one in vars(module).values() if isinstance(one, Verb)}
    verbs -= {"mark_read"}  # done to one's own inbox, and to no household
    views = {"joint_case", "worklist", "gaps", "timeline", "merge_proposals", "blockades", "move_offers"}
    views |= {"my_family", "my_access_log", "resident_letter", "deferrals", "held_back"}
    create |= {"make_resident_code", "ask_for_help", "exercise_my_right", "defer_entry", "give_my_consent"}
    views |= {"similar_blockades", "alliance_agenda"}
    views |= {"spread", "meeting", "meeting_minutes", "rights_asked", "corrections", "export_household"}
    views |= {"alternatives", "places", "preparation", "preparation_load"}
    of = {"break_glass": "E", "rotate_keys": "E", "erase_household": "D"} | dict.fromkeys(create, "C")
    verbs.add("bind_resident")  # by somebody who is nobody here until it is done
    of["bind_resident"] = "C"
    assert classes == {(e, of.get(e, "U")) for e in verbs} | {(e, "R") for e in views}
    members = {member.membership: member for member in town.members.values()}
    for record in found:
        assert record["policy"] == town.office.policy.digest
        assert record["rules"] and record["ground"]
        # A family that another area offers is no household here before it is accepted.
        # What an area is run by is about no household.
        none = {"move_offers", "decline_move", "change_settings", "plan_duty", "cover_place", "add_member"}
        none |= {"spread", "set_lead_hours"}
        none |= {"withdraw_breakthrough"}
        none |= {"add_offer", "change_offer", "withdraw_offer", "preparation_load"}
        none |= {"schedule_meeting", "open_meeting", "mark_present", "close_meeting", "adjourn_meeting"}
        none |= {"record_discipline"}
        none |= {"record_meeting", "rotate_keys", "start_ground", "end_ground", "set_retention_term"}
        # Of somebody who was erased the records lead nowhere any more.
        none |= {"erase_household", "exercise_right", "decide_right", "confirm_decision"}
        assert record["household"] is not None or record["event"] in none
        if record["membership"] is None:
            of_resident = (record["role"], record["purpose"], record["professional"], record["team"])
            assert of_resident == ("resident", "access_request", None, None)
            continue
        who = members[UUID(record["membership"])]
        name = next(name for name, member in town.members.items() if member is who)
        officer = "access_request" if record["event"] == "export_household" else "supervision"
        purpose = {**dict.fromkeys(("hanna", "nadia"), "court_alternative"), "lotte": officer}.get(
            name, "care_coordination"
        )
        assert record["purpose"] == purpose and record["trace"] == "0" * 32
        assert (record["professional"], record["team"]) == (str(who.professional), str(who.team))


async def test_no_record_holds_a_value_of_any_facet(town: Town, database_url: str) -> None:
    await whole_story(town, database_url)
    async with sql(database_url) as database:
        raw = [row[0] for row in await database.fetch("select record from access_log")]
        homes = {str(row[0]) for row in await database.fetch("select id from households")}
        events = " ".join(row[0] for row in await database.fetch("select about::text || verb from events"))
    told = " ".join(raw)
    for value in (CANARY, "slaapt", "Noor", "Dahliastraat", "2018-09-30", "06-00000000", "Chaima"):
        assert value not in told and value not in events
    assert not any(home in told for home in homes)


async def test_each_leaf_is_recomputed_from_its_record_and_salt(town: Town, database_url: str) -> None:
    await whole_story(town, database_url)
    async with sql(database_url) as database:
        rows = await database.fetch(
            "select id, record, salt, leaf, area_id, professional_id, trace_id from access_log"
        )
    assert len({row["salt"] for row in rows}) == len(rows) > 30
    for row in rows:
        assert row["leaf"] == hashlib.sha256(b"\x00" + row["salt"] + row["record"].encode()).digest()
        assert row["leaf"] == leaf_of(row["salt"], row["record"].encode())
        assert row["leaf"] != leaf_of(row["salt"], row["record"].replace('"act"', '"acT"').encode())
        said = json.loads(row["record"])
        canonical = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        assert canonical == row["record"]
        who = row["professional_id"] and str(row["professional_id"])
        columns = [str(row["id"]), str(row["area_id"]), who, row["trace_id"]]
        assert [said["id"], said["area"], said["professional"], said["trace"]] == columns


async def test_a_look_says_which_facets_it_showed_and_by_which_rules(town: Town, database_url: str) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    before = await records(database_url)
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    (record,) = await added(database_url, before)
    assert record["household"] == case.household and record["act"] == "R"
    assert {"person.name", "case.status", "signal.summary"} <= set(record["facets"])
    assert all(record["facets"].values())
    assert {w.facet for w in view.withheld} <= {f for f, how in record["facets"].items() if how == "exists"}
    assert not {"person.bsn", "medical.note", "court.hearing"} & set(record["facets"])


async def test_a_refusal_says_no_more_than_what_was_asked_and_shows_nothing(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    before = await records(database_url)
    for who, identity in (("ines", case.id), ("ines", uuid4()), ("mo", case.household)):
        with pytest.raises(Problem):
            await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))
    with pytest.raises(Problem):
        await town.act("ines", record_contact, RecordContact(town.key(), case.id))
    found = await added(database_url, before)
    assert [(one["event"], one["status"], one["problem"]) for one in found] == [
        *[("joint_case", "error", "not_found")] * 3,
        ("record_contact", "error", "not_found"),
    ]
    assert not any(one["facets"] or one["decided"] or one["of"] for one in found)
    # Whose it would have been stands beside the record, for the privacy officer.
    home = case.household
    assert [one["household"] for one in found] == [home, None, home, home]


async def test_an_answer_given_again_is_one_act_in_the_log(town: Town, database_url: str) -> None:
    sent = concern(town, (await town.janssens())["noor"])
    await asyncio.gather(*(town.act("amina", add_signal, sent) for _ in range(5)))
    assert [record["event"] for record in await records(database_url)] == ["add_signal"]


async def test_where_the_log_cannot_be_written_nothing_is_shown_and_nothing_is_done(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    town.clock.forward(weeks=3)
    async with sql(database_url) as database:
        await database.execute("revoke insert on access_log from casecoord_app, casecoord_reader")
        before = await database.fetchval("select count(*) from signals")
    for view, query in (
        (joint_case, JointCaseOf(case.id)), (worklist, WorklistOf()), (gaps, GapsOf()), (timeline, TimelineOf(case.id)),
    ):  # fmt: skip
        with pytest.raises(DatabaseFault) as fault:
            await town.office.look(town.caller("amina"), view, query)
        assert "Janssen" not in str(fault.value)
    with pytest.raises(DatabaseFault):
        await signal(town, "amina", noor)
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from signals") == before
        await database.execute("grant insert on access_log to casecoord_app, casecoord_reader")
    assert await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))


async def test_an_accepted_match_is_in_the_log_of_both_households(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    (match,) = (await town.office.look(town.caller("ibrahim"), merge_proposals, MergeProposalsOf())).items
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), match.id, True))
    told = [record for record in await records(database_url) if record["event"] == "confirm_merge"]
    assert {record["household"] for record in told} == {match.beside.household, match.main.household}


async def test_the_record_is_there_when_the_answer_is(town: Town, database_url: str) -> None:
    """Seen from another connection, at the moment at which the caller has its answer."""
    case = await led_case(town, (await town.janssens())["noor"])
    async with sql(database_url) as other:
        for number in range(1, 6):
            await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))
            logged = "select count(*) from access_log where record::jsonb ->> 'event' = 'joint_case'"
            assert await other.fetchval(logged) == number
