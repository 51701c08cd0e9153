"""What stories of consents share: custody as the register says it, something to consent to, and a yes."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casecoord.actions.cases import CaseBrief
from casecoord.actions.consents import (
    DETAIL,
    NOTE,
    ConsentSaved,
    RecordConsent,
    WithdrawConsent,
    record_consent,
    withdraw_consent,
)
from casecoord.actions.joint_view import JointCaseOf, joint_case
from casecoord.actions.leads import AnswerProposal, accept_lead
from casecoord.actions.notes import AddMedicalNote, NoteAdded, add_medical_note
from casecoord.actions.signals import Decision, TriageSignal, triage_signal
from casecoord.domain.consents import ConsentSource
from casecoord.domain.joint_view import JointCase, SignalView
from casecoord.domain.words import LifeDomain
from casecoord.storage.tables import Custody
from tests.actions.steps import by_bsn, led_case, open_case, propose, signal, take_part
from tests.world import Someone, Town

DETAILED = "Vertelde waarom zij niet naar huis wil."


@dataclass(frozen=True)
class Held:
    """A case led by the school's Amina; Chaima's team wrote a detail about the child that Amina may not see."""

    family: dict[str, Someone]
    case: CaseBrief
    signal: UUID

    @property
    def child(self) -> Someone:
        return self.family["noor"]

    @property
    def mother(self) -> Someone:
        return self.family["els"]


async def holds(town: Town, minor: Someone, *holders: Someone | None) -> None:
    """Custody over a minor; None: somebody who is not known here."""
    async with town.database.within(town.area) as work:
        for holder in holders:
            work.session.add(
                Custody(
                    area_id=town.area,
                    id=uuid4(),
                    minor_id=minor.id,
                    holder_id=holder.id if holder else None,
                    kind="parent",
                )
            )


async def something_held(town: Town, about: str = "noor") -> Held:
    family = await town.janssens()
    for minor in ("noor", "daan"):
        await holds(town, family[minor], family["els"])
    case = await led_case(town, family["noor"])
    await take_part(town, "amina", case.id, "wijkteam", "chaima")
    sent = await signal(town, "chaima", family[about], detail=DETAILED, domain=LifeDomain.SOCIAL_NETWORK)
    await town.act("bram", triage_signal, TriageSignal(town.key(), sent.signal, Decision.JOIN_CASE))
    return Held(family, case, sent.signal)


async def held_about(town: Town, born: date) -> Held:
    """A case about Mia, born then, and Els with custody, that Amina leads; Chaima's team holds a detail about Mia."""
    mia, els = await town.family(("Mia Bos", born), ("Els Bos", date(1980, 1, 1)))
    await holds(town, mia, els)
    case = await open_case(town, "dirk", (await signal(town, "amina", mia)).signal)
    await take_part(town, "dirk", case.id, "klimop", "bram")
    proposal = await propose(town, "dirk", case.id, "amina")
    await town.act("amina", accept_lead, AnswerProposal(town.key(), proposal))
    sent = await signal(town, "chaima", mia, detail=DETAILED)
    await town.act("dirk", triage_signal, TriageSignal(town.key(), sent.signal, Decision.JOIN_CASE))
    return Held({"noor": mia, "els": els}, case, sent.signal)


def asking(town: Town, person: Someone, *givers: Someone, **changed: Any) -> RecordConsent:
    values: dict[str, Any] = {
        "idempotency_key": town.key(),
        "person": person.id,
        "facet": DETAIL,
        "source": ConsentSource.SPOKEN,
        "given_by": tuple(giver.id for giver in givers),
    }
    return RecordConsent(**{**values, **changed})


async def consent(town: Town, by: str, person: Someone, *givers: Someone, **changed: Any) -> ConsentSaved:
    return await town.act(by, record_consent, asking(town, person, *givers, **changed))


async def withdraw(town: Town, by: str, given: UUID, word: Someone) -> ConsentSaved:
    return await town.act(by, withdraw_consent, WithdrawConsent(town.key(), given, word.id))


async def note(
    town: Town, by: str, patient: Someone, text: str = "Slikt sinds kort medicijnen."
) -> NoteAdded:
    return await town.act(by, add_medical_note, AddMedicalNote(town.key(), by_bsn(patient), text))


async def to_note(town: Town, by: str, written: NoteAdded, patient: Someone) -> ConsentSaved:
    return await consent(town, by, patient, patient, facet=NOTE, thing=written.id)


async def see(town: Town, who: str, identity: UUID, **how: Any) -> JointCase:
    return await town.office.look(town.caller(who, **how), joint_case, JointCaseOf(identity))


async def seen_signal(town: Town, who: str, held: Held) -> SignalView:
    seen = await see(town, who, held.case.id)
    return next(one for one in seen.signals if one.id == held.signal)


async def detail_for(town: Town, who: str, held: Held) -> str | None:
    """The detail as somebody sees it; None where it is withheld."""
    detail = (await seen_signal(town, who, held)).detail
    return detail.value if detail else None
