"""A scenario as TOML text, the way a person would write it: one step a table, data inline, nothing that is not set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tasks.workshop.trial.scenario import JUMPS, Expect, Scenario, ScenarioStep

_BARE = re.compile(r'[A-Za-z0-9_-]+')


def scenario_text(scenario: Scenario) -> str:
    """TOML that `parse_scenario` reads back as the same scenario; values that are null are left out, TOML has no word for them."""
    lines = [f'name = {_value(scenario.name)}']
    if scenario.about:
        lines.append(f'about = {_value(scenario.about)}')
    lines.append(f'start = {_instant(scenario.start)}')
    if scenario.variables:
        lines += ['', '[variables]', *_pairs(scenario.variables)]
    for answer in scenario.handlers:
        lines += ['', '[[handlers]]', f'name = {_value(answer.name)}']
        if answer.returns:
            lines.append(f'returns = {_value(answer.returns)}')
        lines += [f'{key} = {_value(text)}' for key, text in (('error', answer.error), ('fail', answer.fail)) if text]
    for step in scenario.steps:
        lines += ['', *_step(step)]
    if scenario.expect is not None:
        lines += ['', '[expect]', *_expect(scenario.expect)]
    return '\n'.join(lines) + '\n'


def table_text(table: Mapping[str, Any]) -> str:
    """A table as lines of TOML."""
    return '\n'.join(_pairs(table))


def _step(step: ScenarioStep) -> Iterator[str]:
    yield '[[steps]]'
    moment = step.kind == 'advance' and step.what not in JUMPS
    yield f'{step.kind} = {_instant(datetime.fromisoformat(step.what)) if moment else _value(step.what)}'
    if step.number != 1:
        yield f'number = {step.number}'
    if step.by:
        yield f'by = {_value(step.by)}'
    if step.data:
        yield f'data = {_value(step.data)}'
    if step.refused:
        yield 'refused = true'
    if step.expect is not None:
        yield '[steps.expect]'
        yield from _expect(step.expect)


def _expect(expect: Expect) -> Iterator[str]:
    if expect.at is not None:
        yield f'at = {_instant(expect.at)}'
    if expect.open is not None:
        yield f'open = {_value(list(expect.open))}'
    for key, text in (('status', expect.status), ('result', expect.result)):
        if text is not None:
            yield f'{key} = {_value(text)}'
    for key, table in (('due', expect.due), ('clocks', expect.clocks)):
        if table:
            yield f'{key} = {_value(table)}'
    if expect.marks is not None:
        yield f'marks = {_value(list(expect.marks))}'
    if expect.variables:
        yield f'variables = {_value(expect.variables)}'


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f'{_key(name)} = {_value(value)}' for name, value in table.items() if value is not None]


def _key(name: str) -> str:
    return name if _BARE.fullmatch(name) else _value(name)


def _instant(instant: datetime) -> str:
    return instant.isoformat(timespec='microseconds' if instant.microsecond else 'seconds')


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return '{ ' + ', '.join(_pairs(value)) + ' }' if any(each is not None for each in value.values()) else '{}'
    if isinstance(value, list | tuple):
        return '[' + ', '.join(_value(each) for each in value if each is not None) + ']'
    return json.dumps(str(value), ensure_ascii=False).replace('\x7f', '\\u007f')
