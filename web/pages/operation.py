"""Running the hall: incidents, timers, workers, the operator log."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine.read import workers
from tasks.desk import verbs as desk
from tasks.operations import administration
from tasks.operations import administration as operations
from tasks.operations.first_steps import first_steps
from tasks.people.queries import everybody
from tasks.people.vacant import unseen_tasks
from tasks.rights.asking import could
from tasks.rights.looks import LookFilter
from tasks.rights.looks import looks as looks_asked
from tasks.words.vocabulary import ACTION
from web.hall_facts import hall_zone
from web.languages import flash, in_my_language
from web.page_context import silent_after
from web.pages.health import look
from web.session import actor, asks, read, read_as_me, root, write

pages = Blueprint('operation', __name__, url_prefix='/operation')


@pages.get('')
@asks('operation.read')
def show() -> str:
    """What a new hall still needs, tasks nobody can see, incidents that wait for somebody, and the workers."""
    now, steps = root().clock(), read_as_me(first_steps)
    found: dict[str, Any] = {
        'health': read(look),
        'incidents': read_as_me(administration.incidents),
        'workers': read(workers),
        'unseen': read_as_me(unseen_tasks, now),
    }
    return render_template('admin/operation.html', **found, first_steps=steps, now=now, silent_after=silent_after())


@pages.get('/timers')
@asks('operation.read')
def timers() -> str:
    """Every timer that is armed, stopped or dead, next first; and when processes start by themselves."""
    state = request.args.get('state') or None
    page = read_as_me(administration.timers, state=state, place=request.args.get('page', ''))
    return render_template('admin/timers.html', page=page, state=state, starts=read_as_me(administration.starts))


@pages.get('/log')
@asks('log.read')
def log() -> str:
    """What people did to the office itself, by person, act, object and day."""
    asked = {name: request.args.get(name, '').strip()[:100] for name in ('by', 'action', 'object', 'day')}
    wanted = administration.LogFilter(asked['by'], asked['action'], asked['object'], *_day(asked['day']))
    found = read_as_me(administration.operator_log, wanted, place=request.args.get('page', ''))
    return render_template('admin/log.html', page=found, asked=asked, actions=sorted(ACTION, key=_in_order), people=read_as_me(everybody))


def _in_order(action: str) -> bytes:
    """As the reader's language orders words; GB 18030 has the common characters by their pinyin."""
    return str(in_my_language(ACTION[action])).encode('gb18030')


def _day(text: str) -> tuple[datetime | None, datetime | None]:
    """From when to when the hall's day that was asked for lasts; no day for what is none."""
    try:
        begins = datetime.combine(date.fromisoformat(text), time(), hall_zone())
        return begins, begins + timedelta(days=1)
    except (ValueError, OverflowError):
        return None, None


@pages.get('/looks')
@asks('look.read')
def looks() -> str:
    """Who looked at whose personal data, by person, case and day."""
    asked = {name: request.args.get(name, '').strip()[:100] for name in ('by', 'case_no', 'day')}
    wanted = LookFilter(asked['by'], asked['case_no'], *_day(asked['day']))
    found = read_as_me(looks_asked, wanted, place=request.args.get('page', ''))
    return render_template('admin/looks.html', page=found, asked=asked, people=read_as_me(everybody))


@pages.post('/incidents/<int:incident_id>/retry')
@asks('incident.settle')
def retry(incident_id: int) -> Response:
    """Try the failed step again and say what came of it."""
    made = write(operations.retry, incident_id)
    if made.outcome == 'done':
        flash(_('重试成功'), 'good')
    elif made.outcome == 'queued':
        flash(_('已重新排队，由计时进程再次执行；再次失败时仍会列在这里'), 'good')
    else:
        flash(_('重试后仍然失败：%(reason)s', reason=made.reason), 'warn')
    return redirect(url_for('operation.show'))


@pages.post('/incidents/<int:incident_id>/resolve')
@asks('incident.settle')
def resolve(incident_id: int) -> Response:
    """Close an incident that was put right elsewhere; a note is required."""
    write(operations.resolve, incident_id, request.form.get('note', '').strip())
    flash(_('已处理'), 'good')
    return redirect(url_for('operation.show'))


@pages.post('/unseen/<int:task_id>/offer')
@asks('task.hand_over')
def offer(task_id: int) -> Response:
    """Ask anew whom a step is for whose people are not there."""
    write(desk.offer_again, task_id)
    flash(_('已重新分派'), 'good')
    return redirect(url_for('operation.show' if could(actor(), 'operation.read') else 'supervision.show'))
