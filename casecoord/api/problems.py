"""Typed problems: a mutation answers with its result or with a Problem, never with an exception's text."""

from collections.abc import Awaitable
from typing import TypeVar

import strawberry

from casecoord.api.context import Info
from casecoord.domain.errors import Problem
from casecoord.storage.faults import DatabaseFault, may_be_retried

Result = TypeVar("Result")


@strawberry.type(description="The rule behind a refusal, in your language.")
class Why:
    rule: str
    reasons: list[str] = strawberry.field(description="What is not so.")
    ground: str = strawberry.field(description="The article of the GDPR that the act rests on.")
    ask: str = strawberry.field(description="Who may do this: whom to ask.")


@strawberry.type(name="Problem", description="Why nothing was changed.")
class ProblemAnswer:
    code: str = strawberry.field(description="For machines; stays the same.")
    message: str = strawberry.field(description="For people, in the caller's language.")
    field: str | None = strawberry.field(description="The input at fault, where it is one.")
    hanging: list[strawberry.ID] = strawberry.field(
        description="What stands in the way.", default_factory=list
    )
    why: Why | None = strawberry.field(description="Where a rule refused.", default=None)


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
        why=why_of(problem),
    )


def why_of(problem: Problem) -> Why | None:
    why = problem.why
    return Why(rule=why.rule, reasons=list(why.reasons), ground=why.ground, ask=why.ask) if why else None
