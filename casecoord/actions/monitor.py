"""The monitor as it is read: what areas published, small cells withheld already, comparable by definition and version."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from casecoord.access.doing import ActFacts, Doer
from casecoord.actions.looking import NOTHING_SPECIAL, Look, viewers
from casecoord.actions.office import Hand, survey
from casecoord.domain.actors import purposes_of
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.monitor import (
    CURRENT,
    LONGEST,
    VERSIONS,
    Measure,
    Period,
    month_of,
    shifted,
    this_month,
)
from casecoord.domain.monitor_words import header, say_path, say_place, say_yes
from casecoord.domain.spoken import in_language
from casecoord.domain.suppression import Path
from casecoord.domain.words import Language, Purpose
from casecoord.storage import monitor as storage
from casecoord.storage.monitor import Publication, PublishingArea
from casecoord.storage.work import Area

#: What is shown where no month was named.
USUAL = 12


@dataclass(frozen=True, slots=True)
class MonitorOf:
    """The months of these two days and all between; without them the last twelve that are over.

    `area`: the own, or another that published. `neighbourhood`: only there, by its code.
    """

    area: UUID | None = None
    from_on: date | None = None
    to_on: date | None = None
    neighbourhood: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; `number` None: withheld. `rest`: what is withheld elsewhere of this category, together."""

    period: Period
    category: Path
    words: str
    neighbourhood: str | None
    place: str
    number: int | None
    rest: bool


@dataclass(frozen=True, slots=True)
class Total:
    """What is told of a category's widest word in a period, added up; `at_least`: something is withheld of it."""

    period: Period
    category: str
    words: str
    number: int
    at_least: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure under one version of its definition, with what was published of it, and of which periods."""

    measure: Measure
    title: str
    definition: str
    figures: tuple[Figure, ...]
    totals: tuple[Total, ...]
    periods: frozenset[Period] = frozenset()


@dataclass(frozen=True, slots=True)
class Monitor:
    """`to_on`: the last day. `areas`: which others can be read beside this one."""

    area: PublishingArea
    from_on: date
    to_on: date
    measures: tuple[Measured, ...]
    areas: tuple[PublishingArea, ...]
    language: Language


@survey
async def monitor(hand: Hand, query: MonitorOf) -> Monitor:
    """How does an area fare? For whoever may follow figures, of every area that published."""
    look = Look(hand, None, _follower(hand))
    facts = ["for_monitoring"] if hand.actor.purpose is Purpose.MONITORING else []
    permission = hand.may("read_monitor", ActFacts.that("membership_valid", *facts))
    if not permission.allowed or not look.sees("monitor.aggregate"):
        raise Problem("not_found", "area")
    found = await read(hand.work, query, hand.actor.language)
    look.remember("monitor")
    return found


def may_follow(hand: Hand) -> bool:
    """Whether this actor may follow figures, once that is what they look for: the purpose is chosen per request."""
    doer = Doer(hand.actor.role, hand.actor.team_kind)
    permission = hand.policy.may(doer, "read_monitor", ActFacts.that("membership_valid", "for_monitoring"))
    seen = hand.policy.decide(_follower(hand), "monitor.aggregate", None, Purpose.MONITORING, NOTHING_SPECIAL)
    chooses = Purpose.MONITORING in purposes_of(hand.actor.role, hand.actor.team_kind)
    return chooses and permission.allowed and seen.shown is Shown.FULL


def _follower(hand: Hand) -> frozenset[Viewer]:
    return viewers(hand, takes_part=False, is_lead=False, signalled=False, escalated=True)


async def read(work: Area, query: MonitorOf, language: Language) -> Monitor:
    """What was published, for whoever may read it. Raises Problem."""
    areas = await storage.publishing_areas(work)
    wanted = query.area or work.area_id
    area = next((one for one in areas if one.id == wanted), None)
    if area is None:
        raise Problem("not_found", "area")
    if query.neighbourhood is not None and query.neighbourhood not in area.neighbourhoods:
        raise Problem("not_found", "neighbourhood")
    from_on, until_on = months(query.from_on, query.to_on, work.now)
    told = await storage.published(work, area.id, from_on, until_on)
    return Monitor(
        area,
        from_on,
        Period(from_on, until_on).last_day,
        tuple(_measured(told, area, query.neighbourhood, language)),
        tuple(one for one in areas if one.id != area.id),
        language,
    )


def months(from_on: date | None, to_on: date | None, now: datetime) -> tuple[date, date]:
    """The first day of the months asked, and the first after them. Raises Problem."""
    open_month = this_month(now)
    for day, field in ((to_on, "to"), (from_on, "from")):
        if day is not None and month_of(day) >= open_month:
            raise Problem("month_open", field)
    until_on = shifted(month_of(to_on), 1) if to_on else open_month
    if from_on is None:
        return _back(until_on, USUAL), until_on
    if month_of(from_on) >= until_on:
        raise Problem("period_reversed", "from")
    if month_of(from_on) < _back(until_on, LONGEST):
        raise Problem("period_too_long", "from")
    return month_of(from_on), until_on


def _back(month: date, by: int) -> date:
    return shifted(month, -by) if month.year > date.min.year + by // 12 + 1 else date.min


def _measured(
    told: list[Publication], area: PublishingArea, only: str | None, language: Language
) -> Iterator[Measured]:
    for key, measure in VERSIONS.items():
        published = [one for one in told if (one.measure, one.version) == key]
        if published or measure is CURRENT[measure.name]:
            figures = [figure for one in published for figure in _figures(one, area, language)]
            chosen = [one for one in figures if only is None or one.neighbourhood == only]
            yield Measured(
                measure,
                in_language(measure.title, language),
                in_language(measure.definition, language),
                tuple(chosen),
                tuple(_totals(chosen, language)) if only is None else (),
                frozenset(one.period for one in published),
            )


def _figures(told: Publication, area: PublishingArea, language: Language) -> Iterator[Figure]:
    for figure, where in told.figures:
        yield Figure(
            told.period,
            figure.path,
            say_path(figure.path, language),
            where,
            say_place(where, area.neighbourhoods.get(where or ""), figure.rest, language),
            figure.number,
            figure.rest,
        )


def _totals(figures: list[Figure], language: Language) -> Iterator[Total]:
    """Of what is told, and of nothing else: a total tells no more than its parts."""
    together: dict[tuple[Period, str], list[Figure]] = {}
    for figure in figures:
        together.setdefault((figure.period, figure.category[0]), []).append(figure)
    for (period, category), parts in together.items():
        yield Total(
            period,
            category,
            say_path((category,), language),
            sum(part.number or 0 for part in parts),
            any(part.number is None for part in parts),
        )


_COLUMNS = (
    "area", "measure", "title", "version", "from", "to", "category", "words", "neighbourhood", "place", "number",
    "suppressed", "definition",
)  # fmt: skip


def as_csv(found: Monitor) -> str:
    """A line for each figure, with its definition and version: by semicolons in Dutch, as Dutch spreadsheets read."""
    written = io.StringIO()
    write = csv.writer(
        written, delimiter=";" if found.language is Language.NL else ",", lineterminator="\r\n"
    )
    write.writerow([header(name, found.language) for name in _COLUMNS])
    for one in found.measures:
        for figure in one.figures:
            write.writerow([_harmless(value) for value in _line(found, one, figure)])
    return written.getvalue()


def _line(found: Monitor, one: Measured, figure: Figure) -> tuple[object, ...]:
    return (
        found.area.code,
        one.measure.name,
        one.title,
        one.measure.version,
        figure.period.from_on,
        figure.period.last_day,
        "/".join(figure.category),
        figure.words,
        figure.neighbourhood or "",
        figure.place,
        "" if figure.number is None else figure.number,
        say_yes(figure.number is None, found.language),
        one.definition,
    )


def _harmless(value: object) -> str:
    """What a spreadsheet would take for a formula is text."""
    said = str(value)
    return f"'{said}" if said.lstrip().startswith(("=", "+", "-", "@")) else said
