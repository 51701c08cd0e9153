"""What goes with a closed case, before its blockades do: the alliance's homework, and what was spent."""

from casecoord.storage.retention_step import CASE, IN_CLOSED, JOINT, Step

_OF_BLOCKADE = (
    "(select c.household_id from blockades b join cases c on c.area_id = b.area_id and c.id = b.case_id"
    " where b.area_id = x.area_id and b.id = x.blockade_id)"
)
_IN_CLOSED = f"x.blockade_id in (select b.id from blockades b where b.area_id = :area and {IN_CLOSED.replace('x.', 'b.')})"


def before_blockades() -> list[Step]:
    """The steps, in order."""
    return [
        Step(JOINT, "blockade_homework", _IN_CLOSED, owner=_OF_BLOCKADE),
        Step(JOINT, "spends", IN_CLOSED, owner=CASE),
    ]
