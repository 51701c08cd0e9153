"""The coordinator's pages: the map of the area, the ledger of what is overdue, and what waits for a word."""

import re

import pytest
from sqlalchemy import text

from casecoord.domain.ids import global_id
from casecoord.domain.words import Urgency, VeiligThuis
from tests.actions.steps import led_case, open_case, second_coordinator, signal, unmatched
from tests.actions.test_statement_counts import counted
from tests.console.visitor import form_in


async def overdue_family(town):
    """The town's clock stands weeks ago: what was acute then is overdue now."""
    noor = (await town.janssens())["noor"]
    await signal(town, "amina", noor, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)
    return noor


async def test_the_area_is_the_coordinators_first_screen(visit, town):
    await overdue_family(town)
    ibrahim = visit("ibrahim", "en")
    start = await ibrahim.get("/")
    assert start.headers["location"] == "/area"
    page = (await ibrahim.get("/area")).text
    print(page)
    assert "Where does it fall through" in page
