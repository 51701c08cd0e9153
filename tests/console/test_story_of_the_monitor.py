"""The programme bureau reads a chart, its table, and takes the figures along as a file."""

import csv
import io
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_an_analyst_reads_a_chart_and_its_table_and_takes_the_figures_along(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "kenji", setting) as walk:
        await walk.look("monitor")
        section = walk.page.locator("section:has(> #cases)")
        await walk.unfold("The numbers in a table", section)
        table = section.get_by_role("table")
        await expect(table).to_be_visible()
        told = await section.locator("figcaption strong").all_inner_texts()
        latest = await table.locator("tr").nth(1).locator("td").all_inner_texts()
        assert told == latest
        await walk.look("monitor-with-a-table")
        link = section.get_by_role("link")
        await walk.tab_to(link)
        async with walk.page.expect_download() as coming:
            await walk.press("Enter")
        file = await coming.value
        assert file.suggested_filename.startswith("monitor-")
        text = _read(await file.path())
        rows = list(csv.reader(io.StringIO(text), delimiter=";" if walk.setting.language == "nl" else ","))
        assert len(rows) > 12 and {row[1] for row in rows[1:]} == {"cases"}
        await walk.choose("Neighbourhood", "Bloemhof")
        await walk.push("Show")
        await walk.sees("What is counted for the whole area only is not shown here.")
        await walk.look("monitor-of-a-neighbourhood")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")
