"""What deciding costs of a joint case view: each decision of a view alone, against the view with read and record."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

from casecoord.access.decide import Policy
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.looking import Look
from casecoord.actions.office import Office
from tests.bench.ground import Ground
from tests.bench.measure import ROUNDS, Result

VIEWS = 40


async def decision_share(laid: Ground) -> list[Result]:
    """The ratio is a share: lower is better, the aim is under 0.05. Remembered decisions, as in a running area."""
    office = Office(laid.town.database, Policy())
    with _noted() as asked:
        await _view(laid, office, 0)
    whole, deciding = [], []
    for number in range(ROUNDS):
        start = time.perf_counter()
        for view in range(VIEWS):
            await _view(laid, office, number + view)
        whole.append((time.perf_counter() - start) / VIEWS)
        start = time.perf_counter()
        for _ in range(VIEWS):
            _decide_again(asked)
        deciding.append((time.perf_counter() - start) / VIEWS)
    ours, baseline = median(deciding) * 1000, median(whole) * 1000
    note = f"{len(asked)} decisions against the view in process, read and record included; aim under 0.05"
    return [Result("decision_share", ours, baseline, ours / baseline, "ms", note)]


async def _view(laid: Ground, office: Office, number: int) -> None:
    case = laid.cases[number % len(laid.cases)]
    await office.look(laid.town.caller("dirk"), joint_case, JointCaseOf(case))


@contextmanager
def _noted() -> Iterator[list[tuple[Look, tuple[Any, ...], dict[str, Any]]]]:
    """What is asked meanwhile, of which look."""
    asked: list[tuple[Look, tuple[Any, ...], dict[str, Any]]] = []
    really = Look.decide

    def note(self: Look, *args: Any, **facts: Any) -> Any:
        asked.append((self, args, facts))
        return really(self, *args, **facts)

    Look.decide = note  # type: ignore[method-assign, assignment]
    try:
        yield asked
    finally:
        Look.decide = really  # type: ignore[method-assign]


def _decide_again(asked: list[tuple[Look, tuple[Any, ...], dict[str, Any]]]) -> None:
    first = asked[0][0]
    look = Look(first.hand, first.household, first.viewers, first.facts)
    for _, args, facts in asked:
        look.decide(*args, **facts)
