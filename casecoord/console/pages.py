"""The console: every page, by story, our own style sheet and our one script."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from casecoord.actions.office import Office
from casecoord.console.area import TheArea
from casecoord.console.area_settings import SettingUp
from casecoord.console.blockades import Blockades
from casecoord.console.case import Cases
from casecoord.console.caseload import Caseload
from casecoord.console.changes import Changes
from casecoord.console.decisions import Deciding
from casecoord.console.duty import OnWatch
from casecoord.console.families import Families
from casecoord.console.hearings import Hearings
from casecoord.console.inbox import Inboxes
from casecoord.console.letters import Letters
from casecoord.console.matrix import WhoMaySee
from casecoord.console.meeting import AtTheTable
from casecoord.console.meetings import Meetings
from casecoord.console.mine import Mine
from casecoord.console.monitor import Following
from casecoord.console.offers import Offers
from casecoord.console.privacy import Privacy
from casecoord.console.privacy_log import PrivacyLog
from casecoord.console.reception import Reception
from casecoord.console.rules import Rules
from casecoord.console.searching import Searching
from casecoord.console.signal import Signalling
from casecoord.console.signing import Signing
from casecoord.console.stuck import Stopped
from casecoord.console.teams import Teams
from casecoord.console.watch import Watch
from casecoord.console.watching import Watching
from casecoord.identity.door import Door
from casecoord.identity.login import LoginFlow

STATIC = Path(__file__).parent / "static"


class _Static(StaticFiles):
    """What is our own: asked for again each time, sent again only when it changed."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        answer = super().file_response(*args, **kwargs)
        answer.headers["Cache-Control"] = "no-cache"
        return answer


@dataclass(frozen=True, slots=True)
class Console:
    """The pages and what they need."""

    office: Office
    door: Door
    login: LoginFlow
    watch: Watch

    def routes(self) -> list[BaseRoute]:
        at = Reception(self.office, self.door, self.login)
        stories = (
            Families(at),
            Signing(at),
            Signalling(at),
            Watching(at),
            Cases(at),
            Mine(at),
            Hearings(at),
            Offers(at),
            Privacy(at),
            PrivacyLog(at),
            WhoMaySee(at),
            OnWatch(at),
            Meetings(at),
            AtTheTable(at),
            TheArea(at),
            Deciding(at),
            Inboxes(at),
            Searching(at),
            Changes(at, self.watch),
            Blockades(at),
            Rules(at),
            Following(at),
            # Its address stands before that of any one team.
            SettingUp(at),
            Teams(at),
            Stopped(at),
            Caseload(at),
            Letters(at),
        )
        return [
            *(route for story in stories for route in story.routes()),
            Mount("/static", _Static(directory=STATIC), name="static"),
        ]
