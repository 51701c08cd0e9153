"""Why may I see this, or not? The decision on one facet of one household, in words."""

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from casecoord.access.attributes import FACTS
from casecoord.access.explain import explain
from casecoord.actions.consents import DETAIL, NOTE
from casecoord.actions.looking import Look, facts_of, viewers, wrote
from casecoord.actions.office import Hand
from casecoord.domain.errors import Problem
from casecoord.domain.facets import FACETS, Shown
from casecoord.domain.words import Sphere
from casecoord.storage.consents import facts_of_detail
from casecoord.storage.households import has_secret_address
from casecoord.storage.notes import facts_of_note
from casecoord.storage.relating import relation


@dataclass(frozen=True, slots=True)
class ExplainOf:
    """`sphere` is that of the thing asked about, for a facet that belongs to things.

    `thing`: the signal whose detail, or the medical note, that is asked about: a consent is to one of them.
    """

    household: UUID
    facet: str
    sphere: Sphere = Sphere.GENERAL
    thing: UUID | None = None


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
    facts, sphere = await _facts(hand, query)
    decision = look.decide(query.facet, sphere, None, (), **{**facts, "address_secret": secret})
    look.remember("explain")
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


async def _facts(hand: Hand, query: ExplainOf) -> tuple[dict[str, bool], Sphere]:
    """What is so of the thing asked about, and its sphere; of one that is not there nothing is."""
    found: dict[str, Any] | None = None
    if query.thing is not None and query.facet == DETAIL:
        found = await facts_of_detail(hand.work, query.household, query.thing)
    elif query.thing is not None and query.facet == NOTE:
        found = await facts_of_note(hand.work, query.household, query.thing)
    if found is None:
        return {}, query.sphere
    facts = {name: bool(so) for name, so in found.items() if name in FACTS}
    facts["wrote_it"] = wrote(hand, str(found["team"]), str(found["author"]))
    return facts, Sphere(found["sphere"]) if query.facet == DETAIL else Sphere.HEALTH
