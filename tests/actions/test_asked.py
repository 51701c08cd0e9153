"""What waits for me: an invitation to my team, a lead or a hand-over to me; and how little each tells."""

from dataclasses import fields
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions.asked import AskedOf, Invited, invitations, proposals
from casecoord.actions.cases import CaseBrief
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    decline_lead,
    offer_hand_over,
)
from casecoord.actions.lists import GapsOf, gaps
from casecoord.actions.participation import (
    AnswerInvitation,
    InviteTeam,
    decline_invitation,
    invite_team,
    join_case,
)
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain, ProposalKind
from tests.actions.looks import look, records
from tests.actions.steps import led_case, open_case, pending, propose, refused, signal, sql, take_part
from tests.statements import statements
from tests.world import Town

EVERYBODY_ELSE = [
    "amina",
    "bram",
    "ines",
    "esra",
    "fleur",
    "hanna",
    "ibrahim",
    "jasmijn",
    "karim",
    "lotte",
    "mo",
]


async def waiting(town: Town, who: str, view: Any) -> list[Any]:
    return (await look(town, who, view, AskedOf())).items


async def opened(town: Town) -> CaseBrief:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    return await open_case(town, "bram", added.signal)


async def invite(town: Town, case: CaseBrief, by: str = "bram", team: str = "wijkteam") -> Any:
    return await town.act(by, invite_team, InviteTeam(town.key(), case.id, town.teams[team]))


async def test_an_invited_team_knows_that_it_is_asked_by_whom_and_until_when(town: Town) -> None:
    case = await opened(town)
    asked = await invite(town, case)
    for who in ("chaima", "dirk"):
        (found,) = await waiting(town, who, invitations)
        assert (found.id, found.case, found.asked_by) == (asked.id, case.id, "Bram")
        assert found.since == town.clock.now
        assert found.until.date() == town.clock.now.date() + timedelta(days=3)  # three working days
    assert {field.name for field in fields(Invited)} == {"id", "case", "asked_by", "since", "until"}
    for who in EVERYBODY_ELSE:
        assert await waiting(town, who, invitations) == [], who
    async with refused("not_found"):
        await look(town, "chaima", joint_case, JointCaseOf(case.id))


async def test_the_deadline_of_an_invitation_is_the_one_that_becomes_a_gap(town: Town) -> None:
    case = await opened(town)
    await invite(town, case)
    (found,) = await waiting(town, "dirk", invitations)
    town.clock.now = found.until - timedelta(microseconds=1)
    before = (await look(town, "ibrahim", gaps, GapsOf())).items
    town.clock.now = found.until
    after = (await look(town, "ibrahim", gaps, GapsOf())).items
    assert [gap.rule for gap in after if gap not in before] == [Rule.INVITATION]
    assert await waiting(town, "dirk", invitations) == [found]  # late, it still waits


@pytest.mark.parametrize("answer", [join_case, decline_invitation])
async def test_an_answered_invitation_waits_no_more(town: Town, answer: Any) -> None:
    case = await opened(town)
    await invite(town, case)
    (found,) = await waiting(town, "chaima", invitations)
    await town.act("chaima", answer, AnswerInvitation(town.key(), found.id))
    assert await waiting(town, "chaima", invitations) == []
    assert await waiting(town, "dirk", invitations) == []


async def test_a_court_partner_that_asks_is_a_name_and_no_team(town: Town) -> None:
    """Hanna leads; the school that she invites must not learn that there is a court in it."""
    daan = (await town.janssens())["daan"]
    added = await signal(town, "hanna", daan, domain=LifeDomain.JUSTICE)
    case = await open_case(town, "dirk", added.signal)
    await take_part(town, "dirk", case.id, "rechtbank", "hanna")
    proposal = await propose(town, "dirk", case.id, "hanna")
    await town.act("hanna", accept_lead, AnswerProposal(town.key(), proposal))
    await invite(town, case, by="hanna", team="regenboog")
    (found,) = await waiting(town, "ines", invitations)
    assert found.asked_by == "Hanna"
    assert str(town.teams["rechtbank"]) not in repr(found) and "echtbank" not in repr(found)


async def test_a_proposal_waits_for_the_professional_proposed_and_nobody_else(town: Town) -> None:
    case = await opened(town)
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    proposal = await propose(town, "bram", case.id, "dirk")
    (found,) = await waiting(town, "dirk", proposals)
    assert (found.id, found.case, found.kind, found.asked_by) == (
        proposal,
        case.id,
        ProposalKind.LEAD,
        "Bram",
    )
    assert found.since == town.clock.now
    assert found.until.date() == date(2026, 11, 4)  # two working days
    for who in [*EVERYBODY_ELSE, "chaima"]:
        assert await waiting(town, who, proposals) == [], who
    await town.act("dirk", decline_lead, AnswerProposal(town.key(), found.id, "te vol"))
    assert await waiting(town, "dirk", proposals) == []


async def test_a_hand_over_waits_for_who_is_to_take_over(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    asked = ProposeLead(town.key(), case.id, town.members["bram"].professional, "verlof")
    offered = await town.act("amina", offer_hand_over, asked)
    (found,) = await waiting(town, "bram", proposals)
    assert (found.id, found.kind, found.asked_by) == (pending(offered), ProposalKind.HANDOVER, "Amina")
    assert found.until.date() == date(2026, 11, 9)  # five working days
    assert await waiting(town, "amina", proposals) == []
    await town.act("bram", accept_hand_over, AnswerProposal(town.key(), found.id))
    assert await waiting(town, "bram", proposals) == []


async def test_a_proposal_in_a_case_that_the_team_left_is_not_theirs_to_know(
    town: Town, database_url: str
) -> None:
    case = await opened(town)
    await take_part(town, "bram", case.id, "wijkteam", "chaima")
    await propose(town, "bram", case.id, "dirk")
    assert len(await waiting(town, "dirk", proposals)) == 1
    town.clock.forward(hours=1)
    async with sql(database_url) as database:
        await database.execute(
            "update participants set during = tstzrange(lower(during), $1) where team_id = $2",
            town.clock.now,
            town.teams["wijkteam"],
        )
    assert await waiting(town, "dirk", proposals) == []


async def test_what_is_due_first_comes_first_page_by_page(town: Town) -> None:
    cases = []
    for n in range(3):
        family = await town.family((f"Lid {n}", date(2016, 1, 1)), links={0: [("school", "11VO00")]})
        case = await open_case(town, "bram", (await signal(town, "amina", family[0])).signal)
        await invite(town, case)
        cases.append(case.id)
        town.clock.forward(days=1)
    found, after, more = [], None, True
    while more:
        page = await look(town, "dirk", invitations, AskedOf(1, after))
        found += [one.case for one in page.items]
        after, more = page.cursors[-1], page.more
    assert found == cases
    for who, view in (("chaima", invitations), ("dirk", proposals)):
        async with refused("cursor_invalid", "after"):
            await look(town, who, view, AskedOf(1, after))


async def test_a_look_is_three_statements_and_a_record_per_household(town: Town, database_url: str) -> None:
    case = await opened(town)
    await invite(town, case)
    with statements(town.database) as sent:
        await waiting(town, "dirk", invitations)
    assert len(sent) == 3, sent
    await town.act(
        "chaima", join_case, AnswerInvitation(town.key(), (await waiting(town, "dirk", invitations))[0].id)
    )
    await propose(town, "bram", case.id, "dirk")
    with statements(town.database) as sent:
        await waiting(town, "dirk", proposals)
    assert len(sent) == 3, sent
    for event, facets in (("invitations", {"case.participants"}), ("proposals", {"case.lead"})):
        for record, names_household in await records(database_url, event):
            assert (set(record["facets"]), names_household) == (facets, True)
            assert record["rules"]
    with statements(town.database) as sent:
        await waiting(town, "mo", invitations)
    assert len(sent) == 1, sent  # an administrator can answer for nobody: nothing is asked, nothing seen


async def test_a_proposal_to_a_team_that_one_is_not_shown_is_none(town: Town, database_url: str) -> None:
    """That somebody of it is asked tells that it takes part; whoever sees that is told it is not theirs to answer."""
    case = await led_case(town, (await town.janssens())["noor"])
    await take_part(town, "amina", case.id, "werk", "esra")
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    offer = ProposeLead(town.key(), case.id, town.members["esra"].professional, "kent het gezin")
    asked = pending(await town.act("amina", offer_hand_over, offer))
    for who, code in (("bram", "not_found"), ("dirk", "not_allowed")):
        seen = await town.office.look(town.caller(who), joint_case, JointCaseOf(case.id))
        assert [one.id for one in seen.proposals if one.state == "pending"] == (
            [asked] if code == "not_allowed" else []
        )
        async with refused(code):
            await town.act(who, accept_hand_over, AnswerProposal(town.key(), asked))
    async with refused("not_found"):
        await town.act("bram", accept_hand_over, AnswerProposal(town.key(), uuid4()))
    await town.act("esra", accept_hand_over, AnswerProposal(town.key(), asked))
