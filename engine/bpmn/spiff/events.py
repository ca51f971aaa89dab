"""Events (BPMN 2.0.2 §10.5): what waits, what bounds an activity, and what is thrown.

No event looks at a clock. A timer knows its limit as text; the engine keeps the row that knows when, and says so once with `fire`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.specs.event_definitions.base import EventDefinition as SpiffDefinition

from engine.bpmn.changes import Passed, Thrown
from engine.bpmn.model import Element, EventDefinition
from engine.bpmn.spiff.expressions import CompiledExpression, as_text
from engine.bpmn.spiff.gateways import EventGatewayNode
from engine.bpmn.spiff.host import BpmnError
from engine.bpmn.spiff.nodes import Node
from engine.bpmn.spiff.token import STARTED, WAITING, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import Instance, ProcessSpec, Scope


class Awaiting(SpiffDefinition):  # type: ignore[misc]  # SpiffWorkflow has no types
    """What an event waits for. It has happened when the engine has said so, and at no other time."""

    def __init__(self, kind: str, text: CompiledExpression | str, timer_type: str = '') -> None:
        super().__init__(str(text))
        self.kind = kind
        self.text = text
        self.timer_type = timer_type

    def has_fired(self, my_task: Token) -> bool:
        """Whether its row, or the message or signal, has come."""
        return 'produced' in my_task.internal_data

    def facts(self, token: Token) -> dict[str, Any]:
        """What the waiting token must remember: the limit or the name, with ${…} evaluated. Raises StepFailed."""
        if self.kind == 'conditional' or isinstance(self.text, str):
            return {'name': '' if self.kind == 'conditional' else self.text}
        return {'name': as_text(token.workflow.script_engine.value(token, self.text))}


class RowTimer(Awaiting):
    """A timer that only answers «has my row fired?». It never reads a clock."""


class EventNode(Node):
    """An element with what it waits for."""

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None, *, awaiting: Awaiting | None = None) -> None:
        super().__init__(process, element, name)
        self.event_definition = awaiting
        self.waits_for = awaiting.kind if awaiting is not None else None
        self.interrupts = element.interrupting or any(event.kind == 'error' for event in element.events)  # an error always does
        self.together: tuple[EventNode, ...] = ()  # all the parts of a parallel-multiple event, of which this is one

    def prepare(self, token: Token) -> dict[str, Any]:
        """Evaluate what the waiting token must remember. Raises StepFailed."""
        if self.waits_for == 'conditional':
            token.workflow.top_workflow.asked = -1
        return self.event_definition.facts(token) if self.event_definition is not None else {}

    def happens(self, token: Token, payload: Mapping[str, Any], last: bool = True) -> None:
        """What `token` waits for is there."""
        token.workflow.top_workflow.ready(token, payload)

    def condition_holds(self, token: Token) -> bool:
        """Whether the condition of a conditional event is true now; anything but true is not yet. Raises StepFailed."""
        text = self.event_definition.text if self.event_definition is not None else None
        if not isinstance(text, CompiledExpression):
            return False
        return token.workflow.script_engine.value(token, text, token.workflow.known().values) is True

    def told(self, attribute: str, value: str) -> dict[str, str]:
        """The variable in which the diagram wants to have the code or message, e.g. camunda:errorCodeVariable."""
        name = self.element.attrs.get(attribute)
        return {name: value} if name else {}

    def catches(self, kind: str, code: str) -> int:
        """0: not this; 1: catches everything of this kind; 2: catches this code."""
        event = self.element.event
        if event is None or event.kind != kind:
            return 0
        wanted = thrown_code(event)
        return 1 if not wanted else 2 if wanted == code else 0


class CatchNode(EventNode):
    """An intermediate catch event or receive task."""

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None, *, awaiting: Awaiting | None = None) -> None:
        super().__init__(process, element, name, awaiting=awaiting)
        self.opens = 'activity' if element.kind == 'receiveTask' else 'event'  # type: ignore[misc]  # per element here, per class elsewhere

    def enter(self, token: Token) -> int:
        token.internal_data.update(self.prepare(token))
        return WAITING

    def happens(self, token: Token, payload: Mapping[str, Any], last: bool = True) -> None:
        parent = token.parent
        if parent is not None and self.together:
            brought = gathered(token, self.together, payload)
            if brought is not None:
                token.workflow.top_workflow.ready(parent, brought)
            return
        if parent is not None and isinstance(parent.task_spec, EventGatewayNode):
            parent.task_spec.won(parent, token)
        super().happens(token, payload)


class AnyNode(EventGatewayNode):
    """An intermediate catch event with several definitions: what happens first goes on in its place (§10.5.5)."""

    parts: tuple[CatchNode, ...] = ()

    def enter(self, token: Token) -> int:
        state = super().enter(token)
        for child in token.children:
            child.flow, child.local = token.flow, token.local
        return state

    def won(self, token: Token, winner: Token) -> None:
        """`winner` takes its place; the element is passed once, by the winner."""
        self.replaced(token, winner)


class AllNode(Node):
    """An intermediate catch event that waits for all of its definitions (parallelMultiple, §10.5.5)."""

    opens = 'event'
    parts: tuple[CatchNode, ...] = ()

    def enter(self, token: Token) -> int:
        prepared = [(part, part.prepare(token)) for part in self.parts]
        for part, facts in prepared:
            child = Token(token.workflow, part, token, WAITING)
            child.view = token.view
            child.internal_data.update(facts)
        return STARTED


def gathered(token: Token, together: tuple[EventNode, ...], payload: Mapping[str, Any]) -> dict[str, Any] | None:
    """Part of a parallel-multiple event has happened: what all have brought once the last has, else None. The token is used up."""
    parent = token.parent
    others = [child for child in (parent.children if parent is not None else ()) if child is not token and child.task_spec in together]
    brought = {**token.internal_data.get('brought', {}), **payload}
    token.workflow.remove(token)
    for other in others:
        other.internal_data['brought'] = {**other.internal_data.get('brought', {}), **payload}
    return None if others else brought


class BoundaryNode(EventNode):
    """A boundary event. Timers, messages, signals and conditions wait as a child of the activity; errors and escalations are looked for.

    One with several definitions is one node for the path and a part for each definition (§10.5.5).
    """

    parts: tuple[BoundaryNode, ...] = ()
    whole: BoundaryNode | None = None  # of a part: the event whose path begins

    def arm(self, host: Token, facts: Mapping[str, Any]) -> None:
        """Begin to wait beside `host`."""
        token = Token(host.workflow, self, host, WAITING)
        token.view = host.view
        token.internal_data.update(facts)

    def happens(self, token: Token, payload: Mapping[str, Any], last: bool = True) -> None:
        host = token.parent
        if host is None:
            raise AssertionError(f'boundary event {self.bpmn_id} without an activity')
        if self.together:
            brought = gathered(token, self.together, payload)
            if brought is not None:
                self.spring(host, brought)
            return
        if last and not self.interrupts and self.waits_for == 'timer':
            token.workflow.remove(token)
        self.spring(host, payload)

    def spring(self, host: Token, payload: Mapping[str, Any]) -> None:
        """The event happens to `host`: its path begins, and an interrupting one ends the host with all that is inside."""
        path = Token(host.workflow, self.whole or self, host.parent, WAITING)
        path.view = host.seen()
        if self.interrupts:
            host.cancel()
        host.workflow.top_workflow.ready(path, payload)


class EventStartNode(EventNode):
    """The start event of an event subprocess (§13.5.4). It stands by as long as the scope around the subprocess runs."""

    stands_by = True

    def __init__(self, process: ProcessSpec, element: Element, name: str | None = None, *, starts: Node, awaiting: Awaiting | None) -> None:
        super().__init__(process, element, name, awaiting=awaiting)
        self.starts = starts

    def enter(self, token: Token) -> int:
        token.internal_data.update(self.prepare(token))
        return WAITING

    def happens(self, token: Token, payload: Mapping[str, Any], last: bool = True) -> None:
        scope = token.workflow
        if self.together:
            brought = gathered(token, self.together, payload)
            if brought is not None:
                self.begin(scope, brought)
            return
        if last and not self.interrupts and self.waits_for == 'timer':
            scope.remove(token)
        self.begin(scope, payload)

    def spring(self, token: Token, payload: Mapping[str, Any]) -> None:
        """The subprocess starts in the scope `token` is in."""
        self.begin(token.workflow, payload)

    def begin(self, scope: Scope, payload: Mapping[str, Any]) -> None:
        """The subprocess starts in `scope`; an interrupting one ends everything else there."""
        view = scope.seen().written(payload, scope.top_workflow.next_stamp())
        if self.interrupts:
            scope.cancel_all()
        scope.arrive(self.starts, view)


class ThrowNode(Node):
    """An intermediate throw event or end event that throws something."""

    def __init__(
        self,
        process: ProcessSpec,
        element: Element,
        name: str | None = None,
        *,
        throws: EventDefinition,
        text: CompiledExpression | str = '',
        before: tuple[tuple[EventDefinition, CompiledExpression | str], ...] = (),
    ) -> None:
        """`before` are its other definitions, each thrown before `throws`."""
        super().__init__(process, element, name)
        self.throws = throws
        self.texts = (*before, (throws, text))

    def act(self, token: Token) -> Mapping[str, Any] | None:
        error = BpmnError(thrown_code(self.throws), self.throws.name or '') if self.throws.kind == 'error' else None
        if error is not None and (len(self.texts) == 1 or catcher(token, 'error', error.code) is None):
            raise error  # nothing is thrown by an event that will be tried again
        payload = token.local or {}
        for event, name in [(event, thrown_name(token, text)) for event, text in self.texts]:
            if token.alive or event.kind in ('message', 'signal'):
                throw(token, event, name, payload)
        if token.alive and error is not None:
            raise error
        if not token.alive:
            token.workflow.journal.passed.append(Passed(self.element.id, self.element.kind, token.flow))
        return None

    def _on_complete(self, my_task: Token) -> None:
        scope = my_task.workflow
        if self.throws.kind == 'terminate':
            scope.terminated = True
            scope.cancel_all(but=my_task)
        if self.element.kind == 'endEvent' and self.loop is None:
            reached_end(scope, self.element)
        super()._on_complete(my_task)


class EndNode(Node):
    """An end event without a definition."""

    def _on_complete(self, my_task: Token) -> None:
        reached_end(my_task.workflow, self.element)
        super()._on_complete(my_task)


def reached_end(scope: Scope, element: Element) -> None:
    """Remember the outcome: property `result` of the end event reached last, and the end event of the process itself."""
    top = scope.top_workflow
    top.result = element.said.result or top.result
    if scope is top:
        top.end = element.id


def thrown_code(event: EventDefinition) -> str:
    """The code of an error or escalation; one without a code is known by its name. Empty: none is named."""
    return event.code or event.name or ''


def catcher(token: Token, kind: str, code: str) -> tuple[BoundaryNode | EventStartNode, Token] | None:
    """Who catches an error or escalation thrown by `token`, and on which token: innermost first, exact code first.

    A boundary event catches on its activity, an event subprocess on everything beside it in its scope, but not on itself.
    """
    for host in token.outward():
        nodes: list[BoundaryNode | EventStartNode] = list(host.task_spec.boundaries)
        best = max(nodes, key=lambda node: node.catches(kind, code), default=None)
        if (best is None or not best.catches(kind, code)) and host._parent == host.workflow.task_tree.id:
            nodes = [] if host.task_spec.element.triggered_by_event else list(host.workflow.spec.handlers)
            best = max(nodes, key=lambda node: node.catches(kind, code), default=None)
        if best is not None and best.catches(kind, code):
            return best, host
    return None


def raise_error(token: Token, error: BpmnError) -> bool:
    """Give a BPMN error to the diagram. False when nothing catches it; nothing has changed then."""
    found = catcher(token, 'error', error.code)
    if found is None:
        return False
    if isinstance(token.task_spec, ThrowNode):
        token.workflow.journal.passed.append(Passed(token.task_spec.element.id, token.task_spec.element.kind, token.flow))
    node, host = found
    node.spring(host, {**node.told('errorCodeVariable', error.code), **node.told('errorMessageVariable', error.message)})
    return True


def waiting_for(instance: Instance, kind: str, name: str) -> list[Token]:
    """The tokens that wait for this message or signal, outermost and oldest first."""
    found = [
        token
        for token in instance.live()
        if token.state == WAITING and token.task_spec.waits_for == kind and token.internal_data.get('name') == name
    ]
    return sorted(found, key=lambda token: (token.workflow.level, int(token.id)))


def thrown_name(token: Token, text: CompiledExpression | str) -> str:
    """The name of a message or signal, with ${…} evaluated. Raises StepFailed."""
    return text if isinstance(text, str) else as_text(token.workflow.script_engine.value(token, text))


def throw(sender: Token, event: EventDefinition, name: str, payload: Mapping[str, Any]) -> None:
    """Throw a message, signal or escalation; of another kind nothing. What it springs may end the sender."""
    if event.kind == 'escalation':
        _escalate(sender, event, payload)
    elif event.kind in ('message', 'signal'):
        send = send_message if event.kind == 'message' else send_signal
        send(sender, name, dict(payload))


def _escalate(sender: Token, event: EventDefinition, payload: Mapping[str, Any]) -> None:
    code = thrown_code(event)
    found = catcher(sender, 'escalation', code)
    if found is None:
        thrown = Thrown('escalation', event.name or code, sender.task_spec.element.id, code, dict(payload))
        sender.workflow.journal.thrown.append(thrown)
    else:
        node, host = found
        node.spring(host, {**payload, **node.told('escalationCodeVariable', code)})


def send_message(sender: Token, name: str, payload: dict[str, Any]) -> None:
    """A message goes to one receiver: the first that waits for it in this instance, else out of it."""
    top = sender.workflow.top_workflow
    receivers = waiting_for(top, 'message', name)
    if receivers:
        receive(receivers[0], payload, sender)
    else:
        top.log.thrown.append(Thrown('message', name, sender.task_spec.element.id, None, payload))


def send_signal(sender: Token, name: str, payload: dict[str, Any]) -> None:
    """A signal goes to everyone who waits for it, in this instance and outside."""
    top = sender.workflow.top_workflow
    top.log.thrown.append(Thrown('signal', name, sender.task_spec.element.id, None, payload))
    for token in waiting_for(top, 'signal', name):
        if token.alive:
            receive(token, payload, sender)


def receive(token: Token, payload: Mapping[str, Any], sender: Token | None = None) -> None:
    """`token` gets what it waited for. From inside the same process it also sees the sender's variables."""
    if sender is not None and _space(sender) is _space(token):
        token.view = token.view.merged(sender.view)
        host = token.parent
        if isinstance(token.task_spec, BoundaryNode) and host is not None:
            host.view = host.view.merged(sender.view)
    if isinstance(token.task_spec, EventNode):
        token.task_spec.happens(token, payload)


def _space(token: Token) -> Scope:
    scope = token.workflow
    while scope.host is not None and not getattr(scope, 'isolated', False):
        scope = scope.host.workflow
    return scope
