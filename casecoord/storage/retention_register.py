"""What goes last: who died or left, and households that are no more, once nothing else of them is kept."""

from collections.abc import Callable

from casecoord.storage.retention_step import NIGHT, PERSON, REGISTER, Step, past

#: SQL: nothing refers to this row of this table but what goes along.
Free = Callable[[str, str, set[str]], str]

#: What goes with a household or a person, and so keeps neither.
_WITH_A_HOUSEHOLD = {
    "persons", "household_moves", "household_keys", "merges", "splits", "merge_proposals",
}  # fmt: skip
_WITH_A_PERSON = {
    "relationships", "custody", "person_links", "resident_logins", "resident_codes", "child_agreements",
}  # fmt: skip


def gone(household: str, free: Free) -> str:
    """A household that ended or left so long ago, and to which nothing refers but what goes with it."""
    since = (
        f"case when not upper_inf({household}.during) then upper({household}.during)"
        f" else {NIGHT.format(day=f'{household}.left_on')} end"
    )
    return (
        f"{past(since, REGISTER)} and {free('households', household, _WITH_A_HOUSEHOLD)}"
        f" and not exists (select from merge_proposals m where m.area_id = {household}.area_id and m.state = 'pending'"
        f" and {household}.id in (m.provisional_id, m.household_id))"
        f" and not exists (select from persons p where p.area_id = {household}.area_id and p.household_id = {household}.id"
        f" and not ({free('persons', 'p', _WITH_A_PERSON)}))"
    )


def of_the_register(free: Free) -> list[Step]:
    """Who died or left, and households that are no more: once nothing else of them is kept."""
    those = f"(select h.id from households h where h.area_id = :area{{h}} and {gone('h', free)})"

    def no_more(person: str) -> str:
        died = past(NIGHT.format(day=f"{person}.died_on"), REGISTER)
        return f"({died} or {person}.household_id in {those}) and {free('persons', person, _WITH_A_PERSON)}"

    persons = f"(select p.id from persons p where p.area_id = :area{{p}} and {no_more('p')})"
    merges = f"(select m.id from merges m where m.area_id = :area and (m.household_id in {those} or m.merged_id in {those}))"
    merged = "(select case when m.household_id = any(:households) then m.household_id else m.merged_id end"
    merged += " from merges m where m.area_id = x.area_id and m.id = x.merge_id)"
    one_of = PERSON.format
    return [
        *(
            Step(REGISTER, table, f"x.{column} in {persons}", owner=one_of(column=column), key=f"x.{key}")
            for table, column, key in (
                ("relationships", "person_id", "person_id"),
                ("relationships", "other_id", "person_id"),
                ("custody", "minor_id", "id"),
                ("custody", "holder_id", "id"),
                ("person_links", "person_id", "person_id"),
                ("resident_logins", "person_id", "id"),
                ("resident_codes", "person_id", "id"),
                ("child_agreements", "child_id", "id"),
            )
        ),
        Step(REGISTER, "persons", no_more("x"), starts=True),
        Step(REGISTER, "merged_rows", f"x.merge_id in {merges}", owner=merged),
        Step(REGISTER, "merges", f"x.id in {merges}", owner=_either("household_id", "merged_id")),
        Step(
            REGISTER,
            "splits",
            f"x.household_id in {those} or x.part_id in {those}",
            owner=_either("household_id", "part_id"),
        ),
        Step(
            REGISTER,
            "merge_proposals",
            f"x.household_id in {those} or x.provisional_id in {those}",
            owner=_either("household_id", "provisional_id"),
        ),
        Step(REGISTER, "household_moves", f"x.household_id in {those}"),
        Step(
            REGISTER,
            "households",
            f"x.id in {those} and (x.address_sealed is not null or x.contact_sealed is not null)",
            owner="x.id",
            change="address_sealed = null, contact_sealed = null, address_index = null",
            starts=True,
        ),
    ]


def _either(one: str, other: str) -> str:
    """What is about two households goes with whichever is no more."""
    return f"case when x.{one} = any(:households) then x.{one} else x.{other} end"
