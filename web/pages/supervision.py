"""What the supervisor watches: promises that are or will be broken. Read only."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks import queries
from web.session import allowed, read_as_me, root

pages = Blueprint('supervision', __name__, url_prefix='/supervision')


@pages.get('')
@allowed('supervisor', 'administrator')
def show() -> str:
    """Late cases and those about to be, with the mark they would get (S-55 yellow, red)."""
    return render_template('supervision.html', board=read_as_me(queries.supervision, root().clock()))
