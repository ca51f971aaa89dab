"""What can be judged before any case runs: conditions and numbers without a variable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from engine.bpmn.check.view import View
from engine.bpmn.model import Element, Flow
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import steps as rules
from engine.bpmn.spiff.loops import MAX_INSTANCES, whole
from engine.feel import FeelError, compile_diagram_text, to_text
from engine.feel.expression import Expression
from engine.feel.syntax import Concatenation

CONDITIONS = {
    'condition': ('条件', 'condition'),
    'completion': ('完成条件', 'completion condition'),
    'loop': ('循环条件', 'loop condition'),
    'activation': ('激活条件', 'activation condition'),
}
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)  # only the kind of a value is judged, never what now() gives


def constant_condition(view: View, at: Element | Flow, place: str, compiled: Expression) -> Iterator[Problem]:
    """A condition that can be neither true nor false, whatever the case: a text, a number, null."""
    zh, en = CONDITIONS[place]
    facts = {'place': zh, 'place_en': en, 'text': compiled.source}
    if isinstance(compiled.node, Concatenation):
        yield view.say(rules.CONDITION_NEVER_TRUE, at, **facts, found='一段文字', found_en='a text')
    elif _constant(compiled):
        value = _value(compiled)
        if not isinstance(value, bool):
            shown = 'null' if value is None else to_text(value) if not isinstance(value, str) else f'"{value}"'
            yield view.say(rules.CONDITION_NEVER_TRUE, at, **facts, found=shown)


def constant_count(view: View, element: Element, compiled: Expression) -> Iterator[Problem]:
    """A cardinality that is the same for every case, and none that can be run."""
    if isinstance(compiled.node, Concatenation) or not _constant(compiled):
        return
    count = whole(_value(compiled))
    if count is None or not 0 <= count <= MAX_INSTANCES:
        zh, en = '次数', 'cardinality'
        yield view.say(rules.LOOP_NUMBER, element, place=zh, place_en=en, least=0, most=MAX_INSTANCES, found=compiled.source)


def opens_at(gateway: Element) -> int | None:
    """The least number of arrived flows at which a complex gateway opens, None for none of them; 0 when the case decides."""
    try:
        compiled = compile_diagram_text(gateway.activation or '')
        if compiled.functions or not compiled.names <= {'activationCount'}:
            return 0
        counts = range(1, len(gateway.incoming) + 1)
        return next((count for count in counts if compiled.evaluate({'activationCount': count}, {}, now=_SOME_TIME) is True), None)
    except FeelError:  # reported by the rule for expressions
        return 0


def _constant(compiled: Expression) -> bool:
    return not (compiled.names or compiled.perhaps_names or compiled.functions)


def _value(compiled: Expression) -> Any:
    try:
        return compiled.evaluate({}, {}, now=_SOME_TIME)
    except FeelError:  # too much work, for every case alike: it gives no value then either
        return None
