"""What stories in these tests are made of: a signal, a case, a lead; and plain SQL beside the application."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.cases import CaseBrief
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.actions.leads import AnswerProposal, ProposeLead, accept_lead, propose_lead
from casecoord.actions.merging import (
    ConfirmMerge,
    MergeDecided,
    MergeUndone,
    ProposeMerge,
    UndoMerge,
    confirm_merge,
    propose_merge,
    undo_merge,
)
from casecoord.actions.participation import AnswerInvitation, InviteTeam, invite_team, join_case
from casecoord.actions.signals import (
    AddSignal,
    ByName,
    Decision,
    SignalAdded,
    TriageSignal,
    add_signal,
    triage_signal,
)
from casecoord.domain.errors import Problem
from casecoord.domain.words import LifeDomain, ProposalState, Role, SignalSubject, Urgency
from casecoord.storage.organising import Organiser
from tests.world import ISSUER, Someone, Town

POSTCODE = "3073 AB"


def by_bsn(who: Someone) -> ByBsn:
    return ByBsn(who.bsn, who.born)


def concern(town: Town, about: Any, **changed: Any) -> AddSignal:
    """A signal with everything in order, save what is changed."""
    if isinstance(about, Someone):
        about = by_bsn(about)
    values = {
        "idempotency_key": town.key(),
        "about": about,
        "subject": SignalSubject.PERSON,
        "domain": LifeDomain.SOCIAL_NETWORK,
        "urgency": Urgency.HIGH,
        "summary": "Zorgen over thuis.",
    }
    return AddSignal(**{**values, **changed})


async def signal(town: Town, author: str, about: Any, **changed: Any) -> SignalAdded:
    return await town.act(author, add_signal, concern(town, about, **changed))


async def unmatched(town: Town, author: str, name: str, born: date, **changed: Any) -> SignalAdded:
    return await signal(town, author, ByName(name, born, POSTCODE), **changed)


async def open_case(town: Town, by: str, signal_id: UUID) -> CaseBrief:
    done = await town.act(by, triage_signal, TriageSignal(town.key(), signal_id, Decision.OPEN_CASE))
    return done.case


async def take_part(town: Town, by: str, case: UUID, team: str, member: str) -> None:
    invited = await town.act(by, invite_team, InviteTeam(town.key(), case, town.teams[team]))
    await town.act(member, join_case, AnswerInvitation(town.key(), invited.id))


def pending(case: CaseBrief) -> UUID:
    return next(p.id for p in case.proposals if p.state is ProposalState.PENDING)


async def propose(town: Town, by: str, case: UUID, who: str) -> UUID:
    asked = ProposeLead(town.key(), case, town.members[who].professional, "kent het gezin")
    return pending(await town.act(by, propose_lead, asked))


async def led_case(town: Town, who: Someone, lead: str = "amina") -> CaseBrief:
    """A case that the school's signal opened, led by somebody of its team."""
    added = await signal(town, "amina", who)
    case = await open_case(town, "bram", added.signal)
    proposal = await propose(town, "bram", case.id, lead)
    return await town.act(lead, accept_lead, AnswerProposal(town.key(), proposal))


@asynccontextmanager
async def refused(code: str, field: str | None = None) -> AsyncIterator[None]:
    """Expects this problem, naming this field."""
    with pytest.raises(Problem) as problem:
        yield
    assert problem.value.code == code
    assert field is None or problem.value.field == field


@asynccontextmanager
async def sql(url: str, **settings: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection beside the application: as the login itself, or in a `role`."""
    connection = await asyncpg.connect(url, server_settings={"timezone": "UTC", **settings})
    try:
        yield connection
    finally:
        await connection.close()


async def waiting_for_locks(beside: asyncpg.Connection, count: int) -> None:
    """Returns once so many others wait for a lock in this database."""
    waiting = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while await beside.fetchval(waiting) < count:
            pass


async def second_coordinator(town: Town, name: str = "nora") -> str:
    """Another coordinator of the area, besides Ibrahim."""
    async with town.database.within(town.area) as work:
        organiser = Organiser(work, town.clock.now - timedelta(days=365))
        town.members[name] = await organiser.member(
            name.title(), town.teams["bureau"], Role.AREA_COORDINATOR, login=(ISSUER, f"{town.area}:{name}")
        )
    return name


async def merge(town: Town, main: UUID, other: UUID, **how: Any) -> MergeDecided:
    """Two households made one on the coordinator's word."""
    asked = await town.act("ibrahim", propose_merge, ProposeMerge(town.key(), main, other))
    return await town.act("ibrahim", confirm_merge, ConfirmMerge(town.key(), asked.proposal, True, **how))


async def undo(town: Town, merged: UUID, by: str = "nora") -> MergeUndone:
    return await town.act(by, undo_merge, UndoMerge(town.key(), merged))


async def whole(town: Town) -> None:
    """The sweep and the recomputation agree, and everything open is held."""
    async for _ in sweep_areas(town.database):
        pass
    found = await recompute_gaps(town.database, "zuid", town.area)
    assert (found.differences, found.without_holder) == ([], 0)
