"""A second evaluator: Cedar policies written from the tables, independent of Casbin and of the oracle.

`so.wrote_it` is short for "wrote_it is among the facts". Permits name their degree (`full:`, `exists:`, `open_closed:`) and Cedar answers with all that fit.
"""

import csv
import json
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from cedarpy import AuthzResult, Entities, PolicySet, is_authorized_batch

from tests.policies.space import Question

TABLES = Path(__file__).parent / "tables"
RANKS = ("full", "open_closed", "exists")

#: What each word shows: degree and condition.
WORDS = {
    "full": [("full", "true")],
    "exists": [("exists", "true")],
    "consent": [("full", "so.consent_covers"), ("exists", "!so.consent_covers")],
    "unless_secret": [("full", "!so.address_secret")],
    "own_practice": [("full", "so.own_practice")],
    "as_shared": [("full", 'so.shared_with_teams || ["social", "lead"].contains(context.viewer)')],
    "own": [("full", "so.own_entry")],
    "own_person": [("full", "so.own_person")],
    "own_hearing": [("full", "so.own_hearing")],
    "own_teams": [("full", "so.own_team_item")],
    "own_place": [("full", "so.own_place")],
    "on_request": [("full", "so.identity_checked")],
    "open_closed": [("open_closed", "true")],
    "none": [],
}
#: Kinds of facets, by pattern.
WRITTEN = (
    'resource.name like "signal.*" || resource.name like "medical.*" || resource.name like "court.*"'
    ' || resource.name like "plan.*" || resource.name like "family.*" || ["case.contact",'
    ' "meeting.item", "blockade", "outcome", "feedback", "consent.record", "team_note.internal"]'
    ".contains(resource.name)"
)
LOGGED = '["access_log.entry", "break_glass.grant"].contains(resource.name)'
HOME = (
    '["household.address", "household.contact", "household.move", "school.enrolment"].contains(resource.name)'
)
SECRET = 'resource.name == "signal.source" || resource.name like "court.*"'
OWN_WRITING = f"(so.wrote_it && ({WRITTEN}))"
EXEMPT = '["lead", "coordinator", "court_partner", "household"].contains(context.viewer)'
LIFTED = '(context.by_grant && so.medical_lifted && resource.name like "medical.*")'


def policies(facet: str) -> str:
    """All policies that speak of one facet; Cedar would skip the others one by one at each request."""
    text = "\n".join([*_own_writing(), *_facets(facet), *_spheres(), *_over(), *_purposes()])
    return re.sub(r"\bso\.(\w+)", r'context.facts.contains("\1")', text)


def _permit(name: str, head: str, condition: str) -> str:
    return f'@id("{name}") permit (principal, action, {head}) when {{ {condition} }};'


def _forbid(name: str, condition: str) -> str:
    return f'@id("{name}") forbid (principal, action, resource) when {{ {condition} }};'


def _own_writing() -> list[str]:
    return [_permit("full:own writing", "resource", OWN_WRITING)]


def _facets(facet: str) -> Iterable[str]:
    for row in _read("access-matrix.csv"):
        if row["facet"] != facet:
            continue
        here = f'resource == Facet::"{row["facet"]}"'
        for word in sorted({row[viewer] for viewer in _viewers(row)}):
            who = [viewer for viewer in _viewers(row) if row[viewer] == word]
            scope = f"{_names(who)}.contains(context.viewer)"
            if row["facet"].startswith("medical."):
                scope += " && !context.by_grant"
            stays = "true" if word in {"own", "on_request"} else f"(!so.restricted || {EXEMPT})"
            for degree, condition in WORDS[word]:
                name = f"{row['facet']} {word}"
                full = f"{scope} && ({condition})"
                if degree != "full":
                    yield _permit(f"{degree}:{name}", here, full)
                    continue
                yield _permit(f"full:{name}", here, f"{full} && {stays}")
                yield _permit(f"exists:{name} restricted", here, f"{full} && !{stays} && !({SECRET})")
    yield _permit("full:lifted", "resource", f"{LIFTED} && !so.restricted")
    yield _permit("exists:lifted, restricted", "resource", f"{LIFTED} && so.restricted")


def _spheres() -> Iterable[str]:
    allowed = []
    for row in _read("access-spheres.csv"):
        for word in sorted({row[viewer] for viewer in _viewers(row)}):
            who = [viewer for viewer in _viewers(row) if row[viewer] == word]
            for _, condition in WORDS[word]:
                allowed.append(
                    f'(context.sphere == "{row["sphere"]}" && {_names(who)}.contains(context.viewer)'
                    f" && ({condition}))"
                )
    allowed.append(f'({LIFTED} && context.sphere == "health")')
    yield _forbid("sphere", f'resource.level == "item" && !{OWN_WRITING} && !({" || ".join(allowed)})')
    yield _forbid("grant, justice", f'context.by_grant && context.sphere == "justice" && !{OWN_WRITING}')


def _over() -> Iterable[str]:
    yield _forbid("no ground in force", f"so.ground_lapsed && !{OWN_WRITING}")
    yield _forbid(
        "deferred",
        f'context.viewer == "household" && so.deferred_for_safety && (({WRITTEN}) || {LOGGED})'
        f" && !{OWN_WRITING}",
    )
    yield _forbid(
        "split",
        f'so.split_other_part && (resource.level == "item" || ({WRITTEN}) || {LOGGED} || {HOME})'
        f" && !{OWN_WRITING}",
    )


def _purposes() -> Iterable[str]:
    yield _forbid("purpose of facet", f"!resource.purposes.contains(context.purpose) && !{OWN_WRITING}")
    yield _forbid(
        "purpose of viewer",
        'if ["court_partner", "provider"].contains(context.viewer) then context.purpose != "court_alternative"'
        ' else if context.viewer == "analyst" then context.purpose != "monitoring"'
        ' else if context.viewer == "privacy_officer"'
        ' then !["supervision", "access_request"].contains(context.purpose)'
        ' else if context.viewer == "household" then context.purpose != "access_request"'
        ' else if ["coordinator", "decision_power"].contains(context.viewer)'
        ' then !["care_coordination", "monitoring"].contains(context.purpose)'
        ' else context.purpose != "care_coordination"',
    )


def _read(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _viewers(row: dict[str, str]) -> list[str]:
    return [name for name in row if name not in {"facet", "level", "purposes", "sphere"}]


def _names(words: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{word}"' for word in words) + "]"


def _entities() -> list[dict[str, object]]:
    return [
        {
            "uid": {"type": "Facet", "id": row["facet"]},
            "attrs": {"name": row["facet"], "level": row["level"], "purposes": row["purposes"].split()},
            "parents": [],
        }
        for row in _read("access-matrix.csv")
    ]


def answers(facet: str, questions: Sequence[Question]) -> list[str]:
    """What Cedar shows for these questions about one facet. Raises ValueError where a policy fails."""
    rules = PolicySet.from_str(policies(facet))
    return [_degree(result) for result in is_authorized_batch(map(_request, questions), rules, _ENTITIES)]


def _request(question: Question) -> dict[str, object]:
    who, what = question.who, question.what
    context = {
        "viewer": who.viewer,
        "by_grant": who.by_grant,
        "purpose": question.why.purpose,
        "sphere": what.sphere or "none",
        "facts": question.names,
    }
    return {
        "principal": f'Viewer::"{who.viewer}"',
        "action": 'Action::"see"',
        "resource": f'Facet::"{what.facet}"',
        "context": context,
    }


def _degree(result: AuthzResult) -> str:
    if result.diagnostics.errors:
        raise ValueError(result.diagnostics.errors[0])
    if not result.allowed:
        return "none"
    named = result.diagnostics.id_annotations_by_reason.values()
    return min((name.split(":")[0] for name in named), key=RANKS.index)


_ENTITIES = Entities.from_json_str(json.dumps(_entities()))
