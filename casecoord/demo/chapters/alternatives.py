"""Alternatives before a judge asks: a place that is held, one that was confirmed in time and begun, and one that lapsed."""

from datetime import timedelta
from uuid import UUID

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.offers import AddOffer, Need, OfferTerms, add_offer
from casecoord.actions.placements import (
    FollowAlternative,
    HoldAlternative,
    OfPlacement,
    ProposeAlternative,
    confirm_alternative,
    follow_alternative,
    hold_alternative,
    propose_alternative,
    start_alternative,
)
from casecoord.actions.preparing import RecordPreparation, record_preparation
from casecoord.demo.stories import PUPIL, family, one, story
from casecoord.demo.teller import Teller
from casecoord.domain.alternatives import FollowStep, NeededOf, OfferKind, PreparationStep
from casecoord.domain.facets import Viewer
from casecoord.domain.promises import Rule
from casecoord.domain.words import LifeDomain
from casecoord.domain.workdays import local_date


async def _offer(t: Teller, kind: OfferKind, name: str, places: int, need: str) -> UUID:
    terms = OfferTerms(
        kind, name, 14, 21, places, t.day(-40), None, (), (), (Need(NeededOf.SOCIAL_TEAM, need),)
    )
    return (await t.does("nadia", add_offer, lambda key: AddOffer(key, terms))).id


async def _hearing(t: Teller, whom: str, held: int) -> UUID:
    who, day = t.person(whom), t.day(held)
    about = ByBsn(who.bsn, who.born)
    return (await t.does("hanna", plan_hearing, lambda key: PlanHearing(key, about, day))).id


@story(
    family(
        "Baptista", "Bloemhof", [one("Lucia", 43)], [one("Dario", 16), one("Mila", 8, PUPIL)], language="pt"
    ),
    "Een plaats voor Dario wordt vastgehouden; zijn zusje zit op school, en de school weet van niets.",
    "A place for Dario is held; his sister is at school, and the school knows of nothing.",
    running=[Rule.HEARING, Rule.HOLD],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL, "amina": Viewer.OUTSIDER},
    facets=["court.hearing", "court.placement"],
)
async def plaats_vastgehouden(t: Teller) -> None:
    t.days_ago(9)
    bikes = await _offer(t, OfferKind.WORK_STUDY, "Fietsen maken", 3, "Kom de eerste ochtend mee.")
    await _offer(t, OfferKind.MENTOR, "Een maatje uit de wijk", 2, "Vertel wie thuis bereikbaar is.")
    t.days_ago(8)
    signal = await t.flag("hanna", "Dario", LifeDomain.JUSTICE, "Moet voorkomen voor een vernieling.")
    hearing = await _hearing(t, "Dario", 12)
    t.days_ago(7)
    await t.hold("dirk", signal, "Samen een plaats zoeken voor de dag zelf.", 10)
    told = PreparationStep.FAMILY_INFORMED
    await t.does("dirk", record_preparation, lambda key: RecordPreparation(key, hearing, told))
    t.days_ago(2)
    until = local_date(t.at + timedelta(days=14))
    await t.does("dirk", hold_alternative, lambda key: HoldAlternative(key, bikes, until, hearing))


@story(
    family("Fernandes", "Bloemhof", [one("Rita", 46)], [one("Ivo", 17)]),
    "Ivo is op tijd begonnen bij de werkplaats: er is een alternatief voor de dag dat het gevraagd wordt.",
    "Ivo began at the workshop in time: there is an alternative before the day on which it is asked for.",
    running=[Rule.HOLD],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL, "bram": Viewer.OUTSIDER},
    facets=["court.hearing", "court.placement"],
)
async def plaats_begonnen(t: Teller) -> None:
    t.days_ago(20)
    wood = await _offer(
        t, OfferKind.APPRENTICESHIP, "Meubels met een meester", 1, "Laat weten wanneer school is."
    )
    signal = await t.flag("hanna", "Ivo", LifeDomain.JUSTICE, "Staat op de lijst voor de wijkrechter.")
    hearing = await _hearing(t, "Ivo", 6)
    t.days_ago(18)
    await t.hold("dirk", signal, "De werkplaats denkt mee.", 20)
    await t.does("dirk", propose_alternative, lambda key: ProposeAlternative(key, wood, hearing))
    t.days_ago(15)
    until = local_date(t.at)
    place = await t.does("dirk", hold_alternative, lambda key: HoldAlternative(key, wood, until, hearing))
    t.days_ago(13)
    await t.does("nadia", confirm_alternative, lambda key: OfPlacement(key, place.id))
    t.days_ago(6)
    await t.does("nadia", start_alternative, lambda key: OfPlacement(key, place.id))
    t.days_ago(2)
    going = FollowStep.GOES_WELL
    await t.does("nadia", follow_alternative, lambda key: FollowAlternative(key, place.id, going))


@story(
    family("Wouters", "Bloemhof", [one("Henk", 50)], [one("Jesse", 16)]),
    "De plaats voor Jesse is verlopen voordat iemand ja zei: het gat staat open.",
    "The place for Jesse expired before anybody said yes: the gap is open.",
    broken=[Rule.HEARING],
    running=[Rule.HOLD],
    looks={"hanna": Viewer.SIGNALLER, "dirk": Viewer.SOCIAL, "chaima": Viewer.SOCIAL},
    facets=["court.hearing", "court.placement"],
)
async def plaats_verlopen(t: Teller) -> None:
    t.days_ago(14)
    boxing = await _offer(t, OfferKind.SPORTS, "Boksen met begeleiding", 2, "Zorg voor sportkleren.")
    signal = await t.flag("hanna", "Jesse", LifeDomain.JUSTICE, "Moet voorkomen voor een vechtpartij.")
    hearing = await _hearing(t, "Jesse", 3)
    t.days_ago(13)
    await t.hold("dirk", signal, "De boksschool belt terug.", 15)
    t.days_ago(10)
    until = local_date(t.at - timedelta(days=3))
    await t.does("dirk", hold_alternative, lambda key: HoldAlternative(key, boxing, until, hearing))
