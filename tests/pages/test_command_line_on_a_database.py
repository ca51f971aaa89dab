"""`yizhan init`, `deploy`, `cases`, `explain`, `worker --once` on both databases, and a worker that stops when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import FixedClock
from web.cli import cli, main
from web.root import Root
from web.settings import Settings
from web.worker import background

ROOT = Path(__file__).parent.parent.parent
ITEM = ROOT / 'processes' / 'food-business-licence'
HALL = ('--hall', '清江县政务服务中心', '--region', '330102', '--prefix', '清政服', '--username', 'guanli', '--name', '管理员')


def run(*words: str, code: int = 0, **environment: str):
    result = CliRunner().invoke(cli, list(words), env=environment)
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_a_hall_is_set_up_and_its_administrator_signs_in(database_url: str, tmp_path: Path) -> None:
    secrets = {'YIZHAN_PASSWORD': 'long-enough', 'YIZHAN_HOME': str(tmp_path)}
    answer = json.loads(run('init', *HALL, '--database', database_url, '--json', **secrets).stdout)
    assert answer == {'hall': 'main', 'administrator': 'guanli'}
    assert json.loads(run('cases', '--database', database_url, '--json').stdout) == {'total': 0, 'more': False, 'next': '', 'cases': []}


def test_demo_data_never_gets_into_a_hall_that_is_there(office, tmp_path: Path) -> None:
    result = run('--lang', 'en', 'demo', '--database', str(office.url), code=1, YIZHAN_HOME=str(tmp_path))
    assert 'Expected an empty database' in result.output


def test_a_bundle_is_deployed_from_the_command_line(office) -> None:
    answer = json.loads(run('deploy', str(ITEM), '--database', str(office.url), '--reason', '再次部署', '--json').stdout)
    assert answer['deployed']
    assert answer['item'] == 'food-business-licence'


def test_a_bundle_with_problems_is_refused_with_all_of_them(office, tmp_path: Path) -> None:
    bundle = tmp_path / 'broken'
    bundle.mkdir()
    for path in ITEM.glob('*.*'):
        (bundle / path.name).write_bytes(path.read_bytes().replace(b'</bpmn:process>', b'<bpmn:task id="lost" /></bpmn:process>'))
    (bundle / 'decide.form').unlink()
    answer = json.loads(run('deploy', str(bundle), '--reason', '修订', '--database', str(office.url), '--json', code=1).stdout)
    assert not answer['deployed']
    assert len([problem for problem in answer['problems'] if problem['severity'] == 'error']) >= 2


def test_cases_are_listed_and_explained_without_personal_data(office, visitor) -> None:
    case_no = visitor('chuangkou').receive(kind='person', name='张三丰', id_no='11010519491231002X', phone='13912345678')
    listed = run('cases', '--status', 'received', '--database', str(office.url), '--json').stdout
    assert [row['case_no'] for row in json.loads(listed)['cases']] == [case_no]
    explained = run('explain', case_no, '--database', str(office.url), '--json').stdout
    notify = next(limit for limit in json.loads(explained)['limits'] if limit['name'] == 'notify')
    assert notify['last_day'] == '2026-03-09'
    assert [line['number'] for line in notify['days'] if line['number']] == [1, 2, 3, 4, 5]
    for text in (listed, explained, run('explain', case_no, '--database', str(office.url)).stdout):
        assert '张三丰' not in text
        assert '11010519491231002X' not in text


def test_what_is_refused_is_a_sentence_and_exit_code_one(office, monkeypatch, capsys) -> None:
    monkeypatch.setattr(sys, 'argv', ['yizhan', '--lang', 'en', 'explain', '330102202603020000017', '--database', str(office.url)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 1
    assert 'Expected a case, but' in capsys.readouterr().err


def test_a_worker_ticks_once_when_asked(office) -> None:
    answer = json.loads(run('worker', '--once', '--database', str(office.url), '--json').stdout)
    """H-05: it names what it did in every queue."""
    done = ('fired', 'failed', 'remaining', 'warned', 'sent', 'version', 'clock', 'start', 'calendar', 'batch', 'anchor')
    assert answer == dict.fromkeys(done, 0)


def test_the_ticker_coalesces_and_never_overtakes_itself(office, clock: FixedClock, tmp_path: Path) -> None:
    scheduler = background(Root(Settings(home=tmp_path, tick_seconds=3600), clock, office))
    try:
        job = scheduler.get_job('tick')
        assert job.coalesce
        assert job.max_instances == 1
        assert job.misfire_grace_time is None
    finally:
        scheduler.shutdown(wait=True)


@pytest.mark.slow
@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGINT])
def test_a_worker_stops_cleanly_when_told_to(office, number: signal.Signals) -> None:
    environment = {**os.environ, 'YIZHAN_DATABASE_URL': office.database.url.render_as_string(hide_password=False)}
    command = [sys.executable, '-m', 'web', 'worker', '--seconds', '0.2']
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True) as worker:
        assert worker.stderr is not None
        assert 'worker.started' in worker.stderr.readline()
        worker.send_signal(number)
        rest = worker.stderr.read()
        assert worker.wait(timeout=120) == 0
    assert 'worker.stopped' in rest
    assert 'Traceback' not in rest
