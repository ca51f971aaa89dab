"""The sweep reads only what is ripe, however many cases are open."""

from __future__ import annotations

from datetime import timedelta

from counting import calls
from sqlalchemy import func, insert, select

from engine import SYSTEM
from tasks.marks.tables import watch

OPEN = 50_000


def test_a_sweep_with_many_limits_open_does_no_more_than_one_with_few(hall) -> None:
    case_no = hall.receive().case_no
    instance = hall.case(case_no).instance_id
    later = hall.clock() + timedelta(days=90)
    rows = [
        {'instance_id': instance, 'case_no': case_no, 'hall': 'qingjiang', 'subject': f'clock:{number}', 'due_at': later, 'warn_at': later}
        for number in range(OPEN)
    ]
    with hall.engine.begin(SYSTEM) as tx:
        for start in range(0, OPEN, 5000):
            tx.connection.execute(insert(watch), rows[start : start + 5000])
    hall.clock.move(days=4)
    _, report = calls(lambda: hall.engine.sweep('amber'), budget=100_000)  # reading the open ones alone would be more
    assert report.counted == 1
    assert [m['subject'] for m in hall.marks(case_no)] == ['clock:notify']
    with hall.engine.reading() as connection:
        assert connection.execute(select(func.count()).select_from(watch)).scalar_one() > OPEN
