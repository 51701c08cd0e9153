"""What passes to another team when a family changes: today's routing beside who is accountable.

Nothing passes by itself: each difference is a hand-over that waits for its receiver, and until then the
team that was accountable still is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from casecoord.domain.routing import Route
from casecoord.domain.words import Audience, Sphere


@dataclass(frozen=True, slots=True)
class Accountable:
    """An open signal and the team that is accountable for it; None: the area's coordinator."""

    signal: UUID
    sphere: Sphere
    audience: Audience | None
    team: UUID | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """One hand-over of everything open in one sphere from one team to another."""

    sphere: Sphere
    from_team: UUID | None
    to_team: UUID | None
    audience: Audience | None = None

    @property
    def key(self) -> tuple[Sphere, UUID | None, UUID | None]:
        """What makes two hand-overs of one household the same."""
        return self.sphere, self.from_team, self.to_team


def due_transfers(signals: Iterable[Accountable], routes: Mapping[Sphere, Route]) -> list[Transfer]:
    """The hand-overs that today's routing asks for, one for each sphere and team that loses it."""
    found: dict[tuple[Sphere, UUID | None, UUID | None], Transfer] = {}
    for signal in signals:
        to = routes[signal.sphere].team_id
        if to == signal.team:
            continue
        transfer = Transfer(signal.sphere, signal.team, to, signal.audience)
        known = found.get(transfer.key)
        # As secret as the most secret of what passes along.
        if known is None or signal.audience is Audience.SOCIAL_AND_LEAD:
            found[transfer.key] = transfer
    return list(found.values())
