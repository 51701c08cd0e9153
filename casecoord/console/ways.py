"""Where one can go from every page: each way is there for whom the rules give something to do or to see behind it.

A way that is not offered is refused as well: each page's own actions decide again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from casecoord.access.seats import TEAM_ROLES
from casecoord.actions.office import Hand
from casecoord.actions.possible import may_signal
from casecoord.console.texts import N_
from casecoord.domain.teams import TEAM_KINDS
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


def _may_lead(hand: Hand) -> bool:
    """Somebody of a team that can take part in a case."""
    kind = hand.actor.team_kind
    return hand.actor.role in TEAM_ROLES and kind is not None and TEAM_KINDS[kind].invitable


#: In the order in which they stand above every page.
WAYS: tuple[Way, ...] = (
    Way("/families", N_("Families"), lambda hand: not _WITHOUT_FAMILIES(hand)),
    Way("/caseload", N_("My caseload"), _may_lead),
    Way("/gaps", N_("Overdue"), _WATCHERS),
    Way("/signal", N_("Signal a concern"), may_signal, main=True),
)


def ways(hand: Hand) -> tuple[Way, ...]:
    """The ways that are open to this actor."""
    return tuple(way for way in WAYS if way.open(hand))


def start(hand: Hand) -> str:
    """The path of this actor's first screen."""
    return next((way.path for way in WAYS if way.starts(hand)), "/families")
