"""What one row of a household becomes for whoever looks: each value asked, then opened."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from casecoord.actions.agreements import agreements_in_view
from casecoord.actions.break_glass import grants_in_view
from casecoord.actions.consents import consents_in_view
from casecoord.actions.goals import milestones_in_view
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.notes import notes_in_view
from casecoord.actions.office import Guest, Hand
from casecoord.actions.opening import blockade_view, spend_view
from casecoord.actions.placed import placements_in_view
from casecoord.domain.ages import age_on
from casecoord.domain.facets import Shown, Viewer
from casecoord.domain.joint_view import (
    ITSELF,
    ActionView,
    BlockadeView,
    Colleague,
    ContactView,
    GapView,
    HearingView,
    JointCase,
    MoveView,
    ParticipantView,
    PersonView,
    ProposalView,
    Shared,
    SignalView,
    SpendView,
    level_of,
)
from casecoord.domain.promises import PROMISES, Rule
from casecoord.domain.words import (
    ActionState,
    HearingState,
    LifeDomain,
    Role,
    SignalState,
    Sphere,
    TeamKind,
    Urgency,
)
from casecoord.domain.workdays import local_date
from casecoord.storage import views
from casecoord.storage.sealed import Compartment, HouseholdSeal, Place
from casecoord.storage.spending import amount_of

Row = dict[str, Any]
_PREPARED = ("alternative_at", "place_held_at")


class View:
    """Composes one joint case view from one row, through one look."""

    def __init__(self, hand: Hand | Guest, row: Row) -> None:
        self.hand, self.row, self.now = hand, row, hand.now
        self.team = str(hand.actor.team_id) if isinstance(hand, Hand) else None
        self.seal: HouseholdSeal = views.seal_of(hand.work, row["id"], row["keys"])
        # A team that is accountable for a signal beside a case sees whose it is, and nothing of the case.
        self.look = Look(
            hand,
            row["id"],
            self._as_viewer(row["participates"] or row["accountable"]),
            facts_of(row),
        )
        self.in_case = self._as_viewer(row["participates"])

    def compose(self) -> JointCase:
        row, look = self.row, self.look
        case = row["open_case"]
        status = look.decide("case.status")
        in_case = (
            case is not None and status.shown is Shown.FULL and look.sees("case.status", viewers=self.in_case)
        )
        secret = row["secret_address"]
        return JointCase(
            household=row["id"],
            case=UUID(case["id"]) if in_case else None,
            status=self._status(status.shown),
            lead=look.share("case.lead", lambda: _colleague(row["lead"])),
            proposals=self._proposals() if in_case and look.sees("case.lead") else [],
            address=look.share(
                "household.address", lambda: self._household_text("address"), address_secret=secret
            ),
            contact_details=look.share(
                "household.contact", lambda: self._household_text("contact"), address_secret=secret
            ),
            moves=self._moves(),
            persons=[
                self._person(one) for one in row["persons"] if look.sees("person.name", **self._of(one))
            ],
            participants=self._participants(),
            next_deadline=self._next_deadline(),
            contacts=self._contacts(),
            signals=(signals := [seen for signal in row["signals"] if (seen := self._signal(signal))]),
            actions=[self._action(action) for action in row["actions"] if self._sees_action(action)],
            blockades=[found for one in row["blockades"] if (found := self._blockade(one))],
            spends=[spent for one in row["spends"] if (spent := self._spend(one))],
            left_to_spend=self._left_to_spend(),
            hearings=[planned for one in row["hearings"] if (planned := self._hearing(one))],
            placements=placements_in_view(look, row, self.team, self._as_viewer, self._about),
            grants=grants_in_view(look, self.seal, row["grants"], self._about),
            notes=(notes := notes_in_view(look, row["notes"], self._about)),
            consents=consents_in_view(
                look, row["consents"], self._about, {s.id for s in signals} | {n.id for n in notes}
            ),
            gaps=self._gaps(),
            milestones=milestones_in_view(look, self.seal, row["milestones"], self._about, self.in_case),
            agreements=agreements_in_view(look, self.seal, row["agreements"], self._about, self.in_case),
            withheld=list(look.withheld.values()),
        )

    def _status(self, shown: Shown) -> Shared[str] | None:
        case = self.row["open_case"]
        match shown:
            case Shown.FULL:
                return Shared(value=case["state"] if case else "closed")
            case Shown.OPEN_CLOSED:
                return Shared(value="open" if case else "closed")
            case Shown.EXISTS:
                return Shared(withheld=self.look.withheld["case.status"])
            case Shown.NONE:
                return None

    def _proposals(self) -> list[ProposalView]:
        """Those to teams in view: that a team is asked would tell that it takes part."""
        # Decision power, who is shown no participants, knows of a team what may be known of its gaps.
        facet = "gap" if self.hand.actor.role is Role.DECISION_POWER else "case.participants"
        in_view = {
            p["team"]
            for p in self.row["participants"]
            if self._own_team(p["team"]) or self._sees_item(facet, p, self.in_case)
        }
        return [
            ProposalView(UUID(p["id"]), p["kind"], p["state"], proposed)
            for p in self.row["proposals"]
            if (proposed := _colleague(p["proposed"]))
            and (not p["takes_part"] or p["proposed"]["team"] in in_view)
        ]

    def _moves(self) -> list[MoveView]:
        moves = self.row["moves"]
        if not moves or not self.look.sees("household.move"):
            return []
        return [MoveView(UUID(move["id"]), date.fromisoformat(move["moved_on"])) for move in moves]

    def _of(self, person: Row) -> dict[str, Any]:
        """A court partner knows the youth with the hearing, and who has custody."""
        youths = {hearing["person"] for hearing in self.row["hearings"]}
        custody = {y["holder"] for p in self.row["persons"] if p["id"] in youths for y in p["custody"]}
        return {"own_hearing": person["id"] in youths | custody, "of": (UUID(person["id"]),)}

    def _person(self, person: Row) -> PersonView:
        share, identity, known = self.look.share, UUID(person["id"]), self._of(person)
        return PersonView(
            id=identity,
            name=share("person.name", lambda: self._person_text(person, "name", "name"), **known),
            age=share("person.age", lambda: self._age(person), **known),
            birth_date=share(
                "person.birth_date", lambda: self._person_text(person, "birth", "birth_date"), **known
            ),
            language=share("person.language", lambda: person["language"], **known),
            custody=share("person.custody", lambda: self._custody(person), **known),
            practice=share("person.practice", lambda: self._linked(person, "practice"), of=(identity,)),
            school=share("school.enrolment", lambda: self._linked(person, "school"), of=(identity,)),
        )

    def _custody(self, person: Row) -> list[str] | None:
        people = self.row["persons"]
        names = {other["id"]: other for other in people if self.look.sees("person.name", **self._of(other))}
        found = [
            self._person_text(names[y["holder"]], "name", "name") if y["holder"] in names else None
            for y in person["custody"]
        ]
        return [name or y["kind"] for name, y in zip(found, person["custody"], strict=True)] or None

    def _age(self, person: Row) -> int | None:
        born = self._person_text(person, "birth", "birth_date")
        return None if born is None else age_on(born, local_date(self.now))

    def _linked(self, person: Row, kind: str) -> str | None:
        return ", ".join(link["name"] for link in person["links"] if link["kind"] == kind) or None

    def _participants(self) -> list[ParticipantView]:
        lead = self.row["lead"]
        own = {self.team, lead["team"] if lead else None}
        return [
            ParticipantView(UUID(p["team"]), p["name"], TeamKind(p["kind"]))
            for p in self.row["participants"]
            if self._sees_item("case.participants", p, self.in_case, own_team_item=p["team"] in own)
            or self._own_team(p["team"])
        ]

    def _own_team(self, team: str) -> bool:
        # One's own team's part in a case is no secret to it.
        own = team == self.team and bool(self.row["participates"])
        if own:
            self.look.besides["case.participants"] = "own_team"
        return own

    def _next_deadline(self) -> datetime | None:
        """The earliest that this viewer may see."""
        for promise in self.row["promises"]:
            if self._sees_item("case.next_deadline", promise, self._viewers_of(promise)):
                return datetime.fromisoformat(promise["due_at"])
        return None

    def _contacts(self) -> list[ContactView]:
        return [
            ContactView(UUID(c["id"]), datetime.fromisoformat(c["at"]), c["manner"])
            for c in self.row["contacts"]
            if self.look.sees("case.contact", viewers=self.in_case, **self._about("case.contact", c))
        ]

    def _signal(self, signal: Row) -> SignalView | None:
        sphere, seen_by = Sphere(signal["sphere"]), self._viewers_of(signal)
        facts: dict[str, Any] = {
            "viewers": seen_by,
            "of": (UUID(signal["person"]),) if signal["person"] else (),
            "wrote_it": wrote(self.hand, signal["source_team"], signal["author"]),
            "shared_with_teams": signal["audience"] == "teams_in_case",
            **self._about("signal.existence", signal),
        }
        if not self.look.sees("signal.existence", sphere, **facts):
            return None
        share = self.look.share
        source = signal["source_name"] or ITSELF[self.hand.actor.language]
        as_written = not self.look.sees("signal.existence", sphere, **{**facts, "wrote_it": False})
        return SignalView(
            id=UUID(signal["id"]),
            person=UUID(signal["person"]) if signal["person"] else None,
            # What one sees because one wrote it is what one wrote, not what became of it.
            state=SignalState.OPEN if as_written else signal["state"],
            urgency=Urgency(signal["urgency"]),
            received_at=datetime.fromisoformat(signal["received_at"]),
            sphere=sphere,
            source=share("signal.source", lambda: source, sphere, **facts),
            domain=share("signal.domain", lambda: LifeDomain(signal["domain"]), sphere, **facts),
            summary=share(
                "signal.summary", lambda: self._item_text("signals", signal, "summary"), sphere, **facts
            ),
            detail=None
            if signal["detail"] is None
            else self.look.share_by_consent(
                "signal.detail",
                lambda: self._item_text("signals", signal, "detail"),
                sphere,
                signal["consents"],
                **facts,
            ),
            feedback=self._told("feedback", signal, "feedback", facts),
            outcome=self._told("outcome", signal, "outcome", facts),
        )

    def _told(self, facet: str, signal: Row, column: str, facts: dict[str, Any]) -> Shared[str] | None:
        """What a signal may have besides: asked only where it is there."""
        if signal[column] is None:
            return None
        sphere = Sphere(signal["sphere"])
        return self.look.share(facet, lambda: self._item_text("signals", signal, column), sphere, **facts)

    def _viewers_of(self, thing: Row) -> frozenset[Viewer]:
        """As what the actor looks at a signal or its clock: while it is in no case, only the team that is
        accountable for it takes part in it; in a hearing's also the team that prepares it."""
        if thing.get("rule") == Rule.HEARING:
            return self._as_viewer(self.row["participates"] or self.row["prepares"])
        return self._as_viewer(
            self.row["participates"] if thing["in_case"] else thing["accountable"] == self.team
        )

    def _as_viewer(self, takes_part: bool) -> frozenset[Viewer]:
        row = self.row
        return viewers(
            self.hand,
            takes_part=takes_part,
            is_lead=row["is_lead"],
            signalled=row["signalled"],
            escalated=row["escalated"],
        )

    def _sees_action(self, action: Row) -> bool:
        wrote_it = wrote(self.hand, action["author_team"], action["author"])
        return self._sees_item("plan.action", action, self.in_case, wrote_it=wrote_it)

    def _action(self, action: Row) -> ActionView:
        owner = _colleague(action["owner"])
        assert owner is not None
        as_written = not self._sees_item("plan.action", action, self.in_case)
        return ActionView(
            id=UUID(action["id"]),
            domain=LifeDomain(action["domain"]),
            what=self._item_text("plan_actions", action, "what") or "",
            result=None if as_written else self._item_text("plan_actions", action, "result"),
            state=ActionState.OPEN if as_written else action["state"],
            due_on=date.fromisoformat(action["due_on"]),
            owner=owner,
        )

    def _blockade(self, blockade: Row) -> BlockadeView | None:
        by = _colleague(blockade["raised_by"])
        assert by is not None
        wrote_it = wrote(self.hand, str(by.team), str(by.professional))
        if not self._sees_item("blockade", blockade, self.in_case, wrote_it=wrote_it):
            return None
        as_written = not self._sees_item("blockade", blockade, self.in_case)
        seen = {action["id"] for action in self.row["actions"] if self._sees_action(action)}
        return blockade_view(
            blockade, by, self.hand.actor.language, self._item_text, seen, as_written=as_written
        )

    def _spend(self, spend: Row) -> SpendView | None:
        wrote_it = wrote(self.hand, spend["team"], spend["author"])
        if not self._sees_item("plan.action", spend, self.in_case, wrote_it=wrote_it):
            return None
        as_written = not self._sees_item("plan.action", spend, self.in_case)
        return spend_view(spend, self._item_text, as_written=as_written)

    def _left_to_spend(self) -> int | None:
        """For the lead, who sees every spend."""
        if Viewer.LEAD not in self.in_case or not self.look.sees("plan.action", viewers=self.in_case):
            return None
        return max(0, amount_of(self.hand.work.settings) - int(self.row["spent"]))

    def _hearing(self, hearing: Row) -> HearingView | None:
        """Who planned it and the social team that prepares it take part in it, be there a case or not."""
        own = hearing["team"] == self.team
        seen_by = self._as_viewer(own or self.row["participates"] or self.row["prepares"])
        person = UUID(hearing["person"])
        known = self._about("court.hearing", hearing)
        if not self.look.sees("court.hearing", Sphere.JUSTICE, viewers=seen_by, of=(person,), **known):
            return None
        done = {name: hearing[name] and datetime.fromisoformat(hearing[name]) for name in _PREPARED}
        return HearingView(
            id=UUID(hearing["id"]),
            person=person,
            held_on=date.fromisoformat(hearing["held_on"]),
            state=HearingState(hearing["state"]),
            **done,
        )

    def _gaps(self) -> list[GapView]:
        broken = [p for p in self.row["promises"] if datetime.fromisoformat(p["due_at"]) <= self.now]
        return [
            GapView(
                id=UUID(promise["id"]),
                rule=promise["rule"],
                name=PROMISES[Rule(promise["rule"])].gap,
                since=datetime.fromisoformat(promise["due_at"]),
                level=level_of(promise["levels"], self.now),
                responder=promise["responder"],
            )
            for promise in broken
            if self._sees_item("gap", promise, self._viewers_of(promise))
        ]

    def _sees_item(
        self, facet: str, item: Row, seen_by: frozenset[Viewer] | None = None, **facts: bool
    ) -> bool:
        facts |= {"shared_with_teams": item["audience"] == "teams_in_case", **self._about(facet, item)}
        return self.look.sees(facet, Sphere(item["sphere"]), viewers=seen_by, **facts)

    def _about(self, facet: str, thing: Row) -> dict[str, Any]:
        """What is so for a thing of this facet, whoever looks: whether the family's view of it waits for somebody's safety."""
        named = (thing.get("id"), thing.get("thing"))  # what is about a thing that waits would tell of it
        return {"deferred_for_safety": any(one in self.row["deferred"] for one in named if one)}

    def _household_text(self, column: str) -> str | None:
        return self._open(self.row[column], Place("households", self.row["id"], column), Compartment.IDENTITY)

    def _person_text(self, person: Row, key: str, facet: str) -> str | None:
        return self._open(person[key], Place("persons", UUID(person["id"]), facet), Compartment.IDENTITY)

    def _item_text(self, table: str, item: Row, facet: str) -> str | None:
        compartment = Compartment.of(Sphere(item["sphere"]))
        return self._open(item[facet], Place(table, UUID(item["id"]), facet), compartment)

    def _open(self, sealed: str | None, place: Place, compartment: Compartment) -> str | None:
        return None if sealed is None else self.seal.open(bytes.fromhex(sealed), place, compartment)


def _colleague(who: Row | None) -> Colleague | None:
    if who is None:
        return None
    return Colleague(
        professional=UUID(who["professional"]),
        name=who["name"],
        phone=who["phone"],
        team=UUID(who["team"]),
        team_name=who["team_name"],
        team_kind=TeamKind(who["team_kind"]),
    )
