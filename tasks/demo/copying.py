"""Copies of played cases: new ids, numbers and names, dates moved by whole weeks, histories chained anew; every row of a case is copied.

A case's rows are found along the foreign keys from its instance, so a table added later is copied too. A copy may lie so many weeks back
as the calendar repeats itself over the whole case: then every due date of the copy is what the rules say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Table, false, func, or_, select

from engine import rechained, rewritten_state
from engine.moving import rows as _moving_rows  # noqa: F401  its table belongs to the schema
from engine.tables import metadata, process_instance
from engine.worktime import Calendar, Office
from tasks import tables as t
from tasks.cases.search import number_key
from tasks.words.vocabulary import written_date

Row = dict[str, Any]
NOT_COPIED = frozenset({'outbox', t.case_key.name})
"""Messages: those of the played case were sent, and what they brought about is copied. What a case is found by: follows from its row."""
_NAMED_BY = {
    'document': 'document',
    'stop': 'stop',
    'mark': 'mark',
    'timer': 'timer',
    'incident': 'incident',
    'instance': 'process_instance',
}
"""Keys of a history row's data that hold the id of another row."""
_IN_KEYS = {'mark': 'mark', 'step': 'process_instance'}
_ID_IN_KEY = re.compile(r'\b(' + '|'.join(_IN_KEYS) + r'):(\d+)')
"""What stands before an id in the key of a reminder (`reminder:mark:7:…`, `reminder:step:<instance>:…`)."""
_DATES = re.compile(r'(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{4})年(\d{1,2})月(\d{1,2})日')


@cache
def tables_of_a_case() -> list[Table]:
    """Every table with rows of a case, those referred to first."""
    found = {process_instance.name}
    for table in metadata.sorted_tables:
        if table.name not in NOT_COPIED and any(key.column.table.name in found for column in table.c for key in column.foreign_keys):
            found.add(table.name)
    return [table for table in metadata.sorted_tables if table.name in found]


@cache
def _references() -> dict[str, list[tuple[str, str]]]:
    """Which columns of a case's tables hold the id of another of its rows: table → (column, table referred to)."""
    own = {table.name for table in tables_of_a_case()}
    return {
        table.name: [
            (column.name, key.column.table.name)
            for column in table.c
            for key in column.foreign_keys
            if key.column.name == 'id' and key.column.table.name in own
        ]
        for table in tables_of_a_case()
    }


@dataclass
class PlayedCase:
    """A played case: its rows by table, and the texts that are its own (numbers, names, addresses)."""

    story: int
    rows: dict[str, list[Row]]
    first_day: date
    last_day: date
    moved: dict[int, dict[str, list[Row]]] = field(default_factory=dict)  # weeks back → rows with their dates moved
    dated: dict[str, list[list[str]]] = field(default_factory=dict)  # table → of each row, the columns with a date of the case
    touched: dict[str, list[list[str]]] = field(default_factory=dict)  # table → of each row, the columns that differ in a copy

    @property
    def case(self) -> Row:
        """The row of approval_case."""
        return self.rows['approval_case'][0]


def load(connection: Connection, case_no: str, story: int, office: Office) -> PlayedCase:
    """Read a whole case."""
    rows: dict[str, list[Row]] = {}
    for table in tables_of_a_case():
        wanted: list[ColumnElement[bool]] = [
            key.parent.in_([row[key.column.name] for row in rows[key.column.table.name]])
            for column in table.c
            for key in column.foreign_keys
            if rows.get(key.column.table.name)
        ]
        if table is process_instance:
            wanted = [table.c.business_key == case_no]
        found = select(table).where(or_(false(), *wanted)).order_by(*table.primary_key.columns)
        rows[table.name] = [dict(row) for row in connection.execute(found).mappings()]
    rows['history'].sort(key=lambda row: int(row['seq']))
    received = office.local_date(rows['approval_case'][0]['received_at'])
    ends = [row['due_at'] for name in ('clock', 'timer') for row in rows[name] if row['due_at'] is not None]
    ends += [row['at'] for row in rows['history']]
    return PlayedCase(story, rows, received, office.local_date(max(ends)) + timedelta(days=1))


def weeks_back(template: PlayedCase, calendar: Calendar, farthest: int) -> list[int]:
    """By how many weeks a copy may lie before its template: the calendar is the same on every day of the case. 0 always is."""
    length = (template.last_day - template.first_day).days + 1
    days = [template.first_day + timedelta(days=number) for number in range(length)]
    pattern = [(calendar.is_working(day), calendar.provisional(day)) for day in days]

    def alike(weeks: int) -> bool:
        return all(
            (calendar.is_working(day - timedelta(weeks=weeks)), calendar.provisional(day - timedelta(weeks=weeks))) == known
            for day, known in zip(days, pattern, strict=True)
        )

    return [0, *(weeks for weeks in range(1, farthest + 1) if alike(weeks))]


def mover(days: int, since: date) -> Callable[[str], str]:
    """Moves every date of the case that stands in a text so many days back; dates before `since` (of laws, of births) stay."""

    def one(found: re.Match[str]) -> str:
        iso = found[1] is not None
        try:
            day = date(*(int(part) for part in (found.groups()[:3] if iso else found.groups()[3:])))
        except ValueError:
            return found[0]
        if day < since:
            return found[0]
        day -= timedelta(days=days)
        return day.isoformat() if iso else str(written_date(day))

    return lambda text: _DATES.sub(one, text)


def moved(template: PlayedCase, weeks: int) -> dict[str, list[Row]]:
    """The template's rows with all their dates so many weeks back."""
    if not weeks:
        return template.rows
    if not template.dated:
        template.dated = {name: [_dated(row, template.first_day) for row in rows] for name, rows in template.rows.items()}
    if weeks not in template.moved:
        change = mover(weeks * 7, template.first_day)
        template.moved[weeks] = {
            name: [
                row | {column: _moved(row[column], change, weeks) for column in columns}
                for row, columns in zip(rows, template.dated[name], strict=True)
            ]
            for name, rows in template.rows.items()
        }
    return template.moved[weeks]


def _dated(row: Row, since: date) -> list[str]:
    """The columns of a row in whose value a date of the case stands. In the version of a calendar none does."""
    change = mover(7, since)
    return [name for name, value in row.items() if not name.endswith('version') and _moved(value, change, 1) != value]


def _moved(value: Any, change: Callable[[str], str], weeks: int) -> Any:
    return value - timedelta(weeks=weeks) if isinstance(value, datetime) else changed(value, change)


def changed(value: Any, change: Callable[[str], str]) -> Any:
    """A value of a row with every text in it changed; a state is opened for it."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, bytes):
        return rewritten_state(value, change)
    if isinstance(value, dict):
        return {key: changed(item, change) for key, item in value.items()}
    return [changed(item, change) for item in value] if isinstance(value, list) else value


class Ids:
    """Draws new ids for copied rows: after the highest there is."""

    def __init__(self, connection: Connection) -> None:
        self.tables = [table for table in tables_of_a_case() if 'id' in table.c and isinstance(table.c.id.type, Integer)]
        self.last = {
            table.name: int(connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) for table in self.tables
        }

    def draw(self, rows: Mapping[str, Sequence[Row]]) -> dict[str, dict[int, int]]:
        """New ids for all rows of a copy: table → old id → new id."""
        found: dict[str, dict[int, int]] = {}
        for table in self.tables:
            start = self.last[table.name]
            found[table.name] = {row['id']: start + place for place, row in enumerate(rows[table.name], start=1)}
            self.last[table.name] += len(rows[table.name])
        return found


def copy(template: PlayedCase, weeks: int, texts: Mapping[str, str], ids: Mapping[str, Mapping[int, int]]) -> dict[str, list[Row]]:
    """A copy of a case's rows: `texts` replaces what is its own, `ids` says the new ids. The history is chained anew."""
    own = re.compile('|'.join(re.escape(text) for text in sorted(texts, key=len, reverse=True)))
    if not template.touched:
        template.touched = {name: [_touched(row, own) for row in rows] for name, rows in template.rows.items()}

    def change(text: str) -> str:
        return own.sub(lambda found: texts[found[0]], text)

    made = {
        name: [_copied(name, row, columns, change, ids) for row, columns in zip(rows, template.touched[name], strict=True)]
        for name, rows in moved(template, weeks).items()
    }
    _tie(made, ids)
    instance = made['process_instance'][0]
    hashes = rechained(instance['id'], made['history'])
    for row, text in zip(made['history'], hashes, strict=True):
        row['hash'] = text
    instance |= {'last_hash': hashes[-1], 'evidence_seq': 0, 'evidence_link': ''}
    return made


def _touched(row: Row, own: re.Pattern[str]) -> list[str]:
    """The columns of a row in whose value a text of the case's own stands, or an id that must be new."""
    return [name for name, value in row.items() if isinstance(value, bytes) or _mentions(value, own)]


def _mentions(value: Any, own: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return own.search(value) is not None
    if isinstance(value, dict):
        return any(key in _NAMED_BY or _mentions(item, own) for key, item in value.items())
    return isinstance(value, list) and any(_mentions(item, own) for item in value)


def _copied(table: str, row: Row, columns: Sequence[str], change: Callable[[str], str], ids: Mapping[str, Mapping[int, int]]) -> Row:
    new = row | {name: changed(row[name], change) for name in columns}
    if table in ids:
        new['id'] = ids[table][row['id']]
    for name, referred in _references()[table]:
        if row[name] is not None:
            new[name] = ids[referred][row[name]]
    return new


def _tie(made: Mapping[str, Sequence[Row]], ids: Mapping[str, Mapping[int, int]]) -> None:
    """What follows from the new ids and numbers: in the data of the history, in the keys of reminders and of what is looked for."""
    bodies = {row['id']: row['body'] for row in made['document']}
    for row in made['history']:
        for name, table in _NAMED_BY.items():
            if isinstance(row['data'].get(name), int):
                row['data'][name] = ids[table].get(row['data'][name], row['data'][name])
        if row['event'] == 'document.issued':
            row['data']['sha256'] = sha256(bodies[row['data']['document']].encode()).hexdigest()
    for row in made['document']:
        row['number_key'] = number_key(row['number'])
    for row in made['licence']:
        row['no_key'] = number_key(row['no'])
    for row in made['reminder']:
        row['key'] = _ID_IN_KEY.sub(lambda found: f'{found[1]}:{ids[_IN_KEYS[found[1]]][int(found[2])]}', row['key'])


__all__ = ['Ids', 'PlayedCase', 'copy', 'load', 'moved', 'tables_of_a_case', 'weeks_back']
