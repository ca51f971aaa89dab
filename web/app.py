"""The Flask application: `create_app(settings)` puts sessions, forgery protection, languages, pages and failure pages together."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from time import monotonic

from flask import Flask, g, request, session
from flask_login import LoginManager
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from engine import Clock, system_clock
from web import failures, formats, languages, page_context
from web import session as sessions
from web.logs import log
from web.numbers import CaseNumber, RowNumber
from web.pages import BLUEPRINTS
from web.proxies import NamedProxies
from web.reading import end_reading
from web.root import Root, build_root
from web.security import add_headers, refuse_nul, refuse_overlong_remarks
from web.settings import Settings, secret_key


def create_app(settings: Settings, *, root: Root | None = None, clock: Clock = system_clock) -> Flask:
    """The whole web application over one installation. Opens no connection and starts no thread."""
    app = Flask('web', root_path=str(Path(__file__).parent))
    app.config.update(_flask_config(settings))
    app.extensions['yizhan'] = root or build_root(settings, clock=clock)
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(formats.FILTERS)
    app.url_map.converters |= {'int': RowNumber, 'case_no': CaseNumber}
    refuse_nul(app)
    CSRFProtect(app)
    refuse_overlong_remarks(app)
    languages.install(app)
    manager = LoginManager(app)
    manager.session_protection = None  # the address of a hall's proxy may change; the epoch in the session is what counts
    manager.unauthorized_handler(failures.must_sign_in)
    sessions.install(manager)
    app.teardown_appcontext(end_reading)
    page_context.install(app)
    failures.install(app)
    app.add_url_rule('/favicon.ico', 'favicon', lambda: app.send_static_file('mark.svg'))  # asked for without being told of
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    add_headers(app, https=settings.secure_cookies)
    _log_requests(app)
    app.wsgi_app = NamedProxies(app.wsgi_app, settings.proxies, settings.trusted_proxies)  # type: ignore[method-assign]
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        'SECRET_KEY': secret_key(settings),
        'MAX_CONTENT_LENGTH': settings.upload_bytes,
        'MAX_FORM_MEMORY_SIZE': 2 * 1024 * 1024,
        'MAX_FORM_PARTS': 2000,
        'SESSION_COOKIE_NAME': 'yizhan',
        'SESSION_COOKIE_HTTPONLY': True,
        'SESSION_COOKIE_SAMESITE': 'Lax',
        'SESSION_COOKIE_SECURE': settings.secure_cookies,
        'PERMANENT_SESSION_LIFETIME': timedelta(hours=settings.session_hours),
        'WTF_CSRF_TIME_LIMIT': None,  # a form may stay open as long as the session lives
        'BABEL_DEFAULT_LOCALE': 'zh_CN',
        'DEMO': settings.demo,
    }


def _log_requests(app: Flask) -> None:
    @app.before_request
    def _begin() -> None:
        g.began = monotonic()

    @app.after_request
    def _end(response):  # type: ignore[no-untyped-def]
        took = monotonic() - g.began if 'began' in g else 0.0
        if request.endpoint not in ('static', 'favicon'):
            who = session.get('_user_id')  # Flask-Login's; asking for the person would ask the database
            milliseconds = int(took * 1000)
            log.info('request', method=request.method, endpoint=request.endpoint, status=response.status_code, ms=milliseconds, user=who)
        return response
