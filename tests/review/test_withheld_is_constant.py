"""INVARIANT (nothing beyond the tables): what is withheld filters, sorts, counts and pages as a constant.

Something happens that some may not know of. Whatever they ask, before and after, now and when its terms are over:
each answer is the same, byte for byte, and takes as many statements.
"""

import json
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from casecoord.actions.blockades import RaiseBlockade, raise_blockade
from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.meetings import OpenMeeting, open_meeting
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.actions.spending import SpendMoney, spend
from casecoord.api import documents
from casecoord.api.context import Context
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from casecoord.domain.words import (
    Audience,
    BlockadeKind,
    LifeDomain,
    RequestKind,
    SignalSubject,
    Urgency,
    VeiligThuis,
)
from casecoord.storage.roster import keep_settings
from graphql import OperationDefinitionNode, OperationType
from tests.actions.alternative_steps import confirmed, heard, held, offer, provider
from tests.actions.meeting_steps import planned
from tests.actions.steps import by_bsn, led_case, signal, take_part
from tests.statements import statements
from tests.world import Someone, Town

SCHEMA = build()
DOCUMENTS = {document.name: document for document in documents.load(SCHEMA).values()}
SOON, HEARD_ON = date(2026, 11, 9), date(2026, 12, 17)
WITHOUT_VARIABLES = (
    *("Worklist", "Gaps", "Inbox", "Coverage", "Blockades", "MergeProposals", "Transfers", "MoveOffers"),
    *("SimilarBlockades", "AllianceAgenda", "Breakthroughs"),
    *(
        "Invitations",
        "Meetings",
        "Proposals",
        "Roster",
        "Settings",
        "Teams",
        "Me",
        "LegalGrounds",
        "RightsAsked",
        "Deferrals",
        "Monitor",
        "MonitorCsv",
    ),
)
#: Of one's own log, which grows with every question; or by and for a resident, each with stories of its own.
ELSEWHERE = {
    *("AccessLog", "ReplayDecision", "MyAccessLog", "MyFamily"),
    *("HeldBack", "HouseholdExport", "ResidentLetter"),
}

EVERYBODY = {
    *[
        "amina",
        "bram",
        "ines",
        "chaima",
        "dirk",
        "esra",
        "fleur",
        "gijs",
        "hanna",
        "ibrahim",
        "jasmijn",
        "karim",
        "lotte",
        "mo",
        "bea",
    ]
}


@dataclass
class Families:
    """A case with a school, a social team, a GP and a benefit agency, led by the school; and who lives beside."""

    town: Town
    mother: Someone
    brother: Someone
    child: Someone
    loner: Someone
    case: UUID
    #: what a provider offers youths
    offered: UUID
    #: a table of each care team that could talk about them
    tables: tuple[UUID, ...] = ()
    #: the court partner's invitation, once there is one
    asked: UUID | None = None


async def families(town: Town) -> Families:
    mother, brother, child = await town.family(
        ("Wilma Vermeulen", date(1985, 2, 3)),
        ("Sem Vermeulen", date(2009, 5, 6)),
        ("Lot Vermeulen", date(2018, 9, 30)),
        links={0: [("benefit", "WPI"), ("practice", "P1")], 2: [("school", "11VO00")]},
    )
    (loner,) = await town.family(("Kaya Aydin", date(1960, 5, 5)))
    async with town.database.within(town.area) as work:
        await keep_settings(work, family_amount=100_000)
    case = await led_case(town, child)
    for team, member in (("wijkteam", "chaima"), ("huisarts", "fleur"), ("werk", "esra")):
        await take_part(town, "amina", case.id, team, member)
    await town.act(
        "amina", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Samen op tijd.", SOON)
    )
    await signal(town, "ines", child, domain=LifeDomain.TIME_USE, urgency=Urgency.NORMAL)
    await signal(town, "dirk", loner, urgency=Urgency.NORMAL)
    await provider(town)
    tables = [(await planned(town, by, minutes=240)).id for by in ("bram", "dirk", "gijs", "esra")]
    await town.act("gijs", open_meeting, OpenMeeting(town.key(), tables[2]))
    return Families(town, mother, brother, child, loner, case.id, await offer(town), tuple(tables))


Happens = Callable[[Families], Awaitable[Any]]


async def justice_signal(at: Families) -> Any:
    return await signal(at.town, "hanna", at.brother)


async def acute_justice_signal(at: Families) -> Any:
    how = {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.YES}
    return await signal(at.town, "hanna", at.brother, **how)


async def justice_signal_in_the_case(at: Families) -> Any:
    sent = await justice_signal(at)
    return await at.town.act(
        "dirk", triage_signal, TriageSignal(at.town.key(), sent.signal, Decision.JOIN_CASE)
    )


async def concern_in_the_case(at: Families) -> Any:
    how = {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.YES}
    sent = await signal(at.town, "chaima", at.child, **how)
    return await at.town.act(
        "bram", triage_signal, TriageSignal(at.town.key(), sent.signal, Decision.JOIN_CASE)
    )


async def health_signal(at: Families) -> Any:
    return await signal(at.town, "fleur", at.mother, domain=LifeDomain.MENTAL_HEALTH)


async def health_signal_of_the_bureau(at: Families) -> Any:
    return await signal(at.town, "bea", at.mother, domain=LifeDomain.MENTAL_HEALTH)


async def urgent_health_signal_in_the_case(at: Families) -> Any:
    sent = await signal(
        at.town, "fleur", at.mother, domain=LifeDomain.SUBSTANCE_USE, urgency=Urgency.ACUTE,
        veilig_thuis=VeiligThuis.YES, audience=Audience.SOCIAL_AND_LEAD,
    )  # fmt: skip
    by = "gijs"
    return await at.town.act(by, triage_signal, TriageSignal(at.town.key(), sent.signal, Decision.JOIN_CASE))


async def debts(at: Families) -> Any:
    how = {"domain": LifeDomain.FINANCE, "urgency": Urgency.ACUTE, "subject": SignalSubject.HOUSEHOLD}
    return await signal(at.town, "esra", at.mother, veilig_thuis=VeiligThuis.YES, **how)


async def signal_about_the_loner(at: Families) -> Any:
    return await signal(at.town, "hanna", at.loner)


async def court_is_asked(at: Families) -> Any:
    team = at.town.teams["rechtbank"]
    at.asked = (await at.town.act("amina", invite_team, InviteTeam(at.town.key(), at.case, team))).id


async def court_takes_part(at: Families) -> Any:
    if at.asked is None:
        await court_is_asked(at)
    return await at.town.act("hanna", join_case, AnswerInvitation(at.town.key(), at.asked))


async def hearing(at: Families) -> Any:
    return await at.town.act("hanna", plan_hearing, PlanHearing(at.town.key(), by_bsn(at.brother), HEARD_ON))


async def place_held(at: Families) -> Any:
    planned = await heard(at.town, at.brother, date(2026, 12, 18))
    place = await held(at.town, at.offered, planned.id, "hanna")
    return await confirmed(at.town, place.id)


async def step_about_money(at: Families) -> Any:
    return await at.town.act(
        "esra", add_action, AddAction(at.town.key(), at.case, LifeDomain.FINANCE, "Naar de balie.", SOON)
    )


async def step_about_money_done(at: Families) -> Any:
    step = await step_about_money(at)
    return await at.town.act("esra", complete_action, CompleteAction(at.town.key(), step.id, "Gedaan."))


async def step_about_health(at: Families) -> Any:
    step = AddAction(at.town.key(), at.case, LifeDomain.MENTAL_HEALTH, "Samen naar de huisarts.", SOON)
    return await at.town.act("chaima", add_action, step)


async def blockade_about_money(at: Families) -> Any:
    raised = RaiseBlockade(
        at.town.key(), at.case, BlockadeKind.MONEY, LifeDomain.FINANCE, "Geen geld.", "Geef geld."
    )
    return await at.town.act("esra", raise_blockade, raised)


async def money_spent(at: Families) -> Any:
    spent = SpendMoney(at.town.key(), at.case, 5_000, "De huur van een maand.", LifeDomain.FINANCE)
    return await at.town.act("amina", spend, spent)


async def emergency_access(at: Families) -> Any:
    why = "Doet al dagen niet open, buren bellen."
    return await at.town.act("dirk", break_glass, BreakGlass(at.town.key(), ByNumber(at.mother.bsn), why))


async def request(at: Families) -> Any:
    asked = ExerciseRight(at.town.key(), by_bsn(at.mother), RequestKind.ACCESS, identity_checked=True)
    return await at.town.act("lotte", exercise_right, asked)


JUSTICE = EVERYBODY - {"hanna", "chaima", "dirk", "amina"}
HEALTH = EVERYBODY - {"fleur", "gijs", "chaima", "dirk", "amina"}
LIVELIHOOD = EVERYBODY - {"esra", "chaima", "dirk", "amina", "ibrahim", "jasmijn"}

#: What happens, and from whom the tables withhold that it did.
SECRETS: list[tuple[Happens, set[str]]] = [
    (justice_signal, JUSTICE),
    (acute_justice_signal, JUSTICE),
    (justice_signal_in_the_case, JUSTICE),
    (signal_about_the_loner, JUSTICE | {"amina"}),
    (health_signal, HEALTH),
    (health_signal_of_the_bureau, HEALTH - {"bea"}),
    (urgent_health_signal_in_the_case, HEALTH),
    (debts, LIVELIHOOD),
    (court_is_asked, JUSTICE),
    (court_takes_part, JUSTICE),
    (hearing, JUSTICE),
    (place_held, JUSTICE),
    (step_about_money, LIVELIHOOD),
    (step_about_money_done, LIVELIHOOD),
    (step_about_health, HEALTH),
    (blockade_about_money, LIVELIHOOD),
    (money_spent, LIVELIHOOD - {"bram"}),
    (emergency_access, EVERYBODY - {"dirk", "amina", "lotte", "ibrahim", "jasmijn"}),
    (request, EVERYBODY - {"lotte", "ibrahim", "jasmijn"}),
]


def asked_of(at: Families) -> Iterator[tuple[str, dict[str, Any]]]:
    """What can be asked of lists and views, each way of filtering, sorting and paging once."""
    town = at.town
    for household in (at.child.household, at.loner.household):
        of = global_id("Household", household)
        yield from ((name, {"id": of}) for name in ("JointCase", "Timeline"))
        yield "HolderAt", {"household": of, "at": town.clock.now.isoformat()}
        yield "Corrections", {"household": of}
    of = global_id("Household", at.child.household)
    yield "Timeline", {"id": of, "first": 2}
    for facet, sphere in (("signal.existence", "HEALTH"), ("court.hearing", "JUSTICE"), ("gap", "GENERAL")):
        yield "Explain", {"household": of, "facet": facet, "sphere": sphere}
    yield "Candidates", {"case": global_id("Case", at.case)}
    yield from ((name, {"first": 1}) for name in ("Worklist", "Gaps", "Inbox"))
    yield from (("Worklist", {"filter": {"urgency": word.name}}) for word in Urgency)
    yield "Worklist", {"filter": {"overdue": True}}
    own = global_id("Team", town.teams["wijkteam"])
    yield from ((name, {"team": own}) for name in ("Worklist", "Caseload", "Members", "Spread"))
    yield "Hanging", {"membership": global_id("Membership", town.members["dirk"].membership)}
    yield "Alternatives", {"person": global_id("Person", at.brother.id)}
    yield "Preparation", {"hearing": global_id("Hearing", UUID(int=7))}
    yield from ((name, {}) for name in ("Offers", "Places", "PreparationLoad"))
    for table in at.tables:
        yield from (
            (name, {"meeting": global_id("Meeting", table)}) for name in ("Meeting", "MeetingMinutes")
        )
    yield from ((name, {}) for name in WITHOUT_VARIABLES)


BLIND = [frozenset(blind) for blind in {frozenset(blind): None for _, blind in SECRETS}]
#: They are asked in `make prove`.
SEE_NO_FAMILY = {"karim", "lotte", "mo", "bea"}


def _operation(name: str) -> OperationDefinitionNode:
    (found,) = DOCUMENTS[name].parsed.definitions
    assert isinstance(found, OperationDefinitionNode)
    return found


async def answers(at: Families, blind: set[str]) -> dict[str, tuple[str, int]]:
    """Each answer with the number of statements that it took, now and when every term of these days is over."""
    found, now = {}, at.town.clock.now
    for weeks in (0, 6):
        at.town.clock.forward(weeks=weeks)
        for who, (name, variables) in product(sorted(blind), list(asked_of(at))):
            document = DOCUMENTS[name]
            context = Context(at.town.office, at.town.caller(who), document.parsed, name)
            with statements(at.town.database) as sent:
                answer = await SCHEMA.execute(document.text, variables, context_value=context)
            codes = [getattr(error.original_error, "code", error.message) for error in answer.errors or ()]
            said = json.dumps([answer.data, codes], default=str)
            found[f"{who} after {weeks} weeks: {name} {json.dumps(variables)}"] = (said, len(sent))
        at.town.clock.now = now
    return found


async def told(at: Families, blind: set[str], *secrets: Happens) -> str:
    """Every answer that is another after these secrets than before; empty where they are kept."""
    before = await answers(at, blind)
    for happens in secrets:
        await happens(at)
    after = await answers(at, blind)
    return "\n".join(
        f"{asked}: {before[asked]} {after[asked]}" for asked in before if before[asked] != after[asked]
    )


@pytest.mark.parametrize("blind", BLIND, ids=lambda blind: "-".join(sorted(EVERYBODY - blind)))
async def test_what_is_withheld_is_as_if_it_had_not_happened(town: Town, blind: frozenset[str]) -> None:
    """All that is withheld from the same people, one upon the other, asked by whoever sees any family."""
    at = await families(town)
    secrets = [happens for happens, others in SECRETS if others == blind]
    assert not await told(at, set(blind - SEE_NO_FAMILY), *secrets)


async def test_under_a_restriction_nobody_is_told_who_signalled(town: Town) -> None:
    """Promises and what is acute go on, so lists still say what is urgent and due; a source stays withheld."""
    at = await families(town)
    asked = ExerciseRight(town.key(), by_bsn(at.mother), RequestKind.RESTRICTION, identity_checked=True)
    await town.act("lotte", exercise_right, asked)
    changed = await told(at, {"fleur"}, concern_in_the_case)
    assert "Candidates" not in changed and "JointCase" not in changed and "Timeline" not in changed


@pytest.mark.prove
@pytest.mark.parametrize(("happens", "blind"), SECRETS, ids=[happens.__name__ for happens, _ in SECRETS])
async def test_each_secret_is_kept_by_itself(town: Town, happens: Happens, blind: set[str]) -> None:
    assert not await told(await families(town), blind, happens)


async def test_every_query_is_asked(town: Town) -> None:
    asked = {name for name, _ in asked_of(await families(town))}
    queries = {name for name in DOCUMENTS if _operation(name).operation is OperationType.QUERY}
    assert asked == queries - ELSEWHERE and queries > ELSEWHERE


async def test_a_secret_that_is_told_is_seen(town: Town) -> None:
    at = await families(town)
    assert "Worklist" in await told(at, {"dirk"}, justice_signal)
