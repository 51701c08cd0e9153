"""The monitor at the console: a chart says what its table says, and a file what the API gives."""

import csv
import io
import re
from datetime import UTC, date, datetime

import pytest

from casecoord.actions.monitor import MonitorOf, as_csv, monitor
from casecoord.actions.publishing import figures
from casecoord.console.charts import chart
from casecoord.domain.ids import global_id
from casecoord.domain.monitor import CURRENT, Period, shifted, this_month
from casecoord.domain.words import Language, Purpose
from casecoord.storage.monitor import Publication, publish

PLACE = "BU05991099"
LAST = this_month(datetime.now(UTC))
MONTHS = [Period(shifted(LAST, -back), shifted(LAST, 1 - back)) for back in (3, 2)]


@pytest.fixture
async def published(town):
    """Two of the last three months: something told, something withheld."""
    signals, cases, schools = CURRENT["signals"], CURRENT["cases"], CURRENT["school_coverage"]
    path, other = signals.categories[0], signals.categories[20]
    counted = {(path, PLACE): 22, (other, PLACE): 4}
    told = [
        Publication(one.name, one.version, period, figures(one, these, {PLACE: True}))
        for period in MONTHS
        for one, these in (
            (signals, counted),
            (cases, {(("led",), PLACE): 31, (("triaged",), PLACE): 3}),
        )
    ]
    async with town.database.within(town.area) as work:
        await publish(work, told)
    return {"signals": signals, "cases": cases, "schools": schools}


async def read(town, name="karim", **asked):
    caller = town.caller(name, purpose=Purpose.MONITORING)
    return await town.office.look(caller, monitor, MonitorOf(**asked))


def cells(page: str) -> dict[str, list[list[str]]]:
    """The rows of each table by its measure, without tags."""
    found = {}
    for name, body in re.findall(r'<div class="wide"[^>]*aria-labelledby="(\w+)">(.*?)</table>', page, re.S):
        rows = re.findall(r"<tr>(.*?)</tr>", body, re.S)
        plain = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S) for row in rows]
        found[name] = [[re.sub(r"<[^>]+>", "", cell) for cell in row] for row in plain]
    return found


def drawn(page: str, name: str) -> list[list[int]]:
    """The numbers that the bars of a measure stand for, category by category, in the order of time."""
    section = page.split(f'aria-labelledby="{name}"')[1].split("</section>", maxsplit=1)[0]
    charts = re.findall(r"<figure>(.*?)</figure>", section, re.S)
    bars = [re.search(r'class="bar" d="([^"]*)"', one) for one in charts]
    return [[int(number) for number in re.findall(r"0v(\d+)h", bar[1])] if bar else [] for bar in bars]


async def test_the_bars_say_the_numbers_of_the_table(visit, town, published):
    page = (await visit("karim", "en").get("/monitor")).text
    tables = cells(page)
    for name in ("signals", "cases"):
        head, *rows = tables[name]
        numbers = [
            [int(row[at].removeprefix("at least ")) for row in reversed(rows) if re.search(r"\d", row[at])]
            for at in range(1, len(head))
        ]
        assert numbers == drawn(page, name) and any(numbers), name


async def test_what_is_withheld_is_said_and_never_a_zero(visit, town, published):
    page = (await visit("karim", "en").get("/monitor")).text
    head, *rows = cells(page)["cases"]
    by_period = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    names = [f"{period.from_on:%B %Y}" for period in MONTHS]
    for name in names:
        assert by_period[name]["led"] == "30" and by_period[name]["triaged"] == "withheld"
    assert by_period[f"{shifted(LAST, -1):%B %Y}"]["led"] == "not published"
    assert "0" not in {cell for row in rows for cell in row[1:]}
    assert "Fewer than ten" in page and "Not every month of these is published." in page
    assert CURRENT["cases"].definition[1] in page and "Version 1 of this definition." in page


async def test_a_chart_tells_no_more_than_the_api(town, published):
    found = await read(town)
    for one in found.measures:
        drawing = chart(one, found.from_on, LAST, None, Language.EN)
        totals = {(total.period, total.words): total for total in one.totals}
        for series in drawing.series:
            for period, cell in zip(drawing.periods, series.cells, strict=True):
                total = totals.get((period, series.words))
                assert cell.published == (period in one.periods)
                if cell.number:
                    assert (cell.number, cell.at_least) == (total.number, total.at_least)


async def test_a_file_holds_what_the_api_gives(visit, town, published):
    english = visit("karim", "en")
    answer = await english.get("/monitor/figures.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="monitor-zuid-[\d-]+\.csv"', answer.headers["content-disposition"]
    )
    found = await read(town)
    assert answer.content.decode("utf-8-sig") == as_csv(found)
    one = (await english.get("/monitor/figures.csv?measure=cases")).content.decode("utf-8-sig")
    assert {row["measure"] for row in csv.DictReader(io.StringIO(one))} == {"cases"}
    assert (await english.get("/monitor/figures.csv?measure=nothing")).status_code == 404


async def test_the_page_follows_what_was_chosen(visit, town, published):
    karim = visit("karim", "en")
    month = f"{MONTHS[0].from_on:%Y-%m}"
    page = (await karim.get(f"/monitor?from={month}&to={month}&neighbourhood={PLACE}")).text
    assert len(cells(page)["cases"]) == 2 and f"Cases per phase, {PLACE}" in page
    assert "alternatives" not in cells(page)
    assert f"/monitor/figures.csv?from={month}&amp;to={month}&amp;neighbourhood={PLACE}" in page
    elsewhere = await karim.get("/monitor?neighbourhood=BU00000000")
    assert elsewhere.status_code == 200 and "BU00000000" not in elsewhere.text.split("<footer>")[0]
    turned = await karim.get(f"/monitor?from={month}&to={shifted(MONTHS[0].from_on, -1):%Y-%m}")
    assert turned.status_code == 422 and "Turn them round." in turned.text
    running = await karim.get(f"/monitor?to={date.today():%Y-%m}")
    assert running.status_code == 422 and "not over yet" in running.text


async def test_an_area_that_is_not_there_and_one_that_is_not_to_be_read_are_alike(visit, town):
    karim = visit("karim")
    unknown = await karim.get(f"/monitor?area={global_id('Area', town.teams['klimop'])}")
    broken = await karim.get("/monitor?area=nothing")
    assert unknown.status_code == broken.status_code == 404 and unknown.text == broken.text


@pytest.mark.parametrize(
    ("name", "follows"),
    [("karim", True), ("ibrahim", True), ("jasmijn", True), ("lotte", False), ("bram", False), ("amina", False),
     ("mo", False), ("chaima", False)],
)  # fmt: skip
async def test_who_may_choose_the_purpose_follows_figures_and_nobody_else(visit, town, name, follows):
    other = visit(name)
    page, file = await other.get("/monitor"), await other.get("/monitor/figures.csv")
    assert (page.status_code, file.status_code) == ((200, 200) if follows else (404, 404))
    assert ('href="/monitor"' in (await other.get("/rules")).text) == follows
    if name == "karim":
        assert (await other.get("/")).headers["location"] == "/monitor"
