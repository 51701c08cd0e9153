"""A team at its table: who is there sees the agenda while it sits; each item ends in a decision, or goes on another day."""

from datetime import datetime, time, timedelta
from uuid import UUID

from casecoord.actions.agenda import MeetingOf, meeting
from casecoord.actions.me import Seat, me
from casecoord.actions.meetings import OpenMeeting, ScheduleMeeting, open_meeting, schedule_meeting
from casecoord.actions.recording import RecordDecision, record_decision
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.actors import Caller
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain
from casecoord.domain.workdays import AMSTERDAM


@story(
    family("Haddou", "Bloemhof", [one("Nadia", 36)], [one("Sami", 9, PUPIL)], language="ar"),
    "Het zorgteam zit nu aan tafel, met Chaima als gast: over Sami is net besloten, de rest komt nog.",
    "The school's care team is at its table now, with Chaima as a guest: Sami was just decided on, the rest follows.",
    running=[Rule.TRIAGE],
    looks={"bram": Viewer.SCHOOL_CARE, "amina": Viewer.SCHOOL_CARE},
    facets=["signal.existence"],
)
async def aan_tafel(t: Teller) -> None:
    t.days_ago(4)
    await t.flag("amina", "Sami", LifeDomain.SOCIAL_NETWORK, "Speelt in de pauze altijd alleen.")
    t.days_ago(0)
    # For the moment at which it is set: a little after midnight another hour is another day.
    sits = await _set(t, "bram", t.at - timedelta(hours=2), "chaima")
    present = tuple([await _seat(t, who) for who in ("amina", "chaima")])
    await t.does("bram", open_meeting, lambda key: OpenMeeting(key, sits, present))
    item = await _item_of(t, sits)
    await t.does(
        "bram",
        record_decision,
        lambda key: RecordDecision(
            key,
            item,
            1,
            "Amina vraagt Sami mee naar het schaakuur.",
            without_family="Moeder werkt nu; Amina belt haar.",
        ),
    )
    # The next tables are set: an agenda is made when a table opens, and can be looked at before.
    await _set(t, "dirk", t.at + timedelta(hours=4), "amina")
    next_week = datetime.combine(t.day(5), time(10), AMSTERDAM)
    await _set(t, "dirk", next_week, "amina")


async def _set(t: Teller, by: str, at: datetime, guest: str) -> UUID:
    team, asked = (await _whose(t, by)).team_id, await _seat(t, guest)
    made = await t.does(
        by, schedule_meeting, lambda key: ScheduleMeeting(key, team, at, 120, guests=(asked,))
    )
    return made.id


async def _item_of(t: Teller, sits: UUID) -> UUID:
    """The item of this story's own family; there is one, since it waits to be triaged."""
    view = await t.office.look(_caller(t, "bram"), meeting, MeetingOf(sits))
    (found,) = [item.id for item in view.agenda if item.household == t.family.id]
    assert found is not None
    return found


async def _seat(t: Teller, who: str) -> UUID:
    return (await _whose(t, who)).membership_id


async def _whose(t: Teller, who: str) -> Seat:
    return (await me(t.office.database, _caller(t, who))).acting


def _caller(t: Teller, who: str) -> Caller:
    return Caller(t.cast.issuer, f"demo-{who}", trace_id=f"{0:032}")
