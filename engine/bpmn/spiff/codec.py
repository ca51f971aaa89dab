"""The state of an instance as bytes: its tokens and variables without the specs, as compressed JSON behind a schema number.

    b'YZ' schema zlib({n: last id, w: last write, x: end, d: data table, s: scopes, t: tokens})

A set of variables that several tokens share is stored once. Numbers with decimals, dates, times and durations are tagged, everything else
is JSON as it is. Blobs of every schema ever written stay readable; golden ones are among the tests.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.bpmn.spiff.data import Data
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.bpmn.spiff.scope import Inner, Instance, ProcessSpec, Scope
from engine.bpmn.spiff.token import Token
from engine.feel import Months

SCHEMA = 1
_MAGIC = b'YZ'
_LEVEL = 1  # a few kB: higher levels cost more time than they save bytes
_TAG = '\0'  # the only key of a tagged value; a dictionary of the case that has this one key is escaped


class StateUnreadable(Exception):
    """The bytes are no state, of a schema not known here, or of another diagram."""


def dump(instance: Instance) -> bytes:
    """The state as bytes. Raises TypeError or ValueError for values that are not plain data."""
    table = _Table()
    scopes = [_scope_row(scope, table) for scope in (instance, *instance.subprocesses.values())]
    state = {
        'n': instance.last_id,
        'w': instance.last_stamp,
        'x': [instance.how, instance.result, instance.end],
        's': scopes,
        'd': table.rows,
    }
    return _MAGIC + bytes((SCHEMA,)) + zlib.compress(_to_json(state), _LEVEL)


class _Table:
    """Gives every distinct Data a number."""

    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.numbers: dict[int, int] = {}

    def number(self, data: Data) -> int:
        found = self.numbers.get(id(data))
        if found is None:
            found = self.numbers[id(data)] = len(self.rows)
            stamps = data.stamps
            self.rows.append([data.values, [stamps[name] for name in data.values]])
        return found


def _scope_row(scope: Scope, table: _Table) -> list[Any]:
    tokens = [
        [
            token.id,
            token.task_spec.name,
            token._state,
            0 if token._parent == scope.task_tree.id else token._parent,
            table.number(token.view),
            token.flow or 0,
            token.local or 0,
            token.internal_data or 0,
        ]
        for token in scope.tasks.values()
        if token._parent is not None
    ]
    host = scope.host.id if scope.host is not None else 0
    flags = int(scope.completed) | int(scope.terminated) << 1 | int(scope.isolated) << 2
    row = [host, scope.spec.name, scope.task_tree.id, flags, table.number(scope.kept), sorted(scope.locals), tokens]
    return [*row, scope.done] if scope.done else row  # states of before had nothing to undo


def restore(blob: bytes, specs: Mapping[str, ProcessSpec], engine: ScriptEngine) -> Instance:
    """The instance a state describes. Raises StateUnreadable."""
    if blob[:2] != _MAGIC or len(blob) < 4:
        raise StateUnreadable('Expected a process state, but these bytes are none')
    if blob[2] != SCHEMA:
        raise StateUnreadable(f'Expected state schema {SCHEMA}, but found {blob[2]}')
    try:
        state = _from_json(zlib.decompress(blob[3:]))
        return _instance(state, specs, engine)
    except (zlib.error, ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise StateUnreadable(f'Expected a state of this diagram, but {type(error).__name__}: {error}') from error


def rewrite(blob: bytes, change: Callable[[str], str]) -> bytes:
    """The same state with every text of its variables changed by `change`; tokens and their places stay. Raises StateUnreadable."""
    if blob[:3] != _MAGIC + bytes((SCHEMA,)):
        raise StateUnreadable(f'Expected a state of schema {SCHEMA}, but these bytes are none')
    state = json.loads(zlib.decompress(blob[3:]))
    state['d'] = [[_changed(values, change), stamps] for values, stamps in state['d']]
    return blob[:3] + zlib.compress(json.dumps(state, ensure_ascii=False, separators=(',', ':')).encode(), _LEVEL)


def _changed(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {key: _changed(item, change) for key, item in value.items()}
    return [_changed(item, change) for item in value] if isinstance(value, list) else value


def _instance(state: dict[str, Any], specs: Mapping[str, ProcessSpec], engine: ScriptEngine) -> Instance:
    table = [Data(values, dict(zip(values, stamps, strict=True))) for values, stamps in state['d']]
    rows = state['s']
    instance = Instance(specs[rows[0][1]], specs, engine, table[rows[0][4]], root=rows[0][2])
    _fill(instance, rows[0], table)
    for row in rows[1:]:
        host = instance.find(row[0])
        if host is None:
            raise StateUnreadable(f'Expected the token {row[0]} around {row[1]}, but it is not there')
        inner = Inner(specs[row[1]], host, table[row[4]], root=row[2])
        instance.subprocesses[host.id] = inner
        _fill(inner, row, table)
    instance.last_id, instance.last_stamp = state['n'], state['w']
    instance.how, instance.result, instance.end = state['x']
    return instance


def _fill(scope: Scope, row: list[Any], table: list[Data]) -> None:
    _, _, root, flags, _, local, tokens, *done = row
    scope.done = done[0] if done else []
    scope.completed, scope.terminated, scope.isolated = bool(flags & 1), bool(flags & 2), bool(flags & 4)
    scope.locals = frozenset(local)
    specs = scope.spec.task_specs
    for identity, name, state, parent, view, flow, own, facts in tokens:
        token = Token(scope, specs[name], scope.tasks[parent or root], state, identity)
        token.view = table[view]
        if flow:
            token.flow = flow
        if own:
            token.local = own
        if facts:
            token.internal_data = facts


def _to_json(state: dict[str, Any]) -> bytes:
    tagged = 0

    def tag(value: Any) -> Any:
        nonlocal tagged
        plain = _tagged(value)
        tagged += isinstance(plain, dict)
        return plain

    text = json.dumps(state, ensure_ascii=False, separators=(',', ':'), allow_nan=False, default=tag)
    if text.count('"\\u0000":') != tagged:  # somebody's own variables have a key that looks like ours
        text = json.dumps(_escaped(state), ensure_ascii=False, separators=(',', ':'), allow_nan=False, default=_tagged)
    return text.encode()


def _tagged(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 2**53 else {_TAG: ['n', str(value)]}
    for letter, kind in (('t', datetime), ('d', date), ('h', time)):
        if isinstance(value, kind):
            return {_TAG: [letter, value.isoformat()]}
    if isinstance(value, timedelta):
        return {_TAG: ['s', [value.days, value.seconds, value.microseconds]]}
    if isinstance(value, Months):
        return {_TAG: ['m', value.count]}
    raise TypeError(f'Expected plain data as a variable, but found {type(value).__name__}')


def _escaped(value: Any) -> Any:
    if isinstance(value, dict):
        if _TAG in value:
            return {_TAG: ['o', [[key, _escaped(item)] for key, item in value.items()]]}
        return {key: _escaped(item) for key, item in value.items()}
    return [_escaped(item) for item in value] if isinstance(value, list | tuple) else value


def _from_json(text: bytes) -> dict[str, Any]:
    hook = _untagged if b'"\\u0000":' in text else None
    state: dict[str, Any] = json.loads(text, object_hook=hook)
    return state


_READERS: dict[str, Any] = {
    'n': Decimal,
    't': datetime.fromisoformat,
    'd': date.fromisoformat,
    'h': time.fromisoformat,
    's': lambda parts: timedelta(*parts),
    'm': Months,
    'o': dict,
}


def _untagged(found: dict[str, Any]) -> Any:
    if _TAG not in found:
        return found
    letter, value = found[_TAG]
    return _READERS[letter](value)
