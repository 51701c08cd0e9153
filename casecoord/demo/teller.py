"""Tells a story by doing what it says: every step is a real verb, done by somebody, at a moment in the past."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from uuid import UUID

from casecoord.actions.blockades import RaiseBlockade, raise_blockade
from casecoord.actions.break_glass import BreakGlass, ByNumber, break_glass
from casecoord.actions.by_bsn import ByBsn
from casecoord.actions.cases import CaseBrief
from casecoord.actions.closing import (
    CloseCase,
    ConfirmOutcome,
    GiveFeedback,
    OfCase,
    begin_aftercare,
    close_case,
    confirm_outcome,
    give_feedback,
    review_case,
)
from casecoord.actions.deferring import DeferEntry, defer_entry
from casecoord.actions.hearings import PlanHearing, plan_hearing
from casecoord.actions.leads import (
    AnswerProposal,
    ProposeLead,
    accept_hand_over,
    accept_lead,
    appoint_lead,
    decline_hand_over,
    decline_lead,
    offer_hand_over,
    propose_lead,
)
from casecoord.actions.office import InputT, Office, Verb
from casecoord.actions.participation import (
    AnswerInvitation,
    InviteTeam,
    decline_invitation,
    invite_team,
    join_case,
)
from casecoord.actions.plan import (
    AddAction,
    CompleteAction,
    Manner,
    RecordContact,
    add_action,
    complete_action,
    record_contact,
)
from casecoord.actions.residents import (
    BindResident,
    ByPerson,
    MakeResidentCode,
    bind_resident,
    make_resident_code,
)
from casecoord.actions.rights import ExerciseRight, exercise_right
from casecoord.actions.signals import (
    AddSignal,
    ByName,
    Decision,
    SeeSignal,
    TriageSignal,
    add_signal,
    see_signal,
    triage_signal,
)
from casecoord.demo.neighbourhood import STANDING, ZUID, Cast, duty_roster
from casecoord.domain.actors import Caller
from casecoord.domain.residents import Thing
from casecoord.domain.words import (
    Audience,
    BlockadeKind,
    LifeDomain,
    ProposalState,
    RequestKind,
    SignalSubject,
    Urgency,
    VeiligThuis,
    Word,
    safety_matters,
)
from casecoord.domain.workdays import AMSTERDAM, is_working_day, local_date
from casecoord.storage.newcomers import Dweller, Settlement
from casecoord.storage.resident_codes import code_of

AnswerT = TypeVar("AnswerT")
_STEP = timedelta(minutes=7)


@dataclass
class Clock:
    """The clock of the database while stories are told."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Teller:
    """One story of one family. `at` is the moment at which the demo begins: all of it lies before.

    Steps carry the story's own keys, so that telling it again answers the same and changes nothing.
    """

    office: Office
    clock: Clock
    cast: Cast
    at: datetime
    story: str
    family: Settlement
    signals: list[UUID] = field(default_factory=list)
    #: triaged signals, and whether whoever signalled was told what came of them
    told: dict[UUID, bool] = field(default_factory=dict)
    _moment: datetime = field(init=False)
    _step: int = 0

    def __post_init__(self) -> None:
        self.days_ago(0)

    def days_ago(self, working_days: int) -> None:
        """What follows happens on the morning of so many working days ago; 0: two hours ago."""
        if working_days == 0:
            self.hours_ago(2)
            return
        day = self.day(-working_days)
        self._moment = datetime.combine(day, time(9), AMSTERDAM).astimezone(UTC)

    def hours_ago(self, hours: float) -> None:
        """What follows happens from so many hours ago on."""
        self._moment = self.at - timedelta(hours=hours)

    def day(self, working_days: int) -> date:
        """The working day so many before (negative) or after the demo's first day."""
        day, left = local_date(self.at), abs(working_days)
        step = timedelta(days=1 if working_days > 0 else -1)
        while left > 0:
            day += step
            left -= is_working_day(day)
        return day

    async def flag(
        self,
        by: str,
        whom: str,
        domain: LifeDomain,
        summary: str,
        *,
        urgency: Urgency = Urgency.NORMAL,
        household: bool = False,
        detail: str | None = None,
        audience: Audience | None = None,
        reported: VeiligThuis | None = None,
        reason: str | None = None,
        by_name: bool = False,
    ) -> UUID:
        """Somebody flags a person of the family, by first name; the signal."""
        who = self._dweller(whom)
        if reported is None and safety_matters(domain, urgency):
            reported = VeiligThuis.YES
        postcode = self.family.postcode
        about = ByName(who.name, who.born, postcode) if by_name else ByBsn(who.bsn, who.born)
        added = await self._act(
            by,
            add_signal,
            lambda key: AddSignal(
                key,
                about,
                SignalSubject.HOUSEHOLD if household else SignalSubject.PERSON,
                domain,
                urgency,
                summary,
                detail,
                audience,
                reported,
                reason,
                self.day(5) if reported is VeiligThuis.LATER else None,
            ),
        )
        self.signals.append(added.signal)
        return added.signal

    async def flag_stranger(self, by: str, name: str, born: date, domain: LifeDomain, summary: str) -> UUID:
        """Somebody flags a person whom nobody here knows."""
        about = ByName(name, born, self.family.postcode)
        added = await self._act(
            by,
            add_signal,
            lambda key: AddSignal(key, about, SignalSubject.PERSON, domain, Urgency.NORMAL, summary),
        )
        self.signals.append(added.signal)
        return added.signal

    async def see(self, by: str, signal: UUID) -> None:
        await self._act(by, see_signal, lambda key: SeeSignal(key, signal))

    async def open_case(self, by: str, signal: UUID, *more: UUID) -> UUID:
        """Triages a signal into a new case, and more signals into that case; the case."""
        triaged = await self._act(
            by, triage_signal, lambda key: TriageSignal(key, signal, Decision.OPEN_CASE)
        )
        assert triaged.case is not None
        self.told.setdefault(signal, False)
        for other in more:
            await self.join_signal(by, other)
        return triaged.case.id

    async def join_signal(self, by: str, signal: UUID) -> None:
        await self._act(by, triage_signal, lambda key: TriageSignal(key, signal, Decision.JOIN_CASE))
        self.told.setdefault(signal, False)

    async def hold(self, by: str, signal: UUID, reason: str, review_in: int) -> None:
        """On hold until so many working days from the demo's first day; negative: already past."""
        day = self.day(review_in)
        await self._act(
            by, triage_signal, lambda key: TriageSignal(key, signal, Decision.ON_HOLD, reason, day)
        )
        await self.feed_back(by, signal, "Wij wachten nog even en kijken opnieuw.")

    async def feed_back(self, by: str, signal: UUID, text: str) -> None:
        """Tells whoever signalled, once."""
        if self.told.get(signal):
            return
        self.told[signal] = True
        await self._act(by, give_feedback, lambda key: GiveFeedback(key, signal, text))

    async def propose(
        self, by: str, case: UUID, whom: str, reason: str | None = None, *, preference: str | None = None
    ) -> UUID:
        """Asks somebody to take the lead; the proposal."""
        return await self._proposed(by, propose_lead, case, whom, reason, preference)

    async def offer(self, by: str, case: UUID, whom: str, reason: str) -> UUID:
        """Asks somebody to take the lead over; the proposal."""
        return await self._proposed(by, offer_hand_over, case, whom, reason, None)

    async def appoint(self, by: str, case: UUID, whom: str, reason: str) -> None:
        professional = self.cast.professionals[whom]
        await self._act(by, appoint_lead, lambda key: ProposeLead(key, case, professional, reason))

    async def accept(self, by: str, proposal: UUID) -> None:
        """Takes the lead, and tells whoever signalled."""
        await self._act(by, accept_lead, lambda key: AnswerProposal(key, proposal))
        for signal in self.told:
            await self.feed_back(by, signal, "Er is een regievoerder; die neemt contact op met het gezin.")

    async def decline(self, by: str, proposal: UUID, reason: str) -> None:
        await self._act(by, decline_lead, lambda key: AnswerProposal(key, proposal, reason))

    async def take_over(self, by: str, proposal: UUID) -> None:
        await self._act(by, accept_hand_over, lambda key: AnswerProposal(key, proposal))

    async def refuse_over(self, by: str, proposal: UUID, reason: str) -> None:
        await self._act(by, decline_hand_over, lambda key: AnswerProposal(key, proposal, reason))

    async def invite(self, by: str, case: UUID, team: str) -> UUID:
        """The invitation."""
        asked = self.cast.teams[team]
        return (await self._act(by, invite_team, lambda key: InviteTeam(key, case, asked))).id

    async def come(self, by: str, invitation: UUID) -> None:
        await self._act(by, join_case, lambda key: AnswerInvitation(key, invitation))

    async def stay_away(self, by: str, invitation: UUID) -> None:
        await self._act(by, decline_invitation, lambda key: AnswerInvitation(key, invitation))

    async def bring(self, by: str, case: UUID, team: str, who: str) -> None:
        """Invites a team, and one of its members says yes."""
        await self.come(who, await self.invite(by, case, team))

    async def plan(
        self,
        by: str,
        case: UUID,
        domain: LifeDomain,
        what: str,
        due: int,
        *,
        of: tuple[str, str] | None = None,
    ) -> UUID:
        """A step due so many working days from the demo's first day, of (team, owner) or one's own; the action."""
        team = self.cast.teams[of[0]] if of else None
        owner = self.cast.professionals[of[1]] if of else None
        day = self.day(due)
        action = await self._act(
            by, add_action, lambda key: AddAction(key, case, domain, what, day, team, owner)
        )
        return action.id

    async def done(self, by: str, action: UUID, result: str) -> None:
        await self._act(by, complete_action, lambda key: CompleteAction(key, action, result))

    async def meet(self, by: str, case: UUID, manner: Manner = Manner.HOME_VISIT) -> None:
        await self._act(by, record_contact, lambda key: RecordContact(key, case, manner))

    async def block(
        self, by: str, case: UUID, kind: BlockadeKind, domain: LifeDomain, what: str, asked: str
    ) -> None:
        """Raises what blocks, and who should do what about it by when."""
        await self._act(by, raise_blockade, lambda key: RaiseBlockade(key, case, kind, domain, what, asked))

    async def hearing(self, by: str, whom: str, held: int) -> None:
        """Plans a hearing so many working days after the demo's first day."""
        who, day = self._dweller(whom), self.day(held)
        await self._act(by, plan_hearing, lambda key: PlanHearing(key, ByBsn(who.bsn, who.born), day))

    async def break_glass(self, whom: str, reason: str) -> UUID:
        """Whoever is on duty then looks by emergency access; the grant."""
        who, roster = self._dweller(whom), duty_roster(ZUID, self.at - STANDING, self.at)
        by = next(
            key
            for key, start, until in roster
            if start <= self._moment and (not until or self._moment < until)
        )
        done = await self._act(by, break_glass, lambda key: BreakGlass(key, ByNumber(who.bsn), reason))
        return done.id

    async def request(self, by: str, whom: str, kind: RequestKind, words: str) -> UUID:
        """A resident, whose identity was checked, asks for something."""
        who = self._dweller(whom)
        asked = await self._act(
            by,
            exercise_right,
            lambda key: ExerciseRight(key, ByBsn(who.bsn, who.born), kind, True, words),
        )
        return asked.id

    async def review(self, by: str, case: UUID) -> None:
        await self._act(by, review_case, lambda key: OfCase(key, case))

    async def end(self, by: str, signal: UUID, outcome: str) -> None:
        """The signal ends on the family's word."""
        await self._act(
            by, confirm_outcome, lambda key: ConfirmOutcome(key, outcome, Word.FAMILY, signal=signal)
        )

    async def begin_aftercare(self, by: str, case: UUID) -> None:
        await self._act(by, begin_aftercare, lambda key: OfCase(key, case))

    async def close(self, by: str, case: UUID, outcome: str) -> None:
        """The case closes on the family's word."""
        await self._act(by, close_case, lambda key: CloseCase(key, case, outcome, Word.FAMILY))

    async def does(self, by: str, verb: Verb[InputT, AnswerT], make: Callable[[str], InputT]) -> AnswerT:
        """A step that only one chapter takes, with a key of the story's own."""
        return await self._act(by, verb, make)

    def person(self, first_name: str) -> Dweller:
        """Somebody of the family."""
        return self._dweller(first_name)

    async def _proposed(
        self,
        by: str,
        verb: Verb[ProposeLead, CaseBrief],
        case: UUID,
        whom: str,
        reason: str | None,
        preference: str | None,
    ) -> UUID:
        professional = self.cast.professionals[whom]
        asked = await self._act(
            by, verb, lambda key: ProposeLead(key, case, professional, reason, preference)
        )
        return next(one.id for one in asked.proposals if one.state is ProposalState.PENDING)

    async def give_code(self, by: str, whom: str, user: str) -> None:
        """Somebody of the family gets a code on paper, and a demo user comes in with it."""
        who = self._dweller(whom)
        made = await self._act(by, make_resident_code, lambda key: MakeResidentCode(key, ByPerson(who.id)))
        self.clock.now = self._moment
        code = code_of(self.office.database.keyring, self.cast.area, made.id)
        caller = Caller(self.cast.issuer, f"demo-{user}", trace_id=f"{0:032}")
        await bind_resident(self.office, caller, BindResident(f"demo {self.story} {user}", code))

    async def defer(self, by: str, signal: UUID, reason: str) -> None:
        """The family does not see a signal yet, for somebody's safety."""
        await self._act(by, defer_entry, lambda key: DeferEntry(key, Thing.SIGNAL, signal, reason))

    async def tell(self, by: str, verb: Verb[InputT, AnswerT], make: Callable[[str], InputT]) -> AnswerT:
        """Any other verb, for a chapter that has its own; `make`: its input, from the key."""
        return await self._act(by, verb, make)

    def _dweller(self, first_name: str) -> Dweller:
        return next(one for one in self.family.people if one.name.split()[0] == first_name)

    async def _act(self, by: str, verb: Verb[InputT, AnswerT], make: Callable[[str], InputT]) -> AnswerT:
        assert self._moment <= self.at, f"{self.story} is told into the future"
        self.clock.now, self._moment = self._moment, self._moment + _STEP
        self._step += 1
        caller = Caller(self.cast.issuer, f"demo-{by}", trace_id=f"{0:032}")
        return await self.office.act(caller, verb, make(f"demo {self.story} {self._step}"))
