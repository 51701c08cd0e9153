"""INVARIANT (nothing beyond the tables): every page, form, download and stream of the console, as everybody.

Whatever is shown is held against the tables as at every other door; and what is somebody else's is answered, and
written down, as what is not there at all.
"""

import os
from collections.abc import Callable

import pytest
from jinja2 import ChoiceLoader, DictLoader
from starlette.requests import Request
from starlette.responses import Response

from casecoord.console import reception
from casecoord.console.reception import Reception
from casecoord.domain.errors import Problem
from casecoord.domain.ids import global_id
from casecoord.identity.sessions import Session
from tests.crawl.crawl import Crawl
from tests.crawl.crawling import crawling, judged, watched
from tests.crawl.spider import ALL, FEW, Bounds, Spider
from tests.demo.loaded import Neighbourhood
from tests.notices.conftest import MailServer

#: What is never answered with success here, and why: a route, or what a form is sent to.
WAITS = {
    "GET /login": "leads to the login provider",
    "GET /login/callback": "comes from the login provider",
    "POST /membership": "nobody in the demo works in two seats",
    "POST /code": "takes the code of a letter",
    "POST /teams/{act}": "what is done with a team is done on its own page, and leads back here",
    "GET /letters/{id}": "of a code that was just made, which is taken back",
    "GET /letters/{id}/pdf": "of a code that was just made, which is taken back",
    "GET /blockades/{id}/rule": "follows on a decision that was just taken, which is taken back",
    "POST /blockades/{id}/rule/{act}": "follows on a decision that was just taken, which is taken back",
    "/code": "takes the code of a letter",
    "/privacy/unbind": "asks for the number of somebody with a page of their own, which is on no page",
    "/families/id/merge": "takes the address of another family's page",
    "/families/id/appoint-lead": "of whom there is to appoint, the tables show whoever appoints nobody",
}


async def spun(crawl: Crawl, post: MailServer, bounds: Bounds) -> None:
    """Everything, or what CRAWL_AS and CRAWL_AT leave of it."""
    users, at = os.environ.get("CRAWL_AS"), os.environ.get("CRAWL_AT")
    keys = users.split(",") if users else [key for key in crawl.ground.sights if "/" not in key]
    spider = Spider(crawl, bounds, keys, at or "/")
    async with watched(crawl, post):
        await spider.everything()
    print(
        f"{len(spider.routes)} routes, {len(spider.forms)} forms ({sum(spider.sent.values())} times accepted),"
        f" {spider.compared} times held what is not theirs against what is not there"
    )
    judged(crawl)
    assert users or at or (len(spider.routes) > 40 and spider.compared > 300)
    missing = [] if users or at else list(spider.missing(WAITS))
    assert not missing, "\n".join(missing)


async def test_the_console_shows_nobody_more_than_the_tables_give(
    neighbourhood: Neighbourhood, post: MailServer
) -> None:
    async with crawling(neighbourhood, 0) as crawl:
        await spun(crawl, post, FEW)


@pytest.mark.prove
async def test_no_page_or_form_of_any_household_shows_more(
    neighbourhood: Neighbourhood, post: MailServer
) -> None:
    async with crawling(neighbourhood, None) as crawl:
        await spun(crawl, post, ALL)


async def test_the_spider_sees_what_leaks(
    neighbourhood: Neighbourhood, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page with a value that its reader may not see; and a refusal that tells that there is something."""
    async with crawling(neighbourhood, 0) as crawl:
        sight = crawl.ground.sights["bram"]
        word, canary = next(item for item in crawl.canaries.items() if not sight.may_read(item[1]))
        for environment in reception._ENVIRONMENTS.values():
            leaking = DictLoader({"gaps.html": f"<p>{word}</p><a href='/nowhere'>x</a>"})
            monkeypatch.setattr(environment, "loader", ChoiceLoader([leaking, environment.loader]))
        theirs = {global_id("Household", row["id"]) for row in sight.rows.all["households"]}
        monkeypatch.setattr(Reception, "_problem", telling_of(theirs, Reception._problem))
        await Spider(crawl, FEW, ["bram"], "/gaps").everything()
        await Spider(crawl, FEW, ["bram", "dirk"], "/families/{id}").everything()
    shown = f"bram was shown {canary.table}.{canary.facet} by pages GET /gaps"
    assert shown in crawl.faults
    assert any("what is not theirs otherwise than what is not there" in fault for fault in crawl.faults), (
        crawl.faults
    )


def telling_of(ids: set[str], kindly: Callable[..., Response]) -> Callable[..., Response]:
    """A refusal that is another where the thing is there."""

    def problem(self: Reception, request: Request, session: Session | None, found: Problem) -> Response:
        answer = kindly(self, request, session, found)
        if answer.status_code == 404 and request.path_params.get("id") in ids:
            answer.headers["x-there"] = "yes"
        return answer

    return problem
