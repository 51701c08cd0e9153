"""Everybody tries every act on everything: what is done is what the table of acts, read independently, allows.

Each attempt is undone, so that the next person finds the same world.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from casecoord.access.decide import Permission, Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.office import Office
from casecoord.api.context import Context
from casecoord.api.ids import global_id
from casecoord.domain.errors import Problem
from casecoord.domain.words import Role, TeamKind
from casecoord.storage.faults import DatabaseFault
from casecoord.storage.work import Database
from tests.actions.steps import led_case
from tests.api.test_everybody_everywhere import (
    DOCUMENTS,
    SCHEMA,
    TABLES,
    Filled,
    Place,
    ids_in,
    kinds_of,
    operation,
    own_ids,
    story,
    variables_of,
)  # fmt: skip
from tests.policies import acts_oracle
from tests.world import KEYRING, PEOPLE, Clock, Someone, build_town
from tests.world import TEAMS as KINDS_OF_TEAMS

#: Each mutation's line in the table of acts. A new one without its act fails here.
ACT_OF = {
    "addSignal": "add_signal", "seeSignal": "triage_signal", "triageSignal": "triage_signal",
    "inviteTeam": "invite_team", "joinCase": "join_case", "declineInvitation": "decline_invitation",
    "leaveCase": "leave_case", "proposeLead": "propose_lead", "acceptLead": "accept_lead",
    "declineLead": "decline_lead", "appointLead": "appoint_lead", "objectToAppointment": "object_to_appointment",
    "offerHandOver": "offer_handover", "acceptHandOver": "accept_handover", "declineHandOver": "decline_handover",
    "acceptTransfer": "accept_handover", "declineTransfer": "decline_handover", "recordContact": "record_contact",
    "reviewCase": "review_case", "beginAftercare": "review_case", "recordRefusal": "review_case",
    "endRefusal": "review_case", "confirmRefusal": "triage_signal", "addAction": "add_action",
    "completeAction": "complete_action", "reAgreeAction": "re_agree_action", "confirmOutcome": "confirm_outcome",
    "giveFeedback": "give_feedback", "closeCase": "close_case", "reopenCase": "reopen_case",
    "breakGlass": "break_glass", "reviewBreakGlass": "review_break_glass", "recordMeeting": "schedule_meeting",
    "raiseBlockade": "raise_blockade", "decideBlockade": "decide_blockade", "planHearing": "plan_hearing",
    "moveHearing": "move_hearing", "endHearing": "move_hearing", "recordMove": "record_move",
    "acceptMove": "accept_move", "declineMove": "accept_move", "proposeMerge": "propose_merge",
    "confirmMerge": "confirm_merge", "undoMerge": "undo_merge", "splitHousehold": "split_household",
    "endMembership": "end_membership", "endProfessional": "manage_teams", "endTeam": "manage_teams",
    "endOrganisation": "manage_teams", "setDeputy": "set_deputy", "addMember": "manage_teams",
    "coverPlace": "manage_teams", "planDuty": "manage_teams", "changeSettings": "manage_settings",
    "exerciseRight": "request_access", "decideRight": "decide_request",
    "withdrawRight": "request_access", "appealDecision": "request_access", "confirmDecision": "decide_request",
    "liftRestriction": "decide_request", "rectify": "rectify", "eraseHousehold": "erase",
    "recordConsent": "record_consent", "withdrawConsent": "withdraw_consent", "recordChildsWord": "record_consent",
    "addMedicalNote": "add_signal", "makeResidentCode": "record_contact", "unbindResident": "restrict",
    "deferEntry": "record_contact", "reviewDeferral": "review_case", "rotateKeys": "rotate_keys",
    "scheduleMeeting": "schedule_meeting", "openMeeting": "schedule_meeting", "markPresent": "schedule_meeting",
    "recordDecision": "record_decision", "closeMeeting": "close_meeting", "adjournMeeting": "close_meeting",
    "recordDiscipline": "manage_teams",
    "setRetentionTerm": "manage_settings", "startGround": "manage_settings", "endGround": "manage_settings",
    "setGoal": "set_goal", "reachMilestone": "set_goal", "recordAgreement": "set_goal",
    "respondAgreement": "set_goal", "praiseFamily": "add_action", "setLeadHours": "manage_teams",
    "orderBlockades": "order_blockades", "completeHomework": "decide_blockade",
    "publishBreakthrough": "decide_blockade", "withdrawBreakthrough": "decide_blockade",
    "spend": "spend", "recordSpendResult": "spend", "cancelSpend": "spend",
    "addOffer": "manage_offers", "changeOffer": "manage_offers", "withdrawOffer": "manage_offers",
    "proposeAlternative": "hold_place", "holdAlternative": "hold_place", "recordPreparation": "hold_place",
    "releaseAlternative": "release_place", "confirmAlternative": "confirm_place", "startAlternative": "start_place",
    "followAlternative": "start_place", "endAlternative": "end_place",
    # A resident's own, on the own page.
    "respondMyAgreement": "record_consent", "sayForMyFamily": "record_consent",
    "askForHelp": "add_signal", "exerciseMyRight": "request_access", "letBeSeen": "record_consent",
    "giveMyConsent": "record_consent", "withdrawMyConsent": "withdraw_consent",
    # One's own inbox, and one's own code on paper: no act on anybody.
    "markRead": None, "bindResident": None,
}  # fmt: skip
#: Who does the same by another act: the officer looks again at what somebody else kept from a family.
OTHERWISE = {("reviewDeferral", Role.PRIVACY_OFFICER): "review_break_glass"}
#: What has to be in order, and what the thing is about: an act that is done had it so.
IN_ORDER = {
    "matched_or_proposed", "membership_valid", "kind_allowed", "actions_handed_over", "preference_known",
    "within_ceiling", "appointment_due", "owner_and_date", "word_named", "within_amount",
    "consent_rules_met", "reason_and_reviews_done", "no_other_hold", "nothing_hanging", "identity_checked",
    "ground_recorded", "for_monitoring", "lead_left_or_ill", "for_participating_team", "without_medical",
    "second_person", "of_receiving_area",
}  # fmt: skip
#: What nobody can do in this one world: here it is only refused, and its yes is in the stories of `tests/actions`.
ELSEWHERE = {
    "acceptLead", "appointLead", "closeCase", "confirmMerge", "confirmRefusal", "decideRight", "declineLead",
    "endRefusal", "objectToAppointment", "undoMerge",
    # Needs a request that was granted, two logins, a ground's own id, or an entry of one's own.
    "deferEntry", "endGround", "eraseHousehold", "liftRestriction", "recordConsent", "rectify",
    # Of a structural decision of one's own, which nobody wrote down yet.
    "publishBreakthrough",
    # A resident's, of whom there is none among these.
    "askForHelp", "exerciseMyRight", "giveMyConsent", "letBeSeen", "withdrawMyConsent",
    "respondMyAgreement", "sayForMyFamily",
}  # fmt: skip
#: Of the consents that there are one is tried: it may be somebody's own.
BY_CHANCE = {"withdrawConsent"}
#: The variable that names what an act is done to: the first of these that a mutation has.
PRIMARY = (
    "meeting", "meetingItem",
    "signal", "proposal", "invitation", "action", "blockade", "hearing", "placement", "grant", "request", "merge", "transfer",
    "offer", "decision", "consent", "deferral", "milestone", "agreement", "person", "case", "household", "membership", "team", "professional",
    "organisation", "homework", "rule", "spend", "blockades", "alternative",
)  # fmt: skip


class Listening(Policy):
    """The policy in force, which remembers what it was asked and what it allowed."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, bool]] = []

    def may(self, who: Doer, act: str, facts: ActFacts) -> Permission:
        decision = super().may(who, act, facts)
        by_the_table = acts_oracle.may(who.role, who.team_kind, act, facts.holding())
        assert decision.allowed is by_the_table, (who, act, facts.holding())
        self.asked.append((act, decision.allowed))
        return decision


class Undone(Exception):
    """Ends an attempt that succeeded."""


@dataclass(frozen=True)
class Trying(Office):
    """An office in which nothing stays done; `done` says what would have been."""

    listening: Listening = field(kw_only=True)
    done: list[str] = field(default_factory=list)

    async def act(self, caller: Any, verb: Any, input: Any) -> Any:
        answer = None
        try:
            enter = self._as_guest if verb.by_resident else self._as_hand
            async with enter(caller) as hand:
                work = hand.work
                answer = await verb.do(hand, input)
                await work.session.execute(text("set constraints all immediate"))
                self.done.append(verb.name)
                raise Undone
        except Undone:
            return answer
        except DatabaseFault:
            # The guards found that it may not stand: that is no word about who may try.
            raise Problem("try_again") from None


@dataclass(frozen=True)
class World:
    place: Place
    office: Trying
    rows: dict[str, dict[UUID, dict[str, Any]]]
    #: of a family that the story's own is not
    person: Someone


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    clock, policy = Clock(), Listening()
    database = Database(database_url, KEYRING, clock=clock, pool_size=4)
    town = await build_town(database, clock, policy)
    place = await story(town, "zuid")
    noor = (await town.janssens())["noor"]
    await led_case(town, noor, "bram")
    rows = {}
    async with database.within(town.area) as work:
        for table in {*TABLES.values(), "participants", "leads", "memberships"}:
            found = await work.session.execute(text(f"select * from {table} where area_id = '{town.area}'"))
            rows[table] = {row["id"]: dict(row) for row in found.mappings()}
    for kind, table in TABLES.items():
        place.ids[kind] = list(rows[table])
    yield World(place, Trying(database, policy, listening=policy), rows, noor)
    await database.close()


def document(name: str) -> str:
    return name[0].upper() + name[1:]


def test_every_mutation_has_its_act_and_every_act_is_of_the_signed_table() -> None:
    mutations = {name for name in DOCUMENTS if operation(name).operation.value == "mutation"}
    assert mutations == {document(name) for name in ACT_OF}
    assert set(SCHEMA._schema.mutation_type.fields) == set(ACT_OF)  # type: ignore[union-attr]
    assert {act for act in ACT_OF.values() if act} <= set(acts_oracle.ACTS)


def facts_of(world: World, who: str, name: str, kind: str | None, identity: UUID | None) -> frozenset[str]:
    """What is so between this person and this thing, from the rows alone."""
    rows, member = world.rows, world.place.town.members[who]
    mine = {
        one["id"] for one in rows["memberships"].values() if one["professional_id"] == member.professional
    }
    thing = rows[TABLES[kind]].get(identity, {}) if kind else {}
    home = identity if kind == "Household" else thing.get("household_id")
    case = thing if kind == "Case" else rows["cases"].get(thing.get("case_id"))
    case = case or next(
        (c for c in rows["cases"].values() if c["household_id"] == home and c["state"] != "closed"), None
    )
    lead = next((x for x in rows["leads"].values() if case and x["case_id"] == case["id"]), None)
    teams = {p["team_id"] for p in rows["participants"].values() if case and p["case_id"] == case["id"]}
    facts = set(IN_ORDER)
    if name == "recordChildsWord":
        facts.add("holds_it")
    if lead is None:
        facts.add("no_lead_yet")
    if case is None:
        facts.add("no_case_yet")
    elif case["state"] == "aftercare":
        facts.add("aftercare_confirmed")
    # A signal beside the case is not the lead's yet: to it, there is no case.
    beside = kind == "Signal" and thing["case_id"] is None
    if beside:
        facts.add("no_case_yet")
    if lead and lead["membership_id"] in mine and not beside:
        facts.add("is_lead")
    if name == "breakGlass" and PEOPLE[who][0] == "huisarts":
        facts.add("own_patient")
    if member.team in teams:
        facts |= {"of_participating_team", "for_own_team"}
    accountable = thing.get("accountable_team_id") == member.team if kind == "Signal" else False
    of_lead = (
        name == "confirmRefusal"
        and lead
        and rows["memberships"][lead["membership_id"]]["team_id"] == member.team
    )
    if accountable or of_lead or (kind != "Signal" and member.team in teams and lead is None):
        facts.add("of_accountable_team")
    if who == "dirk":
        facts.add("on_duty")
    if thing.get("urgency") == "acute":
        facts.add("signal_acute")
    if thing.get("membership_id") in mine and kind == "Proposal":
        facts |= {"is_proposed", "is_receiver", "is_appointed"}
    if kind == "Transfer" and (
        thing["to_team_id"] == member.team or (thing["to_team_id"] is None and who == "ibrahim")
    ):
        facts.add("is_receiver")
    if thing.get("owner_id") in mine:
        facts.add("is_owner")
    if kind == "Invitation" and thing.get("team_id") == member.team:
        facts.add("of_invited_team")
    if kind == "Team" and identity == member.team:
        facts.add("own_team_meeting")
    if name == "scheduleMeeting" and identity == member.team:
        facts.add("chairs_meeting")
    if kind in ("Meeting", "MeetingItem"):
        table = thing if kind == "Meeting" else rows["meetings"][thing["meeting_id"]]
        facts |= {"own_team_meeting"} if table["team_id"] == member.team else set()
        facts |= {"chairs_meeting"} if table["chair_id"] == member.membership else set()
    if kind == "Membership" and thing["team_id"] == member.team:
        facts.add("own_team_deputy")
    if kind == "Consent" and ("is_lead" in facts or thing["team_id"] == member.team):
        facts.add("holds_it")
    if kind == "Deferral" and thing["deferred_by"] not in mine:
        facts.add("used_by_another")
    if kind == "BreakGlass" and thing["membership_id"] not in mine:
        facts.add("used_by_another")
    if kind == "Merge" and thing.get("merged_by") not in mine:
        facts.add("second_coordinator")
    return frozenset(facts)


async def attempt(world: World, who: str, name: str, variables: dict[str, Any]) -> str:
    """`done`, or the code of what was answered."""
    world.office.done.clear()
    world.office.listening.asked.clear()
    context = Context(
        world.office, world.place.town.caller(who), DOCUMENTS[document(name)].parsed, document(name)
    )
    answer = await SCHEMA.execute(DOCUMENTS[document(name)].text, variables, context_value=context)
    if world.office.done:
        return "done"
    if answer.errors:
        return str(getattr(answer.errors[0].original_error, "code", answer.errors[0].message))
    (said,) = (answer.data or {}).values()
    return str(
        said.get("code", said.get("problems", [{}])[0].get("code", "")) if isinstance(said, dict) else said
    )


def things(world: World, name: str) -> list[tuple[str | None, str | None, UUID | None]]:
    """What this mutation can be about: the variable that names it, its kind and id; those of most people first."""
    paths = sorted((p for p in ids_in(document(name)) if p in PRIMARY), key=PRIMARY.index)
    if not paths:
        return [(None, None, None)]
    found = [(paths[0], kind, one) for kind in kinds_of(paths[0]) for one in world.place.ids[kind]]

    def telling(thing: tuple[str | None, str | None, UUID | None]) -> tuple[int, bool]:
        state = world.rows[TABLES[str(thing[1])]][thing[2]].get("state")  # type: ignore[index]
        return sum(may(world, who, name, thing) for who in PEOPLE), state in ("pending", "open", "planned")

    return sorted(found, key=telling, reverse=True)


def said_well(world: World, value: Any) -> Any:
    """With what a generic filler cannot know: a number and the birth date that goes with it, and days that were."""
    known = world.person
    if isinstance(value, dict):
        right: dict[str, Any] = {
            "bsn": known.bsn,
            "birthDate": known.born.isoformat(),
            "movedOn": world.place.town.clock.now.date().isoformat(),
            "heldAt": world.place.town.clock.now.isoformat(),
            "other": global_id("Household", known.household),
        }
        return {name: right.get(name, said_well(world, one)) for name, one in value.items()}
    return value


def may(world: World, who: str, name: str, thing: tuple[str | None, str | None, UUID | None]) -> bool:
    team, role = PEOPLE[who]
    act = act_of(name, who)
    assert act is not None
    facts = facts_of(world, who, name, *thing[1:])
    if name == "addMedicalNote" and KINDS_OF_TEAMS[team] is not TeamKind.GP_CARE:
        return False
    if name == "confirmDecision":
        # The second person says yes or no to the privacy officer's own decision.
        second = world.rows["request_decisions"][thing[2]]["second_id"]  # type: ignore[index]
        asked = world.rows["memberships"][second]["professional_id"]
        return bool(asked == world.place.town.members[who].professional) and acts_oracle.may(
            "privacy_officer", None, act, facts
        )
    if role is Role.AREA_COORDINATOR and stands_in(world, name, *thing[1:]):
        return acts_oracle.may("coordinator", KINDS_OF_TEAMS[team], act, facts | {"of_accountable_team"})
    return acts_oracle.may(role, KINDS_OF_TEAMS[team], act, facts)


def act_of(name: str, who: str) -> str | None:
    return OTHERWISE.get((name, PEOPLE[who][1]), ACT_OF[name])


def stands_in(world: World, name: str, kind: str | None, identity: UUID | None) -> bool:
    """Where no team is accountable, the area's coordinator is its coordinator."""
    if name not in ("triageSignal", "seeSignal"):
        return False
    return world.rows["signals"][identity]["accountable_team_id"] is None  # type: ignore[index]


async def everybody_tries(world: World, of_each: int) -> dict[str, int]:
    """To how many each act was allowed, wherever that agrees with the table; fails where it does not."""
    allowed = dict.fromkeys((name for name, act in ACT_OF.items() if act), 0)
    wrong = []
    for name in allowed:
        fields = variables_of(document(name))
        for thing in things(world, name)[:of_each]:
            path, kind, one = thing
            given = own_ids(world.place, document(name)) | ({path: global_id(kind, one)} if path else {})
            for who in PEOPLE:
                filled = said_well(world, Filled(world.place.town, given).fill(fields))
                if name == "breakGlass":
                    filled["input"] |= {
                        "bsn": world.person.bsn,
                        "reason": "Al dagen geen gehoor.",
                        "medical": False,
                    }
                said = await attempt(world, who, name, filled)
                granted = (act_of(name, who), True) in world.office.listening.asked
                rightly = may(world, who, name, thing)
                if (
                    granted > rightly
                    or (said == "done" and not granted)
                    or (said == "not_allowed" and rightly)
                ):
                    wrong.append((name, who, kind, said, granted, rightly))
                allowed[name] += granted
    assert wrong == [], wrong
    return allowed


async def test_what_is_done_is_what_the_table_of_acts_allows(world: World) -> None:
    """Nothing is done but by its own act, asked by its name, and by whom the table names."""
    allowed = await everybody_tries(world, 1)
    never = {name for name, number in allowed.items() if not number}
    assert never - BY_CHANCE == ELSEWHERE, " ".join(sorted(never))


@pytest.mark.prove
async def test_so_it_is_for_each_thing_that_there_is(world: World) -> None:
    await everybody_tries(world, 1000)
