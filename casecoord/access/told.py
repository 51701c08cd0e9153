"""What changes between two versions of the policy, as a table that whoever signs it can read."""

from casecoord.access.attributes import ATOMS
from casecoord.access.differences import Difference
from casecoord.access.doing import ACT_ATOMS
from casecoord.access.explain import SHOWN
from casecoord.access.printed import as_markdown
from casecoord.domain.facets import FACETS, Shown, Viewer
from casecoord.domain.spoken import Pair, in_language, say, say_act
from casecoord.domain.words import Language, Purpose, Role, Sphere, TeamKind

_HEADINGS: tuple[Pair, ...] = (
    ("verandering", "change"),
    ("wie", "who"),
    ("wat", "what"),
    ("sfeer", "sphere"),
    ("doel", "purpose"),
    ("was", "was"),
    ("wordt", "becomes"),
    ("wanneer", "when"),
)
_CHANGE: dict[str, Pair] = {"gains": ("krijgt meer", "gains"), "loses": ("verliest", "loses")}
_MAY: dict[str, Pair] = {"yes": ("mag", "may"), "no": ("mag niet", "may not")}
_NOTHING: Pair = ("Niemand krijgt of verliest iets.", "Nobody gains or loses anything.")
_ALWAYS: Pair = ("altijd", "always")
_IF: Pair = ("als", "if")
_UNLESS: Pair = ("tenzij", "unless")
_EMERGENCY: Pair = ("met noodtoegang", "by emergency access")
_ALL: Pair = ("alle", "all")
_OF: Pair = ("van", "of")


def told(found: list[Difference], language: Language) -> str:
    """One line for each change, the gains first: what opens is what a privacy officer looks for."""
    if not found:
        return in_language(_NOTHING, language)
    heading = [in_language(pair, language) for pair in _HEADINGS]
    gains_first = sorted(found, key=lambda one: one.change != "gains")
    counted = [sum(one.change == change for one in found) for change in _CHANGE]
    summary = ", ".join(
        f"{number} × {in_language(pair, language)}"
        for number, pair in zip(counted, _CHANGE.values(), strict=True)
        if number
    )
    rows = [_row(one, language) for one in gains_first]
    return f"{summary}\n\n{as_markdown([heading, *rows])}".rstrip("\n")


def _row(one: Difference, language: Language) -> list[str]:
    if one.purpose:
        sphere, purpose = _spheres(one.sphere, language), say(Purpose(one.purpose), language)
        was, becomes = (in_language(SHOWN[Shown(word)], language) for word in (one.before, one.after))
        what = FACETS[one.about].label(language)
    else:
        sphere = purpose = ""
        was, becomes = (in_language(_MAY[word], language) for word in (one.before, one.after))
        what = say_act(one.about, language)
    change = in_language(_CHANGE[one.change], language)
    return [change, _who(one, language), what, sphere, purpose, was, becomes, _when(one, language)]


def _who(one: Difference, language: Language) -> str:
    name, _, rest = one.who.partition(" ")
    if one.purpose:
        viewer = say(Viewer(name), language)
        return f"{viewer} {in_language(_EMERGENCY, language)}" if rest else viewer
    role = say(Role(name), language)
    kinds = [say(TeamKind(kind), language) for kind in rest.split()[1:]]
    return f"{role} {in_language(_OF, language)} {', '.join(kinds)}" if kinds else role


def _spheres(names: str, language: Language) -> str:
    found = names.split()
    if len(found) == len(Sphere):
        return in_language(_ALL, language)
    return ", ".join(say(Sphere(name), language) for name in found)


def _when(one: Difference, language: Language) -> str:
    atoms = ATOMS if one.purpose else ACT_ATOMS
    sentences = (
        f"{in_language(_UNLESS if word[0] == '!' else _IF, language)}: "
        f"{atoms[word.removeprefix('!')].sentence(language)}"
        for word in one.when
    )
    return "; ".join(sentences) or in_language(_ALWAYS, language)
