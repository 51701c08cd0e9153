"""A provider with offers, and places held, confirmed and begun."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions.alternatives import AlternativesOf, PlacesOf, alternatives, places
from casecoord.actions.hearings import EndHearing, PlanHearing, end_hearing, plan_hearing
from casecoord.actions.offers import (
    AddOffer,
    ChangeOffer,
    OfferTerms,
    WithdrawOffer,
    add_offer,
    change_offer,
    withdraw_offer,
)
from casecoord.actions.placements import (
    EndAlternative,
    FollowAlternative,
    HoldAlternative,
    OfPlacement,
    ProposeAlternative,
    ReleaseAlternative,
    confirm_alternative,
    end_alternative,
    follow_alternative,
    hold_alternative,
    propose_alternative,
    release_alternative,
    start_alternative,
)
from casecoord.actions.preparing import (
    PreparationLoadOf,
    PreparationOf,
    RecordPreparation,
    preparation,
    preparation_load,
    record_preparation,
)
from casecoord.domain.alternatives import FollowStep, OfferKind, PlaceOutcome, PreparationStep, Released
from casecoord.domain.words import Role, TeamKind
from casecoord.storage.organising import Organiser
from tests.actions.steps import by_bsn
from tests.world import ISSUER, Someone, Town

#: A Thursday; ten working days before it ends on 3 December, five on 10 December.
HEARD_ON = date(2026, 12, 17)
UNTIL = date(2026, 12, 14)


async def provider(town: Town, name: str = "nadia", team: str = "De Kade") -> UUID:
    """A provider with its coordinator, and somebody who offers its places."""
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=365))
        made = await organiser.team(TeamKind.PLACE_PROVIDER, team, team)
        for who, role in ((f"{name}s chef", Role.COORDINATOR), (name, Role.PROVIDER)):
            login = (ISSUER, f"{town.area}:{who}")
            town.members[who] = await organiser.member(who.title(), made, role, login=login)
        await organiser.coordinate(made, town.members[f"{name}s chef"].membership)
    town.teams[team] = made
    return made


def terms(**changed: Any) -> OfferTerms:
    values = {
        "kind": OfferKind.WORK_STUDY,
        "name": "Fietsen maken",
        "age_from": 14,
        "age_until": 20,
        "places": 1,
        "starts_on": date(2026, 12, 1),
    }
    return OfferTerms(**{**values, **changed})


async def offer(town: Town, by: str = "nadia", **changed: Any) -> UUID:
    return (await town.act(by, add_offer, AddOffer(town.key(), terms(**changed)))).id


async def heard(town: Town, who: Someone, on: date = HEARD_ON) -> Any:
    return await town.act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(who), on))


async def held(town: Town, offered: UUID, hearing: UUID, by: str = "dirk", until: date = UNTIL) -> Any:
    return await town.act(by, hold_alternative, HoldAlternative(town.key(), offered, until, hearing))


async def confirmed(town: Town, placement: UUID, by: str = "nadia") -> Any:
    return await town.act(by, confirm_alternative, OfPlacement(town.key(), placement))


async def whole_story(town: Town, act: Any, look: Any, who: Someone) -> None:
    """Everything that can be done about a place, once, and everything that can be looked at."""
    await provider(town)
    bikes = (await act("nadia", add_offer, AddOffer(town.key(), terms(places=3)))).id
    await act("nadia", change_offer, ChangeOffer(town.key(), bikes, terms(places=2)))
    hearing = await act("hanna", plan_hearing, PlanHearing(town.key(), by_bsn(who), HEARD_ON))
    told = RecordPreparation(town.key(), hearing.id, PreparationStep.FAMILY_INFORMED)
    await act("hanna", record_preparation, told)
    for view, query in (
        (alternatives, AlternativesOf(hearing.id)),
        (preparation, PreparationOf(hearing.id)),
        (preparation_load, PreparationLoadOf()),
    ):
        await look(town.caller("hanna"), view, query)
    first = ProposeAlternative(town.key(), bikes, hearing.id)
    proposed = await act("hanna", propose_alternative, first)
    release = ReleaseAlternative(town.key(), proposed.id, Released.UNSUITABLE)
    await act("hanna", release_alternative, release)
    place = await act("hanna", hold_alternative, HoldAlternative(town.key(), bikes, UNTIL, hearing.id))
    await look(town.caller("nadia"), places, PlacesOf())
    for verb in (confirm_alternative, start_alternative):
        await act("nadia", verb, OfPlacement(town.key(), place.id))
    await act("nadia", follow_alternative, FollowAlternative(town.key(), place.id, FollowStep.ATTENDS))
    await act("nadia", end_alternative, EndAlternative(town.key(), place.id, PlaceOutcome.CONTINUES))
    await act("nadia", withdraw_offer, WithdrawOffer(town.key(), bikes, "Wij verhuizen."))
    await act("hanna", end_hearing, EndHearing(town.key(), hearing.id, held=False))
