"""`yizhan bench`: measure this installation's engine on a database."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import click
from sqlalchemy import make_url

from engine.words import said
from web.cli.options import as_json, print_json, settings
from web.cli.speaking import Refused, WrongUsage, say

CHECKOUT = Path(__file__).resolve().parents[2]
COUNTS = '1,2,4'


@click.command()
@click.argument('workload', type=click.Choice(['w1', 'w3', 'storm', 'office', 'pages']))
@click.option('--timers', type=click.IntRange(min=3), default=5000, show_default=True, help='storm: how many limits have run out.')
@click.option('--processes', metavar='N,N,...', default=COUNTS, show_default=True, help='w1, storm: numbers of processes to try.')
@click.option('--database', metavar='URL', default=None, help='A database to throw away; default a PostgreSQL of its own.')
@as_json
def bench(workload: str, timers: int, processes: str, database: str | None, json_: bool) -> None:
    """Measure: w1 (joint approval, completions a second), w3 (a task in a loop, 100 times), storm (overdue timers, 1, 2 and 4 workers),
    office (statements and times of a receipt, and of claiming and completing a step), pages (statements and milliseconds of the pages of
    a hall that `yizhan demo --cases N` filled).

    Writes into the database: never name a hall's. Without one a PostgreSQL is made for the run, but pages need theirs.
    """
    counts = _counts(processes)
    url = settings(database).url if database else None
    if url and workload == 'storm' and max(counts) > 1 and make_url(url).get_backend_name() == 'sqlite':
        counts = (1,)  # one writer at a time: more workers would only wait for each other
    if workload == 'pages':
        _pages(url, json_=json_)
        return
    options: dict[str, dict[str, Any]] = {
        'w1': {'processes': counts},
        'w3': {},
        'office': {},
        'storm': {'timers': timers, 'processes': counts},
    }
    answer = _room(workload)(url, **options[workload])
    if json_:
        print_json(answer)
        return
    for name, value in answer.items():
        for line in value if isinstance(value, list) else [value]:
            click.echo(f'{name}: {line}')


def _pages(url: str | None, *, json_: bool) -> None:
    answer = _room('pages')(url, None if json_ else click.echo)
    if json_:
        print_json(answer)
        return
    say(said('{cases} 件办件', '{cases} cases', cases=answer['cases']))
    for name, one in answer['pages'].items():
        zh, en = '{name:<16}{statements:>4} 条语句{ms:>8} 毫秒', '{name:<16}{statements:>4} statements{ms:>8} ms'
        say(said(zh, en, name=name, **one))


def _counts(processes: str) -> tuple[int, ...]:
    try:
        counts = tuple(int(text) for text in processes.split(','))
    except ValueError as error:
        message = f'Expected numbers like {COUNTS} in --processes, but got {processes!r}'
        raise WrongUsage(f'--processes 应如 {COUNTS}，而不是 {processes!r}', message) from error
    if min(counts) < 1:
        raise WrongUsage('--processes 至少为一个进程', 'Expected at least one process in --processes, but there is none')
    return counts


def _room(workload: str) -> Any:
    """The bench lives with the tests of a checkout; it is not installed."""
    if not (CHECKOUT / 'tests' / 'bench').is_dir():
        zh = '测量程序只在源代码目录中，未随安装提供；请在源代码目录运行'
        raise Refused(zh, 'Expected the bench next to the sources, but it is not installed (run from a checkout)')
    if str(CHECKOUT) not in sys.path:
        sys.path.insert(0, str(CHECKOUT))  # also where the worker processes look: they are given this path
    return getattr(importlib.import_module(f'tests.bench.{workload}'), workload)
