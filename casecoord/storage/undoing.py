"""A merge goes back: what it changed is as it was, and what happened since stays, on the side that it belongs to.

A column that the merge changed gets its former value if nobody changed it since. What came after, by itself or from
a third household, goes by one rule: with the person it is about; a thing of a case with its case, a case with its
signals; else with the household that went on.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.belongings import (
    BELONGINGS,
    Belonging,
    Belongings,
    Changed,
    belongings,
    set_back,
    take_away,
    write_down,
)
from casecoord.storage.merge_tables import Merge
from casecoord.storage.merging import hold_along
from casecoord.storage.work import Area

#: What has to be in one of the two households still, for the merge to go back.
_MUST_BE_HERE = ("persons", "signals", "cases")
_ASKED = ("proposals", "invitations")
#: What a merge copied for somebody who is the same.
_COPIED = ("relationships", "custody", "person_links", "consent_givers")

_LEADS_STILL = text(
    "select m.during @> cast(cast(:during as text) as tstzrange) from memberships m where m.area_id = :area and m.id = :membership"
)
_WORKS = text(
    "select m.during @> cast(:now as timestamptz) from memberships m where m.area_id = :area and m.id = :membership"
)
_TEAM_WORKS = text(
    "select t.during @> cast(:now as timestamptz) from teams t where t.area_id = :area and t.id = :team"
)
_RUNS_AGAIN = text(
    "select exists (select from promises where area_id = :area and rule = :rule and subject_id = cast(:subject as uuid)"
    " and ended_at is null)"
)
_IS_LATE = text(
    "select ended_at is null and due_at = cast(cast(:since as text) as timestamptz) from promises"
    " where area_id = :area and id = cast(:id as uuid)"
)
#: The promise ran until another moment meanwhile.
_END_ANOTHER = text(
    "update gaps set ended_at = greatest(:now, since) where area_id = :area and promise_id = cast(:promise as uuid)"
    " and id <> cast(:id as uuid) and ended_at is null"
)
_STOP_TAKING_PART = text(
    "update participants set during = tstzrange(lower(during), :now) where area_id = :area and id = :id"
    " and upper_inf(during) and not exists (select from plan_actions a where a.area_id = :area"
    "   and a.case_id = participants.case_id and a.team_id = participants.team_id and a.state = 'open')"
)
_PASS_NO_MORE = text(
    "update transfers set state = 'expired', answered_at = :now where area_id = :area and id = :id"
    " and state = 'pending'"
)
_UNHOLD = text(
    "delete from holders where area_id = :area and id = any(:ids) and upper(during) <= :merged_at"
    " returning membership_id, cast(during as text)"
)
# Where something waited that is here still, and nobody else held it: there they did.
_STILL_HELD = text(
    "insert into holders (area_id, id, household_id, membership_id, during)"
    " select :area, gen_random_uuid(), :main, :membership, unnest("
    "   tstzmultirange(cast(cast(:during as text) as tstzrange)) * (select coalesce(range_agg(span), '{}') from ("
    "     select tstzrange(received_at, ended_at) span from signals where area_id = :area and household_id = :main"
    "     union all select tstzrange(triaged_at, closed_at) from cases where area_id = :area and household_id = :main) w)"
    "   - coalesce((select range_agg(h.during) from holders h where h.area_id = :area and h.household_id = :main), '{}'))"
)
_OTHERS = text(
    "select id, merged_id, merged_at from merges where area_id = :area and household_id = :main and id <> :merge"
    " and undone_at is null order by merged_at, id"
)
_WITH_WHOM = (
    "update {table} x set household_id = p.household_id from persons p where x.area_id = :area"
    " and x.household_id = :main and p.area_id = x.area_id and p.id = x.person_id and p.household_id = :beside"
)
# What waited of what goes, since when: as old as the third household was that brought it.
_WAITED = (
    f"{_WITH_WHOM} returning x.received_at".format(table="signals"),
    # A case goes with its signals, if none of them stays.
    "update cases c set household_id = :beside where c.area_id = :area and c.household_id = :main"
    " and exists (select from signals s where s.area_id = c.area_id"
    "   and s.case_id = c.id and s.household_id = :beside) and not exists (select from signals s"
    "   where s.area_id = c.area_id and s.case_id = c.id and s.household_id = :main)"
    " and not exists (select from cases d where d.area_id = c.area_id and d.household_id = :beside"
    "   and d.state <> 'closed') returning c.triaged_at",
)
_SINCE = (
    *(
        _WITH_WHOM.format(table=table)
        for table in ("hearings", "placements", "requests", "consents", "medical_notes")
    ),
    "update deferrals d set household_id = :beside where d.area_id = :area and d.household_id = :main"
    " and d.thing_id in (select id from signals where area_id = :area"
    "   and household_id = :beside union all select id from hearings where area_id = :area and household_id = :beside)",
    # Another wording goes with the one that it replaces, and a step with its goal or agreement.
    "with recursive line (id, case_id) as (select n.id, a.case_id from agreements n join agreements a"
    "   on a.area_id = n.area_id and a.id = n.replaces join cases c on c.area_id = a.area_id and c.id = a.case_id"
    "   where n.area_id = :area and n.case_id <> a.case_id and n.recorded_at >= :since and c.household_id = :beside"
    "   union select n.id, l.case_id from line l join agreements n on n.area_id = :area and n.replaces = l.id)"
    " update agreements n set case_id = l.case_id from line l where n.area_id = :area and n.id = l.id",
    *(
        f"update milestones m set case_id = x.case_id from {table} x join cases c on c.area_id = x.area_id"
        f" and c.id = x.case_id where m.area_id = :area and x.area_id = :area and x.id = m.{column}"
        " and m.case_id <> x.case_id and m.set_at >= :since and c.household_id = :beside"
        for table, column in (("milestones", "goal_id"), ("agreements", "agreement_id"))
    ),
)


Values = dict[str, Any]


class Elsewhere(Exception):
    """Something of the merge has come to a third household since."""


class Undoing:
    """Sets back one merge within one transaction, both households locked."""

    def __init__(self, work: Area, merge: Merge, changed: Iterable[Changed]) -> None:
        self.work, self.merge = work, merge
        self.here: Belongings = {}
        #: from when on something waited that goes to the household that ended
        self.since = merge.merged_at
        order = list(BELONGINGS)
        self.changed = [one for one in changed if one.table in BELONGINGS]
        self.held = [one.key for one in changed if one.table == "holders"]
        # What comes back to the household that ended makes room for what stays.
        self.changed.sort(key=lambda one: (order.index(one.table), not self._returns(one)))
        #: cases that are open again, and those of them whose lead works here no more
        self.reopened: set[str] = set()
        self.without_lead: set[str] = set()

    async def undo(self) -> Belongings:
        """Sets everything back; what belonged to whom before. Raises Elsewhere."""
        merge, both = self.merge, (self.merge.household_id, self.merge.merged_id)
        self.here = await belongings(self.work, both)
        if any(one.table in _MUST_BE_HERE and self._now(one) is None for one in self.changed):
            raise Elsewhere
        for one in self.changed:
            there = self._now(one)
            if one.former is not None and there is not None:
                await self._set_back(one, one.former, there)
        # Only now is to be seen of what the merge made whether something needs it still.
        for one in self.changed:
            there = self._now(one)
            if one.former is None and there is not None:
                await self._unmake(one, there)
        values: Values = {"area": self.work.area_id, "main": both[0], "beside": both[1]}
        for statement in _WAITED:
            self.since = min([self.since, *await self.work.session.scalars(text(statement), values)])
        values["since"] = merge.merged_at
        for statement in _SINCE:
            await self.work.session.execute(text(statement), values)
        await self._unhold()
        return self.here

    async def _unhold(self) -> None:
        """Who held it because of this merge did not; what others brought was held before it came, and stays so."""
        area, main = self.work.area_id, self.merge.household_id
        made = [UUID(json.loads(key)["id"]) for key in self.held]
        gone = await self.work.session.execute(
            _UNHOLD, {"area": area, "ids": made, "merged_at": self.merge.merged_at}
        )
        held = [{"area": area, "main": main, "membership": who, "during": during} for who, during in gone]
        others = await self.work.session.execute(
            _OTHERS, {"area": area, "main": main, "merge": self.merge.id}
        )
        for other in others.all():
            along = await hold_along(self.work, other.merged_id, main, None, other.merged_at)
            await write_down(self.work, other.id, along)
        if held:
            await self.work.session.execute(_STILL_HELD, held)

    def _now(self, one: Changed) -> Belonging | None:
        return self.here.get((one.table, one.key))

    def _returns(self, one: Changed) -> bool:
        return one.former is not None and one.former.get("household_id") == str(self.merge.merged_id)

    async def _set_back(self, one: Changed, former: Mapping[str, Any], there: Belonging) -> None:
        values = {c: former[c] for c, value in one.later.items() if there.row[c] == value}
        special = {
            "cases": self._case,
            "leads": self._lead,
            "participants": self._participant,
            "proposals": self._asked,
            "invitations": self._asked,
            "refusals": self._refusal,
            "promises": self._promise,
            "gaps": self._gap,
        }.get(one.table)
        if special is not None:
            values = await special(one, values, there.row)
        if values:
            await set_back(self.work, one.table, one.key, values)

    async def _case(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """A case that went on in another is open again, unless they ended as one: that is its end too."""
        if "merged_into" not in values:
            return values
        if self._is_closed(str(row["merged_into"])):
            return {column: value for column, value in values.items() if column == "household_id"}
        self.reopened.add(str(row["id"]))
        return values

    async def _lead(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """Whoever led it leads it again, if they work here still."""
        case = str(row["case_id"])
        if "during" not in values:
            return values
        if case in self.reopened and await self._asked_of_database(
            _LEADS_STILL, during=values["during"], membership=UUID(row["membership_id"])
        ):
            return values
        self.without_lead.add(case)
        return {}

    async def _participant(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        if "during" in values and not (
            str(row["case_id"]) in self.reopened
            and await self._asked_of_database(_TEAM_WORKS, team=UUID(row["team_id"]), now=self.work.now)
        ):
            return {column: value for column, value in values.items() if column != "during"}
        return values

    async def _asked(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """What was answered since stays where it was answered; what was superseded is asked again."""
        if "state" not in one.later:
            return values if row["state"] == "pending" else {}
        case = str(row["case_id"])
        lacks_lead = one.table == "proposals" and row["kind"] == "handover" and case in self.without_lead
        return values if case in self.reopened and not lacks_lead else {}

    async def _refusal(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """A family's refusal stands again with its case."""
        there = self.here.get(("cases", json.dumps({"id": str(row["case_id"])})))
        stands = str(row["case_id"]) in self.reopened or (there and there.row["state"] != "closed")
        return values if stands else {}

    async def _promise(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """A promise runs again if nobody runs it already and its responder works here still."""
        responder = UUID(values.get("responder_id", row["responder_id"]))
        works = await self._asked_of_database(_WORKS, membership=responder, now=self.work.now)
        runs = "ended_at" in values and await self._asked_of_database(
            _RUNS_AGAIN, rule=row["rule"], subject=row["subject_id"]
        )
        if works and not runs:
            return values
        return {column: value for column, value in values.items() if column == "household_id"}

    async def _gap(self, one: Changed, values: Values, row: Mapping[str, Any]) -> Values:
        """A gap is open again if its promise runs until the same moment again."""
        if values.get("ended_at", "") is not None:
            return values
        if not await self._asked_of_database(_IS_LATE, id=row["promise_id"], since=row["since"]):
            return {}
        others = {
            "area": self.work.area_id,
            "promise": row["promise_id"],
            "id": row["id"],
            "now": self.work.now,
        }
        await self.work.session.execute(_END_ANOTHER, others)
        return values

    async def _unmake(self, one: Changed, there: Belonging) -> None:
        """What the merge made is not there if nothing was done with it since; else it has been."""
        if one.table == "participants":
            if there.row == one.later and self.merge.merged_at >= self.work.now:
                await take_away(self.work, one.table, one.key)
            else:
                await self.work.session.execute(
                    _STOP_TAKING_PART,
                    {"area": self.work.area_id, "id": UUID(there.row["id"]), "now": self.work.now},
                )
        elif one.table == "transfers":
            await self.work.session.execute(
                _PASS_NO_MORE, {"area": self.work.area_id, "id": UUID(there.row["id"]), "now": self.work.now}
            )
        elif one.table in _COPIED and there.row == one.later:
            await take_away(self.work, one.table, one.key)

    def _is_closed(self, case: str) -> bool:
        there = self.here.get(("cases", json.dumps({"id": case})))
        if there is None:
            raise Elsewhere
        return bool(there.row["state"] == "closed")

    async def _asked_of_database(self, question: Any, **values: Any) -> bool:
        return bool(await self.work.session.scalar(question, {"area": self.work.area_id, **values}))
