"""One's own account: change the password."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from engine import Rejection
from tasks.desk import worklist as desk_lists
from tasks.people import roster as people
from web.session import asks, read_as_me, root, sign_in, write

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
        people.authenticate(root().engine, username, old, request.remote_addr or '')  # throttled
    except people.LoginRefused as refusal:
        return _page(old=refusal.zh if refusal.status == 429 else _('原密码不正确')), 422 if refusal.status == 401 else 429
    try:
        write(people.set_password, username, new, old=old)
    except Rejection as refusal:
        return _page(new=refusal.zh), 422
    with root().engine.reading() as conn:
        sign_in(people.find_clerk(conn, username))
    flash(_('密码已修改，其他登录已失效'), 'good')
    return redirect(url_for('profile.show'))


def _page(**errors: str) -> str:
    return render_template('profile.html', errors=errors, windows=read_as_me(desk_lists.windows_of))
