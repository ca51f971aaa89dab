"""FEEL for the run: every text is compiled once when the program is built, and only compiled expressions can be evaluated.

This is the script engine SpiffWorkflow asks, so no Python from a bundle is ever evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.bpmn.changes import Work
from engine.bpmn.spiff.host import BpmnError, Host, StepFailed
from engine.core.effort import ACT, Effort, TooMuchWork
from engine.feel import FeelWarning, compile_assignments, compile_diagram_text, execute, from_plain, to_plain, to_text

if TYPE_CHECKING:
    from engine.bpmn.spiff.token import Token


@dataclass(frozen=True)
class CompiledExpression:
    """A compiled FEEL expression and the text it came from."""

    text: str
    compiled: Any


@dataclass(frozen=True)
class Template(CompiledExpression):
    """A compiled text with ${…} parts; a text that is one single ${…} gives that value, not its text."""


@dataclass(frozen=True)
class Assignments(CompiledExpression):
    """A compiled script: assignments only."""


def expression(text: str) -> CompiledExpression:
    """Compile a condition, variable or value; `${…}` and a leading `=` are understood. Raises FeelSyntaxError."""
    return CompiledExpression(text, compile_diagram_text(text))


def template(text: str) -> Template:
    """Compile a text that may have ${…} parts and otherwise stands for itself. Raises FeelSyntaxError."""
    return Template(text, compile_diagram_text(text, literal=True))


def assignments(text: str) -> Assignments:
    """Compile a script. Raises FeelSyntaxError."""
    return Assignments(text, compile_assignments(text))


def as_text(value: Any) -> str:
    """A limit or name as text: numbers, dates and durations as FEEL writes them (ISO 8601)."""
    return value if isinstance(value, str) else '' if value is None else to_text(from_plain(value))


SURE = frozenset({'no_variable', 'no_function', 'invalid_type'})
"""What is a mistake in a condition whatever comes of it: FEEL makes it null, and `null = "x"` would be false."""


class ScriptEngine:
    """Evaluates for one run: the token's variables, the host's functions and the verb's single clock reading."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.effort = Effort(ACT)  # of one act; `Run.advance` gives a new one

    def value(self, token: Token, what: CompiledExpression, more: Mapping[str, Any] | None = None) -> Any:
        """The value of an expression or template; `more` are variables that come before the token's. Raises StepFailed.

        What FEEL makes null is null; what JUEL has no value for is a failed step, as it is an exception in Camunda 7 and Flowable.
        """
        data = token.data
        return self.pure(token, what, {**data, **more} if more else data)

    def pure(self, token: Token, what: CompiledExpression, context: Mapping[str, Any]) -> Any:
        """The value where only `context` is seen, not the token's variables. Raises StepFailed."""
        value, faults = self._evaluated(token, what, context)
        if faults and what.compiled.juel:
            raise _unknown(token, what, context, faults)
        return value

    def _evaluated(self, token: Token, what: CompiledExpression, context: Mapping[str, Any]) -> tuple[Any, list[FeelWarning]]:
        """The value, and what was unknown or wrong on the way to it; a variable that is only empty is neither."""
        try:
            found = what.compiled.run(context, self.host.functions, now=self.host.now, effort=self.effort)
        except Exception as error:
            raise _no_value(token, what, error) from error
        known = token.workflow.top_workflow.spec.known
        faults = [one for one in found.warnings if one.code != 'no_variable' or one.subject not in known]
        return to_plain(found.value), faults

    def holds(self, token: Token, what: CompiledExpression, where: str, more: Mapping[str, Any] | None = None) -> bool:
        """Whether a condition is true. One that is null because a known field is empty is not true (DMN 1.3 §10.3.2.2, table 54).

        One that reads what is nowhere written, that is null because something in it is wrong, or that is neither true nor false is a
        failed step, never the default flow. `where` is the id of the flow or element.
        """
        data = token.data
        context = {**data, **more} if more else data
        value, faults = self._evaluated(token, what, context)
        if faults and (value is None or what.compiled.juel or not SURE.isdisjoint(fault.code for fault in faults)):
            raise _unknown(token, what, context, faults)
        if value is None or value is True or value is False:
            return value is True
        seen = _seen(what, context)
        raise StepFailed(
            f'“{_called(token)}”的条件“{what.text}”既不为真也不为假，而是 {shown(value)}（{seen}）',
            f'Expected the condition {what.text!r} of {where} to be true or false, but it is {shown(value)} ({seen})',
        )

    def execute(self, token: Token, script: Assignments) -> dict[str, Any]:
        """Run a script and give the variables it assigns. Raises StepFailed."""
        try:
            return execute(script.compiled, token.data, self.host.functions, now=self.host.now, effort=self.effort)
        except Exception as error:
            raise _no_value(token, script, error) from error

    def call(self, token: Token, work: Work) -> Mapping[str, Any] | None:
        """Run a handler. A BpmnError goes to the diagram, whatever else goes wrong is a failed step."""
        try:
            return self.host.call(work)
        except BpmnError:
            raise
        except Exception as error:
            raise StepFailed(
                f'“{_called(token)}”的处理程序“{work.handler}”出错：{error}',
                f'Expected handler {work.handler!r} to finish, but {type(error).__name__}: {error}',
                f'{type(error).__name__}: {error}',
            ) from error


def _no_value(token: Token, what: CompiledExpression, error: Exception) -> StepFailed:
    why = f'{type(error).__name__}: {error}'
    zh = f'：{error.zh}' if isinstance(error, TooMuchWork) else ''
    return StepFailed(f'“{_called(token)}”的表达式“{what.text}”无法求值{zh}', f'Expected {what.text!r} to have a value, but {why}')


def _unknown(token: Token, what: CompiledExpression, context: Mapping[str, Any], faults: Sequence[FeelWarning]) -> StepFailed:
    """The expression, what is wrong in it, and the values it saw."""
    seen = _seen(what, context)
    zh, en = '；'.join(dict.fromkeys(one.zh for one in faults[:3])), '; '.join(dict.fromkeys(one.en for one in faults[:3]))
    return StepFailed(
        f'“{_called(token)}”的表达式“{what.text}”没有值：{zh}（{seen}）', f'Expected {what.text!r} to have a value, but {en} ({seen})'
    )


def _seen(what: CompiledExpression, context: Mapping[str, Any]) -> str:
    names = sorted(what.compiled.names)[:8]
    return ', '.join(f'{name} = {shown(context[name])}' if name in context else f'{name} —' for name in names) or '—'


def _called(token: Token) -> str:
    element = token.task_spec.element
    return element.name or element.id


def shown(value: Any) -> str:
    """A value in a sentence about what went wrong."""
    return 'null' if value is None else repr(value)[:80]
