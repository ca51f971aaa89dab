"""Activities without anything inside: what they do, what they see and write, and how they fail."""

from collections.abc import Mapping
from typing import Any

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program

from engine.bpmn.changes import Work
from engine.bpmn.run import BpmnError
from engine.core.errors import Rejection, Undeployable


def test_an_empty_task_passes_and_a_manual_task_waits_for_a_person() -> None:
    case = Case(program('start s\nnone n\nmanual m name=盖章\nend e\ns -> n -> m -> e'))
    assert case.passed == ['s', 'n']
    assert [(one.element, one.name) for one in case.last.user_tasks] == [('m', '盖章')]
    case.do('m')
    assert case.ended == 'completed'


def test_a_task_that_is_done_or_unknown_is_rejected() -> None:
    case = Case(program('start s\nuser a\nuser b\nend e\ns -> a -> b -> e'))
    token = case.token('user_tasks', 'a')
    case.do('a')
    for wrong in (token, '999', 'nonsense'):
        with pytest.raises(Rejection, match='Expected an open user task'):
            case.verb(lambda run, wrong=wrong: run.complete(wrong, {}))  # type: ignore[misc]


def test_a_script_task_assigns_in_feel() -> None:
    case = Case(program("start s\nscript c script='total = a + b; double = total * 2'\nuser u\nend e\ns -> c -> u -> e"), {'a': 1, 'b': 2})
    assert case.variables == {'a': 1, 'b': 2, 'total': 3, 'double': 6}


def test_a_script_with_a_result_variable_is_one_expression() -> None:
    case = Case(program("start s\nscript c script='a + 1' resultVariable=r\nuser u\nend e\ns -> c -> u -> e"), {'a': 1})
    assert case.variables['r'] == 2


@pytest.mark.parametrize('script', ['__import__("os").system("true")', 'x = ', 'import os'])
def test_python_in_a_script_is_refused_when_the_program_is_built_and_never_run(script: str) -> None:
    with pytest.raises(Undeployable) as refused:
        program(f"start s\nscript c script='{script}'\nend e\ns -> c -> e")
    assert refused.value.problems[0].element == 'c'


def test_a_condition_written_in_python_is_an_incident_and_never_run() -> None:
    case = Case(program('start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? open("/etc/passwd")\ng => b\na -> e\nb -> e'))
    assert case.here == ['g']
    assert 'open' in case.last.failed[0].message


def test_a_service_task_calls_its_handler_in_the_same_verb() -> None:
    host = FakeHost({'score': lambda work: {'points': len(work.variables['name'])}})
    case = Case(program('start s\nservice v topic=score\nuser a\nend e\ns -> v -> a -> e'), {'name': 'four'}, host)
    assert host.calls == [Work('3', 'v', 'score', {}, {'name': 'four'})]
    assert case.variables['points'] == 4


def test_what_a_handler_gives_can_go_into_one_variable() -> None:
    host = FakeHost({'score': lambda work: {'points': 3}})
    case = Case(program('start s\nservice v topic=score resultVariable=r\nuser a\nend e\ns -> v -> a -> e'), {}, host)
    assert case.variables == {'r': {'points': 3}}


def test_a_handler_that_breaks_is_an_incident_and_runs_again_on_retry() -> None:
    broken = [True]

    def handler(work: Work) -> Mapping[str, Any]:
        if broken[0]:
            raise OSError('no route to host')
        return {'sent': True}

    case = Case(program('start s\nservice v topic=post name=寄送\nend e\ns -> v -> e'), {}, FakeHost({'post': handler}))
    failed = case.last.failed[0]
    assert failed.element == 'v'
    assert 'no route to host' in failed.message
    assert [one.element for one in case.last.opened] == ['v']
    assert case.here == ['v']
    broken[0] = False
    case.verb(lambda run: run.retry(failed.token))
    assert case.ended == 'completed'
    assert case.variables == {'sent': True}


def test_a_handler_is_not_called_twice_when_only_the_way_on_failed() -> None:
    host = FakeHost({'post': lambda work: {'sent': True}})
    case = Case(program('start s\nservice v topic=post\nuser a\nend e\ns -> v\nv -> a ? missing > 1\na -> e'), {}, host)
    failed = case.last.failed[0]
    case.verb(lambda run: run.retry(failed.token))
    assert len(host.calls) == 1


def test_only_failed_steps_can_be_retried() -> None:
    case = Case(program('start s\nuser a\nend e\ns -> a -> e'))
    with pytest.raises(Rejection, match='Expected a failed step'):
        case.verb(lambda run: run.retry(case.token('user_tasks', 'a')))


def test_a_modelled_error_of_a_handler_goes_to_the_boundary_event() -> None:
    def handler(work: Work) -> Mapping[str, Any]:
        raise BpmnError('rejected', '证照库拒绝')

    text = 'start s\nservice v topic=check\nuser a\nend e\non v error x text=rejected\ns -> v -> e\nx -> a -> e'
    case = Case(program(text), {}, FakeHost({'check': handler}))
    assert case.tasks == ['a']
    assert case.last.failed == []


def test_a_modelled_error_nobody_catches_is_an_incident() -> None:
    def handler(work: Work) -> Mapping[str, Any]:
        raise BpmnError('rejected', '证照库拒绝')

    text = 'start s\nservice v topic=check\nend e\non v error x text=other\ns -> v -> e\nx -> e'
    case = Case(program(text), {}, FakeHost({'check': handler}))
    assert 'rejected' in case.last.failed[0].message
    assert case.here == ['v']


def test_input_parameters_are_seen_inside_only_and_output_parameters_alone_are_written() -> None:
    text = 'start s\nuser a in.who=${name} in.what=text out.answer=${reply} \nuser b\nend e\ns -> a -> b -> e'
    case = Case(program(text), {'name': '张三'})
    assert case.last.user_tasks[0].variables == {'name': '张三', 'who': '张三', 'what': 'text'}
    opened = case.do('a', reply='yes', draft='not kept').user_tasks[0]
    assert opened.variables == {'name': '张三', 'answer': 'yes'}


def test_a_handler_gets_its_inputs() -> None:
    host = FakeHost({'post': lambda work: {}})
    Case(program('start s\nservice v topic=post in.to=${phone}\nend e\ns -> v -> e'), {'phone': '123'}, host)
    assert host.calls[0].inputs == {'to': '123'}


def test_a_receive_task_waits_for_its_message_and_takes_its_payload() -> None:
    case = Case(program('start s\nreceive r message=paid\nuser a\nend e\ns -> r -> a -> e'))
    assert [(one.element, one.kind, one.name) for one in case.last.awaited] == [('r', 'message', 'paid')]
    assert [(one.element, one.kind) for one in case.last.opened] == [('r', 'receiveTask')]
    done = case.deliver('r', amount=20)
    assert [(one.element, one.how) for one in done.closed] == [('r', 'completed')]
    assert case.variables == {'amount': 20}


def test_a_send_task_with_a_message_throws_it() -> None:
    case = Case(program('start s\nsend t message=notice in.to=${phone}\nend e\ns -> t -> e'), {'phone': '1'})
    assert [(one.kind, one.name, one.payload) for one in case.last.thrown] == [('message', 'notice', {'to': '1'})]


def test_a_business_rule_task_asks_for_its_decision() -> None:
    host = FakeHost({'decision:risk': lambda work: {'risk': 'low'}})
    case = Case(program('start s\nrule r decisionRef=risk\nuser a\nend e\ns -> r -> a -> e'), {}, host)
    assert case.variables == {'risk': 'low'}


def test_functions_of_the_hall_and_its_clock_are_there_in_expressions() -> None:
    host = FakeHost(functions={'handled_by': lambda element: 'clerk-7'})
    case = Case(program('start s\nscript c script=\'who = handled_by("a"); day = today()\'\nuser u\nend e\ns -> c -> u -> e'), {}, host)
    assert case.variables == {'who': 'clerk-7', 'day': '2026-03-02'}


def test_a_hall_function_that_breaks_is_an_incident() -> None:
    def broken(element: str) -> str:
        raise LookupError('no such table')

    case = Case(program('start s\nscript c script=\'who = f("a")\'\nend e\ns -> c -> e'), {}, FakeHost(functions={'f': broken}))
    assert 'no such table' in case.last.failed[0].detail


def test_cancelling_ends_everything() -> None:
    case = Case(program('start s\nuser a\nend e\non a timer t\ns -> a -> e\nt -> e'), {'x': 1})
    done = case.verb(lambda run: run.cancel())
    assert done.ended is not None
    assert done.ended.how == 'cancelled'
    assert [(one.element, one.how) for one in done.closed] == [('a', 'cancelled')]
    assert len(done.disarmed) == 1
    assert case.variables == {'x': 1}
    with pytest.raises(Rejection):
        case.verb(lambda run: run.cancel())


@pytest.mark.parametrize('kind', ['complex', 'adhoc'])
def test_an_element_without_meaning_here_is_refused_by_name(kind: str) -> None:
    with pytest.raises(Undeployable) as refused:
        program(f'start s\n{kind} c\nend e\ns -> c -> e')
    assert refused.value.problems[0].element == 'c'


def test_failed_steps_are_known_until_they_are_over() -> None:
    text = 'start s\nsub p {\nstart i\nxor g\nuser b\ni -> g\ng -> b ? missing\n}\nend e\non p timer t\ns -> p -> e\nt -> e'
    case = Case(program(text))
    token = case.last.failed[0].token
    assert list(case._open().failed) == [token]
    case.fire('t')
    assert case.run.failed == {}
