"""Rights carried out: what is recorded of somebody, what is corrected, and how long anything is kept."""

import asyncio
import base64
import json
from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import rectifying, retaining
from casecoord.actions.exporting import ExportOf, export_household
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import Language
from casecoord.api.ids import global_id, key_of
from casecoord.api.joint_case import Facet
from casecoord.api.problems import ProblemAnswer
from casecoord.domain.facets import Retention
from casecoord.domain.rights import Rectifiable
from casecoord.paper.export import pdf_of

strawberry.enum(Rectifiable, name="Rectifiable")
strawberry.enum(Retention, name="RetentionClass")


@strawberry.input(
    description="`thing`: the person, household, signal or action; `bsn`: for a birth date, by which it is recognised."
)
class RectifyInput:
    idempotency_key: str
    request: strawberry.ID
    what: Rectifiable
    thing: strawberry.ID
    value: str
    bsn: str | None = None

    def verb(self) -> rectifying.Rectify:
        return rectifying.Rectify(
            self.idempotency_key,
            key_of("Request", self.request, "request"),
            self.what,
            key_of(rectifying.KINDS[self.what], self.thing, "thing"),
            self.value,
            self.bsn,
        )


@strawberry.input(
    description="From this day on a class is kept for so many months; `source`: where that is said."
)
class RetentionTermInput:
    idempotency_key: str
    kept_as: Retention
    months: int
    from_on: date
    source: str

    def verb(self) -> retaining.SetTerm:
        return retaining.SetTerm(self.idempotency_key, self.kept_as, self.months, self.from_on, self.source)


@strawberry.type(description="Corrected; `told`: how many saw what it said before and hear of it.")
class Rectified:
    id: strawberry.ID
    what: Rectifiable
    told: int

    @classmethod
    def of(cls, found: rectifying.Rectified) -> "Rectified":
        return cls(id=global_id("Rectification", found.id), what=found.what, told=found.told)


@strawberry.type(description="What said something else before.")
class Correction:
    id: strawberry.ID
    what: Rectifiable
    thing: strawberry.ID
    corrected_at: datetime
    by: str
    former: Facet[str] | None

    @classmethod
    def of(cls, found: rectifying.Correction) -> "Correction":
        return cls(
            id=global_id("Rectification", found.id),
            what=found.what,
            thing=global_id(rectifying.KINDS[found.what], found.thing),
            corrected_at=found.corrected_at,
            by=found.by,
            former=Facet.of(found.former),
        )


@strawberry.type(description="How long a class is kept from a day on.")
class RetentionTermSet:
    kept_as: Retention
    months: int
    from_on: date

    @classmethod
    def of(cls, found: retaining.TermSet) -> "RetentionTermSet":
        return cls(kept_as=found.kept_as, months=found.months, from_on=found.from_on)


RectifyAnswer = Annotated[Rectified | ProblemAnswer, strawberry.union("RectifyAnswer")]
RetentionTermAnswer = Annotated[RetentionTermSet | ProblemAnswer, strawberry.union("RetentionTermAnswer")]


@strawberry.type
class CarriedOutMutations:
    @strawberry.mutation(description="Corrects what two people granted; both versions stay.")
    async def rectify(self, info: Info, input: RectifyInput) -> RectifyAnswer:
        return await do(info, rectifying.rectify, input, Rectified.of)

    @strawberry.mutation(description="Another retention term, from a day on.")
    async def set_retention_term(self, info: Info, input: RetentionTermInput) -> RetentionTermAnswer:
        return await do(info, retaining.set_retention_term, input, RetentionTermSet.of)


@strawberry.type(description="What is recorded of somebody, for machines and to read.")
class HouseholdExport:
    json: str = strawberry.field(description="As `casecoord/paper/export.schema.json` describes it.")
    pdf: str = strawberry.field(description="The same to read: a PDF, in base64.")


@strawberry.type
class CarriedOutQueries:
    @strawberry.field(description="What of a household was corrected, and what it said before.")
    async def corrections(self, info: Info, household: strawberry.ID) -> list[Correction]:
        query = rectifying.CorrectionsOf(key_of("Household", household, "household"))
        found = await info.context.office.look(info.context.caller, rectifying.corrections, query)
        return [Correction.of(one) for one in found]

    @strawberry.field(
        description="The export for a granted request for access or portability, under that purpose."
    )
    async def household_export(
        self, info: Info, request: strawberry.ID, language: Language = Language.NL
    ) -> HouseholdExport:
        query = ExportOf(key_of("Request", request, "request"), language)
        found = await info.context.office.look(info.context.caller, export_household, query)
        made = await asyncio.to_thread(pdf_of, found)
        return HouseholdExport(
            json=json.dumps(found, ensure_ascii=False, default=str), pdf=base64.b64encode(made).decode()
        )
