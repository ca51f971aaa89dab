"""`yizhan init`, `demo` and `upgrade-db`: a new hall, a made-up one, and the schema."""

from __future__ import annotations

import sys

import click

from engine import SYSTEM
from tasks.people import clerks
from tasks.people import roster as people
from web import time_machine
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
from web.demonstration import fill, is_empty
from web.formats import stamp


@click.command('upgrade-db')
@database
@as_json
def upgrade_db(database: str | None, json_: bool) -> None:
    """Bring the database to the schema of this version. Safe to run from several processes at once."""
    open_root(database).engine.migrate()
    if json_:
        print_json({'upgraded': True})
    else:
        click.echo('数据库结构已是最新')


@click.command()
@click.option('--hall', 'hall_name', prompt='政务服务中心名称', help='Name of the hall.')
@click.option('--region', prompt='行政区划代码（6 位）', help='Six digits of GB/T 2260; first part of every case number.')
@click.option('--code', default='main', show_default=True, help='Short code of the hall.')
@click.option('--prefix', 'document_prefix', prompt='文书字号（如 清政服）', help='Prefix of document numbers.')
@click.option('--address', default='', help='Where the hall is; printed on notices.')
@click.option('--phone', default='', help='Where the public may ask; printed on notices.')
@click.option('--complaint-phone', default='', help='Where the public may complain; printed on notices.')
@click.option('--username', prompt='管理员用户名', help='User name of the administrator.')
@click.option('--name', 'person', prompt='管理员姓名', help='Name of the administrator.')
@click.password_option(prompt='管理员密码', envvar='YIZHAN_PASSWORD', help='At least 8 characters; or YIZHAN_PASSWORD.')
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
    database: str | None,
    json_: bool,
    **contact: str,
) -> None:
    """Create the hall and its first administrator in an empty database."""
    engine = open_root(database).engine
    engine.migrate()
    if not is_empty(engine):
        raise click.ClickException('Expected an empty database, but there is a hall in it; `yizhan clerk add` takes on people')
    with engine.begin(SYSTEM) as tx:
        people.create_hall(tx, code, hall_name, region, document_prefix=document_prefix, **contact)
        clerks.take_on(tx, username, password, clerks.Post(person, ['administrator']))
    if json_:
        print_json({'hall': code, 'administrator': username})
    else:
        click.echo(f'已建立「{hall_name}」，管理员 {username}。')
        click.echo('下一步：yizhan hall adopt 事项文件夹，yizhan clerk add，yizhan deploy 事项文件夹，yizhan serve')


@click.group(invoke_without_command=True)
@database
@as_json
@click.pass_context
def demo(context: click.Context, database: str | None, json_: bool) -> None:
    """Fill an empty database with a made-up hall: windows, clerks and about 200 cases in every state."""
    if context.invoked_subcommand is not None:
        return
    root = open_root(database, demo=True)
    root.engine.migrate()
    if not is_empty(root.engine):
        raise click.ClickException('Expected an empty database, but there is a hall in it; demo data is only made into an empty one')
    progress('演示数据', lambda report: fill(root, report), shown=not json_ and sys.stderr.isatty())
    if json_:
        print_json({'demo': True})
    else:
        click.echo('演示数据已生成。下一步：yizhan serve --demo')


@demo.command('advance')
@click.option('--to', required=True, metavar='WHEN', help='next-workday, next-timer, present, or an ISO 8601 date or instant.')
@database
@as_json
def advance(to: str, database: str | None, json_: bool) -> None:
    """Move the clock of a made-up hall on; what runs out on the way fires at its own instant, and is printed.

    Running web and worker processes follow at once. Refused for a real hall.
    """
    root = open_root(database, demo=True)
    root.engine.check_schema()
    moved = time_machine.advance(root, SYSTEM, to)
    happened = time_machine.present(root).happened
    if json_:
        lines = [{'case_no': one.case_no, 'at': one.entry.at, 'event': one.entry.event, 'sentence': one.entry.sentence} for one in happened]
        print_json({'from': moved.before, 'now': moved.now, 'stops': moved.stops, 'happened': lines})
        return
    click.echo(f'{stamp(moved.before)} → {stamp(moved.now)}')
    for one in happened:
        click.echo(f'{stamp(one.entry.at)}  {one.case_no}  {one.entry.sentence}')
