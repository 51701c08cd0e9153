"""Over HTTP by trusted documents: a family and its lead agree, each from their own side of the table."""

from datetime import UTC, datetime, timedelta

from casecoord.api.ids import global_id
from casecoord.domain.workdays import local_date
from tests.api.test_residents import doors, family, handed_over

__all__ = ["doors"]


async def test_a_wording_goes_back_and_forth_until_both_agree(doors, town):
    mother, father, _ = await family(town)
    amina, petra, sjoerd = (doors[name] for name in ("amina", "petra", "sjoerd"))
    for door, who in ((petra, mother), (sjoerd, father)):
        await door.do("bindResident", code=await handed_over(doors, who))
    case = (await amina.ask("jointCase", id=global_id("Household", mother.household)))["case"]
    due = (local_date(datetime.now(UTC)) + timedelta(days=14)).isoformat()
    goal = await amina.do("setGoal", case=case, domain="TIME_USE", words="Rust in huis.", own=True)
    assert (goal["__typename"], goal["kind"]) == ("MilestoneSaved", "GOAL")
    first = await amina.do(
        "recordAgreement", case=case, what="Noor is op tijd.", doer="Els brengt.", dueOn=due
    )
    assert first["standing"] == "WAITING"
    (seen,) = (await petra.ask("myFamily"))["agreements"]
    assert (seen["what"], [one["answer"] for one in seen["answers"]]) == ("Noor is op tijd.", ["ASKED"])
    own = await petra.do(
        "respondMyAgreement", agreement=first["id"], answer="CHANGED", words="Ab brengt op maandag."
    )
    assert own["standing"] == "CHANGED"
    person = global_id("Person", mother.id)
    second = await amina.do(
        "recordAgreement",
        case=case,
        doer="Els en Ab.",
        dueOn=due,
        replaces=first["id"],
        adopts=person,
        reply="Prima.",
    )
    assert second["standing"] == "WAITING"
    assert (await sjoerd.do("respondMyAgreement", agreement=second["id"], answer="CONFIRMED"))[
        "standing"
    ] == "AGREED"
    late = await petra.do("respondMyAgreement", agreement=first["id"], answer="CONFIRMED")
    assert (late["code"], late["field"]) == ("already_answered", "agreement")
    kept = await amina.do("reachMilestone", agreement=second["id"], praise="Gelukt!")
    assert kept["reachedAt"]
    proud = await petra.do("sayForMyFamily", kind="PROUD", words="Noor fietst zelf.")
    assert proud["kind"] == "PROUD"
    view = await amina.ask("jointCase", id=case)
    assert [one["standing"] for one in view["agreements"]] == ["REPLACED", "KEPT"]
    assert {one["words"] for one in view["milestones"]} == {"Rust in huis.", "Noor fietst zelf."}
    # A professional has no door of a resident, nor a resident one of the lead.
    for door, name, values in (
        (amina, "respondMyAgreement", {"agreement": second["id"], "answer": "REFUSED"}),
        (petra, "recordAgreement", {"case": case, "what": "Iets.", "doer": "Ik.", "dueOn": due}),
    ):
        said = await door.do(name, **values)
        assert (said if isinstance(said, str) else said["code"]) == "unknown_login", name
