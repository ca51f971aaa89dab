"""Diagrams drawn for pages, kept by what they show: a diagram never changes, so the same places on it are the same picture."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from markupsafe import Markup

from engine.bpmn import DiagramError, draw, read_diagram
from engine.bpmn.model import Diagram

KEPT = 256
_PLACES = tuple[int, frozenset[str], frozenset[str], frozenset[str]]
_DRAWN: OrderedDict[_PLACES, tuple[Diagram, Markup]] = OrderedDict()
_LOCK = Lock()
_NOWHERE: frozenset[str] = frozenset()


def drawing(
    diagram: Diagram, *, here: frozenset[str] = _NOWHERE, road: frozenset[str] = _NOWHERE, late: frozenset[str] = _NOWHERE
) -> Markup:
    """The SVG of a diagram with its tokens, the road and what is late. There is one Diagram object per bundle content (`edition_of`)."""
    key = (id(diagram), here, road, late)
    with _LOCK:
        if key in _DRAWN:
            _DRAWN.move_to_end(key)
            return _DRAWN[key][1]
    made = Markup(draw(diagram, here=here, road=road, late=late))  # noqa: S704  drawn by us, escaped there
    with _LOCK:
        _DRAWN[key] = (diagram, made)  # the diagram is kept too: its id stays its own
        if len(_DRAWN) > KEPT:
            _DRAWN.popitem(last=False)
    return made


def picture_of(source: bytes, changes: Mapping[str, str]) -> Markup | None:
    """The SVG of a diagram that is being drawn, with what changed marked; None while it cannot be read."""
    try:
        found = read_diagram(source)
    except DiagramError:
        return None
    return Markup(draw(found, changes=changes))  # noqa: S704  drawn by us, escaped there
