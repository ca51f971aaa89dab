"""机构与人员: the hall's departments, windows and clerks, for the administrator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from engine import Conflict, Rejection
from tasks.marks.settings import substitutes
from tasks.operations import proposals
from tasks.operations.first_steps import first_steps
from tasks.people import clerks, posts, queries, second_factor, signing_in
from tasks.people import policy as accounts
from tasks.people import roster as people
from tasks.people.duties import duties
from tasks.people.fields import Misfilled
from tasks.people.policy import drawn
from tasks.people.sessions import end_named
from tasks.people.throttle import failures
from tasks.rights.table import ROLE_WORDS, ROLES
from tasks.words.vocabulary import AUTHORITY
from web import two_people
from web.languages import flash
from web.session import actor, asks, local_today, open_sessions, read, read_as_me, root, write

pages = Blueprint('staff', __name__, url_prefix='/staff')
Answer = str | Response | tuple[str, int]
DEPARTMENT = ('name', 'uscc', 'phone', 'reconsideration', 'court')
WINDOW = ('name', 'authority', 'department', 'place')
CLERK = ('name', 'department', 'certificate_no', 'certificate_until', 'substitute')
MANY = ('roles', 'windows')
MOST_DIGITS = 6


@pages.get('')
@asks('staff.administer')
def index() -> str:
    """Everybody, the active ones first."""
    words, state = request.args.get('q', '').strip()[:100], request.args.get('state', '')
    found = read_as_me(queries.clerks, words=words, state=state, place=request.args.get('page', ''))
    today = local_today().isoformat()
    trouble, steps = read(duties).trouble, read_as_me(first_steps)
    shown = {'trouble': trouble, 'first_steps': steps}
    return render_template('staff/clerks.html', **shown, page=found, words=words, state=state, role_names=ROLE_WORDS, today=today)


@pages.get('/windows')
@asks('staff.administer')
def windows() -> str:
    """Every window."""
    return render_template('staff/windows.html', rows=read_as_me(queries.windows))


@pages.get('/departments')
@asks('staff.administer')
def departments() -> str:
    """Every department."""
    return render_template('staff/departments.html', rows=read_as_me(queries.departments))


@pages.get('/policy')
@asks('account.policy_read')
def policy() -> str:
    """What accounts and passwords must be like."""
    return _policy_page(read(accounts.policy))


@pages.post('/policy')
@asks('account.policy')
def change_policy() -> Answer:
    """Another policy: proposed, or in force at once in an emergency."""
    form, reason = request.form, _reason()
    numbers = {name: numeral(form.get(name, '')) for name in accounts.BOUNDS}
    wanted = accounts.AccountPolicy(**numbers, second_factor=form.get('second_factor', ''), join_duties=form.get('join_duties') == '1')
    try:
        accounts.fitting(wanted)
        if not two_people.alone():
            return two_people.propose('policy.changed', 'accounts', reason, asdict(wanted))
        write(accounts.change_policy, wanted, reason)
    except Rejection as refusal:
        return _policy_page(wanted, refusal.zh), refusal.status
    flash(_('账号要求已更改'), 'good')
    return redirect(url_for('staff.policy'))


def _policy_page(shown: accounts.AccountPolicy, error: str = '') -> str:
    named = {'bounds': accounts.BOUNDS, 'names': accounts.NAMES, 'factors': accounts.SECOND_FACTOR}
    return render_template('staff/policy.html', asked=asdict(shown), error=error, reason=_reason(), **named)


def numeral(text: str) -> int:
    """A number that was typed; out of every bound where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else -1


@pages.route('/new-department', methods=['GET', 'POST'])
@asks('staff.administer')
def new_department() -> Answer:
    """A new department."""
    typed = _typed('code', 'hall', *DEPARTMENT)
    return _form('staff/department.html', typed, lambda: write(posts.add_department, **typed), 'staff.departments', _('部门已建立'))


@pages.route('/departments/<code>', methods=['GET', 'POST'])
@asks('staff.administer')
def department(code: str) -> Answer:
    """Change a department."""
    stored = asdict(read_as_me(posts.see_department, code))
    typed = _typed(*DEPARTMENT) if request.method == 'POST' else stored
    done = 'staff.departments', _('部门信息已更新')
    return _form('staff/department.html', typed, lambda: write(posts.change_department, code, _reason(), **typed), *done, stored=stored)


@pages.route('/new-window', methods=['GET', 'POST'])
@asks('staff.administer')
def new_window() -> Answer:
    """A new window."""
    typed = _typed('code', 'hall', *WINDOW)
    return _form('staff/window.html', typed, lambda: write(posts.add_window, **typed), 'staff.windows', _('窗口已建立'))


@pages.route('/windows/<code>', methods=['GET', 'POST'])
@asks('staff.administer')
def window(code: str) -> Answer:
    """Change a window."""
    stored = asdict(read_as_me(posts.see_window, code))
    typed = _typed(*WINDOW) if request.method == 'POST' else stored
    verb = posts.change_window if two_people.alone() else proposals.change_window
    done = 'staff.windows', _('窗口信息已更新')
    return _form('staff/window.html', typed, lambda: write(verb, code, _reason(), **typed), *done, stored=stored)


@pages.route('/new-clerk', methods=['GET', 'POST'])
@asks('staff.administer')
def new_clerk() -> Answer:
    """Take somebody on; a temporary password is shown once, in the answer itself and nowhere else."""
    typed = _typed('username', *CLERK)
    if request.method == 'GET':
        return _clerk_page(typed | {'department': read(people.find_clerk, actor().id).department or ''})
    text, password = drawn()
    try:
        if two_people.alone():
            made = write(clerks.take_on, typed['username'], password, _post(typed))
        else:
            made = write(proposals.take_on, typed['username'], password, _post(typed), _reason() or str(_('新增人员')))
    except Conflict:
        raise
    except Rejection as refusal:
        return _clerk_page(typed, refusal=refusal), refusal.status
    return _shown_once(made, text, waits=not made.active)


@pages.route('/clerks/<username>', methods=['GET', 'POST'])
@asks('staff.administer')
def clerk(username: str) -> Answer:
    """A clerk: what he is, and the account's switches."""
    stored = read_as_me(people.see_clerk, username)
    if request.method == 'GET':
        return _clerk_page(_stored(stored), stored)
    typed = _typed(*CLERK)
    verb = clerks.change if two_people.alone() else proposals.change
    return _settled(stored, lambda: _changed(write(verb, username, _post(typed), _reason()), _('人员信息已更新')), typed)


@pages.post('/clerks/<username>/password')
@asks('staff.administer')
def reset_password(username: str) -> Answer:
    """A temporary password, shown once."""
    stored = read_as_me(people.see_clerk, username)
    text, password = drawn()
    try:
        write(clerks.reset_password, username, _reason(), password)
    except Misfilled as refusal:
        return _clerk_page(_stored(stored), stored, refusal, about='password'), refusal.status
    return _shown_once(stored, text)


@pages.post('/clerks/<username>/unlock')
@asks('staff.administer')
def unlock(username: str) -> Answer:
    """What was tried wrongly on the account counts no more."""
    stored = read_as_me(people.see_clerk, username)
    return _settled(stored, lambda: flash_unlocked(write(signing_in.unlock, username, _reason())), about='unlock')


@pages.post('/clerks/<username>/second-factor')
@asks('staff.administer')
def reset_factor(username: str) -> Answer:
    """Take the second factor away from somebody who has lost it."""
    stored = read_as_me(people.see_clerk, username)
    try:
        write(second_factor.reset, username, _reason())
    except Misfilled as refusal:
        return _clerk_page(_stored(stored), stored, refusal, about='factor'), refusal.status
    flash(_('双因素登录已重置'), 'good')
    return redirect(url_for('staff.clerk', username=username))


def flash_unlocked(tries: int) -> None:
    """Say how many wrong tries count no more."""
    flash(_('已解除登录限制，%(n)s 次失败不再计算', n=tries), 'good')


@pages.post('/clerks/<username>/sessions/<session_id>/end')
@asks('staff.administer')
def end_session(username: str, session_id: str) -> Answer:
    """End a session of somebody."""
    write(end_named, username, session_id)
    flash(_('该登录已结束'), 'good')
    return redirect(url_for('staff.clerk', username=username))


@pages.post('/clerks/<username>/deactivate')
@asks('staff.administer')
def deactivate(username: str) -> Answer:
    """Switch an account off."""
    stored = read_as_me(people.see_clerk, username)
    return _settled(stored, lambda: _back_at_windows(write(clerks.switch, username, False, _reason()), _('账号已停用')), about='active')


@pages.post('/clerks/<username>/activate')
@asks('staff.administer')
def activate(username: str) -> Answer:
    """Switch it on again."""
    stored = read_as_me(people.see_clerk, username)

    def act() -> None:
        back = write(clerks.switch, username, True, _reason()) if two_people.alone() else write(proposals.switch_on, username, _reason())
        _changed(back, _('账号已启用'))

    return _settled(stored, act, about='active')


def _typed(*names: str) -> dict[str, Any]:
    return {name: request.form.get(name, '').strip() for name in names}


def _reason() -> str:
    return request.form.get('reason', '')


def _post(typed: Mapping[str, Any]) -> clerks.StaffPost:
    return clerks.StaffPost(
        roles=request.form.getlist('roles'), windows=request.form.getlist('windows'), **{name: typed[name] for name in CLERK}
    )


def _stored(clerk: people.Clerk) -> dict[str, Any]:
    known = {name: getattr(clerk, name) for name in ('name', 'department', 'certificate_no', 'certificate_until', *MANY)}
    return known | {'substitute': read(substitutes).get(clerk.username, '')}


def _form(
    template: str, typed: Mapping[str, Any], act: Callable[[], object], place: str, words: str, *, stored: Mapping[str, Any] | None = None
) -> Answer:
    """The form of a department or window; what was refused comes back with the sentence at its field and everything typed."""
    errors: dict[str, str] = {}
    status = 200
    if request.method == 'POST':
        try:
            done = act()
        except Misfilled as refusal:
            errors, status = {refusal.field: refusal.zh}, refusal.status
        else:
            if done is False:
                two_people.tell()
            else:
                flash(words, 'good')
            return redirect(url_for(place))
    chosen = read_as_me(queries.choices)
    page = render_template(template, typed=typed, errors=errors, stored=stored, authorities=AUTHORITY, reason=_reason(), **chosen)
    return page, status


def _settled(stored: people.Clerk, act: Callable[[], object], typed: Mapping[str, Any] | None = None, about: str = 'clerk') -> Answer:
    """Do it and come back to the clerk's page, or show the sentence where it belongs."""
    try:
        act()
    except Misfilled as refusal:
        return _clerk_page(_stored(stored) if typed is None else typed, stored, refusal, about=about), refusal.status
    return redirect(url_for('staff.clerk', username=stored.username))


def _back_at_windows(steps: int, words: str) -> None:
    flash(words + (_('，%(steps)s 个在办环节已放回窗口', steps=steps) if steps else ''), 'good')


def _clerk_page(
    typed: Mapping[str, Any], stored: people.Clerk | None = None, refusal: Rejection | None = None, about: str = 'clerk'
) -> str:
    """A clerk's form; `about` says which of the page's forms was refused: clerk, password, factor, unlock or active."""
    ticked = {name: request.form.getlist(name) for name in MANY} if request.method == 'POST' and about == 'clerk' else {}
    complaint = {getattr(refusal, 'field', ''): refusal.zh} if refusal else {}
    errors = {name: complaint if name == about else {} for name in ('clerk', 'password', 'factor', 'unlock', 'active')}
    reason = {about: _reason()}
    shown = {**dict.fromkeys(MANY, ()), **typed, **ticked}
    return render_template(
        'staff/clerk.html',
        typed=shown,
        stored=stored,
        needs_department=stored is None and bool(actor().hall),
        waits=stored is not None and bool(read(queries.waiting_accounts, [stored.username])),
        sessions=open_sessions(stored.username) if stored else (),
        factor=read(second_factor.has_factor, stored.username) if stored else False,
        wrong_tries=read(failures, stored.username, root().clock()) if stored else 0,
        errors=errors['clerk'],
        all_errors=errors,
        reason=reason,
        role_names={role: word for role, word in ROLE_WORDS.items() if role in ROLES or role in shown['roles']},
        **read_as_me(queries.choices),
    )


def _changed(put_back: int | None, words: str) -> None:
    if put_back is None:
        two_people.tell()
    else:
        _back_at_windows(put_back, words)


def _shown_once(clerk: people.Clerk, password: str, *, waits: bool = False) -> str:
    return render_template('staff/password.html', clerk=clerk, password=password, waits=waits)


__all__ = ['pages']
