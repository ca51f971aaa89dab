"""`yizhan init` and `upgrade-db`: a new hall, and the schema."""

from __future__ import annotations

import click

from engine import SYSTEM
from tasks.people import clerks
from tasks.people import roster as people
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json
from web.demonstration import is_empty


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
        clerks.take_on(tx, username, password, clerks.StaffPost(person, ['administrator']))
    if json_:
        print_json({'hall': code, 'administrator': username})
    else:
        click.echo(f'已建立「{hall_name}」，管理员 {username}。')
        click.echo('下一步：yizhan hall adopt 事项文件夹，yizhan clerk add，yizhan deploy 事项文件夹，yizhan serve')
