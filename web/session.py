"""Who is signed in: Flask-Login over the office's clerks, with sessions that end when a password or a right changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast

from flask import abort, current_app, g, session
from flask_login import LoginManager, UserMixin, current_user, login_user
from sqlalchemy import Connection

from engine import Actor, Tx
from engine.errors import NotFound
from tasks import people
from tasks.cases import record_viewing
from tasks.rights import ROLE_NAMES
from web.formats import ZONE
from web.root import Root

P = ParamSpec('P')
T = TypeVar('T')


class SignedIn(UserMixin):
    """A clerk as Flask-Login wants one."""

    def __init__(self, clerk: people.Clerk) -> None:
        self.clerk = clerk
        self.name = clerk.name
        self.roles = frozenset(clerk.roles)

    def get_id(self) -> str:
        return self.clerk.username

    @property
    def roles_zh(self) -> str:
        """The roles in Chinese, in a fixed order."""
        return '、'.join(zh for role, zh in ROLE_NAMES.items() if role in self.roles)


def install(manager: LoginManager) -> None:
    """Teach Flask-Login to load a clerk, and to refuse one whose session epoch has moved on."""

    @manager.user_loader
    def _load(username: str) -> SignedIn | None:
        with root().engine.reading() as conn:
            clerk = _find(conn, username)
        if clerk is None or not clerk.active or clerk.session_epoch != session.get('epoch'):
            return None
        return SignedIn(clerk)


def _find(conn: Connection, username: str) -> people.Clerk | None:
    try:
        return people.find_clerk(conn, username)
    except NotFound:
        return None


def sign_in(clerk: people.Clerk) -> None:
    """Begin a new session for this clerk; nothing of the session before is kept but the language."""
    language = session.get('language')
    session.clear()
    if language:
        session['language'] = language
    session['epoch'] = clerk.session_epoch
    session.permanent = True
    login_user(SignedIn(clerk))


def root() -> Root:
    """The installation this request is served by."""
    return cast(Root, current_app.extensions['yizhan'])


def actor() -> Actor:
    """The signed-in clerk as the engine's actor."""
    if 'actor' not in g:
        g.actor = people.actor_of(current_user.clerk)
    return cast(Actor, g.actor)


def local_now() -> datetime:
    """This instant in the hall's zone."""
    return root().clock().astimezone(ZONE)


def read(query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run a query of the office on a read-only connection: `query(conn, *args)`."""
    with root().engine.reading() as conn:
        return query(conn, *args, **kwargs)


def read_as_me(query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The same for queries that depend on who asks: `query(conn, actor, *args)`."""
    with root().engine.reading() as conn:
        return query(conn, actor(), *args, **kwargs)


def write(verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run an office verb in one transaction as the signed-in clerk: `verb(tx, *args)`. Contention is retried by the engine."""

    def once(tx: Tx) -> T:
        return verb(tx, *args, **kwargs)

    return root().engine.run(actor(), once)


def note_viewing(view: Any) -> None:
    """Say in the operator log that an identity number is about to be shown unmasked (S-35)."""
    if view.unmasked:
        write(record_viewing, view.case.case_no)


def allowed(*roles: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Only signed-in people with one of these roles; any role when none is named. Others are sent to the login page or told 403."""

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if not current_user.is_authenticated:
                return cast(T, current_app.login_manager.unauthorized())
            if roles and not current_user.roles & set(roles):
                abort(403)
            return view(*args, **kwargs)

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return decorate


__all__ = ['SignedIn', 'actor', 'allowed', 'install', 'read', 'read_as_me', 'root', 'sign_in', 'write']
