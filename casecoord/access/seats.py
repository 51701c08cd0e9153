"""As what somebody looks by their seat alone, and what such a seat may see at all.

The second net, row level security, is woven of this: it is no statement of its own, but read off the policy.
"""

import json
from functools import lru_cache

from casecoord.access.attributes import Facts, What, Why
from casecoord.access.decide import Policy
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


@lru_cache(maxsize=8)
def reach(policy: Policy) -> str:
    """What each seat may see at all, as JSON for the database: the spheres in which anything can be in its view.

    `seats`: by role, or role and kind of team, for those who see by spheres or by what their team did; `families`:
    roles that see families and no sphere; `lead` and `grant`: the spheres of a led household, and of one opened in
    an emergency; `case_facets`: those that have no sphere of their own.
    """
    by_team = {
        f"{role} {kind}": _spheres(policy, team_viewer(role, kind))
        for role in TEAM_ROLES
        for kind in TeamKind
    }
    by_role = {
        Role.AREA_COORDINATOR: _spheres(policy, Viewer.COORDINATOR),
        Role.DECISION_POWER: _spheres(policy, Viewer.DECISION_POWER),
    }
    others = {role: viewer for role, viewer in _ROLE_VIEWERS.items() if role not in by_role}
    return json.dumps(
        {
            "seats": {**by_team, **by_role},
            "families": [role for role, viewer in others.items() if _sees_families(policy, viewer)],
            "lead": _spheres(policy, Viewer.LEAD),
            "grant": [sphere for sphere in Sphere if _opened_by_grant(policy, sphere)],
            "case_facets": [facet.name for facet in FACETS.values() if facet.level is Level.CASE],
        }
    )


def _spheres(policy: Policy, viewer: Viewer | None) -> list[Sphere]:
    if viewer is None:
        return []
    return [sphere for sphere in Sphere if policy.cell(sphere, viewer) not in _ABOUT_ONESELF]


def _sees_families(policy: Policy, viewer: Viewer) -> bool:
    return any(
        policy.cell(facet.name, viewer) not in _ABOUT_ONESELF
        for facet in FACETS.values()
        if Trait.NO_HOUSEHOLD not in facet.traits
    )


def _opened_by_grant(policy: Policy, sphere: Sphere) -> bool:
    granted = policy.whos((), Facts.that("break_glass"))
    facts, why = Facts.that("shared_with_teams"), Why(Purpose.CARE_COORDINATION)
    decisions = [policy.decide_as(who, What("signal.existence", sphere), why, facts) for who in granted]
    return any(decision.shown is not Shown.NONE for decision in decisions)
