"""Multi-instance and standard loops (BPMN 2.0.2 §10.3.8, §13.3.6, §13.3.7).

The loop is one token that stays while its instances, children of it, come and go. Figures live in the loop's token, so finished instances
are not needed any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from engine.bpmn.model import Element, EventDefinition, Loop
from engine.bpmn.spiff.events import throw, thrown_name
from engine.bpmn.spiff.expressions import CompiledExpression
from engine.bpmn.spiff.host import StepFailed
from engine.bpmn.spiff.nodes import Node
from engine.bpmn.spiff.token import COMPLETED, READY, STARTED, Token

if TYPE_CHECKING:
    from engine.bpmn.spiff.scope import ProcessSpec

MAX_INSTANCES = 1000


@dataclass(frozen=True)
class InstanceThrow:
    """What the loop throws when an instance completes: with a condition, where it holds."""

    condition: CompiledExpression | None
    event: EventDefinition
    text: CompiledExpression | str


class LoopNode(Node):
    """An activity done several times; `inner` is the activity of one time."""

    opens = 'activity'

    def __init__(
        self,
        process: ProcessSpec,
        element: Element,
        *,
        loop: Loop,
        inner: Node,
        texts: dict[str, CompiledExpression],
        throws: tuple[InstanceThrow, ...] = (),
    ) -> None:
        super().__init__(process, element)
        self.looping = loop
        self.inner = inner
        self.texts = texts  # cardinality, collection, until (completion condition), again (loop condition), maximum, output
        self.throws = throws
        inner.loop = self

    def enter(self, token: Token) -> int:
        facts = token.internal_data
        facts.update(done=0)
        if self.looping.kind == 'standard':
            maximum = self._maximum(token)
            if maximum == 0 or (self.looping.test_before and not self._again(token, 0)):
                return READY
            facts.update(total=maximum)
            self._begin(token, 0, None)
            return STARTED
        items = self._items(token)
        facts.update(total=len(items))
        if 'output' in self.texts:
            facts.update(outputs=[None] * len(items))
        if not items:
            return READY
        if self.looping.kind == 'sequential':
            facts.update(items=items)
            items = items[:1]
        else:
            token.workflow.top_workflow.make_room(len(items), self.element)
        for index, item in enumerate(items):
            self._begin(token, index, item)
        return STARTED

    def _begin(self, token: Token, index: int, item: Any) -> None:
        instance = token.workflow.arrive(self.inner, token.view, token, token.flow)
        instance.local = {**(token.local or {}), 'loopCounter': index}
        if self.element.attrs.get('elementIndexVariable'):
            instance.local[self.element.attrs['elementIndexVariable']] = index
        if self.looping.element_variable:
            instance.local[self.looping.element_variable] = item
        instance.internal_data.update(index=index, item=item)

    def _items(self, token: Token) -> list[Any]:
        engine = token.workflow.script_engine
        if 'collection' in self.texts:
            items = engine.value(token, self.texts['collection'])
            if not isinstance(items, list | tuple):
                raise self._wrong('collection', '一个列表', 'a list', items)
        else:
            count = whole(engine.value(token, self.texts['cardinality'])) if 'cardinality' in self.texts else 1
            if count is None or count < 0:
                raise self._wrong('cardinality', '不小于 0 的整数', 'a whole number, 0 or more', count)
            if count > MAX_INSTANCES:
                raise self._wrong('cardinality', f'不大于 {MAX_INSTANCES} 的整数', f'at most {MAX_INSTANCES}', count)
            items = range(count)
        if len(items) > MAX_INSTANCES:
            raise self._wrong('collection', f'至多 {MAX_INSTANCES} 项', f'at most {MAX_INSTANCES} entries long', len(items))
        return list(items)

    def _maximum(self, token: Token) -> int | None:
        if 'maximum' not in self.texts:
            return None
        maximum = whole(token.workflow.script_engine.value(token, self.texts['maximum']))
        if maximum is None or maximum < 0:
            raise self._wrong('loopMaximum', '不小于 0 的整数', 'a whole number, 0 or more', maximum)
        if maximum > MAX_INSTANCES:
            raise self._wrong('loopMaximum', f'不大于 {MAX_INSTANCES} 的整数', f'at most {MAX_INSTANCES}', maximum)
        return maximum

    def _wrong(self, what: str, zh: str, en: str, found: Any) -> StepFailed:
        called = self.element.name or self.element.id
        shown = 'null' if found is None else repr(found)[:80]
        told = f'Expected {what} of {self.element.id} to be {en}, but it is {shown}'
        return StepFailed(f'“{called}”的多实例设置应为{zh}，实际为 {shown}', told)

    def _again(self, token: Token, done: int) -> bool:
        if 'again' not in self.texts:
            return True
        return token.workflow.script_engine.holds(token, self.texts['again'], self.element.id, {'loopCounter': done})

    def decide(self, instance: Token) -> None:
        """Before an instance completes: evaluate whether it was the last one and what it hands in. Raises StepFailed."""
        loop = instance.parent
        if loop is None:
            raise AssertionError(f'instance of {self.bpmn_id} without its loop')
        facts, engine = loop.internal_data, instance.workflow.script_engine
        done = facts['done'] + 1
        last = facts['total'] is not None and done >= facts['total']
        seen = {**loop.view.merged(instance.view).values, **(instance.local or {})}
        if self.looping.kind == 'standard':
            last = last or ('again' in self.texts and not engine.holds(instance, self.texts['again'], self.element.id, seen))
        else:
            active = 0 if self.looping.kind == 'sequential' else facts['total'] - done
            figures = loop_figures(facts['total'], done, active)
            if 'until' in self.texts and not last:
                last = engine.holds(instance, self.texts['until'], self.element.id, {**seen, **figures})
            told = [(number, each) for number, each in enumerate(self.throws) if self._throws(instance, each, done, {**seen, **figures})]
            thrown = [[number, thrown_name(instance, each.text)] for number, each in told]
            instance.internal_data.update({'throws': thrown} if thrown else {})
        output = engine.value(instance, self.texts['output'], seen) if 'output' in self.texts else None
        instance.internal_data.update(last=last, output=output)

    def _throws(self, instance: Token, each: InstanceThrow, done: int, seen: dict[str, Any]) -> bool:
        if each.condition is not None:
            return instance.workflow.script_engine.holds(instance, each.condition, self.element.id, seen)
        return self.looping.behavior == 'None' or done == 1

    def instance_done(self, instance: Token) -> None:
        """One instance has completed: the loop takes over what it wrote, and ends or goes on."""
        scope, loop = instance.workflow, instance.parent
        if loop is None:
            raise AssertionError(f'instance of {self.bpmn_id} without its loop')
        facts, mine = loop.internal_data, instance.internal_data
        facts['done'] += 1
        if 'output' in self.texts:
            facts['outputs'][mine['index']] = mine['output']
        loop.view = loop.view.merged(instance.view)
        instance._set_state(COMPLETED)
        scope.remove(instance)
        for number, name in mine.get('throws', ()):
            if loop.alive:
                throw(loop, self.throws[number].event, name, {})
        if not loop.alive:
            return  # something that was thrown has interrupted the activity
        if mine['last']:
            self._finish(loop)
        elif self.looping.kind != 'parallel':
            index = facts['done']
            self._begin(loop, index, facts['items'][index] if 'items' in facts else None)

    def _finish(self, loop: Token) -> None:
        for child in loop.children:
            if child.task_spec is self.inner:
                child.cancel()
        handed_in = loop.internal_data.get('outputs')
        name = self.looping.output_collection
        loop.workflow.top_workflow.ready(loop, {name: handed_in} if name and handed_in is not None else {})


def loop_figures(total: int, completed: int, active: int) -> dict[str, int]:
    """The figures of a multi-instance by the names of BPMN 2.0.2 §10.3.8 and by those of Camunda 7, Flowable and Activiti (D-04)."""
    named = {'Instances': total, 'CompletedInstances': completed, 'ActiveInstances': active}
    terminated = {'numberOfTerminatedInstances': 0, 'nrOfTerminatedInstances': 0}  # it ends with the first that would be terminated
    return {f'{prefix}{name}': figure for name, figure in named.items() for prefix in ('numberOf', 'nrOf')} | terminated


def whole(value: Any) -> int | None:
    """A whole number, or None if it is something else."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        return None
    try:
        number = Decimal(str(value).strip())
        return int(number) if number == number.to_integral_value() else None
    except ArithmeticError:
        return None
