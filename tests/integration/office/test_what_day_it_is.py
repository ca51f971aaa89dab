"""H-11: before eight in the morning it is still yesterday in UTC; in the hall it is today, for every verb alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from engine import Forbidden
from tasks import tables as t
from tasks.cases import materials
from tasks.cases import receipt as cases
from tasks.deadlines import verbs as deadlines
from tasks.desk import task_page
from tasks.desk import verbs as desk
from tests.integration.office.conftest import ALL, COMPANY, ITEM

LAST_DAY = '2026-03-10'
SHANGHAI = ZoneInfo('Asia/Shanghai')
Act = Callable[[Any, dict[str, Any]], object]
ACTS: dict[str, Act] = {
    'claim': lambda tx, at: desk.claim(tx, at['id']),
    'complete': lambda tx, at: desk.complete(tx, at['id'], {}),
    'save a draft': lambda tx, at: desk.save_draft(tx, at['id'], {}),
    'next case': lambda tx, at: desk.next_case(tx),
    'be handed': lambda tx, at: desk.assign(tx, at['id'], 'chuangkou'),
    'suspend': lambda tx, at: deadlines.suspend(tx, at['case_no'], kind='hearing', reason='听证', basis='第四十五条', expected='5个工作日'),
    'take materials': lambda tx, at: materials.mark_all(tx, at['id']),
    'withdraw': lambda tx, at: cases.withdraw(tx, at['case_no'], '不办了'),
    'receive': lambda tx, at: cases.receive(tx, cases.query_password(), item_code=ITEM, applicant=COMPANY, window='general', materials=ALL),
}


@pytest.fixture
def at(hall) -> dict[str, Any]:
    """A case at the counter, and a certificate of its clerk that ends on LAST_DAY."""
    case_no = hall.receive().case_no
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(update(t.clerk).where(t.clerk.c.username == 'chuangkou').values(certificate_until=LAST_DAY))
    return {'id': hall.task(case_no, 'intake').id, 'case_no': case_no}


class Undone(Exception):
    """The act was possible; it is rolled back."""


def refusal(hall, act: Act, at: dict[str, Any], by: str = 'chuangkou') -> str:
    """What the act says about the certificate; empty when it says nothing about it."""
    try:
        with hall.engine.begin(hall.actors[by]) as tx:
            act(tx, at)
            raise Undone
    except Forbidden as error:
        return error.zh if '执法证件' in error.zh else ''
    except Exception:  # noqa: BLE001  the act itself may be refused for other reasons; here only the day counts
        return ''
    return ''


@pytest.mark.parametrize('act', ACTS)
@pytest.mark.parametrize(('now', 'good'), [('2026-03-10T23:59', True), ('2026-03-11T07:00', False)])
def test_a_certificate_is_good_through_its_last_local_day_whatever_is_done(hall, at, act: str, now: str, good: bool) -> None:
    """H-11: claim, complete, suspend, materials and receive all say the same."""
    hall.clock.move_to(datetime.fromisoformat(now).replace(tzinfo=SHANGHAI))
    by = 'jiancha' if act == 'be handed' else 'chuangkou'  # a step that nobody holds is handed out by the supervisor
    assert refusal(hall, ACTS[act], at, by) == ('' if good else f'执法证件已于 {LAST_DAY} 到期')


def test_the_page_says_what_the_verb_says(hall, at) -> None:
    """H-11: the task page tells at seven in the morning that the certificate ended yesterday."""
    hall.clock.move_to(datetime(2026, 3, 11, 7, tzinfo=SHANGHAI))
    with hall.engine.reading() as connection:
        view = task_page.task_view(connection, hall.actors['chuangkou'], at['id'], now=hall.clock())
    assert '执法证件' in view.why_not


@pytest.mark.parametrize(('zone', 'good'), [('Asia/Shanghai', False), ('Asia/Urumqi', True)])
def test_the_date_is_that_of_the_clerks_hall(hall, at, zone: str, good: bool) -> None:
    """H-11: half past midnight in Shanghai is half past ten in the evening in Urumqi's own time."""
    with hall.engine.begin(hall.actors['guanli']) as tx:
        tx.connection.execute(update(t.hall).values(zone=zone))
    hall.clock.move_to(datetime(2026, 3, 11, 0, 30, tzinfo=SHANGHAI))
    assert (refusal(hall, ACTS['claim'], at) == '') is good
