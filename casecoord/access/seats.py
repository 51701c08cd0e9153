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

    `roles`: those that see by what their team does, and `teams`: by kind, as what; `others`: what the other roles
    see everywhere. Of each seat: the spheres in which something can be shown to it (`shared`: only what its author
    shared) and the facets; `led`: it looks for a purpose for which one may lead. `lead`, `grant`: the same of a
    household that one leads, and the spheres of one opened in an emergency. Lists are words with commas.
    """
    by_role = {**_ROLE_VIEWERS, Role.DECISION_POWER: Viewer.DECISION_POWER}
    bureau, care = TeamKind.PROGRAMME_BUREAU, chosen or Purpose.CARE_COORDINATION
    said = {
        "roles": TEAM_ROLES,
        "teams": {
            kind: _seat(policy, team_viewer(Role.MEMBER, kind), chosen or purposes_of(Role.MEMBER, kind)[0])
            for kind in TeamKind
        },
        "others": {
            role: _seat(policy, viewer, chosen or purposes_of(role, bureau)[0])
            for role, viewer in by_role.items()
            if _sees_families(policy, viewer)
        },
        "lead": _opened(policy, Viewer.LEAD, care),
        "grant": ",".join(sphere for sphere in Sphere if _opened_by_grant(policy, sphere, care)),
        "case_facets": ",".join(facet.name for facet in FACETS.values() if facet.level is Level.CASE),
    }
    return json.dumps(said)


def _seat(policy: Policy, viewer: Viewer | None, purpose: Purpose) -> dict[str, str]:
    leads = {"leads": "on"} if policy.may_use(Viewer.LEAD, purpose) else {}
    return {**(_opened(policy, viewer, purpose) if viewer else {}), **leads}


def _opened(policy: Policy, viewer: Viewer, purpose: Purpose) -> dict[str, str]:
    """What can be shown to this viewer for this purpose: facets, and the spheres of things that have one."""
    if not policy.may_use(viewer, purpose):
        return {}
    facets = [
        facet
        for facet in FACETS.values()
        if purpose in facet.purposes
        and Trait.NO_HOUSEHOLD not in facet.traits
        and policy.cell(facet.name, viewer) not in _ABOUT_ONESELF
    ]
    cells = {sphere: policy.cell(sphere, viewer) for sphere in Sphere}
    seen = {sphere for sphere, cell in cells.items() if cell not in _ABOUT_ONESELF}
    if not any(facet.level is Level.ITEM for facet in facets):
        seen = set()
    shared = {sphere for sphere in seen if _only_if_shared(policy, viewer, sphere, purpose)}
    found: dict[str, list[str]] = {
        "facets": [facet.name for facet in facets],
        "open": sorted(seen - shared),
        "shared": sorted(shared),
    }
    return {name: ",".join(words) for name, words in found.items() if words}


def _only_if_shared(policy: Policy, viewer: Viewer, sphere: Sphere, purpose: Purpose) -> bool:
    """Whether this viewer is shown nothing in this sphere but what its author shared with the teams in the case."""
    if policy.cell(sphere, viewer) is not Cell.AS_SHARED:
        return False
    what, nothing_said = What("signal.existence", sphere), Facts.that()
    return policy.decide_as(Who(viewer), what, Why(purpose), nothing_said).shown is Shown.NONE


def _sees_families(policy: Policy, viewer: Viewer) -> bool:
    return any(
        policy.cell(facet.name, viewer) not in _ABOUT_ONESELF
        for facet in FACETS.values()
        if Trait.NO_HOUSEHOLD not in facet.traits
    )


def _opened_by_grant(policy: Policy, sphere: Sphere, purpose: Purpose) -> bool:
    granted = policy.whos((), Facts.that("break_glass"))
    facts, what = Facts.that("shared_with_teams"), What("signal.existence", sphere)
    decisions = [policy.decide_as(who, what, Why(purpose), facts) for who in granted]
    return any(decision.shown is not Shown.NONE for decision in decisions)
