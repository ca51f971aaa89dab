"""The time machine of a demonstration: move the hall's clock on and see what runs out on the way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response

from engine import Rejection
from web import time_machine
from web.formats import stamp
from web.languages import flash
from web.page_context import demo_mode
from web.session import actor, asks, root

pages = Blueprint('time_machine', __name__, url_prefix='/time-machine')


@pages.app_context_processor
def _strip() -> dict[str, Callable[[], Any]]:
    """`hall_clock()` for the strip over every page of a demonstration."""
    return {'hall_clock': hall_clock}


def hall_clock() -> Any:
    """The hall's instant for the strip of a demonstration; None where the clock cannot be moved or nobody is signed in."""
    if not current_user.is_authenticated or not demo_mode() or not time_machine.available(root()):
        return None
    return root().clock()


@pages.get('')
@asks('clock.move')
def show() -> str:
    """Where the hall's clock stands, where it may go, and what happened on the way here."""
    if not time_machine.available(root()):
        abort(404)
    return render_template('time_machine.html', present=time_machine.present(root()))


@pages.post('')
@asks('clock.move')
def move() -> Response:
    """Move the clock; the next page says what fired, or why time stands where it stood."""
    if not time_machine.available(root()):
        abort(404)
    try:
        moved = time_machine.advance(root(), actor(), request.form.get('to', '').strip())
    except Rejection as refusal:
        flash(refusal.zh, 'bad')
    else:
        flash(_('现在是 %(now)s', now=stamp(moved.now)), 'good')
    return redirect(url_for('time_machine.show'))
