"""What the tables let a resident see of the own family, worked out from the rows alone."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from tests.crawl.canaries import plain_date
from tests.crawl.rows import Row, Rows
from tests.crawl.sight import HOME, OfHousehold, Sight

#: From the first age a child says so too, from the second alone.
BESIDE, ALONE = 12, 16
OF_THE_HOME = {"household.address", "household.contact", "household.move"}


class OwnFamily(OfHousehold):
    """The own family: things about oneself and those one speaks for, and of the home as a whole what is general.

    `whole`: with what is over too. `agreed`: the children who said that it may be seen.
    """

    whole = False

    def __init__(self, sight: Sight, household: UUID) -> None:
        super().__init__(sight, household)
        rows = self.rows
        self.mine = household == sight.home
        self.people = [p for p in rows.of("persons", household) if p["died_on"] is None]
        self.agreed = {
            a["child_id"] for a in rows.of("child_agreements", household) if a["until"] is None
        }  # fmt: skip
        self.deferred = {d["thing_id"] for d in rows.of("deferrals", household) if d["ended_at"] is None}

    @property
    def own(self) -> set[UUID]:
        """Oneself, and the children for whom one speaks."""
        me = self.sight.person
        held = {c["minor_id"] for c in self.rows.of("custody", self.household) if c["holder_id"] == me}
        return {me} | {p["id"] for p in self.people if p["id"] in held and self._may_be_seen(p["id"])}

    def _may_be_seen(self, child: UUID) -> bool:
        born = self.rows.born.get(child)
        if born is None:
            return False
        day, today = date.fromisoformat(plain_date(born)), self.rows.now.date()
        age = today.year - day.year - ((today.month, today.day) < (day.month, day.day))
        return age < BESIDE or (age < ALONE and child in self.agreed)

    @property
    def alone(self) -> bool:
        """Nobody lives here whose things are not one's own."""
        return {p["id"] for p in self.people} <= self.own

    def viewers(self, takes_part: bool) -> set[tuple[str, bool]]:
        return {("household", False)}

    def own_facts(self, thing: Row | None, sphere: str) -> list[str]:
        """Whether a thing is one's own, and whether it waits for somebody's safety."""
        person = None if thing is None else thing.get("person_id")
        between = thing is not None and thing.get("domain") == "domestic_relations"
        own = person in self.own if person else self.alone or (sphere == "general" and not between)
        late = thing is not None and thing.get("id") in self.deferred
        return [*(["own_person"] if own else []), *(["deferred_for_safety"] if late else [])]

    def sees(self, facet: str, sphere: str | None, takes_part: bool, *facts: str) -> bool:
        own = ["own_person"] if facet in OF_THE_HOME else []
        return super().sees(facet, sphere, takes_part, *facts, *own)

    def current(self, signal: Row) -> bool:
        return self.whole or super().current(signal)

    def of_case(self, thing: Row) -> bool:
        return self.whole or super().of_case(thing)

    def facts_of(self, thing: Row, author: str | None = None) -> list[str]:
        shared = ["shared_with_teams"] if thing["audience"] == "teams_in_case" else []
        return [*shared, *self.own_facts(thing, thing["sphere"])]

    def sees_hearing(self, hearing: Row) -> bool:
        return self.sees("court.hearing", "justice", False, *self.own_facts(hearing, "justice"))

    def sees_placement(self, placement: Row) -> bool:
        late = ["deferred_for_safety"] if placement["hearing_id"] in self.deferred else []
        return self.sees("court.placement", "justice", False, *self.own_facts(placement, "justice"), *late)

    def sees_participant(self, one: Row) -> bool:
        things = [s for s in self.signals if self.current(s) and s["sphere"] == one["sphere"]]
        things += self.hearings if one["sphere"] == "justice" else []
        concerned = {thing["person_id"] for thing in things} - {None}
        in_view = one["sphere"] == "general" or self.alone or (concerned and concerned <= self.own)
        return self.sees("case.participants", one["sphere"], False, *(["own_person"] if in_view else []))

    def _asked(self, agreement: Row) -> set[UUID]:
        answers = self.rows.of("agreement_answers", self.household)
        return {a["person_id"] for a in answers if a["agreement_id"] == agreement["id"]}

    def sees_agreement(self, agreement: Row) -> bool:
        own = ["own_person"] if self._asked(agreement) & self.own else []
        return self.of_case(agreement) and self.sees("family.agreement", agreement["sphere"], False, *own)

    def sees_answer(self, answer: Row) -> bool:
        """One's own, and that of a child for whom one speaks."""
        return answer["person_id"] in self.own and super().sees_answer(answer)

    def sees_contact(self, contact: Row) -> bool:
        return self.sees("case.contact", None, False, *self.own_facts(contact, "general"))

    def sees_promise(self, promise: Row, facet: str) -> bool:
        """Of a case, or of a thing that is in view."""
        things = [s for s in self.signals if self.sees_signal(s)]
        things += [h for h in self.hearings if self.sees_hearing(h)]
        things += [
            a for a in self.rows.of("plan_actions", self.household)
            if self.sees_thing(a, "plan.action", "author_id")
        ]  # fmt: skip
        shown = {thing["id"] for thing in things} | {self.case["id"] if self.case else None}
        late = ["deferred_for_safety"] if promise["id"] in self.deferred else []
        return promise["subject_id"] in shown and self.sees(
            facet, promise["sphere"], False, "own_person", *late
        )

    def of_person(self, person: Row) -> list[str]:
        return ["own_person"] if person["id"] in self.own else []

    def sees_grant(self, grant: Row) -> bool:
        facts = ["own_person"] if self.alone else []
        late = ["deferred_for_safety"] if grant["id"] in self.deferred else []
        return self.sees("break_glass.grant", None, False, *facts, *late)

    def sees_note(self, note: Row) -> bool:
        return self.sees("medical.note", "health", False, *self.own_facts(note, "health"))

    def sees_consent(self, consent: Row) -> bool:
        return self.sees("consent.record", None, False, *self.own_facts(consent, consent["sphere"]))

    def sees_request(self, request: Row) -> bool:
        return self.sees("family.complaint", None, False, *self.own_facts(request, "general"))

    def sees_outcome(self, case: Row) -> bool:
        return self.whole and self.sees("outcome", "general", False, *self.own_facts(None, "general"))

    def answers_for(self, deferral: Row) -> bool:
        return False

    def joint_case(self) -> dict[str, Any]:
        return {name: one for name, one in super().joint_case().items() if name != "gaps"}

    def next_deadline(self) -> datetime | None:
        seen = (p["due_at"] for p in self.promises if self.sees_promise(p, "case.next_deadline"))
        return next(seen, None)


HOME.append(OwnFamily)


class Exported(OwnFamily):
    """What is recorded of somebody: of all time, with the children who agreed to the request."""

    whole = True


def export_of(rows: Rows, request: UUID) -> Exported | None:
    """What the one who made this request may have; None where it was not granted."""
    asked = rows.by_id["requests"].get(request)
    if asked is None or asked["state"] != "granted":
        return None
    bare = Sight(rows, "nobody")
    sight = replace(
        bare,
        area=asked["area_id"],
        home=asked["household_id"],
        person=asked["person_id"],
        role="resident",
        purpose="access_request",
    )
    found = Exported(sight, asked["household_id"])
    found.agreed = {x["person_id"] for x in rows.all["request_agreements"] if x["request_id"] == request}
    return found
