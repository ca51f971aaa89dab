"""`yizhan cases` and `yizhan explain`: look at cases, and at why one is due when it is. No personal data is printed."""

from __future__ import annotations

from typing import Any

import click

from engine import SYSTEM
from tasks import queries
from tasks.words import STATUS
from web.cli.dates import VERDICTS
from web.cli.options import as_json, database, plain, print_json, settings
from web.root import build_root

COLUMNS = ('case_no', 'item_name', 'status', 'result', 'received_at', 'last_day', 'days_left', 'colour')


@click.command()
@click.option('--status', type=click.Choice(sorted(STATUS)), default=None, help='Only cases in this status.')
@click.option('--item', default=None, metavar='CODE', help='Only cases of this item.')
@click.option('--page', default=1, show_default=True, type=click.IntRange(1))
@database
@as_json
def cases(*, status: str | None, item: str | None, page: int, database: str | None, json_: bool) -> None:
    """List cases, newest first."""
    root = build_root(settings(database))
    with root.engine.reading() as conn:
        found = queries.cases(conn, SYSTEM, queries.CaseFilter(status=status, item=item), page=page, now=root.clock())
    rows = [{name: getattr(row, name) for name in COLUMNS} for row in found.rows]
    if json_:
        print_json({'total': found.total, 'page': found.page, 'cases': rows})
        return
    for row in rows:
        click.echo(f'{row["case_no"]}  {STATUS.get(row["status"], row["status"])}  {row["item_name"]}  {row["last_day"] or "—"}')
    click.echo(f'共 {found.total} 件')


@click.command()
@click.argument('case_no')
@database
@as_json
def explain(*, case_no: str, database: str | None, json_: bool) -> None:
    """Say day by day why a case is due when it is."""
    root = build_root(settings(database))
    with root.engine.reading() as conn:
        limits = queries.explain_case(conn, case_no, as_of=root.clock())
    if json_:
        print_json({'case_no': case_no, 'limits': [_as_dict(limit) for limit in limits]})
        return
    for limit in limits:
        click.echo(f'{limit.title} {limit.limit}：' + (f'最后一日 {limit.last_day}' if limit.due_at else '停走中'))
        for line in limit.days:
            number = '' if line.number is None else f' 第 {line.number} 日'
            click.echo(f'  {line.date} {line.weekday} {VERDICTS[line.verdict.value]}{number} {line.reason or line.name}'.rstrip())


def _as_dict(limit: Any) -> dict[str, Any]:
    return {**plain(limit), 'days': [line.as_dict() for line in limit.days]}
