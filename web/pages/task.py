"""A user task: what the case is, the form, save draft, complete; and what to show when somebody was first."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Conflict, NotFound
from engine.forms import read_post
from tasks import desk, queries
from tasks.desk import FormRejection
from web.security import typed_text
from web.session import allowed, read_as_me, write

pages = Blueprint('task', __name__, url_prefix='/tasks')


@pages.get('/<int:task_id>')
@allowed('clerk')
def show(task_id: int) -> str:
    """The task with its form; readable by everybody the office lets see it, writable by whoever claimed it."""
    return _page(read_as_me(queries.task_view, task_id))


@pages.post('/<int:task_id>/claim')
@allowed('clerk')
def claim(task_id: int) -> Response:
    """Take the task on; 409 when somebody else was faster."""
    write(desk.claim, task_id)
    return redirect(url_for('task.show', task_id=task_id))


@pages.post('/<int:task_id>/unclaim')
@allowed('clerk')
def unclaim(task_id: int) -> Response:
    """Give the task back to the window."""
    write(desk.unclaim, task_id)
    flash(_('已退回窗口待签收'), 'info')
    return redirect(url_for('desk.show'))


@pages.post('/<int:task_id>')
@allowed('clerk')
def submit(task_id: int) -> Any:
    """Save a draft or complete; whatever is refused comes back with everything that was typed."""
    view = read_as_me(queries.task_view, task_id)
    submitted = read_post(view.form, request.form) if view.form else {}
    try:
        if request.form.get('action') == 'draft':
            write(desk.save_draft, task_id, submitted)
            flash(_('草稿已保存'), 'good')
            return redirect(url_for('task.show', task_id=task_id))
        done = write(desk.complete, task_id, submitted, lock_version=request.form.get('lock_version', type=int))
    except FormRejection as refusal:
        return _page(view, data=refusal.submitted, errors=refusal.errors), 422
    except Conflict as conflict:
        return _somebody_was_first(task_id, conflict, submitted), 409
    flash(_('办件 %(case_no)s「%(task)s」已办理完毕', case_no=done.case_no, task=view.task_name), 'good')
    if request.form.get('action') == 'complete_next':
        following = write(desk.next_case, None)
        if following is not None:
            return redirect(url_for('task.show', task_id=following))
    return redirect(url_for('desk.show'))


def _somebody_was_first(task_id: int, conflict: Conflict, submitted: dict[str, Any]) -> str:
    """409: the page as it is now with the typed text in its form when it can still be sent, else the text to copy."""
    try:
        view = read_as_me(queries.task_view, task_id)
    except NotFound:
        view = None
    if view is not None and view.can_complete:
        return _page(view, data={**view.data, **submitted}, conflict=conflict)
    labels = [] if view is None or view.form is None else [(field.key, field.label) for field in view.form.fields() if field.key]
    back = url_for('desk.show')
    return render_template('conflict.html', error=conflict, typed=typed_text(request.form, labels), back=back)


def _page(view: Any, *, data: Any = None, errors: Any = None, conflict: Conflict | None = None) -> str:
    values = view.data if data is None else data
    return render_template('task.html', view=view, data=values, errors=errors or {}, conflict=conflict)
