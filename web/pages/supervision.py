"""What the supervisor watches: promises that are or will be broken, and where the cases are. Read only."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from tasks.cases import board as case_board
from tasks.deadlines.stopped import stops_of
from tasks.people.vacant import unseen_tasks
from web.session import asks, local_today, read_as_me, root

pages = Blueprint('supervision', __name__, url_prefix='/supervision')
KINDS = {'late': _l('超期'), 'soon': _l('临期'), 'step': _l('环节超期'), 'stopped': _l('期限停走'), 'unclaimed': _l('待认领')}


@pages.get('')
@asks('supervision.read')
def show() -> str:
    """Cases of one kind, with the mark they have or would get (S-55 yellow, red), and the numbers of every window and department.

    Of what is stopped it says why, by whom, and until when the applicant was told.
    """
    asked, now = request.args, root().clock()
    filters = case_board.BoardFilter(asked.get('kind', 'late'), asked.get('window', ''), asked.get('department', ''))
    if filters.kind not in KINDS:
        abort(404)
    board = read_as_me(case_board.supervision, filters, now=now, place=asked.get('page', ''))
    stops = read_as_me(stops_of, [row.case_no for row in board.page.rows], local_today()) if filters.kind == 'stopped' else {}
    kinds = {kind: str(label) for kind, label in KINDS.items()}  # each is said in many cells, but looked up once
    return render_template('supervision.html', board=board, filters=filters, kinds=kinds, unseen=read_as_me(unseen_tasks, now), stops=stops)


@pages.get('/stopped')
@asks('supervision.read')
def stopped() -> Response:
    """The board lists what is stopped; this address is an old one."""
    return redirect(url_for('supervision.show', kind='stopped'), 301)
