"""What stories of meetings share: a table that is set and opened, and how an item on it ends."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions.agenda import MeetingOf, meeting
from casecoord.actions.meetings import (
    CloseMeeting,
    MeetingBrief,
    OpenMeeting,
    ScheduleMeeting,
    open_meeting,
    schedule_meeting,
)
from casecoord.actions.recording import DecisionBrief, RecordDecision, record_decision
from casecoord.domain.meeting_view import AgendaItem, MeetingView
from casecoord.domain.words import Urgency, VeiligThuis
from tests.actions.steps import signal
from tests.world import Someone, Town

NEXT = date(2026, 12, 14)
#: A signal that cannot wait.
ACUTE = {"urgency": Urgency.ACUTE, "veilig_thuis": VeiligThuis.YES}


async def planned(town: Town, by: str = "bram", *guests: str, **more: Any) -> MeetingBrief:
    """A meeting of their team in an hour."""
    asked = ScheduleMeeting(
        town.key(),
        town.members[by].team,
        more.pop("at", town.clock.now + timedelta(hours=1)),
        guests=tuple(town.members[one].membership for one in guests),
        **more,
    )
    return await town.act(by, schedule_meeting, asked)


async def opened(town: Town, by: str = "bram", *present: str, guests: tuple[str, ...] = ()) -> UUID:
    """A meeting that sits, with these at the table."""
    made = await planned(town, by, *guests)
    there = tuple(town.members[one].membership for one in present)
    await town.act(by, open_meeting, OpenMeeting(town.key(), made.id, there))
    return made.id


async def see(town: Town, who: str, identity: UUID) -> MeetingView:
    return await town.office.look(town.caller(who), meeting, MeetingOf(identity))


async def agenda(town: Town, who: str, identity: UUID) -> list[AgendaItem]:
    return (await see(town, who, identity)).agenda


def deciding(town: Town, item: AgendaItem, **changed: Any) -> RecordDecision:
    """A decision with everything in order, save what is changed."""
    assert item.id is not None
    values = {
        "decision": "School belt moeder.",
        "next_on": NEXT,
        "family_present": True,
        **changed,
    }
    return RecordDecision(town.key(), item.id, values.pop("version", item.version), **values)


async def decided(town: Town, item: AgendaItem, by: str = "bram", **changed: Any) -> DecisionBrief:
    return await town.act(by, record_decision, deciding(town, item, **changed))


def closing(town: Town, identity: UUID) -> CloseMeeting:
    return CloseMeeting(town.key(), identity)


async def child(town: Town, name: str = "Noor Janssen") -> Someone:
    """A child of De Klimop, for whom the school's care team answers."""
    (one,) = await town.family((name, date(2018, 9, 30)), links={0: [("school", "11VO00")]})
    return one


async def flagged(town: Town, name: str = "Noor Janssen", **how: Any) -> UUID:
    """The household of a child about whom the school signals."""
    one = await child(town, name)
    await signal(town, "amina", one, **how)
    return one.household
