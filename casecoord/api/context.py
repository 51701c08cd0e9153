"""What a resolver is given: the office, where verbs are done, and who asks."""

from dataclasses import dataclass

import strawberry

from casecoord.actions.office import Office
from casecoord.domain.actors import Caller
from graphql import DocumentNode


@dataclass(frozen=True, slots=True)
class Context:
    """One request's. `document` was parsed and validated already; `operation` is its name in logs and metrics."""

    office: Office
    caller: Caller
    document: DocumentNode
    operation: str
    #: where browsers reach us: what a letter to a resident says
    public_url: str = ""


Info = strawberry.Info[Context, None]
