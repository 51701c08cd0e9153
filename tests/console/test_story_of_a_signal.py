"""A GP between two patients: one sentence, and what becomes of it."""

import re

import pytest
from playwright.async_api import expect

from casecoord.demo.stories import README_FAMILY
from tests.console.stories import SETTINGS, Setting, at_work

SENTENCE = "Luna slaapt slecht sinds de brief van de bank."


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_gp_signals_and_sees_what_became_of_it(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    luna = README_FAMILY["child"]
    async with at_work(chromium, neighbourhood_served, "fleur", setting) as walk:
        await walk.sees("What became of your signals")
        await walk.look("gp-first-screen")
        await walk.go("Signal a concern")
        await walk.look("signal-form")
        await walk.push("Send the signal")
        await walk.sees("Nothing was recorded yet")
        await walk.look("signal-form-with-errors")
        await expect(walk.page).to_have_url(re.compile("/signal$"))
        await walk.fill("BSN", luna.bsn)
        await walk.fill("Birth date", luna.born)
        await walk.choose("What is it about?", walk.said("social network"))
        await walk.fill("Your concern in one sentence", SENTENCE)
        await walk.push("Send the signal")
        await walk.sees("Your signal is in")
        await walk.look("signal-sent")
        await walk.go("What became of your signals")
        row = walk.page.get_by_role("row").filter(has_text=SENTENCE)
        await expect(row).to_contain_text(walk.said("no case is open yet"))
        await walk.look("signals-sent")
