"""May this viewer see this facet, how much of it, and by which rule? May this person do this?

The rules live in `policies/`; Casbin evaluates them; here is only the order of the questions.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from casecoord.access import sql
from casecoord.access.attributes import Asked, Facts, What, Who, Why, holding
from casecoord.access.casbin_rows import POLICY_OF, Answer, Enforcer, Question, Row, casbin_rows
from casecoord.access.checks import check_rules
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.rules import PROFESSIONAL, Ask, Effect, Kind, PolicyInvalid, Rule, read_rules
from casecoord.domain.facets import FACETS, SPHERE_GROUND, Cell, Level, Shown, Viewer
from casecoord.domain.words import Purpose, Role, Sphere, TeamKind

__all__ = ["Decision", "Permission", "Policy", "PolicyInvalid"]

#: Where the area's policy lives, unless another folder is named.
POLICIES = Path(__file__).parents[2] / "policies"

#: More decisions than an area's work ever needs at once; past it, memory is worth more than time.
_REMEMBERED = 200_000
#: As whom one looks at a family, under which facts, for what: each a few dozen answers.
_CIRCUMSTANCES = 1_024
#: Far more than there are lists, facets and seats; each is a few kilobytes of SQL.
_FILTERS = 4_096
_RANK = {shown: rank for rank, shown in enumerate(Shown)}

_MADE_OF = ("model.conf", "rules.csv", "facets")


@dataclass(frozen=True, slots=True)
class Decision:
    """How much of a facet is shown, and why.

    `rules`: ids of the rules that decided. `reason`: why not more, as conditions: `restricted` is so,
    `!consent_covers` is not so. `ground`: articles of the GDPR. `ask`: whom to ask, for `exists`.
    """

    shown: Shown
    rules: tuple[str, ...]
    viewer: Viewer | None = None
    cell: Cell = Cell.NONE
    ground: str = ""
    reason: tuple[str, ...] = ()
    ask: Ask | None = None


@dataclass(frozen=True, slots=True)
class Permission:
    """Whether an act is allowed, by which rule, and, if not, why not: `!is_lead` is not so.

    `ground`: the article of the GDPR that the rule names, if any.
    """

    allowed: bool
    rule: str
    reason: tuple[str, ...] = ()
    ground: str = ""


NOBODY = Decision(Shown.NONE, ("nobody",))


class Policy:
    """One version of an area's rules, checked and ready. Raises PolicyInvalid where it is not.

    `complete` False reads an older version: a facet that it did not know yet is `none` for everyone.
    """

    def __init__(self, folder: Path = POLICIES, *, complete: bool = True) -> None:
        self.folder = folder
        self.rules: list[Rule] = read_rules(folder / "rules.csv")
        check_rules(self.rules, complete)
        self.rows: list[Row] = casbin_rows(self.rules)
        self.files = _files(folder)
        self.digest = digest_of(self.files)
        self._enforcer = Enforcer(folder / "model.conf", self.rows)
        self._cells = {
            (word, Viewer(viewer)): rule
            for rule in self.rules
            if rule.kind in (Kind.FACET, Kind.SPHERE)
            for word in rule.what
            for viewer in rule.who
        }
        self._grants = [rule for rule in self.rules if rule.kind is Kind.GRANT]
        self._acts = _asked_of_acts(self.rows)
        self.acts: tuple[str, ...] = tuple(self._acts)
        self._asks: dict[tuple[str, str], frozenset[str]] = {}
        self._answers: dict[tuple[object, ...], Answer] = {}
        self._decided = lru_cache(_REMEMBERED)(self._decide)
        self._permitted = lru_cache(_REMEMBERED)(self._may)
        self._filters = lru_cache(_FILTERS)(self._filter)
        #: What those were answered who look under the same circumstances, for them to fill (actions/looking.py).
        self.remembered: Callable[[Hashable], dict[Any, Any]] = lru_cache(_CIRCUMSTANCES)(lambda _: {})

    def cell(self, thing: str, viewer: Viewer) -> Cell:
        """What the table says for this facet or sphere and this viewer."""
        row = self._cells.get((thing, viewer))
        return Cell(row.cell[0]) if row else Cell.NONE

    def may_use(self, viewer: Viewer, purpose: Purpose) -> bool:
        """May this viewer look for this purpose at all?"""
        return self._ask(Kind.PURPOSE, viewer, purpose).allowed

    def decide(
        self,
        viewers: frozenset[Viewer],
        facet: str,
        sphere: Sphere | None,
        purpose: Purpose,
        facts: Facts,
    ) -> Decision:
        """How much of this facet may who looks as these viewers see, now, for this purpose?

        `sphere` is that of the thing for a facet of level `item`, None for level `case`. The best that
        one of the viewers is shown; a facet and its sphere must be open to the same viewer.
        Raises KeyError on an unknown facet.
        """
        return self._decided(viewers, facet, sphere, purpose, facts)

    def _decide(
        self, viewers: frozenset[Viewer], facet: str, sphere: Sphere | None, purpose: Purpose, facts: Facts
    ) -> Decision:
        what, why = What(facet, sphere), Why(purpose)
        decisions = [self.decide_as(who, what, why, facts) for who in self.whos(viewers, facts)]
        best = min(decisions, key=lambda decision: _RANK[decision.shown], default=NOBODY)
        if best.shown is not Shown.NONE or len(decisions) < 2:
            return best
        rules = tuple(dict.fromkeys(rule for decision in decisions for rule in decision.rules))
        reason = tuple(dict.fromkeys(word for decision in decisions for word in decision.reason))
        return Decision(Shown.NONE, rules, best.viewer, best.cell, reason=reason)

    def whos(self, viewers: Iterable[Viewer], facts: Facts) -> list[Who]:
        """As whom one looks: as these viewers, and as whom a grant lets one look besides."""
        own = [Who(viewer) for viewer in Viewer if viewer in viewers]
        return own + (self._granted() if facts.break_glass else [])

    def _granted(self) -> list[Who]:
        return [Who(Viewer(viewer), by_grant=True) for rule in self._grants for viewer in rule.what]

    def decide_as(self, who: Who, what: What, why: Why, facts: Facts) -> Decision:
        """The same for one viewer alone."""
        cell = self.cell(what.facet, who.viewer)
        if not self.may_use(who.viewer, why.purpose):
            return Decision(Shown.NONE, ("purpose",), who.viewer, cell, reason=("other_purpose",))
        held = holding(Asked(who, what, why, facts))
        full = self._ask(Kind.FACET, who.viewer, what.facet, Shown.FULL, held)
        shown, answers = self._most(full, who.viewer, what.facet, held)
        if shown is not Shown.NONE and FACETS[what.facet].level is Level.ITEM:
            sphere = self._sphere(who.viewer, what.sphere, held)
            answers.append(sphere)
            shown = shown if sphere.allowed else Shown.NONE
        return Decision(
            shown,
            self._rule_ids(who, answers),
            who.viewer,
            cell,
            "" if shown is Shown.NONE else self._ground(who, what, answers),
            () if shown is Shown.FULL else answers[-1].reason if shown is Shown.NONE else full.reason,
            _whom_to_ask(answers) if shown is Shown.EXISTS else None,
        )

    def _most(
        self, full: Answer, viewer: Viewer, facet: str, held: frozenset[str]
    ) -> tuple[Shown, list[Answer]]:
        """The most that the facet's rules show, and the answers on the way there."""
        if full.allowed:
            return Shown.FULL, [full]
        for degree in (Shown.OPEN_CLOSED, Shown.EXISTS):
            less = self._ask(Kind.FACET, viewer, facet, degree, held)
            if less.allowed:
                return degree, [full, less]
        return Shown.NONE, [full]

    def _sphere(self, viewer: Viewer, sphere: Sphere | None, held: frozenset[str]) -> Answer:
        if sphere is None:
            return Answer(False, None, "sphere", ())
        return self._ask(Kind.SPHERE, viewer, sphere, Shown.FULL, held)

    def _rule_ids(self, who: Who, answers: Iterable[Answer]) -> tuple[str, ...]:
        granted = [rule.id for rule in self._grants if who.by_grant and who.viewer in rule.what]
        return tuple(dict.fromkeys([*granted, *(answer.rule for answer in answers)]))

    def _ground(self, who: Who, what: What, answers: Iterable[Answer]) -> str:
        """The article that a deciding rule rests on, else the grant's, else the facet's and its sphere's."""
        for answer in answers:
            if answer.allowed and answer.row and answer.row.ground:
                return answer.row.ground
        if who.by_grant:
            return " ".join(rule.ground for rule in self._grants if who.viewer in rule.what)
        ground = FACETS[what.facet].ground
        extra = SPHERE_GROUND.get(what.sphere, "") if what.sphere else ""
        return ground if extra in ground.split() else f"{ground} {extra}".strip()

    def _ask(
        self,
        kind: Kind,
        viewer: Viewer,
        about: str,
        degree: str = "",
        held: frozenset[str] = frozenset(),
    ) -> Answer:
        """Casbin's answer, remembered; of the conditions only those that some rule here asks for."""
        asked = held & self._asked(kind, viewer, about)
        key = (kind, viewer, about, degree, asked)
        answer = self._answers.get(key)
        if answer is None:
            cell = "" if kind is Kind.PURPOSE else self.cell(about, viewer)
            question = Question(frozenset({viewer}), about, cell, degree, asked)
            answer = self._enforcer.ask(kind, question, self._silence(kind, viewer, about))
            self._answers[key] = answer
        return answer

    def _silence(self, kind: Kind, viewer: Viewer, about: str) -> str:
        """The rule to name where no row fits: that of the table's cell, whose condition was missed."""
        row = self._cells.get((about, viewer))
        return row.id if row else kind.value

    def asked(self, viewer: Viewer, what: What) -> frozenset[str]:
        """The conditions that any rule about this facet, in this sphere, asks of this viewer."""
        of_sphere = self._asked(Kind.SPHERE, viewer, what.sphere) if what.sphere else frozenset[str]()
        return self._asked(Kind.FACET, viewer, what.facet) | of_sphere

    def _asked(self, kind: Kind, viewer: Viewer, about: str) -> frozenset[str]:
        key = (viewer, about)
        if key not in self._asks:
            rows = self.rows_about(kind, viewer, about)
            self._asks[key] = frozenset(word.removeprefix("!") for row in rows for word in row.when)
        return self._asks[key]

    def rows_about(self, kind: Kind, viewer: Viewer, about: str) -> list[Row]:
        """The rows that speak of this viewer and this facet or sphere, in their order."""
        return [
            row
            for row in self.rows
            if POLICY_OF[row.rule.kind] == POLICY_OF[kind] and viewer in row.who and about in row.rule.what
        ]

    def spheres(self, viewer: Viewer, facet: str, purpose: Purpose) -> Mapping[Sphere, Cell]:
        """The spheres in which this viewer may see something of this facet for this purpose, and the cell."""
        closed = self.cell(facet, viewer) is Cell.NONE or purpose not in FACETS[facet].purposes
        if closed or not self.may_use(viewer, purpose):
            return {}
        cells = {sphere: self.cell(sphere, viewer) for sphere in Sphere}
        return {sphere: cell for sphere, cell in cells.items() if cell is not Cell.NONE}

    def sql_filter(
        self,
        facet: str,
        purpose: Purpose,
        viewers: Mapping[Viewer, str],
        item: str,
        *,
        grant: str = "false",
        facts: Mapping[str, str] | None = None,
        degrees: Sequence[Shown] = (Shown.FULL, Shown.OPEN_CLOSED, Shown.EXISTS),
    ) -> str:
        """A WHERE condition that keeps an item if, and only if, `decide` shows it in one of these degrees.

        `viewers`: the SQL under which the actor looks as that viewer. `grant`: under which an emergency
        grant is active. `item`: the alias whose columns are `sphere`, `audience` and one boolean per
        fact; `facts` names another expression for some of them. Raises KeyError on an unknown name.
        """
        given = (tuple(viewers.items()), item, grant, tuple((facts or {}).items()), tuple(degrees))
        return self._filters(facet, Why(purpose), *given)

    def _filter(
        self,
        facet: str,
        why: Why,
        viewers: tuple[tuple[Viewer, str], ...],
        item: str,
        grant: str,
        facts: tuple[tuple[str, str], ...],
        degrees: tuple[Shown, ...],
    ) -> str:
        fragment = sql.fragments(item, dict(facts))
        whos = [(Who(viewer), condition) for viewer, condition in viewers]
        whos += [(who, grant) for who in self._granted() if grant != "false"]
        shown = (
            sql.all_of([f"({condition})", self._sql(who, facet, why, degrees, item, fragment)])
            for who, condition in whos
        )
        return sql.text(sql.any_of(shown))

    def sql_shown(
        self,
        facet: str,
        purpose: Purpose,
        viewers: Mapping[Viewer, str],
        item: str,
        *,
        grant: str = "false",
        facts: Mapping[str, str] | None = None,
    ) -> str:
        """An expression for how much of the facet is shown: 'full', 'open_closed', 'exists' or 'none'."""
        cases = " ".join(
            f"when {condition} then '{degree}'"
            for degree in Shown
            if degree is not Shown.NONE
            for condition in [
                self.sql_filter(facet, purpose, viewers, item, grant=grant, facts=facts, degrees=[degree])
            ]
            if condition != "false"
        )
        return f"case {cases} else 'none' end" if cases else "'none'::text"

    def _sql(
        self, who: Who, facet: str, why: Why, degrees: Sequence[Shown], item: str, fragment: sql.Fragment
    ) -> sql.Condition:
        if not self.may_use(who.viewer, why.purpose):
            return False
        surely = sql.known(who, What(facet), why, fragment)
        of_facet = sql.any_of(self._fold(Kind.FACET, who.viewer, facet, degree, surely) for degree in degrees)
        if FACETS[facet].level is Level.CASE or of_facet is False:
            return of_facet
        of_sphere = {
            sphere: self._fold(Kind.SPHERE, who.viewer, sphere, Shown.FULL, surely) for sphere in Sphere
        }
        return sql.all_of([of_facet, sql.by_sphere(of_sphere, item)])

    def _fold(
        self, kind: Kind, viewer: Viewer, about: str, degree: Shown, surely: sql.Known
    ) -> sql.Condition:
        return sql.fold(self.rows_about(kind, viewer, about), degree, self.cell(about, viewer), surely)

    def may(self, who: Doer, act: str, facts: ActFacts) -> Permission:
        """May this person do this act, now? Raises KeyError on an act that no rule names."""
        return self._permitted(who, act, facts)

    def asked_of_act(self, act: str) -> frozenset[str]:
        """The facts that any rule about this act asks for."""
        return self._acts[act][1] if act in self._acts else frozenset()

    def _may(self, who: Doer, act: str, facts: ActFacts) -> Permission:
        words, conditions = self._acts[act]
        roles, held = _roles(who) & words, facts.holding() & conditions
        key = (Kind.ACT, act, roles, held)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._enforcer.ask(Kind.ACT, Question(roles, act, holding=held), "nobody")
            self._answers[key] = answer
        return Permission(answer.allowed, answer.rule, answer.reason, answer.row.ground if answer.row else "")


def _asked_of_acts(rows: Sequence[Row]) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """For each act the roles and the conditions that its rules name."""
    acts = [row for row in rows if row.rule.kind is Kind.ACT]
    names = dict.fromkeys(act for row in acts if row.rule.effect is Effect.ALLOW for act in row.rule.what)
    return {
        name: (
            frozenset(word for row in acts if name in row.rule.what for word in row.who),
            frozenset(word.removeprefix("!") for row in acts if name in row.rule.what for word in row.when),
        )
        for name in names
    }


def _whom_to_ask(answers: Iterable[Answer]) -> Ask | None:
    return next((answer.row.ask for answer in answers if answer.row and answer.row.ask), None)


def _roles(who: Doer) -> frozenset[str]:
    """The words by which rules about acts may mean this person."""
    words: set[str] = {who.role}
    if who.role is not Role.RESIDENT:
        words.add(PROFESSIONAL)
    if who.team_kind is not None and who.role in _WORKS_AS.get(who.team_kind, _WORKING):
        words.add(who.team_kind)
    return frozenset(words)


#: Who of a team's seats does the work of that kind of team; an administrator there does not.
_WORKING = frozenset({Role.MEMBER, Role.COORDINATOR, Role.DUTY})
_WORKS_AS = {TeamKind.PROGRAMME_BUREAU: _WORKING | {Role.ANALYST}}


def _files(folder: Path) -> dict[str, str]:
    """What this version is made of: the model, the rules as written, and the facets' own purposes."""
    written = {name: (folder / name).read_bytes().decode() for name in ("model.conf", "rules.csv")}
    return {**written, "facets": repr([(one.name, one.level, one.purposes) for one in FACETS.values()])}


def digest_of(files: Mapping[str, str]) -> str:
    """Names a version by what it is made of."""
    return hashlib.sha256("".join(files[name] for name in _MADE_OF).encode()).hexdigest()
