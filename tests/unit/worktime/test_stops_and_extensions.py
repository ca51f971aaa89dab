"""Stops hold the clock for every date they touch, once; extensions add once; nothing ever loops for ever."""

from datetime import date, datetime, time, timedelta

import pytest

from engine.worktime import (
    Extension,
    Limit,
    LimitError,
    Office,
    Stop,
    Unit,
    Verdict,
    due,
    explain,
    if_resumed,
    parse_limit,
    shipped_calendar,
)

CAL = shipped_calendar()
OFFICE = Office()


def t(text: str) -> datetime:
    return datetime.fromisoformat(f'{text}+08:00')


ANCHOR = t('2026-11-02T10:00')  # a Monday in a month without holidays
FIVE = parse_limit('5个工作日')


def test_a_stop_of_one_minute_takes_its_whole_date_away():
    stop = Stop(t('2026-11-04T10:00'), t('2026-11-04T10:01'))
    assert due(ANCHOR, FIVE, CAL, OFFICE, [stop]).last_day == date(2026, 11, 10)


def test_a_stop_on_the_anchor_date_or_on_rest_days_changes_nothing():
    stops = [Stop(t('2026-11-02T11:00'), t('2026-11-02T12:00')), Stop(t('2026-11-07T00:00'), t('2026-11-09T00:00'))]
    assert due(ANCHOR, FIVE, CAL, OFFICE, stops) == due(ANCHOR, FIVE, CAL, OFFICE)


def test_a_stop_ending_at_midnight_does_not_touch_the_date_that_begins():
    stop = Stop(t('2026-11-03T23:30'), t('2026-11-04T00:00'))
    lines = explain(ANCHOR, FIVE, CAL, OFFICE, [stop])
    assert [line.verdict for line in lines[1:3]] == [Verdict.STOPPED, Verdict.COUNTED]


def test_an_empty_stop_touches_nothing():
    assert due(ANCHOR, FIVE, CAL, OFFICE, [Stop(t('2026-11-04T10:00'), t('2026-11-04T10:00'))]) == due(ANCHOR, FIVE, CAL, OFFICE)


def test_stops_given_in_another_zone_touch_the_hall_s_dates():
    stop = Stop(datetime.fromisoformat('2026-11-03T16:30+00:00'), datetime.fromisoformat('2026-11-03T17:00+00:00'))
    assert [line.date.day for line in explain(ANCHOR, FIVE, CAL, OFFICE, [stop]) if line.verdict is Verdict.STOPPED] == [4]


def test_while_an_open_stop_lasts_there_is_no_due_date_but_a_hypothetical_one():
    stops = [Stop(t('2026-11-04T15:00'), kind='hearing', reason='听证（告〔2026〕3号）')]
    assert due(ANCHOR, FIVE, CAL, OFFICE, stops).due_at is None
    assert due(ANCHOR, FIVE, CAL, OFFICE, stops).stopped
    resumed = if_resumed(ANCHOR, FIVE, CAL, OFFICE, stops, as_of=t('2026-11-06T09:00'))
    assert resumed.last_day == date(2026, 11, 12)  # the 3rd counted; 4, 5, 6 stopped; 9, 10, 11, 12 count


def test_resuming_before_a_planned_open_stop_leaves_that_stop_out():
    stops = [Stop(t('2026-11-05T09:00'))]
    assert if_resumed(ANCHOR, FIVE, CAL, OFFICE, stops, as_of=t('2026-11-03T09:00')) == due(ANCHOR, FIVE, CAL, OFFICE)


def test_the_explanation_of_a_stopped_clock_goes_on_until_today_and_says_why():
    stops = [Stop(t('2026-11-04T15:00'), kind='testing')]
    lines = explain(ANCHOR, FIVE, CAL, OFFICE, stops, until=date(2026, 11, 9))
    assert [(line.date.day, line.verdict.value, line.reason) for line in lines] == [
        (2, 'anchor', ''),
        (3, 'counted', ''),
        (4, 'stopped', '检测'),
        (5, 'stopped', '检测'),
        (6, 'stopped', '检测'),
        (7, 'rest', ''),
        (8, 'rest', ''),
        (9, 'stopped', '检测'),
    ]
    assert all(line.ends_at is None for line in lines)
    assert explain(ANCHOR, FIVE, CAL, OFFICE, stops)[-1].date == date(2026, 11, 4)


def test_an_open_stop_after_the_last_day_does_not_take_the_due_date_back():
    stops = [Stop(t('2026-11-10T09:00'))]
    assert due(ANCHOR, FIVE, CAL, OFFICE, stops).last_day == date(2026, 11, 9)


def test_an_open_stop_on_the_last_day_holds_the_clock():
    assert due(ANCHOR, FIVE, CAL, OFFICE, [Stop(t('2026-11-09T16:00'))]).due_at is None


def test_an_open_stop_from_before_the_anchor_ends_at_once():
    stops = [Stop(t('2020-01-01T00:00'))]
    assert due(ANCHOR, FIVE, CAL, OFFICE, stops).due_at is None
    assert [line.verdict for line in explain(ANCHOR, FIVE, CAL, OFFICE, stops)] == [Verdict.ANCHOR]


def test_a_natural_day_limit_rolls_past_a_stopped_working_day():
    stop = Stop(t('2026-11-09T08:00'), t('2026-11-09T09:00'))
    found = due(ANCHOR, parse_limit('5日'), CAL, OFFICE, [stop])  # ends Saturday 7 November
    assert (found.rolled_from, found.last_day) == (date(2026, 11, 7), date(2026, 11, 10))


def test_several_reasons_on_one_date_are_each_named_once():
    stops = [
        Stop(t('2026-11-04T10:00'), t('2026-11-04T11:00'), 'fee'),
        Stop(t('2026-11-04T10:30'), t('2026-11-04T12:00'), 'supplement', '缺身份证明'),
        Stop(t('2026-11-04T13:00'), t('2026-11-04T14:00'), 'fee'),
    ]
    line = explain(ANCHOR, FIVE, CAL, OFFICE, stops)[2]
    assert line.reason == '缴费；缺身份证明'
    assert len(line.stops) == 3


def test_the_hall_s_deadline_time_ends_the_last_day():
    office = Office.from_text('09:00-12:00,13:30-17:30', '17:30')
    found = due(ANCHOR, FIVE, CAL, office)
    assert (found.due_at, found.last_day) == (t('2026-11-09T17:30'), date(2026, 11, 9))


def test_working_hours_carry_the_counted_minutes_of_each_date():
    stop = Stop(t('2026-11-03T10:00'), t('2026-11-03T10:30'))
    lines = explain(t('2026-11-02T16:45'), parse_limit('2个工作小时'), CAL, OFFICE, [stop])
    assert [(line.date.day, line.verdict, line.minutes) for line in lines] == [(2, Verdict.COUNTED, 45), (3, Verdict.COUNTED, 75)]
    assert lines[-1].ends_at == t('2026-11-03T10:45')


def test_working_hours_pass_over_nights_rest_days_and_stopped_dates():
    stop = Stop(t('2026-11-09T00:00'), t('2026-11-10T00:00'))
    lines = explain(t('2026-11-06T18:00'), parse_limit('1个工作小时'), CAL, OFFICE, [stop])
    assert [line.verdict.value for line in lines] == ['anchor', 'rest', 'rest', 'stopped', 'counted']
    assert lines[-1].ends_at == t('2026-11-10T10:00')


def test_working_hours_are_exact_to_the_second():
    assert due(t('2026-11-02T11:59:30'), parse_limit('1个工作小时'), CAL, OFFICE).due_at == t('2026-11-02T14:29:30')


def test_office_hours_may_run_to_midnight():
    office = Office(((time(20), time(0)),))
    found = due(ANCHOR, parse_limit('4个工作小时'), CAL, office)
    assert (found.due_at, found.last_day) == (t('2026-11-03T00:00'), date(2026, 11, 2))


def test_an_open_stop_holds_working_hours_in_the_middle_of_a_morning():
    stops = [Stop(t('2026-11-02T11:00'))]
    assert due(ANCHOR, parse_limit('2个工作小时'), CAL, OFFICE, stops).due_at is None
    line = explain(ANCHOR, parse_limit('2个工作小时'), CAL, OFFICE, stops)[-1]
    assert (line.minutes, line.ends_at) == (60, None)


def test_extensions_add_up_in_the_limit_s_own_unit():
    assert due(ANCHOR, FIVE, CAL, OFFICE, extensions=[Extension(3), Extension(2)]) == due(ANCHOR, parse_limit('10个工作日'), CAL, OFFICE)


@pytest.mark.parametrize('text', ['P3D', '2026-11-20'])
def test_a_wall_clock_limit_cannot_be_extended(text):
    with pytest.raises(LimitError, match='不能延长'):
        due(ANCHOR, parse_limit(text), CAL, OFFICE, extensions=[Extension(1)])


def test_an_amount_beyond_ten_years_is_refused_also_through_an_extension():
    with pytest.raises(LimitError):
        Limit(3661, Unit.WORKDAY)
    with pytest.raises(LimitError):
        due(ANCHOR, parse_limit('3660日'), CAL, OFFICE, extensions=[Extension(1)])


def test_a_stop_of_a_century_is_refused_rather_than_walked():
    with pytest.raises(LimitError, match='不会届满'):
        due(ANCHOR, FIVE, CAL, OFFICE, [Stop(ANCHOR, ANCHOR + timedelta(days=36525))])


def test_the_end_of_the_calendar_is_refused():
    with pytest.raises(LimitError):
        due(t('9999-12-30T10:00'), FIVE, CAL, OFFICE)


def test_a_due_date_that_rests_on_an_unannounced_year_says_so():
    assert due(t('2026-12-15T10:00'), parse_limit('20个工作日'), CAL, OFFICE).provisional
    assert not due(t('2026-12-15T10:00'), parse_limit('5个工作日'), CAL, OFFICE).provisional
    assert not due(t('2026-12-31T10:00'), parse_limit('P3D'), CAL, OFFICE).provisional
    assert due(t('2026-12-31T16:00'), parse_limit('2个工作小时'), CAL, OFFICE).provisional
    assert due(t('2026-12-20T16:00'), parse_limit('20日'), CAL, OFFICE).provisional


@pytest.mark.parametrize(
    'make',
    [
        lambda: Stop(datetime(2026, 11, 2)),  # noqa: DTZ001
        lambda: Stop(ANCHOR, datetime(2026, 11, 2)),  # noqa: DTZ001
        lambda: Stop(ANCHOR, ANCHOR - timedelta(minutes=1)),
        lambda: Stop(ANCHOR, kind='holiday'),
        lambda: Extension(0),
        lambda: Office(()),
        lambda: Office(((time(9), time(12)), (time(11), time(17)))),
        lambda: Office(((time(12), time(9)),)),
        lambda: Office(deadline_time=time(0)),
        lambda: Office.from_text('9 to 5'),
        lambda: due(datetime(2026, 11, 2), FIVE, CAL, OFFICE),  # noqa: DTZ001
    ],
)
def test_facts_that_cannot_be_are_refused(make):
    with pytest.raises(ValueError):
        make()
