"""What waits for a coordinator's word: families to take over, from elsewhere, to make one; refusals; full hands."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from casecoord.actions.arriving import (
    AnswerMove,
    MoveOffersOf,
    OfferedMove,
    accept_move,
    decline_move,
    move_offers,
)
from casecoord.actions.leads import ProposeLead, offer_hand_over
from casecoord.actions.lists import GapsOf, gaps
from casecoord.actions.merge_proposals import (
    Merged,
    MergeProposal,
    MergeProposalsOf,
    MergesOf,
    merge_proposals,
    merges,
)
from casecoord.actions.merging import ConfirmMerge, UndoMerge, confirm_merge, undo_merge
from casecoord.actions.naming import family_names
from casecoord.actions.office import Hand
from casecoord.actions.refusals import RefusalsOf, WaitingRefusal, refusals
from casecoord.actions.refusing import OfRefusal, confirm_refusal
from casecoord.actions.spreading import CaseToMove, SpreadOf, spread
from casecoord.actions.teams import TeamLine, TeamsOf, teams
from casecoord.actions.transfers import (
    AcceptTransfer,
    AwaitedTransfer,
    DeclineTransfer,
    TransfersOf,
    accept_transfer,
    decline_transfer,
    transfers,
)
from casecoord.console.forms import Given, Line, Option, Pick, Thing, act, named
from casecoord.console.paging import onward
from casecoord.console.reception import Reception
from casecoord.console.sheets import Desk, Sheet
from casecoord.console.strip import Strip, strip
from casecoord.console.texts import N_
from casecoord.domain.ids import global_id, key_of
from casecoord.domain.lists import Chosen, OpenGap, Slice
from casecoord.domain.promises import Rule
from casecoord.domain.words import Role
from casecoord.identity.sessions import Session

_MERGES, _LEADERLESS = 10, 25


def _merge(accept: bool) -> Callable[..., ConfirmMerge]:
    def input(idempotency_key: str, proposal: UUID, keep_case: UUID | None = None) -> ConfirmMerge:
        return ConfirmMerge(idempotency_key, proposal, accept, keep_case)

    return input


_WHY = Line("reason", N_("Reason"), needed=True)
_OFFER = Thing("offer", kind="MoveOffer")
_TRANSFER = Thing("transfer", kind="Transfer")
_PROPOSAL = Thing("proposal", kind="MergeProposal")

ACTS = named(
    act("take-over", accept_transfer, AcceptTransfer, _TRANSFER, button=N_("Yes, we take over"), main=True),
    act(
        "say-gone",
        accept_transfer,
        AcceptTransfer,
        _TRANSFER,
        Line("reason", N_("Who took the family over, or why it ends"), needed=True),
        label=N_("Say who took over"),
        button=N_("It ends here"),
        follows=N_("What is still open for this family here ends, with your name and your reason."),
    ),
    act(
        "send-back",
        decline_transfer,
        DeclineTransfer,
        _TRANSFER,
        _WHY,
        label=N_("No, and this is why"),
        button=N_("Decline"),
    ),
    act(
        "name-team",
        decline_transfer,
        DeclineTransfer,
        _TRANSFER,
        Pick("team", N_("Which team should take over?"), needed=True, kind="Team", among="teams"),
        _WHY,
        label=N_("Another team should take over"),
        button=N_("Offer it to this team"),
    ),
    act("welcome", accept_move, AnswerMove, _OFFER, button=N_("Yes, we take over"), main=True),
    act(
        "decline-move",
        decline_move,
        AnswerMove,
        _OFFER,
        _WHY,
        label=N_("No, and this is why"),
        button=N_("Decline"),
    ),
    act(
        "one-family",
        confirm_merge,
        _merge(True),
        _PROPOSAL,
        button=N_("They are one family"),
        follows=N_(
            "Everything of both comes together: people, signals, plan. You cannot undo it yourself; "
            "another coordinator can, as long as it stands in the list below."
        ),
        said=N_("From now on they are one family."),
    ),
    act(
        "one-family-two-leads",
        confirm_merge,
        _merge(True),
        _PROPOSAL,
        Thing("keepCase", kind="Case"),
        button=N_("One family, and this lead goes on"),
        follows=N_(
            "Everything of both comes together: people, signals, plan. You cannot undo it yourself; "
            "another coordinator can, as long as it stands in the list below."
        ),
        said=N_("From now on they are one family."),
    ),
    act(
        "two-families",
        confirm_merge,
        _merge(False),
        _PROPOSAL,
        button=N_("They are two families"),
        said=N_("They stay two families. For the same reasons it is not asked again."),
    ),
    act(
        "undo-merge",
        undo_merge,
        UndoMerge,
        Thing("merge", kind="Merge"),
        button=N_("They are two after all"),
        follows=N_("Each gets back what it had. What came since stays with the family that it is about."),
        said=N_("They are two families again."),
    ),
    act(
        "leave-alone",
        confirm_refusal,
        OfRefusal,
        Thing("refusal", kind="Refusal"),
        button=N_("Agreed: leave the family alone until then"),
    ),
    act(
        "move-case",
        offer_hand_over,
        ProposeLead,
        Thing("case", kind="Case"),
        Thing("professional", kind="Professional"),
        Given("reason"),
        button=N_("Ask"),
        said=N_("Asked. The lead stays who it is until the other says yes."),
    ),
)


@dataclass(frozen=True, slots=True)
class DecisionsOf:
    """`team`: whose cases could be spread; `after`: on with what may be one family."""

    team: UUID | None = None
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Decisions:
    """Everything that waits for one coordinator."""

    strip: Strip
    whole_area: bool
    names: dict[UUID, list[str]]
    refusals: list[WaitingRefusal]
    transfers: list[AwaitedTransfer]
    moves: list[OfferedMove]
    merges: Slice[MergeProposal]
    merged: list[Merged]
    leaderless: Slice[OpenGap]
    teams: list[TeamLine]
    spread: list[CaseToMove]

    @property
    def nothing(self) -> bool:
        return not (
            self.refusals or self.transfers or self.moves or self.merges.items or self.leaderless.items
        )


async def decisions(hand: Hand, query: DecisionsOf) -> Decisions:
    """What waits for this coordinator, in one transaction."""
    whole = hand.actor.role is Role.AREA_COORDINATOR
    refused = await refusals(hand, RefusalsOf())
    leaderless = await gaps(hand, GapsOf(first=_LEADERLESS, chosen=Chosen(rule=Rule.LEAD)))
    merged = await merges(hand, MergesOf())
    spreading = await spread(hand, SpreadOf(query.team)) if query.team else []
    named = [
        *(one.household for one in refused),
        *(one.household for one in leaderless.items),
        *(one.household for one in merged),
        *(one.household for one in spreading),
    ]
    return Decisions(
        strip=await strip(hand),
        whole_area=whole,
        names=await family_names(hand, named),
        refusals=refused,
        transfers=await transfers(hand, TransfersOf()),
        moves=await move_offers(hand, MoveOffersOf()),
        merges=await merge_proposals(hand, MergeProposalsOf(_MERGES, query.after)),
        merged=merged,
        leaderless=leaderless,
        teams=await teams(hand, TeamsOf()) if whole else [],
        spread=spreading,
    )


@dataclass(frozen=True, slots=True)
class Deciding:
    """The page of what waits for a coordinator."""

    at: Reception

    def routes(self) -> list[BaseRoute]:
        return Desk(self.at, "/decisions", ACTS, self.show).routes()

    async def show(self, request: Request, session: Session, sheet: Sheet) -> Response:
        asked = request.query_params
        team = key_of("Team", asked["team"], "team") if asked.get("team") else None
        query = DecisionsOf(team, asked.get("after") or None)
        found = await self.at.look(request, session, decisions, query)
        following = onward(found.merges, "/decisions")
        return self.at.page(
            request,
            "decisions.html",
            session=session,
            strip=found.strip,
            found=found,
            team=team,
            first="/decisions#merges" if query.after else "",
            following=f"{following}#merges" if following else None,
            sheet=sheet.offering(
                teams=[Option(global_id("Team", one.id), one.name) for one in found.teams],
            ),
        )
