"""Receiving a case at the window (收件): choose the item, tick the materials, note the applicant, print the receipt."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from engine import Conflict, Rejection
from engine.bpmn.model import Diagram
from tasks.cases import page as case_page
from tasks.cases import receipt as cases
from tasks.catalogue import views as catalogue_views
from tasks.catalogue.standing import need_offered
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists
from tasks.people import sessions
from tasks.words.vocabulary import APPLICANT_KIND, CHANNEL, ID_TYPE
from web.intake_form import Intake, all_received, read_intake
from web.languages import flash
from web.qr import qr_of
from web.session import asks, local_today, note_look, read, read_as_me, root, session_token, write

pages = Blueprint('receive', __name__, url_prefix='/receive')


@pages.get('')
@asks('case.receive')
def choose() -> str:
    """The items one of my windows may receive."""
    return render_template('receive_choose.html', items=read(catalogue_views.items), windows=_receiving_windows())


@pages.get('/<code>')
@asks('case.receive')
def form(code: str) -> str:
    """An empty application with the item's list of materials."""
    return _page(code)


@pages.post('/<code>')
@asks('case.receive')
def receive(code: str) -> Any:
    """Receive the case; whatever is wrong comes back with everything that was typed."""
    listed = _offered(code).spec.materials
    intake = read_intake(request.form, listed, local_today())
    if request.form.get('action') == 'all_received':
        return _page(code, typed=all_received(intake.typed, listed))
    if not intake.ok:
        return _page(code, intake), 422
    try:
        case = write(
            cases.receive,
            cases.query_password(),
            item_code=code,
            window=request.form.get('window') or None,
            applicant=intake.applicant,
            channel=intake.channel,
            materials=intake.materials,
            agent=intake.agent,
            submission=request.form.get('submission', '')[:64],
        )
    except Conflict:
        raise
    except Rejection as refusal:
        intake.errors[''] = refusal.zh
        return _page(code, intake), refusal.status
    write(sessions.keep_slip, session_token(), case.case_no, case.query_password)
    session['intake'] = {name: intake.typed.get(name, '') for name in ('window', 'channel', 'kind')}
    slip_of = url_for('receive.slip', case_no=case.case_no)
    opened = _opened(case.case_no) if request.form.get('action') == 'receive_open' else None
    if opened is None:
        flash(_('收件成功'), 'good')
        return redirect(slip_of)
    flash(Markup('{} {} <a href="{}">{}</a>').format(case.case_no, _('收件成功'), slip_of, _('打印收件回执')), 'good')
    return redirect(url_for('task.show', task_id=opened))


def _opened(case_no: str) -> int | None:
    """The case's first step, claimed, when it is this clerk's to do."""
    mine = [row.task_id for row in read_as_me(case_page.case_view, case_no, now=root().clock()).tasks if row.mine_to_work]
    if mine:
        write(desk.claim, mine[0])
    return mine[0] if mine else None


@pages.get('/slips/<case_no:case_no>')
@asks('case.read')
def slip(case_no: str) -> str:
    """The printable slip with case number and query password; the password is only known to the session that received the case."""
    password = read(sessions.slip_password, session_token(), case_no)
    if password is None:
        abort(404)
    view = read_as_me(case_page.case_view, case_no, now=root().clock())
    note_look(case_no, 'slip', 'case.read')
    return render_template(
        'receipt.html',
        view=view,
        password=password,
        qr=qr_of(url_for('progress.show', case_no=case_no, _external=True)),
        contact=read(catalogue_views.item_view, view.case.item).spec.contact,
        hall=read(catalogue_views.hall_of),
    )


def _usual(windows: list[Any], diagram: Diagram, last: str) -> str:
    """The window this clerk received at last, else the one of mine whose step comes first in the item's diagram."""
    codes = [window.code for window in windows]
    groups = (one.attrs.get('candidateGroups', '') for one in diagram.elements.values() if one.kind == 'userTask')
    working = [code for group in groups for code in group.replace(' ', '').split(',') if code in codes]
    return last if last in codes else next(iter(working), '')


def _receiving_windows() -> list[Any]:
    return [window for window in read_as_me(desk_lists.windows_of) if window.authority == 'receive']


def _offered(code: str) -> catalogue_views.ItemView:
    """The item a case is to be received for; raises NotOffered."""
    read(need_offered, code)
    return read(catalogue_views.item_view, code)


def _page(code: str, intake: Intake | None = None, typed: Mapping[str, str] | None = None) -> str:
    view = _offered(code)
    known = {each.id for each in view.spec.windows}
    windows = [window for window in _receiving_windows() if not known or window.code in known]
    last = session.get('intake', {})
    typed = typed or (intake.typed if intake else {'channel': last.get('channel', 'window'), 'kind': last.get('kind', '')})
    wrong = next(iter(intake.errors), '') if intake else ''
    return render_template(
        'receive.html',
        view=view,
        windows=windows,
        typed=typed,
        errors=intake.errors if intake else {},
        window=_usual(windows, view.diagram, last.get('window', '')),
        focus=wrong or ('name' if typed.get('kind') else 'kind'),
        submission=typed.get('submission') or secrets.token_urlsafe(24),
        kinds=APPLICANT_KIND,
        id_types=ID_TYPE,
        channels=CHANNEL,
    )
