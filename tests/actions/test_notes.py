"""What a practice writes is the practice's: no other's, no court's, and the lead's only by a consent to that note."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from casecoord.actions.explaining import ExplainOf, explain_facet
from casecoord.actions.lists import TimelineOf, timeline
from casecoord.actions.notes import AddMedicalNote, add_medical_note
from casecoord.actions.staffing import CoverPlace, cover_place
from casecoord.domain.facets import Shown
from casecoord.domain.words import LifeDomain, Purpose, Role, Sphere, TeamKind
from casecoord.storage import views
from casecoord.storage.organising import Organiser
from casecoord.storage.sealed import HouseholdSeal, Place, Unreadable, medical_of
from casecoord.storage.tables import Institution, PersonLink
from tests.actions.consent_steps import consent, note, see, something_held, to_note, withdraw
from tests.actions.looks import look, records
from tests.actions.steps import by_bsn, merge, refused, signal, sql, take_part, whole
from tests.world import ISSUER, KEYRING, PEOPLE, Someone, Town

TEXT = "Slikt sinds kort medicijnen."


async def second_practice(town: Town, patient: Someone) -> None:
    """Another practice, P2, with Gerda and Guus of another team; this patient is registered there too."""
    async with town.database.within(town.area) as work:
        work.session.add(Institution(area_id=town.area, kind="practice", code="P2", name="Praktijk P2"))
        organiser = Organiser(work, town.clock.now - timedelta(days=365))
        await work.session.flush()
        town.teams["tweede"] = await organiser.team(TeamKind.GP_CARE, "Tweede", "Stichting Tweede")
        for name, role in (("gerda", Role.COORDINATOR), ("guus", Role.MEMBER)):
            town.members[name] = await organiser.member(
                name.title(), town.teams["tweede"], role, login=(ISSUER, f"{town.area}:{name}")
            )
        await organiser.coordinate(town.teams["tweede"], town.members["gerda"].membership)
        await organiser.cover(town.teams["tweede"], "practice", "P2")
        work.session.add(
            PersonLink(
                area_id=town.area, person_id=patient.id, kind="practice", code="P2", from_on=date(2025, 1, 1)
            )
        )


async def texts_for(town: Town, who: str, identity: object) -> list[str]:
    return [one.text for one in (await see(town, who, identity)).notes]  # type: ignore[arg-type]


async def test_a_note_is_for_the_practice_and_for_nobody_else(town: Town, database_url: str) -> None:
    held = await something_held(town)
    for team, member in (("huisarts", "fleur"), ("werk", "esra"), ("rechtbank", "hanna")):
        await take_part(town, "amina", held.case.id, team, member)
    await note(town, "fleur", held.mother)
    for who in PEOPLE:
        if who in ("ines", "karim", "mo", "jasmijn", "bea"):
            async with refused("not_found"):
                await see(town, who, held.case.household)
            continue
        view = await see(town, who, held.case.household)
        assert [one.text for one in view.notes] == ([TEXT] if who in ("fleur", "gijs") else []), who
        # The lead knows that there is one and whom to ask; of all others it is not there.
        told = [one.ask for one in view.withheld if one.facet == "medical.note"]
        assert told == (["the GP practice"] if who == "amina" else []), who
        happened = (
            [e.verb for e in (await look(town, who, timeline, TimelineOf(held.case.id))).items]
            if who not in ("lotte",)
            else []
        )
        assert ("add_medical_note" in happened) is (who in ("fleur", "gijs", "amina")), who
    async with sql(database_url) as plain:
        assert b"medicijnen" not in await plain.fetchval("select note_sealed from medical_notes")
    assert TEXT not in json.dumps([record for record, _ in await records(database_url, "add_medical_note")])
    await whole(town)


async def test_the_lead_reads_that_note_by_consent_and_no_other(town: Town) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    first = await note(town, "fleur", held.mother)
    await note(town, "fleur", held.mother, "Een tweede notitie.")
    given = await to_note(town, "fleur", first, held.mother)
    assert await texts_for(town, "amina", held.case.id) == [TEXT]
    assert await texts_for(town, "chaima", held.case.id) == []
    await withdraw(town, "amina", given.id, held.mother)
    assert await texts_for(town, "amina", held.case.id) == []


async def test_only_the_practice_records_a_consent_to_its_note(town: Town) -> None:
    held = await something_held(town)
    written = await note(town, "fleur", held.mother)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    about = {"facet": "medical.note", "thing": written.id}
    for who, code in (("amina", "not_allowed"), ("chaima", "not_found"), ("bram", "not_found")):
        async with refused(code):
            await consent(town, who, held.mother, held.mother, **about)
    async with refused("not_found", "thing"):
        await consent(town, "fleur", held.child, held.mother, **about)
    await consent(town, "gijs", held.mother, held.mother, **about)


async def test_a_practice_that_takes_no_part_keeps_what_it_wrote(town: Town) -> None:
    (wim,) = await town.family(("Wim Post", date(1960, 5, 5)), links={0: [("practice", "P1")]})
    done = await note(town, "fleur", wim)
    for who in ("fleur", "gijs"):
        view = await see(town, who, done.household)
        assert [one.text for one in view.notes] == [TEXT] and view.persons == [] and view.address is None
    for who in set(PEOPLE) - {"fleur", "gijs", "ibrahim", "lotte"}:
        async with refused("not_found"):
            await see(town, who, done.household)


async def test_a_second_practice_neither_sees_nor_opens_the_first_ones_notes(
    town: Town, database_url: str
) -> None:
    held = await something_held(town)
    await second_practice(town, held.mother)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await take_part(town, "amina", held.case.id, "tweede", "guus")
    await note(town, "fleur", held.mother)
    await note(town, "guus", held.mother, "Van de tweede praktijk.")
    assert await texts_for(town, "gijs", held.case.id) == [TEXT]
    assert await texts_for(town, "gerda", held.case.id) == ["Van de tweede praktijk."]
    async with sql(database_url) as plain:
        keys = await plain.fetch(
            "select compartment, version, wrapped from vault.household_keys where household_id = $1",
            held.case.household,
        )
        rows = await plain.fetch("select id, practice, note_sealed from medical_notes order by practice")
    assert {"medical:P1", "medical:P2"} <= {key["compartment"] for key in keys}
    for row in rows:
        place = Place("medical_notes", row["id"], "note")
        of_other = [tuple(key) for key in keys if key["compartment"] != medical_of(row["practice"])]
        seal = HouseholdSeal(KEYRING, held.case.household).add_keys(of_other)
        for compartment in (*seal.compartments, medical_of(row["practice"])):
            with pytest.raises(Unreadable):
                seal.open(row["note_sealed"], place, compartment)


async def test_the_key_of_a_practice_leaves_the_database_with_its_note_only(
    town: Town, database_url: str
) -> None:
    """What the application reads for a view: neither note nor key unless the reader may open it."""
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    written = await note(town, "fleur", held.mother)

    async def read_by(who: str) -> dict:  # type: ignore[type-arg]
        async with town.database.enter(town.caller(who)) as work:
            row = await views.joint_case(work, held.case.id)
            assert row is not None
            return row

    for who, opens in (
        ("fleur", True),
        ("amina", False),
        ("chaima", False),
        ("lotte", False),
    ):
        row = await read_by(who)
        (read,) = row["notes"]
        assert (read["note"] is not None, bool(read["keys"])) == (opens, opens), who
        assert not [name for name, _, _ in row["keys"] if name.startswith("medical:")]
    # Whoever works for a court is not even told in memory that there is one.
    await take_part(town, "amina", held.case.id, "rechtbank", "hanna")
    assert (await read_by("hanna"))["notes"] == []
    await to_note(town, "fleur", written, held.mother)
    assert (await read_by("amina"))["notes"][0]["keys"]


async def test_notes_follow_their_practice_to_the_team_that_covers_it(town: Town) -> None:
    held = await something_held(town)
    await second_practice(town, held.mother)
    await take_part(town, "amina", held.case.id, "tweede", "guus")
    await note(town, "fleur", held.mother)
    assert await texts_for(town, "gerda", held.case.id) == []
    await town.act("mo", cover_place, CoverPlace(town.key(), "practice", "P1", town.teams["tweede"]))
    assert await texts_for(town, "gerda", held.case.id) == [TEXT]


async def test_only_a_gp_of_the_practice_writes_about_its_patient(town: Town) -> None:
    family = await town.janssens()
    for who in PEOPLE:
        asked = AddMedicalNote(town.key(), by_bsn(family["els"]), TEXT)
        if who in ("fleur", "gijs"):
            assert (await town.act(who, add_medical_note, asked)).household == family["els"].household
            continue
        async with refused("not_allowed"):
            await town.act(who, add_medical_note, asked)
    # Daan is registered nowhere; of somebody unknown the answer is the same.
    for about in (
        by_bsn(family["daan"]),
        by_bsn(Someone(uuid4(), uuid4(), "999999990", "", date(2000, 1, 1))),
    ):
        async with refused("person_not_matched", "person.bsn"):
            await town.act("fleur", add_medical_note, AddMedicalNote(town.key(), about, TEXT))
    for told, code in (("  ", "text_empty"), ("x" * 5000, "text_too_long"), ("BSN 999900006", "bsn_in_text")):
        async with refused(code, "note"):
            await town.act("fleur", add_medical_note, AddMedicalNote(town.key(), by_bsn(family["els"]), told))


async def test_a_note_comes_along_under_new_keys_when_families_become_one(town: Town) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await note(town, "fleur", held.mother)
    (other,) = await town.family(("Wim Post", date(1960, 5, 5)))
    await merge(town, other.household, held.case.household)
    assert await texts_for(town, "fleur", held.case.id) == [TEXT]


async def test_a_note_whose_key_is_gone_or_that_was_moved_opens_for_nobody(
    town: Town, database_url: str
) -> None:
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await note(town, "fleur", held.mother)
    await note(town, "fleur", held.mother, "Een tweede notitie.")
    async with sql(database_url) as plain:
        first, second = await plain.fetch("select id, note_sealed from medical_notes order by id")
        await plain.execute(
            "update medical_notes set note_sealed = $1 where id = $2", second["note_sealed"], first["id"]
        )
        with pytest.raises(Unreadable):
            await see(town, "fleur", held.case.id)
        await plain.execute("delete from vault.household_keys where compartment = 'medical:P1'")
        with pytest.raises(Unreadable):
            await see(town, "fleur", held.case.id)
    assert (await see(town, "chaima", held.case.id)).notes == []


async def test_a_lead_from_a_court_partner_reads_no_note_even_with_a_consent(town: Town) -> None:
    """A court role looks for an alternative to punishment: for that purpose nothing medical is shown."""
    held = await something_held(town)
    await take_part(town, "amina", held.case.id, "huisarts", "fleur")
    await take_part(town, "amina", held.case.id, "rechtbank", "hanna")
    written = await note(town, "fleur", held.mother)
    await signal(town, "fleur", held.mother, domain=LifeDomain.PHYSICAL_HEALTH)
    await to_note(town, "fleur", written, held.mother)
    async with town.database.within(town.area) as work:
        await work.session.execute(
            text("update leads set membership_id = :hanna where area_id = :area"),
            {"hanna": town.members["hanna"].membership, "area": town.area},
        )
    asked = ExplainOf(held.case.household, "medical.note", Sphere.HEALTH, written.id)
    for purpose in (Purpose.COURT_ALTERNATIVE, Purpose.CARE_COORDINATION):
        view = await see(town, "hanna", held.case.id, purpose=purpose)
        assert view.notes == [] and "medical.note" not in {one.facet for one in view.withheld}
        happened = await look(town, "hanna", timeline, TimelineOf(held.case.id), purpose)
        assert "add_medical_note" not in {event.verb for event in happened.items}
        assert (await look(town, "hanna", explain_facet, asked, purpose)).shown is Shown.NONE
