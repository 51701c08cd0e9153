"""The console: every page, by story, and our own style sheet."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from casecoord.actions.office import Office
from casecoord.console.case import Cases
from casecoord.console.caseload import Caseload
from casecoord.console.families import Families
from casecoord.console.letters import Letters
from casecoord.console.mine import Mine
from casecoord.console.reception import Reception
from casecoord.console.signal import Signalling
from casecoord.console.signing import Signing
from casecoord.console.watching import Watching
from casecoord.identity.door import Door
from casecoord.identity.login import LoginFlow

STATIC = Path(__file__).parent / "static"


class _Static(StaticFiles):
    """Our own style sheet: asked for again each time, sent again only when it changed."""

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

    def routes(self) -> list[BaseRoute]:
        at = Reception(self.office, self.door, self.login)
        stories = (
            Families(at),
            Signing(at),
            Signalling(at),
            Watching(at),
            Cases(at),
            Caseload(at),
            Letters(at),
            Mine(at),
        )
        return [
            *(route for story in stories for route in story.routes()),
            Mount("/static", _Static(directory=STATIC), name="static"),
        ]
