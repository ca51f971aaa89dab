"""Where tokens live: the process instance, and one scope inside it for every running subprocess and called process.

A finished token leaves nothing behind: its followers hang where it hung. Nothing here looks at finished tasks (joins count waiting tokens,
loops keep their own figures), so a case that loops two hundred times has as many tokens as on its first round.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec

from engine.bpmn.changes import Failed, Passed, Thrown
from engine.bpmn.spiff.data import EMPTY, Data
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.token import COMPLETED, FUTURE, READY, Token
from engine.core.effort import LIVE_TOKENS
from engine.words import Word

if TYPE_CHECKING:
    from engine.bpmn.model import Element
    from engine.bpmn.spiff.events import EventStartNode
    from engine.bpmn.spiff.gateways import InclusiveNode
    from engine.bpmn.spiff.nodes import Node

ROOT = '(root)'  # no XML id can be spelled like this, so no element can collide with it
MAX_DEPTH = 60


class ProcessSpec(BpmnProcessSpec):  # type: ignore[misc]  # SpiffWorkflow has no types
    """A process or the inside of a subprocess. Has none of SpiffWorkflow's own Start, EndJoin and End tasks."""

    def __init__(self, key: str, element: str) -> None:
        WorkflowSpec.__init__(self, name=key)
        self.element = element
        self.data_objects: dict[str, Any] = {}
        self.start = BpmnTaskSpec(self, ROOT)
        self.begins: tuple[Node, ...] = ()  # where a token starts when nobody says where
        self.standby: tuple[EventStartNode, ...] = ()  # starts of event subprocesses that wait as long as the scope runs
        self.handlers: tuple[EventStartNode, ...] = ()  # starts of event subprocesses for errors and escalations
        self.inclusive: tuple[InclusiveNode, ...] = ()
        self.undo: dict[str, Node] = {}  # activities that can be undone, and what undoes each
        self.undo_all: Node | None = None  # undoes everything completed inside, where a subprocess has such activities
        self.conditional = False  # whether some event here waits for a condition
        self.known: frozenset[str] = frozenset()  # variables that somebody writes: missing, they are empty and not unknown


@dataclass
class Journal:
    """What happened in this verb, in order."""

    passed: list[Passed] = field(default_factory=list)
    thrown: list[Thrown] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


class Scope:
    """What the instance and its inner scopes have in common."""

    spec: ProcessSpec
    tasks: dict[str, Token]
    task_tree: Token
    top_workflow: Instance
    script_engine: ScriptEngine
    completed: bool
    host: Token | None  # the activity this scope is inside of
    level: int

    isolated = False  # a called process with its own variables

    def open_scope(self, view: Data, root: str | None) -> None:
        """Make the root and the memory of a scope."""
        self.task_tree = Token(self, self.spec.start, None, COMPLETED, root)
        self.task_tree.view = view
        self.kept: Data = view  # variables of tokens that came to their end
        self.locals: frozenset[str] = frozenset()
        self.done: list[list[Any]] = []  # completed activities that can be undone, oldest first: id, and the same of its inside
        self.terminated = False

    @property
    def journal(self) -> Journal:
        """Where what happens is written down."""
        return self.top_workflow.log

    def start(self, begins: Iterable[Node], view: Data) -> None:
        """Put the first tokens into a new scope: its event subprocesses stand by before anything else happens."""
        for node in (*self.spec.standby, *begins):
            self.arrive(node, view)

    def arrive(self, node: Node, view: Data, parent: Token | None = None, flow: str | None = None) -> Token:
        """A new token on `node`; it enters when its turn comes."""
        token = Token(self, node, parent or self.task_tree, FUTURE)
        token.view = view
        token.flow = flow
        self.top_workflow.enqueue(token)
        return token

    def move_on(self, token: Token) -> None:
        """`token` has completed: its followers arrive, it disappears, and the scope may be over."""
        for child in token.children:
            child.cancel()
        for way in token.chosen * token.task_spec.makes:
            self.arrive(way.target, token.view, token.parent, way.flow)
        if not token.chosen:
            self.kept = self.kept.merged(token.view)
        parent, element = token.parent, token.task_spec.element.id
        self.remove(token)
        if token.task_spec.name == element and element in self.spec.undo:
            self.done.append([element, token.internal_data.get('done', [])])
        if parent is not None and parent is not self.task_tree:
            parent.task_spec.child_left(parent, token)
        if self.host is not None:
            self.host.task_spec.left_inside(self.host, self, token)
        self.settle()

    def remove(self, token: Token) -> None:
        """Take a token out of the tree; nothing is reported."""
        self._remove_task(token.id)

    def _remove_task(self, task_id: str) -> None:
        token = self.tasks.pop(task_id)
        parent = token.parent
        if parent is not None:
            parent._children.remove(task_id)

    def settle(self) -> None:
        """The scope is over when no token is left but those that only stand by."""
        left = self.task_tree.children
        if not self.completed and all(token.task_spec.stands_by for token in left):
            for token in left:
                token.cancel()
            self.completed = True
            self.over()

    def over(self) -> None:
        """Called once when no token is left."""

    def live(self) -> Iterator[Token]:
        """All tokens of this scope and, after the token they are inside of, of its inner scopes."""
        inner = self.top_workflow.subprocesses
        for token in list(self.tasks.values()):
            if token._parent is not None:
                yield token
                if token.id in inner:
                    yield from inner[token.id].live()

    def seen(self) -> Data:
        """All variables of this scope together, the later write of each: what an interrupting event and the display see."""
        merged = self.kept
        for token in self.task_tree.children:
            merged = merged.merged(token.seen())
        return merged

    def known(self) -> Data:
        """All variables a condition in this scope can see: its own and those of every scope around it, up to a called process."""
        merged, scope, hidden = self.seen(), self, self.locals
        while scope.host is not None and not scope.isolated:
            scope = scope.host.workflow
            merged = merged.merged(scope.seen(), hidden)
            hidden |= scope.locals
        return merged

    def cancel_all(self, but: Token | None = None) -> None:
        """End every token except one; what they wrote stays written."""
        self.kept = self.seen()
        for token in self.task_tree.children:
            if token is not but:
                token.cancel()


class Inner(Scope, BpmnSubWorkflow):  # type: ignore[misc]  # SpiffWorkflow has no types
    """The inside of one running subprocess or called process."""

    host: Token

    def __init__(self, spec: ProcessSpec, host: Token, view: Data, isolated: bool = False, root: str | None = None) -> None:
        self.host = host
        self.level = host.workflow.level + 1
        self.isolated = isolated
        BpmnSubWorkflow.__init__(self, spec, host.id, host.workflow.top_workflow, deserializing=True)
        self.open_scope(view, root)
        self.locals = frozenset(host.local or ())

    def _calculate_depth(self) -> int:
        return self.level

    @property
    def parent_workflow(self) -> Scope:
        """The scope around this one."""
        return self.host.workflow

    def over(self) -> None:
        """The host takes over what was written inside and goes on."""
        self.host.task_spec.inside_over(self.host, self)
        del self.top_workflow.subprocesses[self.host.id]


class Instance(Scope, BpmnWorkflow):  # type: ignore[misc]  # SpiffWorkflow has no types
    """One process instance with everything inside it."""

    host: None = None
    level = 0

    def __init__(
        self, spec: ProcessSpec, specs: Mapping[str, ProcessSpec], engine: ScriptEngine, view: Data = EMPTY, root: str | None = None
    ) -> None:
        self.last_id = 0
        self.last_stamp = 0
        self.asks = any(each.conditional for each in specs.values())
        self.asked = -1  # the write after which conditions were asked last; -1: they must be asked whatever was written
        self.log = Journal()
        self.queue: list[tuple[int, int, Token]] = []
        self.turn = 0
        self.how: str | None = None  # 'completed', 'terminated', 'cancelled' when over
        self.result: str | None = None
        self.end: str | None = None
        BpmnWorkflow.__init__(self, spec, specs, engine, deserializing=True)
        self.open_scope(view, root)

    def next_id(self) -> str:
        """A token id that this instance has not used."""
        self.last_id += 1
        return str(self.last_id)

    def next_stamp(self) -> int:
        """The number of a new write."""
        self.last_stamp += 1
        return self.last_stamp

    def enqueue(self, token: Token) -> None:
        """Give the token a turn: outermost scope first, then first come first served."""
        self.turn += 1
        heapq.heappush(self.queue, (token.workflow.level, self.turn, token))

    def make_room(self, more: int, element: Element) -> None:
        """Before `more` tokens come to be. Raises StepFailed when there would be too many."""
        live = sum(len(scope.tasks) for scope in (self, *self.subprocesses.values()))
        if live + more > LIVE_TOKENS:
            zh = f'在“{element.name or element.id}”处同时进行的分支超过 {LIVE_TOKENS} 个'
            raise StepFailed(zh, f'Expected at most {LIVE_TOKENS} tokens at a time, but {element.id} makes it {live + more}')

    def find(self, token_id: str) -> Token | None:
        """The living token with this id, wherever it is."""
        for scope in (self, *self.subprocesses.values()):
            token = scope.tasks.get(token_id)
            if token is not None:
                return token if token._parent is not None else None
        return None

    def over(self) -> None:
        """The instance is over."""
        self.how = 'terminated' if self.terminated else 'completed'

    def ready(self, token: Token, produced: Mapping[str, Any]) -> None:
        """What the token waited for is there; it goes on in its turn."""
        token.internal_data['produced'] = dict(produced)
        token._set_state(READY)
        self.enqueue(token)


def fail(token: Token, error: StepFailed) -> None:
    """The token stays where it is until it is tried again."""
    element = token.task_spec.element
    token.internal_data['failed'] = error.zh
    detail = error.en if not error.detail or error.detail in error.en else f'{error.en}\n{error.detail}'
    token.workflow.journal.failed.append(Failed(token.id, element.id, Word(error.zh, error.en), detail))
