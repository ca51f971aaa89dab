"""B-05: an upgrade left one due date unequal to today's formula, and neither recomputed nor said so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import SYSTEM, read
from engine.tables import clock as clock_table
from tasks import tables as t
from tasks.deadlines import upgrading
from tasks.deadlines.doctor import examine
from tasks.deadlines.upgrading import upgrade
from tests.integration.office.conftest import Hall, bare_office, hall  # noqa: F401  fixtures


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database says of itself that it is of an older schema, until it was migrated."""
    said = iter(('0018', '0099'))
    monkeypatch.setattr(upgrading, '_schema', lambda _engine: next(said, '0099'))


def test_an_upgrade_counts_due_dates_anew_and_tells_each(hall: Hall, older: None) -> None:  # noqa: F811
    """B-05: as an older version had counted it; command output, history and operator log say what changed."""
    case_no, other = hall.receive().case_no, hall.receive().case_no
    of = hall.case(case_no).instance_id
    with hall.engine.begin(SYSTEM) as tx:
        wrong = clock_table.c.due_at
        right = tx.connection.execute(select(wrong).where(clock_table.c.instance_id == of)).scalars().first()
        tx.connection.execute(update(clock_table).where(clock_table.c.instance_id == of).values(due_at=right + timedelta(days=1)))
    done = upgrade(hall.engine)
    assert (done.needed, done.examined) == (True, 2)
    assert {one.case_no for one in done.changed} == {case_no}
    assert [one for one in examine(hall.engine).differences if one.what == 'due'] == []
    with hall.engine.reading() as connection:
        causes = [row.data['cause'] for row in read.events(connection, of) if row.event == 'clock.recomputed']
        logged = connection.execute(
            select(t.operator_log.c.object, t.operator_log.c.reason).where(t.operator_log.c.action == 'case.recomputed')
        )
        assert [tuple(row) for row in logged] == [(case_no, 'upgrade')]
        assert not [row for row in read.events(connection, hall.case(other).instance_id) if row.event == 'clock.recomputed']
    assert causes == ['upgrade']


def test_an_upgrade_that_changes_no_due_date_says_so(hall: Hall, older: None) -> None:  # noqa: F811
    """B-05: nothing changed is an answer, too; a database that was at the newest schema is not looked through again."""
    hall.receive()
    done = upgrade(hall.engine)
    assert (done.needed, done.examined, list(done.changed)) == (True, 1, [])
    again = upgrade(hall.engine)
    assert (again.needed, again.examined) == (False, 0)
