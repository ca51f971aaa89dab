"""`yizhan explain`: why a case is due when it is. No personal data is printed."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import click

from engine import NotFound
from tasks.cases import numbers
from tasks.deadlines.explanation import Explanation, explanation
from web.cli.dates import VERDICTS
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json
from web.formats import stamp
from web.hall_facts import hall_zone
from web.plain import explanation_dict


@click.command()
@click.argument('case_no')
@database
@as_json
def explain(*, case_no: str, database: str | None, json_: bool) -> None:
    """Say day by day why a case is due when it is, with every row of its ledger."""
    if not numbers.verify(case_no):
        raise NotFound(f'Expected a case, but {case_no!a} is no case number', '案件编号不正确')
    root = open_root(database)
    with root.engine.reading() as conn:
        told = explanation(conn, case_no, as_of=root.clock())
    if json_:
        print_json(explanation_dict(told))
    else:
        _print_limits(told)
        _print_ledger(told, hall_zone(root.engine))


def _print_limits(told: Explanation) -> None:
    for limit in told.limits:
        ends = f'最后一日 {limit.last_day}' if limit.due_at else f'停走中；若今日恢复，最后一日 {limit.if_resumed}'
        click.echo(f'{limit.title} {limit.limit}：{ends}' + ('（暂定）' if limit.name in told.provisional else ''))
        for line in limit.days:
            number = '' if line.number is None else f' 第 {line.number} 日'
            mark = ' （暂定日历）' if line.provisional else ''
            click.echo(f'  {line.date} {line.weekday} {VERDICTS[line.verdict.value]}{number} {line.reason or line.name}'.rstrip() + mark)


def _print_ledger(told: Explanation, zone: ZoneInfo) -> None:
    def at(instant: datetime | None) -> str:
        return stamp(instant, zone)

    for stop in told.stops:
        span = f'{at(stop.start)} 至 {at(stop.end) if stop.end else "今"}'
        expected = f'，已告知预计{stop.expected}' if stop.expected else ''
        facts = '；'.join(filter(None, (stop.basis and f'依据{stop.basis}', stop.notice, stop.opened_by + expected)))
        click.echo(f'停走 {stop.kind_name} {span}：{stop.reason}（{facts}）')
    for one in told.extensions:
        click.echo(f'延长 {one.title} {one.amount}：{one.reason}（{one.granted_by} {at(one.granted_at)} {one.notice}）')
    for again in told.recomputations:
        moved = '；'.join(f'{one.title} {one.old or "停走"} → {one.new or "停走"}' for one in again.moved)
        click.echo(f'重算 {at(again.at)} {again.by} {again.cause}：{moved}')
    click.echo(f'日历版本 {told.calendar_version}，已公布至 {told.known_until} 年')
