"""Signal a concern: one form, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.asked import AskedOf, invitations, proposals
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.office import Hand
from casecoord.actions.possible import may_signal
from casecoord.actions.sent import (
    SentLine,
    SentSignal,
    SentSignalOf,
    SentSignalsOf,
    sent_signal,
    sent_signals,
)
from casecoord.actions.signals import AddSignal, ByName, add_signal
from casecoord.console.fields import Form, Shown
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.lists import Slice
from casecoord.domain.words import (
    Audience,
    LifeDomain,
    SignalSubject,
    TeamKind,
    Urgency,
    VeiligThuis,
    safety_matters,
)
from casecoord.identity.door import language_of
from casecoord.identity.sessions import Session

_PAGE = 25
_FIELDS = (
    "person.bsn",
    "person.name",
    "person.birthDate",
    "person.postcode",
    "subject",
    "domain",
    "urgency",
    "summary",
    "detail",
    "audience",
    "veiligThuis",
    "veiligThuisReason",
    "veiligThuisOn",
)
_CHOICES: dict[str, Any] = {
    "domains": list(LifeDomain),
    "urgencies": list(Urgency),
    "audiences": list(Audience),
    "subjects": list(SignalSubject),
    "reports": list(VeiligThuis),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that was sent, with the strip above it."""

    strip: Strip
    now: datetime
    signal: SentSignal


@dataclass(frozen=True, slots=True)
class AllSent:
    """What the own team signalled, with the strip above it; `asked`: something waits for an answer."""

    strip: Strip
    signals: Slice[SentLine]
    asked: bool


async def blank(hand: Hand, query: None) -> Strip:
    """The form, for whoever may signal."""
    if not may_signal(hand):
        raise Problem("not_allowed")
    return await strip(hand)


async def sent(hand: Hand, query: SentSignalOf) -> Sent:
    """What became of a signal, in one transaction."""
    return Sent(await strip(hand), hand.now, await sent_signal(hand, query))


async def all_sent(hand: Hand, query: SentSignalsOf) -> AllSent:
    """What became of each, in one transaction; for whoever may signal."""
    above, one = await blank(hand, None), AskedOf(first=1)
    found = await sent_signals(hand, query)
    waiting = (await invitations(hand, one)).items or (await proposals(hand, one)).items
    return AllSent(above, found, bool(waiting))


@dataclass(frozen=True, slots=True)
class Signalling:
    """The form and its answer."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/signal", self.at.guarded(self.show_form)),
            Route("/signal", self.at.guarded(self.send_signal), methods=["POST"]),
            Route("/signals", self.at.guarded(self.list_sent)),
            Route("/signals/{id}", self.at.guarded(self.sent_signal)),
        ]

    async def show_form(self, request: Request) -> Response:
        return await self._form(request, self.at.session(request), Shown("signal"))

    async def send_signal(self, request: Request) -> Response:
        """Sends it once, however often the button was pressed; what is wrong comes back with all that was typed."""

        async def do(session: Session, form: Form) -> Response:
            done = await self.at.act(request, session, add_signal, read(form))
            return RedirectResponse(f"/signals/{global_id('Signal', done.signal)}", 303)

        return await self.at.filled(request, do, partial(self._again, request))

    async def sent_signal(self, request: Request) -> Response:
        """What the sender may know of it."""
        session = self.at.session(request)
        query = SentSignalOf(key_of("Signal", request.path_params["id"]))
        found = await self.at.look(request, session, sent, query)
        return self.at.page(request, "sent.html", session=session, sent=found, strip=found.strip)

    async def list_sent(self, request: Request) -> Response:
        """What became of what the own team signalled."""
        session, after = self.at.session(request), request.query_params.get("after") or None
        found = await self.at.look(request, session, all_sent, SentSignalsOf(_PAGE, after))
        return self.at.page(
            request,
            "signals.html",
            session=session,
            sent=found,
            strip=found.strip,
            first="/signals" if after else "",
            following=onward(found.signals, "/signals"),
        )

    async def _again(
        self, request: Request, session: Session, given: Mapping[str, str], problems: Iterable[Problem]
    ) -> Response:
        form = Shown.again("signal", given, problems, language_of(request), _FIELDS)
        return await self._form(request, session, form)

    async def _form(self, request: Request, session: Session, form: Shown) -> Response:
        above = await self.at.look(request, session, blank, None)
        return self.at.page(
            request,
            "signal.html",
            session=session,
            strip=above,
            form=form,
            **_CHOICES,
            opened=_opened(form),
            of_practice=above.me.acting.team_kind is TeamKind.GP_CARE,
        )


def read(form: Form) -> AddSignal:
    """The input of the verb. Raises Faulty with everything that is missing."""
    about = _about(form)
    domain, urgency = form.choice("domain", LifeDomain), form.choice("urgency", Urgency)
    summary = form.needed("summary")
    audience = form.chosen("audience", Audience)
    report_on = form.day("veiligThuisOn")
    form.check()
    return AddSignal(
        form.key,
        about,
        form.chosen("subject", SignalSubject) or SignalSubject.PERSON,
        domain,
        urgency,
        summary,
        form.text("detail"),
        audience,
        form.chosen("veiligThuis", VeiligThuis),
        form.text("veiligThuisReason"),
        report_on,
    )


def _about(form: Form) -> ByBsn | ByName:
    bsn, name = form.plain("person.bsn"), form.text("person.name")
    born = form.needed_day("person.birthDate")
    if bsn or not name:
        return ByBsn(bsn or form.needed("person.bsn", "person_missing"), born)
    postcode = form.plain("person.postcode")
    return ByName(name, born, postcode or form.needed("person.postcode", "postcode_invalid"))


def _opened(form: Shown) -> dict[str, bool]:
    """Which folded parts of the form are open: where something was typed, or is wrong."""
    return {
        "by_name": _used(form, "person.name", "person.postcode"),
        "more": _used(form, "detail", "audience") or form.value("subject") == SignalSubject.HOUSEHOLD,
        "safety": _used(form, "veiligThuis", "veiligThuisReason", "veiligThuisOn") or _about_safety(form),
    }


def _about_safety(form: Shown) -> bool:
    """Whether what was chosen calls for the words on Veilig Thuis, 112 and the meldcode."""
    domain, urgency = form.value("domain"), form.value("urgency")
    known = domain in list(LifeDomain) and urgency in list(Urgency)
    return known and safety_matters(LifeDomain(domain), Urgency(urgency))


def _used(form: Shown, *names: str) -> bool:
    return any(form.value(name) or form.fault(name) for name in names)
