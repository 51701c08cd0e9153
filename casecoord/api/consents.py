"""Consents, the notes of practices, and the legal grounds of an area: what may be shared, as data."""

from datetime import date, datetime
from typing import Annotated

import strawberry

from casecoord.actions import consents, grounds, notes, own_consents
from casecoord.actions.by_bsn import ByBsn
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import ConsentSource, Purpose, Receiver
from casecoord.api.ids import global_id, key_of, key_of_any
from casecoord.api.leaving import zoned
from casecoord.api.problems import ProblemAnswer
from casecoord.domain import joint_view as view


@strawberry.input(
    description="`facet`: `signal.detail` or `medical.note`. `thing`: that signal or note; without it the details of"
    " all signals of your team. `givenBy`: the person, or whoever has custody, or both, as the age asks. `until`:"
    " until it is taken back where it is missing."
)
class RecordConsentInput:
    idempotency_key: str
    person: strawberry.ID
    facet: str
    source: ConsentSource
    given_by: list[strawberry.ID]
    thing: strawberry.ID | None = None
    receiver: Receiver = Receiver.LEAD
    purpose: Purpose = Purpose.CARE_COORDINATION
    since: datetime | None = None
    until: datetime | None = None
    elsewhere_in_writing: bool = False

    def verb(self) -> consents.RecordConsent:
        return consents.RecordConsent(
            self.idempotency_key,
            key_of("Person", self.person, "person"),
            self.facet,
            self.source,
            tuple(key_of("Person", giver, "givenBy") for giver in self.given_by),
            None if self.thing is None else key_of_any(("Signal", "MedicalNote"), self.thing, "thing"),
            self.receiver,
            self.purpose,
            zoned(self.since, "since"),
            zoned(self.until, "until"),
            self.elsewhere_in_writing,
        )


@strawberry.input(description="`by`: whose word it is: the person, or somebody with custody.")
class WithdrawConsentInput:
    idempotency_key: str
    consent: strawberry.ID
    by: strawberry.ID

    def verb(self) -> consents.WithdrawConsent:
        consent, by = key_of("Consent", self.consent, "consent"), key_of("Person", self.by, "by")
        return consents.WithdrawConsent(self.idempotency_key, consent, by)


@strawberry.input(
    description="`thing`: the signal whose detail, or the note, that the lead may see. `person`: whose yes it is,"
    " yourself unless you say."
)
class GiveMyConsentInput:
    idempotency_key: str
    thing: strawberry.ID
    person: strawberry.ID | None = None

    def verb(self) -> own_consents.GiveMyConsent:
        person = None if self.person is None else key_of("Person", self.person, "person")
        thing = key_of_any(("Signal", "MedicalNote"), self.thing, "thing")
        return own_consents.GiveMyConsent(self.idempotency_key, thing, person)


@strawberry.input
class WithdrawMyConsentInput:
    idempotency_key: str
    consent: strawberry.ID

    def verb(self) -> own_consents.WithdrawMyConsent:
        consent = key_of("Consent", self.consent, "consent")
        return own_consents.WithdrawMyConsent(self.idempotency_key, consent)


@strawberry.input(description="The patient by BSN and birth date.")
class AddMedicalNoteInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    note: str

    def verb(self) -> notes.AddMedicalNote:
        return notes.AddMedicalNote(self.idempotency_key, ByBsn(self.bsn, self.birth_date), self.note)


@strawberry.input(
    description="`ground`: the article of the GDPR; `source`: the law; `since`: now if missing."
)
class StartGroundInput:
    idempotency_key: str
    ground: str
    source: str
    reason: str
    since: datetime | None = None

    def verb(self) -> grounds.StartGround:
        since = zoned(self.since, "since")
        return grounds.StartGround(self.idempotency_key, self.ground, self.source, self.reason, since)


@strawberry.input(description="`until`: now if missing.")
class EndGroundInput:
    idempotency_key: str
    id: strawberry.ID
    reason: str
    until: datetime | None = None

    def verb(self) -> grounds.EndGround:
        key, until = key_of("LegalGround", self.id, "id"), zoned(self.until, "until")
        return grounds.EndGround(self.idempotency_key, key, self.reason, until)


@strawberry.type(description="A consent, from when until when; `until` missing: until it is taken back.")
class ConsentSaved:
    id: strawberry.ID
    household: strawberry.ID
    since: datetime
    until: datetime | None
    withdrawn_at: datetime | None

    @classmethod
    def of(cls, found: consents.ConsentSaved) -> "ConsentSaved":
        return cls(
            id=global_id("Consent", found.id),
            household=global_id("Household", found.household),
            since=found.since,
            until=found.until,
            withdrawn_at=found.withdrawn_at,
        )


@strawberry.type(description="A note of a practice about its patient.")
class NoteAdded:
    id: strawberry.ID
    household: strawberry.ID
    written_at: datetime

    @classmethod
    def of(cls, found: notes.NoteAdded) -> "NoteAdded":
        household = global_id("Household", found.household)
        return cls(id=global_id("MedicalNote", found.id), household=household, written_at=found.written_at)


@strawberry.type(description="A law that is a ground for sharing, and what rests on its article.")
class LegalGround:
    id: strawberry.ID
    ground: str
    source: str
    since: datetime | None
    until: datetime | None
    reason: str | None
    holds: bool
    facets: list[str]

    @classmethod
    def of(cls, found: grounds.Ground) -> "LegalGround":
        return cls(
            id=global_id("LegalGround", found.id),
            ground=found.ground,
            source=found.source,
            since=found.since,
            until=found.until,
            reason=found.reason,
            holds=found.holds,
            facets=found.facets,
        )


@strawberry.type(description="What a practice wrote about a patient.")
class MedicalNote:
    id: strawberry.ID
    person: strawberry.ID
    practice: str
    written_at: datetime
    text: str

    @classmethod
    def of(cls, found: view.NoteView) -> "MedicalNote":
        return cls(
            id=global_id("MedicalNote", found.id),
            person=global_id("Person", found.person),
            practice=found.practice,
            written_at=found.written_at,
            text=found.text,
        )


@strawberry.type(description="Who consented to what, for whom. `holds`: now.")
class Consent:
    id: strawberry.ID
    person: strawberry.ID
    facet: str
    thing: strawberry.ID | None
    receiver: Receiver
    purpose: Purpose
    source: ConsentSource
    since: datetime
    until: datetime | None
    given_by: list[strawberry.ID]
    recorded_at: datetime
    recorded_by: str
    withdrawn_at: datetime | None
    holds: bool

    @classmethod
    def of(cls, found: view.ConsentView) -> "Consent":
        kind = "MedicalNote" if found.facet == consents.NOTE else "Signal"
        return cls(
            id=global_id("Consent", found.id),
            person=global_id("Person", found.person),
            facet=found.facet,
            thing=global_id(kind, found.thing) if found.thing else None,
            receiver=found.receiver,
            purpose=found.purpose,
            source=found.source,
            since=found.since,
            until=found.until,
            given_by=[global_id("Person", giver) for giver in found.given_by],
            recorded_at=found.recorded_at,
            recorded_by=found.recorded_by,
            withdrawn_at=found.withdrawn_at,
            holds=found.holds,
        )


ConsentAnswer = Annotated[ConsentSaved | ProblemAnswer, strawberry.union("ConsentAnswer")]
NoteAnswer = Annotated[NoteAdded | ProblemAnswer, strawberry.union("NoteAnswer")]
GroundAnswer = Annotated[LegalGround | ProblemAnswer, strawberry.union("GroundAnswer")]


@strawberry.type
class ConsentMutations:
    @strawberry.mutation(description="Somebody agreed that the lead may see what you hold.")
    async def record_consent(self, info: Info, input: RecordConsentInput) -> ConsentAnswer:
        return await do(info, consents.record_consent, input, ConsentSaved.of)

    @strawberry.mutation(description="From the next read on it opens nothing.")
    async def withdraw_consent(self, info: Info, input: WithdrawConsentInput) -> ConsentAnswer:
        return await do(info, consents.withdraw_consent, input, ConsentSaved.of)

    @strawberry.mutation(description="On your own page you let the lead see it.")
    async def give_my_consent(self, info: Info, input: GiveMyConsentInput) -> ConsentAnswer:
        return await do(info, own_consents.give_my_consent, input, ConsentSaved.of)

    @strawberry.mutation(description="On your own page you take it back, whoever recorded it.")
    async def withdraw_my_consent(self, info: Info, input: WithdrawMyConsentInput) -> ConsentAnswer:
        return await do(info, own_consents.withdraw_my_consent, input, ConsentSaved.of)

    @strawberry.mutation(description="A GP writes about a patient, for the own practice.")
    async def add_medical_note(self, info: Info, input: AddMedicalNoteInput) -> NoteAnswer:
        return await do(info, notes.add_medical_note, input, NoteAdded.of)

    @strawberry.mutation(description="A law that is a ground for sharing begins.")
    async def start_ground(self, info: Info, input: StartGroundInput) -> GroundAnswer:
        return await do(info, grounds.start_ground, input, LegalGround.of)

    @strawberry.mutation(description="A law that was a ground for sharing ends.")
    async def end_ground(self, info: Info, input: EndGroundInput) -> GroundAnswer:
        return await do(info, grounds.end_ground, input, LegalGround.of)


@strawberry.type
class ConsentQueries:
    @strawberry.field(description="The laws on whose ground your area shares, those that ended too.")
    async def legal_grounds(self, info: Info) -> list[LegalGround]:
        found = await info.context.office.look(
            info.context.caller, grounds.legal_grounds, grounds.GroundsOf()
        )
        return [LegalGround.of(one) for one in found]
