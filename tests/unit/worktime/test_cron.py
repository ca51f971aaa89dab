"""Cron texts: read where every program means the same, said in words, and counted from the moment a timer begins to wait (D-26)."""

from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worktime import LimitError, Office, due, parse_limit, shipped_calendar

SHANGHAI = ZoneInfo('Asia/Shanghai')
MONDAY = datetime(2026, 11, 2, 10, 7, tzinfo=SHANGHAI)


def times(text, number=3, start=MONDAY):
    limit = parse_limit(text)
    found = [due(start, limit, shipped_calendar(), Office(), occurrence=n + 1).due_at for n in range(number)]
    return [f'{at:%Y-%m-%d %H:%M}' for at in found]


@pytest.mark.parametrize(
    ('text', 'expected', 'zh', 'en'),
    [
        ('0 0 9 1 1 ?', ['2027-01-01 09:00', '2028-01-01 09:00'], '每年1月1日 9:00', 'day 1 of Jan of every year 9:00'),
        ('0 9 1 1 *', ['2027-01-01 09:00', '2028-01-01 09:00'], '每年1月1日 9:00', 'day 1 of Jan of every year 9:00'),
        ('0 0 9 1 1 ? *', ['2027-01-01 09:00'], '每年1月1日 9:00', 'day 1 of Jan of every year 9:00'),
        (
            '0 0/30 9-17 ? * MON-FRI',
            ['2026-11-02 10:30', '2026-11-02 11:00'],
            '周一至周五 9:00 至 17:30 每 30 分钟',
            'Mon to Fri 9:00 to 17:30 every 30 minutes',
        ),
        ('30 8 * * 1-5', ['2026-11-03 08:30', '2026-11-04 08:30'], '周一至周五 8:30', 'Mon to Fri 8:30'),
        ('30 8 * * 0', ['2026-11-08 08:30', '2026-11-15 08:30'], '周日 8:30', 'Sun 8:30'),
        ('30 8 * * 7', ['2026-11-08 08:30'], '周日 8:30', 'Sun 8:30'),
        (
            '0 0 12 L * ?',
            ['2026-11-30 12:00', '2026-12-31 12:00', '2027-01-31 12:00'],
            '每月最后一日 12:00',
            'last day of every month 12:00',
        ),
        ('0 0 8 1,15 * ?', ['2026-11-15 08:00', '2026-12-01 08:00'], '每月1日、15日 8:00', 'day 1, day 15 of every month 8:00'),
        (
            '*/15 * * * *',
            ['2026-11-02 10:15', '2026-11-02 10:30'],
            '每日 0:00 至 23:45 每 15 分钟',
            'every day 0:00 to 23:45 every 15 minutes',
        ),
        ('@daily', ['2026-11-03 00:00', '2026-11-04 00:00'], '每日 0:00', 'every day 0:00'),
        ('0 0 0 29 FEB *', ['2028-02-29 00:00', '2032-02-29 00:00'], '每年2月29日 0:00', 'day 29 of Feb of every year 0:00'),
        ('0 7 9 ? * mon', ['2026-11-09 09:07'], '周一 9:07', 'Mon 9:07'),
    ],
)
def test_a_cron_text_with_one_meaning_is_read_and_said_in_words(text, expected, zh, en):
    """D-26: six and five fields; the first time comes after the timer began to wait."""
    assert times(text, len(expected)) == expected
    words = parse_limit(text).each.words
    assert (words, words.en) == (zh, en)
    assert parse_limit(str(parse_limit(text))) == parse_limit(text)


@pytest.mark.parametrize(
    ('text', 'zh'),
    [
        ('0 0 9 ? * 2-6', 'MON-FRI'),
        ('0 0 9 15 * MON', '日与周'),
        ('0 9 */2 * MON', '日与周'),
        ('0 0 9 15W * ?', '工作日'),
        ('0 0 9 ? * MON#2', '工作日'),
        ('0 0 9 31 2 ?', '没有这样的日期'),
        ('60 9 * * *', '0 至 59'),
        ('0 24 * * *', '0 至 23'),
        ('0 9 * * FRI-MON', '从小到大'),
        ('*/0 9 * * *', '从小到大'),
        ('0 0 9 1 1 ? 2027', '五段'),
        ('* * * *', '五段'),
        ('@reboot', '五段'),
    ],
)
def test_a_cron_text_with_two_meanings_or_none_is_refused_with_the_reason(text, zh):
    """D-26: Quartz, Spring and Unix differ there; nothing is guessed."""
    with pytest.raises(LimitError) as caught:
        parse_limit(text)
    assert text in caught.value.zh
    assert zh in caught.value.zh


@given(
    st.sampled_from(['0 0 9 1 1 ?', '0 0/30 9-17 ? * MON-FRI', '30 8 * * 1-5', '*/15 * * * *', '0 0 12 L * ?']),
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001
)
def test_times_come_one_after_the_other_and_none_is_left_out(text, start):
    """D-26: the n-th time after a moment is the first after the one before it."""
    limit, start = parse_limit(text), start.replace(tzinfo=SHANGHAI)
    found = [start, *(due(start, limit, shipped_calendar(), Office(), occurrence=n).due_at for n in (1, 2, 3))]
    assert all(earlier < later for earlier, later in pairwise(found))
    assert all(due(earlier, limit, shipped_calendar(), Office()).due_at == later for earlier, later in pairwise(found))
