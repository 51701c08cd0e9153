"""Broken promises chosen by rule, age or place: conditions in SQL over a broken promise `i`."""

from casecoord.domain.lists import Chosen

#: To whom it has escalated, which is its age in working days.
LEVEL = "1 + (i.area_at <= :now)::int + (i.decision_at <= :now)::int + (i.alliance_at <= :now)::int"
#: An enrolment `l` at a school, today.
ENROLLED = """l.kind = 'school' and l.from_on <= cast(:now as date)
    and (l.until_on is null or l.until_on > cast(:now as date))"""
_CONDITIONS = {
    "rule": "i.rule = :rule",
    "level": f"{LEVEL} = cast(:level as int)",
    # Where a family with a secret address lives, no list tells.
    "neighbourhood": """exists (select from households y where y.area_id = :area and y.id = i.household_id
        and y.neighbourhood = :neighbourhood and not y.secret_address)""",
    "school": f"""exists (select from persons y join person_links l on l.area_id = y.area_id
        and l.person_id = y.id and l.code = :school and {ENROLLED}
        where y.area_id = :area and y.household_id = i.household_id and y.died_on is null)""",
}


def chosen_by(chosen: Chosen) -> str:
    """The conditions of a choice; its values are what it was given."""
    return "".join(f" and {_CONDITIONS[name]}" for name in chosen.given)
