"""Somebody is away for a time: a deputy of the own team is there for whatever waits, and sits in their seat."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from casecoord.access.doing import ActFacts
from casecoord.actions.office import Hand, verb
from casecoord.domain.errors import Problem
from casecoord.domain.words import Role
from casecoord.storage import absence, leaving
from casecoord.storage.households import lock_household
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.tables import Membership
from casecoord.storage.telling import tell_passed_on


@dataclass(frozen=True, slots=True)
class SetDeputy:
    """`deputy` stands in for `membership` from a moment (None: now) until another; both memberships of one team."""

    idempotency_key: str
    membership: UUID
    deputy: UUID
    until: datetime
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeputySet:
    id: UUID
    membership: UUID
    deputy: UUID
    name: str
    since: datetime
    until: datetime


@verb(DeputySet, act="C")
async def set_deputy(hand: Hand, input: SetDeputy) -> DeputySet:
    """Names who is there while somebody is away. It begins and ends by its dates; a lead stays the lead."""
    work = hand.work
    absent = await leaving.membership(work, input.membership)
    own_team = absent is not None and absent.team_id == hand.actor.team_id
    facts = ActFacts(membership_valid=True, own_team_deputy=own_team)
    decision = hand.may("set_deputy", facts)
    if absent is None or not decision.allowed:
        own = hand.actor.role in (Role.ADMINISTRATOR, Role.COORDINATOR)
        raise Problem("not_found", "membership") if own else hand.not_allowed(decision, "set_deputy")
    locked: set[UUID] = set()
    while wanted := await leaving.households_of(work, [absent.id], hand.now) - locked:
        for household in sorted(wanted):
            await lock_household(work, household)
            hand.allowed(household, decision.rule)
        locked |= wanted
    rows = {row.id: row for row in await leaving.lock_memberships(work, [absent.id, input.deputy])}
    since = max(input.since or hand.now, hand.now)
    if input.until <= since:
        raise Problem("period_invalid", "until")
    deputy = rows.get(input.deputy)
    if deputy is None or not _fit(rows[absent.id], deputy, since, input.until):
        raise Problem("deputy_unfit", "deputy")
    match await absence.clash(work, absent.id, deputy.id, since, input.until):
        case "absence":
            raise Problem("absence_exists", "membership")
        case "deputy":
            raise Problem("deputy_absent", "deputy")
    identity = await absence.stand_in(work, absent, deputy, since, input.until)
    for household in sorted(locked):
        await settle(work, household)
        await tell_passed_on(work, household)
    await settle_area(work)
    name = (await leaving.heirs(work, [deputy.id], since))[deputy.id].name
    return DeputySet(identity, absent.id, deputy.id, name, since, input.until)


def _fit(absent: Membership, deputy: Membership, since: datetime, until: datetime) -> bool:
    """Both work in one team all the while, and the deputy is another."""
    there = all(
        (row.during.lower is None or row.during.lower <= since)
        and (row.during.upper is None or row.during.upper >= until)
        for row in (absent, deputy)
    )
    other = deputy.professional_id != absent.professional_id
    works = deputy.role in (Role.MEMBER, Role.COORDINATOR) or deputy.role == absent.role
    return there and other and works and deputy.team_id == absent.team_id
