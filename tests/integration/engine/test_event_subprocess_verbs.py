"""An event subprocess through the engine: its timer has a row that the sweep fires, its message is correlated, both in the same case."""

from __future__ import annotations

from fakes import bundle, chain, clerk, end, start, user_task

from engine import SYSTEM, Engine, read
from engine.verbs import definitions, instances, user_tasks

LI = clerk('li', 'desk')


def handler(name: str, trigger: str, *, interrupting: bool) -> str:
    trigger_start = f'<startEvent id="{name}_start" isInterrupting="{str(interrupting).lower()}">{trigger}</startEvent>'
    inside = trigger_start + user_task(f'{name}_task', 'chief') + end(f'{name}_end') + chain(f'{name}_start', f'{name}_task', f'{name}_end')
    return f'<subProcess id="{name}" name="{name}" triggeredByEvent="true">{inside}</subProcess>'


LIMIT = '<timerEventDefinition><timeDuration>5个工作日</timeDuration></timerEventDefinition>'
WITHDRAWN = '<messageEventDefinition messageRef="withdraw"/>'
ITEM = bundle(
    start()
    + user_task('review')
    + end()
    + chain('start', 'review', 'end')
    + handler('late', LIMIT, interrupting=False)
    + handler('back', WITHDRAWN, interrupting=True),
    declarations='<message id="withdraw" name="withdraw"/>',
)


def begun(engine: Engine) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(ITEM), key='item', name='事项')
        return instances.start(tx, 'item', business_key='case-1')


def here(engine: Engine, instance_id: int) -> list[str]:
    with engine.reading() as connection:
        return sorted(task.element for task in read.open_tasks(connection, instance_id))


def test_its_timer_fires_once_in_working_days_beside_the_case(engine: Engine, clock) -> None:
    instance = begun(engine)
    with engine.reading() as connection:
        [row] = read.timers(connection, instance)
    assert (row.element, row.state, row.last_day, row.interrupting) == ('late_start', 'armed', '2026-03-09', False)
    clock.move_to(row.due_at)
    assert engine.tick().fired == 1
    assert here(engine, instance) == ['late_task', 'review']
    assert engine.tick().fired == 0


def test_an_interrupting_message_takes_the_place_of_everything_and_disarms_the_timer(engine: Engine) -> None:
    instance = begun(engine)
    with engine.begin(SYSTEM) as tx:
        instances.correlate(tx, 'withdraw', business_key='case-1')
    assert here(engine, instance) == ['back_task']
    with engine.reading() as connection:
        assert [row.state for row in read.timers(connection, instance)] == ['cancelled']


def test_the_end_of_the_case_disarms_the_timer(engine: Engine) -> None:
    instance = begun(engine)
    with engine.reading() as connection:
        [task] = read.open_tasks(connection, instance)
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
    with engine.reading() as connection:
        assert [row.state for row in read.timers(connection, instance)] == ['cancelled']
        assert read.instance(connection, instance).status == 'completed'


def test_a_repeating_start_begins_again_beside_its_scope_until_the_scope_is_over(engine: Engine, clock) -> None:
    """D-26: BPMN 2.0.2 §10.5.2: every three days one more, and none once the case is over."""
    cycle = '<timerEventDefinition><timeCycle>R/P3D</timeCycle></timerEventDefinition>'
    item = bundle(start() + user_task('review') + end() + chain('start', 'review', 'end') + handler('urge', cycle, interrupting=False))
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(item), key='urged', name='事项')
        instance = instances.start(tx, 'urged', business_key='case-2')
    for number in (1, 2, 3):
        clock.move(days=3)
        assert engine.tick().fired == 1
        assert here(engine, instance) == ['review', *['urge_task'] * number]
    with engine.reading() as connection:
        open_tasks = read.open_tasks(connection, instance)
    for task in open_tasks:
        with engine.begin(clerk('li', 'desk', 'chief')) as tx:
            user_tasks.complete(tx, task.id, {})
    clock.move(days=9)
    assert engine.tick().fired == 0
    with engine.reading() as connection:
        assert [row.state for row in read.timers(connection, instance)] == ['cancelled']
