"""The monitor: the one table of measures, and the periods over which they are published.

A measure has a definition and a version. Whoever changes what it counts writes a new row of the next version: figures
that were published keep the definition under which they were counted. One more measure is one row here, and one
fragment of SQL in `storage/monitor_counts.py`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from casecoord.domain.promises import Level, Rule
from casecoord.domain.suppression import Path
from casecoord.domain.teams import sphere_among
from casecoord.domain.words import (
    BlockadeKind,
    CaseState,
    LifeDomain,
    Reach,
    Sphere,
    TeamKind,
    Word,
    sphere_of,
)
from casecoord.domain.workdays import local_date

Pair = tuple[str, str]

#: How many months can be asked, and are published when an area begins late.
LONGEST = 36
#: Days between two moments, up to and including; the last has no end.
BANDS: tuple[tuple[str, int | None], ...] = (
    ("within_1_day", 1), ("within_1_week", 7), ("within_2_weeks", 14), ("within_4_weeks", 28), ("later", None),
)  # fmt: skip
#: Who signals where no team does.
FAMILY = "family"
#: How far an alternative was when the youth stood before the judge.
READINESS = ("place_kept", "alternative_found", "nothing_ready")
#: What a school's care team is, or lacks.
COMPLETE, INCOMPLETE, WITHOUT_TEAM = COVERAGE = ("complete", "incomplete", "without_team")


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted, in which cells, over how many whole months.

    `local`: by neighbourhood too. `exact`: of no family, so that every number is told as it is. `standing`: what
    there is at the end of the period, rather than what happened in it.
    """

    name: str
    version: int
    title: Pair
    definition: Pair
    categories: tuple[Path, ...]
    months: int = 1
    local: bool = True
    exact: bool = False
    standing: bool = False


def _signals() -> tuple[Path, ...]:
    """Every sphere, domain and source that a signal can have."""
    by_teams = [
        (sphere_among(sphere_of(domain), kind), domain, kind) for domain in LifeDomain for kind in TeamKind
    ]
    by_family = [(sphere_of(domain), domain, FAMILY) for domain in LifeDomain]
    return tuple(sorted((*by_teams, *by_family)))


def _each(*words: str) -> tuple[Path, ...]:
    return tuple((word,) for word in words)


_BANDED = _each(*(band for band, _ in BANDS))
_IN_VIEW_NL = "in de sferen algemeen en bestaanszekerheid"
_IN_VIEW_EN = "in the spheres general and livelihood"
#: Promises to a family whose gap has a sphere that counts; that of a hearing has none.
_RULES = tuple(rule for rule in Rule if rule not in (Rule.SCHOOL, Rule.DUTY, Rule.DELIVERY, Rule.HEARING))

# fmt: off
MEASURES: tuple[Measure, ...] = (
    Measure(
        "signals", 1, ("Signalen", "Signals"),
        ("Signalen die in de maand binnenkwamen, naar sfeer, leefgebied en soort melder; wat uit een ander gebied "
         "meekwam telt daar.",
         "Signals received in the month, by sphere, life domain and kind of source; what came along from another "
         "area counts there."),
        _signals(),
    ),
    Measure(
        "time_to_triage", 1, ("Tijd tot beoordeling", "Time to triage"),
        (f"Signalen {_IN_VIEW_NL} die in de maand zijn beoordeeld, naar kalenderdagen sinds ontvangst.",
         f"Signals {_IN_VIEW_EN} triaged in the month, by calendar days since they were received."),
        _BANDED,
    ),
    Measure(
        "time_to_lead", 1, ("Tijd tot regievoerder", "Time to lead"),
        ("Casussen waarin de eerste regievoerder in de maand ja zei, naar kalenderdagen sinds de beoordeling.",
         "Cases in which the first lead accepted in the month, by calendar days since triage."),
        _BANDED,
    ),
    Measure(
        "time_to_contact", 1, ("Tijd tot eerste contact", "Time to first contact"),
        ("Casussen met het eerste contact met het gezin in de maand, naar kalenderdagen sinds er een regievoerder is.",
         "Cases with the first contact with the family in the month, by calendar days since there is a lead."),
        _BANDED,
    ),
    Measure(
        "gaps", 1, ("Gaten", "Gaps"),
        (f"Gebroken beloften aan gezinnen {_IN_VIEW_NL} aan het einde van de maand, naar regel en hoe ver het gat "
         "opliep: direct, na 3, na 5 of na 10 werkdagen.",
         f"Broken promises to families {_IN_VIEW_EN} at the end of the month, by rule and how far the gap climbed: "
         "at once, after 3, after 5 or after 10 working days."),
        tuple((rule, level.name.lower()) for rule in _RULES for level in Level), standing=True,
    ),
    Measure(
        "cases", 1, ("Casussen per fase", "Cases per phase"),
        ("Open casussen aan het einde van de maand, naar fase.", "Open cases at the end of the month, by phase."),
        _each(CaseState.TRIAGED, CaseState.LEAD_PROPOSED, CaseState.LED, CaseState.AFTERCARE), standing=True,
    ),
    Measure(
        "outcomes", 1, ("Uitkomsten", "Outcomes"),
        ("Casussen die in de maand sloten met een uitkomst, naar wie die bevestigde.",
         "Cases that closed in the month with an outcome, by who confirmed it."),
        _each(*Word),
    ),
    Measure(
        "breakthroughs", 1, ("Doorbraken", "Breakthroughs"),
        (f"Blokkades {_IN_VIEW_NL} waarover in het kwartaal is beslist, naar reikwijdte en soort.",
         f"Blockades {_IN_VIEW_EN} decided in the quarter, by reach and kind."),
        tuple((reach, kind) for reach in Reach for kind in BlockadeKind), months=3,
    ),
    Measure(
        "alternatives", 1, ("Jongerenalternatieven", "Youth alternatives"),
        ("Zittingen die in het kwartaal zijn gehouden, naar hoe ver het alternatief toen was: een plaats "
         "vastgehouden, een alternatief gevonden, of niets gereed.",
         "Hearings held in the quarter, by how far the alternative was then: a place kept, an alternative found, or "
         "nothing ready."),
        _each(*READINESS), months=3, local=False,
    ),
    Measure(
        "school_coverage", 1, ("Scholen met een zorgteam", "Schools with a care team"),
        ("Scholen bij het publiceren van de maand: met een zorgteam dat compleet is en bijeenkwam, met een dat iets "
         "mist, of zonder.",
         "Schools when the month was published: with a care team that is complete and met, with one that lacks "
         "something, or without."),
        _each(*COVERAGE), exact=True, standing=True,
    ),
)
# fmt: on
#: Every version by name and number, and the one by which is counted now.
VERSIONS: dict[tuple[str, int], Measure] = {(one.name, one.version): one for one in MEASURES}
CURRENT: dict[str, Measure] = {one.name: one for one in sorted(MEASURES, key=lambda one: one.version)}
#: Spheres that the area's coordinator sees: with others in a figure, whoever knows theirs could subtract.
COUNTED = (Sphere.GENERAL, Sphere.LIVELIHOOD)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole months: `from_on` their first day, `until_on` the first day after them."""

    from_on: date
    until_on: date

    @property
    def last_day(self) -> date:
        return date.fromordinal(self.until_on.toordinal() - 1)


def month_of(day: date) -> date:
    """The first day of its month."""
    return day.replace(day=1)


def shifted(month: date, months: int) -> date:
    """The first day of the month so many later."""
    year, number = divmod(month.year * 12 + month.month - 1 + months, 12)
    return date(year, number + 1, 1)


def this_month(now: datetime) -> date:
    """The first day of the month that is not over yet."""
    return month_of(local_date(now))


def periods(measure: Measure, since: date, before: date) -> Iterator[Period]:
    """The periods of a measure that begin in a month or later, and are over before another."""
    start = since.replace(month=(since.month - 1) // measure.months * measure.months + 1)
    if start < since:
        start = shifted(start, measure.months)
    while (end := shifted(start, measure.months)) <= before:
        yield Period(start, end)
        start = end
