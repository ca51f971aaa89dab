"""`yizhan check`: everything that is wrong with the files of a bundle. Needs no database, and so does not know the hall."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from engine import Bundle, BundleError, Rejection, Undeployable, edition, read_path
from engine.bpmn import Problem
from engine.words import Word, joined, said
from tasks.catalogue.checking import file_problems, house_of_files
from tasks.workshop.importing.verdict import VERDICTS, verdict_of
from tasks.workshop.trial.replay import scenario_problems
from web.cli.options import as_json, print_json
from web.cli.speaking import WrongUsage, say, spoken

NOT_JUDGED = Word(
    '未判断（须连同大厅检查）：窗口和部门是否在大厅、事项类型、证书编号前缀；单个流程图还有处理程序',
    'Not judged (only with a hall): whether it has the windows and departments, kinds of items, prefixes of certificate numbers; '
    'of a lone diagram also handlers',
)
"""What only a hall can say: pages and `yizhan deploy` judge it."""
UNJUDGED = frozenset({'bundle', 'unreadable', 'internal'})


def report(path: Path) -> dict[str, Any]:
    """{deployable, problems, fixes} for a folder, zip or lone diagram. Never raises: what cannot be judged is not deployable."""
    return _report(judge(path))


def _report(problems: Sequence[Problem]) -> dict[str, Any]:
    fixes = [offer for problem in problems for offer in problem.offers()]
    return {'deployable': _deployable(problems), 'problems': [_row(problem) for problem in problems], 'fixes': fixes}


def judge(path: Path) -> list[Problem]:
    """The problems of a folder, zip or lone diagram. Never raises: that it cannot be judged is an error among them."""
    try:
        return _found(read_path(path))
    except BundleError as error:
        return [_unjudged('bundle', error.zh, str(error))]
    except (OSError, UnicodeError) as error:
        return [_unjudged('unreadable', '文件无法读取', f'Expected a readable file, but {error}')]
    except Exception as error:  # noqa: BLE001  the contract: an answer for every file, and never "deployable" when in doubt
        zh = f'检查程序自身出错（{type(error).__name__}：{error}），请报告'
        return [_unjudged('internal', zh, 'The check itself failed on this file')]


def _deployable(problems: Sequence[Problem]) -> bool:
    return not any(problem.is_error for problem in problems)


def _unjudged(code: str, zh: str, en: str) -> Problem:
    return Problem(code, 'error', None, None, zh, en)


def _row(problem: Problem) -> dict[str, Any]:
    """A problem for programs; of what could not be judged only one message, in both languages."""
    if problem.code in UNJUDGED:
        message = f'{problem.message} / {problem.message_en}'
        return {'code': problem.code, 'severity': 'error', 'element': None, 'line': None, 'message': message, 'fixes': []}
    return problem_row(problem)


def _found(bundle: Bundle) -> list[Problem]:
    """The check's problems; when none is an error, those of the bundle's scenarios."""
    problems = file_problems(edition(bundle), house_of_files(lone=bundle.lone))
    return problems if any(problem.is_error for problem in problems) else [*problems, *scenario_problems(bundle)]


def problem_row(problem: Problem) -> dict[str, Any]:
    """A problem as JSON-ready values; the message is Chinese first."""
    return {
        'code': problem.code,
        'severity': problem.severity,
        'element': problem.element,
        'line': problem.line,
        'message': problem.message,
        'message_en': problem.message_en,
        'name': problem.name,
        'file': problem.file,
        'fixes': problem.offers(),
    }


@click.command()
@click.argument('paths', nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option('--many', is_flag=True, help='Several files: one JSON line each, {"file", "deployable", "problems"}.')
@click.option('--table', is_flag=True, help='With --many: one table, deployable / converted / refused, also after `import` and `fix`.')
@as_json
def check(*, paths: tuple[Path, ...], many: bool, table: bool, json_: bool) -> None:
    """Check a bundle folder, a zip or a lone .bpmn and report all problems. Exit code 0 when deployable, else 1."""
    if table and (json_ or not many):
        raise WrongUsage('--table 须与 --many 一起使用，不与 --json 一起', 'Expected --table with --many and without --json')
    if table:
        raise SystemExit(_print_table(paths))
    if many:
        good = True
        for path in paths:
            found = report(path)
            good = good and found['deployable']
            print_json({'file': str(path), **found}, lines=True)
        raise SystemExit(0 if good else 1)
    if len(paths) != 1:
        raise WrongUsage('应给出一个路径（或用 --many 给出多个文件）', 'Expected one PATH (or --many FILE...)')
    problems = judge(paths[0])
    good = _deployable(problems)
    if json_:
        print_json(_report(problems))
    else:
        print_problems(problems)
        say(Word('可以部署', 'Can be deployed') if good else Word('不能部署', 'Cannot be deployed'), err=not good)
        say(NOT_JUDGED)
    raise SystemExit(0 if good else 1)


def _print_table(paths: Sequence[Path]) -> int:
    """One line a file with its verdict, then how many there are of each; the exit code, 1 when one is refused."""
    verdicts = [verdict_of(path) for path in paths]
    for path, verdict in zip(paths, verdicts, strict=True):
        changes = said('修改 {n} 处', '{n} changes', n=len(verdict.changes)) if verdict.changes else Word('', '')
        undecided = said('待定 {n} 项', '{n} to decide', n=verdict.undecided) if verdict.undecided else Word('', '')
        say(joined((str(path), VERDICTS[verdict.kind], ' '.join(verdict.codes), changes, undecided), '\t', '\t'))
    for kind, word in VERDICTS.items():
        say(joined((word, str(sum(verdict.kind == kind for verdict in verdicts))), '：', ': '))
    return 1 if any(verdict.kind == 'refused' for verdict in verdicts) else 0


def print_problems(problems: Sequence[Problem]) -> None:
    """One line a problem: severity, place, sentence, in the run's language."""
    for problem in problems:
        line = said('第 {line} 行', 'line {line}', line=problem.line) if problem.line else ''
        place = ' '.join(part for part in (problem.element, spoken(line)) if part)
        severity = Word('错误', 'error') if problem.is_error else Word('提示', 'warning')
        say(f'[{spoken(severity)}] {problem.code}  {place}  {spoken(Word(problem.message, problem.message_en))}')
        for fix in problem.fixes:
            say(joined(['    → ', Word(fix.title, fix.title_en)], ''))


def tell_empty_posts(refusal: Rejection) -> None:
    """Which steps have nobody, and how to say that this is known."""
    say(refusal.zh, err=True)
    zh = '先安排人员（yizhan clerk），或加 --despite-empty 表明知情'
    say(Word(zh, 'Give these posts to people first (yizhan clerk), or add --despite-empty to say that you know'), err=True)


def tell_undeployable(refusal: Undeployable, *, json_: bool) -> None:
    """Every problem that keeps something from being deployed, and how many."""
    if json_:
        print_json({'deployed': False, 'problems': [problem_row(problem) for problem in refusal.problems]})
    else:
        print_problems(refusal.problems)
        say(refusal.zh, err=True)
