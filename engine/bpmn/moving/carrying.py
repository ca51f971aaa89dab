"""The tokens of a case carried to another program: each finds its element there, or a sentence says why it cannot.

Nothing is stepped: the case stands where it stood. Tokens keep their ids, so rows are carried over by token. What SpiffWorkflow's own
migration does wrong (ADR 8, differences 2 to 5) cannot happen: no token is reset, none is skipped, an event that is new on an activity
begins to wait, and names, lanes and documentation are never compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.bpmn.model import Element, Loop
from engine.bpmn.moving.findings import kind_words
from engine.bpmn.moving.wanted import KEEP, RELIMIT, RESTART, Added, Carried, Placed, Wanted
from engine.bpmn.program import Program
from engine.bpmn.spiff.events import BoundaryNode, EventNode
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.gateways import ComplexNode, EventGatewayNode, InclusiveNode, JoinNode, ResetNode
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.loops import LoopNode
from engine.bpmn.spiff.nesting import CallNode, PickNode, SubprocessNode
from engine.bpmn.spiff.nodes import Node
from engine.bpmn.spiff.report import beside
from engine.bpmn.spiff.scope import Inner, Instance, ProcessSpec, Scope
from engine.bpmn.spiff.token import FUTURE, WAITING, Token
from engine.bpmn.spiff.undoing import UndoScopeNode


class Carrying:
    """The new instance while it is made."""

    def __init__(self, old: Program, new: Program, before: Instance, wanted: Wanted, made: Placed) -> None:
        self.old, self.new = old, new
        self.before = before
        self.wanted = wanted
        self.made = made
        self.say = made.say
        after = Instance(new.main, new.specs, before.script_engine, before.kept, root=before.task_tree.id)
        after.last_id, after.last_stamp = before.last_id, before.last_stamp
        after.how, after.result, after.end = before.how, before.result, before.end
        self.after = after
        self.scopes: list[tuple[Scope, Scope]] = []
        self._tokens: list[tuple[Token, Token]] = []

    def carry(self) -> Instance:
        """The instance on the new program; what cannot be carried is said."""
        self._scope(self.before, self.after, self.new.main)
        if not self.made.blocked:
            self._extend()
            self._joins()
        return self.after

    def _to(self, element: str) -> str:
        return self.wanted.mapping.get(element, element)

    def _scope(self, old: Scope, new: Scope, spec: ProcessSpec) -> None:
        """Carry over the tokens of one scope, and of the scopes inside it."""
        new.completed, new.terminated, new.locals = old.completed, old.terminated, old.locals
        new.done = self._records(old.done, spec)
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
        for fact, home in (('todo', scope.spec), ('done', getattr(node, 'inside', None)), ('undo', getattr(node, 'inside', None))):
            if fact in made.internal_data and home is not None:
                made.internal_data[fact] = self._records(made.internal_data[fact], home)
        if isinstance(node, ResetNode):
            made.internal_data['came'] = self._came(token, node)
        self._tokens.append((token, made))
        self.made.carried[token.id] = self._carry(token, made)
        inner = self.before.subprocesses.get(token.id)
        if inner is not None and isinstance(node, SubprocessNode):
            inside = Inner(node.inside, made, inner.kept, inner.isolated, root=inner.task_tree.id)
            self.after.subprocesses[made.id] = inside
            self._scope(inner, inside, node.inside)

    def _node(self, token: Token, parent: Token, spec: ProcessSpec) -> Node | None:
        """The node a token goes to; None when it is dropped (what only waits beside) or blocked, with the finding said."""
        old = token.task_spec.element
        name = self._named(token.task_spec)
        if old.offers and old.id not in self.wanted.mapping:
            name = next((each for each, one in spec.task_specs.items() if isinstance(one, PickNode)), name)
        node = spec.task_specs.get(name)
        aside = beside(token)
        if aside and (not isinstance(node, Node) or not self._waits_alike(token, node)):
            boundary = isinstance(token.task_spec, BoundaryNode)
            host = parent.task_spec.element
            self.say('boundary_removed' if boundary else 'event_removed', old, host=self._element(self._to(host.id)) or host)
            return None
        if not isinstance(node, Node):
            self._missing(token, spec)
            return None
        if self._differs(token, node):
            return None
        if old.id != node.element.id:
            self.say('renamed', old, node.element)
        return node

    def _named(self, node: Node) -> str:
        """Its node in the new program: an instance of a loop, a part of an event and what stands by have an ending."""
        return self._to(node.element.id) + str(node.name).removeprefix(node.element.id)

    def _element(self, element: str) -> Element | None:
        return self.new.element(element) if self.new.has(element) else None

    def _missing(self, token: Token, spec: ProcessSpec) -> None:
        old = token.task_spec.element
        found = self._element(self._to(old.id))
        if found is None:
            self.say('element_missing', old)
        elif found.scope == spec.element:
            self.say('loop_differs', old, found)
        else:
            there, here = self._element(found.scope) or '主流程', self._element(spec.element) or '主流程'
            self.say('scope_differs', old, found, there=there, here=here)

    def _differs(self, token: Token, node: Node) -> bool:
        was, old, new = token.task_spec, token.task_spec.element, node.element
        if _shape(old) != _shape(new):
            (zh, en), (zh_new, en_new) = kind_words(old), kind_words(new)
            self.say('kind_differs', old, new, was=zh, now=zh_new, was_en=en, now_en=en_new)
        elif _figures(old.loop) != _figures(new.loop) or isinstance(was, LoopNode) != isinstance(node, LoopNode):
            self.say('loop_differs', old, new)
        elif isinstance(was, CallNode) and self._to(old.called or '') != new.called:
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
            return bool(node.element.attached_to == self._to(parent.task_spec.element.id))
        return True

    def _flow(self, token: Token, node: Node) -> str | None:
        """The flow a token came by: the same id where it still leads here, else the one between the same two elements."""
        if not token.flow:
            return None
        if token.flow in node.element.incoming:
            return token.flow
        flows = self.new.navigation.home(node.element).flows
        source = self._to(self.old.navigation.home(token.task_spec.element).flows[token.flow].source)
        same = [flow for flow in node.element.incoming if flows[flow].source == source]
        return same[0] if len(same) == 1 else None

    def _records(self, done: list[list[Any]], spec: ProcessSpec) -> list[list[Any]]:
        """Completed activities that can be undone, as the new program calls them; what undoes them must be there."""
        found: list[list[Any]] = []
        for element, inside in done:
            node = spec.undo.get(self._to(element))
            if node is None:
                self.say('undo_missing', self.old.element(element))
                continue
            found.append([self._to(element), self._records(inside, node.inside) if isinstance(node, UndoScopeNode) else []])
        return found

    def _came(self, token: Token, node: Node) -> list[str]:
        """The flows a complex gateway has taken tokens from, as the new program calls them."""
        flows, home = self.old.navigation.home(token.task_spec.element).flows, self.new.navigation.home(node.element).flows
        came = token.internal_data['came']
        sources = {self._to(flows[flow].source) for flow in came}
        return [flow for flow in node.element.incoming if flow in came or home[flow].source in sources]

    def _carry(self, token: Token, made: Token) -> Carried:
        """What a waiting token remembers: a timer keeps its limit unless the plan says otherwise, a message has its new name."""
        was, node = token.task_spec, made.task_spec
        placed = Carried(token.id, was.element, node.element)
        if not isinstance(node, EventNode) or made.state != WAITING or node.waits_for in (None, 'conditional'):
            return placed
        if _text(was) == _text(node) and node.waits_for != 'timer':
            return placed
        choice = self.wanted.timers.get(node.element.id, self.wanted.timers.get('*', KEEP)) if node.waits_for == 'timer' else RELIMIT
        if node.waits_for == 'timer' and choice == KEEP:
            if _text(was) != _text(node):
                self.say('limit_kept', was.element, node.element, was=made.internal_data.get('name', ''), now=_text(node))
            return placed
        return self._renew(placed, made, node, choice)

    def _renew(self, placed: Carried, made: Token, node: EventNode, choice: str) -> Carried:
        before = made.internal_data.get('name', '')
        try:
            made.internal_data.update(node.prepare(made))
        except StepFailed as error:
            self.say('expression_fails', placed.old, placed.new, why=error.zh)
            return placed
        name = made.internal_data.get('name', '')
        if node.waits_for != 'timer':
            if name != before:
                self.made.names[placed.token] = name
                self.say('name_changed', placed.old, placed.new, name=name)
            return placed
        if choice == RESTART:
            self.say('timer_restarted', placed.old, placed.new, now=name)
        elif name == before:
            return placed
        else:
            self.say('limit_changed', placed.old, placed.new, was=before, now=name)
        return replace(placed, limit=name, choice=choice)

    def _extend(self) -> None:
        """Let wait what the new program has beside the tokens and the old one had not. What has happened already does not wait again."""
        for old, new in self._tokens:
            if new.state == FUTURE:
                continue
            alike = {(self._named(node), node.waits_for) for node in old.task_spec.arming}
            self._wait([node for node in new.task_spec.arming if (node.name, node.waits_for) not in alike], new, new)
            if isinstance(new.task_spec, EventGatewayNode):
                known = {self._to(way.target.element.id) for way in old.task_spec.ways}
                for way in new.task_spec.ways:
                    if way.target.element.id not in known:
                        self._wait([way.target], new, None, way.flow)
        for was, scope in self.scopes:
            known = {self._to(node.element.id) for node in was.spec.standby}
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
            self.made.added.append(Added(token.id, node.element, host.id if host is not None else None, node.waits_for == 'timer'))
            self.say('boundary_added' if host else 'event_added', None, node.element, host=host.task_spec.element if host else '')

    def _joins(self) -> None:
        """A join asks how many tokens it has only when one arrives: what would be complete after the move must not wait for ever."""
        for old, new in self._tokens:
            node = new.task_spec
            if node.gathers > 1 and new.state == FUTURE and self._gathers(new) >= node.gathers:
                self.say('join_would_open', old.task_spec.element, node.element)
            if not isinstance(node, JoinNode) or new.state != WAITING:
                continue
            arrived = node.waiting(new.workflow)
            missing = frozenset(node.element.incoming).difference(flow for flow in arrived if flow)
            opens = not missing or len(node.element.incoming) < 2
            if isinstance(node, InclusiveNode) and not opens:
                opens = not any(node._may_bring(one, missing, arrived) for one in new.workflow.task_tree.children)
            if isinstance(node, ComplexNode) and node._opened(new.workflow) is None:
                opens = self._activates(node, new, arrived)
            if opens:
                self.say('join_would_open', old.task_spec.element, node.element)

    def _gathers(self, token: Token) -> int:
        """How many tokens have arrived beside this one and not begun, it included."""
        here = [one for one in token.workflow.task_tree.children if one.task_spec is token.task_spec and one.state == FUTURE]
        return len([one for one in here if one.failed is None])

    def _activates(self, node: ComplexNode, token: Token, arrived: Mapping[str | None, Token]) -> bool:
        try:
            return node.activates(token, arrived)
        except StepFailed as error:
            self.say('expression_fails', None, node.element, why=error.zh)
            return False


def _shape(element: Element) -> tuple[object, ...]:
    return (element.kind, tuple(event.kind for event in element.events), element.triggered_by_event)


def _figures(loop: Loop | None) -> Loop | None:
    """What instances that run depend on."""
    return loop and replace(loop, line=0, completion_condition=None, loop_condition=None, throws=())


def _text(node: Node) -> str:
    awaiting = node.event_definition if isinstance(node, EventNode) else None
    text = awaiting.text if awaiting is not None else ''
    return text.text if isinstance(text, CompiledExpression) else str(text)
