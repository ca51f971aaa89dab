"""`yizhan doctor`: prove that what is stored is what the rules say and what was sealed; exit code 1 with every finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click

from engine.words import Word, said
from tasks.backup.writing import restores
from tasks.deadlines import doctor as examiner
from tasks.evidence import doctor as evidence
from tasks.evidence.checking import Discrepancy
from web.cli.acting import Who, by_whom
from web.cli.opening import open_root
from web.cli.options import as_json, database, print_json, progress
from web.cli.speaking import say, spoken
from web.formats import stamp
from web.hall_facts import hall_zone

WHAT = {
    'due': Word('到期日', 'due date'),
    'ended': Word('已结束期限', 'limit that has ended'),
    'history': Word('历史链', 'history'),
    'state': Word('流程状态', 'state of the process'),
    'orphan': Word('遗留记录', 'row left behind'),
    'unseen': Word('无人能看到的任务', 'task nobody sees'),
}


COUNTED = ('instances', 'clocks', 'timers', 'tasks', 'history_rows')


@click.command()
@click.option('--fix', is_flag=True, help='Compute wrong due dates anew (logged); other differences need a person.')
@by_whom
@database
@as_json
def doctor(*, fix: bool, by: Who, database: str | None, json_: bool) -> None:
    """Check due dates and states against the rules, and every row of evidence against its chain."""
    root = open_root(database)
    root.engine.check_schema()

    def run(report: Callable[[int, int], None]) -> tuple[examiner.Examined, list[Discrepancy]]:
        return examiner.examine(root.engine, report), list(evidence.examine(root.engine, root.settings.anchor_path))

    shown = not json_
    found, findings = progress(Word('核对', 'Checking'), run, shown=shown)
    fixed = 0
    if fix and found.differences:
        fixed = examiner.fix(root.engine, by.actor(root), found.differences)
        if not json_:
            _print(found, findings)
            say(said('已重新计算 {fixed} 件办件的期限', 'Computed the due dates of {fixed} cases anew', fixed=fixed))
        found, findings = progress(Word('复核', 'Checking again'), run, shown=shown)
    with root.engine.reading() as connection:
        restored = restores(connection)
    if json_:
        times = [{'epoch': one.epoch, 'restored_at': one.restored_at, 'backup_at': one.backup_at} for one in restored]
        print_json(_as_dict(found, findings) | {'fixed': fixed, 'restored': times})
    else:
        _print(found, findings)
        for one in restored:
            facts = {'at': stamp(one.restored_at, hall_zone(root.engine)), 'of': stamp(one.backup_at, hall_zone(root.engine))}
            say(said('本中心于 {at} 从 {of} 的备份恢复', 'This hall was restored at {at} from the backup of {of}', **facts))
    raise SystemExit(1 if found.differences or findings else 0)


def _print(found: examiner.Examined, findings: Sequence[Discrepancy]) -> None:
    every = [*map(_finding, found.differences), *findings]
    for one in every:
        say(said('{object}：{message}', '{object}: {message}', object=one.object, message=one.message))
    outcome = said('{wrong} 处不符', '{wrong} differences', wrong=len(every)) if every else Word('全部相符', 'all as it should be')
    counted = {name: getattr(found, name) for name in COUNTED}
    zh = '核对 {instances} 件、{clocks} 个期限、{timers} 个计时器、{tasks} 个任务、{history_rows} 条历史：{outcome}'
    en = 'Checked {instances} cases, {clocks} limits, {timers} timers, {tasks} tasks, {history_rows} rows of history: {outcome}'
    say(said(zh, en, outcome=outcome, **counted))


def _finding(one: examiner.Difference) -> Discrepancy:
    facts = {'what': WHAT[one.what], 'where': one.where, 'stored': one.stored, 'expected': one.expected}
    zh, en = '{what} {where} 现为 {stored}，应为 {expected}', '{what} {where} is {stored}, should be {expected}'
    return Discrepancy(one.what, one.case_no, said(zh, en, **facts))


def _as_dict(found: examiner.Examined, findings: Sequence[Discrepancy]) -> dict[str, Any]:
    every = [*map(_finding, found.differences), *findings]
    listed = [{'kind': one.kind, 'object': one.object, 'message': spoken(one.message)} for one in every]
    return {'ok': not every, 'findings': listed, **{name: getattr(found, name) for name in COUNTED}}
