"""A file of a case, to be saved: never shown inside a page, whatever it is."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, send_file
from werkzeug.wrappers import Response

from tasks.cases.attachments import attachment_file
from web.session import asks, note_look, read_as_me

pages = Blueprint('attachment', __name__, url_prefix='/attachments')


@pages.get('/<int:attachment_id>')
@asks('attachment.read')
def download(attachment_id: int) -> Response:
    """The file, for who sees the case's personal data plain; that he took it is written down (S-35)."""
    found = read_as_me(attachment_file, attachment_id)
    note_look(found.case_no, f'attachment {attachment_id}', 'attachment.read')
    answer = send_file(BytesIO(found.content), found.media_type, as_attachment=True, download_name=found.name)
    answer.headers['Cache-Control'] = 'no-store'
    answer.headers['Content-Security-Policy'] = "default-src 'none'; sandbox"
    return answer
