"""Who is told of what, at once and once."""

from datetime import date
from uuid import UUID

import pytest

from casecoord.actions.clocks import sweep_areas
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    decline_lead,
    offer_hand_over,
)
from casecoord.actions.merge_proposals import MergeProposalsOf, merge_proposals
from casecoord.actions.merging import ConfirmMerge, confirm_merge
from casecoord.actions.participation import AnswerInvitation, InviteTeam, decline_invitation, invite_team
from casecoord.actions.plan import AddAction, add_action
from casecoord.domain.notices import NOTICES, NoticeKind
from casecoord.domain.words import Audience, LifeDomain, Urgency, VeiligThuis
from tests.actions.steps import by_bsn, led_case, open_case, pending, propose, signal, sql, unmatched
from tests.world import Town


async def told(town: Town, database_url: str, *kinds: NoticeKind) -> list[tuple[str, str]]:
    """Who was told what, in this town: (name, kind), in order."""
    names = {member.membership: name for name, member in town.members.items()}
    async with sql(database_url) as database:
        rows = await database.fetch("select receiver_id, kind from outbox where area_id = $1", town.area)
    found = [(names[row["receiver_id"]], row["kind"]) for row in rows]
    return sorted(pair for pair in found if not kinds or pair[1] in kinds)


async def swept(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass


async def test_a_new_signal_is_told_to_the_coordinator_of_its_team(town: Town, database_url: str) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    assert await told(town, database_url) == [("bram", "signal")]


async def test_a_coordinator_is_not_told_what_they_did_themselves(town: Town, database_url: str) -> None:
    await signal(town, "bram", (await town.janssens())["noor"])
    assert await told(town, database_url) == []


async def test_an_acute_signal_is_told_to_whoever_is_on_duty_and_is_urgent(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    assert await told(town, database_url) == [("bram", "acute_signal"), ("dirk", "acute_signal")]
    async with sql(database_url) as database:
        assert await database.fetchval("select bool_and(urgent) from outbox")


async def test_an_acute_signal_with_nobody_on_duty_is_told_to_the_areas_coordinator(
    town: Town, database_url: str
) -> None:
    async with sql(database_url) as database:
        await database.execute("delete from duty_shifts")
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    assert await told(town, database_url) == [("bram", "acute_signal"), ("ibrahim", "acute_signal")]


async def test_a_signal_that_no_team_covers_is_told_to_the_areas_coordinator(
    town: Town, database_url: str
) -> None:
    (someone,) = await town.family(("Lars Visser", date(1990, 1, 1)), neighbourhood="BU05991098")
    await signal(town, "amina", someone)
    assert await told(town, database_url) == [("ibrahim", "signal")]


async def test_a_proposal_is_told_to_whoever_is_asked_and_the_answer_to_whoever_asked(
    town: Town, database_url: str
) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    asked = await propose(town, "bram", case.id, "amina")
    kinds = (NoticeKind.PROPOSAL, NoticeKind.ANSWER)
    assert await told(town, database_url, *kinds) == [("amina", "proposal")]
    await town.act("amina", decline_lead, AnswerProposal(town.key(), asked, "te vol"))
    assert await told(town, database_url, *kinds) == [("amina", "proposal"), ("bram", "answer")]
    again = await propose(town, "bram", case.id, "amina")
    await town.act("amina", accept_lead, AnswerProposal(town.key(), again))
    assert await told(town, database_url, *kinds) == [("amina", "proposal")] * 2 + [("bram", "answer")] * 2


async def test_a_hand_over_is_told_to_the_receiver_and_its_answer_to_the_lead(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    before = await told(town, database_url)
    bram = town.members["bram"].professional
    offered = await town.act("amina", offer_hand_over, ProposeLead(town.key(), case.id, bram, "verlof"))
    await town.act("bram", accept_hand_over, AnswerProposal(town.key(), pending(offered)))
    new = await told(town, database_url)
    for pair in before:
        new.remove(pair)
    assert new == [("amina", "answer"), ("bram", "hand_over")]


async def test_an_appointment_is_told_to_whoever_is_appointed(town: Town, database_url: str) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    town.clock.forward(weeks=4)
    appointed = ProposeLead(town.key(), case.id, town.members["amina"].professional, "niemand wilde")
    await town.act("jasmijn", appoint_lead, appointed)
    assert await told(town, database_url, NoticeKind.APPOINTMENT) == [("amina", "appointment")]


async def test_an_invitation_is_told_to_the_teams_coordinator_and_its_answer_to_whoever_asked(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    invited = await town.act("amina", invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
    await town.act("chaima", decline_invitation, AnswerInvitation(town.key(), invited.id))
    kinds = (NoticeKind.INVITATION, NoticeKind.INVITATION_ANSWER)
    assert await told(town, database_url, *kinds) == [("amina", "invitation_answer"), ("dirk", "invitation")]


async def test_an_action_is_told_to_its_owner_unless_they_took_it_themselves(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    for owner in ("amina", "bram"):
        step = AddAction(
            town.key(), case.id, LifeDomain.TIME_USE, "Bel de club.", date(2026, 11, 9),
            owner=town.members[owner].professional,
        )  # fmt: skip
        await town.act("amina", add_action, step)
    assert await told(town, database_url, NoticeKind.ACTION) == [("bram", "action")]


LADDER = {
    0: [("bram", "gap")],
    3: [("bram", "gap"), ("ibrahim", "gap_area")],
    5: [("bram", "gap"), ("ibrahim", "gap_area"), ("jasmijn", "gap_decision")],
    10: [("bea", "agenda"), ("bram", "gap"), ("ibrahim", "gap_area"), ("jasmijn", "gap_decision")],
}
GAPS = (NoticeKind.GAP, NoticeKind.GAP_AREA, NoticeKind.GAP_DECISION, NoticeKind.AGENDA)


async def test_a_gap_climbs_the_ladder_and_tells_one_rung_after_the_other_once(
    town: Town, database_url: str
) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    async with sql(database_url) as database:
        rungs = await database.fetchrow(
            "select due_at, area_at, decision_at, alliance_at from promises where rule = 'G1'"
        )
    assert await told(town, database_url, *GAPS) == []
    for expected, rung in zip(LADDER.values(), rungs.values(), strict=True):
        town.clock.now = rung
        for _ in range(2):
            await swept(town)
        assert await told(town, database_url, *GAPS) == expected


async def test_a_sweep_that_comes_late_tells_every_rung_that_was_climbed(
    town: Town, database_url: str
) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    town.clock.forward(weeks=10)
    await swept(town)
    assert await told(town, database_url, *GAPS) == LADDER[10]


async def test_a_leads_gap_is_told_to_the_holder_and_the_coordinator_of_their_team(
    town: Town, database_url: str
) -> None:
    await led_case(town, (await town.janssens())["noor"])
    town.clock.forward(days=8)
    await swept(town)
    # Two promises are late: to speak with the family, and to tell whoever signalled.
    assert await told(town, database_url, *GAPS) == [("amina", "gap")] * 2 + [("bram", "gap")] * 2


async def test_the_alliances_agenda_learns_of_no_household(town: Town, database_url: str) -> None:
    daan = (await town.janssens())["daan"]
    await signal(town, "hanna", daan, domain=LifeDomain.JUSTICE)
    town.clock.forward(weeks=10)
    await swept(town)
    async with sql(database_url) as database:
        rows = await database.fetch("select household_id, sphere from outbox where kind = 'agenda'")
    assert [tuple(row) for row in rows] == [(None, "general")]


async def test_what_waited_for_somebody_who_left_is_told_to_whoever_came_after(
    town: Town, database_url: str
) -> None:
    await signal(town, "amina", (await town.janssens())["noor"])
    amina, bram = town.members["amina"].membership, town.members["bram"].membership
    until = town.clock.now.replace(hour=12)
    async with sql(database_url) as database, database.transaction():
        await database.execute(
            "update coordinator_seats set during = tstzrange(lower(during), $2) where membership_id = $1",
            bram, until,
        )  # fmt: skip
        await database.execute(
            "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
            " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))",
            town.area, town.teams["klimop"], amina, until,
        )  # fmt: skip
        await database.execute(
            "update holders set during = tstzrange(lower(during), $2) where membership_id = $1", bram, until
        )
        await database.execute(
            "insert into holders (area_id, id, household_id, membership_id, during)"
            " select area_id, gen_random_uuid(), household_id, $1, tstzrange($2, null) from holders", amina, until
        )  # fmt: skip
    town.clock.now = until
    for _ in range(2):
        await swept(town)
    assert await told(town, database_url, NoticeKind.PASSED_ON) == [("amina", "passed_on")]


async def test_nobody_whose_membership_is_over_is_told(town: Town, database_url: str) -> None:
    case = await led_case(town, (await town.janssens())["noor"], lead="bram")
    invited = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams["wijkteam"]))
    async with sql(database_url, session_replication_role="replica") as database:
        await database.execute(
            "update memberships set during = tstzrange(lower(during), $2) where id = $1",
            town.members["bram"].membership, town.clock.now,
        )  # fmt: skip
    await town.act("chaima", decline_invitation, AnswerInvitation(town.key(), invited.id))
    assert await told(town, database_url, NoticeKind.INVITATION_ANSWER) == []


async def test_a_family_that_was_matched_takes_its_notice_to_where_it_belongs(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    sent = await unmatched(town, "fleur", "Noor Janssen", noor.born)
    waiting = (await town.office.look(town.caller("ibrahim"), merge_proposals, MergeProposalsOf())).items
    await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), waiting[0].id, True))
    found = await told(town, database_url, NoticeKind.SIGNAL)
    assert ("bram", "signal") in found
    async with sql(database_url) as database:
        home: UUID = await database.fetchval(
            "select household_id from outbox where receiver_id = $1 and source_id = $2",
            town.members["bram"].membership, sent.signal,
        )  # fmt: skip
    assert home == noor.household


async def test_a_signal_that_is_refused_tells_nobody(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    with pytest.raises(Exception, match="audience_only_health"):
        await signal(town, "amina", by_bsn(noor), audience=Audience.TEAMS_IN_CASE)
    assert await told(town, database_url) == []


def test_every_kind_of_notice_has_its_row_in_both_languages() -> None:
    assert set(NOTICES) == set(NoticeKind)
    assert all(row.label_nl and row.label_en for row in NOTICES.values())
