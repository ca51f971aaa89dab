"""What a page asks is answered by indexes, so that it costs nearly the same in a hall of a hundred thousand cases. Plans, no times."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Connection, event, inspect

GROWING = ('approval_case', 'process_instance', 'user_task', 'clock', 'stop', 'timer', 'history', 'reminder', 'mark', 'issued_document')
"""Tables that grow with every case; those of windows, people and items do not."""
PAGES = {
    'desk': ('chuangkou', '/desk'),
    'reviewer': ('shencha', '/desk'),
    'mine': ('chuangkou', '/desk?mine=1'),
    'told': ('chuangkou', '/desk?only=told'),
    'window': ('chuangkou', '/desk?window=general'),
    'list': ('chuangkou', '/cases'),
    'list_of_reviewer': ('shencha', '/cases?status=in_review'),
    'list_of_supervisor': ('jiancha', '/cases'),
    'case': ('chuangkou', '/cases/{case_no}'),
    'case_of_supervisor': ('jiancha', '/cases/{case_no}'),
    'board': ('jiancha', '/supervision'),
    'board_soon': ('jiancha', '/supervision?kind=soon'),
    'board_step': ('jiancha', '/supervision?kind=step'),
    'board_stopped': ('jiancha', '/supervision?kind=stopped'),
    'board_unclaimed': ('jiancha', '/supervision?kind=unclaimed'),
}


def scanned(office, asked: list[tuple[str, object]]) -> dict[str, str]:
    """The growing tables that are read whole although PostgreSQL was told to avoid it, each with the statement that does."""
    found: dict[str, str] = {}
    with office.database.connect() as connection:
        connection.exec_driver_sql('SET enable_seqscan = off')
        for statement, parameters in asked:
            plan = '\n'.join(row[0] for row in connection.exec_driver_sql(f'EXPLAIN {statement}', parameters))
            found |= {table: statement for table in re.findall(r'Seq Scan on (\w+)', plan) if table in GROWING}
        connection.rollback()
        connection.exec_driver_sql('RESET enable_seqscan')
        connection.commit()
    return found


def leave(connection: Connection, table: str, index: str) -> None:
    """Take all other indexes of the table away until the transaction is rolled back: the few rows of a test cost the same by any."""
    look = inspect(connection)
    for constraint in (look.get_pk_constraint(table), *look.get_unique_constraints(table)):
        connection.exec_driver_sql(f'ALTER TABLE {table} DROP CONSTRAINT "{constraint["name"]}" CASCADE')
    for other in inspect(connection).get_indexes(table):
        if not str(other['name']).startswith(index):
            connection.exec_driver_sql(f'DROP INDEX "{other["name"]}"')


@pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)
def test_no_page_reads_a_growing_table_whole(office, visitor, cases) -> None:
    """P-01 … P-09: desk, lists, searches, case page and board ask nothing that only a reading of all cases can answer."""
    visitors = {name: visitor(name) for name, _ in PAGES.values()}
    asked: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement: str, parameters: object, *_rest) -> None:
        if re.match(r'\s*(SELECT|WITH)', statement) and ' FOR ' not in statement:
            asked.append((statement, parameters))

    event.listen(office.database, 'before_cursor_execute', note)
    (case_no, *_) = cases
    for name, path in PAGES.values():
        assert visitors[name].get(path.format(case_no=case_no)).status == 200
    for words in (case_no[-5:], '没有这样的名称', '食品'):
        found = visitors['chuangkou'].post('/cases/search', {'q': words}).location
        assert visitors['chuangkou'].get(found).status == 200
    event.remove(office.database, 'before_cursor_execute', note)
    assert scanned(office, asked) == {}


def plan_of(office, person, path: str, marks: tuple[str, ...], indexes: dict[str, str], *shunned: str) -> list[str]:
    """The lines of the plan of the one statement of a page with these marks, where of these tables only these indexes are there."""
    asked: list[tuple[str, object]] = []
    event.listen(office.database, 'before_cursor_execute', lambda _c, _cursor, said, given, *_: asked.append((said, given)))
    person.get(path)
    ((statement, given),) = [one for one in asked if all(mark in one[0] for mark in marks)]
    with office.database.connect() as connection:
        for setting in ('seqscan', *shunned):
            connection.exec_driver_sql(f'SET LOCAL enable_{setting} = off')
        for table, index in indexes.items():
            leave(connection, table, index)
        plan = [row[0].strip() for row in connection.exec_driver_sql(f'EXPLAIN {statement}', given)]
        connection.rollback()
    return plan


@pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)
def test_what_is_open_has_indexes_of_its_own(office, visitor, cases) -> None:
    """P-08: the board finds open stops, unmet limits and their open cases by indexes in which nothing that is over stands."""
    indexes = {'stop': 'ix_stop_open', 'clock': 'ix_clock_unmet', 'approval_case': 'ix_approval_case_open'}
    plan = '\n'.join(plan_of(office, visitor('jiancha'), '/supervision', ('GROUP BY', 'row_number'), indexes, 'hashjoin', 'mergejoin'))
    assert [index for index in indexes.values() if index not in plan] == []


@pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)
def test_the_desk_counts_without_reading_a_step_or_its_case(office, visitor, cases) -> None:
    """P-02: all it counts stands in the index of open steps; cases are looked up one by one, for steps that lie with applicants."""
    plan = '\n'.join(plan_of(office, visitor('shencha'), '/desk', ('AS waiting',), {'user_task': 'ix_user_task_open'}, 'bitmapscan'))
    assert 'Index Only Scan using ix_user_task_open' in plan
    assert 'approval_case' not in plan


@pytest.mark.parametrize('database_url', [pytest.param('postgres', marks=pytest.mark.postgres)], indirect=True)
def test_the_desk_reads_a_page_of_each_place_in_the_order_of_urgency(office, visitor, cases) -> None:
    """P-03: the most urgent steps of a window stand first in its index; no step that lies elsewhere is read, however many are open."""
    indexes = {'user_task': 'ix_user_task_list'}
    plan = plan_of(office, visitor('chuangkou'), '/desk', ('user_task.lock_version',), indexes, 'bitmapscan')
    windows = [line for line in plan if line.startswith('Index Cond') and 'group_key' in line]
    assert {line.split("group_key)::text = '")[1].split("'")[0] for line in windows} == {'general', 'applicant'}
    assert sum(line.split('->')[-1].strip().startswith('Limit') for line in plan) > len(windows)
