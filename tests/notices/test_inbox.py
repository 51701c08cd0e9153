"""The inbox shows what its owner was told, as long as they may see what it is about."""

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from casecoord.actions.clocks import sweep_areas
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.notices import Inbox, InboxOf, MarkRead, Told, inbox, mark_read
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.signals import Decision, SeeSignal, TriageSignal, see_signal, triage_signal
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import Audience, LifeDomain, Purpose, Urgency, VeiligThuis
from tests.actions.steps import led_case, open_case, propose, refused, signal, sql
from tests.world import Town


async def looked(town: Town, name: str, **query: object) -> Inbox:
    return await town.office.look(town.caller(name), inbox, InboxOf(**query))


async def told(town: Town, name: str, **query: object) -> list[Told]:
    return (await looked(town, name, **query)).notices.items


async def kinds(town: Town, name: str) -> list[tuple[NoticeKind, bool]]:
    """What this person was told, and whether it still waits, oldest first."""
    return [(one.kind, one.waits) for one in reversed(await told(town, name))]


async def swept(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass


async def test_a_notice_names_the_thing_the_household_and_the_case(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    added = await signal(town, "amina", noor)
    (one,) = await told(town, "bram")
    assert (one.kind, one.about, one.household, one.case) == (
        NoticeKind.SIGNAL, added.signal, noor.household, None,
    )  # fmt: skip
    assert (one.read, one.waits, one.urgent, one.at) == (False, True, False, town.clock.now)
    case = await open_case(town, "bram", added.signal)
    (one,) = await told(town, "bram")
    assert (one.case, one.waits) == (case.id, False)
    for name in set(town.members) - {"bram"}:
        assert await told(town, name) == []


async def test_the_look_is_in_the_access_log_by_facet(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await told(town, "bram")
    async with sql(database_url) as database:
        logged = await database.fetch(
            "select h.id, a.record::jsonb -> 'facets' ? 'signal.existence' from access_log a"
            " join households h on h.pseudonym = a.household where a.record::jsonb ->> 'event' = 'inbox'"
        )
    assert [tuple(row) for row in logged] == [(noor.household, True)]


async def test_a_health_signal_is_told_only_to_whom_its_author_chose(town: Town) -> None:
    (someone,) = await town.family(("Lars Visser", date(1990, 1, 1)))
    for audience in (None, Audience.TEAMS_IN_CASE):
        await signal(town, "fleur", someone, domain=LifeDomain.PHYSICAL_HEALTH, audience=audience)
    assert [kind for kind, _ in await kinds(town, "dirk")] == [NoticeKind.SIGNAL] * 2
    await swept_after(town, weeks=6)
    assert [kind for kind, _ in await kinds(town, "ibrahim")] == []
    assert [kind for kind, _ in await kinds(town, "jasmijn")] == []
    assert [kind for kind, _ in await kinds(town, "bea")] == [NoticeKind.AGENDA] * 2


async def swept_after(town: Town, **span: float) -> None:
    town.clock.forward(**span)
    await swept(town)


async def test_a_purpose_that_does_not_cover_a_notice_hides_it(town: Town) -> None:
    (someone,) = await town.family(("Lars Visser", date(1990, 1, 1)), neighbourhood="BU05991098")
    await signal(town, "amina", someone)
    assert len(await told(town, "ibrahim")) == 1
    monitoring = town.caller("ibrahim", purpose=Purpose.MONITORING)
    assert (await town.office.look(monitoring, inbox, InboxOf())).notices.items == []


async def test_the_professional_on_duty_sees_an_acute_signal_until_it_is_triaged(town: Town) -> None:
    added = await signal(
        town, "amina", (await town.janssens())["noor"], urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES
    )
    assert await kinds(town, "dirk") == [(NoticeKind.ACUTE_SIGNAL, True)]
    assert [one.rule for one in (await looked(town, "dirk")).waiting] == ["G1"]
    await town.act("dirk", see_signal, SeeSignal(town.key(), added.signal))
    await town.act("dirk", triage_signal, TriageSignal(town.key(), added.signal, Decision.OPEN_CASE))
    assert await kinds(town, "dirk") == []
    assert await kinds(town, "bram") == [(NoticeKind.ACUTE_SIGNAL, False)]


async def test_an_invited_team_sees_its_invitation_before_it_takes_part(town: Town) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    for team, name in (("wijkteam", "dirk"), ("werk", "esra"), ("rechtbank", "hanna")):
        invited = await town.act("amina", invite_team, InviteTeam(town.key(), case.id, town.teams[team]))
        (one,) = await told(town, name)
        assert (one.kind, one.about, one.waits) == (NoticeKind.INVITATION, invited.id, True)
        await town.act(name, join_case, AnswerInvitation(town.key(), invited.id))
        (one,) = await told(town, name)
        assert (one.waits, one.case) == (False, case.id)


async def test_the_answer_of_a_court_partner_is_hidden_from_a_school_that_may_not_know_of_it(
    town: Town,
) -> None:
    added = await signal(town, "amina", (await town.janssens())["daan"])
    case = await open_case(town, "bram", added.signal)
    invited = await town.act("bram", invite_team, InviteTeam(town.key(), case.id, town.teams["rechtbank"]))
    await town.act("hanna", join_case, AnswerInvitation(town.key(), invited.id))
    assert [kind for kind, _ in await kinds(town, "bram")] == [NoticeKind.SIGNAL]


async def test_a_proposal_waits_until_it_is_answered(town: Town) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    asked = await propose(town, "bram", case.id, "amina")
    assert await kinds(town, "amina") == [(NoticeKind.PROPOSAL, True)]
    assert [(one.rule, one.case) for one in (await looked(town, "amina")).waiting] == [("G2", case.id)]
    await town.act("amina", accept_lead, AnswerProposal(town.key(), asked))
    assert await kinds(town, "amina") == [(NoticeKind.PROPOSAL, False)]
    waiting = (await looked(town, "amina")).waiting
    # The first two are due at the same instant.
    assert [sorted(one.rule for one in waiting[:2]), waiting[2].rule] == [["G3", "G6"], "G5"]


async def test_a_gap_waits_until_its_promise_is_kept(town: Town) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    await swept_after(town, weeks=2)
    assert (NoticeKind.GAP, True) in await kinds(town, "bram")
    await open_case(town, "bram", added.signal)
    assert (NoticeKind.GAP, False) in await kinds(town, "bram")


async def test_a_team_that_left_sees_nothing_of_what_it_was_told(town: Town, database_url: str) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    case = await open_case(town, "bram", added.signal)
    await propose(town, "bram", case.id, "amina")
    async with sql(database_url) as database:
        await database.execute("update participants set during = tstzrange(lower(during), $1)", town.clock.now + timedelta(seconds=1))  # fmt: skip
    town.clock.forward(seconds=2)
    assert await told(town, "amina") == []


async def test_pages_hold_every_notice_once_newest_first(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    sent = []
    for _ in range(7):
        sent.append((await signal(town, "amina", noor)).signal)
        town.clock.forward(minutes=1)
    seen: list[UUID] = []
    after = None
    while True:
        page = (await looked(town, "bram", first=3, after=after)).notices
        seen += [one.about for one in page.items]
        if not page.more:
            break
        after = page.cursors[-1]
    assert seen == sent[::-1]
    async with refused("cursor_invalid", "after"):
        await looked(town, "amina", first=3, after=after)


async def test_marking_read_takes_all_or_none_and_only_ones_own(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    for _ in range(2):
        await signal(town, "amina", noor)
    first, second = await told(town, "bram")
    for who, ids in (("amina", (first.id,)), ("bram", (first.id, uuid4())), ("bram", (uuid4(),))):
        with pytest.raises(Problem) as problem:
            await town.act(who, mark_read, MarkRead(town.key(), ids))
        assert (problem.value.code, problem.value.field) == ("not_found", "notices")
    assert [one.read for one in await told(town, "bram")] == [False, False]
    for _ in range(2):
        done = await town.act("bram", mark_read, MarkRead(town.key(), (first.id, first.id)))
        assert done.notices == [first.id]
    assert [one.id for one in await told(town, "bram", unread=True)] == [second.id]
    async with refused("page_too_large", "notices"):
        await town.act("bram", mark_read, MarkRead(town.key(), ()))
