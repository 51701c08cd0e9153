"""As whom I am here: the strip above every page, had in the page's own transaction."""

from dataclasses import dataclass

from casecoord.actions.me import Me, whoami
from casecoord.actions.office import Hand
from casecoord.actions.possible import may_signal
from casecoord.domain.words import Role

#: Who watches over promises of others: for them the way to the gaps stands above every page.
_WATCHERS = (Role.COORDINATOR, Role.AREA_COORDINATOR, Role.DECISION_POWER)


@dataclass(frozen=True, slots=True)
class Strip:
    """Who I act as, and which ways lead on from every page."""

    me: Me
    #: which transactions the page was made from
    seen: str
    may_signal: bool
    watches: bool


async def strip(hand: Hand) -> Strip:
    """The actor of this transaction."""
    return Strip(await whoami(hand.work), hand.work.seen, may_signal(hand), hand.actor.role in _WATCHERS)
