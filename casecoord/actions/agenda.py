"""What is on the table: a meeting with its agenda, made from the data before it opens and kept while and after it sits.

Whoever works in the team, a guest who was asked, and the area's coordinator may know of a meeting. An item is shown by
the facet `meeting.item` and its sphere: to those who have a part in that family, and, while the meeting is open, to
those present.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.access.seats import TEAM_ROLES, role_viewer, team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import condition
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.lists import Slice
from casecoord.domain.meeting_view import AgendaItem, Attendant, Homework, MeetingView
from casecoord.domain.meetings import (
    AgendaKind,
    AgendaState,
    MeetingState,
    Planned,
    Topic,
    composition,
    plan,
    warnings,
)
from casecoord.domain.words import Discipline, Role, Sphere, TeamKind
from casecoord.storage import access_log
from casecoord.storage import agenda as storage
from casecoord.storage.meetings import Load, MeetingRow, expected, items_of, load_of, meetings_for
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

MOST_MEETINGS = 100


@dataclass(frozen=True, slots=True)
class MeetingsOf:
    """Those that the actor may know of, the latest first."""

    first: int = MOST_MEETINGS
    after: str | None = None


@dataclass(frozen=True, slots=True)
class MeetingOf:
    """`names`, `words`: of which items is opened who it is about, and what was decided; None: of all."""

    meeting: UUID
    names: tuple[UUID, ...] | None = None
    words: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True)
class MeetingLine:
    id: UUID
    team: UUID
    team_name: str
    state: MeetingState
    at: datetime
    minutes: int | None


async def meetings(hand: Hand, query: MeetingsOf) -> list[MeetingLine]:
    """Which meetings may I know of? Those of my team, those at which I am a guest; the coordinator all of the area."""
    return (await page_of_meetings(hand, query)).items


async def page_of_meetings(hand: Hand, query: MeetingsOf) -> Slice[MeetingLine]:
    """The same, page by page."""
    key = cursors.read(hand, "meetings", query.after)
    rows = await meetings_for(
        hand.work,
        _teams(hand),
        query.first + 1,
        whole_area=_whole_area(hand),
        after=(datetime.fromisoformat(key[0]), UUID(key[1])) if key else None,
    )
    lines = [
        MeetingLine(row.id, row.team_id, row.team_name, MeetingState(row.state), row.at, row.minutes)
        for row in rows[: query.first]
    ]
    ends = [cursors.write(hand, "meetings", [one.at, one.id]) for one in lines]
    return Slice(lines, ends, len(rows) > query.first)


async def meeting(hand: Hand, query: MeetingOf) -> MeetingView:
    """What is on the table here? An item is shown if, and only if, its facet and sphere may be seen by this seat."""
    return await _look_at(hand, query, "meeting")


async def meeting_minutes(hand: Hand, query: MeetingOf) -> MeetingView:
    """What was decided, for paper: what the meeting shows to this actor, and no more."""
    view = await _look_at(hand, query, "meeting_minutes")
    if view.state is MeetingState.PLANNED:
        raise Problem("meeting_not_open", "meeting")
    return view


async def _look_at(hand: Hand, query: MeetingOf, verb: str) -> MeetingView:
    row = await known(hand, query.meeting)
    there = await expected(hand.work, row.id)
    missing = missing_at(hand, row, there)
    return MeetingView(
        id=row.id,
        team=row.team_id,
        team_name=row.team_name,
        state=MeetingState(row.state),
        at=row.at,
        minutes=row.minutes,
        chair=row.chair_id,
        expected=there,
        missing=missing,
        warnings=warnings(len(there), missing),
        agenda=await _agenda(hand, row, query, verb),
    )


async def known(hand: Hand, identity: UUID) -> MeetingRow:
    """A meeting that the actor may know of; Problem `not_found` for another."""
    rows = await meetings_for(hand.work, _teams(hand), 1, whole_area=_whole_area(hand), meeting=identity)
    if not rows:
        raise Problem("not_found", "meeting")
    return rows[0]


def missing_at(hand: Hand, row: MeetingRow, there: list[Attendant]) -> list[Discipline]:
    """The disciplines that belong at this team's table and are not in the team."""
    own = {one.discipline for one in there if not one.guest}
    return sorted(composition(TeamKind(row.team_kind), hand.work.settings) - own)


async def planned_agenda(hand: Hand, row: MeetingRow, load: Load) -> list[Planned]:
    """What would come onto the agenda if the meeting opened now, as far as this team may see it."""
    assert row.minutes is not None
    as_team = team_viewer(Role.MEMBER, TeamKind(row.team_kind))
    shown = condition(hand, "meeting.item", {as_team: "true"} if as_team else {})
    found = await storage.topics(hand.work, shown, row.team_id, row.id, row.at)
    topics = [_topic(one) for one in found if _team_sees(hand, as_team, one)]
    return plan(topics, row.minutes - load.minutes)


def look_at_item(hand: Hand, item: Mapping[str, Any]) -> Look:
    """The actor's look at one family on an agenda."""
    seen_by = viewers(
        hand, takes_part=item["takes_part"], is_lead=item["is_lead"], signalled=False, escalated=False
    )
    return Look(hand, item["household"], seen_by, facts_of(item))


def sees_item(look: Look, item: Mapping[str, Any]) -> Shown:
    """How much of this item is shown."""
    shared = item["audience"] == "teams_in_case"
    sphere = Sphere(item["sphere"])
    return look.decide("meeting.item", sphere, shared_with_teams=shared, wrote_it=item["wrote_it"]).shown


async def items_in_view(
    hand: Hand, meeting: UUID, *, present: bool, item: UUID | None = None
) -> list[dict[str, Any]]:
    """The items of a meeting, or the one, that the actor may know of."""
    as_team, as_role = team_viewer(hand.actor.role, hand.actor.team_kind), role_viewer(hand.actor.role)
    conditions: dict[Viewer, str] = {}
    if hand.actor.role in TEAM_ROLES:
        conditions[Viewer.LEAD] = "i.is_lead"
    if as_team:
        conditions[as_team] = "i.takes_part"
    if as_role:
        conditions[as_role] = "true"
    shown = condition(
        hand,
        "meeting.item",
        conditions,
        restricted="i.restricted",
        split_other_part="i.split_other_part",
        wrote_it="i.wrote_it" if as_team else "false",
    )
    return await items_of(hand.work, shown, meeting, present=present, item=item)


async def _agenda(hand: Hand, row: MeetingRow, query: MeetingOf, verb: str) -> list[AgendaItem]:
    load = await load_of(hand.work, row.id)
    found = await items_in_view(hand, row.id, present=row.present) if load.after else []
    looks = [look_at_item(hand, item) for item in found]
    agenda = [_item(look, item, query) for look, item in zip(looks, found, strict=True)]
    if row.state == MeetingState.PLANNED and row.team_id in _teams(hand):
        for planned in await planned_agenda(hand, row, load):
            topic = planned.topic
            seen_by = viewers(hand, takes_part=True, is_lead=False, signalled=False, escalated=False)
            look = Look(hand, topic.household, seen_by)
            look.decide("meeting.item", topic.sphere, shared_with_teams=topic.audience == "teams_in_case")
            looks.append(look)
            agenda.append(_to_come(planned))
    access_log.write(hand.work, [look.entry(verb) for look in looks])
    return agenda


def _to_come(planned: Planned) -> AgendaItem:
    topic = planned.topic
    return AgendaItem(
        id=None,
        household=topic.household,
        kind=topic.kind,
        rule=topic.rule,
        minutes=planned.minutes,
        state=AgendaState.OPEN,
        version=0,
    )


def _item(look: Look, item: Mapping[str, Any], query: MeetingOf) -> AgendaItem:
    full = sees_item(look, item) is Shown.FULL
    named = query.names is None or item["id"] in query.names
    worded = query.words is None or item["id"] in query.words
    own = _without_the_table(look, item)
    seal = seal_of(look.hand.work, item["household"], item["keys"])
    compartment = Compartment.of(Sphere(item["sphere"]))

    def opened(facet: str) -> str | None:
        sealed = item[f"{facet}_sealed"]
        return (
            seal.open(sealed, Place("meeting_items", item["id"], facet), compartment)
            if full and worded and sealed
            else None
        )

    return AgendaItem(
        id=item["id"],
        household=item["household"],
        kind=AgendaKind(item["kind"]),
        rule=item["rule"],
        minutes=item["minutes"],
        state=AgendaState(item["state"]),
        version=item["version"],
        names=_names(look, own, item) if named else [],
        nameable=_nameable(own),
        led=item["is_lead"],
        signal=item["signal_id"] if item["accountable"] else None,
        decision=opened("decision"),
        without_family=opened("without_family"),
        family_present=item["family_present"] if full else None,
        next_on=item["next_on"] if full else None,
        decided_by=item["decided_by"] if full else None,
        decided_at=item["decided_at"] if full else None,
        action=_homework(look, own, item) if worded else None,
    )


def _nameable(own: Look) -> bool:
    """Whether this actor can ask who the family is; nothing is shown by it."""
    return own.judge("person.name", Sphere.GENERAL, None, {}).shown is Shown.FULL


def _names(look: Look, own: Look, item: Mapping[str, Any]) -> list[str]:
    """Who the family is, for whoever has a part in it: sitting at the table with others opens nothing else of it."""
    persons = item["persons"]
    shown = persons and own.share("person.name", lambda: True, of=tuple(UUID(one["id"]) for one in persons))
    if not shown or not shown.value:
        return []
    look.also(own)
    seal = seal_of(look.hand.work, item["household"], item["keys"])
    return [
        seal.open(bytes.fromhex(one["name"]), Place("persons", UUID(one["id"]), "name"), Compartment.IDENTITY)
        for one in persons
    ]


def _homework(look: Look, own: Look, item: Mapping[str, Any]) -> Homework | None:
    action = item["action"]
    if action is None or not own.sees(
        "plan.action",
        Sphere(action["sphere"]),
        shared_with_teams=action["audience"] == "teams_in_case",
        wrote_it=wrote(look.hand, action["team"], action["author"]),
    ):
        return None
    look.also(own)
    seal, place = seal_of(look.hand.work, item["household"], item["keys"]), UUID(action["id"])
    what = seal.open(
        bytes.fromhex(action["what"]),
        Place("plan_actions", place, "what"),
        Compartment.of(Sphere(action["sphere"])),
    )
    return Homework(place, what, action["owner"], date.fromisoformat(action["due_on"]))


def _without_the_table(look: Look, item: Mapping[str, Any]) -> Look:
    """As what the actor stands to this family wherever they sit."""
    seen_by = viewers(
        look.hand,
        takes_part=item["participates"] or item["accountable"],
        is_lead=item["is_lead"],
        signalled=False,
        escalated=False,
    )
    return Look(look.hand, look.household, seen_by, look.facts)


def _team_sees(hand: Hand, as_team: Viewer | None, found: Mapping[str, Any]) -> bool:
    look = Look(hand, found["household"], frozenset({as_team}) if as_team else frozenset(), facts_of(found))
    facts = {"shared_with_teams": found["audience"] == "teams_in_case"}
    return look.judge("meeting.item", Sphere(found["sphere"]), None, facts).shown is not Shown.NONE


def _topic(found: Mapping[str, Any]) -> Topic:
    return Topic(
        kind=AgendaKind(found["kind"]),
        household=found["household"],
        case=found["case_id"],
        signal=found["signal_id"],
        subject=found["subject_id"],
        rule=found["rule"],
        sphere=Sphere(found["sphere"]),
        audience=found["audience"],
        at=found["at"],
    )


def _teams(hand: Hand) -> list[UUID]:
    return [hand.actor.team_id] if hand.actor.role in TEAM_ROLES else []


def _whole_area(hand: Hand) -> bool:
    return hand.actor.role is Role.AREA_COORDINATOR
