"""Replaying the scenarios of a bundle: every one is an example of what the item promises, and one that fails keeps the bundle out."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine import TRIAL, Bundle, Effort, Rejection, TooMuchWork, edition, plain
from engine.bpmn import Problem
from tasks.desk.verbs import FormRejection
from tasks.workshop.trial.scenario import FOLDER, MAX_SCENARIOS, Expect, Scenario, ScenarioError, ScenarioStep, parse_scenario
from tasks.workshop.trial.view import TrialPicture, names, picture
from tasks.workshop.trial.world import World

MAX_EFFORT_OF_ALL = 2 * TRIAL
"""Steps and limits over all scenarios of a bundle: while they are played an analyst waits."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Failure:
    """What did not come true. `step` counts from 1; None for the start or the end of the scenario."""

    step: int | None
    zh: str
    en: str
    element: str | None = None
    line: int | None = None


def scenario_files(bundle: Bundle) -> list[str]:
    """The scenarios of a bundle by path."""
    return sorted(path for path in bundle.files if path.startswith(FOLDER) and path.endswith('.toml'))


def replay(bundle: Bundle, scenario: Scenario, effort: Effort | None = None) -> Failure | None:
    """Play a scenario from its start; the first step that went otherwise than it says, None when all came true.

    Raises nothing but what is wrong with the program itself.
    """
    try:
        world = World(bundle, scenario, effort=effort)
    except Rejection as refusal:
        return Failure(None, f'无法开始：{refusal.zh}', f'it cannot begin: {refusal}')
    try:
        return _play(world, scenario)
    finally:
        world.close()


def scenario_problems(bundle: Bundle) -> list[Problem]:
    """One error for each scenario that cannot be read or does not come true. Kept by content: asking again costs nothing."""
    return list(edition(bundle).read(_judged))


def _judged(bundle: Bundle) -> tuple[Problem, ...]:
    return tuple(_judge(bundle, scenario_files(bundle)))


@dataclass(frozen=True)
class ReplayVerdict:
    """A scenario of a bundle with what its replay said; `wrong` is empty when all came true."""

    path: str
    name: str
    about: str
    steps: int
    wrong: tuple[str, ...]


def verdicts(bundle: Bundle) -> list[ReplayVerdict]:
    """Every scenario of a bundle and how its replay ended."""
    problems = scenario_problems(bundle)
    found = []
    for path in scenario_files(bundle):
        wrong = tuple(problem.message for problem in problems if problem.file == path)
        try:
            scenario = parse_scenario(bundle.files[path])
        except ScenarioError:
            found.append(ReplayVerdict(path, path, '', 0, wrong))
            continue
        found.append(ReplayVerdict(path, scenario.name, scenario.about, len(scenario.steps), wrong))
    return found


def _judge(bundle: Bundle, paths: list[str]) -> Iterator[Problem]:
    if len(paths) > MAX_SCENARIOS:
        yield _problem('SCENARIO_UNREADABLE', paths[0], 1, f'情景最多 {MAX_SCENARIOS} 个', f'Expected at most {MAX_SCENARIOS} scenarios')
        return
    effort = Effort(MAX_EFFORT_OF_ALL)
    for path in paths:
        try:
            scenario = parse_scenario(bundle.files[path])
        except ScenarioError as error:
            for each in error.problems:
                yield _problem('SCENARIO_UNREADABLE', path, each.line, f'{each.where or "文件"}：{each.zh}', f'{each.where}: {each.en}')
            continue
        failure = _safely(bundle, scenario, effort)
        if failure is not None:
            where, where_en = (f'第 {failure.step} 步：', f'step {failure.step}: ') if failure.step else ('', '')
            zh = f'情景「{scenario.name}」未通过，{where}{failure.zh}'
            english = f'scenario "{scenario.name}" failed, {where_en}{failure.en}'
            yield Problem('SCENARIO_FAILED', 'error', failure.element, failure.line, zh, english, file=path)


def _safely(bundle: Bundle, scenario: Scenario, effort: Effort) -> Failure | None:
    try:
        return replay(bundle, scenario, effort)
    except Exception as error:  # noqa: BLE001  the check answers for every bundle; what cannot be played has not come true
        _log.exception('the scenario %s could not be replayed', scenario.name)
        return Failure(None, f'无法运行（{type(error).__name__}：{error}）', f'it cannot run ({type(error).__name__}: {error})')


def _problem(code: str, path: str, line: int | None, zh: str, english: str) -> Problem:
    return Problem(code, 'error', None, line, zh, english, file=path)


def _play(world: World, scenario: Scenario) -> Failure | None:
    for number, step in enumerate(scenario.steps, start=1):
        said = _take(world, step)
        if said is None and step.expect is not None:
            said = unmet(step.expect, picture(world))
        if said is not None:
            return Failure(number, *said, step.what if step.kind == 'complete' else None, step.line)
    said = unmet(scenario.expect, picture(world)) if scenario.expect is not None else None
    return Failure(None, f'结束时{said[0]}', f'at the end {said[1]}') if said is not None else None


Said = tuple[str, str]


def _take(world: World, step: ScenarioStep) -> Said | None:
    try:
        cleaned = world.take(step)
    except FormRejection as refusal:
        why = '；'.join(f'{each.label or ".".join(str(part) for part in each.path)} {each.zh}' for each in refusal.errors[:3])
        return None if step.refused else (f'表单未通过：{why}', f'the form was refused: {why}')
    except TooMuchWork as refusal:
        return refusal.zh, str(refusal)
    except Rejection as refusal:
        return None if step.refused else (refusal.zh, str(refusal))
    if step.refused:
        return '应被系统拒绝，但办理成功', 'it should have been refused, but it was done'
    if step.kind == 'complete':
        lost = sorted(name for name, value in step.data.items() if value is not None and name not in cleaned)
        if lost:
            return f'表单没有（或当时不显示）字段 {"、".join(lost)}', f'the form has no field (or hides it) {", ".join(lost)}'
    return None


def unmet(expect: Expect, now: TrialPicture) -> Said | None:
    """What of an expectation is not so, in words; None when all is so."""
    wrong = list(_differences(expect, now))
    if not wrong:
        return None
    zh = '；'.join(f'{what} 应为 {_shown(wanted)}，实为 {_shown(found)}' for what, wanted, found in wrong)
    return zh, '; '.join(f'expected {what} {_shown(wanted)}, but found {_shown(found)}' for what, wanted, found in wrong)


def _differences(expect: Expect, now: TrialPicture) -> Iterator[tuple[str, Any, Any]]:
    if expect.at is not None and expect.at != now.now:
        yield 'at', expect.at.astimezone(now.now.tzinfo), now.now
    if expect.open is not None and sorted(expect.open) != names(now.open):
        yield 'open', sorted(expect.open), names(now.open)
    if expect.status is not None and expect.status != now.status:
        yield 'status', expect.status, now.status
    if expect.result is not None and expect.result != (now.result or ''):
        yield 'result', expect.result, now.result or ''
    for name, wanted in expect.due.items():
        if now.due(name) != wanted:
            yield f'due.{name}', wanted, now.due(name)
    states = {row.name: row.state for row in now.clocks}
    for name, wanted in expect.clocks.items():
        if states.get(name) != wanted:
            yield f'clocks.{name}', wanted, states.get(name)
    found = sorted(mark.text for mark in now.marks)
    if expect.marks is not None and sorted(expect.marks) != found:
        yield 'marks', sorted(expect.marks), found
    for name, wanted in expect.variables.items():
        if plain(now.variables.get(name)) != wanted:
            yield f'variables.{name}', wanted, now.variables.get(name)


def _shown(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat(timespec='minutes')
    if isinstance(value, list):
        return '[' + ', '.join(str(each) for each in value) + ']'
    return '无' if value is None else str(value)
