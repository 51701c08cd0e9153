"""The words of the monitor's cells and of its export: (Dutch, English)."""

from functools import lru_cache

from casecoord.domain.promises import PROMISES
from casecoord.domain.spoken import in_language, say
from casecoord.domain.suppression import Path
from casecoord.domain.words import Language, Sphere, TeamKind

Pair = tuple[str, str]

# fmt: off
_WORDS: dict[str, Pair] = {
    "finance": ("financiën", "finance"),
    "work_education": ("werk en opleiding", "work and education"),
    "time_use": ("tijdsbesteding", "time use"),
    "housing": ("huisvesting", "housing"),
    "domestic_relations": ("huiselijke relaties", "domestic relations"),
    "mental_health": ("geestelijke gezondheid", "mental health"),
    "physical_health": ("lichamelijke gezondheid", "physical health"),
    "substance_use": ("middelengebruik", "substance use"),
    "daily_activities": ("basale ADL", "daily activities"),
    "social_network": ("sociaal netwerk", "social network"),
    "social_participation": ("maatschappelijke participatie", "social participation"),
    "child_development": ("ontwikkeling van het kind", "child development"),
    "family": ("het gezin zelf", "the family itself"),
    "signaller": ("wie signaleerde", "whoever signalled"),
    "within_1_day": ("binnen 1 dag", "within 1 day"),
    "within_1_week": ("binnen 1 week", "within 1 week"),
    "within_2_weeks": ("binnen 2 weken", "within 2 weeks"),
    "within_4_weeks": ("binnen 4 weken", "within 4 weeks"),
    "later": ("later", "later"),
    "team_coordinator": ("bij de teamcoördinator", "with the team's coordinator"),
    "area_coordinator": ("bij de gebiedscoördinator", "with the area's coordinator"),
    "decision_power": ("bij wie doorzettingsmacht heeft", "with decision power"),
    "alliance": ("op de agenda van de alliantie", "on the alliance's agenda"),
    "triaged": ("beoordeeld", "triaged"),
    "lead_proposed": ("regievoerder gevraagd", "lead proposed"),
    "led": ("met regievoerder", "led"),
    "aftercare": ("nazorg", "aftercare"),
    "rule": ("regels", "rule"),
    "money": ("geld", "money"),
    "capacity": ("capaciteit", "capacity"),
    "law": ("wet", "law"),
    "cooperation": ("samenwerking", "cooperation"),
    "incidental": ("eenmalig", "incidental"),
    "structural": ("voortaan", "structural"),
    "place_kept": ("plaats vastgehouden", "place kept"),
    "alternative_found": ("alternatief gevonden", "alternative found"),
    "nothing_ready": ("niets gereed", "nothing ready"),
    "complete": ("met een compleet zorgteam", "with a complete care team"),
    "incomplete": ("zorgteam mist iets", "care team lacks something"),
    "without_team": ("zonder zorgteam", "without a care team"),
    **{rule.value: (row.promise_nl, row.promise_en) for rule, row in PROMISES.items()},
}
HEADERS: dict[str, Pair] = {
    "area": ("gebied", "area"),
    "measure": ("maat", "measure"),
    "title": ("naam", "title"),
    "version": ("versie", "version"),
    "from": ("vanaf", "from"),
    "to": ("tot en met", "to"),
    "category": ("categorie", "category"),
    "words": ("in woorden", "in words"),
    "neighbourhood": ("buurt", "neighbourhood"),
    "place": ("plaats", "place"),
    "number": ("aantal", "number"),
    "suppressed": ("onderdrukt", "suppressed"),
    "definition": ("definitie", "definition"),
}
_YES: Pair = ("ja", "yes")
_NO: Pair = ("nee", "no")
_ELSEWHERE: Pair = ("overige buurten en soorten samen", "the other neighbourhoods and kinds together")
_WHOLE: Pair = ("hele gebied", "whole area")
_NOWHERE: Pair = ("zonder bekende buurt", "without a known neighbourhood")
# fmt: on


@lru_cache(maxsize=2048)
def say_path(path: Path, language: Language) -> str:
    """The words of a cell, the widest first."""
    return ", ".join(_say(word, language) for word in path)


def say_place(neighbourhood: str | None, name: str | None, rest: bool, language: Language) -> str:
    """Where a figure was counted: a neighbourhood by name, the rest, or the whole area."""
    if rest:
        return in_language(_ELSEWHERE, language)
    if neighbourhood is None:
        return in_language(_WHOLE, language)
    return (name or neighbourhood) if neighbourhood else in_language(_NOWHERE, language)


def say_yes(so: bool, language: Language) -> str:
    return in_language(_YES if so else _NO, language)


def header(name: str, language: Language) -> str:
    return in_language(HEADERS[name], language)


def _say(word: str, language: Language) -> str:
    for kind in (Sphere, TeamKind):
        if word in set(kind):
            return say(kind(word), language)
    return in_language(_WORDS.get(word, (word, word)), language)
