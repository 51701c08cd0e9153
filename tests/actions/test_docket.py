"""The hearings to prepare: for whom, what is late, and that nobody else learns of any."""

from datetime import date

from casecoord.actions.docket import DocketOf, HearingOf, docket, hearing
from casecoord.domain.alternatives import HearingWarning, PlacementState, PreparationStep
from tests.actions.alternative_steps import HEARD_ON, heard, held, offer, provider
from tests.actions.steps import led_case, refused
from tests.statements import statements
from tests.world import PEOPLE, Town


async def test_who_prepares_a_hearing_sees_whom_it_is_about_and_what_is_late(town: Town) -> None:
    daan = (await town.janssens())["daan"]
    await provider(town)
    assert (await town.office.look(town.caller("hanna"), docket, DocketOf())).items == []
    planned = await heard(town, daan)
    await held(town, await offer(town), planned.id)
    town.clock.forward(days=31)
    for name in ("hanna", "dirk"):
        with statements(town.database) as sent:
            found = await town.office.look(town.caller(name), docket, DocketOf())
        assert len(sent) == 3
        (one,) = found.items
        assert (one.id, one.name, one.age, one.held_on) == (planned.id, "Daan Janssen", 17, HEARD_ON)
        assert [step.step for step in one.steps if step.late] == [
            PreparationStep.FAMILY_INFORMED,
            PreparationStep.LAWYER_INFORMED,
        ]
        assert [place.state for place in one.places] == [PlacementState.HELD]
        assert await town.office.look(town.caller(name), hearing, HearingOf(planned.id)) == one
        assert ("move_hearing" in one.may) is (name == "hanna") and "hold_place" in one.may


async def test_nobody_else_learns_of_a_hearing(town: Town) -> None:
    await provider(town)
    planned = await heard(town, (await town.janssens())["daan"])
    for name in {*PEOPLE, "nadia"} - {"hanna", "dirk", "chaima"}:
        async with refused("not_found", "hearing"):
            await town.office.look(town.caller(name), hearing, HearingOf(planned.id))
        async with refused("not_found"):
            await town.office.look(town.caller(name), docket, DocketOf())


async def test_a_lead_of_any_team_sees_the_hearing_in_the_own_case_and_may_have_a_place_held(
    town: Town,
) -> None:
    family = await town.janssens()
    await led_case(town, family["noor"])
    planned = await heard(town, family["daan"])
    found = await town.office.look(town.caller("amina"), hearing, HearingOf(planned.id))
    assert (found.name, found.may) == ("Daan Janssen", {"hold_place", "release_place"})


async def test_the_list_goes_on_and_warns_of_what_is_too_soon(town: Town) -> None:
    (first, second) = [(await town.family((f"Jongere {number}", date(2009, 6, 2))))[0] for number in range(2)]
    soon = await heard(town, first, date(2026, 11, 10))
    later = await heard(town, second)
    page = await town.office.look(town.caller("hanna"), docket, DocketOf(first=1))
    assert [one.id for one in page.items] == [soon.id] and page.more
    assert page.items[0].warnings == [HearingWarning.TOO_SOON]
    rest = await town.office.look(town.caller("hanna"), docket, DocketOf(1, page.cursors[-1]))
    assert [one.id for one in rest.items] == [later.id] and not rest.more
