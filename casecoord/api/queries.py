"""The queries: each resolver is one action; below the root, fields only read attributes of finished values."""

import strawberry

from casecoord.actions.me import me
from casecoord.api.context import Info
from casecoord.api.me import Me


@strawberry.type
class Query:
    @strawberry.field(description="Who I am here: name, area, and the memberships I can act under.")
    async def me(self, info: Info) -> Me:
        return Me.of(await me(info.context.office.database, info.context.caller))
