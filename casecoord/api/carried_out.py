"""Rights carried out: what somebody gets who asked what is recorded of them."""

import asyncio
import base64
import json

import strawberry

from casecoord.actions.exporting import ExportOf, export_household
from casecoord.api.context import Info
from casecoord.api.enums import Language
from casecoord.api.ids import key_of
from casecoord.paper.export import pdf_of


@strawberry.type(description="What is recorded of somebody, for machines and to read.")
class HouseholdExport:
    json: str = strawberry.field(description="As `casecoord/paper/export.schema.json` describes it.")
    pdf: str = strawberry.field(description="The same to read: a PDF, in base64.")


@strawberry.type
class CarriedOutQueries:
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
