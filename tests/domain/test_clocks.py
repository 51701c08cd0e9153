"""Working days and promises as properties: over years, daylight saving, midnight and holidays."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casecoord.domain.promises import (
    LADDER,
    Deadlines,
    Level,
    Rule,
    action_clock,
    appointment_from,
    clock,
    contact_clock,
    covered_clock,
    handover_clock,
    invitation_clock,
    lead_clock,
    lead_due,
    signal_clock,
)
from casecoord.domain.words import ActionState, CaseState, InvitationState, SignalState, Urgency
from casecoord.domain.workdays import AMSTERDAM, add_working_days, end_of_day, is_working_day, local_date

INSTANT = timedelta(microseconds=1)
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC))
days = st.dates(date(2020, 1, 1), date(2035, 12, 31))
closings = st.frozensets(st.dates(date(2020, 1, 1), date(2036, 3, 1)), max_size=20)
counts = st.integers(1, 30)
standard = Deadlines()


def easter(year: int) -> date:
    """Western Easter by the anonymous Gregorian algorithm: another path than the library's."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def dutch_holidays(year: int) -> set[date]:
    """The days off in the Netherlands, written out by hand; for terms, Good Friday is one by law."""
    sunday = easter(year)
    king = date(year, 4, 27)
    fixed = {date(year, 1, 1), date(year, 12, 25), date(year, 12, 26)}
    moving = {sunday + timedelta(days=offset) for offset in (-2, 0, 1, 39, 49, 50)}
    lustrum = {date(year, 5, 5)} if year % 5 == 0 else set()
    return fixed | moving | lustrum | {king - timedelta(days=1) if king.weekday() == 6 else king}


@pytest.mark.parametrize("year", range(2020, 2036))
def test_a_working_day_is_a_weekday_that_is_no_dutch_holiday(year: int) -> None:
    free = dutch_holidays(year)
    day = date(year, 1, 1)
    while day.year == year:
        assert is_working_day(day) == (day.weekday() < 5 and day not in free), day
        day += timedelta(days=1)


@given(moments, counts, closings)
def test_a_deadline_ends_a_working_day_with_exactly_so_many_working_days_behind_it(
    start: datetime, count: int, closed: frozenset[date]
) -> None:
    due = add_working_days(start, count, closed)
    last = local_date(due - INSTANT)
    assert due.astimezone(AMSTERDAM).timetz().replace(tzinfo=None) == time.min
    assert is_working_day(last, closed)
    between = [local_date(start) + timedelta(days=n) for n in range(1, (last - local_date(start)).days + 1)]
    assert sum(is_working_day(day, closed) for day in between) == count


@given(moments, moments, counts, closings)
def test_who_starts_later_is_never_due_sooner(
    one: datetime, other: datetime, count: int, closed: frozenset[date]
) -> None:
    first, second = sorted((one, other))
    assert add_working_days(first, count, closed) <= add_working_days(second, count, closed)


@given(moments, counts, closings, days)
def test_a_day_off_never_makes_a_deadline_sooner(
    start: datetime, count: int, closed: frozenset[date], extra: date
) -> None:
    assert add_working_days(start, count, closed | {extra}) >= add_working_days(start, count, closed)


@given(moments, counts, counts)
def test_working_days_add_up(start: datetime, some: int, more: int) -> None:
    """From the last moment of the day on which some ended, more of them end where both would."""
    midway = add_working_days(start, some) - INSTANT
    assert add_working_days(midway, more) == add_working_days(start, some + more)


@given(days)
def test_a_day_ends_where_the_next_begins_whatever_the_clocks_do(day: date) -> None:
    length = end_of_day(day) - end_of_day(day - timedelta(days=1))
    offset = datetime.combine(day, time(12), AMSTERDAM).utcoffset()
    before = datetime.combine(day - timedelta(days=1), time(12), AMSTERDAM).utcoffset()
    assert length == timedelta(hours=24) - (offset - before)
    assert local_date(end_of_day(day)) == day + timedelta(days=1)
    assert local_date(end_of_day(day) - INSTANT) == day


@pytest.mark.parametrize(
    ("start", "count", "last"),
    [
        ("2026-04-02T10:00+02:00", 1, date(2026, 4, 7)),  # Good Friday and Easter
        ("2026-12-23T10:00+01:00", 3, date(2026, 12, 29)),  # Christmas
        ("2026-12-31T23:59:59+01:00", 1, date(2027, 1, 4)),  # New Year's Day and a weekend
        ("2027-01-01T00:00+01:00", 1, date(2027, 1, 4)),
        ("2025-05-02T12:00+02:00", 1, date(2025, 5, 6)),  # Liberation Day, in a lustrum year
        ("2026-05-04T12:00+02:00", 1, date(2026, 5, 5)),  # and not in another
        ("2026-11-06T23:30+00:00", 1, date(2026, 11, 9)),  # after midnight in Amsterdam it is Saturday
        ("2026-03-27T10:00+01:00", 1, date(2026, 3, 30)),  # over the night in which the clocks go forward
        ("2026-10-23T10:00+02:00", 1, date(2026, 10, 26)),  # and back
    ],
)
def test_known_weeks_end_where_people_expect(start: str, count: int, last: date) -> None:
    assert add_working_days(datetime.fromisoformat(start), count) == end_of_day(last)


@given(moments, closings, st.lists(st.timedeltas(timedelta(-30), timedelta(60)), max_size=20))
def test_a_gap_begins_at_its_deadline_and_only_climbs(
    due: datetime, closed: frozenset[date], offsets: list[timedelta]
) -> None:
    promised = clock(Rule.TRIAGE, due, Deadlines(closed=closed))
    assert promised.level(due - INSTANT) is None
    assert promised.level(due) is Level.TEAM_COORDINATOR
    for instant, level in zip(
        (promised.area_at, promised.decision_at, promised.alliance_at),
        (Level.AREA_COORDINATOR, Level.DECISION_POWER, Level.ALLIANCE),
        strict=True,
    ):
        assert (promised.level(instant - INSTANT), promised.level(instant)) == (Level(level - 1), level)
    levels = [promised.level(due + offset) or 0 for offset in sorted(offsets)]
    assert all(first <= second for first, second in pairwise(levels))


@given(moments, st.sampled_from([Urgency.HIGH, Urgency.NORMAL]), st.none() | moments)
def test_a_signal_that_is_not_acute_waits_five_working_days(
    received: datetime, urgency: Urgency, seen: datetime | None
) -> None:
    found = signal_clock(SignalState.OPEN, urgency, received, seen, None, standard)
    assert found == clock(Rule.TRIAGE, add_working_days(received, 5), standard)


@given(moments, closings)
def test_an_acute_signal_waits_four_hours_and_then_twenty_four_on_every_day_of_the_year(
    received: datetime, closed: frozenset[date]
) -> None:
    deadlines = Deadlines(closed=closed)
    unseen = signal_clock(SignalState.OPEN, Urgency.ACUTE, received, None, None, deadlines)
    seen = signal_clock(SignalState.OPEN, Urgency.ACUTE, received, received, None, deadlines)
    assert unseen.due_at - received == timedelta(hours=4)
    assert seen.due_at - received == timedelta(hours=24)


@pytest.mark.parametrize(
    "received",
    [
        "2026-12-25T03:00+01:00", "2026-03-28T23:30+01:00", "2026-10-24T23:30+02:00", "2026-11-07T22:00+01:00",
        "2026-12-31T23:00+01:00",
    ],
)  # fmt: skip
def test_at_night_at_christmas_and_when_clocks_change_four_hours_are_four_hours(received: str) -> None:
    moment = datetime.fromisoformat(received)
    unseen = signal_clock(SignalState.OPEN, Urgency.ACUTE, moment, None, None, standard)
    assert unseen.due_at.astimezone(UTC) - moment.astimezone(UTC) == timedelta(hours=4)


@given(moments, st.sampled_from(Urgency), st.sampled_from([SignalState.IN_CASE, SignalState.ENDED]))
def test_what_is_triaged_waits_no_longer(received: datetime, urgency: Urgency, state: SignalState) -> None:
    assert signal_clock(state, urgency, received, None, None, standard) is None


@given(moments, days, st.sampled_from(Urgency))
def test_a_hold_is_looked_at_by_the_end_of_its_review_date(
    received: datetime, review: date, urgency: Urgency
) -> None:
    found = signal_clock(SignalState.ON_HOLD, urgency, received, received, review, standard)
    assert (found.rule, found.due_at) == (Rule.HOLD, end_of_day(review))


@given(moments, st.none() | st.timedeltas(timedelta(0), timedelta(60)))
def test_no_proposal_moves_the_end_of_the_search_for_a_lead(
    triaged: datetime, later: timedelta | None
) -> None:
    proposed = None if later is None else triaged + later
    state = CaseState.TRIAGED if proposed is None else CaseState.LEAD_PROPOSED
    found = lead_clock(state, triaged, proposed, standard)
    assert found.due_at <= lead_due(triaged, standard) == add_working_days(triaged, 7)
    if proposed is not None:
        assert found.due_at in (add_working_days(proposed, 2), add_working_days(triaged, 7))


@given(moments)
def test_an_appointment_is_due_five_working_days_after_the_search_ended(triaged: datetime) -> None:
    assert appointment_from(triaged, standard) == add_working_days(triaged, 7 + 5)


@given(moments)
def test_the_ladder_counts_working_days_after_the_day_that_was_due(received: datetime) -> None:
    found = signal_clock(SignalState.OPEN, Urgency.HIGH, received, None, None, standard)
    instants = (found.area_at, found.decision_at, found.alliance_at)
    assert instants == tuple(add_working_days(received, 5 + days) for days in (3, 5, 10))


@given(moments, st.sampled_from([CaseState.LED, CaseState.AFTERCARE, CaseState.CLOSED]))
def test_a_case_with_a_lead_searches_no_more(triaged: datetime, state: CaseState) -> None:
    assert lead_clock(state, triaged, triaged, standard) is None


@given(moments, st.timedeltas(timedelta(-30), timedelta(30)))
def test_only_a_contact_since_the_acceptance_keeps_the_lead_s_promise(
    since: datetime, offset: timedelta
) -> None:
    found = contact_clock(CaseState.LED, since, since + offset, standard)
    assert (found is None) == (offset >= timedelta(0))
    assert contact_clock(CaseState.LED, since, None, standard).due_at == add_working_days(since, 5)


@given(moments, days)
def test_the_other_promises_wait_as_long_as_the_table_says(since: datetime, due: date) -> None:
    assert action_clock(ActionState.OPEN, due, standard).due_at == end_of_day(due)
    assert action_clock(ActionState.DONE, due, standard) is None
    assert invitation_clock(InvitationState.PENDING, since, standard).due_at == add_working_days(since, 3)
    assert invitation_clock(InvitationState.JOINED, since, standard) is None
    assert handover_clock(CaseState.LED, since, standard).due_at == add_working_days(since, 5)
    assert handover_clock(CaseState.TRIAGED, since, standard) is None
    assert covered_clock(since, standard).level(since) is Level.TEAM_COORDINATOR


def test_an_area_may_set_its_own_deadlines_and_days_off() -> None:
    own = Deadlines.of_area({"deadlines": {"triage": 1}, "closed": ["2026-11-03"]})
    monday = datetime(2026, 11, 2, 9, tzinfo=UTC)
    assert signal_clock(SignalState.OPEN, Urgency.HIGH, monday, None, None, own).due_at == end_of_day(
        date(2026, 11, 4)
    )
    assert LADDER == (3, 5, 10)
