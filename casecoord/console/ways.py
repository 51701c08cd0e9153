"""Where one can go from every page: each way is there for whom the rules give something to do or to see behind it.

A way that is not offered is refused as well: each page's own actions decide again.
"""

from collections.abc import Callable
from dataclasses import dataclass

from casecoord.access.seats import TEAM_ROLES
from casecoord.actions.duty import may_see_roster
from casecoord.actions.monitor import may_follow
from casecoord.actions.office import Hand
from casecoord.actions.on_duty import may_have_duty
from casecoord.actions.possible import may_offer, may_prepare, may_signal
from casecoord.actions.rules_in_words import may_read_rules
from casecoord.actions.tables import may_know_tables
from casecoord.actions.teams import may_name_deputies, may_staff
from casecoord.actions.weighing import may_order
from casecoord.console.texts import N_
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import Role, TeamKind


@dataclass(frozen=True, slots=True)
class Way:
    """A way to a page. `main`: what this person came for, as a button. `starts`: for whom it is the first screen.

    `rare`: for whom it stands folded away behind the others.
    """

    path: str
    label: str
    open: Callable[[Hand], bool]
    main: bool = False
    starts: Callable[[Hand], bool] = lambda hand: False
    rare: Callable[[Hand], bool] = lambda hand: False


def everybody(hand: Hand) -> bool:
    """For whoever acts here."""
    return True


def roles(*known: Role) -> Callable[[Hand], bool]:
    """For whoever acts in one of these roles."""
    return lambda hand: hand.actor.role in known


def kinds(*known: TeamKind) -> Callable[[Hand], bool]:
    """For whoever acts for a team of one of these kinds."""
    return lambda hand: hand.actor.team_kind in known


_WATCHERS = roles(Role.COORDINATOR, Role.AREA_COORDINATOR, Role.DECISION_POWER)
_COORDINATORS = roles(Role.COORDINATOR, Role.AREA_COORDINATOR)
_THE_AREAS = roles(Role.AREA_COORDINATOR)
_NO_FAMILIES = (Role.ANALYST, Role.PRIVACY_OFFICER, Role.ADMINISTRATOR, Role.PROVIDER)
_PRIVACY = roles(Role.PRIVACY_OFFICER)
_WITHOUT_FAMILIES = roles(*_NO_FAMILIES)
_WITHOUT_NAMES = roles(*_NO_FAMILIES, Role.DECISION_POWER)


def _may_lead(hand: Hand) -> bool:
    """Somebody of a team that can take part in a case."""
    kind = hand.actor.team_kind
    return hand.actor.role in TEAM_ROLES and kind is not None and TEAM_KINDS[kind].invitable


def _stands_for_a_team(hand: Hand) -> bool:
    """Whoever says who stands in, in the own team alone."""
    return may_name_deputies(hand, own=True) and not may_staff(hand)


#: In the order in which they stand above every page.
WAYS: tuple[Way, ...] = (
    # First: between two patients every key counts.
    Way("/signal", N_("Signal a concern"), may_signal, main=True),
    Way("/blockades", N_("Blockades"), may_order, starts=may_order),
    Way("/area", N_("The area"), _THE_AREAS, starts=_THE_AREAS),
    Way("/hearings", N_("Hearings"), may_prepare, starts=kinds(TeamKind.COURT_PARTNER)),
    Way("/offers", N_("Places and offers"), may_offer, starts=roles(Role.PROVIDER)),
    Way(
        "/duty", N_("Duty"), lambda hand: may_have_duty(hand) or may_see_roster(hand), starts=roles(Role.DUTY)
    ),
    Way("/privacy", N_("To do"), _PRIVACY, starts=_PRIVACY),
    Way("/families", N_("Families"), lambda hand: not _WITHOUT_FAMILIES(hand)),
    Way("/meetings", N_("Meetings"), may_know_tables),
    Way("/caseload", N_("My caseload"), _may_lead),
    Way("/gaps", N_("Overdue"), _WATCHERS),
    Way("/decisions", N_("To decide"), _COORDINATORS),
    Way("/second-word", N_("Decide along"), roles(Role.AREA_COORDINATOR, Role.DECISION_POWER)),
    Way("/monitor", N_("Monitor"), may_follow, starts=roles(Role.ANALYST), rare=_WATCHERS),
    Way("/teams", N_("Teams"), may_staff, starts=may_staff),
    Way("/team", N_("My team"), _stands_for_a_team, rare=everybody),
    Way("/privacy/log", N_("Who saw what"), _PRIVACY),
    Way("/privacy/changes", N_("Changes and log"), _PRIVACY),
    Way("/inbox", N_("Inbox"), everybody),
    Way("/search", N_("Search"), lambda hand: not _WITHOUT_NAMES(hand)),
    Way("/signals", N_("Your signals"), may_signal, starts=kinds(TeamKind.GP_CARE)),
    # A provider never reads of a judge: neither here nor in the rules on who sees what.
    Way("/rules", N_("Rules"), may_read_rules, rare=everybody),
    Way("/matrix", N_("Who may see what"), may_read_rules, rare=lambda hand: not _PRIVACY(hand)),
)


def ways(hand: Hand, *, rare: bool = False) -> tuple[Way, ...]:
    """The ways that are open to this actor: those of every day, or those behind them."""
    return tuple(way for way in WAYS if way.open(hand) and way.rare(hand) is rare)


def start(hand: Hand) -> str:
    """The path of this actor's first screen."""
    return next((way.path for way in WAYS if way.starts(hand)), "/families")
