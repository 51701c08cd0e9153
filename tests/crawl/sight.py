"""What the tables let somebody see, worked out from the rows alone; shares no code with what it checks.

Relations follow access-matrix.md: as what one looks at a household, and for a signal that is in no case yet, at
that signal. The cells are read by `tests.policies.oracle`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from tests.crawl.canaries import Canary
from tests.crawl.rows import KINDS, Row, Rows, covers
from tests.policies import oracle

Shown = Callable[[str, bool, str, str | None, str, frozenset[str]], str]

TEAM_KINDS = {"school_care", "social", "work_care", "gp_care", "court_partner"}
TEAM_ROLES = {"member", "coordinator", "duty"}
BY_ROLE = {"area_coordinator": "coordinator", "analyst": "analyst", "privacy_officer": "privacy_officer"}
#: How a resident sees the own family.
HOME: list[type["OfHousehold"]] = []
RANK = {"acute": 1, "high": 2, "normal": 3}
#: Promises that are between few: no list of a household holds them.
BETWEEN_FEW = {"G12", "G15"}
#: What happened of these classes no history tells.
NOT_HISTORY = {"feedback", "outcome", "household.move", "merge.proposal", "family.complaint", "gap"}
#: Which class of data a sealed column holds; one that is not here is shown to nobody.
FACET_OF = {
    ("households", "address"): "household.address",
    ("households", "contact"): "household.contact",
    ("persons", "name"): "person.name",
    ("persons", "birth_date"): "person.birth_date",
    ("signals", "summary"): "signal.summary",
    ("signals", "detail"): "signal.detail",
    ("signals", "feedback"): "feedback",
    ("signals", "outcome"): "outcome",
    ("plan_actions", "what"): "plan.action",
    ("plan_actions", "result"): "plan.action",
    ("plan_actions", "outcome"): "outcome",
    ("blockades", "what"): "blockade",
    ("blockades", "asked"): "blockade",
    ("blockades", "decision"): "blockade",
    ("agreements", "what"): "family.agreement",
    ("agreements", "doer"): "family.agreement",
    ("agreements", "reply"): "family.agreement",
    ("agreements", "praise"): "family.agreement",
    ("agreement_answers", "words"): "family.agreement",
    # The plan's own: each row says whether it is.
    ("milestones", "words"): "family.goal",
    ("milestones", "praise"): "family.goal",
    ("meeting_items", "decision"): "meeting.item",
    ("meeting_items", "without_family"): "meeting.item",
    ("blockades", "mandate"): "blockade",
    ("blockades", "function"): "blockade",
    ("blockade_homework", "what"): "blockade",
    ("blockade_homework", "function"): "blockade",
    ("spends", "purpose"): "plan.action",
    ("spends", "result"): "plan.action",
    ("spends", "reason"): "plan.action",
    ("break_glass_grants", "reason"): "break_glass.grant",
    ("break_glass_grants", "review"): "break_glass.grant",
    ("medical_notes", "note"): "medical.note",
    ("requests", "words"): "family.complaint",
    ("requests", "decision"): "family.complaint",
    ("request_decisions", "words"): "family.complaint",
    ("request_decisions", "answer"): "family.complaint",
    ("cases", "outcome"): "outcome",
    # No cell says so: whoever answers for a deferral reads why it was made.
    ("deferrals", "reason"): "access_log.entry",
    ("deferrals", "finding"): "access_log.entry",
}


@cache
def by_the_tables(
    viewer: str, by_grant: bool, facet: str, sphere: str | None, purpose: str, facts: frozenset[str]
) -> str:
    return oracle.shown(viewer, by_grant, facet, sphere, purpose, facts)


@dataclass
class Sight:
    """One demo user's sight, under their membership and its own purpose."""

    rows: Rows
    subject: str
    shown: Shown = by_the_tables
    area: UUID | None = None
    professional: UUID | None = None
    membership: UUID | None = None
    team: UUID | None = None
    kind: str = ""
    role: str = ""
    purpose: str = ""
    home: UUID | None = None
    person: UUID | None = None
    _households: dict[UUID, "OfHousehold"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        login = next((one for one in self.rows.all["logins"] if one["subject"] == self.subject), None)
        if login is None:
            self._as_resident()
            return
        self.area, self.professional = login["area_id"], login["professional_id"]
        valid = [
            one
            for one in self.rows.all["memberships"]
            if one["professional_id"] == self.professional and covers(one["during"], self.rows.now)
        ]
        (own,) = valid
        self.membership, self.team, self.role = own["id"], own["team_id"], own["role"]
        self.kind = self.rows.by_id["teams"][own["team_id"]]["kind"]
        self.purpose = self.purpose or self._purpose()

    def _as_resident(self) -> None:
        bound = [
            one for one in self.rows.all["resident_logins"]
            if one["subject"] == self.subject and one["unbound_at"] is None
        ]  # fmt: skip
        if bound:
            self.area, self.person, self.role = bound[0]["area_id"], bound[0]["person_id"], "resident"
            self.home = self.rows.by_id["persons"][self.person]["household_id"]
            self.purpose = self._purpose()

    def _purpose(self) -> str:
        named = {"analyst": "monitoring", "privacy_officer": "supervision", "resident": "access_request"}
        court = self.kind == "court_partner" or self.role == "provider"
        return named.get(self.role, "court_alternative" if court else "care_coordination")

    def of(self, household: UUID) -> "OfHousehold":
        if household not in self._households:
            made = OfHousehold if self.home is None else HOME[0]
            self._households[household] = made(self, household)
        return self._households[household]

    def may_read(self, canary: Canary) -> bool:
        """Whether a sealed value may be shown to this user."""
        return self.area is not None and self.of(canary.household).may_read(canary)

    def may_know(self, kind: str, identity: UUID, asked: str = "") -> bool:
        """Whether this user may know of a thing of this kind; of what no household has, everybody may."""
        if asked.startswith(("AccessLog", "GET /privacy/log")) and (kind, identity) in self.logged:
            return True
        row = self.rows.by_id[KINDS[kind]].get(identity) if kind in KINDS else None
        if row is None:
            return True
        # The privacy officer is told of what is deferred: which thing that is, and nothing of it.
        if asked == "Deferrals" and self.role == "privacy_officer" and row["area_id"] == self.area:
            return any(d["thing_id"] == identity for d in self.rows.all["deferrals"]) or kind in (
                "Household",
                "Deferral",
            )
        if row["area_id"] != self.area:
            return False
        if kind == "Meeting":
            return self.knows_meeting(row)
        household = self.rows.household_of(KINDS[kind], row)
        if (kind, identity) in self.asked or (
            household in self.asked_about and kind in ("Household", "Case")
        ):
            return True
        if kind in ("MergeProposal", "Merge", "MoveOffer", "Transfer"):
            return self.role == "area_coordinator"
        if kind == "Promise" and (household is None or row["rule"] in BETWEEN_FEW):
            due = {"area_coordinator": "due_at", "decision_power": "decision_at"}.get(self.role)
            return due is not None and row[due] <= self.rows.now
        return household is not None and self.of(household).may_know(kind, row)

    def knows_meeting(self, meeting: Row) -> bool:
        """Whoever works in the team, who was asked as a guest, and the area's coordinator."""
        if meeting["area_id"] != self.area:
            return False
        guest = any(s["guest"] for s in self._seats(meeting))
        return guest or self.role == "area_coordinator" or (
            self.role in TEAM_ROLES and meeting["team_id"] == self.team
        )  # fmt: skip

    def sits_at(self, meeting: Row) -> bool:
        """There, now; and no longer than a meeting can be."""
        sits = meeting["state"] == "open" and self.rows.now < meeting["opened_at"] + timedelta(hours=12)
        return sits and any(s["present_at"] is not None for s in self._seats(meeting))

    def _seats(self, meeting: Row) -> list[Row]:
        return [
            s for s in self.rows.all["meeting_seats"]
            if (s["meeting_id"], s["membership_id"]) == (meeting["id"], self.membership)
        ]  # fmt: skip

    @cached_property
    def asked(self) -> set[tuple[str, UUID]]:
        """What this user, or the own team, is asked or told by name: that much one knows of it."""
        rows, me, pending = self.rows, self.membership, "pending"
        own = {
            "Notice": [x for x in rows.all["outbox"] if x["receiver_id"] == me],
            "Promise": [x for x in rows.all["promises"] if x["ended_at"] is None and x["responder_id"] == me],
            "Proposal": [x for x in rows.all["proposals"] if me in (x["membership_id"], x["proposed_by"])],
            "Invitation": [
                x for x in rows.all["invitations"]
                if x["invited_by"] == me or x["team_id"] == self.team
            ],
            "Placement": [
                rows.by_id["placements"][x["source_id"]] for x in rows.all["outbox"]
                if x["receiver_id"] == me and x["kind"] in ("place_held", "place_over")
            ],
            "Transfer": [x for x in rows.all["transfers"] if x["to_team"] == self.team and x["state"] == pending],
            "Signal": [
                rows.by_id["signals"][x["source_id"]] for x in rows.all["outbox"]
                if x["receiver_id"] == me and x["kind"] == "acute_signal"
            ],
        }  # fmt: skip
        return {(kind, row["id"]) for kind, found in own.items() for row in found}

    @cached_property
    def on_duty(self) -> bool:
        """For what is acute, now; whichever membership it was planned for."""
        rows = self.rows
        return any(
            rows.by_id["memberships"][one["membership_id"]]["professional_id"] == self.professional
            for one in rows.now_in(rows.all["duty_shifts"])
        )

    @cached_property
    def logged(self) -> set[tuple[str, UUID]]:
        """Of whom one's own entries are; for the privacy officer, who reads those of others, everybody."""
        rows, mine = self.rows, self.professional
        lines = [x for x in rows.all["access_log"] if x["professional_id"] == mine and mine]
        done = {p for x in lines for p in (x["household"], *(x["subjects"] or ())) if not x["problem"]}
        return {
            (kind, row["id"])
            for kind, table in (("Household", "households"), ("Person", "persons"))
            for row in rows.all[table]
            if row["area_id"] == self.area and (self.role == "privacy_officer" or row["pseudonym"] in done)
        }

    @cached_property
    def asked_about(self) -> set[UUID | None]:
        """The households that one is asked something about by name."""
        by_name = ("Promise", "Proposal", "Invitation", "Signal")
        return {
            self.rows.household_of(KINDS[kind], self.rows.by_id[KINDS[kind]][key])
            for kind, key in self.asked
            if kind in by_name
        }


class OfHousehold:
    """What one user may see of one household."""

    def __init__(self, sight: Sight, household: UUID) -> None:
        self.sight, self.rows, self.household = sight, sight.rows, household
        rows = self.rows
        self.row = rows.by_id["households"][household]
        self.mine = self.row["area_id"] == sight.area
        self.case = rows.open_case(household)
        case = self.case["id"] if self.case else None
        self.signals = rows.of("signals", household)
        self.hearings = [h for h in rows.of("hearings", household) if h["state"] != "cancelled"]
        self.placements = [p for p in rows.of("placements", household) if p["state"] != "released"]
        self.grants = [
            g for g in rows.of("break_glass_grants", household)
            if g["membership_id"] == sight.membership and covers(g["during"], rows.now)
        ]  # fmt: skip
        taking_part = [p for p in rows.now_in(rows.of("participants", household)) if p["case_id"] == case]
        self.participants = taking_part
        self.participates = sight.team in {p["team_id"] for p in taking_part}
        leads = [one for one in rows.now_in(rows.of("leads", household)) if one["case_id"] == case]
        self.lead = rows.by_id["memberships"][leads[0]["membership_id"]] if leads else None
        self.leads = self.lead is not None and self.lead["professional_id"] == sight.professional
        hood = {
            c["team_id"] for c in rows.all["team_covers"]
            if c["kind"] == "neighbourhood" and c["code"] == self.row["neighbourhood"]
            and c["area_id"] == self.row["area_id"]
        }  # fmt: skip
        self.prepares = sight.team in hood
        self.accountable = any(self._is_accountable(s) and s["state"] != "ended" for s in self.signals) or (
            self.prepares and any(h["state"] == "planned" for h in self.hearings)
        )
        self.signalled = any(s["source_team_id"] == sight.team for s in self.signals)
        self.promises = sorted(
            (
                p
                for p in rows.of("promises", household)
                if p["ended_at"] is None and p["rule"] not in BETWEEN_FEW
            ),
            key=lambda p: (p["due_at"], p["id"]),
        )
        self.escalated = any(
            (p["decision_at"] <= rows.now or p["rule"] == "G10") and p["sphere"] in ("general", "livelihood")
            for p in self.promises
        )
        self.facts = frozenset(
            name for name, so in (
                ("restricted", any(
                    q["kind"] in ("restriction", "objection")
                    and (q["state"] == "open" or (q["state"] == "granted" and q["lifted_at"] is None))
                    for q in rows.of("requests", household)
                )),
                ("address_secret", self.row["secret_address"]),
            ) if so
        )  # fmt: skip
        self.lifted = any(g["medical"] for g in self.grants)

    def _is_accountable(self, signal: Row) -> bool:
        return signal["case_id"] is None and signal["accountable_team_id"] == self.sight.team

    def viewers(self, takes_part: bool) -> set[tuple[str, bool]]:
        """As what one looks, and whether by emergency access."""
        me, found = self.sight, set()
        in_team = me.role in TEAM_ROLES
        if takes_part and in_team and me.kind in TEAM_KINDS:
            found.add((me.kind, False))
        if self.leads and in_team:
            found.add(("lead", False))
        if me.role in BY_ROLE:
            found.add((BY_ROLE[me.role], False))
        if me.role == "provider":
            found.add(("provider", False))
        if self.escalated and me.role == "decision_power":
            found.add(("decision_power", False))
        if self.signalled and in_team and not takes_part:
            found.add(("signaller", False))
        if self.grants:
            found.add(("social", True))
        return found or {("outsider", False)}

    def degree(self, facet: str, sphere: str | None, takes_part: bool, *facts: str) -> str:
        """The best that any of one's viewers gets: full, open_closed, exists or none."""
        if not self.mine:
            return "none"
        level = oracle.FACETS[facet]["level"]
        item = sphere if level == "item" else None
        known = self.facts | set(facts)
        got = {
            self.sight.shown(viewer, by_grant, facet, item, self.sight.purpose, frozenset(known))
            for viewer, by_grant in self.viewers(takes_part)
        }
        return next(word for word in ("full", "open_closed", "exists", "none") if word in got | {"none"})

    def sees(self, facet: str, sphere: str | None, takes_part: bool, *facts: str) -> bool:
        return self.degree(facet, sphere, takes_part, *facts) == "full"

    @property
    def at_all(self) -> bool:
        """By the household as a whole: the own signal beside a case shows whose it is."""
        return self.participates or self.accountable

    # Things, each with its relation and its facts.

    def takes_part_in(self, thing: Row) -> bool:
        """In a signal or its clock: while it is in no case, only whoever is accountable for it."""
        if "rule" in thing and thing["rule"] == "G9":
            return self.participates or self.prepares
        signal = thing if "urgency" in thing else self.rows.by_id["signals"].get(thing["subject_id"])
        if signal is None or signal["case_id"] is not None:
            return self.participates
        return self._is_accountable(signal)

    def facts_of(self, thing: Row, author: str | None = None) -> list[str]:
        shared = ["shared_with_teams"] if thing["audience"] == "teams_in_case" else []
        if author is None:
            return shared
        by = self.rows.by_id["memberships"][thing[author]]
        me = self.sight
        team = thing["source_team_id"] if "source_team_id" in thing else by["team_id"]
        wrote = by["professional_id"] == me.professional or (me.role in TEAM_ROLES and team == me.team)
        return [*shared, *(["wrote_it"] if wrote else [])]

    def current(self, signal: Row) -> bool:
        """In no case, or in the open one."""
        return signal["case_id"] is None or (self.case is not None and signal["case_id"] == self.case["id"])

    def sees_signal(self, signal: Row, facet: str = "signal.existence") -> bool:
        facts = self.facts_of(signal, "author_id")
        if facet == "signal.detail" and self.leads and self._covered(facet, signal, signal["source_team_id"]):
            facts.append("consent_covers")
        return self.current(signal) and self.sees(facet, signal["sphere"], self.takes_part_in(signal), *facts)

    def sent(self, signal: Row, facet: str = "signal.existence") -> bool:
        """What oneself or the own team signalled stays known to them, whatever case it was in; what it says, by the tables."""
        facts = self.facts_of(signal, "author_id") if self.mine else []
        if "wrote_it" not in facts or not facet.startswith("signal."):
            return False
        return facet == "signal.existence" or self.sees(facet, signal["sphere"], False, *facts)

    def sees_acute(self, signal: Row, facet: str = "signal.existence") -> bool:
        """Whoever is on duty counts as taking part in an acute signal, until it is triaged."""
        acute = signal["state"] == "open" and signal["urgency"] == "acute" and self.sight.on_duty
        return acute and self.sees(facet, signal["sphere"], True, *self.facts_of(signal, "author_id"))

    def of_case(self, thing: Row) -> bool:
        return self.case is not None and thing["case_id"] == self.case["id"]

    def sees_thing(self, thing: Row, facet: str, author: str) -> bool:
        """An action or blockade of the open case."""
        facts = self.facts_of(thing, author)
        return self.of_case(thing) and self.sees(facet, thing["sphere"], self.participates, *facts)

    def sees_agreement(self, agreement: Row) -> bool:
        return self.sees_thing(agreement, "family.agreement", "author_id")

    def sees_milestone(self, milestone: Row) -> bool:
        facet = "family.goal" if milestone["own"] else "plan.goal"
        author = "author_id" if milestone["author_id"] else None
        facts = self.facts_of(milestone, author)
        return self.of_case(milestone) and self.sees(facet, milestone["sphere"], self.participates, *facts)

    def sees_answer(self, answer: Row) -> bool:
        """At work, what everybody said to an agreement."""
        return self.sees_agreement(self.rows.by_id["agreements"][answer["agreement_id"]])

    def degree_of_item(self, item: Row) -> str:
        """Of an item on an agenda: by a part in what it is about, or at the table while it sits."""
        meeting = self.rows.by_id["meetings"][item["meeting_id"]]
        if not self.sight.knows_meeting(meeting):
            return "none"
        signal = self.rows.by_id["signals"].get(item["signal_id"])
        beside = signal is not None and signal["case_id"] is None
        takes_part = (self._is_accountable(signal) if beside else self.participates) or self.sight.sits_at(
            meeting
        )
        facts = self.facts_of(item, "decided_by" if item["decided_by"] else None)
        return self.degree("meeting.item", item["sphere"], takes_part, *facts)

    def sees_homework(self, homework: Row) -> bool:
        """What a partner does about a blockade, for whoever sees that."""
        return self.sees_thing(self.rows.by_id["blockades"][homework["blockade_id"]], "blockade", "raised_by")

    def sees_hearing(self, hearing: Row) -> bool:
        planner = self.rows.by_id["memberships"][hearing["planned_by"]]["team_id"]
        takes_part = planner == self.sight.team or self.participates or self.prepares
        return self.sees("court.hearing", "justice", takes_part)

    def sees_placement(self, placement: Row) -> bool:
        """Who holds it, who planned or prepares what it is for, and who takes part; its provider, while it stands."""
        hearing = self.rows.by_id["hearings"].get(placement["hearing_id"])
        teams = {placement["held_by"], *([hearing["planned_by"]] if hearing else [])}
        own = self.sight.team in {self.rows.by_id["memberships"][one]["team_id"] for one in teams}
        takes_part = own or self.participates or (hearing is not None and self.prepares)
        facts = ["own_place"] if self._is_own_place(placement) else []
        return self.sees("court.placement", "justice", takes_part, *facts)

    def _is_own_place(self, placement: Row) -> bool:
        offer = self.rows.by_id["offers"][placement["offer_id"]]
        stands = placement["state"] in ("held", "confirmed", "started")
        return (
            (self.sight.role, self.sight.team) == ("provider", offer["team_id"])
            and stands
            and covers(placement["during"], self.rows.now)
        )

    def sees_participant(self, one: Row) -> bool:
        own = one["team_id"] == self.sight.team
        leads_team = self.lead is not None and one["team_id"] == self.lead["team_id"]
        facts = self.facts_of(one) + (["own_team_item"] if own or leads_team else [])
        return (own and self.participates) or self.sees(
            "case.participants", one["sphere"], self.participates, *facts
        )

    def sees_promise(self, promise: Row, facet: str) -> bool:
        return self.sees(facet, promise["sphere"], self.takes_part_in(promise), *self.facts_of(promise))

    def of_person(self, person: Row) -> list[str]:
        youths = {h["person_id"] for h in self.hearings}
        guards = {c["holder_id"] for c in self.rows.of("custody", self.household) if c["minor_id"] in youths}
        links = [
            x for x in self.rows.of("person_links", self.household)
            if x["person_id"] == person["id"] and x["kind"] == "practice"
        ]  # fmt: skip
        own = any(
            c["team_id"] == self.sight.team and (c["kind"], c["code"]) == ("practice", link["code"])
            for link in links
            for c in self.rows.all["team_covers"]
        )
        facts = ["own_hearing"] if person["id"] in youths | guards else []
        placed = {p["person_id"] for p in self.placements if self._is_own_place(p)}
        facts += ["own_place"] if person["id"] in placed else []
        return [*facts, *(["own_practice"] if own else [])]

    def sees_person(self, person: Row, facet: str) -> bool:
        return person["died_on"] is None and self.sees(facet, None, self.at_all, *self.of_person(person))

    def knows_youth(self, person: Row, facet: str) -> bool:
        """Who planned a hearing takes part in it, as long as it is planned: in its youth, and in nobody else there."""
        planned = any(
            h["person_id"] == person["id"]
            and h["state"] == "planned"
            and self.rows.by_id["memberships"][h["planned_by"]]["team_id"] == self.sight.team
            for h in self.hearings
        )
        return planned and person["died_on"] is None and self.sees(facet, None, True, *self.of_person(person))

    def knows_applicant(self, person: Row, facet: str) -> bool:
        """Of whom a request is recorded, as none is but of somebody whose identity was checked."""
        asked = any(r["person_id"] == person["id"] for r in self.rows.of("requests", self.household))
        return asked and person["died_on"] is None and self.sees(facet, None, False, "identity_checked")

    def _covered(self, facet: str, thing: Row, team: UUID | None) -> bool:
        """Whether everybody whom a thing is about agreed that the lead sees it."""
        everybody = [p["id"] for p in self.rows.of("persons", self.household) if p["died_on"] is None]
        concerned = [thing["person_id"]] if thing["person_id"] else everybody
        given = [c for c in self.rows.of("consents", self.household) if self._holds(c)]
        return bool(concerned) and all(
            any(
                c["person_id"] == person
                and (c["facet"], c["receiver"], c["purpose"]) == (facet, "lead", self.sight.purpose)
                and (c["thing_id"] == thing["id"] or (c["thing_id"] is None and c["team_id"] == team))
                for c in given
            )
            for person in concerned
        )

    def _holds(self, consent: Row) -> bool:
        """Not taken back, in its time, and by everybody who has custody now."""
        rows, until = self.rows, consent["custody_until"]
        if consent["withdrawn_at"] is not None or not covers(consent["during"], rows.now):
            return False
        givers = {g["person_id"] for g in rows.all["consent_givers"] if g["consent_id"] == consent["id"]}
        return (until is not None and until <= rows.now) or until is None or all(
            consent["elsewhere_in_writing"] if c["holder_id"] is None else c["holder_id"] in givers
            for c in rows.of("custody", self.household)
            if c["minor_id"] == consent["person_id"]
            and (c["holder_id"] is None or rows.by_id["persons"][c["holder_id"]]["died_on"] is None)
        )  # fmt: skip

    def _own_patient(self, code: str) -> bool:
        return any(
            (c["team_id"], c["kind"], c["code"]) == (self.sight.team, "practice", code)
            for c in self.rows.all["team_covers"]
        )

    def sees_note(self, note: Row) -> bool:
        """For the own practice, by consent for the lead, or lifted in an emergency for an own patient; never for a court."""
        if self.sight.kind == "court_partner":
            return False
        by = self.rows.by_id["memberships"][note["author_id"]]
        facts = ["shared_with_teams", *self._of_note(note)]
        facts += ["wrote_it"] if self._wrote(by) else []
        facts += ["consent_covers"] if self.leads and self._covered("medical.note", note, None) else []
        return self.sees("medical.note", "health", self.at_all, *facts)

    def _of_note(self, note: Row) -> list[str]:
        """Of the own practice; of an own patient, while an emergency lifts it."""
        patient = any(
            x["person_id"] == note["person_id"] and x["kind"] == "practice" and self._own_patient(x["code"])
            for x in self.rows.of("person_links", self.household)
        )
        lifted = ["medical_lifted"] if patient and self.lifted else []
        return [*(["own_practice"] if self._own_patient(note["practice"]) else []), *lifted]

    def _wrote(self, by: Row) -> bool:
        me = self.sight
        return by["professional_id"] == me.professional or (
            me.role in TEAM_ROLES and by["team_id"] == me.team
        )

    def sees_consent(self, consent: Row) -> bool:
        by, me = self.rows.by_id["memberships"].get(consent["recorded_by"]), self.sight
        own = (by is not None and by["professional_id"] == me.professional) or (
            me.role in TEAM_ROLES and consent["team_id"] == me.team
        )
        return self.sees("consent.record", None, self.at_all, *(["wrote_it"] if own else []))

    def sees_request(self, request: Row) -> bool:
        prepared = [d for d in self.rows.all["request_decisions"] if d["request_id"] == request["id"]]
        wrote = [request["recorded_by"], *(d["prepared_by"] for d in prepared)]
        own = any(
            by is not None
            and self.rows.by_id["memberships"][by]["professional_id"] == self.sight.professional
            for by in wrote
        )
        return self.sees("family.complaint", None, self.at_all, *(["wrote_it"] if own else []))

    def is_asked(self, request: Row) -> bool:
        """To decide along: that it is there one knows then, and not of whom."""
        mine = [
            m["id"] for m in self.rows.all["memberships"] if m["professional_id"] == self.sight.professional
        ]
        return any(
            d["request_id"] == request["id"] and d["second_id"] in mine
            for d in self.rows.all["request_decisions"]
        )

    def sees_outcome(self, case: Row) -> bool:
        """How a case ended is in no view of those at work."""
        return False

    def sees_contact(self, contact: Row) -> bool:
        return self.sees("case.contact", None, self.participates)

    def answers_for(self, deferral: Row) -> bool:
        """The privacy officer, the lead, and whoever deferred it."""
        by = self.rows.by_id["memberships"][deferral["deferred_by"]]["professional_id"]
        return self.sight.role == "privacy_officer" or self.leads or by == self.sight.professional

    def sees_grant(self, grant: Row) -> bool:
        return self.sees("break_glass.grant", None, self.at_all, *self._of_grant(grant))

    def _of_grant(self, grant: Row) -> list[str]:
        by = self.rows.by_id["memberships"][grant["membership_id"]]["professional_id"]
        return ["own_entry"] if by == self.sight.professional else []

    def may_read(self, canary: Canary) -> bool:
        facet = FACET_OF.get((canary.table, canary.facet))
        if facet is None or not self.mine:
            return False
        row = self.rows.by_id[canary.table][canary.row]
        match canary.table:
            case "households":
                return self.sees(facet, None, self.at_all)
            case "persons":
                knows = (self.sees_person, self.knows_youth, self.knows_applicant)
                return any(by(row, facet) for by in knows)
            case "signals":
                return any(by(row, facet) for by in (self.sees_signal, self.sees_acute, self.sent))
            case "plan_actions":
                return self.sees_thing(row, facet, "author_id")
            case "blockades":
                return self.sees_thing(row, facet, "raised_by")
            case "agreements":
                return self.sees_agreement(row)
            case "agreement_answers":
                return self.sees_answer(row)
            case "milestones":
                return self.sees_milestone(row)
            case "meeting_items":
                return self.degree_of_item(row) == "full"
            case "blockade_homework":
                return self.sees_homework(row)
            case "spends":
                return self.sees_thing(row, facet, "spent_by")
            case "medical_notes":
                return self.sees_note(row)
            case "requests":
                return self.sees_request(row)
            case "request_decisions":
                return self.sees_request(self.rows.by_id["requests"][row["request_id"]])
            case "cases":
                return self.sees_outcome(row)
            case "deferrals":
                return self.answers_for(row)
            case _:
                return self.sees_grant(row)

    def may_know(self, kind: str, row: Row) -> bool:
        """Whether one may know that a thing of this household is there."""
        match kind:
            case "Household":
                # Who sits at a table knows whose turn it is, and no view of them opens by it.
                items = self.rows.of("meeting_items", self.household)
                return self.at_all_known or any(self.degree_of_item(item) != "none" for item in items)
            case "Case":
                return row["id"] == (self.case and self.case["id"]) and self.knows_case
            case "Person":
                things = [s for s in self.signals if self.sees_signal(s)]
                things += [h for h in self.hearings if self.sees_hearing(h)]
                things += [
                    p for p in self.placements if self.sees_placement(p) and self.sight.role != "provider"
                ]
                things += [n for n in self.rows.of("medical_notes", self.household) if self.sees_note(n)]
                consents = [c for c in self.rows.of("consents", self.household) if self.sees_consent(c)]
                things += consents
                known = {c["id"] for c in consents}
                things += [
                    g for g in self.rows.of("consent_givers", self.household) if g["consent_id"] in known
                ]
                answers = self.rows.of("agreement_answers", self.household)
                things += [a for a in answers if self.sees_answer(a)]
                things += [m for m in self.rows.of("milestones", self.household) if self.sees_milestone(m)]
                named = any(thing["person_id"] == row["id"] for thing in things)
                return named or any(by(row, "person.name") for by in (self.sees_person, self.knows_applicant))
            case "Invitation":
                return self.leads
            case "Signal":
                return any(by(row) for by in (self.sees_signal, self.sees_acute, self.sent))
            case "Action":
                return self.sees_thing(row, "plan.action", "author_id")
            case "Blockade":
                return self.sees_thing(row, "blockade", "raised_by")
            case "Agreement":
                return self.sees_agreement(row)
            case "Milestone":
                return self.sees_milestone(row)
            case "MeetingItem":
                return self.degree_of_item(row) != "none"
            case "Homework":
                return self.sees_homework(row)
            case "Spend":
                return self.sees_thing(row, "plan.action", "spent_by")
            case "Hearing":
                return self.sees_hearing(row)
            case "Placement":
                return row["state"] != "released" and self.sees_placement(row)
            case "Promise":
                return self.sees_promise(row, "gap") or self.sees_promise(row, "case.next_deadline")
            case "BreakGlass":
                return self.sees_grant(row)
            case "Contact":
                return self.sees_contact(row)
            case "MedicalNote":
                return self.sees_note(row)
            case "Consent":
                return self.sees_consent(row)
            case "Deferral":
                return self.answers_for(row)
            case "Request":
                return self.sees_request(row) or self.is_asked(row)
            case "RightDecision":
                request = self.rows.by_id["requests"][row["request_id"]]
                return self.sees_request(request) or self.is_asked(request)
            case "Move":
                return self.sees("household.move", None, self.at_all)
            case "Proposal":
                return self.sees("case.lead", None, self.participates)
            case "Event":
                return True  # compared one by one
            case _:
                return False

    @property
    def knows_case(self) -> bool:
        return self.sees("case.status", None, self.participates)

    @property
    def at_all_known(self) -> bool:
        """A household is there for whoever may see anything of it; of a youth in a place its provider sees the place."""
        return self.sight.role != "provider" and (
            self.degree("case.status", None, self.at_all) != "none"
            or any(self.sees_person(p, "person.name") for p in self.rows.of("persons", self.household))
            or any(self.sees_signal(s) for s in self.signals)
            or any(self.sees_hearing(h) for h in self.hearings)
            or any(self.sees_placement(p) for p in self.placements)
            or any(self.sees_promise(p, "gap") for p in self.promises)
            or any(self.sees_grant(g) for g in self.rows.of("break_glass_grants", self.household))
            or any(self.sees_note(n) for n in self.rows.of("medical_notes", self.household))
            or any(self.sees_consent(c) for c in self.rows.of("consents", self.household))
        )

    # What a view and a list show, in their order.

    def joint_case(self) -> dict[str, Any]:
        """The ids and the earliest deadline that a joint case view holds."""
        rows, household = self.rows, self.household
        case_things = {
            "actions": ("plan_actions", "plan.action", "author_id", "due_on"),
            "blockades": ("blockades", "blockade", "raised_by", "raised_at"),
            "spends": ("spends", "plan.action", "spent_by", "spent_on"),
        }
        seen: dict[str, Any] = {
            name: [t["id"] for t in sorted(rows.of(table, household), key=lambda t: (t[key], t["id"]))
                   if self.sees_thing(t, facet, author)]
            for name, (table, facet, author, key) in case_things.items()
        }  # fmt: skip
        seen["persons"] = [
            p["id"] for p in sorted(rows.of("persons", household), key=lambda p: p["id"])
            if self.sees_person(p, "person.name")
        ]  # fmt: skip
        seen["signals"] = [
            s["id"]
            for s in sorted(self.signals, key=lambda s: (s["received_at"], s["id"]))
            if self.sees_signal(s)
        ]
        seen["hearings"] = [
            h["id"]
            for h in sorted(self.hearings, key=lambda h: (h["held_on"], h["id"]))
            if self.sees_hearing(h)
        ]
        seen["placements"] = [
            p["id"] for p in sorted(self.placements, key=lambda p: (p["proposed_at"], p["id"]))
            if self.sees_placement(p)
        ]  # fmt: skip
        seen["participants"] = [
            p["team_id"] for p in sorted(self.participants, key=lambda p: (p["during"].lower, p["id"]))
            if self.sees_participant(p)
        ]  # fmt: skip
        seen["gaps"] = [p["id"] for p in self.gaps()]
        seen["contacts"] = [
            c["id"] for c in sorted(rows.of("contacts", household), key=lambda c: (c["contacted_at"], c["id"]))
            if self.of_case(c) and self.sees_contact(c)
        ]  # fmt: skip
        seen["grants"] = [
            g["id"] for g in sorted(rows.of("break_glass_grants", household), key=lambda g: (g["during"].lower, g["id"]))
            if self.sees_grant(g)
        ]  # fmt: skip
        seen["moves"] = [
            m["id"] for m in sorted(rows.of("household_moves", household), key=lambda m: (m["moved_on"], m["id"]))
            if self.sees("household.move", None, self.at_all)
        ]  # fmt: skip
        seen["notes"] = [
            n["id"] for n in sorted(rows.of("medical_notes", household), key=lambda n: (n["written_at"], n["id"]))
            if self.sees_note(n)
        ]  # fmt: skip
        seen["consents"] = [
            c["id"] for c in sorted(rows.of("consents", household), key=lambda c: (c["recorded_at"], c["id"]))
            if self.sees_consent(c)
        ]  # fmt: skip
        seen["milestones"] = [
            m["id"] for m in sorted(rows.of("milestones", household), key=lambda m: (m["set_at"], m["id"]))
            if self.sees_milestone(m)
        ]  # fmt: skip
        seen["agreements"] = [
            a["id"] for a in sorted(rows.of("agreements", household), key=lambda a: (a["recorded_at"], a["id"]))
            if self.sees_agreement(a)
        ]  # fmt: skip
        seen["nextDeadline"] = self.next_deadline()
        seen["case"] = self.case["id"] if self.case and self.knows_case else None
        return seen

    def next_deadline(self) -> datetime | None:
        """The earliest that this user may see."""
        return next((p["due_at"] for p in self.promises if self.sees_promise(p, "case.next_deadline")), None)

    def gaps(self) -> list[Row]:
        return [p for p in self.promises if p["due_at"] <= self.rows.now and self.sees_promise(p, "gap")]

    def flagged(self) -> tuple[Any, ...] | None:
        """What a line of the worklist holds: rank, next deadline, gaps; None where it has none."""
        me = self.sight
        whole = me.role in ("area_coordinator", "decision_power") and bool(self.promises)
        if not (self.mine and (whole or self.at_all or self.leads)):
            return None
        signals = [s for s in self.signals if s["state"] != "ended" and self.sees_signal(s)]
        rank = min((RANK[s["urgency"]] for s in signals), default=None)
        at, gaps = self.next_deadline(), len(self.gaps())
        if not (signals or gaps or at or (self.case is not None and self.knows_case)):
            return None
        return (rank, at, gaps)

    def timeline(self) -> list[UUID] | None:
        """The ids of what happened, in order; None where one does not see the case at all."""
        if not self.sees("case.status", None, self.at_all):
            return None
        told = (
            event for event in self.rows.of("events", self.household) if event["facet"] not in NOT_HISTORY
        )
        happened = sorted(told, key=lambda event: (event["at"], event["id"]))
        return [event["id"] for event in happened if self.sees_event(event)]

    def sees_event(self, event: Row) -> bool:
        """By the facet that it is about; one that only a team's presence makes secret, by its sphere too."""
        signal = self._signal_of(event)
        if signal is not None and signal["case_id"] is None:
            takes_part = self._is_accountable(signal)
        elif event["facet"] in ("court.hearing", "court.preparation", "court.placement"):
            takes_part = self.participates or self.prepares
        else:
            takes_part = self.participates and (signal is not None or event["case_id"] is not None)
        facts, sphere, facet = self._of_event(event), event["sphere"], event["facet"]
        if facet == "medical.note" and self.sight.kind == "court_partner":
            return False
        # An event tells that there is something, so that `exists` is enough.
        if self.degree(facet, sphere, takes_part, *facts) == "none":
            return False
        of_an_item = oracle.FACETS[facet]["level"] == "item"
        return (
            of_an_item
            or sphere == "general"
            or self.degree("case.next_deadline", sphere, takes_part, *facts) != "none"
        )

    def _of_event(self, event: Row) -> list[str]:
        """Its own facts, and those of the note or the emergency access that it is about."""
        about, facts = json.loads(event["about"]), self.facts_of(event, "membership_id")
        note = self.rows.by_id["medical_notes"].get(UUID(about["note"])) if "note" in about else None
        grant = self.rows.by_id["break_glass_grants"].get(UUID(about["grant"])) if "grant" in about else None
        return [*facts, *(self._of_note(note) if note else []), *(self._of_grant(grant) if grant else [])]

    def _signal_of(self, event: Row) -> Row | None:
        named = json.loads(event["about"]).get("signal")
        return self.rows.by_id["signals"].get(UUID(named)) if named else None
