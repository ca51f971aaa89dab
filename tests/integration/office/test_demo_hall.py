"""The demo hall is what the software makes of real acts: whole histories, no incident, every list alive."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import read_path, verify_history
from engine.identity import complaint_about
from tasks import queries
from tasks import tables as t
from tasks.cases import numbers
from tasks.demo import building as demo
from tasks.people import roster as people

BUNDLE = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')
UNTIL = datetime.fromisoformat('2026-11-20T15:00:00+08:00')


@pytest.mark.slow
def test_sixty_days_of_a_hall(bare_office, clock) -> None:
    seen: list[tuple[int, int]] = []
    report = demo.build(bare_office, clock, BUNDLE, until=UNTIL, cases=45, progress=lambda done, total: seen.append((done, total)))
    assert 35 <= report.cases <= 45
    assert {'closed', 'in_review'} <= set(report.by_status)
    assert len(report.by_status) >= 6
    assert (clock(), seen[-1]) == (UNTIL, (100, 100))
    assert seen == sorted(seen)
    with bare_office.reading() as connection:
        rows = connection.execute(select(t.approval_case)).mappings().all()
        for row in rows:
            assert numbers.verify(row['case_no'])
            kind = 'id_card' if row['applicant_kind'] == 'person' else 'uscc'
            assert complaint_about(kind, row['applicant_id_no'], UNTIL.date()) is None
            assert UNTIL - timedelta(days=100) < row['received_at'] <= UNTIL
            assert verify_history(connection, row['instance_id']).intact
        assert queries.incidents(connection) == []
        for username, *_ in demo.LOGINS:
            actor = people.actor_of(people.find_clerk(connection, username))
            queries.counts(connection, actor, UNTIL)
            queries.cases(connection, actor, now=UNTIL)
        for row in rows:
            view = queries.case_view(connection, actor, row['case_no'], now=UNTIL)
            assert not [entry for entry in view.timeline if '有新的记录' in entry.sentence]
            queries.explain_case(connection, row['case_no'], as_of=UNTIL)
    assert people.authenticate(bare_office, 'chuangkou', demo.PASSWORD, 'here').name == '周晓敏'
