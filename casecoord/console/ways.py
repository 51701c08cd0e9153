"""Where one can go from every page: each way is there for whom the rules give something to do or to see behind it.

A way that is not offered is refused as well: each page's own actions decide again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from casecoord.actions.monitor import may_follow
from casecoord.actions.office import Hand
from casecoord.actions.possible import may_signal
from casecoord.actions.teams import may_staff
from casecoord.actions.weighing import may_order
from casecoord.console.texts import N_
from casecoord.domain.words import Role, TeamKind


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page. `main`: what this person came for, as a button. `starts`: for whom it is the first screen."""

    path: str
    label: str
    open: Callable[[Hand], bool]
    main: bool = False
    starts: Callable[[Hand], bool] = lambda hand: False


def roles(*known: Role) -> Callable[[Hand], bool]:
    """For whoever acts in one of these roles."""
    return lambda hand: hand.actor.role in known


def kinds(*known: TeamKind) -> Callable[[Hand], bool]:
    """For whoever acts for a team of one of these kinds."""
    return lambda hand: hand.actor.team_kind in known


_WATCHERS = roles(Role.COORDINATOR, Role.AREA_COORDINATOR, Role.DECISION_POWER)
_WITHOUT_FAMILIES = roles(Role.ANALYST, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.PROVIDER)

#: In the order in which they stand above every page.
WAYS: tuple[Way, ...] = (
    Way("/blockades", N_("Blockades"), may_order, starts=may_order),
    Way("/families", N_("Families"), lambda hand: not _WITHOUT_FAMILIES(hand)),
    Way("/gaps", N_("Overdue"), _WATCHERS),
    Way("/monitor", N_("Monitor"), may_follow, starts=roles(Role.ANALYST)),
    Way("/teams", N_("Teams"), may_staff, starts=may_staff),
    Way("/rules", N_("Rules"), lambda hand: True),
    Way("/signal", N_("Signal a concern"), may_signal, main=True),
)


def ways(hand: Hand) -> tuple[Way, ...]:
    """The ways that are open to this actor."""
    return tuple(way for way in WAYS if way.open(hand))


def start(hand: Hand) -> str:
    """The path of this actor's first screen."""
    return next((way.path for way in WAYS if way.starts(hand)), "/families")
