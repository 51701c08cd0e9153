"""Why may I see this, or not? The decision on one facet of one household, in words."""

from dataclasses import asdict, dataclass
from uuid import UUID

from casecoord.access.explain import explain
from casecoord.actions.looking import Look, facts_of, viewers
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Shown
from casecoord.domain.words import Sphere
from casecoord.storage.cases import relation
from casecoord.storage.households import has_secret_address


@dataclass(frozen=True, slots=True)
class ExplainOf:
    """`sphere` is that of the thing asked about, for a facet that belongs to things."""

    household: UUID
    facet: str
    sphere: Sphere = Sphere.GENERAL


@dataclass(frozen=True, slots=True)
class Explained:
    """All of a decision in words. Of what is withheld as if absent it says nothing more than that."""

    facet: str
    shown: Shown
    words: str
    rules: list[str]
    reasons: list[str]
    ground: str
    ask: str


async def explain_facet(hand: Hand, query: ExplainOf) -> Explained:
    """By which rule, on which ground, and whom to ask?"""
    if query.facet not in FACETS:
        raise Problem("not_found", "facet")
    found = await relation(hand.work, query.household)
    look = Look(
        hand,
        query.household,
        viewers(
            hand,
            takes_part=found.participates or found.accountable,
            is_lead=found.is_lead,
            signalled=found.signalled,
            escalated=found.escalated,
        ),
        facts_of(asdict(found)),
    )
    secret = await has_secret_address(hand.work, query.household)
    if secret is None or look.decide("case.status").shown is Shown.NONE:
        raise Problem("not_found", "household")
    decision = look.decide(query.facet, query.sphere, address_secret=secret)
    await look.remember("explain")
    why = explain(hand.policy, decision, hand.actor.language)
    if decision.shown is Shown.NONE:
        # Absent and withheld are one answer: a rule that names its reason would tell them apart.
        return Explained(query.facet, Shown.NONE, why.shown, [], [], "", "")
    return Explained(
        facet=query.facet,
        shown=decision.shown,
        words=why.shown,
        rules=[f"{rule}: {sentence}" for rule, sentence in why.rules],
        reasons=list(why.reason),
        ground=why.ground,
        ask=why.ask,
    )
