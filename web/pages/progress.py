"""办件进度查询: an applicant asks with the number and query password of his receipt; the address he gets opens for half an hour."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from tasks.deadlines import progress
from web.formats import paper, stamp
from web.languages import flash
from web.session import asks, read, root

pages = Blueprint('progress', __name__, url_prefix='/progress')


@pages.get('')
@asks('progress.ask')
def show() -> str:
    """The form."""
    return _form(request.args.get('case_no', '').strip()[:21])


@pages.post('')
@asks('progress.ask')
def ask() -> Response | tuple[str, int]:
    """To the case; 401 with one sentence whatever was wrong, 429 when there were too many guesses."""
    case_no = request.form.get('case_no', '').strip()[:40]
    try:
        token = progress.open_view(root().engine, case_no, request.form.get('password', '')[:40], request.remote_addr or '')
    except progress.QueryThrottled as refusal:
        said = _('查询失败次数过多，请于 %(when)s 后再试；急需查询的，请持有效证件到受理窗口或拨打咨询电话', when=stamp(refusal.retry_at))
        return _form(case_no, said), 429
    except progress.QueryRefused as refusal:
        return _form(case_no, refusal.zh), 401
    return redirect(url_for('progress.case', token=token), 303)


@pages.get('/<token>')
@asks('progress.open')
def case(token: str) -> Response | str:
    """The case in plain words, as long as the address opens; afterwards the form again."""
    now = root().clock()
    case_no = read(progress.viewed, token, now=now)
    if case_no is None:
        return _over()
    seen = read(progress.progress, case_no, now=now)
    notices = [Markup(one.notice) for one in seen.asked]  # noqa: S704  made by the office from escaped values
    return render_template('progress.html', case=seen, notices=notices, token=token)


@pages.get('/<token>/documents/<int:document_id>')
@asks('progress.open')
def document(token: str, document_id: int) -> Response | str:
    """A document of this case as it was issued to the applicant."""
    case_no = read(progress.viewed, token, now=root().clock())
    if case_no is None:
        return _over()
    title, body = read(progress.document_body, case_no, document_id)
    return render_template('document_public.html', title=title, body=paper(body), token=token)


def _over() -> Response:
    flash(_('查询已过期，请重新输入办件编号和查询密码'), 'info')
    return redirect(url_for('progress.show'))


def _form(case_no: str, error: str = '') -> str:
    return render_template('progress_form.html', case_no=case_no, error=error)
