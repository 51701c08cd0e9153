"""A concern comes in: what is refused, what it makes, and what its sender learns."""

import asyncio
import json
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.office import REFUSALS
from casecoord.actions.signals import (
    ByHousehold,
    ByName,
    Decision,
    SeeSignal,
    TriageSignal,
    add_signal,
    see_signal,
    triage_signal,
)
from casecoord.domain.errors import Problem
from casecoord.domain.words import Audience, LifeDomain, SignalState, SignalSubject, Urgency, VeiligThuis
from tests.actions.steps import concern, led_case, open_case, refused, signal, sql, take_part, unmatched
from tests.world import Town

NUL, ZERO_WIDTH, LONE_SURROGATE = "\x00", "\u200b", "\ud800"

BAD_TEXTS = {
    "empty": ("", "text_empty"),
    "only spaces": (" \n\t ", "text_empty"),
    "2 MB": ("x" * 2_000_000, "text_too_long"),
    "501 characters": ("x" * 501, "text_too_long"),
    "NUL": (f"a{NUL}b", "text_control"),
    "an escape": ("a\x1b[31mb", "text_control"),
    "a hidden space": (f"a{ZERO_WIDTH}b", "text_control"),
    "half a character": (f"a{LONE_SURROGATE}b", "text_control"),
    "a turned text": ("a\u202eb", "text_control"),
    "a BSN": ("Het BSN is {bsn}.", "bsn_in_text"),
    "a dotted BSN": ("BSN {bsn[0]}{bsn[1]}{bsn[2]}.{bsn[3]}{bsn[4]}{bsn[5]}.{bsn[6]}{bsn[7]}{bsn[8]}", "bsn_in_text"),
    "a spaced BSN": ("{bsn[0]}{bsn[1]}{bsn[2]}{bsn[3]} {bsn[4]}{bsn[5]} {bsn[6]}{bsn[7]}{bsn[8]} thuis", "bsn_in_text"),
    "a BSN with hard spaces": ("{bsn[0]}{bsn[1]}{bsn[2]}\u00a0{bsn[3]}{bsn[4]}{bsn[5]}\u00a0{bsn[6]}{bsn[7]}{bsn[8]}", "bsn_in_text"),
}  # fmt: skip


async def rows(town: Town, url: str) -> list[int]:
    tables = (
        "signals",
        "households",
        "persons",
        "promises",
        "holders",
        "events",
        "answered_keys",
        "access_log",
    )
    async with sql(url) as database:
        return [await database.fetchval(f"select count(*) from {table}") for table in tables]


@pytest.mark.parametrize("bad", BAD_TEXTS, ids=str)
async def test_a_text_that_cannot_be_shared_is_refused_by_its_field(
    town: Town, database_url: str, bad: str
) -> None:
    noor = (await town.janssens())["noor"]
    before = await rows(town, database_url)
    text, code = BAD_TEXTS[bad]
    text = text.format(bsn=noor.bsn) if code == "bsn_in_text" else text
    async with refused(code, "summary"):
        await signal(town, "amina", noor, summary=text)
    if code != "text_empty":
        async with refused(code, "detail"):
            await signal(town, "amina", noor, detail=text * 8 if code == "text_too_long" else text)
    assert await rows(town, database_url) == before


async def test_dates_and_telephone_numbers_are_no_bsn(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    days = (date(2020, 1, 1) + timedelta(days=number) for number in range(40))
    told = " ".join(f"{day:%d-%m-%Y} {day:%Y/%m/%d};" for day in days)[:490]
    assert await signal(town, "amina", noor, summary=told)
    assert await signal(town, "amina", noor, summary="Bel 010-1234567 of 06 12345678.")


BAD_INPUT = {
    "a birth date in the future": (
        lambda noor: {"about": ByBsn(noor.bsn, date(2026, 11, 3))}, "date_in_future", "person.birthDate"),
    "a BSN that fails the 11-test": (
        lambda noor: {"about": ByBsn("123456789", noor.born)}, "bsn_invalid", "person.bsn"),
    "a BSN of eight digits": (lambda noor: {"about": ByBsn(noor.bsn[1:], noor.born)}, "bsn_invalid", "person.bsn"),
    "a BSN of 2 MB": (lambda noor: {"about": ByBsn("9" * 2_000_000, noor.born)}, "bsn_invalid", "person.bsn"),
    "a wrong birth date": (
        lambda noor: {"about": ByBsn(noor.bsn, date(2018, 10, 1))}, "person_not_matched", "person.bsn"),
    "a BSN unknown here": (lambda noor: {"about": ByBsn("999990019", noor.born)}, "person_not_matched", "person.bsn"),
    "a name of nothing": (lambda noor: {"about": ByName(" ", noor.born, "3073AB")}, "text_empty", "person.name"),
    "a name with a BSN": (lambda noor: {"about": ByName(noor.bsn, noor.born, "3073AB")}, "bsn_in_text", "person.name"),
    "no postcode": (lambda noor: {"about": ByName("Noor", noor.born, "Zuid")}, "postcode_invalid", "person.postcode"),
    "a person unborn": (
        lambda noor: {"about": ByName("Noor", date(2030, 1, 1), "3073AB")}, "date_in_future", "person.birthDate"),
    "a household that nobody knows": (
        lambda noor: {"about": ByHousehold(uuid4()), "subject": SignalSubject.HOUSEHOLD}, "not_found", "household"),
    "an audience for what is not health": (
        lambda noor: {"audience": Audience.TEAMS_IN_CASE}, "audience_only_health", "audience"),
    "acute without a word on Veilig Thuis": (
        lambda noor: {"urgency": Urgency.ACUTE}, "veilig_thuis_missing", "veiligThuis"),
    "domestic without a word on Veilig Thuis": (
        lambda noor: {"domain": LifeDomain.DOMESTIC_RELATIONS}, "veilig_thuis_missing", "veiligThuis"),
    "a child's safety without a word on Veilig Thuis": (
        lambda noor: {"domain": LifeDomain.CHILD_DEVELOPMENT}, "veilig_thuis_missing", "veiligThuis"),
    "not reported, without a reason": (
        lambda noor: {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.NO}, "reason_missing", "veiligThuisReason"),
    "reported later, without a date": (
        lambda noor: {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.LATER},
        "review_date_missing", "veiligThuisOn"),
    "reported later, in the past": (
        lambda noor: {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.LATER,
                      "veilig_thuis_on": date(2026, 11, 1)}, "date_in_past", "veiligThuisOn"),
    "reported at the end of time": (
        lambda noor: {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.LATER, "veilig_thuis_on": date.max},
        "date_too_late", "veiligThuisOn"),
    "no key": (lambda noor: {"idempotency_key": " "}, "key_missing", "idempotencyKey"),
    "a key with NUL": (lambda noor: {"idempotency_key": f"a{NUL}"}, "key_missing", "idempotencyKey"),
    "a key of 2 MB": (lambda noor: {"idempotency_key": "k" * 2_000_000}, "key_missing", "idempotencyKey"),
}  # fmt: skip


@pytest.mark.parametrize("bad", BAD_INPUT, ids=str)
async def test_bad_input_is_a_problem_that_names_its_field_and_leaves_no_more_than_its_refusal(
    town: Town, database_url: str, bad: str
) -> None:
    noor = (await town.janssens())["noor"]
    *before, seen = await rows(town, database_url)
    change, code, field = BAD_INPUT[bad]
    async with refused(code, field):
        await signal(town, "amina", **{"about": noor, **change(noor)})
    # Whoever asks for somebody in vain is in the log, with the code and without a word of what they typed.
    log = "select record::jsonb - 'ms' - 'id' from access_log where record::jsonb ->> 'problem' = $1"
    assert await rows(town, database_url) == [*before, seen + (code in REFUSALS)]
    async with sql(database_url) as database:
        for (record,) in await database.fetch(log, code):
            told = json.loads(record)
            assert (told["event"], told["status"], told["facets"]) == ("add_signal", "error", {})
            assert not any(word in record for word in (noor.bsn, "999990019", "Noor", "2018-"))


async def test_a_wrong_birth_date_and_an_unknown_bsn_are_one_answer(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    told = []
    for about in (ByBsn(noor.bsn, date(2018, 10, 1)), ByBsn("999990019", noor.born)):
        with pytest.raises(Problem) as problem:
            await signal(town, "fleur", about)
        told.append((problem.value.code, problem.value.field, str(problem.value)))
    assert told[0] == told[1]


async def test_somebody_elses_household_and_no_household_are_one_answer(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    told = []
    for household in (noor.household, uuid4()):
        with pytest.raises(Problem) as problem:
            await signal(town, "ines", ByHousehold(household), subject=SignalSubject.HOUSEHOLD)
        told.append((problem.value.code, problem.value.field))
    assert told[0] == told[1] == ("not_found", "household")
    assert await signal(town, "amina", ByHousehold(noor.household), subject=SignalSubject.HOUSEHOLD)


async def test_the_same_key_gets_the_same_answer_and_makes_one_signal(town: Town, database_url: str) -> None:
    family = await town.janssens()
    sent = concern(town, family["noor"])
    first = await town.act("amina", add_signal, sent)
    assert await town.act("amina", add_signal, sent) == first
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from signals") == 1
    for other in (
        replace(sent, summary="Iets anders."),
        replace(sent, urgency=Urgency.NORMAL),
        replace(sent, about=ByBsn(family["els"].bsn, family["els"].born)),
    ):
        async with refused("key_reused", "idempotencyKey"):
            await town.act("amina", add_signal, other)
    async with refused("key_reused", "idempotencyKey"):
        await town.act("amina", see_signal, SeeSignal(sent.idempotency_key, first.signal))


async def test_a_key_belongs_to_whoever_sent_it(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    sent = concern(town, noor)
    first = await town.act("amina", add_signal, sent)
    second = await town.act("fleur", add_signal, sent)
    assert first.signal != second.signal


async def test_a_refused_act_leaves_its_key_free(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    sent = concern(town, noor, urgency=Urgency.ACUTE)
    async with refused("veilig_thuis_missing"):
        await town.act("amina", add_signal, sent)
    assert await town.act("amina", add_signal, replace(sent, veilig_thuis=VeiligThuis.YES))


async def test_twenty_times_the_same_key_at_once_is_one_signal(town: Town, database_url: str) -> None:
    sent = concern(town, (await town.janssens())["noor"])
    answers = await asyncio.gather(*(town.act("amina", add_signal, sent) for _ in range(20)))
    assert len({answer.signal for answer in answers}) == 1
    async with sql(database_url) as database:
        assert await database.fetchval("select count(*) from signals") == 1
        assert await database.fetchval("select count(*) from promises where household_id is not null") == 1


async def test_what_a_court_partner_brings_is_justice_whatever_its_domain(
    town: Town, database_url: str
) -> None:
    daan = (await town.janssens())["daan"]
    for domain in (LifeDomain.WORK_EDUCATION, LifeDomain.MENTAL_HEALTH, LifeDomain.TIME_USE):
        await signal(town, "hanna", daan, domain=domain)
    async with sql(database_url) as database:
        found = await database.fetch("select distinct sphere, accountable_team_id, audience from signals")
    assert [tuple(row) for row in found] == [("justice", town.teams["wijkteam"], None)]


ROUTES = {
    LifeDomain.SOCIAL_NETWORK: "klimop",
    LifeDomain.FINANCE: "klimop",
    LifeDomain.MENTAL_HEALTH: "huisarts",
    LifeDomain.JUSTICE: "wijkteam",
}


@pytest.mark.parametrize("domain", ROUTES, ids=str)
async def test_each_sphere_finds_its_accountable_team(
    town: Town, database_url: str, domain: LifeDomain
) -> None:
    added = await signal(town, "ines", (await town.janssens())["noor"], domain=domain)
    async with sql(database_url) as database:
        team = await database.fetchval("select accountable_team_id from signals where id = $1", added.signal)
    assert team == town.teams[ROUTES[domain]]


async def test_of_two_schools_the_youngest_childs_is_accountable(town: Town, database_url: str) -> None:
    older, _ = await town.family(
        ("Ravi Bos", date(2016, 1, 1)),
        ("Sam Bos", date(2019, 1, 1)),
        links={0: [("school", "11VO00")], 1: [("school", "12AB00")]},
    )
    added = await signal(town, "amina", older)
    async with sql(database_url) as database:
        team = await database.fetchval("select accountable_team_id from signals where id = $1", added.signal)
    assert team == town.teams["regenboog"]


async def test_who_signals_on_an_open_case_learns_that_it_is_open_and_who_leads(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    told = await signal(town, "fleur", noor, domain=LifeDomain.PHYSICAL_HEALTH)
    assert (told.case_open, told.lead) == (True, "Amina")
    async with refused("not_found"):
        await town.office.look(town.caller("ines"), joint_case, JointCaseOf(noor.household))


async def test_an_acute_signal_is_seen_and_triaged_by_whoever_is_on_duty(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    acute = await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    calm = await signal(town, "amina", noor)
    assert await town.act("dirk", see_signal, SeeSignal(town.key(), acute.signal))
    opens = TriageSignal(town.key(), acute.signal, Decision.OPEN_CASE)
    assert (await town.act("dirk", triage_signal, opens)).state is SignalState.IN_CASE
    async with refused("not_found", "signal"):
        await town.act("dirk", triage_signal, TriageSignal(town.key(), calm.signal, Decision.JOIN_CASE))


HOLDS = {
    "without a reason": ({"review_on": date(2026, 12, 1)}, "reason_missing", "reason"),
    "without a date": ({"reason": "wacht op school"}, "review_date_missing", "reviewOn"),
    "until yesterday": ({"reason": "wacht", "review_on": date(2026, 11, 1)}, "date_in_past", "reviewOn"),
    "for 91 days": ({"reason": "wacht", "review_on": date(2027, 2, 1)}, "date_too_late", "reviewOn"),
}


@pytest.mark.parametrize("hold", HOLDS, ids=str)
async def test_on_hold_needs_a_reason_and_a_review_within_90_days(town: Town, hold: str) -> None:
    added = await signal(town, "amina", (await town.janssens())["noor"])
    asked, code, field = HOLDS[hold]
    async with refused(code, field):
        await town.act(
            "bram", triage_signal, TriageSignal(town.key(), added.signal, Decision.ON_HOLD, **asked)
        )
    last = TriageSignal(town.key(), added.signal, Decision.ON_HOLD, "wacht", date(2027, 1, 31))
    assert await town.act("bram", triage_signal, last)


async def test_only_the_accountable_team_triages_and_to_others_the_signal_is_not_there(town: Town) -> None:
    added = await signal(town, "fleur", (await town.janssens())["noor"])
    told = set()
    for name in ("ines", "chaima", "esra", "hanna", "karim", "lotte", "mo"):
        for identity in (added.signal, uuid4()):
            with pytest.raises(Problem) as problem:
                await open_case(town, name, identity)
            told.add((problem.value.code, problem.value.field))
    assert told == {("not_found", "signal")}
    async with refused("not_allowed"):
        await open_case(town, "fleur", added.signal)


async def test_where_no_team_covers_the_areas_coordinator_triages_and_finds_a_team(town: Town) -> None:
    (loner,) = await town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
    added = await signal(town, "chaima", loner)
    case = await open_case(town, "ibrahim", added.signal)
    await take_part(town, "ibrahim", case.id, "wijkteam", "chaima")
    async with refused("not_allowed"):
        await take_part(town, "ibrahim", case.id, "huisarts", "fleur")


async def test_a_name_without_a_bsn_says_nothing_about_a_match(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await led_case(town, noor)
    known = await unmatched(town, "ines", "Noor  JANSSEN", noor.born)
    unknown = await unmatched(town, "ines", "Nora Jansen", noor.born)
    assert [(told.case_open, told.lead) for told in (known, unknown)] == [(False, None)] * 2
    async with sql(database_url) as database:
        proposed = await database.fetch("select household_id, state, reasons from merge_proposals")
        beside = await database.fetch(
            "select h.provisional, s.accountable_team_id, s.routed_by from signals s"
            " join households h on h.id = s.household_id where s.id = any($1) order by h.provisional desc",
            [known.signal, unknown.signal],
        )
    assert [tuple(row) for row in proposed] == [(noor.household, "pending", ["name_birth_postcode"])]
    assert [tuple(row) for row in beside] == [(True, None, "backstop"), (False, None, "backstop")]
