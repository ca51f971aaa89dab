"""The case's clocks: milestones start and meet them, stops hold them, an extension adds to them; the ledger decides, nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from fakes import applicant, boundary_timer, bundle, chain, clerk, end, flow, start, user_task

from engine import SYSTEM, Engine, Forbidden, Rejection, read, verify_history
from engine.rows import StoredClock, StoredTask, StoredTimer
from engine.verbs import clocks, definitions, instances, user_tasks

RULES = [
    {'name': 'notify', 'starts': 'received', 'ends': 'accepted', 'limit': '5个工作日'},
    {'name': 'promise', 'starts': 'accepted', 'ends': 'decided', 'limit': '7个工作日'},
    {'name': 'statutory', 'starts': 'accepted', 'ends': 'decided', 'limit': '20个工作日'},
    {'name': 'delivery', 'starts': 'decided', 'ends': 'delivered', 'limit': '10个工作日'},
]
LI = clerk('li', 'desk')
ITEM = bundle(
    start(milestone='received')
    + user_task('intake')
    + boundary_timer('silence', 'intake', '5个工作日', on_expiry='deemed_pass', basis='第三十二条')
    + '<exclusiveGateway id="complete" default="complete__accepted"/>'
    + user_task('supplement', 'applicant', clock='stopped', stop_kind='supplement', basis='第三十二条')
    + boundary_timer('gone', 'supplement', '15个工作日')
    + end('expired', result='expired_supplement')
    + '<intermediateThrowEvent id="accepted"><extensionElements><camunda:properties><camunda:property name="milestone" value="accepted"/>'
    '</camunda:properties></extensionElements></intermediateThrowEvent>'
    '<intermediateThrowEvent id="deemed"><extensionElements><camunda:properties><camunda:property name="milestone" value="accepted"/>'
    '<camunda:property name="accepted_as_of" value="received"/></camunda:properties></extensionElements></intermediateThrowEvent>'
    '<exclusiveGateway id="merge"/><subProcess id="approval"><startEvent id="s2"/>'
    + user_task('review')
    + user_task('hear', 'desk', clock='stopped', stop_kind='hearing')
    + boundary_timer('hear_late', 'hear', '3个工作日', interrupting=False)
    + end('heard')
    + flow('hear_late', 'heard')
    + user_task('decide', milestone='decided')
    + end('e2')
    + chain('s2', 'review', 'hear', 'decide', 'e2')
    + '</subProcess>'
    + boundary_timer('promise_over', 'approval', 'promise', interrupting=False)
    + boundary_timer('promise_near', 'approval', 'promise - 1个工作日', interrupting=False, on_expiry='warn')
    + end('warned')
    + end('over')
    + user_task('deliver', milestone='delivered')
    + end(result='granted')
    + chain('start', 'intake', 'complete', 'accepted', 'merge', 'approval', 'deliver', 'end')
    + flow('complete', 'supplement', 'outcome = "supplement"')
    + flow('supplement', 'intake')
    + flow('gone', 'expired')
    + chain('silence', 'deemed', 'merge')
    + flow('promise_near', 'warned')
    + flow('promise_over', 'over')
)


def receive(engine: Engine, key: str = 'case-1') -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(ITEM), key='item', name='事项', clock_rules=RULES)
        return instances.start(tx, 'item', business_key=key)


def do(engine: Engine, instance_id: int, element: str, by=LI, **data: object) -> None:
    with engine.reading() as connection:
        task = next(task for task in read.open_tasks(connection, instance_id) if task.element == element)
    with engine.begin(by) as tx:
        user_tasks.complete(tx, task.id, {'outcome': 'complete'} | data if element == 'intake' else data)


def the_clock(engine: Engine, instance_id: int, name: str) -> StoredClock | None:
    with engine.reading() as connection:
        return next((row for row in read.clocks(connection, instance_id) if row.name == name), None)


def the_timer(engine: Engine, instance_id: int, element: str) -> StoredTimer:
    with engine.reading() as connection:
        return [row for row in read.timers(connection, instance_id) if row.element == element][-1]


def the_task(engine: Engine, instance_id: int) -> StoredTask:
    with engine.reading() as connection:
        return read.open_tasks(connection, instance_id)[-1]


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


def test_milestones_start_and_meet_clocks(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    notify = the_clock(engine, instance_id, 'notify')
    assert (notify.anchor, notify.last_day, notify.state) == (clock(), '2026-03-09', 'running')
    assert the_clock(engine, instance_id, 'promise') is None
    clock.move(days=1)
    do(engine, instance_id, 'intake')
    assert (the_clock(engine, instance_id, 'notify').state, the_clock(engine, instance_id, 'notify').met_at) == ('met', clock())
    assert the_clock(engine, instance_id, 'promise').last_day == '2026-03-12'
    assert the_clock(engine, instance_id, 'statutory').last_day == '2026-03-31'
    assert the_timer(engine, instance_id, 'promise_over').last_day == '2026-03-12'
    assert the_timer(engine, instance_id, 'promise_near').last_day == '2026-03-11'
    assert the_task(engine, instance_id).due_at == beijing('2026-03-13T00:00:00')
    for element in ('review', 'hear', 'decide'):
        do(engine, instance_id, element)
    assert [the_clock(engine, instance_id, name).state for name in ('promise', 'statutory', 'delivery')] == ['met', 'met', 'running']
    do(engine, instance_id, 'deliver')
    assert the_clock(engine, instance_id, 'delivery').state == 'met'
    with engine.reading() as connection:
        assert verify_history(connection, instance_id).intact


def test_silence_counts_from_receipt(engine: Engine, clock) -> None:
    """Licensing Law art. 32 item 4: no notice in five days means accepted on the day of receipt."""
    instance_id = receive(engine)
    received = clock()
    clock.move_to(beijing('2026-03-10T00:05:00'))
    engine.tick()
    promise = the_clock(engine, instance_id, 'promise')
    assert (promise.anchor, promise.last_day) == (received, '2026-03-11')
    assert the_timer(engine, instance_id, 'promise_over').last_day == '2026-03-11'
    notify = the_clock(engine, instance_id, 'notify')
    assert (notify.state, notify.met_at) == ('breached', clock())
    with engine.reading() as connection:
        events = read.events(connection, instance_id)
    fired = next(one for one in events if one.event == 'timer.fired')
    reached = [one for one in events if one.event == 'milestone.reached'][-1]
    assert (fired.data['on_expiry'], fired.data['basis'], fired.data['unit']) == ('deemed_pass', '第三十二条', 'desk')
    assert (reached.by, reached.data['deemed_from']) == ('system:timer', 'received')


def test_clock_stands_still_while_the_applicant_supplements(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    clock.move(days=1)
    do(engine, instance_id, 'intake', outcome='supplement')
    notify = the_clock(engine, instance_id, 'notify')
    assert (notify.state, notify.due_at) == ('stopped', None)
    gone = the_timer(engine, instance_id, 'gone')
    assert (gone.state, gone.stoppable, gone.last_day) == ('armed', False, '2026-03-24')
    assert the_task(engine, instance_id).due_at == gone.due_at
    clock.move(days=6)
    do(engine, instance_id, 'supplement', applicant('case-1'))
    notify = the_clock(engine, instance_id, 'notify')
    assert (notify.state, notify.last_day) == ('running', '2026-03-16')  # 3–9 March stopped
    with engine.reading() as connection:
        (stop,) = read.stops(connection, instance_id)
    assert (stop.kind, stop.basis, stop.end - stop.start) == ('supplement', '第三十二条', timedelta(days=6))


def test_stop_inside_the_approval_holds_promise_and_its_timers(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake')
    do(engine, instance_id, 'review')
    for name in ('promise', 'statutory'):
        assert (the_clock(engine, instance_id, name).state, the_clock(engine, instance_id, name).due_at) == ('stopped', None)
    assert the_timer(engine, instance_id, 'promise_over').state == 'stopped'
    assert (the_timer(engine, instance_id, 'hear_late').state, the_task(engine, instance_id).due_at) == (
        'armed',
        beijing('2026-03-06T00:00:00'),
    )
    clock.move(days=30)
    engine.tick()
    assert the_timer(engine, instance_id, 'promise_over').state == 'stopped'
    do(engine, instance_id, 'hear')
    assert the_clock(engine, instance_id, 'promise').state == 'running'
    assert the_timer(engine, instance_id, 'promise_over').due_at == the_clock(engine, instance_id, 'promise').due_at
    assert the_task(engine, instance_id).due_at == the_clock(engine, instance_id, 'promise').due_at


def test_office_stops_and_resumes(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake')
    with pytest.raises(Rejection), engine.begin(LI) as tx:
        clocks.stop_clock(tx, instance_id, 'suspension', '等待法院判决', '')
    with pytest.raises(Forbidden), engine.begin(applicant('case-1')) as tx:
        clocks.stop_clock(tx, instance_id, 'suspension', '等等', '无')
    with engine.begin(LI) as tx:
        stop_id = clocks.stop_clock(tx, instance_id, 'suspension', '等待法院判决', '行政许可法第四十五条', notice='清政服〔2026〕第9号')
    assert the_clock(engine, instance_id, 'promise').state == 'stopped'
    clock.move(days=7)
    with engine.begin(LI) as tx:
        clocks.resume_clock(tx, stop_id)
    assert the_clock(engine, instance_id, 'promise').last_day == '2026-03-18'
    with pytest.raises(Rejection, match='has ended'), engine.begin(LI) as tx:
        clocks.resume_clock(tx, stop_id)


def test_stop_of_the_diagram_is_not_ended_by_hand(engine: Engine) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake', outcome='supplement')
    with engine.reading() as connection:
        (stop,) = read.stops(connection, instance_id)
    with pytest.raises(Rejection, match='the diagram made it'), engine.begin(LI) as tx:
        clocks.resume_clock(tx, stop.id)


def test_extension_is_granted_once_and_before_expiry(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake')
    with engine.begin(LI) as tx:
        clocks.extend(tx, instance_id, 'promise', 5, '案情复杂', notice='清政服〔2026〕第7号')
    assert the_clock(engine, instance_id, 'promise').last_day == '2026-03-18'
    assert the_timer(engine, instance_id, 'promise_over').last_day == '2026-03-18'
    with pytest.raises(Rejection, match='was extended before'), engine.begin(LI) as tx:
        clocks.extend(tx, instance_id, 'promise', 5, '再来')
    clock.move(days=60)
    with pytest.raises(Rejection, match='before expiry'), engine.begin(LI) as tx:
        clocks.extend(tx, instance_id, 'statutory', 10, '太晚')
    with pytest.raises(Rejection, match='has not started'), engine.begin(LI) as tx:
        clocks.extend(tx, instance_id, 'delivery', 1, '太早')


def test_broken_promise_is_recorded_once(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake')
    clock.move(days=60)
    engine.tick()
    engine.tick()
    do(engine, instance_id, 'review')
    do(engine, instance_id, 'hear')
    do(engine, instance_id, 'decide')
    with engine.reading() as connection:
        events = [(one.event, one.data.get('late')) for one in read.events(connection, instance_id)]
    assert events.count(('clock.breached', None)) == 2  # promise and statutory
    assert [late for event, late in events if event == 'clock.met'] == [False, True, True]
    promise = the_clock(engine, instance_id, 'promise')
    assert (promise.state, promise.met_at) == ('breached', clock())


def test_backdated_receipt_moves_the_clock(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    with engine.begin(LI) as tx:
        clocks.set_clock(tx, instance_id, 'notify', beijing('2026-02-27T16:00:00'))
    assert the_clock(engine, instance_id, 'notify').last_day == '2026-03-05'  # Saturday 28 February is a working day (调休)
    do(engine, instance_id, 'intake', outcome='supplement')
    with pytest.raises(Rejection, match='Expected a limit'), engine.begin(LI) as tx:
        clocks.set_clock(tx, instance_id, 'audit', clock())


def test_ended_case_has_no_running_clock(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake', outcome='supplement')
    clock.move(days=60)
    engine.tick()
    with engine.reading() as connection:
        assert read.instance(connection, instance_id).result == 'expired_supplement'
        assert [row.end for row in read.stops(connection, instance_id)] == [clock()]
    assert the_clock(engine, instance_id, 'notify').state == 'cancelled'


def test_timer_that_takes_off_more_than_the_promise_is_an_incident(engine: Engine) -> None:
    """Only this case's clock is too short; the case goes on."""
    instance_id = receive(engine)
    with engine.begin(SYSTEM) as tx:
        clocks.set_clock(tx, instance_id, 'promise', tx.now, '1个工作日')
    do(engine, instance_id, 'intake')
    with engine.reading() as connection:
        assert [one.element for one in read.incidents(connection)] == ['promise_near']
    assert the_timer(engine, instance_id, 'promise_near').state == 'dead'
    do(engine, instance_id, 'review')


def test_clock_set_to_less_than_a_timer_takes_off_kills_the_timer_not_the_case(engine: Engine, clock) -> None:
    instance_id = receive(engine)
    do(engine, instance_id, 'intake')
    with engine.begin(LI) as tx:
        clocks.set_clock(tx, instance_id, 'promise', clock(), '1个工作日')
    assert the_timer(engine, instance_id, 'promise_near').state == 'dead'
    assert the_timer(engine, instance_id, 'promise_over').last_day == '2026-03-03'


def test_a_reminder_before_the_promise_is_nobodys_deadline(engine: Engine, clock) -> None:
    """S-52: the list shows the promised day, not the day on which the hall reminds itself."""
    instance = receive(engine)
    do(engine, instance, 'intake', outcome='ok')
    promise = the_clock(engine, instance, 'promise')
    assert the_timer(engine, instance, 'promise_near').due_at < promise.due_at
    with engine.reading() as connection:
        [task] = read.open_tasks(connection, instance)
    assert (task.element, task.due_at) == ('review', promise.due_at)
