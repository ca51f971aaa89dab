"""What officers do about a case's clocks from its page: suspend, resume, extend; and the whole explanation as JSON."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, json, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from engine import Rejection
from tasks.cases import page as case_page
from tasks.deadlines import verbs
from tasks.deadlines.explanation import explanation
from tasks.deadlines.offers import offers
from tasks.desk.acts import Unconfirmed, act
from web.confirming import ask, mention, seal
from web.formats import day
from web.instants import instant
from web.languages import flash
from web.plain import explanation_dict, plain
from web.session import asks, read, read_as_me, root, write

pages = Blueprint('deadlines', __name__, url_prefix='/cases')
MAX_WORDS = 2000
UNITS = {'workday': '个工作日', 'day': '日'}


@pages.get('/<case_no:case_no>/deadlines.json')
@asks('case.read')
def as_json(case_no: str) -> Response:
    """Every date, every row of the ledger and every recomputation, for programs."""
    now = root().clock()
    read_as_me(case_page.case_view, case_no, now=now)  # who may not see the case is told so
    told = explanation_dict(read(explanation, case_no, as_of=now))
    headers = {'Cache-Control': 'no-store'}
    return Response(json.dumps(told, ensure_ascii=False, default=plain), mimetype='application/json', headers=headers)


@pages.get('/<case_no:case_no>/suspend')
@asks('case.suspend')
def stop_form(case_no: str) -> str:
    """The request to stop the clocks, in the hall's words."""
    return _request_page('stop_clock.html', case_no)


@pages.post('/<case_no:case_no>/suspend')
@asks('case.suspend')
def suspend(case_no: str) -> Any:
    """Stop the clocks by a procedure of the law, once the page has shown the notice and what becomes of the limits."""
    if request.form.get('action') == 'edit':
        return _request_page('stop_clock.html', case_no)
    said = {name: _words(name) for name in ('kind', 'reason', 'basis')} | {'expected': _length()}
    try:
        since = instant(request.form.get('since', ''))
        made, effect = write(
            lambda tx: act(tx, case_no, lambda: verbs.suspend(tx, case_no, **said, since=since), seal(), lambda made: made.until)
        )
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, _('暂停计算期限'))
    except Rejection as refusal:
        if refusal.status != 422:
            raise
        return _request_page('stop_clock.html', case_no, refusal.zh), 422
    mention(_('期限已暂停，已出具%(title)s %(number)s', title=made.notice.title, number=made.notice.number), effect)
    return redirect(url_for('case.show', case_no=case_no))


@pages.post('/<case_no:case_no>/resume/<int:stop_id>')
@asks('case.resume')
def resume(case_no: str, stop_id: int) -> BaseResponse:
    """End a stop the office made."""
    write(verbs.resume, case_no, stop_id, at=instant(request.form.get('at', '')))
    flash(_('期限已恢复计算'), 'good')
    return redirect(url_for('case.show', case_no=case_no))


@pages.get('/<case_no:case_no>/extend')
@asks('case.extend')
def extension_form(case_no: str) -> str:
    """The one extension, for who may approve it."""
    return _request_page('extend_clock.html', case_no)


@pages.post('/<case_no:case_no>/extend')
@asks('case.extend')
def extend(case_no: str) -> Any:
    """Approve the one extension, once the page has shown the notice and the new last day."""
    if request.form.get('action') == 'edit':
        return _request_page('extend_clock.html', case_no)
    said = {name: _words(name) for name in ('reason', 'basis')}
    try:
        made, effect = write(lambda tx: act(tx, case_no, lambda: verbs.extend(tx, case_no, **said), seal(), lambda _made: None))
    except Unconfirmed as unconfirmed:
        return ask(unconfirmed, _('批准延长'))
    except Rejection as refusal:
        if refusal.status != 422:
            raise
        return _request_page('extend_clock.html', case_no, refusal.zh), 422
    until = _('，延长至 %(day)s', day=day(made.last_day)) if made.last_day else ''
    mention(_('已批准延长，已出具%(title)s %(number)s', title=made.notice.title, number=made.notice.number) + until, effect)
    return redirect(url_for('case.show', case_no=case_no))


def _request_page(template: str, case_no: str, refusal: str = '') -> str:
    """A request about the clocks with everything that was typed. Who may not make it is told why."""
    now = root().clock()
    view = read_as_me(case_page.case_view, case_no, now=now)
    offered = read_as_me(offers, case_no, now=now)
    return render_template(template, view=view, offers=offered, typed=request.form, refusal=refusal)


def _length() -> str:
    """The expected length as the law's notices write it, from its two fields."""
    return _words('amount') + (UNITS.get(request.form.get('unit', '')) or '')


def _words(name: str) -> str:
    return request.form.get(name, '').strip()[:MAX_WORDS]
