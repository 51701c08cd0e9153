"""One facet's policy as a condition in SQL, for lists that know few of the facts that rules may ask for."""

from collections.abc import Mapping

from casecoord.access.attributes import FACTS
from casecoord.actions.office import Hand
from casecoord.domain.facets import FACETS, Level, Viewer, grounds_of
from casecoord.domain.words import Purpose, Sphere

#: The one fact that is a column of every thing: whom the author of a health signal chose.
_COLUMNS = {"shared_with_teams"}
_NOTHING = {fact: "false" for fact in FACTS if fact not in _COLUMNS}


def condition(
    hand: Hand, facet: str, viewers: Mapping[Viewer, str], purpose: Purpose | None = None, **facts: str
) -> str:
    """When the alias `i` (sphere, audience) is shown; `viewers`, `facts`: the SQL under which each is so."""
    asked = purpose or hand.actor.purpose
    lapsed = ground_lapsed(facet, hand.work.grounds)
    return hand.policy.sql_filter(
        facet, asked, viewers, "i", facts={**_NOTHING, "ground_lapsed": lapsed, **facts}
    )


def ground_lapsed(facet: str, in_force: frozenset[str]) -> str:
    """When a ground of this facet of an item `i` is not among those in force."""
    if not grounds_of(facet, None) <= in_force:
        return "true"
    lapsed = [sphere for sphere in Sphere if not grounds_of(facet, sphere) <= in_force]
    if FACETS[facet].level is Level.CASE or not lapsed:
        return "false"
    # A sphere that is not known is not one whose ground is known to be in force.
    quoted = "', '".join(lapsed)
    return f"(i.sphere in ('{quoted}'))"
