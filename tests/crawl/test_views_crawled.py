"""INVARIANT (exactly the tables): each family's view and history, and each list, line by line as everybody."""

from collections import Counter
from dataclasses import replace

from tests.crawl.crawling import OTHERS, crawl_all, crawling, judged
from tests.crawl.doors import AS_IT_IS, views_and_lists
from tests.crawl.sight import FACET_OF, Sight, by_the_tables
from tests.demo.loaded import Neighbourhood
from tests.notices.conftest import MailServer

#: No document asks how an action or a closed case ended; the others stand in lists of their own.
ASKED_ELSEWHERE = {
    ("plan_actions", "outcome"),
    ("cases", "outcome"),
    ("deferrals", "reason"),
    ("requests", "words"),
    ("request_decisions", "words"),
}


async def test_every_view_and_list_is_exactly_what_the_tables_give(
    neighbourhood: Neighbourhood, post: MailServer
) -> None:
    async with crawling(neighbourhood, OTHERS) as crawl:
        await crawl_all(crawl, post, AS_IT_IS)
        judged(crawl)
        shown = {(crawl.canaries[word].table, crawl.canaries[word].facet) for _, word in crawl.met}
        planted = {(one.table, one.facet) for one in crawl.canaries.values()}
        missing = (set(FACET_OF) & planted) - shown
        assert missing <= ASKED_ELSEWHERE, missing
        assert {"amina", "dirk", "fleur", "hanna", "ibrahim", "johanna"} <= {key for key, _ in crawl.met}
        assert crawl.compared > 7_000 and len(crawl.ground.households) >= len(crawl.ground.told) + OTHERS


async def test_the_crawl_sees_a_leak(neighbourhood: Neighbourhood) -> None:
    """With one cell of the tables made `none`, whatever the product still shows by it is a fault."""
    planted = {
        ("school_care", "signal.summary"): "amina was shown signals.summary by documents JointCase",
        ("coordinator", "person.name"): "ibrahim was shown persons.name by documents JointCase",
        ("social", "case.next_deadline"): "dirk is shown another nextDeadline than the tables give by documents JointCase",
        ("social", "gap"): "chaima is shown another gaps than the tables give by documents JointCase",
        ("coordinator", "signal.existence"): "ibrahim is shown another answer than the tables give by documents Worklist",
        ("court_partner", "court.hearing"): "hanna was shown the id of a Hearing by documents JointCase",
        ("social", "plan.action"): "omar is shown another actions than the tables give by documents JointCase",
        ("school_care", "case.status"): "bram is shown another answer than the tables give by documents Timeline",
    }  # fmt: skip
    async with crawling(neighbourhood, 0) as crawl:
        keys = {fault.split()[0] for fault in planted.values()}
        few = replace(
            crawl.ground, households=crawl.ground.told, sights={k: crawl.ground.sights[k] for k in keys}
        )
        asks = list(views_and_lists(few))
        for (viewer, facet), fault in planted.items():
            key = fault.split()[0]
            blind = Sight(crawl.ground.sights[key].rows, f"demo-{key}", _without(viewer, facet))
            crawl.ground.sights[key], crawl.faults = blind, []
            await crawl.ask_all((who, ask) for who, ask in asks if who == key)
            assert fault in crawl.faults, (fault, Counter(crawl.faults))
            crawl.ground.sights[key] = Sight(blind.rows, f"demo-{key}")
        crawl.faults = []
        word = next(iter(crawl.canaries))
        crawl.left_behind(f'{{"event": "lost {word}"}}', "the log")
        assert len(crawl.faults) == 1


def _without(viewer: str, facet: str):
    """The tables with this cell `none`."""

    def shown(as_viewer: str, by_grant: bool, asked: str, *rest):
        hidden = (as_viewer, asked) == (viewer, facet)
        return "none" if hidden else by_the_tables(as_viewer, by_grant, asked, *rest)

    return shown
