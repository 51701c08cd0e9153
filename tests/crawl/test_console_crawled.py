"""INVARIANT (nothing beyond the tables): every page, form, download and stream of the console, as everybody.

Whatever is shown is held against the tables as at every other door; and what is somebody else's is answered, and
written down, as what is not there at all.
"""

import os

from tests.crawl.crawl import Crawl
from tests.crawl.crawling import crawling, judged, watched
from tests.crawl.spider import FEW, Bounds, Spider
from tests.demo.loaded import Neighbourhood
from tests.notices.conftest import MailServer

#: What is never answered with success here, and why.
WAITS = {
    "GET /login": "leads to the login provider",
    "GET /login/callback": "comes from the login provider",
    "POST /logout": "ends at the login provider",
    "POST /membership": "nobody in the demo works in two seats",
    "POST /code": "takes the code of a letter",
    "/code": "takes the code of a letter",
}


async def spun(crawl: Crawl, post: MailServer, bounds: Bounds) -> Spider:
    chosen = os.environ.get("CRAWL_AS", "").split(",")
    keys = [key for key in crawl.ground.sights if "/" not in key and (chosen == [""] or key in chosen)]
    spider = Spider(crawl, bounds, keys, os.environ.get("CRAWL_AT", "/"))

    async with watched(crawl, post):
        await spider.everything()
    print(
        f"{len(spider.routes)} routes, {len(spider.forms)} forms ({sum(spider.sent.values())} times accepted),"
        f" {spider.compared} pairs of foreign and unknown alike"
    )
    return spider


async def test_the_console_shows_nobody_more_than_the_tables_give(
    neighbourhood: Neighbourhood, post: MailServer
) -> None:
    """As everybody, a few of each."""
    async with crawling(neighbourhood, 0) as crawl:
        spider = await spun(crawl, post, FEW)
        judged(crawl)
        if "CRAWL_AS" not in os.environ and "CRAWL_AT" not in os.environ:
            missing = list(spider.missing(WAITS))
            assert not missing, "\n".join(missing)
