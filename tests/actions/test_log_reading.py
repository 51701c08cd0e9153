"""Who saw this household, when, in which role, why: for the privacy officer; for others their own part of it."""

from datetime import timedelta
from uuid import UUID, uuid4

from casecoord.actions.access_log import AccessLogOf, access_log
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.log_export import Operator
from casecoord.actions.plan import RecordContact, record_contact
from casecoord.actions.signals import add_signal
from casecoord.domain.words import Purpose
from casecoord.storage.log_reads import Period
from tests.actions.looks import look, look_in_dutch, records
from tests.actions.steps import by_bsn, concern, led_case, merge, refused, sql
from tests.statements import statements
from tests.world import Someone, Town


async def seen_by_two(town: Town) -> UUID:
    """A family whose case Amina and, later, Bram looked at."""
    case = await led_case(town, (await town.janssens())["noor"])
    for who in ("amina", "bram"):
        town.clock.forward(hours=1)
        await look(town, who, joint_case, JointCaseOf(case.id))
    return case.household


async def test_the_officer_is_told_who_saw_a_household_when_as_what_why_and_by_which_rule(town: Town) -> None:
    home = await seen_by_two(town)
    found = await look_in_dutch(town, "lotte", access_log, AccessLogOf(home))
    newest = found.items[0]
    assert (newest.who, newest.event, newest.role, newest.team) == (
        "Bram",
        "joint_case",
        "coordinator",
        "Klimop",
    )
    assert (
        newest.at == town.clock.now
        and newest.household == home
        and newest.purpose is Purpose.CARE_COORDINATION
    )
    assert newest.why == "zorg coördineren" and "6(1)(e)" in newest.ground and len(newest.persons) == 3
    assert {"naam", "status van de casus"} <= {one.label for one in newest.facets}
    assert all(": " in rule and rule.split(": ")[1] for rule in newest.rules)
    assert [one.at for one in found.items] == sorted((one.at for one in found.items), reverse=True)
    assert {"add_signal", "triage_signal", "propose_lead", "accept_lead"} <= {
        one.event for one in found.items
    }


async def test_between_two_moments_is_from_the_first_and_until_the_second(town: Town) -> None:
    home = await seen_by_two(town)
    last = town.clock.now
    (one,) = (
        await look(town, "lotte", access_log, AccessLogOf(home, last, last + timedelta(seconds=1)))
    ).items
    assert one.who == "Bram"
    earlier = (
        await look(town, "lotte", access_log, AccessLogOf(home, last - timedelta(hours=1), last))
    ).items
    assert {one.who for one in earlier} == {"Amina"}


async def test_pages_hold_every_entry_once(town: Town) -> None:
    home = await seen_by_two(town)
    whole = [one.id for one in (await look(town, "lotte", access_log, AccessLogOf(home))).items]
    found, after = [], None
    while True:
        page = await look(town, "lotte", access_log, AccessLogOf(home, first=2, after=after))
        found += [one.id for one in page.items if one.event != "access_log"]
        if not page.more:
            break
        after = page.cursors[-1]
    assert found == whole


async def test_reading_the_log_is_in_the_log(town: Town, database_url: str) -> None:
    home = await seen_by_two(town)
    town.clock.forward(minutes=1)
    await look(town, "lotte", access_log, AccessLogOf(home))
    ((record, named),) = await records(database_url, "access_log")
    assert (
        named
        and record["role"] == "privacy_officer"
        and record["facets"] == {"access_log.entry": "access_log.full"}
    )
    assert [one["act"] for one in record["acts"]] == ["read_log"]
    assert (await look(town, "lotte", access_log, AccessLogOf(home))).items[0].event == "access_log"


async def test_the_officer_names_a_household(town: Town) -> None:
    async with refused("household_missing", "household"):
        await look(town, "lotte", access_log, AccessLogOf())


async def test_others_are_told_what_they_did_themselves_and_nothing_else(town: Town) -> None:
    home = await seen_by_two(town)
    for who in ("amina", "bram", "chaima", "hanna", "karim", "mo"):
        for query in (AccessLogOf(), AccessLogOf(home), AccessLogOf(uuid4())):
            found = (await look(town, who, access_log, query)).items
            assert {one.professional for one in found} <= {town.members[who].professional}
    assert len((await look(town, "amina", access_log, AccessLogOf(home))).items) >= 3
    assert (await look(town, "chaima", access_log, AccessLogOf(home))).items == []


async def test_a_refused_request_tells_its_author_nothing_and_the_officer_whose_it_was(town: Town) -> None:
    home = await seen_by_two(town)
    for asked in (home, uuid4()):
        async with refused("not_found"):
            await look(town, "ines", joint_case, JointCaseOf(asked))
    own = (await look(town, "ines", access_log, AccessLogOf())).items
    tries = [one for one in own if one.event == "joint_case"]
    assert [(one.refused, one.household, one.facets) for one in tries] == [("not_found", None, [])] * 2
    for asked in (home, uuid4()):
        assert (await look(town, "ines", access_log, AccessLogOf(asked))).items == []
    (seen,) = (one for one in (await look(town, "lotte", access_log, AccessLogOf(home))).items if one.refused)
    assert (seen.who, seen.household) == ("Ines", home)


async def test_what_is_there_and_what_is_not_is_refused_by_as_many_statements_and_in_the_same_words(
    town: Town, database_url: str
) -> None:
    home = await seen_by_two(town)
    told = []
    for asked in (home, uuid4()):
        with statements(town.database) as sent:
            async with refused("not_found"):
                await look(town, "ines", joint_case, JointCaseOf(asked))
        told.append(list(sent))
    assert told[0] == told[1]
    first, second = (
        {**one, "id": "", "ms": 0, "whose": ""}
        for one, _ in await records(database_url, "joint_case")
        if one["problem"]
    )
    assert first == second


async def test_an_act_that_is_not_allowed_is_logged_with_the_rule_that_refused(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    async with refused("not_allowed"):
        await town.act("bram", record_contact, RecordContact(town.key(), case.id))
    ((record, named),) = await records(database_url, "record_contact")
    assert named and (record["status"], record["problem"], record["act"]) == ("error", "not_allowed", "C")
    assert record["acts"][0]["said"] == ["refused", "nobody"] and not record["facets"]


async def test_a_try_by_number_and_birth_date_is_logged_without_saying_whose_it_is(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    wrong = Someone(noor.id, noor.household, noor.bsn, noor.name, noor.born + timedelta(days=1))
    async with refused("person_not_matched"):
        await town.act("amina", add_signal, concern(town, by_bsn(wrong)))
    ((record, named),) = await records(database_url, "add_signal")
    assert record["problem"] == "person_not_matched" and not named


async def test_where_a_refusal_cannot_be_logged_the_answer_is_no_refusal_but_a_fault(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    async with sql(database_url) as database:
        await database.execute("revoke insert on access_log from casecoord_app")
        try:
            await look(town, "ines", joint_case, JointCaseOf(case.id))
        except Exception as fault:
            assert type(fault).__name__ not in ("Problem", "AssertionError")
        else:
            raise AssertionError("it was answered")
        await database.execute("grant insert on access_log to casecoord_app")


async def test_whoever_saw_a_household_that_went_on_in_another_saw_that_one_too(town: Town) -> None:
    home = await seen_by_two(town)
    (wim,) = await town.family(("Wim Post", (await town.janssens())["els"].born))
    await merge(town, wim.household, home)
    found = (await look(town, "lotte", access_log, AccessLogOf(wim.household))).items
    assert {"Amina", "Bram"} <= {one.who for one in found if one.event == "joint_case"}


async def test_at_the_machine_it_is_told_who_saw_a_household_and_by_whom_that_was_asked(town: Town) -> None:
    home = await seen_by_two(town)
    operator = Operator(town.database, town.office.policy, "root")
    last = town.clock.now
    town.clock.forward(minutes=1)
    found = await operator.seen(town.area, home, Period(last))
    assert [(one.who or one.line.record["operator"], one.line.record["event"]) for one in found[1:]] == [
        ("Bram", "joint_case")
    ]
    assert found[0].line.record["operator"] == "root"
    told = (await look(town, "lotte", access_log, AccessLogOf(home))).items[0]
    assert (told.who, told.event, told.role) == ("root", "who_saw", "operator")
