"""The second net withholds nothing that the application shows: each view, had with it and without it, is the same."""

import random
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

import pytest

from casecoord.actions.agenda import MeetingOf, MeetingsOf, meeting, meetings
from casecoord.actions.area_map import AreaMapOf, area_map
from casecoord.actions.arriving import MoveOffersOf, move_offers
from casecoord.actions.asked import AskedOf, invitations, proposals
from casecoord.actions.candidates import CandidatesOf, candidates
from casecoord.actions.caseload import CaseloadOf, caseload
from casecoord.actions.coverage import CoverageOf, coverage
from casecoord.actions.docket import DocketOf, HearingOf, docket, hearing
from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.finding import FindFamilies, find_families
from casecoord.actions.holder_at import HolderAtOf, holder_at
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leaving import HangingOf, hanging
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, tally, timeline, worklist
from casecoord.actions.merge_proposals import MergeProposalsOf, MergesOf, merge_proposals, merges
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.office import Hand
from casecoord.actions.possible import Possible, possible
from casecoord.actions.refusals import RefusalsOf, refusals
from casecoord.actions.sent import SentSignalOf, SentSignalsOf, sent_signal, sent_signals
from casecoord.actions.spreading import SpreadOf, spread
from casecoord.actions.transfers import TransfersOf, transfers
from casecoord.actions.weighing import BlockadesOf, blockades
from casecoord.domain.actors import Caller, purposes_of
from casecoord.domain.errors import Problem
from casecoord.domain.lists import EVERYTHING
from casecoord.domain.words import Role, TeamKind
from tests.net.conftest import Ground
from tests.net.judge import Town
from tests.net.test_second_net import logins_of, rows_of
from tests.world import ISSUER

LISTS: dict[Any, Any] = {
    worklist: WorklistOf(),
    gaps: GapsOf(),
    inbox: InboxOf(first=100),
    blockades: BlockadesOf(),
    invitations: AskedOf(),
    proposals: AskedOf(),
    transfers: TransfersOf(),
    coverage: CoverageOf(),
    merge_proposals: MergeProposalsOf(),
    move_offers: MoveOffersOf(),
    meetings: MeetingsOf(),
    docket: DocketOf(),
    tally: EVERYTHING,
    area_map: AreaMapOf(),
    merges: MergesOf(),
    refusals: RefusalsOf(),
    sent_signals: SentSignalsOf(),
    find_families: FindFamilies(name="a"),
}


def plain(value: Any) -> Any:
    """An answer without its cursors, which are sealed anew each time."""
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: plain(getattr(value, field.name))
            for field in fields(value)
            if field.name != "cursors"
        }
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return value.value if isinstance(value, Enum) else value


async def everything_possible(hand: Hand, query: Any) -> Possible:
    """What somebody may do to whatever there is."""
    household, things = query
    return await possible(hand, household, things)


def views(town: Town, now: Any) -> Iterator[tuple[Any, Any]]:
    """Every view that a door has of families, of each thing that there is."""
    things = {row["id"] for table in ("signals", "plan_actions") for row in town.rows[table]}
    for home in town.rows["households"]:
        identity = home["id"]
        yield joint_case, JointCaseOf(identity)
        yield timeline, TimelineOf(identity, 100)
        yield holder_at, HolderAtOf(identity, now)
        yield explain_facet, ExplainOf(identity, "signal.existence")
        yield everything_possible, (identity, things)
    for case in town.rows["cases"]:
        yield candidates, CandidatesOf(case["id"])
    for signal in town.rows["signals"]:
        yield sent_signal, SentSignalOf(signal["id"])
    for sits in town.rows["meetings"]:
        yield meeting, MeetingOf(sits["id"])
    for planned in town.rows["hearings"]:
        yield hearing, HearingOf(planned["id"])
    for team in town.rows["teams"]:
        yield caseload, CaseloadOf(team["id"])
        yield spread, SpreadOf(team["id"])
    for one in town.rows["memberships"]:
        yield hanging, HangingOf(one["id"], now + timedelta(days=30))
    yield from LISTS.items()


async def said(ground: Ground, caller: Caller, view: Any, query: Any, *, net: bool) -> Any:
    office = ground.town.office
    try:
        if net:
            return plain(await office.look(caller, view, query))
        async with office.database.enter(caller) as work:
            return plain(await view(Hand(work, office.policy), query))
    except Problem as problem:
        return problem.code


async def compare(ground: Ground, days: int, *, at_work: bool, of_each: int) -> int:
    """How many views told something, alike; `at_work`: each seat for its own work, else for its other purposes.

    `of_each`: one of so many views of single things is had by each seat.
    """
    town = await rows_of(ground)
    logins = await logins_of(ground)
    kinds = {team["id"]: TeamKind(team["kind"]) for team in town.rows["teams"]}
    drawn = random.Random(days)
    clock, told, began = ground.town.clock, 0, ground.town.clock.now
    clock.forward(days=days)
    try:
        for seat in town.rows["memberships"]:
            if seat["during"].upper is not None and seat["during"].upper <= clock.now:
                continue
            login, kind = logins[seat["professional_id"]], kinds[seat["team_id"]]
            own, *others = purposes_of(Role(seat["role"]), kind)
            for purpose in [own] if at_work else others:
                caller = Caller(ISSUER, login, seat["id"], purpose, trace_id="0" * 32)
                chosen = [
                    one for one in views(town, clock.now) if one[0] in LISTS or not drawn.randrange(of_each)
                ]
                for view, query in chosen:
                    with_net = await said(ground, caller, view, query, net=True)
                    without = await said(ground, caller, view, query, net=False)
                    assert with_net == without, (view.__name__, seat["role"], kind, purpose)
                    told += not isinstance(with_net, str)
    finally:
        clock.now = began
    return told


async def test_each_view_is_the_same_with_the_net_and_without_it(ground: Ground) -> None:
    assert await compare(ground, 0, at_work=True, of_each=8) > 150


async def test_a_consent_of_ones_own_team_is_in_view_whatever_one_looks_for(ground: Ground) -> None:
    town, asked = await rows_of(ground), 0
    logins = await logins_of(ground)
    kinds = {team["id"]: TeamKind(team["kind"]) for team in town.rows["teams"]}
    for consent in town.rows["consents"]:
        for seat in (one for one in town.rows["memberships"] if one["team_id"] == consent["team_id"]):
            for purpose in purposes_of(Role(seat["role"]), kinds[seat["team_id"]]):
                login = logins[seat["professional_id"]]
                caller = Caller(ISSUER, login, seat["id"], purpose, trace_id="0" * 32)
                query = (consent["household_id"], {consent["id"]})
                with_net = await said(ground, caller, everything_possible, query, net=True)
                assert with_net == await said(ground, caller, everything_possible, query, net=False)
                asked += 1
    assert asked >= 3


@pytest.mark.prove
@pytest.mark.parametrize("days", [0, 2, 40])
async def test_so_it_is_for_other_purposes_and_weeks_later(ground: Ground, days: int) -> None:
    assert await compare(ground, days, at_work=True, of_each=1) > 500
    assert await compare(ground, days, at_work=False, of_each=1) > 100
