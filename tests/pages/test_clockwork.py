"""Monitoring: the metric, the administrator's page, and the warning when nobody ticks."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from web.app import create_app
from web.root import Root

SILENCE = '计时进程没有心跳'


def figures(text: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    return {
        sample.name + ''.join(f' {key}={value}' for key, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def scrape(app) -> Any:
    """Read /metrics from an address, with headers."""

    def read(address: str = '127.0.0.1', **headers: str) -> Any:
        return app.test_client().get('/metrics', environ_base={'REMOTE_ADDR': address}, headers=headers)

    return read


def test_metrics_tell_of_workers_limits_and_messages(office, clock, visitor, scrape) -> None:
    case_no = visitor('chuangkou').receive()
    office.tick(worker='zhong')
    told = figures(scrape().get_data(as_text=True))
    assert told['yizhan_worker_last_tick_timestamp_seconds worker=zhong'] == clock().timestamp()
    assert told['yizhan_timers state=armed'] == 1
    assert (told['yizhan_timers_due'], told['yizhan_timer_lag_seconds'], told['yizhan_clocks_overdue']) == (0, 0, 0)
    assert (told['yizhan_timers state=dead'], told['yizhan_outbox state=dead'], told['yizhan_user_task_completions_total']) == (0, 0, 0)
    clock.move(days=30)
    told = figures(scrape().get_data(as_text=True))
    assert told['yizhan_timers_due'] == 1
    assert told['yizhan_timer_lag_seconds'] > 20 * 86400
    assert told['yizhan_clocks_overdue'] == 1
    assert 'yizhan_worker_last_tick_timestamp_seconds worker=zhong' not in told  # gone for more than a day
    assert case_no not in scrape().get_data(as_text=True)


def test_metrics_without_a_token_are_for_this_machine_only(scrape) -> None:
    assert scrape('127.0.0.1').status_code == 200
    assert scrape('::1').status_code == 200
    assert scrape('10.0.0.7').status_code == 404
    assert scrape('127.0.0.1', **{'X-Forwarded-For': '10.0.0.7'}).status_code == 404
    assert scrape('127.0.0.1', **{'X-Real-IP': '10.0.0.7'}).status_code == 404


def test_metrics_with_a_token_are_for_whoever_has_it(app, office, clock) -> None:
    root = app.extensions['yizhan']
    settings = dataclasses.replace(root.settings, metrics_token='geheim-8472')
    client = create_app(settings, root=Root(settings, clock, office)).test_client()
    far = {'REMOTE_ADDR': '10.0.0.7'}
    assert client.get('/metrics', environ_base=far, headers={'Authorization': 'Bearer geheim-8472'}).status_code == 200
    for wrong in ({'Authorization': 'Bearer geheim'}, {}, {'Authorization': 'Bearer gehëim'}):
        assert client.get('/metrics', environ_base={'REMOTE_ADDR': '127.0.0.1'}, headers=wrong).status_code == 404


def test_administrator_sees_the_clockwork(office, clock, visitor) -> None:
    visitor('chuangkou').receive()
    office.tick(worker='zhong')
    page = visitor('guanli').get('/operation/ticker')
    assert 'zhong' in page.words
    assert '正常' in page.words
    clock.move(hours=1)
    assert '无心跳' in visitor('guanli').get('/operation/ticker').words
    clock.move(days=30)
    words = visitor('guanli').get('/operation/ticker').words
    assert '最近一天没有计时进程运行' in words
    assert '最久已等' in words
    visitor('chuangkou').get('/operation/ticker', 403)


def test_those_who_can_act_are_warned_when_three_ticks_were_missed(office, clock, visitor) -> None:
    office.tick(worker='zhong')
    clock.move(seconds=14)
    assert SILENCE not in visitor('guanli').get('/items').words
    clock.move(seconds=14)
    for who, warned in (('guanli', True), ('jiancha', True), ('chuangkou', False)):
        assert (SILENCE in visitor(who).get('/items').words) is warned
