"""`yizhan doctor`: prove that what is stored is what the rules say; exit code 1 with every difference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from engine import SYSTEM
from engine.words import Word, said
from tasks.deadlines import doctor as examiner
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
from web.cli.speaking import say

WHAT = {
    'due': Word('到期日', 'due date'),
    'ended': Word('已结束期限', 'limit that has ended'),
    'history': Word('历史链', 'history'),
    'state': Word('流程状态', 'state of the process'),
    'orphan': Word('遗留记录', 'row left behind'),
    'unseen': Word('无人能看到的任务', 'task nobody sees'),
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
    found: examiner.Examined = progress(Word('核对', 'Checking'), run, shown=shown)
    fixed = 0
    if fix and found.differences:
        fixed = examiner.fix(root.engine, SYSTEM, found.differences)
        before, found = found, progress(Word('复核', 'Checking again'), run, shown=shown)
        if not json_:
            _print(before)
            say(said('已重新计算 {fixed} 件办件的期限', 'Computed the due dates of {fixed} cases anew', fixed=fixed))
    if json_:
        print_json(_as_dict(found) | {'fixed': fixed})
    else:
        _print(found)
    raise SystemExit(1 if found.differences else 0)


def _print(found: examiner.Examined) -> None:
    for one in found.differences:
        facts = {'case_no': one.case_no, 'what': WHAT[one.what], 'where': one.where, 'stored': one.stored, 'expected': one.expected}
        zh, en = '{case_no} {what} {where}：现为 {stored}，应为 {expected}', '{case_no} {what} {where}: is {stored}, should be {expected}'
        say(said(zh, en, **facts))
    wrong = len(found.differences)
    outcome = said('{wrong} 处不符', '{wrong} differences', wrong=wrong) if wrong else Word('全部相符', 'all as it should be')
    counted = {name: getattr(found, name) for name in ('instances', 'clocks', 'timers', 'tasks', 'history_rows')}
    zh = '核对 {instances} 件、{clocks} 个期限、{timers} 个计时器、{tasks} 个任务、{history_rows} 条历史：{outcome}'
    en = 'Checked {instances} cases, {clocks} limits, {timers} timers, {tasks} tasks, {history_rows} rows of history: {outcome}'
    say(said(zh, en, outcome=outcome, **counted))


def _as_dict(found: examiner.Examined) -> dict[str, Any]:
    return {name: getattr(found, name) for name in examiner.Examined.__dataclass_fields__} | {'sound': not found.differences}
