"""The worked dates A–J of the domain description: accepted at some hour of a date, due on another."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from engine.worktime import Extension, Office, Stop, Verdict, due, explain, parse_limit, shipped_calendar

SHANGHAI = ZoneInfo('Asia/Shanghai')
OFFICE = Office()


def at(text: str, clock: str = '10:00') -> datetime:
    return datetime.combine(date.fromisoformat(text), time.fromisoformat(clock), tzinfo=SHANGHAI)


def last_day(anchor: str, limit: str, *stops: Stop, extensions: tuple[Extension, ...] = ()) -> str:
    found = due(at(anchor), parse_limit(limit), shipped_calendar(), OFFICE, stops, extensions=extensions)
    assert found.due_at == OFFICE.end_of(found.last_day)
    return found.last_day.isoformat()


@pytest.mark.parametrize(
    ('case', 'accepted', 'limit', 'expected'),
    [
        ('A', '2026-09-18', '20个工作日', '2026-10-22'),
        ('B', '2026-09-30', '7个工作日', '2026-10-15'),
        ('C', '2026-09-14', '10个工作日', '2026-09-28'),
        ('D without its extension written out', '2026-09-18', '30个工作日', '2026-11-05'),
        ('E', '2026-09-18', '5个工作日', '2026-09-24'),
        ('F', '2026-02-10', '15个工作日', '2026-03-09'),
        ('G', '2026-03-02', '60日', '2026-05-06'),
        ('H', '2026-05-08', '3个工作日', '2026-05-12'),
        ('I 5', '2025-09-26', '5个工作日', '2025-10-10'),
        ('I 10', '2025-09-26', '10个工作日', '2025-10-16'),
        ('I 20', '2025-09-26', '20个工作日', '2025-10-30'),
        ('J 45', '2026-08-03', '45个工作日', '2026-10-10'),
        ('J 60', '2026-08-03', '60个工作日', '2026-10-30'),
    ],
)
def test_due_on_the_worked_date(case, accepted, limit, expected):
    assert last_day(accepted, limit) == expected, case


def test_c_expert_review_is_not_counted():
    review = Stop(at('2026-09-21', '09:00'), at('2026-09-30', '17:30'), 'expert_review')
    assert last_day('2026-09-14', '10个工作日', review) == '2026-10-13'


def test_d_the_extension_adds_ten_workdays_once():
    assert last_day('2026-09-18', '20个工作日', extensions=(Extension(10, basis='行政许可法第四十二条'),)) == '2026-11-05'


def test_g_the_natural_last_day_is_named_as_where_the_date_rolled_from():
    found = due(at('2026-03-02'), parse_limit('60日'), shipped_calendar(), OFFICE)
    assert (found.rolled_from, found.last_day) == (date(2026, 5, 1), date(2026, 5, 6))


def test_a_explained_day_by_day_names_each_holiday_and_each_swapped_weekend():
    lines = explain(at('2026-09-18'), parse_limit('20个工作日'), shipped_calendar(), OFFICE)
    by_date = {line.date.isoformat(): line for line in lines}
    assert (lines[0].verdict, lines[0].number, lines[0].weekday) == (Verdict.ANCHOR, None, '周五')
    assert (by_date['2026-09-19'].verdict, by_date['2026-09-19'].name) == (Verdict.REST, '周六')
    swapped = by_date['2026-09-20']
    assert (swapped.verdict, swapped.number, swapped.name, swapped.weekday) == (Verdict.COUNTED, 1, '调休上班', '周日')
    assert (by_date['2026-09-25'].verdict, by_date['2026-09-25'].name) == (Verdict.REST, '中秋节')
    assert (by_date['2026-10-01'].verdict, by_date['2026-10-01'].source) == (Verdict.REST, '国办发明电〔2025〕7号')
    assert (lines[-1].date, lines[-1].number) == (date(2026, 10, 22), 20)
    assert [line.date.toordinal() for line in lines] == list(range(lines[0].date.toordinal(), lines[-1].date.toordinal() + 1))
    assert [line.number for line in lines if line.verdict is Verdict.COUNTED] == list(range(1, 21))


def test_g_explained_counts_rest_days_and_shows_the_roll():
    lines = explain(at('2026-03-02'), parse_limit('60日'), shipped_calendar(), OFFICE)
    assert [(line.date.day, line.verdict.value, line.number) for line in lines[-6:]] == [
        (1, 'counted', 60),
        (2, 'rest', None),
        (3, 'rest', None),
        (4, 'rest', None),
        (5, 'rest', None),
        (6, 'rolled', None),
    ]
