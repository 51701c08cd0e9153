"""How many statements an answer takes, its set-up and its access record included, whatever the number of rules."""

from datetime import date

import pytest

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import GapsOf, TimelineOf, WorklistOf, gaps, timeline, worklist
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.signals import add_signal
from casecoord.domain.words import LifeDomain
from tests.actions.steps import concern, led_case, signal, take_part, unmatched
from tests.statements import statements
from tests.world import Town

AT_MOST = 4


async def neighbourhood(town: Town, size: int) -> None:
    for number in range(size):
        (child,) = await town.family(
            (f"Kind {number:03}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}
        )
        await signal(town, "amina", child)


async def test_a_joint_case_takes_at_most_four_statements(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    for domain in (LifeDomain.FINANCE, LifeDomain.TIME_USE, LifeDomain.HOUSING):
        await signal(town, "chaima", family["els"], domain=domain)
    for name in ("amina", "chaima", "ibrahim"):
        with statements(town.database) as sent:
            view = await town.office.look(town.caller(name), joint_case, JointCaseOf(case.id))
        assert len(view.persons) == 3 and 2 < len(sent) <= AT_MOST, sent


@pytest.mark.parametrize("view", [worklist, gaps])
async def test_fifty_lines_take_as_many_statements_as_one(town: Town, view: object) -> None:
    query = WorklistOf(first=50) if view is worklist else GapsOf(first=50)
    await neighbourhood(town, 1)
    town.clock.forward(days=1)
    await neighbourhood(town, 50)
    town.clock.forward(weeks=3)
    counts = []
    for first in (1, 50):
        with statements(town.database) as sent:
            seen = await town.office.look(town.caller("bram"), view, type(query)(first=first))
        assert len(seen.items) == first and seen.more
        counts.append(len(sent))
    assert counts[0] == counts[1] <= AT_MOST


async def test_timeline_and_merge_proposals_take_at_most_four_too(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    await unmatched(town, "fleur", "Noor Janssen", noor.born)
    for view, query in ((timeline, TimelineOf(case.id)), (merge_proposals, MergeProposalsOf())):
        with statements(town.database) as sent:
            assert (await town.office.look(town.caller("ibrahim"), view, query)).items
        assert len(sent) <= AT_MOST, sent


async def test_a_signal_takes_as_many_statements_in_a_busy_household_as_in_a_quiet_one(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    counts = []
    for _ in range(8):
        with statements(town.database) as sent:
            await town.act("amina", add_signal, concern(town, noor))
        counts.append(len(sent))
    # The first makes a key and a line of holders besides.
    assert counts[0] > counts[1] == counts[-1] <= 20, counts
