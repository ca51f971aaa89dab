"""The pages people see when something could not be done: a sentence, never a traceback, and their typed text."""

from __future__ import annotations

import secrets

from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine import Conflict, Rejection
from tasks.catalogue.standing import NotOffered
from tasks.catalogue.views import hall_of
from web.logs import log
from web.security import safe_next, typed_text
from web.session import read

SENTENCES = {
    400: (_l('请求无法理解'), _l('请返回上一页重新操作。')),
    403: (_l('没有权限'), _l('您的岗位不能使用此页面。如有需要，请联系系统管理员。')),
    404: (_l('找不到该页面'), _l('网址有误，或内容已不存在。')),
    405: (_l('不支持的操作'), _l('请从页面上的按钮操作。')),
    413: (_l('文件太大'), _l('上传的内容超过了允许的大小。')),
    429: (_l('操作过于频繁'), _l('请稍后再试。')),
}
OTHERWISE = (_l('无法完成'), _l('请返回上一页重试。'))


BARE_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>系统出错 · 一站</title><link rel="stylesheet" href="/static/yizhan.css"></head>
<body><main><h1>系统出错</h1><p>操作没有完成，数据未被改动。请稍后重试，或把编号 {number} 告诉系统管理员。</p></main></body></html>
"""


def install(app: Flask) -> None:
    """Register the handlers for rejections, HTTP errors and the unexpected."""
    app.register_error_handler(Conflict, conflict)
    app.register_error_handler(NotOffered, not_offered)
    app.register_error_handler(Rejection, rejection)
    app.register_error_handler(CSRFError, forged)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, unexpected)


def conflict(error: Conflict) -> tuple[str, int]:
    """409: somebody was first; who and when, and nothing typed is lost."""
    return render_template('conflict.html', error=error, reading='', typed=typed_text(request.form), back=_back()), 409


def rejection(error: Rejection) -> tuple[str, int]:
    """Impossible now: the Chinese sentence of the rejection."""
    return _page(error.status, _l('无法办理'), error.zh)


def not_offered(error: NotOffered) -> tuple[str, int]:
    """410: since when the hall does not offer the item, on what basis, and where to go; 404 before it does."""
    return render_template('item_closed.html', item_name=error.name, closing=error.closing, hall=read(hall_of)), error.status


def forged(_error: CSRFError) -> tuple[str, int]:
    """400: the page was too old or not ours."""
    return _page(400, _l('页面已过期'), _l('页面已过期或来源不明，未作任何更改。请返回后重新提交。'))


def http_error(error: HTTPException) -> tuple[str, int] | HTTPException:
    """404, 413 and their kind, in Chinese."""
    code = error.code or 500
    if code < 400:
        return error
    title, sentence = SENTENCES.get(code, OTHERWISE)
    return _page(code, title, sentence, keep=code != 413)  # a body that is too large is not read


def _page(status: int, title: object, sentence: object, *, keep: bool = True) -> tuple[str, int]:
    typed = typed_text(request.form) if keep else []
    back = _back() if keep else url_for('desk.home')
    return render_template('failure.html', status=status, title=title, sentence=sentence, typed=typed, back=back), status


def unexpected(error: Exception) -> tuple[str, int]:
    """500: an incident number the operator finds again in the log, and nothing of the inside."""
    number = secrets.token_hex(4)
    log.error('request.failed', incident=number, endpoint=request.endpoint, method=request.method, exc_info=error)
    try:
        return render_template('unexpected.html', incident=number, typed=typed_text(request.form)), 500
    except Exception as again:  # noqa: BLE001  the head of a page reads the database, which may be what is broken
        log.error('failure_page.failed', incident=number, exc_info=again)
        return BARE_PAGE.format(number=number), 500


def must_sign_in() -> Response:
    """A page for signed-in people only: to the login page; a form that was sent is shown again so that it can be copied."""
    if request.method == 'GET':
        target = safe_next(request.full_path.rstrip('?'), '/')
        return make_response(redirect(url_for('login.show', next=target if target != '/' else None)))
    return make_response(_page(401, _l('请重新登录'), _l('登录已失效，未作任何更改。请重新登录后提交。')))


def _back() -> str:
    """The page to go back to: the one that was asked for, or the start page after a POST."""
    return safe_next(request.form.get('next'), request.path if request.method == 'GET' else url_for('desk.home'))
