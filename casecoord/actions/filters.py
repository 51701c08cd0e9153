"""One facet's policy as a condition in SQL, for lists that know few of the facts that rules may ask for."""

from collections.abc import Mapping

from casecoord.access.attributes import FACTS
from casecoord.actions.office import Hand
from casecoord.domain.facets import Viewer
from casecoord.domain.words import Purpose

#: The one fact that is a column of every thing: whom the author of a health signal chose.
_COLUMNS = {"shared_with_teams"}
_NOTHING = {fact: "false" for fact in FACTS if fact not in _COLUMNS}


def condition(
    hand: Hand, facet: str, viewers: Mapping[Viewer, str], purpose: Purpose | None = None, **facts: str
) -> str:
    """When the alias `i` (sphere, audience) is shown; `viewers`, `facts`: the SQL under which each is so."""
    asked = purpose or hand.actor.purpose
    return hand.policy.sql_filter(facet, asked, viewers, "i", facts={**_NOTHING, **facts})
