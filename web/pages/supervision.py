"""What the supervisor watches: promises that are or will be broken. Read only."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from tasks import queries
from tasks.deadlines.stopped import stopped_cases
from web.session import allowed, local_today, read_as_me, root

pages = Blueprint('supervision', __name__, url_prefix='/supervision')


@pages.get('')
@allowed('supervisor', 'administrator')
def show() -> str:
    """Late cases and those about to be, with the mark they would get (S-55 yellow, red)."""
    return render_template('supervision.html', board=read_as_me(queries.supervision, root().clock()))


@pages.get('/stopped')
@allowed('supervisor', 'administrator')
def stopped() -> str:
    """The stops that have not ended, the longest first: why, by whom, and until when the applicant was told."""
    return render_template('stopped.html', page=read_as_me(stopped_cases, local_today(), place=request.args.get('page', '')))
