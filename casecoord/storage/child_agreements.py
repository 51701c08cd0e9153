"""A child's own word on whether its parents see what is about it."""

from uuid import UUID, uuid4

from sqlalchemy import text

from casecoord.storage.resident_tables import ChildAgreement
from casecoord.storage.work import Area

_LOCK = text("select id from persons where area_id = :area and id = :child for no key update")
_END = text(
    "update child_agreements set until = :now where area_id = :area and child_id = :child and until is null"
)


async def say(work: Area, child: UUID, *, agrees: bool, by: UUID | None) -> None:
    """From now on the child agrees, or does not. `by`: who wrote down what it said; None: the child itself."""
    await work.session.execute(_LOCK, {"area": work.area_id, "child": child})
    await work.session.execute(_END, {"area": work.area_id, "child": child, "now": work.now})
    if agrees:
        said = ChildAgreement(
            area_id=work.area_id, id=uuid4(), child_id=child, since=work.now, recorded_by=by
        )
        work.session.add(said)
        await work.session.flush()
