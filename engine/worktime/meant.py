"""What somebody meant who wrote a limit for another engine, or as people say it: the text to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal

from engine.words import Word

_QUOTED = re.compile(r'@?(["\'“”‘’])(.*)["\'“”‘’]')
_CALLED = re.compile(r'=?\s*(?:duration|date and time|date|time)\s*\(\s*@?["\'](.*)["\']\s*\)', re.I)
_TIMEDELTA = re.compile(r'(?:datetime\.)?timedelta\s*\((.*)\)', re.I)
_ARGUMENT = re.compile(r'\s*(weeks|days|hours|minutes|seconds)\s*=\s*(\d+)\s*', re.I)
_CLOCK = re.compile(r'(\d{1,3}):(\d\d)(?::(\d\d))?')
_PLAIN = re.compile(r'(\d+(?:\.\d+)?|半)\s*(?:个\s*)?(\D+)')
_LETTERS = (
    (re.compile(r'小时|hours?|hrs?|h', re.I), 'TH'),
    (re.compile(r'分钟|minutes?|mins?', re.I), 'TM'),
    (re.compile(r'秒钟?|seconds?|secs?', re.I), 'TS'),
    (re.compile(r'月|months?', re.I), 'M'),
    (re.compile(r'年|years?', re.I), 'Y'),
    (re.compile(r'周|星期|weeks?|w', re.I), 'W'),
)
_ISO = re.compile(r'P\s*T?\s*(\d+)\s*([DHMSW])', re.I)

_QUOTES = Word('带引号的文字', 'a text in quotation marks')
_CALL = Word('FEEL 函数', 'a function of FEEL')
_PYTHON = Word('Python 的时长', 'a duration of Python')
_TIME = Word('时:分', 'hours and minutes')
_WORDS = Word('自然时间', 'wall-clock time')
_SLIP = Word('写错的 ISO 时长', 'an ISO duration with a slip')


def meanings(text: str) -> Iterator[tuple[str, Word]]:
    """The texts that may have been meant, each with what `text` was taken for; whoever asks looks whether they can be read."""
    for read, taken_for in _READERS:
        found = read(text)
        if found:
            yield found, taken_for


def _quoted(text: str) -> str | None:
    match = _QUOTED.fullmatch(text.removeprefix('=').strip())
    return match[2].strip() if match else None


def _called(text: str) -> str | None:
    match = _CALLED.fullmatch(text)
    return match[1].strip() if match else None


def _timedelta(text: str) -> str | None:
    match = _TIMEDELTA.fullmatch(text)
    if not match:
        return None
    amounts = [_ARGUMENT.fullmatch(part) for part in match[1].split(',')]
    if re.fullmatch(r'\s*\d+\s*', match[1]):
        return f'P{int(match[1])}D'
    if not all(amounts):
        return None
    part = {found[1].lower(): int(found[2]) for found in amounts if found}
    days = part.get('weeks', 0) * 7 + part.get('days', 0)
    clock = ''.join(f'{part[name]}{name[0].upper()}' for name in ('hours', 'minutes', 'seconds') if part.get(name))
    return 'P' + (f'{days}D' if days else '') + (f'T{clock}' if clock else '')


def _clock(text: str) -> str | None:
    match = _CLOCK.fullmatch(text)
    if not match:
        return None
    shown = ''.join(f'{int(amount)}{letter}' for amount, letter in zip(match.groups(), 'HMS', strict=True) if amount and int(amount))
    return f'PT{shown}' if shown else None


def _plain(text: str) -> str | None:
    match = _PLAIN.fullmatch(text)
    letter = next((letter for unit, letter in _LETTERS if match and unit.fullmatch(match[2])), '')
    if not match or not letter:
        return None
    amount = Decimal('0.5') if match[1] == '半' else Decimal(match[1])
    if letter.startswith('T'):
        return 'PT30M' if letter == 'TH' and amount == Decimal('0.5') else f'PT{amount}{letter[1]}'
    if letter == 'Y' and amount % 1 == Decimal('0.5'):
        return f'P{int(amount * 12)}M'
    return f'P{amount}{letter}' if amount == int(amount) else None


def _iso(text: str) -> str | None:
    match = _ISO.fullmatch(text)
    if not match:
        return None
    time = match[2].upper() in 'HS' or (match[2].upper() == 'M' and 'T' in text.upper())
    return f'P{"T" if time else ""}{match[1]}{match[2].upper()}'


_READERS: tuple[tuple[Callable[[str], str | None], Word], ...] = (
    (_quoted, _QUOTES),
    (_called, _CALL),
    (_timedelta, _PYTHON),
    (_clock, _TIME),
    (_plain, _WORDS),
    (_iso, _SLIP),
)
