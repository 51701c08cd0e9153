"""A provider with offers, and places held, confirmed and begun."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.offers import AddOffer, OfferTerms, add_offer
from casecoord.actions.placements import HoldAlternative, OfPlacement, confirm_alternative, hold_alternative
from casecoord.domain.alternatives import OfferKind
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
