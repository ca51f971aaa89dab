"""What every element has in common, and the activities that have nothing inside: user, script, service and empty tasks.

A token arrives (FUTURE), enters (`enter`: inputs are mapped, boundary events armed), acts (`act`), publishes what it made and leaves by the
flows that `choose` gives. Everything that can fail is evaluated before anything changes, so a failed step can be tried again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec

from engine.bpmn.changes import Passed, Work
from engine.bpmn.model import Element
from engine.bpmn.spiff.conditions import ask
from engine.bpmn.spiff.expressions import Assignments, CompiledExpression, Template, shown
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.token import FUTURE, READY, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.events import BoundaryNode
    from engine.bpmn.spiff.loops import LoopNode
    from engine.bpmn.spiff.scope import ProcessSpec, Scope


@dataclass(frozen=True)
class Way:
    """An outgoing sequence flow."""

    flow: str
    target: Node
    condition: CompiledExpression | None


class Node(BpmnTaskSpec):  # type: ignore[misc]  # SpiffWorkflow has no types
    """An element of the diagram. Specs are shared by all instances and threads: after assembling, nothing in them changes."""

    opens: ClassVar[str | None] = None  # 'activity' or 'event' when its waiting is reported as Opened
    stands_by: ClassVar[bool] = False  # the start of an event subprocess, which does not keep its scope open
    waits_for: str | None = None  # 'timer', 'message', 'signal' or 'conditional'

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None) -> None:
        super().__init__(process, name or element.id)
        self.bpmn_id = element.id
        self.bpmn_name = element.name
        self.element = element
        self.ways: tuple[Way, ...] = ()
        self.default: Way | None = None
        self.conditional = False
        self.boundaries: tuple[BoundaryNode, ...] = ()
        self.arming: tuple[BoundaryNode, ...] = ()
        self.loop: LoopNode | None = None
        self.gathers = element.start_quantity if name is None else 1  # tokens to arrive before it begins; instances of a loop do not gather
        self.makes = element.completion_quantity  # tokens to leave by every flow taken
        self.mapped_inputs: Mapping[str, Template] = {}
        self.mapped_outputs: Mapping[str, Template] = {}

    def leads_to(self, ways: tuple[Way, ...], default: str | None) -> None:
        """Connect the outgoing flows, in document order."""
        self.ways = ways
        self.default = next((way for way in ways if way.flow == default), None)
        self.conditional = self.default is not None or any(way.condition for way in ways)
        for way in ways:
            self.connect(way.target)

    def bounded_by(self, boundaries: tuple[BoundaryNode, ...]) -> None:
        """Attach boundary events. Errors and escalations are looked for when thrown; the others wait as tokens of their own."""
        self.boundaries = boundaries
        self.arming = tuple(node for node in boundaries if node.waits_for)

    def test(self) -> None:
        """SpiffWorkflow asks before every step for what the check has already proved."""

    def enter(self, token: Token) -> int:
        """The state in which the token stays on this element."""
        return READY

    def act(self, token: Token) -> Mapping[str, Any] | None:
        """Do the element's work; gives the variables it makes."""
        return None

    def choose(self, token: Token) -> tuple[Way, ...]:
        """The flows to leave by (BPMN 2.0.2 §13.3.2): every unconditional one, every conditional one that holds, else the default."""
        if not self.conditional:
            return self.ways
        holds = token.workflow.script_engine.holds
        taken = [way for way in self.ways if way is not self.default and (way.condition is None or holds(token, way.condition, way.flow))]
        if self.default is not None and not any(way.condition for way in taken):
            taken.append(self.default)
        if not taken:
            raise no_way(token, self.ways)
        return tuple(taken)

    def _update_hook(self, my_task: Token) -> bool:
        if self.gathers > 1 and not self._gathered(my_task):
            return False
        evaluate = my_task.workflow.script_engine.value
        if self.mapped_inputs:
            made = {name: evaluate(my_task, template) for name, template in self.mapped_inputs.items()}
            my_task.local = {**(my_task.local or {}), **made}
        armed = [(node, node.prepare(my_task)) for node in self.arming]
        state = self.enter(my_task)
        for node, facts in armed:
            node.arm(my_task, facts)
        if state == READY:
            return True
        my_task._set_state(state)
        return False

    def _gathered(self, token: Token) -> bool:
        """Whether as many tokens as the activity needs are here (§13.3.2); they become one. Until then none has entered."""
        if 'gathered' in token.internal_data:
            return True
        here = [one for one in token.workflow.task_tree.children if one.task_spec is self and one is not token and one.state == FUTURE]
        others = [one for one in here if 'gathered' not in one.internal_data][: self.gathers - 1]
        if len(others) < self.gathers - 1:
            return False
        for other in others:
            token.view = token.view.merged(other.view)
            token.workflow.remove(other)
        token.internal_data['gathered'] = True
        return True

    def _run(self, my_task: Token) -> bool | None:
        facts = my_task.internal_data
        if 'produced' not in facts:
            produced = self.act(my_task)
            if not my_task.alive:
                return None
            facts['produced'] = dict(produced or {})
        if 'acted' not in facts:
            self.publish(my_task, facts['produced'])
            facts['acted'] = True
            ask(my_task.workflow.top_workflow)
            if not my_task.alive:
                return None
        if self.loop is None:
            my_task.chosen = self.choose(my_task)
            if len(my_task.chosen) * self.makes > 1:
                my_task.workflow.top_workflow.make_room(len(my_task.chosen) * self.makes, self.element)
            host = my_task.workflow.host
            if host is not None:
                host.task_spec.decide_inside(my_task)
        else:
            self.loop.decide(my_task)
        return True

    def publish(self, token: Token, produced: dict[str, Any]) -> None:
        """Write what was made upwards: only the mapped outputs when there are any."""
        if not self.mapped_outputs:
            token.write(produced)
            return
        evaluate = token.workflow.script_engine.value
        values = {name: evaluate(token, template, produced) for name, template in self.mapped_outputs.items()}
        token.view = token.view.written(values, token.workflow.top_workflow.next_stamp())

    def _on_complete(self, my_task: Token) -> None:
        if self.loop is not None:
            self.loop.instance_done(my_task)
        else:
            my_task.workflow.journal.passed.append(Passed(self.element.id, self.element.kind, my_task.flow))
            my_task.workflow.move_on(my_task)

    def decide_inside(self, token: Token) -> None:
        """Before `token`, inside of this activity, leaves its element. Raises StepFailed."""

    def child_left(self, token: Token, child: Token) -> None:
        """After `child`, which hung under `token` on this element, has left its own element for good or for another."""

    def left_inside(self, host: Token, scope: Scope, token: Token) -> None:
        """After `token`, inside of this activity, has left its element; `host` is on this activity, `scope` is its inside."""

    def _on_cancel(self, my_task: Token) -> None:
        """Nothing to undo for an element with nothing inside."""


def no_way(token: Token, ways: tuple[Way, ...]) -> StepFailed:
    """Said when no outgoing flow can be taken: each condition, and the values it saw."""
    element = token.task_spec.element
    called = element.name or element.id
    asked = [way.condition for way in ways if way.condition is not None]
    data = token.data
    names = sorted({name for condition in asked for name in condition.compiled.names})
    seen = [(name, shown(data.get(name))) for name in names]
    texts = [condition.text for condition in asked]
    zh = f'“{called}”的流出条件都不成立，且没有默认流：{"、".join(texts)}'
    en = f'Expected one outgoing flow of {element.id} to hold, but none does and there is no default flow: {", ".join(texts)}'
    zh_seen, en_seen = '，'.join(f'{name} = {value}' for name, value in seen), ', '.join(f'{name} = {value}' for name, value in seen)
    return StepFailed(f'{zh}（{zh_seen}）' if seen else zh, f'{en} ({en_seen})' if seen else en)


class PassNode(Node):
    """Start events, empty tasks, empty throw events and link events: the token goes straight through."""


class UserNode(Node):
    """A user task or manual task: waits until a person completes it."""

    opens = 'activity'

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None) -> None:
        super().__init__(process, element, name)
        self.manual = True

    def refuses(self, variables: Mapping[str, Any]) -> str | None:
        """What was expected of the variables it is completed with, where they cannot be; else None."""
        return None


class ScriptNode(Node):
    """A script task: FEEL assignments, or one expression whose value goes to the result variable."""

    opens = 'activity'

    def __init__(
        self, process: ProcessSpec, element: Element, name: str | None = None, *, script: Assignments | CompiledExpression | None = None
    ) -> None:
        super().__init__(process, element, name)
        self.script = script

    def act(self, token: Token) -> Mapping[str, Any] | None:
        engine = token.workflow.script_engine
        if isinstance(self.script, Assignments):
            return engine.execute(token, self.script)
        if self.script is not None and self.element.result_variable:
            return {self.element.result_variable: engine.value(token, self.script)}
        return None


class WorkNode(Node):
    """A service, send or business rule task: its handler runs inside the verb."""

    opens = 'activity'

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None, *, handler: str = '') -> None:
        super().__init__(process, element, name)
        self.handler = handler

    def act(self, token: Token) -> Mapping[str, Any] | None:
        work = Work(token.id, self.element.id, self.handler, token.local or {}, token.data)
        produced = token.workflow.script_engine.call(token, work)
        if produced is None:
            return None
        return {self.element.result_variable: dict(produced)} if self.element.result_variable else produced
