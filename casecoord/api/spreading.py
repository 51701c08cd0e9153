"""Scarce hands: hours for leading cases, and which cases could go to whom, for a coordinator to decide."""

from datetime import datetime
from typing import Annotated

import strawberry

from casecoord.actions import spreading
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.ids import global_id, key_of
from casecoord.api.overviews import Candidate, Caseload, Strained
from casecoord.api.problems import ProblemAnswer


@strawberry.type(description="Somebody who has room for a case, and what they carry now.")
class Taker:
    candidate: Candidate
    load: Caseload


@strawberry.type(
    description="A case that could go to somebody else. Nothing is moved by this: `offerHandOver` asks."
)
class CaseToMove:
    case: strawberry.ID
    household: strawberry.ID
    lead: strawberry.ID
    lead_name: str
    since: datetime = strawberry.field(description="Since when they lead it.")
    hours: int = strawberry.field(description="What it asks in a week, by estimate.")
    because: list[Strained] = strawberry.field(description="Why the lead has too much, now or soon.")
    takers: list[Taker]

    @classmethod
    def of(cls, found: spreading.CaseToMove) -> "CaseToMove":
        return cls(
            case=global_id("Case", found.case),
            household=global_id("Household", found.household),
            lead=global_id("Professional", found.lead),
            lead_name=found.lead_name,
            since=found.since,
            hours=found.hours,
            because=[Strained.of(one) for one in found.because],
            takers=[
                Taker(candidate=Candidate.of(one.candidate), load=Caseload.of(one.load))
                for one in found.takers
            ],
        )


@strawberry.input(description="Hours a week for leading cases, from 0 to 60.")
class SetLeadHoursInput:
    idempotency_key: str
    membership: strawberry.ID
    hours: int

    def verb(self) -> spreading.SetLeadHours:
        membership = key_of("Membership", self.membership, "membership")
        return spreading.SetLeadHours(self.idempotency_key, membership, self.hours)


@strawberry.type
class LeadHoursSet:
    membership: strawberry.ID
    hours: int

    @classmethod
    def of(cls, found: spreading.LeadHoursSet) -> "LeadHoursSet":
        return cls(membership=global_id("Membership", found.membership), hours=found.hours)


LeadHoursAnswer = Annotated[LeadHoursSet | ProblemAnswer, strawberry.union("LeadHoursAnswer")]


@strawberry.type
class SpreadingMutations:
    @strawberry.mutation(description="How many hours a week somebody has for leading cases.")
    async def set_lead_hours(self, info: Info, input: SetLeadHoursInput) -> LeadHoursAnswer:
        return await do(info, spreading.set_lead_hours, input, LeadHoursSet.of)


@strawberry.type
class SpreadingQueries:
    @strawberry.field(description="Which cases of a team could go to whom before it is too much.")
    async def spread(self, info: Info, team: strawberry.ID) -> list[CaseToMove]:
        query = spreading.SpreadOf(key_of("Team", team, "team"))
        found = await info.context.office.look(info.context.caller, spreading.spread, query)
        return [CaseToMove.of(one) for one in found]
