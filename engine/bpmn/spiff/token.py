"""A token: SpiffWorkflow's Task without its log records, clock readings, predictions and class-wide thread counter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.bpmn.spiff.data import EMPTY, Data

if TYPE_CHECKING:
    from engine.bpmn.spiff.nodes import Node, Way
    from engine.bpmn.spiff.scope import Scope

FUTURE: int = TaskState.FUTURE
WAITING: int = TaskState.WAITING
READY: int = TaskState.READY
STARTED: int = TaskState.STARTED
COMPLETED: int = TaskState.COMPLETED
CANCELLED: int = TaskState.CANCELLED


class Token(Task):  # type: ignore[misc]  # SpiffWorkflow has no types
    """Where the instance stands on one element.

    FUTURE: has arrived and not entered. WAITING: for an event or for other tokens. STARTED: something inside is running. READY: the engine
    (or, on a user task, a person) can go on. A token that failed keeps its state and has a reason in `failed`.
    """

    workflow: Scope
    task_spec: Node
    parent: Token | None
    children: list[Token]

    def __init__(self, workflow: Scope, task_spec: Any, parent: Task | None = None, state: int = FUTURE, id: str | None = None) -> None:
        self.id: str = id or workflow.top_workflow.next_id()
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent = None if parent is None else parent.id
        self._children: list[str] = []
        self._state = state
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0
        self.internal_data: dict[str, Any] = {}
        self.view: Data = EMPTY
        self.local: dict[str, Any] | None = None
        self.flow: str | None = None
        self.chosen: tuple[Way, ...] = ()
        workflow.tasks[self.id] = self
        if parent is not None:
            parent._child_added_notify(self)

    @property
    def data(self) -> dict[str, Any]:
        """Everything this token sees: its branch's variables and, before them, its local ones."""
        return {**self.view.values, **self.local} if self.local else self.view.values

    @property
    def failed(self) -> str | None:
        """Why the last step could not be taken, or None."""
        return self.internal_data.get('failed')

    @property
    def alive(self) -> bool:
        """False as soon as the token is completed, cancelled or consumed."""
        return self.workflow.tasks.get(self.id) is self

    def seen(self) -> Data:
        """Its variables and those written so far by what runs inside it."""
        merged = self.view
        for child in self.children:
            merged = merged.merged(child.seen())
        inner = self.workflow.top_workflow.subprocesses.get(self.id)
        if inner is not None and not inner.isolated:
            merged = merged.merged(inner.seen(), inner.locals)
        return merged

    def outward(self) -> Iterator[Token]:
        """This token and every one it is inside of, innermost first."""
        token: Token | None = self
        while token is not None:
            yield token
            parent = token.parent
            token = parent if parent is not None and parent._parent is not None else token.workflow.host

    def write(self, values: dict[str, Any]) -> None:
        """Write variables into this branch; names that are local to the token stay local."""
        if self.local:
            inner = {name: value for name, value in values.items() if name in self.local}
            if inner:
                self.local = {**self.local, **inner}
                values = {name: value for name, value in values.items() if name not in inner}
        if values:
            self.view = self.view.written(values, self.workflow.top_workflow.next_stamp())

    def cancel(self) -> None:
        """End this token and everything under it without going on."""
        for child in self.children:
            child.cancel()
        self._set_state(CANCELLED)
        self.task_spec._on_cancel(self)
        self.workflow._remove_task(self.id)

    def _set_state(self, value: int) -> None:
        if self.alive:  # what was cancelled while it acted stays cancelled
            self._state = value
