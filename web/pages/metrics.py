"""Is the clockwork alive? `/metrics` for a monitoring system, `/operation/ticker` for the administrator."""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from flask import Blueprint, Response, abort, render_template, request

from engine import pulse
from web.metrics import exposition
from web.page_context import silent_after
from web.pages.health import expected
from web.proxies import SPOKEN_FOR
from web.session import asks, root

pages = Blueprint('metrics', __name__)
PROXIED = ('X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Via')
TEXT = 'text/plain; version=0.0.4; charset=utf-8'


@pages.get('/metrics')
@asks('metrics.read')
def show() -> Response:
    """Figures for Prometheus: to whoever has the token; without a token in the settings, to this machine only."""
    if not _trusted():
        abort(404)
    return Response(exposition(root(), expected()), content_type=TEXT, headers={'Cache-Control': 'no-store'})


def _trusted() -> bool:
    token = root().settings.metrics_token
    if token:
        return hmac.compare_digest(request.headers.get('Authorization', '').encode(), f'Bearer {token}'.encode())
    forwarded = request.environ.get(SPOKEN_FOR) or any(request.headers.get(name) for name in PROXIED)
    try:  # a proxy on this machine speaks for somebody else
        return not forwarded and ip_address(request.remote_addr or '').is_loopback
    except ValueError:
        return False


@pages.get('/operation/ticker')
@asks('operation.read')
def ticker() -> str:
    """The workers, what is overdue, what is dead."""
    now = root().clock()
    with root().engine.reading() as connection:
        found = pulse(connection, now)
    return render_template('admin/ticker.html', pulse=found, now=now, silent_after=silent_after())
