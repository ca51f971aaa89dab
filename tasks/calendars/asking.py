"""A change of the calendar as it is typed on the page or the command line, and the proposal it asks for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from engine import Rejection
from tasks.calendars import proposals
from tasks.calendars.proposals import Proposal

_YEAR = 4


def asked(connection: Connection, typed: Mapping[str, str]) -> Proposal:
    """What `typed` asks for: kind import (form csv or notice), hours, closure or reopening. Raises Rejection."""

    def get(name: str) -> str:
        return typed.get(name, '')

    kind, calendar = get('kind'), get('calendar') or 'CN'
    if kind == 'import' and get('form') == 'csv':
        return proposals.from_csv(connection, get('text'), source=get('source'), calendar=calendar)
    if kind == 'import':
        year = int(get('year')) if get('year').isdecimal() and len(get('year')) <= _YEAR else None
        return proposals.from_notice(connection, get('text'), year=year, source=get('source'), calendar=calendar)
    if kind == 'hours':
        return proposals.hours(connection, get('hall'), get('hours'), get('deadline_time'), get('reason'))
    make = {'closure': proposals.closure, 'reopening': proposals.reopening}.get(kind)
    if make is None:
        raise Rejection(f'Expected a kind of change, but got {kind!r}', '请选择变更类型')
    last = _date(get('last')) if get('last') else None
    return make(connection, get('hall'), _date(get('first')), last, get('reason'), calendar=calendar)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Rejection(f'Expected a date, but got {text!r}', '日期不正确') from error
