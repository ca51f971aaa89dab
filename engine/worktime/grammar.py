"""The text of limits: `5个工作日`, `十五日`, `2 working hours`, `2026-11-01`, `R3/PT1H`, `0 9 * * MON-FRI`, `promise - 1个工作日`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from engine.words import in_english
from engine.worktime.cron import looks_like_cron, read_cron
from engine.worktime.errors import LimitError
from engine.worktime.limits import Base, Duration, Limit, LimitExpr, Moment, Relative, Repeat, Unit
from engine.worktime.meant import meanings

MAX_TEXT = 200

_DIGITS = {c: n for n, cs in enumerate(('零〇', '一壹', '二贰两', '三叁', '四肆', '五伍', '六陆', '七柒', '八捌', '九玖')) for c in cs}
_POWERS = {'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000}
_CHINESE_NUMBER = f'[{"".join(_DIGITS)}{"".join(_POWERS)}]+'

_UNITS = (
    (re.compile(r'(?:个\s*)?工作日|(?:work(?:ing)?|business)[ -]?days?|wds?', re.I), Unit.WORKDAY),
    (re.compile(r'(?:个\s*)?自然日|日|天|(?:(?:calendar|natural)[ -])?days?|d', re.I), Unit.DAY),
    (re.compile(r'(?:个\s*)?工作小时|work(?:ing)?[ -]?hours?|wh', re.I), Unit.WORKHOUR),
)
_HALL = re.compile(rf'([+-]?\d{{1,9}}|{_CHINESE_NUMBER})\s*(\D+)')
_RELATIVE = re.compile(r'(promise|statutory|承诺(?:时限|期限)?|法定(?:时限|期限)?)\s*(?:([+-])\s*(\S.*))?', re.I)
_DURATION = re.compile(
    r'P(?:(?P<weeks>\d{1,6})W|(?:(?P<years>\d{1,6})Y)?(?:(?P<months>\d{1,6})M)?(?:(?P<days>\d{1,6})D)?'
    r'(?:T(?=\d)(?:(?P<hours>\d{1,6}(?:[.,]\d{1,9})?)H)?(?:(?P<minutes>\d{1,6}(?:[.,]\d{1,9})?)M)?'
    r'(?:(?P<seconds>\d{1,9}(?:[.,]\d{1,9})?)S)?)?)',
    re.I,
)
_MOMENT = re.compile(r'(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d.*?)(?<=[\dZz])(?:\[[\w/+-]{1,40}\])?)?', re.I)
_REPEAT = re.compile(r'R(\d{0,6})/(.+)', re.I)

_HINTS = (
    (re.compile(r'\d\s*[./]\s*\d|半'), '请使用整数，例如 5个工作日', 'use a whole number, e.g. 5 workdays'),
    (
        re.compile(r'小时|hour|分钟|minute|(?<=\d)h', re.I),
        '自然时间请写 PT2H，办公时间请写 2个工作小时',
        'write PT2H for wall-clock time or 2 working hours for office time',
    ),
    (
        re.compile(r'月|month|年|year|周|星期|week', re.I),
        '请写 P3M（三个月）、P1Y（一年）、P2W（两周）或折合的日数',
        'write P3M, P1Y or P2W, or the number of days',
    ),
)
_EXPECTED_ZH = '应为 5个工作日、15日、2个工作小时、P3D、PT2H、2026-11-01、R3/PT1H、promise、promise - 1个工作日 之类'
_EXPECTED_EN = 'expected e.g. 5 workdays, 15 days, 2 working hours, P3D, 2026-11-01, R3/PT1H, promise or promise - 1 workday'


def parse_limit(text: str) -> LimitExpr:
    """Read the text of a limit; full-width characters, Chinese numerals and spaces are understood. LimitError says what was expected.

    A bare ISO date means the end of that date. `${…}` is not part of this grammar: evaluate it first.
    """
    shown = text.strip()
    if not shown or len(shown) > MAX_TEXT:
        raise _refused(shown[:40])
    plain = re.sub(r'\s+', ' ', unicodedata.normalize('NFKC', shown)).translate(str.maketrans('−–—﹣', '----')).strip()
    if looks_like_cron(plain):
        return Repeat(read_cron(plain))
    try:
        return _read(plain)
    except LimitError as error:
        raise _instead(plain) or error from None


def _read(plain: str) -> LimitExpr:
    return _relative(plain) or _repeat(plain) or _moment(plain) or _duration(plain) or _hall(plain)


def _instead(text: str) -> LimitError | None:
    """The refusal that says what was meant, where that can be read."""
    for written, taken_for in meanings(text):
        try:
            meant = Repeat(read_cron(written)) if looks_like_cron(written) else _read(written)
        except LimitError:
            continue
        zh, en = f'这是{taken_for}，请写 {written}', f'this is {in_english(taken_for)}; write {written}'
        if isinstance(meant, Duration) and meant.time and not (meant.days or meant.months):
            zh, en = (
                f'{zh}（自然时间；办公时间请写 2个工作小时 之类）',
                f'{en} (wall-clock time; office time is written like 2 working hours)',
            )
        return LimitError(f'无法识别期限“{text}”：{zh}', f'Cannot read the limit "{text}": {en}', written)
    return None


def _refused(text: str, zh: str = '', en: str = '') -> LimitError:
    for pattern, hint_zh, hint_en in () if zh else _HINTS:
        if pattern.search(text):
            zh, en = hint_zh, hint_en
            break
    return LimitError(f'无法识别期限“{text}”：{zh or _EXPECTED_ZH}', f'Cannot read the limit "{text}": {en or _EXPECTED_EN}')


def _relative(text: str) -> Relative | None:
    match = _RELATIVE.fullmatch(text)
    if not match:
        return None
    word, sign, rest = match.groups()
    base = Base.STATUTORY if word.lower().startswith(('statutory', '法定')) else Base.PROMISE
    if sign is None:
        return Relative(base)
    offset = _repeat(rest) or _moment(rest) or _duration(rest) or _hall(rest)
    if not isinstance(offset, Limit | Duration):
        raise _refused(text, '加减的应是日数、工作小时或时长', 'only an amount or a duration can be added or taken away')
    return Relative(base, offset, earlier=sign == '-')


def _repeat(text: str) -> Repeat | None:
    match = _REPEAT.fullmatch(text)
    if not match:
        return None
    count, rest = match.groups()
    head, slash, tail = (part.strip() for part in rest.partition('/'))
    start, end = _moment(head) if slash else None, _moment(tail or head)
    if slash and start is not None and end is not None:
        return Repeat(_between(text, start, end), int(count) if count else None, start)
    if slash and (start is None or '/' in tail):
        zh = '重复应写作 R3/PT1H、R3/起始时间/PT1H 或 R3/起始时间/首次结束时间；只写结束时间的，各软件含义不同'
        en = 'write R3/PT1H, R3/start/PT1H or R3/start/end of the first; an end alone means different things in different programs'
        raise _refused(text, zh, en)
    if end is not None:
        raise _refused(text, '重复还应写间隔，例如 R3/起始时间/PT1H', 'a repetition needs an interval, e.g. R3/start/PT1H')
    each = _duration(tail or head) or _hall(tail or head)
    return Repeat(each, int(count) if count else None, start)


def _between(text: str, start: Moment, end: Moment) -> Duration:
    """The interval of `R/start/end` (ISO 8601): from the first instant to the second, by the dates and times as written."""
    clocks = [time() if one.clock is None else one.clock for one in (start, end)]
    if (start.clock is None) is not (end.clock is None) or (clocks[0].tzinfo is None) is not (clocks[1].tzinfo is None):
        raise _refused(text, '起止时间应写法一致', 'start and end must be written alike')
    length = datetime.combine(end.day, clocks[1]) - datetime.combine(start.day, clocks[0])
    if length <= timedelta():
        raise _refused(text, '结束时间应晚于起始时间', 'the end must come after the start')
    return Duration(days=length.days, time=timedelta(seconds=length.seconds, microseconds=length.microseconds))


def _moment(text: str) -> Moment | None:
    match = _MOMENT.fullmatch(text)
    if not match:
        return None
    day_text, clock_text = match.groups()
    try:
        day = date.fromisoformat(day_text)
        if clock_text is None or re.fullmatch(r'24:00(:00)?', clock_text):
            return Moment(day)
        return Moment(day, time.fromisoformat(clock_text.upper().replace(' ', '')))
    except ValueError as error:
        raise _refused(text, '日期或时间不存在', 'there is no such date or time') from error


def _duration(text: str) -> Duration | None:
    if not re.match(r'-?P', text, re.I):
        return None
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()):
        raise _refused(text, '时长应写作 P3D、PT2H、P1Y2M 之类', 'a duration is written like P3D, PT2H or P1Y2M')
    part = {name: value or '0' for name, value in match.groupdict().items()}
    exact = [Decimal(part[name].replace(',', '.')) for name in ('hours', 'minutes', 'seconds')]
    seconds = exact[0] * 3600 + exact[1] * 60 + exact[2]
    return Duration(
        months=int(part['years']) * 12 + int(part['months']),
        days=int(part['weeks']) * 7 + int(part['days']),
        time=timedelta(microseconds=int(seconds * 1_000_000)),
    )


def _hall(text: str) -> Limit:
    match = _HALL.fullmatch(text)
    if match:
        number, unit_text = match.groups()
        for pattern, unit in _UNITS:
            if pattern.fullmatch(unit_text.strip()):
                return Limit(_number(number, text), unit)
    raise _refused(text)


def _number(text: str, whole: str) -> int:
    if text[-1] not in _DIGITS and text[-1] not in _POWERS:
        return int(text)
    if not any(c in _POWERS for c in text):  # read digit by digit: 一五 is 15, 二〇 is 20
        return int(''.join(str(_DIGITS[c]) for c in text))
    total, digit, power_before = 0, None, 10_000
    for c in text:
        if c in _POWERS:
            if _POWERS[c] >= power_before:
                raise _refused(whole, '中文数字写法有误', 'the Chinese numeral is malformed')
            power_before = _POWERS[c]
            total += (1 if digit is None else digit) * power_before
            digit = None
        elif digit in (None, 0):
            digit = _DIGITS[c]
        else:
            raise _refused(whole, '中文数字写法有误', 'the Chinese numeral is malformed')
    return total + (digit or 0)


def longer(one: str, other: str) -> bool | None:
    """Whether a limit allows more time than another of the same unit; None when the two cannot be compared (other unit, unreadable)."""
    try:
        first, second = parse_limit(one), parse_limit(other)
    except LimitError:
        return None
    if isinstance(first, Limit) and isinstance(second, Limit):
        if first.unit is second.unit:
            return first.amount > second.amount
        if {first.unit, second.unit} == {Unit.WORKDAY, Unit.DAY} and first.unit is Unit.WORKDAY and first.amount > second.amount:
            return True  # n workdays are never less than n days
    return None
