"""办件进度查询: an applicant asks with the case number and query password of his receipt; nobody signs in, nothing is remembered."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask_babel import gettext as _
from markupsafe import Markup

from tasks.deadlines import progress
from web.formats import stamp
from web.session import root

pages = Blueprint('progress', __name__, url_prefix='/progress')


@pages.get('')
def show() -> str:
    """The form."""
    return _form(request.args.get('case_no', '').strip()[:21])


@pages.post('')
def ask() -> str | tuple[str, int]:
    """The case in plain words; 401 with one sentence whatever was wrong, 429 when there were too many guesses."""
    case_no = request.form.get('case_no', '').strip()[:40]
    try:
        seen = progress.look_up(root().engine, case_no, request.form.get('password', '')[:40], request.remote_addr or '')
    except progress.QueryThrottled as refusal:
        return _form(case_no, _('查询失败次数过多，请于 %(when)s 后再试', when=stamp(refusal.retry_at))), 429
    except progress.QueryRefused as refusal:
        return _form(case_no, refusal.zh), 401
    notices = [Markup(one.notice) for one in seen.asked]  # noqa: S704  made by the office from escaped values
    return render_template('progress.html', case=seen, notices=notices)


def _form(case_no: str, error: str = '') -> str:
    return render_template('progress_form.html', case_no=case_no, error=error)
