"""The page of one's own family: what the joint case view is for a resident.

One sees what is about oneself and about the children for whom one may speak. A thing that names nobody is about
everybody at home: of the general sphere it is one's own too; of another sphere, and about what people at home
do to each other, only where nobody lives but those whose things one may see.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from casecoord.access.decide import Decision
from casecoord.actions.agreements import asked
from casecoord.actions.composing import View
from casecoord.actions.joint_view import Row
from casecoord.actions.looking import Look
from casecoord.actions.office import Guest
from casecoord.domain.errors import Problem
from casecoord.domain.facets import Viewer
from casecoord.domain.joint_view import JointCase
from casecoord.domain.residents import Dweller, all_own, speaks_for
from casecoord.domain.words import LifeDomain, Sphere
from casecoord.domain.workdays import local_date
from casecoord.storage import views

#: What belongs to who lives there, whoever they are.
OF_THE_HOME = frozenset({"household.address", "household.contact", "household.move"})


@dataclass(frozen=True, slots=True)
class MyFamilyOf:
    """Nothing to ask for: it is the own one."""


async def my_family(guest: Guest, query: MyFamilyOf) -> JointCase:
    """What may this resident see of the own family? Each thing is asked, then shown."""
    home = await home_view(guest)
    seen = home.compose()
    home.look.remember("my_family")
    return seen


async def home_view(guest: Guest) -> "HomeView":
    """The own home as this resident may look at it; Problem `not_found` where there is none any more."""
    row = await views.joint_case(guest.work, guest.actor.household_id)
    if row is None:
        raise Problem("not_found", "id")
    return HomeView(guest, row)


class HomeLook(Look):
    """A look that knows whose things are whose: what is said to be nobody's is not one's own."""

    home: "HomeView"

    def decide(
        self,
        facet: str,
        sphere: Sphere = Sphere.GENERAL,
        viewers: frozenset[Viewer] | None = None,
        of: tuple[UUID, ...] = (),
        **facts: bool,
    ) -> Decision:
        """As every look; `own_person` unless it is said: the home's own facets, and what is of one's own persons."""
        own = all_own(self.home.mine, of) if of else facet in OF_THE_HOME
        return super().decide(facet, sphere, viewers, of, **{"own_person": own, **facts})


class HomeView(View):
    """Composes the view of a home for one who lives there."""

    def __init__(self, guest: Guest, row: Row) -> None:
        super().__init__(guest, row)
        people = self._people = [self._dweller(person) for person in row["persons"]]
        self.mine = speaks_for(guest.actor.person_id, people, local_date(self.now))
        #: nobody lives here whose things are not mine to see
        self.alone = all_own(self.mine, {one.id for one in people})
        look = self.look
        self.look = HomeLook(look.hand, look.household, look.viewers, look.facts)
        self.look.home = self

    def born(self, person: UUID) -> str | None:
        """The birth date of somebody who lives here."""
        return next((one.born for one in self._people if one.id == person), None)

    def owns(self, persons: Iterable[UUID]) -> bool:
        """Whether what is about these persons is mine to see; about nobody by name: whether all at home are."""
        concerned = set(persons)
        return all_own(self.mine, concerned) if concerned else self.alone

    def in_view(self, sphere: Sphere) -> bool:
        """Whether that somebody works in this sphere here tells nothing of another's things."""
        return sphere is Sphere.GENERAL or self.alone or all_own(self.mine, self._concerned(sphere))

    def _concerned(self, sphere: Sphere) -> set[UUID]:
        """Whose things there are in a sphere, by name."""
        things = [signal for signal in self.row["signals"] if signal["sphere"] == sphere]
        things += self.row["hearings"] if sphere is Sphere.JUSTICE else []
        return {UUID(thing["person"]) for thing in things if thing["person"]}

    def _of(self, person: Row) -> dict[str, Any]:
        identity = UUID(person["id"])
        return {"own_person": identity in self.mine, "of": (identity,)}

    def _about(self, facet: str, thing: Row) -> dict[str, Any]:
        return {**super()._about(facet, thing), "own_person": self._is_own(facet, thing)}

    def _is_own(self, facet: str, thing: Row) -> bool:
        if thing.get("person"):
            return self.owns({UUID(thing["person"])})
        match facet:
            case "case.next_deadline":
                return True  # of a thing that is in view already
            case "case.participants":
                return self.in_view(Sphere(thing["sphere"]))
            case "family.agreement":
                return not self.mine.isdisjoint(asked(thing))
            case "break_glass.grant":
                return self.alone  # its reason may be about anybody at home
            case _:
                between = thing.get("domain") == LifeDomain.DOMESTIC_RELATIONS
                general = thing.get("sphere", Sphere.GENERAL) == Sphere.GENERAL
                return self.alone or (general and not between)

    def _next_deadline(self) -> datetime | None:
        """The earliest of what is in view: of a case, or of a thing that is shown."""
        shown = {self.row["open_case"]["id"]} if self.row["open_case"] else set()
        shown |= {signal["id"] for signal in self.row["signals"] if self._signal(signal)}
        shown |= {hearing["id"] for hearing in self.row["hearings"] if self._hearing(hearing)}
        shown |= {action["id"] for action in self.row["actions"] if self._sees_action(action)}
        for promise in self.row["promises"]:
            if promise["subject"] in shown and self._sees_item(
                "case.next_deadline", promise, self._viewers_of(promise)
            ):
                return datetime.fromisoformat(promise["due_at"])
        return None

    def _dweller(self, person: Row) -> Dweller:
        return Dweller(
            UUID(person["id"]),
            self._person_text(person, "birth", "birth_date"),
            frozenset(UUID(one["holder"]) for one in person["custody"] if one["holder"]),
            person["agreed"],
        )
