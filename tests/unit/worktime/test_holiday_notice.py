"""An administrator pastes the State Council's notice and gets the year's rows, or is told what was not understood."""

from datetime import date
from pathlib import Path

import chinese_calendar
import pytest

from engine.worktime import Calendar, CalendarError, parse_notice, shipped_calendar

NOTICES = Path(__file__).parent / 'notices'


def notice(year: int) -> str:
    return (NOTICES / f'{year}.txt').read_text(encoding='utf-8')


@pytest.mark.parametrize('year', [2024, 2025, 2026])
def test_the_shipped_rows_are_those_of_the_notice(year):
    assert parse_notice(notice(year), year) == tuple(row for row in shipped_calendar().rows if row.date.year == year)


def test_a_notice_may_reach_back_into_december():
    rows = parse_notice(notice(2023), 2023)
    assert (rows[0].date, rows[0].working, rows[0].name) == (date(2022, 12, 31), False, '元旦')
    assert rows[0].source == '国务院办公厅关于2023年部分节假日安排的通知'
    cal = Calendar.from_rows(rows)
    assert cal.announced == {2023}
    days = [date.fromordinal(n) for n in range(date(2023, 1, 1).toordinal(), date(2024, 1, 1).toordinal())]
    assert [day for day in days if cal.is_working(day) != chinese_calendar.is_workday(day)] == []


def test_line_breaks_and_half_width_punctuation_do_not_matter():
    flat = notice(2026).replace('\n', '').replace('：', ':').replace('（', '(').replace('）', ')').replace('，', ',')
    assert parse_notice(flat, 2026) == parse_notice(notice(2026), 2026)


def test_the_source_may_be_given():
    assert parse_notice(notice(2026), 2026, '国发〔2026〕1号')[0].source == '国发〔2026〕1号'


@pytest.mark.parametrize(
    ('before', 'after', 'zh', 'en'),
    [
        ('共9天', '共8天', '写明共8天，日期却是9天', 'says 8 days'),
        ('1月4日（周日）上班', '1月4日（周一）上班', '2026-01-04 是周日', 'the notice says 周一'),
        ('1月4日（周日）上班', '1月4日（周日）照旧', '没有看懂：1月4日(周日)照旧', 'not understood'),
        ('2月14日（周六）、2月28日（周六）上班', '2月14日（周六）及28日（周六）上班', '没有看懂', 'not understood'),
        ('2月28日（周六）上班', '2月30日上班', '日期不存在', 'no such date'),
        ('5月9日（周六）上班', '9日（周六）上班', '缺少月份', 'no month'),
        ('4月4日（周六）至6日（周一）', '4月6日（周一）至4日（周六）', '颠倒', 'backwards'),
        ('5月9日（周六）上班', '5月5日上班', '2026-05-05 在通知中出现两次', 'comes twice'),
        ('六、中秋节：9月25日（周五）至27日（周日）放假，共3天。', '', '没有找到：中秋', 'does not mention 中秋'),
        ('关于2026年', '关于2027年', '这是 2027 年的通知', 'notice for 2027'),
    ],
)
def test_a_slip_in_the_text_is_named(before, after, zh, en):
    assert before in notice(2026)
    with pytest.raises(CalendarError) as caught:
        parse_notice(notice(2026).replace(before, after), 2026)
    assert zh in caught.value.zh
    assert en in caught.value.en


def test_a_text_that_is_no_notice_is_refused():
    with pytest.raises(CalendarError, match='请粘贴通知全文'):
        parse_notice('国庆节放假七天', 2026)
