"""One answer to how urgent a task is: desk, next case, board, case list, case page and marks say the same (H-41)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from engine import SYSTEM, Tx
from engine.core.groups import set_groups
from engine.tables import clock, process_instance, user_task
from engine.timing.urgency import catch_up
from engine.verbs import clocks
from tasks.cases import board as case_board
from tasks.cases import lists as case_lists
from tasks.cases import page as case_page
from tasks.desk import verbs as desk
from tasks.desk import worklist as desk_lists

CASES = 6


@pytest.fixture
def six(hall) -> list[str]:
    """Six cases at intake."""
    return [hall.receive().case_no for _ in range(CASES)]


class _Undo(Exception):
    """Ends an example: nothing it did is kept."""


def in_one_go(hall: Any, username: str, work: Callable[[Tx], None]) -> None:
    """Do `work` in a transaction that is rolled back."""
    with pytest.raises(_Undo), hall.engine.begin(hall.actors[username]) as tx:
        work(tx)
        raise _Undo


def rows(hall, username: str, **filters):
    with hall.engine.reading() as connection:
        return desk_lists.worklist(connection, hall.actors[username], desk_lists.DeskFilter(**filters), now=hall.clock()).rows


def urgency_of(hall, case_no: str) -> tuple[Any, ...]:
    (row,) = hall.waits(case_no)
    return row.due_at, row.amber_at, row.due_unit, row.stopped


def test_the_case_whose_promise_is_broken_is_handed_out_first(hall) -> None:
    """H-01, O-03: overdue work stands first on the desk and is the next case, also after its promise was recorded as broken."""
    late = hall.receive().case_no
    hall.walk(late, 'intake')
    hall.clock.move(days=12)
    hall.engine.tick()
    fresh = hall.receive().case_no
    hall.walk(fresh, 'intake')
    assert [(row.case_no, row.colour) for row in rows(hall, 'shencha')] == [(late, 'red'), (fresh, 'green')]
    assert hall.engine.run(hall.actors['shencha'], desk.next_case) == hall.task(late, 'document_review').id
    with hall.engine.reading() as connection:
        assert desk.held_and_more_urgent(connection, hall.actors['shencha'], hall.task(fresh, 'document_review').id) == [late]


MOMENTS = st.sampled_from([None, -9, -2, -2, 0, 3, 3, 30])  # days from now until the task is due; None: unlimited or stopped
TASKS = st.lists(
    st.fixed_dictionaries(
        {
            'due': MOMENTS,
            'stopped': st.booleans(),
            'priority': st.sampled_from([50, 50, 80]),
            'opened': st.integers(0, 2),
            'assignee': st.sampled_from([None, None, None, 'chuangkou', 'chuangkou2']),
            'suspended': st.sampled_from([False, False, False, True]),
            'signed': st.sampled_from([False, False, True]),
            'elsewhere': st.sampled_from([False, False, True]),
        }
    ),
    min_size=CASES,
    max_size=CASES,
)


@settings(max_examples=25, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tasks=TASKS)
def test_next_case_is_the_first_row_of_the_desk_that_nobody_holds_and_i_may_do(hall, six, tasks) -> None:
    """H-01, O-03: with broken, stopped, unlimited and equal ones, claimed, signed, suspended and belonging to two windows."""

    def work(tx: Tx) -> None:
        for case_no, task in zip(six, tasks, strict=True):
            _make(tx, hall.case(case_no).instance_id, task)
        page = desk_lists.worklist(tx.connection, tx.by, now=tx.now)
        expected = [row.task_id for row in page.rows if row.assignee is None and not row.barred]
        given_out = []
        while (task_id := desk.next_case(tx)) is not None:
            given_out.append(task_id)
        assert given_out == expected

    in_one_go(hall, 'chuangkou', work)


def _make(tx: Tx, instance_id: int, task: dict[str, Any]) -> None:
    groups = ['food_review', 'general'] if task['elsewhere'] else ['general']
    values = {
        'due_at': None if task['due'] is None else tx.now + timedelta(days=task['due']),
        'stopped': task['stopped'],
        'priority': task['priority'],
        'opened_at': tx.now - timedelta(days=task['opened']),
        'assignee': task['assignee'],
        'signatures': [{'by': 'chuangkou'}] if task['signed'] else [],
        'candidate_groups': groups,
        'group_key': groups[0],
    }
    of_case = user_task.c.instance_id == instance_id
    task_id = tx.connection.execute(update(user_task).where(of_case).values(values).returning(user_task.c.id)).scalar_one()
    set_groups(tx.connection, task_id, groups)
    if task['suspended']:
        tx.connection.execute(update(process_instance).where(process_instance.c.id == instance_id).values(status='suspended'))


def test_a_stop_that_is_over_makes_nothing_amber(hall) -> None:
    """H-02: what is left counts, not what has passed: after a stop of sixty working days seven of seven are left, and nothing is amber."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    instance = hall.case(case_no).instance_id
    stop_id = hall.engine.run(
        hall.actors['guanli'], lambda tx: clocks.stop_clock(tx, instance, 'appraisal', '鉴定', '《行政许可法》第四十五条')
    )
    assert (urgency_of(hall, case_no), rows(hall, 'shencha')[0].colour) == ((None, None, None, True), 'grey')
    hall.clock.move(days=90)
    hall.engine.run(hall.actors['guanli'], lambda tx: clocks.resume_clock(tx, stop_id))
    hall.engine.tick()
    with hall.engine.reading() as connection:
        seen = case_page.case_view(connection, hall.actors['shencha'], case_no, now=hall.clock()).clocks
    assert {one.name: (one.left, one.colour) for one in seen if one.state == 'running'} == {
        'promise': (7, 'green'),
        'statutory': (10, 'green'),
    }
    assert rows(hall, 'shencha')[0].colour == 'green'


def test_every_page_gives_a_case_the_same_colour_every_day(hall) -> None:
    """H-02: desk, case list, case page, board and amber mark agree from the first day to the day after the promise."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', 'document_review', 'site_inspection', 'site_inspection', 'audit', 'decide', 'make_certificate')
    seen = set()
    for _ in range(16):
        hall.engine.tick()
        (row,) = rows(hall, 'chujian')
        with hall.engine.reading() as connection:
            listed = case_lists.cases(connection, SYSTEM, now=hall.clock()).rows[0]
            boards = {
                kind: case_board.supervision(connection, hall.actors['jiancha'], case_board.BoardFilter(kind), now=hall.clock()).page.rows
                for kind in ('late', 'soon')
            }
            page = case_page.case_view(connection, hall.actors['jiancha'], case_no, now=hall.clock())
        assert (listed.colour, listed.left, page.tasks[0].colour) == (row.colour, row.left, row.colour)
        assert [one.colour for kind in boards.values() for one in kind] == ([row.colour] if row.colour in ('amber', 'red') else [])
        assert next(one.colour for one in page.clocks if one.met_at is None and one.state in ('running', 'breached')) == row.colour
        seen.add(row.colour)
        hall.clock.move(days=1)
    assert seen == {'green', 'amber', 'red'}


def test_rows_of_an_older_version_are_counted_once(hall) -> None:
    """H-41: migration 0010 leaves what SQL cannot count; the program counts it right after, and nothing is left to do then."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    before = urgency_of(hall, case_no)
    with hall.engine.begin(SYSTEM) as tx:
        ambers = dict(tx.connection.execute(select(clock.c.name, clock.c.amber_at)).all())
        tx.connection.execute(update(user_task).where(user_task.c.state == 'open').values(due_unit=None, amber_at=user_task.c.due_at))
        tx.connection.execute(update(clock).where(clock.c.state == 'running').values(amber_at=clock.c.due_at))
    assert rows(hall, 'shencha')[0].left is None
    assert (catch_up(hall.engine), catch_up(hall.engine)) == (1, 0)
    assert urgency_of(hall, case_no) == before
    with hall.engine.reading() as connection:
        assert dict(connection.execute(select(clock.c.name, clock.c.amber_at)).all()) == ambers


def test_a_task_of_two_windows_is_on_both_desks(hall) -> None:
    """P-03: whoever works any of a task's windows finds it on his desk, in his counts and as his next case."""
    case_no = hall.receive().case_no
    task_id = hall.task(case_no, 'intake').id
    with hall.engine.begin(SYSTEM) as tx:
        tx.connection.execute(update(user_task).values(candidate_groups=['general', 'food_review']))
        set_groups(tx.connection, task_id, ['general', 'food_review'])
    assert [row.task_id for row in rows(hall, 'shencha')] == [row.task_id for row in rows(hall, 'chuangkou')] == [task_id]
    with hall.engine.reading() as connection:
        assert desk_lists.counts(connection, hall.actors['shencha'], hall.clock()).waiting == 1
    assert hall.engine.run(hall.actors['shencha'], desk.next_case) == task_id
