"""Two versions side by side: figures before and after, both diagrams coloured, every difference in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template, request
from markupsafe import Markup

from engine.bpmn import draw
from engine.bpmn.model import Diagram
from tasks.catalogue.comparison.versions import VersionComparison, compare
from web.compare_words import area_zh, aspect_zh, kind_zh, value_zh
from web.session import asks, read_as_me
from web.versions import choices, version

pages = Blueprint('compare', __name__, url_prefix='/compare')

COLOURS: Mapping[str, str] = {'added': 'green', 'removed': 'plain', 'changed': 'amber'}


@pages.get('')
@asks('workshop.read')
def show() -> str:
    """`?old=definition:1&new=draft:2`; without both, only the choice."""
    old, new = request.args.get('old', ''), request.args.get('new', '')
    facts: dict[str, Any] = {'choices': read_as_me(choices), 'old': old, 'new': new, 'found': None}
    if old and new:
        before, after = read_as_me(version, old), read_as_me(version, new)
        found = compare(before.bundle, after.bundle)
        facts |= {'found': found, 'before': before, 'after': after, **pictures(found)}
    return render_template('compare/show.html', **facts, **words())


def pictures(found: VersionComparison) -> dict[str, Markup | str]:
    """Both diagrams, coloured: what is gone on the old one, what is new on the new one, what differs on both."""
    colours = found.colours
    return {'old_picture': _picture(found.old, colours, 'added'), 'new_picture': _picture(found.new, colours, 'removed')}


def words() -> dict[str, Any]:
    """What the template says differences with."""
    return {'area_zh': area_zh, 'aspect_zh': aspect_zh, 'kind_zh': kind_zh, 'value_zh': value_zh, 'kind_colour': COLOURS}


def _picture(diagram: Diagram | None, colours: Mapping[str, str], without: str) -> Markup | str:
    if diagram is None:
        return ''
    return Markup(draw(diagram, changes={key: kind for key, kind in colours.items() if kind != without}))  # noqa: S704  drawn by us
