"""The pages people see when something could not be done: a sentence, never a traceback, and their typed text."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, current_app, make_response, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from engine import AGAIN_SECONDS, OUTAGE, SYSTEM, Conflict, Damaged, Rejection, Unavailable, outage_of
from engine.verbs import operations
from tasks.catalogue.standing import NotOffered
from tasks.catalogue.views import hall_of
from web.logs import log
from web.reading import end_reading
from web.security import SECRET_FIELDS, safe_next, typed_text
from web.session import read, root

SENTENCES = {
    400: (_l('请求无法理解'), _l('请返回上一页重新操作。')),
    403: (_l('没有权限'), _l('您的岗位不能使用此页面。如有需要，请联系人员与账号管理人员。')),
    404: (_l('找不到该页面'), _l('网址有误，或内容已不存在。')),
    405: (_l('不支持的操作'), _l('请从页面上的按钮操作。')),
    413: (_l('文件太大'), _l('上传的内容超过了允许的大小。')),
    429: (_l('操作过于频繁'), _l('请稍后再试。')),
}
OTHERWISE = (_l('无法完成'), _l('请返回上一页重试。'))


BARE_PAGE = """<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>系统出错 · 一站</title><link rel="stylesheet" href="/static/yizhan.css"></head>
<body><main><h1>系统出错</h1><p>操作没有完成，数据未被改动。请稍后重试，或把编号 {number} 告诉系统运维人员。</p></main></body></html>
"""


def install(app: Flask) -> None:
    """Register the handlers for rejections, HTTP errors and the unexpected."""
    handlers: tuple[tuple[type[Exception], Callable[[Any], Any]], ...] = (
        (Conflict, conflict),
        (Unavailable, unavailable),
        (Damaged, damaged),
        (NotOffered, not_offered),
        (Rejection, rejection),
        (CSRFError, forged),
        (HTTPException, http_error),
        (Exception, unexpected),
    )
    for kind, handler in handlers:
        app.register_error_handler(kind, _though_the_database_is_out(handler))


def _though_the_database_is_out(handler: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The head of a page reads the database: when that fails, too, the answer is the page about an outage."""

    @wraps(handler)
    def answer(error: Any) -> Any:
        try:
            return handler(error)
        except Exception as again:
            if outage_of(again) is None:
                raise
            return unavailable(again)

    return answer


def conflict(error: Conflict) -> tuple[str, int]:
    """409: somebody was first; who and when, and nothing typed is lost."""
    return render_template('conflict.html', error=error, reading='', typed=typed_text(request.form), back=_back()), 409


def rejection(error: Rejection) -> tuple[str, int]:
    """Impossible now: the Chinese sentence of the rejection."""
    return _page(error.status, _l('无法办理'), error.zh)


def unavailable(error: BaseException) -> Response:
    """503: the database does not serve. The page asks it nothing, and sends what was typed once more when the person says so."""
    outage = outage_of(error) or 'unreachable'
    log.error('request.unavailable', outage=outage, endpoint=request.endpoint, method=request.method, why=type(error).__name__)
    typed = [(name, value) for name in request.form for value in request.form.getlist(name) if name not in SECRET_FIELDS]
    page = current_app.jinja_env.get_template('unavailable.html').render(  # a page with the names of `page_context` asks who is signed in
        sentence=OUTAGE[outage],
        again=AGAIN_SECONDS,
        shown=typed_text(request.form),
        kept=typed,
        secrets=[name for name in SECRET_FIELDS if name in request.form],
        files=sorted(request.files),
        address=safe_next(request.full_path.rstrip('?'), '/'),
    )
    return Response(page, 503, {'Retry-After': str(AGAIN_SECONDS)}, content_type='text/html; charset=utf-8')


def damaged(error: Damaged) -> tuple[str, int]:
    """422: the case's state cannot be read. The operators are told; the case page shows what its history says."""
    end_reading()
    root().engine.run(SYSTEM, lambda tx: operations.report_damage(tx, error))
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


def unexpected(error: Exception) -> tuple[str, int] | Response:
    """500: an incident number the operator finds again in the log, and nothing of the inside. 503 when the database or disk fails."""
    if outage_of(error) is not None:
        return unavailable(error)
    number = secrets.token_hex(4)
    log.error('request.failed', incident=number, endpoint=request.endpoint, method=request.method, exc_info=error)
    try:
        return render_template('unexpected.html', incident=number, typed=typed_text(request.form)), 500
    except Exception as again:  # noqa: BLE001  whatever broke may be what the head of a page needs
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
