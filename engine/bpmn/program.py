"""A bundle made ready to run: every diagram assembled once, every expression compiled once, shared by all instances and threads.

A Program and everything it leads to is read only after `build_program`: tokens keep what changes, and no run connects a callback to a spec.
So one Program serves any number of threads at once, each with its own Run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from engine.bpmn.check import known_variables
from engine.bpmn.dmn import decisions_of
from engine.bpmn.model import Diagram, Element
from engine.bpmn.navigation import Navigation, raisable
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.read import read_diagram
from engine.bpmn.spiff.assemble import Assembly
from engine.bpmn.spiff.scope import ProcessSpec
from engine.bpmn.spiff.unbuildable import Unbuildable
from engine.core.bundle import Bundle
from engine.core.errors import Undeployable


@dataclass(frozen=True, eq=False)
class Program:
    """What `Run` runs. `diagram` is the main file, `diagrams` are all of the bundle by path."""

    diagram: Diagram
    diagrams: Mapping[str, Diagram]
    specs: Mapping[str, ProcessSpec]
    main: ProcessSpec

    @cached_property
    def navigation(self) -> Navigation:
        """The roads through all diagrams and the calls between them."""
        return Navigation(self.diagrams.values(), calls=True)

    @cached_property
    def starts(self) -> tuple[Element, ...]:
        """The start events of the process a case runs, in document order."""
        return tuple(element for element in self.diagram.inside(self.main.element) if element.kind == 'startEvent')

    def raised_on(self, element_id: str) -> tuple[Element, ...]:
        """The errors and escalations that boundary events catch on a task, one element each."""
        element = self.element(element_id)
        return raisable(self.navigation.home(element), element)

    def has(self, element_id: str) -> bool:
        """Whether some diagram has an element with this id."""
        return any(element_id in diagram.elements for diagram in self.diagrams.values())

    def element(self, element_id: str) -> Element:
        """The element with this id, in the main diagram first. Raises KeyError."""
        return self.diagram_of(element_id).elements[element_id]

    def diagram_of(self, element_id: str) -> Diagram:
        """The diagram an element stands in, the main one first. Raises KeyError."""
        for diagram in (self.diagram, *self.diagrams.values()):
            if element_id in diagram.elements:
                return diagram
        raise KeyError(element_id)


def build_program(bundle: Bundle) -> Program:
    """Make a checked bundle ready to run. Raises Undeployable with what is wrong; a bundle that passed the check has nothing wrong."""
    problems: list[Problem] = []
    diagrams: dict[str, Diagram] = {}
    decisions, _files, unreadable = decisions_of(bundle)
    problems.extend(unreadable)
    assembly = Assembly(decisions)
    for path in sorted(name for name in bundle.files if name.endswith('.bpmn')):
        try:
            diagrams[path] = read_diagram(bundle.files[path], path)
        except DiagramError as error:
            problems.extend(error.problems)
            continue
        assembly.add(diagrams[path])
        problems.extend(_problem(wrong, path) for wrong in assembly.wrong)
        assembly.wrong.clear()
    assembly.finish()
    problems.extend(_problem(wrong, '') for wrong in assembly.wrong)
    main = diagrams.get(bundle.diagram_path or '')
    process = main.main if main is not None else None
    if main is not None and process is None:
        wrong = Unbuildable('', 1, '没有可执行的流程', 'Expected one executable process, but there is none or several')
        problems.append(_problem(wrong, bundle.diagram_path or ''))
    if problems or main is None or process is None:
        raise Undeployable(problems)
    known = known_variables(bundle)
    for spec in assembly.specs.values():
        spec.known = known
    return Program(main, diagrams, assembly.specs, assembly.specs[process.id])


def _problem(wrong: Unbuildable, file: str) -> Problem:
    return Problem('not_runnable', 'error', wrong.element or None, wrong.line, wrong.zh, wrong.en, file=file)
