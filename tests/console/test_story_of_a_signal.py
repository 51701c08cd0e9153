"""A GP between two patients: one sentence, and what becomes of it."""

import re

import pytest
from playwright.async_api import expect

from tests.console.stories import SETTINGS, Setting, at_work


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_gp_signals_and_sees_that_it_arrived(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "fleur", setting) as walk:
        await walk.look("gp-first-screen")
        await walk.go("Signal a concern")
        await walk.look("signal-form")
        await walk.push("Send the signal")
        await walk.sees("Nothing was recorded yet")
        await walk.look("signal-form-with-errors")
        await expect(walk.page).to_have_url(re.compile("/signal$"))
