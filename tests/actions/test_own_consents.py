"""On the own page somebody gives and takes back consent: their own, and a young child's; never another adult's."""

from datetime import date

import pytest
from sqlalchemy import text

from casecoord.actions.office import Guest
from casecoord.actions.own_consents import (
    GiveMyConsent,
    WithdrawMyConsent,
    give_my_consent,
    withdraw_my_consent,
)
from casecoord.domain.actors import Caller
from casecoord.domain.consents import ConsentSource
from casecoord.domain.words import Language
from tests.actions.consent_steps import (
    DETAILED,
    consent,
    detail_for,
    held_about,
    holds,
    note,
    see,
    something_held,
    withdraw,
)
from tests.actions.residents_steps import at_home, bound, custody, ids, scalar
from tests.actions.steps import led_case, merge, refused, take_part
from tests.world import Someone, Town


async def give(town: Town, caller: Caller, thing, person: Someone | None = None):
    wish = GiveMyConsent(town.key(), thing, person.id if person else None)
    return await town.office.act(caller, give_my_consent, wish)


async def take_back(town: Town, caller: Caller, given):
    return await town.office.act(caller, withdraw_my_consent, WithdrawMyConsent(town.key(), given))


async def test_a_mother_lets_the_lead_see_what_was_written_about_her_child_and_takes_it_back(town: Town):
    held = await something_held(town)
    mother = await bound(town, "amina", held.mother)
    assert await detail_for(town, "amina", held) is None
    given = await give(town, mother, held.signal)
    assert await detail_for(town, "amina", held) == DETAILED
    (seen,) = (await see(town, "amina", held.case.household)).consents
    assert (seen.id, seen.recorded_by, seen.source) == (given.id, "the family itself", ConsentSource.WRITTEN)
    assert (seen.person, seen.given_by, seen.holds) == (held.child.id, [held.mother.id], True)
    # It holds as long as any other: until the child's own yes counts.
    assert given.until == (await consent(town, "chaima", held.child, held.mother)).until
    async with refused("consent_exists", "thing"):
        await give(town, mother, held.signal)
    back = await take_back(town, mother, given.id)
    assert back.withdrawn_at is not None and await detail_for(town, "amina", held) == DETAILED  # by the other
    for one in (await at_home(town, mother)).consents:
        if one.withdrawn_at is None:
            await take_back(town, mother, one.id)
    assert await detail_for(town, "amina", held) is None
    async with refused("consent_over", "consent"):
        await take_back(town, mother, given.id)
    by_whom = "select count(*) from consents where recorded_by is null or withdrawn_by is null"
    assert await scalar(town, by_whom) == 2


async def test_to_her_own_doctors_note_and_nobody_elses(town: Town):
    patient = [("practice", "P1")]
    els, son, girl = await town.family(
        ("Els Smit", date(1985, 1, 1)), ("Daan Smit", date(2009, 6, 2)), ("Noor Smit", date(2018, 5, 5)),
        links={0: patient, 1: patient, 2: [("school", "11VO00"), *patient]},
    )  # fmt: skip
    await custody(town, els, son, girl)
    case = await led_case(town, girl)
    await take_part(town, "amina", case.id, "huisarts", "fleur")
    hers, his, childs = [await note(town, "fleur", who) for who in (els, son, girl)]
    mother, boy = [await bound(town, "amina", who) for who in (els, son)]
    assert ids((await at_home(town, mother)).notes) == {hers.id, childs.id}
    given = [await give(town, mother, one) for one in (hers.id, childs.id)]
    assert ids((await see(town, "amina", case.household)).notes) == {hers.id, childs.id}
    async with refused("not_found", "thing"):
        await give(town, mother, his.id)
    async with refused("not_found", "person"):
        await give(town, mother, hers.id, son)
    for one in (hers.id, childs.id):
        async with refused("not_found", "thing"):
            await give(town, boy, one)
    async with refused("not_found", "consent"):
        await take_back(town, boy, given[0].id)
    sons = await give(town, boy, his.id)
    async with refused("not_found", "consent"):
        await take_back(town, mother, sons.id)
    assert ids((await see(town, "amina", case.household)).notes) == {hers.id, his.id, childs.id}


async def test_what_a_professional_recorded_is_taken_back_by_who_said_it_and_the_other_way_round(town: Town):
    held = await something_held(town)
    mother = await bound(town, "amina", held.mother)
    recorded = await consent(town, "chaima", held.child, held.mother)
    await take_back(town, mother, recorded.id)
    assert await detail_for(town, "amina", held) is None
    given = await give(town, mother, held.signal)
    await withdraw(town, "amina", given.id, held.mother)  # she told the lead
    assert await detail_for(town, "amina", held) is None


@pytest.mark.parametrize(
    ("born", "answers"),
    [
        (date(2016, 5, 5), {"els": None}),
        (date(2013, 5, 5), {"els": "not_found", "noor": "not_allowed"}),
        (date(2009, 5, 5), {"els": "not_found", "noor": None}),
    ],
    ids=["ten: the mother's", "thirteen: hers and the child's, said together", "seventeen: the child's"],
)
async def test_whose_yes_is_enough_by_itself(town: Town, born: date, answers: dict[str, str | None]):
    held = await held_about(town, born)
    for who, problem in answers.items():
        caller = await bound(town, "amina", held.family[who])
        if problem is None:
            await give(town, caller, held.signal)
            continue
        async with refused(problem):
            await give(town, caller, held.signal)
    assert (await detail_for(town, "amina", held) == DETAILED) is (None in answers.values())


async def test_two_with_custody_agree_together_and_each_alone_takes_it_back(town: Town):
    held = await something_held(town)
    await holds(town, held.child, held.family["daan"])
    mother, other = [await bound(town, "amina", who) for who in (held.mother, held.family["daan"])]
    for caller in (mother, other):
        async with refused("not_allowed"):
            await give(town, caller, held.signal)
    given = await consent(town, "chaima", held.child, held.mother, held.family["daan"])
    assert await detail_for(town, "amina", held) == DETAILED
    await take_back(town, other, given.id)
    assert await detail_for(town, "amina", held) is None


async def test_another_homes_consents_and_notes_are_no_rows_to_a_resident(town: Town):
    held = await something_held(town)
    elsewhere = await held_about(town, date(2016, 5, 5))
    await consent(town, "chaima", elsewhere.child, elsewhere.mother)
    given = await consent(town, "chaima", held.child, held.mother)
    await note(town, "fleur", held.mother)
    theirs = await bound(town, "amina", elsewhere.mother)

    async def rows(guest: Guest, query: None) -> list[int]:
        found = [
            await guest.work.session.scalar(text(f"select count(*) from {table}"))
            for table in ("consents", "medical_notes")
        ]
        return [int(one or 0) for one in found]

    assert await town.office.receive(theirs, rows, None) == [1, 0]
    async with refused("not_found", "consent"):
        await take_back(town, theirs, given.id)
    async with refused("not_found", "thing"):
        await give(town, theirs, held.signal)


async def test_a_familys_own_consent_moves_with_the_family(town: Town):
    held = await something_held(town)
    mother = await bound(town, "amina", held.mother)
    given = await give(town, mother, held.signal)
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await merge(town, held.case.household, wim.household)
    dutch = Caller(mother.issuer, mother.subject, language=Language.NL, trace_id="0" * 32)
    (seen,) = (await at_home(town, dutch)).consents
    assert (seen.id, seen.holds) == (given.id, True) and seen.recorded_by != "the family itself"
