"""Old databases in the middle of their work: what waits, failed or stands still when the schema is raised goes on from there (H-44)."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import JSON, Boolean, Connection, DateTime, Integer, LargeBinary, MetaData, select

from engine import Rejection
from engine.core.database import connect
from engine.core.schema import config, migrate

DAY = datetime(2026, 3, 2, 1, tzinfo=UTC)
RELEASED = '0009'
FILLERS: tuple[tuple[type, Any], ...] = ((JSON, []), (Boolean, False), (DateTime, DAY), (Integer, 1), (LargeBinary, b'x'))
CHOSEN = {'user_task': 'open', 'clock': 'running', 'timer': 'armed', 'incident': 'open', 'outbox': 'waiting', 'case_batch': 'running'}
CHOSEN |= {'process_definition': 'in_force'}


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    database = connect(url, pool_size=1)
    with database.connect() as connection, connection.begin():
        yield connection
    database.dispose()


def _reflected(connection: Connection) -> MetaData:
    found = MetaData()
    found.reflect(connection)
    return found


@pytest.fixture
def old(empty_url: str) -> Callable[..., None]:
    """Fill a database of the released schema; `put(table, **values)` writes a row, what it leaves out gets something that fits."""

    def fill(write: Callable[[Callable[..., None]], None]) -> None:
        with _connected(empty_url) as connection:
            alembic = config()
            alembic.attributes['connection'] = connection
            command.upgrade(alembic, RELEASED)
            tables = _reflected(connection).tables

            def put(which: str, /, **values: Any) -> None:
                table = tables[which]
                needed = [column for column in table.c if not column.nullable and column.server_default is None and not column.primary_key]
                filled = {column.name: _filler(which, column) for column in needed}
                connection.execute(table.insert(), filled | values)

            put('hall', code='h', region='990121')
            put('process_definition', id=1, key='k')
            write(put)

    return fill


def _filler(table: str, column: Any) -> Any:
    if column.name == 'state' and table in CHOSEN:
        return CHOSEN[table]
    return next((filler for kind, filler in FILLERS if isinstance(column.type, kind)), 'x')


def _case(put: Callable[..., None], number: int, status: str = 'active', **more: Any) -> None:
    put('process_instance', id=number, business_key=f'c{number}', status=status, **more)


def _rows(url: str, name: str) -> dict[int, Any]:
    with _connected(url) as connection:
        table = _reflected(connection).tables[name]
        return {row.id: row for row in connection.execute(select(table))}


def _instant(value: datetime | None) -> datetime | None:
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


def test_open_tasks_get_the_first_limit_they_stand_under(old, empty_url: str) -> None:
    """0010: of the step, of the case, or a timer that fired on it; a task that is closed keeps what it had."""

    def write(put: Callable[..., None]) -> None:
        for number in range(1, 6):
            _case(put, number)
            put('user_task', id=number, instance_id=number, token=f't{number}', due_at=None if number != 2 else DAY + timedelta(days=9))
        put('clock', id=1, instance_id=1, name='promise', due_at=DAY + timedelta(days=3))
        put('clock', id=2, instance_id=2, name='promise', due_at=DAY, state='breached')
        put('clock', id=3, instance_id=2, name='notify', due_at=DAY - timedelta(days=9), state='met', met_at=DAY)
        put('timer', id=1, instance_id=3, host='t3', due_at=DAY, state='fired')
        put('timer', id=2, instance_id=4, host='another', due_at=DAY, state='fired')
        put('stop', id=1, instance_id=4)
        put('stop', id=2, instance_id=5, to=DAY)
        put('user_task', id=6, instance_id=1, token='over', state='completed', due_at=None)

    old(write)
    migrate(empty_url)
    tasks = _rows(empty_url, 'user_task')
    due = {number: _instant(row.due_at) for number, row in tasks.items()}
    assert due == {1: DAY + timedelta(days=3), 2: DAY, 3: DAY, 4: None, 5: None, 6: None}
    assert {number for number, row in tasks.items() if row.stopped} == {4}
    assert {_instant(row.amber_at) for number, row in tasks.items() if number in (1, 2, 3)} == {DAY + timedelta(days=3), DAY}
    clocks = _rows(empty_url, 'clock')
    assert (_instant(clocks[1].amber_at), clocks[2].amber_at, clocks[3].amber_at) == (DAY + timedelta(days=3), None, None)


def test_further_candidate_groups_become_rows_each_once(old, empty_url: str) -> None:
    """0010"""

    def write(put: Callable[..., None]) -> None:
        _case(put, 1)
        for number, groups in enumerate((['a'], ['a', 'b', 'c'], ['a', 'b', 'b'], [], ['a,b']), start=1):
            put('user_task', id=number, instance_id=1, token=f't{number}', candidate_groups=groups, group_key=(groups or [''])[0])

    old(write)
    migrate(empty_url)
    with _connected(empty_url) as connection:
        table = _reflected(connection).tables['user_task_group']
        found = sorted((row.task_id, row.group) for row in connection.execute(select(table)))
    assert found == [(2, 'b'), (2, 'c'), (3, 'b')]


def test_cases_behind_the_cursor_of_a_calendar_change_wait_and_no_others(old, empty_url: str) -> None:
    """0015: a change half done goes on with the open cases it had not come to; one that had come to all of them is done."""

    def write(put: Callable[..., None]) -> None:
        put('hall', code='other', region='990122', calendar='OTHER')
        for number, status in enumerate(('active', 'active', 'completed', 'suspended'), start=1):
            _case(put, number, status, hall='h')
        _case(put, 5, hall='other')
        shared = {'kind': 'import', 'calendar': 'CN', 'applied_at': DAY}
        put('calendar_edition', id=1, token='a', state='recomputing', cursor=1, **shared)
        put('calendar_edition', id=2, token='b', state='recomputing', cursor=5, **shared)
        put('calendar_edition', id=3, token='c', state='done', cursor=0, finished_at=DAY, **shared)

    old(write)
    migrate(empty_url)
    waiting = [(row.edition_id, row.instance_id, row.state, _instant(row.next_try)) for row in _rows(empty_url, 'calendar_case').values()]
    assert sorted(waiting) == [(1, 2, 'waiting', DAY), (1, 4, 'waiting', DAY)]
    editions = _rows(empty_url, 'calendar_edition')
    assert {number: row.state for number, row in editions.items()} == {1: 'recomputing', 2: 'done', 3: 'done'}
    assert _instant(editions[2].finished_at) == DAY


def test_batches_watches_and_incidents_go_on_from_where_they_were(old, empty_url: str) -> None:
    """0015: what waits is due since it was ordered, what failed is tried again, an incident names its row whatever its queue."""

    def write(put: Callable[..., None]) -> None:
        for number in range(1, 6):
            _case(put, number)
        put('case_batch', id=1, kind='migrate', at=DAY)
        for number, state in enumerate(('waiting', 'reverting', 'done', 'failed', 'kept'), start=1):
            put('case_batch_row', id=number, batch_id=1, instance_id=number, state=state)
        put('watch', id=1, instance_id=1, subject='clock:promise', warn_at=DAY, attempts=3)
        put('watch', id=2, instance_id=2, subject='clock:promise', warn_at=DAY, attempts=0)
        put('clock', id=7, instance_id=1, name='promise')
        put('timer', id=8, instance_id=1, state='dead')
        put('outbox', id=9, state='dead', key='o')
        put('incident', id=1, instance_id=1, kind='timer', timer_id=8)
        put('incident', id=2, kind='outbox', outbox_id=9)
        put('incident', id=3, instance_id=1, kind='clock', detail='promise')
        put('incident', id=4, instance_id=1, kind='step')

    old(write)
    migrate(empty_url)
    rows = _rows(empty_url, 'case_batch_row')
    assert {number: (row.state, _instant(row.next_try), row.attempts) for number, row in rows.items()} == {
        1: ('waiting', DAY, 0),
        2: ('reverting', DAY, 0),
        3: ('done', None, 0),
        4: ('failed', None, 0),
        5: ('kept', None, 0),
    }
    watches = _rows(empty_url, 'watch')
    assert [(watches[n].attempts, _instant(watches[n].next_try)) for n in (1, 2)] == [(1, DAY), (0, None)]
    assert {number: row.item for number, row in _rows(empty_url, 'incident').items()} == {1: 8, 2: 9, 3: 7, 4: None}


def test_a_hall_with_marks_and_reminders_upgrades_although_tables_are_made_anew(old, empty_url: str) -> None:
    """B-02: SQLite alters a table by dropping it; what refers to its rows must neither stop that nor be lost."""

    def write(put: Callable[..., None]) -> None:
        _case(put, 1)
        put('approval_item', code='i', hall='h', handling_class='promised', spec={})
        put('approval_case', case_no='c1', item='i', hall='h', status='accepted', applicant_kind='person', channel='window', instance_id=1)
        put('mark', id=1, instance_id=1, case_no='c1', hall='h', colour='yellow', state='raised')
        put('reminder', id=1, mark_id=1, case_no='c1', kind='step', key='reminder:step:1:t:window:w', window='w')

    old(write)
    migrate(empty_url)
    assert _rows(empty_url, 'reminder')[1].mark_id == 1
    assert list(_rows(empty_url, 'mark')) == [1]


def test_an_upgrade_that_would_leave_a_row_without_what_it_refers_to_changes_nothing(tmp_path: Path) -> None:
    """B-02: the foreign keys are checked at its end."""
    url = f'sqlite:///{tmp_path / "old.sqlite"}'
    with closing(sqlite3.connect(tmp_path / 'old.sqlite')) as driver:
        driver.execute('CREATE TABLE one (id INTEGER PRIMARY KEY)')
        driver.execute('CREATE TABLE other (id INTEGER PRIMARY KEY, one INTEGER REFERENCES one (id))')
        driver.execute('INSERT INTO other VALUES (1, 7)')
        driver.commit()
    with pytest.raises(Rejection, match='one of other refers to no one'):
        migrate(url)
    with closing(sqlite3.connect(tmp_path / 'old.sqlite')) as driver:
        assert {name for (name,) in driver.execute("SELECT name FROM sqlite_master WHERE type = 'table'")} == {'one', 'other'}


def test_incidents_say_in_both_languages_what_they_said_in_one(old, empty_url: str) -> None:
    """0037, O-41: an incident that is open when the schema is raised is told in the reader's language afterwards."""

    def write(put: Callable[..., None]) -> None:
        _case(put, 1)
        put('incident', id=1, instance_id=1, kind='step', message='没有出路', detail='Expected one outgoing flow\nof x')
        put('incident', id=2, instance_id=1, kind='assignment', message='Expected a window', detail='应有窗口')
        put('incident', id=3, instance_id=1, kind='timer', message='期限应为正数 / Expected a positive limit', detail='-1日')
        put('incident', id=4, kind='outbox', message='OSError: / is full', detail='webhook')

    old(write)
    migrate(empty_url)
    assert {number: (row.message, row.message_en) for number, row in _rows(empty_url, 'incident').items()} == {
        1: ('没有出路', 'Expected one outgoing flow'),
        2: ('应有窗口', 'Expected a window'),
        3: ('期限应为正数', 'Expected a positive limit'),
        4: ('OSError: / is full', 'OSError: / is full'),
    }
