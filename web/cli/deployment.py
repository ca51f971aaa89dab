"""`yizhan deploy`: put a bundle into force."""

from __future__ import annotations

from pathlib import Path

import click

from engine import Actor, Undeployable, read_path
from tasks.catalogue import items
from web.cli.checking import print_problems, problem_row
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json


@click.command()
@click.argument('path', type=click.Path(exists=True, path_type=Path))
@click.option('--reason', required=True, help='Why; kept with the definition.')
@click.option('--by', default='cli', show_default=True, help='Who deploys, for the operator log.')
@database
@as_json
def deploy(*, path: Path, reason: str, by: str, database: str | None, json_: bool) -> None:
    """Check a bundle and put it into force for new cases. Running cases keep the version they began under."""
    engine = open_root(database).engine
    engine.migrate()
    bundle = read_path(path)
    try:
        done = items.check_and_deploy(engine, Actor(by, name='命令行', roles=frozenset({'administrator'}), kind='clerk'), bundle, reason)
    except Undeployable as refusal:
        problems = [problem_row(problem) for problem in refusal.problems]
        if json_:
            print_json({'deployed': False, 'problems': problems})
        else:
            print_problems(problems)
            click.echo(refusal.zh, err=True)
            if any(str(problem.code).endswith('NOT_IN_HALL') for problem in refusal.problems):
                click.echo(f'Departments and windows the hall has not: `yizhan hall adopt {path}` makes those the item names.', err=True)
        raise SystemExit(1) from refusal
    if json_:
        print_json({'deployed': True, 'definition_id': done.definition_id, 'item': done.item_code, 'version': done.version})
    else:
        click.echo(f'已部署「{done.item_name}」（{done.item_code}）第 {done.version} 版')
