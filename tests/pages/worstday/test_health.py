"""B-03, B-04: disk, database, worker, clock and backups on a page, in metrics, at the top of the administrator's desk and for a probe."""

from __future__ import annotations

import shutil
from collections import namedtuple
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import SYSTEM
from tasks.clock.guard import ClockGuard, GuardLimits, Reading
from tasks.clock.tables import clock_doubt
from tests.pages.test_clockwork import figures

Usage = namedtuple('Usage', 'total used free')


@pytest.fixture
def doubted(office, clock) -> int:
    """A worker whose clock jumped."""
    readings = iter([Reading('hall-1', clock(), 'b', 1), Reading('hall-1', clock() + timedelta(days=400), 'b', 60)])
    guard = ClockGuard(lambda: next(readings), GuardLimits(), ask_database=False)
    guard.doubt(office)
    assert guard.doubt(office) is not None
    with office.reading() as connection:
        return int(connection.execute(select(clock_doubt.c.id)).scalar_one())


def test_a_doubted_clock_stands_on_every_page_of_staff_until_it_is_confirmed(visitor, doubted: int) -> None:
    """B-03: every page says so to staff, and to nobody else; an administrator confirms with a reason."""
    for who in ('chuangkou', 'jiancha', 'guanli'):
        person = visitor(who)
        for path in ('/cases', '/items', '/'):
            page = person.client.get(path, follow_redirects=True).get_data(as_text=True)
            assert '系统时钟有疑问' in page, (who, path)
    assert '系统时钟有疑问' not in visitor().get('/').text
    administrator = visitor('guanli')
    assert '时钟有疑问（hall-1）' in administrator.get('/operation').words
    page = administrator.get('/operation/health')
    action = f'/operation/clock/{doubted}/confirm'
    visitor('chuangkou').post(action, {'reason': 'x'}, 403)
    administrator.post(action, page.form(action) | {'reason': '电池更换后校准过'})
    assert '系统时钟有疑问' not in administrator.get('/cases').text


def test_the_probe_tells_what_is_wrong_and_nothing_else(app, office, visitor, monkeypatch) -> None:
    """B-04: `/healthz` answers without a sign-in; a full disk is told to somebody."""
    nobody = visitor().client
    office.tick()
    answer = nobody.get('/healthz')
    assert (answer.status_code, answer.get_json()['ok']) == (200, True)
    monkeypatch.setattr(shutil, 'disk_usage', lambda _path: Usage(10**12, 10**12 - 10**8, 10**8))
    answer = nobody.get('/healthz')
    assert (answer.status_code, answer.headers['Retry-After']) == (503, '30')
    assert answer.get_json()['checks']['disk'] == 'trouble'
    assert set(answer.get_json()) == {'ok', 'checks'}
    assert '磁盘即将写满' in visitor('guanli').get('/operation').words


def test_metrics_tell_of_disk_database_clock_and_backups(app, office, clock, doubted: int, tmp_path) -> None:
    """B-04: the same figures for a monitoring system."""
    from tasks.backup.writing import back_up

    back_up(office, SYSTEM, tmp_path / 'backup')
    told = figures(app.test_client().get('/metrics', environ_base={'REMOTE_ADDR': '127.0.0.1'}).get_data(as_text=True))
    assert told['yizhan_disk_free_bytes'] > 0
    assert told['yizhan_database_bytes'] > 10_000
    assert told['yizhan_database_seconds'] >= 0
    assert told['yizhan_clock_doubted'] == told['yizhan_trouble about=clock'] == 1
    assert told['yizhan_backup_timestamp_seconds'] == clock().timestamp()
    assert told['yizhan_restores'] == 0
