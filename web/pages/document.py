"""Generated documents: the print view."""

from __future__ import annotations

from flask import Blueprint, render_template

from tasks.documents import reading as document_reading
from web.formats import paper
from web.session import asks, note_look, read_as_me

pages = Blueprint('document', __name__, url_prefix='/documents')


@pages.get('/<int:document_id>')
@asks('document.read')
def show(document_id: int) -> str:
    """A document as it was issued, or masked for who supervises: reading it is written down (S-35)."""
    view = read_as_me(document_reading.document_view, document_id)
    note_look(view.case_no, f'document {view.number}', 'document.read')
    return render_template('document.html', view=view, body=paper(view.body))
