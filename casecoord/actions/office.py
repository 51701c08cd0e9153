"""Where every verb is done and every view is had: one transaction, one decision, one record.

`act` answers the same key with the same answer, retries what the database asks to retry, and turns a
broken named constraint into the problem it means. `look` lets nothing leave before its record is durable.
"""

import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from pydantic import TypeAdapter

from casecoord.access.decide import Permission, Policy
from casecoord.access.doing import ActFacts, Doer
from casecoord.access.explain import explain_permission
from casecoord.access.replay import of_act
from casecoord.domain.actors import Actor, Caller, Resident
from casecoord.domain.errors import Problem, Why
from casecoord.domain.facets import PUBLIC_TASK
from casecoord.domain.words import Role
from casecoord.storage import access_log, keys, policy_versions
from casecoord.storage.faults import DatabaseFault, broken_constraint, gave_up_waiting, may_be_retried
from casecoord.storage.log_refusals import households_asked
from casecoord.storage.work import Database, Visit, Work

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


#: Refusals of what was asked, rather than of how: these too are in the access log.
REFUSALS = {
    "not_found",
    "not_allowed",
    "person_not_matched",
    "household_not_found",
    "identity_unchecked",
    "review_overdue",
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
    persons: list[UUID] = field(default_factory=list)
    decided: dict[tuple[Doer, str, ActFacts], Permission] = field(default_factory=dict)


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

    def acts(self) -> list[dict[str, Any]]:
        """What was answered so far, for the access record."""
        return [of_act(*asked, permission) for asked, permission in self.done.decided.items()]

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
                name = broken_constraint(fault)
                if name not in CONSTRAINTS:
                    raise
                if name in OVERTAKEN and attempt + 1 < ATTEMPTS:
                    continue
                raise Problem(CONSTRAINTS[name]) from None
        raise Problem("try_again")

    async def _act_once(self, caller: Caller, verb: Verb[InputT, AnswerT], input: InputT) -> AnswerT:
        async def do(hand: Hand | Guest) -> AnswerT:
            request = _digest(self.database.keyring.match, verb.name, input)
            stored = await keys.claim(hand.work, input.idempotency_key, request)
            if stored is not None:
                return verb.answer.validate_python(stored)
            answer = await verb.do(hand, input)
            await keys.keep(hand.work, input.idempotency_key, verb.answer.dump_python(answer, mode="json"))
            await access_log.write(hand.work, _entries(hand, verb))
            return answer

        if verb.by_resident:
            return await self._welcome(caller, do)
        return await self._once(caller, _Asked(verb.name, verb.act, input), do)

    async def look(
        self, caller: Caller, view: Callable[[Hand, QueryT], Awaitable[AnswerT]], query: QueryT
    ) -> AnswerT:
        """Has a view; what it recorded is committed before this returns."""
        return await self._once(caller, _Asked(view.__name__, "R", query), lambda hand: view(hand, query))

    async def receive(
        self, caller: Caller, view: Callable[[Guest, QueryT], Awaitable[AnswerT]], query: QueryT
    ) -> AnswerT:
        """Has a resident's view of the own family; what it recorded is committed before this returns."""
        return await self._welcome(caller, lambda guest: view(guest, query))

    async def _welcome(self, caller: Caller, do: Callable[[Guest], Awaitable[AnswerT]]) -> AnswerT:
        async with self.database.receive(caller) as visit:
            kept = visit.area_id in self.kept or await policy_versions.keep(
                visit, self.policy.digest, self.policy.files
            )
            answer = await do(Guest(visit, self.policy))
        if kept:
            self.kept.add(visit.area_id)
        return answer

    async def _once(
        self, caller: Caller, asked: "_Asked", do: Callable[[Hand], Awaitable[AnswerT]]
    ) -> AnswerT:
        """One transaction; where it is refused, another that says so, before the answer leaves."""
        hand: Hand | None = None
        try:
            async with self.database.enter(caller) as work:
                hand = Hand(work, self.policy)
                kept = work.area_id in self.kept or await policy_versions.keep(
                    work, self.policy.digest, self.policy.files
                )
                answer = await do(hand)
        except Problem as problem:
            if hand is not None and problem.code in REFUSALS:
                await self._log_refusal(caller, asked, problem.code, hand.acts())
            raise
        if kept:
            self.kept.add(work.area_id)
        return answer

    async def _log_refusal(
        self, caller: Caller, asked: "_Asked", code: str, acts: list[dict[str, Any]]
    ) -> None:
        """Who asked for what in vain. Whose it was stands outside the record: it says no more than was asked."""
        async with self.database.enter(caller) as work:
            households: list[UUID | None] = [*await households_asked(work, _ids(asked.input))]
            await access_log.write(
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
            acts=hand.acts(),
        )
        for household in dict.fromkeys(hand.done.households) or [None]
    ]


def _digest(secret: bytes, name: str, input: object) -> bytes:
    # Keyed: an input may hold a BSN, which a plain hash would give away. In ASCII: it may hold anything.
    assert is_dataclass(input) and not isinstance(input, type)
    body = json.dumps([name, asdict(input)], default=str, sort_keys=True)
    return hmac.new(secret, body.encode(), hashlib.sha256).digest()
