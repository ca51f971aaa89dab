"""B-03: what a wrong clock did is taken back case by case, with corrected notices; the history keeps both, and the hall goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import SYSTEM, Conflict, Forbidden, Rejection, verify_history
from engine.tables import state_before
from tasks import tables as t
from tasks.clock.taking_back import preview, take_back_case
from tasks.deadlines.doctor import examine
from tasks.evidence import doctor as evidence
from tasks.marks.tables import mark
from tasks.migration import batches
from tasks.migration.choice import taking_back
from tests.fakes import ADMINISTRATOR
from tests.integration.office.conftest import Hall, bare_office, hall  # noqa: F401  fixtures
from web.root import make_engine

WRONG = timedelta(days=400)


@pytest.fixture
def whole(hall: Hall) -> Iterator[Hall]:  # noqa: F811
    """The hall with everything that listens: marks, reminders, evidence."""
    engine = make_engine(hall.engine.url, hall.clock)
    engine.migrate()  # takes in what the engine without evidence has set up
    yield Hall(engine, hall.clock, hall.actors)
    engine.close()


def missing(hall: Hall, case_no: str) -> None:  # noqa: F811
    """Ask the applicant for what is missing: the clock stands still."""
    hall.do(case_no, 'intake', {'intake_outcome': 'supplement', 'supplement_items': '缺少布局图'})


def rows(hall: Hall, statement: Any) -> list[Any]:  # noqa: F811
    with hall.engine.reading() as connection:
        return list(connection.execute(statement))


def standing(hall: Hall, case_no: str) -> tuple[Any, ...]:  # noqa: F811
    """How a case stands: the case, its open tasks with their urgency, what its limits say."""
    case = hall.case(case_no)
    tasks = [(one.element, one.token, one.assignee, one.due_at, one.stopped) for one in hall.waits(case_no)]
    from engine.tables import clock, stop, timer

    of = case.instance_id
    clocks = rows(
        hall, select(clock.c.name, clock.c.state, clock.c.due_at, clock.c.met_at).where(clock.c.instance_id == of).order_by(clock.c.name)
    )
    waiting = timer.c.state.in_(('armed', 'stopped'))
    timers = rows(
        hall, select(timer.c.token, timer.c.state, timer.c.due_at).where(timer.c.instance_id == of, waiting).order_by(timer.c.token)
    )
    stops = rows(hall, select(stop.c.kind, stop.c['from'], stop.c.to).where(stop.c.instance_id == of))
    return case, tasks, [tuple(one) for one in clocks], [tuple(one) for one in timers], [tuple(one) for one in stops]


@pytest.fixture
def wronged(whole: Hall) -> tuple[Hall, dict[str, tuple[Any, ...]], datetime]:
    """Cases in several states, and one tick 400 days ahead that nobody stopped; the clock is right again."""
    numbers = [whole.receive().case_no for _ in range(4)]
    missing(whole, numbers[1])
    whole.walk(numbers[2], 'intake')
    whole.walk(numbers[3], 'intake', 'document_review')
    before = {number: standing(whole, number) for number in numbers}
    whole.clock.move(minutes=1)
    since = whole.clock() + timedelta(days=1)
    whole.clock.move(days=WRONG.days)
    while whole.engine.tick().done:
        pass
    whole.clock.move(days=-WRONG.days, minutes=1)
    return whole, before, since


def order(hall: Hall, since: datetime, reason: str = '服务器时钟错误') -> dict[str, int]:  # noqa: F811
    batch = hall.engine.run(ADMINISTRATOR, lambda tx: batches.place(tx, taking_back(since), reason))
    return batches.work(hall.engine, batch).counts


def test_every_case_stands_as_before_and_everybody_is_told(wronged) -> None:
    """B-03: limits broken, marks raised, cases ended with issued notices: all of it taken back, nothing deleted."""
    hall, before, since = wronged  # noqa: F811
    ended = [number for number in before if hall.case(number).closed_at is not None]
    assert ended
    with hall.engine.reading() as connection:
        told = {one.case_no: one for one in preview(connection, since)}
    assert set(told) == set(before)
    assert {number for number, one in told.items() if one.reopened} == set(ended)
    assert all(one.refusal is None for one in told.values())
    assert sum(one.marks for one in told.values()) > 0
    assert order(hall, since) == {'done': len(before)}
    for number, stood in before.items():
        assert standing(hall, number) == stood, number
        with hall.engine.reading() as connection:
            assert verify_history(connection, hall.case(number).instance_id).intact
        kinds = [row.kind for row in rows(hall, select(t.document.c.kind).where(t.document.c.case_no == number).order_by(t.document.c.id))]
        assert kinds.count('correction') == (1 if told[number].documents else 0)
        body = ''.join(
            row.body
            for row in rows(hall, select(t.document.c.body).where(t.document.c.case_no == number, t.document.c.kind == 'correction'))
        )
        assert all(one in body for one in told[number].documents)
    assert list(evidence.examine(hall.engine)) == []
    assert {row.state for row in rows(hall, select(mark.c.state).where(mark.c.colour != 'amber'))} == {'withdrawn'}
    assert [one for one in examine(hall.engine).differences if one.what != 'unseen'] == []


def test_a_case_taken_back_goes_on_to_its_end(wronged) -> None:
    """B-03: the notices that do not count do not stand in the way of the true ones, and a true breach is marked."""
    hall, before, since = wronged  # noqa: F811
    order(hall, since)
    first, _stopped, _third, fourth = before
    hall.clock.move(minutes=5)
    hall.walk(first, 'intake')
    accepted = rows(hall, select(t.document.c.id).where(t.document.c.case_no == first, t.document.c.kind == 'acceptance'))
    assert len(accepted) == 2
    assert hall.case(first).deemed is None
    hall.clock.move(days=40)
    while hall.engine.tick().done:
        pass
    states = [row.state for row in rows(hall, select(mark.c.state).where(mark.c.case_no == fourth, mark.c.colour != 'amber'))]
    assert 'raised' in states
    assert [one for one in examine(hall.engine).differences if one.what != 'unseen'] == []


def test_a_case_a_person_has_acted_on_since_is_left_to_a_person(wronged) -> None:
    """B-03: the clerk acted in good faith on what the wrong clock had opened: nobody takes that back behind his back."""
    hall, before, since = wronged  # noqa: F811
    number = next(one for one in before if hall.waits(one))
    hall.clock.move(days=WRONG.days)
    from engine.verbs import events

    who = hall.actors['shencha']
    hall.engine.run(who, lambda tx: events.record(tx, hall.case(number).instance_id, 'opinion.given'))
    hall.clock.move(days=-WRONG.days, minutes=1)
    assert order(hall, since) == {'done': len(before) - 1, 'refused': 1}
    with hall.engine.reading() as connection:
        (told,) = [one for one in preview(connection, since) if one.case_no == number]
    assert told.refusal is not None
    assert hall.actors['shencha'].name in told.refusal


def test_rights_and_reasons(wronged) -> None:
    """B-03: an administrator takes back, with a reason, once."""
    hall, before, since = wronged  # noqa: F811
    of = hall.case(next(iter(before))).instance_id
    for by, reason, refusal in ((hall.actors['jiancha'], 'x', Forbidden), (ADMINISTRATOR, ' ', Rejection)):
        with pytest.raises(refusal):
            hall.engine.run(by, lambda tx, reason=reason: take_back_case(tx, of, since, None, reason))
    hall.engine.run(ADMINISTRATOR, lambda tx: take_back_case(tx, of, since, None, '时钟错误'))
    history = rows(hall, select(t.operator_log.c.action).where(t.operator_log.c.action == 'case.taken_back'))
    assert len(history) == 1


def test_only_so_many_old_states_are_kept(whole: Hall) -> None:
    """B-03: the state before an act of the software is kept for 90 days; each new one lets two old ones go."""
    for _ in range(3):
        for _ in range(2):
            whole.receive()
        whole.clock.move(days=200)
        while whole.engine.tick().done:
            pass
    kept = rows(whole, select(state_before.c.at))
    assert kept
    assert min(row.at for row in kept) >= whole.clock() - timedelta(days=200)


def test_nothing_is_kept_of_what_people_do(whole: Hall) -> None:
    """B-03: only the software's own acts can be taken back."""
    case_no = whole.receive().case_no
    whole.walk(case_no, 'intake', 'document_review')
    assert rows(whole, select(state_before.c.id)) == []
    with pytest.raises(Conflict), whole.engine.begin(SYSTEM) as tx:
        take_back_case(tx, whole.case(case_no).instance_id, whole.clock(), None, 'x')
