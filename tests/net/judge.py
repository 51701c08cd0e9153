"""Which rows of a town could ever be shown to somebody: the access tables read from their CSV files, row by row.

Shares no code with the guards: it looks at all rows at once, and asks `tests/policies/oracle.py` about each.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from tests.policies import oracle

Row = dict[str, Any]

BY_TEAM = {"member", "coordinator", "duty"}
BY_ROLE = {
    "area_coordinator": "coordinator",
    "decision_power": "decision_power",
    "analyst": "analyst",
    "privacy_officer": "privacy_officer",
}
#: Only whoever has to act on these, and those to whom they climb, knows that there are any.
BETWEEN_FEW = {"G12", "G15"}
#: What speaks for itself about a person, whoever it is about: each fact that a row alone does not tell is so.
AT_BEST = {"own_hearing", "identity_checked", "own_team_item", "own_practice", "consent_covers"}


@dataclass(frozen=True)
class Town:
    """All rows of an area, by table."""

    rows: dict[str, list[Row]]

    @cached_property
    def case(self) -> dict[UUID, Row]:
        return {row["id"]: row for row in self.rows["cases"]}

    @cached_property
    def member(self) -> dict[UUID, Row]:
        return {row["id"]: row for row in self.rows["memberships"]}

    @cached_property
    def home_of_person(self) -> dict[UUID, UUID]:
        return {row["id"]: row["household_id"] for row in self.rows["persons"]}


@dataclass(frozen=True)
class Context:
    """Somebody under one membership, for a purpose, at a moment."""

    town: Town
    membership: UUID
    professional: UUID
    team: UUID
    kind: str
    role: str
    purpose: str
    at: datetime

    @cached_property
    def own(self) -> set[UUID]:
        """The memberships whose writing counts as one's own."""
        by_team = self.role in BY_TEAM or self.role in ("area_coordinator", "decision_power")
        return {
            one["id"]
            for one in self.town.rows["memberships"]
            if one["professional_id"] == self.professional or (by_team and one["team_id"] == self.team)
        }

    @cached_property
    def own_team(self) -> UUID | None:
        return (
            self.team if self.role in BY_TEAM or self.role in ("area_coordinator", "decision_power") else None
        )

    @cached_property
    def mine(self) -> set[UUID]:
        members = self.town.rows["memberships"]
        return {one["id"] for one in members if one["professional_id"] == self.professional}

    @cached_property
    def to_decide(self) -> set[UUID]:
        """The requests on which a decision was prepared that waits, or waited, for this person."""
        prepared = self.town.rows["request_decisions"]
        return {one["request_id"] for one in prepared if one["second_id"] in self.mine}

    @cached_property
    def practices(self) -> set[str]:
        covers = self.town.rows["team_covers"]
        return {
            one["code"] for one in covers if one["kind"] == "practice" and one["team_id"] == self.own_team
        }

    @cached_property
    def led(self) -> set[UUID]:
        leads = (
            x for x in self.town.rows["leads"] if x["membership_id"] in self.mine and self.now(x["during"])
        )
        cases = (self.town.case[x["case_id"]] for x in leads)
        return {case["household_id"] for case in cases if case["state"] != "closed"}

    @cached_property
    def led_once(self) -> set[UUID]:
        """The households that the led ones were, or were part of: their history stands there."""
        found, grown = set(self.led), 0
        while len(found) != grown:
            grown = len(found)
            for row in self.town.rows["merges"]:
                pair = {row["household_id"], row["merged_id"]}
                found |= pair if pair & found else set()
            found |= {row["household_id"] for row in self.town.rows["splits"] if row["part_id"] in found}
        return found

    @cached_property
    def granted(self) -> set[UUID]:
        grants = self.town.rows["break_glass_grants"]
        return {
            one["household_id"]
            for one in grants
            if one["membership_id"] == self.membership and self.now(one["during"])
        }

    @cached_property
    def on_duty(self) -> bool:
        shifts = self.town.rows["duty_shifts"]
        return any(one["membership_id"] in self.mine and self.now(one["during"]) for one in shifts)

    @cached_property
    def cases(self) -> set[UUID]:
        """The cases in which the team takes part now."""
        parts = self.town.rows["participants"]
        return {one["case_id"] for one in parts if one["team_id"] == self.team and self.now(one["during"])}

    @cached_property
    def homes(self) -> set[UUID]:
        """The households to which the team stands as a team: it takes part, is accountable or prepares."""
        found = {
            self.town.case[one]["household_id"]
            for one in self.cases
            if self.town.case[one]["state"] != "closed"
        }
        for one in self.town.rows["signals"]:
            if one["accountable_team_id"] == self.team and one["case_id"] is None and one["state"] != "ended":
                found.add(one["household_id"])
        covered = {c["code"] for c in self.town.rows["team_covers"] if c["team_id"] == self.team}
        near = {h["id"] for h in self.town.rows["households"] if h["neighbourhood"] in covered}
        for one in self.town.rows["hearings"]:
            planned = one["state"] == "planned"
            if planned and (
                one["household_id"] in near or self.town.member[one["planned_by"]]["team_id"] == self.team
            ):
                found.add(one["household_id"])
        return found

    def now(self, during: Any) -> bool:
        after = during.lower is None or during.lower <= self.at
        return not during.isempty and after and (during.upper is None or self.at < during.upper)

    def viewers(self, home: UUID | None, takes_part: bool) -> set[tuple[str, bool]]:
        found = {("outsider", False)}
        if self.role in BY_TEAM and takes_part and self.kind in oracle.VIEWERS:
            found.add((self.kind, False))
        if self.role in BY_ROLE:
            found.add((BY_ROLE[self.role], False))
        if home in self.led:
            found.add(("lead", False))
        if home in self.granted:
            found.add(("social", True))
        return found

    def shown(
        self,
        facets: Iterable[str],
        sphere: str | None,
        home: UUID | None,
        takes_part: bool,
        audience: str | None = None,
    ) -> bool:
        facts = AT_BEST | ({"shared_with_teams"} if audience == "teams_in_case" else set())
        return any(
            oracle.shown(viewer, granted, facet, sphere, self.purpose, facts) != "none"
            for facet in facets
            for viewer, granted in self.viewers(home, takes_part)
        )

    def may_know(self, table: str, row: Row) -> bool:
        """Whether any of the tables could let this person see something of this row."""
        return JUDGES[table](self, row)


ITEMS = {"signal.existence", "signal.source", "signal.domain", "signal.summary"}
OF_A_PERSON = {name for name in oracle.FACETS if name.split(".")[0] in ("person", "household", "school")}
BY_LEVEL = {name: row["level"] for name, row in oracle.FACETS.items()}


def _signal(who: Context, row: Row) -> bool:
    if who.own_team is not None and who.own_team in (row["source_team_id"], row["accountable_team_id"]):
        return True
    acute = who.on_duty and row["state"] == "open" and row["urgency"] == "acute"
    takes_part = acute or row["household_id"] in who.homes
    shown = who.shown(ITEMS, row["sphere"], row["household_id"], takes_part, row["audience"])
    return row["author_id"] in who.own or shown


def _of_a_case(facet: str, author: str, *others: str) -> Callable[[Context, Row], bool]:
    def judge(who: Context, row: Row) -> bool:
        home = who.town.case[row["case_id"]]["household_id"]
        asked = any(row[other] in who.own for other in others)
        takes_part = asked or row["case_id"] in who.cases
        return row[author] in who.own or who.shown([facet], row["sphere"], home, takes_part, row["audience"])

    return judge


def _anywhere(*facets: str, of_case: bool = False) -> Callable[[Context, Row], bool]:
    """Ids, states and spheres: judged by sphere, as if the team had a part in every household."""

    def judge(who: Context, row: Row) -> bool:
        home = who.town.case[row["case_id"]]["household_id"] if of_case else row["household_id"]
        return who.shown(facets, row["sphere"], home, True, row.get("audience"))

    return judge


def _promise(who: Context, row: Row) -> bool:
    turns = {one["subject_id"] for one in who.town.rows["turns"] if one["membership_id"] in who.own}
    if row["household_id"] is None or row["responder_id"] == who.membership or row["id"] in turns:
        return True
    if row["rule"] in BETWEEN_FEW and who.role not in ("area_coordinator", "decision_power"):
        return False
    return _anywhere("gap", "case.next_deadline")(who, row)


def _event(who: Context, row: Row) -> bool:
    if row["membership_id"] in who.own:
        return True
    of_sphere = BY_LEVEL[row["facet"]] == "item" or row["sphere"] != "general"
    home = next(iter(who.led)) if row["household_id"] in who.led_once else None
    shown = who.shown([row["facet"]], row["sphere"], home, True, row["audience"])
    return shown and (not of_sphere or who.shown(["gap"], row["sphere"], home, True, row["audience"]))


def _person(who: Context, row: Row) -> bool:
    home = row.get("household_id")
    home = home or who.town.home_of_person[row.get("person_id") or row.get("minor_id") or row["child_id"]]
    return who.shown(OF_A_PERSON, None, home, home in who.homes)


def _key(who: Context, row: Row) -> bool:
    home, sphere = row["household_id"], row["compartment"]
    if sphere == "identity":
        # What was asked, and by whom, is sealed under it: for those who decide.
        asked = [one for one in who.town.rows["requests"] if one["household_id"] == home]
        decides = who.role == "privacy_officer" or any(one["id"] in who.to_decide for one in asked)
        return (bool(asked) and decides) or who.shown(OF_A_PERSON, None, home, home in who.homes)
    if sphere.startswith("medical:"):
        notes = [one for one in who.town.rows["medical_notes"] if one["household_id"] == home]
        return any(f"medical:{one['practice']}" == sphere and _note(who, one) for one in notes)
    if who.shown(ITEMS, sphere, home, home in who.homes):
        return True
    things = [("signals", one) for one in who.town.rows["signals"] if one["household_id"] == home]
    for table in ("plan_actions", "blockades", "agreements", "milestones", "spends"):
        rows = who.town.rows[table]
        things += [(table, one) for one in rows if who.town.case[one["case_id"]]["household_id"] == home]
    things += [
        ("meeting_items", one) for one in who.town.rows["meeting_items"] if one["household_id"] == home
    ]
    if any(one["sphere"] == sphere and who.may_know(table, one) for table, one in things):
        return True
    # Why something is deferred is for who deferred it, the lead, and the privacy officer, who is told of each.
    deferred = [one for one in who.town.rows["deferrals"] if one["household_id"] == home]
    if any(
        one["sphere"] == sphere
        and (who.role == "privacy_officer" or one["deferred_by"] in who.mine or home in who.led)
        for one in deferred
    ):
        return True
    grants = [one for one in who.town.rows["break_glass_grants"] if one["household_id"] == home]
    return sphere == "general" and any(_grant(who, one) for one in grants)


def _note(who: Context, row: Row) -> bool:
    """Of the own practice, or by a consent or in an emergency, which a row alone does not tell."""
    own = row["practice"] in who.practices
    return row["author_id"] in who.own or who.shown(["medical.note"], "health", row["household_id"], own)


def _request(who: Context, row: Row) -> bool:
    """That something is restricted, closes what others would see: they know of it, and no word of it."""
    restricts = row["kind"] in ("restriction", "objection") and (
        row["state"] == "open" or (row["state"] == "granted" and row["lifted_at"] is None)
    )
    return who.role == "privacy_officer" or row["id"] in who.to_decide or (restricts and _skeleton(who, row))


def _hearing(who: Context, row: Row) -> bool:
    home = row["household_id"]
    return row["planned_by"] in who.own or who.shown(["court.hearing"], "justice", home, home in who.homes)


def _placement(who: Context, row: Row) -> bool:
    """Whoever may know of the hearing that it is for, may know of a place."""
    home = row["household_id"]
    hearing = next((z for z in who.town.rows["hearings"] if z["id"] == row["hearing_id"]), None)
    if row["held_by"] in who.own or (hearing is not None and _hearing(who, hearing)):
        return True
    return who.shown(["court.placement"], "justice", home, home in who.homes)


def _grant(who: Context, row: Row) -> bool:
    return row["membership_id"] in who.mine or who.shown(
        ["break_glass.grant"], None, row["household_id"], False
    )


def _meeting_item(who: Context, row: Row) -> bool:
    """By a part in the family; and by sitting at the table, while it sits."""
    home = row["household_id"]
    (table,) = [one for one in who.town.rows["meetings"] if one["id"] == row["meeting_id"]]
    sits = table["state"] == "open" and who.at < table["opened_at"] + timedelta(hours=12)
    there = sits and any(
        one["meeting_id"] == table["id"] and one["membership_id"] == who.membership and one["present_at"]
        for one in who.town.rows["meeting_seats"]
    )
    shown = who.shown(["meeting.item"], row["sphere"], home, home in who.homes or there, row["audience"])
    return row["decided_by"] in who.own or shown


def _skeleton(who: Context, row: Row) -> bool:
    """That a household is there, and its case: for whoever could see something of some family."""
    case = who.town.case.get(row.get("case_id"))
    home = case["household_id"] if case else row.get("household_id") or row["id"]
    wrote = any(
        one["household_id"] == home and one["author_id"] in who.own for one in who.town.rows["signals"]
    )
    return (
        who.role in BY_TEAM or who.role in ("area_coordinator", "decision_power", "privacy_officer") or wrote
    )


def _of_home(who: Context, row: Row) -> bool:
    """What other decisions rest on: where somebody has a part in the household, or answers for what is asked of it."""
    asked = {one["id"]: one["household_id"] for one in who.town.rows["requests"]}
    return _skeleton(who, {"id": row.get("household_id") or asked[row["request_id"]]})


def _of_case(facet: str, *own: str) -> Callable[[Context, Row], bool]:
    def judge(who: Context, row: Row) -> bool:
        if any(row[name] in who.own for name in own):
            return True
        home = who.town.case[row["case_id"]]["household_id"]
        sphere = "general" if BY_LEVEL[facet] == "item" else None
        return who.shown([facet], sphere, home, row["case_id"] in who.cases) or home in who.led | who.granted

    return judge


def _only(*roles: str) -> Callable[[Context, Row], bool]:
    return lambda who, row: who.role in roles


JUDGES: dict[str, Callable[[Context, Row], bool]] = {
    "signals": _signal,
    "plan_actions": _of_a_case("plan.action", "author_id", "owner_id"),
    "blockades": _of_a_case("blockade", "raised_by"),
    "agreements": _of_a_case("family.agreement", "author_id"),
    "agreement_answers": lambda who, row: JUDGES["agreements"](
        who, next(a for a in who.town.rows["agreements"] if a["id"] == row["agreement_id"])
    ),
    "milestones": lambda who, row: _of_a_case("family.goal" if row["own"] else "plan.goal", "author_id")(
        who, row
    ),
    "meeting_items": _meeting_item,
    "blockade_homework": lambda who, row: JUDGES["blockades"](
        who, next(one for one in who.town.rows["blockades"] if one["id"] == row["blockade_id"])
    ),
    "spends": _of_a_case("plan.action", "spent_by"),
    # Decision power knows of a team what may be known of its gaps.
    "participants": lambda who, row: (
        row["team_id"] == who.own_team or _anywhere("case.participants", "gap", of_case=True)(who, row)
    ),
    "invitations": lambda who, row: (
        row["team_id"] == who.own_team
        or row["invited_by"] in who.own
        or _anywhere("case.participants", of_case=True)(who, row)
    ),
    "promises": _promise,
    "gaps": lambda who, row: _promise(
        who, next(p for p in who.town.rows["promises"] if p["id"] == row["promise_id"])
    ),
    "events": _event,
    "transfers": lambda who, row: (
        _anywhere("gap", "case.next_deadline")(who, row)
        or (who.own_team is not None and who.own_team in (row["from_team_id"], row["to_team_id"]))
        or (row["to_team_id"] is None and who.role == "area_coordinator")
    ),
    "outbox": lambda who, row: row["receiver_id"] == who.membership,
    "hearings": _hearing,
    "placements": _placement,
    "vault.household_keys": _key,
    **dict.fromkeys(("persons", "household_moves", "person_links", "relationships", "custody"), _person),
    **dict.fromkeys(("households", "cases", "leads", "holders", "merges", "splits"), _skeleton),
    "contacts": _of_case("case.contact"),
    "refusals": _of_case("family.agreement"),
    "proposals": lambda who, row: (
        _of_case("case.lead", "membership_id", "proposed_by")(who, row)
        or row["id"]
        in {one["subject_id"] for one in who.town.rows["turns"] if one["membership_id"] in who.own}
    ),
    "break_glass_grants": _grant,
    "requests": _request,
    "request_decisions": lambda who, row: who.role == "privacy_officer" or row["request_id"] in who.to_decide,
    "request_agreements": _only("privacy_officer"),
    "medical_notes": _note,
    **dict.fromkeys(("consents", "deferrals", "rectifications"), _of_home),
    "child_agreements": _person,
    **dict.fromkeys(("merge_proposals", "arrivals", "move_offers"), _only("area_coordinator")),
    "access_log": lambda who, row: (
        who.role == "privacy_officer" or row["professional_id"] == who.professional
    ),
}
