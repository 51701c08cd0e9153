"""Scarce hands: how many hours somebody has for leading cases, and which cases could go to whom before it is too much.

It proposes, with reasons; a coordinator decides and asks (`offer_hand_over`). It weighs teams, room and hours, and
knows nothing of who a family is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.candidates import Candidate, CandidatesOf, candidates
from casecoord.actions.caseload import Load, Strained, burden_of, conditions, in_words, load_of
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.managing import may_manage
from casecoord.actions.office import Hand, verb
from casecoord.domain.caseload import Burden, Strain, hours_of
from casecoord.domain.errors import Problem
from casecoord.domain.words import CaseState, Urgency
from casecoord.storage import caseload as storage
from casecoord.storage.leaving import lock_memberships

MOST_HOURS = 60
#: Enough to decide on at once; what is left comes up when these are done.
MOST_CASES, MOST_TAKERS, LARGEST_TEAM = 10, 3, 200


@dataclass(frozen=True, slots=True)
class SetLeadHours:
    idempotency_key: str
    membership: UUID
    hours: int


@dataclass(frozen=True, slots=True)
class LeadHoursSet:
    membership: UUID
    hours: int


@dataclass(frozen=True, slots=True)
class SpreadOf:
    team: UUID


@dataclass(frozen=True, slots=True)
class Taker:
    """Somebody who could take a case over, and what they lead now."""

    candidate: Candidate
    load: Load


@dataclass(frozen=True, slots=True)
class CaseToMove:
    """A case that could go to somebody else: from whom, since when they lead it, why, and who has room for it."""

    case: UUID
    household: UUID
    lead: UUID
    lead_name: str
    since: datetime
    hours: int
    because: tuple[Strained, ...]
    takers: list[Taker]


@verb(LeadHoursSet)
async def set_lead_hours(hand: Hand, input: SetLeadHours) -> LeadHoursSet:
    """How many hours a week somebody has under a membership for leading cases."""
    rule = may_manage(hand, "manage_teams")
    if not 0 <= input.hours <= MOST_HOURS:
        raise Problem("hours_out_of_bounds", "hours")
    found = await lock_memberships(hand.work, [input.membership])
    if not found or not found[0].during.contains(hand.now):
        raise Problem("not_found", "membership")
    await storage.set_hours(hand.work, input.membership, input.hours)
    hand.done.rules.append(rule)
    return LeadHoursSet(input.membership, input.hours)


async def spread(hand: Hand, query: SpreadOf) -> list[CaseToMove]:
    """Whose cases could go to whom? For the area's coordinator, who may offer a hand-over; nothing is moved by it."""
    if not _may_offer(hand):
        raise Problem("not_found", "team")
    rows = await storage.caseload(hand.work, conditions(hand), LARGEST_TEAM, team=query.team)
    if not rows:
        raise Problem("not_found", "team")
    look = Look(hand, None, viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=True))
    look.decide("caseload")
    look.remember("spread")
    found: list[CaseToMove] = []
    taken: dict[UUID, Burden] = {}
    for row in sorted(rows, key=lambda row: -len(row["led"])):
        found += await _of_lead(hand, row, taken, MOST_CASES - len(found))
    return found


def _may_offer(hand: Hand) -> bool:
    facts = ActFacts.that("membership_valid", "lead_left_or_ill")
    return hand.policy.may(Doer(hand.actor.role, hand.actor.team_kind), "offer_handover", facts).allowed


async def _of_lead(hand: Hand, row: dict[str, Any], taken: dict[UUID, Burden], most: int) -> list[CaseToMove]:
    """The cases of one lead that would have to go: those led shortest first, until what is left fits."""
    burden = burden_of(hand, row)
    strains = in_words(hand, burden)
    found: list[CaseToMove] = []
    if not strains or most <= 0:
        return found
    for case in await storage.led_by(hand.work, row["id"], conditions(hand).signals, LARGEST_TEAM):
        if (case["going"] is False and _is_eased(burden, found)) or len(found) == most:
            break
        hours = hours_of(CaseState(case["state"]), Urgency(case["urgency"]) if case["urgency"] else None)
        takers = [] if case["going"] else await _takers(hand, case, hours, taken)
        if takers or case["going"]:
            burden = _with(burden, -1, -hours)
        if takers:
            _remember(hand, case)
            found.append(
                CaseToMove(
                    case["case_id"],
                    case["household"],
                    row["id"],
                    row["name"],
                    case["since"],
                    hours,
                    strains,
                    takers,
                )
            )
    return found


async def _takers(hand: Hand, case: dict[str, Any], hours: int, taken: dict[UUID, Burden]) -> list[Taker]:
    """Who of the teams in the case has room for it, those with most room first. What is proposed once is counted on."""
    people = {
        one.professional: one for one in await candidates(hand, CandidatesOf(case["case_id"])) if one.room
    }
    if not people:
        return []
    rows = await storage.caseload(hand.work, conditions(hand), len(people), people=people)
    loads = {row["id"]: load_of(hand, row) for row in rows}
    burdens = {row["id"]: taken.get(row["id"], burden_of(hand, row)) for row in rows}
    fits = [key for key, burden in burdens.items() if burden.holds(hours)]
    fits.sort(key=lambda key: (burdens[key].hours_asked + burdens[key].hours_coming, people[key].name, key))
    if fits:
        taken[fits[0]] = _with(burdens[fits[0]], 1, hours)
    return [Taker(people[key], loads[key]) for key in fits[:MOST_TAKERS]]


def _is_eased(burden: Burden, found: list[CaseToMove]) -> bool:
    """Whether what is left fits. Deadlines alone are no reason for more than one case to go."""
    strains = set(burden.strains())
    return not strains or (bool(found) and strains <= {Strain.CLOCKS_SOON})


def _with(burden: Burden, cases: int, hours: int) -> Burden:
    return Burden(
        burden.leads + cases,
        burden.asked,
        burden.hours_asked + hours,
        burden.hours_coming,
        burden.hours,
        burden.ceiling,
        burden.clocks,
    )


def _remember(hand: Hand, case: dict[str, Any]) -> None:
    """That this family has a case and who leads it was shown."""
    seen_by = viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=case["escalated"])
    look = Look(hand, case["household"], seen_by, facts_of(case))
    for facet in ("case.status", "case.lead"):
        look.decide(facet)
    look.remember("spread")
