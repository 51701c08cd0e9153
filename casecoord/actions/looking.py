"""A look at one household: every value passes the one decision here, and the look keeps what it saw.

`Look.see` asks whether a facet of a thing may be shown; what it allowed goes into the access record,
by facet and rule, never by value.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from casecoord.access.attributes import Facts
from casecoord.access.decide import NOBODY, Decision
from casecoord.access.explain import explain
from casecoord.access.replay import Question, of_facets
from casecoord.access.seats import TEAM_ROLES, role_viewer, team_viewer
from casecoord.actions.office import Guest, Hand
from casecoord.domain.facets import FACETS, Level, Shown, Viewer, grounds_of
from casecoord.domain.joint_view import Shared, Withheld
from casecoord.domain.words import Role, Sphere, TeamKind
from casecoord.storage.access_log import Canonical, Entry, canonical, record

T = TypeVar("T")
#: What is so of a thing of this facet, besides what its own module knows.
About = Callable[[str, dict[str, Any]], dict[str, Any]]


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
    in_team = hand.actor.role in TEAM_ROLES
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
    return author == str(actor.professional_id) or (actor.role in TEAM_ROLES and team == str(actor.team_id))


def is_oneself(hand: Hand | Guest, professional: str) -> bool:
    """Whether the actor is this professional."""
    return isinstance(hand, Hand) and professional == str(hand.actor.professional_id)


NOTHING_SPECIAL = Facts.that()
_THE_HOUSEHOLD = (None,)
#: INVARIANT (no way from a court to a patient): nothing of it is for who works for a court, whatever they lead.
MEDICAL = frozenset(name for name in FACETS if name.startswith("medical."))
#: What a relation can say of a whole household.
_OF_A_HOUSEHOLD = ("restricted", "split_other_part", "break_glass")


def facts_of(row: Mapping[str, Any]) -> Facts:
    """What is so for a whole household, as the relation in this row says."""
    return Facts.that(*(name for name in _OF_A_HOUSEHOLD if row.get(name)))


def _of_a_court(hand: Hand | Guest) -> bool:
    return isinstance(hand, Hand) and hand.actor.team_kind is TeamKind.COURT_PARTNER


@lru_cache(maxsize=4096)
def _with(known: Facts, facts: tuple[tuple[str, bool], ...]) -> Facts:
    """What is known of a household and of one of its things: a view asks it many times over."""
    return replace(known, **dict(facts))


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """A question that was put, and the answer. `said`: what the record says of it, if anything is shown; `withheld`:
    why it is not shown in full, where that it exists is."""

    asked: Question
    decision: Decision
    said: str | None
    withheld: Withheld | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a record says of these answers, the same whoever it was about."""

    facets: Mapping[str, str]
    withheld: Mapping[str, Withheld]
    ground: str
    decided: Canonical


@lru_cache(maxsize=1024)
def _told(answers: tuple[Answered, ...]) -> Told:
    facets: dict[str, str] = {}
    withheld: dict[str, Withheld] = {}
    for one in answers:
        facet = one.asked[1]
        if one.withheld is not None:
            withheld.setdefault(facet, one.withheld)
        if one.withheld is None or facet not in facets:
            facets[facet] = str(one.said)
    return Told(
        dict(sorted(facets.items())),
        withheld,
        "; ".join(sorted({one.decision.ground for one in answers})),
        canonical(of_facets({one.asked: one.decision for one in answers})),
    )


@dataclass(slots=True)
class Look:
    """One actor's look at one household, or (None) at figures of no single one, under one purpose."""

    hand: Hand | Guest
    household: UUID | None
    viewers: frozenset[Viewer]
    facts: Facts = NOTHING_SPECIAL
    #: whose data each facet was; None: the household's as a whole
    subjects: dict[str, dict[UUID | None, None]] = field(default_factory=dict)
    #: each answer that showed something, so that it can be put again to the policy of its day
    answers: dict[Answered, None] = field(default_factory=dict)
    #: what was shown without a question, and why
    besides: dict[str, str] = field(default_factory=dict)
    #: the consents by which something was shown
    consents: set[UUID] = field(default_factory=set)
    _known: dict[tuple[object, ...], Answered] = field(init=False)

    def __post_init__(self) -> None:
        # What the same eyes were answered under the same circumstances holds as long as the policy does.
        hand = self.hand
        actor = hand.actor
        self._known = hand.policy.remembered(
            (
                self.viewers,
                self.facts,
                actor.purpose,
                actor.language,
                hand.work.grounds,
                _of_a_court(hand),
            )
        )

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
        put = (facet, sphere, viewers, *facts.items())
        known = self._known.get(put)
        if known is None:
            known = self._known[put] = self._answer(self._asked(facet, sphere, viewers, facts))
        if known.said is not None:
            self.answers[known] = None
            whose = self.subjects.get(facet)
            if whose is None:
                whose = self.subjects[facet] = {}
            for one in of or _THE_HOUSEHOLD:
                whose[one] = None
        return known.decision

    def _answer(self, asked: Question) -> Answered:
        decision = self._judged(asked)
        match decision.shown:
            case Shown.NONE:
                return Answered(asked, decision, None, None)
            case Shown.EXISTS:
                return Answered(asked, decision, Shown.EXISTS, self._why(asked[1], decision))
            case _:
                return Answered(asked, decision, " ".join(decision.rules), None)

    @property
    def shown(self) -> dict[str, str]:
        """By facet the rules that showed it, or `exists`."""
        return {**self.besides, **self._told.facets}

    @property
    def withheld(self) -> Mapping[str, Withheld]:
        """By facet why what exists is not shown."""
        return self._told.withheld

    @property
    def _told(self) -> Told:
        return _told(tuple(self.answers))

    def judge(
        self, facet: str, sphere: Sphere, viewers: frozenset[Viewer] | None, facts: Mapping[str, bool]
    ) -> Decision:
        """The decision alone: nothing is shown by it, nothing remembered."""
        return self._judged(self._asked(facet, sphere, viewers, facts))

    def _asked(
        self, facet: str, sphere: Sphere, viewers: frozenset[Viewer] | None, facts: Mapping[str, bool]
    ) -> Question:
        item = sphere if FACETS[facet].level is Level.ITEM else None
        if not grounds_of(facet, item) <= self.hand.work.grounds:
            facts = {**facts, "ground_lapsed": True}
        known = _with(self.facts, tuple(facts.items())) if facts else self.facts
        return self.viewers if viewers is None else viewers, facet, item, known

    def _judged(self, asked: Question) -> Decision:
        seen_by, facet, item, known = asked
        if facet in MEDICAL and _of_a_court(self.hand):
            return NOBODY
        return self.hand.policy.decide(seen_by, facet, item, self.hand.actor.purpose, known)

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

    def share_by_consent(
        self,
        facet: str,
        value: Callable[[], T | None],
        sphere: Sphere,
        consents: Iterable[str] | None,
        viewers: frozenset[Viewer] | None = None,
        of: tuple[UUID, ...] = (),
        **facts: bool,
    ) -> Shared[T] | None:
        """As `share`; what only these consents open is remembered with them."""
        covered = {**facts, "consent_covers": consents is not None}
        if consents is not None:
            without = self.judge(facet, sphere, viewers, facts).shown
            if without is not Shown.FULL and self.sees(facet, sphere, viewers=viewers, of=of, **covered):
                self.consents.update(map(UUID, consents))
        return self.share(facet, value, sphere, viewers=viewers, of=of, **covered)

    def remember(self, verb: str) -> None:
        """Records this look in the caller's transaction: it is durable before the answer leaves."""
        record(self.hand.work, self.entry(verb))

    def also(self, other: "Look") -> None:
        """What another look at this household showed is in the same record."""
        self.answers.update(other.answers)
        self.besides.update(other.besides)
        for facet, subjects in other.subjects.items():
            self.subjects.setdefault(facet, {}).update(subjects)

    def entry(self, verb: str) -> Entry:
        """The access record of this look."""
        persons = tuple({one: None for seen in self.subjects.values() for one in seen if one is not None})
        place = {person: number for number, person in enumerate(persons)}
        told, shown = self._told, self.shown
        return Entry(
            verb=verb,
            household=self.household,
            act="R",
            facets=shown,
            policy=self.hand.policy.digest,
            ground=told.ground,
            rules=tuple(sorted(set(shown.values()))),
            emergency=self.facts.break_glass,
            subjects=persons,
            of={
                facet: tuple(place[one] for one in seen if one)
                for facet, seen in self.subjects.items()
                if None not in seen
            },
            decided=told.decided,
            acts=self.hand.done.acts(),
            consents=tuple(sorted(self.consents)),
        )

    def _why(self, facet: str, decision: Decision) -> Withheld:
        why = explain(self.hand.policy, decision, self.hand.actor.language)
        return Withheld(
            facet, " ".join(decision.rules), "; ".join(why.reason) or why.shown, decision.ground, why.ask
        )
