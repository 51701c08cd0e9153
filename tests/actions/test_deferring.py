"""Safety first: what is deferred stays unseen until somebody looked again, and whoever answers for it is told."""

import asyncio
from datetime import date, timedelta

import pytest

from casecoord.actions.blockades import RaiseBlockade, raise_blockade
from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.deferring import (
    DeferEntry,
    DeferralsOf,
    ReviewDeferral,
    defer_entry,
    deferrals,
    review_deferral,
)
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, RecordContact, add_action, record_contact
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.residents import Thing
from casecoord.domain.words import BlockadeKind, LifeDomain
from tests.actions.residents_steps import at_home, bound, custody, mother_and_child, scalar
from tests.actions.steps import by_bsn, led_case, merge, refused, second_coordinator, signal, take_part, undo
from tests.world import PEOPLE, Town

WHY = "Vader weet nog niet dat zij het vertelde."


async def family_with_everything(town: Town):
    """A mother alone with a child and a son of 17: nothing is another's, so that only a deferral hides."""
    mother, child = await town.family(
        ("Els Janssen", date(1984, 3, 14)), ("Noor Janssen", date(2018, 9, 30)),
        links={0: [("practice", "P1")], 1: [("school", "11VO00")]},
    )  # fmt: skip
    await custody(town, mother, child)
    case = await led_case(town, child)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    things = {
        Thing.SIGNAL: (await signal(town, "chaima", child)).signal,
        Thing.ACTION: (
            await town.act("chaima", add_action, AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Bel.", date(2026, 11, 9)))
        ).id,
        Thing.CONTACT: (await town.act("amina", record_contact, RecordContact(town.key(), case.id))).id,
        Thing.HEARING: (
            await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(child), date(2026, 12, 17)))
        ).id,
        Thing.BLOCKADE: (
            await town.act("chaima", raise_blockade, RaiseBlockade(town.key(), case.id, BlockadeKind.MONEY, LifeDomain.TIME_USE, "Geen geld.", "Geef het."))
        ).id,
        Thing.GRANT: (
            await town.act("dirk", break_glass, BreakGlass(town.key(), ByNumber(mother.bsn), "Doet al dagen niet open, buren bellen."))
        ).id,
    }  # fmt: skip
    return mother, child, case, things


def seen(view) -> dict:
    return {
        Thing.SIGNAL: view.signals, Thing.ACTION: view.actions, Thing.CONTACT: view.contacts,
        Thing.HEARING: view.hearings, Thing.BLOCKADE: view.blockades, Thing.GRANT: view.grants,
    }  # fmt: skip


def holds(view, kind: Thing, identity) -> bool:
    return identity in {one.id for one in seen(view)[kind]}


AUTHORS = {
    Thing.SIGNAL: "chaima", Thing.ACTION: "chaima", Thing.CONTACT: "amina", Thing.HEARING: "hanna",
    Thing.BLOCKADE: "chaima", Thing.GRANT: "dirk",
}  # fmt: skip


async def test_each_kind_of_entry_is_deferred_by_its_author_and_seen_again_when_lifted(town: Town):
    mother, _, case, things = await family_with_everything(town)
    els = await bound(town, "amina", mother)
    for kind, thing in things.items():
        assert holds(await at_home(town, els), kind, thing), kind
        made = await town.act(AUTHORS[kind], defer_entry, DeferEntry(town.key(), kind, thing, WHY))
        assert not holds(await at_home(town, els), kind, thing), kind
        # The teams go on seeing it.
        if kind is not Thing.HEARING:
            view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
            assert holds(view, kind, thing), kind
        lifted = await town.act("lotte", review_deferral, ReviewDeferral(town.key(), made.id, "Kan nu."))
        assert lifted.review_on is None and holds(await at_home(town, els), kind, thing), kind


async def test_what_is_deferred_as_it_is_written_is_never_seen(town: Town):
    mother, child, _, _ = await family_with_everything(town)
    els = await bound(town, "amina", mother)
    added = await signal(town, "chaima", child, defer_reason=WHY)
    assert not holds(await at_home(town, els), Thing.SIGNAL, added.signal)
    (line,) = await town.office.look(town.caller("lotte"), deferrals, DeferralsOf())
    assert (line.thing, line.reason) == (added.signal, WHY)
    (notice,) = await told(town, "lotte", NoticeKind.DEFERRAL)
    assert notice.about == line.id
    await town.act("lotte", review_deferral, ReviewDeferral(town.key(), line.id, "Kan nu."))
    assert holds(await at_home(town, els), Thing.SIGNAL, added.signal)


async def test_nobody_but_the_author_and_the_lead_defers_and_for_others_it_is_not_there(town: Town):
    _, _, _, things = await family_with_everything(town)
    for kind, thing in things.items():
        for who in PEOPLE:
            if who in (AUTHORS[kind], "amina"):
                continue
            async with refused("not_found", "thing"):
                await town.act(who, defer_entry, DeferEntry(town.key(), kind, thing, WHY))
    for kind, thing in things.items():
        assert await town.act("amina", defer_entry, DeferEntry(town.key(), kind, thing, WHY))
        async with refused("deferred_already", "thing"):
            await town.act(AUTHORS[kind], defer_entry, DeferEntry(town.key(), kind, thing, WHY))


async def test_a_deferral_says_why_and_until_when_within_thirty_days(town: Town):
    _, _, _, things = await family_with_everything(town)
    today = town.clock.now.date()
    for changed, code in (
        ({"reason": " "}, "reason_missing"),
        ({"reason": "Over 999900006."}, "bsn_in_text"),
        ({"review_on": today + timedelta(days=31)}, "review_too_late"),
        ({"review_on": today - timedelta(days=1)}, "date_in_past"),
        ({"kind": Thing.ACTION}, "not_found"),
    ):
        given = {"kind": Thing.SIGNAL, "thing": things[Thing.SIGNAL], "reason": WHY, **changed}
        async with refused(code):
            await town.act("chaima", defer_entry, DeferEntry(town.key(), **given))
    given = DeferEntry(town.key(), Thing.SIGNAL, things[Thing.SIGNAL], WHY, today + timedelta(days=30))
    assert (await town.act("chaima", defer_entry, given)).review_on == today + timedelta(days=30)
    assert await town.act("chaima", defer_entry, given)


async def told(town: Town, who: str, kind: NoticeKind) -> list:
    found = await town.office.look(town.caller(who), inbox, InboxOf())
    return [one for one in found.notices.items if one.kind is kind]


async def sweep(town: Town) -> None:
    async for _ in sweep_areas(town.database):
        pass


async def test_the_privacy_officer_and_the_lead_are_told_at_once_and_when_it_is_to_be_looked_at(town: Town):
    _, _, _, things = await family_with_everything(town)
    made = await town.act(
        "chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, things[Thing.SIGNAL], WHY)
    )
    for who in ("lotte", "amina"):
        (notice,) = await told(town, who, NoticeKind.DEFERRAL)
        assert notice.urgent and notice.waits and notice.about == made.id and notice.household is None
    assert not await told(town, "chaima", NoticeKind.DEFERRAL)
    town.clock.forward(days=29)
    await sweep(town)
    assert not await told(town, "lotte", NoticeKind.DEFERRAL_DUE)
    town.clock.forward(days=1)
    for _ in range(2):
        await sweep(town)
    for who in ("lotte", "amina", "chaima"):
        (notice,) = await told(town, who, NoticeKind.DEFERRAL_DUE)
        assert notice.waits and notice.about == made.id
    for who in set(PEOPLE) - {"lotte", "amina", "chaima"}:
        assert not await told(town, who, NoticeKind.DEFERRAL_DUE) and not await told(
            town, who, NoticeKind.DEFERRAL
        )


async def test_a_review_date_that_passed_lifts_nothing(town: Town):
    mother, _, _, things = await family_with_everything(town)
    els = await bound(town, "amina", mother)
    made = await town.act(
        "chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, things[Thing.SIGNAL], WHY)
    )
    town.clock.forward(days=400)
    await sweep(town)
    assert not holds(await at_home(town, els), Thing.SIGNAL, things[Thing.SIGNAL])
    until = town.clock.now.date() + timedelta(days=30)
    renewed = await town.act(
        "amina", review_deferral, ReviewDeferral(town.key(), made.id, "Nog niet.", until)
    )
    assert renewed.review_on == until and renewed.id != made.id
    assert not holds(await at_home(town, els), Thing.SIGNAL, things[Thing.SIGNAL])
    async with refused("already_answered", "deferral"):
        await town.act("lotte", review_deferral, ReviewDeferral(town.key(), made.id, "Kan nu."))
    town.clock.forward(days=30)
    await sweep(town)
    assert len(await told(town, "lotte", NoticeKind.DEFERRAL_DUE)) == 2
    await town.act("lotte", review_deferral, ReviewDeferral(town.key(), renewed.id, "Kan nu."))
    assert holds(await at_home(town, els), Thing.SIGNAL, things[Thing.SIGNAL])


async def test_of_two_who_look_again_at_once_one_does(town: Town):
    _, _, _, things = await family_with_everything(town)
    made = await town.act(
        "chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, things[Thing.SIGNAL], WHY)
    )
    until = town.clock.now.date() + timedelta(days=9)
    done = await asyncio.gather(
        *(
            town.act(who, review_deferral, ReviewDeferral(town.key(), made.id, "Gezien.", renew))
            for who in ("lotte", "amina", "chaima")
            for renew in (None, until)
        ),
        return_exceptions=True,
    )
    failed = [one for one in done if isinstance(one, Exception)]
    assert len(failed) == 5 and all(
        isinstance(one, Problem) and one.code == "already_answered" for one in failed
    )


async def test_those_who_answer_for_it_find_it_listed(town: Town):
    _, _, case, things = await family_with_everything(town)
    made = await town.act(
        "chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, things[Thing.SIGNAL], WHY)
    )
    for who in PEOPLE:
        found = await town.office.look(town.caller(who), deferrals, DeferralsOf())
        if who in ("lotte", "amina", "chaima"):
            (line,) = found
            assert (line.id, line.reason, line.by) == (made.id, WHY, "Chaima")
            assert line.household == (None if who == "lotte" else case.household)
        else:
            assert found == [], who


@pytest.mark.parametrize("part", [Part.STAYING, Part.LEAVING])
async def test_a_deferral_goes_where_its_entry_goes_when_a_household_splits(town: Town, part: Part):
    mother, child = await mother_and_child(town)
    await custody(town, mother, child)
    case = await led_case(town, child)
    added = await signal(town, "amina", child)
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Bel.", date(2026, 11, 9))
    action = await town.act("amina", add_action, step)
    for kind, thing in ((Thing.SIGNAL, added.signal), (Thing.ACTION, action.id)):
        await town.act("amina", defer_entry, DeferEntry(town.key(), kind, thing, WHY))
    split = SplitHousehold(town.key(), mother.household, (child.id,), (), part)
    parted = await town.act("ibrahim", split_household, split)
    where = "select household_id from deferrals where thing_id = :id"
    assert await scalar(town, where, id=added.signal) == parted.part
    goes = parted.part if part is Part.LEAVING else parted.household
    assert await scalar(town, where, id=action.id) == goes
    found = await town.office.look(town.caller("lotte"), deferrals, DeferralsOf())
    assert [line.reason for line in found] == [WHY, WHY]


async def test_a_merge_takes_deferrals_along_and_its_undoing_brings_them_back(town: Town):
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), links={0: [("school", "11VO00")]})
    (jan,) = await town.family(("Jan Post", date(1961, 5, 5)), links={0: [("school", "11VO00")]})
    added = await signal(town, "amina", jan)
    await town.act("amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, added.signal, WHY))
    merged = await merge(town, wim.household, jan.household)
    where = "select household_id from deferrals where thing_id = :id"
    assert await scalar(town, where, id=added.signal) == wim.household
    (line,) = await town.office.look(town.caller("amina"), deferrals, DeferralsOf())
    assert line.reason == WHY
    town.clock.forward(minutes=5)
    later = await signal(town, "amina", jan)
    await town.act("amina", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, later.signal, WHY))
    await second_coordinator(town)
    await undo(town, merged.merge)
    for one in (added, later):
        assert await scalar(town, where, id=one.signal) == jan.household
    found = await town.office.look(town.caller("amina"), deferrals, DeferralsOf())
    assert [line.reason for line in found] == [WHY, WHY]
