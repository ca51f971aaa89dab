"""A draft taken out as a picture: SVG as a file, and a page to print, which a browser also saves as PNG or PDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from engine.bpmn import DiagramError, draw, read_diagram
from engine.bpmn.importing import work_steps
from tasks.workshop import queries
from tasks.workshop.importing.bringing import MAIN
from web.drawings import picture_of
from web.session import asks, read_as_me

pages = Blueprint('designer_export', __name__, url_prefix='/workshop/drafts/<int:draft_id>')


@pages.get('/diagram.svg')
@asks('workshop.read')
def picture(draft_id: int) -> Response:
    """The diagram of a draft as an SVG file; 404 while it cannot be read."""
    bundle = read_as_me(queries.bundle_of, draft_id)
    try:
        text = draw(read_diagram(bundle.files.get(MAIN, b'')))
    except DiagramError:
        abort(404)
    answer = Response(text, mimetype='image/svg+xml')
    answer.headers.set('Content-Disposition', 'attachment', filename=f'{bundle.name}.svg')
    return answer


@pages.get('/paper')
@asks('workshop.read')
def paper(draft_id: int) -> str:
    """The diagram with its steps, to be printed."""
    view = read_as_me(queries.draft, draft_id)
    bundle = read_as_me(queries.bundle_of, draft_id)
    text = bundle.files.get(MAIN, b'')
    return render_template('designer/paper.html', draft=view, picture=picture_of(text, {}), steps=work_steps(text))
