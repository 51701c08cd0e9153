"""Mail arrives: whatever dies meanwhile, at least once, and each under one name."""

import asyncio
import signal as signals
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from casecoord.access.decide import Policy
from casecoord.actions.clocks import sweep_areas
from casecoord.actions.delivering import Postman
from casecoord.actions.leads import AnswerProposal, decline_lead
from casecoord.actions.notices import InboxOf, MarkRead, inbox, mark_read
from casecoord.commands.deliver import _rounds
from casecoord.domain.notices import MOST_TRIES, NoticeKind, digest_day, last_digest, next_try
from casecoord.domain.words import LifeDomain, Urgency, VeiligThuis
from casecoord.domain.workdays import AMSTERDAM
from casecoord.mail import MailAway, Mailer
from casecoord.storage import letters
from casecoord.storage.wakeup import woken
from casecoord.storage.work import Database
from tests.actions.steps import open_case, propose, signal, sql
from tests.notices.conftest import LINK, SENDER, MailServer, address
from tests.notices.killable import STEPS
from tests.world import KEYRING, MONDAY, Someone, Town, build_town

CHECKOUT = Path(__file__).parents[2]
TUESDAY_AT_SEVEN = datetime(2026, 11, 3, 6, 0, tzinfo=UTC)


async def acute(town: Town, about: Someone) -> UUID:
    return (await signal(town, "amina", about, urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.YES)).signal


async def noors(town: Town) -> Someone:
    return (await town.janssens())["noor"]


@asynccontextmanager
async def another_sender(town: Town, url: str, post: MailServer, policy: Policy) -> AsyncIterator[Postman]:
    database = Database(url, KEYRING, clock=town.clock, pool_size=2)
    yield Postman(database, policy, Mailer(post.url, SENDER, encrypt=False), LINK)
    await database.close()


async def killed_at(step: str, town: Town, url: str, post: MailServer) -> int:
    """How a sender in a process of its own ended."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.notices.killable", url, post.url, SENDER, town.clock.now.isoformat(), step,
        cwd=CHECKOUT,
    )  # fmt: skip
    return await process.wait()


async def test_urgent_mail_goes_at_once_to_whoever_is_on_duty(
    town: Town, post: MailServer, postman: Postman
) -> None:
    await acute(town, await noors(town))
    assert await postman.round() == {"sent": 2}
    (mail,) = post.to("dirk")
    assert (mail["Subject"], mail["From"], mail["Auto-Submitted"]) == (
        "casecoord: urgent",
        SENDER,
        "auto-generated",
    )
    assert mail.get_content().splitlines()[:3] == ["Something urgent waits for you.", "", LINK]
    (mail,) = post.to("bram")
    assert mail["Subject"] == "casecoord: dringend"
    assert await postman.round() == {}


async def test_the_rest_comes_in_one_digest_at_seven(town: Town, post: MailServer, postman: Postman) -> None:
    family = await town.janssens()
    for _ in range(3):
        await signal(town, "amina", family["noor"])
    assert await postman.round() == {}
    town.clock.now = TUESDAY_AT_SEVEN - timedelta(microseconds=1)
    assert await postman.round() == {}
    town.clock.now = TUESDAY_AT_SEVEN
    assert await postman.round() == {"sent": 1}
    (mail,) = post.to("bram")
    assert mail["Subject"] == "casecoord: 3 nieuw"
    await signal(town, "amina", family["noor"])
    town.clock.forward(hours=12)
    assert await postman.round() == {}
    town.clock.forward(hours=12)
    await postman.round()
    assert [mail["Subject"] for mail in post.to("bram")] == ["casecoord: 3 nieuw", "casecoord: 1 nieuw"]


async def test_what_was_read_needs_no_mail(town: Town, post: MailServer, postman: Postman) -> None:
    await signal(town, "amina", await noors(town))
    (told,) = (await town.office.look(town.caller("bram"), inbox, InboxOf())).notices.items
    await town.act("bram", mark_read, MarkRead(town.key(), (told.id,)))
    town.clock.now = TUESDAY_AT_SEVEN
    assert await postman.round() == {} and post.mails == []


async def test_somebody_without_an_address_gets_none_and_keeps_the_inbox(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    async with sql(database_url) as database:
        await database.execute("update professionals set email = null")
    await acute(town, await noors(town))
    assert await postman.round() == {} and post.mails == []
    assert len((await town.office.look(town.caller("dirk"), inbox, InboxOf())).notices.items) == 1


async def test_somebody_who_left_before_the_mail_went_out_gets_none(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    await signal(town, "amina", await noors(town))
    town.clock.now = TUESDAY_AT_SEVEN
    await postman.gather(town.area)
    async with sql(database_url, session_replication_role="replica") as database:
        await database.execute(
            "update memberships set during = tstzrange(lower(during), $2) where id = $1",
            town.members["bram"].membership, town.clock.now,
        )  # fmt: skip
    assert await postman.round() == {"moot": 1} and post.mails == []


async def test_nobody_gets_mail_about_what_they_may_not_see(
    town: Town, post: MailServer, postman: Postman
) -> None:
    """A gap about somebody's health climbs to the area's coordinator, who may not know of it."""
    await signal(town, "fleur", (await town.janssens())["els"], domain=LifeDomain.MENTAL_HEALTH)
    town.clock.forward(weeks=3)
    async with town.database.within(town.area) as work:
        await letters.gather(work)
    async for _ in sweep_areas(town.database):
        pass
    town.clock.forward(days=1)
    await postman.round()
    assert post.to("ibrahim") == [] and post.to("jasmijn") == []
    assert len(post.to("gijs")) == 1


@pytest.mark.parametrize("step", STEPS)
async def test_a_sender_killed_at_any_step_loses_no_mail_and_doubles_none_for_its_reader(
    town: Town, database_url: str, post: MailServer, postman: Postman, step: str
) -> None:
    await acute(town, await noors(town))
    assert await killed_at(step, town, database_url, post) == -signals.SIGKILL
    await postman.round()
    assert [len(post.to(name)) for name in ("bram", "dirk")] == [1, 1]
    handed_over = len(post.mails)
    assert handed_over == (3 if step in ("mail handed over", "mail noted, not committed") else 2)
    assert await postman.round() == {} and len(post.mails) == handed_over


async def test_senders_killed_one_after_the_other_deliver_everything_in_the_end(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    noor = await noors(town)
    for _ in range(12):
        await acute(town, noor)
    while not {"sent"} & set(await _outcomes(database_url)) or len(post.mails) < 12:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.notices.killable",
            database_url, post.url, SENDER, town.clock.now.isoformat(), "", cwd=CHECKOUT,
        )  # fmt: skip
        before = len(post.mails)
        while len(post.mails) < before + 4:
            post.arrived.clear()
            await asyncio.wait_for(post.arrived.wait(), 60)
        process.kill()
        await process.wait()
    await postman.round()
    assert [len(post.to(name)) for name in ("bram", "dirk")] == [12, 12]
    assert set(await _outcomes(database_url)) == {"sent"}


async def _outcomes(database_url: str) -> list[str]:
    async with sql(database_url) as database:
        return [row[0] for row in await database.fetch("select outcome from letters")]


async def test_two_senders_at_once_send_each_mail_once(
    town: Town, database_url: str, post: MailServer, postman: Postman, policy: Policy
) -> None:
    noor = await noors(town)
    for _ in range(10):
        await acute(town, noor)
    async with another_sender(town, database_url, post, policy) as other:
        first, second = await asyncio.gather(postman.round(), other.round())
    assert first + second == {"sent": 20}
    assert len(post.mails) == len({mail["Message-ID"] for mail in post.mails}) == 20


async def test_two_senders_make_one_digest(
    town: Town, database_url: str, post: MailServer, postman: Postman, policy: Policy
) -> None:
    await signal(town, "amina", await noors(town))
    town.clock.now = TUESDAY_AT_SEVEN
    async with another_sender(town, database_url, post, policy) as other:
        await asyncio.gather(*(one.round() for one in (postman, other) for _ in range(1)))
    await postman.round()
    assert len(post.mails) == 1


async def test_with_the_mail_server_down_work_goes_on_and_all_arrives_later(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    await post.stop()
    noor = await noors(town)
    for _ in range(10):
        await acute(town, noor)
        with pytest.raises(MailAway):
            await postman.round()
        town.clock.forward(hours=20)
    async with sql(database_url) as database:
        assert tuple(await database.fetchrow("select count(*), sum(tries) from letters")) == (20, 0)
    await post.start()
    assert await postman.round() == {"sent": 20}
    assert [len(post.to(name)) for name in ("bram", "dirk")] == [10, 10]


async def test_a_letter_that_is_refused_is_tried_less_and_less_often_and_holds_up_no_other(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    post.refuse[address("dirk")] = "451 later"
    await acute(town, await noors(town))
    assert await postman.round() == {"sent": 1, "refused": 1}
    due = []
    async with sql(database_url) as database:
        for tries in range(1, MOST_TRIES):
            row = await database.fetchrow(
                "select tries, next_attempt_at, last_code from letters where outcome is null"
            )
            assert (row["tries"], row["last_code"]) == (tries, 451)
            due.append(row["next_attempt_at"] - town.clock.now)
            town.clock.now = row["next_attempt_at"] - timedelta(microseconds=1)
            assert await postman.round() == {}
            town.clock.now = row["next_attempt_at"]
            assert await postman.round() == {"refused": 1}
        assert await database.fetchval("select outcome from letters where tries = $1", MOST_TRIES) == "dead"
    assert due == [next_try(MONDAY, tries) - MONDAY for tries in range(1, MOST_TRIES)]
    assert due == sorted(due)
    assert await postman.round() == {} and post.to("dirk") == []


async def test_a_dead_letter_waits_for_the_administrator_until_it_is_tried_again(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    post.refuse[address("dirk")] = "550 no such user"
    await acute(town, await noors(town))
    for _ in range(MOST_TRIES):
        await postman.round()
        town.clock.forward(days=1)

    async def waits(name: str = "mo") -> list[tuple[NoticeKind, bool]]:
        found = await town.office.look(town.caller(name), inbox, InboxOf())
        return [(told.kind, told.waits) for told in found.notices.items]

    assert await waits() == [(NoticeKind.DEAD_LETTER, True)]
    async with town.database.within(town.area) as work:
        standing = await letters.standing(work)
        assert [(one["tries"], one["code"]) for one in standing.dead] == [(MOST_TRIES, 550)]
        await letters.revive(work)
    post.refuse.clear()
    assert await postman.round() == {"sent": 1}
    assert await waits() == [(NoticeKind.DEAD_LETTER, False)]
    assert len(post.to("dirk")) == 1


async def test_a_sender_is_woken_by_what_is_urgent(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    """It would look again in an hour; only the database can tell it sooner."""
    noor, stop = await noors(town), asyncio.Event()
    async with woken(database_url) as event:
        sending = asyncio.create_task(_rounds(postman, event, stop, 3600))
        for number in (1, 2):
            await acute(town, noor)
            while len(post.mails) < 2 * number:
                post.arrived.clear()
                await asyncio.wait_for(post.arrived.wait(), 60)
        stop.set()
        await asyncio.wait_for(sending, 60)


async def test_no_mail_and_no_row_of_the_outbox_holds_a_word_about_a_family(
    town: Town, database_url: str, post: MailServer, postman: Postman
) -> None:
    (bird,) = await town.family(
        ("Kanarie Vogelzang", date(2018, 9, 30)), links={0: [("school", "11VO00"), ("practice", "P1")]}
    )
    added = await signal(
        town, "amina", bird, summary="Vogelzang is schuw.", detail="Kooitje.",
        urgency=Urgency.ACUTE, veilig_thuis=VeiligThuis.NO, veilig_thuis_reason="Kanariepiet zegt nee.",
    )  # fmt: skip
    case = await open_case(town, "bram", added.signal)
    asked = await propose(town, "bram", case.id, "amina")
    await town.act("amina", decline_lead, AnswerProposal(town.key(), asked, "Geen plek voor Vogelzang."))
    town.clock.forward(weeks=10)
    async for _ in sweep_areas(town.database):
        pass
    town.clock.forward(days=1)
    assert (await postman.round())["sent"] > 3
    async with sql(database_url) as database:
        rows = await database.fetch("select o::text from outbox o union all select l::text from letters l")
        known = [str(row[0]) for row in await database.fetch("select id from households")]
    secrets = ("kanarie", "vogelzang", "schuw", "kooitje", "dahlia", bird.bsn, "2018", "3073")
    everything = [mail.as_string() for mail in post.mails] + [row[0] for row in rows]
    assert len(rows) > 5
    assert [word for text in everything for word in secrets if word in text.lower()] == []
    names = [name.title() for name in town.members]
    for mail in post.mails:
        assert [word for word in (*names, *known, str(case.id)) if word in mail.get_content()] == []


async def test_an_areas_notices_are_invisible_to_another(
    town: Town, database_url: str, policy: Policy
) -> None:
    other = await build_town(town.database, town.clock, policy, code="noord")
    await acute(town, await noors(town))
    for name in other.members:
        found = await other.office.look(other.caller(name), inbox, InboxOf())
        assert (found.notices.items, [one for one in found.waiting if one.household]) == ([], [])
    async with sql(database_url, role="casecoord_app") as database, database.transaction():
        await database.execute("select casecoord_within($1, null)", other.area)
        for table in ("outbox", "letters"):
            assert await database.fetchval(f"select count(*) from {table}") == 0


DST_DAYS = [date(2026, 3, 29), date(2026, 10, 25), date(2027, 3, 28), date(2027, 10, 31)]


@pytest.mark.parametrize("day", DST_DAYS, ids=str)
def test_on_the_day_the_clock_changes_there_is_one_digest_at_seven(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=2)
    moments = [midnight + timedelta(minutes=minute) for minute in range(26 * 60)]
    digests = sorted({last_digest(moment) for moment in moments if digest_day(moment) == day})
    (digest,) = digests
    assert (digest.astimezone(AMSTERDAM).date(), digest.astimezone(AMSTERDAM).hour) == (day, 7)
    assert all(last_digest(moment) <= moment for moment in moments)
    before = last_digest(digest - timedelta(microseconds=1))
    assert digest - before in (timedelta(hours=23), timedelta(hours=25))


@pytest.mark.parametrize("day", DST_DAYS[1::2], ids=str)
async def test_a_digest_at_the_end_of_summer_is_sent_once(
    town: Town, post: MailServer, postman: Postman, day: date
) -> None:
    town.clock.now = datetime(day.year, day.month, day.day, 0, 30, tzinfo=UTC)
    await signal(town, "amina", await noors(town))
    for _ in range(24):
        await postman.round()
        town.clock.forward(minutes=30)
    assert len(post.mails) == 1


async def test_mail_that_was_given_up_is_a_gap_until_it_is_tried_again(town: Town, database_url: str) -> None:
    async def running() -> list[str]:
        async with sql(database_url) as database:
            rows = await database.fetch(
                "select rule from promises where rule = 'delivery' and ended_at is null"
            )
        return [row["rule"] for row in rows]

    async with sql(database_url) as database:
        await database.execute(
            "insert into letters (area_id, id, professional_id, made_at, next_attempt_at, tries)"
            " values ($1, gen_random_uuid(), $2, $3, $3, 7)",
            town.area, town.members["amina"].professional, town.clock.now,
        )  # fmt: skip
    async with town.database.within(town.area) as work:
        letter = await letters.claim(work)
        assert letter is not None
        await letters.refused(work, letter, 550)
    assert await running() == ["delivery"]
    waiting = (await town.office.look(town.caller("mo"), inbox, InboxOf())).waiting
    assert [one.name for one in waiting] == ["mail_undelivered"]
    async with town.database.within(town.area) as work:
        await letters.revive(work)
    assert await running() == []
