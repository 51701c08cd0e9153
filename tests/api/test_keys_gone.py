"""What does not open is closed: a code, and nothing personal in the answer or in the log."""

import json
from dataclasses import replace

import pytest
import structlog

from casecoord.api.documents import load
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from casecoord.storage.masters import KeysAway
from casecoord.storage.sealed import Keyring
from casecoord.storage.tokens import TokenAddress
from tests.actions.steps import signal, sql
from tests.doors import client_of, opened, settings_for
from tests.world import MATCH

JOINT = next(key for key, document in load(build()).items() if document.name == "JointCase")
WORDS = ("Noor", "Janssen", "Dahlia", "slaapt slecht", "2018-09-30")


class Gone:
    """A token that answered until a moment ago."""

    def newest(self) -> int:
        raise KeysAway("the token of the master key does not answer")

    def wrap(self, key: bytes, bound: bytes) -> bytes:
        raise KeysAway("the token of the master key does not answer")

    unwrap = wrap

    def add_version(self) -> int:
        return self.newest()


GONE = {
    "a wrapped key is missing": ("delete from vault.household_keys where compartment = 'identity'", 200, "unreadable"),
    "a wrapped key is another's": (
        "update vault.household_keys set wrapped = (select wrapped from vault.household_keys"
        " where compartment = 'general') where compartment = 'identity'", 200, "unreadable",
    ),
    "a wrapped key is damaged": ("update vault.household_keys set wrapped = wrapped || '0'", 200, "unreadable"),
    "a ciphertext was moved": ("update persons set name_sealed = birth_date_sealed", 200, "unreadable"),
    "a ciphertext was cut": ("update persons set name_sealed = substring(name_sealed from 1 for 9)", 200, "unreadable"),
    "another master key": (b"x" * 32, 200, "unreadable"),
    "the token is gone": (Gone(), 503, "keys_unavailable"),
}  # fmt: skip


@pytest.mark.parametrize(("what", "status", "code"), GONE.values(), ids=GONE)
async def test_what_does_not_open_is_answered_by_a_code(
    database_url, provider, town, amina_token, what, status, code
):
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, summary="Noor slaapt slecht.")
    asked = {"documentId": JOINT, "variables": {"id": global_id("Household", noor.household)}}
    async with opened(settings_for(database_url, provider)) as app:
        amina = client_of(app, provider.public_url, amina_token)
        async with amina.http:
            assert "Noor" in (await amina.post(asked)).text
            if isinstance(what, str):
                async with sql(database_url) as plain:
                    await plain.execute(what)
            else:
                app.state.office.database.keyring = Keyring(what, MATCH)
            with structlog.testing.capture_logs() as logs:
                answer = await amina.post(asked)
    body = answer.json()
    assert answer.status_code == status
    assert [error["extensions"]["code"] for error in body["errors"]] == [code]
    assert body.get("data") is None
    told = answer.text + json.dumps(logs, default=str)
    assert not [word for word in WORDS if word in told]


async def test_erasures_that_wait_and_keys_that_are_away_make_an_instance_unready(
    database_url, provider, town, tmp_path
):
    settings = replace(
        settings_for(database_url, provider),
        token=TokenAddress(str(tmp_path / "none.so"), "casecoord", "master", "4321"),
    )
    await town.janssens()
    async with sql(database_url) as plain:
        await plain.execute(
            "insert into vault.erasures (area_id, id, household_id, households, why, whole, persons, compartments,"
            " keys, erased_at) values ($1, gen_random_uuid(), gen_random_uuid(), '{}', 'retention', false, '{}', '{}',"
            " 0, now())",
            town.area,
        )
    async with opened(settings) as app, client_of(app, provider.public_url).http as http:
        ready = await http.get("/health/ready")
    checks = ready.json()["checks"]
    assert ready.status_code == 503
    assert {name for name, said in checks.items() if said != "ok"} == {"keys", "erasures"}
