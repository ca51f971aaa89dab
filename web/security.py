"""What every answer carries and what no request may do: headers, safe return addresses, typed text without secrets."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict

from tasks.words.texts import checked_reason

CONTENT_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    'Content-Security-Policy': CONTENT_POLICY,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
}
REMARKS = {'reason': '理由', 'grounds': '依据', 'basis': '依据', 'note': '备注', 'reply': '答复', 'opinion': '意见', 'expected': '预计时间'}
SECRET_FIELDS = frozenset({'password', 'old_password', 'new_password', 'repeat_password'})
PLUMBING_FIELDS = frozenset({'csrf_token', 'lock_version', 'submission', 'next', 'action', 'page', 'f-shown', 'f-action', 'confirmed'})
CHOICES = frozenset({'kind', 'unit', 'window', 'channel', 'id_type', 'agent_id_type', 'delivery'})  # what is ticked is not typed


LABELS = {
    'reason': _l('理由'),
    'grounds': _l('依据'),
    'basis': _l('依据'),
    'note': _l('备注'),
    'reply': _l('答复'),
    'opinion': _l('意见'),
    'name': _l('姓名或名称'),
    'id_no': _l('证件号码'),
    'phone': _l('联系电话'),
    'address': _l('地址'),
    'agent_name': _l('代办人姓名'),
    'agent_id_no': _l('代办人证件号码'),
    'agent_phone': _l('代办人电话'),
    'q': _l('搜索'),
}
"""What pages call the fields people write in."""


def add_headers(app: Flask, *, https: bool) -> None:
    """Put the security headers on every answer; pages of signed-in people are never cached."""

    @app.after_request
    def _headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if https:
            response.headers.setdefault('Strict-Transport-Security', 'max-age=31536000')
        if response.mimetype == 'text/html':
            response.headers.setdefault('Cache-Control', 'no-store')
        return response


def refuse_nul(app: Flask) -> None:
    """400 for a NUL character anywhere in a request: no text of ours has one, and PostgreSQL stores none."""

    @app.before_request
    def _look() -> None:
        texts = [request.path, *request.args.keys(), *request.args.values()]
        if any('\0' in text for text in texts) or any('\0' in value for _name, value in request.form.items(multi=True)):
            abort(400)


def refuse_overlong_remarks(app: Flask) -> None:
    """Every page that takes a reason takes one of at most 2000 characters that can all be seen; what was typed is shown again."""

    @app.before_request
    def _measure() -> None:
        for name in REMARKS.keys() & request.form.keys():
            for text in request.form.getlist(name):
                checked_reason(text, REMARKS[name])


def safe_next(target: str | None, default: str) -> str:
    """`target` when it is a path on this site, else `default`: a login link must not send people elsewhere (CWE-601)."""
    if not target or not target.startswith('/') or target.startswith(('//', '/\\')):
        return default
    if any(ord(sign) < 32 or sign == '\\' for sign in target):
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc else target


def typed_text(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """What a person typed, as (label, text), so that a refused request loses nothing; passwords, choices and plumbing left out.

    A field is called what its page calls it; one without a label here is shown without a name, never under its key.
    """
    kept = [(key, value) for key in form for value in form.getlist(key) if value.strip()]
    return [(str(LABELS.get(key, _l('填写的内容'))), value) for key, value in kept if key not in SECRET_FIELDS | PLUMBING_FIELDS | CHOICES]
