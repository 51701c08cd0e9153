"""A lead's day: asked, she says yes, speaks with the family, writes with them what they want, and ends what is done."""

from datetime import date

import pytest
from playwright.async_api import Locator

from tests.console.stories import SETTINGS, Setting, Walk, at_work

SOON = date(2026, 12, 17)


def form(walk: Walk, act: str) -> Locator:
    """The first form of an act on this page."""
    return walk.page.locator(f"form[action$='/{act}']").first


async def say(walk: Walk, act: str, folded: str, button: str, about: str = "", **typed) -> None:
    """Unfolds a form, fills it in by its labels and sends it. `about`: a life domain, where it asks for one."""
    await walk.unfold(folded)
    here = form(walk, act)
    for label, value in typed["filled"].items():
        await walk.fill(label, value, inside=here)
    if about:
        await walk.choose("What is it about?", walk.said(about), inside=here)
    await walk.push(button, inside=here)
    await walk.sees("Recorded.")


@pytest.mark.parametrize("setting", SETTINGS)
async def test_a_lead_says_yes_and_comes_to_a_confirmed_outcome(
    chromium, neighbourhood_served: str, setting: Setting
) -> None:
    async with at_work(chromium, neighbourhood_served, "chaima", setting) as walk:
        await walk.go("My caseload")
        await walk.look("lead-caseload")
        await walk.push("Yes, I take the lead")
        await walk.sees("Recorded.")
        await walk.look("lead-after-a-yes")

        await walk.unfold("Record contact with the family")
        await walk.choose("How?", walk.said("home visit"), inside=form(walk, "record-contact"))
        await walk.push("Record", inside=form(walk, "record-contact"))
        await walk.sees("Recorded.")

        goal = {"What do we want to reach?": "Rust in huis."}
        await say(
            walk, "set-goal", "Write down a goal or a small step", "Write it down", "housing", filled=goal
        )
        agreed = {"What is agreed?": "De post ligt klaar.", "Who does it?": "Moeder", "By which date?": SOON}
        await say(walk, "agree", "Write down an agreement", "Write it down", "finance", filled=agreed)
        step = {"What will be done?": "De woningbouw bellen.", "By which date?": SOON}
        await say(walk, "add-action", "Add an action", "Add", "housing", filled=step)
        await walk.look("lead-with-a-plan")

        action = walk.page.locator("article", has_text="De woningbouw bellen.").first
        await walk.unfold("This is done", inside=action)
        await walk.fill("What came of it?", "Er komt iemand langs.", inside=action)
        await walk.push("Complete", inside=action)
        await walk.sees("Recorded.")
        await walk.unfold("Confirm what came of it", inside=action)
        await walk.fill("What came of it?", "Het lek is dicht.", inside=form(walk, "confirm-action"))
        await walk.tick(form(walk, "confirm-action").get_by_label(walk.said("the family's"), exact=True))
        await walk.look("lead-confirms")
        await walk.push("Confirm the outcome", inside=form(walk, "confirm-action"))
        await walk.sees("Recorded.")
        await walk.unfold("What is seldom done")
        await walk.look("lead-more")
