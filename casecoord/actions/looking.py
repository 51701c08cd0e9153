"""A look at one household: every value passes the one decision here, and the look keeps what it saw.

`Look.see` asks whether a facet of a thing may be shown; what it allowed goes into the access record,
by facet and rule, never by value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from casecoord.access.attributes import Facts
from casecoord.access.decide import Decision
from casecoord.access.explain import explain
from casecoord.access.replay import Question, of_facets
from casecoord.actions.office import Guest, Hand
from casecoord.domain.facets import FACETS, Level, Shown, Viewer
from casecoord.domain.joint_view import Shared, Withheld
from casecoord.domain.words import Role, Sphere, TeamKind
from casecoord.storage.access_log import Entry, record

T = TypeVar("T")

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
_TEAM_ROLES = (Role.MEMBER, Role.COORDINATOR, Role.DUTY)


def team_viewer(role: Role, kind: TeamKind) -> Viewer | None:
    """As what a member of a participating team looks; None for roles that see nothing by a team."""
    return _TEAM_VIEWERS.get(kind) if role in _TEAM_ROLES else None


def role_viewer(role: Role) -> Viewer | None:
    """As what somebody looks by role alone, whatever the household."""
    return _ROLE_VIEWERS.get(role)


def viewers(
    hand: Hand | Guest, *, takes_part: bool, is_lead: bool, signalled: bool, escalated: bool
) -> frozenset[Viewer]:
    """As what the actor looks at one household or one of its things."""
    if isinstance(hand, Guest):
        return frozenset({Viewer.HOUSEHOLD})
    found: set[Viewer] = set()
    as_team, as_role = team_viewer(hand.actor.role, hand.actor.team_kind), role_viewer(hand.actor.role)
    if takes_part and as_team:
        found.add(as_team)
    in_team = hand.actor.role in _TEAM_ROLES
    if is_lead and in_team:
        found.add(Viewer.LEAD)
    if as_role:
        found.add(as_role)
    if escalated and hand.actor.role is Role.DECISION_POWER:
        found.add(Viewer.DECISION_POWER)
    if signalled and in_team and not takes_part:
        found.add(Viewer.SIGNALLER)
    return frozenset(found or {Viewer.OUTSIDER})


def wrote(hand: Hand | Guest, team: str | None, author: str | None = None) -> bool:
    """Whether the actor, or the own team for those who see by a team, wrote a thing of this team and author."""
    if isinstance(hand, Guest):
        return False
    actor = hand.actor
    return author == str(actor.professional_id) or (actor.role in _TEAM_ROLES and team == str(actor.team_id))


def is_oneself(hand: Hand | Guest, professional: str) -> bool:
    """Whether the actor is this professional."""
    return isinstance(hand, Hand) and professional == str(hand.actor.professional_id)


NOTHING_SPECIAL = Facts.that()
#: What a relation can say of a whole household.
_OF_A_HOUSEHOLD = ("restricted", "split_other_part")


def facts_of(row: Mapping[str, Any]) -> Facts:
    """What is so for a whole household, as the relation in this row says."""
    return Facts.that(*(name for name in _OF_A_HOUSEHOLD if row.get(name)))


@lru_cache(maxsize=4096)
def _with(known: Facts, facts: tuple[tuple[str, bool], ...]) -> Facts:
    """What is known of a household and of one of its things: a view asks it many times over."""
    return replace(known, **dict(facts))


@dataclass(slots=True)
class Look:
    """One actor's look at one household, or (None) at figures of no single one, under one purpose."""

    hand: Hand | Guest
    household: UUID | None
    viewers: frozenset[Viewer]
    facts: Facts = NOTHING_SPECIAL
    shown: dict[str, str] = field(default_factory=dict)
    withheld: dict[str, Withheld] = field(default_factory=dict)
    #: whose data each facet was; None: the household's as a whole
    subjects: dict[str, dict[UUID | None, None]] = field(default_factory=dict)
    #: each decision that showed something, so that it can be put again to the policy of its day
    decided: dict[Question, Decision] = field(default_factory=dict)

    def decide(
        self,
        facet: str,
        sphere: Sphere = Sphere.GENERAL,
        viewers: frozenset[Viewer] | None = None,
        of: tuple[UUID, ...] = (),
        **facts: bool,
    ) -> Decision:
        """The decision on a facet of a thing of this sphere; what it shows is remembered for the record.

        `of`: the persons whose thing it is; none: the household's as a whole.
        """
        item = sphere if FACETS[facet].level is Level.ITEM else None
        known = _with(self.facts, tuple(facts.items())) if facts else self.facts
        seen_by = self.viewers if viewers is None else viewers
        decision = self.hand.policy.decide(seen_by, facet, item, self.hand.actor.purpose, known)
        if decision.shown is Shown.EXISTS:
            self.withheld.setdefault(facet, self._why(facet, decision))
            self.shown.setdefault(facet, Shown.EXISTS)
        elif decision.shown is not Shown.NONE:
            self.shown[facet] = " ".join(decision.rules)
        if decision.shown is not Shown.NONE:
            self.subjects.setdefault(facet, {}).update(dict.fromkeys(of or (None,)))
            self.decided[seen_by, facet, item, known] = decision
        return decision

    def sees(self, facet: str, sphere: Sphere = Sphere.GENERAL, **facts: Any) -> bool:
        """Whether a facet of this thing is shown in full."""
        return self.decide(facet, sphere, **facts).shown is Shown.FULL

    def share(
        self, facet: str, value: Callable[[], T | None], sphere: Sphere = Sphere.GENERAL, **facts: Any
    ) -> Shared[T] | None:
        """The value, opened only if it is shown; why it is withheld; or None, as if there were none."""
        decision = self.decide(facet, sphere, **facts)
        if decision.shown is Shown.FULL:
            opened = value()
            return None if opened is None else Shared(value=opened)
        return Shared(withheld=self._why(facet, decision)) if decision.shown is Shown.EXISTS else None

    async def remember(self, verb: str) -> None:
        """Records this look in the caller's transaction: it is durable before the answer leaves."""
        await record(self.hand.work, self.entry(verb))

    def entry(self, verb: str) -> Entry:
        """The access record of this look."""
        persons = tuple({one: None for seen in self.subjects.values() for one in seen if one is not None})
        place = {person: number for number, person in enumerate(persons)}
        return Entry(
            verb=verb,
            household=self.household,
            act="R",
            facets=dict(sorted(self.shown.items())),
            policy=self.hand.policy.digest,
            ground=_grounds(self.shown),
            rules=tuple(sorted(set(self.shown.values()))),
            emergency=self.facts.break_glass,
            subjects=persons,
            of={
                facet: tuple(place[one] for one in seen if one)
                for facet, seen in self.subjects.items()
                if None not in seen
            },
            decided=of_facets(self.decided),
            acts=self.hand.acts(),
        )

    def _why(self, facet: str, decision: Decision) -> Withheld:
        why = explain(self.hand.policy, decision, self.hand.actor.language)
        return Withheld(
            facet, " ".join(decision.rules), "; ".join(why.reason) or why.shown, decision.ground, why.ask
        )


def _grounds(shown: Mapping[str, str]) -> str:
    return "; ".join(sorted({FACETS[facet].ground for facet in shown}))
