"""The access tables and what comes over them, read straightforwardly; shares no code with `access/`.

Words only: viewers, facets and facts are strings here, so that a slip in an enum shows.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

TABLES = Path(__file__).parent / "tables"


def read(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


FACETS = {row["facet"]: row for row in read("access-matrix.csv")}
SPHERES = {row["sphere"]: row for row in read("access-spheres.csv")}
VIEWERS = [name for name in next(iter(SPHERES.values())) if name != "sphere"]

#: Which purposes a viewer may use (access-matrix, rule 5).
PURPOSES = {viewer: {"care_coordination"} for viewer in VIEWERS} | {
    "court_partner": {"court_alternative"},
    "provider": {"court_alternative"},
    "analyst": {"monitoring"},
    "privacy_officer": {"supervision", "access_request"},
    "household": {"access_request"},
    "coordinator": {"care_coordination", "monitoring"},
    "decision_power": {"care_coordination", "monitoring"},
}

#: What somebody writes down (rule 1), and what of the other part nobody sees after a split (rule 2).
WRITTEN = {
    name
    for name in FACETS
    if name.split(".")[0] in {"signal", "medical", "court", "plan", "family"}
    or name in {"case.contact", "meeting.item", "blockade", "outcome", "feedback", "consent.record"}
    or name == "team_note.internal"
}
LOGGED = {"access_log.entry", "break_glass.grant"}
HOME = {"household.address", "household.contact", "household.move", "school.enrolment"}
OTHER_PART = WRITTEN | LOGGED | HOME | {name for name, row in FACETS.items() if row["level"] == "item"}
DEFERRABLE = WRITTEN | LOGGED
#: "never for a sphere, a source or anything whose existence is the secret"
SECRET = {"signal.source", "court.hearing", "court.preparation", "court.suitability", "court.placement"}
UNRESTRICTED = {"lead", "coordinator", "court_partner", "household"}


def shown(
    viewer: str, by_grant: bool, facet: str, sphere: str | None, purpose: str, facts: Iterable[str]
) -> str:
    """`full`, `open_closed`, `exists` or `none`."""
    row, facts = FACETS[facet], set(facts)
    if purpose not in PURPOSES[viewer]:
        return "none"
    if facet in WRITTEN and "wrote_it" in facts:
        return "full"
    if "ground_lapsed" in facts:
        return "none"
    if viewer == "household" and "deferred_for_safety" in facts and facet in DEFERRABLE:
        return "none"
    if "split_other_part" in facts and facet in OTHER_PART:
        return "none"
    if purpose not in row["purposes"].split():
        return "none"
    lifted = by_grant and facet.startswith("medical.") and "medical_lifted" in facts
    answer = granted(facet, lifted) if by_grant else None
    answer = answer or cell(row[viewer], viewer, facts)
    if "restricted" in facts and answer == "full" and viewer not in UNRESTRICTED:
        about_oneself_or_to_find = row[viewer] in {"own", "on_request"}
        answer = "full" if about_oneself_or_to_find else "none" if facet in SECRET else "exists"
    if row["level"] == "item" and not in_sphere(viewer, by_grant, lifted, sphere, facts):
        return "none"
    return answer


def granted(facet: str, lifted: bool) -> str | None:
    """Rule 4: no `medical.*`, unless a GP lifted it; None where the table decides."""
    if not facet.startswith("medical."):
        return None
    return "full" if lifted else "none"


def in_sphere(viewer: str, by_grant: bool, lifted: bool, sphere: str | None, facts: set[str]) -> bool:
    if sphere is None or (by_grant and sphere == "justice"):
        return False
    if lifted and sphere == "health":
        return True
    return cell(SPHERES[sphere][viewer], viewer, facts) == "full"


def cell(word: str, viewer: str, facts: set[str]) -> str:
    """What a word in a table shows."""
    match word:
        case "full" | "exists" | "open_closed" | "none":
            return word
        case "consent":
            return "full" if "consent_covers" in facts else "exists"
        case "unless_secret":
            return "none" if "address_secret" in facts else "full"
        case "as_shared":
            return "full" if viewer in {"social", "lead"} or "shared_with_teams" in facts else "none"
        case _:
            return "full" if ASKED[word] in facts else "none"


ASKED = {
    "own_practice": "own_practice",
    "own": "own_entry",
    "own_person": "own_person",
    "own_hearing": "own_hearing",
    "own_teams": "own_team_item",
    "own_place": "own_place",
    "on_request": "identity_checked",
}
