"""Two households that are one: proposed, confirmed by the area's coordinator, undone by another."""

import json
from dataclasses import dataclass
from uuid import UUID, uuid4

from casecoord.actions.cases import require
from casecoord.actions.merge_proposals import look_at_merge
from casecoord.actions.office import Hand, verb
from casecoord.actions.parting import desks_of, gather, hand_over, no_offer_waits, reopen, reroute
from casecoord.domain.duplicates import MergeReason
from casecoord.domain.errors import Problem
from casecoord.domain.notices import NoticeKind
from casecoord.domain.words import ProposalState, Sphere, TransferKind
from casecoord.storage.belongings import (
    Belongings,
    belongings,
    changes,
    reseal,
    write_down,
    written_down,
)
from casecoord.storage.cases import Desk
from casecoord.storage.duplicates import propose
from casecoord.storage.households import save_keys
from casecoord.storage.merge_proposals import decide, kin_of, merge_proposal, stays_apart
from casecoord.storage.merge_tables import Merge, MergeProposal
from casecoord.storage.merging import bring_along, fold, follow, hold_along, plan_at_the_table, state_as_it_is
from casecoord.storage.parting import offer_transfer, waiting_signals
from casecoord.storage.people import professional_of, team_of
from casecoord.storage.telling import tell_members, tell_signals, tell_transfers
from casecoord.storage.undoing import Elsewhere, Undoing

#: What a merge may have to take away again, besides what it changed.
_MADE = ("participants", "relationships", "custody", "person_links", "consent_givers", "transfers")


@dataclass(frozen=True, slots=True)
class ProposeMerge:
    """`other` would come to `household`."""

    idempotency_key: str
    household: UUID
    other: UUID


@dataclass(frozen=True, slots=True)
class MergeProposed:
    proposal: UUID


@dataclass(frozen=True, slots=True)
class ConfirmMerge:
    """`accept` True: the two are one family; False: they are two. `keep_case`: the case that goes on, of two led."""

    idempotency_key: str
    proposal: UUID
    accept: bool
    keep_case: UUID | None = None


@dataclass(frozen=True, slots=True)
class MergeDecided:
    """`household` is where everything of the other is from now on; `merge` is what can be undone."""

    proposal: UUID
    household: UUID
    accepted: bool
    merge: UUID | None = None


@dataclass(frozen=True, slots=True)
class UndoMerge:
    idempotency_key: str
    merge: UUID


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """`household` went on, `returned` is a household of its own again."""

    merge: UUID
    household: UUID
    returned: UUID


@verb(MergeProposed, act="C")
async def propose_merge(hand: Hand, input: ProposeMerge) -> MergeProposed:
    """The coordinator names two households that may be one, or families that move in together."""
    desks = await desks_of(hand, input.household, input.other)
    for household, field in ((input.household, "household"), (input.other, "other")):
        if desks[household] is None or not look_at_merge(hand, household).sees("merge.proposal"):
            raise Problem("not_found", field)
    if input.household == input.other:
        raise Problem("same_household", "other")
    main, beside = desks[input.household], desks[input.other]
    assert main is not None and beside is not None
    rule = require(hand, main, "propose_merge")
    hand.allowed(beside.household_id, rule)
    hand.told("merge.proposal")
    reasons = [MergeReason.NAMED_BY_COORDINATOR]
    proposal = await propose(hand.work, input.other, input.household, reasons, hand.actor.membership_id)
    if proposal is None:
        raise Problem("merge_pending", "other")
    for desk in (beside, main):
        desk.add_event("propose_merge", "merge.proposal", Sphere.GENERAL, rule, proposal=proposal)
        await desk.settle()
    return MergeProposed(proposal)


@verb(MergeDecided)
async def confirm_merge(hand: Hand, input: ConfirmMerge) -> MergeDecided:
    """Makes two households one, with everything that waits in both, or leaves them two."""
    proposal, beside, main = await _both(hand, input.proposal)
    rule = require(hand, main, "confirm_merge")
    hand.allowed(beside.household_id, rule)
    hand.told("merge.proposal")
    if not input.accept:
        decide(proposal, main, accepted=False)
        await stays_apart(beside)
        for desk in (beside, main):
            desk.add_event("decline_merge", "merge.proposal", Sphere.GENERAL, rule, proposal=input.proposal)
            await desk.settle()
        return MergeDecided(input.proposal, beside.household_id, False)
    for desk in (beside, main):
        await no_offer_waits(hand, desk, "proposal")
    keep, gone = _cases(beside, main, input.keep_case)
    decide(proposal, main, accepted=True)
    merge = await _merge(hand, input.proposal, beside, main, keep, gone, rule)
    return MergeDecided(input.proposal, main.household_id, True, merge)


@verb(MergeUndone)
async def undo_merge(hand: Hand, input: UndoMerge) -> MergeUndone:
    """Another coordinator than the one who confirmed it says that the two are two after all."""
    merge = await hand.work.session.get(Merge, (hand.work.area_id, input.merge))
    if merge is None or not look_at_merge(hand, merge.household_id).sees("merge.proposal"):
        raise Problem("not_found", "merge")
    back = merge.merged_id
    desks = await desks_of(hand, merge.household_id, back, ended=frozenset({back}))
    await hand.work.session.refresh(merge)
    if merge.undone_at is not None:
        raise Problem("already_undone", "merge")
    main, beside = desks[merge.household_id], desks[back]
    if main is None or beside is None:
        raise Problem("undo_later_first", "merge")
    another = await professional_of(hand.work, merge.merged_by) != hand.actor.professional_id
    rule = require(hand, main, "undo_merge", second_coordinator=another)
    hand.allowed(back, rule)
    await no_offer_waits(hand, main, "merge")
    hand.told("merge.proposal")
    main, beside = await _undo(hand, merge, main, beside)
    since = {one.id for one in await waiting_signals(beside) if one.received_at >= merge.merged_at}
    passed = await reroute(beside, since)
    for desk in (main, beside):
        await gather(hand, desk)
        desk.add_event("undo_merge", "case.status", Sphere.GENERAL, rule, merge=input.merge)
    await stays_apart(beside)
    for desk in (main, beside):
        await desk.settle()
        await tell_members(
            hand.work,
            desk.household_id,
            NoticeKind.PARTED,
            input.merge,
            [desk.lead.membership_id] if desk.lead else [],
        )
    await tell_signals(hand.work, passed)
    return MergeUndone(input.merge, main.household_id, beside.household_id)


async def _both(hand: Hand, identity: UUID) -> tuple[MergeProposal, Desk, Desk]:
    """The proposal with both households locked, always in the same order."""
    proposal = await merge_proposal(hand.work, identity)
    if proposal is None or not look_at_merge(hand, proposal.household_id).sees("merge.proposal"):
        raise Problem("not_found", "proposal")
    wanted = (proposal.provisional_id, proposal.household_id)
    desks = await desks_of(hand, *wanted)
    again = await merge_proposal(hand.work, identity)
    beside, main = (desks[household] for household in wanted)
    if again is None or again.state != ProposalState.PENDING or beside is None or main is None:
        raise Problem("already_answered", "proposal")
    if (again.provisional_id, again.household_id) != wanted:
        raise Problem("try_again", "proposal")
    return again, beside, main


def _cases(beside: Desk, main: Desk, named: UUID | None) -> tuple[UUID | None, UUID | None]:
    """Of two open cases the one that goes on, and the one that goes on in it.

    The one with a lead goes on. Of two with a lead the coordinator names one; of two without, the older.
    """
    both = [desk for desk in (main, beside) if desk.case is not None]
    cases = {desk.case.id: desk for desk in both if desk.case is not None}
    if named is not None and named not in cases:
        raise Problem("not_found", "keepCase")
    if len(both) < 2:
        return None, None
    led = [desk for desk in both if desk.lead is not None]
    if len(led) == 2 and named is None:
        raise Problem("two_leads", "keepCase")
    if len(led) == 1:
        if named is not None and cases[named] is not led[0]:
            raise Problem("lead_goes_on", "keepCase")
        chosen = led[0]
    elif named is not None:
        chosen = cases[named]
    else:
        chosen = min(both, key=lambda desk: (desk.case.triaged_at, desk.case.id) if desk.case else ())
    (other,) = [desk for desk in both if desk is not chosen]
    assert chosen.case is not None and other.case is not None
    return chosen.case.id, other.case.id


async def _merge(
    hand: Hand, proposal: UUID, beside: Desk, main: Desk, keep: UUID | None, gone: UUID | None, rule: str
) -> UUID:
    work, both = hand.work, (main.household_id, beside.household_id)
    leads = [desk.lead.membership_id for desk in (main, beside) if desk.lead is not None]
    lost = [desk.lead for desk in (main, beside) if desk.lead is not None and desk.lead.case_id == gone]
    came = {signal.id for signal in await waiting_signals(beside)}
    before = await belongings(work, both)
    kin = await kin_of(beside, main)
    if keep is not None and gone is not None:
        await fold(work, keep, gone)
    await bring_along(main, beside, kin)
    await state_as_it_is(work, main.household_id)
    await seal_and_follow(hand, before, main, beside)
    held = await hold_along(work, beside.household_id, main.household_id, None, work.now)
    main = await reopen(hand, main)
    passed = await reroute(main, came)
    if lost and main.lead is not None:
        # Nobody silently loses a lead: the team that stays says that it took over what was the other's.
        teams = [await team_of(work, lead.membership_id) for lead in (*lost, main.lead)]
        await offer_transfer(work, main.household_id, TransferKind.MERGE, Sphere.GENERAL, None, *teams)
    await hand_over(hand, main, TransferKind.MERGE)
    merge = Merge(
        area_id=work.area_id,
        id=uuid4(),
        proposal_id=proposal,
        household_id=main.household_id,
        merged_id=beside.household_id,
        merged_at=work.now,
        merged_by=hand.actor.membership_id,
    )
    work.session.add(merge)
    main.add_event("confirm_merge", "case.status", Sphere.GENERAL, rule, merge=merge.id)
    beside.add_event(
        "confirm_merge", "merge.proposal", Sphere.GENERAL, rule, proposal=proposal, merge=merge.id
    )
    await beside.settle()
    await main.settle()
    after = await belongings(work, both)
    own = ("merge_proposals", json.dumps({"id": str(proposal)}))
    changed = [
        one
        for one in changes(before, after)
        if (one.former is not None or one.table in _MADE) and (one.table, one.key) != own
    ]
    await write_down(work, merge.id, [*changed, *held])
    await tell_members(work, main.household_id, NoticeKind.MERGED, merge.id, leads)
    await tell_signals(work, passed)
    await tell_transfers(work, main.household_id, hand.actor.membership_id)
    return merge.id


async def _undo(hand: Hand, merge: Merge, main: Desk, beside: Desk) -> tuple[Desk, Desk]:
    """Both households as they are after everything went back to where it came from."""
    work = hand.work
    proposal = await merge_proposal(work, merge.proposal_id)
    assert proposal is not None
    # The word of a second coordinator: the two are two. That is not asked again for the same reasons.
    proposal.state, proposal.decided_at, proposal.decided_by = (
        ProposalState.DECLINED,
        main.now,
        main.actor_membership,
    )
    merge.undone_at, merge.undone_by = work.now, hand.actor.membership_id
    undoing = Undoing(work, merge, await written_down(work, merge.id))
    try:
        before = await undoing.undo()
    except Elsewhere:
        raise Problem("undo_later_first", "merge") from None
    await plan_at_the_table(work, main.household_id, beside.household_id)
    await state_as_it_is(work, main.household_id, beside.household_id)
    await seal_and_follow(hand, before, main, beside)
    await hold_along(work, main.household_id, beside.household_id, undoing.since, work.now)
    return await reopen(hand, main), await reopen(hand, beside)


async def seal_and_follow(hand: Hand, before: Belongings, *desks: Desk) -> None:
    """Seals what moved under the keys of where it is now, with what runs for it; the session forgets what it read."""
    work, households = hand.work, [desk.household_id for desk in desks]
    there = await belongings(work, households)
    await reseal(work, {desk.household_id: desk.seal for desk in desks}, before, there)
    for desk in desks:
        await save_keys(work, desk.seal)
    await follow(work, there, *households)
    await work.session.flush()
    work.session.expunge_all()
