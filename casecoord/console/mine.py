"""A resident's own page, and the code from the letter by which somebody comes to have one."""

from dataclasses import dataclass, replace
from secrets import token_urlsafe
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.own_page import MyPage, MyPageOf, my_page
from casecoord.actions.residents import BindResident, bind_resident
from casecoord.console.choices import aged, persons
from casecoord.console.forms import Option
from casecoord.console.my_acts import MY_ACTS, RIGHTS, complainable
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.domain.agreements import Answer, Standing
from casecoord.domain.joint_view import AgreementView, NoteView, SignalView
from casecoord.domain.residents import ALONE, YOUNGEST
from casecoord.identity.sessions import Session

#: Enough to read at once; what was before is a page further.
LINES = 10


def allowable(found: MyPage) -> tuple[list[SignalView], list[NoteView]]:
    """What the lead may see by the own yes alone: the own detail of a signal, a note. For who is 16 or older."""
    case = found.family
    if found.me not in {one.id for one in aged(case, ALONE)}:
        return [], []
    given = {one.thing for one in case.consents if one.holds}
    signals = [
        one for one in case.signals if one.detail and one.id not in given and one.person in (None, found.me)
    ]
    return signals, [one for one in case.notes if one.id not in given and one.person == found.me]


def waits(agreement: AgreementView, person: UUID) -> bool:
    """Whether this person has not answered yet."""
    said = [one.answer for one in agreement.answers if one.person == person]
    return agreement.standing is not Standing.REPLACED and said[-1:] == [Answer.ASKED]


def waiting(found: MyPage) -> bool:
    """Whether something waits for an answer of mine."""
    return any(waits(one, person) for one in found.family.agreements for person in found.mine)


@dataclass(frozen=True, slots=True)
class Mine:
    """The page of somebody of a family."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        # For who works here too: the own page, whatever the membership that was chosen.
        desk = Desk(self.at, "/mine", MY_ACTS, self.show, lambda session: replace(session, membership=None))
        return [*desk.routes(), Route("/code", self.at.guarded(self.fill_in), methods=["POST"])]

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        """What is mine to see. Raises UnknownLogin for whom no code was bound."""
        query = MyPageOf(LINES, request.query_params.get("after") or None)
        found = await self.at.office.receive(self.at.caller(request, session), my_page, query)
        case = found.family
        mine = persons(one for one in case.persons if one.id in found.mine)
        signals, notes = allowable(found)
        return self.at.page(
            request,
            "mine.html",
            session=session,
            sheet=sheet.offering(
                about=[Option(one, one) for one in complainable(case)], mine=mine if len(mine) > 1 else []
            ),
            mine=found,
            case=case,
            log=found.log,
            names={one.id: one.name.value for one in case.persons if one.name},
            waiting=waiting(found),
            waits=waits,
            allowable=signals,
            notes=notes,
            rights=RIGHTS,
            is_child=found.me in {one.id for one in aged(case, YOUNGEST, ALONE)},
        )

    async def fill_in(self, request: Request) -> Response:
        """The code from the letter: from now on this login has a page of its own."""
        session, given = await self.at.posted(request)
        wanted = BindResident(token_urlsafe(12), given.get("code", ""))
        await bind_resident(self.at.office, self.at.caller(request, session), wanted)
        return RedirectResponse("/mine", 303)
