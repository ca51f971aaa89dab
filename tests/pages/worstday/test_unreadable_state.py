"""B-06: the state of a case that cannot be read is an incident with the last good history, never a page about an error inside."""

from __future__ import annotations

import zlib

import pytest
from sqlalchemy import select, text, update

from engine import SYSTEM
from engine.bpmn.spiff.codec import StateUnreadable, restore
from engine.bpmn.spiff.expressions import ScriptEngine
from engine.tables import incident, process_instance, user_task

DAMAGED = (b'', b'YZ', b'rubbish', b'YZ\x07' + zlib.compress(b'{}'), b'YZ\x01' + zlib.compress(b'{}'), b'YZ\x01' + zlib.compress(b'[1,2'))
DAMAGED += (b'YZ\x01' + zlib.compress(b'{"n":1,"w":1,"x":[0,0,0],"d":[],"s":"xx"}'), b'YZ\x01\x78\x9c\x00')


@pytest.mark.parametrize('blob', DAMAGED, ids=str)
def test_bytes_that_are_no_state_are_told_apart(blob: bytes) -> None:
    """B-06: whatever is wrong with the bytes is one kind of error, never an error of the program's inside."""
    with pytest.raises(StateUnreadable):
        restore(blob, {}, ScriptEngine(None))


def damage(office, case_no: str, blob: bytes) -> int:
    with office.begin(SYSTEM) as tx:
        where = process_instance.c.business_key == case_no
        tx.connection.execute(update(process_instance).where(where).values(state=blob))
        return int(tx.connection.execute(select(process_instance.c.id).where(where)).scalar_one())


def open_incidents(office, instance_id: int) -> list[tuple[str, str]]:
    with office.reading() as connection:
        rows = connection.execute(select(incident.c.kind, incident.c.detail).where(incident.c.instance_id == instance_id))
        return [(row.kind, row.detail) for row in rows]


@pytest.mark.parametrize('blob', [b'rubbish', DAMAGED[4]], ids=['no state', 'empty'])
def test_pages_and_verbs_of_a_damaged_case_tell_and_open_one_incident(office, visitor, cases, blob: bytes) -> None:
    """B-06: task page, case page, history, deadlines, the verbs: no 500; one incident; everything else of the hall goes on."""
    instance_id = damage(office, cases[0], blob)
    with office.reading() as connection:
        task = connection.execute(select(user_task.c.id).where(user_task.c.instance_id == instance_id, user_task.c.state == 'open'))
        task_id = task.scalar_one()
    clerk, administrator = visitor('shencha'), visitor('guanli')
    page = clerk.get(f'/tasks/{task_id}', 422)
    assert '流程数据无法读取' in page.words
    assert clerk.get(f'/cases/{cases[0]}').status == 200
    assert clerk.get(f'/cases/{cases[0]}/deadlines').status == 200
    clerk.post(f'/tasks/{task_id}/claim')
    assert '写下的意见' in clerk.post(f'/tasks/{task_id}', {'action': 'complete', 'f.opinion': '写下的意见'}, 422).words
    assert administrator.get('/operation').status == 200
    found = open_incidents(office, instance_id)
    assert [kind for kind, _detail in found] == ['state']
    assert found[0][1].startswith('#')
    other = visitor('chuangkou').receive()
    assert other


def test_a_worker_that_meets_a_damaged_case_goes_on_with_the_others(office, clock, visitor, cases) -> None:
    """B-06: the sweep opens the incident and fires the other cases' timers in the same tick."""
    fresh = visitor('chuangkou').receive()
    instance_id = damage(office, cases[2], b'rubbish')
    clock.move(days=40)
    assert office.tick().failed == 1
    assert 'state' in {kind for kind, _detail in open_incidents(office, instance_id)}
    with office.reading() as connection:
        of_case = 'FROM history h JOIN process_instance p ON p.id = h.instance_id WHERE business_key = :no'
        fired = text(f"SELECT count(*) {of_case} AND event = 'timer.fired'")
        assert connection.execute(fired, {'no': fresh}).scalar_one() >= 1


def test_retrying_a_damaged_case_says_that_it_is_still_damaged(office, visitor, cases) -> None:
    """B-06: the operator's retry succeeds when the state was put right, and only then."""
    with office.reading() as connection:
        where = process_instance.c.business_key == cases[0]
        sound = connection.execute(select(process_instance.c.state).where(where)).scalar_one()
    instance_id = damage(office, cases[0], b'rubbish')
    task_id = _task(office, instance_id)
    visitor('shencha').get(f'/tasks/{task_id}', 422)
    with office.reading() as connection:
        incident_id = connection.execute(select(incident.c.id).where(incident.c.instance_id == instance_id)).scalar_one()
    administrator = visitor('guanli')
    administrator.post(f'/operation/incidents/{incident_id}/retry', {}, 422)
    damage(office, cases[0], sound)
    administrator.post(f'/operation/incidents/{incident_id}/retry')
    assert visitor('shencha').get(f'/tasks/{task_id}').status == 200


def _task(office, instance_id: int) -> int:
    with office.reading() as connection:
        found = select(user_task.c.id).where(user_task.c.instance_id == instance_id, user_task.c.state == 'open')
        return int(connection.execute(found).scalar_one())
