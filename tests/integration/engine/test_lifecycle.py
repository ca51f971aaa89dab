"""An approval goes from start to end; what happened stands in rows and in a chained history."""

from __future__ import annotations

from datetime import datetime

import pytest
from fakes import ADMINISTRATOR, Listener, applicant, bundle, chain, clerk, end, flow, start, user_task
from sqlalchemy import update

from engine import SYSTEM, Conflict, Engine, Forbidden, NotFound, Rejection, read, verify_history
from engine.rows import StoredTask
from engine.tables import history
from engine.verbs import clocks, definitions, instances, operations, user_tasks
from engine.verbs import events as engine_events

TWO_STEPS = bundle(
    start()
    + user_task('review')
    + user_task('decide', 'chief')
    + '<exclusiveGateway id="how" default="how__granted"/>'
    + end('granted', result='granted')
    + end('refused', result='refused')
    + chain('start', 'review', 'decide', 'how')
    + flow('how', 'granted')
    + flow('how', 'refused', 'decision = "refused"')
)
LI, WANG, ZHAO = clerk('li', 'desk'), clerk('wang', 'desk'), clerk('zhao', 'chief')


def begin_case(engine: Engine, key: str = 'case-1', of: object = TWO_STEPS, **variables: object) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(of), key='item', name='事项')
        return instances.start(tx, 'item', business_key=key, variables=variables)


def only_task(engine: Engine, instance_id: int) -> StoredTask:
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, instance_id)
        return task


def test_case_runs_to_its_end(engine: Engine, clock) -> None:
    instance_id = begin_case(engine, name='饭店')
    task = only_task(engine, instance_id)
    assert (task.element, task.candidate_groups, task.assignee, task.opened_at) == ('review', ['desk'], None, clock())
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, task.id)
        assert user_tasks.complete(tx, task.id, {'opinion': '同意'}).closed
    decide = only_task(engine, instance_id)
    with engine.begin(ZHAO) as tx:
        done = user_tasks.complete(tx, decide.id, {'decision': 'refused'})
    assert (done.status, done.result) == ('completed', 'refused')
    with engine.reading() as connection:
        row = read.instance(connection, instance_id)
        events = [one.event for one in read.events(connection, instance_id)]
        road = read.road(connection, instance_id)
        verified = verify_history(connection, instance_id)
    assert (row.status, row.result, row.ended_at, row.touched_by) == ('completed', 'refused', clock(), 'zhao')
    assert events[0] == 'process_instance.started'
    assert events[-1] == 'process_instance.ended'
    assert [name for name in events if name.startswith('user_task')] == [
        'user_task.created',
        'user_task.claimed',
        'user_task.completed',
        'user_task.created',
        'user_task.completed',
    ]
    assert {'start', 'review', 'decide', 'how', 'refused', 'how__refused'} <= road
    assert 'granted' not in road
    assert verified.intact
    assert verified.rows == len(events)


def test_clerk_of_another_window_is_refused(engine: Engine) -> None:
    task = only_task(engine, begin_case(engine))
    for verb in ('claim', 'complete'):
        with pytest.raises(Forbidden, match='Expected a member of desk, but zhao is not'), engine.begin(ZHAO) as tx:
            getattr(user_tasks, verb)(tx, task.id)


def test_task_of_a_colleague_names_who_and_when(engine: Engine, clock) -> None:
    task = only_task(engine, begin_case(engine))
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, task.id)
    claimed = clock()
    clock.move(minutes=5)
    for verb in ('claim', 'complete', 'save_draft'):
        with pytest.raises(Conflict) as caught, engine.begin(WANG) as tx:
            getattr(user_tasks, verb)(tx, task.id, *([{}] if verb == 'save_draft' else []))
        assert (caught.value.who, caught.value.when) == ('li', claimed)


def test_second_completion_names_who_closed_the_task(engine: Engine, clock) -> None:
    task = only_task(engine, begin_case(engine))
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
    with pytest.raises(Conflict) as caught, engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
    assert (caught.value.who, caught.value.when) == ('li', clock())


def test_stale_page_is_refused(engine: Engine, clock) -> None:
    task = only_task(engine, begin_case(engine))
    with engine.begin(LI) as tx:
        user_tasks.claim(tx, task.id)
        user_tasks.unclaim(tx, task.id)
    with pytest.raises(Conflict, match='the page shows 0') as caught, engine.begin(WANG) as tx:
        user_tasks.complete(tx, task.id, {}, lock_version=task.lock_version)
    assert caught.value.who == 'li'


def test_draft_is_kept_until_the_task_closes(engine: Engine) -> None:
    instance_id = begin_case(engine)
    task = only_task(engine, instance_id)
    with engine.begin(LI) as tx:
        user_tasks.save_draft(tx, task.id, {'opinion': '写了一半'})
    assert only_task(engine, instance_id).draft == {'opinion': '写了一半'}
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id, {}, lock_version=task.lock_version)
    with engine.reading() as connection:
        assert read.task(connection, task.id).draft is None


def test_only_the_holder_or_a_supervisor_hands_over(engine: Engine) -> None:
    task = only_task(engine, begin_case(engine))
    with pytest.raises(Forbidden), engine.begin(LI) as tx:
        user_tasks.assign(tx, task.id, 'wang')
    with engine.begin(ADMINISTRATOR) as tx:
        user_tasks.assign(tx, task.id, 'wang')
    with pytest.raises(Forbidden), engine.begin(LI) as tx:
        user_tasks.unclaim(tx, task.id)
    with engine.begin(WANG) as tx:
        user_tasks.assign(tx, task.id, 'li')
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)


def test_applicant_sees_only_his_own_case(engine: Engine) -> None:
    asks = bundle(start() + user_task('supplement', 'applicant') + end() + chain('start', 'supplement', 'end'))
    mine = only_task(engine, begin_case(engine, 'mine', asks))
    other = only_task(engine, begin_case(engine, 'other', asks))
    with pytest.raises(NotFound), engine.begin(applicant('mine')) as tx:
        user_tasks.complete(tx, other.id)
    with engine.begin(applicant('mine')) as tx:
        assert user_tasks.complete(tx, mine.id).status == 'completed'


def test_business_key_is_given_once(engine: Engine) -> None:
    begin_case(engine)
    with pytest.raises(Conflict, match='case-1'), engine.begin(LI) as tx:
        instances.start(tx, 'item', business_key='case-1')


def test_unknown_things_are_not_found(engine: Engine) -> None:
    for verb, *arguments in (
        (user_tasks.claim,),
        (user_tasks.complete,),
        (instances.cancel, 'x'),
        (operations.retry,),
        (clocks.resume_clock,),
    ):
        with pytest.raises(NotFound), engine.begin(SYSTEM) as tx:
            verb(tx, 999, *arguments)
    with pytest.raises(NotFound), engine.begin(SYSTEM) as tx:
        instances.start(tx, 'nothing', business_key='x')


def test_cancelled_case_leaves_nothing_open(engine: Engine) -> None:
    instance_id = begin_case(engine)
    with pytest.raises(Forbidden), engine.begin(LI) as tx:
        instances.cancel(tx, instance_id, '误登记')
    with engine.begin(ADMINISTRATOR) as tx:
        instances.cancel(tx, instance_id, '误登记')
    with engine.reading() as connection:
        assert read.open_tasks(connection, instance_id) == []
        assert read.instance(connection, instance_id).status == 'cancelled'
    with pytest.raises(Conflict), engine.begin(ADMINISTRATOR) as tx:
        instances.cancel(tx, instance_id, '再来一次')


def test_suspended_case_rests(engine: Engine) -> None:
    instance_id = begin_case(engine)
    task = only_task(engine, instance_id)
    with engine.begin(ADMINISTRATOR) as tx:
        instances.suspend(tx, instance_id, '调查')
    with pytest.raises(Conflict, match='suspended'), engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
    with engine.begin(ADMINISTRATOR) as tx:
        instances.activate(tx, instance_id, '查清')
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)


def test_nothing_is_written_when_the_block_raises(engine: Engine) -> None:
    instance_id = begin_case(engine)
    task = only_task(engine, instance_id)
    with pytest.raises(ZeroDivisionError), engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
        _ = 1 / 0
    assert only_task(engine, instance_id) == task


def test_data_that_cannot_be_kept_is_refused(engine: Engine) -> None:
    task = only_task(engine, begin_case(engine))
    for value in (float('nan'), object(), '\ud800'):
        with pytest.raises(Rejection), engine.begin(LI) as tx:
            user_tasks.complete(tx, task.id, {'value': value})


def test_changed_history_is_found_out(engine: Engine) -> None:
    instance_id = begin_case(engine)
    with engine.begin(SYSTEM) as tx:
        engine_events.record(tx, instance_id, 'document.issued', {'number': '清政服〔2026〕第1号', 'sum': 12.5})
    with engine.begin(SYSTEM) as tx:
        assert verify_history(tx.connection, instance_id).intact
        tx.connection.execute(update(history).where(history.c.seq == 1).values(by='somebody'))
        assert verify_history(tx.connection, instance_id).seq == 1


def test_listeners_hear_every_event_in_the_transaction(make_engine) -> None:
    heard = Listener()
    engine = make_engine(listeners=[heard])
    created = []
    with engine.begin(LI) as tx:
        definitions.deploy(tx, tx.engine.check(TWO_STEPS), key='item', name='事项') if tx.by.system else None
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(TWO_STEPS), key='item', name='事项')
        instances.start(tx, 'item', business_key='case-1', created=created.append)
    assert [event.event for event in heard.seen] == ['process_instance.started', 'token.moved', 'user_task.created']
    assert {event.business_key for event in heard.seen} == {'case-1'}
    assert created == [heard.seen[0].instance_id]


SCRIPT = '<scriptTask id="note" scriptFormat="feel"><script>day = string(today())</script></scriptTask>'
BRANCH = (
    start()
    + user_task('wait')
    + SCRIPT
    + '<exclusiveGateway id="is_it" default="is_it__before"/>'
    + end('late')
    + end('before')
    + chain('start', 'wait', 'note', 'is_it', 'before')
    + flow('is_it', 'late', '= today() &gt; date("2026-03-10")')
)


@pytest.mark.parametrize(
    ('now', 'day', 'reached'),
    [
        ('2026-03-10T23:59:00+08:00', '2026-03-10', 'before'),
        ('2026-03-11T00:01:00+08:00', '2026-03-11', 'late'),
        ('2026-03-11T07:00:00+08:00', '2026-03-11', 'late'),
    ],
)
def test_today_in_a_running_diagram_is_the_halls_local_day(engine: Engine, clock, now: str, day: str, reached: str) -> None:
    """H-11: at seven in the morning it is still yesterday in UTC; a script and a condition say the hall's date."""
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(bundle(BRANCH)), key='item', name='事项')
        case = instances.start(tx, 'item', business_key='c')
    clock.move_to(datetime.fromisoformat(now))
    with engine.begin(clerk('li', 'desk')) as tx:
        (task,) = read.open_tasks(tx.connection, case)
        user_tasks.complete(tx, task.id, {})
    with engine.reading() as connection:
        assert read.variables_of(connection, case)['day'] == day
        assert reached in {event.element for event in read.events(connection, case)}
