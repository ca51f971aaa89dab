"""What a rule looks at: one process of one file, and what is known about the bundle and the hall."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from engine.bpmn.dmn import Decision
from engine.bpmn.model import Diagram, Element, Flow, Lane, Process
from engine.bpmn.navigation import Navigation, entries, reached
from engine.bpmn.problem import Problem, Rule
from engine.bpmn.read_node import SUBPROCESSES
from engine.core.bundle import Bundle


@dataclass(frozen=True)
class House:
    """What this hall offers. None means unknown: the rule is not applied."""

    handlers: frozenset[str] | None = None
    windows: frozenset[str] | None = None
    accounts: frozenset[str] | None = None  # of those a diagram names, the ones there are
    functions: frozenset[str] | None = None
    documents: frozenset[str] | None = None  # the kinds `issue_document` knows
    now: datetime | None = None


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
    processes: Mapping[str, Diagram] = field(default_factory=dict)  # id -> its diagram, of the whole bundle
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    decision_files: Mapping[str, str] = field(default_factory=dict)  # id of a decision -> its file
    signals: frozenset[str] = frozenset()  # the names of those that some process of the bundle sends
    memory: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)  # what is found out once and asked often

    @property
    def lone(self) -> bool:
        """A diagram without a catalogue entry: rules about the item do not apply."""
        return self.bundle.lone

    def say(self, rule: Rule, at: Element | Flow | Process | Lane, **facts: object) -> Problem:
        """The problem of a rule at an element, flow or process of this file."""
        path, fixes = facts.pop('path', ()), facts.pop('fixes', ())
        if isinstance(at, Element) and at.offers:
            at = self.diagram.elements[at.scope]  # the choice of a pick list is drawn nowhere: it is said of the subprocess
        return rule.at(at.id, at.line, at.name, file=self.file, path=tuple(path), fixes=tuple(fixes), **facts)  # type: ignore[arg-type]

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """The elements of the process at every depth, in document order."""
        return self.diagram.of_process(self.process.id)

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """The sequence flows of the process."""
        scopes = set(self.scopes)
        return tuple(flow for flow in self.diagram.flows.values() if flow.scope in scopes)

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The process and its subprocesses, also the empty ones, by id."""
        return (self.process.id, *(element.id for element in self.elements if element.kind in SUBPROCESSES))

    @cached_property
    def navigation(self) -> Navigation:
        """The roads through the diagram; a call activity is one step of them."""
        return Navigation([self.diagram])

    @cached_property
    def before(self) -> Mapping[str, list[str]]:
        """For every element those a token can come from, by id."""
        found: dict[str, list[str]] = {}
        for element in self.elements:
            for node in self.navigation.followers(element):
                found.setdefault(node.id, []).append(element.id)
        return found

    @cached_property
    def main_roads(self) -> Mapping[str, Element]:
        """What can run without a non-interrupting boundary event; elsewhere several tokens are several reminders, as drawn."""

        def following(element: Element) -> list[Element]:
            return [node for node in self.navigation.successors(element) if node.kind != 'boundaryEvent' or node.interrupting]

        return reached(entries(self.diagram, self.process.id), following)

    def group(self, element: Element) -> str | None:
        """The window text of a user task: its candidate groups, else the name of its lane."""
        return element.attrs.get('candidateGroups') or self.diagram.lane_name(element)


def titled(element: Element | Flow | Process) -> str:
    """An element in a sentence: its name, else its id."""
    return element.name or element.id


def road(view: View, ids: tuple[str, ...], most: int = 12) -> str:
    """A path for people: names joined by arrows, the middle left out when it is long."""
    names = [titled(view.diagram.elements[each]) for each in ids if each in view.diagram.elements]
    if len(names) > most:
        names = [*names[:3], '…', *names[-(most - 4) :]]
    return ' → '.join(names)
