"""As what somebody looks by their seat alone, and what such a seat may see at all.

The second net, row level security, is woven of this: it is no statement of its own, but read off the policy.
"""

import json
from functools import lru_cache

from casecoord.access.attributes import Facts, What, Who, Why
from casecoord.access.decide import Policy
from casecoord.domain.actors import purposes_of
from casecoord.domain.facets import FACETS, Cell, Level, Shown, Trait, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

TEAM_ROLES = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)
_TEAM_VIEWERS = {
    TeamKind.SCHOOL_CARE: Viewer.SCHOOL_CARE,
    TeamKind.SOCIAL: Viewer.SOCIAL,
    TeamKind.WORK_CARE: Viewer.WORK_CARE,
    TeamKind.GP_CARE: Viewer.GP_CARE,
    TeamKind.COURT_PARTNER: Viewer.COURT_PARTNER,
}
_ROLE_VIEWERS = {
    Role.AREA_COORDINATOR: Viewer.COORDINATOR,
    Role.ANALYST: Viewer.ANALYST,
    Role.PRIVACY_OFFICER: Viewer.PRIVACY_OFFICER,
}
#: Cells about oneself: they open nothing of families as such.
_ABOUT_ONESELF = frozenset({Cell.NONE, Cell.OWN, Cell.OWN_PERSON, Cell.OWN_PLACE})


def team_viewer(role: Role, kind: TeamKind) -> Viewer | None:
    """As what a member of a participating team looks; None for roles that see nothing by a team."""
    return _TEAM_VIEWERS.get(kind) if role in TEAM_ROLES else None


def role_viewer(role: Role) -> Viewer | None:
    """As what somebody looks by role alone, whatever the household."""
    return _ROLE_VIEWERS.get(role)


@lru_cache(maxsize=32)
def reach(policy: Policy, chosen: Purpose | None = None) -> str:
    """What each seat may see at all, as JSON for the database, for this purpose; None: each for its own work.

    `seats`: by role, or by role and kind of team, those who can see anything of families. `open`: the spheres in
    which something can be shown to them; `shared`: those in which only what its author shared; `by_team`: they see
    what their team wrote; `whole`: not by what their team does, but everywhere; `lead` and `grant`: the spheres of
    a household that one leads, and of one opened in an emergency. `case_facets`: those without a sphere of their own.
    """
    seats: dict[str, dict[str, object]] = {}
    for role in TEAM_ROLES:
        for kind in TeamKind:
            purpose = chosen or purposes_of(role, kind)[0]
            seats[f"{role} {kind}"] = {**_opened(policy, team_viewer(role, kind), purpose), "by_team": True}
    for role, viewer in {**_ROLE_VIEWERS, Role.DECISION_POWER: Viewer.DECISION_POWER}.items():
        purpose = chosen or purposes_of(role, TeamKind.PROGRAMME_BUREAU)[0]
        if _sees_families(policy, viewer, purpose):
            found = _opened(policy, viewer, purpose)
            seats[role] = {**found, "whole": True, **({"by_team": True} if "open" in found else {})}
    facets = [facet.name for facet in FACETS.values() if facet.level is Level.CASE]
    return json.dumps({"seats": seats, "case_facets": facets})


def _opened(policy: Policy, viewer: Viewer | None, purpose: Purpose) -> dict[str, list[Sphere]]:
    lead = _spheres(policy, Viewer.LEAD, purpose)
    granted = [sphere for sphere in Sphere if _opened_by_grant(policy, sphere, purpose)]
    found = {**_spheres(policy, viewer, purpose), "lead": lead["open"], "grant": granted}
    return {name: spheres for name, spheres in found.items() if spheres}


def _spheres(policy: Policy, viewer: Viewer | None, purpose: Purpose) -> dict[str, list[Sphere]]:
    """In which spheres something can be shown to this viewer; `shared`: only if its author shared it."""
    if viewer is None:
        return {"open": [], "shared": []}
    items = [facet.name for facet in FACETS.values() if facet.level is Level.ITEM]
    seen = {
        sphere
        for facet in items
        for sphere, cell in policy.spheres(viewer, facet, purpose).items()
        if cell not in _ABOUT_ONESELF
    }
    shared = {sphere for sphere in seen if _only_if_shared(policy, viewer, sphere, purpose)}
    return {"open": sorted(seen - shared), "shared": sorted(shared)}


def _only_if_shared(policy: Policy, viewer: Viewer, sphere: Sphere, purpose: Purpose) -> bool:
    """Whether this viewer is shown nothing in this sphere but what its author shared with the teams in the case."""
    if policy.cell(sphere, viewer) is not Cell.AS_SHARED:
        return False
    what, nothing_said = What("signal.existence", sphere), Facts.that()
    return policy.decide_as(Who(viewer), what, Why(purpose), nothing_said).shown is Shown.NONE


def _sees_families(policy: Policy, viewer: Viewer, purpose: Purpose) -> bool:
    return policy.may_use(viewer, purpose) and any(
        policy.cell(facet.name, viewer) not in _ABOUT_ONESELF
        for facet in FACETS.values()
        if Trait.NO_HOUSEHOLD not in facet.traits
    )


def _opened_by_grant(policy: Policy, sphere: Sphere, purpose: Purpose) -> bool:
    granted = policy.whos((), Facts.that("break_glass"))
    facts, why = Facts.that("shared_with_teams"), Why(purpose)
    decisions = [policy.decide_as(who, What("signal.existence", sphere), why, facts) for who in granted]
    return any(decision.shown is not Shown.NONE for decision in decisions)
