"""Two families to whom the same happened, but for a court partner, a hearing, a health signal and a note in the one.

Whoever may not know of these cannot tell the two apart: in no view, list, count, notice, reason, or record of a look.
"""

import json
import re
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casecoord.access.attributes import What, Who
from casecoord.access.decide import Policy
from casecoord.actions.coverage import CoverageOf, coverage
from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.api.schema import build
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Level, Shown, Viewer
from casecoord.domain.words import LifeDomain, Sphere
from graphql import GraphQLObjectType, GraphQLUnionType, get_named_type
from tests.actions.alternative_steps import confirmed, held, offer, provider
from tests.actions.consent_steps import note, to_note
from tests.actions.looks import look
from tests.actions.steps import by_bsn, open_case, propose, signal, sql, take_part
from tests.policies.space import questions
from tests.world import MONDAY, Town

#: Who takes part or signalled, and may know of neither court nor health.
UNAWARE = ("bram", "esra", "ibrahim", "ines", "jasmijn")
#: What they ask the reasons of.
ASKED = (
    "signal.existence",
    "medical.note",
    "court.hearing",
    "court.placement",
    "case.participants",
    "consent.record",
    "plan.action",
)


async def story(town: Town, *, shadow: bool) -> UUID:
    """A case led by the social team's Chaima; with a `shadow`, everything that only few may know of happened too.

    Both begin at the same moment, and what happened in both happened at the same moments.
    """
    town.clock.now = MONDAY
    mother, brother, child = await town.family(
        ("Els Bos", date(1984, 3, 14)),
        ("Daan Bos", date(2009, 6, 2)),
        ("Noor Bos", date(2018, 9, 30)),
        links={0: [("practice", "P1"), ("benefit", "WPI")], 2: [("school", "11VO00")]},
    )
    sent = await signal(town, "amina", child)
    town.clock.forward(minutes=1)
    case = await open_case(town, "bram", sent.signal)
    for team, member in (("wijkteam", "chaima"), ("werk", "esra"), ("huisarts", "fleur")):
        town.clock.forward(minutes=1)
        invited = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams[team]))
        town.clock.forward(minutes=1)
        await town.act(member, join_case, AnswerInvitation(town.key(), invited.id))
    town.clock.forward(minutes=1)
    proposal = await propose(town, "bram", case.id, "chaima")
    town.clock.forward(minutes=1)
    await town.act("chaima", accept_lead, AnswerProposal(town.key(), proposal))
    town.clock.forward(minutes=1)
    await signal(town, "ines", child)
    if shadow:
        await take_part(town, "chaima", case.id, "rechtbank", "hanna")
        planned = PlanHearing(town.key(), by_bsn(brother), date(2026, 11, 18))
        hearing = await town.act("hanna", plan_hearing, planned)
        await provider(town)
        place = await held(town, await offer(town), hearing.id, "chaima", date(2026, 11, 17))
        await confirmed(town, place.id)
        court = await signal(town, "hanna", brother, domain=LifeDomain.JUSTICE, detail="Van de rechtbank.")
        await town.act("dirk", triage_signal, TriageSignal(town.key(), court.signal, Decision.JOIN_CASE))
        await signal(town, "fleur", mother, domain=LifeDomain.MENTAL_HEALTH, detail="Van de huisarts.")
        written = await note(town, "fleur", mother)
        await to_note(town, "fleur", written, mother)
        step = AddAction(town.key(), case.id, LifeDomain.JUSTICE, "Naar de zitting.", date(2026, 11, 4))
        await town.act("hanna", add_action, step)
    town.clock.forward(minutes=1)
    await town.act("chaima", record_contact, RecordContact(town.key(), case.id))
    return case.household


async def all_that(town: Town, who: str, household: UUID) -> dict[str, Any]:
    """Everything that somebody can be told of one family, without the ids."""

    async def told(view: Any, query: Any) -> Any:
        try:
            return await look(town, who, view, query)
        except Problem as problem:
            return (problem.code, problem.field)

    def of(items: Any) -> list[Any]:
        return (
            [one for one in items if one.household == household] if not isinstance(items, tuple) else [items]
        )

    everywhere = {
        "view": await told(joint_case, JointCaseOf(household)),
        "timeline": await told(timeline, TimelineOf(household, first=50)),
        "worklist": of((await look(town, who, worklist, WorklistOf(first=50))).items),
        "gaps": of((await look(town, who, gaps, GapsOf(first=50))).items),
        "reasons": [
            await told(explain_facet, ExplainOf(household, facet.name, sphere))
            for facet in map(FACETS.__getitem__, ASKED)
            for sphere in (
                (Sphere.HEALTH, Sphere.JUSTICE) if facet.level is Level.ITEM else (Sphere.GENERAL,)
            )
        ],
    }
    told_of = await look(town, who, inbox, InboxOf(first=50))
    everywhere["inbox"] = of(told_of.notices.items) + of(told_of.waiting)
    return without_ids(everywhere)


def without_ids(found: Any) -> Any:
    plain = json.dumps(
        found, default=lambda one: asdict(one) if hasattr(one, "__dataclass_fields__") else str(one)
    )
    told = json.loads(
        re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "id", re.sub(r'"cursors": \[[^]]*\]', '"cursors": []', plain))
    )
    return sorted_people(told)


#: What is in the order of its ids where there is no other: chance gave them.
BY_CHANCE = ("persons", "gaps", "inbox")


def sorted_people(told: Any) -> Any:
    """What chance put in order, put in order by what it says."""
    if isinstance(told, list):
        return [sorted_people(one) for one in told]
    if not isinstance(told, dict):
        return told
    return {
        name: sorted(value, key=str) if name in BY_CHANCE else sorted_names(name, sorted_people(value))
        for name, value in told.items()
    }


def sorted_names(name: str, value: Any) -> Any:
    return {**value, "value": sorted(value["value"])} if name == "names" and value else value


@pytest.mark.parametrize("weeks", [0, 8])
async def test_who_may_not_know_cannot_tell_the_two_families_apart(
    town: Town, database_url: str, weeks: int
) -> None:
    plain, shadowed = await story(town, shadow=False), await story(town, shadow=True)
    town.clock.forward(weeks=weeks)
    for who in UNAWARE:
        one, other = await all_that(town, who, plain), await all_that(town, who, shadowed)
        assert one == other, who
    # The same comparison does see what is there to be seen, so it can fail.
    for who in ("chaima", "dirk", "hanna", "fleur"):
        assert await all_that(town, who, plain) != await all_that(town, who, shadowed), who
    assert (await look(town, "ibrahim", coverage, CoverageOf())) is not None
    async with sql(database_url) as beside:
        of = "select record from access_log a join households h on h.pseudonym = a.household where h.id = $1"
        seen = [
            sorted(
                json.dumps([r["event"], r["facets"], r["ground"], r["rules"]])
                for r in map(json.loads, (row[0] for row in await beside.fetch(of, household)))
                if r["act"] == "R"
                and r["professional"] in {str(town.members[who].professional) for who in UNAWARE}
            )
            for household in (plain, shadowed)
        ]
    assert seen[0] == seen[1] and seen[0]


#: What a court partner works on, and what is of a patient or a pupil.
COURT = {"hearings", "placements"}
PATIENTS_AND_PUPILS = {"medical_notes", "person_links"}


async def references(url: str) -> dict[str, set[str]]:
    """For each table the tables that its rows name."""
    connection = await asyncpg.connect(url)
    rows = await connection.fetch(
        "select conrelid::regclass::text as here, confrelid::regclass::text as there from pg_constraint"
        " where contype = 'f' and connamespace = 'public'::regnamespace"
    )
    await connection.close()
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["here"], set()).add(row["there"])
    return found


def reached(start: str, named: dict[str, set[str]]) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for table in named.get(waiting.pop(), set()) - seen:
            seen.add(table)
            waiting.append(table)
    return seen


async def test_no_row_leads_from_a_hearing_to_a_note_or_a_school_however_far(database_url: str) -> None:
    named = await references(database_url)
    assert set(named) >= COURT | PATIENTS_AND_PUPILS
    for table in named:
        far = reached(table, named)
        assert not (far & COURT and far & PATIENTS_AND_PUPILS), (table, sorted(far))
    # A table that named both would be found.
    bridge = {**named, "bridge": {"hearings", "medical_notes"}}
    assert reached("bridge", bridge) >= {"hearings", "medical_notes"}


def test_notes_are_reached_from_the_views_of_one_family_only() -> None:
    """Every way to a note is one composition's, for who works and for who lives there, and so one decision's."""
    schema = build()._schema

    def leads_to_note(kind: Any, seen: set[str]) -> bool:
        named = get_named_type(kind)
        if named.name == "MedicalNote":
            return True
        if named.name in seen:
            return False
        seen.add(named.name)
        if isinstance(named, GraphQLUnionType):
            return any(leads_to_note(one, seen) for one in named.types)
        if isinstance(named, GraphQLObjectType):
            return any(leads_to_note(field.type, seen) for field in named.fields.values())
        return False

    roots = [*schema.query_type.fields.items(), *schema.mutation_type.fields.items()]
    assert [name for name, field in roots if leads_to_note(field.type, set())] == ["myFamily", "jointCase"]


def test_whatever_is_so_a_court_partner_is_shown_nothing_of_a_patient_or_a_pupil() -> None:
    """Over the whole space of facts, but for what the court's own people wrote."""
    policy, asked = Policy(), 0
    for facet in FACETS.values():
        spheres: tuple[Sphere | None, ...] = tuple(Sphere) if facet.level is Level.ITEM else (None,)
        closed = facet.name in ("medical.note", "school.enrolment", "person.practice")
        whats = [
            What(facet.name, sphere)
            for sphere in spheres
            if closed or sphere in (Sphere.HEALTH, Sphere.GENERAL)
        ]
        for question in questions([Who(Viewer.COURT_PARTNER)], whats) if whats else ():
            if not question.facts.wrote_it:
                asked += 1
                assert question.decided(policy) == Shown.NONE, question
    assert asked > 1_000
