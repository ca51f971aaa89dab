"""`yizhan hall adopt`, `department`, `window`, `clerk`: setting up a real hall from the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from engine import Actor, Tx, read_path
from tasks import tables as t
from tasks.calendars.halls import need_hall
from tasks.people import clerks, posts, queries
from tasks.people import roster as people
from tasks.words.vocabulary import AUTHORITY
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json
from web.root import Root

T = TypeVar('T')

by_whom = click.option('--by', default='cli', show_default=True, help='Who does it, for the operator log.')
which_hall = click.option('--hall', default=None, help='Code of the hall; needed only where there are several.')
why = click.option('--reason', default='命令行操作', show_default=True, help='Why; kept in the operator log.')
new_password = click.password_option(prompt='密码', envvar='YIZHAN_PASSWORD', help='At least 8 characters; better as YIZHAN_PASSWORD.')
windows_option = click.option('--window', 'windows', multiple=True, help='Code of a window the clerk works; may be repeated.')


@click.group('hall')
def hall_group() -> None:
    """The hall as a whole."""


@hall_group.command()
@click.argument('bundles', nargs=-1, required=True, metavar='BUNDLE...', type=click.Path(exists=True, path_type=Path))
@which_hall
@why
@by_whom
@database
@as_json
def adopt(*, bundles: tuple[Path, ...], hall: str | None, reason: str, by: str, database: str | None, json_: bool) -> None:
    """Make the departments and windows the item.toml of each BUNDLE names and the hall has not. Nothing that is there is changed."""
    root, read = _root(database), [read_path(path) for path in bundles]
    made = _do(root, by, lambda tx: [posts.adopt(tx, bundle, reason, hall=hall) for bundle in read])
    if json_:
        found = {name: [each for one in made for each in getattr(one, name)] for name in ('departments', 'windows', 'differing')}
        print_json({name: [dict(zip(_KEYS[name], each, strict=True)) for each in rows] for name, rows in found.items()})
        return
    for one in made:
        for zh, rows in (('部门', one.departments), ('窗口', one.windows)):
            for code, name in rows:
                click.echo(f'已建立{zh} {code}　{name}')
        for code, ours, theirs in one.differing:
            click.echo(f'窗口 {code} 的权限为「{AUTHORITY[ours]}」，事项要求「{AUTHORITY[theirs]}」，未作更改', err=True)
    if not any(one.departments or one.windows for one in made):
        click.echo('事项所需的部门和窗口均已存在')


_KEYS = {'departments': ('code', 'name'), 'windows': ('code', 'name'), 'differing': ('code', 'authority', 'item_authority')}


@click.group()
def department() -> None:
    """Departments present in the hall."""


@department.command('add')
@click.argument('code')
@click.argument('name')
@click.option('--uscc', default='', help='Unified social credit code (GB 32100).')
@click.option('--phone', default='', help='Where the public may ask.')
@click.option('--reconsideration', default='', help='Where 行政复议 against its decisions is asked; printed on them.')
@click.option('--court', default='', help='Where 行政诉讼 against its decisions is brought; printed on them.')
@which_hall
@by_whom
@database
@as_json
def add_department(*, code: str, name: str, by: str, database: str | None, json_: bool, **details: Any) -> None:
    """Make a department. NAME is what item.toml calls it."""
    made = _do(_root(database), by, lambda tx: posts.add_department(tx, code, name, **details))
    _say({'department': made}, f'已建立部门 {made}', json_=json_)


@department.command('list')
@database
@as_json
def list_departments(*, database: str | None, json_: bool) -> None:
    """Every department."""
    with _root(database).engine.reading() as connection:
        rows = queries.departments(connection)
    _list(rows, [f'{row.code}　{row.name}' for row in rows], '还没有部门', json_=json_)


@click.group()
def window() -> None:
    """Windows and back-office posts; their codes are the candidate groups of diagrams."""


@window.command('add')
@click.argument('code')
@click.argument('name')
@click.option('--authority', type=click.Choice(list(AUTHORITY)), required=True, help='What the window may do (窗口权限).')
@click.option('--department', default=None, help='Code of its department.')
@click.option('--place', default='', help='Where it is.')
@which_hall
@by_whom
@database
@as_json
def add_window(*, code: str, name: str, by: str, database: str | None, json_: bool, **details: Any) -> None:
    """Make a window. CODE is `id` in item.toml."""
    made = _do(_root(database), by, lambda tx: posts.add_window(tx, code, name, **details))
    _say({'window': made}, f'已建立窗口 {made}', json_=json_)


@window.command('list')
@database
@as_json
def list_windows(*, database: str | None, json_: bool) -> None:
    """Every window and how many clerks work it."""
    with _root(database).engine.reading() as connection:
        rows = queries.windows(connection)
    lines = [f'{row.code}　{row.name}　{AUTHORITY[row.authority]}　{row.department}　{row.clerks} 人' for row in rows]
    _list(rows, lines, '还没有窗口', json_=json_)


@click.group()
def clerk() -> None:
    """People who sign in."""


@clerk.command('add')
@click.argument('username')
@click.argument('name')
@click.option('--role', 'roles', multiple=True, type=click.Choice(t.ROLES), default=('clerk',), show_default=True, help='May be repeated.')
@windows_option
@click.option('--department', default=None, help='Code of the department.')
@click.option('--certificate-no', default='', help='Number of the law enforcement certificate (S-68).')
@click.option('--certificate-until', default='', metavar='DATE', help='Its last day.')
@click.option('--substitute', default='', help='User name of who stands in (B角): of the same window.')
@new_password
@by_whom
@database
@as_json
def add_clerk(*, username: str, name: str, password: str, by: str, database: str | None, json_: bool, **post: Any) -> None:
    """Take somebody on. A clerk cannot be administrator or supervisor as well."""
    made = _do(_root(database), by, lambda tx: clerks.take_on(tx, username, password, clerks.StaffPost(name, **post)))
    facts = {'username': made.username, 'roles': made.roles, 'windows': made.windows}
    _say(facts, f'已建立账号 {made.username}　{made.name}', json_=json_)


@clerk.command('list')
@click.option('--page', default='', metavar='PLACE', help='The page that `next` of an answer before named.')
@database
@as_json
def list_clerks(*, page: str, database: str | None, json_: bool) -> None:
    """Everybody, the active ones first."""
    with _root(database).engine.reading() as connection:
        found = queries.clerks(connection, place=page)
    if json_:
        print_json({'total': found.total, 'more': found.more, 'next': found.next, 'clerks': list(found.rows)})
        return
    lines = [f'{row.username}　{row.name}　{"、".join(row.windows) or "—"}' + ('' if row.active else '（已停用）') for row in found.rows]
    _list(lines, lines, '还没有账号', json_=False)


@clerk.command('windows')
@click.argument('username')
@click.argument('windows', nargs=-1)
@why
@by_whom
@database
@as_json
def set_windows(*, username: str, windows: tuple[str, ...], reason: str, by: str, database: str | None, json_: bool) -> None:
    """USERNAME works WINDOWS from now on and no others; steps he held elsewhere go back to their windows."""
    back = _do(_root(database), by, lambda tx: clerks.assign_windows(tx, username, windows, reason))
    facts = {'username': username, 'windows': sorted(set(windows)), 'put_back': back}
    _say(facts, f'{username} 的窗口：{"、".join(facts["windows"]) or "无"}，退回 {back} 个环节', json_=json_)


@clerk.command('password')
@click.argument('username')
@new_password
@why
@by_whom
@database
@as_json
def set_password(*, username: str, password: str, reason: str, by: str, database: str | None, json_: bool) -> None:
    """A new password; every session of USERNAME ends."""
    _do(_root(database), by, lambda tx: clerks.reset_password(tx, username, reason, password))
    _say({'username': username}, f'{username} 的密码已重设，原有登录已失效', json_=json_)


@clerk.command()
@click.argument('username')
@why
@by_whom
@database
@as_json
def deactivate(*, username: str, reason: str, by: str, database: str | None, json_: bool) -> None:
    """Switch an account off: its sessions end, the steps it held go back to their windows."""
    back = _do(_root(database), by, lambda tx: clerks.switch(tx, username, False, reason))
    _say({'username': username, 'active': False, 'put_back': back}, f'{username} 已停用，退回 {back} 个环节', json_=json_)


@clerk.command()
@click.argument('username')
@why
@by_whom
@database
@as_json
def activate(*, username: str, reason: str, by: str, database: str | None, json_: bool) -> None:
    """Switch an account on again."""
    _do(_root(database), by, lambda tx: clerks.switch(tx, username, True, reason))
    _say({'username': username, 'active': True}, f'{username} 已启用', json_=json_)


def _root(database: str | None) -> Root:
    """The installation, with a schema of this version and a hall."""
    root = open_root(database)
    root.engine.check_schema()
    with root.engine.reading() as connection:
        need_hall(connection)
    return root


def _do(root: Root, by: str, work: Callable[[Tx], T]) -> T:
    """In one transaction, by the named administrator or the command line itself."""
    return root.engine.run(_actor(root, by), work)


def _actor(root: Root, by: str) -> Actor:
    if by == 'cli':
        return Actor('cli', name='命令行', roles=frozenset({'administrator'}), kind='clerk')
    with root.engine.reading() as connection:
        return people.actor_of(people.find_clerk(connection, by))


def _say(facts: dict[str, Any], words: str, *, json_: bool) -> None:
    if json_:
        print_json(facts)
    else:
        click.echo(words)


def _list(rows: list[Any], lines: list[str], nothing: str, *, json_: bool) -> None:
    if json_:
        print_json(rows)
    else:
        click.echo('\n'.join(lines) or nothing)
