"""The demo's analyst reads figures from the first day: most of a small neighbourhood is withheld, schools are not."""

from casecoord.actions.monitor import MonitorOf, monitor
from tests.demo.loaded import Demo


async def test_the_analyst_reads_what_the_area_published(demo: Demo) -> None:
    found = await demo.office.look(demo.caller("kenji"), monitor, MonitorOf())
    figures = {one.measure.name: one.figures for one in found.measures}
    assert {figure.words for figure in figures["school_coverage"]} == {
        "met een compleet zorgteam",
        "zorgteam mist iets",
        "zonder zorgteam",
    }
    assert any(figure.number for figure in figures["signals"])
    assert any(figure.number is None for figure in figures["cases"])
