"""Everybody asks everything with every id: what is not theirs is as if it did not exist, and no sealed value
leaves but to whom the tables, read here from their CSV files, allow.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from casecoord.access.decide import Policy
from casecoord.actions.addressing import Addressee
from casecoord.actions.agreements import (
    RecordAgreement,
    RespondAgreement,
    record_agreement,
    respond_agreement,
)
from casecoord.actions.blockades import (
    DecideBlockade,
    GiveHomework,
    RaiseBlockade,
    decide_blockade,
    raise_blockade,
)
from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.breakthroughs import RuleWords
from casecoord.actions.deciding import DecideRight, decide_right
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.goals import PraiseFamily, SetGoal, praise_family, set_goal
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_lead, offer_hand_over
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.merging import ProposeMerge, propose_merge
from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.actions.spending import SpendMoney, spend
from casecoord.api import documents
from casecoord.api.context import Context
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from casecoord.domain.actors import Caller
from casecoord.domain.agreements import Answer
from casecoord.domain.residents import Thing
from casecoord.domain.words import Audience, BlockadeKind, LifeDomain, Reach, RequestKind
from casecoord.storage.work import Database, UnknownLogin
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    OperationDefinitionNode,
    type_from_ast,
)
from tests.actions.alternative_steps import held, offer, provider
from tests.actions.consent_steps import note, to_note
from tests.actions.meeting_steps import agenda, decided, opened
from tests.actions.moves import COVERED, arrives, moves_to
from tests.actions.residents_steps import bound, code_for, custody
from tests.actions.steps import by_bsn, merge, open_case, pending, propose, signal, take_part
from tests.policies import oracle
from tests.world import KEYRING, PEOPLE, Clock, Town, build_town

SCHEMA = build()
DOCUMENTS = {document.name: document for document in documents.load(SCHEMA).values()}
SOON = date(2026, 11, 9)

#: As what each looks at the family's case; who is not here is an outsider.
VIEWERS = {
    "amina": {"school_care", "lead"},
    "bram": {"school_care"},
    "ines": {"signaller"},
    "chaima": {"social"},
    "dirk": {"social"},
    "esra": {"work_care"},
    "fleur": {"gp_care"},
    "gijs": {"gp_care"},
    "hanna": {"court_partner"},
    "ibrahim": {"coordinator"},
    "jasmijn": {"decision_power"},
    "karim": {"analyst"},
    "lotte": {"privacy_officer"},
}
#: Whose things each bound resident of the family may see as their own.
OWN = {"mother": {"mother", "child"}, "brother": {"brother"}}
PURPOSES = {"hanna": "court_alternative", "karim": "monitoring", "lotte": "supervision"}
#: What an id in a variable of this name can be the id of.
KINDS = {
    "id": ("Case", "Household"),
    "case": ("Case",),
    "household": ("Household",),
    "signal": ("Signal",),
    "proposal": ("Proposal",),
    "invitation": ("Invitation",),
    "action": ("Action",),
    "blockade": ("Blockade",),
    "hearing": ("Hearing",),
    "placement": ("Placement",),
    "alternative": ("Alternative",),
    "grant": ("BreakGlass",),
    "entry": ("LogEntry",),
    "request": ("Request",),
    "second": ("Professional",),
    "decision": ("RightDecision",),
    "team": ("Team",),
    "professional": ("Professional",),
    "owner": ("Professional",),
    "area": ("Area",),
    "other": ("Household",),
    "persons": ("Person",),
    "keepCase": ("Case",),
    "merge": ("Merge",),
    "membership": ("Membership",),
    "deputy": ("Membership",),
    "successor": ("Membership",),
    "justiceDeputy": ("Membership",),
    "organisation": ("Organisation",),
    "to": ("Team",),
    "transfer": ("Transfer",),
    "offer": ("MoveOffer",),
    "person": ("Person",),
    "givenBy": ("Person",),
    "by": ("Person",),
    "consent": ("Consent",),
    "code": ("ResidentCode",),
    "thing": (
        "Person",
        "Signal",
        "MedicalNote",
        "Action",
        "Contact",
        "Hearing",
        "Blockade",
        "BreakGlass",
        "Event",
    ),
    "deferral": ("Deferral",),
    "goal": ("Milestone",),
    "milestone": ("Milestone",),
    "agreement": ("Agreement",),
    "replaces": ("Agreement",),
    "adopts": ("Person",),
    "saidBy": ("Person",),
    "blockades": ("Blockade",),
    "also": ("Blockade",),
    "homework": ("Homework",),
    "rule": ("Breakthrough",),
    "spend": ("Spend",),
    "meeting": ("Meeting",),
    "meetingItem": ("MeetingItem",),
    "chair": ("Membership",),
    "guests": ("Membership",),
    "present": ("Membership",),
}
#: What is no family's: who works where.
OF_NO_FAMILY = {
    "team",
    "professional",
    "owner",
    "area",
    "membership",
    "deputy",
    "successor",
    "justiceDeputy",
    "organisation",
    "to",
    "alternative",
    "chair",
    "guests",
    "present",
}
TABLES = {
    "Case": "cases",
    "Household": "households",
    "Signal": "signals",
    "Proposal": "proposals",
    "Invitation": "invitations",
    "Action": "plan_actions",
    "Blockade": "blockades",
    "Hearing": "hearings",
    "Placement": "placements",
    "Alternative": "offers",
    "Request": "requests",
    "RightDecision": "request_decisions",
    "BreakGlass": "break_glass_grants",
    "Team": "teams",
    "Professional": "professionals",
    "Person": "persons",
    "MergeProposal": "merge_proposals",
    "Merge": "merges",
    "Membership": "memberships",
    "Organisation": "organisations",
    "Transfer": "transfers",
    "MoveOffer": "arrivals",
    "Consent": "consents",
    "MedicalNote": "medical_notes",
    "LegalGround": "legal_grounds",
    "LogEntry": "access_log",
    "ResidentCode": "resident_codes",
    "Deferral": "deferrals",
    "Contact": "contacts",
    "Event": "events",
    "Milestone": "milestones",
    "Agreement": "agreements",
    "Homework": "blockade_homework",
    "Breakthrough": "breakthroughs",
    "Spend": "spends",
    "Meeting": "meetings",
    "MeetingItem": "meeting_items",
}


@dataclass(frozen=True)
class Canary:
    """A sealed value: where it lies, who wrote it, and for a signal in no case who is accountable for it."""

    word: str
    facet: str
    sphere: str | None = None
    team: str | None = None
    shared: bool = False
    accountable: str | None = None
    hearing: bool = False
    #: a patient's note, written by this practice's team; whether the lead has a consent to it
    practice: str | None = None
    consented: bool = False
    #: whose it is, where it is about one of the family
    person: str | None = None
    deferred: bool = False
    #: with whom it was agreed; and whether it is what they said to it, which at home is theirs alone
    party: str | None = None
    answer: bool = False

    def may_reach_resident(self, who: str) -> bool:
        """By the tables alone: the household's cells, own what is about them, or about nobody by name in general."""
        own = self.sphere in (None, "general") if self.person is None else self.person in OWN[who]
        own = self.party in OWN[who] if self.party else own
        if self.answer and not own:
            return False
        facts = ({"own_person"} if own else set()) | ({"deferred_for_safety"} if self.deferred else set())
        return oracle.shown("household", False, self.facet, self.sphere, "access_request", facts) == "full"

    def may_reach(self, who: str) -> bool:
        return any(
            oracle.shown(viewer, False, self.facet, self.sphere, self._purpose(who), self._facts(who))
            == "full"
            for viewer in self._viewers(who)
        )

    def _viewers(self, who: str) -> set[str]:
        seen_by = VIEWERS.get(who, {"outsider"})
        if self.accountable is None or PEOPLE[who][0] == self.accountable:
            return seen_by
        return seen_by & {"lead", "coordinator"} or {"signaller"}

    def _purpose(self, who: str) -> str:
        return PURPOSES.get(who, "care_coordination")

    def _facts(self, who: str) -> set[str]:
        facts = {"shared_with_teams"} if self.shared else set()
        facts |= {"own_hearing"} if self.hearing else set()
        facts |= {"own_practice"} if self.practice == PEOPLE[who][0] else set()
        facts |= {"consent_covers"} if self.consented else set()
        return facts | ({"wrote_it"} if self.team == PEOPLE[who][0] else set())


@dataclass
class Place:
    """A town, the ids of all that is in it, and its family's canaries."""

    town: Town
    ids: dict[str, list[UUID]] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)
    residents: dict[str, Caller] = field(default_factory=dict)


@pytest.fixture
async def places(database_url: str) -> AsyncIterator[tuple[Place, Place]]:
    """Two areas, in each of which the same has happened."""
    clock = Clock()
    database = Database(database_url, KEYRING, clock=clock, pool_size=4)
    policy = Policy()
    made = [await story(await build_town(database, clock, policy, code), code) for code in ("zuid", "noord")]
    yield made[0], made[1]
    await database.close()


async def story(town: Town, code: str) -> Place:
    """A case with every kind of team, led by a school's member; each sealed text is a word of its own."""
    place = Place(town)

    def say(facet: str, sphere: str | None = None, team: str | None = None, **more: Any) -> str:
        word = f"Kanarie{code}{len(place.canaries):02d}x"
        place.canaries.append(Canary(word, facet, sphere, team, **more))
        return word

    def told(sphere: str, team: str, **more: Any) -> dict[str, str]:
        return {
            "summary": say("signal.summary", sphere, team, **more),
            "detail": say("signal.detail", sphere, team, **more),
        }

    mother, brother, child, aunt = await town.family(
        (say("person.name", hearing=True, person="mother"), date(1985, 2, 3)),
        (say("person.name", hearing=True, person="brother"), date(2009, 5, 6)),
        (say("person.name", person="child"), date(2018, 9, 30)),
        (say("person.name", person="aunt"), date(1990, 2, 3)),
        links={0: [("practice", "P1"), ("benefit", "WPI")], 2: [("school", "11VO00")]},
    )
    await custody(town, mother, child, brother)
    first = await signal(town, "amina", child, **told("general", "klimop", person="child"))
    case = await open_case(town, "bram", first.signal)
    for team, member in (("wijkteam", "chaima"), ("werk", "esra"), ("rechtbank", "hanna")):
        await take_part(town, "bram", case.id, team, member)
    asked = AnswerProposal(town.key(), await propose(town, "bram", case.id, "amina"))
    await town.act("amina", accept_lead, asked)

    async def comes(
        author: str, about: Any, domain: LifeDomain, by: str, told: dict[str, str], **how: Any
    ) -> None:
        sent = await signal(town, author, about, domain=domain, **told, **how)
        async with town.database.within(town.area) as work:
            await work.session.execute(
                text("update signals set accountable_team_id = :team where id = :id"),
                {"team": town.members[by].team, "id": sent.signal},
            )
        await town.act(by, triage_signal, TriageSignal(town.key(), sent.signal, Decision.JOIN_CASE))

    await comes(
        "hanna", brother, LifeDomain.SOCIAL_NETWORK, "dirk", told("justice", "rechtbank", person="brother")
    )
    await comes("chaima", mother, LifeDomain.FINANCE, "esra", told("livelihood", "wijkteam", person="mother"))
    await comes(
        "chaima", mother, LifeDomain.MENTAL_HEALTH, "gijs", told("health", "wijkteam", person="mother")
    )
    await comes(
        "fleur", mother, LifeDomain.PHYSICAL_HEALTH, "gijs", told("health", "huisarts", shared=True, person="mother"),
        audience=Audience.TEAMS_IN_CASE,
    )  # fmt: skip
    for consented in (False, True):
        more = {"shared": True, "practice": "huisarts", "consented": consented}
        written = await note(
            town, "fleur", mother, say("medical.note", "health", "huisarts", person="mother", **more)
        )
    await to_note(town, "fleur", written, mother)
    await signal(town, "ines", child, **told("general", "regenboog", accountable="klimop", person="child"))
    for who, domain, sphere in (
        ("amina", LifeDomain.TIME_USE, "general"),
        ("chaima", LifeDomain.FINANCE, "livelihood"),
        ("esra", LifeDomain.TIME_USE, "livelihood"),
        ("chaima", LifeDomain.SUBSTANCE_USE, "health"),
        ("hanna", LifeDomain.TIME_USE, "justice"),
    ):
        what = say("plan.action", sphere, PEOPLE[who][0])
        await town.act(who, add_action, AddAction(town.key(), case.id, domain, what, SOON))
    step = AddAction(
        town.key(), case.id, LifeDomain.TIME_USE, say("plan.action", "general", "klimop", deferred=True), SOON
    )
    waits = await town.act("amina", add_action, step)
    await town.act("amina", defer_entry, DeferEntry(town.key(), Thing.ACTION, waits.id, "Voor de rust."))
    await town.act("amina", record_contact, RecordContact(town.key(), case.id))
    for name, who in (("mother", mother), ("brother", brother)):
        place.residents[name] = await bound(town, "amina", who)
    await code_for(town, "amina", aunt)
    waiting = []
    for who, domain, sphere in (
        ("amina", LifeDomain.TIME_USE, "general"),
        ("esra", LifeDomain.FINANCE, "livelihood"),
    ):
        words = [say("blockade", sphere, PEOPLE[who][0]) for _ in range(2)]
        raised = RaiseBlockade(town.key(), case.id, BlockadeKind.MONEY, domain, *words)
        waiting.append((await town.act(who, raise_blockade, raised)).id)
    await at_the_table(town, case.id, say, mother.id)
    await opened_up(town, case.id, waiting, say("plan.action", "livelihood", "klimop"))
    hearing = await town.act(
        "hanna", plan_hearing, PlanHearing(town.key(), by_bsn(brother), date(2026, 12, 17))
    )
    await provider(town)
    free, wanted = [await offer(town, name=name) for name in ("Fietsen", "Hout")]
    await held(town, wanted, hearing.id)
    assert free != wanted
    sits = await opened(town, "bram", "amina")
    said = [say("meeting.item", "general", "klimop", accountable="klimop") for _ in range(2)]
    for item in await agenda(town, "bram", sits):
        if item.household == child.household:
            await decided(town, item, decision=said[0], family_present=False, without_family=said[1])
    reason = say("team_note.internal", "general")
    offered = await town.act(
        "amina", offer_hand_over, ProposeLead(town.key(), case.id, town.members["dirk"].professional, reason)
    )
    assert pending(offered)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    (jan,) = await town.family(("Jan Post", date(1961, 5, 5)))
    await merge(town, wim.household, jan.household)
    await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), child.household, wim.household))
    (mover,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    await signal(town, "dirk", mover)
    await moves_to(town, mover.household, COVERED)
    await arrives(town, town.area, "Lars Bos", date(2016, 4, 4))
    (loner,) = await town.family(("Wim Post", date(1960, 5, 5)))
    why = "Doet al dagen niet open, buren bellen."
    await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(loner.bsn), why))
    asked_for = ExerciseRight(town.key(), by_bsn(loner), RequestKind.ACCESS, identity_checked=True)
    waits = await town.act("lotte", exercise_right, asked_for)
    second = town.members["jasmijn"].professional
    decision = DecideRight(town.key(), waits.id, True, "AVG art. 15", second, "Klopt.")
    await town.act("lotte", decide_right, decision)
    async with town.database.within(town.area) as work:
        for kind, table in TABLES.items():
            found = await work.session.scalars(text(f"select id from {table} where area_id = '{town.area}'"))
            place.ids[kind] = list(found)
    place.ids["LogEntry"] = place.ids["LogEntry"][:2]  # there are hundreds, all alike
    place.ids["Area"] = [town.area]
    return place


async def at_the_table(town: Town, case: UUID, say: Any, mother: UUID) -> None:
    """Goals of the plan and of the family, a compliment of each team, and agreements that the mother answered."""
    for own, domain, sphere in (
        (False, LifeDomain.TIME_USE, "general"),
        (True, LifeDomain.TIME_USE, "general"),
        (False, LifeDomain.FINANCE, "livelihood"),
        (True, LifeDomain.MENTAL_HEALTH, "health"),
    ):
        words = say("family.goal" if own else "plan.goal", sphere, "klimop")
        await town.act("amina", set_goal, SetGoal(town.key(), case, domain, words, own=own))
    for who, sphere in (("chaima", "general"), ("esra", "livelihood"), ("hanna", "justice")):
        praise = PraiseFamily(town.key(), case, say("family.goal", sphere, PEOPLE[who][0]))
        await town.act(who, praise_family, praise)
    for domain, sphere in ((LifeDomain.TIME_USE, "general"), (LifeDomain.FINANCE, "livelihood")):
        told = [say("family.agreement", sphere, "klimop", party="mother") for _ in range(2)]
        told.append(say("family.agreement", sphere, party="mother", answer=True))
        wording = RecordAgreement(town.key(), case, told[0], SOON, told[1], domain, (mother,))
        made = await town.act("amina", record_agreement, wording)
        paper = RespondAgreement(town.key(), made.id, mother, Answer.CHANGED, told[2])
        await town.act("amina", respond_agreement, paper)


async def opened_up(town: Town, case: UUID, blockades: list[UUID], purpose: str) -> None:
    """The alliance has homework about what waits, another decision is a rule, and the lead spent something."""
    homework = (GiveHomework(Addressee(function="Directeur"), "Zoekt het uit.", SOON),)
    for blockade in blockades:
        put = DecideBlockade(town.key(), blockade, on_agenda=True, homework=homework)
        await town.act("jasmijn", decide_blockade, put)
    other = RaiseBlockade(
        town.key(), case, BlockadeKind.LAW, LifeDomain.TIME_USE, "Zo mag het niet.", "Sta het toe."
    )
    waits = await town.act("amina", raise_blockade, other)
    rule = RuleWords("Voortaan mag het", "Als iemand wacht.", "Dan kan het meteen.", "De stuurgroep.")
    decided = DecideBlockade(town.key(), waits.id, "Het mag.", Reach.STRUCTURAL, rule=rule)
    await town.act("jasmijn", decide_blockade, decided)
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=100_000))
    await town.act("amina", spend, SpendMoney(town.key(), case, 500, purpose, LifeDomain.FINANCE))


async def ask(town: Town, who: str | Caller, name: str, variables: dict[str, Any]) -> str:
    """The whole answer as it would leave, but for the path of an error."""
    document = DOCUMENTS[name]
    caller = town.caller(who) if isinstance(who, str) else who
    context = Context(town.office, caller, document.parsed, name)
    answer = await SCHEMA.execute(document.text, variables, context_value=context)
    said = [_code(error.original_error) or error.message for error in answer.errors or ()]
    assert not [word for word in said if " " in word], (name, variables, said)
    return json.dumps([answer.data, said], default=str, sort_keys=True)


def _code(error: Exception | None) -> str | None:
    return "unknown_login" if isinstance(error, UnknownLogin) else getattr(error, "code", None)


def operation(name: str) -> OperationDefinitionNode:
    (found,) = DOCUMENTS[name].parsed.definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


def variables_of(name: str) -> dict[str, GraphQLInputType]:
    return {
        variable.variable.name.value: type_from_ast(SCHEMA._schema, variable.type)
        for variable in operation(name).variable_definitions or ()
    }


def ids_in(name: str) -> list[str]:
    """The variables and input fields of a document that hold ids."""
    return sorted({path for path, kind in _leaves(variables_of(name)) if _bare(kind).name == "ID"})


def _leaves(fields: dict[str, GraphQLInputType]) -> Iterator[tuple[str, Any]]:
    for name, kind in fields.items():
        bare = _bare(kind)
        if isinstance(bare, GraphQLInputObjectType):
            yield from _leaves({inner: one.type for inner, one in bare.fields.items()})
        else:
            yield name, kind


def _bare(kind: Any) -> Any:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


class Filled:
    """Values for a document's variables: valid where they must be there, ids from `given`."""

    def __init__(self, town: Town, given: dict[str, str]) -> None:
        self.town, self.given = town, given

    def fill(self, fields: dict[str, GraphQLInputType]) -> dict[str, Any]:
        return {
            name: self._value(name, kind)
            for name, kind in fields.items()
            if isinstance(kind, GraphQLNonNull) or name in self.given or self._holds(kind)
        }

    def _holds(self, kind: GraphQLInputType) -> bool:
        """Whether something that can be left out has room for an id that is given, and can be left out too."""
        bare = _bare(kind)
        return isinstance(bare, GraphQLInputObjectType) and any(
            (name in self.given and not isinstance(one.type, GraphQLNonNull)) or self._holds(one.type)
            for name, one in bare.fields.items()
        )

    def _value(self, name: str, kind: Any) -> Any:
        if isinstance(kind, GraphQLNonNull):
            return self._value(name, kind.of_type)
        if isinstance(kind, GraphQLList):
            return [self._value(name, kind.of_type)]
        if isinstance(kind, GraphQLInputObjectType):
            return self.fill({inner: one.type for inner, one in kind.fields.items()}) | self._extra(kind)
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        plain = {
            "ID": self.given.get(name),
            "Int": 5,
            "Boolean": True,
            "Date": SOON.isoformat(),
            "DateTime": f"{SOON.isoformat()}T09:00:00+00:00",
        }
        if name == "idempotencyKey":
            return f"crawl-{uuid4()}"
        return plain.get(kind.name, "case.lead" if name == "facet" else "Een reden.")

    def _extra(self, kind: GraphQLInputObjectType) -> dict[str, Any]:
        said = {"reason": "Een reden.", "subject": "HOUSEHOLD", "domain": "SOCIAL_NETWORK", "urgency": "HIGH"}
        if "what" in kind.fields and _bare(kind.fields["what"].type).name == "String":
            said["what"] = "Een reden."
        return {name: value for name, value in said.items() if name in kind.fields}


def kinds_of(path: str) -> tuple[str, ...]:
    return KINDS.get(path, tuple(TABLES))


def own_ids(place: Place, name: str, *but: str) -> dict[str, str]:
    """The family's own ids for what a document must be given, so that only the one in question is wrong."""
    must = {p for p, kind in _leaves(variables_of(name)) if isinstance(kind, GraphQLNonNull)}
    wanted = [p for p in ids_in(name) if p in must and p not in but]
    kinds = {p: next(kind for kind in kinds_of(p) if place.ids[kind]) for p in wanted}
    own = {"Professional": place.town.members["amina"].professional, "Team": place.town.teams["klimop"]}
    return {p: global_id(kind, own.get(kind, place.ids[kind][0])) for p, kind in kinds.items()}


#: A document without ids answers everybody about themselves; what it holds is looked at with the rest.
WITH_IDS = [name for name in sorted(DOCUMENTS) if ids_in(name)]


OUTSIDERS = ("karim", "mo", "bea")
#: Who asks: in the short run one of so many in turn, in the long run everybody.
BY_TURNS = pytest.mark.parametrize(
    "turns", [pytest.param(4, id="by turns"), pytest.param(1, id="everybody", marks=pytest.mark.prove)]
)


@BY_TURNS
async def test_what_lies_in_another_area_is_answered_as_what_does_not_exist(
    places: tuple[Place, Place], turns: int
) -> None:
    here, elsewhere = places
    asked, turn = 0, count()
    for name in WITH_IDS:
        fields = variables_of(name)
        for path in ids_in(name):
            rest = own_ids(here, name, path)
            for who in list(PEOPLE)[next(turn) % turns :: turns]:
                for kind in kinds_of(path):
                    answers = set()
                    for identity in (uuid4(), elsewhere.ids[kind][0], elsewhere.ids[kind][-1]):
                        given = {**rest, path: global_id(kind, identity)}
                        answers.add(await ask(here.town, who, name, Filled(here.town, given).fill(fields)))
                        asked += 1
                    assert len(answers) == 1, (who, name, path, kind, answers)
    assert asked > 500


@BY_TURNS
async def test_what_is_not_theirs_is_answered_as_what_does_not_exist(
    places: tuple[Place, Place], turns: int
) -> None:
    """For those for whom the case does not exist: each id of it, in each document."""
    here, _ = places
    turn = count()
    for name in WITH_IDS:
        fields = variables_of(name)
        for path in set(ids_in(name)) - OF_NO_FAMILY:
            rest = own_ids(here, name, path)
            for who in OUTSIDERS if turns == 1 else OUTSIDERS[(at := next(turn) % 3) : at + 1]:
                for kind in kinds_of(path):
                    answers = set()
                    for identity in (uuid4(), *here.ids[kind]):
                        given = {**rest, path: global_id(kind, identity)}
                        answers.add(await ask(here.town, who, name, Filled(here.town, given).fill(fields)))
                    assert len(answers) == 1, (who, name, path, kind, answers)


async def test_no_sealed_word_reaches_anybody_whom_the_tables_do_not_name(
    places: tuple[Place, Place],
) -> None:
    here, elsewhere = places
    reached: dict[str, set[str]] = {who: set() for who in PEOPLE}
    words = [canary.word for canary in (*here.canaries, *elsewhere.canaries)]
    for name in sorted(DOCUMENTS):
        if operation(name).operation.value != "query":
            continue
        fields, paths = variables_of(name), ids_in(name)
        for who in PEOPLE:
            tries = [(p, kind, one) for p in paths for kind in kinds_of(p) for one in here.ids[kind]]
            every = [{**own_ids(here, name), p: global_id(kind, one)} for p, kind, one in tries]
            for given in [own_ids(here, name), *every]:
                answer = await ask(here.town, who, name, Filled(here.town, given).fill(fields))
                reached[who] |= {word for word in words if word in answer}
    for who, found in reached.items():
        allowed = {canary.word for canary in here.canaries if canary.may_reach(who)}
        beyond = [c for c in (*here.canaries, *elsewhere.canaries) if c.word in found - allowed]
        assert not beyond, (who, beyond)
        missing = [c for c in here.canaries if c.word in allowed - found and who not in ("ibrahim",)]
        assert not missing, (who, missing)
    assert reached["amina"] and reached["dirk"] and not reached["mo"]


#: What a resident can be answered by; every other document knows no residents at all.
FOR_RESIDENTS = {"MyFamily", "MyAccessLog", "AskForHelp", "ExerciseMyRight", "LetBeSeen", "BindResident"}
FOR_RESIDENTS |= {"GiveMyConsent", "WithdrawMyConsent", "RespondMyAgreement", "SayForMyFamily"}
#: Where an id of a wrong kind is refused before it is asked who asks: its asker knew the kind already.
KIND_FIRST = {"Explain": ('[null, ["not_found"]]',)}


async def test_a_resident_reaches_what_the_tables_say_is_theirs_and_no_other_word(
    places: tuple[Place, Place],
) -> None:
    here, elsewhere = places
    every = (*here.canaries, *elsewhere.canaries)
    for who, caller in here.residents.items():
        reached: set[str] = set()
        for name in sorted(DOCUMENTS):
            if operation(name).operation.value != "query":
                continue
            fields, paths = variables_of(name), ids_in(name)
            tries = [(p, kind, one) for p in paths for kind in kinds_of(p) for one in here.ids[kind]]
            for given in [
                own_ids(here, name),
                *({**own_ids(here, name), p: global_id(k, i)} for p, k, i in tries),
            ]:
                answer = await ask(here.town, caller, name, Filled(here.town, given).fill(fields))
                reached |= {canary.word for canary in every if canary.word in answer}
                refused = {'[null, ["unknown_login"]]', *KIND_FIRST.get(name, ())}
                assert name in FOR_RESIDENTS or answer in refused, (name, answer)
        allowed = {canary.word for canary in here.canaries if canary.may_reach_resident(who)}
        beyond = [canary for canary in every if canary.word in reached - allowed]
        missing = [canary for canary in here.canaries if canary.word in allowed - reached]
        assert (beyond, missing) == ([], []), who
        assert len(allowed) > 3


async def test_to_a_resident_whatever_is_not_theirs_is_as_what_does_not_exist(
    places: tuple[Place, Place],
) -> None:
    here, elsewhere = places
    for who, caller in here.residents.items():
        own = set(await _own_persons(here, caller))
        assert own
        for name in sorted(FOR_RESIDENTS):
            fields = variables_of(name)
            for path in ids_in(name):
                answers = set()
                for identity in (uuid4(), *elsewhere.ids["Person"], *(set(here.ids["Person"]) - own)):
                    given = {**own_ids(here, name), path: global_id("Person", identity)}
                    answers.add(await ask(here.town, caller, name, Filled(here.town, given).fill(fields)))
                assert len(answers) == 1 and "not_found" in answers.pop(), (who, name)
        for name in sorted(set(DOCUMENTS) - FOR_RESIDENTS):
            if operation(name).operation.value == "query":
                continue
            given = Filled(here.town, own_ids(here, name)).fill(variables_of(name))
            data, codes = json.loads(await ask(here.town, caller, name, given))
            # Nothing that a professional does is done.
            done = next(iter((data or {"": {"__typename": "Problem"}}).values()))
            assert codes == ["unknown_login"] or done["__typename"] == "Problem", (name, data)


async def _own_persons(place: Place, caller: Caller) -> list[UUID]:
    view = await place.town.office.receive(caller, my_family, MyFamilyOf())
    return [one.id for one in view.persons]
