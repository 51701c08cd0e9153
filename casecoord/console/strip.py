"""As whom I am here: the strip above every page, had in the page's own transaction."""

from dataclasses import dataclass

from casecoord.actions.me import Me, whoami
from casecoord.actions.office import Hand
from casecoord.console.ways import Way, start, ways


@dataclass(frozen=True, slots=True)
class Strip:
    """Who I act as, which ways lead on from every page, the rare ones apart, and which of them I begin with."""

    me: Me
    #: which transactions the page was made from
    seen: str
    ways: tuple[Way, ...]
    rare: tuple[Way, ...]
    start: str


async def strip(hand: Hand) -> Strip:
    """The actor of this transaction."""
    return Strip(await whoami(hand.work), hand.work.seen, ways(hand), ways(hand, rare=True), start(hand))
