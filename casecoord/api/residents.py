"""Residents: the code on paper and the login it binds, the page of the own family, and what is deferred for safety."""

from datetime import date, datetime
from typing import Annotated, cast

import strawberry

from casecoord.actions import deferring, own_acts, residents
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.own_family import MyFamilyOf, my_family
from casecoord.actions.own_log import HeldBack, HeldBackOf, MyAccessLogOf, held_back, my_access_log
from casecoord.api.context import Info
from casecoord.api.doing import do
from casecoord.api.enums import DeferrableKind, HeldBackWhy, Language, LifeDomain, RequestKind, Urgency
from casecoord.api.ids import global_id, key_of
from casecoord.api.joint_case import JointCase
from casecoord.api.lists import Connection, connection
from casecoord.api.problems import ProblemAnswer, answered
from casecoord.api.rights import RequestAnswer, RequestSaved
from casecoord.domain.errors import Problem
from casecoord.domain.own_log import LogLine as Line
from casecoord.domain.residents import Thing

#: Of which kind the global id of a deferrable thing says that it is.
_KINDS = {
    "Signal": Thing.SIGNAL,
    "Action": Thing.ACTION,
    "Contact": Thing.CONTACT,
    "Hearing": Thing.HEARING,
    "Blockade": Thing.BLOCKADE,
    "BreakGlass": Thing.GRANT,
    "Event": Thing.EVENT,
}
_IDS = {kind: name for name, kind in _KINDS.items()}


def _by_bsn(bsn: str | None, birth_date: date | None) -> ByBsn:
    if bsn is None or birth_date is None:
        raise Problem("person_not_matched", "person.bsn")
    return ByBsn(bsn, birth_date)


@strawberry.input(
    description="`person` of the own case; or, for the privacy officer, BSN and birth date once the identity is checked."
)
class MakeResidentCodeInput:
    idempotency_key: str
    person: strawberry.ID | None = None
    bsn: str | None = None
    birth_date: date | None = None
    identity_checked: bool = False

    def verb(self) -> residents.MakeResidentCode:
        about = (
            residents.ByPerson(key_of("Person", self.person, "person"))
            if self.person is not None
            else _by_bsn(self.bsn, self.birth_date)
        )
        return residents.MakeResidentCode(self.idempotency_key, about, self.identity_checked)


@strawberry.input(description="The code as it stands on the paper; dashes and capitals do not matter.")
class BindResidentInput:
    idempotency_key: str
    code: str

    def verb(self) -> residents.BindResident:
        return residents.BindResident(self.idempotency_key, self.code)


@strawberry.input
class UnbindResidentInput:
    idempotency_key: str
    bsn: str
    birth_date: date
    identity_checked: bool

    def verb(self) -> residents.UnbindResident:
        about = ByBsn(self.bsn, self.birth_date)
        return residents.UnbindResident(self.idempotency_key, about, self.identity_checked)


@strawberry.input(description="`person`: whom it is about, yourself unless you say.")
class AskForHelpInput:
    idempotency_key: str
    domain: LifeDomain
    urgency: Urgency
    summary: str
    detail: str | None = None
    person: strawberry.ID | None = None

    def verb(self) -> own_acts.AskForHelp:
        person = key_of("Person", self.person, "person") if self.person else None
        return own_acts.AskForHelp(
            self.idempotency_key, self.domain, self.urgency, self.summary, self.detail, person
        )


@strawberry.input(description="`person`: for whom, yourself unless you say.")
class ExerciseMyRightInput:
    idempotency_key: str
    kind: RequestKind
    words: str | None = None
    person: strawberry.ID | None = None

    def verb(self) -> own_acts.ExerciseMyRight:
        person = key_of("Person", self.person, "person") if self.person else None
        return own_acts.ExerciseMyRight(self.idempotency_key, self.kind, self.words, person)


@strawberry.input
class LetBeSeenInput:
    idempotency_key: str
    agrees: bool

    def verb(self) -> own_acts.LetBeSeen:
        return own_acts.LetBeSeen(self.idempotency_key, self.agrees)


@strawberry.input(description="What a child of 12 to 15 told the lead.")
class RecordChildsWordInput:
    idempotency_key: str
    person: strawberry.ID
    agrees: bool

    def verb(self) -> own_acts.RecordChildsWord:
        child = key_of("Person", self.person, "person")
        return own_acts.RecordChildsWord(self.idempotency_key, child, self.agrees)


@strawberry.input(
    description="`thing`: a signal, action, contact, hearing, blockade, emergency access or event."
)
class DeferEntryInput:
    idempotency_key: str
    thing: strawberry.ID
    reason: str
    review_on: date | None = None

    def verb(self) -> deferring.DeferEntry:
        for name, kind in _KINDS.items():
            try:
                thing = key_of(name, self.thing, "thing")
            except Problem:
                continue
            return deferring.DeferEntry(self.idempotency_key, kind, thing, self.reason, self.review_on)
        raise Problem("not_found", "thing")


@strawberry.input(
    description="`renewUntil`: until when it stands on; without it the family sees the entry from now on."
)
class ReviewDeferralInput:
    idempotency_key: str
    deferral: strawberry.ID
    finding: str
    renew_until: date | None = None

    def verb(self) -> deferring.ReviewDeferral:
        key = key_of("Deferral", self.deferral, "deferral")
        return deferring.ReviewDeferral(self.idempotency_key, key, self.finding, self.renew_until)


@strawberry.type(description="A code waits to be printed and handed over; it stands on the letter only.")
class ResidentCodeMade:
    id: strawberry.ID
    until: datetime

    @classmethod
    def of(cls, found: residents.CodeMade) -> "ResidentCodeMade":
        return cls(id=global_id("ResidentCode", found.id), until=found.until)


@strawberry.type(description="What to print and hand over.")
class ResidentLetter:
    text: str
    until: datetime


@strawberry.type(description="From now on this login is a resident's own.")
class ResidentBound:
    key: strawberry.ID = strawberry.field(
        description="The value of the header Casecoord-Membership to act as this resident."
    )

    @classmethod
    def of(cls, found: residents.ResidentBound) -> "ResidentBound":
        return cls(key=strawberry.ID(str(found.login)))


@strawberry.type
class ResidentUnbound:
    at: datetime

    @classmethod
    def of(cls, found: residents.ResidentUnbound) -> "ResidentUnbound":
        return cls(at=found.at)


@strawberry.type
class HelpAsked:
    id: strawberry.ID

    @classmethod
    def of(cls, found: own_acts.HelpAsked) -> "HelpAsked":
        return cls(id=global_id("Signal", found.signal))


@strawberry.type
class ChildsWord:
    person: strawberry.ID
    agrees: bool

    @classmethod
    def of(cls, found: own_acts.ChildsWord) -> "ChildsWord":
        return cls(person=global_id("Person", found.child), agrees=found.agrees)


@strawberry.type(description="`reviewOn` null: it was lifted.")
class DeferralSaved:
    id: strawberry.ID
    review_on: date | None

    @classmethod
    def of(cls, found: deferring.DeferralBrief) -> "DeferralSaved":
        return cls(id=global_id("Deferral", found.id), review_on=found.review_on)


@strawberry.type(
    description="What the family does not see yet, for somebody's safety, and until which review."
)
class Deferral:
    id: strawberry.ID
    kind: DeferrableKind
    thing: strawberry.ID
    household: strawberry.ID | None
    by: str
    since: datetime
    review_on: date
    reason: str

    @classmethod
    def of(cls, found: deferring.DeferralLine) -> "Deferral":
        return cls(
            id=global_id("Deferral", found.id),
            kind=found.kind,
            thing=global_id(_IDS[found.kind], found.thing),
            household=global_id("Household", found.household) if found.household else None,
            by=found.by,
            since=found.since,
            review_on=found.review_on,
            reason=found.reason,
        )


@strawberry.type(description="Who looked at, or did, something about you; when, in which role, and why.")
class LogLine:
    id: strawberry.ID
    at: datetime
    sentence: str = strawberry.field(description="All of it, in your language.")
    who: str
    role: str
    team: str | None
    what: str
    why: str
    data: list[str] = strawberry.field(description="Which of the data of the register were in view.")
    about: list[strawberry.ID] = strawberry.field(
        description="Of whom of yours; nobody: your home as a whole."
    )
    emergency: bool

    @classmethod
    def of(cls, found: Line) -> "LogLine":
        return cls(
            id=global_id("LogLine", found.id),
            at=found.at,
            sentence=found.sentence,
            who=found.who,
            role=found.role,
            team=found.team,
            what=found.what,
            why=found.why,
            data=list(found.data),
            about=[global_id("Person", one) for one in found.about],
            emergency=found.emergency,
        )


@strawberry.type(description="A line of the log that somebody does not see yet.")
class HeldBackLine:
    id: strawberry.ID
    at: datetime
    event: str
    who: str | None
    team: str | None
    why: HeldBackWhy
    review_on: date

    @classmethod
    def of(cls, found: HeldBack) -> "HeldBackLine":
        return cls(
            id=global_id("LogLine", found.id),
            at=found.at,
            event=found.event,
            who=found.who,
            team=found.team,
            why=found.why,
            review_on=found.review_on,
        )


ResidentCodeAnswer = Annotated[ResidentCodeMade | ProblemAnswer, strawberry.union("ResidentCodeAnswer")]
BindAnswer = Annotated[ResidentBound | ProblemAnswer, strawberry.union("BindAnswer")]
UnbindAnswer = Annotated[ResidentUnbound | ProblemAnswer, strawberry.union("UnbindAnswer")]
HelpAnswer = Annotated[HelpAsked | ProblemAnswer, strawberry.union("HelpAnswer")]
ChildsWordAnswer = Annotated[ChildsWord | ProblemAnswer, strawberry.union("ChildsWordAnswer")]
DeferralAnswer = Annotated[DeferralSaved | ProblemAnswer, strawberry.union("DeferralAnswer")]


@strawberry.type
class ResidentQueries:
    @strawberry.field(description="The letter with a code that still waits, to print and hand over.")
    async def resident_letter(
        self, info: Info, code: strawberry.ID, language: Language = Language.NL
    ) -> ResidentLetter:
        query = residents.LetterOf(key_of("ResidentCode", code, "code"), language, info.context.public_url)
        found = await info.context.office.look(info.context.caller, residents.resident_letter, query)
        return ResidentLetter(text=found.text, until=found.until)

    @strawberry.field(description="Your own family, as far as it is yours to see; for a resident.")
    async def my_family(self, info: Info) -> JointCase:
        return JointCase.of(await info.context.office.receive(info.context.caller, my_family, MyFamilyOf()))

    @strawberry.field(description="Who looked at your data, when, in which role, and why; for a resident.")
    async def my_access_log(
        self, info: Info, first: int | None = None, after: str | None = None
    ) -> Connection[LogLine]:
        query = MyAccessLogOf(first, after)
        found = await info.context.office.receive(info.context.caller, my_access_log, query)
        return cast(Connection[LogLine], connection(found, LogLine.of))

    @strawberry.field(
        description="Which lines of the log somebody does not see yet, why and until when; for the privacy officer."
    )
    async def held_back(self, info: Info, bsn: str, birth_date: date) -> list[HeldBackLine]:
        query = HeldBackOf(ByBsn(bsn, birth_date))
        found = await info.context.office.look(info.context.caller, held_back, query)
        return [HeldBackLine.of(one) for one in found]

    @strawberry.field(description="What is deferred for somebody's safety, for whoever answers for it.")
    async def deferrals(self, info: Info) -> list[Deferral]:
        query = deferring.DeferralsOf()
        found = await info.context.office.look(info.context.caller, deferring.deferrals, query)
        return [Deferral.of(one) for one in found]


@strawberry.type
class ResidentMutations:
    @strawberry.mutation(description="A code on paper for somebody of a family: it works once, for 14 days.")
    async def make_resident_code(self, info: Info, input: MakeResidentCodeInput) -> ResidentCodeAnswer:
        return await do(info, residents.make_resident_code, input, ResidentCodeMade.of)

    @strawberry.mutation(description="This login is, from now on, the person whose code this is.")
    async def bind_resident(self, info: Info, input: BindResidentInput) -> BindAnswer:
        async def bind() -> ResidentBound:
            office, caller = info.context.office, info.context.caller
            return ResidentBound.of(await residents.bind_resident(office, caller, input.verb()))

        return await answered(info, bind())

    @strawberry.mutation(description="The privacy officer ends what a resident's login may see.")
    async def unbind_resident(self, info: Info, input: UnbindResidentInput) -> UnbindAnswer:
        return await do(info, residents.unbind_resident, input, ResidentUnbound.of)

    @strawberry.mutation(description="A family asks for help itself.")
    async def ask_for_help(self, info: Info, input: AskForHelpInput) -> HelpAnswer:
        return await do(info, own_acts.ask_for_help, input, HelpAsked.of)

    @strawberry.mutation(description="A resident asks by right, for themselves or for a child.")
    async def exercise_my_right(self, info: Info, input: ExerciseMyRightInput) -> RequestAnswer:
        return await do(info, own_acts.exercise_my_right, input, RequestSaved.of)

    @strawberry.mutation(description="A child of 12 to 15 says whether its parents see what is about it.")
    async def let_be_seen(self, info: Info, input: LetBeSeenInput) -> ChildsWordAnswer:
        return await do(info, own_acts.let_be_seen, input, ChildsWord.of)

    @strawberry.mutation(description="The lead writes down what a child of 12 to 15 said about that.")
    async def record_childs_word(self, info: Info, input: RecordChildsWordInput) -> ChildsWordAnswer:
        return await do(info, own_acts.record_childs_word, input, ChildsWord.of)

    @strawberry.mutation(description="Keeps an entry from the family's view for a person's safety.")
    async def defer_entry(self, info: Info, input: DeferEntryInput) -> DeferralAnswer:
        return await do(info, deferring.defer_entry, input, DeferralSaved.of)

    @strawberry.mutation(
        description="Looks at a deferral again: lifts it, or lets it stand for another term."
    )
    async def review_deferral(self, info: Info, input: ReviewDeferralInput) -> DeferralAnswer:
        return await do(info, deferring.review_deferral, input, DeferralSaved.of)
