"""A consent opens what it is to, for whom it is for, as long as it holds; taken back, it opens nothing at once."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from casecoord.actions.consents import RecordConsent, WithdrawConsent, record_consent, withdraw_consent
from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.office import Hand
from casecoord.actions.signals import ByHousehold, Decision, TriageSignal, triage_signal
from casecoord.domain.facets import Shown
from casecoord.domain.words import LifeDomain, Purpose, SignalSubject
from casecoord.domain.workdays import AMSTERDAM, local_date
from casecoord.storage import consents as storage
from tests.actions.consent_steps import (
    DETAILED,
    Held,
    asking,
    consent,
    detail_for,
    held_about,
    holds,
    see,
    seen_signal,
    something_held,
    withdraw,
)
from tests.actions.looks import look, records
from tests.actions.steps import (
    by_bsn,
    merge,
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
from tests.actions.test_sweep import swept
from tests.world import PEOPLE, Town


async def test_the_lead_sees_a_detail_while_a_consent_covers_it_and_nobody_else_does(town: Town) -> None:
    held = await something_held(town)
    withheld = (await seen_signal(town, "amina", held)).detail
    assert withheld.value is None and withheld.withheld.facet == "signal.detail"
    given = await consent(town, "chaima", held.child, held.mother)
    assert given.until == datetime(2030, 9, 29, 22, tzinfo=UTC)  # Noor's twelfth birthday
    assert await detail_for(town, "amina", held) == DETAILED
    assert await detail_for(town, "bram", held) is None
    await withdraw(town, "amina", given.id, held.mother)
    again = (await seen_signal(town, "amina", held)).detail
    assert again == withheld
    await whole(town)


async def test_what_was_shared_before_it_was_taken_back_stays_in_the_log(
    town: Town, database_url: str
) -> None:
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    await detail_for(town, "amina", held)
    await withdraw(town, "chaima", given.id, held.mother)
    town.clock.forward(seconds=1)
    await detail_for(town, "amina", held)
    by, without = [record for record, _ in await records(database_url, "joint_case")][-2:]
    assert by["consents"] == [str(given.id)] and "6(1)(a) 9(2)(a)" in by["ground"]
    assert by["facets"]["signal.detail"].startswith("signal_detail.consent")
    assert without["consents"] == [] and without["facets"]["signal.detail"] == "exists"
    assert "9(2)(a)" not in without["ground"]
    told = [
        record
        for event in ("record_consent", "withdraw_consent")
        for record, _ in await records(database_url, event)
    ]
    assert [(r["act"], r["rules"]) for r in told] == [
        ("C", ["record_consent.member"]),
        ("U", ["record_consent.member"]),
    ]
    assert DETAILED not in json.dumps(told)


async def test_it_holds_from_its_begin_to_its_end_to_the_microsecond(town: Town) -> None:
    held = await something_held(town)
    since, until = town.clock.now + timedelta(days=1), town.clock.now + timedelta(days=2)
    await consent(town, "chaima", held.child, held.mother, since=since, until=until)
    step = timedelta(microseconds=1)
    for moment, shown in ((since - step, False), (since, True), (until - step, True), (until, False)):
        town.clock.now = moment
        assert (await detail_for(town, "amina", held) is not None) is shown, moment


@pytest.mark.parametrize(("age", "givers"), [(12, ("els",)), (16, ("mia", "els"))])
async def test_on_a_birthday_the_yes_of_others_is_needed_from_midnight_on(
    town: Town, age: int, givers: tuple[str, ...]
) -> None:
    """The parents' yes ends as the child turns twelve; that of child and parents goes on as the child's alone."""
    tomorrow = (town.clock.now + timedelta(days=1)).date()
    born = tomorrow.replace(year=tomorrow.year - age)
    held = await held_about(town, born)
    mia, els = held.child, held.mother
    people = {"mia": mia, "els": els}
    given = await consent(town, "chaima", mia, *(people[name] for name in givers))
    midnight = datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=AMSTERDAM)
    assert given.until == (midnight if age == 12 else None)
    for moment, shown in ((midnight - timedelta(microseconds=1), True), (midnight, age == 16)):
        town.clock.now = moment.astimezone(UTC)
        assert (await detail_for(town, "amina", held) is not None) is shown
    if age == 16:
        # A father who gets custody of a youth of sixteen has nothing to say of it.
        (father,) = await town.family(("Piet Bos", date(1980, 1, 1)))
        await holds(town, mia, father)
        assert await detail_for(town, "amina", held) == DETAILED
        async with refused("consent_parties_missing"):
            await withdraw(town, "chaima", given.id, els)
    else:
        await consent(town, "chaima", mia, mia, els)
        assert await detail_for(town, "amina", held) == DETAILED


async def test_whoever_gets_custody_later_has_to_agree_too(town: Town) -> None:
    held = await something_held(town)
    await consent(town, "chaima", held.child, held.mother)
    assert await detail_for(town, "amina", held) == DETAILED
    (father,) = await town.family(("Piet Bos", date(1980, 1, 1)))
    await holds(town, held.child, father)
    assert await detail_for(town, "amina", held) is None
    async with refused("consent_exists"):
        await consent(town, "chaima", held.child, held.mother, father)
    seen = await see(town, "amina", held.case.id)
    assert [one.holds for one in seen.consents] == [False]
    await withdraw(town, "chaima", seen.consents[0].id, father)
    await consent(town, "chaima", held.child, held.mother, father)
    assert await detail_for(town, "amina", held) == DETAILED


async def test_custody_that_is_not_known_here_is_on_paper(town: Town) -> None:
    held = await something_held(town)
    await holds(town, held.child, None)
    async with refused("consent_parties_missing", "givenBy"):
        await consent(town, "chaima", held.child, held.mother)
    await consent(town, "chaima", held.child, held.mother, elsewhere_in_writing=True)
    assert await detail_for(town, "amina", held) == DETAILED


async def test_a_detail_about_the_whole_household_needs_everybodys_consent(town: Town) -> None:
    held = await something_held(town)
    sent = await signal(
        town, "chaima", ByHousehold(held.case.household), subject=SignalSubject.HOUSEHOLD, detail=DETAILED
    )
    await town.act("bram", triage_signal, TriageSignal(town.key(), sent.signal, Decision.JOIN_CASE))
    whole_house = Held(held.family, held.case, sent.signal)
    els, daan, noor = (held.family[name] for name in ("els", "daan", "noor"))
    for person, giver in ((els, els), (daan, daan), (noor, els)):
        assert await detail_for(town, "amina", whole_house) is None
        given = await consent(town, "chaima", person, giver, thing=sent.signal)
    assert await detail_for(town, "amina", whole_house) == DETAILED
    # One of three takes it back.
    await withdraw(town, "chaima", given.id, els)
    assert await detail_for(town, "amina", whole_house) is None


async def test_a_consent_of_one_team_opens_nothing_of_another(town: Town) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await consent(town, "fleur", held.child, held.mother)
    assert await detail_for(town, "amina", held) is None


async def test_only_whoever_holds_it_and_takes_part_records_it(town: Town) -> None:
    held = await something_held(town)
    for who in PEOPLE:
        code = {
            "chaima": None,
            "dirk": None,
            "amina": "not_allowed",
            "bram": "not_allowed",
            "ibrahim": "not_allowed",
        }.get(who, "not_found")
        if code is None:
            continue
        async with refused(code):
            await consent(town, who, held.child, held.mother, thing=held.signal)
    assert await detail_for(town, "amina", held) is None
    given = await consent(town, "dirk", held.child, held.mother, thing=held.signal)
    for who in ("bram", "ibrahim", "fleur", "lotte", "mo", "hanna", "ines", "karim"):
        async with refused("not_allowed" if who == "lotte" else "not_found"):
            await withdraw(town, who, given.id, held.mother)
    assert await detail_for(town, "amina", held) == DETAILED


async def test_whom_one_is_shown_nothing_of_is_nobody(town: Town) -> None:
    """Decision power sees a case and none of its people; a court partner the youth with the hearing and the parents."""
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "rechtbank", "hanna")
    signals = [
        held.signal,
        (await signal(town, "hanna", held.family["daan"], domain=LifeDomain.JUSTICE)).signal,
    ]
    town.clock.forward(days=60)
    await swept(town)
    everybody = [*held.family.values(), replace(held.child, id=uuid4())]
    for who in ("jasmijn", "hanna"):
        assert (await see(town, who, held.case.id)).persons == []
        for person in everybody:
            for thing in (None, *signals, uuid4()):
                if (who, person, thing) != ("hanna", held.family["daan"], signals[1]):
                    async with refused("not_found", "person"):
                        await consent(town, who, person, held.mother, thing=thing)
    daan = PlanHearing(
        town.key(), by_bsn(held.family["daan"]), local_date(town.clock.now) + timedelta(days=20)
    )
    await town.act("hanna", plan_hearing, daan)
    for name, code in (
        ("daan", "consent_parties_missing"),
        ("els", "consent_parties_missing"),
        ("noor", "not_found"),
    ):
        async with refused(code):
            await consent(town, "hanna", held.family[name])
    given = await consent(town, "hanna", held.family["daan"], held.family["daan"], thing=signals[1])
    assert given.household == held.case.household


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    held = await something_held(town)
    now, child, mother = town.clock.now, held.child, held.mother
    (elsewhere,) = await town.family(("Wim Post", date(1960, 5, 5)))
    for input, code, field in (
        (asking(town, child, mother, facet="person.name"), "consent_without_effect", "facet"),
        (asking(town, child, mother, facet="nothing"), "consent_without_effect", "facet"),
        (asking(town, child, mother, purpose=Purpose.MONITORING), "consent_without_effect", "purpose"),
        (asking(town, child, mother, purpose=Purpose.ACCESS_REQUEST), "consent_without_effect", "purpose"),
        (asking(town, child, mother, facet="medical.note"), "consent_to_which", "thing"),
        (asking(town, child, mother, facet="medical.note", thing=held.signal), "not_found", "thing"),
        (asking(town, child, mother, thing=uuid4()), "not_found", "thing"),
        (asking(town, held.family["daan"], held.family["daan"], thing=held.signal), "not_found", "thing"),
        (asking(town, elsewhere, elsewhere), "not_found", "person"),
        (asking(town, child, mother, since=now - timedelta(seconds=1)), "date_in_past", "since"),
        (asking(town, child, mother, until=now), "ends_before_it_begins", "until"),
        (asking(town, child, mother, until=now + timedelta(days=9999)), "date_too_late", "until"),
        (asking(town, child), "consent_parties_missing", "givenBy"),
        (asking(town, child, child), "consent_parties_missing", "givenBy"),
        (asking(town, child, child, mother), "consent_parties_missing", "givenBy"),
        (asking(town, child, mother, elsewhere), "consent_parties_missing", "givenBy"),
        (asking(town, child, mother, given_by=(mother.id, uuid4())), "consent_parties_missing", "givenBy"),
    ):
        async with refused(code, field):
            await town.act("chaima", record_consent, input)
    given = await consent(town, "chaima", child, mother)
    async with refused("consent_exists", "person"):
        await consent(town, "chaima", child, mother)
    for input, code, field in (
        (WithdrawConsent(town.key(), uuid4(), mother.id), "not_found", "consent"),
        (WithdrawConsent(town.key(), given.id, elsewhere.id), "consent_parties_missing", None),
        (WithdrawConsent(town.key(), given.id, child.id), "consent_parties_missing", None),
    ):
        async with refused(code, field):
            await town.act("chaima", withdraw_consent, input)
    await withdraw(town, "chaima", given.id, mother)
    async with refused("consent_over", "consent"):
        await withdraw(town, "chaima", given.id, mother)


async def test_what_is_shown_of_a_consent_is_what_the_matrix_says(town: Town) -> None:
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    for who in ("amina", "chaima", "dirk", "lotte"):
        (seen,) = (await see(town, who, held.case.household)).consents
        assert (seen.id, seen.given_by, seen.recorded_by, seen.holds) == (
            given.id,
            [held.mother.id],
            "Chaima",
            True,
        )
    for who in ("bram", "ibrahim"):
        view = await see(town, who, held.case.household)
        (why,) = [one for one in view.withheld if one.facet == "consent.record"]
        assert view.consents == [] and why.ask == "the lead"
    for who in ("ines",):
        async with refused("not_found"):
            await see(town, who, held.case.household)
    before = await see(town, "bram", held.case.household)
    assert "consent.record" in {one.facet for one in before.withheld}


async def test_which_signal_a_consent_is_to_is_told_to_those_who_see_that_signal(town: Town) -> None:
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother, thing=held.signal)
    for who, thing in (("amina", held.signal), ("lotte", None)):
        (seen,) = (await see(town, who, held.case.household)).consents
        assert (seen.id, seen.thing) == (given.id, thing), who


async def test_a_consent_about_what_one_may_not_know_of_does_not_exist(town: Town) -> None:
    held = await something_held(town)
    money = await signal(town, "chaima", held.mother, domain=LifeDomain.FINANCE, detail=DETAILED)
    await consent(town, "chaima", held.mother, held.mother, thing=money.signal)
    for who, there in (("bram", False), ("ibrahim", True), ("amina", True)):
        view = await see(town, who, held.case.id)
        told = bool(view.consents) or "consent.record" in {one.facet for one in view.withheld}
        happened = [e.verb for e in (await look(town, who, timeline, TimelineOf(held.case.id))).items]
        assert told is there and ("record_consent" in happened) is there, who


async def test_explain_says_by_which_consent_rule_a_detail_is_shown(town: Town) -> None:
    held = await something_held(town)
    asked = ExplainOf(held.case.household, "signal.detail", thing=held.signal)
    before = await look(town, "amina", explain_facet, asked)
    assert before.shown is Shown.EXISTS and any("consent" in one for one in before.reasons)
    assert "team" in before.ask
    given = await consent(town, "chaima", held.child, held.mother)
    found = await look(town, "amina", explain_facet, asked)
    assert found.shown is Shown.FULL and found.ground == "GDPR 6(1)(a) 9(2)(a)"
    for other in (None, uuid4()):
        elsewhere = ExplainOf(held.case.household, "signal.detail", thing=other)
        assert await look(town, "amina", explain_facet, elsewhere) == before
    assert (await look(town, "chaima", explain_facet, asked)).shown is Shown.FULL  # her own team wrote it
    await withdraw(town, "chaima", given.id, held.mother)
    assert await look(town, "amina", explain_facet, asked) == before


async def test_of_twenty_who_record_the_same_at_once_one_does(town: Town, database_url: str) -> None:
    held = await something_held(town)
    done, problems = await at_once(*(consent(town, "chaima", held.child, held.mother) for _ in range(20)))
    assert (len(done), problems) == (1, {"consent_exists": 19})
    back, problems = await at_once(*(withdraw(town, "chaima", done[0].id, held.mother) for _ in range(20)))
    assert (len(back), problems) == (1, {"consent_over": 19})
    async with sql(database_url) as plain:
        assert await plain.fetchval("select count(*) from consents") == 1


async def test_the_same_key_answers_the_same(town: Town) -> None:
    held = await something_held(town)
    asked: RecordConsent = asking(town, held.child, held.mother)
    once, twice = [await town.act("chaima", record_consent, asked) for _ in range(2)]
    assert once == twice


async def test_a_view_that_is_being_composed_as_a_consent_is_taken_back_is_composed_without_it(
    town: Town, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The withdrawal commits after the view read and before it is answered."""
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    read, taken_back = asyncio.Event(), asyncio.Event()
    still_given = storage.still_given

    async def slowly(work: Any, consents: Any) -> bool:
        if not read.is_set():
            read.set()
            await taken_back.wait()
        return await still_given(work, consents)

    monkeypatch.setattr("casecoord.actions.joint_view.still_given", slowly)
    composing = asyncio.create_task(detail_for(town, "amina", held))
    await read.wait()
    await withdraw(town, "chaima", given.id, held.mother)
    taken_back.set()
    assert await composing is None
    (record, _) = (await records(database_url, "joint_case"))[-1]
    assert record["consents"] == [] and record["facets"]["signal.detail"] == "exists"


async def test_a_withdrawal_waits_for_the_record_of_the_view_that_it_comes_too_late_for(
    town: Town, database_url: str
) -> None:
    """Once it is answered, nothing opened by the consent is still on its way."""
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    order: list[str] = []
    composed, may_leave = asyncio.Event(), asyncio.Event()

    async def view(hand: Hand, query: JointCaseOf) -> Any:
        seen = await joint_case(hand, query)
        composed.set()
        await may_leave.wait()
        order.append("view")
        return seen

    async def back() -> None:
        await withdraw(town, "chaima", given.id, held.mother)
        order.append("withdrawal")

    looking = asyncio.create_task(look(town, "amina", view, JointCaseOf(held.case.id)))
    await composed.wait()
    withdrawing = asyncio.create_task(back())
    async with sql(database_url) as beside:
        await waiting_for_locks(beside, 1)
    may_leave.set()
    seen = await looking
    await withdrawing
    assert order == ["view", "withdrawal"]
    assert DETAILED in {s.detail.value for s in seen.signals if s.detail}
    assert await detail_for(town, "amina", held) is None


async def test_readers_and_a_withdrawal_at_once_agree_on_before_and_after(town: Town) -> None:
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    answered: list[bool] = []

    async def read() -> None:
        begun_after = bool(answered)
        shown = await detail_for(town, "amina", held)
        assert not (begun_after and shown is not None)

    async def back() -> None:
        await withdraw(town, "chaima", given.id, held.mother)
        answered.append(True)

    async def after() -> None:
        await back()
        await asyncio.gather(*(read() for _ in range(5)))

    await asyncio.gather(*(read() for _ in range(15)), after())
    assert await detail_for(town, "amina", held) is None


async def test_a_consent_goes_along_when_two_families_become_one_and_two_again(town: Town) -> None:
    held = await something_held(town)
    given = await consent(town, "chaima", held.child, held.mother)
    (other,) = await town.family(("Wim Post", date(1960, 5, 5)))
    # The family's household ends; what it consented to holds in the other.
    merged = await merge(town, other.household, held.case.household)
    assert await detail_for(town, "amina", held) == DETAILED
    (seen,) = (await see(town, "amina", held.case.id)).consents
    assert seen.id == given.id and seen.holds
    await second_coordinator(town)
    await undo(town, merged.merge)
    assert await detail_for(town, "amina", held) == DETAILED
    await withdraw(town, "chaima", given.id, held.mother)
    assert await detail_for(town, "amina", held) is None
    await whole(town)
