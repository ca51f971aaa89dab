"""Dates and times of form-js's `datetime` component: reading ISO 8601 and writing it the way the form asks for.

Times are local times of the hall: the zone is that of the `now` handed in. Nothing here reads a clock.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone

from engine.forms.model import Component

INTERVALS = (1, 5, 10, 15, 30, 60)
_DATE = re.compile(r'(\d{4})-(\d{2})-(\d{2})', re.ASCII)
_TIME = re.compile(r'(\d{1,2}):(\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}(?::?\d{2})?)?', re.ASCII)


def parse_date(text: str) -> date | None:
    """A calendar date written YYYY-MM-DD, or None."""
    found = _DATE.fullmatch(text.strip())
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


_LETTERS = re.compile(r"'[^']*'|y+|M+|d+|[Hh]+|m+|s+|.", re.DOTALL)
_DIGITS = {'y': re.compile(r'[0-9]{4}'), 'm': re.compile(r'[0-9]{2}'), 's': re.compile(r'[0-9]{2}')} | dict.fromkeys(
    'MdH', re.compile(r'[0-9]{1,2}')
)


def subtype_of(pattern: str) -> str:
    """What a Java date pattern (`yyyy-MM-dd HH:mm`) writes: date, time or datetime; without a pattern a date."""
    letters = re.sub(r"'[^']*'", '', pattern)
    day, clock = any(letter in letters for letter in 'yMd'), any(letter in letters for letter in 'Hh')
    return 'datetime' if day and clock else 'time' if clock else 'date'


def by_pattern(text: str, pattern: str, subtype: str) -> str | None:
    """A text written by a Java date pattern, as `YYYY-MM-DD`, `hh:mm` or both with a T between; None when it is not.

    ISO 8601 is read whatever the pattern, `dd/MM/yyyy` where there is none. The result is no instant and has no zone.
    """
    written = '' if subtype == 'time' else 'yyyy-MM-dd'
    clocks = {'time': ('HH:mm', 'HH:mm:ss'), 'datetime': ("'T'HH:mm", "'T'HH:mm:ss", ' HH:mm', ' HH:mm:ss')}.get(subtype, ('',))
    for each in (pattern or 'dd/MM/yyyy', *(written + clock for clock in clocks)):
        found = _matched(text.strip(), each)
        if found is None:
            continue
        day = parse_date(f'{found["y"]}-{found["M"]:0>2}-{found["d"]:0>2}') if {'y', 'M', 'd'} <= found.keys() else None
        clock = f'{found["H"]:0>2}:{found["m"]}' if {'H', 'm'} <= found.keys() else None
        valid = clock is not None and int(clock[:2]) < 24 and int(clock[3:]) < 60
        parts = ([day.isoformat() if day else None] if subtype != 'time' else []) + (
            [clock if valid else None] if subtype != 'date' else []
        )
        if None not in parts:
            return 'T'.join(str(part) for part in parts)
    return None


def _matched(text: str, pattern: str) -> dict[str, str] | None:
    """The parts of a text by the letter of the pattern; a letter it writes twice makes it unreadable."""
    pieces = [piece for piece in _LETTERS.findall(pattern) if piece]
    letters = ['H' if piece[0] in 'Hh' else piece[0] for piece in pieces]
    if any(letters.count(letter) > 1 for letter in _DIGITS):
        return None
    found, place = {}, 0
    for letter, piece in zip(letters, pieces, strict=True):
        if letter in _DIGITS:
            digits = _DIGITS[letter].match(text, place)
            if digits is None:
                return None
            found[letter] = digits[0]
            place = digits.end()
        elif text.startswith(literal := piece.strip("'"), place):
            place += len(literal)
        else:
            return None
    return found if place == len(text) else None


def parse_time(text: str, now: datetime) -> time | None:
    """A time of day in the zone of `now`; a time with its own offset is converted (on the day of `now`)."""
    found = _TIME.fullmatch(text.strip())
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    local = time(int(found[1]), int(found[2]))
    if not found[3]:
        return local
    moment = datetime.combine(now.date(), local, tzinfo=_offset(found[3]))
    return moment.astimezone(now.tzinfo).time()


def parse_datetime(text: str, now: datetime) -> datetime | None:
    """An instant written YYYY-MM-DDThh:mm[:ss][offset], in the zone of `now` when it has no offset."""
    day, _, clock = text.strip().replace(' ', 'T', 1).partition('T')
    found, local_day = _TIME.fullmatch(clock), parse_date(day)
    if not found or local_day is None or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    zone = _offset(found[3]) if found[3] else now.tzinfo
    moment = datetime.combine(local_day, time(int(found[1]), int(found[2])), tzinfo=zone)
    return moment.astimezone(now.tzinfo)


def _offset(text: str) -> timezone:
    if text == 'Z':
        return timezone.utc  # noqa: UP017 (a fixed offset like the others)
    minutes = int(text[1:3]) * 60 + int(text[3:].lstrip(':') or 0)
    minutes = min(minutes, 23 * 60 + 59)
    return timezone(timedelta(minutes=-minutes if text[0] == '-' else minutes))


def readable(component: Component, text: str, now: datetime) -> bool:
    """Whether a text is a value this component can hold."""
    if component.subtype == 'date':
        return parse_date(text) is not None
    if component.subtype == 'time':
        return parse_time(text, now) is not None
    return parse_datetime(text, now) is not None


def interval(component: Component) -> int:
    """Minutes between selectable times; form-js falls back to 15."""
    chosen = component.props.get('timeInterval')
    return chosen if isinstance(chosen, int) and chosen in INTERVALS else 15


def local_text(component: Component, text: str, now: datetime) -> str:
    """The value for a native input: YYYY-MM-DD, hh:mm or YYYY-MM-DDThh:mm in the hall's zone; '' when it is none."""
    if component.subtype == 'date':
        day = parse_date(text)
        return day.isoformat() if day else ''
    if component.subtype == 'time':
        clock = parse_time(text, now)
        return clock.strftime('%H:%M') if clock else ''
    moment = parse_datetime(text, now)
    return f'{moment.date().isoformat()}T{moment:%H:%M}' if moment else ''


def serialise(component: Component, text: str, now: datetime) -> str | None:
    """What form-js stores: the value in the hall's zone, written as `timeSerializingFormat` says; None when it is no value."""
    if component.subtype == 'date':
        day = parse_date(text)
        return day.isoformat() if day else None
    if component.subtype == 'time':
        clock = parse_time(text, now)
        return None if clock is None else _write_time(component, datetime.combine(now.date(), clock, now.tzinfo))
    moment = parse_datetime(text, now)
    if moment is None:
        return None
    written = moment.astimezone(timezone.utc) if _style(component) == 'utc_normalized' else moment  # noqa: UP017
    return f'{written.date().isoformat()}T{_write_time(component, moment)}'


def rounded(component: Component, text: str, now: datetime) -> str:
    """A typed time, rounded down to the interval of the form as form-js's picker does it; dates and unreadable texts stay."""
    local = local_text(component, text, now)
    if component.subtype == 'date' or not local:
        return text
    minute = int(local[-5:-3]) * 60 + int(local[-2:])
    minute -= minute % interval(component)
    return f'{local[:-5]}{minute // 60:02}:{minute % 60:02}'


def _style(component: Component) -> str:
    return str(component.props.get('timeSerializingFormat') or 'no_timezone')


def _write_time(component: Component, moment: datetime) -> str:
    style = _style(component)
    if style == 'utc_normalized':
        return f'{moment.astimezone(timezone.utc):%H:%M}Z'  # noqa: UP017
    if style == 'utc_offset':
        offset = f'{moment:%z}'
        return f'{moment:%H:%M}{offset[:3]}:{offset[3:5]}'
    return f'{moment:%H:%M}'


def is_past(component: Component, text: str, now: datetime) -> bool:
    """Whether a stored date lies before the local date of `now` (`disallowPassedDates`); times alone never do."""
    if component.subtype == 'time':
        return False
    if component.subtype == 'date':
        day = parse_date(text)
    else:
        moment = parse_datetime(text, now)
        day = moment.date() if moment else None
    return day is not None and day < now.date()
