"""A trusted document as a plan: how its answer is made is settled once, not asked again of every value.

graphql-core coerces the variables and resolves the root, as for any document. What the root's action answered is a
finished value, and everything below only reads it: the plan has for each selection what reads it, without asking
each field what it is. A value that is not what its type promises is completed by graphql-core itself: it stays the
reference, and says what is wrong.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, cast

from graphql.execution import Executor
from graphql.language import Visitor, visit
from strawberry.execution.is_awaitable import optimized_is_awaitable
from strawberry.types.field import StrawberryField

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    GraphQLBoolean,
    GraphQLID,
    GraphQLInt,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    VariableNode,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
)

Compose = Callable[[Any], Any]

#: Of these a value of this class leaves as it is.
_PLAIN: dict[GraphQLOutputType, type] = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
_INT = range(-(2**31), 2**31)


class Unlike(Exception):
    """A value, or a selection, that a plan does not cover."""


@dataclass(slots=True)
class Plan:
    """Of one document with one operation. `conditions`: the variables that decide what of it is asked at all."""

    schema: GraphQLSchema
    document: DocumentNode
    conditions: tuple[str, ...] = ()
    composers: dict[tuple[Any, ...], Compose | None] = field(default_factory=dict)

    @classmethod
    def of(cls, schema: GraphQLSchema, document: DocumentNode) -> "Plan":
        return cls(schema, document, tuple(sorted(_conditions(document))))

    async def run(self, variables: dict[str, Any] | None, context: object) -> ExecutionResult:
        """The answer, as graphql-core would give it."""
        executor = _Planned.build(
            self.schema,
            self.document,
            context_value=context,
            raw_variable_values=variables,
            is_awaitable=cast(Any, optimized_is_awaitable),
            plan=self,
        )
        if isinstance(executor, list):
            return ExecutionResult(data=None, errors=executor)
        result: Any = executor.execute_operation()
        return cast(ExecutionResult, await result if optimized_is_awaitable(result) else result)


class _Planned(Executor[None]):
    """Completes what the root answered by the plan."""

    def __init__(self, *shared: Any, plan: Plan, **more: Any) -> None:
        super().__init__(*shared, **more)
        self.plan = plan

    def complete_value(
        self, return_type: Any, details: Any, info: Any, path: Any, result: Any, at: Any
    ) -> Any:
        if path.prev is None and result is not None and not isinstance(result, Exception):
            try:
                compose = self._composer(return_type, details, info, path.key, result)
                if compose is not None:
                    return compose(result)
            except Exception:  # noqa: S110 - whatever it is, graphql-core meets it too and places it
                pass
        return super().complete_value(return_type, details, info, path, result, at)

    def _composer(self, asked: Any, details: Any, info: Any, key: str, result: Any) -> Compose | None:
        named: Any = asked.of_type if is_non_null_type(asked) else asked
        if is_abstract_type(named):
            of_the_answer: Any = named.resolve_type
            named = self.schema.get_type(of_the_answer(result, info, named))
        chosen = tuple(self.variable_values.coerced.get(name) for name in self.plan.conditions)
        place = (key, named, *chosen)
        composers = self.plan.composers
        if place not in composers:
            composers[place] = self._planned(named, details)
        return composers[place]

    def _planned(self, named: Any, details: Any) -> Compose | None:
        try:
            return self._of(named, details)
        except Unlike:
            return None

    def _of(self, asked: Any, details: Any) -> Compose:
        """What reads a value of this type, with this selected of it."""
        if is_non_null_type(asked):
            return self._there(asked.of_type, details)
        there = self._there(asked, details)
        return lambda value: None if value is None else there(value)

    def _there(self, asked: Any, details: Any) -> Compose:
        """The same of a value that is not null."""
        if is_list_type(asked):
            return _list(self._of(asked.of_type, details))
        if is_leaf_type(asked):
            return _leaf(asked)
        if is_object_type(asked):
            return self._object(asked, details)
        raise Unlike(asked)

    def _object(self, asked: GraphQLObjectType, details: Any) -> Compose:
        if asked.is_type_of is not None:
            raise Unlike(asked)
        selected, *_ = self.collect_subfields(asked, details)
        said = {key: asked.name for key, of in selected.items() if of[0].node.name.value == "__typename"}
        read = {
            key: (_attribute(asked, of[0].node), self._of(asked.fields[of[0].node.name.value].type, of))
            for key, of in selected.items()
            if key not in said
        }
        return _fields(tuple(selected), said, read)


def _fields(keys: tuple[str, ...], said: dict[str, str], read: dict[str, tuple[str, Compose]]) -> Compose:
    """Reads these attributes of an object, in the order of its keys."""
    empty = dict.fromkeys(keys) | said
    parts = tuple((key, compose) for key, (_, compose) in read.items())
    names = [name for name, _ in read.values()]
    if not names:
        return _said_of(said)
    if len(names) < 2:
        return lambda value: {
            **empty,
            **{key: one(getattr(value, name)) for (key, one), name in zip(parts, names, strict=True)},
        }
    values = attrgetter(*names)
    if not said:
        return lambda value: {
            key: one(found) for (key, one), found in zip(parts, values(value), strict=False)
        }
    return lambda value: {
        **empty,
        **{key: one(found) for (key, one), found in zip(parts, values(value), strict=False)},
    }


def _said_of(said: dict[str, str]) -> Compose:
    """Of an object of which nothing is read, what it is; but neither an error nor nothing is one."""

    def composed(value: Any) -> dict[str, str]:
        if value is None or isinstance(value, Exception):
            raise Unlike
        return dict(said)

    return composed


def _list(compose: Compose) -> Compose:
    def composed(values: Any) -> list[Any]:
        if not isinstance(values, (list, tuple)):
            raise Unlike
        return [compose(value) for value in values]

    return composed


def _leaf(asked: Any) -> Compose:
    plain, coerce = _PLAIN.get(asked), asked.coerce_output_value

    def coerced(value: Any) -> Any:
        if isinstance(value, Exception):
            raise Unlike
        if (found := coerce(value)) is None or found is Undefined:
            raise Unlike
        return found

    if plain is not None:
        return lambda value: value if value.__class__ is plain else coerced(value)
    if asked is GraphQLInt:
        return lambda value: value if value.__class__ is int and value in _INT else coerced(value)
    return coerced


def _attribute(asked: GraphQLObjectType, node: Any) -> str:
    """The attribute that a field reads. Raises Unlike where it does more than that."""
    definition = asked.fields[node.name.value].extensions.get("strawberry-definition")
    if not isinstance(definition, StrawberryField) or not definition.is_basic_field or node.arguments:
        raise Unlike(node.name.value)
    return definition.python_name


def _conditions(document: DocumentNode) -> Iterator[str]:
    """The variables by which parts are skipped or included."""
    found: set[str] = set()

    class InDirectives(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            found.update(
                one.value.name.value for one in node.arguments or () if isinstance(one.value, VariableNode)
            )

    visit(document, InDirectives())
    return iter(found)
