"""The same diagram in SpiffWorkflow as it comes: its parser, its specs, its event manager, its stepping. Only expressions are FEEL.

`Stock` has the face of `sketch.Case` as far as the two can be compared. Limits of timers are answered with a hundred years, because stock
SpiffWorkflow would read the wall clock; `fire` makes one happen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser, full_tag
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.specs.control import SimpleBpmnTask
from SpiffWorkflow.bpmn.specs.event_definitions.item_aware_event import CodeEventDefinition, SignalEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.message import MessageEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.multiple import MultipleEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.simple import CancelEventDefinition
from SpiffWorkflow.bpmn.specs.event_definitions.timer import TimerEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.feel import compile_assignments, compile_diagram_text, execute, to_plain

__all__ = ['Stock', 'ValidationException', 'WorkflowException', 'stock_program']


class FEEL(PythonScriptEngine):  # type: ignore[misc]  # SpiffWorkflow has no types
    """Evaluates with the evaluator of this house, so that only the flow of tokens is compared."""

    limits: frozenset[str] = frozenset()
    far: str | None = 'P100Y'  # what is said of every limit; None: as the diagram has it

    def evaluate(self, task: Task, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        if expression in self.limits:
            return self.far or expression
        return to_plain(compile_diagram_text(expression).evaluate({**task.data, **(external_context or {})}, {}, now=None))

    def execute(self, task: Task, script: str, external_context: Mapping[str, Any] | None = None) -> bool:
        task.data.update(execute(compile_assignments(script), task.data, {}, now=None))
        return True


class _Parser(BpmnParser):  # type: ignore[misc]  # SpiffWorkflow has no types
    """Service and business rule tasks pass through, their handlers are not what is compared; so do tasks without a type."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {
        full_tag(kind): (TaskParser, SimpleBpmnTask) for kind in ('task', 'serviceTask', 'businessRuleTask')
    }


def stock_program(
    *diagrams: bytes, process: str = 'P', far: str | None = 'P100Y', plain: bool = False
) -> Callable[[Mapping[str, Any]], Stock]:
    """Parse once; every call of the result begins an instance. Raises ValidationException for what stock SpiffWorkflow refuses."""
    parser = BpmnParser() if plain else _Parser()
    for diagram in diagrams:
        parser.add_bpmn_str(diagram)
    spec = parser.get_spec(process)
    inner = parser.get_subprocess_specs(process)
    return lambda variables: Stock(spec, inner, variables, far)


class Stock:
    """An instance of stock SpiffWorkflow, stepped to the next wait state after everything that happens."""

    def __init__(self, spec: Any, inner: Mapping[str, Any], variables: Mapping[str, Any], far: str | None) -> None:
        self.engine = FEEL()
        self.engine.far = far
        definitions = [getattr(node, 'event_definition', None) for one in (spec, *inner.values()) for node in one.task_specs.values()]
        nested = [one for each in definitions if isinstance(each, MultipleEventDefinition) for one in each.event_definitions]
        timers = [each for each in (*definitions, *nested) if isinstance(each, TimerEventDefinition)]
        self.engine.limits = frozenset(each.expression for each in timers)
        self.workflow = BpmnWorkflow(spec, dict(inner), script_engine=self.engine)
        self.workflow.task_tree.set_data(**variables)
        self.workflow.get_next_task(spec_name='Start').set_data(**variables)
        self.workflow.do_engine_steps()

    def _open(self) -> list[Task]:
        return [task for task in self.workflow.get_tasks(state=TaskState.READY) if task.task_spec.manual]

    @property
    def tasks(self) -> list[str]:
        """Elements of the open user tasks."""
        return [task.task_spec.bpmn_id for task in self._open()]

    @property
    def waiting(self) -> set[str]:
        """Elements that wait for an event, those after an event-based gateway one by one; errors and escalations do not wait."""
        found: set[str] = set()
        for task in self.workflow.get_tasks(state=TaskState.WAITING, spec_class=CatchingEvent):
            definition = task.task_spec.event_definition
            if isinstance(definition, MultipleEventDefinition):
                found.update(target.bpmn_id for target in task.task_spec.outputs)
            elif not isinstance(definition, CodeEventDefinition | CancelEventDefinition):  # those are looked for when thrown
                found.add(task.task_spec.bpmn_id)
        return found

    def do(self, element: str, at: int = 0, **variables: Any) -> None:
        """Complete an open user task of an element."""
        task = [task for task in self._open() if task.task_spec.bpmn_id == element][at]
        task.data.update(variables)
        task.run()
        self.workflow.do_engine_steps()

    def hear(self, kind: str, name: str) -> None:
        """A message or signal from outside."""
        definition = SignalEventDefinition(name) if kind == 'signal' else MessageEventDefinition(name)
        self.workflow.catch(BpmnEvent(definition, payload={}))
        self.workflow.do_engine_steps()

    def happens(self, element: str) -> None:
        """What an element waits for: its timer, or its message or signal wherever it may be waited for."""
        nodes = [node for spec in (self.workflow.spec, *self.workflow.subprocess_specs.values()) for node in spec.task_specs.values()]
        definition = next(node.event_definition for node in nodes if node.bpmn_id == element)
        if isinstance(definition, TimerEventDefinition):
            self.fire(element)
        else:
            self.hear('signal' if isinstance(definition, SignalEventDefinition) else 'message', definition.name)

    def fire(self, element: str) -> None:
        """Make the timer of an element due: as if its instant were long past."""
        for task in self.workflow.get_tasks(state=TaskState.WAITING, spec_class=CatchingEvent):
            if task.task_spec.bpmn_id == element:
                task._set_internal_data(event_value='2000-01-01T00:00:00+00:00')
        self.workflow.refresh_timers()
        self.workflow.do_engine_steps()

    @property
    def ended(self) -> bool:
        return bool(self.workflow.completed)

    @property
    def variables(self) -> dict[str, Any]:
        """The data of an instance that has ended."""
        return dict(self.workflow.data)
