"""The shipped calendar is the country's; beyond it dates are provisional; imported years lie over it."""

from datetime import date, timedelta
from importlib.resources import files

import chinese_calendar
import pytest

from engine.worktime import Calendar, CalendarError, Day, decoded, format_calendar_csv, parse_calendar_table, shipped_calendar

CAL = shipped_calendar()
HEADER = 'date,working,name,source_notice\n'


@pytest.mark.parametrize('year', [2024, 2025, 2026])
def test_every_date_agrees_with_an_independent_calendar(year):
    first = date(year, 1, 1)
    days = [first + timedelta(days=n) for n in range(366) if (first + timedelta(days=n)).year == year]
    assert [day for day in days if CAL.is_working(day) != chinese_calendar.is_workday(day)] == []


@pytest.mark.parametrize(
    ('day', 'working', 'name', 'source'),
    [
        (date(2026, 10, 1), False, '国庆节', '国办发明电〔2025〕7号'),
        (date(2026, 10, 10), True, '调休上班', '国办发明电〔2025〕7号'),
        (date(2025, 10, 6), False, '国庆节、中秋节', '国办发明电〔2024〕12号'),
        (date(2024, 2, 9), True, '', ''),  # 除夕 2024: leave was encouraged, not granted
        (date(2026, 11, 7), False, '周六', ''),
        (date(2026, 11, 8), False, '周日', ''),
        (date(2026, 11, 9), True, '', ''),
    ],
)
def test_a_date_has_its_name_and_its_notice(day, working, name, source):
    assert CAL.day(day) == Day(day, working, name, source)


def test_the_shipped_calendar_knows_how_far_it_knows():
    assert CAL.known_until == 2026
    assert not CAL.provisional(date(2026, 12, 31))
    assert CAL.provisional(date(2027, 1, 1))
    assert CAL.provisional(date(2023, 12, 31))


def test_beyond_the_horizon_weekends_and_fixed_holidays_are_off():
    off = [date(2027, month, day) for month in range(1, 13) for day in range(1, 29) if not CAL.is_working(date(2027, month, day))]
    on_weekdays = [(day.month, day.day, CAL.day(day).name) for day in off if day.weekday() < 5]
    assert on_weekdays == [(1, 1, '元旦'), (4, 5, '清明节'), (10, 1, '国庆节')]
    assert CAL.day(date(2028, 5, 2)).name == '劳动节'
    assert CAL.day(date(2027, 5, 1)).name == '劳动节'
    assert CAL.day(date(2027, 2, 6)).name == '周六'
    assert CAL.is_working(date(2027, 2, 8))  # 春节 is lunar: not known


@pytest.mark.parametrize('year', range(2008, 2027))
def test_qingming_falls_on_the_day_the_notices_gave_it(year):
    cal = Calendar.from_rows([])
    named = [day for day in (date(year, 4, 4), date(year, 4, 5), date(year, 4, 6)) if cal.day(day).name == '清明节']
    assert len(named) == 1
    off, name = chinese_calendar.get_holiday_detail(named[0])
    assert off
    assert name == 'Tomb-sweeping Day'


def test_an_empty_calendar_announces_nothing():
    empty = Calendar.from_rows([])
    assert empty.known_until is None
    assert empty.provisional(date(2026, 1, 5))
    assert empty.is_working(date(2026, 1, 5))


def test_an_imported_year_lies_over_the_shipped_one_under_a_new_version():
    snow = Day(date(2026, 12, 1), working=False, name='暴雪停止办公', source='市政府公告')
    new_year = Day(date(2027, 10, 1), working=False, name='国庆节', source='国办发明电〔2026〕9号')
    cal = CAL.with_rows([snow, new_year])
    assert not cal.is_working(snow.date)
    assert CAL.is_working(snow.date)
    assert (cal.known_until, cal.version) != (CAL.known_until, CAL.version)
    assert cal.known_until == 2027
    assert not cal.provisional(date(2027, 5, 4))
    corrected = cal.with_rows([Day(snow.date, working=True)])
    assert corrected.is_working(snow.date)
    assert len(corrected.rows) == len(cal.rows)


def test_a_single_local_row_does_not_announce_its_year():
    cal = CAL.with_rows([Day(date(2027, 3, 3), working=False, name='校庆')])
    assert cal.known_until == 2026
    assert not cal.provisional(date(2027, 3, 3))
    assert cal.provisional(date(2027, 3, 4))


def test_equal_rows_give_equal_calendars_with_one_version():
    assert Calendar.from_rows(reversed(CAL.rows)) == CAL
    assert hash(Calendar.from_rows(CAL.rows)) == hash(CAL)
    assert Calendar.from_rows(CAL.rows, version='mine').version == 'mine'


def test_csv_reads_back():
    text = files('engine').joinpath('calendars', 'cn.csv').read_text(encoding='utf-8')
    assert format_calendar_csv(parse_calendar_table(text).days) == text
    assert parse_calendar_table('\ufeff' + text + '\n,,,\n').days == parse_calendar_table(text).days


@pytest.mark.parametrize(
    ('text', 'zh', 'en'),
    [
        ('', '第一行应有', 'first line'),
        ('day,off\n', '第一行应有', 'first line'),
        (HEADER + '2026-13-01,1,,\n', '第 2 行：日期 2026-13-01', 'Line 2'),
        (HEADER + '2026-12-01,maybe,,\n', '第 2 行：应有', 'Line 2: expected'),
        (HEADER + '2026-12-01\n', '第 2 行：应有', 'Line 2: expected'),
        (HEADER + '1.12,1,a,b\n', '第 2 行：应有', 'Line 2: expected'),
        (HEADER + '2026-12-01,1,a,b\n2026-12-01,0,a,b\n', '第 3 行：2026-12-01 重复', 'comes twice'),
    ],
)
def test_a_csv_that_cannot_be_read_names_the_line(text, zh, en):
    with pytest.raises(CalendarError) as caught:
        parse_calendar_table(text)
    assert zh in caught.value.zh
    assert en in caught.value.en


NOTICE = '国办发明电〔2026〕9号'
TWO_DAYS = (Day(date(2027, 1, 1), False, '元旦', NOTICE), Day(date(2027, 1, 2), True, '调休上班', NOTICE))
SPELLINGS = [('2027-01-01', '2027-01-02'), ('2027/1/1', '2027/1/2'), ('2027年1月1日', '２０２７年１月２日'), ('20270101', '2027.1.2')]
HEADS = [('date working name source_notice', '0', '1'), ('日期 是否上班 名称 依据', '否', '是'), ('日期 类型 节日 文号', '休息', '上班')]


@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'gb18030', 'utf-16'])
@pytest.mark.parametrize('separator', [',', '\t', ';'])
@pytest.mark.parametrize('dates', SPELLINGS)
@pytest.mark.parametrize('words', HEADS)
def test_a_table_is_read_as_spreadsheets_save_it(encoding, separator, dates, words):
    """O-16: one reader for page and command: encodings, separators, heads and spellings of dates, and it says what it understood."""
    (first, second), (head, no, yes) = dates, words
    rows = [head.split(), [first, no, '元旦', NOTICE], [second, yes, '调休上班', NOTICE]]
    content = '\r\n'.join(separator.join(row) for row in rows).encode(encoding)
    table = parse_calendar_table(decoded(content))
    assert table.days == TWO_DAYS
    assert '读到 2 天：休息 1 天，上班 1 天' in table.told
    assert '2 days: 1 of rest, 1 of work' in table.told.en


def test_columns_may_stand_in_any_order_and_only_two_are_needed():
    """O-16"""
    table = parse_calendar_table('是否上班（1 或 0）,日期\n0,2027/1/1 0:00:00\n')
    assert table.days == (Day(date(2027, 1, 1), False),)
    assert '没有名称、依据列' in table.told


@pytest.mark.parametrize(('content', 'zh'), [(b'PK\x03\x04' + b'\0' * 40, 'Excel 工作簿'), (b'\0\xff\xfe\x81', 'UTF-8 或 GB 18030')])
def test_a_file_that_is_no_table_is_told_as_such(content, zh):
    """O-16: a message about the file, not about its bytes."""
    with pytest.raises(CalendarError) as caught:
        decoded(content)
    assert zh in caught.value.zh
