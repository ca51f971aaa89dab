"""What must hold of every due date, whatever the anchor, limit and stops; and agreement with a naive model written apart."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.worktime import (
    Extension,
    Limit,
    Office,
    Stop,
    Unit,
    Verdict,
    due,
    explain,
    if_resumed,
    remaining,
    shipped_calendar,
    working_time_between,
)

CAL = shipped_calendar()
OFFICE = Office()
EIGHT = timedelta(hours=8)
MINUTE = timedelta(minutes=1)
START = datetime(2023, 12, 31, 16, tzinfo=UTC)

instants = st.integers(0, 2 * 366 * 24 * 60).map(lambda minutes: START + minutes * MINUTE)
amounts = st.integers(1, 60)
day_units = st.sampled_from([Unit.WORKDAY, Unit.DAY])
units = st.sampled_from(Unit)


@st.composite
def ledgers(draw, unit=units, most=3):
    anchor = draw(instants)
    gaps = st.tuples(st.integers(-2000, 40_000), st.integers(0, 15_000))
    stops = [Stop(anchor + lead * MINUTE, anchor + (lead + span) * MINUTE) for lead, span in draw(st.lists(gaps, max_size=most))]
    return anchor, Limit(draw(amounts), draw(unit)), stops


def naive_due(anchor, limit, stops):
    """Day by day (or minute by minute) with nothing clever, in plain UTC+8 arithmetic."""
    local = anchor.replace(tzinfo=None) + EIGHT
    spans = [(stop.start.replace(tzinfo=None) + EIGHT, stop.end.replace(tzinfo=None) + EIGHT) for stop in stops]
    if limit.unit is Unit.WORKHOUR:
        left = limit.amount * 60
        while left:
            hour = local.hour * 60 + local.minute
            if not CAL.is_working(local.date()):
                local = datetime.combine(local.date() + timedelta(days=1), datetime.min.time())
                continue
            in_office = 540 <= hour < 720 or 810 <= hour < 1050
            left -= in_office and not any(start <= local < end for start, end in spans)
            local += MINUTE
        return local
    day, counted = local.date(), 0

    def touched(day):
        midnight = datetime.combine(day, datetime.min.time())
        return any(start < midnight + timedelta(days=1) and end > midnight and start < end for start, end in spans)

    while counted < limit.amount:
        day += timedelta(days=1)
        counted += not touched(day) and (limit.unit is Unit.DAY or CAL.is_working(day))
    if not CAL.is_working(day):
        day += timedelta(days=1)
        while touched(day) or not CAL.is_working(day):
            day += timedelta(days=1)
    return datetime.combine(day + timedelta(days=1), datetime.min.time())


@given(ledgers())
@settings(max_examples=150, deadline=None)
def test_due_agrees_with_the_naive_model(ledger):
    anchor, limit, stops = ledger
    found = due(anchor, limit, CAL, OFFICE, stops).due_at
    assert found.replace(tzinfo=None) == naive_due(anchor, limit, stops)
    assert found.utcoffset() == EIGHT


@given(ledgers(), st.integers(1, 10))
def test_more_of_a_limit_is_never_due_earlier(ledger, more):
    anchor, limit, stops = ledger
    longer = due(anchor, limit.plus(more), CAL, OFFICE, stops)
    assert longer.due_at >= due(anchor, limit, CAL, OFFICE, stops).due_at
    assert longer == due(anchor, limit, CAL, OFFICE, stops, extensions=[Extension(more)])


@given(ledgers(), st.integers(0, 30_000), st.integers(0, 10_000))
def test_a_further_stop_never_makes_it_earlier(ledger, lead, span):
    anchor, limit, stops = ledger
    further = Stop(anchor + lead * MINUTE, anchor + (lead + span) * MINUTE)
    assert due(anchor, limit, CAL, OFFICE, [*stops, further]).due_at >= due(anchor, limit, CAL, OFFICE, stops).due_at


@given(ledgers(), st.integers(0, 30_000), st.integers(1, 10_000), st.integers(0, 10_000))
def test_overlapping_stops_count_as_their_union(ledger, lead, span, cut):
    anchor, limit, stops = ledger
    start, end = anchor + lead * MINUTE, anchor + (lead + span) * MINUTE
    middle = start + min(cut, span) * MINUTE
    in_two = [Stop(start, end), Stop(start, middle), Stop(middle, end), Stop(start, end)]
    assert due(anchor, limit, CAL, OFFICE, stops + in_two) == due(anchor, limit, CAL, OFFICE, [Stop(start, end), *stops])


@given(ledgers())
def test_the_explanation_is_whole_and_ends_where_the_limit_ends(ledger):
    anchor, limit, stops = ledger
    lines, found = explain(anchor, limit, CAL, OFFICE, stops), due(anchor, limit, CAL, OFFICE, stops)
    assert [line.date.toordinal() for line in lines] == list(range(lines[0].date.toordinal(), lines[-1].date.toordinal() + 1))
    assert (lines[-1].date, lines[-1].ends_at) == (found.last_day, found.due_at)
    assert all(line.ends_at is None for line in lines[:-1])
    assert all(line.reason for line in lines if line.verdict is Verdict.STOPPED)
    assert all(line.name for line in lines if line.verdict is Verdict.REST)
    counted = [line for line in lines if line.verdict is Verdict.COUNTED]
    if limit.unit is Unit.WORKHOUR:
        assert sum((line.worked for line in lines), timedelta()) == timedelta(hours=limit.amount)
        assert working_time_between(anchor, found.due_at, CAL, OFFICE, stops) == timedelta(hours=limit.amount)
    else:
        assert [line.number for line in counted] == list(range(1, limit.amount + 1))
        assert (found.rolled_from is None) == (counted[-1].date == found.last_day)
        assert found.rolled_from in (None, counted[-1].date)


@given(ledgers(day_units), st.integers(0, 30_000))
def test_an_open_stop_either_comes_too_late_or_holds_the_clock(ledger, lead):
    anchor, limit, stops = ledger
    opened = anchor + lead * MINUTE
    before = due(anchor, limit, CAL, OFFICE, stops)
    during = due(anchor, limit, CAL, OFFICE, [*stops, Stop(opened)])
    assert during.due_at is None or (during == before and opened >= before.due_at)
    resumed = if_resumed(anchor, limit, CAL, OFFICE, [*stops, Stop(opened)], as_of=opened + MINUTE)
    assert resumed == due(anchor, limit, CAL, OFFICE, [*stops, Stop(opened, opened + MINUTE)])
    lines = explain(anchor, limit, CAL, OFFICE, [*stops, Stop(opened)], until=date(2024, 1, 1))
    assert (lines[-1].ends_at is None) == during.stopped


@given(ledgers(st.just(Unit.WORKDAY)))
def test_at_the_anchor_all_workdays_are_left(ledger):
    anchor, limit, stops = ledger
    found = due(anchor, limit, CAL, OFFICE, stops)
    assert remaining(anchor, found.due_at, CAL, OFFICE, stops) == limit.amount
    assert remaining(found.due_at, found.due_at, CAL, OFFICE, stops) == -1
