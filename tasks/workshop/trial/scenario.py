"""A scenario: what happens to one made-up case, step by step, and what must be true then. Read from and written to `scenarios/*.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any

from engine import Rejection, plain
from engine.worktime import Office
from tasks.catalogue.typed_toml import TomlProblem, TypedToml

FOLDER = 'scenarios/'
KINDS = ('complete', 'advance', 'message', 'signal')
JUMPS = ('timer', 'workday')
MAX_STEPS = 200
MAX_SCENARIOS = 50
_STEP_KEYS = ['by', 'number', 'data', 'refused', 'expect']
_EXPECT_KEYS = ['at', 'open', 'status', 'result', 'due', 'clocks', 'marks', 'variables']
_HANDLER_KEYS = ['name', 'returns', 'error', 'fail']

Nothing: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Answer:
    """What stands in for a handler: it returns these variables, or throws a BPMN error, or fails (an incident)."""

    name: str  # of the handler, or the id of one service task
    returns: Mapping[str, Any] = field(default_factory=dict)
    error: str = ''
    fail: str = ''


@dataclass(frozen=True)
class Expect:
    """What must be true. Keys that are not given are not looked at.

    `at`: the virtual instant; `open`: elements of all open user tasks; `due`: clock name or timer element → last day on time as ISO
    date, or `stopped`; `clocks`: name → running, stopped, met, breached; `marks`: all marks so far, `colour:subject`.
    """

    at: datetime | None = None
    open: tuple[str, ...] | None = None
    status: str | None = None
    result: str | None = None
    due: Mapping[str, str] = field(default_factory=dict)
    clocks: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ScenarioStep:
    """One thing that happens. `what`: the element, the message or signal, or where to: `timer`, `workday` or an instant as ISO text."""

    kind: str
    what: str
    by: str = ''
    number: int = 1  # which of several open tasks of the element, from 1
    data: Mapping[str, Any] = field(default_factory=dict)
    refused: bool = False  # the system must refuse it
    expect: Expect | None = None
    line: int | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Scenario:
    """A named run of one made-up case."""

    name: str
    start: datetime
    about: str = ''
    variables: Mapping[str, Any] = field(default_factory=dict)
    handlers: tuple[Answer, ...] = ()
    steps: tuple[ScenarioStep, ...] = ()
    expect: Expect | None = None

    def with_step(self, step: ScenarioStep) -> Scenario:
        """The same with one step more."""
        return replace(self, steps=(*self.steps, step))

    def without_last(self) -> Scenario:
        """The same without its last step."""
        return replace(self, steps=self.steps[:-1])


class ScenarioError(ValueError):
    """The text is no scenario; `problems` has every reason."""

    def __init__(self, problems: Sequence[TomlProblem]) -> None:
        super().__init__('; '.join(f'{each.where}: {each.en}' for each in problems))
        self.problems = tuple(problems)


def parse_scenario(text: str | bytes, office: Office | None = None) -> Scenario:
    """Read a scenario. Dates and times without an offset are in the hall's zone. Raises ScenarioError with all problems."""
    reader = TypedToml(text)
    found = None if reader.problems else _Reader(reader, office or Office()).scenario()
    if reader.problems or found is None:
        raise ScenarioError(reader.problems)
    return found


class _Reader:
    """One parsed text on its way to a scenario."""

    def __init__(self, toml: TypedToml, office: Office) -> None:
        self.toml = toml
        self.office = office

    def scenario(self) -> Scenario | None:
        tree = self.toml.tree
        self.toml.keys(tree, ['name', 'start', 'about', 'variables', 'handlers', 'steps', 'expect'], '')
        start = self._instant(tree.get('start'), 'start')
        name = self._text(tree, 'name', '')
        if not name:
            self.toml.wrong('name', '缺少 name', 'name is missing', 1)
        steps = self._list(tree, 'steps', MAX_STEPS)
        scenario_steps = tuple(step for n, row in enumerate(steps) if (step := self._step(row, n)) is not None)
        handlers = tuple(a for n, row in enumerate(self._list(tree, 'handlers', 50)) if (a := self._answer(row, n)) is not None)
        expect = self._expect(tree.get('expect'), 'expect')
        if start is None:
            return None
        variables = self._values(tree, 'variables', '')
        return Scenario(
            name=name,
            start=start,
            about=self._text(tree, 'about', ''),
            variables=variables,
            handlers=handlers,
            steps=scenario_steps,
            expect=expect,
        )

    def _step(self, told: Any, number: int) -> ScenarioStep | None:
        where = f'steps[{number}]'
        if not isinstance(told, Mapping):
            self.toml.wrong(where, '应为一个表', 'Expected a table')
            return None
        self.toml.keys(told, [*KINDS, *_STEP_KEYS], where)
        kinds = [kind for kind in KINDS if kind in told]
        if len(kinds) != 1:
            self.toml.wrong(where, f'应写明 {"、".join(KINDS)} 之一', f'Expected one of {", ".join(KINDS)}')
            return None
        kind = kinds[0]
        what = self._jump(told[kind], f'{where}.{kind}') if kind == 'advance' else self._text(told, kind, where)
        nth = told.get('number', 1)
        if isinstance(nth, bool) or not isinstance(nth, int) or nth < 1:
            self.toml.wrong(f'{where}.number', '应为从 1 起的整数', 'Expected a whole number from 1')
            nth = 1
        if not what:
            return None
        return ScenarioStep(
            kind=kind,
            what=what,
            by=self._text(told, 'by', where),
            number=nth,
            data=self._values(told, 'data', where),
            refused=told.get('refused') is True,
            expect=self._expect(told.get('expect'), f'{where}.expect'),
            line=self.toml.line_of(where),
        )

    def _jump(self, found: Any, where: str) -> str:
        if isinstance(found, str) and found in JUMPS:
            return found
        if isinstance(found, str):
            self.toml.wrong(where, f'应为 {"、".join(JUMPS)} 或日期时间，现为“{found}”', f'Expected {", ".join(JUMPS)} or an instant')
            return ''
        instant = self._instant(found, where)
        return instant.isoformat() if instant else ''

    def _answer(self, told: Any, number: int) -> Answer | None:
        where = f'handlers[{number}]'
        table = self._table(told, where)
        self.toml.keys(table, _HANDLER_KEYS, where)
        name = self._text(table, 'name', where)
        if not name:
            self.toml.wrong(f'{where}.name', '缺少 name', 'name is missing')
            return None
        return Answer(name, self._values(table, 'returns', where), self._text(table, 'error', where), self._text(table, 'fail', where))

    def _expect(self, found: Any, where: str) -> Expect | None:
        if found is None:
            return None
        table = self._table(found, where)
        self.toml.keys(table, _EXPECT_KEYS, where)
        at = self._instant(table['at'], f'{where}.at') if 'at' in table else None
        texts = {key: self._text(table, key, where) if key in table else None for key in ('status', 'result')}
        return Expect(
            at=at,
            open=self._names(table, 'open', where),
            status=texts['status'],
            result=texts['result'],
            due={name: self._day(day) for name, day in self._table(table.get('due', {}), f'{where}.due').items()},
            clocks={name: str(state) for name, state in self._table(table.get('clocks', {}), f'{where}.clocks').items()},
            marks=self._names(table, 'marks', where),
            variables=self._values(table, 'variables', where),
        )

    @staticmethod
    def _day(found: Any) -> str:
        return found.isoformat()[:10] if isinstance(found, date) else str(found)

    def _names(self, table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...] | None:
        found = table.get(key)
        if found is None:
            return None
        if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
            self.toml.wrong(f'{where}.{key}', '应为文字的列表', 'Expected a list of texts')
            return None
        return tuple(found)

    def _text(self, table: Mapping[str, Any], key: str, where: str) -> str:
        found = table.get(key, '')
        if not isinstance(found, str):
            self.toml.wrong(f'{where}.{key}' if where else key, '应为文字', 'Expected text')
            return ''
        return found.strip()

    def _table(self, found: Any, where: str) -> Mapping[str, Any]:
        if isinstance(found, Mapping):
            return found
        self.toml.wrong(where, '应为一个表', 'Expected a table')
        return Nothing

    def _values(self, tree: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
        """A table of what a case may keep as variables: no infinite number, nothing too deep."""
        where = f'{where}.{key}' if where else key
        try:
            found: Mapping[str, Any] = plain(self._table(tree.get(key, {}), where))
        except Rejection as refusal:
            self.toml.wrong(where, refusal.zh, str(refusal))
            return Nothing
        return found

    def _list(self, tree: Mapping[str, Any], key: str, most: int) -> list[Any]:
        found = tree.get(key, [])
        if not isinstance(found, list) or len(found) > most:
            self.toml.wrong(key, f'应为至多 {most} 项的列表', f'Expected a list of at most {most}')
            return []
        return found

    def _instant(self, found: Any, where: str) -> datetime | None:
        if isinstance(found, datetime):
            return found if found.tzinfo else found.replace(tzinfo=self.office.zone)
        if isinstance(found, date):
            return datetime.combine(found, time(), tzinfo=self.office.zone)
        zh = '缺少日期时间' if found is None else '应为日期时间，如 2026-09-21T09:30:00+08:00'
        self.toml.wrong(where, zh, 'Expected an instant like 2026-09-21T09:30:00+08:00')
        return None
