"""The register of processing activities and the facts for an impact assessment, read off the rules themselves.

GDPR articles 30 and 35. Nothing is typed twice: purposes, facets, grounds and classes of retention stand in the
domain, who is shown what in the policy; here they are only put side by side.
"""

from collections.abc import Iterable
from typing import Any

from casecoord.access.decide import Policy
from casecoord.access.explain import who_may
from casecoord.access.printed import as_markdown
from casecoord.access.rules import Effect, Kind, Rule
from casecoord.domain.facets import (
    FACETS,
    SPHERE_GROUND,
    Cell,
    Facet,
    Level,
    Retention,
    Sensitivity,
    Trait,
    Viewer,
)
from casecoord.domain.purposes import PURPOSES
from casecoord.domain.retention import FOUNDED_WITH
from casecoord.domain.spoken import Pair, in_language, say, say_act
from casecoord.domain.words import Language, Purpose, Sphere

Data = dict[str, Any]

#: What the GDPR asks to be said of special categories (article 9) and criminal data (article 10).
SPECIAL = (Sensitivity.HEALTH, Sensitivity.CRIMINAL)


def register(policy: Policy, language: Language) -> Data:
    """The register: for each purpose an activity, with its facets, grounds, receivers and retention."""
    return {"policy": policy.digest, "activities": [_activity(policy, one, language) for one in Purpose]}


def _activity(policy: Policy, purpose: Purpose, language: Language) -> Data:
    words = PURPOSES[purpose]
    viewers = [viewer for viewer in Viewer if policy.may_use(viewer, purpose)]
    # What nobody is shown is processed all the same: a BSN matches.
    facets = [facet for facet in FACETS.values() if purpose in facet.purposes]
    return {
        "id": words.activity,
        "purpose": purpose.value,
        "name": words.name(language),
        "aim": words.aim(language),
        "data_subjects": _subjects(facets, language),
        "viewers": [say(viewer, language) for viewer in viewers],
        "grounds": _in_order({ground for facet in facets for ground in grounds_of(facet)}),
        "retention": [_kept(kind, language) for kind in dict.fromkeys(facet.retention for facet in facets)],
        "facets": [_facet(policy, facet, viewers, language) for facet in facets],
    }


def _kept(kind: Retention, language: Language) -> str:
    """A class with its term, as an area is founded."""
    return f"{say(kind, language)} ({FOUNDED_WITH[kind].words(language)})"


def _facet(policy: Policy, facet: Facet, viewers: Iterable[Viewer], language: Language) -> Data:
    cells = {viewer: policy.cell(facet.name, viewer) for viewer in viewers}
    return {
        "facet": facet.name,
        "label": facet.label(language),
        "sensitivity": say(facet.sensitivity, language),
        "grounds": grounds_of(facet),
        "retention": say(facet.retention, language),
        "receivers": [
            {"viewer": say(viewer, language), "cell": cell.value, "shown": _cell(policy, cell, language)}
            for viewer, cell in cells.items()
            if cell is not Cell.NONE
        ],
    }


def grounds_of(facet: Facet) -> list[str]:
    """The articles of the GDPR: the facet's own, and for things those of each sphere that they can have."""
    spheres = SPHERE_GROUND.values() if facet.level is Level.ITEM else ()
    return _in_order({*facet.ground.split(), *spheres})


def _in_order(articles: Iterable[str]) -> list[str]:
    return sorted(articles, key=lambda article: (int(article.split("(")[0]), article))


def _subjects(facets: Iterable[Facet], language: Language) -> list[str]:
    traits = {
        Trait.PROFESSIONAL
        if Trait.PROFESSIONAL in facet.traits
        else Trait.NO_HOUSEHOLD
        if Trait.NO_HOUSEHOLD in facet.traits
        else None
        for facet in facets
    }
    return [in_language(pair, language) for trait, pair in _SUBJECTS.items() if trait in traits]


_SUBJECTS: dict[Trait | None, Pair] = {
    None: ("leden van gezinnen in het gebied", "members of families in the area"),
    Trait.PROFESSIONAL: ("professionals die er werken", "professionals who work there"),
    Trait.NO_HOUSEHOLD: ("niemand in het bijzonder", "nobody in particular"),
}


def _cell(policy: Policy, cell: Cell, language: Language) -> str:
    """The sentences of the legend."""
    legend = [rule for rule in policy.rules if rule.kind is Kind.CELL and cell.value in rule.cell]
    return "; ".join(_sentence(rule, language) for rule in legend)


def _sentence(rule: Rule, language: Language) -> str:
    return rule.nl if language is Language.NL else rule.en


def _said(words: Iterable[Any], language: Language) -> list[str]:
    return [say(word, language) for word in words]


def impact(policy: Policy, language: Language) -> Data:
    """The facts for an impact assessment: what is sensitive, who is shown it, what limits that, who may do what."""
    return {
        "policy": policy.digest,
        "sensitivity": [
            {"sensitivity": say(kind, language), "facets": [one.label(language) for one in found]}
            for kind in Sensitivity
            if (found := [facet for facet in FACETS.values() if facet.sensitivity is kind])
        ],
        "reach": [_reach(policy, viewer, language) for viewer in Viewer],
        "special": [
            _facet(policy, facet, Viewer, language)
            for facet in FACETS.values()
            if facet.sensitivity in SPECIAL
        ],
        "spheres": [
            {"sphere": say(sphere, language), "ground": SPHERE_GROUND.get(sphere, ""), **_sphere(policy, sphere, language)}
            for sphere in Sphere
        ],
        "traits": [
            {"trait": say(trait, language), "facets": [one.label(language) for one in found]}
            for trait in Trait
            if (found := [facet for facet in FACETS.values() if trait in facet.traits])
        ],
        "safeguards": [
            {"rule": rule.id, "sentence": _sentence(rule, language)}
            for rule in policy.rules
            if rule.kind in (Kind.OVER_FACET, Kind.OVER_SPHERE, Kind.GRANT)
        ],
        "retention": [
            {"class": say(kind, language), "term": FOUNDED_WITH[kind].words(language), "facets": [one.label(language) for one in found]}
            for kind in Retention
            if (found := [facet for facet in FACETS.values() if facet.retention is kind])
        ],
        "acts": [_act(policy, act, language) for act in policy.acts],
    }  # fmt: skip


def _reach(policy: Policy, viewer: Viewer, language: Language) -> Data:
    cells = [policy.cell(name, viewer) for name in FACETS]
    return {
        "viewer": say(viewer, language),
        "full": sum(cell is Cell.FULL for cell in cells),
        "conditional": sum(cell not in (Cell.FULL, Cell.NONE, Cell.EXISTS) for cell in cells),
        "exists": sum(cell is Cell.EXISTS for cell in cells),
        "none": sum(cell is Cell.NONE for cell in cells),
        "purposes": _said((one for one in Purpose if policy.may_use(viewer, one)), language),
    }


def _sphere(policy: Policy, sphere: Sphere, language: Language) -> Data:
    cells = {viewer: policy.cell(sphere, viewer) for viewer in Viewer}
    return {
        "viewers": [
            say(viewer, language) + ("" if cell is Cell.FULL else f" ({_cell(policy, cell, language)})")
            for viewer, cell in cells.items()
            if cell is not Cell.NONE
        ]
    }


def _act(policy: Policy, act: str, language: Language) -> Data:
    conditions = (
        rule
        for rule in policy.rules
        if rule.kind is Kind.ACT and rule.effect is not Effect.ALLOW and act in rule.what
    )
    return {
        "act": act,
        "label": say_act(act, language),
        "who": who_may(policy, act, language),
        "conditions": list(dict.fromkeys(_sentence(rule, language) for rule in conditions)),
    }


def register_page(policy: Policy, language: Language) -> str:
    """The register as a page."""
    data = register(policy, language)
    parts = [f"# {in_language(_REGISTER, language)}\n", f"{in_language(_ABOUT_REGISTER, language)}\n"]
    for one in data["activities"]:
        facts = [
            ["", ""],
            ["id", one["id"]],
            [in_language(_DATA_SUBJECTS, language), "; ".join(one["data_subjects"])],
            [in_language(_VIEWERS, language), "; ".join(one["viewers"])],
            [in_language(_GROUNDS, language), " ".join(one["grounds"])],
            [in_language(_RETENTION, language), "; ".join(one["retention"])],
        ]
        parts += [f"## {one['name'].capitalize()}\n", f"{one['aim']}\n", as_markdown(facts)]
        heading = [in_language(pair, language) for pair in _FACET_HEADING]
        parts.append(as_markdown([heading, *map(_facet_row, one["facets"])]))
    parts += [f"## {in_language(_LEGEND, language)}\n", _legend(policy, language)]
    return "\n".join(parts)


def _facet_row(one: Data) -> list[str]:
    by_cell: dict[str, list[str]] = {}
    for receiver in one["receivers"]:
        by_cell.setdefault(receiver["cell"], []).append(receiver["viewer"])
    shown = "; ".join(f"{cell}: {', '.join(viewers)}" for cell, viewers in by_cell.items())
    return [one["label"], one["sensitivity"], " ".join(one["grounds"]), one["retention"], shown or "-"]


def _legend(policy: Policy, language: Language) -> str:
    rows = [[cell.value, _cell(policy, cell, language)] for cell in Cell if cell is not Cell.NONE]
    return as_markdown([["", ""], *rows])


def impact_page(policy: Policy, language: Language) -> str:
    """The facts for an impact assessment as a page."""
    data = impact(policy, language)

    def part(title: Pair, heading: tuple[Pair, ...], rows: Iterable[list[str]]) -> list[str]:
        named = [in_language(pair, language) for pair in heading]
        return [f"## {in_language(title, language)}\n", as_markdown([named, *rows])]

    lines = [f"# {in_language(_IMPACT, language)}\n", f"{in_language(_ABOUT_IMPACT, language)}\n"]
    lines += part(
        ("Hoe gevoelig", "How sensitive"),
        (("gevoeligheid", "sensitivity"), ("aantal", "number"), _FACET_HEADING[0]),
        ([x["sensitivity"], str(len(x["facets"])), ", ".join(x["facets"])] for x in data["sensitivity"]),
    )
    lines += part(
        ("Hoe ver ieder ziet", "How far each sees"),
        (("wie", "who"), ("getoond", "shown"), ("onder voorwaarde", "on a condition"),
         ("dat het er is", "that it exists"), ("niets", "nothing"), ("doelen", "purposes")),
        (
            [x["viewer"], *(str(x[name]) for name in ("full", "conditional", "exists", "none")), ", ".join(x["purposes"])]
            for x in data["reach"]
        ),
    )  # fmt: skip
    lines += part(
        ("Bijzondere en strafrechtelijke gegevens", "Special categories and criminal data"),
        _FACET_HEADING,
        map(_facet_row, data["special"]),
    )
    lines += part(
        ("Sferen: wat het bestaan van iets al verraadt", "Spheres: what a thing's existence itself reveals"),
        (("sfeer", "sphere"), ("grondslag", "ground"), ("wie", "who")),
        ([x["sphere"], x["ground"], ", ".join(x["viewers"])] for x in data["spheres"]),
    )
    lines += part(
        ("Wat een gegeven van nature is", "What a facet is by nature"),
        (("aard", "nature"), _FACET_HEADING[0]),
        ([x["trait"], ", ".join(x["facets"])] for x in data["traits"]),
    )
    lines += part(
        ("Waarborgen boven de tabellen", "Safeguards over the tables"),
        (("regel", "rule"), ("zin", "sentence")),
        ([x["rule"], x["sentence"]] for x in data["safeguards"]),
    )
    lines += part(
        ("Bewaren", "Retention"),
        (("klasse", "class"), ("termijn", "term"), _FACET_HEADING[0]),
        ([x["class"], x["term"], ", ".join(x["facets"])] for x in data["retention"]),
    )
    lines += part(
        ("Handelingen", "Acts"),
        (("handeling", "act"), ("wie mag het", "who may"), ("voorwaarden", "conditions")),
        ([x["label"], "; ".join(x["who"]), "; ".join(x["conditions"])] for x in data["acts"]),
    )
    return "\n".join(lines)


_REGISTER: Pair = ("Register van verwerkingsactiviteiten", "Register of processing activities")
_ABOUT_REGISTER: Pair = (
    "Gemaakt uit de regels zelf door `casecoord accountability register`; een test vergelijkt de twee.\n"
    "Verwerkingsverantwoordelijke is de alliantie van elk gebied. Het `id` staat in elke regel van het\n"
    "verwerkingenlogboek. Artikelen zijn die van de AVG. Bewaartermijnen zijn die waarmee een gebied begint; een\n"
    "latere gedateerde rij van dat gebied gaat voor.",
    "Made from the rules themselves by `casecoord accountability register`; a test compares the two.\n"
    "The controller is the alliance of each area. The `id` stands in each line of the processing log.\n"
    "Articles are those of the GDPR. Terms of retention are those that an area is founded with; a later dated row\n"
    "of that area goes before.",
)
_IMPACT: Pair = ("Feiten voor een gegevensbeschermingseffectbeoordeling", "Facts for an impact assessment")
_ABOUT_IMPACT: Pair = (
    "Gemaakt uit de regels zelf door `casecoord accountability impact`: de feiten, niet het oordeel.",
    "Made from the rules themselves by `casecoord accountability impact`: the facts, not the judgement.",
)
_DATA_SUBJECTS: Pair = ("betrokkenen", "data subjects")
_VIEWERS: Pair = ("wie dit doel mag gebruiken", "who may use this purpose")
_GROUNDS: Pair = ("grondslagen", "grounds")
_RETENTION: Pair = ("bewaarklassen", "classes of retention")
_LEGEND: Pair = ("Wat ontvangers zien", "What receivers are shown")
_FACET_HEADING: tuple[Pair, ...] = (
    ("gegeven", "facet"),
    ("gevoeligheid", "sensitivity"),
    ("grondslag", "ground"),
    ("bewaarklasse", "class of retention"),
    ("ontvangers", "receivers"),
)
