"""Wall-clock limits never stop; repetitions do not drift; relative limits lean on the case's own clock."""

from datetime import date, datetime

import pytest

from engine.worktime import Extension, LimitError, Office, Stop, Verdict, due, explain, parse_limit, relative_due, shipped_calendar

CAL = shipped_calendar()
OFFICE = Office()


def t(text: str) -> datetime:
    return datetime.fromisoformat(f'{text}+08:00')


ANCHOR = t('2026-11-02T10:00')
ALWAYS = [Stop(t('2026-01-01T00:00'))]


def due_at(text: str, occurrence: int = 1, anchor: datetime = ANCHOR, stops=()) -> str:
    found = due(anchor, parse_limit(text), CAL, OFFICE, stops, occurrence=occurrence)
    return found.due_at.strftime('%Y-%m-%dT%H:%M')


@pytest.mark.parametrize(
    ('limit', 'expected'),
    [
        ('P3D', '2026-11-05T10:00'),
        ('PT2H', '2026-11-02T12:00'),
        ('P1M', '2026-12-02T10:00'),
        ('2026-11-07', '2026-11-08T00:00'),
        ('2026-11-07T09:30', '2026-11-07T09:30'),
        ('2026-11-07T09:30Z', '2026-11-07T17:30'),
    ],
)
def test_wall_clock_limits_run_through_stops(limit, expected):
    assert due_at(limit, stops=ALWAYS) == expected


def test_a_month_from_the_31st_ends_with_the_shorter_month():
    assert due_at('P1M', anchor=t('2026-01-31T10:00')) == '2026-02-28T10:00'
    assert due_at('R/P1M', 2, anchor=t('2026-01-31T10:00')) == '2026-03-31T10:00'


def test_a_wall_clock_limit_ending_at_midnight_has_the_day_before_as_last():
    assert due(ANCHOR, parse_limit('2026-11-07'), CAL, OFFICE).last_day == date(2026, 11, 7)


def test_a_wall_clock_limit_is_explained_by_its_two_ends():
    lines = explain(ANCHOR, parse_limit('P3D'), CAL, OFFICE, ALWAYS)
    assert [(line.date.day, line.verdict) for line in lines] == [(2, Verdict.ANCHOR), (5, Verdict.COUNTED)]
    assert lines[-1].ends_at == t('2026-11-05T10:00')
    assert [line.verdict for line in explain(ANCHOR, parse_limit('PT1H'), CAL, OFFICE)] == [Verdict.ANCHOR]


def test_explanations_can_be_sent_as_json():
    line = explain(ANCHOR, parse_limit('1个工作小时'), CAL, OFFICE)[-1].as_dict()
    assert line == {
        'date': '2026-11-02',
        'weekday': '周一',
        'verdict': 'counted',
        'number': None,
        'minutes': 60.0,
        'name': '',
        'reason': '',
        'source': '',
        'provisional': False,
        'ends_at': '2026-11-02T11:00:00+08:00',
    }


@pytest.mark.parametrize(
    ('limit', 'expected'),
    [
        ('R3/PT1H', ['2026-11-02T11:00', '2026-11-02T12:00', '2026-11-02T13:00']),
        ('R3/1个工作日', ['2026-11-04T00:00', '2026-11-05T00:00', '2026-11-06T00:00']),
        ('R3/2日', ['2026-11-05T00:00', '2026-11-07T00:00', '2026-11-10T00:00']),
        ('R3/2026-11-10T09:00/P1D', ['2026-11-10T09:00', '2026-11-11T09:00', '2026-11-12T09:00']),
        ('R3/2026-11-10T09:00/1个工作日', ['2026-11-10T09:00', '2026-11-12T00:00', '2026-11-13T00:00']),
    ],
)
def test_repetitions_are_counted_from_the_anchor(limit, expected):
    assert [due_at(limit, occurrence) for occurrence in (1, 2, 3)] == expected
    with pytest.raises(LimitError, match='没有第 4 次'):
        due_at(limit, 4)


def test_a_repetition_in_workdays_waits_for_a_stop():
    stop = Stop(t('2026-11-04T09:00'), t('2026-11-04T10:00'))
    assert [due_at('R/1个工作日', n, stops=[stop]) for n in (1, 2)] == ['2026-11-04T00:00', '2026-11-06T00:00']


def test_what_does_not_repeat_has_no_second_occurrence():
    with pytest.raises(LimitError, match='不重复'):
        due_at('P3D', 2)


@pytest.mark.parametrize(('limit', 'occurrence'), [('P9999Y', 1), ('9999-12-31', 1), ('R/PT999999H', 999_999_999)])
def test_limits_that_leave_the_calendar_are_refused(limit, occurrence):
    with pytest.raises(LimitError, match='超出公历范围'):
        due_at(limit, occurrence)


def relative(text: str, promise: str, **ledger) -> str:
    found = relative_due(parse_limit(text), ANCHOR, parse_limit(promise), CAL, OFFICE, **ledger)
    return found.due_at.strftime('%Y-%m-%dT%H:%M')


@pytest.mark.parametrize(
    ('text', 'promise', 'expected'),
    [
        ('promise', '7个工作日', '2026-11-12T00:00'),
        ('promise - 1个工作日', '7个工作日', '2026-11-11T00:00'),
        ('promise + 2个工作日', '7个工作日', '2026-11-14T00:00'),
        ('promise - 1个工作日', '7日', '2026-11-07T00:00'),  # the promise ends on Monday the 9th (rolled to); Friday is the workday before
        ('promise - 2个工作日', '15日', '2026-11-14T00:00'),
        ('promise + 1日', '7个工作日', '2026-11-13T00:00'),
        ('promise - 3日', '7个工作日', '2026-11-09T00:00'),
        ('promise - PT4H', '7个工作日', '2026-11-11T20:00'),
        ('promise + P1D', '7个工作日', '2026-11-13T00:00'),
        ('promise - 2个工作小时', '7个工作日', '2026-11-11T15:30'),
        ('promise - 8个工作小时', '7个工作日', '2026-11-10T16:30'),
        ('promise + 2个工作小时', '7个工作日', '2026-11-12T11:00'),
        ('promise - 1个工作日', 'P10D', '2026-11-12T00:00'),
    ],
)
def test_relative_limits_lean_on_the_clock(text, promise, expected):
    assert relative(text, promise) == expected


def test_a_relative_limit_follows_the_clock_s_stops_and_extensions():
    stop = Stop(t('2026-11-04T09:00'), t('2026-11-05T10:00'))
    assert relative('promise - 1个工作日', '7个工作日', stops=[stop]) == '2026-11-13T00:00'
    assert relative('promise - 1个工作日', '7个工作日', extensions=[Extension(3)]) == '2026-11-14T00:00'
    assert relative('promise - 1日', '7个工作日', stops=[Stop(t('2026-11-10T09:00'), t('2026-11-10T10:00'))]) == '2026-11-12T00:00'


def test_a_relative_limit_has_no_date_while_the_clock_is_stopped():
    for text in ('promise', 'promise - 1日', 'promise + 1个工作日'):
        assert relative_due(parse_limit(text), ANCHOR, parse_limit('7个工作日'), CAL, OFFICE, stops=ALWAYS).due_at is None


def test_a_reminder_due_before_the_stop_keeps_its_date():
    found = relative_due(
        parse_limit('promise - 5个工作日'), ANCHOR, parse_limit('7个工作日'), CAL, OFFICE, stops=[Stop(t('2026-11-06T09:00'))]
    )
    assert found.last_day == date(2026, 11, 4)


def test_a_relative_limit_that_leaves_nothing_is_refused():
    with pytest.raises(LimitError, match='现为 0'):
        relative('promise - 7个工作日', '7个工作日')


def test_a_relative_limit_cannot_be_counted_alone():
    with pytest.raises(LimitError, match='参照办件'):
        due_at('promise')
