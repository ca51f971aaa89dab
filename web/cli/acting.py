"""Who acts on the command line (A-05): whoever signs in, else the owner of the machine, marked as what he is.

Who signs in has the rights of his roles. The owner of the machine holds database and keys: he may do what administrators may, and
whatever he puts into force alone waits for a second person's signature. A name he gives without proof (`--by`) is only what he says.
"""

from __future__ import annotations

import getpass
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from engine import SYSTEM, Actor
from engine.words import Word, said
from tasks.demo.moved_clock import MovedClock
from tasks.operations import proposals
from tasks.people import roster, second_factor, sessions, signing_in
from tasks.people.names import owner_id, unsigned_name
from tasks.people.policy import in_demo_hall, must_change
from web.cli.options import FILE, answer
from web.cli.speaking import Refused, WrongUsage, spoken
from web.root import Root

OWNER_ROLES = frozenset({'process_administrator', 'account_administrator'})
HERE = 'command line'


@dataclass(frozen=True)
class Who:
    """What a command was told of who acts."""

    username: str = ''
    password_file: Path | None = None
    token_file: Path | None = None
    claims: str = ''
    alone: bool = False

    @property
    def proposes(self) -> bool:
        """Whether what waits for a second person is only proposed: whoever signed in does it alone in an emergency; the owner always is."""
        return bool(self.username or self.token_file) and not self.alone

    def actor(self, root: Root) -> Actor:
        """Whoever signed in, else the owner of the machine. Raises what signing in raises, Refused, WrongUsage."""
        if self.token_file is not None:
            return _by_token(root, self.token_file)
        if self.username:
            return roster.actor_of(prove(root, self.username, self.password_file))
        if self.password_file is not None:
            raise WrongUsage('--password-file 须与 --as 一起使用', 'Expected --as USERNAME with --password-file')
        return replace(keeper(self.claims), roles=OWNER_ROLES, kind='clerk')

    def reader(self, root: Root) -> Actor:
        """Whoever signed in, with the rights he has; else the owner of the machine, who can read every row of it anyhow."""
        return self.actor(root) if self.username or self.token_file or self.password_file else keeper(self.claims)


def keeper(claims: str = '') -> Actor:
    """The owner of the machine, with the rights of the software and in his own name: for what he could do to the files without it."""
    name = owner_id(_account(), '' if claims == 'cli' else claims)
    return Actor(name, name=unsigned_name(name) or name, kind='system')


def by_whom(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say who acts; the command is given a `Who` as `by`."""

    @wraps(command)
    def told(*, as_: str, password_file: Path | None, token_file: Path | None, by: str, alone: bool, **rest: Any) -> Any:
        return command(by=Who(as_, password_file, _chosen(as_, token_file, by), by, alone), **rest)

    options = (
        click.option('--as', 'as_', default='', metavar='USERNAME', help='Sign in as this person: the password is asked for.'),
        click.option('--password-file', type=FILE, help='With --as: the first line of this file is the password; only you can read it.'),
        click.option('--token-file', type=FILE, envvar='YIZHAN_TOKEN_FILE', help='The session that `yizhan sign-in` began.'),
        click.option('--alone', is_flag=True, help='In an emergency, signed in: at once and without a second person beforehand.'),
        click.option('--by', default='', metavar='NAME', help='Without a sign-in: who the owner of the machine says he is; kept as such.'),
    )
    for option in reversed(options):
        told = option(told)
    return told


def _chosen(username: str, token_file: Path | None, claims: str) -> Path | None:
    """The session to use: what is said on the command line wins over the environment; two answers on it are refused. Raises WrongUsage."""
    told = click.get_current_context().get_parameter_source('token_file') is not ParameterSource.ENVIRONMENT
    if bool(username) + bool(claims) + (told and token_file is not None) > 1:
        raise WrongUsage('--as、--by 和 --token-file 只能给出一个', 'Expected one of --as, --by and --token-file, but got more')
    return None if username or claims else token_file


def propose(root: Root, actor: Actor, wanted: Intent, *, json_: bool) -> None:
    """Ask for an act that waits for a second person, and say that it does."""
    number = root.engine.run(
        actor, lambda tx: proposals.propose(tx, wanted.action, wanted.target, wanted.reason, wanted.arguments, payload=wanted.payload)
    )
    zh, en = '已提交（第 {n} 项），经另一人确认后生效', 'Proposed as no. {n}: it takes effect when somebody else confirms it'
    answer({'proposed': number}, said(zh, en, n=number), json_=json_)


@dataclass(frozen=True)
class Intent:
    """An act somebody asks for (`tasks.operations.proposals`)."""

    action: str
    target: str
    reason: str
    arguments: Mapping[str, Any]
    payload: bytes | None = None


def prove(root: Root, username: str, password_file: Path | None) -> roster.Clerk:
    """The clerk with this name, password and second factor. A temporary password is changed on the page first."""
    password = _secret(password_file) if password_file else click.prompt(spoken(Word('密码', 'Password')), hide_input=True, err=True)
    with root.engine.reading() as connection:
        demo = in_demo_hall(connection)
    clerk = signing_in.authenticate(root.engine, username, password, HERE, demo=demo)
    with root.engine.reading() as connection:
        factor = second_factor.has_factor(connection, username)
        owes = not demo and (must_change(connection, username, root.clock()) or second_factor.must_enrol(connection, clerk))
    if owes:
        raise Refused(
            f'{username} 须先在网页登录，修改密码或启用双因素登录',
            f'Expected {username} to have a password of his own and the second factor asked for: sign in on the pages first',
        )
    if factor:
        code = click.prompt(spoken(Word('验证码', 'Code')), hide_input=True, err=True)
        return second_factor.prove(root.engine, username, code, HERE, lambda: machine_now(root))
    return clerk


def machine_now(root: Root) -> datetime:
    """The machine's instant: moving the clock of a demonstration ends no session."""
    clock = root.clock
    return clock.real() if isinstance(clock, MovedClock) else clock()


def limits(root: Root) -> sessions.SessionLimits:
    """How long a session lives here as on the pages."""
    return sessions.SessionLimits(timedelta(hours=root.settings.session_hours), timedelta(minutes=root.settings.session_idle_minutes))


def _by_token(root: Root, path: Path) -> Actor:
    token, now = _secret(path), machine_now(root)
    with root.engine.reading() as connection:
        row = sessions.find(connection, token, now, limits(root))
        clerk = roster.clerk_of(connection, row.username) if row is not None else None
    if row is None or clerk is None or not clerk.active or clerk.session_epoch != row.epoch or row.must:
        raise Refused('登录已失效，请重新运行 yizhan sign-in', 'Expected a session that is not over: run `yizhan sign-in` again')
    if sessions.worth_noting(row, now, limits(root)):
        root.engine.run(SYSTEM, lambda tx: sessions.note_request(tx, token, now))
    return roster.actor_of(clerk)


def _secret(path: Path) -> str:
    """The first line of a file that only its owner can read. Raises Refused."""
    if os.name == 'posix' and stat.S_IMODE(path.stat().st_mode) & 0o077:
        wrong = said('文件 {path} 应只有本人可读（chmod 600）', 'Expected {path} to be readable by its owner only: chmod 600', path=path)
        raise Refused(wrong, wrong.en)
    lines = path.read_text(encoding='utf-8').splitlines()
    return lines[0] if lines else ''


def _account() -> str:
    """The account on the machine: by the process itself, not by what the environment says."""
    if not hasattr(os, 'getuid'):
        return getpass.getuser()
    import pwd  # noqa: PLC0415  there is none elsewhere

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
