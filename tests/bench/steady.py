"""What must not change with who asks, or with how many families live here."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from casecoord.demo.tokens import obtain
from tests.bench.asking import Ask, reading, signalling, viewing, worklists
from tests.bench.ground import Ground, ground
from tests.bench.measure import Result, against, rates, say

SMALL = 10_000
CLIENTS = 8


async def _listing(laid: Ground, start: int) -> Ask:
    return await reading(laid, "worklist", worklists(laid), start)


async def restricted(laid: Ground) -> list[Result]:
    """Amina may see least of what Dirk, who leads, may see: the same documents of both."""
    amina = replace(laid, token=obtain("amina", laid.provider.issuer))
    results = []
    documents: dict[str, Callable[[Ground, int], Awaitable[Ask]]] = {
        "joint case": viewing,
        "worklist": _listing,
    }
    for what, asking in documents.items():
        say(f"{what} of who may see least")
        found = await rates({"least": partial(asking, amina), "most": partial(asking, laid)}, CLIENTS)
        note = f"{what}, of a member of a team that takes part against of the lead, concurrency {CLIENTS}"
        results.append(against("restricted", note, found["least"], found["most"]))
    return results


async def growth(laid: Ground) -> list[Result]:
    """The same requests among so many families and among few, in turns."""
    if laid.households <= SMALL:
        say(f"growth: this ground is no larger than {SMALL} households")
        return []
    results = []
    async with ground(SMALL, len(laid.cases), "casecoord_bench_small") as small:
        verbs = {"joint case": viewing, "worklist": _listing, "a signal": signalling}
        for what, asking in verbs.items():
            say(f"{what} among {laid.households} households and among {SMALL}")
            found = await rates({"large": partial(asking, laid), "small": partial(asking, small)}, CLIENTS)
            note = f"{what}, among {laid.households} households against among {SMALL}, concurrency {CLIENTS}"
            results.append(against("growth", note, found["large"], found["small"]))
    return results
