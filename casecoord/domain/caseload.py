"""How much a case asks of its lead, and when that is too much. An estimate to plan by, never a measure of a person.

It follows from how far the case is and how urgent its open signals are; nothing about who the family is goes into it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from casecoord.domain.words import CaseState, Language, Urgency

#: Hours a week for the lead of a case at work, by its most urgent open signal in view; None: none is open.
HOURS: dict[Urgency | None, int] = {Urgency.ACUTE: 6, Urgency.HIGH: 4, Urgency.NORMAL: 3, None: 2}
#: In aftercare, whatever is open.
AFTERCARE = 1
#: How far ahead one looks, and how many clocks in that time are more than one person keeps.
AHEAD = timedelta(weeks=3)
MOST_CLOCKS = 12


class Strain(StrEnum):
    """Why somebody has too much on their hands, or soon will."""

    OVER_CEILING = "over_ceiling"
    OVER_HOURS = "over_hours"
    CEILING_SOON = "ceiling_soon"
    HOURS_SOON = "hours_soon"
    CLOCKS_SOON = "clocks_soon"


_WORDS = {
    Strain.OVER_CEILING: ("leidt meer casussen dan het maximum", "leads more cases than the ceiling"),
    Strain.OVER_HOURS: ("de casussen vragen meer uren dan er zijn", "the cases ask more hours than there are"),
    Strain.CEILING_SOON: (
        "gaat met wat gevraagd is over het maximum", "what is asked goes over the ceiling",
    ),
    Strain.HOURS_SOON: (
        "met wat gevraagd is zijn er te weinig uren", "with what is asked there are too few hours",
    ),
    Strain.CLOCKS_SOON: (
        "de komende weken lopen er veel termijnen af", "many deadlines come due in the next weeks",
    ),
}  # fmt: skip


def spoken(strain: Strain, language: Language) -> str:
    """A strain as a person says it."""
    dutch, english = _WORDS[strain]
    return dutch if language is Language.NL else english


def hours_of(state: CaseState, urgency: Urgency | None) -> int:
    """What a case asks of its lead in a week."""
    return AFTERCARE if state is CaseState.AFTERCARE else HOURS[urgency]


@dataclass(frozen=True, slots=True)
class Burden:
    """What one professional leads and is asked to lead, and what there is for it. `hours`, `ceiling` None: not said."""

    leads: int
    asked: int
    hours_asked: int
    hours_coming: int
    hours: int | None
    ceiling: int | None
    clocks: int

    def strains(self) -> list[Strain]:
        """Everything that is too much now, or in the weeks to come."""
        return list(self._strains())

    def _strains(self) -> Iterable[Strain]:
        if self.ceiling is not None and self.leads > self.ceiling:
            yield Strain.OVER_CEILING
        elif self.ceiling is not None and self.leads + self.asked > self.ceiling:
            yield Strain.CEILING_SOON
        if self.hours is not None and self.hours_asked > self.hours:
            yield Strain.OVER_HOURS
        elif self.hours is not None and self.hours_asked + self.hours_coming > self.hours:
            yield Strain.HOURS_SOON
        if self.clocks > MOST_CLOCKS:
            yield Strain.CLOCKS_SOON

    def holds(self, hours: int) -> bool:
        """Whether one more case of so many hours fits."""
        fits = self.hours is None or self.hours_asked + self.hours_coming + hours <= self.hours
        return fits and (self.ceiling is None or self.leads + self.asked < self.ceiling)
