"""How a mutation is answered: by its verb's result, or by a typed problem."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from casecoord.actions.office import Verb
from casecoord.api.context import Info
from casecoord.api.leaving import Ended, WorkHangingAnswer
from casecoord.api.problems import ProblemAnswer, answered
from casecoord.domain.leaving import WorkHanging


class Input(Protocol):
    """An input that knows its verb's."""

    def verb(self) -> Any: ...


Answer = TypeVar("Answer")
Shown = TypeVar("Shown")


async def do(
    info: Info, verb: Verb[Any, Answer], input: Input, show: Callable[[Answer], Shown]
) -> Shown | ProblemAnswer:
    async def act() -> Shown:
        return show(await info.context.office.act(info.context.caller, verb, input.verb()))

    return await answered(info, act())


async def end(info: Info, verb: Verb[Any, Any], input: Input) -> Ended | WorkHangingAnswer | ProblemAnswer:
    """As `do`; what hangs is answered as a list."""

    async def act() -> Ended | WorkHangingAnswer:
        try:
            return Ended.of(await info.context.office.act(info.context.caller, verb, input.verb()))
        except WorkHanging as problem:
            return WorkHangingAnswer.of(problem, info)

    return await answered(info, act())
