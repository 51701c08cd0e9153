"""What stories of residents are made of: a code on paper, a login bound by it, custody, and the page at home."""

from datetime import date
from uuid import UUID

from sqlalchemy import text

from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.residents import (
    BindResident,
    ByPerson,
    LetterOf,
    MakeResidentCode,
    bind_resident,
    make_resident_code,
    resident_letter,
)
from casecoord.domain.actors import Caller
from casecoord.domain.joint_view import JointCase
from casecoord.domain.words import Language
from casecoord.storage.family import change_cares
from tests.world import ISSUER, Someone, Town


def resident(who: Someone, language: Language = Language.EN) -> Caller:
    """A login that means nothing by itself: it is this person only where a code said so."""
    return Caller(ISSUER, f"resident:{who.id}", language=language, trace_id="0" * 32)


async def custody(town: Town, holder: Someone, *children: Someone) -> None:
    async with town.database.within(town.area) as work:
        await change_cares(work, add=[(one.id, holder.id, "both_parents") for one in children], drop=[])


async def mother_and_child(town: Town) -> tuple[Someone, Someone]:
    """Els Bos, who has no custody yet, and Noor, eight years old and at a school."""
    mother, child = await town.family(
        ("Els Bos", date(1984, 3, 14)), ("Noor Bos", date(2018, 9, 30)), links={1: [("school", "11VO00")]}
    )
    return mother, child


async def code_for(town: Town, lead: str, who: Someone) -> str:
    """The code as it stands on the paper that the lead prints."""
    made = await town.act(lead, make_resident_code, MakeResidentCode(town.key(), ByPerson(who.id)))
    asked = LetterOf(made.id, Language.EN, "https://example.test")
    printed = await town.office.look(town.caller(lead), resident_letter, asked)
    return next(line.strip() for line in printed.text.splitlines() if line.startswith("    "))


async def bound(town: Town, lead: str, who: Someone) -> Caller:
    """Somebody of a family that this professional leads, logged in and bound."""
    caller = resident(who)
    await bind_resident(town.office, caller, BindResident(town.key(), await code_for(town, lead, who)))
    return caller


async def at_home(town: Town, caller: Caller) -> JointCase:
    return await town.office.receive(caller, my_family, MyFamilyOf())


async def scalar(town: Town, statement: str, **values: object) -> object:
    async with town.database.within(town.area) as work:
        return await work.session.scalar(text(statement), values)


def names(view: JointCase) -> set[str]:
    return {one.name.value for one in view.persons if one.name and one.name.value}


def ids(things: list) -> set[UUID]:
    return {one.id for one in things}
