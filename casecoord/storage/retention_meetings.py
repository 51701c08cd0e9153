"""What was said at a table goes with the joint view of its case; of what no case was made, as long after it was said."""

from casecoord.storage.retention_step import IN_CLOSED, JOINT, Step, past

_PLANNED = "(select g.planned_at from meetings g where g.area_id = x.area_id and g.id = x.meeting_id)"


def of_meetings() -> list[Step]:
    """Before the cases and the actions that they name."""
    said = f"x.case_id is null and {past(f'coalesce(x.decided_at, {_PLANNED})', JOINT)}"
    return [
        Step(JOINT, "meeting_items", IN_CLOSED),
        Step(JOINT, "meeting_items", said, starts=True),
    ]
