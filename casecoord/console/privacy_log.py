"""Who saw what: the access log of one family, found by number and birth date, and one entry decided again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.access_log import AccessLogOf, LogEntry, access_log
from casecoord.actions.office import Hand, by_right
from casecoord.actions.own_log import HeldBack, HeldBackFrom, HeldBackOf, held_back_from, whose_log
from casecoord.actions.replaying import Replayed, ReplayOf, replay_decision
from casecoord.console.fields import Form, Shown, read_date
from casecoord.console.paging import address, onward
from casecoord.console.privacy_acts import WHO, person
from casecoord.console.reception import Reception
from casecoord.console.rule_words import RuleWords
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.lists import Slice
from casecoord.domain.words import Role
from casecoord.domain.workdays import AMSTERDAM
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_LINES = 50


@dataclass(frozen=True, slots=True)
class LogOf:
    """Of a family or, without one, of nobody yet; `person`: whose own page is asked about besides."""

    asked: AccessLogOf
    person: UUID | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """`log` None: nobody was found yet. `waits`: the lines that this person does not see yet."""

    strip: Strip
    log: Slice[LogEntry] | None
    waits: list[HeldBack]


@by_right
async def log_page(hand: Hand, query: LogOf) -> LogPage:
    """All of the page, in one transaction."""
    if hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found")
    log = await access_log(hand, query.asked) if query.asked.household else None
    waits = await held_back_from(hand, HeldBackFrom(query.person)) if query.person else []
    return LogPage(await strip(hand), log, waits)


async def again(hand: Hand, query: ReplayOf) -> tuple[Strip, Replayed]:
    """An entry decided again, in one transaction."""
    return await strip(hand), await replay_decision(hand, query)


@dataclass(frozen=True, slots=True)
class PrivacyLog:
    """The access log, for the privacy officer."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/privacy/log", self.at.guarded(self.show)),
            Route("/privacy/log/find", self.at.guarded(self.find), methods=["POST"]),
            Route("/privacy/log/{id}", self.at.guarded(self.show_again)),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, self.at.session(request), Shown("find"))

    async def find(self, request: Request) -> Response:
        """From a number, which no address may hold, to the log of the family."""

        async def do(session: Session, form: Form) -> Response:
            about = person(form)
            form.check()
            found = await self.at.look(request, session, whose_log, HeldBackOf(about))
            asked = {
                "household": global_id("Household", found.household),
                "person": global_id("Person", found.person),
            }
            return RedirectResponse(address("/privacy/log", **asked), 303)

        return await self.at.filled(request, do, partial(self._again, request))

    async def show_again(self, request: Request) -> Response:
        """What decided then, and what the policy of its day and today's say now."""
        query = ReplayOf(key_of("LogEntry", request.path_params["id"]))
        session = self.at.session(request)
        above, found = await self.at.look(request, session, again, query)
        return self.at.page(
            request,
            "privacy_again.html",
            session=session,
            strip=above,
            found=found,
            words=RuleWords(language_of(request)),
        )

    async def _again(
        self, request: Request, session: Session, given: Mapping[str, str], problems: Iterable[Problem]
    ) -> Response:
        names = [field.name for field in WHO]
        form = Shown.again("find", given, problems, language_of(request), names)
        return await self._page(request, session, form)

    async def _page(self, request: Request, session: Session, form: Shown) -> Response:
        asked = request.query_params
        household = key_of("Household", asked["household"]) if asked.get("household") else None
        who = key_of("Person", asked["person"]) if asked.get("person") else None
        since, until = read_date(asked.get("since", "")), read_date(asked.get("until", ""))
        query = AccessLogOf(household, _start(since), _end(until), _LINES, asked.get("after") or None)
        found = await self.at.look(request, session, log_page, LogOf(query, who))
        kept = {name: asked[name] for name in ("household", "person", "since", "until") if asked.get(name)}
        return self.at.page(
            request,
            "privacy_log.html",
            session=session,
            strip=found.strip,
            form=form,
            words=RuleWords(language_of(request)),
            found=found,
            kept=kept,
            since=since,
            until=until,
            following=onward(found.log, "/privacy/log", **kept) if found.log else None,
            first=address("/privacy/log", **kept) if asked.get("after") else "",
        )


def _start(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), AMSTERDAM) if day else None


def _end(day: date | None) -> datetime | None:
    """To the end of that day."""
    return _start(day + timedelta(days=1)) if day else None
