"""The demo made ready for a crawl, every sealed value in it unique, and a crawl through its doors."""

import io
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from itertools import islice

import asyncpg
import structlog

from casecoord.access.decide import Policy
from casecoord.actions.delivering import Postman
from casecoord.app import create_app
from casecoord.demo.teller import Clock
from casecoord.demo.users import USERS
from casecoord.mail import Mailer
from tests.crawl.canaries import plant
from tests.crawl.crawl import Crawl
from tests.crawl.doors import Ask, Door, Ground
from tests.crawl.rows import Rows
from tests.crawl.sight import Sight
from tests.crawl.undone import Undone, all_rows, rows_written
from tests.demo.killable import settings_of
from tests.demo.loaded import NOW, Neighbourhood
from tests.notices.conftest import SENDER, MailServer

#: Households without a story that `make test` crawls besides; `make prove` crawls all.
OTHERS = 200


@contextmanager
def heard() -> Iterator[io.StringIO]:
    """What is logged meanwhile, as it would be written."""
    said, before = io.StringIO(), structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(said),
        cache_logger_on_first_use=False,
    )
    try:
        yield said
    finally:
        structlog.configure(**before)


@asynccontextmanager
async def crawling(neighbourhood: Neighbourhood, others: int | None) -> AsyncIterator[Crawl]:
    """The demo with its canaries: the families something happened to, and so many others (None: all)."""
    async with neighbourhood.copy() as url:
        settings = settings_of(url)
        admin = await asyncpg.connect(url)
        canaries = await plant(admin, settings.keyring())
        await admin.execute("update professionals set email = id || '@post.test'; analyze")
        await grant_exports(admin)
        rows = await Rows.read(admin, NOW)
        rows.born = {one.row: word for word, one in canaries.items() if one.facet == "birth_date"}
        told = households_told_of(rows)
        plain = (row["id"] for row in rows.all["households"] if row["id"] not in set(told))
        sights = {key: Sight(rows, f"demo-{key}") for key in USERS}
        sights["lotte/access"] = Sight(rows, "demo-lotte", purpose="access_request")
        ground = Ground([*told, *islice(plain, others)], told, sights)
        app, undoing = create_app(settings), create_app(settings)
        crawl = Crawl(canaries, ground, app, undoing, admin)
        for one in (app, undoing):
            one.state.office.database.clock = Clock(NOW)
        database = undoing.state.office.database
        undone = Undone(database._sessions, await rows_written(admin), crawl.undone)
        database._sessions, database._looks = undone, undone.looks(database._looks)  # type: ignore[assignment]
        try:
            yield crawl
        finally:
            await app.state.office.database.close()
            await database.close()
            await admin.close()


def households_told_of(rows: Rows) -> list:
    """Those that something happened to."""
    tables = (
        "consents",
        "medical_notes",
        "deferrals",
        "signals",
        "cases",
        "hearings",
        "placements",
        "break_glass_grants",
        "requests",
        "merge_proposals",
    )
    found = {rows.household_of(table, row) for table in tables for row in rows.all[table]}
    return sorted(household for household in found if household)


async def grant_exports(admin: asyncpg.Connection) -> None:
    """Each who looks at the own page, and a few of those who signalled nothing, asked what is recorded and got it."""
    await admin.execute(
        "insert into requests (area_id, id, household_id, person_id, kind, received_at, state, ground, decided_at,"
        " decided_by, second_by) select p.area_id, gen_random_uuid(), p.household_id, p.id, k.kind, $1, 'granted',"
        " 'AVG art. 15', $1, l.id, i.id from persons p cross join (values ('access'), ('portability')) k (kind)"
        " cross join lateral (select id from memberships where area_id = p.area_id and role = 'privacy_officer'"
        "   order by id limit 1) l"
        " cross join lateral (select id from memberships where area_id = p.area_id and role = 'area_coordinator'"
        "   order by id limit 1) i"
        " where p.id in (select person_id from resident_logins) or p.id in (select person_id from medical_notes)"
        "   or p.id in (select distinct on (household_id) person_id from signals where person_id is not null"
        "     order by household_id, id limit 12)",
        NOW,
    )


async def crawl_all(crawl: Crawl, post: MailServer, doors: Sequence[Door]) -> None:
    """These doors."""
    async with watched(crawl, post):
        for door in doors:
            await crawl.ask_all(door(crawl.ground))


@asynccontextmanager
async def watched(crawl: Crawl, post: MailServer) -> AsyncIterator[None]:
    """Judges what was written, sent and measured meanwhile."""
    with heard() as said:
        yield
        postman = Postman(
            crawl.app.state.office.database,
            Policy(),
            Mailer(post.url, SENDER, encrypt=False),
            "https://here.test",
        )
        await postman.round()
    crawl.left_behind(said.getvalue(), "the log")
    for mail in post.mails:
        crawl.left_behind(str(mail), "a mail")
    crawl.left_behind(await all_rows(crawl.admin), "a row")
    await crawl.ask_all((key, Ask("metrics", "/metrics", "GET", "/metrics")) for key in ("mo",))
    documents, households = len(crawl.asked), len(crawl.ground.households)
    print(
        f"{sum(crawl.asked.values())} requests ({crawl.answered} answered, {crawl.changed} that changed something):"
        f" {documents} documents and pages x {len(crawl.ground.sights)} users over {households} households;"
        f" {len(crawl.canaries)} canaries, {len(crawl.met)} shown to somebody who may, {crawl.checked} times;"
        f" {crawl.compared} views and lists compared line by line; {len(post.mails)} mails"
    )


def judged(crawl: Crawl) -> None:
    faults = Counter(crawl.faults)
    assert not faults, "\n".join(f"{times} x {fault}" for fault, times in faults.most_common(40))
