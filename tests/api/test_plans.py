"""INVARIANT (a plan changes no answer): each document by its plan and by graphql-core, over values drawn at random."""

from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from casecoord.api import documents, plans
from casecoord.api.context import Context
from casecoord.api.documents import DocumentInvalid, prepare
from casecoord.api.errors import formatted
from casecoord.api.plans import Plan
from casecoord.api.schema import build
from casecoord.domain.words import Language
from graphql import DocumentNode, GraphQLObjectType, OperationDefinitionNode, OperationType, type_from_ast
from tests.api.generated import Generated

SCHEMA = build()
CORE = SCHEMA._schema
DOCUMENTS = {one.name: one for one in documents.load(SCHEMA).values()}
#: In a thousand values; in most draws nothing is wrong.
WRONG = (0, 0, 0, 3, 30)


def answering(schema: Any) -> dict[str, Any]:
    """Roots that answer what stands here by their name, in the place of what the office would answer."""
    answers: dict[str, Any] = {}

    def answered(name: str) -> Any:
        async def resolve(_source: Any, _info: Any, **_given: Any) -> Any:
            if isinstance(answers[name], Exception):
                raise answers[name]
            return answers[name]

        return resolve

    for root in (schema.query_type, schema.mutation_type):
        for name, one in root.fields.items():
            one.resolve = answered(name)
    return answers


ANSWERS = answering(CORE)


async def both(parsed: DocumentNode, plan: Plan, variables: dict[str, Any]) -> tuple[bytes, bytes]:
    """What graphql-core answers, and what the plan does."""
    context: Any = Context(None, None, parsed, "Drawn")  # type: ignore[arg-type]
    by_core = await SCHEMA.execute("prepared", variable_values=variables, context_value=context)
    return canonical(by_core), canonical(await plan.run(variables, context))


def canonical(result: Any) -> bytes:
    errors = [formatted(error, Language.EN) for error in result.errors or []]
    return orjson.dumps({"data": result.data, "errors": sorted(errors, key=str)}, option=orjson.OPT_SORT_KEYS)


def root_of(parsed: DocumentNode) -> GraphQLObjectType:
    operation = next(one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    root = CORE.mutation_type if operation.operation is OperationType.MUTATION else CORE.query_type
    assert root is not None
    return root


def answer(drawn: Generated, root: GraphQLObjectType) -> None:
    """Draws what each root answers."""
    for name in root.fields:
        ANSWERS[name] = drawn.answer(root.fields[name].type)


def asked_of(drawn: Generated, parsed: DocumentNode) -> dict[str, Any]:
    """A value for each variable of a document."""
    (operation,) = (one for one in parsed.definitions if isinstance(one, OperationDefinitionNode))
    return {
        one.variable.name.value: drawn.given(type_from_ast(CORE, one.type))
        for one in operation.variable_definitions or ()
    }


@pytest.mark.parametrize("name", DOCUMENTS)
async def test_every_document_is_answered_as_without_a_plan(name: str):
    document = DOCUMENTS[name]
    for seed in range(10):
        drawn = Generated(CORE, Random(f"{name} {seed}"), WRONG[seed % len(WRONG)])
        answer(drawn, root_of(document.parsed))
        by_core, by_plan = await both(document.parsed, document.plan, asked_of(drawn, document.parsed))
        assert by_plan == by_core, seed
    assert any(document.plan.composers.values()), "every answer of it was left to graphql-core"


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
@example(12528135)  # a list with nothing in one place, of whose things nothing is asked
async def test_documents_drawn_at_random_are_answered_as_without_a_plan(seed: int):
    random = Random(seed)
    drawn = Generated(CORE, random, random.choice(WRONG))
    root = CORE.query_type if random.random() < 0.7 else CORE.mutation_type
    assert root is not None
    try:
        parsed = prepare(SCHEMA, drawn.document(root), introspection=False)
    except DocumentInvalid:
        return  # two of a name that differ, or past a limit: no such document is trusted
    plan = Plan.of(CORE, parsed)
    for turn in range(2):
        answer(drawn, root)
        variables = drawn.asked | {name: random.random() < 0.5 for name in drawn.conditions if turn}
        by_core, by_plan = await both(parsed, plan, variables)
        assert by_plan == by_core


async def test_a_planted_difference_is_found(monkeypatch: pytest.MonkeyPatch):
    document, leaf = DOCUMENTS["JointCase"], plans._leaf
    drawn = Generated(CORE, Random(1))
    answer(drawn, root_of(document.parsed))
    variables = asked_of(drawn, document.parsed)
    monkeypatch.setattr(plans, "_leaf", lambda asked: lambda value: leaf(asked)(value) and "x")
    by_core, by_plan = await both(document.parsed, Plan.of(CORE, document.parsed), variables)
    assert by_plan != by_core
