"""The working calendar: a year at a glance, its changes, and the administrator's way to change it: propose, preview, apply, follow."""

from __future__ import annotations

import calendar as month_table
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import Connection, select
from werkzeug.wrappers import Response

from engine import Rejection
from engine.worktime import Calendar, Day
from tasks import tables as t
from tasks.calendars import editions, proposals
from tasks.calendars.asking import asked
from tasks.calendars.halls import find_calendar, find_hall, need_change
from tasks.calendars.preview import preview
from tasks.calendars.proposals import CLOSED
from web import two_people
from web.languages import flash
from web.session import actor, asks, local_now, local_today, read, read_as_me, root, write

pages = Blueprint('calendar', __name__, url_prefix='/calendar')
AT_ONCE = 200
"""So many cases follow a change within the request; the worker takes the rest."""
FIELDS = ('kind', 'form', 'text', 'year', 'source', 'hall', 'first', 'last', 'reason', 'hours', 'deadline_time')


@dataclass(frozen=True)
class Cell:
    """One date of the year's page. `look` is rest | holiday | makeup | closed | work."""

    date: date
    look: str
    name: str
    source: str
    provisional: bool
    today: bool


@pages.get('')
@asks('calendar.read')
def show() -> str:
    """A year: working days, holidays, swapped weekends, closures; and how the calendar came about."""
    year = min(max(request.args.get('year', local_now().year, int), 2000), 2199)
    halls = read(_halls)
    code = request.args.get('hall', '')
    code = code if code in {hall.code for hall in halls} else halls[0].code if halls else ''
    found = read(find_hall, code).calendar if code else read(find_calendar, 'CN')
    months = [[[_cell(found, day) if day.month == n else None for day in week] for week in _weeks(year, n)] for n in range(1, 13)]
    changed = read_as_me(editions.editions, calendar=next((hall.calendar for hall in halls if hall.code == code), 'CN'))
    return render_template(
        'calendar/year.html', year=year, months=months, found=found, halls=halls, hall=code, editions=changed, kinds=editions.KIND
    )


@pages.get('/change')
@asks('calendar.change')
def change() -> str:
    """The forms: a notice or table, a closure, a reopening, other hours."""
    return render_template('calendar/change.html', halls=read(_halls), typed={}, today=local_today())


@pages.post('/preview')
@asks('calendar.change')
def look_ahead() -> tuple[str, int] | str:
    """What would change and which cases move; a proposal that cannot be read goes back to the form with what was typed."""
    typed = _typed()
    try:
        typed['text'] = _uploaded() or typed['text']
        with root().engine.reading() as conn:
            seen = preview(conn, actor(), asked(conn, typed))
    except Rejection as refusal:
        page = render_template('calendar/change.html', halls=read(_halls), typed=typed, error=refusal.zh, today=local_today())
        return page, refusal.status
    return render_template('calendar/preview.html', seen=seen, typed=typed, kinds=editions.KIND)


@pages.post('/apply')
@asks('calendar.change')
def apply() -> Response:
    """The change that was previewed: proposed, or made alone; open cases follow."""
    typed, base = _typed(), request.form.get('base', '')
    with root().engine.reading() as conn:
        proposal = asked(conn, typed)
        editions.fitting(conn, actor(), proposal, base)
    if not two_people.alone():
        reason = proposal.reason or proposal.source
        return two_people.propose(editions.act_of(proposal), proposal.hall or proposal.calendar, reason, {**typed, 'base': base})
    edition_id = write(editions.apply, proposal, base=base)
    return _follow(edition_id)


@pages.get('/editions/<int:edition_id>')
@asks('calendar.history')
def edition(edition_id: int) -> str:
    """One change: its days, how far the open cases have followed, which moved."""
    found = read_as_me(editions.edition, edition_id)
    moved = read_as_me(editions.moved_cases, edition_id, place=request.args.get('page', ''))
    return render_template('calendar/edition.html', edition=found, moved=moved, kinds=editions.KIND)


@pages.post('/editions/<int:edition_id>/continue')
@asks('calendar.change')
def go_on(edition_id: int) -> Response:
    """The next open cases follow, without waiting for the worker."""
    found = read_as_me(editions.edition, edition_id)
    read_as_me(need_change, found.calendar, found.hall)
    return _follow(edition_id)


@pages.app_template_global()
def provisional(last_day: date | datetime | str | None) -> bool:
    """Whether a due date rests on a year whose holidays are not announced yet: it is shown as 暂定 wherever it stands."""
    if not last_day:
        return False
    if 'announced' not in g:
        halls = read(_halls)
        g.announced = read(find_calendar, halls[0].calendar if halls else 'CN').announced
    return int(str(last_day)[:4]) not in g.announced


def _follow(edition_id: int) -> Response:
    done = editions.advance(root().engine, actor(), edition_id, limit=AT_ONCE)
    words = _('日历已变更，%(done)s 件在办件已重新计算，%(moved)s 件到期日变动', done=done.done, moved=done.moved)
    flash(words if done.finished else words + _('；其余由计时进程继续'), 'good')
    return redirect(url_for('calendar.edition', edition_id=edition_id))


def _halls(connection: Connection) -> list[Any]:
    hall = t.hall.c
    columns = (hall.code, hall.name, hall.calendar, hall.office_hours, hall.deadline_time)
    return list(connection.execute(select(*columns).order_by(hall.created_at, hall.code)))


def _weeks(year: int, month: int) -> list[list[date]]:
    return month_table.Calendar().monthdatescalendar(year, month)


def _cell(found: Calendar, day: date) -> Cell:
    row = found.day(day)
    return Cell(day, _look(row), row.name, row.source, found.provisional(day), day == local_today())


def _look(row: Day) -> str:
    if row.name == CLOSED:
        return 'closed'
    if row.working:
        return 'makeup' if row.date.weekday() > 4 else 'work'
    return 'rest' if row.name in ('周六', '周日', '') else 'holiday'


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, '').strip() for name in FIELDS}


def _uploaded() -> str:
    """The text of the chosen file, '' without one. Raises Rejection."""
    upload = request.files.get('file')
    return proposals.text_of(upload.read()) if upload and upload.filename else ''
