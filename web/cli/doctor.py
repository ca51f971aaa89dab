"""`yizhan doctor`: prove that what is stored is what the rules say; exit code 1 with every difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from engine import SYSTEM
from tasks.deadlines import doctor as examiner
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress

WHAT = {
    'due': '到期日',
    'ended': '已结束期限',
    'history': '历史链',
    'state': '流程状态',
    'orphan': '遗留记录',
    'unseen': '无人能看到的任务',
}


@click.command()
@click.option('--fix', is_flag=True, help='Compute wrong due dates anew (logged); other differences need a person.')
@database
@as_json
def doctor(*, fix: bool, database: str | None, json_: bool) -> None:
    """Check every due date, hash chain and state against the rules."""
    root = open_root(database)
    root.engine.check_schema()

    def run(report: Callable[[int, int], None]) -> examiner.Examined:
        return examiner.examine(root.engine, report)

    shown = not json_
    found: examiner.Examined = progress('核对', run, shown=shown)
    fixed = 0
    if fix and found.differences:
        fixed = examiner.fix(root.engine, SYSTEM, found.differences)
        before, found = found, progress('复核', run, shown=shown)
        if not json_:
            _print(before)
            click.echo(f'已重新计算 {fixed} 件办件的期限')
    if json_:
        print_json(_as_dict(found) | {'fixed': fixed})
    else:
        _print(found)
    raise SystemExit(1 if found.differences else 0)


def _print(found: examiner.Examined) -> None:
    for one in found.differences:
        click.echo(f'{one.case_no} {WHAT[one.what]} {one.where}：现为 {one.stored}，应为 {one.expected}')
    counted = f'{found.instances} 件、{found.clocks} 个期限、{found.timers} 个计时器、{found.tasks} 个任务、{found.history_rows} 条历史'
    click.echo(f'核对 {counted}：' + (f'{len(found.differences)} 处不符' if found.differences else '全部相符'))


def _as_dict(found: examiner.Examined) -> dict[str, Any]:
    return {name: getattr(found, name) for name in examiner.Examined.__dataclass_fields__} | {'sound': not found.differences}
