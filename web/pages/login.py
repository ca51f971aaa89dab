"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.wrappers import Response as BaseResponse

from tasks.demo import building as demo
from tasks.people import signing_in
from tasks.people.passwords import TooManyAtOnce
from tasks.people.policy import in_demo_hall
from web.formats import stamp
from web.page_context import demo_mode
from web.security import safe_next
from web.session import asks, halfway, prove, prove_second, read, sign_in, sign_out

pages = Blueprint('login', __name__)


@pages.get('/login')
@asks('session.begin')
def show() -> str | BaseResponse:
    """The login page."""
    if current_user.is_authenticated:
        return redirect(url_for('desk.home'))
    return _page()


@pages.post('/login')
@asks('session.begin')
def enter() -> tuple[str, int] | BaseResponse:
    """Sign in; 401 with one sentence whatever was wrong, 429 when there were too many failures."""
    username = request.form.get('username', '').strip()
    password = request.form.get('password', '')
    try:
        clerk = prove(username, password)
    except signing_in.Throttled as refusal:
        return _page(_('登录失败次数过多，请于 %(when)s 后再试', when=stamp(refusal.retry_at)), username), 429
    except (signing_in.LoginRefused, TooManyAtOnce) as refusal:
        return _page(refusal.zh, username), refusal.status
    target = safe_next(request.form.get('next'), '')
    if halfway(clerk):
        return redirect(url_for('login.code', next=target or None))
    sign_in(clerk)
    return redirect(target or url_for('desk.home'))


@pages.get('/login/code')
@asks('session.begin')
def code() -> str:
    """The second step: the code of the device, or a recovery code."""
    return _code_page()


@pages.post('/login/code')
@asks('session.begin')
def enter_code() -> tuple[str, int] | BaseResponse:
    """Sign in with the code; 401 when it is wrong or was taken before, 429 when there were too many."""
    try:
        clerk = prove_second(request.form.get('code', '')[:40])
    except signing_in.Throttled as refusal:
        return _code_page(_('登录失败次数过多，请于 %(when)s 后再试', when=stamp(refusal.retry_at))), 429
    except signing_in.LoginRefused as refusal:
        return _code_page(refusal.zh), 401
    if clerk is None:
        return redirect(url_for('login.show'))
    sign_in(clerk)
    return redirect(safe_next(request.form.get('next'), url_for('desk.home')))


@pages.post('/logout')
@asks('session.begin')
def leave() -> BaseResponse:
    """Sign out."""
    sign_out()
    return redirect(url_for('login.show'))


@pages.post('/language')
@asks('session.begin')
def language() -> BaseResponse:
    """Change the language of menus and buttons and come back to the same page."""
    session['language'] = 'en' if request.form.get('language') == 'en' else 'zh_CN'
    return redirect(safe_next(request.form.get('next'), url_for('desk.home')))


def _code_page(error: str = '') -> str:
    return render_template('login_code.html', error=error, next=safe_next(request.values.get('next'), ''))


def _page(error: str = '', username: str = '') -> str:
    accounts = demo.LOGINS if demo_mode() else ()
    asleep = not demo_mode() and read(in_demo_hall)
    target = safe_next(request.values.get('next'), '')
    return render_template(
        'login.html', error=error, username=username, accounts=accounts, asleep=asleep, demo_password=demo.PASSWORD, next=target
    )
