"""`yizhan check`: everything that is wrong with the files of a bundle. Needs no database, and so does not know the hall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from engine import Bundle, BundleError, edition, read_path
from engine.bpmn import House
from tasks.catalogue.checking import OFFERED, file_problems
from tasks.workshop.trial.replay import scenario_problems
from web.cli.options import as_json, print_json

NOT_JUDGED = '未判断（须连同大厅检查）：窗口和部门是否在大厅、事项类型、证书编号前缀；单个流程图还有处理程序和函数'
"""What only a hall can say: pages and `yizhan deploy` judge it."""


def report(path: Path) -> dict[str, Any]:
    """{deployable, problems} for a folder, zip or lone diagram. Never raises: what cannot be judged is not deployable."""
    try:
        problems = [problem_row(problem) for problem in _found(read_path(path))]
    except BundleError as error:
        problems = [_problem('bundle', f'{error.zh} / {error}')]
    except (OSError, UnicodeError) as error:
        problems = [_problem('unreadable', f'文件无法读取 / Expected a readable file, but {error}')]
    except Exception as error:  # noqa: BLE001  the contract: an answer for every file, and never "deployable" when in doubt
        sentence = f'检查程序自身出错（{type(error).__name__}：{error}），请报告 / The check itself failed on this file'
        problems = [_problem('internal', sentence)]
    return {'deployable': not any(problem['severity'] == 'error' for problem in problems), 'problems': problems}


def _found(bundle: Bundle) -> list[Any]:
    """The check's problems; when none is an error, those of the bundle's scenarios."""
    problems = file_problems(edition(bundle), House() if bundle.lone else OFFERED)
    return problems if any(problem.is_error for problem in problems) else [*problems, *scenario_problems(bundle)]


def problem_row(problem: Any) -> dict[str, Any]:
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
    }


def _problem(code: str, message: str) -> dict[str, Any]:
    return {'code': code, 'severity': 'error', 'element': None, 'line': None, 'message': message}


@click.command()
@click.argument('paths', nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option('--many', is_flag=True, help='Several files: one JSON line each, {"file", "deployable", "problems"}.')
@as_json
def check(*, paths: tuple[Path, ...], many: bool, json_: bool) -> None:
    """Check a bundle folder, a zip or a lone .bpmn and report all problems. Exit code 0 when deployable, else 1."""
    if many:
        good = True
        for path in paths:
            found = report(path)
            good = good and found['deployable']
            print_json({'file': str(path), **found}, lines=True)
        raise SystemExit(0 if good else 1)
    if len(paths) != 1:
        raise click.UsageError('Expected one PATH (or --many FILE...)')
    found = report(paths[0])
    if json_:
        print_json(found)
    else:
        print_problems(found['problems'])
        click.echo('可以部署' if found['deployable'] else '不能部署', err=not found['deployable'])
        click.echo(NOT_JUDGED)
    raise SystemExit(0 if found['deployable'] else 1)


def print_problems(problems: list[dict[str, Any]]) -> None:
    """One line a problem: severity, place, sentence."""
    for problem in problems:
        place = ' '.join(str(part) for part in (problem['element'], problem['line'] and f'第 {problem["line"]} 行') if part)
        severity = '错误' if problem['severity'] == 'error' else '提示'
        click.echo(f'[{severity}] {problem["code"]}  {place}  {problem["message"]}')
