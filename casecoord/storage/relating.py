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
            "area": work.area_id,
            "household": household_id,
            "team": work.actor.team_id,
            "professional": work.actor.professional_id,
            "membership": work.actor.membership_id,
            "now": work.now,
        },
    )
    return Relation(**row.mappings().one())


# `split_other_part`: who stands in the one part of a household that split, and in the other by nothing of its own.
#: Whether :team is the one of the household's neighbourhood, which prepares its hearings.
PREPARES = """exists (select from households y join team_covers n on n.area_id = y.area_id
    and n.kind = 'neighbourhood' and n.code = y.neighbourhood and n.team_id = :team
  where y.area_id = {area} and y.id = {household})"""

#: Emergency access of :membership to a household that is in force now.
GRANTED = """g.area_id = {area} and g.household_id = {household} and g.membership_id = :membership
    and g.during @> cast(:now as timestamptz)"""

#: The relation of :team and :professional to a household, as columns; shared by every read. A blockade goes to
#: decision power at once, a gap when it has climbed so far. What escalated in
#: a sphere that decision power does not see opens nothing to it: being let in would tell that there is something.
RELATION = f"""
select exists (select from participants p join cases c on c.area_id = p.area_id and c.id = p.case_id
         where p.area_id = {{area}} and c.household_id = {{household}} and c.state <> 'closed'
           and p.team_id = :team and p.during @> cast(:now as timestamptz)) participates,
       exists (select from signals s where s.area_id = {{area}} and s.household_id = {{household}}
           and s.case_id is null and s.state <> 'ended' and s.accountable_team_id = :team)
         or exists (select from hearings z where z.area_id = {{area}} and z.household_id = {{household}}
           and z.state = 'planned') and {PREPARES} accountable,
       exists (select from signals s where s.area_id = {{area}} and s.household_id = {{household}}
           and s.source_team_id = :team) signalled,
       exists (select from leads l join cases c on c.area_id = l.area_id and c.id = l.case_id
           join memberships m on m.area_id = l.area_id and m.id = l.membership_id
         where l.area_id = {{area}} and c.household_id = {{household}} and c.state <> 'closed'
           and l.during @> cast(:now as timestamptz) and m.professional_id = :professional) is_lead,
       exists (select from promises g where g.area_id = {{area}} and g.household_id = {{household}}
           and g.ended_at is null and (g.decision_at <= :now or g.rule = 'G10') and {openly("g")}
           and g.sphere in ('general', 'livelihood')) escalated,
       exists (select from requests q where q.area_id = {{area}} and q.household_id = {{household}}
           and q.kind in ('restriction', 'objection')
           and (q.state = 'open' or q.state = 'granted' and q.lifted_at is null)) restricted,
       exists (select from break_glass_grants g where {GRANTED}) break_glass,
       exists (select from break_glass_grants g where {GRANTED} and g.medical) medical_lifted,
       exists (select from splits k join households o on o.area_id = k.area_id and upper_inf(o.during)
             and o.id = case k.part_id when {{household}} then k.household_id else k.part_id end
           join teams t on t.area_id = k.area_id and t.id = :team and t.kind <> 'programme_bureau'
         where k.area_id = {{area}} and {{household}} in (k.household_id, k.part_id)
           and (exists (select from signals s where s.area_id = o.area_id and s.household_id = o.id
                    and :team in (s.source_team_id, s.accountable_team_id))
             or exists (select from participants p join cases c on c.area_id = p.area_id and c.id = p.case_id
                  where p.area_id = o.area_id and c.household_id = o.id and p.team_id = :team and upper_inf(p.during)))
           and not exists (select from signals s where s.area_id = k.area_id and s.household_id = {{household}}
                 and s.case_id is null and s.state <> 'ended' and s.accountable_team_id = :team)
           and not exists (select from cases c where c.area_id = k.area_id and c.household_id = {{household}}
                 and c.state <> 'closed' and (exists (select from participants p where p.area_id = c.area_id
                     and p.case_id = c.id and p.team_id = :team and upper_inf(p.during))
                   or exists (select from leads l join memberships m on m.area_id = l.area_id
                     and m.id = l.membership_id where l.area_id = c.area_id and l.case_id = c.id
                     and upper_inf(l.during) and m.professional_id = :professional)))) split_other_part
"""
