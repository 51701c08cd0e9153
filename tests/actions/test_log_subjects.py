"""Whose data a record is about stands beside it by pseudonym, and nobody else's record tells it."""

import json
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.office import Hand
from casecoord.domain.words import SignalSubject
from casecoord.storage.access_log import Entry, leaf_of, record, whose_of
from casecoord.storage.audit_tree import is_anothers
from tests.actions.looks import look
from tests.actions.residents_steps import at_home, bound
from tests.actions.steps import by_bsn, led_case, signal, sql, take_part
from tests.world import PEOPLE, Town

#: What stands beside a record, in the order in which it swears to it.
BESIDE = ("household", "professional_id", "resident", "subjects")


async def told(url: str, event: str) -> list[dict[str, Any]]:
    """The records of an event in order, each with the ids of the persons that it is about."""
    async with sql(url) as database:
        rows = await database.fetch(
            "select record, array(select p.id from unnest(a.subjects) with ordinality s (pseudonym, number)"
            " join persons p on p.area_id = a.area_id and p.pseudonym = s.pseudonym order by s.number) persons,"
            " cardinality(a.subjects) persons_named from access_log a order by a.at, a.xmin::text::bigint, a.id"
        )
    found = [
        {**json.loads(row["record"]), "persons": row["persons"], "n": row["persons_named"]} for row in rows
    ]
    assert all(len(one["persons"]) == one["n"] for one in found)
    return [one for one in found if one["event"] == event]


async def test_a_look_names_who_was_shown_and_which_facet_was_whose(town: Town, database_url: str) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    (record,) = await told(database_url, "joint_case")
    assert set(record["persons"]) == {one.id for one in family.values()}
    of = {facet: {record["persons"][n] for n in places} for facet, places in record["of"].items()}
    assert of["person.name"] == {one.id for one in family.values()}
    assert of["signal.summary"] == {family["noor"].id}
    assert "case.status" in record["facets"] and "case.status" not in of


async def test_a_court_partner_who_looks_is_in_the_record_of_the_youth_and_not_of_the_home(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["daan"]), date(2026, 12, 17)))
    await look(town, "hanna", joint_case, JointCaseOf(family["daan"].household))
    for event in ("plan_hearing", "joint_case"):
        (record,) = await told(database_url, event)
        assert record["persons"] == [family["daan"].id]


async def test_what_happened_to_one_person_is_a_record_of_its_own_in_a_timeline(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(family["daan"]), date(2026, 12, 17)))
    await look(town, "chaima", timeline, TimelineOf(case.id))
    found = {tuple(one["persons"]): set(one["facets"]) for one in await told(database_url, "timeline")}
    assert set(found) == {(), (family["noor"].id,), (family["daan"].id,)}
    assert found[family["daan"].id,] == {"court.hearing"}
    assert "court.hearing" not in found[()] | found[family["noor"].id,]


async def test_a_signal_about_the_home_is_about_nobody_in_particular(town: Town, database_url: str) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    await signal(town, "amina", noor, subject=SignalSubject.HOUSEHOLD)
    assert [one["persons"] for one in await told(database_url, "add_signal")] == [[noor.id], []]


async def test_erasing_a_pseudonym_unlinks_the_person_and_the_leaf_stays(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor)
    async with sql(database_url) as database:
        before = await database.fetch("select subjects, record, salt, leaf from access_log")
        await database.execute("update persons set pseudonym = gen_random_uuid() where id = $1", noor.id)
        known = "select count(*) from access_log a join persons p on p.pseudonym = any(a.subjects)"
        assert await database.fetchval(known) == 0
        assert await database.fetch("select subjects, record, salt, leaf from access_log") == before
    assert (
        str(noor.id) not in before[0]["record"] and str(before[0]["subjects"][0]) not in before[0]["record"]
    )


async def test_a_record_swears_whose_it_is_and_another_name_beside_it_is_found(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    mother = await bound(town, "amina", family["els"])
    await at_home(town, mother)
    async with sql(database_url) as database:
        rows = await database.fetch(f"select record, salt, leaf, {', '.join(BESIDE)} from access_log")
    assert {len(row["subjects"]) for row in rows} >= {0, 1, 3}
    assert any(row["resident"] for row in rows) and any(row["professional_id"] for row in rows)
    for row in rows:
        salt, said, beside = row["salt"], row["record"], {name: row[name] for name in BESIDE}
        assert json.loads(said)["whose"] == whose_of(salt, *beside.values())
        assert row["leaf"] == leaf_of(salt, said.encode())
        assert not is_anothers(salt, said, *beside.values())
        bent = [{**beside, name: uuid4()} for name in BESIDE[:3]]
        bent += [{**beside, name: None} for name in BESIDE[:3] if beside[name]]
        bent += [{**beside, "subjects": others} for others in ([*row["subjects"], uuid4()], [uuid4()])]
        for other in bent:
            assert json.loads(said)["whose"] != whose_of(salt, *other.values())
            assert is_anothers(salt, said, *other.values())


async def test_whoever_may_not_see_who_somebody_is_leaves_a_trace_of_them_all_the_same(
    town: Town, database_url: str
) -> None:
    noor = (await town.janssens())["noor"]

    async def glance(hand: Hand, person: UUID) -> None:
        entry = Entry("glance", noor.household, "R", {}, "none", "none", subjects=(person,))
        record(hand.work, entry)

    for who in PEOPLE:
        await look(town, who, glance, noor.id)
    records = await told(database_url, "glance")
    assert [one["persons"] for one in records] == [[noor.id]] * len(PEOPLE)
