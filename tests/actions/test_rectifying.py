"""What somebody said is wrong is corrected: the new is shown, the old stays readable, and who saw the old is told."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions.exporting import ExportOf, export_household
from casecoord.actions.imports.households import import_households
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.notices import InboxOf, inbox
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.rectifying import CorrectionsOf, Rectified, Rectify, corrections, rectify
from casecoord.actions.splitting import SplitHousehold, split_household
from casecoord.domain.notices import NoticeKind
from casecoord.domain.rights import Rectifiable
from casecoord.domain.words import LifeDomain, Purpose, RequestKind
from casecoord.storage.households import find_by_bsn
from casecoord.storage.residents import load_persons, lock_households
from casecoord.storage.sealed import Compartment, Place
from tests.actions.steps import led_case, refused, signal, sql, take_part, whole
from tests.actions.test_races import at_once
from tests.actions.test_rights import ask, decided
from tests.registers import invented
from tests.world import PEOPLE, Someone, Town


async def granted(town: Town, who: Someone) -> UUID:
    asked = await ask(town, who, RequestKind.RECTIFICATION, words="Dat klopt niet.")
    return (await decided(town, asked.id, ground="AVG art. 16")).id


async def corrected(
    town: Town, request: UUID, what: Rectifiable, thing: UUID, value: str, **more: Any
) -> Rectified:
    return await town.act("lotte", rectify, Rectify(town.key(), request, what, thing, value, **more))


async def told(town: Town, who: str) -> list[UUID]:
    found = (await town.office.look(town.caller(who), inbox, InboxOf())).notices.items
    return [one.about for one in found if one.kind is NoticeKind.RECTIFIED]


async def test_both_versions_stay_and_who_saw_the_former_one_hears_of_it(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    (seen,) = (await town.office.look(town.caller("chaima"), joint_case, JointCaseOf(case.id))).signals
    request = await granted(town, family["els"])
    async with sql(database_url) as plain:
        await plain.execute(
            "insert into custody values ($1, gen_random_uuid(), $2, $3, 'parent')",
            town.area, family["noor"].id, family["els"].id,
        )  # fmt: skip
    done = await corrected(town, request, Rectifiable.SIGNAL_SUMMARY, seen.id, "Thuis gaat het goed.")
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    assert view.signals[0].summary.value == "Thuis gaat het goed."
    for who in ("amina", "chaima", "ibrahim"):
        (one,) = await town.office.look(town.caller(who), corrections, CorrectionsOf(case.household))
        assert (one.id, one.what, one.thing) == (done.id, Rectifiable.SIGNAL_SUMMARY, seen.id)
        assert (one.former.value, one.by) == ("Zorgen over thuis.", "Lotte")
    assert await told(town, "chaima") == [done.id] and done.told >= 1
    assert await told(town, "dirk") == [] and await told(town, "ines") == []
    async with sql(database_url) as plain:
        assert b"Zorgen" not in await plain.fetchval("select former_sealed from rectifications")
    access = await ask(town, family["els"], RequestKind.ACCESS)
    await decided(town, access.id)
    found = await town.office.look(
        town.caller("lotte", Purpose.ACCESS_REQUEST), export_household, ExportOf(access.id)
    )
    assert [one["former"] for one in found["corrections"]] == ["Zorgen over thuis."]
    await whole(town)


async def test_each_thing_that_can_be_corrected_is_and_is_found_by_what_it_says_now(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    els, noor = family["els"], family["noor"]
    case = await led_case(town, noor)
    sent = await signal(town, "amina", els, detail="Vader dronk.")
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Ga langs bij oma.", town.clock.now.date())
    action = await town.act("amina", add_action, step)
    request = await granted(town, els)
    home, born = els.household, date(1985, 3, 14)
    for what, thing, value, more in (
        (Rectifiable.NAME, els.id, "Els Jansen", {}),
        (Rectifiable.BIRTH_DATE, els.id, born.isoformat(), {"bsn": els.bsn}),
        (Rectifiable.LANGUAGE, els.id, "tr", {}),
        (Rectifiable.ADDRESS, home, "Dahliastraat 14, 3073 AB Rotterdam", {}),
        (Rectifiable.CONTACT, home, "06-11111111", {}),
        (Rectifiable.SIGNAL_DETAIL, sent.signal, "Vader dronk niet.", {}),
        (Rectifiable.ACTION, action.id, "Ga langs bij tante.", {}),
    ):
        assert (await corrected(town, request, what, thing, value, **more)).what is what
        async with refused("value_unchanged", "value"):
            await corrected(town, request, what, thing, value, **more)
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    person = next(one for one in view.persons if one.id == els.id)
    assert (person.name.value, person.birth_date.value, person.language.value) == (
        "Els Jansen",
        str(born),
        "tr",
    )
    assert (view.address.value, view.contact_details.value) == (
        "Dahliastraat 14, 3073 AB Rotterdam",
        "06-11111111",
    )
    assert view.actions[0].what == "Ga langs bij tante."
    async with town.database.within(town.area) as work:
        found = await find_by_bsn(work, els.bsn, born)
        assert found is not None and found.person == els.id
        assert await find_by_bsn(work, els.bsn, els.born) is None
    kept = await town.office.look(town.caller("amina"), corrections, CorrectionsOf(home))
    assert {one.former.value for one in kept if one.former and one.former.value} >= {
        "Els Janssen", "1984-03-14", "nl", "06-00000000", "Ga langs bij oma.",
    }  # fmt: skip
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select name_index, turns_on from persons where id = $1", els.id)
        ring = town.database.keyring
        assert row["name_index"] == ring.name_index("Jansen", born.isoformat(), "3073AB")
        address = await plain.fetchval("select address_index from households where id = $1", home)
        assert address == ring.address_index("3073AB", "14")
    await whole(town)


async def test_only_what_is_about_whoever_asked_is_corrected_and_only_when_granted(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    (other,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await led_case(town, family["noor"])
    waits = await ask(town, family["els"], RequestKind.RECTIFICATION)
    access = await ask(town, family["els"], RequestKind.ACCESS)
    await decided(town, access.id)
    for request in (waits.id, access.id):
        async with refused("not_granted", "request"):
            await corrected(town, request, Rectifiable.NAME, family["els"].id, "Els Jansen")
    await decided(town, waits.id)
    for thing in (family["daan"].id, family["noor"].id, other.id, uuid4()):
        async with refused("not_found", "thing"):
            await corrected(town, waits.id, Rectifiable.NAME, thing, "Els Jansen")
    for who in [name for name in PEOPLE if name != "lotte"]:
        async with refused("not_found", "request"):
            attempt = Rectify(town.key(), waits.id, Rectifiable.NAME, family["els"].id, "Els Jansen")
            await town.act(who, rectify, attempt)
    async with refused("not_found", "household"):
        await town.office.look(town.caller("ines"), corrections, CorrectionsOf(family["els"].household))


async def test_bad_input_is_told_what_to_do(town: Town) -> None:
    els = (await town.janssens())["els"]
    request = await granted(town, els)
    for what, value, more, code, field in (
        (Rectifiable.BIRTH_DATE, "gisteren", {}, "value_invalid", "value"),
        (Rectifiable.BIRTH_DATE, "2126-01-01", {}, "date_in_future", "value"),
        (Rectifiable.BIRTH_DATE, "1985-03-14", {}, "bsn_needed", "bsn"),
        (Rectifiable.BIRTH_DATE, "1985-03-14", {"bsn": "123456782"}, "person_not_matched", "bsn"),
        (Rectifiable.LANGUAGE, "Nederlands", {}, "value_invalid", "value"),
        (Rectifiable.NAME, " ", {}, "text_empty", "value"),
        (Rectifiable.NAME, "Els 999990019", {}, "bsn_in_text", "value"),
    ):
        async with refused(code, field):
            await corrected(town, request, what, els.id, value, **more)


async def test_an_address_in_another_neighbourhood_is_a_move(town: Town, database_url: str) -> None:
    els = (await town.janssens())["els"]
    request = await granted(town, els)
    async with sql(database_url) as plain:
        await plain.execute("insert into postcodes values ($1, '3072AA', 'BU05991098')", town.area)
    async with refused("moved_instead", "value"):
        await corrected(town, request, Rectifiable.ADDRESS, els.household, "Elders 1, 3072 AA Rotterdam")


async def test_after_a_split_the_former_value_is_where_its_thing_is(town: Town) -> None:
    family = await town.janssens()
    els, home = family["els"], family["els"].household
    request = await granted(town, els)
    await corrected(town, request, Rectifiable.ADDRESS, home, "Dahliastraat 14, 3073 AB Rotterdam")
    await corrected(town, request, Rectifiable.NAME, els.id, "Els Jansen")
    leaves = SplitHousehold(town.key(), home, (els.id,))
    part = (await town.act("ibrahim", split_household, leaves)).part
    (one,) = await town.office.look(town.caller("ibrahim"), corrections, CorrectionsOf(part))
    assert (one.what, one.former.value) == (Rectifiable.NAME, "Els Janssen")
    await whole(town)


async def test_of_ten_corrections_at_once_each_keeps_what_it_found(town: Town) -> None:
    els = (await town.janssens())["els"]
    case = await led_case(town, els)
    request = await granted(town, els)
    done, problems = await at_once(
        *(corrected(town, request, Rectifiable.NAME, els.id, f"Els Jansen {n}") for n in range(10))
    )
    assert (len(done), problems) == (10, {})
    kept = await town.office.look(town.caller("amina"), corrections, CorrectionsOf(case.household))
    view = await town.office.look(town.caller("amina"), joint_case, JointCaseOf(case.id))
    now = {view.persons[n].name.value for n in range(3)}
    names = {one.former.value for one in kept} | now
    assert names >= {"Els Janssen", *(f"Els Jansen {n}" for n in range(10))}


async def test_the_registers_next_delivery_does_not_undo_what_was_corrected(
    town: Town, tmp_path: Path, database_url: str
) -> None:
    number = next(invented.bsns())
    said = invented.person(number)

    async def delivered(*changed: invented.Row) -> dict[str, int]:
        file = invented.write_persons(tmp_path / "persons.json", list(changed))
        report = await import_households(town.database, file, area="zuid")
        return {str(outcome): count for outcome, count in report.counts.items() if count}

    async with sql(database_url) as plain:
        await plain.execute("update areas set settings = settings || $1", '{"municipalities": ["GM0599"]}')
    assert await delivered(said) == {"created": 1}
    async with sql(database_url) as plain:
        row = await plain.fetchrow("select p.id, p.household_id from persons p")
    async with town.database.within(town.area) as work:
        home = (await lock_households(work, [row["household_id"]]))[row["household_id"]]
        person = (await load_persons(work, [row["id"]]))[row["id"]]
        opened = {
            what: home.seal.open(sealed, Place(table, identity, what), Compartment.IDENTITY)
            for table, identity, what, sealed in (
                ("persons", person.id, "name", person.name_sealed),
                ("persons", person.id, "birth_date", person.birth_date_sealed),
                ("households", home.row.id, "address", home.row.address_sealed),
            )
        }
    who = Someone(person.id, home.row.id, number, opened["name"], date.fromisoformat(opened["birth_date"]))
    request = await granted(town, who)
    await corrected(town, request, Rectifiable.NAME, who.id, "Anders Genoemd")
    elsewhere = opened["address"].replace("15", "17")
    await corrected(town, request, Rectifiable.ADDRESS, who.household, elsewhere)
    assert await delivered(said) == {"unchanged": 1}
    view = await town.office.look(town.caller("ibrahim"), joint_case, JointCaseOf(who.household))
    assert (view.persons[0].name.value, view.address.value) == ("Anders Genoemd", elsewhere)
    assert view.moves == []
    # What it says newly is news: the family moved, and is called what was corrected still.
    assert await delivered(said | {"verblijfplaats": invented.address(number="99")}) == {"changed": 1}
    view = await town.office.look(town.caller("ibrahim"), joint_case, JointCaseOf(who.household))
    assert view.persons[0].name.value == "Anders Genoemd" and "99" in view.address.value
