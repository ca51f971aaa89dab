"""What a rule looks at: one process of one file, with its neighbours at hand, and what is known about the bundle and the hall."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.bpmn.dmn import Decision
from engine.bpmn.model import Diagram, Element, Flow, Process
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.read_node import ACTIVITIES, SUBPROCESSES
from engine.core.bundle import Bundle


@dataclass(frozen=True)
class House:
    """What this hall offers. None means unknown: the rule is not applied."""

    handlers: frozenset[str] | None = None
    windows: frozenset[str] | None = None
    functions: frozenset[str] | None = None
    documents: frozenset[str] | None = None  # the kinds `issue_document` knows


@dataclass(frozen=True)
class WindowRule:
    """A window of the item: `id` is the candidate group, `authority` is receive, review or decide."""

    id: str
    name: str
    authority: str


@dataclass(frozen=True)
class ItemRules:
    """What a catalogue entry asks of its diagram; limits as written. Whoever has the entry hands this in."""

    promise: str = ''
    statutory: str = ''
    instant: bool = False  # done at once: nothing is promised in days
    safety: bool = False
    renewal: bool = False
    filing: bool = False
    windows: tuple[WindowRule, ...] = ()
    allowed_handlers: tuple[str, ...] | None = None

    def window(self, group: str) -> WindowRule | None:
        """The window a candidate group or lane means: by id, else by name."""
        return next((w for w in self.windows if w.id == group), None) or next((w for w in self.windows if w.name == group), None)


@dataclass(frozen=True)
class View:
    """One process under check."""

    file: str
    diagram: Diagram
    process: Process
    bundle: Bundle
    house: House
    item: ItemRules | None = None
    called: bool = False  # by a call activity of the bundle
    main: bool = True
    all_processes: Mapping[str, str] = field(default_factory=dict)  # id -> file, of the whole bundle
    decisions: Mapping[str, Decision] = field(default_factory=dict)

    @property
    def lone(self) -> bool:
        """A diagram without a catalogue entry: rules about the item do not apply."""
        return self.bundle.lone

    def say(self, rule: Rule, at: Element | Flow | Process, **facts: object) -> Problem:
        """The problem of a rule at an element, flow or process of this file."""
        path = facts.pop('path', ())
        return rule.at(at.id, at.line, at.name, file=self.file, path=tuple(path), **facts)  # type: ignore[arg-type]

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements of the process at every depth, in document order."""
        return tuple(element for element in self.diagram.elements.values() if element.process == self.process.id)

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The sequence flows of the process."""
        scopes = {self.process.id} | {element.id for element in self.elements if element.kind in SUBPROCESSES}
        return tuple(flow for flow in self.diagram.flows.values() if flow.scope in scopes)

    def out(self, element: Element) -> list[Flow]:
        """The flows out of an element, in document order."""
        return [self.diagram.flows[flow] for flow in element.outgoing]

    def into(self, element: Element) -> list[Flow]:
        """The flows into an element, in document order."""
        return [self.diagram.flows[flow] for flow in element.incoming]

    @cached_property
    def scopes(self) -> Mapping[str, tuple[Element, ...]]:
        """The elements directly inside each process or subprocess of this view; also the empty ones."""
        inside: dict[str, list[Element]] = defaultdict(list)
        for element in self.elements:
            inside[element.scope].append(element)
        every = [self.process.id] + [element.id for element in self.elements if element.kind in SUBPROCESSES]
        return {scope: tuple(inside[scope]) for scope in every}

    def owner(self, scope: str) -> Element | Process:
        """The process or subprocess with that id."""
        return self.process if scope == self.process.id else self.diagram.elements[scope]

    @cached_property
    def boundaries(self) -> Mapping[str, tuple[Element, ...]]:
        """The boundary events of each activity."""
        found: dict[str, list[Element]] = defaultdict(list)
        for element in self.elements:
            host = self.diagram.elements.get(element.attached_to or '')
            if element.kind == 'boundaryEvent' and host is not None and host.kind in ACTIVITIES and host.scope == element.scope:
                found[host.id].append(element)
        return {host: tuple(events) for host, events in found.items()}

    def entries(self, scope: str) -> tuple[Element, ...]:
        """Where a token begins in a scope: its start events, else every node without an incoming flow (BPMN 2.0.2 §13.1)."""
        nodes = [node for node in self.scopes.get(scope, ()) if not node.triggered_by_event]
        starts = tuple(node for node in nodes if node.kind == 'startEvent')
        return starts or tuple(
            node
            for node in nodes
            if not node.incoming
            and node.kind != 'boundaryEvent'
            and not is_link(node, 'intermediateCatchEvent')
            and node.attrs.get('isForCompensation') not in {'true', '1'}
        )

    def handlers(self, scope: str) -> tuple[Element, ...]:
        """The event subprocesses of a scope: each may start at any moment the scope is active (BPMN 2.0.2 §13.5.4)."""
        return tuple(node for node in self.scopes.get(scope, ()) if node.triggered_by_event)

    def trigger(self, handler: Element) -> Element | None:
        """The start event of an event subprocess, None when it is not the only one."""
        starts = [node for node in self.scopes.get(handler.id, ()) if node.kind == 'startEvent']
        return starts[0] if len(starts) == 1 else None

    def link_target(self, element: Element) -> list[Element]:
        """The link catch events a link throw goes on at."""
        name = link_name(element)
        return [
            other
            for other in self.scopes.get(element.scope, ())
            if is_link(other, 'intermediateCatchEvent') and name and link_name(other) == name
        ]

    def ancestors(self, element: Element) -> Iterator[Element]:
        """The subprocesses around an element, innermost first."""
        at = self.diagram.elements.get(element.scope)
        while at is not None:
            yield at
            at = self.diagram.elements.get(at.scope)

    def next_nodes(self, element: Element) -> Iterator[Element]:
        """Everything that can begin because of an element: flow targets, boundary events, the inside, a link's other end."""
        for flow in self.out(element):
            if flow.target in self.diagram.elements:
                yield self.diagram.elements[flow.target]
        yield from self.boundaries.get(element.id, ())
        if element.kind in SUBPROCESSES:
            yield from self.entries(element.id)
        if is_link(element, 'intermediateThrowEvent'):
            yield from self.link_target(element)

    def group(self, element: Element) -> str | None:
        """The window text of a user task: its candidate groups, else the name of its lane."""
        return element.attrs.get('candidateGroups') or self.diagram.lane_name(element)


def is_link(element: Element, kind: str) -> bool:
    """Whether the element is a link event of that kind."""
    return element.kind == kind and element.event is not None and element.event.kind == 'link'


def catches_error(event: Element | None, code: str | None) -> bool:
    """Whether a boundary event or the start of an event subprocess catches an error with this code; without a code it catches all."""
    caught = event.event if event is not None else None
    return caught is not None and caught.kind == 'error' and (caught.code or caught.name) in {None, '', code}


def link_name(element: Element) -> str:
    """The name links are paired by: that of the definition, never the element's own."""
    return (element.event.name if element.event else None) or ''


def titled(element: Element | Flow | Process) -> str:
    """An element in a sentence: its name, else its id."""
    return element.name or element.id


def road(view: View, ids: tuple[str, ...], most: int = 12) -> str:
    """A path for people: names joined by arrows, the middle left out when it is long."""
    names = [titled(view.diagram.elements[each]) for each in ids if each in view.diagram.elements]
    if len(names) > most:
        names = [*names[:3], '…', *names[-(most - 4) :]]
    return ' → '.join(names)
