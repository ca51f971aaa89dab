"""Marks: amber before, yellow and red after; once each; who answers for them."""

from __future__ import annotations

import threading
from datetime import timedelta

from tasks.cases import board as case_board
from tasks.desk import verbs as desk

TO_AUDIT = ('intake', 'document_review', 'site_inspection', 'site_inspection')


def seen(hall, case_no: str, **where) -> list[tuple]:
    return [
        (m['colour'], m['rule'], m['subject'].split(':')[0] if m['subject'].startswith('step') else m['subject'], m['window'], m['fault'])
        for m in hall.marks(case_no, **where)
    ]


def accepted(hall, *, until: tuple[str, ...] = TO_AUDIT) -> str:
    """A case accepted on Monday 2 March 2026: promise (7 workdays) until 11 March, statutory (10) until 16 March."""
    case_no = hall.receive().case_no
    hall.walk(case_no, *until)
    return case_no


def test_a_promise_is_amber_on_the_last_but_one_working_day(hall) -> None:
    case_no = accepted(hall)
    hall.move('2026-03-09 23:59')
    assert hall.marks(case_no, colour='amber') == []
    hall.move('2026-03-10 00:00')
    (amber,) = hall.marks(case_no, colour='amber')
    assert (amber['title'], amber['last_day'], amber['window'], amber['state']) == ('承诺期限', '2026-03-11', 'audit', 'raised')
    assert amber['fault'] is None
    assert amber['reply_due_at'] is None
    hall.move('2026-03-10 12:00')
    assert len(hall.marks(case_no, colour='amber')) == 1


def test_a_broken_promise_is_yellow_and_a_broken_statutory_limit_red(hall) -> None:
    case_no = accepted(hall)
    hall.move('2026-03-10 09:00')
    hall.move('2026-03-12 00:00')
    assert ('yellow', 2, 'clock:promise', 'audit', 'inaction') in seen(hall, case_no)
    hall.move('2026-03-17 00:01')
    assert ('red', 2, 'clock:statutory', 'audit', 'inaction') in seen(hall, case_no)
    (amber,) = hall.marks(case_no, colour='amber', subject='clock:promise')
    assert amber['state'] == 'closed'


def test_a_late_step_is_caught_while_the_total_is_in_time(hall) -> None:
    case_no = accepted(hall)
    hall.move('2026-03-04 00:01')
    (late,) = hall.marks(case_no)
    assert (late['colour'], late['rule'], late['fault'], late['window'], late['title']) == ('yellow', 3, 'slow', 'audit', '审核')
    assert (late['department'], late['person'], late['reply_last_day']) == ('market', '', '2026-03-09')
    assert '1个工作日' in late['grounds']


def test_the_person_who_has_it_in_hand_is_named(hall) -> None:

    case_no = accepted(hall)
    hall.run('shenhe', desk.claim, hall.task(case_no, 'audit').id)
    hall.move('2026-03-04 00:01')
    assert hall.marks(case_no)[0]['person'] == 'shenhe'


def test_acceptance_by_silence_is_red_and_names_the_window_that_was_silent(hall) -> None:
    """Rule 1; the step's own timer ends at the same instant and adds no second mark."""
    case_no = hall.receive().case_no
    hall.move('2026-03-10 00:01')
    assert hall.case(case_no).deemed == 'acceptance'
    found = hall.marks(case_no)
    assert [(m['colour'], m['rule'], m['subject'], m['window']) for m in found if m['colour'] != 'amber'] == [
        ('red', 1, 'clock:notify', 'general')
    ]


def test_nothing_is_marked_when_all_is_done_in_time(hall) -> None:
    case_no = accepted(hall)
    hall.walk(case_no, 'audit', 'decide', 'make_certificate', 'deliver')
    hall.move('2026-04-20 09:00')
    assert hall.marks(case_no) == []


def test_a_step_finished_after_its_clock_ran_out_unseen_names_who_finished_it(hall) -> None:
    """No worker ticked: the clock is found broken when the decision is made, by the one who makes it."""
    case_no = accepted(hall, until=(*TO_AUDIT, 'audit'))
    hall.clock.move(days=30)
    hall.do(case_no, 'decide')
    promise = hall.marks(case_no, subject='clock:promise', colour='yellow')[0]
    assert (promise['window'], promise['person']) == ('approval', 'jueding')
    assert hall.marks(case_no, subject='clock:statutory')[0]['colour'] == 'red'


def test_the_clock_that_stands_still_gives_no_mark(hall) -> None:
    case_no = hall.receive().case_no
    hall.do(case_no, 'intake', fate='supplement')
    hall.move('2026-03-20 09:00')
    assert hall.marks(case_no) == []


def test_any_number_of_workers_raise_each_mark_once(hall) -> None:
    numbers = [accepted(hall, until=('intake',)) for _ in range(6)]
    hall.clock.move(days=8)
    failures: list[Exception] = []

    def work() -> None:
        try:
            hall.tick()
        except Exception as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    hall.tick()
    assert failures == []
    for case_no in numbers:
        found = [(m['subject'], m['colour']) for m in hall.marks(case_no)]
        assert len(found) == len(set(found))
        assert ('clock:promise', 'amber') in found
    keys = [row['key'] for row in hall.notices()]
    assert len(keys) == len(set(keys))


def test_the_amber_moment_is_found_although_no_worker_was_there_then(hall) -> None:
    case_no = accepted(hall)
    hall.move('2026-03-11 16:00')
    assert [m['subject'] for m in hall.marks(case_no, colour='amber')] == ['clock:promise']


def test_nobody_is_warned_of_what_is_over(hall) -> None:
    case_no = accepted(hall)
    hall.clock.move_to(hall.clock() + timedelta(days=40))
    hall.engine.sweep('amber')
    assert hall.marks(case_no, colour='amber') == []
    hall.tick()
    assert {m['subject'] for m in hall.marks(case_no, colour='amber')} == set()
    assert {'clock:promise', 'clock:statutory'} <= {m['subject'] for m in hall.marks(case_no)}


def test_the_supervisors_board_shows_the_mark_that_was_raised(hall) -> None:
    case_no = hall.receive().case_no
    hall.walk(case_no, 'intake')
    hall.move('2026-03-12 09:00')
    with hall.engine.reading() as connection:
        (row,) = case_board.supervision(connection, hall.actors['jiancha'], now=hall.clock()).page.rows
    (raised,) = [mark for mark in hall.marks(case_no, colour='yellow') if mark['subject'] == 'clock:promise']
    assert (row.clock, row.mark, row.issued) == ('promise', 'yellow', raised['id'])
