"""Bad input at the door: refused with a code, and nothing of it in the answer, the log or the trace."""

import json
from typing import Any

import pytest
import structlog
from sqlalchemy import text

from casecoord.api import documents
from casecoord.api.context import Context
from casecoord.api.documents import document_id
from casecoord.api.ids import global_id
from casecoord.api.limits import MAX_ALIASES, MAX_DEPTH, MAX_TOKENS
from casecoord.api.schema import build
from casecoord.storage.work import UnknownLogin
from tests.actions.steps import led_case, signal
from tests.doors import Client, client_of, opened, settings_for
from tests.world import Town

SCHEMA = build()
DOCUMENTS = {document.name: document for document in documents.load(SCHEMA).values()}
SECRET = "Noor Janssen 999990019"
WORKLIST, EXPLAIN = DOCUMENTS["Worklist"].id, DOCUMENTS["Explain"].id
#: Documents that page.
PAGED = sorted(name for name, document in DOCUMENTS.items() if "$after: String" in document.text)


def _deep(levels: int) -> str:
    inside = "[" * levels + "]" * levels
    return f'{{"documentId": "{WORKLIST}", "variables": {{"filter": {inside}}}}}'


def _variables(document: str, **given: Any) -> str:
    return json.dumps({"documentId": document, "variables": given})


HUGE: dict[str, tuple[str, set[str]]] = {
    "nested beyond reading": (_deep(25_000), {"body_invalid"}),
    "nested deep": (_deep(500), {"variables_invalid"}),
    "a number without end": (_variables(WORKLIST, first=10**200), {"variables_invalid"}),
    "a list as long as may be": (
        _variables(WORKLIST, filter={"urgency": [SECRET] * 2_000}),
        {"variables_invalid"},
    ),
    "a word for a number": (_variables(WORKLIST, first=SECRET), {"variables_invalid"}),
    "a field that is none": (_variables(WORKLIST, filter={SECRET: 1}), {"variables_invalid"}),
    "a facet that is none": (_variables(EXPLAIN, household=SECRET, facet=SECRET), {"not_found"}),
    "half a character": (_variables(WORKLIST, after="\ud800" + SECRET), {"cursor_invalid"}),
    "a NUL": (_variables(WORKLIST, after="\x00" + SECRET), {"cursor_invalid"}),
    "a cursor without end": (_variables(WORKLIST, after="A" * 60_000), {"cursor_invalid"}),
    "an id without end": (_variables(EXPLAIN, household="A" * 60_000, facet="gap"), {"not_found"}),
}


def _codes(answer: Any) -> set[str]:
    body = answer.json()
    return {error["extensions"]["code"] for error in body["errors"]}


@pytest.mark.parametrize("name", HUGE)
async def test_variables_that_cannot_be_meant_are_a_code(amina: Client, name: str) -> None:
    body, codes = HUGE[name]
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
        answer = await amina.post(content=body.encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400) and _codes(answer) == codes
    assert "Janssen" not in answer.text + repr(answer.headers) + repr(logs)


def _aliases(number: int) -> str:
    return "{ me { " + " ".join(f"a{n}: name" for n in range(number)) + " } }"


RAW = {
    "many aliases": _aliases(MAX_ALIASES + 1),
    "a thousand aliases": _aliases(1000),
    "aliases in a fragment": "{ ...F } fragment F on Query " + _aliases(MAX_ALIASES + 1),
    "a fragment of itself": "{ me { ...F } } fragment F on Me { id ...F }",
    "two of each other": "{ me { ...F } } fragment F on Me { ...G } fragment G on Me { ...F }",
    "deep": "{ me " + "{ acting " * MAX_DEPTH + "{ id }" + " }" * (MAX_DEPTH + 1),
    "long": "{ me { " + "name " * MAX_TOKENS + "} }",
    "a batch of operations": "query A { me { id } } query B { me { name } }",
}


@pytest.mark.parametrize("name", RAW)
async def test_a_document_beyond_the_limits_is_refused_where_raw_ones_are_read(
    amina: Client, name: str
) -> None:
    answer = await amina.post({"query": RAW[name]})
    assert _codes(answer) <= {"document_invalid", "operation_unknown"} and not answer.json().get("data")


@pytest.mark.parametrize("name", RAW)
async def test_no_raw_document_is_read_in_production(bare: Client, name: str) -> None:
    for body in ({"query": RAW[name]}, {"documentId": document_id(RAW[name])}):
        answer = await bare.post(body)
        assert answer.status_code == 400 and _codes(answer) <= {"document_raw", "document_unknown"}


def _code(error: Any) -> str:
    unknown = isinstance(error.original_error, UnknownLogin)
    return "unknown_login" if unknown else getattr(error.original_error, "code", "?")


async def _ask(town: Town, who: str, name: str, **variables: Any) -> tuple[Any, list[str]]:
    document = DOCUMENTS[name]
    context = Context(town.office, town.caller(who), document.parsed, name)
    answer = await SCHEMA.execute(document.text, variables, context_value=context)
    return answer.data, [_code(error) for error in answer.errors or ()]


async def test_a_cursor_is_good_for_one_reader_of_one_list(town: Town) -> None:
    family = await town.janssens()
    case = await led_case(town, family["noor"])
    await signal(town, "amina", family["daan"])
    given = {
        "Timeline": {"id": global_id("Case", case.id)},
        "Caseload": {"team": global_id("Team", town.teams["klimop"])},
    }
    data, _ = await _ask(town, "bram", "Timeline", **given["Timeline"], first=1)
    cursor = data["timeline"]["pageInfo"]["endCursor"]
    assert cursor and (await _ask(town, "bram", "Timeline", **given["Timeline"], after=cursor))[1] == []
    forged = cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB")
    assert len(PAGED) > 8
    for name in PAGED:
        for who, after in (("amina", cursor), ("ibrahim", cursor), ("bram", forged), ("bram", cursor)):
            if (who, name, after) != ("bram", "Timeline", cursor):
                _, codes = await _ask(town, who, name, **given.get(name, {}), after=after)
                # A resident's own list is no list to who is none.
                own = [["unknown_login"]] if name == "MyAccessLog" else [["cursor_invalid"], ["not_found"]]
                assert codes in own, (name, who, codes)
    # Who may not read a list at all is told so, whatever the cursor: the same as without one.
    assert (await _ask(town, "amina", "Timeline", **given["Timeline"], after=cursor))[1] == ["cursor_invalid"]


@pytest.mark.parametrize("chosen", [False, True])
async def test_a_membership_that_ended_a_minute_ago_opens_nothing(
    database_url: str, provider: Any, town: Town, amina_token: str, chosen: bool
) -> None:
    """Not with a session's own choice of it either; and not for an act that was begun before."""
    member = town.members["amina"]
    async with town.database.within(town.area) as work:
        await work.session.execute(
            text(
                "update memberships set during = tstzrange(lower(during), now() - interval '1 minute') where id = :id"
            ),
            {"id": member.membership},
        )
    headers = {"casecoord-membership": str(member.membership)} if chosen else {}
    async with opened(settings_for(database_url, provider)) as app:
        client = client_of(app, provider.public_url, amina_token)
        async with client.http:
            for name in ("Me", "Worklist", "AddSignal"):
                with structlog.testing.capture_logs() as logs:
                    answer = await client.post(
                        {"documentId": DOCUMENTS[name].id, "variables": {}}, headers=headers
                    )
                refused = "Amina" not in answer.text + repr(logs) and not (
                    answer.json().get("data") or {}
                ).get("me")
                assert refused and _codes(answer) <= {
                    "unknown_login",
                    "membership_invalid",
                    "variables_invalid",
                }
