"""Reading the calendar: its days, and the text of the State Council's yearly notice as it is pasted from the gazette."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from engine.words import joined, table

SWAPPED = '调休上班'
"""The name of a weekend date on which the country works."""
_MAX_HOLIDAY = 31
_NAMES = table(
    元旦=('元旦', "New Year's Day"),
    春节=('春节', 'Spring Festival'),
    清明节=('清明节', 'Qingming Festival'),
    劳动节=('劳动节', 'Labour Day'),
    端午节=('端午节', 'Dragon Boat Festival'),
    中秋节=('中秋节', 'Mid-Autumn Festival'),
    国庆节=('国庆节', 'National Day'),
    调休上班=(SWAPPED, 'Working weekend'),
    周六=('周六', 'Saturday'),
    周日=('周日', 'Sunday'),
    临时停止办公=('临时停止办公', 'Office closed'),
)
"""What dates are called: the holidays of 全国年节及纪念日放假办法, art. 2, and the days that the house itself names."""


def day_name(name: str) -> str:
    """What a date is called, in both languages; several holidays may fall together. A name that somebody made up stays as it is."""
    parts = name.split('、')
    return joined(_NAMES[part] for part in parts) if all(part in _NAMES for part in parts) else name


class CalendarError(ValueError):
    """A calendar text that cannot be read; `zh` and `en` say where and what was not understood."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f'{zh} / {en}')
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Day:
    """One date of the calendar: whether the hall works, what the date is called, and which notice says so."""

    date: date
    working: bool
    name: str = ''
    source: str = ''

    def __post_init__(self) -> None:
        object.__setattr__(self, 'name', day_name(self.name))


_NUMBER = re.compile(r'国办发(?:明电)?\s*[〔\[（(](\d{4})[〕\]）)]\s*(\d+)\s*号')
_TITLE_YEAR = re.compile(r'关于\s*(\d{4})\s*年\s*部分节假日')
_SECTION = re.compile(r'[一二三四五六七八九十]+、\s*([^:。、\s][^:。]{0,20}?)\s*:')
_END = re.compile(r'节假日期间|国务院办公厅\s*\d{4}\s*年')
_WEEKDAYS = '一二三四五六日'
_DATE = r'(?:(?P<year{0}>\d{{4}})年)?(?:(?P<month{0}>\d{{1,2}})月)?(?P<day{0}>\d{{1,2}})日(?:\((?P<note{0}>[^()]*)\))?'
_ONE = re.compile(_DATE.format(''))
_SPAN = re.compile(_DATE.format('1') + r'(?:(?:至|到|-|—|~)' + _DATE.format('2') + ')?(?:、|和|,)?')
_OFF = re.compile(
    r'(?P<spans>.+?)(?:放假调休|放假|调休|补休|休息)(?:(?P<one>\d+)天)?(?:,?不调休)?(?:,?(?:与周末|与周六|与周日)连休)?(?:,?共(?P<days>\d+)天)?'
)
_ON = re.compile(r'(?P<spans>.+?)(?:照常|正常)?上班')
_REQUIRED = ('元旦', '春节', '清明', '劳动', '端午', '中秋', '国庆')


def parse_notice(text: str, year: int, source: str = '') -> tuple[Day, ...]:
    """The rows that a State Council notice on the holidays of `year` lays down, sorted by date.

    Weekdays in brackets and 共N天 are checked against the dates, so a slip in pasting is caught. A sentence that encourages leave
    (鼓励…) lays nothing down. The notice's number is taken from the text when `source` is empty. CalendarError says what was not
    understood.
    """
    plain = re.sub(r'[ \t\u3000]+', '', unicodedata.normalize('NFKC', text))
    titled = _TITLE_YEAR.search(re.sub(r'\s+', '', plain))
    if titled and int(titled[1]) != year:
        raise CalendarError(f'这是 {titled[1]} 年的通知，不是 {year} 年', f'This is the notice for {titled[1]}, not {year}')
    number = _NUMBER.search(plain)
    source = source or (f'国办发明电〔{number[1]}〕{number[2]}号' if number else f'国务院办公厅关于{year}年部分节假日安排的通知')
    rows: dict[date, Day] = {}
    names = ''
    for name, sentence in _sentences(plain):
        names += name
        for row in _sentence_rows(sentence, name, year, source):
            if row.date in rows:
                raise CalendarError(f'{row.date} 在通知中出现两次', f'{row.date} comes twice in the notice')
            rows[row.date] = row
    missing = [name for name in _REQUIRED if name not in names]
    if missing:
        raise CalendarError(f'通知中没有找到：{"、".join(missing)}', f'The notice does not mention {", ".join(missing)}')
    return tuple(sorted(rows.values(), key=lambda row: row.date))


def _sentences(plain: str) -> Iterator[tuple[str, str]]:
    """Each (holiday's name, sentence with a date) of the numbered sections."""
    starts = list(_SECTION.finditer(plain))
    if not starts:
        raise CalendarError(
            '没有找到“一、元旦：…”这样的条目，请粘贴通知全文', 'Found no numbered sections like "一、元旦：…"; paste the whole notice'
        )
    for section, following in zip(starts, [*starts[1:], None], strict=True):
        body = plain[section.end() : following.start() if following else len(plain)]
        ending = _END.search(body)
        body = re.sub(r'\s+', '', body[: ending.start()] if ending else body)
        for sentence in re.split('[。;；]', body):
            if _ONE.search(sentence) and not sentence.startswith('鼓励'):
                yield section[1], sentence


def _sentence_rows(sentence: str, name: str, year: int, source: str) -> Iterator[Day]:
    off, on = _OFF.fullmatch(sentence), _ON.fullmatch(sentence)
    match = off or on
    if match is None:
        raise CalendarError(
            f'“{name}”一条中没有看懂：{sentence}（应为“…放假…，共N天”或“…上班”）',
            f'Under {name}, not understood: {sentence} (expected "…放假…，共N天" or "…上班")',
        )
    days = list(_days(match['spans'], sentence, name, year))
    stated = (off['days'] or off['one']) if off else None
    if stated and int(stated) != len(days):
        raise CalendarError(
            f'“{name}”写明共{stated}天，日期却是{len(days)}天：{sentence}',
            f'{name} says {stated} days, but the dates make {len(days)}: {sentence}',
        )
    for day in days:
        yield Day(day, working=off is None, name=name if off else SWAPPED, source=source)


def _days(spans: str, sentence: str, name: str, year: int) -> Iterator[date]:
    """The dates of `1月1日(周四)至3日(周六)、1月5日`; year and month carry over from the date before."""
    position, last = 0, date(year, 1, 1)
    while position < len(spans):
        match = _SPAN.match(spans, position)
        if match is None:
            raise CalendarError(f'“{name}”一条中的日期没有看懂：{sentence}', f'Under {name}, dates not understood: {sentence}')
        position = match.end()
        first = _date(match, '1', last, year, explicit_month=match.start() == 0)
        last = _date(match, '2', first, first.year) if match['day2'] else first
        if not 0 <= (last - first).days < _MAX_HOLIDAY:
            raise CalendarError(f'“{name}”的起止日期颠倒或过长：{sentence}', f'{name}: the span runs backwards or too long: {sentence}')
        yield from (first + timedelta(days=n) for n in range((last - first).days + 1))


def _date(match: re.Match[str], which: str, before: date, year: int, *, explicit_month: bool = False) -> date:
    own_year, month, day, note = (match[f'{part}{which}'] for part in ('year', 'month', 'day', 'note'))
    if explicit_month and month is None:
        raise CalendarError(f'日期缺少月份：{match[0]}', f'The date has no month: {match[0]}')
    try:
        found = date(int(own_year or year), int(month or before.month), int(day))
    except ValueError as error:
        raise CalendarError(f'日期不存在：{match[0]}', f'There is no such date: {match[0]}') from error
    weekday = re.search(r'(?:周|星期)([一二三四五六日天])', note or '')
    if weekday and _WEEKDAYS.index(weekday[1].replace('天', '日')) != found.weekday():
        actual = _WEEKDAYS[found.weekday()]
        raise CalendarError(f'{found} 是周{actual}，通知写的是周{weekday[1]}', f'{found} is 周{actual}, but the notice says 周{weekday[1]}')
    return found
