"""Compensation and transactions (BPMN 2.0.2 §10.7, §13.5.5): completed activities are undone one by one, the last first.

A scope remembers which activities that can be undone are completed. What throws a compensation takes them out, and its token waits while
the handlers, children of it, run. A completed subprocess without a handler of its own is opened again, and what was done inside is undone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.bpmn.changes import Passed
from engine.bpmn.spiff.events import ThrowNode, catcher
from engine.bpmn.spiff.nesting import SubprocessNode
from engine.bpmn.spiff.scope import Inner
from engine.bpmn.spiff.token import READY, STARTED, Token


class CompensateNode(ThrowNode):
    """Undoes the activity it names, or everything completed in its scope, and goes on when that is done."""

    def enter(self, token: Token) -> int:
        scope, wanted = token.workflow, self.throws.ref if self.throws.kind == 'compensate' else None
        todo = [record for record in scope.done if wanted in (None, record[0])]
        scope.done = [record for record in scope.done if record not in todo]
        if not todo:
            return READY
        token.internal_data['todo'] = todo
        self._undo_next(token)
        return STARTED

    def _undo_next(self, token: Token) -> None:
        todo = list(token.internal_data['todo'])
        element, inside = todo.pop()
        token.internal_data['todo'] = todo
        child = token.workflow.arrive(token.workflow.spec.undo[element], token.view, token)
        if inside:
            child.internal_data['undo'] = inside

    def child_left(self, token: Token, child: Token) -> None:
        token.view = token.view.merged(child.view)
        if token.children:
            return
        if token.internal_data['todo']:
            self._undo_next(token)
        else:
            token._set_state(READY)
            token.workflow.top_workflow.enqueue(token)


class CancelNode(CompensateNode):
    """The cancel end event of a transaction: what runs inside ends, what is completed is undone, and the cancel boundary event goes on."""

    def enter(self, token: Token) -> int:
        token.workflow.cancel_all(but=token)
        token.view = token.workflow.kept
        return super().enter(token)

    def act(self, token: Token) -> Mapping[str, Any] | None:
        found = catcher(token, 'cancel', '')
        if found is None:
            raise AssertionError(f'transaction around {self.bpmn_id} without a cancel boundary event')
        token.workflow.journal.passed.append(Passed(self.element.id, self.element.kind, token.flow))
        node, host = found
        node.spring(host, {})
        return None


class UndoAllNode(CompensateNode):
    """Undoes everything that was completed inside a subprocess; no element of the diagram is passed by it."""

    def _on_complete(self, my_task: Token) -> None:
        my_task.workflow.move_on(my_task)


class UndoScopeNode(SubprocessNode):
    """A completed subprocess opened once more, to undo what was done inside."""

    opens = None

    def enter(self, token: Token) -> int:
        undo_all = self.inside.undo_all
        if undo_all is None:
            raise AssertionError(f'{self.bpmn_id} has nothing inside that can be undone')
        inner = Inner(self.inside, token, token.view)
        token.workflow.top_workflow.subprocesses[token.id] = inner
        inner.done = token.internal_data.get('undo', [])
        inner.arrive(undo_all, token.view)
        return STARTED

    def _on_complete(self, my_task: Token) -> None:
        my_task.workflow.move_on(my_task)
