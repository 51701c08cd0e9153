"""What families on a list are called, for whoever may see their names."""

from collections.abc import Iterable
from uuid import UUID

from casecoord.actions.lists import look_at_line, names_of
from casecoord.actions.looking import Look
from casecoord.actions.office import Hand
from casecoord.storage import access_log
from casecoord.storage.naming import called


async def family_names(hand: Hand, households: Iterable[UUID | None]) -> dict[UUID, list[str]]:
    """The names in each of these households that are in view already; a family whose names are not for this actor is
    not among them."""
    asked = list(dict.fromkeys(one for one in households if one is not None))
    looks: list[Look] = []
    found: dict[UUID, list[str]] = {}
    for row in await called(hand.work, asked) if asked else []:
        look = look_at_line(hand, row)
        persons = tuple(UUID(one["id"]) for one in row["persons"])
        if persons and look.sees("person.name", of=persons):
            found[row["id"]] = names_of(hand, row)
            looks.append(look)
    access_log.write(hand.work, [look.entry("family_names") for look in looks])
    return found
