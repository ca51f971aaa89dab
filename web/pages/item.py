"""The catalogue: what the hall does, open to everybody without signing in (S-27 八公开, S-32 the diagram that runs)."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks.catalogue import views as catalogue_views
from tasks.catalogue.item import disclosed
from tasks.catalogue.standing import closing_of, need_offered
from tasks.catalogue.steps import ordered_steps
from tasks.rights.relations import APPLICANT
from web.drawings import drawing
from web.page_context import can
from web.session import asks, read

pages = Blueprint('item', __name__, url_prefix='/items')


@pages.get('')
@asks('item.read')
def catalogue() -> str:
    """Every approval item the hall offers."""
    return render_template('items.html', items=read(catalogue_views.items, unpublished_too=_keeps_catalogue()))


@pages.get('/<code>')
@asks('item.read')
def show(code: str) -> str:
    """One item: what to bring, how long, how much, where and what first; its flow in words and drawn; what its profile discloses."""
    closing = read(closing_of, code)
    if not _keeps_catalogue():
        read(need_offered, code)
    view = read(catalogue_views.item_view, code)
    shown = {'picture': drawing(view.diagram), 'steps': _steps(view), 'disclosed': disclosed(view.spec), 'closing': closing}
    return render_template('item.html', view=view, **shown)


def _steps(view: catalogue_views.ItemView) -> list[tuple[str, list[str]]]:
    """Each step in its order, with the names of the windows that do it; none where the applicant does it himself."""
    found = []
    for step in ordered_steps(view.diagram):
        windows = [(view.spec.window(group), group) for group in step.groups if group != APPLICANT]
        found.append((step.name, [window.name if window else group for window, group in windows]))
    return found


def _keeps_catalogue() -> bool:
    """Administrators also see, marked, what the hall does not offer (O-10)."""
    return can('item.publish')
