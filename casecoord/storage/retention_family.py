"""What a family wanted and what was agreed with it goes with the joint view of its case."""

from casecoord.storage.retention_step import CASE, IN_CLOSED, JOINT, Step

_OF_CLOSED = f"(select x.id from agreements x where x.area_id = :area and {IN_CLOSED})"
_CASE_OF_AGREEMENT = (
    "(select c.household_id from agreements g join cases c on c.area_id = g.area_id and c.id = g.case_id"
    " where g.area_id = x.area_id and g.id = x.agreement_id)"
)

#: Steps and answers before the agreements that they are about.
AT_THE_TABLE = (
    Step(JOINT, "milestones", IN_CLOSED, owner=CASE),
    Step(JOINT, "agreement_answers", f"x.agreement_id in {_OF_CLOSED}", owner=_CASE_OF_AGREEMENT),
    Step(JOINT, "agreements", IN_CLOSED, owner=CASE),
)
