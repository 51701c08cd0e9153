"""Who is a resident says a code on paper, once, for fourteen days; never a name."""

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest

from casecoord.actions.me import me
from casecoord.actions.residents import (
    BindResident,
    ByPerson,
    LetterOf,
    MakeResidentCode,
    UnbindResident,
    bind_resident,
    make_resident_code,
    resident_letter,
    unbind_resident,
)
from casecoord.domain.errors import Problem
from casecoord.domain.words import Language, Purpose, Role
from casecoord.storage.work import UnknownLogin
from tests.actions.residents_steps import at_home, bound, code_for, names, resident, scalar
from tests.actions.steps import by_bsn, led_case, refused, sql
from tests.world import Town, build_town


async def bind(town, caller, code):
    return await bind_resident(town.office, caller, BindResident(town.key(), code))


async def test_the_code_from_the_paper_opens_the_own_page(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = resident(family["els"])
    with pytest.raises(UnknownLogin):
        await at_home(town, els)
    code = await code_for(town, "amina", family["els"])
    await bind(town, els, f" {code.lower().replace('-', ' ')} ")
    view = await at_home(town, els)
    assert names(view) == {"Els Janssen"} and view.lead.value.name == "Amina" and view.lead.value.phone


async def test_the_same_login_with_the_same_code_is_answered_the_same(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    first = await bind(town, resident(family["els"]), code)
    assert await bind(town, resident(family["els"]), code) == first
    async with refused("code_wrong", "code"):
        await bind(town, resident(family["daan"]), code)


async def test_a_code_ends_at_its_last_microsecond(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    made = town.clock.now
    town.clock.now = made + timedelta(days=14)
    async with refused("code_wrong", "code"):
        await bind(town, resident(family["els"]), code)
    town.clock.now = made + timedelta(days=14) - timedelta(microseconds=1)
    assert await bind(town, resident(family["els"]), code)


async def test_a_newer_code_replaces_the_one_that_waited(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    older, newer = [await code_for(town, "amina", family["els"]) for _ in range(2)]
    assert older != newer
    async with refused("code_wrong", "code"):
        await bind(town, resident(family["els"]), older)
    assert await bind(town, resident(family["els"]), newer)


async def test_wrong_used_expired_and_another_areas_codes_are_one_answer(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    used = await code_for(town, "amina", family["els"])
    await bind(town, resident(family["els"]), used)
    there = await build_town(town.database, town.clock, town.office.policy, "noord")
    strangers = await there.janssens()
    await led_case(there, strangers["noor"])
    other = await code_for(there, "amina", strangers["els"])
    # The letters of the one area with the secret of the other, and what is no code at all.
    crossed = f"{used[:4]}{other[4:]}"
    for number, wrong in enumerate(
        (used, crossed, "0000-0000-0000-0000", "nonsense", "", "É" * 16, "9" * 999)
    ):
        someone = resident(family["daan"]) if number % 2 else resident(family["noor"])
        async with refused("code_wrong", "code"):
            await bind(town, someone, wrong)
    assert await bind(there, resident(strangers["els"]), other)


async def test_five_wrong_codes_lock_a_login_out_for_a_day_and_no_other(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    wrong = f"{code[:-1]}{'7' if code[-1] != '7' else '8'}"
    els, other = resident(family["els"]), resident(family["daan"])
    for _ in range(5):
        async with refused("code_wrong", "code"):
            await bind(town, els, wrong)
    async with refused("code_locked", "code"):
        await bind(town, els, code)
    async with refused("code_wrong", "code"):
        await bind(town, other, wrong)
    town.clock.forward(days=1)
    assert await bind(town, els, code)


async def test_tries_at_once_are_counted_one_by_one(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    wrong = f"{code[:-1]}{'7' if code[-1] != '7' else '8'}"
    codes = []
    for done in await asyncio.gather(
        *(bind(town, resident(family["els"]), wrong) for _ in range(15)), return_exceptions=True
    ):
        assert isinstance(done, Problem)
        codes.append(done.code)
    assert codes.count("code_wrong") == 5 and codes.count("code_locked") == 10


async def test_of_two_logins_with_one_code_at_once_one_is_bound(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    someone = [resident(one) for one in family.values()] * 4
    done = await asyncio.gather(*(bind(town, one, code) for one in someone), return_exceptions=True)
    won = {one.login for one in done if not isinstance(one, Exception)}
    assert len(won) == 1 and {one.code for one in done if isinstance(one, Exception)} == {"code_wrong"}
    assert await scalar(town, "select count(*) from resident_logins") == 1


async def test_a_login_is_one_person_and_a_person_has_one_login(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = await bound(town, "amina", family["els"])
    daans = await code_for(town, "amina", family["daan"])
    async with refused("login_taken", "code"):
        await bind(town, els, daans)
    async with refused("bound_already", "person"):
        await code_for(town, "amina", family["els"])
    assert await bind(town, resident(family["daan"]), daans)


async def test_what_was_unbound_a_moment_ago_opens_nothing(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = await bound(town, "amina", family["els"])
    assert await at_home(town, els)
    waiting = await code_for(town, "amina", family["daan"])
    ends = UnbindResident(town.key(), by_bsn(family["els"]), identity_checked=True)
    await town.act("lotte", unbind_resident, ends)
    with pytest.raises(UnknownLogin):
        await at_home(town, els)
    async with refused("not_bound"):
        again = UnbindResident(town.key(), by_bsn(family["els"]), identity_checked=True)
        await town.act("lotte", unbind_resident, again)
    await bind(town, resident(family["daan"]), waiting)
    # Another login may be bound by another code.
    assert names(await at_home(town, await bound(town, "amina", family["els"]))) == {"Els Janssen"}


async def test_a_code_is_for_who_is_known_alive_and_twelve(town: Town):
    born = town.clock.now.date()
    exact, short, adult, dead = await town.family(
        ("Kim Bos", born.replace(year=born.year - 12)),
        ("Lou Bos", born.replace(year=born.year - 12) + timedelta(days=1)),
        ("An Bos", date(1980, 1, 1)),
        ("Oma Bos", date(1940, 1, 1)),
        links={1: [("school", "11VO00")]},
    )
    await led_case(town, short)
    await scalar(town, "update persons set died_on = current_date where id = :id returning id", id=dead.id)
    assert await code_for(town, "amina", exact)
    async with refused("too_young_for_login", "person"):
        await code_for(town, "amina", short)
    town.clock.forward(days=1)
    assert await code_for(town, "amina", short)
    async with refused("not_found", "person"):
        await code_for(town, "amina", dead)
    assert await code_for(town, "amina", adult)


async def test_somebody_whom_the_register_does_not_know_gets_no_code(town: Town, database_url: str):
    family = await town.janssens()
    await led_case(town, family["noor"])
    async with sql(database_url) as beside:
        await beside.execute("update persons set bsn_index = null where id = $1", family["els"].id)
        async with refused("identity_unknown", "person"):
            await code_for(town, "amina", family["els"])


@pytest.mark.parametrize(
    "who", ["bram", "chaima", "dirk", "ibrahim", "jasmijn", "mo", "karim", "hanna", "lotte"]
)
async def test_only_the_lead_makes_a_code_by_a_persons_id(town: Town, who: str):
    family = await town.janssens()
    await led_case(town, family["noor"])
    async with refused("not_found", "person"):
        await town.act(who, make_resident_code, MakeResidentCode(town.key(), ByPerson(family["els"].id)))
    made = await town.act(
        "amina", make_resident_code, MakeResidentCode(town.key(), ByPerson(family["els"].id))
    )
    asked = LetterOf(made.id, Language.NL, "")
    if who != "lotte":
        async with refused("not_found", "code"):
            await town.office.look(town.caller(who), resident_letter, asked)


async def test_the_privacy_officer_makes_one_on_paper_once_the_identity_is_checked(town: Town):
    els = (await town.janssens())["els"]
    async with refused("identity_unchecked", "identityChecked"):
        await town.act("lotte", make_resident_code, MakeResidentCode(town.key(), by_bsn(els)))
    made = await town.act("lotte", make_resident_code, MakeResidentCode(town.key(), by_bsn(els), True))
    printed = await town.office.look(
        town.caller("lotte"), resident_letter, LetterOf(made.id, Language.NL, "x")
    )
    code = next(line.strip() for line in printed.text.splitlines() if line.startswith("    "))
    await bind(town, resident(els), code)
    assert names(await at_home(town, resident(els))) == {"Els Janssen"}
    async with refused("not_allowed"):
        await town.act("ibrahim", make_resident_code, MakeResidentCode(town.key(), by_bsn(els), True))


async def test_neither_the_code_nor_a_name_stands_anywhere_but_on_the_paper(town: Town, database_url: str):
    family = await town.janssens()
    await led_case(town, family["noor"])
    code = await code_for(town, "amina", family["els"])
    await bind(town, resident(family["els"]), code)
    plain = code.replace("-", "")
    async with sql(database_url) as beside:
        for table in (
            "resident_codes",
            "resident_logins",
            "answered_keys",
            "access_log",
            "events",
            "code_tries",
        ):
            everything = str(await beside.fetch(f"select to_jsonb(x)::text from {table} x"))
            assert code not in everything and plain not in everything and plain[4:] not in everything


async def test_a_used_code_is_printed_no_more(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    made = await town.act(
        "amina", make_resident_code, MakeResidentCode(town.key(), ByPerson(family["els"].id))
    )
    asked = LetterOf(made.id, Language.EN, "")
    printed = await town.office.look(town.caller("amina"), resident_letter, asked)
    code = next(line.strip() for line in printed.text.splitlines() if line.startswith("    "))
    await bind(town, resident(family["els"]), code)
    async with refused("not_found", "code"):
        await town.office.look(town.caller("amina"), resident_letter, asked)


async def test_who_is_both_a_professional_and_a_resident_is_each_apart(town: Town):
    """Chaima lives here too: what she opens says as whom, and a key of the one is none of the other."""
    chaimas = await town.family(("Chaima Idrissi", date(1990, 1, 1)), ("Ali Idrissi", date(2018, 1, 1)),
                                links={1: [("school", "11VO00")]})  # fmt: skip
    await led_case(town, chaimas[1])
    code = await code_for(town, "amina", chaimas[0])
    chaima = town.caller("chaima")
    done = await bind(town, chaima, code)
    assert names(await at_home(town, chaima)) == {"Chaima Idrissi"}
    as_resident = replace(chaima, membership=done.login)
    as_member = replace(chaima, membership=town.members["chaima"].membership)
    assert (await me(town.database, chaima)).acting.role is Role.MEMBER
    assert await at_home(town, as_resident)
    async with refused("membership_invalid"):
        await at_home(town, as_member)
    async with refused("membership_invalid"):
        await me(town.database, as_resident)
    async with refused("purpose_invalid"):
        await at_home(town, replace(chaima, purpose=Purpose.CARE_COORDINATION))


async def test_who_died_or_whose_home_ended_has_no_page(town: Town):
    family = await town.janssens()
    await led_case(town, family["noor"])
    els = await bound(town, "amina", family["els"])
    died = "update persons set died_on = current_date where id = :id returning id"
    await scalar(town, died, id=family["els"].id)
    with pytest.raises(UnknownLogin):
        await at_home(town, els)
