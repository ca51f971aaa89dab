"""One's own account: change the password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from tasks.desk import worklist as desk_lists
from tasks.people import roster as people
from tasks.people import second_factor, signing_in
from tasks.people.passwords import TooManyAtOnce
from tasks.people.policy import WeakPassword, policy
from tasks.people.sessions import end_named, name_of
from web.languages import flash
from web.page_context import hall_name
from web.qr import qr_of
from web.session import asks, change_password_here, machine_now, open_sessions, read, read_as_me, root, session_token, sign_in, write

pages = Blueprint('profile', __name__, url_prefix='/profile')


@pages.get('')
@asks('profile.own')
def show() -> str:
    """Who I am here, and the password form."""
    return _page()


@pages.post('')
@asks('profile.own')
def change_password() -> Any:
    """A new password, with the old one; every other session of mine ends."""
    username, old, new = current_user.get_id(), request.form.get('old_password', ''), request.form.get('new_password', '')
    if new != request.form.get('repeat_password', ''):
        return _page(repeat=_('两次输入的新密码不一致')), 422
    try:
        change_password_here(old, new)
    except (signing_in.Throttled, TooManyAtOnce) as refusal:
        return _page(old=refusal.zh), refusal.status
    except signing_in.LoginRefused:
        return _page(old=_('原密码不正确')), 422
    except WeakPassword as refusal:
        return _page(new=refusal.zh), 422
    with root().engine.reading() as conn:
        sign_in(people.find_clerk(conn, username))
    flash(_('密码已修改，其他登录已失效'), 'good')
    return redirect(url_for('profile.show'))


@pages.post('/second-factor')
@asks('profile.own')
def begin_factor() -> str:
    """A new secret as a QR code for my device."""
    return _factor_page(write(second_factor.begin))


@pages.post('/second-factor/confirm')
@asks('profile.own')
def confirm_factor() -> Any:
    """My device has it: the recovery codes, shown once; every other session of mine goes on."""
    secret = read(second_factor.pending, current_user.get_id())
    if secret is None:
        return redirect(url_for('profile.show'))
    try:
        codes = write(second_factor.confirm, request.form.get('code', '')[:10], machine_now())
    except second_factor.WrongCode as refusal:
        return _factor_page(secret, refusal.zh), 422
    sign_in(current_user.clerk)
    return render_template('second_factor.html', codes=codes)


def _factor_page(secret: str, error: str = '') -> str:
    address = second_factor.address_of(secret, current_user.get_id(), hall_name())
    return render_template('second_factor.html', codes=(), secret=secret, qr=qr_of(address), error=error)


def _page(**errors: str) -> str:
    mine = {'sessions': open_sessions(current_user.get_id()), 'this_session': name_of(session_token())}
    windows = read_as_me(desk_lists.windows_of)
    return render_template(
        'profile.html',
        errors=errors,
        windows=windows,
        policy=read(policy),
        must=current_user.must,
        factor=read(second_factor.has_factor, current_user.get_id()),
        **mine,
    )


@pages.post('/sessions/<session_id>/end')
@asks('profile.own')
def end_session(session_id: str) -> Any:
    """End a session of mine elsewhere."""
    write(end_named, current_user.get_id(), session_id)
    flash(_('该登录已结束'), 'good')
    return redirect(url_for('profile.show'))
