"""D-28: pick lists, compensation and counted opinions in rows and history, as clerks meet them."""

import pytest
from fakes import bundle, chain, clerk, end, flow, start, user_task

from engine import SYSTEM, Engine, Forbidden, Rejection, read
from engine.verbs import definitions, instances, user_tasks

LI, OTHER = clerk('li', 'desk', 'field'), clerk('other', 'elsewhere')
ENOUGH = '<completionCondition xsi:type="tFormalExpression">enough = true</completionCondition>'
LIST = bundle(
    start()
    + f'<adHocSubProcess id="x" name="补充核查">{user_task("a", "desk")}{user_task("b", "field")}{ENOUGH}</adHocSubProcess>'
    + end()
    + chain('start', 'x', 'end')
)
UNDO = '<compensateEventDefinition/>'
REFUND = bundle(
    start()
    + '<transaction id="x">'
    + start('i')
    + user_task('pay', milestone='accepted')
    + f'<boundaryEvent id="pc" attachedToRef="pay">{UNDO}</boundaryEvent>'
    + user_task('refund', attrs='isForCompensation="true"')
    + '<association id="l" sourceRef="pc" targetRef="refund"/>'
    + user_task('u')
    + '<exclusiveGateway id="g" default="g__j"/>'
    + '<endEvent id="stop"><cancelEventDefinition/></endEvent>'
    + end('j')
    + chain('i', 'pay', 'u', 'g')
    + flow('g', 'j')
    + flow('g', 'stop', 'stop = true')
    + '</transaction>'
    + '<boundaryEvent id="xc" attachedToRef="x"><cancelEventDefinition/></boundaryEvent>'
    + user_task('after')
    + end()
    + chain('start', 'x', 'end')
    + chain('xc', 'after', 'end')
)


def begun(engine: Engine, of: object) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(of), key='item', name='事项')
        return instances.start(tx, 'item', business_key='case-1')


def tasks(engine: Engine, instance_id: int) -> dict[str, object]:
    with engine.reading() as connection:
        return {task.element: task for task in read.open_tasks(connection, instance_id)}


def do(engine: Engine, instance_id: int, element: str, by: object = LI, **data: object) -> None:
    with engine.begin(by) as tx:
        user_tasks.complete(tx, tasks(engine, instance_id)[element].id, data)


def test_the_list_is_a_task_of_the_windows_of_its_steps_and_what_is_picked_stands_in_the_history(engine: Engine) -> None:
    instance_id = begun(engine, LIST)
    pick = tasks(engine, instance_id)['x_pick']
    assert (pick.name, pick.candidate_groups) == ('补充核查：选择下一步', ['desk', 'field'])
    with pytest.raises(Forbidden):
        do(engine, instance_id, 'x_pick', OTHER, x_pick='a')
    with pytest.raises(Rejection):
        do(engine, instance_id, 'x_pick', x_pick='end')
    do(engine, instance_id, 'x_pick', x_pick='b')
    assert sorted(tasks(engine, instance_id)) == ['b', 'x_pick']
    do(engine, instance_id, 'b', enough=True)
    with engine.reading() as connection:
        assert read.instance(connection, instance_id).status == 'completed'
        (picked,) = [one for one in read.events(connection, instance_id) if one.event == 'user_task.completed' and one.element == 'x_pick']
    assert 'b' in str(picked.data)


def test_a_cancelled_transaction_undoes_for_the_window_and_no_milestone_is_reached_again(engine: Engine) -> None:
    instance_id = begun(engine, REFUND)
    do(engine, instance_id, 'pay')
    do(engine, instance_id, 'u', stop=True)
    assert list(tasks(engine, instance_id)) == ['refund']
    do(engine, instance_id, 'refund')
    do(engine, instance_id, 'after')
    with engine.reading() as connection:
        events = [one.event for one in read.events(connection, instance_id)]
        assert read.instance(connection, instance_id).status == 'completed'
    assert events.count('milestone.reached') <= 1
