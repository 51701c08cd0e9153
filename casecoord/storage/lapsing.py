"""What ends because its object does: a death, a family that is gone, or another area's from now on.

A promise that lapses says why and in whose hands; nothing of it is counted as kept.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text

from casecoord.domain.words import Lapse
from casecoord.storage.work import Area

_PROMISES = text(
    "with lapsed as (update promises set ended_at = greatest(:now, made_at), lapsed_as = :why,"
    "   lapsed_by = coalesce(cast(:by as uuid), (select o.membership_id from holders o where o.area_id = :area"
    "     and o.household_id = :household and o.during @> cast(:now as timestamptz)), responder_id)"
    "   where area_id = :area and household_id = :household and ended_at is null and subject_id = any(:subjects)"
    "   returning id)"
    " update gaps g set ended_at = greatest(:now, g.since) from lapsed"
    " where g.area_id = :area and g.promise_id = lapsed.id and g.ended_at is null"
)
_SIGNALS = text(
    "update signals set state = 'ended', ended_at = greatest(:now, received_at), lapsed_as = :why"
    " where area_id = :area and household_id = :household and state <> 'ended' and id = any(:ids) returning id"
)
_ALL_SIGNALS = text(
    "select id from signals where area_id = :area and household_id = :household and state <> 'ended'"
)
_ABOUT = text(
    "select id from signals where area_id = :area and person_id = :person and household_id = :household"
    " and state <> 'ended'"
)
_HOMES = text("select distinct household_id from signals where area_id = :area and id = any(:ids)")
_LIVES = text(
    "select exists (select from persons where area_id = :area and household_id = :household and died_on is null)"
)
_SUBJECTS = text(
    "select cast(:case as uuid) union select id from plan_actions where area_id = :area and case_id = :case"
    " union select id from invitations where area_id = :area and case_id = :case"
    " union select id from refusals where area_id = :area and case_id = :case"
    " union select cast(:household as uuid)"
)
#: Everything of the case that runs ends with it, at this moment.
_CASE = (
    "update proposals set state = 'superseded', answered_at = :now"
    " where area_id = :area and case_id = :case and state = 'pending'",
    "update invitations set state = 'declined', answered_at = :now"
    " where area_id = :area and case_id = :case and state = 'pending'",
    # Whoever would lead it from a date to come never does.
    "update leads set during = tstzrange(lower(during), greatest(lower(during), :now))"
    " where area_id = :area and case_id = :case and (upper_inf(during) or upper(during) > :now)",
    "update participants set during = tstzrange(lower(during), :now)"
    " where area_id = :area and case_id = :case and upper_inf(during)",
    "update cases set state = 'closed', closed_at = :now, lapsed_as = :why where area_id = :area and id = :case",
)


async def lapse_signals(
    work: Area, household: UUID, ids: Collection[UUID], why: Lapse, by: UUID | None = None
) -> int:
    """Ends these of the household's open signals without an outcome; how many."""
    values = {"area": work.area_id, "household": household, "now": work.now}
    await work.session.flush()
    await work.session.execute(_PROMISES, {**values, "subjects": list(ids), "why": why, "by": by})
    ended = await work.session.execute(_SIGNALS, {**values, "ids": list(ids), "why": why})
    return len(ended.all())


async def lapse_case(work: Area, household: UUID, case: UUID, why: Lapse, by: UUID | None = None) -> None:
    """Closes the household's open case, with everything of it that runs."""
    values = {"area": work.area_id, "household": household, "now": work.now, "case": case, "why": why}
    await work.session.flush()
    subjects = await work.session.scalars(
        _SUBJECTS, {"area": work.area_id, "case": case, "household": household}
    )
    await work.session.execute(
        _PROMISES,
        {
            "area": work.area_id,
            "household": household,
            "now": work.now,
            "subjects": list(subjects),
            "why": why,
            "by": by,
        },
    )
    for statement in _CASE:
        wanted = {name: value for name, value in values.items() if f":{name}" in statement}
        await work.session.execute(text(statement), wanted)


async def open_signals(work: Area, household: UUID) -> list[UUID]:
    """Every open signal of the household."""
    return list(await work.session.scalars(_ALL_SIGNALS, {"area": work.area_id, "household": household}))


async def open_signals_about(work: Area, household: UUID, person: UUID) -> list[UUID]:
    """The open signals about one person of the household."""
    values = {"area": work.area_id, "household": household, "person": person}
    return list(await work.session.scalars(_ABOUT, values))


async def households_of_signals(work: Area, ids: Collection[UUID]) -> list[UUID]:
    """The households in which these signals are now."""
    return list(await work.session.scalars(_HOMES, {"area": work.area_id, "ids": list(ids)}))


async def somebody_lives(work: Area, household: UUID) -> bool:
    """Whether anybody of the household is alive."""
    return bool(await work.session.scalar(_LIVES, {"area": work.area_id, "household": household}))
