"""`yizhan hall adopt`, `department`, `window`, `clerk`: setting up a real hall from the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from engine import SYSTEM, Tx, read_path
from engine.words import Word, joined, said
from tasks.calendars.halls import need_hall
from tasks.operations import proposals
from tasks.people import clerks, posts, queries
from tasks.people import roster as people
from tasks.people.passwords import NewPassword
from tasks.people.policy import Person, accept
from tasks.rights.table import ROLES
from tasks.words.vocabulary import AUTHORITY
from web.cli.acting import Who, by_whom
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, print_json
from web.cli.speaking import password as password_option
from web.cli.speaking import say, spoken
from web.root import Root

T = TypeVar('T')
WAITS = Word('已提交，经另一人确认后生效', 'Proposed: somebody else confirms it')
DONE_HERE = Word('命令行操作', 'done on the command line')

which_hall = click.option('--hall', default=None, help='Code of the hall; needed only where there are several.')
why = click.option(
    '--reason', default=lambda: spoken(DONE_HERE), show_default='done on the command line', help='Why; kept in the operator log.'
)
new_password = password_option(Word('密码', 'Password'))
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
def adopt(*, bundles: tuple[Path, ...], hall: str | None, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Make the departments and windows the item.toml of each BUNDLE names and the hall has not. Nothing that is there is changed."""
    root, read = open_hall(database), [posts.spec_to_adopt(read_path(path)) for path in bundles]
    made = do(root, by, lambda tx: [posts.adopt(tx, spec, reason, hall=hall) for spec in read])
    if json_:
        found = {name: [each for one in made for each in getattr(one, name)] for name in ('departments', 'windows', 'differing')}
        print_json({name: [dict(zip(_KEYS[name], each, strict=True)) for each in rows] for name, rows in found.items()})
        return
    for one in made:
        for kind, rows in ((Word('部门', 'department'), one.departments), (Word('窗口', 'window'), one.windows)):
            for code, name in rows:
                say(said('已建立{kind} {code}　{name}', 'Made {kind} {code}  {name}', kind=kind, code=code, name=name))
        for code, ours, theirs in one.differing:
            zh = '窗口 {code} 的权限为「{ours}」，事项要求「{theirs}」，未作更改'
            en = 'Window {code} has the authority “{ours}”, the item wants “{theirs}”; nothing was changed'
            say(said(zh, en, code=code, ours=AUTHORITY[ours], theirs=AUTHORITY[theirs]), err=True)
    if not any(one.departments or one.windows for one in made):
        say(Word('事项所需的部门和窗口均已存在', 'Every department and window the item needs is there'))


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
def add_department(*, code: str, name: str, by: Who, database: str | None, json_: bool, **details: Any) -> None:
    """Make a department. NAME is what item.toml calls it."""
    made = do(open_hall(database), by, lambda tx: posts.add_department(tx, code, name, **details))
    answer({'department': made}, said('已建立部门 {code}', 'Made department {code}', code=made), json_=json_)


@department.command('list')
@database
@as_json
def list_departments(*, database: str | None, json_: bool) -> None:
    """Every department."""
    with open_hall(database).engine.reading() as connection:
        rows = queries.departments(connection, SYSTEM)
    _list(rows, [_line(row.code, row.name) for row in rows], Word('还没有部门', 'No department yet'), json_=json_)


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
def add_window(*, code: str, name: str, by: Who, database: str | None, json_: bool, **details: Any) -> None:
    """Make a window. CODE is `id` in item.toml."""
    made = do(open_hall(database), by, lambda tx: posts.add_window(tx, code, name, **details))
    answer({'window': made}, said('已建立窗口 {code}', 'Made window {code}', code=made), json_=json_)


@window.command('list')
@database
@as_json
def list_windows(*, database: str | None, json_: bool) -> None:
    """Every window and how many clerks work it."""
    with open_hall(database).engine.reading() as connection:
        rows = queries.windows(connection, SYSTEM)
    people = [said('{n} 人', '{n} clerks', n=row.clerks) for row in rows]
    lines = [_line(row.code, row.name, AUTHORITY[row.authority], row.department, n) for row, n in zip(rows, people, strict=True)]
    _list(rows, lines, Word('还没有窗口', 'No window yet'), json_=json_)


@click.group()
def clerk() -> None:
    """People who sign in."""


@clerk.command('add')
@click.argument('username')
@click.argument('name')
@click.option(
    '--role', 'roles', multiple=True, type=click.Choice(tuple(ROLES)), default=('clerk',), show_default=True, help='May be repeated.'
)
@windows_option
@click.option('--department', default=None, help='Code of the department.')
@click.option('--certificate-no', default='', help='Number of the law enforcement certificate (S-68).')
@click.option('--certificate-until', default='', metavar='DATE', help='Its last day.')
@click.option('--substitute', default='', help='User name of who stands in (B角): of the same window.')
@new_password
@by_whom
@database
@as_json
def add_clerk(*, username: str, name: str, password: str, by: Who, database: str | None, json_: bool, **post: Any) -> None:
    """Take somebody on. Who works cases cannot administer, audit or supervise as well."""
    root = open_hall(database)
    given = _given(root, password, Person(username, name, new=True))
    wanted = clerks.StaffPost(name, **post)
    if by.proposes:
        made = do(root, by, lambda tx: proposals.take_on(tx, username, given, wanted, spoken(DONE_HERE)))
    else:
        made = do(root, by, lambda tx: clerks.take_on(tx, username, given, wanted))
    facts = {'username': made.username, 'roles': made.roles, 'windows': made.windows}
    zh, en = '已建立账号 {user}　{name}', 'Made account {user}  {name}'
    if not made.active:
        zh, en = f'{zh}；待确认，确认后方可登录', f'{en}; it waits to be confirmed: the person may sign in after that'
    answer(facts, said(zh, en, user=made.username, name=made.name), json_=json_)


@clerk.command('list')
@click.option('--page', default='', metavar='PLACE', help='The page that `next` of an answer before named.')
@database
@as_json
def list_clerks(*, page: str, database: str | None, json_: bool) -> None:
    """Everybody, the active ones first."""
    with open_hall(database).engine.reading() as connection:
        found = queries.clerks(connection, SYSTEM, place=page)
    if json_:
        print_json({'total': found.total, 'more': found.more, 'next': found.next, 'clerks': list(found.rows)})
        return
    off, waits = Word('（已停用）', ' (switched off)'), Word('（待确认）', ' (waits to be confirmed)')
    lines = [
        _line(
            row.username,
            row.name,
            said('{w}{off}', '{w}{off}', w=_codes(row.windows), off='' if row.active else waits if row.waits else off),
        )
        for row in found.rows
    ]
    _list(lines, lines, Word('还没有账号', 'No account yet'), json_=False)


@clerk.command('windows')
@click.argument('username')
@click.argument('windows', nargs=-1)
@why
@by_whom
@database
@as_json
def set_windows(*, username: str, windows: tuple[str, ...], reason: str, by: Who, database: str | None, json_: bool) -> None:
    """USERNAME works WINDOWS from now on and no others; steps he held elsewhere go back to their windows."""
    root = open_hall(database)
    if by.proposes:
        back = do(root, by, lambda tx: proposals.change(tx, username, clerks.with_windows(tx, username, windows), reason))
    else:
        back = do(root, by, lambda tx: clerks.assign_windows(tx, username, windows, reason))
    if back is None:
        answer({'username': username, 'proposed': True}, WAITS, json_=json_)
        return
    facts = {'username': username, 'windows': sorted(set(windows)), 'put_back': back}
    zh, en = '{user} 的窗口：{windows}，退回 {back} 个环节', '{user} works: {windows}; {back} steps put back'
    answer(facts, said(zh, en, user=username, windows=_codes(sorted(set(windows))), back=back), json_=json_)


@clerk.command('password')
@click.argument('username')
@new_password
@why
@by_whom
@database
@as_json
def set_password(*, username: str, password: str, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """A new password, to be changed at the first sign-in; every session of USERNAME ends."""
    root = open_hall(database)
    with root.engine.reading() as connection:
        name = people.find_clerk(connection, username).name
    given = _given(root, password, Person(username, name))
    do(root, by, lambda tx: clerks.reset_password(tx, username, reason, given))
    answer(
        {'username': username},
        said('{user} 的密码已重设，原有登录已失效', 'New password for {user}; every session has ended', user=username),
        json_=json_,
    )


@clerk.command()
@click.argument('username')
@why
@by_whom
@database
@as_json
def deactivate(*, username: str, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Switch an account off: its sessions end, the steps it held go back to their windows."""
    back = do(open_hall(database), by, lambda tx: clerks.switch(tx, username, False, reason))
    told = said('{user} 已停用，退回 {back} 个环节', '{user} is switched off; {back} steps put back', user=username, back=back)
    answer({'username': username, 'active': False, 'put_back': back}, told, json_=json_)


@clerk.command()
@click.argument('username')
@why
@by_whom
@database
@as_json
def activate(*, username: str, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """Switch an account on again."""
    root = open_hall(database)
    if not by.proposes:
        do(root, by, lambda tx: clerks.switch(tx, username, True, reason))
    elif do(root, by, lambda tx: proposals.switch_on(tx, username, reason)) is None:
        answer({'username': username, 'proposed': True}, WAITS, json_=json_)
        return
    answer({'username': username, 'active': True}, said('{user} 已启用', '{user} is switched on', user=username), json_=json_)


def _given(root: Root, password: str, whose: Person) -> NewPassword:
    """A password somebody else has chosen: it is good enough, and has to be changed at the first sign-in."""
    with root.engine.reading() as connection:
        return accept(connection, password, whose, temporary=True)


def open_hall(database: str | None) -> Root:
    """The installation, with a schema of this version and a hall."""
    root = open_root(database)
    root.engine.check_schema()
    with root.engine.reading() as connection:
        need_hall(connection)
    return root


def do(root: Root, by: Who, work: Callable[[Tx], T]) -> T:
    """In one transaction, by whoever signed in or the owner of the machine."""
    return root.engine.run(by.actor(root), work)


def _line(*parts: str) -> Word:
    return joined(parts, '　', '  ')


def _codes(codes: Sequence[str]) -> Word:
    return joined(codes or ['—'])


def _list(rows: Sequence[object], lines: Sequence[Word], nothing: Word, *, json_: bool) -> None:
    answer(rows, joined(lines or [nothing], '\n', '\n'), json_=json_)
