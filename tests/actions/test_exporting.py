"""Whoever asks what is recorded of them gets their own, in words and for machines, and nothing of anybody else's."""

import io
import json
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pypdf import PdfReader

from casecoord.actions.deferring import DeferEntry, ReviewDeferral, defer_entry, review_deferral
from casecoord.actions.exporting import MASK, ExportOf, export_household, mask
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.managing import ChangeSettings, change_settings
from casecoord.actions.plan import AddAction, add_action
from casecoord.actions.spending import SpendMoney, spend
from casecoord.actions.splitting import Part, SplitHousehold, split_household
from casecoord.domain.consents import ConsentSource
from casecoord.domain.residents import Thing
from casecoord.domain.words import Language, LifeDomain, Purpose, RequestKind
from casecoord.paper.export import pdf_of
from tests.actions.consent_steps import consent, something_held, withdraw
from tests.actions.steps import by_bsn, led_case, refused, signal, sql, take_part
from tests.actions.test_deferring import AUTHORS, WHY, family_with_everything
from tests.actions.test_rights import ask, decided
from tests.world import PEOPLE, Someone, Town

SCHEMA = json.loads(files("casecoord.paper").joinpath("export.schema.json").read_text())


async def export(
    town: Town, who: Someone, kind: RequestKind = RequestKind.ACCESS, **asked: Any
) -> dict[str, Any]:
    """Asked for on paper, granted by two, made by the privacy officer."""
    request = await ask(town, who, kind, **asked)
    await decided(town, request.id, ground="AVG art. 15")
    found = await town.office.look(
        town.caller("lotte", Purpose.ACCESS_REQUEST), export_household, ExportOf(request.id)
    )
    Draft202012Validator(SCHEMA).validate(json.loads(json.dumps(found, default=str)))
    return found


def read(found: dict[str, Any]) -> str:
    """What stands on the paper."""
    pages = PdfReader(io.BytesIO(pdf_of(found))).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def story(town: Town, url: str) -> dict[str, Someone]:
    """A mother, her partner, a son of 17 and a daughter of 8, and something about each of them."""
    els, bas, daan, noor = await town.family(
        ("Els Janssen", date(1984, 3, 14)),
        ("Bas Verbeek", date(1980, 5, 5)),
        ("Daan Janssen", date(2009, 6, 2)),
        ("Noor Janssen", date(2018, 9, 30)),
        links={0: [("practice", "P1")], 2: [], 3: [("school", "11VO00")]},
    )
    async with sql(url) as plain:
        for child in (daan, noor):
            await plain.execute(
                "insert into custody values ($1, gen_random_uuid(), $2, $3, 'parent')",
                town.area,
                child.id,
                els.id,
            )
    case = await led_case(town, noor)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    what = "Bel Bas en Els over zwemles."
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, what, town.clock.now.date())
    await town.act("amina", add_action, step)
    await town.act("mo", change_settings, ChangeSettings(town.key(), family_amount=10_000))
    bought = SpendMoney(town.key(), case.id, 7_550, "Zwemles, zegt Bas.", LifeDomain.TIME_USE)
    await town.act("amina", spend, bought)
    debts = SpendMoney(town.key(), case.id, 500, "Basgeheim termijn.", LifeDomain.FINANCE)
    await town.act("amina", spend, debts)
    for domain, about, told in (
        (LifeDomain.FINANCE, bas, "Basgeheim schulden."),
        (LifeDomain.FINANCE, els, "Elsgeheim huur."),
        (LifeDomain.SUBSTANCE_USE, daan, "Daangeheim gokken."),
    ):
        await signal(town, "chaima", about, domain=domain, summary=told)
    await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(daan), date(2026, 12, 17)))
    await town.office.look(town.caller("chaima"), joint_case, JointCaseOf(case.id))
    await town.office.look(town.caller("hanna"), joint_case, JointCaseOf(case.household))
    return {"els": els, "bas": bas, "daan": daan, "noor": noor}


async def test_somebody_gets_the_own_data_and_those_of_a_young_child_and_of_nobody_else(
    town: Town, database_url: str
) -> None:
    family = await story(town, database_url)
    found = await export(town, family["els"], words="Wat weten jullie van mij?")
    told = json.dumps(found, ensure_ascii=False, default=str)
    assert {one["name"] for one in found["persons"]} == {"Els Janssen", "Noor Janssen"}
    assert found["others_at_home"] == 2
    assert "Elsgeheim" in told and "Zorgen over thuis." in told and "Wat weten jullie" in told
    for others in (
        "Basgeheim",
        "Daangeheim",
        "Bas ",
        "Verbeek",
        "Daan",
        "1980-05-05",
        "Rechtbank",
        "2026-12-17",
    ):
        assert others not in told, others
    (case,) = found["cases"]
    assert case["actions"][0]["what"] == f"Bel {MASK} en Els over zwemles."
    (spent,) = case["spends"]
    assert (spent["what"], spent["euros"], spent["state"]) == (f"Zwemles, zegt {MASK}.", "75.50", "spent")
    assert found["hearings"] == [] and found["home"]["address"] and found["home"]["contact"]
    assert {"Chaima", "Amina"} <= {line["who"] for line in found["who_looked"]}
    kept = {one["facet"]: one["kept"] for one in found["grounds"]}
    assert kept["signal.summary"].startswith("60 maanden") and kept["plan.action"].startswith("12 maanden")
    paper = read(found)
    for words in (
        "Wat er over u is vastgelegd",
        "Els Janssen",
        "Elsgeheim huur.",
        "Chaima",
        "14-03-1984",
        "60 maanden",
    ):
        assert words in paper, words
    for others in ("Basgeheim", "Daangeheim", "Verbeek", "Hanna"):
        assert others not in paper, others


async def test_a_youth_of_seventeen_gets_the_own_hearing_and_nothing_of_the_mothers(
    town: Town, database_url: str
) -> None:
    family = await story(town, database_url)
    found = await export(town, family["daan"])
    told = json.dumps(found, ensure_ascii=False, default=str)
    assert [one["name"] for one in found["persons"]] == ["Daan Janssen"]
    assert "Daangeheim" in told and [one["held_on"] for one in found["hearings"]] == ["2026-12-17"]
    assert "Elsgeheim" not in told and "Basgeheim" not in told
    assert "Hanna" in {line["who"] for line in found["who_looked"]}


@pytest.mark.parametrize(("agrees", "names"), [(False, {"An Bos"}), (True, {"An Bos", "Lou Bos"})])
async def test_a_child_of_twelve_to_fifteen_agrees_first(
    town: Town, database_url: str, agrees: bool, names: set[str]
) -> None:
    an, lou, sam = await town.family(
        ("An Bos", date(1985, 1, 1)), ("Lou Bos", date(2013, 1, 1)), ("Sam Bos", date(2010, 11, 2))
    )
    async with sql(database_url) as plain:
        for child in (lou, sam):
            await plain.execute(
                "insert into custody values ($1, gen_random_uuid(), $2, $3, 'parent')",
                town.area,
                child.id,
                an.id,
            )
    async with refused("child_not_matched", "agreeing.bsn"):
        await ask(town, an, RequestKind.ACCESS, agreeing=(by_bsn(sam),))
    found = await export(town, an, agreeing=(by_bsn(lou),) if agrees else ())
    assert {one["name"] for one in found["persons"]} == names


async def test_what_is_deferred_for_somebodys_safety_is_as_if_it_were_not_there(town: Town) -> None:
    mother, _, _, things = await family_with_everything(town)
    del things[Thing.BLOCKADE]  # not in an export

    async def told() -> dict[str, Any]:
        found = await export(town, mother)
        (own,) = found["cases"]
        acts = {"add_signal", "add_action", "record_contact", "plan_hearing", "break_glass"}
        return {
            Thing.SIGNAL: found["signals"],
            Thing.ACTION: own["actions"],
            Thing.CONTACT: own["contacts"],
            Thing.HEARING: found["hearings"],
            Thing.GRANT: found["emergency_access"],
            "acts": [(line["who"], line["did"]) for line in found["who_looked"] if line["did"] in acts],
            "deferring": [line["did"] for line in found["who_looked"] if line["did"] == "defer_entry"],
            "grounds": {one["facet"] for one in found["grounds"]},
        }

    whole = await told()
    assert all(whole[kind] for kind in things) and whole["deferring"] == []
    made = [
        await town.act(AUTHORS[kind], defer_entry, DeferEntry(town.key(), kind, thing, WHY))
        for kind, thing in things.items()
    ]
    less = await told()
    assert [len(whole[kind]) - len(less[kind]) for kind in things] == [1] * len(things)
    assert {did for _, did in set(whole["acts"]) - set(less["acts"])} == {did for _, did in whole["acts"]}
    assert less["deferring"] == [] and not {"case.contact", "plan.action"} & less["grounds"]
    for deferral in made:
        await town.act("lotte", review_deferral, ReviewDeferral(town.key(), deferral.id, "Kan nu."))
    again = await told()
    assert [again[kind] for kind in (*things, "acts")] == [whole[kind] for kind in (*things, "acts")]


async def test_a_consent_is_told_with_who_gave_it_and_to_what_waits_for_safety_is_not(town: Town) -> None:
    held = await something_held(town)
    given = await consent(
        town, "chaima", held.child, held.mother, thing=held.signal, source=ConsentSource.WRITTEN
    )
    (told,) = (await export(town, held.mother))["consents"]
    assert (told["about"], told["given_by"]) == ("Noor Janssen", ["Els Janssen"])
    assert (told["receiver"], told["how"], told["withdrawn_at"]) == ("lead", "written", None)
    assert "Toestemmingen" in read(await export(town, held.mother))
    assert (await export(town, held.family["daan"]))["consents"] == []
    await withdraw(town, "chaima", given.id, held.mother)
    (after,) = (await export(town, held.mother))["consents"]
    assert after["withdrawn_at"]
    await town.act("chaima", defer_entry, DeferEntry(town.key(), Thing.SIGNAL, held.signal, WHY))
    assert (await export(town, held.mother))["consents"] == []


async def test_after_a_split_neither_part_gets_anything_of_the_others(town: Town, database_url: str) -> None:
    family = await story(town, database_url)
    leaves = SplitHousehold(
        town.key(),
        family["els"].household,
        (family["bas"].id,),
        case_with=Part.STAYING,
        address="Geheimstraat 9, 3073 AB Rotterdam",
    )
    await town.act("ibrahim", split_household, leaves)
    stays, left = [await export(town, family[who]) for who in ("els", "bas")]
    assert "Geheimstraat" not in json.dumps(stays, default=str) and stays["others_at_home"] == 1
    told = json.dumps(left, default=str)
    assert "Basgeheim" in told and "Dahliastraat" not in told and left["others_at_home"] == 0
    for others in ("Elsgeheim", "Daangeheim", "Zorgen over thuis", "Noor", "Els"):
        assert others not in told, others


async def test_what_one_gave_oneself_is_all_that_goes_along(town: Town, database_url: str) -> None:
    family = await story(town, database_url)
    found = await export(town, family["els"], RequestKind.PORTABILITY, words="Alles wat ik gaf.")
    assert set(found) >= {"persons", "home", "signals", "requests"} and "who_looked" not in found
    assert found["signals"] == [] and found["home"]["contact"] == "06-00000000"
    assert [one["words"] for one in found["requests"]] == ["Alles wat ik gaf."]
    assert "Wat u zelf hebt gegeven" in read(found)


async def test_it_is_made_for_a_granted_request_under_its_purpose_and_is_in_the_log(
    town: Town, database_url: str
) -> None:
    family = await story(town, database_url)
    waits = await ask(town, family["els"], RequestKind.ACCESS)
    other = await ask(town, family["els"], RequestKind.RECTIFICATION)
    await decided(town, other.id)
    caller = town.caller("lotte", Purpose.ACCESS_REQUEST)
    for request in (waits.id, other.id):
        async with refused("not_granted", "request"):
            await town.office.look(caller, export_household, ExportOf(request))
    await decided(town, waits.id)
    async with refused("other_purpose"):
        await town.office.look(town.caller("lotte"), export_household, ExportOf(waits.id))
    for who in [name for name in PEOPLE if name != "lotte"]:
        async with refused("not_found", "request"):
            await town.office.look(town.caller(who), export_household, ExportOf(waits.id))
    logged = (
        "select count(*) from access_log where record::jsonb ->> 'event' = 'export_household'"
        " and record::jsonb ->> 'status' = $1"
    )
    async with sql(database_url) as plain:
        # That others asked in vain is known too.
        assert (await plain.fetchval(logged, "ok"), await plain.fetchval(logged, "error")) == (
            0,
            len(PEOPLE) - 1,
        )
        await town.office.look(caller, export_household, ExportOf(waits.id))
        assert await plain.fetchval(logged, "ok") == 1
        assert "Janssen" not in await plain.fetchval("select string_agg(record, '') from access_log")


async def test_the_paper_is_in_the_readers_language_and_can_be_read_aloud(
    town: Town, database_url: str
) -> None:
    family = await story(town, database_url)
    request = await ask(town, family["els"], RequestKind.ACCESS)
    await decided(town, request.id)
    caller = town.caller("lotte", Purpose.ACCESS_REQUEST)
    found = await town.office.look(caller, export_household, ExportOf(request.id, Language.EN))
    made = PdfReader(io.BytesIO(pdf_of(found)))
    root = made.trailer["/Root"]
    assert root["/Lang"] == "en" and root["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in pdf_of(found)
    assert "What is recorded about you" in " ".join(made.pages[0].extract_text().split())


def test_a_letter_that_no_font_has_loses_nobody_their_paper() -> None:
    asked = {"received_at": "2026-11-02T09:00:00+00:00", "decided_at": None, "ground": "AVG art. 20"}
    found = {
        "kind": "portability", "language": "nl", "made_at": "2026-11-02T09:00:00+00:00", "area": "Zuid",
        "request": asked, "persons": [{"name": "#strong[你好] Bos", "language": "zh"}], "home": {}, "signals": [],
        "requests": [],
    }  # fmt: skip
    assert "#strong[" in read(found)


def test_a_name_is_masked_however_it_is_written() -> None:
    names = {"bas", "verbeek", "o'neill"}
    assert mask("Bas, BAS en bas Verbeek-Smit; Bastiaan niet.", names) == (
        f"{MASK}, {MASK} en {MASK} {MASK}-Smit; Bastiaan niet."
    )
    assert mask("Van (O'Neill).", names) == f"Van ({MASK})." and mask("Niets.", set()) == "Niets."
