"""The number beside each row of a clerk's list."""

from datetime import date, datetime, timedelta

import pytest

from engine.worktime import Office, Stop, due, parse_limit, remaining, shipped_calendar, workdays_between, working_time_between

CAL = shipped_calendar()
OFFICE = Office()


def t(text: str) -> datetime:
    return datetime.fromisoformat(f'{text}+08:00')


DUE = due(t('2026-11-02T10:00'), parse_limit('5个工作日'), CAL, OFFICE).due_at  # last day Monday 9 November


@pytest.mark.parametrize(
    ('now', 'left'),
    [
        ('2026-11-02T10:00', 5),
        ('2026-11-06T23:59', 1),
        ('2026-11-07T12:00', 1),
        ('2026-11-09T00:00', 0),
        ('2026-11-09T23:59', 0),
        ('2026-11-10T00:00', -1),
        ('2026-11-11T09:00', -2),
        ('2026-11-14T09:00', -4),
        ('2026-11-16T09:00', -5),
    ],
)
def test_working_days_left(now, left):
    assert remaining(t(now), DUE, CAL, OFFICE) == left


def test_overdue_on_a_weekend_is_overdue():
    friday = due(t('2026-11-05T10:00'), parse_limit('1个工作日'), CAL, OFFICE).due_at
    assert remaining(t('2026-11-07T10:00'), friday, CAL, OFFICE) == -1


def test_with_an_early_deadline_the_last_day_can_be_overdue():
    office = Office.from_text('09:00-17:00', '17:00')
    found = due(t('2026-11-02T10:00'), parse_limit('1个工作日'), CAL, office).due_at
    assert remaining(t('2026-11-03T16:59'), found, CAL, office) == 0
    assert remaining(t('2026-11-03T17:00'), found, CAL, office) == -1


def test_a_stopped_clock_has_nothing_to_count():
    assert remaining(t('2026-11-03T10:00'), None, CAL, OFFICE) is None


def test_dates_of_a_known_stop_are_not_left_to_work_on():
    stops = [Stop(t('2026-11-04T09:00'), t('2026-11-05T17:00'))]
    found = due(t('2026-11-02T10:00'), parse_limit('5个工作日'), CAL, OFFICE, stops).due_at
    assert remaining(t('2026-11-02T10:00'), found, CAL, OFFICE, stops) == 5


def test_workdays_between_counts_swapped_weekends_and_skips_holidays():
    assert workdays_between(date(2026, 9, 18), date(2026, 10, 22), CAL) == 20
    assert workdays_between(date(2026, 10, 22), date(2026, 9, 18), CAL) == -20
    assert workdays_between(date(2026, 9, 18), date(2026, 9, 18), CAL) == 0


@pytest.mark.parametrize(
    ('start', 'end', 'minutes'),
    [
        ('2026-11-02T08:00', '2026-11-02T18:00', 420),
        ('2026-11-02T11:30', '2026-11-02T14:00', 60),
        ('2026-11-06T17:00', '2026-11-09T09:30', 60),
        ('2026-11-07T09:00', '2026-11-08T18:00', 0),
        ('2026-11-03T09:00', '2026-11-02T09:00', 0),
    ],
)
def test_office_time_between_two_instants(start, end, minutes):
    assert working_time_between(t(start), t(end), CAL, OFFICE) == timedelta(minutes=minutes)


def test_office_time_leaves_stops_out():
    stops = [Stop(t('2026-11-02T10:00'), t('2026-11-02T11:00')), Stop(t('2026-11-02T16:30'))]
    assert working_time_between(t('2026-11-02T08:00'), t('2026-11-04T18:00'), CAL, OFFICE, stops) == timedelta(minutes=120 + 180)
