"""`yizhan unlock` and `yizhan accounts`: what accounts must be like, and whoever was slowed down."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import click

from engine.identity import is_blank
from engine.words import joined, said
from tasks.people import signing_in
from tasks.people.policy import BOUNDS, SECOND_FACTOR, change_policy, fitting, policy
from web.cli.acting import Intent, Who, by_whom, propose
from web.cli.options import answer, as_json, database
from web.cli.speaking import WrongUsage
from web.cli.staffing import do, open_hall, why


@click.command()
@click.argument('username')
@why
@by_whom
@database
@as_json
def unlock(*, username: str, reason: str, by: Who, database: str | None, json_: bool) -> None:
    """What was tried wrongly on USERNAME counts no more: whoever was slowed down may sign in at once."""
    tries = do(open_hall(database), by, lambda tx: signing_in.unlock(tx, username, reason))
    zh, en = '已解除 {user} 的登录限制，{tries} 次失败不再计算', '{user} may sign in at once; {tries} failures count no more'
    answer({'username': username, 'tries': tries}, said(zh, en, user=username, tries=tries), json_=json_)


@click.group()
def accounts() -> None:
    """What the hall asks of accounts and passwords."""


@accounts.command('policy')
@click.option('--min-length', type=click.IntRange(*BOUNDS['min_length']), help='Characters a password has at least.')
@click.option('--min-kinds', type=click.IntRange(*BOUNDS['min_kinds']), help='Of upper case, lower case, digits and other signs.')
@click.option('--history', type=click.IntRange(*BOUNDS['history']), help='So many earlier passwords are not taken again.')
@click.option('--max-age-days', type=click.IntRange(*BOUNDS['max_age_days']), help='Days until a password must be changed; 0: never.')
@click.option('--max-sessions', type=click.IntRange(*BOUNDS['max_sessions']), help='Browsers one person may be signed in with.')
@click.option('--second-factor', type=click.Choice(list(SECOND_FACTOR)), help='Who must sign in with a second factor.')
@click.option('--join-duties/--no-join-duties', default=None, help='Whether one person may administer and supervise, in a small hall.')
@click.option(
    '--countersign-days',
    type=click.IntRange(*BOUNDS['countersign_days']),
    help='Days in which a second person signs what one put into force.',
)
@click.option('--reason', default='', help='Why; kept in the operator log. Needed for a change.')
@by_whom
@database
@as_json
def set_policy(*, reason: str, by: Who, database: str | None, json_: bool, **wanted: Any) -> None:
    """Show the policy of accounts, or change what is given."""
    root = open_hall(database)
    changes = {name: value for name, value in wanted.items() if value is not None}
    if changes and is_blank(reason):
        raise WrongUsage('更改账号要求须用 --reason 说明理由', 'Expected a --reason for the change, but there is none')
    with root.engine.reading() as connection:
        asked = replace(policy(connection), **changes)
    actor = by.actor(root) if changes else None
    if actor is not None and by.proposes:
        fitting(asked)
        propose(root, actor, Intent('policy.changed', 'accounts', reason, asdict(asked)), json_=json_)
        return
    if actor is not None:
        root.engine.run(actor, lambda tx: change_policy(tx, asked, reason))
    lines = [said('{name}　{value}', '{name}  {value}', name=name, value=value) for name, value in asdict(asked).items()]
    answer(asdict(asked), joined(lines, '\n', '\n'), json_=json_)
