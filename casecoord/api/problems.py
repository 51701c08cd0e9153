"""Typed problems: a mutation answers with its result or with a Problem, never with an exception's text."""

from collections.abc import Awaitable
from typing import TypeVar

import strawberry

from casecoord.api.context import Info
from casecoord.domain.errors import Problem
from casecoord.storage.faults import DatabaseFault, may_be_retried

Result = TypeVar("Result")


@strawberry.type(name="Problem", description="Why nothing was changed.")
class ProblemAnswer:
    code: str = strawberry.field(description="For machines; stays the same.")
    message: str = strawberry.field(description="For people, in the caller's language.")
    field: str | None = strawberry.field(description="The input at fault, where it is one.")
    hanging: list[strawberry.ID] = strawberry.field(
        description="What stands in the way.", default_factory=list
    )


async def answered(info: Info, action: Awaitable[Result]) -> Result | ProblemAnswer:
    """What an action returns, or the problem that it raised; its transaction is rolled back by then."""
    try:
        return await action
    except Problem as problem:
        return problem_answer(problem, info)
    except DatabaseFault as fault:
        if may_be_retried(fault):
            return problem_answer(Problem("try_again"), info)
        raise


def problem_answer(problem: Problem, info: Info) -> ProblemAnswer:
    language = info.context.caller.language
    return ProblemAnswer(
        code=problem.code,
        message=problem.message(language),
        field=problem.field,
        hanging=[strawberry.ID(one) for one in problem.hanging],
    )
