"""The mandate over a case in time: who leads now and, where that one's end is planned, who leads from then on.

INVARIANT (one lead): one at any moment, by name, without a hole. Whoever leads because another left has not said
yes yet: a hand-over waits for that word (G7), and the lead's row refers to it.
"""

from datetime import datetime
from uuid import UUID, uuid4

from casecoord.domain.errors import Problem
from casecoord.domain.words import CaseState, ProposalKind, ProposalState
from casecoord.storage.case_tables import Lead, Proposal
from casecoord.storage.cases import Desk, between
from casecoord.storage.leaving import coordinator_of
from casecoord.storage.turns import line_after, write_turns

#: Who leads, from when.
Line = list[tuple[UUID, datetime]]


async def take_lead(desk: Desk, proposal: Proposal) -> None:
    """Whoever was asked said yes: from this moment they lead and, once they leave, whoever comes after them."""
    assert desk.case is not None
    if desk.case.state not in (CaseState.LED, CaseState.AFTERCARE):
        desk.case.state = CaseState.LED
    await _cut(desk, desk.now)
    desk.lead, desk.coming = None, []
    line = [(proposal.membership_id, desk.now), *await line_after(desk.work, proposal.membership_id)]
    _lead(desk, line, 0, proposal)
    await _hand_over(desk, line[1:])


async def lead_leaves(desk: Desk, line: Line) -> Proposal | None:
    """From the first moment of this line on, others lead, each by name; the first of them is asked for a yes.

    A hand-over that waits already goes on waiting. None: nobody leads from then on whom one could ask.
    """
    await _cut(desk, line[0][1])
    return await _hand_over(desk, line)


async def left_hand_over(desk: Desk) -> Proposal | None:
    """The pending hand-over of a lead who left or leaves: some lead, now or to come, counts on it."""
    waiting = await desk.pending_proposal()
    leads = [lead for lead in (desk.lead, *desk.coming) if lead is not None]
    return waiting if waiting and any(lead.proposal_id == waiting.id for lead in leads) else None


def ask_instead(desk: Desk, left: Proposal, offered: Proposal) -> None:
    """Whoever leads by name from the end on does so until another, asked in their place, says yes."""
    for lead in (desk.lead, *desk.coming):
        if lead is not None and lead.proposal_id == left.id:
            lead.proposal_id = offered.id


async def ask_next(desk: Desk, declined: Proposal) -> None:
    """Whoever was asked said no: the one who leads by name is asked; who said no themselves, their coordinator."""
    await desk.work.session.flush()
    by_name = [lead for lead in (desk.lead, *desk.coming) if lead and lead.proposal_id == declined.id]
    first, since = by_name[0].membership_id, by_name[0].during.lower or desk.now
    if first == declined.membership_id:
        heir = await coordinator_of(desk.work, first, since)
        if heir == first:
            raise Problem("lead_falls_to_you", "proposal")
        first = heir
    since = max(since, desk.now)
    await _cut(desk, since)
    await _hand_over(desk, [(first, since), *await line_after(desk.work, first)])


async def _cut(desk: Desk, at: datetime) -> None:
    """Nobody leads from this moment on, for now."""
    for lead in [lead for lead in (desk.lead, *desk.coming) if lead is not None]:
        if lead.during.lower is not None and lead.during.lower >= at and lead is not desk.lead:
            desk.coming.remove(lead)
            await desk.work.session.delete(lead)
        elif lead.during.upper is None or lead.during.upper > at:
            lead.during = between(lead.during.lower, max(at, lead.during.lower or at))
    await desk.work.session.flush()


async def _hand_over(desk: Desk, line: Line) -> Proposal | None:
    """These lead from then on, by name; a hand-over waits for the word of the first."""
    if not line:
        return None
    assert desk.case is not None
    proposal = await desk.pending_proposal()
    if proposal is None:
        proposal = Proposal(
            area_id=desk.work.area_id,
            id=uuid4(),
            case_id=desk.case.id,
            kind=ProposalKind.HANDOVER,
            membership_id=line[0][0],
            proposed_by=desk.actor_membership,
            state=ProposalState.PENDING,
            proposed_at=desk.now,
        )
        desk.work.session.add(proposal)
        await desk.work.session.flush()
        await write_turns(desk.work, proposal.id, [(at, who) for who, at in line[1:]])
    for place in range(len(line)):
        _lead(desk, line, place, proposal)
    await desk.work.session.flush()
    return proposal


def _lead(desk: Desk, line: Line, place: int, proposal: Proposal) -> None:
    assert desk.case is not None
    (who, since), until = line[place], line[place + 1][1] if place + 1 < len(line) else None
    lead = Lead(
        area_id=desk.work.area_id,
        id=uuid4(),
        case_id=desk.case.id,
        membership_id=who,
        proposal_id=proposal.id,
        during=between(since, until),
    )
    desk.work.session.add(lead)
    if desk.lead is None:
        desk.lead = lead
    else:
        desk.coming.append(lead)
