"""When a limit turns amber, which colour a broken one has, and when the hall opens next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.halls import Hall
from engine.worktime import (
    Deadline,
    Limit,
    Unit,
    WarnRule,
    due,
    next_opening,
    parse_limit,
    remaining,
    warn_at,
    watchable,
    working_time_between,
)
from tasks.marks.rules import by_hand, cause_words, of_clock

HALL = Hall()
USUAL = WarnRule()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f'{text}:00+08:00')


def amber_from(limit: str, anchor: str, rule: WarnRule = USUAL) -> str | None:
    parsed = parse_limit(limit)
    ends = due(at(anchor), parsed, HALL.calendar, HALL.office).due_at
    assert ends is not None
    found = warn_at(Deadline(parsed, at(anchor), ends), HALL.calendar, HALL.office, rule)
    return found.strftime('%Y-%m-%d %H:%M') if found else None


@pytest.mark.parametrize(
    ('limit', 'anchor', 'amber'),
    [
        ('7个工作日', '2026-03-02 09:00', '2026-03-10 00:00'),  # until Wednesday 11 March: one working day left on Tuesday
        ('20个工作日', '2026-03-02 09:00', '2026-03-24 00:00'),  # until Monday 30 March: a fifth is four working days
        ('5个工作日', '2026-09-23 10:00', '2026-09-30 00:00'),  # until 8 October: the eve of National Day is the last but one
        ('8个工作日', '2026-09-23 10:00', '2026-10-10 00:00'),  # until Monday 12 October; Saturday 10 October is a working day
        ('1个工作日', '2026-03-02 09:00', None),  # amber from the first day: says nothing
        ('30日', '2026-03-02 09:00', '2026-03-26 00:00'),  # until Wednesday 1 April: six natural days left
        ('10个工作小时', '2026-03-02 09:00', '2026-03-03 10:00'),  # until Tuesday noon: two hours of office time left
        ('P10D', '2026-03-02 09:00', '2026-03-10 09:00'),
    ],
)
def test_a_limit_turns_amber_when_a_working_day_or_a_fifth_is_left(limit: str, anchor: str, amber: str | None) -> None:
    assert amber_from(limit, anchor) == amber


def test_a_hall_may_warn_earlier_or_later() -> None:
    assert amber_from('7个工作日', '2026-03-02 09:00', WarnRule(amber_days=3)) == '2026-03-06 00:00'
    assert amber_from('7个工作日', '2026-03-02 09:00', WarnRule(amber_days=0, amber_percent=0)) == '2026-03-11 00:00'
    assert amber_from('20个工作日', '2026-03-02 09:00', WarnRule(amber_percent=50)) == '2026-03-16 00:00'


LIMITS = st.one_of(
    st.builds(Limit, st.integers(1, 60), st.sampled_from([Unit.WORKDAY, Unit.DAY])),
    st.builds(Limit, st.integers(1, 80), st.just(Unit.WORKHOUR)),
)
INSTANTS = st.integers(0, 600 * 24 * 60).map(lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def is_amber(now: datetime, due_at: datetime, limit: Limit, rule: WarnRule) -> bool:
    """The rule itself: so few working days are left, or so small a share of the limit, and the limit is longer than that."""
    if now >= due_at:
        return False
    if limit.unit is Unit.WORKHOUR:
        left = working_time_between(now, due_at, HALL.calendar, HALL.office)
        return left * 100 <= timedelta(hours=limit.amount) * rule.amber_percent
    if limit.amount <= rule.amber_days:
        return False
    workdays = remaining(now, due_at, HALL.calendar, HALL.office) or 0
    days = (HALL.office.last_day_of(due_at) - HALL.office.local(now).date()).days
    return workdays <= rule.amber_days or (workdays if limit.unit is Unit.WORKDAY else days) * 100 <= limit.amount * rule.amber_percent


@given(limit=LIMITS, anchor=INSTANTS, days=st.integers(0, 5), percent=st.integers(0, 60), hours=st.integers(0, 24 * 60))
@settings(max_examples=300, deadline=None)
def test_the_moment_is_where_the_rule_begins_to_hold(limit: Limit, anchor: datetime, days: int, percent: int, hours: int) -> None:
    """`warn_at` is reckoned once and stored; the rule asked at any instant must agree with it."""
    rule = WarnRule(amber_days=days, amber_percent=percent)
    ends = due(anchor, limit, HALL.calendar, HALL.office).due_at
    assert ends is not None
    moment = warn_at(Deadline(limit, anchor, ends), HALL.calendar, HALL.office, rule)
    near = {moment, moment - timedelta(seconds=1)} if moment else set()
    for now in {anchor + timedelta(hours=hours), ends - timedelta(seconds=1), ends, *near}:
        expected = moment is not None and moment <= now < ends
        assert is_amber(now, ends, limit, rule) == expected, now


@given(limit=st.integers(2, 40), anchor=INSTANTS)
@settings(max_examples=100, deadline=None)
def test_on_the_amber_day_one_working_day_or_a_fifth_is_left(limit: int, anchor: datetime) -> None:
    whole = Limit(limit, Unit.WORKDAY)
    ends = due(anchor, whole, HALL.calendar, HALL.office).due_at
    moment = warn_at(Deadline(whole, anchor, ends), HALL.calendar, HALL.office, USUAL)
    assert moment is not None
    left = remaining(moment, ends, HALL.calendar, HALL.office)
    assert left == max(1, limit // 5)


@pytest.mark.parametrize(
    ('clock', 'limit', 'expected'),
    [
        ('promise', '7个工作日', (2, 'yellow')),
        ('statutory', '10个工作日', (2, 'red')),
        ('notify', '5个工作日', (1, 'red')),
        ('delivery', '10个工作日', (2, 'red')),
        ('delivery', '3个工作日', (2, 'yellow')),
        ('own', '3个工作日', (2, 'yellow')),
    ],
)
def test_a_promise_is_yellow_and_what_a_law_sets_red(clock: str, limit: str, expected: tuple[int, str]) -> None:
    assert of_clock(clock, parse_limit(limit)) == expected


def test_rules_1_5_and_7_are_red_whoever_raises_them() -> None:
    assert [rule for rule in range(1, 9) if by_hand(rule)[0] == 'red'] == [1, 5, 7]
    assert [by_hand(rule)[1] for rule in (1, 3, 5, 7)] == ['inaction', 'slow', 'wrong', 'wrong']


@pytest.mark.parametrize(
    ('now', 'opens'),
    [
        ('2026-03-02 10:00', '2026-03-02 10:00'),
        ('2026-03-02 08:00', '2026-03-02 09:00'),
        ('2026-03-02 12:30', '2026-03-02 13:30'),
        ('2026-03-06 18:00', '2026-03-09 09:00'),
        ('2026-09-30 23:00', '2026-10-08 09:00'),
        ('2026-10-10 07:00', '2026-10-10 09:00'),
    ],
)
def test_nobody_is_reminded_outside_office_hours(now: str, opens: str) -> None:
    assert next_opening(at(now), HALL.calendar, HALL.office) == at(opens)


def test_limits_that_read_another_clock_are_not_watched() -> None:
    assert not watchable(parse_limit('promise - 1个工作日'))
    assert not watchable(parse_limit('R3/1个工作日'))
    assert watchable(parse_limit('2026-03-20'))


def test_causes_are_told_in_chinese() -> None:
    assert cause_words('extension of promise') == '延长期限'
    assert cause_words('国办发明电〔2026〕1号') == '国办发明电〔2026〕1号'
