"""The agenda is made from the data: in its order, within its minutes, and of what the team may see."""

import base64
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from pypdf import PdfReader

from casecoord.actions.agenda import MeetingOf, meeting, meeting_minutes
from casecoord.actions.meetings import close_meeting
from casecoord.actions.plan import AddAction, CompleteAction, add_action, complete_action
from casecoord.actions.recording import Homework
from casecoord.domain.meeting_view import AgendaItem
from casecoord.domain.meetings import AgendaKind, Topic, plan
from casecoord.domain.words import Audience, Language, LifeDomain, RequestKind, Sphere
from casecoord.paper.minutes import pdf_of_minutes
from tests.actions.looks import records
from tests.actions.meeting_steps import (
    ACUTE,
    NEXT,
    agenda,
    child,
    closing,
    decided,
    flagged,
    opened,
    planned,
)
from tests.actions.steps import led_case, signal, sql, take_part
from tests.actions.test_rights import ask
from tests.actions.test_statement_counts import neighbourhood
from tests.statements import statements
from tests.world import MONDAY, Town

DAY = timedelta(days=1)


def kinds(items: list[AgendaItem]) -> list[AgendaKind]:
    return [item.kind for item in items]


async def a_step(town: Town, case: Any, due_on: date) -> Any:
    step = AddAction(town.key(), case.id, LifeDomain.TIME_USE, "Elke dag langs.", due_on)
    return await town.act("amina", add_action, step)


async def a_full_week(town: Town, url: str) -> list[Any]:
    """One family for each reason that there is; in the order of an agenda."""
    late, due, moved, won = [
        (await child(town, name)) for name in ("Anna Laat", "Bo Toe", "Cem Weg", "Dua Goed")
    ]
    cases = [await led_case(town, one) for one in (late, due, moved, won)]
    await a_step(town, cases[0], town.clock.now.date())
    done = await a_step(town, cases[3], town.clock.now.date())
    async with sql(url) as database:
        await database.execute(
            "insert into household_moves (area_id, id, household_id, moved_on, from_neighbourhood, to_neighbourhood)"
            " values ($1, gen_random_uuid(), $2, $3, 'BU05991098', 'BU05991099')",
            town.area, moved.household, town.clock.now.date(),
        )  # fmt: skip
        await database.execute(
            "update cases set reviewed_at = $1 where household_id = $2", town.clock.now, due.household
        )
    await town.act("amina", complete_action, CompleteAction(town.key(), done.id, "Het is gelukt."))
    town.clock.forward(days=2)
    async with sql(url) as database:
        for rule, home in (("G3", None), ("G6", None)):
            await database.execute(
                "update promises set ended_at = $1 where rule = $2 and $3::uuid is null",
                town.clock.now,
                rule,
                home,
            )
        await database.execute(
            "update promises set due_at = $1 where rule = 'G5' and household_id = $2",
            town.clock.now + 3 * DAY, due.household,
        )  # fmt: skip
    new, acute = await flagged(town, "Els Nieuw"), await flagged(town, "Fem Nu", **ACUTE)
    return [acute, new, late.household, due.household, moved.household, won.household]


async def test_an_agenda_is_in_its_order_and_the_one_before_is_the_one_that_opens(
    town: Town, database_url: str
) -> None:
    homes = await a_full_week(town, database_url)
    made = await planned(town)
    before = await agenda(town, "bram", made.id)
    assert kinds(before) == list(AgendaKind)
    assert [item.household for item in before] == homes
    assert [item.minutes for item in before] == [10, 5, 5, 8, 3, 1] and {item.id for item in before} == {None}
    sits = await opened(town)
    after = await agenda(town, "bram", sits)
    assert [(i.household, i.kind, i.minutes) for i in after] == [
        (i.household, i.kind, i.minutes) for i in before
    ]
    assert None not in {item.id for item in after}


async def test_a_family_is_talked_about_again_on_the_date_that_a_table_named(town: Town) -> None:
    one = await child(town)
    case = await led_case(town, one)
    await a_step(town, case, town.clock.now.date())
    town.clock.forward(days=1)
    sits = await opened(town)
    (item,) = await agenda(town, "bram", sits)
    homework = Homework(LifeDomain.TIME_USE, "Bellen.", NEXT)
    await decided(town, item, decision=None, action=homework, next_on=town.clock.now.date() + 4 * DAY)
    await town.act("bram", close_meeting, closing(town, sits))
    made = await planned(town, at=town.clock.now + 3 * DAY)
    early = [one.rule for one in await agenda(town, "bram", made.id)]
    made = await planned(town, at=town.clock.now + 4 * DAY)
    then = await agenda(town, "bram", made.id)
    assert early == ["G4"] and kinds(then) == [AgendaKind.GAP]
    assert item.kind is AgendaKind.GAP


async def test_what_the_team_may_not_see_is_not_on_its_agenda(town: Town) -> None:
    family = await town.janssens()
    for domain, how in (
        (LifeDomain.FINANCE, {}),
        (LifeDomain.MENTAL_HEALTH, {"audience": Audience.SOCIAL_AND_LEAD}),
        (LifeDomain.MENTAL_HEALTH, {"audience": Audience.TEAMS_IN_CASE}),
        (LifeDomain.TIME_USE, {}),
    ):
        await signal(town, "fleur", family["els"], domain=domain, **how)
    await signal(town, "hanna", family["daan"], domain=LifeDomain.TIME_USE)
    seen = {}
    for by in ("bram", "dirk", "gijs", "esra"):
        made = await planned(town, by)
        seen[by] = len(await agenda(town, by, made.id))
    # Each family once: the school sees the general one, the social team justice, the practice health.
    assert seen == {"bram": 1, "dirk": 1, "gijs": 1, "esra": 0}
    made = await planned(town, "bram")
    assert await agenda(town, "ibrahim", made.id) == []


async def test_a_restriction_leaves_the_item_and_closes_what_was_decided(town: Town) -> None:
    one = await child(town)
    case = await led_case(town, one)
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    await a_step(town, case, town.clock.now.date())
    town.clock.forward(days=1)
    sits = await opened(town, "dirk", "fleur", guests=("fleur",))
    (item,) = await agenda(town, "dirk", sits)
    await decided(town, item, "dirk")
    assert (await agenda(town, "fleur", sits))[0].decision == "School belt moeder."
    await ask(town, one, RequestKind.RESTRICTION)
    # The team that wrote it and the area's coordinator read on; a guest learns that there is something.
    read = {
        who: (await agenda(town, who, sits))[0].decision is not None for who in ("dirk", "ibrahim", "fleur")
    }
    assert read == {"dirk": True, "ibrahim": True, "fleur": False}


async def test_an_agenda_takes_as_many_statements_for_forty_families_as_for_one(town: Town) -> None:
    await neighbourhood(town, 1)
    made = await planned(town, minutes=240)
    numbers = []
    for size in (0, 40):
        await neighbourhood(town, size)
        with statements(town.database) as sent:
            view = await town.office.look(town.caller("bram"), meeting, MeetingOf(made.id))
        numbers.append(len(sent))
    assert len(view.agenda) == 41 and numbers[0] == numbers[1] <= 7, numbers


async def test_names_and_words_that_nobody_asked_for_are_not_opened_and_not_in_the_record(
    town: Town, database_url: str
) -> None:
    for name in ("Noor Janssen", "Adem Kaya"):
        await flagged(town, name)
    sits = await opened(town)
    first, second = await agenda(town, "bram", sits)
    await decided(town, first, next_on=None)
    assert first.id and second.id

    async def told() -> int:
        found = await records(database_url, "meeting")
        return sum("person.name" in record["facets"] for record, _ in found)

    for names, words in (((), ()), ((second.id,), ()), ((), (first.id,))):
        before = await told()
        view = await town.office.look(town.caller("bram"), meeting, MeetingOf(sits, names, words))
        assert [len(item.names) for item in view.agenda] == [0, len(names)]
        assert [item.decision is not None for item in view.agenda] == [bool(words), False]
        assert all(item.nameable for item in view.agenda)
        assert await told() - before == len(names)


@pytest.mark.parametrize("language", Language)
async def test_minutes_on_paper_hold_what_the_view_shows_in_both_languages(
    town: Town, language: Language
) -> None:
    await flagged(town)
    sits = await opened(town, "bram", "chaima", guests=("chaima",))
    (item,) = await agenda(town, "bram", sits)
    await decided(town, item, family_present=False, without_family="Moeder is ziek.", next_on=None)
    words = []
    for who in ("bram", "chaima", "ibrahim"):
        view = await town.office.look(town.caller(who), meeting_minutes, MeetingOf(sits))
        pdf = pdf_of_minutes(view, language)
        assert base64.b64encode(pdf)
        reader = PdfReader(BytesIO(pdf))
        words.append(" ".join("".join(page.extract_text() for page in reader.pages).split()))
    title = {Language.NL: "Verslag van het overleg: Klimop", Language.EN: "Minutes of the meeting: Klimop"}
    for text in words:
        assert title[language] in text and "School belt moeder." in text and "Moeder is ziek." in text
    assert ["Noor" in text for text in words] == [True, False, True]


def topic(kind: AgendaKind) -> Topic:
    return Topic(kind, uuid4(), None, None, uuid4(), None, Sphere.GENERAL, None, MONDAY)


@pytest.mark.parametrize("minutes", [10, 11, 30, 60, 240])
@pytest.mark.parametrize("acute", [0, 1, 5, 12])
def test_an_agenda_holds_all_that_is_acute_and_of_the_rest_what_fits(minutes: int, acute: int) -> None:
    rest = [kind for kind in AgendaKind if kind is not AgendaKind.ACUTE for _ in range(30)]
    made = plan([topic(kind) for kind in [AgendaKind.ACUTE] * acute + rest], minutes)
    found = [one.topic.kind for one in made]
    assert found == sorted(found, key=list(AgendaKind).index)
    assert found.count(AgendaKind.ACUTE) == acute and found.count(AgendaKind.QUICK_WIN) == 3
    assert sum(one.minutes for one in made) <= max(minutes, acute + 3) and all(one.minutes for one in made)
