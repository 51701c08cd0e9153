"""Who looked, at what, and why; and whether the rules of that day say the same again."""

from datetime import datetime
from typing import Annotated, cast

import strawberry

from casecoord.access import replay
from casecoord.actions import access_log as actions
from casecoord.actions import replaying
from casecoord.api.context import Info
from casecoord.api.enums import Purpose
from casecoord.api.ids import global_id, key_of
from casecoord.api.leaving import zoned
from casecoord.api.lists import Connection, connection

From = Annotated[datetime | None, strawberry.argument(name="from", description="This moment included.")]
Until = Annotated[datetime | None, strawberry.argument(name="to", description="This moment not included.")]


@strawberry.type(description="A class of data that was shown, and the rules that said so.")
class LoggedFacet:
    facet: str
    label: str = strawberry.field(description="In your language.")
    rules: str

    @classmethod
    def of(cls, found: actions.LoggedFacet) -> "LoggedFacet":
        return cls(facet=found.facet, label=found.label, rules=found.rules)


@strawberry.type(description="Something that was seen or done: who, when, what, why, by which rules.")
class LogEntry:
    id: strawberry.ID
    at: datetime
    event: str = strawberry.field(description="The view or the act.")
    act: str = strawberry.field(description="C, R, U, D or E, as NEN 7513 classes it.")
    who: str
    professional: strawberry.ID | None
    role: str
    team: str | None
    household: strawberry.ID | None
    persons: list[strawberry.ID] = strawberry.field(
        description="Whose data; none: the household's as a whole."
    )
    purpose: Purpose
    why: str = strawberry.field(description="The purpose, in your language.")
    ground: str
    facets: list[LoggedFacet]
    rules: list[str] = strawberry.field(description="Each with its sentence, in your language.")
    refused: str | None = strawberry.field(description="With which code, where nothing was shown or done.")
    emergency: bool

    @classmethod
    def of(cls, found: actions.LogEntry) -> "LogEntry":
        return cls(
            id=global_id("LogEntry", found.id),
            at=found.at,
            event=found.event,
            act=found.act,
            who=found.who,
            professional=global_id("Professional", found.professional) if found.professional else None,
            role=found.role,
            team=found.team,
            household=global_id("Household", found.household) if found.household else None,
            persons=[global_id("Person", one) for one in found.persons],
            purpose=found.purpose,
            why=found.why,
            ground=found.ground,
            facets=[LoggedFacet.of(one) for one in found.facets],
            rules=found.rules,
            refused=found.refused,
            emergency=found.emergency,
        )


@strawberry.type(
    description="What a policy said: how much it shows, or allowed or refused; and by which rules."
)
class Said:
    verdict: str
    rules: list[str]

    @classmethod
    def of(cls, found: replay.Said) -> "Said":
        return cls(verdict=found.verdict, rules=list(found.rules))


@strawberry.type(description="One decision, put again: to the policy of its day, and to today's.")
class Redecided:
    about: str = strawberry.field(description="A facet or an act.")
    who: list[str] = strawberry.field(description="As what somebody looked, or their role and team's kind.")
    sphere: str
    facts: list[str]
    then: Said
    again: Said
    today: Said
    same: bool
    changed: bool = strawberry.field(description="Whether today's policy says something else.")

    @classmethod
    def of(cls, found: replaying.Redecided) -> "Redecided":
        return cls(
            about=found.asked.about,
            who=[one for one in found.asked.who if one],
            sphere=found.asked.sphere,
            facts=list(found.asked.facts),
            then=Said.of(found.asked.said),
            again=Said.of(found.again),
            today=Said.of(found.today),
            same=found.same,
            changed=found.changed,
        )


@strawberry.type(description="All that was decided for an entry of the access log, decided again.")
class Replayed:
    entry: strawberry.ID
    at: datetime
    event: str
    policy: str = strawberry.field(description="The version that decided, by its digest.")
    kept_since: datetime | None
    trusted: bool = strawberry.field(description="That version is kept unchanged and can still be read.")
    same: bool
    decisions: list[Redecided]

    @classmethod
    def of(cls, found: replaying.Replayed) -> "Replayed":
        return cls(
            entry=global_id("LogEntry", found.entry),
            at=found.at,
            event=found.event,
            policy=found.policy,
            kept_since=found.kept_since,
            trusted=found.trusted,
            same=found.same,
            decisions=[Redecided.of(one) for one in found.decisions],
        )


@strawberry.type
class AccessLogQueries:
    @strawberry.field(
        description="Who saw a household, newest first: for the privacy officer; for others their own entries."
    )
    async def access_log(
        self,
        info: Info,
        household: strawberry.ID | None = None,
        first: int | None = None,
        after: str | None = None,
        from_: From = None,
        to: Until = None,
    ) -> Connection[LogEntry]:
        query = actions.AccessLogOf(
            key_of("Household", household, "household") if household else None,
            zoned(from_, "from"),
            zoned(to, "to"),
            first,
            after,
        )
        found = await info.context.office.look(info.context.caller, actions.access_log, query)
        return cast(Connection[LogEntry], connection(found, LogEntry.of))

    @strawberry.field(description="Whether the policy of its day says of an entry again what it said then.")
    async def replay_decision(self, info: Info, entry: strawberry.ID) -> Replayed:
        query = replaying.ReplayOf(key_of("LogEntry", entry, "entry"))
        return Replayed.of(
            await info.context.office.look(info.context.caller, replaying.replay_decision, query)
        )
