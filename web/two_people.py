"""An act on a page that comes into force with two people: proposed by default, or done alone in an emergency (A-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tasks.operations import proposals
from web.languages import flash
from web.session import write


def alone() -> bool:
    """Whether whoever is signed in does it alone: at once in force, signed by somebody else afterwards."""
    return request.form.get('alone') == '1'


def propose(action: str, target: str, reason: str, arguments: Mapping[str, Any], *, payload: bytes | None = None) -> Response:
    """Ask for the act, and go to the list where it waits."""
    write(proposals.propose, action, target, reason, arguments, payload=payload)
    return waiting()


def tell() -> None:
    """Say on the next page that it waits."""
    flash(_('已提交，经另一人确认后生效'), 'info')


def waiting() -> Response:
    """To the list of what waits for a second person."""
    tell()
    return redirect(url_for('health.red_list'))
