"""INVARIANT (nothing beyond the tables): the whole demo is crawled at every door as everybody who can come in.

Every sealed value is made unique before. Whatever an answer holds of it, and every count, order and next deadline,
is held against the signed tables, read and worked out from the rows by code that shares nothing with the product.
Here what can be said in every document, and the exports; view by view in `test_views_crawled`. Every two values of
a document's variables meet in `make prove`; of what changes something `make test` takes half of those, and everybody's meant asking whole.
"""

import pytest

from tests.crawl.canaries import sealed_columns
from tests.crawl.crawling import OTHERS, crawl_all, crawling, judged
from tests.crawl.doors import DOORS, WITH_ANYTHING
from tests.demo.loaded import Neighbourhood
from tests.notices.conftest import MailServer

#: Sealed for a family between two areas, under a key of its own; no canary is put into what is on its way.
ON_THE_WAY = {(table, facet) for table in ("arrivals", "move_offers") for facet in ("content", "answer")}


async def test_whatever_is_said_shows_nobody_more_than_the_tables_give(
    neighbourhood: Neighbourhood, post: MailServer
) -> None:
    async with crawling(neighbourhood, OTHERS) as crawl:
        await crawl_all(crawl, post, WITH_ANYTHING)
        judged(crawl)
        assert crawl.changed > 50 and crawl.exported > 20 and post.mails
        assert len(crawl.met) > 500


@pytest.mark.prove
async def test_nobody_is_shown_more_of_any_household(neighbourhood: Neighbourhood, post: MailServer) -> None:
    async with crawling(neighbourhood, None) as crawl:
        await crawl_all(crawl, post, DOORS)
        judged(crawl)


async def test_every_sealed_column_has_its_canaries(neighbourhood: Neighbourhood) -> None:
    async with crawling(neighbourhood, 0) as crawl:
        planted = {(one.table, one.facet) for one in crawl.canaries.values()}
        empty = await sealed_columns(crawl.admin) - planted - ON_THE_WAY
        for table, facet in empty:
            assert not await crawl.admin.fetchval(f"select count({facet}_sealed) from {table}"), (
                table,
                facet,
            )
