"""`yizhan calendar`, `doctor` and `explain` on both databases: dry runs write nothing, exit codes tell, JSON is for programs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import update

from engine import SYSTEM
from engine.tables import clock
from web.cli import cli

NOTICE = (Path(__file__).parent.parent / 'unit' / 'worktime' / 'notices' / '2026.txt').read_text('utf-8')


@pytest.fixture
def case_no(visitor, office) -> str:
    """A case received on 2 March 2026; the command line runs on the machine's own clock."""
    return visitor('chuangkou').receive()


@pytest.fixture
def run(office):
    """Run a command on this office's database; its output, JSON when asked for."""

    def command(*words: str, code: int = 0):
        result = CliRunner().invoke(cli, [*words, '--database', str(office.url)])
        assert result.exit_code == code, (result.output, result.exception)
        return json.loads(result.stdout) if '--json' in words else result.output

    return command


def test_table_is_previewed_then_imported(run, case_no, tmp_path: Path) -> None:
    table = tmp_path / 'days.csv'
    table.write_text('date,working,name,source_notice\n2026-03-04,0,自治州成立日,州政府通知\n', 'utf-8')
    before = run('calendar', 'import', str(table), '--dry-run', '--json')
    assert [one['date'] for one in before['changes']] == ['2026-03-04']
    assert (case_no, '2026-03-09', '2026-03-10') in [(move['case_no'], move['old'], move['new']) for move in before['moves']]
    assert run('calendar', 'show', '--json')['editions'] == []
    applied = run('calendar', 'import', str(table), '--json')['applied']
    assert (applied['state'], applied['moved']) == ('done', 1)
    assert '自治州成立日' in run('calendar', 'show', '--year', '2026')


@pytest.mark.parametrize('encoding', ['utf-8-sig', 'gbk', 'utf-16'])
def test_a_table_as_a_chinese_spreadsheet_saves_it_is_imported(run, case_no, tmp_path: Path, encoding: str) -> None:
    """O-16: the command reads what the page reads; dates as the spreadsheet writes them."""
    table = tmp_path / 'days.csv'
    table.write_bytes('日期,是否上班,名称,文号\r\n2026/3/4,休息,自治州成立日,州政府通知\r\n'.encode(encoding))
    applied = run('calendar', 'import', str(table), '--json')['applied']
    assert (applied['state'], applied['moved']) == ('done', 1)
    assert '自治州成立日' in run('calendar', 'show', '--year', '2026')


def test_notice_known_already_is_refused_with_a_sentence(office, tmp_path: Path) -> None:
    path = tmp_path / 'notice.txt'
    path.write_text(NOTICE, 'utf-8')
    result = CliRunner().invoke(cli, ['calendar', 'import', '--notice', str(path), '--database', str(office.url)])
    assert 'says all of this already' in str(result.exception)
    both = CliRunner().invoke(cli, ['calendar', 'import', str(path), '--notice', str(path), '--database', str(office.url)])
    assert both.exit_code == 2


def test_hall_is_closed_reopened_and_given_other_hours(run, case_no) -> None:
    closing = ('2026-03-05', '2026-03-06', '--hall', 'qingjiang', '--reason', '台风红色预警')
    assert '2026-03-05 上班 → 休息临时停止办公' in run('calendar', 'close', *closing, '--dry-run')
    assert run('calendar', 'close', *closing, '--json')['applied']['moved'] == 1
    assert run('calendar', 'reopen', *closing, '--json')['applied']['moved'] == 1
    hours = ('--hall', 'qingjiang', '--office-hours', '09:00-12:00,13:00-17:00', '--deadline-time', '17:00', '--reason', '调整')
    assert run('calendar', 'hours', *hours, '--json')['applied']['moved'] == 1
    assert '没有未完成的日历变更' in run('calendar', 'resume')
    assert run('doctor', '--json')['ok']


def test_doctor_tells_by_its_exit_code_and_fixes(run, case_no, office) -> None:
    assert '全部相符' in run('doctor')
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(update(clock).values(last_day='2026-12-31'))
    found = run('doctor', '--json', code=1)
    assert [(one['kind'], one['object']) for one in found['findings']] == [('due', case_no)]
    assert 'clock notify' in found['findings'][0]['message']
    assert '应为' in run('doctor', code=1)
    assert run('doctor', '--fix', '--json')['fixed'] == 1
    assert '全部相符' in run('doctor')


def test_explain_prints_dates_ledger_and_calendar(run, case_no) -> None:
    words = run('explain', case_no)
    assert '一次告知期限 5个工作日：最后一日 2026-03-09' in words
    assert '2026-03-07 周六 休息日 周六' in words
    assert '日历版本' in words
    told = run('explain', case_no, '--json')
    assert (told['case_no'], told['known_until'], told['stops']) == (case_no, 2026, [])
    assert told['limits'][0]['days'][-1]['ends_at'] == '2026-03-10T00:00:00+08:00'
