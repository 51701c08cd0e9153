"""Our side of a measure: trusted documents over HTTP, as a client of the contract sends them."""

import hashlib
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson

from casecoord.api.ids import global_id
from tests.bench.ground import Ground
from tests.bench.http import Client, request

PAGE = 50
DOCUMENTS = Path("graphql/operations")

Ask = Callable[[], Awaitable[Any]]


def body(name: str, variables: dict[str, Any]) -> bytes:
    document = (DOCUMENTS / f"{name}.graphql").read_bytes()
    return orjson.dumps(
        {"documentId": f"sha256:{hashlib.sha256(document).hexdigest()}", "variables": variables}
    )


def asked(laid: Ground, name: str, variables: dict[str, Any]) -> bytes:
    """A document of the contract with Dirk's token."""
    return request(laid.url, body(name, variables), {"Authorization": f"Bearer {laid.token}"})


def views(laid: Ground) -> list[dict[str, Any]]:
    """The joint view of each case that is complete."""
    return [{"id": global_id("Case", case)} for case in laid.cases]


def worklists(_: Ground) -> list[dict[str, Any]]:
    return [{"first": PAGE}]


def signal(laid: Ground, number: int) -> dict[str, Any]:
    """A signal about one of the families that are told of, under a key of its own."""
    about = laid.told[number % len(laid.told)]
    return {
        "input": {
            "idempotencyKey": str(uuid4()),
            "person": {"bsn": about.bsn, "birthDate": about.born.isoformat()},
            "subject": "PERSON",
            "domain": "SOCIAL_NETWORK",
            "urgency": "NORMAL",
            "summary": "Zorgen over thuis, al een paar weken.",
        }
    }


async def reading(laid: Ground, name: str, variables: list[dict[str, Any]], start: int) -> Ask:
    """A client on a connection of its own that asks for these in turn."""
    client = Client(laid.url)
    requests = [asked(laid, name, one) for one in variables]
    turn = count(start)
    return lambda: client.ask(requests[next(turn) % len(requests)])


async def viewing(laid: Ground, start: int) -> Ask:
    return await reading(laid, "jointCase", views(laid), start)


async def signalling(laid: Ground, start: int) -> Ask:
    client = Client(laid.url)
    turn = count(start)
    return lambda: client.ask(asked(laid, "addSignal", signal(laid, next(turn))))
