"""Worklist, gaps and timeline: the policy rides in the query, so that a list holds what one may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.seats import role_viewer, team_viewer
from casecoord.actions import cursors
from casecoord.actions.filters import ground_lapsed
from casecoord.actions.looking import MEDICAL, Look, facts_of, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Shown, Viewer
from casecoord.domain.facets import Level as FacetLevel
from casecoord.domain.lists import EVERYTHING, Chosen, Flagged, Happened, OpenGap, Slice
from casecoord.domain.promises import PROMISES, Level, Rule
from casecoord.domain.words import Role, Sphere, TeamKind, Urgency
from casecoord.storage import access_log, history, lists
from casecoord.storage.lists import Page, Scope
from casecoord.storage.sealed import Compartment, Place
from casecoord.storage.views import seal_of

_SEEN = (Shown.FULL, Shown.OPEN_CLOSED, Shown.EXISTS)
#: No team's and no area's: what is left is what one leads oneself.
_LED = Scope((), whole_area=False)
_RANKS = (Urgency.ACUTE, Urgency.HIGH, Urgency.NORMAL)
#: What is so of an event by the note or the emergency access that it is about.
_OF_EVENT = ("own_practice", "medical_lifted", "own_entry")
#: What the history tells is shown by the facet that it is about.
_HISTORY = (
    "signal.existence",
    "case.status",
    "case.lead",
    "case.participants",
    "plan.action",
    "case.contact",
    "blockade",
    "court.hearing",
    "court.preparation",
    "court.placement",
    "break_glass.grant",
    "family.agreement",
    "family.goal",
    "plan.goal",
    "consent.record",
    "medical.note",
    "meeting.item",
)


@dataclass(frozen=True, slots=True)
class WorklistOf:
    """`team` narrows an area's list to one team; `led`: only what the actor leads; `urgency` and `overdue` filter.

    `new_first`: families with a signal that nobody triaged yet stand before all others.
    """

    team: UUID | None = None
    led: bool = False
    urgency: Urgency | None = None
    overdue: bool = False
    first: int | None = None
    after: str | None = None
    new_first: bool = False


@dataclass(frozen=True, slots=True)
class GapsOf:
    """`area` can only be the actor's own; a place, only for who sees where all families live and go to school."""

    area: UUID | None = None
    first: int | None = None
    after: str | None = None
    chosen: Chosen = EVERYTHING


@dataclass(frozen=True, slots=True)
class TimelineOf:
    """The id of a case or a household."""

    id: UUID
    first: int | None = None
    after: str | None = None


async def worklist(hand: Hand, query: WorklistOf) -> Slice[Flagged]:
    """Which flagged households wait for this actor? Listed if, and only if, something of them may be seen."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "flagged", query.after)
    rows = await lists.worklist(
        hand.work,
        _LED if query.led else scope_of(hand, query.team),
        Page(first, _worklist_key(after), query.new_first),
        of_worklist(hand),
        _RANKS.index(query.urgency) + 1 if query.urgency else None,
        query.overdue,
    )
    looks, items = [], []
    for row in rows[:first]:
        look = look_at_line(hand, row)
        items.append(flagged(hand, look, row))
        looks.append(look.entry("worklist"))
    access_log.write(hand.work, looks)
    keys = [[row["later"], row["rank"] or 3, row["next_at"], row["id"]] for row in rows[:first]]
    return Slice(items, [cursors.write(hand, "flagged", key) for key in keys], len(rows) > first)


def of_worklist(hand: Hand) -> Mapping[str, str]:
    """The policy that rides in the worklist."""
    return {
        **_filters(hand, "signal.existence", "case.next_deadline", "gap", "case.status"),
        "urgency": _filters(hand, "signal.existence", degrees=(Shown.FULL,))["signal.existence"],
    }


async def gaps(hand: Hand, query: GapsOf) -> Slice[OpenGap]:
    """Which promises are broken? Each is listed if, and only if, this actor may see it."""
    if query.area not in (None, hand.work.area_id):
        raise Problem("not_found", "area")
    _may_choose(hand, query.chosen)
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "gaps", query.after)
    page = Page(first, (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None)
    filters = _filters(hand, "gap", "signal.existence")
    rows = await lists.gaps(hand.work, scope_of(hand, None), page, filters, query.chosen)
    entries, items = [], []
    for row in rows[:first]:
        look = _look(hand, row["household_id"], row, takes_part=bool(row["takes_part"]))
        look.decide("gap", Sphere(row["sphere"]), shared_with_teams=row["audience"] == "teams_in_case")
        entries.append(look.entry("gaps"))
        items.append(
            OpenGap(
                id=row["id"],
                household=row["household_id"],
                rule=row["rule"],
                name=PROMISES[Rule(row["rule"])].gap,
                since=row["since"],
                level=Level(row["level"]),
                holder=(row["lead_name"] if look.sees("case.lead") else None) or row["coordinator_name"],
                responder=row["responder"],
            )
        )
    access_log.write(hand.work, entries)
    keys = [[row["since"], row["id"]] for row in rows[:first]]
    return Slice(items, [cursors.write(hand, "gaps", key) for key in keys], len(rows) > first)


async def tally(hand: Hand, query: Chosen) -> dict[tuple[Rule, Level], int]:
    """How many promises are broken, by rule and age? Counted is what `gaps` lists for this actor, and nothing else."""
    _may_choose(hand, query)
    counts = await lists.tally(
        hand.work, scope_of(hand, None), _filters(hand, "gap", "signal.existence"), query
    )
    look = Look(hand, None, viewers(hand, takes_part=True, is_lead=False, signalled=False, escalated=True))
    if counts:
        _saw(look, "gap")
    look.remember("tally")
    return {(Rule(rule), Level(level)): number for (rule, level), number in counts.items()}


async def timeline(hand: Hand, query: TimelineOf) -> Slice[Happened]:
    """What happened in this case? Each event is listed if, and only if, its facet and sphere may be seen."""
    first = cursors.page_size(query.first)
    after = cursors.read(hand, "timeline", query.after)
    page = Page(first, (datetime.fromisoformat(after[0]), UUID(after[1])) if after else None)
    row = await history.timeline(hand.work, query.id, page, of_history(hand))
    if row is None:
        raise Problem("not_found", "id")
    events = row["events"]
    looks = looks_at_history(hand, row, events[:first])
    if looks is None:
        raise Problem("not_found", "id")
    access_log.write(hand.work, [one.entry("timeline") for one in looks])
    items = [
        Happened(UUID(e["id"]), datetime.fromisoformat(e["at"]), e["verb"], e["who"], e["about"])
        for e in events[:first]
    ]
    keys = [[e["at"], e["id"]] for e in events[:first]]
    return Slice(items, [cursors.write(hand, "timeline", key) for key in keys], len(events) > first)


def looks_at_history(
    hand: Hand, row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
) -> list[Look] | None:
    """The looks by which these events of a household are told; None: its history is not for this actor."""
    look = _look(hand, row["household"], row, takes_part=row["participates"] or row["accountable"])
    if look.decide("case.status").shown is not Shown.FULL:
        return None
    # What happened to one person is a record of its own: it is of no concern to the others.
    looks: dict[str | None, Look] = {None: look}
    for event in events:
        seen = _look(hand, row["household"], row, takes_part=event["takes_part"])
        looks.setdefault(event["person"], seen).decide(
            event["facet"],
            Sphere(event["sphere"]),
            seen.viewers,
            (UUID(event["person"]),) if event["person"] else (),
            wrote_it=event["wrote_it"],
            shared_with_teams=event["audience"] == "teams_in_case",
            **{name: event[name] for name in _OF_EVENT},
        )
    return list(looks.values())


def _may_choose(hand: Hand, chosen: Chosen) -> None:
    """Where a family lives, or its child goes to school, no filter tells to whom the facet does not."""
    if (chosen.neighbourhood or chosen.school) and hand.actor.role is not Role.AREA_COORDINATOR:
        raise Problem("not_found", "chosen")
    if not f"{chosen.neighbourhood}{chosen.school}".isprintable():
        raise Problem("not_found", "chosen")


def scope_of(hand: Hand, team: UUID | None) -> Scope:
    """Which households a list is about."""
    whole = hand.actor.role in (Role.AREA_COORDINATOR, Role.DECISION_POWER)
    if team is None:
        escalated = hand.actor.role is Role.DECISION_POWER
        return Scope((hand.actor.team_id,), whole_area=whole and not escalated, escalated=escalated)
    if team != hand.actor.team_id and not whole:
        raise Problem("not_found", "team")
    return Scope((team,), whole_area=False, one_team=True)


def _filters(
    hand: Hand, *facets: str, grant: str = "false", degrees: Sequence[Shown] = _SEEN
) -> Mapping[str, str]:
    """The policy on these facets as SQL, for as what this actor may look at a household.

    `grant`: where an emergency opens it. A worklist is of what waits for one: no emergency adds to it.
    """
    conditions: dict[Viewer, str] = {Viewer.LEAD: "i.is_lead"}
    as_team, as_role = team_viewer(hand.actor.role, hand.actor.team_kind), role_viewer(hand.actor.role)
    if as_team:
        conditions[as_team] = "i.takes_part"
    if as_role:
        conditions[as_role] = "true"
    if hand.actor.role is Role.DECISION_POWER:
        conditions[Viewer.DECISION_POWER] = "i.escalated"
    # What the own team wrote is shown to who looks as a team: in no other list of theirs does it count.
    written = {} if as_team else {"wrote_it": "false"}
    return {
        facet: hand.policy.sql_filter(
            facet,
            hand.actor.purpose,
            conditions,
            "i",
            grant=grant,
            facts={"ground_lapsed": ground_lapsed(facet, hand.work.grounds), **written},
            degrees=degrees,
        )
        for facet in facets
    }


def of_history(hand: Hand) -> dict[str, str]:
    """An event names who did it: one that a team's presence makes secret needs its sphere, whatever its facet."""
    shown = set(_HISTORY)
    if hand.actor.team_kind is TeamKind.COURT_PARTNER:
        shown -= MEDICAL
    found = dict(_filters(hand, *shown, "case.next_deadline", grant="i.break_glass"))
    by_sphere = found.pop("case.next_deadline")
    return {
        facet: condition
        if FACETS[facet].level is FacetLevel.ITEM
        else f"({condition}) and (i.sphere = 'general' or {by_sphere})"
        for facet, condition in found.items()
    }


def _look(hand: Hand, household: UUID | None, row: Mapping[str, Any], *, takes_part: bool) -> Look:
    return Look(
        hand,
        household,
        viewers(
            hand,
            takes_part=takes_part,
            is_lead=row["is_lead"],
            signalled=bool(row.get("signalled")),
            escalated=row["escalated"],
        ),
        facts_of(row),
    )


def _worklist_key(after: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    return (*after[:2], datetime.fromisoformat(after[2]), UUID(after[3])) if after else None


def look_at_line(hand: Hand, row: Mapping[str, Any]) -> Look:
    """A look at a household of the worklist."""
    return _look(hand, row["id"], row, takes_part=row["participates"] or row["accountable"])


def flagged(hand: Hand, look: Look, row: Mapping[str, Any]) -> Flagged:
    """Its line, as far as it may be seen."""
    if row["rank"]:
        _saw(look, "signal.existence")
    if row["next_at"].year < datetime.max.year:
        _saw(look, "case.next_deadline")
    if row["gaps"]:
        _saw(look, "gap")
    status = look.sees("case.status")
    lead = row["lead_name"] if look.sees("case.lead") else None
    deadline = row["next_at"]
    return Flagged(
        household=row["id"],
        case=row["case_id"] if status else None,
        state=row["state"] if status else None,
        urgency=_RANKS[row["rank"] - 1] if row["rank"] else None,
        next_deadline=deadline if deadline.year < datetime.max.year else None,  # infinity: none in view
        open_gaps=row["gaps"],
        holder=lead or row["coordinator_name"],
        untriaged=row["untriaged"],
        names=look.share(
            "person.name", lambda: names_of(hand, row), of=tuple(UUID(one["id"]) for one in row["persons"])
        ),
    )


def _saw(look: Look, facet: str) -> None:
    """Remembers that something of this facet was in view, by the rule of the first sphere in which it can be."""
    any(
        look.sees(facet, sphere, shared_with_teams=True, wrote_it=wrote_it)
        for wrote_it in (False, True)
        for sphere in Sphere
    )


def names_of(hand: Hand, row: Mapping[str, Any]) -> list[str]:
    """The names of who lives there, opened."""
    seal = seal_of(hand.work, row["id"], row["keys"])
    return [
        seal.open(bytes.fromhex(p["name"]), Place("persons", UUID(p["id"]), "name"), Compartment.IDENTITY)
        for p in row["persons"]
    ]
