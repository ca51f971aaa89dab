"""The catalogue: what the hall does, open to everybody without signing in (S-27 八公开, S-32 the diagram that runs)."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks import queries
from web.drawings import drawing
from web.session import read

pages = Blueprint('item', __name__, url_prefix='/items')


@pages.get('')
def catalogue() -> str:
    """Every approval item in force."""
    return render_template('items.html', items=read(queries.items))


@pages.get('/<code>')
def show(code: str) -> str:
    """One item: the eight things to disclose, and its flow as it runs."""
    view = read(queries.item_view, code)
    return render_template('item.html', view=view, picture=drawing(view.diagram))
