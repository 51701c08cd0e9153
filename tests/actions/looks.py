"""What tests of views share: a look, and what its access record says."""

import json
from typing import Any

from casecoord.domain.words import Language, Purpose
from tests.actions.steps import sql
from tests.world import Town


async def look(town: Town, who: str, view: Any, query: Any, purpose: Purpose | None = None) -> Any:
    return await town.office.look(town.caller(who, purpose), view, query)


async def look_in_dutch(town: Town, who: str, view: Any, query: Any) -> Any:
    return await town.office.look(town.caller(who, language=Language.NL), view, query)


async def records(url: str, event: str) -> list[tuple[dict[str, Any], bool]]:
    """The access records of an event, and whether each names a household."""
    async with sql(url) as database:
        rows = await database.fetch("select record, household from access_log order by at, id")
    read = [(json.loads(row["record"]), row["household"] is not None) for row in rows]
    return [(record, named) for record, named in read if record["event"] == event]
