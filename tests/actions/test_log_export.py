"""The log leaves as two standards want it: every line fits its schema, no line holds a value, and it is told."""

import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

import casecoord
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.log_export import Format, Operator
from casecoord.actions.replaying import replayed
from casecoord.domain.log_records import LogLine, as_ldv
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.words import Purpose
from casecoord.storage import log_reads
from casecoord.storage.log_reads import Period, SubjectSeal
from casecoord.storage.sealed import HouseholdSeal
from tests.actions.looks import look
from tests.actions.steps import led_case, refused, sql
from tests.actions.test_access_log import (
    CANARY,
    story_of_leaving,
    story_of_managing,
    whole_story,
)
from tests.registers.published import DATA, published
from tests.world import Clock, Town

SCHEMAS = {
    form: Draft202012Validator(
        json.loads((Path(casecoord.__file__).parent / "schemas" / f"{form}.json").read_text()),
        format_checker=Draft202012Validator.FORMAT_CHECKER,
    )
    for form in Format
}
STANDARD = DATA / "standards" / "ldv-record-fields-newer-text.json"


def operator(town: Town) -> Operator:
    return Operator(town.database, town.office.policy, "root")


async def lines(town: Town, form: Format, period: Period | None = None) -> list[dict[str, Any]]:
    return [line async for line in operator(town).export(town.area, form, period or Period())]


@pytest.fixture
async def opened(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[set[str]]:
    """Every value that was opened meanwhile, whatever by."""
    found: set[str] = set()
    really = HouseholdSeal.open

    def note(self: HouseholdSeal, *how: Any) -> str:
        value = really(self, *how)
        found.add(value)
        return value

    monkeypatch.setattr(HouseholdSeal, "open", note)
    yield found


async def decided_again(town: Town, entries: list[UUID]) -> None:
    """Every decision of these entries is, by the policy of its day and by today's, what it was."""
    decisions = 0
    async with town.database.within(town.area) as work:
        for entry in entries:
            known = await log_reads.one(work, entry)
            assert known is not None
            found = await replayed(work, known, town.office.policy)
            assert found.same and not any(one.changed for one in found.decisions), found
            decisions += len(found.decisions)
    assert decisions > 200


async def test_each_line_of_a_whole_story_fits_its_schema_holds_no_opened_value_and_is_decided_again_the_same(
    town: Town, database_url: str, opened: set[str]
) -> None:
    await whole_story(town, database_url)
    await story_of_managing(town)
    await story_of_leaving(town, database_url)
    async with refused("not_found"):
        await look(town, "ines", joint_case, JointCaseOf(town.area))
    told = {form: await lines(town, form) for form in Format}
    for form, found in told.items():
        assert len(found) > 60
        for line in found:
            faults = [(error.json_path, error.message) for error in SCHEMAS[form].iter_errors(line)]
            assert not faults, (line, faults)
    async with sql(database_url) as database:
        raw = " ".join(row[0] for row in await database.fetch("select record from access_log"))
        people = await database.fetch("select name from professionals")
    assert CANARY in " ".join(opened) and len(opened) > 10
    names = {row["name"] for row in people} | {"Dahliastraat", "06-00000000", "slaapt"}
    # Who a line is about is encrypted: in there chance may spell a short name.
    said = re.sub(r'"dpl.core.data_subject_id": "[^"]*"', "", raw + json.dumps(told))
    # Two letters, a language, stand in many a word: they are looked for as a value.
    told_of = {value if len(value) > 2 else json.dumps(value) for value in opened | names if value}
    assert not [value for value in told_of if value in said]
    await decided_again(town, [UUID(line["event_id"]) for line in told[Format.NEN7513]])


async def test_both_records_of_a_request_carry_its_trace_and_each_subject_a_line(
    town: Town, database_url: str
) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    (access,) = [x for x in await lines(town, Format.NEN7513) if x["event"]["name"] == "joint_case"]
    processed = [x for x in await lines(town, Format.LDV) if x["name"] == "joint_case"]
    async with sql(database_url) as database:
        rows = await database.fetch(
            "select id, pseudonym from persons where household_id = $1", case.household
        )
    pseudonyms = {row["pseudonym"] for row in rows}
    assert {UUID(one) for one in access["object"]["persons"]} == pseudonyms
    assert access["user"]["id"] == str(town.members["amina"].professional)
    assert access["responsible"] == {"team": str(town.teams["klimop"]), "team_kind": "school_care"}
    assert access["authorisation"]["purpose"] == "care_coordination"
    assert access["authorisation"]["policy"] == town.office.policy.digest
    assert len(processed) == 3 and {one["trace_id"] for one in processed} == {access["trace_id"]}
    assert len({one["span_id"] for one in processed}) == 3
    seal = SubjectSeal(town.database.keyring, town.area)
    sealed = [one["attributes"]["dpl.core.data_subject_id"] for one in processed]
    assert {seal.open(one) for one in sealed} == pseudonyms
    told = json.dumps(processed)
    assert access["user"]["id"] not in told and not any(str(one) in told for one in pseudonyms)


@published
async def test_the_fields_are_those_of_the_standard(town: Town) -> None:
    standard = json.loads(STANDARD.read_text())
    await led_case(town, (await town.janssens())["noor"])
    line = (await lines(town, Format.LDV))[0]
    assert {one["field"] for one in standard["record"] if one["required"]} <= set(line)
    assert set(line) <= {one["field"] for one in standard["record"]}
    core = {one["field"]: one["required"] for one in standard["attributes_core"]}
    assert {name for name, needed in core.items() if needed is True} <= set(line["attributes"])
    assert set(line["attributes"]) <= {*core, *standard["attributes_on_error"]}
    schema = SCHEMAS[Format.LDV].schema
    assert set(schema["properties"]) == {one["field"] for one in standard["record"]}
    statuses = next(one["type"] for one in standard["record"] if one["field"] == "status")
    assert statuses == f"enum {'|'.join(schema['properties']['status']['enum'])}"


async def test_an_activity_of_each_line_is_one_of_the_register(town: Town) -> None:
    await led_case(town, (await town.janssens())["noor"])
    known = {words.activity for words in PURPOSES.values()}
    found = await lines(town, Format.LDV)
    assert {one["attributes"]["dpl.core.processing_activity_id"] for one in found} <= known


async def test_an_export_holds_its_period_in_order_and_is_in_the_log_itself(town: Town) -> None:
    noor = (await town.janssens())["noor"]
    case = await led_case(town, noor)
    before = town.clock.now
    town.clock.forward(days=1)
    await look(town, "amina", joint_case, JointCaseOf(case.id))
    since = Period(town.clock.now, town.clock.now + timedelta(seconds=1))
    first = await lines(town, Format.NEN7513, since)
    told = {x["event"]["name"]: x["user"] for x in first}
    assert set(told) == {"joint_case", "export_nen7513"}
    assert told["export_nen7513"] == {"id": "root", "role": "operator", "membership": None}
    assert "joint_case" not in {
        x["event"]["name"] for x in await lines(town, Format.NEN7513, Period(None, town.clock.now))
    }
    moments = [x["at"] for x in await lines(town, Format.NEN7513)]
    assert moments == sorted(moments) and moments[0] == before.isoformat()


async def test_what_was_refused_is_an_error_with_its_code_and_says_nothing_of_what_was_there(
    town: Town, database_url: str
) -> None:
    case = await led_case(town, (await town.janssens())["noor"])
    async with refused("not_found"):
        await look(town, "ines", joint_case, JointCaseOf(case.id))
    (access,) = [x for x in await lines(town, Format.NEN7513) if x["event"]["outcome"] == "refused"]
    assert access["event"]["problem"] == "not_found" and access["object"]["facets"] == []
    assert access["object"]["persons"] == []
    (line,) = [x for x in await lines(town, Format.LDV) if x["status"] == "Error"]
    assert line["attributes"]["exception.type"] == "not_found"


def test_a_line_without_a_subject_is_no_processing_of_anybody() -> None:
    record = {"trace": "", "event": "settings", "purpose": Purpose.CARE_COORDINATION}
    line = LogLine(UUID(int=1), Clock().now, None, (), record)
    assert list(as_ldv(line, str)) == []
    assert line.trace == UUID(int=1).hex
