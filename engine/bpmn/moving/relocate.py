"""A running case on another program: every token finds its element there, or a sentence says why it cannot.

Nothing is stepped and no handler is called: the case stands where it stood. Tokens keep their ids, so rows are carried over by token. What
SpiffWorkflow's own migration does wrong (design §6, 2 to 5) cannot happen: no token is reset, none is skipped, an event that is new on an
activity begins to wait, and names, lanes and documentation are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.bpmn.changes import Changes
from engine.bpmn.model import Element
from engine.bpmn.moving.ahead import milestones_ahead, standstill
from engine.bpmn.moving.findings import Finding, finding, kind_words
from engine.bpmn.program import Program
from engine.bpmn.run import Run
from engine.bpmn.spiff import codec
from engine.bpmn.spiff.events import BoundaryNode, EventNode
from engine.bpmn.spiff.expressions import CompiledExpression, ScriptEngine
from engine.bpmn.spiff.gateways import EventGatewayNode, InclusiveNode, JoinNode
from engine.bpmn.spiff.host import Host, StepFailed
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.nesting import CallNode, SubprocessNode
from engine.bpmn.spiff.nodes import Node
from engine.bpmn.spiff.report import beside, changes, picture
from engine.bpmn.spiff.scope import Inner, Instance, ProcessSpec, Scope
from engine.bpmn.spiff.token import FUTURE, WAITING, Token

KEEP, RELIMIT, RESTART = 'keep', 'relimit', 'restart'
CHOICES = (KEEP, RELIMIT, RESTART)


@dataclass(frozen=True)
class Placement:
    """Where a token stood and where it stands now. `limit` is a timer's new limit text, None when it keeps its own."""

    token: str
    old: Element
    new: Element
    limit: str | None = None
    choice: str = KEEP


@dataclass(frozen=True)
class Added:
    """An event that waits from now on because the new program has it: `host` is the token it waits beside, None for a whole scope."""

    token: str
    element: Element
    host: str | None
    timer: bool


@dataclass
class Relocation:
    """What became of a case. `run` and `changes` are there only when nothing blocks."""

    findings: list[Finding] = field(default_factory=list)
    placements: dict[str, Placement] = field(default_factory=dict)
    added: list[Added] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)  # token of an awaited message or signal → its name now
    milestones: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())  # still ahead before and after
    run: Run | None = None
    changes: Changes = field(default_factory=Changes)

    @property
    def blocked(self) -> bool:
        """Whether the case cannot be moved."""
        return any(one.blocking for one in self.findings)


def relocate(
    blob: bytes, old: Program, new: Program, host: Host, *, mapping: Mapping[str, str], timers: Mapping[str, str] | None = None
) -> Relocation:
    """Put the state of `old` on `new`. `mapping`: old element id → new one; what is not named keeps its id.

    `timers`: new id of a timer event (or `*`) → keep | relimit | restart, where its limit text differs. Raises codec.StateUnreadable.
    """
    before = codec.restore(blob, old.specs, ScriptEngine(host))
    work = _Relocating(old, new, before, host)
    work.mapping, work.timers = mapping, timers or {}
    found = work.result
    work.scope(before, work.after, new.main)
    if found.blocked:
        return found
    work.extend()
    work.joins()
    if not found.blocked:
        stuck = standstill(new, work.after)
        if stuck is not None and standstill(old, before) is None:
            found.findings.append(finding('never_ends', new=stuck))
    if not found.blocked:
        found.milestones = frozenset(milestones_ahead(old, before)), frozenset(milestones_ahead(new, work.after))
        found.changes = changes(work.after, picture(before), picture(work.after), False)
        found.run = Run(new, work.after, picture(work.after))
    return found


class _Relocating:
    """The new instance while it is made."""

    mapping: Mapping[str, str]
    timers: Mapping[str, str]

    def __init__(self, old: Program, new: Program, before: Instance, host: Host) -> None:
        self.old, self.new = old, new
        self.before = before
        self.result = Relocation()
        after = Instance(new.main, new.specs, ScriptEngine(host), before.kept, root=before.task_tree.id)
        after.last_id, after.last_stamp = before.last_id, before.last_stamp
        after.how, after.result, after.end = before.how, before.result, before.end
        self.after = after
        self.scopes: list[tuple[Scope, Scope]] = []
        self.tokens: list[tuple[Token, Token]] = []

    def to(self, element: str) -> str:
        return self.mapping.get(element, element)

    def say(self, code: str, old: Element | None = None, new: Element | None = None, **facts: object) -> None:
        self.result.findings.append(finding(code, old=old, new=new, **facts))

    def scope(self, old: Scope, new: Scope, spec: ProcessSpec) -> None:
        """Carry over the tokens of one scope, and of the scopes inside it."""
        new.completed, new.terminated, new.locals = old.completed, old.terminated, old.locals
        self.scopes.append((old, new))
        for token in old.tasks.values():
            parent = token.parent
            if parent is None or (parent._parent is not None and parent.id not in new.tasks):
                continue  # the root, or a token whose host could not be placed
            node = self._node(token, parent, spec)
            if node is not None:
                self._place(token, node, new)

    def _place(self, token: Token, node: Node, scope: Scope) -> None:
        parent = token.parent
        if parent is None:
            raise AssertionError('a root is never placed')
        made = Token(scope, node, scope.tasks[parent.id], token.state, token.id)
        made.view, made.local = token.view, token.local
        made.flow = self._flow(token, node)
        made.internal_data = dict(token.internal_data)
        self.tokens.append((token, made))
        self.result.placements[token.id] = self._carry(token, made)
        inner = self.before.subprocesses.get(token.id)
        if inner is not None and isinstance(node, SubprocessNode):
            inside = Inner(node.inside, made, inner.kept, inner.isolated, root=inner.task_tree.id)
            self.after.subprocesses[made.id] = inside
            self.scope(inner, inside, node.inside)

    def _node(self, token: Token, parent: Token, spec: ProcessSpec) -> Node | None:
        """The node a token goes to; None when it is dropped (what only waits beside) or blocked, with the finding said."""
        old = token.task_spec.element
        name = self.to(old.id) + (' [child]' if token.task_spec.loop is not None else '')
        node = spec.task_specs.get(name)
        aside = beside(token)
        if aside and (not isinstance(node, Node) or not self._waits_alike(token, node)):
            host = parent.task_spec.element if isinstance(token.task_spec, BoundaryNode) else None
            new_host = self._element(self.to(host.id)) if host is not None else None
            self.say(*(('boundary_removed', old) if host is not None else ('event_removed', old)), host=_words(new_host or host))
            return None
        if not isinstance(node, Node):
            self._missing(token, spec)
            return None
        differs = self._differs(token, node)
        if differs:
            return None
        if old.id != node.element.id:
            self.say('renamed', old, node.element)
        return node

    def _element(self, element: str) -> Element | None:
        try:
            return self.new.element(element)
        except KeyError:
            return None

    def _missing(self, token: Token, spec: ProcessSpec) -> None:
        old = token.task_spec.element
        found = self._element(self.to(old.id))
        if found is None:
            self.say('element_missing', old)
        elif found.scope == spec.element:
            self.say('loop_differs', old, found)
        else:
            inside = self._element(spec.element)
            around = self._element(found.scope)
            self.say('scope_differs', old, found, there=_words(around) or '主流程', here=_words(inside) or '主流程')

    def _differs(self, token: Token, node: Node) -> bool:
        was, old, new = token.task_spec, token.task_spec.element, node.element
        loops = (
            old.loop and replace(old.loop, line=0, completion_condition=None, loop_condition=None),
            new.loop and replace(new.loop, line=0, completion_condition=None, loop_condition=None),
        )
        if _shape(old) != _shape(new):
            (zh, en), (zh_new, en_new) = kind_words(old), kind_words(new)
            self.say('kind_differs', old, new, was=zh, now=zh_new, was_en=en, now_en=en_new)
        elif loops[0] != loops[1] or isinstance(was, LoopNode) != isinstance(node, LoopNode):
            self.say('loop_differs', old, new)
        elif isinstance(was, CallNode) and self.to(old.called or '') != new.called:
            self.say('called_differs', old, new, was=old.called, now=new.called)
        elif isinstance(was, JoinNode) and token.state == WAITING and self._flow(token, node) is None:
            self.say('join_flow_missing', old, new)
        else:
            return False
        return True

    def _waits_alike(self, token: Token, node: Node) -> bool:
        """Whether what waits beside something is the same kind of waiting, beside the same thing."""
        was, parent = token.task_spec, token.parent
        if type(was) is not type(node) or was.waits_for != node.waits_for or parent is None:
            return False
        if isinstance(was, BoundaryNode):
            return bool(node.element.attached_to == self.to(parent.task_spec.element.id))
        return True

    def _flow(self, token: Token, node: Node) -> str | None:
        """The flow a token came by: the same id where it still leads here, else the one between the same two elements."""
        if not token.flow:
            return None
        diagram = next(one for one in self.new.diagrams.values() if one.elements.get(node.element.id) is node.element)
        if token.flow in node.element.incoming:
            return token.flow
        source = next((one.flows[token.flow].source for one in self.old.diagrams.values() if token.flow in one.flows), '')
        same = [flow for flow in node.element.incoming if diagram.flows[flow].source == self.to(source)]
        return same[0] if len(same) == 1 else None

    def _carry(self, token: Token, made: Token) -> Placement:
        """What a waiting token remembers: a timer keeps its limit unless the plan says otherwise, a message has its new name."""
        was, node = token.task_spec, made.task_spec
        placed = Placement(token.id, was.element, node.element)
        if not isinstance(node, EventNode) or made.state != WAITING or node.waits_for in (None, 'conditional'):
            return placed
        if _text(was) == _text(node) and node.waits_for != 'timer':
            return placed
        choice = self.timers.get(node.element.id, self.timers.get('*', KEEP)) if node.waits_for == 'timer' else RELIMIT
        if node.waits_for == 'timer' and choice == KEEP:
            if _text(was) != _text(node):
                self.say('limit_kept', was.element, node.element, was=made.internal_data.get('name', ''), now=_text(node))
            return placed
        return self._renew(placed, made, node, choice)

    def _renew(self, placed: Placement, made: Token, node: EventNode, choice: str) -> Placement:
        before = made.internal_data.get('name', '')
        try:
            made.internal_data.update(node.prepare(made))
        except StepFailed as error:
            self.say('expression_fails', placed.old, placed.new, why=error.zh)
            return placed
        name = made.internal_data.get('name', '')
        if node.waits_for != 'timer':
            if name != before:
                self.result.names[placed.token] = name
                self.say('name_changed', placed.old, placed.new, name=name)
            return placed
        if choice == RESTART:
            self.say('timer_restarted', placed.old, placed.new, now=name)
        elif name == before:
            return placed
        else:
            self.say('limit_changed', placed.old, placed.new, was=before, now=name)
        return replace(placed, limit=name, choice=choice)

    def extend(self) -> None:
        """Let wait what the new program has beside the tokens and the old one had not. What has happened already does not wait again."""
        for old, new in self.tokens:
            if new.state == FUTURE:
                continue
            known = {self.to(node.element.id) for node in old.task_spec.arming if _like(node, new.task_spec.arming, self.to)}
            self._wait([node for node in new.task_spec.arming if node.element.id not in known], new, new)
            if isinstance(new.task_spec, EventGatewayNode):
                known = {self.to(way.target.element.id) for way in old.task_spec.ways}
                for way in new.task_spec.ways:
                    if way.target.element.id not in known:
                        self._wait([way.target], new, None, way.flow)
        for was, scope in self.scopes:
            known = {self.to(node.element.id) for node in was.spec.standby}
            self._wait([node for node in scope.spec.standby if node.element.id not in known], scope.task_tree, None)

    def _wait(self, nodes: Sequence[Node], parent: Token, host: Token | None, flow: str | None = None) -> None:
        scope = parent.workflow
        for node in nodes:
            view = parent.view if parent._parent is not None else scope.seen()
            token = Token(scope, node, parent, WAITING)
            token.view, token.flow = view, flow
            try:
                token.internal_data.update(node.prepare(token) if isinstance(node, EventNode) else {})
            except StepFailed as error:
                self.say('expression_fails', None, node.element, why=error.zh)
                continue
            self.result.added.append(Added(token.id, node.element, host.id if host is not None else None, node.waits_for == 'timer'))
            if host is not None:
                self.say('boundary_added', None, node.element, host=_words(host.task_spec.element))
            else:
                self.say('event_added', None, node.element)

    def joins(self) -> None:
        """A join asks how many tokens it has only when one arrives: what would be complete after the move must not wait for ever."""
        for old, new in self.tokens:
            node = new.task_spec
            if not isinstance(node, JoinNode) or new.state != WAITING:
                continue
            arrived = node.waiting(new.workflow)
            missing = frozenset(node.element.incoming).difference(flow for flow in arrived if flow)
            opens = not missing or len(node.element.incoming) < 2
            if isinstance(node, InclusiveNode) and not opens:
                opens = not any(node._may_bring(one, missing, arrived) for one in new.workflow.task_tree.children)
            if opens:
                self.say('join_would_open', old.task_spec.element, node.element)


def _shape(element: Element) -> tuple[object, ...]:
    return (element.kind, tuple(event.kind for event in element.events), element.triggered_by_event)


def _like(node: BoundaryNode, others: Sequence[BoundaryNode], to: object) -> bool:
    """Whether a boundary event has its like among others: then it waits already, or has happened."""
    wanted = to(node.element.id) if callable(to) else node.element.id
    return any(other.element.id == wanted and other.waits_for == node.waits_for for other in others)


def _text(node: Node) -> str:
    awaiting = node.event_definition if isinstance(node, EventNode) else None
    text = awaiting.text if awaiting is not None else ''
    return text.text if isinstance(text, CompiledExpression) else str(text)


def _words(element: Element | None) -> str:
    return '' if element is None else element.name or element.id
