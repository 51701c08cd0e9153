"""A merge while both cases change: whoever is second finds things where they went, or is told; nothing is in between."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.merging import ConfirmMerge, ProposeMerge, confirm_merge, propose_merge
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.words import LifeDomain
from casecoord.storage import case_tables, merge_tables, notice_tables, promise_tables, wait_tables  # noqa: F401
from casecoord.storage.belongings import BELONGINGS, STAY
from casecoord.storage.tables import Base
from tests.actions.life import NEVER
from tests.actions.steps import (
    led_case,
    merge,
    open_case,
    propose,
    refused,
    second_coordinator,
    signal,
    sql,
    take_part,
    undo,
    waiting_for_locks,
    whole,
)
from tests.actions.test_races import at_once
from tests.world import Someone, Town


async def nothing_is_broken(town: Town, url: str) -> None:
    await whole(town)
    async with sql(url) as database:
        for what, query in NEVER.items():
            assert await database.fetch(query, town.clock.now) == [], what


async def two(town: Town) -> dict[str, Any]:
    """Noor's case waits for Bram's answer; Sam's is led by Ines, with a step, a signal and an invitation open."""
    await second_coordinator(town)
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
    case = await open_case(town, "bram", (await signal(town, "amina", noor)).signal)
    proposal = await propose(town, "bram", case.id, "amina")
    sams = await open_case(town, "ines", (await signal(town, "ines", sam)).signal)
    asked = await propose(town, "ines", sams.id, "ines")
    await town.act("ines", accept_lead, AnswerProposal(town.key(), asked))
    due = date(2026, 11, 10)
    step = await town.act(
        "ines", add_action, AddAction(town.key(), sams.id, LifeDomain.TIME_USE, "Zwemles.", due)
    )
    waits = await signal(town, "chaima", sam)
    invited = await town.act("ines", invite_team, InviteTeam(town.key(), sams.id, town.teams["wijkteam"]))
    return {
        "noor": noor, "sam": sam, "case": case.id, "proposal": proposal, "sams": sams.id, "step": step.id,
        "signal": waits.signal, "invitation": invited.id,
    }  # fmt: skip


async def asked_about(town: Town, there: dict[str, Any]) -> UUID:
    named = ProposeMerge(town.key(), there["noor"].household, there["sam"].household)
    return (await town.act("ibrahim", propose_merge, named)).proposal


Act = Callable[[Town, dict[str, Any]], Awaitable[Any]]
MEANWHILE: dict[str, Act] = {
    "the lead accepts": lambda town, there: town.act(
        "amina", accept_lead, AnswerProposal(town.key(), there["proposal"])
    ),
    "a signal is triaged": lambda town, there: town.act(
        "ines", triage_signal, TriageSignal(town.key(), there["signal"], Decision.JOIN_CASE)
    ),
    "somebody signals": lambda town, there: signal(town, "fleur", there["sam"]),
    "a step is done": lambda town, there: town.act(
        "ines", complete_action, CompleteAction(town.key(), there["step"], "klaar")
    ),
    "a team joins": lambda town, there: town.act(
        "chaima", join_case, AnswerInvitation(town.key(), there["invitation"])
    ),
    "a step is added": lambda town, there: town.act(
        "ines",
        add_action,
        AddAction(town.key(), there["sams"], LifeDomain.FINANCE, "Bel.", date(2026, 11, 12)),
    ),
    "the family splits": lambda town, there: town.act(
        "ibrahim",
        split_household,
        SplitHousehold(town.key(), there["noor"].household, (there["noor"].id,), (), Part.LEAVING),
    ),
}


@pytest.mark.parametrize("meanwhile", sorted(MEANWHILE), ids=lambda name: name.replace(" ", "_"))
async def test_a_merge_while_a_case_changes_leaves_nothing_broken(
    town: Town, database_url: str, meanwhile: str
) -> None:
    there = await two(town)
    proposal = await asked_about(town, there)
    word = ConfirmMerge(town.key(), proposal, True)
    done, problems = await at_once(
        town.act("ibrahim", confirm_merge, word), MEANWHILE[meanwhile](town, there)
    )
    # Two leads at once: then a coordinator has to say which stays. A signal that is another team's now: it is theirs.
    assert set(problems) <= {"two_leads", "already_answered", "not_found", "not_allowed"} and done
    await nothing_is_broken(town, database_url)


async def test_twenty_words_on_one_merge_and_everything_else_at_once(town: Town, database_url: str) -> None:
    there = await two(town)
    proposal = await asked_about(town, there)
    words = [
        town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), proposal, n % 3 != 0)) for n in range(13)
    ]
    others = [act(town, there) for name, act in MEANWHILE.items() if name != "the family splits"]
    _, problems = await at_once(*words, *others)
    assert problems["already_answered"] >= 12 - problems["two_leads"] - problems["try_again"]
    await nothing_is_broken(town, database_url)


async def test_two_merges_of_one_family_and_an_undo_at_once(town: Town, database_url: str) -> None:
    there = await two(town)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    merged = await merge(town, there["noor"].household, there["sam"].household)
    first = ProposeMerge(town.key(), there["noor"].household, wim.household)
    proposal = (await town.act("ibrahim", propose_merge, first)).proposal
    await at_once(
        town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), proposal, True)),
        undo(town, merged.merge),
        signal(town, "fleur", there["sam"]),
    )
    await nothing_is_broken(town, database_url)


async def test_two_that_would_each_come_to_the_other_wait_for_nobody(town: Town, database_url: str) -> None:
    """Locked in one order, whichever is named first."""
    homes = [(await town.family((f"Aa {n}", date(1960, 1, 1 + n))))[0].household for n in range(3)]
    pairs = [(0, 1), (1, 2), (2, 0)]
    named = [
        (await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), homes[a], homes[b]))).proposal
        for a, b in pairs
    ]
    _, problems = await at_once(
        *(town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), one, True)) for one in named)
    )
    assert set(problems) <= {"already_answered", "try_again"}
    await nothing_is_broken(town, database_url)


async def test_before_a_word_is_given_neither_family_is_in_the_other_s_view(town: Town) -> None:
    homes: list[tuple[Someone, UUID, str]] = []
    for name in ("Kanarie", "Kolibrie"):
        (child,) = await town.family((f"Noor {name}", date(2018, 9, 30)), links={0: [("school", "11VO00")]})
        sent = await signal(town, "amina", child, summary=f"{name} slaapt slecht.", detail=name)
        homes.append((child, (await open_case(town, "bram", sent.signal)).id, name))
    await town.act(
        "ibrahim", propose_merge, ProposeMerge(town.key(), homes[0][0].household, homes[1][0].household)
    )
    for (child, case, own), (_, _, other) in (homes, homes[::-1]):
        for who in ("amina", "bram", "ibrahim"):
            for identity in (case, child.household):
                seen = await town.office.look(town.caller(who), joint_case, JointCaseOf(identity))
                told = json.dumps(asdict(seen), default=str)
                assert own in told and other not in told


async def test_both_leads_are_told_and_the_one_who_stays_says_so(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    (sam,) = await town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
    stays = await led_case(town, noor)
    await take_part(town, "amina", stays.id, "regenboog", "ines")
    sams = await open_case(town, "ines", (await signal(town, "ines", sam)).signal)
    asked = await propose(town, "ines", sams.id, "ines")
    await town.act("ines", accept_lead, AnswerProposal(town.key(), asked))
    merged = await merge(town, noor.household, sam.household, keep_case=stays.id)
    members = town.members
    async with sql(database_url) as database:
        told = await database.fetch(
            "select receiver_id from outbox where kind = 'merged' and source_id = $1", merged.merge
        )
        passes = await database.fetch(
            "select t.from_team_id, t.to_team_id, p.responder_id from transfers t join promises p on p.subject_id = t.id"
            " and p.rule = 'G7' and p.ended_at is null where t.state = 'pending' and t.kind = 'merge'"
            " and t.from_team_id = $1 and t.sphere = 'general'", town.teams["regenboog"],
        )  # fmt: skip
    assert {row[0] for row in told} == {members["amina"].membership, members["ines"].membership}
    assert [tuple(row) for row in passes] == [
        (town.teams["regenboog"], town.teams["klimop"], members["bram"].membership)
    ]


def test_every_table_that_names_a_household_says_whose_its_rows_are() -> None:
    """A table that nobody thought of would be left behind by a merge."""
    named = {
        table.name
        for table in Base.metadata.tables.values()
        if {"household_id", "case_id", "person_id", "minor_id", "promise_id"} & set(table.columns.keys())
    }
    assert named - set(BELONGINGS) - set(STAY) == set()
    for name, kind in BELONGINGS.items():
        columns = [column.name for column in Base.metadata.tables[name].columns]
        sealed = {column.removesuffix("_sealed") for column in columns if column.endswith("_sealed")}
        assert sealed == set(kind.sealed), name


async def test_two_merges_at_once_that_bring_the_same_two_families_together_ask_about_them_once(
    town: Town, database_url: str
) -> None:
    """A goes on in B and C in D, while A is asked about with D, and C with B: then B is asked about with D."""
    await second_coordinator(town)
    a, b, c, d = [
        (await town.family((f"Kind {name}", date(2018, 1, 1)), links={0: [("school", "11VO00")]}))[
            0
        ].household
        for name in "ABCD"
    ]

    async def asks(main: UUID, other: UUID) -> UUID:
        return (await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), main, other))).proposal

    one, _, crossing = await asks(b, a), await asks(d, a), await asks(b, c)
    word = ConfirmMerge(town.key(), one, True)
    async with sql(database_url) as beside, sql(database_url) as watching:
        # What the other merge does, and has not committed yet.
        other = beside.transaction()
        await other.start()
        await beside.execute("update merge_proposals set provisional_id = $1 where id = $2", d, crossing)
        merging = asyncio.ensure_future(town.act("ibrahim", confirm_merge, word))
        await waiting_for_locks(watching, 1)
        await other.commit()
        async with refused("try_again"):
            await merging
        assert (await town.act("ibrahim", confirm_merge, word)).accepted
        asked = await watching.fetch(
            "select provisional_id, household_id from merge_proposals where state = 'pending'"
        )
    assert [set(pair) for pair in asked] == [{b, d}]
    await nothing_is_broken(town, database_url)
