"""What officers do about a case's clocks from its page: suspend, resume, extend; and the whole explanation as JSON."""

from __future__ import annotations

from flask import Blueprint, Response, flash, json, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from tasks import queries
from tasks.deadlines import verbs
from tasks.deadlines.explanation import explanation
from web.formats import day
from web.instants import instant
from web.plain import explanation_dict, plain
from web.session import allowed, read, read_as_me, root, write

pages = Blueprint('deadlines', __name__, url_prefix='/cases')
MAX_WORDS = 2000


@pages.get('/<case_no:case_no>/deadlines.json')
@allowed()
def as_json(case_no: str) -> Response:
    """Every date, every row of the ledger and every recomputation, for programs."""
    now = root().clock()
    read_as_me(queries.case_view, case_no, now=now)  # who may not see the case is told so
    told = explanation_dict(read(explanation, case_no, as_of=now))
    return Response(json.dumps(told, ensure_ascii=False, default=plain), mimetype='application/json')


@pages.post('/<case_no:case_no>/suspend')
@allowed('clerk')
def suspend(case_no: str) -> BaseResponse:
    """Stop the clocks by a procedure of the law, with the notice to the applicant."""
    said = {name: _words(name) for name in ('kind', 'reason', 'basis', 'expected')}
    made = write(verbs.suspend, case_no, **said, since=instant(request.form.get('since', '')))
    flash(_('期限已暂停，已出具%(title)s %(number)s', title=made.notice.title, number=made.notice.number), 'good')
    return redirect(url_for('case.show', case_no=case_no))


@pages.post('/<case_no:case_no>/resume/<int:stop_id>')
@allowed('clerk')
def resume(case_no: str, stop_id: int) -> BaseResponse:
    """End a stop the office made."""
    write(verbs.resume, case_no, stop_id, at=instant(request.form.get('at', '')))
    flash(_('期限已恢复计算'), 'good')
    return redirect(url_for('case.show', case_no=case_no))


@pages.post('/<case_no:case_no>/extend')
@allowed('clerk')
def extend(case_no: str) -> BaseResponse:
    """Approve the one extension, with the notice to the applicant."""
    made = write(verbs.extend, case_no, reason=_words('reason'), basis=_words('basis'))
    until = _('，延长至 %(day)s', day=day(made.last_day)) if made.last_day else ''
    flash(_('已批准延长，已出具%(title)s %(number)s', title=made.notice.title, number=made.notice.number) + until, 'good')
    return redirect(url_for('case.show', case_no=case_no))


def _words(name: str) -> str:
    return request.form.get(name, '').strip()[:MAX_WORDS]
