"""The types of columns (`typeRef`): a value is converted to its column's type, or it is refused by name (DMN 1.3 §7.3.2, D-10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel import Months, to_text
from engine.feel.temporal import parse_at
from engine.feel.values import number_of

KINDS: Mapping[str, str] = {
    'string': 'string',
    'boolean': 'boolean',
    **dict.fromkeys(('number', 'integer', 'long', 'double', 'decimal'), 'number'),
    'date': 'date',
    'time': 'time',
    **dict.fromkeys(('date and time', 'datetime', 'dateandtime'), 'date and time'),
    **dict.fromkeys(
        ('days and time duration', 'daytimeduration', 'years and months duration', 'yearmonthduration', 'duration'), 'duration'
    ),
}
"""The types of columns by the names of DMN 1.1 to 1.3 and of Camunda; any other name says nothing."""


def kind_of_type(type_ref: str) -> str:
    """The kind a `typeRef` names; '' when it names none (`Any`, a type of its own)."""
    return KINDS.get(type_ref.rpartition(':')[2].strip().lower(), '')


def converted(type_ref: str, value: Any) -> Any:
    """`value` as the column's type; null, lists and contexts stay. Raises ValueError when it is no such value."""
    kind = kind_of_type(type_ref)
    if not kind or value is None or isinstance(value, list | dict):
        return value
    made = _CONVERSIONS[kind](value.strip() if isinstance(value, str) and kind != 'string' else value)
    if made is None:
        raise ValueError(f'{to_text(value, quote=True)} is no {kind}')
    return made


def _number(value: Any) -> Decimal | None:
    return value if isinstance(value, Decimal) else number_of(value) if isinstance(value, str) else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else {'true': True, 'false': False}.get(value.lower()) if isinstance(value, str) else None


def _read(value: Any) -> Any:
    return parse_at(value) if isinstance(value, str) else value


def _date(value: Any) -> date | None:
    found = _read(value)
    return found.date() if isinstance(found, datetime) else found if isinstance(found, date) else None


def _moment(value: Any) -> datetime | None:
    found = _read(value)
    return found if isinstance(found, datetime) else datetime.combine(found, time()) if isinstance(found, date) else None


def _time(value: Any) -> time | None:
    found = _read(value)
    return found if isinstance(found, time) else None


def _duration(value: Any) -> Any:
    found = _read(value)
    return found if isinstance(found, timedelta | Months) else None


_CONVERSIONS: Mapping[str, Callable[[Any], Any]] = {
    'string': lambda value: value if isinstance(value, str) else to_text(value),
    'number': _number,
    'boolean': _boolean,
    'date': _date,
    'time': _time,
    'date and time': _moment,
    'duration': _duration,
}
