"""What somebody gets who asked what is recorded of them: the own data and nobody else's, and who looked at it.

One sees what the household's column of the matrix allows: what is about oneself, about the children for whom one
may speak, and, of the general sphere, about the home as a whole. Another's name is masked where a text names it;
what is deferred for somebody's safety is left out as if it were not there.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from casecoord.actions.exporting_family import family_of
from casecoord.actions.looking import Look
from casecoord.actions.office import Hand, by_right
from casecoord.domain import rights
from casecoord.domain.ages import age_on
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Viewer
from casecoord.domain.retention import Term
from casecoord.domain.teams import TEAM_KINDS
from casecoord.domain.words import (
    Language,
    LifeDomain,
    Purpose,
    RequestKind,
    RequestState,
    Role,
    SignalSource,
    Sphere,
    TeamKind,
)
from casecoord.domain.workdays import local_date
from casecoord.storage import exporting as storage
from casecoord.storage.retention_terms import terms_in_force
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.views import seal_of
from casecoord.storage.wait_tables import Request

FORMAT = "casecoord/export/1"
#: What stands where a text names somebody else.
MASK = "▇▇▇"
_SHORTEST_NAME = 3
#: What names begin with, and sentences too.
_PARTICLES = frozenset({"van", "der", "den", "het", "ten", "ter", "von", "bij", "aan", "uit"})

Row = dict[str, Any]
EXPORTED = (RequestKind.ACCESS, RequestKind.PORTABILITY)


@dataclass(frozen=True, slots=True)
class ExportOf:
    """A request for access, or for what one gave oneself, that was granted."""

    request: UUID
    language: Language = Language.NL


@by_right
async def export_household(hand: Hand, query: ExportOf) -> Row:
    """What may this person have of what is recorded? Each facet is asked as the household's, then given."""
    request = await hand.work.session.get(Request, (hand.work.area_id, query.request))
    if request is None or hand.actor.role is not Role.PRIVACY_OFFICER:
        raise Problem("not_found", "request")
    if hand.actor.purpose is not Purpose.ACCESS_REQUEST:
        raise Problem("other_purpose")
    if request.kind not in EXPORTED or request.state != RequestState.GRANTED:
        raise Problem("not_granted", "request")
    row = await storage.everything_of(hand.work, request.household_id, request.id)
    terms = await terms_in_force(hand.work)
    export = Export(hand, row, request.person_id, query.language)
    made = export.given() if request.kind == RequestKind.PORTABILITY else export.whole(terms.values())
    export.look.remember("export_household")
    return {
        "format": FORMAT,
        "kind": request.kind,
        "language": query.language,
        "made_at": hand.now.isoformat(),
        "area": row["area"],
        "request": {
            "received_at": request.received_at.isoformat(),
            "decided_at": request.decided_at.isoformat() if request.decided_at else None,
            "ground": request.ground,
        },
        **made,
    }


class Export:
    """One household as one of its people may have it, out of everything that is recorded."""

    def __init__(self, hand: Hand, row: Row, person: UUID, language: Language) -> None:
        self.row, self.language, self.now = row, language, hand.now
        self.seal: HouseholdSeal = seal_of(hand.work, row["id"], row["keys"])
        self.look = Look(hand, row["id"], frozenset({Viewer.HOUSEHOLD}))
        self.people = {one["id"]: one for one in row["persons"]}
        self._others: set[str] = set()
        self.mine = {str(person)} | {
            one["id"] for one in row["persons"] if self._speaks_for(one, str(person))
        }
        #: nobody lives here whose things are not given
        self.alone = set(self.people) <= self.mine
        #: the ids of what somebody deferred for a person's safety
        self.deferred = set(row["deferred"])
        others = _names(self._name(one) for key, one in self.people.items() if key not in self.mine)
        self._others = others - _names(self._name(self.people[key]) for key in self.mine & set(self.people))

    def whole(self, terms: Iterable[Term]) -> Row:
        """All of it, with where it is from, on which ground and how long it is kept."""
        kept = {term.kept_as: term for term in terms}
        found = {
            "persons": [self._person(one) for key, one in self.people.items() if key in self.mine],
            "others_at_home": len(set(self.people) - self.mine),
            "home": {
                "address": self._home("household.address", "address"),
                "contact": self._home("household.contact", "contact"),
                "moves": [move["on"] for move in self.row["moves"] if self._sees("household.move", None)],
            },
            "signals": self._all("signal.existence", self.row["signals"], self._signal),
            "cases": [self._case(one) for one in self.row["cases"] if self._sees("case.status", one)],
            "hearings": self._all("court.hearing", self.row["hearings"], _hearing, Sphere.JUSTICE),
            "places": self._all("court.placement", self.row["placements"], _placement, Sphere.JUSTICE),
            "emergency_access": self._grants(),
            "requests": self._all("family.complaint", self.row["requests"], self._request),
            "consents": self._all("consent.record", self.row["consents"], self._consent),
            "corrections": self._corrections(),
            "who_looked": [_line(one, self.language) for one in self.row["looked"] if self._sees_line(one)],
        }
        shown = sorted(self.look.shown)
        return {
            **found,
            "grounds": [
                {
                    "facet": name,
                    "label": FACETS[name].label(self.language),
                    "ground": f"{'AVG' if self.language is Language.NL else 'GDPR'} {FACETS[name].ground}",
                    "purposes": [str(purpose) for purpose in FACETS[name].purposes],
                    "kept": kept[FACETS[name].retention].words(self.language),
                    "source": kept[FACETS[name].retention].source,
                }
                for name in shown
            ],
        }

    def given(self) -> Row:
        """What this person gave: contact data and language, own requests for help, and what was asked by right."""
        own = [one for one in self.row["signals"] if one["from"] == SignalSource.FAMILY]
        return {
            "persons": [
                {"name": self._facet("person.name", one, self._name), "language": one["language"]}
                for key, one in self.people.items()
                if key in self.mine
            ],
            "home": {"contact": self._home("household.contact", "contact")},
            "signals": self._all("signal.existence", own, self._signal),
            "requests": self._all("family.complaint", self.row["requests"], self._request),
        }

    def _speaks_for(self, child: Row, person: str) -> bool:
        born = self._text(child, "birth", Place("persons", UUID(child["id"]), "birth_date"))
        age = None if born is None else age_on(born, local_date(self.now))
        custody = any(one["holder"] == person for one in child["custody"])
        return rights.speaks_for(age, has_custody=custody, child_agrees=child["agrees"])

    def _owns(self, thing: Row | None) -> bool:
        """Whether a thing is this person's: by whom it is about; about nobody by name: the home's general things."""
        if thing is None:
            return True
        if thing.get("person"):
            return thing["person"] in self.mine
        between = thing.get("domain") == LifeDomain.DOMESTIC_RELATIONS
        return self.alone or (thing.get("sphere", Sphere.GENERAL) == Sphere.GENERAL and not between)

    def _sees(self, facet: str, thing: Row | None, sphere: Sphere | None = None) -> bool:
        known = sphere or Sphere((thing or {}).get("sphere", Sphere.GENERAL))
        # What is about a thing that waits would tell of it.
        late = thing is not None and not self.deferred.isdisjoint(
            thing.get(key) for key in ("id", "row", "thing")
        )
        return self.look.sees(facet, known, own_person=self._owns(thing), deferred_for_safety=late)

    def _sees_own(self, facet: str, thing: Row, own: bool | None) -> bool:
        """As `_sees`, where the thing itself says whose it is; None: by whom it names."""
        mine = self._owns(thing) if own is None else own
        return self.look.sees(facet, Sphere(thing["sphere"]), own_person=mine)

    def _all(self, facet: str, things: list[Row], make: Any, sphere: Sphere | None = None) -> list[Row]:
        return [make(thing) for thing in things if self._sees(facet, thing, sphere)]

    def _facet(self, facet: str, thing: Row, value: Any) -> Any:
        return value(thing) if self._sees(facet, thing) else None

    def _person(self, one: Row) -> Row:
        asked = {**one, "person": one["id"]}
        born = self._text(one, "birth", Place("persons", UUID(one["id"]), "birth_date"))
        age = None if born is None else age_on(born, local_date(self.now))
        holders = [
            self._name(self.people[y["holder"]]) if y["holder"] in self.mine & set(self.people) else y["kind"]
            for y in one["custody"]
        ]
        return {
            "name": self._facet("person.name", asked, self._name),
            "birth_date": born if self._sees("person.birth_date", asked) else None,
            "age": age if self._sees("person.age", asked) else None,
            "language": one["language"] if self._sees("person.language", asked) else None,
            "custody": holders if self._sees("person.custody", asked) else [],
            "school": self._linked("school.enrolment", asked, "school"),
            "practice": self._linked("person.practice", asked, "practice"),
        }

    def _linked(self, facet: str, one: Row, kind: str) -> list[str]:
        return [link["name"] for link in one["links"] if link["kind"] == kind and self._sees(facet, one)]

    def _home(self, facet: str, column: str) -> str | None:
        if self.row[column] is None or not self._sees(facet, None):
            return None
        return self._text(self.row, column, Place("households", self.row["id"], column))

    def _signal(self, signal: Row) -> Row:
        def told(facet: str, column: str) -> str | None:
            return self._item(signal, "signals", column) if self._sees(facet, signal) else None

        return {
            "about": self._name(self.people[signal["person"]]) if signal["person"] in self.people else None,
            "received_at": signal["received_at"],
            "state": signal["state"],
            "ended_at": signal["ended_at"],
            "urgency": signal["urgency"],
            "domain": signal["domain"] if self._sees("signal.domain", signal) else None,
            "source": signal["source"] if self._sees("signal.source", signal) else None,
            "summary": told("signal.summary", "summary"),
            "detail": told("signal.detail", "detail"),
            "feedback": told("feedback", "feedback"),
            "outcome": told("outcome", "outcome"),
        }

    def _case(self, case: Row) -> Row:
        general = {**case, "sphere": Sphere.GENERAL}
        return {
            "state": case["state"],
            "opened": case["opened"],
            "closed": case["closed"],
            "outcome": self._item(general, "cases", "outcome") if self._sees("outcome", general) else None,
            "leads": case["leads"] if self._sees("case.lead", case) else [],
            "participants": self._all("case.participants", case["participants"], _participant),
            "contacts": self._all("case.contact", case["contacts"], _contact),
            "actions": self._all("plan.action", case["actions"], self._action),
            **family_of(case, self.mine, self._sees_own, self._item),
            "spends": self._all("plan.action", case["spends"], self._spend),
        }

    def _action(self, action: Row) -> Row:
        return {
            "domain": action["domain"],
            "state": action["state"],
            "due_on": action["due_on"],
            "owner": action["owner"],
            "what": self._item(action, "plan_actions", "what"),
            "result": self._item(action, "plan_actions", "result"),
        }

    def _spend(self, one: Row) -> Row:
        return {
            "domain": one["domain"],
            "spent_on": one["spent_on"],
            "euros": f"{one['amount'] // 100}.{one['amount'] % 100:02}",
            "state": "taken_back" if one["cancelled"] else "spent",
            "what": self._item(one, "spends", "purpose"),
            "result": self._item(one, "spends", "result"),
        }

    def _grants(self) -> list[Row]:
        # Its reason may be about anybody at home.
        return [
            {
                "who": one["who"],
                "since": one["since"],
                "until": one["until"],
                "reason": self._item({**one, "sphere": Sphere.GENERAL}, "break_glass_grants", "reason"),
            }
            for one in self.row["grants"]
            if self.look.sees(
                "break_glass.grant", own_person=self.alone, deferred_for_safety=one["id"] in self.deferred
            )
        ]

    def _request(self, one: Row) -> Row:
        names = ("kind", "state", "received_at", "decided_at", "ground")
        texts = {
            column: self._text(one, column, Place("requests", UUID(one["id"]), column))
            for column in ("words", "decision")
        }
        return {**{name: one[name] for name in names}, **texts}

    def _consent(self, one: Row) -> Row:
        mine = self.mine & set(self.people)
        return {
            "about": self._name(self.people[one["person"]]) if one["person"] in mine else None,
            "label": FACETS[one["facet"]].label(self.language),
            "receiver": one["receiver"],
            "why": one["purpose"],
            "how": one["source"],
            "given_by": [
                self._name(self.people[giver]) if giver in mine else MASK for giver in one["given_by"]
            ],
            "since": one["since"],
            "until": one["until"],
            "withdrawn_at": one["withdrawn_at"],
        }

    def _corrections(self) -> list[Row]:
        return [
            {
                "what": FACETS[one["facet"]].label(self.language),
                "corrected_at": one["corrected_at"],
                "former": self._item(one, "rectifications", "former"),
            }
            for one in self.row["corrections"]
            if self._sees(one["facet"], one)
        ]

    def _sees_line(self, line: Row) -> bool:
        """A line that tells of another's sphere, by whose team it was, is about another."""
        kind = line["team_kind"]
        sphere = TEAM_KINDS[TeamKind(kind)].presence if kind else Sphere.GENERAL
        things = [one for one in self.row["signals"] if one["sphere"] == sphere and one["person"]]
        things += self.row["hearings"] if sphere is Sphere.JUSTICE else []
        about_mine = bool(things) and all(one["person"] in self.mine for one in things)
        own = sphere is Sphere.GENERAL or self.alone or about_mine
        late = not self.deferred.isdisjoint(line["things"])
        return self.look.sees("access_log.entry", own_person=own, deferred_for_safety=late)

    def _name(self, one: Row) -> str:
        return self._text(one, "name", Place("persons", UUID(one["id"]), "name"), masked=False) or ""

    def _item(self, thing: Row, table: str, column: str) -> str | None:
        compartment = Compartment.of(Sphere(thing["sphere"]))
        return self._text(thing, column, Place(table, UUID(thing["id"]), column), compartment)

    def _text(
        self,
        thing: Row,
        column: str,
        place: Place,
        compartment: Compartment = Compartment.IDENTITY,
        *,
        masked: bool = True,
    ) -> str | None:
        sealed = thing[column]
        if sealed is None:
            return None
        opened = self.seal.open(bytes.fromhex(sealed), place, compartment)
        return mask(opened, self._others) if masked else opened


def mask(text: str, names: Iterable[str]) -> str:
    """The text without these names, however they are written."""
    found = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{found})(?!\w)", MASK, text, flags=re.IGNORECASE) if found else text


def _names(full: Iterable[str]) -> set[str]:
    parts = {part.casefold() for name in full for part in name.split() if len(part) >= _SHORTEST_NAME}
    return parts - _PARTICLES


def _hearing(one: Row) -> Row:
    return {"held_on": one["held_on"], "state": one["state"]}


def _placement(one: Row) -> Row:
    outcome = one["outcome"] and f"place_{one['outcome']}"
    known = {name: one[name] for name in ("alternative", "provider", "since", "until")}
    return {**known, "kind": one["kind"], "state": f"place_{one['state']}", "outcome": outcome}


def _contact(one: Row) -> Row:
    return {"at": one["at"], "manner": one["manner"]}


def _participant(one: Row) -> Row:
    return {"name": one["name"], "since": one["since"], "until": one["until"]}


def _line(line: Row, language: Language) -> Row:
    said = line["record"]
    return {
        "at": line["at"],
        "who": line["who"],
        "role": said["role"],
        "team": line["team"],
        "did": said["event"],
        "act": said["act"],
        "why": said["purpose"],
        "ground": said["ground"],
        "emergency": said["emergency"],
        "data": [FACETS[name].label(language) for name in said["facets"] if name in FACETS],
    }
