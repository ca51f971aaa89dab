"""A-04: rows of work tables are under no chain. So what they say is done only as far as the sealed facts say it, too."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from engine import Actor, Engine
from engine.tables import history, incident, outbox, process_instance, timer
from tasks.demo.stories import FOOD
from tasks.migration import batches
from tasks.migration.choice import Order
from tasks.migration.tables import case_batch, case_batch_row
from tasks.tables import clerk, operator_log
from tests.bench.office import Office


@pytest.fixture
def office(forger) -> Any:
    """The program on the forged database."""
    engine = forger.engine()
    yield engine
    engine.close()


def _running(forger: Any) -> Any:
    return forger.row(process_instance, process_instance.c.status == 'active')


def _order(case: Any) -> dict[str, Any]:
    return {'definition': case['definition_id'], 'plan': None, 'leave': [], 'begin': '', 'cases': []}


def write_a_batch(forger: Any, now: datetime) -> Any:
    """Two INSERTs order in the name of an administrator that a case be suspended."""
    case = _running(forger)
    with forger.database() as connection:
        values = {'kind': 'suspend', 'order': _order(case), 'reason': '伪造', 'state': 'running', 'by': 'guanli', 'by_name': '马国平'}
        batch = connection.execute(insert(case_batch).values({**values, 'at': now}).returning(case_batch.c.id)).scalar_one()
        row = {'batch_id': batch, 'state': 'waiting', 'next_try': now, 'instance_id': case['id'], 'case_no': case['business_key']}
        connection.execute(insert(case_batch_row).values(row))
    return case


def _ordered(forger: Any, office: Engine) -> Any:
    """A batch that an administrator ordered, as it waits."""
    case = _running(forger)
    by = Actor('guanli', '马国平', frozenset({'process_administrator'}))
    order = Order('suspend', case['definition_id'], cases=(case['business_key'],))
    office.run(by, lambda tx: batches.place(tx, order, '核查'))
    return case


def _status(office: Engine, case: Any) -> str:
    with office.reading() as connection:
        return connection.execute(select(process_instance.c.status).where(process_instance.c.id == case['id'])).scalar_one()


def _told(office: Engine, kind: str) -> list[str]:
    with office.reading() as connection:
        return list(connection.execute(select(incident.c.message).where(incident.c.kind == kind, incident.c.state == 'open')).scalars())


def test_a_batch_that_was_ordered_is_done(forger, office) -> None:
    """A-04: the order is sealed, so it is carried out."""
    case = _ordered(forger, office)
    office.sweep('batch')
    assert _status(office, case) == 'suspended'
    assert not _told(office, 'batch')
    assert not [one for one in forger.findings() if one.object.startswith('batch/')]


def test_a_batch_nobody_ordered_is_not_done(forger, office) -> None:
    """A-04: nothing is done, an operator is told, the doctor names it."""
    case = write_a_batch(forger, office.clock())
    office.sweep('batch')
    assert _status(office, case) == 'active'
    assert _told(office, 'batch')
    assert [one for one in forger.findings() if one.object.startswith('batch/')]


def _another_kind(forger: Any) -> None:
    with forger.database() as connection:
        connection.execute(update(case_batch).values(kind='retry'))


def _another_person(forger: Any) -> None:
    with forger.database() as connection:
        connection.execute(update(case_batch).values(by='shencha'))


def _another_case(forger: Any) -> None:
    other = forger.row(process_instance, process_instance.c.status != 'active')
    with forger.database() as connection:
        connection.execute(update(case_batch_row).values(instance_id=other['id'], case_no=other['business_key']))


def _a_line_of_his_own(forger: Any) -> None:
    """The line of the log is written to fit, too: it is not what the chain has."""
    with forger.database() as connection:
        line = connection.execute(select(operator_log).where(operator_log.c.action == 'batch.suspend')).mappings().one()
        connection.execute(update(operator_log).where(operator_log.c.id == line['id']).values(reason='另一理由'))
        connection.execute(update(case_batch).values(reason='另一理由'))


def _no_rights_any_more(forger: Any) -> None:
    with forger.database() as connection:
        connection.execute(update(clerk).where(clerk.c.username == 'guanli').values(roles=['clerk']))


@pytest.mark.parametrize('forge', [_another_kind, _another_person, _another_case, _a_line_of_his_own, _no_rights_any_more])
def test_a_batch_that_was_changed_is_not_done(forger, office, forge) -> None:
    """A-04: kind, person, cases and line are those of the order, and the person may still do it."""
    case = _ordered(forger, office)
    forge(forger)
    office.sweep('batch')
    assert _status(office, case) == 'active'
    assert _told(office, 'batch')
    assert [one for one in forger.findings() if one.kind in ('changed', 'added', 'missing')]


def _armed(office: Engine, case: int) -> dict[int, datetime]:
    with office.reading() as connection:
        mine = (timer.c.instance_id == case, timer.c.state == 'armed', timer.c.due_at.is_not(None))
        return {row.id: row.due_at for row in connection.execute(select(timer.c.id, timer.c.due_at).where(*mine))}


def test_a_timer_fires_by_its_rule_and_not_by_its_row(forger, office) -> None:
    """A-04: an instant written into the past fires nothing; it is put right, and an operator is told."""
    case = Office(office).receive(FOOD)
    right = _armed(office, case)
    assert right
    past = {'due_at': office.clock() - timedelta(minutes=1), 'next_try': office.clock() - timedelta(minutes=1)}
    with forger.database() as connection:
        connection.execute(update(timer).where(timer.c.id.in_(right)).values(past))
    office.sweep('timer')
    assert _armed(office, case) == right
    assert len(_told(office, 'timer')) == len(right)
    with office.reading() as connection:
        fired = select(history.c.seq).where(history.c.instance_id == case, history.c.event == 'timer.fired')
        assert not connection.execute(fired).all()


@pytest.mark.parametrize('kind', ['message', 'signal'])
def test_a_message_no_case_has_thrown_is_not_delivered(forger, office, kind: str) -> None:
    """A-04: the row alone brings nothing about; it is tried again and then an incident."""
    case = _running(forger)
    body = {'name': '伪造', 'payload': {'business_key': case['business_key']}, 'from': case['business_key']}
    row = {'instance_id': case['id'], 'key': f'{kind}:x', 'topic': f'engine.{kind}', 'payload': body, 'state': 'waiting'}
    with forger.database() as connection:
        connection.execute(insert(outbox).values({**row, 'next_try': office.clock(), 'created_at': office.clock()}))
    office.sweep('outbox')
    with office.reading() as connection:
        found = connection.execute(select(outbox.c.state, outbox.c.last_error).where(outbox.c.key == f'{kind}:x')).one()
    assert found.state == 'waiting'
    assert 'thrown' in found.last_error
