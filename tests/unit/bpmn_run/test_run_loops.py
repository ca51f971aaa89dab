"""Multi-instance and standard loops."""

import pytest
from unit.bpmn_run.sketch import Case, FakeHost, program


def made(attributes: str, kind: str = 'user a') -> str:
    return f'start s\n{kind} {attributes}\nuser z\nend e\ns -> a -> z -> e'


def test_a_parallel_one_opens_a_task_for_every_item() -> None:
    case = Case(program(made('each=${experts} as=expert')), {'experts': ['甲', '乙', '丙']})
    assert [(one.instance, one.item) for one in case.last.user_tasks] == [(0, '甲'), (1, '乙'), (2, '丙')]
    assert case.last.user_tasks[1].variables == {'experts': ['甲', '乙', '丙'], 'expert': '乙', 'loopCounter': 1}
    loop = case.token('opened', 'a')
    assert (case.last.opened[0].element, case.last.opened[0].kind) == ('a', 'multiInstance')
    assert all(one.scope == (loop,) for one in case.last.user_tasks)
    case.do('a', _at=1, b=1)
    case.do('a', a=1)
    done = case.do('a', c=1)
    assert case.tasks == ['z']
    assert [one.element for one in done.passed] == ['a']
    assert case.variables == {'experts': ['甲', '乙', '丙'], 'a': 1, 'b': 1, 'c': 1}


def test_a_sequential_one_opens_them_one_after_the_other() -> None:
    case = Case(program(made('each=experts as=expert sequential=1')), {'experts': ['甲', '乙']})
    assert [one.item for one in case.last.user_tasks] == ['甲']
    assert [one.item for one in case.do('a', experts=[]).user_tasks] == ['乙']  # the list as it was when the loop began
    case.do('a')
    assert case.tasks == ['z']


@pytest.mark.parametrize('sequential', ['', 'sequential=1'])
def test_a_number_of_times(sequential: str) -> None:
    case = Case(program(made(f'times=${{n}} {sequential}')), {'n': 2})
    case.do('a')
    case.do('a')
    assert case.tasks == ['z']


def test_an_empty_list_is_passed() -> None:
    assert Case(program(made('each=experts as=expert')), {'experts': []}).tasks == ['z']
    assert Case(program(made('times=0')), {}).tasks == ['z']


@pytest.mark.parametrize('value', [None, 3, 'abc', {'a': 1}])
def test_what_is_no_list_is_an_incident(value: object) -> None:
    case = Case(program(made('each=experts as=expert')), {'experts': value})
    assert [one.element for one in case.last.failed] == ['a']
    assert case.tasks == []


@pytest.mark.parametrize('value', [-1, 1.5, None, True, 100_000])
def test_what_is_no_number_of_times_is_an_incident_and_never_hangs(value: object) -> None:
    case = Case(program(made('times=${n}')), {'n': value})
    assert [one.element for one in case.last.failed] == ['a']


def test_a_completion_condition_ends_the_others() -> None:
    case = Case(program(made('each=experts as=expert until=nrOfCompletedInstances/nrOfInstances>=0.5')), {'experts': [1, 2, 3, 4]})
    case.do('a')
    done = case.do('a')
    assert sorted(one.how for one in done.closed) == ['cancelled', 'cancelled', 'completed', 'completed']
    assert case.tasks == ['z']


def test_a_completion_condition_sees_what_was_just_written_and_who_is_still_active() -> None:
    case = Case(program(made('times=3 until=veto=true')), {})
    case.do('a', veto=False)
    assert case.tasks == ['a', 'a']
    case.do('a', veto=True)
    assert case.tasks == ['z']
    case = Case(program(made('times=3 until=nrOfActiveInstances<=1')), {})
    case.do('a')
    case.do('a')
    assert case.tasks == ['z']


def test_a_completion_condition_that_is_null_does_not_complete_the_loop_early() -> None:
    case = Case(program(made('times=2 until=veto')), {'veto': None})
    assert case.do('a').failed == []
    assert case.tasks == ['a']
    case.do('a')
    assert case.tasks == ['z']


def test_a_completion_condition_that_is_no_truth_value_is_an_incident_of_that_instance() -> None:
    case = Case(program(made('times=2 until=veto')), {'veto': 'perhaps'})
    failed = case.do('a').failed[0]
    assert failed.element == 'a'
    case.do('a', veto=False)
    assert case.tasks == []
    case.verb(lambda run: run.retry(failed.token))
    assert case.tasks == ['z']


def test_a_loop_condition_that_is_null_does_not_go_round_again() -> None:
    case = Case(program(made('again=more most=5')), {'more': None})
    assert case.do('a').failed == []
    assert case.tasks == ['z']


@pytest.mark.parametrize('loop', ['times=2 until=veto', 'again=veto most=5', 'each=veto', 'times=veto'])
def test_a_loop_that_asks_for_what_nobody_writes_is_an_incident(loop: str) -> None:
    """D-01, D-03: completion, loop condition, collection and number, each with the expression."""
    case = Case(program(made(loop)), {})
    failed = case.last.failed or case.do('a').failed
    assert 'veto' in failed[0].message or failed[0].element == 'a'


@pytest.mark.parametrize(
    'until',
    [
        'numberOfCompletedInstances>=1',
        'nrOfCompletedInstances>=1',
        '${numberOfCompletedInstances/numberOfInstances>0.3}',
        'numberOfActiveInstances<=2',
        'nrOfActiveInstances<=2',
        'numberOfTerminatedInstances=0',
    ],
)
def test_a_loop_ends_by_the_names_of_bpmn_and_by_those_of_the_vendors(until: str) -> None:
    """D-04: BPMN 2.0.2 §10.3.8; 或签 stays 或签."""
    case = Case(program(made(f'times=3 until={until}')), {})
    case.do('a')
    assert case.tasks == ['z']


@pytest.mark.parametrize(('loop', 'what'), [('times=n', 'cardinality'), ('most=n', 'loopMaximum'), ('each=many', 'collection')])
def test_a_loop_of_more_than_a_thousand_is_an_incident_that_names_the_number(loop: str, what: str) -> None:
    (failed,) = Case(program(made(loop)), {'n': 1_000_000_000, 'many': ['x'] * 1_234}).last.failed
    assert f'Expected {what} of a to be at most 1000' in failed.detail
    assert ('1234' if what == 'collection' else '1000000000') in failed.message


def test_results_are_collected_in_the_order_of_the_items() -> None:
    case = Case(program(made('each=experts as=expert collect=opinion into=opinions')), {'experts': ['甲', '乙']})
    case.do('a', _at=1, opinion='no')
    case.do('a', opinion='yes')
    assert case.variables['opinions'] == ['yes', 'no']


def test_a_multi_instance_subprocess_keeps_the_variables_of_its_instances_apart() -> None:
    text = """
    start s
    sub a each=experts as=expert {
    start i
    user b
    xor g
    user c
    end j
    i -> b -> g
    g -> c ? doubt
    g => j
    c -> j
    }
    user z
    end e
    s -> a -> z -> e
    """
    case = Case(program(text), {'experts': ['甲', '乙']})
    assert [one.variables['expert'] for one in case.last.user_tasks] == ['甲', '乙']
    case.do('b', doubt=True)
    case.do('b', doubt=False)
    assert case.tasks == ['c']
    case.do('c')
    assert case.tasks == ['z']
    assert 'expert' not in case.variables
    assert 'loopCounter' not in case.variables


def test_a_multi_instance_call() -> None:
    text = 'start s\ncall a called=Q each=experts as=expert give.who=expert take.last=who\nuser z\nend e\ns -> a -> z -> e'
    case = Case(program(text, 'start i\nuser b\nend j\ni -> b -> j'), {'experts': ['甲', '乙']})
    assert [one.variables for one in case.last.user_tasks] == [{'who': '甲'}, {'who': '乙'}]
    case.do('b')
    case.do('b')
    assert case.variables['last'] == '乙'


def test_a_multi_instance_service_task() -> None:
    host = FakeHost({'post': lambda work: {}})
    Case(program(made('topic=post each=people as=one', 'service a')), {'people': ['甲', '乙']}, host)
    assert [work.variables['one'] for work in host.calls] == ['甲', '乙']


def test_a_boundary_timer_bounds_all_instances_together() -> None:
    case = Case(program(made('times=2') + '\non a timer t\nuser late\nt -> late -> e'))
    assert case.last.armed[0].host == case.token('opened', 'a')
    done = case.fire('t')
    assert sorted(one.how for one in done.closed) == ['cancelled'] * 3
    assert case.tasks == ['late']


def test_a_standard_loop_repeats_while_its_condition_holds() -> None:
    case = Case(program(made('again=more')), {})
    case.do('a', more=True)
    assert case.tasks == ['a']
    case.do('a', more=False)
    assert case.tasks == ['z']


def test_a_standard_loop_may_ask_first_and_may_have_a_maximum() -> None:
    assert Case(program(made('again=more before=1')), {'more': False}).tasks == ['z']
    case = Case(program(made('again=true most=2')))
    case.do('a')
    case.do('a')
    assert case.tasks == ['z']


def test_an_error_of_one_instance_ends_the_loop() -> None:
    text = """
    start s
    sub a times=2 {
    start i
    user b
    end x error text=E
    i -> b -> x
    }
    user z
    end e
    on a error c text=E
    s -> a -> e
    c -> z -> e
    """
    case = Case(program(text))
    case.do('b')
    assert case.tasks == ['z']


def test_terminate_inside_an_instance_ends_only_that_instance() -> None:
    text = 'start s\nsub a times=2 {\nstart i\nuser b\nend x terminate\ni -> b -> x\n}\nuser z\nend e\ns -> a -> z -> e'
    case = Case(program(text))
    case.do('b')
    assert case.tasks == ['b']
    case.do('b')
    assert case.tasks == ['z']
