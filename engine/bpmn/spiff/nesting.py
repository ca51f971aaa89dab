"""Activities with a process inside: embedded subprocesses and call activities (BPMN 2.0.2 §13.3.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.bpmn.model import Element
from engine.bpmn.spiff.data import Data
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.nodes import Node
from engine.bpmn.spiff.scope import MAX_DEPTH, Inner
from engine.bpmn.spiff.token import READY, STARTED, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import ProcessSpec


class SubprocessNode(Node):
    """An embedded subprocess: its tokens carry on with the variables of the token that entered."""

    opens = 'activity'
    inside: ProcessSpec

    def enter(self, token: Token) -> int:
        if not self.inside.begins:
            return READY
        self._open(token, self._with_locals(token), isolated=False)
        return STARTED

    def _with_locals(self, token: Token) -> Data:
        if not token.local:
            return token.view
        return token.view.written(token.local, token.workflow.top_workflow.next_stamp())

    def _open(self, token: Token, view: Data, isolated: bool) -> None:
        if token.workflow.level >= MAX_DEPTH:
            called = self.element.name or self.element.id
            told = f'Expected at most {MAX_DEPTH} nested processes, but {self.element.id} goes deeper'
            raise StepFailed(f'“{called}”嵌套超过 {MAX_DEPTH} 层', told)
        inner = Inner(self.inside, token, view, isolated)
        token.workflow.top_workflow.subprocesses[token.id] = inner
        inner.start(self.inside.begins, view)

    def inside_over(self, token: Token, inner: Inner) -> None:
        """Everything inside has ended: its variables become the token's, which goes on."""
        token.view = token.view.merged(inner.kept, inner.locals)
        token.workflow.top_workflow.ready(token, {})

    def _on_cancel(self, my_task: Token) -> None:
        inner = my_task.workflow.top_workflow.subprocesses.pop(my_task.id, None)
        if inner is not None:
            inner.completed = True
            for token in inner.task_tree.children:
                token.cancel()


class CallNode(SubprocessNode):
    """A call activity: with mappings the called process has its own variables, without any it shares the caller's."""

    def __init__(
        self,
        process: ProcessSpec,
        element: Element,
        name: str | None = None,
        *,
        given: Mapping[str, CompiledExpression] | None = None,
        taken: Mapping[str, CompiledExpression] | None = None,
    ) -> None:
        super().__init__(process, element, name)
        self.given = given or {}
        self.taken = taken or {}
        mapped = any(one.keys() & {'source', 'sourceExpression', 'variables'} for one in (*element.call_in, *element.call_out))
        self.all_in = not mapped or any(one.get('variables') == 'all' for one in element.call_in)
        self.all_out = not mapped or any(one.get('variables') == 'all' for one in element.call_out)

    def enter(self, token: Token) -> int:
        engine = token.workflow.script_engine
        values = {name: engine.value(token, source) for name, source in self.given.items()}
        view = self._with_locals(token) if self.all_in else Data({}, {})
        if not self.inside.begins:
            return READY
        self._open(token, view.written(values, token.workflow.top_workflow.next_stamp()), isolated=not (self.all_in and self.all_out))
        return STARTED

    def inside_over(self, token: Token, inner: Inner) -> None:
        if self.all_out:
            token.view = token.view.merged(inner.kept, inner.locals)
        token.internal_data['returned'] = inner.kept.values
        token._set_state(READY)
        token.workflow.top_workflow.enqueue(token)

    def act(self, token: Token) -> Mapping[str, Any] | None:
        engine, returned = token.workflow.script_engine, token.internal_data.get('returned', {})
        return {name: engine.pure(token, source, returned) for name, source in self.taken.items()}
