"""Where every verb is done and every view is had: one transaction, one decision, one record.

`act` answers the same key with the same answer, retries what the database asks to retry, and turns a
broken named constraint into the problem it means. `look` lets nothing leave before its record is durable.
"""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from casecoord.access.decide import Permission, Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.explain import explain_permission
from casecoord.access.replay import of_act
from casecoord.access.seats import reach
from casecoord.actions.overtaken import CONSTRAINTS, OVERTAKEN
from casecoord.domain.actors import Actor, Caller, Resident
from casecoord.domain.errors import Problem, Why
from casecoord.domain.facets import PUBLIC_TASK
from casecoord.domain.words import Role
from casecoord.storage import access_log, keys, policy_versions
from casecoord.storage.faults import (
    DatabaseFault,
    broken_constraint,
    gave_up_waiting,
    may_be_retried,
    unwritable_text,
)
from casecoord.storage.log_refusals import households_asked
from casecoord.storage.work import Database, Sight, Visit, Work

ATTEMPTS = 3
LONGEST_KEY = 200

#: Refusals of what was asked, rather than of how: these too are in the access log.
REFUSALS = {
    "not_found",
    "not_allowed",
    "person_not_matched",
    "household_not_found",
    "identity_unchecked",
    "review_overdue",
}


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
    persons: list[UUID] = field(default_factory=list)
    decided: dict[tuple[Doer, str, ActFacts], Permission] = field(default_factory=dict)

    def acts(self) -> list[dict[str, Any]]:
        """What was answered so far, for the access record."""
        return [of_act(*asked, permission) for asked, permission in self.decided.items()]


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

    def may(self, act: str, facts: ActFacts, role: Role | None = None) -> Permission:
        """May this actor do this, now? What is answered is remembered for the access record. `role`: not the own."""
        who = Doer(role or self.actor.role, self.actor.team_kind)
        permission = self.policy.may(who, act, facts)
        self.done.decided[who, act, facts] = permission
        return permission

    def not_allowed(self, permission: Permission, act: str) -> Problem:
        """The refusal of an act that no rule allows: why, on what ground, and whom to ask."""
        words = explain_permission(self.policy, permission, act, self.actor.language)
        ((rule, sentence),) = words.rules
        return Problem("not_allowed", why=Why(f"{rule}: {sentence}", words.reason, words.ground, words.ask))

    def allowed(self, household: UUID, rule: str) -> None:
        """Remembers for the access record that this rule allowed something on this household."""
        self.done.households.append(household)
        self.done.rules.append(rule)

    def about(self, person: UUID | None) -> None:
        """Remembers that it is done about this person, rather than the household as a whole."""
        if person is not None:
            self.done.persons.append(person)

    def told(self, *facets: str) -> None:
        """Remembers that the answer tells these facets, by the rules that allowed the act."""
        self.done.told.update(dict.fromkeys(facets, " ".join(self.done.rules)))


@dataclass(frozen=True, slots=True)
class Guest:
    """What a resident's verb or view works with: the same as a professional's, in the own household."""

    work: Visit
    policy: Policy
    done: Done = field(default_factory=Done)

    @property
    def actor(self) -> Resident:
        return self.work.actor

    @property
    def now(self) -> datetime:
        return self.work.now

    def may(self, act: str, facts: ActFacts) -> Permission:
        """May a resident do this? What is answered is remembered for the access record."""
        who = Doer(self.actor.role)
        permission = self.policy.may(who, act, facts)
        self.done.decided[who, act, facts] = permission
        return permission

    def acts(self) -> list[dict[str, Any]]:
        """What was answered so far, for the access record."""
        return [of_act(*asked, permission) for asked, permission in self.done.decided.items()]

    def allowed(self, rule: str, person: UUID) -> None:
        """Remembers for the access record that this rule allowed something about this person of the own family."""
        self.done.households.append(self.actor.household_id)
        self.done.rules.append(rule)
        self.done.persons.append(person)


@dataclass(frozen=True, slots=True)
class Verb(Generic[InputT, AnswerT]):
    """A verb with its class (C creates, U changes) and the type of its answer, kept for its key.

    `do` takes the hand of whoever does it: a Guest where it is a resident's.
    """

    name: str
    act: str
    do: Callable[[Any, InputT], Awaitable[AnswerT]]
    answer: TypeAdapter[AnswerT]
    by_resident: bool = False


def verb(
    answer: type[AnswerT], act: str = "U"
) -> Callable[[Callable[[Hand, InputT], Awaitable[AnswerT]]], Verb[InputT, AnswerT]]:
    """Marks an async function as a verb; its answer must be a dataclass of ids and words."""

    def mark(function: Callable[[Hand, InputT], Awaitable[AnswerT]]) -> Verb[InputT, AnswerT]:
        return Verb(function.__name__, act, function, TypeAdapter(answer))

    return mark


def resident_verb(
    answer: type[AnswerT], act: str = "U"
) -> Callable[[Callable[[Guest, InputT], Awaitable[AnswerT]]], Verb[InputT, AnswerT]]:
    """Marks what a resident does on the page of the own family; professionals have verbs of their own."""

    def mark(function: Callable[[Guest, InputT], Awaitable[AnswerT]]) -> Verb[InputT, AnswerT]:
        return Verb(function.__name__, act, function, TypeAdapter(answer), by_resident=True)

    return mark


#: Views that show no family.
_SURVEYS: set[object] = set()
ViewT = TypeVar("ViewT", bound=Callable[..., Awaitable[Any]])


def survey(view: ViewT) -> ViewT:
    """Marks a view of no family: figures, or ids of what hangs. It reads all rows, and of none a sealed column."""
    _SURVEYS.add(view)
    return view


#: Views that no seat bounds.
_BY_RIGHT: set[object] = set()


def by_right(view: ViewT) -> ViewT:
    """Marks a view of more than its seat sees: for the person concerned, to whom somebody only hands it, or of what an
    act is about that this seat may do to a whole area. It reads as acts do."""
    _BY_RIGHT.add(view)
    return view


@dataclass(frozen=True, slots=True)
class Office:
    """The database and the policy: all that verbs and views need."""

    database: Database
    policy: Policy
    #: the areas in which this version of the policy is kept
    kept: set[UUID] = field(default_factory=set)

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
        async def do(hand: Any) -> AnswerT:
            request = _digest(self.database.keyring.match, verb.name, input)
            stored = await keys.claim(hand.work, input.idempotency_key, request)
            if stored is not None:
                return verb.answer.validate_python(stored)
            answer = await verb.do(hand, input)
            await keys.keep(hand.work, input.idempotency_key, verb.answer.dump_python(answer, mode="json"))
            access_log.write(hand.work, _entries(hand, verb))
            return answer

        enter = self._as_guest if verb.by_resident else self._as_hand
        return await self._once(caller, _Asked(verb.name, verb.act, input), do, enter)

    async def look(
        self, caller: Caller, view: Callable[[Hand, QueryT], Awaitable[AnswerT]], query: QueryT
    ) -> AnswerT:
        """Has a view; what it recorded is committed before this returns.

        The database shows it only the rows that this seat may see at all, and lets it change none.
        """
        asked = _Asked(view.__name__, "R", query)
        seat = Sight(reach(self.policy, caller.purpose), survey=view in _SURVEYS)
        sight = None if view in _BY_RIGHT else seat
        return await self._once(
            caller, asked, lambda hand: view(hand, query), lambda who: self._as_hand(who, sight)
        )

    async def receive(
        self, caller: Caller, view: Callable[[Guest, QueryT], Awaitable[AnswerT]], query: QueryT
    ) -> AnswerT:
        """Has a resident's view of the own family; what it recorded is committed before this returns."""
        asked = _Asked(view.__name__, "R", query)
        return await self._once(caller, asked, lambda guest: view(guest, query), self._as_guest)

    @asynccontextmanager
    async def _as_hand(self, caller: Caller, sight: Sight | None = None) -> AsyncIterator[Hand]:
        async with self.database.enter(caller, sight) as work:
            yield Hand(work, self.policy)

    @asynccontextmanager
    async def _as_guest(self, caller: Caller) -> AsyncIterator[Guest]:
        async with self.database.receive(caller) as visit:
            yield Guest(visit, self.policy)

    async def _once(
        self,
        caller: Caller,
        asked: "_Asked",
        do: Callable[[Any], Awaitable[AnswerT]],
        enter: Callable[[Caller], AbstractAsyncContextManager[Hand | Guest]],
    ) -> AnswerT:
        """One transaction; where it is refused, another that says so, before the answer leaves."""
        hand: Hand | Guest | None = None
        try:
            async with enter(caller) as hand:
                answer = await do(hand)
        except Problem as problem:
            if hand is not None and problem.code in REFUSALS:
                await self._keep_policy(hand.work.area_id)
                again = self._as_guest if isinstance(hand, Guest) else self._as_hand
                async with again(caller) as once_more:
                    await self._log_refusal(once_more.work, asked, problem.code, hand.done.acts())
            raise
        await self._keep_policy(hand.work.area_id)
        return answer

    async def _keep_policy(self, area: UUID) -> None:
        """The version that decided is kept before its first answer leaves."""
        if area not in self.kept:
            async with self.database.within(area) as work:
                await policy_versions.keep(work, self.policy.digest, self.policy.files)
            self.kept.add(area)

    async def _log_refusal(
        self, work: Work | Visit, asked: "_Asked", code: str, acts: list[dict[str, Any]]
    ) -> None:
        """Who asked for what in vain. Whose it was stands outside the record: it says no more than was asked."""
        households: list[UUID | None] = [*await households_asked(work, _ids(asked.input))]
        access_log.write(
            work,
            [
                access_log.Entry(
                    verb=asked.name,
                    household=household,
                    act=asked.act,
                    facets={},
                    policy=self.policy.digest,
                    ground="",
                    rules=tuple(one["said"][1] for one in acts),
                    acts=acts,
                    problem=code,
                )
                for household in households or [None]
            ],
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What somebody asked: a verb or a view by name, its class, and what for."""

    name: str
    act: str
    input: object


def _ids(asked: object) -> list[UUID]:
    """Every id that was named, however deep."""
    match asked:
        case UUID():
            return [asked]
        case str() | bytes():
            return []
        case _ if is_dataclass(asked) and not isinstance(asked, type):
            return [one for part in fields(asked) for one in _ids(getattr(asked, part.name))]
        case Iterable():
            return [one for part in asked for one in _ids(part)]
        case _:
            return []


def _entries(hand: Hand | Guest, verb: Verb[Any, Any]) -> list[access_log.Entry]:
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
            subjects=tuple(dict.fromkeys(hand.done.persons)),
            acts=hand.done.acts(),
        )
        for household in dict.fromkeys(hand.done.households) or [None]
    ]


def _digest(secret: bytes, name: str, input: object) -> bytes:
    # Keyed: an input may hold a BSN, which a plain hash would give away. In ASCII: it may hold anything.
    assert is_dataclass(input) and not isinstance(input, type)
    body = json.dumps([name, asdict(input)], default=str, sort_keys=True)
    return hmac.new(secret, body.encode(), hashlib.sha256).digest()
