"""Whom one could ask to lead a case, and what speaks for each. It lists; the choice is people's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import inf
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.caseload import ceiling_of
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.words import Language, Sphere, TeamKind
from casecoord.storage import candidates as storage

Row = dict[str, Any]


class Reason(StrEnum):
    """What a proposer may want to know of a candidate."""

    TEAM_TAKES_PART = "team_takes_part"
    TEAM_SIGNALLED = "team_signalled"
    HAS_ROOM = "has_room"
    AT_CEILING = "at_ceiling"


_WORDS = {
    Reason.TEAM_TAKES_PART: ("het team doet al mee", "the team takes part already"),
    Reason.TEAM_SIGNALLED: (
        "het team gaf een signaal over dit gezin",
        "the team signalled about this family",
    ),
    Reason.HAS_ROOM: ("heeft ruimte voor een casus", "has room for a case"),
    Reason.AT_CEILING: ("heeft het maximum aan casussen", "has the highest number of cases"),
}


@dataclass(frozen=True, slots=True)
class CandidatesOf:
    case: UUID


@dataclass(frozen=True, slots=True)
class Because:
    """A reason, and how to say it in the caller's language."""

    reason: Reason
    words: str


@dataclass(frozen=True, slots=True)
class Room:
    """How many cases somebody leads and how many more they could; `ceiling` and `left` None: no ceiling."""

    leads: int
    ceiling: int | None
    left: int | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who can be proposed; `room` None: this viewer may not know their caseload."""

    professional: UUID
    name: str
    team: UUID
    team_name: str
    team_kind: TeamKind
    takes_part_since: datetime
    room: Room | None
    reasons: list[Because]


async def candidates(hand: Hand, query: CandidatesOf) -> list[Candidate]:
    """The professionals of the teams in a case, for whoever may propose one: by room, then by name."""
    row = await storage.candidates(hand.work, query.case)
    if row is None or not _may_propose(hand, row):
        raise Problem("not_found", "case")
    view = _Candidates(hand, row)
    found = list(view.found())
    view.look.remember("candidates")
    return sorted(found, key=lambda one: (-_room(one), one.name.lower(), one.professional))


class _Candidates:
    """Finds them through one look at the household, which keeps what it showed."""

    def __init__(self, hand: Hand, row: Row) -> None:
        self.hand, self.row, self.own = hand, row, str(hand.actor.team_id)
        self.look = Look(hand, row["household"], self._as_viewer(row["participates"]), facts_of(row))
        self.signalled = {s["source"] for s in row["signals"] if self._sees_source(s)}

    def found(self) -> Iterator[Candidate]:
        """Each once, under the first of their memberships, without the lead there is."""
        lead = self.row["lead"]["professional"] if self.row["lead"] else None
        seats = [
            (person["since"], person["membership"], person, team)
            for team in self.row["teams"]
            if self._sees_team(team)
            for person in team["people"]
            if person["professional"] != lead
        ]
        known: set[str] = set()
        for _, _, person, team in sorted(seats, key=lambda seat: seat[:2]):
            if person["professional"] not in known:
                known.add(person["professional"])
                yield self._candidate(person, team)

    def _candidate(self, person: Row, team: Row) -> Candidate:
        own = person["professional"] == str(self.hand.actor.professional_id)
        room = self._room(person) if self.look.sees("caseload", own_entry=own) else None
        return Candidate(
            professional=UUID(person["professional"]),
            name=person["name"],
            team=UUID(team["team"]),
            team_name=team["name"],
            team_kind=TeamKind(team["kind"]),
            takes_part_since=datetime.fromisoformat(team["since"]),
            room=room,
            reasons=[self._because(reason) for reason in self._reasons(team, room)],
        )

    def _reasons(self, team: Row, room: Room | None) -> Iterator[Reason]:
        yield Reason.TEAM_TAKES_PART
        if team["team"] in self.signalled:
            yield Reason.TEAM_SIGNALLED
        if room is not None:
            yield Reason.AT_CEILING if room.left == 0 else Reason.HAS_ROOM

    def _room(self, person: Row) -> Room:
        leads, ceiling = person["leads"], ceiling_of(self.hand, person["ceiling"])
        return Room(leads, ceiling, None if ceiling is None else max(0, ceiling - leads))

    def _because(self, reason: Reason) -> Because:
        dutch, english = _WORDS[reason]
        return Because(reason, dutch if self.hand.actor.language is Language.NL else english)

    def _sees_team(self, team: Row) -> bool:
        if team["team"] == self.own:  # its own part in a case is no secret to a team
            return True
        lead = self.row["lead"]
        return self.look.sees(
            "case.participants",
            Sphere(team["sphere"]),
            shared_with_teams=team["audience"] == "teams_in_case",
            own_team_item=lead is not None and team["team"] == lead["team"],
        )

    def _sees_source(self, signal: Row) -> bool:
        takes_part = self.row["participates"] if signal["in_case"] else signal["accountable"] == self.own
        facts: dict[str, Any] = {
            "viewers": self._as_viewer(takes_part),
            "wrote_it": wrote(self.hand, signal["source"]),
            "shared_with_teams": signal["audience"] == "teams_in_case",
        }
        return self.look.sees("signal.source", Sphere(signal["sphere"]), **facts)

    def _as_viewer(self, takes_part: bool) -> frozenset[Viewer]:
        return viewers(
            self.hand,
            takes_part=takes_part,
            is_lead=self.row["is_lead"],
            signalled=self.row["signalled"],
            escalated=self.row["escalated"],
        )


def _may_propose(hand: Hand, row: Row) -> bool:
    """Whether this actor could propose somebody, once the family's preference is known."""
    named = ["membership_valid", "preference_known"]
    facts = ActFacts.that(*named, *(["of_participating_team"] if row["participates"] else []))
    return hand.policy.may(Doer(hand.actor.role, hand.actor.team_kind), "propose_lead", facts).allowed


def _room(candidate: Candidate) -> float:
    """How much room this viewer knows of; without a ceiling, any; what is not known stands last."""
    if candidate.room is None:
        return -1
    return inf if candidate.room.left is None else candidate.room.left
