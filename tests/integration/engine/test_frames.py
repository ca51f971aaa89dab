"""What one frame writes goes together: listeners hear its events at once, the instance is stored once, and nothing hides from a reader."""

from __future__ import annotations

import pytest
from fakes import Listener, boundary_timer, bundle, chain, clerk, end, flow, start, user_task
from sqlalchemy import event, select

from engine import SYSTEM, Engine, read, verify_history
from engine.tables import history, process_instance
from engine.tables import user_task as task_table
from engine.verbs import definitions, events, instances, user_tasks

LI = clerk('li', 'desk')
RULES = ({'name': 'promise', 'starts': 'received', 'ends': 'decided', 'limit': '20个工作日'},)
STEPS = bundle(
    start(milestone='received')
    + user_task('check')
    + user_task('decide', milestone='decided')
    + boundary_timer('late', 'check', '5个工作日', interrupting=False, on_expiry='warn')
    + end('warned')
    + flow('late', 'warned')
    + end()
    + chain('start', 'check', 'decide', 'end')
)


def begin(engine: Engine) -> int:
    with engine.begin(SYSTEM) as tx:
        definitions.deploy(tx, tx.engine.check(STEPS), key='item', name='事项', clock_rules=RULES)
        return instances.start(tx, 'item', business_key='case-1')


def complete(engine: Engine, case: int) -> list[str]:
    """Complete the open task; the statements that this took."""
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, case)
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        seen.append(statement)

    event.listen(engine.database, 'before_cursor_execute', note)
    with engine.begin(LI) as tx:
        user_tasks.complete(tx, task.id)
    event.remove(engine.database, 'before_cursor_execute', note)
    return seen


def test_listeners_hear_a_frame_together(make_engine) -> None:
    """H-14: every event of a verb in one call, so that a listener can look up once what all of them need."""
    heard = Listener()
    engine = make_engine(listeners=[heard])
    complete(engine, begin(engine))
    started, completed = ([one.event for one in events] for events in heard.frames)
    assert started == ['process_instance.started', 'token.moved', 'milestone.reached', 'clock.started', 'user_task.created']
    assert completed == ['user_task.completed', 'token.moved', 'user_task.created']


def test_what_listeners_record_is_stored_with_the_frame(make_engine) -> None:
    """H-14: the instance is stored once and the history inserted once, whatever listeners add; they hear what was added, too."""
    heard = Listener()

    def add(tx, told) -> None:
        for one in told:
            if one.event == 'user_task.completed':
                events.record(tx, one.instance_id, 'paper.printed', {'for': one.element})

    engine = make_engine(listeners=[add, heard])
    case = begin(engine)
    seen = complete(engine, case)
    assert sum('UPDATE process_instance' in one for one in seen) == 1
    assert sum('INSERT INTO history' in one for one in seen) == 1
    assert heard.named('paper.printed')
    with engine.reading() as connection:
        assert verify_history(connection, case).intact
        told = [row.event for row in read.events(connection, case)]
    assert told[-4:] == ['user_task.completed', 'token.moved', 'user_task.created', 'paper.printed']


@pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)
def test_a_completion_is_one_read_and_one_write(engine: Engine) -> None:
    """P-12: on PostgreSQL everything a completion reads comes with its lock, and everything it writes is one statement."""
    seen = complete(engine, begin(engine))
    assert [one.split()[0] for one in seen] == ['SELECT', 'WITH']


def test_whoever_asks_for_the_connection_sees_what_waits(make_engine) -> None:
    """A listener that reads rows of the engine sees those of the verb it is told of."""
    seen = []

    def look(tx, told) -> None:
        rows = tx.connection.execute(select(task_table.c.element, task_table.c.state).order_by(task_table.c.id)).all()
        seen.append([tuple(row) for row in rows])

    engine = make_engine(listeners=[look])
    complete(engine, begin(engine))
    assert seen == [[('check', 'open')], [('check', 'completed'), ('decide', 'open')]]


def test_a_row_written_twice_in_one_frame_has_the_last_word(engine: Engine) -> None:
    """Claimed and completed in one frame: both changes of the task arrive, in their order."""
    case = begin(engine)
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, case)
    with engine.begin(LI) as tx, tx.frame(case):
        user_tasks.claim(tx, task.id)
        user_tasks.complete(tx, task.id)
    with engine.reading() as connection:
        row = read.task(connection, task.id)
        assert verify_history(connection, case).intact
    assert row is not None
    assert (row.state, row.assignee, row.lock_version) == ('completed', 'li', 2)


def test_a_listener_that_fails_undoes_the_verb(make_engine) -> None:
    """Nothing of a frame is kept whose listener raises, not even when the error is swallowed."""

    def refuse(_tx, told) -> None:
        if any(one.event == 'user_task.completed' for one in told):
            raise ArithmeticError('坏了')

    engine = make_engine(listeners=[refuse])
    case = begin(engine)
    with engine.reading() as connection:
        (task,) = read.open_tasks(connection, case)
    with pytest.raises(RuntimeError, match='whole transaction'), engine.begin(LI) as tx:  # noqa: SIM117
        with pytest.raises(ArithmeticError):
            user_tasks.complete(tx, task.id)
    with engine.reading() as connection:
        assert len(read.open_tasks(connection, case)) == 1
        assert connection.execute(select(process_instance.c.lock_version)).scalar_one() == 1
        assert 'user_task.completed' not in connection.execute(select(history.c.event)).scalars().all()
