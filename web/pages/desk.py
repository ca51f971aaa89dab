"""The clerk's desk: the windows' list sorted by time left, and the next case."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from tasks.catalogue import views as catalogue_views
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.rights.asking import could
from web.languages import flash
from web.searching import asked_words, keep
from web.session import actor, asks, note_listing, read, read_as_me, root, write

pages = Blueprint('desk', __name__)
FIRST_PAGES = (
    ('mark.judge', 'supervision.show'),
    ('task.list', 'desk.show'),
    ('operation.read', 'operation.show'),
    ('staff.administer', 'staff.index'),
    ('act.countersign', 'health.red_list'),
)
"""Where whoever may do the verb begins; the first that fits."""
SHOWN_ITEMS = 8
"""Items on the start page; the catalogue has them all."""


@pages.get('/')
@asks('session.begin')
def home() -> Response | str:
    """The public's start page: progress and catalogue first. Who is signed in goes to his own first page."""
    if not current_user.is_authenticated:
        return render_template(
            'start.html', case_no='', error='', items=read(catalogue_views.items)[:SHOWN_ITEMS], hall=read(catalogue_views.hall_of)
        )
    for verb, endpoint in FIRST_PAGES:
        if could(actor(), verb):
            return redirect(url_for(endpoint))
    return redirect(url_for('definition.catalogue'))


@pages.get('/desk')
@asks('task.list')
def show() -> str:
    """The list of my windows."""
    asked = request.args
    filters = desk_lists.DeskFilter(asked.get('window') or None, asked.get('mine') == '1', asked.get('only', ''), asked_words())
    view = read_as_me(desk_lists.desk_view, filters, place=asked.get('page', ''), now=root().clock())
    note_listing('desk', view.page.rows)
    return render_template('desk.html', view=view, page=view.page, filters=filters)


@pages.post('/desk/search')
@asks('task.list')
def search() -> Response:
    """To the list of what was looked for."""
    key = keep(request.form.get('q', '').strip())
    kept: dict[str, Any] = {name: request.form.get(name) or None for name in ('window', 'mine', 'only')}
    return redirect(url_for('desk.show', s=key, **kept))


@pages.post('/desk/next')
@asks('task.list')
def next_case() -> Response:
    """Claim the most urgent case nobody works on, and open it."""
    task_id = write(desk.next_case, request.form.get('window') or None)
    if task_id is None:
        flash(_('没有等待办理的办件'), 'info')
        return redirect(url_for('desk.show'))
    mention_held(task_id)
    return redirect(url_for('task.show', task_id=task_id))


def mention_held(task_id: int) -> None:
    """Say that I hold tasks already that are at least as urgent as the new one."""
    held = read_as_me(desk.held_and_more_urgent, task_id)
    if held:
        words = _('您已认领的 %(n)s 件期限更近，尚未办结，最近的是 %(case)s（见“我在办”）', n=len(held), case=held[0])
        flash(words, 'info')
