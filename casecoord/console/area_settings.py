"""How an area is set up: its deadlines and days off, what its teams need, its laws, terms and keys. No family's data."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.grounds import ARTICLES, Ground, GroundsOf, legal_grounds
from casecoord.actions.managing import Settings, SettingsOf, settings
from casecoord.actions.office import Hand
from casecoord.actions.retaining import TermsOf, retention_terms_now
from casecoord.actions.teams import may_staff
from casecoord.console.forms import Option
from casecoord.console.reception import Reception
from casecoord.console.setting_acts import ORDER, SETTING_ACTS
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import N_, word
from casecoord.domain.covering import SCHOOL_DISCIPLINES
from casecoord.domain.errors import Problem
from casecoord.domain.retention import Term
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

#: What each deadline is about; in working days where its words say nothing else.
DEADLINES: dict[str, str] = {
    "triage": N_("A signal is triaged"),
    "acute_seen_hours": N_("An acute signal is seen, in hours"),
    "acute_triage_hours": N_("An acute signal is triaged, in hours"),
    "proposal": N_("Who is asked to lead answers"),
    "lead": N_("A case has a lead, after triage"),
    "appointment": N_("A lead can be appointed, after that"),
    "first_contact": N_("A lead has spoken with the family"),
    "handover": N_("A hand-over is accepted"),
    "feedback": N_("Whoever signalled hears what came of it"),
    "review_days": N_("A case is looked at again, in days"),
    "aftercare_days": N_("Aftercare ends, in days"),
    "invitation": N_("A team answers an invitation"),
    "hold_days": N_("A signal may wait, in days"),
    "meeting_days": N_("A care team meets again, in days"),
    "hearing_alternative": N_("An alternative is proposed, before a hearing"),
    "hearing_place": N_("A place is held, before a hearing"),
    "blockade": N_("A blockade is decided"),
    "break_glass": N_("Emergency access is reviewed"),
    "request_months": N_("A resident's request is decided, in months"),
}


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """`grounds`: the laws that hold or will; `terms`: for how long each class is kept today."""

    strip: Strip
    settings: Settings
    grounds: list[Ground]
    terms: list[Term]


async def area_settings(hand: Hand, query: SettingsOf) -> SettingsPage:
    """How the area is set up, in one transaction. For whoever may change it."""
    if not may_staff(hand):
        raise Problem("not_allowed")
    found = await settings(hand, query)
    laws = [one for one in await legal_grounds(hand, GroundsOf()) if not one.until or one.until > hand.now]
    return SettingsPage(await strip(hand), found, laws, await retention_terms_now(hand, TermsOf()))


@dataclass(frozen=True, slots=True)
class SettingUp:
    """The page of an area's settings."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/teams/settings", SETTING_ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        found = await self.at.look(request, session, area_settings, SettingsOf())
        language = language_of(request)
        seats = [Option(one.value, word(one, language)) for one in sorted(SCHOOL_DISCIPLINES)]
        articles = [Option(one, one) for one in sorted(ARTICLES)]
        return self.at.page(
            request,
            "settings.html",
            session=session,
            strip=found.strip,
            sheet=sheet.offering(disciplines=seats, articles=articles),
            settings=found.settings,
            grounds=found.grounds,
            terms=[(term, term.words(language)) for term in found.terms],
            deadlines=DEADLINES,
            order=dict(zip(ORDER, (one.value for one in found.settings.routing_order), strict=True)),
            closed=" ".join(day.isoformat() for day in found.settings.closed),
        )
