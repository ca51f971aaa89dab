"""The catalogue: what the hall does, open to everybody without signing in (S-27 八公开, S-32 the diagram that runs)."""

from __future__ import annotations

from flask import Blueprint, render_template
from flask_login import current_user

from tasks import queries
from tasks.catalogue.standing import closing_of, need_offered
from web.drawings import drawing
from web.session import read

pages = Blueprint('item', __name__, url_prefix='/items')


@pages.get('')
def catalogue() -> str:
    """Every approval item the hall offers."""
    return render_template('items.html', items=read(queries.items, unpublished_too=_keeps_catalogue()))


@pages.get('/<code>')
def show(code: str) -> str:
    """One item: the eight things to disclose, and its flow as it runs."""
    closing = read(closing_of, code)
    if not _keeps_catalogue():
        read(need_offered, code)
    view = read(queries.item_view, code)
    return render_template('item.html', view=view, picture=drawing(view.diagram), closing=closing)


def _keeps_catalogue() -> bool:
    """Administrators also see, marked, what the hall does not offer (O-10)."""
    return current_user.is_authenticated and 'administrator' in current_user.roles
