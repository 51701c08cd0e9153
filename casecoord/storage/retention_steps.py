"""Each table's rows that can go, in the order in which they can: what is open is in no condition here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from casecoord.domain.facets import Retention

#: For each table: the tables and columns that refer to it.
Referring = Mapping[str, list[tuple[str, str]]]

_CASE = "(select c.household_id from cases c where c.area_id = x.area_id and c.id = x.case_id)"
_REQUEST = "(select q.household_id from requests q where q.area_id = x.area_id and q.id = x.request_id)"
_PROMISE = "(select p.household_id from promises p where p.area_id = x.area_id and p.id = x.promise_id)"
_PERSON = "(select p.household_id from persons p where p.area_id = x.area_id and p.id = x.{column})"
_OWN = "x.household_id"
_NIGHT = "({day}::timestamp at time zone 'Europe/Amsterdam')"

_JOINT, _SIGNAL, _LOG = Retention.JOINT_VIEW, Retention.SIGNAL, Retention.ACCESS_LOG
_RIGHTS, _REGISTER = Retention.RIGHTS, Retention.REGISTER


_AT_HAND = {alias: f" and {alias}.household_id = any(:households)" for alias in ("c", "q", "p")}
_AT_HAND["h"] = " and h.id = any(:households)"


@dataclass(frozen=True, slots=True)
class Step:
    """Rows `x` of one table for which `where` holds go; or, with `change`, lose those columns.

    In `where`, `{c}`, `{q}`, `{p}` and `{h}` narrow cases, requests, what has a household, and households to those at
    hand. `owner`: the household of a row. `key`: what names it in a report. `starts`: a household is looked at for
    it. `again`: until none is left.
    """

    kept_as: Retention
    table: str
    where: str
    owner: str = _OWN
    key: str = "x.id"
    change: str = ""
    starts: bool = False
    again: bool = False

    @property
    def statement(self) -> str:
        """Does it for :households."""
        verb = f"update {self.table} x set {self.change}" if self.change else f"delete from {self.table} x"
        return (
            f"{verb} where x.area_id = :area and {self.owner} = any(:households) and ({self.where.format(**_AT_HAND)})"
            f" returning {self.key} as key, {self.owner} as owner"
        )

    def owners(self) -> str:
        """The households that it is for."""
        where = self.where.format(**dict.fromkeys(_AT_HAND, ""))
        return f"select {self.owner} from {self.table} x where x.area_id = :area and ({where})"


def past(moment: str, kept_as: Retention) -> str:
    """SQL: the term of this class, from this moment, is over. NULL never is."""
    return f"{moment} + make_interval(months => cast(:{kept_as}_months as int)) <= :now"


def _closed(case: str) -> str:
    """A case that ended so long ago; one that went on in another ended when that one did."""
    ended = (
        f"case when {case}.merged_into is null then {case}.closed_at else (select t.closed_at from cases t"
        f" where t.area_id = {case}.area_id and t.id = {case}.merged_into) end"
    )
    return f"{case}.state = 'closed' and {past(ended, _JOINT)}"


_IN_CLOSED = f"x.case_id in (select c.id from cases c where c.area_id = :area{{c}} and {_closed('c')})"
_NO_OPEN_CASE = (
    "not exists (select from cases c where c.area_id = x.area_id and c.household_id = x.household_id"
    " and c.state <> 'closed')"
)


def _decided(request: str) -> str:
    """A request that was decided so long ago, and restricts nothing any more."""
    holds = f"{request}.state = 'granted' and {request}.kind in ('restriction', 'objection') and {request}.lifted_at is null"
    return (
        f"{request}.state <> 'open' and not ({holds})"
        f" and {past(f'coalesce({request}.lifted_at, {request}.decided_at)', _RIGHTS)}"
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
    return f"{promise}.ended_at is not null and {past(f'{promise}.ended_at', _JOINT)} and {without}"


_NOTHING_THEN = " and ".join(
    f"not exists (select from {table} s where s.area_id = x.area_id and s.household_id = x.household_id"
    f" and tstzrange({since}, {until}) && x.during)"
    for table, since, until in (
        ("signals", "s.received_at", "s.ended_at"),
        ("cases", "s.triaged_at", "s.closed_at"),
    )
)

#: What goes with a household or a person, and so keeps neither.
_WITH_A_HOUSEHOLD = {
    "persons", "household_moves", "household_keys", "merges", "splits", "merge_proposals",
}  # fmt: skip
_WITH_A_PERSON = {
    "relationships", "custody", "person_links", "resident_logins", "resident_codes", "child_agreements",
}  # fmt: skip


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

    households = Step(_REGISTER, "households", _gone("x", free), owner="x.id", starts=True)
    first = [*_of_cases(free), *_of_residents(), *_of_the_rest()]
    return first, _of_the_register(free), households


Free = Callable[[str, str, set[str]], str]


def _of_cases(free: Free) -> list[Step]:
    """The joint view of closed cases, and signals; a case of which a signal is kept is forgotten but for its dates."""
    theirs = "(select a.id from plan_actions a where {0} union select a.id from proposals a where {0})".format(
        f"a.area_id = :area and a.case_id in (select c.id from cases c where c.area_id = :area{{c}} and {_closed('c')})"
    )
    turn_owner = (
        "(select c.household_id from cases c where c.area_id = x.area_id and c.id in (select a.case_id from"
        " plan_actions a where a.area_id = x.area_id and a.id = x.subject_id union select a.case_id from"
        " proposals a where a.area_id = x.area_id and a.id = x.subject_id))"
    )
    closed = _closed("x")
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
    others |= {"invitations", "refusals"}
    unreferred = (
        "not exists (select from signals s where s.area_id = x.area_id and s.case_id = x.id) and not exists"
        f" (select from cases m where m.area_id = x.area_id and m.merged_into = x.id) and {free('cases', 'x', others)}"
    )
    quiet = (
        f"x.contact_sealed is not null and exists (select from cases c where c.area_id = x.area_id"
        f" and c.household_id = x.id and {_closed('c')}) and not exists (select from cases c where"
        f" c.area_id = x.area_id and c.household_id = x.id and not ({_closed('c')})) and not exists (select from"
        " signals s where s.area_id = x.area_id and s.household_id = x.id and s.state <> 'ended')"
    )
    ended = (
        f"x.state = 'ended' and {past('x.ended_at', _SIGNAL)} and (x.case_id is null or exists (select from cases c"
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
        Step(_JOINT, "households", quiet, owner="x.id", change="contact_sealed = null"),
        Step(_JOINT, "turns", f"x.subject_id in {theirs}", owner=turn_owner, key="x.subject_id"),
        *(Step(_JOINT, table, _IN_CLOSED, owner=_CASE) for table in children),
        Step(_SIGNAL, "signals", ended, starts=True),
        Step(_JOINT, "cases", f"{closed} and {unreferred}", starts=True, again=True),
        Step(
            _JOINT,
            "cases",
            f"{closed} and x.forgotten_at is null",
            change="outcome_sealed = null, outcome_by = null, forgotten_at = :now",
            starts=True,
        ),
    ]


def _over(consent: str) -> str:
    """A consent that ended so long ago: taken back, run out, or nobody's any more."""
    nobody = (
        "(select coalesce(" + _NIGHT.format(day="p.died_on") + ", case when not upper_inf(h.during) then"
        f" upper(h.during) end) from persons p join households h on h.area_id = p.area_id and h.id = p.household_id"
        f" where p.area_id = {consent}.area_id and p.id = {consent}.person_id)"
    )
    return past(f"coalesce({consent}.withdrawn_at, upper({consent}.during), {nobody})", _RIGHTS)


def _of_residents() -> list[Step]:
    """Consents, what practices wrote, what was deferred, and how a resident came in."""
    of_consent = "(select k.household_id from consents k where k.area_id = x.area_id and k.id = x.consent_id)"
    over = f"x.consent_id in (select k.id from consents k where k.area_id = :area and {_over('k')})"
    unused = (
        f"{past('coalesce(x.ended_at, x.expires_at)', _REGISTER)} and not exists (select from resident_logins l"
        " where l.area_id = x.area_id and l.code_id = x.id)"
    )
    own = _PERSON.format(column="person_id")
    return [
        Step(_RIGHTS, "consent_givers", over, owner=of_consent, key="x.consent_id"),
        Step(_RIGHTS, "consents", _over("x"), starts=True),
        Step(_SIGNAL, "medical_notes", f"{past('x.written_at', _SIGNAL)} and {_NO_OPEN_CASE}", starts=True),
        Step(_JOINT, "deferrals", past("x.ended_at", _JOINT), starts=True),
        Step(_REGISTER, "resident_logins", past("x.unbound_at", _REGISTER), owner=own, starts=True),
        Step(_REGISTER, "resident_codes", unused, owner=own, starts=True),
        Step(
            _REGISTER,
            "child_agreements",
            past("x.until", _REGISTER),
            owner=_PERSON.format(column="child_id"),
            starts=True,
        ),
    ]


def _of_the_rest() -> list[Step]:
    over = (
        f"x.state <> 'planned' and {past(_NIGHT.format(day='(x.held_on + 1)'), _JOINT)} and {_NO_OPEN_CASE}"
    )
    reviewed = f"x.reviewed_at is not null and {past('upper(x.during)', _LOG)}"
    appeals, others = (f"x.appeal_of is {word} null" for word in ("not", ""))
    decided = f"x.id in (select q.id from requests q where q.area_id = :area{{q}} and {_DECIDED})"
    asked = (
        f"x.state <> 'pending' and {past('x.decided_at', _JOINT)} and not exists (select from merges m"
        " where m.area_id = x.area_id and m.proposal_id = x.id)"
    )
    moved = f"{past(_NIGHT.format(day='x.moved_on'), _REGISTER)} and not exists (select from transfers t"
    moved += " where t.area_id = x.area_id and t.household_id = x.household_id and t.state = 'pending')"
    # What is on its way to another area, or back, is waited for.
    delivered = "not exists (select from parcels l where l.area_id = x.area_id and l.offer_id = x.id and l.delivered_at is null)"
    answered = f"x.state <> 'pending' and {past('x.answered_at', _JOINT)}"
    return [
        Step(_JOINT, "hearings", over, starts=True),
        Step(_JOINT, "move_offers", f"{answered} and {delivered}", starts=True),
        Step(_JOINT, "arrivals", f"{answered} and {delivered}", starts=True),
        Step(
            _JOINT,
            "transfers",
            f"{answered} and not exists (select from move_offers o where o.area_id = x.area_id and o.transfer_id = x.id)",
            starts=True,
        ),
        Step(_LOG, "break_glass_grants", reviewed, starts=True),
        *(
            Step(_RIGHTS, table, _OF_DECIDED, owner=_REQUEST, key=key)
            for table, key in (
                ("request_decisions", "x.id"),
                ("request_agreements", "x.person_id"),
                ("rectifications", "x.id"),
            )
        ),
        Step(_RIGHTS, "requests", f"{decided} and {appeals}", starts=True),
        Step(_RIGHTS, "requests", f"{decided} and {others}", starts=True),
        Step(_JOINT, "merge_proposals", asked, starts=True),
        Step(_REGISTER, "household_moves", moved, starts=True),
        Step(_JOINT, "outbox", past("x.at", _JOINT), starts=True),
        Step(
            _JOINT,
            "gaps",
            f"x.promise_id in (select p.id from promises p where p.area_id = :area{{p}} and {_kept('p')})",
            owner=_PROMISE,
        ),
        Step(_JOINT, "promises", _kept("x"), starts=True),
        Step(_JOINT, "holders", f"{past('upper(x.during)', _JOINT)} and {_NOTHING_THEN}", starts=True),
    ]


def _gone(household: str, free: Free) -> str:
    """A household that ended or left so long ago, and to which nothing refers but what goes with it."""
    since = (
        f"case when not upper_inf({household}.during) then upper({household}.during)"
        f" else {_NIGHT.format(day=f'{household}.left_on')} end"
    )
    return (
        f"{past(since, _REGISTER)} and {free('households', household, _WITH_A_HOUSEHOLD)}"
        f" and not exists (select from merge_proposals m where m.area_id = {household}.area_id and m.state = 'pending'"
        f" and {household}.id in (m.provisional_id, m.household_id))"
        f" and not exists (select from persons p where p.area_id = {household}.area_id and p.household_id = {household}.id"
        f" and not ({free('persons', 'p', _WITH_A_PERSON)}))"
    )


def _of_the_register(free: Free) -> list[Step]:
    """Who died or left, and households that are no more: once nothing else of them is kept."""
    gone = f"(select h.id from households h where h.area_id = :area{{h}} and {_gone('h', free)})"

    def no_more(person: str) -> str:
        died = past(_NIGHT.format(day=f"{person}.died_on"), _REGISTER)
        return f"({died} or {person}.household_id in {gone}) and {free('persons', person, _WITH_A_PERSON)}"

    persons = f"(select p.id from persons p where p.area_id = :area{{p}} and {no_more('p')})"
    merges = f"(select m.id from merges m where m.area_id = :area and (m.household_id in {gone} or m.merged_id in {gone}))"
    merged = "(select case when m.household_id = any(:households) then m.household_id else m.merged_id end"
    merged += " from merges m where m.area_id = x.area_id and m.id = x.merge_id)"
    one_of = _PERSON.format
    return [
        *(
            Step(_REGISTER, table, f"x.{column} in {persons}", owner=one_of(column=column), key=f"x.{key}")
            for table, column, key in (
                ("relationships", "person_id", "person_id"),
                ("relationships", "other_id", "person_id"),
                ("custody", "minor_id", "id"),
                ("custody", "holder_id", "id"),
                ("person_links", "person_id", "person_id"),
                ("resident_logins", "person_id", "id"),
                ("resident_codes", "person_id", "id"),
                ("child_agreements", "child_id", "id"),
            )
        ),
        Step(_REGISTER, "persons", no_more("x"), starts=True),
        Step(_REGISTER, "merged_rows", f"x.merge_id in {merges}", owner=merged),
        Step(_REGISTER, "merges", f"x.id in {merges}", owner=_either("household_id", "merged_id")),
        Step(
            _REGISTER,
            "splits",
            f"x.household_id in {gone} or x.part_id in {gone}",
            owner=_either("household_id", "part_id"),
        ),
        Step(
            _REGISTER,
            "merge_proposals",
            f"x.household_id in {gone} or x.provisional_id in {gone}",
            owner=_either("household_id", "provisional_id"),
        ),
        Step(_REGISTER, "household_moves", f"x.household_id in {gone}"),
        Step(
            _REGISTER,
            "households",
            f"x.id in {gone} and (x.address_sealed is not null or x.contact_sealed is not null)",
            owner="x.id",
            change="address_sealed = null, contact_sealed = null, address_index = null",
            starts=True,
        ),
    ]


def _either(one: str, other: str) -> str:
    """What is about two households goes with whichever is no more."""
    return f"case when x.{one} = any(:households) then x.{one} else x.{other} end"


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
    "meetings": "when a team met; names no family",
    "vault.household_keys": "each goes with the last row that it opens",
    "vault.key_rotations": "which keys were made anew; names no family",
    "vault.erasures": "what has to be erased again in an older backup",
    "erasures_applied": "what was erased again here",
    "retention_terms": "the terms themselves",
    "legal_grounds": "the law; names no family",
    "policy_versions": "by which rules it was decided",
    "log_positions": "the log's tree: hashes",
    "log_tiles": "the log's tree: hashes",
    "log_checkpoints": "the log's tree: hashes",
}
