"""What SpiffWorkflow 3.2 gets wrong or slow, one test each: here it must stay right. Run them on every bump of the version."""

from __future__ import annotations

import inspect
from importlib.metadata import version

import pytest
from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.spiff.nodes import Node
from engine.core.errors import Undeployable


def test_the_version_these_facts_were_measured_on() -> None:
    assert version('SpiffWorkflow').split('.')[:2] == ['3', '2']


def test_what_is_built_on_is_as_it_was() -> None:
    """The hooks of SpiffWorkflow that are called or replaced here, with their parameters."""
    expected = {
        BpmnTaskSpec._update: ['self', 'my_task'],
        BpmnTaskSpec._update_hook: ['self', 'my_task'],
        BpmnTaskSpec._run: ['self', 'my_task'],
        BpmnTaskSpec._on_ready: ['self', 'my_task'],
        BpmnTaskSpec._on_complete: ['self', 'my_task'],
        BpmnTaskSpec._on_cancel: ['self', 'my_task'],
        BpmnTaskSpec.connect: ['self', 'taskspec'],
        BpmnTaskSpec.test: ['self'],
        Task.run: ['self'],
        Task.complete: ['self'],
        Task.cancel: ['self'],
        Task._ready: ['self'],
        Task._set_state: ['self', 'value'],
        Task._child_added_notify: ['self', 'child'],
        BpmnWorkflow._remove_task: ['self', 'task_id'],
        BpmnSubWorkflow.__init__: ['self', 'spec', 'parent_task_id', 'top_workflow', 'kwargs'],
        BpmnWorkflow.__init__: ['self', 'spec', 'subprocess_specs', 'script_engine', 'kwargs'],
    }
    assert {hook: list(inspect.signature(hook).parameters) for hook in expected} == expected
    states = (TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED, TaskState.COMPLETED, TaskState.CANCELLED)
    assert states == (4, 8, 16, 32, 64, 256)  # they are in stored states


@pytest.mark.parametrize('text', ['2020-01-01', 'PT0S', '2020-01-01T00:00:00Z', 'R3/2020-01-01T00:00:00Z/PT1S'])
def test_fact_1_no_timer_fires_by_the_clock_of_the_machine(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class NoClock:
        pass

    monkeypatch.setattr('SpiffWorkflow.task.time', NoClock())
    monkeypatch.setattr('SpiffWorkflow.bpmn.specs.event_definitions.timer.datetime', NoClock())
    case = Case(program(f'start s\ncatch t timer text={text}\nend e\ns -> t -> e'))
    assert case.last.armed[0].limit == text
    assert case.verb(lambda run: None).disarmed == []
    case.fire('t')
    assert case.ended == 'completed'


def test_fact_7_a_step_looks_at_no_more_tokens_after_a_hundred_rounds() -> None:
    case = Case(program('start s\nxor m\nuser a\nxor g\nend e\ns -> m -> a -> g\ng -> m ? more\ng => e'))
    for _ in range(100):
        case.do('a', more=True)
        case.history = case.history[-1:]
        assert len(case._open()._instance.tasks) == 2


def test_fact_7_an_automatic_loop_does_not_grow_within_one_verb_either() -> None:
    text = "start s\nxor m\nscript c script='n = n + 1'\nxor g\nuser a\nend e\ns -> m -> c -> g\ng -> m ? n < 500\ng => a\na -> e"
    case = Case(program(text), {'n': 0})
    assert case.variables['n'] == 500
    assert len(case.run._instance.tasks) == 2


def test_fact_8_camunda_collections_decisions_and_topics_are_known() -> None:
    host = FakeHost()
    text = 'start s\nservice v topic=post each=people as=one\nrule r decisionRef=risk\nend e\ns -> v -> r -> e'
    Case(program(text), {'people': [1]}, host)
    assert [work.handler for work in host.calls] == ['post', 'decision:risk']


@pytest.mark.parametrize(
    'text',
    [
        'start s\nuser a startQuantity=0\nend e\ns -> a -> e',
        'start s\nuser a isForCompensation=true\nend e\ns -> a -> e',
        'start s\nend e compensate\ns -> e',
        'start s\nend e cancel\ns -> e',
        'start s\ncatch c error text=E\nend e\ns -> c -> e',
        'start s\nthrow c compensate\nend e\ns -> c -> e',
        'start s\nuser a\nend e\non a compensate c\ns -> a -> e\nc -> e',
        'start s\nuser a\nend e\non a cancel c\ns -> a -> e\nc -> e',
        'start s\nadhoc a\nend e\ns -> a -> e',
        'start s\nadhoc a {\nuser u\n}\nend e\ns -> a -> e',
        'start s\nend e\ns -> e\nsub w triggeredByEvent=true {\nstart i\nend j\ni -> j\n}',
        'start s\nend e\ns -> e\nsub w triggeredByEvent=true {\nuser i\n}',
    ],
)
def test_fact_9_what_has_no_meaning_here_is_refused_and_never_ignored(text: str) -> None:
    with pytest.raises(Undeployable) as refused:
        program(text)
    assert '不支持' in refused.value.problems[0].message


def test_fact_9_a_loop_maximum_of_zero_or_a_negative_cardinality_does_not_hang() -> None:
    assert Case(program('start s\nuser a most=0 again=true\nuser z\nend e\ns -> a -> z -> e')).tasks == ['z']
    assert Case(program('start s\nuser a times=-1\nend e\ns -> a -> e')).last.failed[0].element == 'a'


def test_fact_10_a_subprocess_stops_at_once_when_its_own_throw_interrupts_it() -> None:
    ran: list[str] = []
    host = FakeHost({'post': lambda work: ran.append('post') or {}})
    text = """
    start s
    sub p {
    start i
    throw x escalation text=L
    service v topic=post
    end j
    i -> x -> v -> j
    }
    end e
    on p escalation c text=L
    s -> p -> e
    c -> e
    """
    assert Case(program(text), {}, host).ended == 'completed'
    assert ran == []


def test_specs_are_shared_and_nothing_is_connected_to_them_by_a_run() -> None:
    threads = Task.thread_id_pool
    made = program('start s\nsub a times=2 {\nstart i\nuser b\nend j\ni -> b -> j\n}\nend e\ns -> a -> e')
    for _ in range(3):
        case = Case(made)
        case.do('b')
        case.do('b')
        assert case.ended == 'completed'
    nodes = [node for spec in made.specs.values() for node in spec.task_specs.values() if isinstance(node, Node)]
    assert all(node.completed_event.n_subscribers() == 0 for node in nodes)
    assert Task.thread_id_pool == threads


@pytest.mark.parametrize('text', ['start s\nuser a\ns -> a -> nowhere', 'start s\nuser a\nend e\non nothing timer t\ns -> a -> e\nt -> e'])
def test_fact_6_loose_ends_are_refused_and_never_dropped(text: str) -> None:
    with pytest.raises(Undeployable):
        program(text)
