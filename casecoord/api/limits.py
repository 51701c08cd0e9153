"""How large a request may be, and the rules every document passes. Rule classes are made once."""

from graphql.validation import ASTValidationRule
from strawberry.extensions import max_aliases, query_depth_limiter
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from graphql import NoSchemaIntrospectionCustomRule, specified_rules

MAX_DEPTH = 12
MAX_ALIASES = 15
MAX_TOKENS = 1_000
EXECUTION_SECONDS = 30

_ALWAYS: tuple[type[ASTValidationRule], ...] = (
    *specified_rules,
    MaybeNullValidationRule,
    OneOfInputValidationRule,
    max_aliases.create_validator(MAX_ALIASES),
    # A depth limit's `should_ignore` sees aliases instead of names: there is none here.
    query_depth_limiter.create_validator(MAX_DEPTH, None),
)
_WITHOUT_INTROSPECTION = (*_ALWAYS, NoSchemaIntrospectionCustomRule)


def rules(introspection: bool) -> tuple[type[ASTValidationRule], ...]:
    """The validation rules; introspection is for development."""
    return _ALWAYS if introspection else _WITHOUT_INTROSPECTION
