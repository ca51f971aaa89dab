"""Activities with a process inside: embedded and ad-hoc subprocesses and call activities (BPMN 2.0.2 §13.3.4, §13.3.5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from engine.bpmn.model import Element
from engine.bpmn.read_node import ACTIVITIES
from engine.bpmn.spiff.data import Data
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.nodes import Node, UserNode, Way
from engine.bpmn.spiff.scope import MAX_DEPTH, Inner
from engine.bpmn.spiff.token import READY, STARTED, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import ProcessSpec, Scope


class SubprocessNode(Node):
    """An embedded subprocess: its tokens carry on with the variables of the token that entered."""

    opens: ClassVar[str | None] = 'activity'
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
        if inner.done:
            token.internal_data['done'] = inner.done
        token.workflow.top_workflow.ready(token, {})

    def _on_cancel(self, my_task: Token) -> None:
        inner = my_task.workflow.top_workflow.subprocesses.pop(my_task.id, None)
        if inner is not None:
            inner.completed = True
            for token in inner.task_tree.children:
                token.cancel()


class AdHocNode(SubprocessNode):
    """An ad-hoc subprocess: a person picks its steps, one after another or several at a time, until the completion condition holds.

    The condition is asked whenever an activity inside has completed. Then nothing more is picked, and what still runs is cancelled, or
    finished first where the diagram says so.
    """

    until: CompiledExpression

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None) -> None:
        super().__init__(process, element, name)
        self.sequential = element.attrs.get('ordering') == 'Sequential'
        self.cancels = element.attrs.get('cancelRemainingInstances', 'true') not in {'false', '0'}

    def decide_inside(self, token: Token) -> None:
        scope, node = token.workflow, token.task_spec
        if node.element.kind in ACTIVITIES and not isinstance(node, PickNode):
            engine = token.workflow.script_engine
            token.internal_data['enough'] = engine.holds(token, self.until, self.element.id, scope.seen().values)

    def left_inside(self, host: Token, scope: Scope, token: Token) -> None:
        if token.internal_data.get('enough'):
            host.internal_data['enough'] = True
            scope.kept = scope.seen().merged(token.view)
            for one in scope.task_tree.children:
                if self.cancels or isinstance(one.task_spec, PickNode):
                    one.cancel()
        elif self.sequential and not host.internal_data.get('enough') and not scope.task_tree.children:
            scope.arrive(self.inside.begins[0], scope.seen())


class PickNode(UserNode):
    """The user task in which a person picks the next step of an ad-hoc subprocess. What was picked is no variable of the case."""

    parallel = True

    def refuses(self, variables: Mapping[str, Any]) -> str | None:
        picked = variables.get(self.element.id)
        return (
            None if picked in self.element.offers else f'one of {", ".join(self.element.offers)} as {self.element.id}, but it is {picked!r}'
        )

    def publish(self, token: Token, produced: dict[str, Any]) -> None:
        token.view = token.workflow.seen()

    def choose(self, token: Token) -> tuple[Way, ...]:
        picked = token.internal_data['produced'][self.element.id]
        chosen = next(way for way in self.ways if way.target.element.id == picked)
        return (chosen, Way('', self, None)) if self.parallel else (chosen,)


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
