"""INVARIANT (no view without a trace): where the log takes no line, nothing is shown and nothing is changed."""

import json

import pytest
import structlog

from casecoord.api.documents import load
from casecoord.api.ids import global_id
from casecoord.api.schema import build
from casecoord.storage import work
from tests.actions.steps import signal, sql
from tests.doors import client_of, opened, settings_for

DOCUMENTS = {document.name: key for key, document in load(build()).items()}
WORDS = ("Noor", "Janssen", "Dahlia", "slaapt slecht", "2018-09-30")
FULL = """
create function no_room() returns trigger language plpgsql as
$$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
create trigger no_room before insert on access_log for each row execute function no_room()
"""
GONE = {
    "full": (FULL, 503, "database_unavailable"),
    "gone": ("alter table access_log rename to access_log_elsewhere", 200, "internal"),
    "closed": ("revoke insert on access_log from casecoord_app, casecoord_reader", 200, "internal"),
    "locked": (None, 503, "database_unavailable"),
}


@pytest.mark.parametrize(("what", "status", "code"), GONE.values(), ids=GONE)
async def test_without_its_line_in_the_log_nothing_is_shown(
    database_url, provider, town, amina_token, monkeypatch, what, status, code
):
    monkeypatch.setitem(work._SETTINGS, "lock_timeout", "300ms")
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, summary="Noor slaapt slecht.")
    looked = {
        "documentId": DOCUMENTS["JointCase"],
        "variables": {"id": global_id("Household", noor.household)},
    }
    said = {"person": {"bsn": noor.bsn, "birthDate": noor.born.isoformat()}, "subject": "PERSON"}
    said |= {
        "domain": "TIME_USE",
        "urgency": "NORMAL",
        "summary": "Komt te laat.",
        "idempotencyKey": "k" * 32,
    }
    added = {"documentId": DOCUMENTS["AddSignal"], "variables": {"input": said}}
    async with opened(settings_for(database_url, provider)) as app, sql(database_url) as plain:
        amina = client_of(app, provider.public_url, amina_token)
        async with amina.http:
            assert "Noor" in (await amina.post(looked)).text
            holding = plain.transaction()
            if what is None:
                await holding.start()
            await plain.execute(what or "lock table access_log in access exclusive mode")
            with structlog.testing.capture_logs() as logs:
                answers = [await amina.post(looked), await amina.post(added)]
            if what is None:
                await holding.rollback()
            assert await plain.fetchval("select count(*) from signals") == 1
    told = json.dumps(logs, default=str)
    for answer, body in ((one, one.json()) for one in answers):
        told += answer.text
        if what is None and body.get("data"):
            assert body["data"]["addSignal"]["code"] == "try_again"
            continue
        said_of_it = [e["extensions"]["code"] for e in body["errors"]] if "errors" in body else [body["code"]]
        assert (answer.status_code, said_of_it) == (status, [code])
        assert body.get("data") is None
    assert not [word for word in WORDS if word in told]
