"""Who is signed in: Flask-Login over the office's clerks; the cookie only names a session the database knows (`tasks.people.sessions`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any, ParamSpec, Protocol, TypeVar, cast

from flask import Response, abort, after_this_request, current_app, g, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from engine import SYSTEM, Actor, Tx
from engine.words import Word, joined
from tasks.demo.moved_clock import MovedClock
from tasks.people import roster as people
from tasks.people import sessions
from tasks.people.policy import must_change
from tasks.people.second_factor import has_factor, must_enrol
from tasks.people.second_factor import prove as prove_factor
from tasks.people.signing_in import authenticate, change_own_password, know_device
from tasks.rights import looks
from tasks.rights.asking import STRANGER, allowed_case, allowed_task, could
from tasks.rights.table import ROLE_WORDS, TABLE
from web.hall_facts import hall_zone
from web.reading import end_reading, read, root

P = ParamSpec('P')
T = TypeVar('T')
DEVICE = 'yizhan_device'
DEVICE_LIFE = timedelta(days=400)
HALFWAY = timedelta(minutes=5)
"""How long the second factor may be typed after the password."""


class SignedIn(UserMixin):  # type: ignore[misc]  # Flask-Login has no types
    """A clerk as Flask-Login wants one."""

    def __init__(self, clerk: people.Clerk, must: str = '') -> None:
        self.clerk = clerk
        self.must = must  # password: what comes before anything else
        self.name = clerk.name
        self.roles = frozenset(clerk.roles)

    def get_id(self) -> str:
        return self.clerk.username

    @property
    def role_words(self) -> Word:
        """The roles in words, in a fixed order."""
        return joined(word for role, word in ROLE_WORDS.items() if role in self.roles)


def install(manager: LoginManager) -> None:
    """Teach Flask-Login to load a clerk, and to refuse a session that was ended, is too old or was left alone too long."""

    def load(username: str) -> SignedIn | None:
        token, now, limits = session_token(), machine_now(), _limits()
        row = read(sessions.find, token, now, limits)
        clerk = read(people.clerk_of, username) if row is not None and row.username == username else None
        if row is None or clerk is None or not clerk.active or clerk.session_epoch != row.epoch:
            return None
        if sessions.worth_noting(row, now, limits):
            end_reading()
            root().engine.run(SYSTEM, lambda tx: sessions.note_request(tx, token, now))
        return SignedIn(clerk, row.must)

    manager.user_loader(load)


def session_token() -> str:
    """The token of this browser's session; empty when it has none."""
    return str(session.get('token', ''))


def _limits() -> sessions.SessionLimits:
    chosen = root().settings
    return sessions.SessionLimits(timedelta(hours=chosen.session_hours), timedelta(minutes=chosen.session_idle_minutes))


def machine_now() -> datetime:
    """The machine's instant: moving the clock of a demonstration signs nobody out."""
    clock = root().clock
    return clock.real() if isinstance(clock, MovedClock) else clock()


def sign_in(clerk: people.Clerk) -> None:
    """Begin a new session for this clerk; nothing of the session before is kept but the language. The browser is known as his."""
    before, language = session_token(), session.get('language')
    device, browser = device_token(), request.headers.get('User-Agent', '')

    def begin(tx: Tx) -> tuple[str, str, str]:
        sessions.end(tx, before)
        must = '' if root().settings.demo else _must(tx, clerk)
        how = sessions.Begun(request.remote_addr or '', browser, must)
        token = sessions.begin(tx, clerk, machine_now(), _limits(), how)
        return token, know_device(tx, clerk.username, device), must

    token, known_as, must = root().engine.run(SYSTEM, begin)
    _keep_device(known_as)
    session.clear()
    if language:
        session['language'] = language
    session['token'] = token
    session.permanent = True
    login_user(SignedIn(clerk, must))


def _must(tx: Tx, clerk: people.Clerk) -> str:
    if must_change(tx.connection, clerk.username, tx.now):
        return 'password'
    return 'factor' if must_enrol(tx.connection, clerk) else ''


def device_token() -> str:
    """The device cookie of this browser; empty when nobody has signed in here."""
    return request.cookies.get(DEVICE, '')[:100]


def _keep_device(token: str) -> None:
    @after_this_request
    def keep(response: Response) -> Response:
        secure = root().settings.secure_cookies
        response.set_cookie(DEVICE, token, max_age=DEVICE_LIFE, httponly=True, samesite='Lax', secure=secure)
        return response


def open_sessions(username: str) -> list[sessions.OpenSession]:
    """The sessions of a person that are not over."""
    return read(sessions.of_person, username, machine_now(), _limits())


def prove(username: str, password: str) -> people.Clerk:
    """The clerk with this name and password, tried in this browser. Raises LoginRefused, Throttled, TooManyAtOnce."""
    end_reading()
    demo = root().settings.demo
    return authenticate(root().engine, username, password, request.remote_addr or '', device=device_token(), demo=demo)


def change_password_here(old: str, new: str) -> None:
    """A new password of whoever is signed in. Raises what `signing_in.change_own_password` raises."""
    end_reading()
    demo, address = root().settings.demo, request.remote_addr or ''
    change_own_password(root().engine, current_user.clerk, old, new, address, device=device_token(), demo=demo)


def halfway(clerk: people.Clerk) -> bool:
    """Whether a second factor is still to be asked for; then the browser remembers for some minutes that the password was right."""
    if not read(has_factor, clerk.username):
        return False
    session['half'] = [clerk.username, clerk.session_epoch, machine_now().timestamp()]
    return True


def prove_second(code: str) -> people.Clerk | None:
    """The clerk whose password was right in this browser and whose code this is; None when he has to begin again.

    Raises Throttled, WrongCode.
    """
    username, epoch, began = session.get('half') or ('', 0, 0.0)
    if not username or machine_now().timestamp() - began > HALFWAY.total_seconds():
        session.pop('half', None)
        return None
    end_reading()
    clerk = prove_factor(root().engine, username, code, request.remote_addr or '', machine_now)
    return clerk if clerk.active and clerk.session_epoch == epoch else None


def sign_out() -> None:
    """End this session: a copy of its cookie is worth nothing afterwards."""
    token = session_token()
    if token:
        root().engine.run(SYSTEM, lambda tx: sessions.end(tx, token))
    logout_user()
    session.clear()


def actor() -> Actor:
    """The signed-in clerk as the engine's actor."""
    if 'actor' not in g:
        g.actor = people.actor_of(current_user.clerk)
    return cast(Actor, g.actor)


def local_now() -> datetime:
    """This instant in the hall's zone."""
    return root().clock().astimezone(hall_zone())


def local_today() -> date:
    """The hall's date now."""
    return local_now().date()


def read_as_me(query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The same for queries that depend on who asks: `query(conn, actor, *args)`."""
    return read(query, actor(), *args, **kwargs)


def write(verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run an office verb in one transaction as the signed-in clerk: `verb(tx, *args)`. Contention is retried by the engine."""

    def once(tx: Tx) -> T:
        return verb(tx, *args, **kwargs)

    end_reading()
    return root().engine.run(actor(), once)


def note_look(case_no: str, what: str, verb: str) -> None:
    """Log that whoever is signed in is about to see a case's personal data on this page."""
    said = read_as_me(looks.unseen, case_no, what, verb, now=root().clock())
    if said is not None:
        write(looks.record, case_no, said)


class Named(Protocol):
    """A row of a list; `named_by` is the relation by which its person is named plain, empty where nobody is."""

    @property
    def case_no(self) -> str: ...
    @property
    def named_by(self) -> str: ...


def note_listing(page: str, rows: Iterable[Named]) -> None:
    """Log the persons a list is about to name plain."""
    named = {row.case_no: row.named_by for row in rows if row.named_by}
    fresh = read_as_me(looks.unlisted, page, named, root().clock()) if named else {}
    if fresh:
        write(looks.record_listing, page, fresh)


def asks(verb: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """The page's verb in the table of rights. Strangers are sent to the login page; who could do it to no object is told 403.
    Whoever has to change his password first is sent there.

    Of a case or a step in the address it is asked here as well, by the relation to it, as the verb behind the page asks again: whoever may
    not know of it is told 404. A step that is over is no matter of right: the verb says who closed it.
    """
    rule, about = TABLE[verb], verb.partition('.')[0]

    def decorate(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if not current_user.is_authenticated and not could(STRANGER, verb):
                return cast(T, current_app.login_manager.unauthorized())  # type: ignore[attr-defined]
            if current_user.is_authenticated and current_user.must and verb != 'profile.own' and not could(STRANGER, verb):
                return cast(T, redirect(url_for('profile.show')))
            if current_user.is_authenticated and not could(actor(), verb):
                abort(403)
            if about == 'case' and 'case_no' in kwargs:
                read_as_me(allowed_case, verb, kwargs['case_no'])
            elif about == 'task' and 'task_id' in kwargs:
                read_as_me(allowed_task, verb, kwargs['task_id'])
            return view(*args, **kwargs)

        guarded.rule = rule  # type: ignore[attr-defined]
        return guarded

    return decorate


__all__ = ['SignedIn', 'actor', 'asks', 'install', 'read', 'read_as_me', 'root', 'session_token', 'sign_in', 'sign_out', 'write']
