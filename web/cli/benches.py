"""`yizhan bench`: measure this installation's engine on a database."""

from __future__ import annotations

import importlib

import click

from web.cli.options import as_json, database, print_json, settings


@click.command()
@click.argument('workload', type=click.Choice(['w1', 'w3']))
@database
@as_json
def bench(workload: str, database: str | None, json_: bool) -> None:
    """Run workload w1 (joint approval, completions a second) or w3 (a task in a loop, 100 times)."""
    try:
        room = importlib.import_module('web.bench')
    except ModuleNotFoundError as error:
        raise click.ClickException('Expected the bench next to the sources, but it is not installed (run from a checkout)') from error
    answer = room.run(workload, settings(database).url)
    if json_:
        print_json(answer)
    else:
        for name, value in answer.items():
            click.echo(f'{name}: {value}')
