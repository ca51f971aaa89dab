"""The catalogue entries of two versions: limits, materials, fees, windows, legal basis and the rest, field by field."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine import Bundle
from engine.bpmn.compare import ADDED, CHANGED, REMOVED, Change
from engine.words import NO, YES, joined

AREAS: Mapping[str, str] = {
    'limits': 'limit',
    'materials': 'material',
    'fees': 'fee',
    'windows': 'window',
    'legal_basis': 'basis',
    'conditions': 'condition',
    'results': 'outcome',
    'contact': 'catalogue',
    'disclosure': 'catalogue',
    'item': 'catalogue',
}
_KEYS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    'materials': lambda row: str(row.get('code') or row.get('name')),
    'fees': lambda row: str(row.get('name')),
    'windows': lambda row: str(row.get('id')),
    'legal_basis': lambda row: f'{row.get("law")} {row.get("article", "")}'.strip(),
    'conditions': lambda row: str(row.get('text')),
    'results': lambda row: str(row.get('name')),
}
COSMETIC = frozenset({'note', 'summary', 'promise_note', 'statutory_note', 'sample'})


def entry(bundle: Bundle) -> dict[str, Any]:
    """The tables of item.toml; empty while it is missing or cannot be read, which the check reports."""
    try:
        return tomllib.loads(bundle.files['item.toml'].decode('utf-8-sig'))
    except (KeyError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError):
        return {}


def compare_entries(old: Bundle, new: Bundle) -> Iterator[Change]:
    """Every difference of the two entries."""
    before, after = entry(old), entry(new)
    for table in dict.fromkeys([*AREAS, *before, *after]):
        one, other = before.get(table), after.get(table)
        area = AREAS.get(table, 'catalogue')
        if table in _KEYS:
            yield from _rows(area, _KEYS[table], rows_of(one), rows_of(other))
        else:
            yield from _fields(area, table, table, table_of(one), table_of(other))


def _rows(
    area: str, key: Callable[[Mapping[str, Any]], str], old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]
) -> Iterator[Change]:
    before, after = {key(row): row for row in old}, {key(row): row for row in new}
    for name, row in after.items():
        shown = str(row.get('name') or name)
        if name not in before:
            yield Change(ADDED, area, name, shown, after=_words(row))
        else:
            yield from _fields(area, name, shown, before[name], row)
    for name, row in before.items():
        if name not in after:
            yield Change(REMOVED, area, name, str(row.get('name') or name), before=_words(row))


def _fields(area: str, subject: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        if one != other:
            yield Change(
                kind=CHANGED,
                area=area,
                subject=subject,
                name=name,
                aspect=key,
                before=_text(one),
                after=_text(other),
                semantic=key not in COSMETIC,
            )


def _words(table: Mapping[str, Any]) -> str:
    told = ('law', 'article', 'text', 'basis', 'amount', 'authority')
    return '，'.join(_text(value) for key, value in table.items() if key in told and value)


def _text(value: Any) -> str:
    if value is None:
        return ''
    if isinstance(value, bool):
        return YES if value else NO
    return joined(_text(each) for each in value) if isinstance(value, list) else str(value)


def rows_of(found: Any) -> list[Mapping[str, Any]]:
    """An array of tables, whatever stands there."""
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def table_of(found: Any) -> Mapping[str, Any]:
    """A table, whatever stands there."""
    return found if isinstance(found, Mapping) else {}
