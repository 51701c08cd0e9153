"""Every line of the log about somebody is shown to them, or deferred with a reason and a review date: no third kind."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, WorklistOf, timeline, worklist
from casecoord.actions.merging import ConfirmMerge, ProposeMerge, confirm_merge, propose_merge
from casecoord.actions.office import Guest
from casecoord.actions.own_family import home_view
from casecoord.actions.own_log import HeldBackOf, MyAccessLogOf, held_back, judged, my_access_log
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.actors import Caller
from casecoord.domain.own_log import Deed, Deferred, LogLine, Why, next_review
from casecoord.domain.residents import Thing
from casecoord.domain.words import Language, LifeDomain
from tests.actions.residents_steps import at_home, bound, custody, resident
from tests.actions.steps import by_bsn, led_case, refused, signal, sql, take_part
from tests.actions.test_own_family import aged, case_with_everybody, home
from tests.world import Someone, Town


async def log_of(town: Town, caller: Caller) -> list[LogLine]:
    """The whole log, page by page."""
    lines: list[LogLine] = []
    after = None
    while True:
        page = await town.office.receive(caller, my_access_log, MyAccessLogOf(first=7, after=after))
        lines += page.items
        if not page.more:
            return lines
        after = page.cursors[-1]


async def judgement(town: Town, caller: Caller) -> dict[UUID, tuple[Deed, Deferred | None]]:
    async def view(guest: Guest, query: None) -> dict[UUID, tuple[Deed, Deferred | None]]:
        found = judged(guest, await home_view(guest))
        assert isinstance(found, AsyncIterator)
        return {deed.id: (deed, deferred) async for deed, deferred in found}

    return await town.office.receive(caller, view, None)


async def about(url: str, *persons: Someone) -> set[UUID]:
    """The lines about any of these, counted apart from the application: by name, or of the home they live in."""
    async with sql(url) as plain:
        rows = await plain.fetch(
            "select a.id, a.record, a.subjects, (select array_agg(p.pseudonym) from persons p where p.id = any($1)) mine,"
            " a.household in (select h.pseudonym from households h join persons p on p.household_id = h.id"
            "   where p.id = any($1)) at_home from access_log a",
            [one.id for one in persons],
        )
    found = set()
    for row in rows:
        said = json.loads(row["record"])
        by_name = bool(set(row["subjects"]) & set(row["mine"]))
        whole = not row["subjects"] or (said["act"] == "R" and set(said["facets"]) - set(said["of"]))
        if by_name or (row["at_home"] and whole):
            found.add(row["id"])
    return found


async def rich_story(town: Town):
    family = await home(town, kind=aged(town, 8), zoon=aged(town, 17))
    case = await case_with_everybody(town, family, "kind")
    for author, who, domain in (
        ("chaima", "moeder", LifeDomain.MENTAL_HEALTH),
        ("esra", "vader", LifeDomain.FINANCE),
        ("hanna", "zoon", LifeDomain.SOCIAL_NETWORK),
        ("amina", "kind", LifeDomain.CHILD_DEVELOPMENT),
    ):
        how = {"veilig_thuis": "yes"} if domain is LifeDomain.CHILD_DEVELOPMENT else {}
        await signal(town, author, family[who], domain=domain, **how)
        town.clock.forward(minutes=7)
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["zoon"]), date(2026, 12, 17)))
    for who, domain in (("chaima", LifeDomain.SUBSTANCE_USE), ("amina", LifeDomain.TIME_USE)):
        step = AddAction(town.key(), case.id, domain, "Ga langs.", date(2026, 11, 9))
        await town.act(who, add_action, step)
    for name in ("amina", "bram", "chaima", "esra", "hanna", "ibrahim"):
        await town.office.look(town.caller(name), joint_case, JointCaseOf(case.id))
        await town.office.look(town.caller(name), timeline, TimelineOf(case.id))
        await town.office.look(town.caller(name), worklist, WorklistOf())
        town.clock.forward(minutes=7)
    people = {who: await bound(town, "amina", family[who]) for who in ("moeder", "vader", "oma", "zoon")}
    for caller in people.values():
        await at_home(town, caller)
    return family, case, people


async def test_every_line_about_somebody_is_shown_or_deferred_with_a_reason_and_a_review(
    town: Town, database_url: str
) -> None:
    family, _, people = await rich_story(town)
    theirs = {"moeder": ("moeder", "kind"), "vader": ("vader", "kind"), "oma": ("oma",), "zoon": ("zoon",)}
    for who, caller in people.items():
        found = await judgement(town, caller)
        every = await about(database_url, *(family[one] for one in theirs[who]))
        assert set(found) == every and len(every) > 30, who
        shown = {line.id for line in await log_of(town, caller)}
        deferred = {identity: why for identity, (_, why) in found.items() if why is not None}
        # The looks of this test itself came after.
        assert shown & every == every - set(deferred) and not shown & set(deferred)
        assert all(one.why is Why.ANOTHER for one in deferred.values())
        assert all(one.review_on > town.clock.now.date() for one in deferred.values())
        assert bool(deferred)


async def test_the_privacy_officer_finds_every_line_that_waits_with_its_reason(town: Town) -> None:
    family, _, people = await rich_story(town)
    found = await judgement(town, people["moeder"])
    waits = {identity: why for identity, (_, why) in found.items() if why is not None}
    asked = HeldBackOf(by_bsn(family["moeder"]))
    lines = await town.office.look(town.caller("lotte"), held_back, asked)
    assert {line.id: (line.why, line.review_on) for line in lines} == {
        identity: (why.why, why.review_on) for identity, why in waits.items()
    }
    assert {line.who for line in lines} >= {"Hanna", "Esra"}
    for who in ("amina", "ibrahim", "mo", "jasmijn"):
        async with refused("not_allowed"):
            await town.office.look(town.caller(who), held_back, asked)
    # That the officer looked is itself a line about her, and about nobody else at home.
    assert any(line.who == "Lotte" for line in await log_of(town, people["moeder"]))
    assert not any(line.who == "Lotte" for line in await log_of(town, people["vader"]))


async def test_the_log_names_no_team_whose_presence_is_anothers_secret(town: Town) -> None:
    _, _, people = await rich_story(town)
    told = {
        who: " ".join(line.sentence for line in await log_of(town, caller)) for who, caller in people.items()
    }
    assert "Hanna" in told["zoon"] and "hearing" not in told["moeder"]
    for who in ("moeder", "vader", "oma"):
        assert "Hanna" not in told[who] and "Rechtbank" not in told[who], who
    assert "Esra" in told["vader"] and "Esra" not in told["moeder"] + told["oma"] + told["zoon"]
    assert all("Amina" in one and "Chaima" in one for one in told.values())


async def test_a_line_says_who_when_in_which_role_and_why_in_two_languages(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))
    await bound(town, "amina", family["els"])
    dutch = next(
        one
        for one in await log_of(town, resident(family["els"], Language.NL))
        if one.what.startswith("bekeek")
    )
    assert dutch.sentence == (
        "02-11-2026, 10:00: Bram, coördinator van Klimop: bekeek de pagina van uw gezin."
        " Waarom: om hulp aan uw gezin op elkaar af te stemmen."
    )
    english = next(
        one for one in await log_of(town, resident(family["els"])) if one.what.startswith("looked at your")
    )
    assert english.sentence == (
        "02-11-2026, 10:00: Bram, the coordinator of Klimop: looked at your family's page."
        " Why: to coordinate help for your family."
    )
    assert {"name", "age"} <= set(english.data) and "signal" not in " ".join(english.data)


async def test_reading_ones_own_log_is_in_it(town: Town) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = await bound(town, "amina", family["els"])
    await log_of(town, els)
    own = [line for line in await log_of(town, els) if line.who == "you yourself"]
    assert {line.what for line in own} == {"came in with a code", "looked who looked at data"}


async def test_what_another_at_home_looked_at_is_there_without_a_name(town: Town) -> None:
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother, father = [await bound(town, "amina", family[who]) for who in ("moeder", "vader")]
    await at_home(town, father)
    lines = [one for one in await log_of(town, mother) if one.who == "somebody of your family"]
    assert lines and all("Vader" not in one.sentence for one in lines)


async def test_a_deferred_entry_takes_its_lines_along_and_gives_them_back(town: Town) -> None:
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    added = await signal(town, "chaima", family["kind"])
    father = await bound(town, "amina", family["vader"])
    before = {line.id for line in await log_of(town, father)}
    assert added.signal in {one.id for one in (await at_home(town, father)).signals}
    await town.act("chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, added.signal, "Gevaar thuis."))
    after = {line.id for line in await log_of(town, father)}
    assert added.signal not in {one.id for one in (await at_home(town, father)).signals}
    found = await judgement(town, father)
    safe = {
        identity: why for identity, (_, why) in found.items() if why is not None and why.why is Why.SAFETY
    }
    assert {found[one][0].event for one in safe} == {"add_signal", "defer_entry"}
    assert before - after <= set(safe) and len(before - after) == 1
    assert {one.review_on for one in safe.values()} == {town.clock.now.date() + timedelta(days=30)}


async def test_the_lines_of_the_home_that_one_left_stay_ones_own_until_one_left(
    town: Town, database_url: str
) -> None:
    family = await home(town, kind=aged(town, 8))
    case = await led_case(town, family["kind"])
    mother, father = [await bound(town, "amina", family[who]) for who in ("moeder", "vader")]
    await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))
    before = {line.id for line in await log_of(town, mother)}
    town.clock.forward(hours=1)
    leaves = (family["moeder"].id, family["kind"].id)
    split = SplitHousehold(town.key(), family["moeder"].household, leaves, (), Part.STAYING)
    await town.act("ibrahim", split_household, split)
    town.clock.forward(hours=1)
    await town.office.look(town.caller("bram"), joint_case, JointCaseOf(case.id))  # the father's home by now
    hers = await log_of(town, mother)
    later = [one for one in hers if one.at >= town.clock.now and one.who == "Bram"]
    assert before <= {one.id for one in hers} and later == []
    his = await log_of(town, father)
    assert [one for one in his if one.at >= town.clock.now and one.who == "Bram"]


async def test_after_a_merge_each_keeps_what_was_theirs_and_gets_nothing_of_the_others(town: Town) -> None:
    (wim,) = await town.family(("Wim Post", date(2014, 5, 5)), links={0: [("school", "11VO00")]})
    (jan,) = await town.family(("Jan Post", date(2014, 2, 5)), links={0: [("school", "11VO00")]})
    cases = {}
    for who in (wim, jan):
        cases[who.id] = await led_case(town, who)
    callers = {who.id: await bound(town, "amina", who) for who in (wim, jan)}
    own = {who.id: {line.id for line in await log_of(town, callers[who.id])} for who in (wim, jan)}
    assert own[wim.id].isdisjoint(own[jan.id])
    town.clock.forward(hours=1)
    asked = await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), wim.household, jan.household))
    await town.act(
        "ibrahim", confirm_merge, ConfirmMerge(town.key(), asked.proposal, True, keep_case=cases[wim.id].id)
    )
    # Whose home it became and who came along: of the past each keeps the own.
    jans = {line.id for line in await log_of(town, callers[jan.id])}
    assert own[jan.id] <= jans
    wims = {line.id for line in await log_of(town, callers[wim.id])}
    assert own[wim.id] <= wims and wims.isdisjoint(own[jan.id])


async def test_a_cursor_of_another_opens_nothing(town: Town) -> None:
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    mother, father = [await bound(town, "amina", family[who]) for who in ("moeder", "vader")]
    page = await town.office.receive(mother, my_access_log, MyAccessLogOf(first=1))
    assert page.more
    async with refused("cursor_invalid", "after"):
        await town.office.receive(father, my_access_log, MyAccessLogOf(after=page.cursors[0]))


def test_a_line_comes_up_for_review_every_thirty_days() -> None:
    at = datetime(2026, 11, 2, 23, 30, tzinfo=UTC)  # in Amsterdam it is the third
    assert next_review(at, date(2026, 11, 3)) == date(2026, 12, 3)
    assert next_review(at, date(2026, 12, 3)) == date(2026, 12, 3)
    assert next_review(at, date(2026, 12, 4)) == date(2027, 1, 2)


async def test_a_parent_sees_who_looked_at_the_child(town: Town) -> None:
    family = await home(town, kind=aged(town, 8))
    await led_case(town, family["kind"])
    await take_part(town, "amina", (await at_home(town, await bound(town, "amina", family["moeder"]))).case, "wijkteam", "chaima")  # fmt: skip
    await custody(town, family["oma"])
    lines = await log_of(town, resident(family["moeder"]))
    assert any(family["kind"].id in line.about and line.what == "passed on a concern" for line in lines)
    oma = await bound(town, "amina", family["oma"])
    assert not any(line.what == "passed on a concern" for line in await log_of(town, oma))
