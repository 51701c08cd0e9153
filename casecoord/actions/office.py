"""Where every verb is done and every view is had: one transaction, one decision, one record.

`act` answers the same key with the same answer, retries what the database asks to retry, and turns a
broken named constraint into the problem it means. `look` lets nothing leave before its record is durable.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, is_dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from casecoord.access.decide import Policy
from casecoord.domain.actors import Actor, Caller
from casecoord.domain.errors import Problem
from casecoord.domain.facets import PUBLIC_TASK
from casecoord.storage import access_log, keys
from casecoord.storage.faults import (
    DatabaseFault,
    broken_constraint,
    gave_up_waiting,
    may_be_retried,
    unwritable_text,
)
from casecoord.storage.work import Database, Work

ATTEMPTS = 3
LONGEST_KEY = 200

#: What two transactions can only find out at their commit, as the person who was second is told it.
CONSTRAINTS = {
    "plan_actions_inside_membership": "professional_not_active",
    "proposals_inside_membership": "professional_not_active",
    "coordinator_seats_inside_membership": "professional_not_active",
    "duty_shifts_inside_membership": "professional_not_active",
    "deputies_inside_membership": "deputy_unfit",
    "deputies_present": "deputy_absent",
    "deputies_one_at_a_time": "absence_exists",
    "memberships_successor_works": "successor_not_active",
    "signals_inside_team": "try_again",
    "participants_inside_team": "try_again",
    "invitations_inside_team": "try_again",
    "transfers_inside_team": "try_again",
    "team_covers_inside_team": "try_again",
    "memberships_inside_team": "try_again",
    "memberships_once": "member_already",
    "logins_pkey": "login_taken",
    "duty_shifts_one_at_a_time": "try_again",
    "cases_one_open": "case_open",
    "leads_one_at_a_time": "lead_exists",
    "proposals_one_pending": "proposal_pending",
    "invitations_one_pending": "team_in_case",
    "participants_once": "team_in_case",
    "blockades_one_on_an_action": "blockade_raised",
    "hearings_one_on_a_day": "hearing_planned",
    "leads_inside_membership": "professional_not_active",
    "holders_inside_membership": "professional_not_active",
    "promises_inside_membership": "professional_not_active",
    "move_offers_one_pending": "offer_pending",
    # The register placed somebody here while a family was accepted: the next try finds them.
    "persons_area_id_bsn_index_key": "try_again",
    # Two merges at once brought the same two families together: the next try finds them asked about.
    "merge_proposals_one_pending": "try_again",
}


#: Somebody or some team left a moment ago: done again, the same act finds whoever came after them.
OVERTAKEN = {
    name
    for name in CONSTRAINTS
    if name.endswith(("_inside_membership", "_inside_team")) and name != "deputies_inside_membership"
} - {"leads_inside_membership"}


class Keyed(Protocol):
    """An input of a verb."""

    @property
    def idempotency_key(self) -> str: ...


InputT = TypeVar("InputT", bound=Keyed)
QueryT = TypeVar("QueryT")
AnswerT = TypeVar("AnswerT")


@dataclass(slots=True)
class Done:
    """What the access record of an act will say: on which households, by which rules, what was told."""

    households: list[UUID] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hand:
    """What a verb works with: the transaction, the policy in force, and what it did so far."""

    work: Work
    policy: Policy
    done: Done = field(default_factory=Done)

    @property
    def actor(self) -> Actor:
        return self.work.actor

    @property
    def now(self) -> datetime:
        return self.work.now

    def allowed(self, household: UUID, rule: str) -> None:
        """Remembers for the access record that this rule allowed something on this household."""
        self.done.households.append(household)
        self.done.rules.append(rule)

    def told(self, *facets: str) -> None:
        """Remembers that the answer tells these facets, by the rules that allowed the act."""
        self.done.told.update(dict.fromkeys(facets, " ".join(self.done.rules)))


@dataclass(frozen=True, slots=True)
class Verb(Generic[InputT, AnswerT]):
    """A verb with its class (C creates, U changes) and the type of its answer, kept for its key."""

    name: str
    act: str
    do: Callable[[Hand, InputT], Awaitable[AnswerT]]
    answer: TypeAdapter[AnswerT]


def verb(
    answer: type[AnswerT], act: str = "U"
) -> Callable[[Callable[[Hand, InputT], Awaitable[AnswerT]]], Verb[InputT, AnswerT]]:
    """Marks an async function as a verb; its answer must be a dataclass of ids and words."""

    def mark(function: Callable[[Hand, InputT], Awaitable[AnswerT]]) -> Verb[InputT, AnswerT]:
        return Verb(function.__name__, act, function, TypeAdapter(answer))

    return mark


@dataclass(frozen=True, slots=True)
class Office:
    """The database and the policy: all that verbs and views need."""

    database: Database
    policy: Policy

    async def act(self, caller: Caller, verb: Verb[InputT, AnswerT], input: InputT) -> AnswerT:
        """Does a verb once per idempotency key. Raises Problem or UnknownLogin."""
        key = input.idempotency_key
        if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
            raise Problem("key_missing", "idempotencyKey")
        for attempt in range(ATTEMPTS):
            try:
                return await self._act_once(caller, verb, input)
            except DatabaseFault as fault:
                if may_be_retried(fault):
                    continue
                if gave_up_waiting(fault):
                    break
                if unwritable_text(fault):
                    raise Problem("text_control") from None
                name = broken_constraint(fault)
                if name not in CONSTRAINTS:
                    raise
                if name in OVERTAKEN and attempt + 1 < ATTEMPTS:
                    continue
                raise Problem(CONSTRAINTS[name]) from None
        raise Problem("try_again")

    async def _act_once(self, caller: Caller, verb: Verb[InputT, AnswerT], input: InputT) -> AnswerT:
        async with self.database.enter(caller) as work:
            request = _digest(self.database.keyring.match, verb.name, input)
            stored = await keys.claim(work, input.idempotency_key, request)
            if stored is not None:
                return verb.answer.validate_python(stored)
            hand = Hand(work, self.policy)
            answer = await verb.do(hand, input)
            await keys.keep(work, input.idempotency_key, verb.answer.dump_python(answer, mode="json"))
            await access_log.write(work, _entries(hand, verb))
            return answer

    async def look(
        self, caller: Caller, view: Callable[[Hand, QueryT], Awaitable[AnswerT]], query: QueryT
    ) -> AnswerT:
        """Has a view; what it recorded is committed before this returns."""
        async with self.database.enter(caller) as work:
            return await view(Hand(work, self.policy), query)


def _entries(hand: Hand, verb: Verb[Any, Any]) -> list[access_log.Entry]:
    """The access records of an act. An answer that is given again tells nothing that this one did not."""
    return [
        access_log.Entry(
            verb=verb.name,
            household=household,
            act=verb.act,
            facets=hand.done.told,
            policy=hand.policy.digest,
            ground=PUBLIC_TASK,
            rules=tuple(dict.fromkeys(hand.done.rules)),
        )
        for household in dict.fromkeys(hand.done.households) or [None]
    ]


def _digest(secret: bytes, name: str, input: object) -> bytes:
    # Keyed: an input may hold a BSN, which a plain hash would give away. In ASCII: it may hold anything.
    assert is_dataclass(input) and not isinstance(input, type)
    body = json.dumps([name, asdict(input)], default=str, sort_keys=True)
    return hmac.new(secret, body.encode(), hashlib.sha256).digest()
