"""One step of forgetting: which rows of a table can go, and the words such steps are said in."""

from dataclasses import dataclass

from casecoord.domain.facets import Retention

CASE = "(select c.household_id from cases c where c.area_id = x.area_id and c.id = x.case_id)"
PERSON = "(select p.household_id from persons p where p.area_id = x.area_id and p.id = x.{column})"
_OWN = "x.household_id"
NIGHT = "({day}::timestamp at time zone 'Europe/Amsterdam')"

JOINT, SIGNAL, LOG = Retention.JOINT_VIEW, Retention.SIGNAL, Retention.ACCESS_LOG
RIGHTS, REGISTER = Retention.RIGHTS, Retention.REGISTER


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


def closed(case: str) -> str:
    """A case that ended so long ago; one that went on in another ended when that one did."""
    ended = (
        f"case when {case}.merged_into is null then {case}.closed_at else (select t.closed_at from cases t"
        f" where t.area_id = {case}.area_id and t.id = {case}.merged_into) end"
    )
    return f"{case}.state = 'closed' and {past(ended, JOINT)}"


IN_CLOSED = f"x.case_id in (select c.id from cases c where c.area_id = :area{{c}} and {closed('c')})"
NO_OPEN_CASE = (
    "not exists (select from cases c where c.area_id = x.area_id and c.household_id = x.household_id"
    " and c.state <> 'closed')"
)
