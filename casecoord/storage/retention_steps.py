"""Each table's rows that can go, in the order in which they can: what is open is in no condition here."""

from collections.abc import Mapping

from casecoord.storage.retention_breakthroughs import before_blockades
from casecoord.storage.retention_family import AT_THE_TABLE
from casecoord.storage.retention_meetings import of_meetings
from casecoord.storage.retention_placements import NONE_FOR_IT, of_placements
from casecoord.storage.retention_register import Free, gone, of_the_register
from casecoord.storage.retention_step import (
    CASE,
    IN_CLOSED,
    JOINT,
    LOG,
    NIGHT,
    NO_OPEN_CASE,
    PERSON,
    REGISTER,
    RIGHTS,
    SIGNAL,
    Step,
    closed,
    past,
)

#: For each table: the tables and columns that refer to it.
Referring = Mapping[str, list[tuple[str, str]]]

_REQUEST = "(select q.household_id from requests q where q.area_id = x.area_id and q.id = x.request_id)"
_PROMISE = "(select p.household_id from promises p where p.area_id = x.area_id and p.id = x.promise_id)"


def _decided(request: str) -> str:
    """A request that was decided so long ago, and restricts nothing any more."""
    holds = f"{request}.state = 'granted' and {request}.kind in ('restriction', 'objection') and {request}.lifted_at is null"
    return (
        f"{request}.state <> 'open' and not ({holds})"
        f" and {past(f'coalesce({request}.lifted_at, {request}.decided_at)', RIGHTS)}"
    )


_DECIDED = (
    f"{_decided('q')} and not exists (select from requests a where a.area_id = q.area_id and a.appeal_of = q.id"
    f" and not ({_decided('a')}))"
)
_OF_DECIDED = f"x.request_id in (select q.id from requests q where q.area_id = :area{{q}} and {_DECIDED})"

#: What promises are about; of a case only while more is left of it than that it was.
_SUBJECTS = dict.fromkeys(("signals", "plan_actions", "invitations", "proposals", "transfers", "blockades", "refusals", "hearings", "requests", "break_glass_grants"), "true") | {"cases": "s.forgotten_at is null"}  # fmt: skip


def _kept(promise: str) -> str:
    """A promise that ended so long ago, and of whose subject nothing is left."""
    without = " and ".join(
        f"not exists (select from {table} s where s.area_id = {promise}.area_id and s.id = {promise}.subject_id"
        f" and {there})"
        for table, there in _SUBJECTS.items()
    )
    return f"{promise}.ended_at is not null and {past(f'{promise}.ended_at', JOINT)} and {without}"


_NOTHING_THEN = " and ".join(
    f"not exists (select from {table} s where s.area_id = x.area_id and s.household_id = x.household_id"
    f" and tstzrange({since}, {until}) && x.during)"
    for table, since, until in (
        ("signals", "s.received_at", "s.ended_at"),
        ("cases", "s.triaged_at", "s.closed_at"),
    )
)


def steps(referring: Referring) -> tuple[list[Step], list[Step], Step]:
    """The steps in order; after what happened, those of the register; after the keys, the households themselves.

    `referring`: as the catalogue has it, so that a table that is not named here keeps what it refers to.
    """

    def free(table: str, alias: str, goes_along: set[str]) -> str:
        return (
            " and ".join(
                f"not exists (select from {named} r where r.area_id = {alias}.area_id and r.{column} = {alias}.id)"
                for named, column in referring.get(table, [])
                if named not in goes_along
            )
            or "true"
        )

    households = Step(REGISTER, "households", gone("x", free), owner="x.id", starts=True)
    first = [*of_meetings(), *_of_cases(free), *_of_residents(), *_of_the_rest()]
    return first, of_the_register(free), households


def _of_cases(free: Free) -> list[Step]:
    """The joint view of closed cases, and signals; a case of which a signal is kept is forgotten but for its dates."""
    theirs = "(select a.id from plan_actions a where {0} union select a.id from proposals a where {0})".format(
        f"a.area_id = :area and a.case_id in (select c.id from cases c where c.area_id = :area{{c}} and {closed('c')})"
    )
    turn_owner = (
        "(select c.household_id from cases c where c.area_id = x.area_id and c.id in (select a.case_id from"
        " plan_actions a where a.area_id = x.area_id and a.id = x.subject_id union select a.case_id from"
        " proposals a where a.area_id = x.area_id and a.id = x.subject_id))"
    )
    over = closed("x")
    others = {
        "signals",
        "cases",
        "leads",
        "proposals",
        "blockades",
        "plan_actions",
        "contacts",
        "participants",
    }
    others |= {"invitations", "refusals", *(step.table for step in AT_THE_TABLE), "spends"}
    unreferred = (
        "not exists (select from signals s where s.area_id = x.area_id and s.case_id = x.id) and not exists"
        f" (select from cases m where m.area_id = x.area_id and m.merged_into = x.id) and {free('cases', 'x', others)}"
    )
    quiet = (
        f"x.contact_sealed is not null and exists (select from cases c where c.area_id = x.area_id"
        f" and c.household_id = x.id and {closed('c')}) and not exists (select from cases c where"
        f" c.area_id = x.area_id and c.household_id = x.id and not ({closed('c')})) and not exists (select from"
        " signals s where s.area_id = x.area_id and s.household_id = x.id and s.state <> 'ended')"
    )
    ended = (
        f"x.state = 'ended' and {past('x.ended_at', SIGNAL)} and (x.case_id is null or exists (select from cases c"
        " where c.area_id = x.area_id and c.id = x.case_id and c.state = 'closed'))"
    )
    children = (
        "leads",
        "proposals",
        "blockades",
        "plan_actions",
        "contacts",
        "participants",
        "invitations",
        "refusals",
    )
    return [
        Step(JOINT, "households", quiet, owner="x.id", change="contact_sealed = null"),
        Step(JOINT, "turns", f"x.subject_id in {theirs}", owner=turn_owner, key="x.subject_id"),
        *AT_THE_TABLE,
        *before_blockades(),
        *(Step(JOINT, table, IN_CLOSED, owner=CASE) for table in children),
        Step(SIGNAL, "signals", ended, starts=True),
        Step(JOINT, "cases", f"{over} and {unreferred}", starts=True, again=True),
        Step(
            JOINT,
            "cases",
            f"{over} and x.forgotten_at is null",
            change="outcome_sealed = null, outcome_by = null, forgotten_at = :now",
            starts=True,
        ),
    ]


def _over(consent: str) -> str:
    """A consent that ended so long ago: taken back, run out, or nobody's any more."""
    nobody = (
        "(select coalesce(" + NIGHT.format(day="p.died_on") + ", case when not upper_inf(h.during) then"
        f" upper(h.during) end) from persons p join households h on h.area_id = p.area_id and h.id = p.household_id"
        f" where p.area_id = {consent}.area_id and p.id = {consent}.person_id)"
    )
    return past(f"coalesce({consent}.withdrawn_at, upper({consent}.during), {nobody})", RIGHTS)


def _of_residents() -> list[Step]:
    """Consents, what practices wrote, what was deferred, and how a resident came in."""
    of_consent = "(select k.household_id from consents k where k.area_id = x.area_id and k.id = x.consent_id)"
    over = f"x.consent_id in (select k.id from consents k where k.area_id = :area and {_over('k')})"
    unused = (
        f"{past('coalesce(x.ended_at, x.expires_at)', REGISTER)} and not exists (select from resident_logins l"
        " where l.area_id = x.area_id and l.code_id = x.id)"
    )
    own = PERSON.format(column="person_id")
    return [
        Step(RIGHTS, "consent_givers", over, owner=of_consent, key="x.consent_id"),
        Step(RIGHTS, "consents", _over("x"), starts=True),
        Step(SIGNAL, "medical_notes", f"{past('x.written_at', SIGNAL)} and {NO_OPEN_CASE}", starts=True),
        Step(JOINT, "deferrals", past("x.ended_at", JOINT), starts=True),
        Step(REGISTER, "resident_logins", past("x.unbound_at", REGISTER), owner=own, starts=True),
        Step(REGISTER, "resident_codes", unused, owner=own, starts=True),
        Step(
            REGISTER,
            "child_agreements",
            past("x.until", REGISTER),
            owner=PERSON.format(column="child_id"),
            starts=True,
        ),
    ]


def _of_the_rest() -> list[Step]:
    over = f"x.state <> 'planned' and {past(NIGHT.format(day='(x.held_on + 1)'), JOINT)} and {NO_OPEN_CASE}"
    reviewed = f"x.reviewed_at is not null and {past('upper(x.during)', LOG)}"
    appeals, others = (f"x.appeal_of is {word} null" for word in ("not", ""))
    decided = f"x.id in (select q.id from requests q where q.area_id = :area{{q}} and {_DECIDED})"
    asked = (
        f"x.state <> 'pending' and {past('x.decided_at', JOINT)} and not exists (select from merges m"
        " where m.area_id = x.area_id and m.proposal_id = x.id)"
    )
    moved = f"{past(NIGHT.format(day='x.moved_on'), REGISTER)} and not exists (select from transfers t"
    moved += " where t.area_id = x.area_id and t.household_id = x.household_id and t.state = 'pending')"
    # What is on its way to another area, or back, is waited for.
    delivered = "not exists (select from parcels l where l.area_id = x.area_id and l.offer_id = x.id and l.delivered_at is null)"
    answered = f"x.state <> 'pending' and {past('x.answered_at', JOINT)}"
    return [
        *of_placements(),
        Step(JOINT, "hearings", f"{over} and {NONE_FOR_IT}", starts=True),
        Step(JOINT, "move_offers", f"{answered} and {delivered}", starts=True),
        Step(JOINT, "arrivals", f"{answered} and {delivered}", starts=True),
        Step(
            JOINT,
            "transfers",
            f"{answered} and not exists (select from move_offers o where o.area_id = x.area_id and o.transfer_id = x.id)",
            starts=True,
        ),
        Step(LOG, "break_glass_grants", reviewed, starts=True),
        *(
            Step(RIGHTS, table, _OF_DECIDED, owner=_REQUEST, key=key)
            for table, key in (
                ("request_decisions", "x.id"),
                ("request_agreements", "x.person_id"),
                ("rectifications", "x.id"),
            )
        ),
        Step(RIGHTS, "requests", f"{decided} and {appeals}", starts=True),
        Step(RIGHTS, "requests", f"{decided} and {others}", starts=True),
        Step(JOINT, "merge_proposals", asked, starts=True),
        Step(REGISTER, "household_moves", moved, starts=True),
        Step(JOINT, "outbox", past("x.at", JOINT), starts=True),
        Step(
            JOINT,
            "gaps",
            f"x.promise_id in (select p.id from promises p where p.area_id = :area{{p}} and {_kept('p')})",
            owner=_PROMISE,
        ),
        Step(JOINT, "promises", _kept("x"), starts=True),
        Step(JOINT, "holders", f"{past('upper(x.during)', JOINT)} and {_NOTHING_THEN}", starts=True),
    ]


#: What of an area is kept as long as the area, and why.
STAYS = {
    "neighbourhoods": "the area's ground",
    "postcodes": "the area's ground",
    "institutions": "the area's ground",
    "organisations": "who works here",
    "team_kinds": "who works here",
    "teams": "who works here",
    "team_covers": "who works here",
    "professionals": "who works here",
    "logins": "who works here",
    "memberships": "who works here; what they did names them",
    "coordinator_seats": "who works here",
    "duty_shifts": "who works here",
    "deputies": "who works here",
    "breakthroughs": "what is allowed from now on; names no family",
    "meetings": "when a team met; names no family",
    "offers": "what providers offer; names no family",
    "meeting_seats": "who was there; names no family",
    "vault.household_keys": "each goes with the last row that it opens",
    "vault.key_rotations": "which keys were made anew; names no family",
    "vault.erasures": "what has to be erased again in an older backup",
    "erasures_applied": "what was erased again here",
    "retention_terms": "the terms themselves",
    "legal_grounds": "the law; names no family",
    "monitor_publications": "figures without persons",
    "policy_versions": "by which rules it was decided",
    "log_positions": "the log's tree: hashes",
    "log_tiles": "the log's tree: hashes",
    "log_checkpoints": "the log's tree: hashes",
}
