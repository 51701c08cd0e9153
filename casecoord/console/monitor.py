"""The monitor: how an area fares, as charts with their tables, and the same to download."""

import re
from dataclasses import dataclass, replace
from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from casecoord.actions.monitor import Monitor, MonitorOf, as_csv, monitor
from casecoord.actions.office import Hand, survey
from casecoord.console.charts import Chart, chart
from casecoord.console.reception import Reception, attachment
from casecoord.console.strip import Strip, strip
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.monitor import LONGEST, Period, month_of, shifted, this_month
from casecoord.domain.words import Purpose
from casecoord.identity.door import language_of

#: What somebody chose that does not go together: the page says so, and shows the last year.
_CHOSEN_WRONG = ("month_open", "period_reversed", "period_too_long")


@dataclass(frozen=True, slots=True)
class Figures:
    """What an area published, and the months that can be chosen, the last first."""

    strip: Strip
    monitor: Monitor
    months: tuple[Period, ...]


@survey
async def figures(hand: Hand, query: MonitorOf) -> Figures:
    """How an area fares, in one transaction."""
    last = this_month(hand.now)
    months = [Period(shifted(last, -back), shifted(last, 1 - back)) for back in range(1, LONGEST + 1)]
    return Figures(await strip(hand), await _read(hand, query), tuple(months))


@survey
async def figures_to_keep(hand: Hand, query: MonitorOf) -> Monitor:
    """The same, for a file."""
    return await monitor(hand, query)


async def _read(hand: Hand, query: MonitorOf) -> Monitor:
    try:
        return await monitor(hand, query)
    except Problem as problem:
        if problem.field != "neighbourhood":
            raise
        # It lies in the area that was chosen before.
        return await monitor(hand, replace(query, neighbourhood=None))


@dataclass(frozen=True, slots=True)
class Following:
    """The page of figures and its files."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        guarded = self.at.guarded
        return [
            Route("/monitor", guarded(self.show)),
            Route("/monitor/figures.csv", guarded(self.download)),
        ]

    async def show(self, request: Request) -> Response:
        """Ten measures, each with its chart and its table."""
        session, asked, wrong = self.at.session(request), _asked(request), ""
        try:
            found = await self.at.look(request, session, figures, asked, Purpose.MONITORING)
        except Problem as problem:
            if problem.code not in _CHOSEN_WRONG:
                raise
            wrong, asked = problem.message(language_of(request)), replace(asked, from_on=None, to_on=None)
            found = await self.at.look(request, session, figures, asked, Purpose.MONITORING)
        told = found.monitor
        where = asked.neighbourhood if asked.neighbourhood in told.area.neighbourhoods else None
        chosen = {
            "area": global_id("Area", told.area.id),
            "from": f"{told.from_on:%Y-%m}",
            "to": f"{told.to_on:%Y-%m}",
            **({"neighbourhood": where} if where else {}),
        }
        asked_for = {} if wrong else {name: chosen[name] for name in chosen if request.query_params.get(name)}
        return self.at.page(
            request,
            "monitor.html",
            status=422 if wrong else 200,
            session=session,
            strip=found.strip,
            found=found,
            monitor=told,
            charts=_charts(told, where),
            where=where,
            chosen=chosen,
            wrong=wrong,
            # What was not chosen is left out: the file then holds the usual months too.
            file=f"/monitor/figures.csv?{urlencode(asked_for)}{'&' if asked_for else ''}",
        )

    async def download(self, request: Request) -> Response:
        """One measure or all, as the API gives them."""
        session, query = self.at.session(request), _asked(request)
        found = await self.at.look(request, session, figures_to_keep, query, Purpose.MONITORING)
        only = request.query_params.get("measure")
        kept = tuple(one for one in found.measures if only in (None, one.measure.name))
        if not kept:
            raise Problem("not_found", "measure")
        parts = ("monitor", found.area.code, *([only] if only else []), f"{found.from_on}", f"{found.to_on}")
        name = re.sub(r"[^\w-]", "", "-".join(parts), flags=re.ASCII)
        # Spreadsheets take a file for UTF-8 only if it begins by saying so.
        made = as_csv(replace(found, measures=kept)).encode("utf-8-sig")
        return attachment(made, "text/csv; charset=utf-8", f"{name}.csv")


def _charts(found: Monitor, where: str | None) -> list[Chart]:
    """Of one neighbourhood only what is counted there."""
    until_on = shifted(month_of(found.to_on), 1)
    return [
        chart(one, found.from_on, until_on, where, found.language)
        for one in found.measures
        if one.measure.local or not where
    ]


def _asked(request: Request) -> MonitorOf:
    asked = request.query_params
    return MonitorOf(
        _area(asked.get("area")),
        _month(asked.get("from")),
        _month(asked.get("to")),
        asked.get("neighbourhood") or None,
    )


def _area(given: str | None) -> UUID | None:
    return key_of("Area", given, "area") if given else None


def _month(given: str | None) -> date | None:
    """The first day of a month as a form gives it; nothing else is one."""
    try:
        return date.fromisoformat(f"{given}-01") if given else None
    except ValueError:
        return None
