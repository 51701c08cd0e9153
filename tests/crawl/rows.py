"""The rows of a loaded database, as plain values: what the crawl works out for itself who stands where from."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

Row = asyncpg.Record

TABLES = (
    *("teams", "professionals", "memberships", "logins", "team_covers", "households", "persons", "custody"),
    *("cases", "leads", "participants", "proposals", "invitations", "signals", "plan_actions", "blockades"),
    *("hearings", "promises", "requests", "break_glass_grants", "contacts", "household_moves", "events"),
    *("splits", "merges", "merge_proposals", "outbox", "transfers", "arrivals", "person_links", "turns"),
    *("agreements", "agreement_answers", "milestones"),
    *("consents", "consent_givers", "medical_notes", "resident_codes", "resident_logins", "child_agreements"),
    *("offers", "placements"),
    *(
        "deferrals",
        "request_decisions",
        "rectifications",
        "request_agreements",
        "legal_grounds",
        "access_log",
    ),
    *("meetings", "meeting_seats", "meeting_items"),
    *("spends", "blockade_homework", "duty_shifts"),
)
QUERY = {
    "access_log": "select id, area_id, professional_id, household, subjects,"
    " cast(record as jsonb) ->> 'problem' problem from access_log"
}
#: What a global id of this kind is the id of. An id of another kind belongs to no household.
KINDS = {
    "Household": "households",
    "Person": "persons",
    "Case": "cases",
    "Signal": "signals",
    "Action": "plan_actions",
    "Blockade": "blockades",
    "Hearing": "hearings",
    "Placement": "placements",
    "Promise": "promises",
    "Proposal": "proposals",
    "BreakGlass": "break_glass_grants",
    "Contact": "contacts",
    "Move": "household_moves",
    "Invitation": "invitations",
    "MergeProposal": "merge_proposals",
    "Transfer": "transfers",
    "MoveOffer": "arrivals",
    "Notice": "outbox",
    "Request": "requests",
    "Event": "events",
    "Merge": "merges",
    "Consent": "consents",
    "MedicalNote": "medical_notes",
    "ResidentCode": "resident_codes",
    "Deferral": "deferrals",
    "RightDecision": "request_decisions",
    "Rectification": "rectifications",
    "Milestone": "milestones",
    "Agreement": "agreements",
    "Meeting": "meetings",
    "MeetingItem": "meeting_items",
    "Spend": "spends",
    "Homework": "blockade_homework",
}


def covers(during: Any, now: datetime) -> bool:
    """Whether a range of moments holds this one."""
    return (during.lower is None or during.lower <= now) and (during.upper is None or now < during.upper)


@dataclass
class Rows:
    """Every row by id, by household and by case; `now` is the moment of the crawl."""

    now: datetime
    all: dict[str, list[Row]]
    by_id: dict[str, dict[UUID, Row]] = field(default_factory=dict)
    #: birth dates by person, as the canaries keep them
    born: dict[UUID, str] = field(default_factory=dict)
    _of: dict[str, dict[UUID, list[Row]]] = field(default_factory=dict)

    @classmethod
    async def read(cls, admin: asyncpg.Connection, now: datetime) -> "Rows":
        rows = cls(
            now, {table: await admin.fetch(QUERY.get(table, f"select * from {table}")) for table in TABLES}
        )
        for table, found in rows.all.items():
            rows.by_id[table] = {row["id"]: row for row in found if "id" in row}
            of: dict[UUID, list[Row]] = defaultdict(list)
            for row in found:
                of[rows.household_of(table, row)].append(row)  # type: ignore[index]
            rows._of[table] = of
        return rows

    def of(self, table: str, household: UUID) -> list[Row]:
        """A household's rows in a table."""
        return self._of[table].get(household, [])

    def household_of(self, table: str, row: Row) -> UUID | None:
        """Whose a row is; None: no household's."""
        if table == "households":
            return row["id"]  # type: ignore[no-any-return]
        if table == "access_log":
            return None
        for column in ("household_id", "provisional_id"):
            if column in row:
                return row[column]  # type: ignore[no-any-return]
        owners = (
            ("agreement_id", "agreements") if "turn" in row else ("case_id", "cases"),
            *(("case_id", "cases"), ("request_id", "requests"), ("consent_id", "consents")),
            ("blockade_id", "blockades"),
            *(("person_id", "persons"), ("minor_id", "persons"), ("child_id", "persons")),
        )
        for column, other in owners:
            if column in row:
                return self.household_of(other, self.by_id[other][row[column]])
        return None

    def open_case(self, household: UUID) -> Row | None:
        return next((case for case in self.of("cases", household) if case["state"] != "closed"), None)

    def now_in(self, rows: Iterable[Row]) -> list[Row]:
        """Those whose time is now."""
        return [row for row in rows if covers(row["during"], self.now)]

    def turn(self, row: Row, column: str) -> UUID:
        """The membership whose turn it is."""
        come = [t for t in self.all["turns"] if t["subject_id"] == row["id"] and t["at"] <= self.now]
        found: UUID = max(come, key=lambda turn: turn["at"])["membership_id"] if come else row[column]
        return found
