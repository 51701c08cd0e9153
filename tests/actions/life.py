"""A town's life, lived at random on a real database: what may happen to families, and what must always be so.

What must be so is asked in SQL of its own, by another path than the application's.
"""

import asyncio
import threading
from collections import Counter
from collections.abc import Coroutine
from datetime import date, datetime, timedelta
from secrets import token_hex
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from casecoord.access.decide import Policy
from casecoord.actions import (
    absence,
    blockades,
    closing,
    deciding,
    hearings,
    leads,
    leaving,
    merging,
    participation,
    plan,
    rights,
    signals,
    splitting,
)
from casecoord.actions import break_glass as emergencies
from casecoord.actions.clocks import recompute_gaps, sweep_areas
from casecoord.domain.errors import Problem
from casecoord.domain.words import (
    BlockadeKind,
    LifeDomain,
    Reach,
    RequestKind,
    SignalSubject,
    Urgency,
    VeiligThuis,
    Word,
)
from casecoord.storage.households import holder_at
from casecoord.storage.settle import settle, settle_area
from casecoord.storage.work import Database, UnknownLogin
from tests.actions.life_meetings import NEVER_AT_A_TABLE, Tables
from tests.actions.life_money import NEVER_WITH_MONEY, Spending
from tests.actions.life_moves import NEVER_WHEN_MOVING, Moving
from tests.actions.life_places import NEVER_WITH_PLACES, Placing
from tests.actions.life_table import NEVER_AT_THE_TABLE, AtTheTable
from tests.actions.steps import by_bsn, concern, led_case, open_case, second_coordinator, signal, take_part
from tests.actions.whole_state import Opened, whole_state
from tests.conftest import of_database
from tests.world import KEYRING, Clock, Someone, Town, build_town

T = TypeVar("T")

WORKING = ("amina", "bram", "ines", "chaima", "dirk", "esra", "fleur", "gijs", "hanna", "ibrahim", "jasmijn")
people = st.sampled_from(WORKING)
maybe_a_stranger = st.sampled_from((None,) * 30 + WORKING)
pick = st.sampled_from(range(5_040))
urgencies = st.sampled_from([Urgency.NORMAL, Urgency.HIGH, Urgency.ACUTE])

#: What is open in a household, one row each: since when, and until when.
WITH_SOMETHING_OPEN = """
select h.id from households h where exists (select from signals s where s.household_id = h.id and s.state <> 'ended')
   or exists (select from cases c where c.household_id = h.id and c.state <> 'closed')"""

#: Who should hold each household now, told anew from the words of the domain: for the absent, their deputy.
SHOULD_HOLD = f"""
select household, coalesce((select d.deputy_id from deputies d
    where d.membership_id = holder and d.during @> $1::timestamptz), holder) holder from (
select open.id household, coalesce(
  (select l.membership_id from leads l join cases c on c.id = l.case_id
    where c.household_id = open.id and c.state <> 'closed' and l.during @> $1::timestamptz),
  (select (select z.membership_id from coordinator_seats z
            where z.seat = s.accountable_team_id and z.during @> $1::timestamptz)
     from signals s where s.household_id = open.id and s.state <> 'ended'
    order by (s.sphere <> 'general'), s.received_at, s.id limit 1),
  (select z.membership_id from coordinator_seats z where z.seat = $2 and z.during @> $1::timestamptz)) holder
from ({WITH_SOMETHING_OPEN}) open) told"""

#: Every promise that should be running, by household, rule and subject.
SHOULD_RUN = """
select household_id, case state when 'open' then 'G1' else 'G13' end rule, id from signals where state in ('open', 'on_hold')
union all select household_id, 'G2', id from cases where state in ('triaged', 'lead_proposed')
union all select c.household_id, 'G3', c.id from cases c
  where c.state = 'led' and not exists (select from contacts k where k.case_id = c.id and k.contacted_at >= (
    select max(greatest(lower(l.during), p.answered_at)) from leads l join proposals p on p.id = l.proposal_id
     where l.case_id = c.id and p.state = 'accepted'))
union all select c.household_id, 'G4', a.id from plan_actions a join cases c on c.id = a.case_id
  where a.state = 'open' and c.state <> 'closed'
union all select c.household_id, 'G7', c.id from proposals p join cases c on c.id = p.case_id
  where p.state = 'pending' and p.kind = 'handover' and c.state in ('led', 'aftercare')
union all select household_id, 'G7', id from transfers where state = 'pending'
union all select c.household_id, 'G14', i.id from invitations i join cases c on c.id = i.case_id
  where i.state = 'pending' and c.state <> 'closed'
union all select c.household_id, 'G5', c.id from cases c where c.state = 'led'
union all select household_id, 'G6', id from signals
  where state <> 'ended' and triaged_at is not null and feedback_at is null
union all select c.household_id, 'G2', c.id from cases c join leads l on l.case_id = c.id and upper_inf(l.during)
  join proposals p on p.id = l.proposal_id where p.objected_at is not null and c.state in ('led', 'aftercare')
union all select c.household_id, 'G10', b.id from blockades b join cases c on c.id = b.case_id where b.state <> 'decided'
union all select household_id, 'G9', id from hearings z where state = 'planned' and not exists (select from placements p
  where p.hearing_id = z.id and (p.state in ('confirmed', 'started') or p.outcome in ('completed', 'continues')))
union all select household_id, 'G12', id from break_glass_grants where reviewed_at is null
union all select household_id, 'G15', id from requests where state = 'open'
union all select household_id, 'G11', id from cases where state = 'aftercare'
union all select distinct household_id, 'covered', household_id from signals
  where state <> 'ended' and accountable_team_id is null"""
IN_SEARCH = """
select id from cases c where c.state = 'triaged' order by id"""
LED = """
select case_id, membership_id from leads l where upper_inf(during)
   and not exists (select from proposals p where p.case_id = l.case_id and p.state = 'pending') order by id"""
RUNNING = (
    "select household_id, rule, subject_id from promises where ended_at is null and household_id is not null"
)

#: Each finds what must never be: any row is a broken invariant.
NEVER = {
    **NEVER_WHEN_MOVING,
    **NEVER_AT_THE_TABLE,
    **NEVER_WITH_MONEY,
    **NEVER_WITH_PLACES,
    **NEVER_AT_A_TABLE,
    "I1 a household with something open has not exactly one holder, who works here now": f"""
        select open.id from ({WITH_SOMETHING_OPEN}) open where 1 <> (select count(*) from holders o
          join memberships m on m.id = o.membership_id and m.during @> $1::timestamptz
          where o.household_id = open.id and o.during @> $1::timestamptz)""",
    "I1 a household in which nothing is open is held": f"""
        select o.household_id from holders o where upper_inf(o.during) and o.household_id not in ({WITH_SOMETHING_OPEN})
          and $1::timestamptz is not null""",
    "I1 the line of holders has a hole since the first that was open": """
        select s.household_id from signals s where $1::timestamptz is not null and not (select
          range_agg(o.during) from holders o where o.household_id = s.household_id) @> tstzrange(s.received_at, s.ended_at)""",
    "I2 a responder does not work here": """
        select p.id from promises p join memberships m on m.id = coalesce((select t.membership_id from turns t
           where t.subject_id = p.id and t.at <= $1::timestamptz order by t.at desc limit 1), p.responder_id)
         where p.ended_at is null and not m.during @> $1::timestamptz""",
    "I6 a step, or a question, is with somebody who does not work here": """
        select x.id from (select id, owner_id who from plan_actions where state = 'open'
            union all select id, membership_id from proposals where state = 'pending') x
          join memberships m on m.id = coalesce((select t.membership_id from turns t
           where t.subject_id = x.id and t.at <= $1::timestamptz order by t.at desc limit 1), x.who)
         where not m.during @> $1::timestamptz""",
    "I1 a seat is empty, or nobody works in it": """
        select y.id from coordinator_seats y join memberships m on m.id = y.membership_id
         where y.during @> $1::timestamptz and not m.during @> $1::timestamptz
        union all select t.id from teams t where t.during @> $1::timestamptz and not exists (
          select from coordinator_seats y where y.seat = t.id and y.during @> $1::timestamptz)""",
    "I3 a household has two open cases": """
        select household_id from cases where state <> 'closed' and $1::timestamptz is not null
         group by 1 having count(*) > 1""",
    "I4 a case has two leads, or is led by nobody": """
        select c.id from cases c where $1::timestamptz is not null and (c.state in ('led', 'aftercare'))::int <>
          (select count(*) from leads l where l.case_id = c.id and l.during @> $1::timestamptz)""",
    "I4 a lead does not work here": """
        select l.id from leads l join memberships m on m.id = l.membership_id
         where l.during @> $1::timestamptz and not m.during @> $1::timestamptz""",
    "I6 a signal in a case of another household": """
        select s.id from signals s join cases c on c.id = s.case_id
         where c.household_id <> s.household_id and $1::timestamptz is not null""",
    "I6 something open in a household that has ended": f"""
        select h.id from households h where not upper_inf(h.during) and $1::timestamptz is not null
          and h.id in ({WITH_SOMETHING_OPEN})""",
    "I6 a case that went on in another is open, or went on in one that is nowhere": """
        select c.id from cases c left join cases k on k.id = c.merged_into where c.merged_into is not null
          and (c.state <> 'closed' or k.id is null) and $1::timestamptz is not null""",
    "I6 a household went on in another and is there still, or is gone and went on nowhere": """
        select g.id from merges g join households h on h.id = g.merged_id
         where (g.undone_at is null) = upper_inf(h.during) and $1::timestamptz is not null
           and not exists (select from merges y where y.merged_id = g.merged_id and y.undone_at is null
             and y.id <> g.id)""",
    "I6 a person, a team's part or an invitation that waits is in a household that has ended": """
        select p.id from participants p join cases c on c.id = p.case_id join households h on h.id = c.household_id
         where upper_inf(p.during) and not upper_inf(h.during) and $1::timestamptz is not null
        union all select i.id from invitations i join cases c on c.id = i.case_id
         where i.state = 'pending' and c.state = 'closed'""",
    "I6 an open action of a team that takes no part in its case": """
        select a.id from plan_actions a join cases c on c.id = a.case_id and c.state <> 'closed'
         where a.state = 'open' and $1::timestamptz is not null and not exists (select from participants p
           where p.case_id = a.case_id and p.team_id = a.team_id and upper_inf(p.during))""",
    "I6 the lead's team takes no part in the case": """
        select l.id from leads l join memberships m on m.id = l.membership_id
         where upper_inf(l.during) and $1::timestamptz is not null and not exists (select from participants p
           where p.case_id = l.case_id and p.team_id = m.team_id and upper_inf(p.during))""",
    "a gap of a promise that is kept": """
        select g.id from gaps g join promises p on p.id = g.promise_id
         where g.ended_at is null and p.ended_at is not null and $1::timestamptz is not null""",
}  # fmt: skip


async def running_as_it_should(database: asyncpg.Connection) -> tuple[Counter[Any], Counter[Any]]:
    """Every promise that should be running, and every one that is."""
    should = Counter(tuple(row) for row in await database.fetch(SHOULD_RUN))
    return should, Counter(tuple(row) for row in await database.fetch(RUNNING))


ANSWER = {
    "number": pick,
    "kind": pick,
    "yes": st.booleans(),
    "stranger": maybe_a_stranger,
    "decision": st.sampled_from(signals.Decision),
    "days": st.integers(0, 95),
}


class Loop:
    """An event loop of its own, for a machine that Hypothesis drives without one."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=120)

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class Life(Moving, AtTheTable, Spending, Placing, Tables, RuleBasedStateMachine):
    """Signals, cases, leads, plans and matches, by whoever, at any moment. `server`, `template`: where."""

    server = ""
    template = ""
    loop: Loop
    policy: Policy
    #: What was done, and what was refused, over all lives: a life in which nothing happens proves nothing.
    done: Counter[str] = Counter()

    @initialize()
    def begin(self) -> None:
        self.name = f"casecoord_life_{token_hex(16)}"
        self.merged: set[UUID] = set()
        self.history: dict[tuple[UUID, datetime], UUID | None] = {}
        self.loop.run(self._begin())

    async def _begin(self) -> None:
        admin = await asyncpg.connect(self.server)
        await admin.execute(f"create database {self.name} template {self.template} strategy file_copy")
        await admin.close()
        self.clock = Clock()
        self.url = of_database(self.server, self.name)
        self.database = Database(self.url, KEYRING, clock=self.clock, pool_size=4)
        self.town: Town = await build_town(self.database, self.clock, self.policy)
        await second_coordinator(self.town)
        family = await self.town.janssens()
        (loner,) = await self.town.family(("Wim Post", date(1960, 5, 5)), neighbourhood="BU05991098")
        (child,) = await self.town.family(("Sam Bos", date(2017, 2, 2)), links={0: [("school", "12AB00")]})
        self.persons: list[Someone] = [family["noor"], family["els"], family["daan"], loner, child]
        self.beside = await asyncpg.connect(self.url, server_settings={"timezone": "UTC"})
        # Every life begins with a led case, and with one in search of a lead.
        led = await led_case(self.town, self.persons[0])
        await take_part(self.town, "amina", led.id, "wijkteam", "chaima")
        await open_case(self.town, "ines", (await signal(self.town, "fleur", self.persons[4])).signal)

    # What may happen.

    @rule(
        who=people,
        about=pick,
        how=st.sampled_from(["by BSN", "by BSN", "by name", "by another name", "again"]),
        domain=st.sampled_from(LifeDomain),
        urgency=urgencies,
    )
    def somebody_signals(self, who: str, about: int, how: str, domain: LifeDomain, urgency: Urgency) -> None:
        someone, subject = self.persons[about % len(self.persons)], SignalSubject.PERSON
        meant: Any = someone
        if how == "again":
            meant = signals.ByHousehold(self._one("select id from households order by id", about))
            subject = SignalSubject.HOUSEHOLD
        elif how != "by BSN":
            born = someone.born if how == "by name" else date(2015, 1, 1 + about % 28)
            meant = signals.ByName(someone.name, born, "3073AB")
        sent = concern(
            self.town, meant, subject=subject, domain=domain, urgency=urgency, veilig_thuis=VeiligThuis.YES
        )
        self._try(who, signals.add_signal, sent)

    @rule(
        number=pick,
        kind=pick,
        asked=pick,
        stranger=maybe_a_stranger,
        team=st.sampled_from(["wijkteam", "huisarts", "rechtbank", "werk"]),
        days=st.integers(0, 30),
    )
    def something_is_begun(
        self, number: int, kind: int, asked: int, stranger: str | None, team: str, days: int
    ) -> None:
        """By somebody at the table of an open case, or by a stranger."""
        beginnings = [
            lambda: self.a_lead_is_proposed(number, stranger, asked),
            lambda: self.a_team_is_invited(number, stranger, team),
            lambda: self.a_hand_over_is_offered(number, asked),
            lambda: self.a_step_is_added(number, asked, stranger, days),
            lambda: self.the_lead_speaks_with_the_family(number),
            lambda: self.a_lead_is_appointed(number, asked),
            lambda: self.a_team_leaves(number, asked, stranger),
            lambda: self.an_appointed_lead_objects(number, stranger),
            lambda: self.a_blockade_is_raised(number, asked, stranger),
            lambda: self.a_hearing_is_planned(number, days, stranger),
            lambda: self.the_glass_is_broken(number, stranger),
            lambda: self.a_right_is_exercised(number, asked, stranger),
        ]
        beginnings[kind % len(beginnings)]()

    def what_waits_is_answered(
        self, number: int, kind: int, yes: bool, stranger: str | None, decision: signals.Decision, days: int
    ) -> None:
        """One of the things that somebody waits for, whatever there is of it."""
        answers = {
            "signals where state in ('open', 'on_hold')": lambda: self.a_signal_is_triaged(
                number, stranger, decision, days
            ),
            "signals where state = 'open' and urgency = 'acute' and seen_at is null": lambda: (
                self.an_acute_signal_is_seen(number)
            ),
            "invitations where state = 'pending'": lambda: self.an_invitation_is_answered(
                number, stranger, yes
            ),
            "proposals where state = 'pending'": lambda: self.a_proposal_is_answered(number, stranger, yes),
            "plan_actions where state = 'open'": lambda: self.a_step_is_done(number, stranger),
            "merge_proposals where state = 'pending'": lambda: self.a_match_is_decided(number, yes),
            "blockades where state <> 'decided'": lambda: self.a_blockade_is_decided(number, stranger, yes),
            "break_glass_grants where reviewed_at is null": lambda: self.an_emergency_is_reviewed(
                number, stranger
            ),
            "requests where state = 'open'": lambda: self.a_right_is_decided(number, stranger, yes),
            "hearings where state = 'planned'": lambda: self.a_hearing_is_moved_or_ended(number, days, yes),
        }
        waiting = [answer for of, answer in answers.items() if self._fetch(f"select from {of}")]
        if waiting:
            waiting[kind % len(waiting)]()

    # Half of what people do is answering.
    one_is_answered = rule(**ANSWER)(what_waits_is_answered)
    another_is_answered = rule(**ANSWER)(what_waits_is_answered)

    def a_signal_is_triaged(
        self, number: int, stranger: str | None, decision: signals.Decision, days: int
    ) -> None:
        row = self._row(
            "select id, accountable_team_id from signals where state in ('open', 'on_hold') order by id",
            number,
        )
        if row:
            who = stranger or self._coordinator(row["accountable_team_id"])
            review = self.clock.now.date() + timedelta(days=days)
            self._try(who, signals.triage_signal, signals.TriageSignal(
                self.town.key(), row["id"], decision, "zo is het", review))  # fmt: skip

    def an_acute_signal_is_seen(self, number: int) -> None:
        found = self._one(
            "select id from signals where state = 'open' and urgency = 'acute' order by id", number
        )
        if found:
            self._try("dirk", signals.see_signal, signals.SeeSignal(self.town.key(), found))

    def a_team_is_invited(self, number: int, stranger: str | None, team: str) -> None:
        case = self._one("select id from cases where state <> 'closed' order by id", number)
        if case:
            invited = participation.InviteTeam(self.town.key(), case, self.town.teams[team])
            self._try(stranger or self._at_the_table(case, number), participation.invite_team, invited)

    def an_invitation_is_answered(self, number: int, stranger: str | None, joins: bool) -> None:
        row = self._row("select id, team_id from invitations where state = 'pending' order by id", number)
        if row:
            verb = participation.join_case if joins else participation.decline_invitation
            who = stranger or self._coordinator(row["team_id"])
            self._try(who, verb, participation.AnswerInvitation(self.town.key(), row["id"]))

    def a_lead_is_proposed(self, number: int, by: str | None, asked: int) -> None:
        case = self._one(IN_SEARCH, number)
        if case:
            taker = self.town.members[self._at_the_table(case, asked)].professional
            proposal = leads.ProposeLead(self.town.key(), case, taker, "past bij het gezin")
            self._try(by or self._at_the_table(case, number), leads.propose_lead, proposal)

    def a_proposal_is_answered(self, number: int, stranger: str | None, accepts: bool) -> None:
        row = self._row(
            "select id, kind, membership_id from proposals where state = 'pending' order by id", number
        )
        if row:
            verbs = {
                ("lead", True): leads.accept_lead, ("lead", False): leads.decline_lead,
                ("handover", True): leads.accept_hand_over, ("handover", False): leads.decline_hand_over,
            }  # fmt: skip
            who = stranger or self._named(row["membership_id"])
            answer = leads.AnswerProposal(self.town.key(), row["id"], "daarom")
            self._try(who, verbs[row["kind"], accepts], answer)

    def a_hand_over_is_offered(self, number: int, asked: int) -> None:
        row = self._row(LED, number)
        if row:
            taker = self.town.members[self._at_the_table(row["case_id"], asked)].professional
            offer = leads.ProposeLead(self.town.key(), row["case_id"], taker, "verlof")
            self._try(self._named(row["membership_id"]), leads.offer_hand_over, offer)

    def a_lead_is_appointed(self, number: int, asked: int) -> None:
        case = self._one(
            "select id from cases where state in ('triaged', 'lead_proposed') order by id", number
        )
        if case:
            taker = self.town.members[self._at_the_table(case, asked)].professional
            self._try(
                "jasmijn", leads.appoint_lead, leads.ProposeLead(self.town.key(), case, taker, "te lang")
            )

    def a_team_leaves(self, number: int, asked: int, stranger: str | None) -> None:
        """With a successor for each of its open actions; whom the town names may be the wrong one."""
        row = self._row(
            "select case_id, team_id from participants p where upper_inf(during) order by case_id, team_id, sphere",
            number,
        )
        if row:
            open_ones = self._fetch(
                "select id from plan_actions where case_id = $1 and team_id = $2 and state = 'open'", *row
            )
            taker = self.town.members[self._at_the_table(row["case_id"], asked)].professional
            successors = tuple(participation.Successor(one["id"], taker) for one in open_ones)
            who = stranger or self._coordinator(row["team_id"])
            left = participation.LeaveCase(self.town.key(), row["case_id"], successors)
            self._try(who, participation.leave_case, left)

    def an_appointed_lead_objects(self, number: int, stranger: str | None) -> None:
        row = self._row(
            "select p.id, p.membership_id from proposals p join leads l on l.proposal_id = p.id"
            " where p.kind = 'appointment' and upper_inf(l.during) order by p.id",
            number,
        )
        if row:
            objection = leads.AnswerProposal(self.town.key(), row["id"], "past niet")
            self._try(stranger or self._named(row["membership_id"]), leads.object_to_appointment, objection)

    def a_blockade_is_raised(self, number: int, asked: int, stranger: str | None) -> None:
        """About a step that cannot be done, by its team; or about anything, by whoever is at the table."""
        case, words = (
            self._one("select id from cases where state <> 'closed' order by id", number),
            "Mag niet.",
        )
        if case:
            step = self._row(
                "select id, owner_id from plan_actions where state = 'open' and case_id = $1 order by id",
                asked,
                case,
            )
            who = stranger or (self._named(step["owner_id"]) if step else self._at_the_table(case, asked))
            key, action = self.town.key(), step["id"] if step else None
            raised = blockades.RaiseBlockade(
                key, case, BlockadeKind.RULE, LifeDomain.HOUSING, words, words, action
            )
            self._try(who, blockades.raise_blockade, raised)

    def a_blockade_is_decided(self, number: int, stranger: str | None, decides: bool) -> None:
        found = self._one("select id from blockades where state <> 'decided' order by id", number)
        if found:
            word = ("Mag voortaan.", Reach.STRUCTURAL) if decides else (None, None)
            decision = blockades.DecideBlockade(self.town.key(), found, *word, on_agenda=not decides)
            self._try(stranger or "jasmijn", blockades.decide_blockade, decision)

    def a_hearing_is_planned(self, number: int, days: int, stranger: str | None) -> None:
        youth, day = self.persons[number % len(self.persons)], self.clock.now.date() + timedelta(days=days)
        plan = hearings.PlanHearing(self.town.key(), by_bsn(youth), day)
        self._try(stranger or "hanna", hearings.plan_hearing, plan)

    def a_hearing_is_moved_or_ended(self, number: int, days: int, moves: bool) -> None:
        found = self._one("select id from hearings where state = 'planned' order by id", number)
        if found and moves:
            day = self.clock.now.date() + timedelta(days=days)
            self._try("hanna", hearings.move_hearing, hearings.MoveHearing(self.town.key(), found, day))
        elif found:
            end = hearings.EndHearing(self.town.key(), found, held=bool(days % 2))
            self._try("hanna", hearings.end_hearing, end)

    def the_glass_is_broken(self, number: int, stranger: str | None) -> None:
        about = emergencies.ByNumber(self.persons[number % len(self.persons)].bsn)
        broken = emergencies.BreakGlass(self.town.key(), about, "Niemand doet open, kind is alleen.")
        self._try(stranger or "dirk", emergencies.break_glass, broken)

    def an_emergency_is_reviewed(self, number: int, stranger: str | None) -> None:
        found = self._one("select id from break_glass_grants where reviewed_at is null order by id", number)
        if found:
            review = emergencies.ReviewBreakGlass(self.town.key(), found, "Terecht.")
            self._try(stranger or "lotte", emergencies.review_break_glass, review)

    def a_right_is_exercised(self, number: int, kind: int, stranger: str | None) -> None:
        who, kinds = self.persons[number % len(self.persons)], tuple(RequestKind)
        asked = rights.ExerciseRight(self.town.key(), by_bsn(who), kinds[kind % len(kinds)], True)
        self._try(stranger or "lotte", rights.exercise_right, asked)

    def a_right_is_decided(self, number: int, stranger: str | None, grants: bool) -> None:
        found, second = (
            self._one("select id from requests where state = 'open' order by id", number),
            self.town.members["ibrahim"].professional,
        )
        if found:
            decision = deciding.DecideRight(self.town.key(), found, grants, "AVG art. 18", second, "Klopt.")
            self._try(stranger or "lotte", deciding.decide_right, decision)
            waits = self._one("select id from request_decisions where state = 'pending' order by id", number)
            if waits:
                answer = deciding.ConfirmDecision(self.town.key(), waits, number % 3 > 0, "Gezien.")
                self._try(stranger or "ibrahim", deciding.confirm_decision, answer)

    def a_step_is_added(self, number: int, who: int, stranger: str | None, days: int) -> None:
        case = self._one("select id from cases where state <> 'closed' order by id", number)
        if case:
            due = self.clock.now.date() + timedelta(days=days + 1)
            step = plan.AddAction(self.town.key(), case, LifeDomain.TIME_USE, "Ga langs.", due)
            self._try(stranger or self._at_the_table(case, who), plan.add_action, step)

    def a_step_is_done(self, number: int, stranger: str | None) -> None:
        row = self._row("select id, owner_id from plan_actions where state = 'open' order by id", number)
        if row:
            who = stranger or self._named(row["owner_id"])
            self._try(who, plan.complete_action, plan.CompleteAction(self.town.key(), row["id"], "gedaan"))

    def the_lead_speaks_with_the_family(self, number: int) -> None:
        row = self._row(
            "select case_id, membership_id from leads where upper_inf(during) order by id", number
        )
        if row:
            contact = plan.RecordContact(self.town.key(), row["case_id"])
            self._try(self._named(row["membership_id"]), plan.record_contact, contact)

    def a_match_is_decided(self, number: int, accept: bool) -> None:
        row = self._row(
            "select id, household_id, provisional_id from merge_proposals where state = 'pending'"
            " order by household_id, provisional_id",
            number,
        )
        if row:
            both = [row["household_id"], row["provisional_id"]]
            led = "select id from cases where household_id = any($1) and state in ('led', 'aftercare') order by id"
            cases = [case for (case,) in self._fetch(led, both)]
            keep = cases[number % 2] if len(cases) == 2 else None
            word = merging.ConfirmMerge(self.town.key(), row["id"], accept, keep)
            if self._try("ibrahim", merging.confirm_merge, word) and accept:
                self.merged.update(both)

    @rule(number=pick, other=pick)
    def two_households_are_named_as_one(self, number: int, other: int) -> None:
        there = "select id from households where upper_inf(during) order by id"
        named = merging.ProposeMerge(self.town.key(), self._one(there, number), self._one(there, other))
        self._try("ibrahim", merging.propose_merge, named)

    @rule(number=pick, by=st.sampled_from(["nora", "nora", "nora", "ibrahim", "amina"]))
    def a_merge_is_undone(self, number: int, by: str) -> None:
        merge = self._one("select id from merges where undone_at is null order by merged_at, id", number)
        if merge:
            self._try(by, merging.undo_merge, merging.UndoMerge(self.town.key(), merge))

    @rule(number=pick, case_goes=st.booleans(), signals_go=st.booleans())
    def a_household_splits(self, number: int, case_goes: bool, signals_go: bool) -> None:
        row = self._row(
            "select h.id, array_agg(p.id order by p.id) people from households h join persons p"
            " on p.household_id = h.id where upper_inf(h.during) group by h.id having count(*) > 1 order by h.id",
            number,
        )
        if row is None:
            return
        parts = (splitting.Part.STAYING, splitting.Part.LEAVING)
        loud = "select id from signals where household_id = $1 and person_id is null and state <> 'ended' order by id"
        goes = tuple(
            splitting.SignalGoes(signal, parts[signals_go]) for (signal,) in self._fetch(loud, row["id"])
        )
        split = splitting.SplitHousehold(
            self.town.key(), row["id"], tuple(row["people"][: 1 + number % (len(row["people"]) - 1)]), goes,
            parts[case_goes],
        )  # fmt: skip
        self._try("ibrahim", splitting.split_household, split)

    @rule(number=st.integers(0, 5), stranger=st.sampled_from([None, None, None, "amina", "dirk", "ines"]))
    def the_loop_is_closed_a_little_further(self, number: int, stranger: str | None) -> None:
        """Whatever comes next on the way to an end: telling, reviewing, confirming, aftercare, closing."""
        row = self._row(
            "select l.case_id, l.membership_id, c.state from leads l join cases c on c.id = l.case_id"
            " where upper_inf(l.during) order by l.id",
            number,
        )
        if not row:
            return
        case, who, key = row["case_id"], stranger or self._named(row["membership_id"]), self.town.key
        self._try(who, closing.review_case, closing.OfCase(key(), case))
        of_case = "select id from signals where case_id = $1 and state <> 'ended' order by id"
        for (identity,) in self._fetch(of_case, case):
            self._try(who, closing.give_feedback, closing.GiveFeedback(key(), identity, "Er is een plan."))
            self._try(
                who,
                closing.confirm_outcome,
                closing.ConfirmOutcome(key(), "Gaat goed.", Word.FAMILY, identity),
            )
        if row["state"] == "led":
            self._try(who, closing.begin_aftercare, closing.OfCase(key(), case))
        else:
            end = closing.CloseCase(key(), case, "Het gezin redt zich.", Word.FAMILY)
            self._try(who, closing.close_case, end)

    @rule(number=st.integers(0, 5), by=st.sampled_from(["ibrahim", "amina"]))
    def a_closed_case_is_reopened(self, number: int, by: str) -> None:
        case = self._one("select id from cases where state = 'closed' order by id", number)
        if case:
            self._try(by, closing.reopen_case, closing.OfCase(self.town.key(), case))

    @rule(hours=st.sampled_from([1, 3, 5, 20, 24, 48, 24 * 7, 24 * 21]))
    def time_passes(self, hours: int) -> None:
        self.clock.forward(hours=hours)
        self._sweep()

    @rule(days=st.integers(1, 5), heir=st.sampled_from(["amina", "bram"]))
    def a_coordinator_plans_to_pass_the_seat_on(self, days: int, heir: str) -> None:
        try:
            self.loop.run(self._succession(self.clock.now + timedelta(days=days), heir))
        except asyncpg.IntegrityConstraintViolationError as refusal:
            self.done[f"not succession: {refusal.constraint_name}"] += 1
            return
        self.done["succession"] += 1

    @rule(hours=st.sampled_from([1, 20, 48, 24 * 6, 24 * 12]))
    def time_passes_with_nobody_awake(self, hours: int) -> None:
        """No sweep: what was planned holds by itself."""
        self.clock.forward(hours=hours)

    @rule(who=people, number=pick, days=st.sampled_from([0, 0, 1, 4, 11]), heir=st.none() | pick)
    def somebody_leaves(self, who: str, number: int, days: int, heir: int | None) -> None:
        """Now or in some days, with somebody of the team to take over or the coordinator; then comes back as a member."""
        now, professional = self.clock.now, self.town.members[who].professional
        lasting = "select id, team_id from memberships where {} and upper_inf(during) and lower(during) <= $2 order by id"
        mine = self._fetch(lasting.format("professional_id = $1"), professional, now)
        if not mine:
            return
        leaver = mine[number % len(mine)]
        team = [row[0] for row in self._fetch(lasting.format("team_id = $1"), leaver["team_id"], now)]
        end = leaving.EndMembership(
            self.town.key(),
            leaver["id"],
            now + timedelta(days=days) if days else None,
            team[heir % len(team)] if heir is not None else None,
            confirm=True,
        )
        if self._try("mo", leaving.end_membership, end):
            self.loop.run(self._comes_back(professional, leaver["team_id"], now + timedelta(days=days)))

    @rule(who=people, number=pick, days=st.sampled_from([0, 2]), length=st.sampled_from([1, 8]))
    def somebody_is_away(self, who: str, number: int, days: int, length: int) -> None:
        member, since = self.town.members[who], self.clock.now + timedelta(days=days)
        there = "select id from memberships where {} $1 and during @> $2::timestamptz {} order by id"
        mine = self._fetch(there.format("professional_id =", ""), member.professional, since)
        others = f"and team_id = '{member.team}' and role in ('member', 'coordinator')"
        team = self._fetch(there.format("professional_id <>", others), member.professional, since)
        if mine and team:
            absent, deputy = mine[number % len(mine)][0], team[number % len(team)][0]
            until = since + timedelta(days=length)
            self._try(
                "mo", absence.set_deputy, absence.SetDeputy(self.town.key(), absent, deputy, until, since)
            )

    async def _comes_back(self, professional: UUID, team: UUID, at: datetime) -> None:
        """The town would die out otherwise."""
        await self.beside.execute(
            "insert into memberships (area_id, id, professional_id, team_id, role, during)"
            " select $1, $5, $2, $3, 'member', tstzrange(greatest($4, max(upper(during))), null) from memberships"
            " where professional_id = $2 and team_id = $3 and role = 'member' having not coalesce(bool_or(upper_inf(during)), false)"
            " on conflict do nothing",
            self.town.area, professional, team, at, uuid4(),
        )  # fmt: skip

    @rule(back=st.integers(1, 50))
    def the_clock_goes_back(self, back: int) -> None:
        """A server's clock may; what has happened stays in order."""
        now = self.clock.now
        self.clock.now = now - timedelta(minutes=back)
        someone = self.persons[back % len(self.persons)]
        self._try("chaima", signals.add_signal, concern(self.town, someone))
        self._try("chaima", signals.add_signal, concern(self.town, someone))
        self.clock.now = now

    # What must always be so.

    @invariant()
    def nothing_that_must_never_be(self) -> None:
        if not hasattr(self, "town"):
            return
        for what, query in NEVER.items():
            assert self._fetch(query, self.clock.now) == [], what

    @invariant()
    def everything_that_waits_has_its_one_promise(self) -> None:
        if hasattr(self, "town"):
            should = Counter(tuple(row) for row in self._fetch(SHOULD_RUN))
            running = Counter(tuple(row) for row in self._fetch(RUNNING))
            assert running == should

    @invariant()
    def the_holder_is_who_the_domain_says(self) -> None:
        if not hasattr(self, "town"):
            return
        now, should = self.clock.now, self._holders_by_the_domain()
        held = "select household_id, membership_id from holders where during @> $1::timestamptz"
        assert dict(self._fetch(held, now)) == should
        for (household,) in self._fetch("select id from households"):
            self.history[household, now] = should.get(household)

    def _holders_by_the_domain(self) -> dict[UUID, UUID]:
        return dict(self._fetch(SHOULD_HOLD, self.clock.now, self.town.area))

    def teardown(self) -> None:
        if hasattr(self, "town"):
            try:
                self._sweep()
                self.loop.run(self._line_of_holders_is_the_history())
                self.loop.run(self._everything_opens_at_home())
            finally:
                self.loop.run(self._end())

    def _sweep(self) -> None:
        self.loop.run(self._swept())

    async def _swept(self) -> None:
        async for _ in sweep_areas(self.database):
            pass
        found = await recompute_gaps(self.database, "zuid", self.town.area)
        assert (found.differences, found.without_holder) == ([], 0)
        changed = [swept async for _, swept in sweep_areas(self.database)]
        assert [(one.raised, one.escalated, one.ended) for one in changed] == [(0, 0, 0)]

    async def _line_of_holders_is_the_history(self) -> None:
        async with self.database.within(self.town.area) as work:
            for (household, moment), holder in self.history.items():
                found = await holder_at(work, household, moment)
                # What came along with a match was held elsewhere before.
                assert found == holder or (holder is None and household in self.merged)

    async def _everything_opens_at_home(self) -> None:
        """Whatever was moved: what is sealed opens with the keys of the household that it belongs to."""
        state = await whole_state(self.url)
        homes = {
            row["id"]: row["household_id"]
            for (table, _), row in state.items()
            if table in ("cases", "requests")
        }
        homes |= {
            row["id"]: homes[row["case_id"]] for (table, _), row in state.items() if table == "agreements"
        }
        for (table, _), row in state.items():
            of = row.get("case_id") or row.get("request_id") or row.get("agreement_id")
            home = row.get("household_id") or homes.get(of)
            for value in row.values():
                if isinstance(value, Opened):
                    assert value.household == (row["id"] if table == "households" else home), table

    async def _end(self) -> None:
        await self.beside.close()
        await self.database.close()
        admin = await asyncpg.connect(self.server)
        await admin.execute(f"drop database {self.name} with (force)")
        await admin.close()

    async def _succession(self, at: datetime, heir: str) -> None:
        """From then on, another coordinates De Klimop, unless somebody is to already."""
        seat, area = self.town.teams["klimop"], self.town.area
        async with self.beside.transaction():
            last = await self.beside.fetchrow(
                "select id, lower(during) since from coordinator_seats where seat = $1 and upper_inf(during)",
                seat,
            )
            if last["since"] >= at:
                return
            await self.beside.execute(
                "update coordinator_seats set during = tstzrange(lower(during), $2) where id = $1",
                last["id"],
                at,
            )
            await self.beside.execute(
                "insert into coordinator_seats (area_id, id, seat, membership_id, during)"
                " values ($1, gen_random_uuid(), $2, $3, tstzrange($4, null))",
                area, seat, self.town.members[heir].membership, at,
            )  # fmt: skip
        for (household,) in await self.beside.fetch(WITH_SOMETHING_OPEN):
            async with self.database.within(area) as work:
                await settle(work, household)
        async with self.database.within(area) as work:
            await settle_area(work)

    def _try(self, who: str, verb: Any, input: Any) -> bool:
        """Does it, or is told why not. Anything else that is raised fails the test."""
        try:
            self.loop.run(self.town.act(who, verb, input))
        except UnknownLogin:
            self.done[f"not {verb.name}: gone"] += 1
            return False
        except Problem as problem:
            self.done[f"not {verb.name}: {problem.code}"] += 1
            return False
        self.done[verb.name] += 1
        return True

    def _fetch(self, query: str, *values: object) -> list[asyncpg.Record]:
        rows: list[asyncpg.Record] = self.loop.run(self.beside.fetch(query, *values))
        return rows

    def _row(self, query: str, number: int, *values: object) -> asyncpg.Record | None:
        rows = self._fetch(query, *values)
        return rows[number % len(rows)] if rows else None

    def _one(self, query: str, number: int) -> Any:
        row = self._row(query, number)
        return row[0] if row else None

    def _named(self, membership: UUID) -> str:
        whose = "select lower(p.name) from memberships m join professionals p on p.id = m.professional_id where m.id = $1"
        return str(self._fetch(whose, membership)[0][0])

    def _coordinator(self, team: UUID | None) -> str:
        seat = "select membership_id from coordinator_seats where seat = $1 and during @> $2::timestamptz"
        return self._named(self._fetch(seat, team or self.town.area, self.clock.now)[0][0])

    def _at_the_table(self, case: UUID, number: int) -> str:
        """Somebody of a team that takes part; where none does, the area's coordinator."""
        teams = {row[0] for row in self._fetch("select team_id from participants where case_id = $1", case)}
        there = [name for name, member in self.town.members.items() if member.team in teams]
        return there[number % len(there)] if there else "ibrahim"
