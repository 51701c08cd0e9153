"""How an actor stands to a household, at this moment: the one statement that views and lists share."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from casecoord.storage.telling import openly
from casecoord.storage.work import Work


@dataclass(slots=True)
class Relation:
    """How an actor stands to a household and its open case, as booleans resolved at this moment."""

    participates: bool = False
    accountable: bool = False
    signalled: bool = False
    is_lead: bool = False
    escalated: bool = False
    split_other_part: bool = False
    #: a restriction or objection of somebody in the household is undecided, or holds
    restricted: bool = False
    #: the actor has emergency access to it now, which may lift the medical lock
    break_glass: bool = False
    medical_lifted: bool = False


async def relation(work: Work, household_id: UUID) -> Relation:
    """How the actor stands to this household now."""
    row = await work.session.execute(
        text(RELATION.format(household=":household", area=":area")),
        {
            **work.asked_by,
            "household": household_id,
        },
    )
    return Relation(**row.mappings().one())


#: Whether :team is the one of the household's neighbourhood, which prepares its hearings.
PREPARES = """exists (select from households y join team_covers n on n.area_id = y.area_id
    and n.kind = 'neighbourhood' and n.code = y.neighbourhood and n.team_id = :team
  where y.area_id = {area} and y.id = {household})"""

#: Emergency access of :membership that is in force now.
_GRANTED = """select g.household_id from break_glass_grants g where g.area_id = {area} and g.membership_id = :membership
    and g.during @> cast(:now as timestamptz)"""

#: The households to which :team and :professional stand so. A blockade goes to decision power at once, a gap when it
#: has climbed so far. What escalated in a sphere that decision power does not see opens nothing to it: being let in
#: would tell that there is something.
STAND = {
    "participates": [
        """select c.household_id from participants p join cases c on c.area_id = p.area_id and c.id = p.case_id
    where p.area_id = {area} and c.state <> 'closed' and p.team_id = :team
      and p.during @> cast(:now as timestamptz)"""
    ],
    "accountable": [
        """select s.household_id from signals s where s.area_id = {area} and s.case_id is null
      and s.state <> 'ended' and s.accountable_team_id = :team""",
        """select z.household_id from hearings z
    join households y on y.area_id = z.area_id and y.id = z.household_id
    join team_covers n on n.area_id = y.area_id and n.kind = 'neighbourhood' and n.code = y.neighbourhood
    where z.area_id = {area} and z.state = 'planned' and n.team_id = :team""",
    ],
    "signalled": [
        "select s.household_id from signals s where s.area_id = {area} and s.source_team_id = :team",
    ],
    "is_lead": [
        """select c.household_id from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
      join memberships m on m.area_id = l.area_id and m.id = l.membership_id
    where l.area_id = {area} and c.state <> 'closed' and l.during @> cast(:now as timestamptz)
      and m.professional_id = :professional"""
    ],
    "escalated": [
        f"""select g.household_id from promises g where g.area_id = {{area}} and g.household_id is not null
      and g.ended_at is null and (g.due_at <= :now and g.decision_at <= :now or g.rule = 'G10') and {openly("g")}
      and g.sphere in ('general', 'livelihood')"""
    ],
    "restricted": [
        """select q.household_id from requests q where q.area_id = {area} and q.kind in ('restriction', 'objection')
      and (q.state = 'open' or q.state = 'granted' and q.lifted_at is null)"""
    ],
    "break_glass": [_GRANTED],
    "medical_lifted": [f"{_GRANTED} and g.medical"],
}

#: Whether a household split: of one that never did, there is nothing more to ask.
PARTED = (
    "exists (select from splits k where k.area_id = {area} and {household} in (k.household_id, k.part_id))"
)
#: Who stands in the one part of a household that split, and in the other by nothing of its own.
SPLIT = """exists (select from splits k join households o on o.area_id = k.area_id and upper_inf(o.during)
      and o.id = case k.part_id when {household} then k.household_id else k.part_id end
    join teams t on t.area_id = k.area_id and t.id = :team and t.kind <> 'programme_bureau'
  where k.area_id = {area} and {household} in (k.household_id, k.part_id)
    and (exists (select from signals s where s.area_id = o.area_id and s.household_id = o.id
             and :team in (s.source_team_id, s.accountable_team_id))
      or exists (select from participants p join cases c on c.area_id = p.area_id and c.id = p.case_id
           where p.area_id = o.area_id and c.household_id = o.id and p.team_id = :team and upper_inf(p.during)))
    and not exists (select from signals s where s.area_id = k.area_id and s.household_id = {household}
          and s.case_id is null and s.state <> 'ended' and s.accountable_team_id = :team)
    and not exists (select from cases c where c.area_id = k.area_id and c.household_id = {household}
          and c.state <> 'closed' and (exists (select from participants p where p.area_id = c.area_id
              and p.case_id = c.id and p.team_id = :team and upper_inf(p.during))
            or exists (select from leads l join memberships m on m.area_id = l.area_id
              and m.id = l.membership_id where l.area_id = c.area_id and l.case_id = c.id
              and upper_inf(l.during) and m.professional_id = :professional))))"""


def _of(rows: str, household: str) -> str:
    """Those of these households that are `household`."""
    alias = rows.split(".", 1)[0].removeprefix("select ")
    return f"{rows} and {alias}.household_id = {household}"


#: How :team and :professional stand to a household, as columns; and that with the part of it: shared by every read.
STANDING = "select " + ", ".join(
    " or ".join(f"exists ({_of(rows, '{household}')})" for rows in known) + f" {name}"
    for name, known in STAND.items()
)
RELATION = f"{STANDING}, {SPLIT} split_other_part"

#: How somebody stands by rows that are not the actor's own few.
_BY_OTHERS = ("accountable", "signalled", "escalated")


def relations(household: str, *names: str, among: str | None = None) -> str:
    """Some of the same columns for many households: each is looked up among those to which the actor stands so.

    `among`: all the households that are asked about (an SQL array), if they are few.
    """
    return ", ".join(
        f"{_is_split(household) if name == 'split_other_part' else _is_one_of(household, name, among)} {name}"
        for name in names
    )


def _is_one_of(household: str, name: str, among: str | None) -> str:
    few = f"any({among})" if among and name in _BY_OTHERS else None
    rows = (_of(rows, few) if few else rows for rows in STAND[name])
    return f"({' or '.join(f'{household} in ({one})' for one in rows)})".format(area=":area")


def _is_split(household: str) -> str:
    parts = "select unnest(array[k.household_id, k.part_id]) from splits k where k.area_id = :area"
    return f"({household} in ({parts}) and {SPLIT.format(area=':area', household=household)})"
