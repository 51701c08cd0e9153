"""An export to read: the same as the machine gets, in words, as a PDF that a screen reader can follow."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import typst

from casecoord.domain.words import Language
from casecoord.domain.workdays import AMSTERDAM
from casecoord.paper.words import word

Export = Mapping[str, Any]

_TEMPLATE = files("casecoord.paper").joinpath("export.typ").read_bytes()
#: What of the export stands as paragraphs, in this order.
_SECTIONS = (
    "persons",
    "home",
    "signals",
    "cases",
    "hearings",
    "places",
    "emergency_access",
    "requests",
    "consents",
    "corrections",
)
_LOOKED = ("at", "who", "role", "act", "why")
_GROUNDS = ("label", "ground", "kept")


def pdf_of(export: Export) -> bytes:
    """The export to read."""
    return printed(_sheet(export))


def printed(data: Mapping[str, Any]) -> bytes:
    """A sheet as PDF/UA-1; as a plain PDF where a text holds a letter that no font here has."""
    sheet = {"data": json.dumps(data, ensure_ascii=False)}
    # Only the fonts that come along: the same paper on every machine.
    try:
        return typst.compile(
            _TEMPLATE, format="pdf", sys_inputs=sheet, pdf_standards="ua-1", ignore_system_fonts=True
        )
    except typst.TypstError:
        return typst.compile(_TEMPLATE, format="pdf", sys_inputs=sheet, ignore_system_fonts=True)


def _sheet(export: Export) -> dict[str, Any]:
    language = Language(export["language"])

    def say(key: str) -> str:
        return word(key, language)

    asked = export["request"]
    intro = [
        f"{export['area']}. {say('made')} {_day(export['made_at'])}.",
        f"{say('asked')} {_day(asked['received_at'])}. {say('decided')} {_day(asked['decided_at'])}."
        f" {say('ground').capitalize()}: {asked['ground']}.",
        say("masked"),
    ]
    if export.get("others_at_home"):
        intro.append(f"{say('others')}: {export['others_at_home']}.")
    sections = [_section(name, export[name], language) for name in _SECTIONS if name in export]
    sections += [
        _table(name, columns, export[name], language)
        for name, columns in (("who_looked", _LOOKED), ("grounds", _GROUNDS))
        if name in export
    ]
    return {
        "title": say(f"title.{export['kind']}"),
        "language": language,
        "intro": [*intro, say("rights")],
        "sections": sections,
    }


def _section(name: str, found: Any, language: Language) -> dict[str, Any]:
    things = found if isinstance(found, list) else [found]
    items = [{"title": None, "facts": facts} for thing in things if (facts := _facts(thing, language))]
    return {
        "title": word(name, language),
        "note": None if items else word("nothing", language),
        "items": items,
        "table": None,
    }


def _table(name: str, columns: tuple[str, ...], rows: list[Export], language: Language) -> dict[str, Any]:
    return {
        "title": word(name, language),
        "note": None if rows else word("nothing", language),
        "items": [],
        "table": {
            "columns": [word(column, language) for column in columns],
            "rows": [[_value(row[column], language) or "–" for column in columns] for row in rows],
        }
        if rows
        else None,
    }


def _facts(thing: Export, language: Language) -> list[tuple[str, str]]:
    spoken = ((word(key, language), _value(value, language)) for key, value in thing.items())
    return [(label, value) for label, value in spoken if value]


def _value(value: Any, language: Language) -> str:
    """A value in words; nothing where there is none."""
    if not value and value != 0:
        return ""
    match value:
        case list():
            return "; ".join(filter(None, (_value(one, language) for one in value)))
        case dict():
            if set(value) == {"name", "team", "kind"}:
                return f"{value['name']} ({value['team']})"
            return ", ".join(filter(None, (_value(one, language) for one in value.values())))
        case str():
            return _moment(value) or word(value, language)
    return str(value)


def _moment(value: str) -> str | None:
    """A day or a moment as people write it; None for what is neither."""
    try:
        if len(value) == len("2026-11-02"):
            return f"{date.fromisoformat(value):%d-%m-%Y}"
        if len(value) > len("2026-11-02T") and value[10] == "T":
            return f"{datetime.fromisoformat(value).astimezone(AMSTERDAM):%d-%m-%Y %H:%M}"
    except ValueError:
        pass
    return None


def _day(value: str | None) -> str:
    return "–" if value is None else f"{datetime.fromisoformat(value).astimezone(AMSTERDAM):%d-%m-%Y}"
