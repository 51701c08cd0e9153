"""Documents, variables and answers that fit the schema, or nearly, drawn at random."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLSchema,
    is_enum_type,
    is_input_object_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
    is_required_input_field,
    is_union_type,
)

TEXTS = ("", "Noor", "\u202e\x00é", "9" * 40, '<b>"', "ß" * 197)
#: What no field promises; graphql-core says what is wrong with it.
WRONG: tuple[Any, ...] = (
    None,
    2**40,
    float("nan"),
    object(),
    ValueError("of a family"),
    {"a": 1},
    [None],
    "x",
)
DEEPEST = 6


class Generated:
    """`wrong`: how many in a thousand values are not what their type promises."""

    def __init__(self, schema: GraphQLSchema, random: Random, wrong: int = 0) -> None:
        self.schema, self.random, self.wrong = schema, random, wrong
        self.fragments: list[str] = []
        self.conditions: list[str] = []
        self.asked: dict[str, Any] = {}

    # Answers.

    def answer(self, asked: Any, depth: int = 0) -> Any:
        """A value for a field of this type."""
        random = self.random
        if random.randrange(1000) < self.wrong:
            return random.choice(WRONG)
        if is_non_null_type(asked):
            return self._there(asked.of_type, depth)
        return None if random.random() < 0.2 else self._there(asked, depth)

    def _there(self, asked: Any, depth: int) -> Any:
        random = self.random
        if is_list_type(asked):
            made = [self.answer(asked.of_type, depth) for _ in range(random.randrange(4 if depth < 2 else 2))]
            return tuple(made) if random.random() < 0.2 else made
        if is_union_type(asked):
            asked = random.choice(asked.types)
        if is_object_type(asked):
            return self._object(asked, depth)
        if is_enum_type(asked):
            return random.choice(list(asked.values.values())).value
        return self._scalar(asked.name)

    def _object(self, asked: GraphQLObjectType, depth: int) -> Any:
        made = object.__new__(asked.extensions["strawberry-definition"].origin)
        for one in asked.fields.values():
            name = one.extensions["strawberry-definition"].python_name
            if one.extensions["strawberry-definition"].is_basic_field:
                setattr(made, name, self.answer(one.type, depth + 1))
            else:
                made.language = "nl"  # what its resolver reads
        return made

    def _scalar(self, name: str) -> Any:
        random = self.random
        moment = datetime(2026, 11, 2, tzinfo=UTC) + timedelta(minutes=random.randrange(10**6))
        return {
            "Int": random.randrange(-(2**31), 2**31),
            "Float": random.uniform(-1, 1),
            "Boolean": random.random() < 0.5,
            "DateTime": moment,
            "Date": date(2026, 1, 1) + timedelta(days=random.randrange(9999)),
        }.get(name, random.choice(TEXTS))

    # Variables.

    def given(self, asked: Any) -> Any:
        """What a client sends for a variable of this type."""
        random = self.random
        if random.randrange(1000) < self.wrong:
            return random.choice(("x", None, 2**40, [], {"unknown": 1}))
        if is_non_null_type(asked):
            return self._sent(asked.of_type)
        return None if random.random() < 0.5 else self._sent(asked)

    def _sent(self, asked: Any) -> Any:
        if is_list_type(asked):
            return [self.given(asked.of_type) for _ in range(self.random.randrange(3))]
        if is_input_object_type(asked):
            return self._input(asked)
        if isinstance(asked, GraphQLEnumType):
            return self.random.choice(list(asked.values))
        value = self._scalar(asked.name)
        return value.isoformat() if isinstance(value, date) else value

    def _input(self, asked: GraphQLInputObjectType) -> dict[str, Any]:
        fields = asked.fields
        if asked.is_one_of:
            name = self.random.choice(list(fields))
            kind: Any = fields[name].type
            return {name: self._sent(kind.of_type if is_non_null_type(kind) else kind)}
        return {
            name: self.given(one.type)
            for name, one in fields.items()
            if is_required_input_field(one) or self.random.random() < 0.5
        }

    # Documents.

    def document(self, root: GraphQLObjectType) -> str:
        """An operation that asks one to three things, with what it needs said by variables in `asked`."""
        mutation = root is self.schema.mutation_type
        roots = self.random.sample(sorted(root.fields), 1 if mutation else self.random.randrange(1, 4))
        asks, declared = [], []
        for name in roots:
            given = dict(self._arguments(name, root))
            declared += [f"${variable}: {kind}" for variable, (_, kind) in given.items()]
            said = ", ".join(f"{argument}: ${variable}" for variable, (argument, _) in given.items())
            of = self._selection(root.fields[name].type, 1)
            asks.append(f"{self._alias(name)}{name}{f'({said})' if said else ''}{self._perhaps()}{of}")
        declared += [f"${name}: Boolean!" for name in self.conditions]
        self.asked |= {name: self.random.random() < 0.5 for name in self.conditions}
        kind = "mutation" if mutation else "query"
        head = f"{kind} Drawn({', '.join(declared)})" if declared else f"{kind} Drawn"
        operation = f"{head} {{ {' '.join(asks)} }}"
        return "\n".join((operation, *self.fragments))

    def _arguments(self, name: str, root: GraphQLObjectType) -> Iterator[tuple[str, tuple[str, str]]]:
        for argument, one in root.fields[name].args.items():
            if is_required_argument(one) or self.random.random() < 0.5:
                variable = f"{name}_{argument}"
                self.asked[variable] = self.given(one.type)
                yield variable, (argument, str(one.type))

    def _alias(self, name: str) -> str:
        return f"a{self.random.randrange(100)}_{name}: " if self.random.random() < 0.1 else ""

    def _perhaps(self) -> str:
        if self.random.random() > 0.08:
            return ""
        name = self.random.choice(("c0", "c1", "c2"))
        if name not in self.conditions:
            self.conditions.append(name)
        return f" @{self.random.choice(('skip', 'include'))}(if: ${name})"

    def _selection(self, asked: Any, depth: int) -> str:
        named = asked
        while is_non_null_type(named) or is_list_type(named):
            named = named.of_type
        if is_union_type(named):
            members = self.random.sample(named.types, self.random.randrange(1, len(named.types) + 1))
            return f" {{ __typename {' '.join(f'... on {one.name}{self._fields(one, depth)}' for one in members)} }}"
        return self._fields(named, depth) if is_object_type(named) else ""

    def _fields(self, asked: GraphQLObjectType, depth: int) -> str:
        random, parts = self.random, []
        for name in random.sample(list(asked.fields), random.randrange(1, min(len(asked.fields), 9) + 1)):
            of = self._selection(asked.fields[name].type, depth + 1) if depth < DEEPEST else ""
            if of or not _has_parts(asked.fields[name].type):
                parts.append(f"{self._alias(name)}{name}{self._perhaps()}{of}")
        if not parts or random.random() < 0.1:
            parts.insert(random.randrange(len(parts) + 1), "__typename")
        if random.random() < 0.15:
            fragment = f"F{len(self.fragments)}"
            self.fragments.append(f"fragment {fragment} on {asked.name} {{ {' '.join(parts)} }}")
            return f" {{ ...{fragment}{self._perhaps()} {random.choice(parts)} }}"
        if random.random() < 0.1:
            return f" {{ ... on {asked.name}{self._perhaps()} {{ {' '.join(parts)} }} __typename }}"
        return f" {{ {' '.join(parts)} }}"


def _has_parts(asked: Any) -> bool:
    while is_non_null_type(asked) or is_list_type(asked):
        asked = asked.of_type
    return is_object_type(asked) or is_union_type(asked)
