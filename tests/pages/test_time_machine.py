"""Watching a promise break in a minute: the clock of a demonstration is moved on, and what runs out on the way fires."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from engine import SYSTEM, Conflict, Rejection, read
from tasks import tables as t
from tasks.demo.moved_clock import MovedClock
from web import time_machine
from web.app import create_app
from web.cli import cli
from web.root import Root, build_root

NOW = datetime.fromisoformat('2026-03-02T09:00:00+08:00')


@pytest.fixture
def root(app: Flask, office, clock) -> Root:
    """The demo hall on a clock that can be moved; the machine's own clock is the fixed one."""
    moved = MovedClock(clock)
    office.clock = moved
    moved.read_from(office)
    found = Root(app.extensions['yizhan'].settings, moved, office)
    app.extensions['yizhan'] = found
    return found


def events_of(root: Root, case_no: str) -> list[tuple[str, datetime]]:
    with root.engine.reading() as connection:
        instance = read.instance_by_key(connection, case_no).id
        return [(row.event, row.at) for row in read.events(connection, instance)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + '+08:00')


def test_next_working_day_is_the_next_opening(root: Root, visitor) -> None:
    """From Monday to Tuesday 09:00, and over the weekend to the next Monday."""
    person = visitor('jiancha')
    for expected in ('2026-03-03 09:00', '2026-03-04 09:00', '2026-03-05 09:00', '2026-03-06 09:00', '2026-03-09 09:00'):
        person.post('/time-machine', {'to': 'next-workday'})
        assert expected in person.get('/time-machine').words
        assert f'大厅时间 {expected}' in person.get('/items').words


def test_silence_of_the_window_is_watched_in_one_click(root: Root, visitor) -> None:
    """Received on Monday, not told within five working days: deemed accepted at the stroke of midnight, said on the page."""
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    clerk.post('/time-machine', {'to': 'next-timer'})
    page = clerk.get('/time-machine')
    assert root.clock() == at('2026-03-10T00:00:00')
    assert case_no in page.words
    assert '视为' in page.words
    assert '视为受理' in clerk.get(f'/cases/{case_no}').words
    assert ('timer.fired', at('2026-03-10T00:00:00')) in events_of(root, case_no)


def test_what_runs_out_on_a_long_way_fires_at_its_own_instant(root: Root, visitor) -> None:
    """A month passes: the supervision task of the broken promise appears, and nothing is recorded later than it would have been."""
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    moved = time_machine.advance(root, SYSTEM, '2026-04-02T10:00')
    assert moved.now == at('2026-04-02T10:00:00')
    assert moved.stops >= 3
    breached = dict(events_of(root, case_no))
    assert breached['clock.breached'].astimezone(NOW.tzinfo).strftime('%H:%M') == '00:00'
    with root.engine.reading() as connection:
        instance = read.instance_by_key(connection, case_no).id
        elements = {task.element for task in read.open_tasks(connection, instance)}
        for row in read.clocks(connection, instance):
            if row.state == 'breached':
                assert row.due_at in {when for _, when in events_of(root, case_no)}
    assert 'supervise' in elements
    assert '超时督办' in visitor('jiancha').get('/time-machine').words


def test_time_does_not_go_back(root: Root, visitor) -> None:
    visitor('chuangkou').receive()
    time_machine.advance(root, SYSTEM, 'next-workday')
    time_machine.advance(root, SYSTEM, 'present')  # nothing has happened since
    assert root.clock() == NOW
    time_machine.advance(root, SYSTEM, 'next-timer')
    with pytest.raises(Conflict, match='recorded after'):
        time_machine.advance(root, SYSTEM, 'present')
    with pytest.raises(Conflict, match='after'):
        time_machine.advance(root, SYSTEM, '2026-03-03')
    assert root.clock() == at('2026-03-10T00:00:00')
    person = visitor('jiancha')
    person.post('/time-machine', {'to': 'present'})
    assert '时间不能倒流' in person.get('/time-machine').words


def test_processes_agree(root: Root, clock) -> None:
    """Another process on the same database follows: at once if it knows of the moved clock, within seconds if it does not."""
    other = build_root(root.settings, clock=clock)
    assert other.clock() == NOW
    time_machine.advance(root, SYSTEM, 'next-workday')
    clock.move(seconds=6)
    assert other.clock() == root.clock() == NOW + timedelta(days=1, seconds=6)
    time_machine.advance(root, SYSTEM, 'next-workday')
    assert other.clock() == root.clock() == NOW + timedelta(days=2)
    other.engine.close()


@pytest.mark.parametrize('target', ['yesterday', '', '2020-01-01', '2029-01-01', 'next-timer'])
def test_impossible_targets_are_refused(root: Root, target: str) -> None:
    with pytest.raises(Rejection):
        time_machine.advance(root, SYSTEM, target)
    assert root.clock() == NOW


def test_real_hall_keeps_its_time(root: Root, visitor) -> None:
    with root.engine.begin(SYSTEM) as tx:
        tx.connection.execute(t.hall.update().values(demo=False))
    with pytest.raises(Rejection, match='demonstration'):
        time_machine.advance(root, SYSTEM, 'next-workday')
    person = visitor('guanli')
    person.get('/time-machine', 404)
    person.post('/time-machine', {'to': 'next-workday'}, 404)
    assert '下一个工作日' not in person.get('/items').words
    assert root.clock() == NOW


def test_made_up_hall_outside_demo_mode_keeps_its_time(root: Root, app: Flask) -> None:
    settings = dataclasses.replace(root.settings, demo=False)
    with pytest.raises(Rejection, match='demonstration'):
        time_machine.advance(Root(settings, root.clock, root.engine), SYSTEM, 'next-workday')
    client = create_app(settings, root=Root(settings, root.clock, root.engine)).test_client()
    assert '下一个工作日' not in client.get('/items').get_data(as_text=True)


def test_strangers_do_not_move_the_clock(root: Root, visitor) -> None:
    stranger = visitor()
    assert '下一个工作日' not in stranger.get('/items').words
    stranger.post('/time-machine', {'to': 'next-workday'}, 401)
    assert root.clock() == NOW


def test_clock_without_a_row_is_asked_for_only_now_and_then(office, clock) -> None:
    """A real hall pays nothing for the machine: between two looks its database is left alone."""
    moved = MovedClock(clock)
    asked = []

    class Counting:
        def reading(self):
            asked.append(1)
            return office.reading()

    moved.read_from(Counting())
    for _ in range(10):
        assert moved() == NOW
    assert len(asked) == 1
    clock.move(seconds=6)
    moved()
    clock.move(hours=-2)  # a machine whose clock jumps back looks again, too
    moved()
    assert len(asked) == 3


def test_command_line_moves_the_clock_and_tells_what_happened(office, visitor) -> None:
    case_no = visitor('chuangkou').receive()  # in March; the command runs on the machine's clock, later
    done = CliRunner().invoke(cli, ['demo', 'advance', '--to', 'next-workday', '--database', str(office.url), '--json'])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout[done.stdout.index('{\n') :])
    assert datetime.fromisoformat(told['now']) > datetime.fromisoformat(told['from'])
    assert (case_no, 'timer.fired') in {(line['case_no'], line['event']) for line in told['happened']}
    assert CliRunner().invoke(cli, ['demo', 'advance', '--to', 'present', '--database', str(office.url)]).exit_code != 0


def test_command_line_refuses_a_real_hall(office) -> None:
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(t.hall.update().values(demo=False))
    done = CliRunner().invoke(cli, ['demo', 'advance', '--to', 'next-workday', '--database', str(office.url)])
    assert isinstance(done.exception, Rejection)
