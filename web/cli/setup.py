"""`yizhan init` and `upgrade-db`: a new hall, and the schema."""

from __future__ import annotations

import sys
from typing import Any

import click

from engine import SYSTEM
from engine.words import Word, said
from tasks.deadlines.upgrading import Upgraded, upgrade
from tasks.people import clerks
from tasks.people import roster as people
from tasks.people.duties import duties
from tasks.people.policy import AccountPolicy, Person, accept, drawn, weakness
from web.cli.opening import open_root
from web.cli.options import answer, as_json, database, progress
from web.cli.speaking import Prompted, Refused, say, spoken
from web.cli.speaking import password as new_password
from web.demonstration import is_empty


@click.command('upgrade-db')
@database
@as_json
def upgrade_db(database: str | None, json_: bool) -> None:
    """Bring the database to the schema of this version. Safe to run from several processes at once.

    Due dates of running cases that today's formula gives otherwise are counted anew and told.
    """
    engine = open_root(database).engine
    done: Upgraded = progress(Word('核对期限', 'Checking due dates'), lambda report: upgrade(engine, report), shown=not json_)
    changed = [{'case_no': one.case_no, 'where': one.where, 'stored': one.stored, 'expected': one.expected} for one in done.changed]
    facts = {'upgraded': True, 'before': done.before, 'after': done.after, 'examined': done.examined, 'changed': changed}
    answer(facts, Word('数据库结构已是最新', 'The database has the schema of this version'), json_=json_)
    if not json_:
        tell_changes(done)


def tell_changes(done: Upgraded, *, err: bool = False) -> None:
    """What an upgrade changed of due dates, or that it changed none."""
    for one in done.changed:
        facts = {'case_no': one.case_no, 'where': one.where, 'stored': one.stored, 'expected': one.expected}
        say(said('{case_no} {where}：{stored} → {expected}', '{case_no} {where}: {stored} → {expected}', **facts), err=err)
    if done.needed:
        zh = '升级 {before} → {after}：核对 {examined} 件在办件的期限，重新计算 {n} 处'
        en = 'Upgraded {before} → {after}: compared the due dates of {examined} running cases, counted {n} anew'
        say(said(zh, en, before=done.before, after=done.after, examined=done.examined, n=len(done.changed)), err=err)


class GoodPassword(Prompted):
    """A password that is asked for again until it is good enough."""

    def prompt_for_value(self, ctx: click.Context) -> Any:
        """Ask on the terminal; say what is wrong and ask again."""
        while True:
            typed = super().prompt_for_value(ctx)
            wrong = weakness(AccountPolicy(), str(typed), Person(ctx.params.get('username', ''), ctx.params.get('person', ''), new=True))
            if wrong is None:
                return typed
            say(wrong, err=True)


@click.command()
@click.option('--hall', 'hall_name', cls=Prompted, prompt=Word('政务服务中心名称', 'Name of the hall'), help='Name of the hall.')
@click.option(
    '--region',
    cls=Prompted,
    prompt=Word('行政区划代码（6 位）', 'Region code (6 digits)'),
    help='Six digits of GB/T 2260; first part of every case number.',
)
@click.option('--code', default='main', show_default=True, help='Short code of the hall.')
@click.option(
    '--prefix',
    'document_prefix',
    cls=Prompted,
    prompt=Word('文书字号（如 清政服）', 'Prefix of document numbers'),
    help='Prefix of document numbers.',
)
@click.option('--address', default='', help='Where the hall is; printed on notices.')
@click.option('--phone', default='', help='Where the public may ask; printed on notices.')
@click.option('--complaint-phone', default='', help='Where the public may complain; printed on notices.')
@click.option(
    '--username',
    cls=Prompted,
    prompt=Word('账号管理人员用户名', 'User name of the account administrator'),
    help='User name of who administers people and accounts.',
)
@click.option(
    '--name', 'person', cls=Prompted, prompt=Word('账号管理人员姓名', 'Name of the account administrator'), help='Name of this person.'
)
@new_password(
    said(
        '账号管理人员密码（至少 {n} 位，大写字母、小写字母、数字、其他符号中至少 {kinds} 种）',
        'Password of the account administrator (at least {n} characters; {kinds} of upper case, lower case, digits, other signs)',
        n=AccountPolicy.min_length,
        kinds=AccountPolicy.min_kinds,
    ),
    cls=GoodPassword,
)
@click.option('--second-username', default='', help='User name of a second person, who administers processes.')
@click.option('--second-name', default='', help='Name of the second person.')
@database
@as_json
def init(
    *,
    hall_name: str,
    region: str,
    code: str,
    document_prefix: str,
    username: str,
    person: str,
    password: str,
    second_username: str,
    second_name: str,
    database: str | None,
    json_: bool,
    **contact: Any,
) -> None:
    """Create the hall and its first account administrator in an empty database.

    The second person manages processes, and is asked for on a terminal; his first password is drawn and printed once.
    """
    if not second_username and sys.stdin.isatty() and not json_:
        second_username = _ask(Word('流程管理人员用户名（可不填）', 'User name of a process administrator (may be left empty)'))
        second_name = _ask(Word('流程管理人员姓名', 'Name of the process administrator')) if second_username else ''
    engine = open_root(database).engine
    engine.migrate()
    if not is_empty(engine):
        zh = '数据库中已有政务服务中心；增加人员请用 yizhan clerk add'
        raise Refused(zh, 'Expected an empty database, but there is a hall in it; `yizhan clerk add` takes on people')
    with engine.reading() as connection:
        accepted = accept(connection, password, Person(username, person, new=True))
    drawn_text, drawn_password = drawn()
    with engine.begin(SYSTEM) as tx:
        people.create_hall(tx, code, hall_name, region, document_prefix=document_prefix, **contact)
        clerks.take_on(tx, username, accepted, clerks.StaffPost(person, ['account_administrator']))
        if second_username:
            clerks.take_on(tx, second_username, drawn_password, clerks.StaffPost(second_name, ['process_administrator']))
    with engine.reading() as connection:
        trouble = duties(connection).trouble
    facts: dict[str, Any] = {'hall': code, 'administrator': username}
    if second_username:
        facts['second'] = {'username': second_username, 'password': drawn_text}
    answer(facts, _made(hall_name, username), json_=json_)
    if not json_:
        _say_what_is_left(second_username, drawn_text, trouble)


def _made(hall: str, username: str) -> str:
    return said(
        '已建立「{hall}」，账号管理人员 {username}。\n'
        '下一步：yizhan hall adopt 事项文件夹，yizhan clerk add，yizhan deploy 事项文件夹，yizhan serve',
        'Made {hall}, account administrator {username}.\n'
        'Next: yizhan hall adopt BUNDLE, yizhan clerk add, yizhan deploy BUNDLE, yizhan serve',
        hall=hall,
        username=username,
    )


def _say_what_is_left(second_username: str, first_password: str, trouble: Word | None) -> None:
    if second_username:
        zh, en = '流程管理人员 {who}，首次登录密码 {text}', 'Process administrator {who}, first password {text}'
        say(said(zh, en, who=second_username, text=first_password))
    if trouble:
        say(said('尚待安排：{what}', 'Still to be settled: {what}', what=trouble), err=True)


def _ask(question: Word) -> str:
    return str(click.prompt(spoken(question), default='', show_default=False)).strip()
