"""The supervisor's board: every open case that wants looking at, once, with true numbers."""

from __future__ import annotations

import pytest
from sqlalchemy import event

from engine import Rejection
from tasks.cases import board as case_board
from tasks.cases import receipt as cases
from tasks.cases.board import KINDS
from tasks.desk import verbs as desk

ZHANG = cases.Applicant('张三丰', 'person', '11010519491231002X', '19900005678', '清江县青石镇和平路2号')


def board(hall, kind: str = 'late', **more: str):
    with hall.engine.reading() as connection:
        return case_board.supervision(connection, hall.actors['jiancha'], case_board.BoardFilter(kind, **more), now=hall.clock())


def kinds_of(hall) -> dict[str, set[str]]:
    """On which lists each case stands."""
    found: dict[str, set[str]] = {}
    for kind in KINDS:
        shown = board(hall, kind)
        assert shown.totals[kind] == shown.page.total == len(shown.page.rows)
        assert len({row.case_no for row in shown.page.rows}) == shown.page.total, 'each case once'
        for row in shown.page.rows:
            found.setdefault(row.case_no, set()).add(kind)
    return found


def test_a_case_goes_from_list_to_list(hall) -> None:
    """O-38: unclaimed, late by its step, nearly late, late; stopped while the applicant supplements."""
    case_no = hall.receive(ZHANG).case_no
    assert kinds_of(hall) == {case_no: {'unclaimed'}}
    task = hall.task(case_no, 'intake')
    hall.engine.run(hall.actors['chuangkou'], lambda tx: desk.claim(tx, task.id))
    assert kinds_of(hall) == {}
    hall.walk(case_no, 'intake')
    hall.clock.move(days=2)  # document review has one working day
    hall.engine.tick()
    assert 'step' in kinds_of(hall)[case_no]
    (row,) = board(hall, 'step').page.rows
    assert (row.clock, row.step, row.window_name, row.applicant_name, row.colour, row.mark) == (
        '',
        '资料审查',
        '食品经营资料审查岗',
        '张**',
        'red',
        'yellow',
    )
    hall.clock.move(days=30)
    hall.engine.tick()
    assert {'late'} <= kinds_of(hall)[case_no]
    assert 'step' not in kinds_of(hall)[case_no]
    (row,) = board(hall).page.rows
    assert (row.clock, row.mark) == ('statutory', 'red')


def test_a_stopped_case_is_seen(hall) -> None:
    """O-38: who waits for the applicant stands nowhere else; since when is said."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake', fate='supplement')
    assert kinds_of(hall) == {case_no: {'stopped'}}
    (row,) = board(hall, 'stopped').page.rows
    assert (row.stopped, row.step, row.since) == (True, '补正材料', hall.clock())


def test_what_is_nearly_late_turns_late(hall) -> None:
    """P-08: colour by colour, as the stored instants say."""
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    seen = []
    for _ in range(14):
        lists = kinds_of(hall).get(case_no, set()) & {'late', 'soon'}
        assert len(lists) <= 1
        seen += [one for one in lists if one not in seen]
        hall.clock.move(days=1)
    assert seen == ['soon', 'late']


def test_numbers_open_their_lists(hall) -> None:
    """O-38: the number of a window or a department is the number of rows its list has."""
    first, second = hall.receive().case_no, hall.receive(ZHANG).case_no
    hall.walk(first, 'intake')
    hall.clock.move(days=40)
    hall.engine.tick()
    shown = board(hall)
    assert {row.case_no for row in shown.page.rows} == {first, second}
    assert sum(one.counts['late'] for one in shown.windows) == 2
    for one in shown.windows:
        for kind in KINDS:
            assert board(hall, kind, window=one.code).page.total == one.counts[kind] or not one.code
    for one in shown.departments:
        for kind in KINDS:
            found = board(hall, kind, department=one.department).page
            assert found.total == len(found.rows) == one.counts[kind] or not one.department


def test_the_board_asks_as_much_for_many_cases_as_for_one(hall) -> None:
    """P-08: numbers, one page, its marks, names; never a question for each case."""

    def asked() -> int:
        said: list[str] = []
        with hall.engine.reading() as connection:
            event.listen(connection, 'before_cursor_execute', lambda _c, _cursor, statement, *_: said.append(statement))
            case_board.supervision(connection, hall.actors['jiancha'], now=hall.clock())
        return len(said)

    hall.receive()
    hall.clock.move(days=40)
    one = asked()
    hall.clock.move(days=-40)
    for _ in range(4):
        hall.receive()
    hall.clock.move(days=40)
    assert asked() == one <= 10


def test_there_are_no_other_lists(hall) -> None:
    """O-38: a kind that is none is refused, never shown as another."""
    with pytest.raises(Rejection):
        board(hall, 'everything')
