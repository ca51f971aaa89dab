"""Plain JSON: what may stand in a JSON column, and one canonical text of it for the history's hashes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # typeshed does not list them
from typing import Any

from engine.core.errors import Rejection

MAX_DEPTH = 40
_AS_IT_IS = frozenset({int, bool, type(None)})


def plain(value: Any, depth: int = 0) -> Any:
    """`value` as plain JSON: dates and times as ISO 8601 text, whole decimals as integers, other decimals as the nearest float if that
    float says the same, else as text. Raises Rejection for anything that JSON cannot say (NaN, functions, lone surrogates)."""
    kind = type(value)
    if kind in _AS_IT_IS:
        return value
    if kind is str:
        return value if value.isascii() else _text(value)
    if depth > MAX_DEPTH:
        raise _refused('values nested at most 40 deep', 'they are nested deeper')
    if kind is dict or isinstance(value, Mapping):
        return {
            key if type(key) is str and key.isascii() else plain(str(key)): item if type(item) in _AS_IT_IS else plain(item, depth + 1)
            for key, item in value.items()
        }
    if kind is list or isinstance(value, list | tuple | set | frozenset):
        return [plain(item, depth + 1) for item in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refused('a number', f'found {value}')
        return value
    if isinstance(value, Decimal):
        return _decimal(value)
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f'PT{value.total_seconds():g}S'
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return _text(str(value))
    if isinstance(value, int):
        return int(value)
    raise _refused('plain data', f'found {type(value).__name__}')


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise _refused('text', 'it holds half a character') from error
    return value


def _decimal(value: Decimal) -> int | float | str:
    if not value.is_finite():
        raise _refused('a number', f'found {value}')
    if value == value.to_integral_value() and abs(value.adjusted()) < 18:
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else format(value, 'f')


def _refused(expected: str, found: str) -> Rejection:
    return Rejection(f'Expected {expected}, but {found}', f'数据无法保存：{found}')


def encoder(item: str, key: str, *, sort_keys: bool = False, default: Callable[[Any], Any] | None = None) -> Callable[[Any], str]:
    """What writes JSON with these separators after an item and a key: characters as they are, no NaN. Values must not hold themselves.

    `JSONEncoder.encode` makes its inner encoder anew for each text, which takes as long as writing a row: here it is made once.
    """
    usual = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=sort_keys, separators=(item, key), default=default)
    if c_make_encoder is None:
        return usual.encode
    made = c_make_encoder(None, usual.default, encode_basestring, None, key, item, sort_keys, False, False)
    return lambda value: ''.join(made(value, 0))


_dump = encoder(',', ':', sort_keys=True)
_column = encoder(', ', ': ')


def canonical(value: Any) -> str:
    """One text for equal data: sorted keys, no spaces. `value` must be plain."""
    return _dump(value)


def column_text(value: Any) -> str:
    """The text a JSON column stores: characters as they are, so that a list of groups can be searched in it."""
    return _column(value)


@lru_cache(maxsize=256)
def instant_text(instant: datetime) -> str:
    """An instant as ISO 8601 in UTC with microseconds, the same text for the same instant on every database."""
    return instant.astimezone(UTC).isoformat(timespec='microseconds')
