"""Places of alternatives that can go: those that are over as long as the joint view is kept, before their hearing."""

from casecoord.storage.retention_step import JOINT, NO_OPEN_CASE, Step, past

#: A place that stands keeps itself; one that was only proposed, what it was proposed for.
_OVER = "x.state in ('released', 'expired', 'ended') and " + past(
    "coalesce(case when not isempty(x.during) then upper(x.during) end, x.proposed_at)", JOINT
)


def of_placements() -> list[Step]:
    """What is over, once no case is open."""
    return [Step(JOINT, "placements", f"{_OVER} and {NO_OPEN_CASE}", starts=True)]


#: A hearing goes after the places that were held for it.
NONE_FOR_IT = "not exists (select from placements p where p.area_id = x.area_id and p.hearing_id = x.id)"
