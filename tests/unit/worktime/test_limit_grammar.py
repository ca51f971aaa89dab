"""What an analyst may write as a limit, and what is said to him when he may not."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.worktime import Base, Duration, Limit, LimitError, Moment, Relative, Repeat, Unit, parse_limit


@pytest.mark.parametrize(
    'text',
    [
        '5个工作日',
        '5工作日',
        '5 个 工作日',
        '５个工作日',
        '五个工作日',
        '五工作日',
        '5 workdays',
        '5 working days',
        '5 Working-Days',
        '5wd',
        '5 wds',
        '5 business days',
        ' 5个工作日 ',
        '\u30005个工作日',
        '+5个工作日',
    ],
)
def test_workdays(text):
    assert parse_limit(text) == Limit(5, Unit.WORKDAY)


@pytest.mark.parametrize(
    'text', ['15日', '15天', '15 个自然日', '15自然日', '十五日', '一五日', '１５ 天', '15 days', '15 calendar days', '15d', '拾伍日']
)
def test_natural_days(text):
    assert parse_limit(text) == Limit(15, Unit.DAY)


@pytest.mark.parametrize('text', ['2个工作小时', '2工作小时', '两个工作小时', '2 working hours', '2 workhours', '2WH', '二个工作小时'])
def test_working_hours(text):
    assert parse_limit(text) == Limit(2, Unit.WORKHOUR)


@pytest.mark.parametrize(
    ('text', 'amount'),
    [
        ('十日', 10),
        ('二十日', 20),
        ('四十五日', 45),
        ('六十日', 60),
        ('一百零五日', 105),
        ('二百一十日', 210),
        ('一千日', 1000),
        ('三〇日', 30),
    ],
)
def test_chinese_numerals(text, amount):
    assert parse_limit(text) == Limit(amount, Unit.DAY)


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('P3D', Duration(days=3)),
        ('PT2H', Duration(time=timedelta(hours=2))),
        ('P2W', Duration(days=14)),
        ('P1Y2M', Duration(months=14)),
        ('P1Y2M3DT4H5M6S', Duration(14, 3, timedelta(hours=4, minutes=5, seconds=6))),
        ('PT1.5H', Duration(time=timedelta(minutes=90))),
        ('PT0,25S', Duration(time=timedelta(milliseconds=250))),
        ('pt30m', Duration(time=timedelta(minutes=30))),
    ],
)
def test_iso_durations_are_wall_clock(text, expected):
    assert parse_limit(text) == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('2026-11-01', Moment(date(2026, 11, 1))),
        ('2026-11-01T24:00', Moment(date(2026, 11, 1))),
        ('2026-11-01T17:30', Moment(date(2026, 11, 1), time(17, 30))),
        ('2026-11-01 17:30:15', Moment(date(2026, 11, 1), time(17, 30, 15))),
        ('2026-11-01T09:30:00Z', Moment(date(2026, 11, 1), time.fromisoformat('09:30Z'))),
        ('2026-11-01T17:30+08:00', Moment(date(2026, 11, 1), time.fromisoformat('17:30+08:00'))),
        ('2026-11-01T17:30+08:00[Asia/Shanghai]', Moment(date(2026, 11, 1), time.fromisoformat('17:30+08:00'))),
    ],
)
def test_dates_and_instants(text, expected):
    assert parse_limit(text) == expected


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('R3/PT1H', Repeat(Duration(time=timedelta(hours=1)), 3)),
        ('R/P1D', Repeat(Duration(days=1))),
        ('R3/1个工作日', Repeat(Limit(1, Unit.WORKDAY), 3)),
        ('R/2026-11-01T09:00/P1D', Repeat(Duration(days=1), None, Moment(date(2026, 11, 1), time(9)))),
        ('R/2026-11-01T09:00/2026-11-08T09:00', Repeat(Duration(days=7), None, Moment(date(2026, 11, 1), time(9)))),
        ('R2/2026-11-01/2026-11-02', Repeat(Duration(days=1), 2, Moment(date(2026, 11, 1)))),
    ],
)
def test_repetitions(text, expected):
    assert parse_limit(text) == expected


@pytest.mark.parametrize('text', ['R/PT1S', 'R3/PT59.9S', 'R/2026-11-01/PT30S', '*/10 * * * * ?', '0,30 0 9 * * *'])
def test_nothing_repeats_within_a_minute(text):
    """D-26: below a minute is rounded up, and says so."""
    read = parse_limit(text)
    assert read.rounded
    assert parse_limit('R/PT60S') == parse_limit('R/PT1M')
    assert not parse_limit('R/PT1M').rounded


@pytest.mark.parametrize(
    ('text', 'expected'),
    [
        ('promise', Relative(Base.PROMISE)),
        ('statutory', Relative(Base.STATUTORY)),
        ('承诺时限', Relative(Base.PROMISE)),
        ('法定期限', Relative(Base.STATUTORY)),
        ('promise - 1个工作日', Relative(Base.PROMISE, Limit(1, Unit.WORKDAY), earlier=True)),
        ('Promise-1wd', Relative(Base.PROMISE, Limit(1, Unit.WORKDAY), earlier=True)),
        ('statutory － 2个工作日', Relative(Base.STATUTORY, Limit(2, Unit.WORKDAY), earlier=True)),
        ('promise − 一个工作日', Relative(Base.PROMISE, Limit(1, Unit.WORKDAY), earlier=True)),
        ('promise + 3日', Relative(Base.PROMISE, Limit(3, Unit.DAY))),
        ('promise - PT4H', Relative(Base.PROMISE, Duration(time=timedelta(hours=4)), earlier=True)),
    ],
)
def test_limits_leaning_on_a_case_clock(text, expected):
    assert parse_limit(text) == expected


@pytest.mark.parametrize(
    ('text', 'zh', 'en'),
    [
        ('', '应为 5个工作日', 'expected e.g. 5 workdays'),
        ('soon', '应为 5个工作日', 'expected e.g. 5 workdays'),
        ('5', '应为 5个工作日', 'expected e.g. 5 workdays'),
        ('x' * 300, '应为 5个工作日', 'expected e.g. 5 workdays'),
        ('0个工作日', '现为 0', 'between 1 and 3660'),
        ('零日', '现为 0', 'but it is 0'),
        ('-3个工作日', '现为 -3', 'but it is -3'),
        ('3661日', '现为 3661', 'but it is 3661'),
        ('999999999日', '3660', '3660'),
        ('1.5个工作日', '请使用整数', 'whole number'),
        ('半日', '请使用整数', 'whole number'),
        ('2小时', '2个工作小时', 'PT2H'),
        ('2 hours', '2个工作小时', 'PT2H'),
        ('两小时', '2个工作小时', 'PT2H'),
        ('3个月', 'P3M', 'P3M'),
        ('2周', 'P2W', 'P2W'),
        ('P', '时长应写作', 'a duration is written'),
        ('PT', '时长应写作', 'a duration is written'),
        ('P5', '时长应写作', 'a duration is written'),
        ('P1DT', '时长应写作', 'a duration is written'),
        ('-P3D', '时长应写作', 'a duration is written'),
        ('P3WT1H', '时长应写作', 'a duration is written'),
        ('P0D', '大于零', 'longer than zero'),
        ('2026-13-01', '日期或时间不存在', 'no such date'),
        ('2026-02-29', '日期或时间不存在', 'no such date'),
        ('2026-11-01T25:00', '日期或时间不存在', 'no such date'),
        ('R0/PT1H', '不少于 1', 'at least one'),
        ('R3/promise', '无法识别', 'Cannot read'),
        ('R3/PT1H/2026-11-01', '各软件含义不同', 'different things in different programs'),
        ('R3/2026-11-01/PT1H/2026-12-01', '重复应写作', 'write R3/PT1H'),
        ('R3/2026-11-01', '间隔', 'needs an interval'),
        ('R3/2026-11-01/2026-10-01', '晚于起始', 'come after the start'),
        ('R3/2026-11-01/2026-11-02T09:00', '写法一致', 'written alike'),
        ('promise - promise', '无法识别', 'Cannot read'),
        ('promise - 2026-11-01', '加减的应是', 'only an amount'),
        ('promise - R3/P1D', '加减的应是', 'only an amount'),
        ('十十日', '中文数字', 'malformed'),
        ('二十三四日', '中文数字', 'malformed'),
    ],
)
def test_what_cannot_be_read_is_answered_in_both_languages(text, zh, en):
    with pytest.raises(LimitError) as caught:
        parse_limit(text)
    assert zh in caught.value.zh
    assert en in caught.value.en


@pytest.mark.parametrize(
    ('text', 'write'),
    [
        ('"PT4H"', 'PT4H'),
        ("'PT4H'", 'PT4H'),
        ('“PT4H”', 'PT4H'),
        ('="PT4H"', 'PT4H'),
        ('@"PT4H"', 'PT4H'),
        ('"5个工作日"', '5个工作日'),
        ('"0 0 9 * * MON-FRI"', '0 0 9 * * MON-FRI'),
        ('duration("P3D")', 'P3D'),
        ('=date and time("2026-11-01T09:00:00")', '2026-11-01T09:00:00'),
        ('timedelta(minutes=30)', 'PT30M'),
        ('datetime.timedelta(days=1, hours=2)', 'P1DT2H'),
        ('timedelta(3)', 'P3D'),
        ('04:00:00', 'PT4H'),
        ('0:30', 'PT30M'),
        ('2小时', 'PT2H'),
        ('半小时', 'PT30M'),
        ('1.5 hours', 'PT1.5H'),
        ('30分钟', 'PT30M'),
        ('30 minutes', 'PT30M'),
        ('3个月', 'P3M'),
        ('一年', ''),
        ('2周', 'P2W'),
        ('PT1D', 'P1D'),
        ('P4H', 'PT4H'),
        ('soon', ''),
        ('timedelta(os.system("x"))', ''),
    ],
)
def test_a_duration_written_for_another_engine_is_answered_with_the_text_to_write(text, write):
    """D-33: the message shows the text, what it was taken for, and what to write, which can be read."""
    with pytest.raises(LimitError) as caught:
        parse_limit(text)
    assert caught.value.write == write
    assert text in caught.value.zh
    assert write in caught.value.zh
    assert not write or parse_limit(write)


hall_limits = st.builds(Limit, st.integers(1, 3660), st.sampled_from(Unit))
durations = st.builds(Duration, st.integers(0, 99999), st.integers(0, 99999), st.timedeltas(timedelta(seconds=1), timedelta(days=30)))
moments = st.builds(
    lambda at, bare: Moment(at.date(), None if bare else at.time()),
    st.datetimes(datetime(1000, 1, 1)),  # noqa: DTZ001
    st.booleans(),
)
minutes = durations.filter(lambda one: one.months or one.days or one.time >= timedelta(minutes=1))
"""What may repeat: nothing does within a minute."""
repeats = st.builds(Repeat, hall_limits | minutes, st.none() | st.integers(1, 9999), st.none() | moments)
relatives = st.sampled_from(Base).map(Relative) | st.builds(Relative, st.sampled_from(Base), hall_limits | durations, st.booleans())


@given(hall_limits | durations | moments | repeats | relatives)
def test_every_limit_prints_as_text_that_reads_back(limit):
    assert parse_limit(str(limit)) == limit
    assert parse_limit(limit.en) == limit


def read_or_refusal(text):
    try:
        return parse_limit(text)
    except LimitError as refusal:
        return refusal


@given(st.text(max_size=30) | st.text('0123456789PTYMWDHSR/-+:.个工作日小时天十百promise ', max_size=20))
def test_any_text_is_either_read_or_refused_with_a_sentence(text):
    answer = read_or_refusal(text)
    assert answer.en
    assert answer.zh if isinstance(answer, LimitError) else parse_limit(str(answer)) == answer


def test_nothing_less_than_something_can_be_built():
    with pytest.raises(LimitError):
        Relative(Base.PROMISE, None, earlier=True)
    with pytest.raises(LimitError):
        Duration(days=-1)
