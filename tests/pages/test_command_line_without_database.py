"""`yizhan due` and `yizhan check` as other programs use them."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from unit.bpmn.building import diagram, user

from web.cli import cli

VECTORS = Path(__file__).parent.parent / 'vectors' / 'deadlines.json'
ITEM = Path(__file__).parent.parent.parent / 'processes' / 'food-business-licence'


def run(*words: str, code: int = 0) -> str:
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == code, result.output
    return result.stdout


def test_due_counts_working_days_over_a_swapped_weekend() -> None:
    answer = json.loads(run('due', '--anchor', '2026-09-18T10:00:00+08:00', '--limit', '20个工作日', '--json'))
    assert (answer['last_day'], answer['due_at']) == ('2026-10-22', '2026-10-23T00:00:00+08:00')
    assert answer['days'][0]['verdict'] == 'anchor'
    assert [line['number'] for line in answer['days'] if line['verdict'] == 'counted'] == list(range(1, 21))


def test_due_leaves_stopped_days_out_and_takes_bare_dates_as_whole_days() -> None:
    words = ('due', '--anchor', '2026-09-14T10:00', '--limit', '10个工作日', '--stop', '2026-09-21/2026-09-30', '--json')
    assert json.loads(run(*words))['last_day'] == '2026-10-13'


def test_due_has_no_date_while_a_stop_lasts() -> None:
    answer = json.loads(run('due', '--anchor', '2026-09-14', '--limit', '10个工作日', '--stop', '2026-09-21/', '--json'))
    assert answer['last_day'] is None
    assert answer['due_at'] is None


def test_due_in_words_ends_with_the_last_day() -> None:
    assert run('due', '--anchor', '2026-05-08', '--limit', '3个工作日').splitlines()[-1].startswith('最后一日 2026-05-12')


def test_due_batch_answers_every_vector_by_its_id() -> None:
    answers = json.loads(run('due', '--batch', str(VECTORS)))
    vectors = json.loads(VECTORS.read_text('utf-8'))['vectors']
    assert {v['id']: answers[v['id']]['due_at'] for v in vectors} == {v['id']: v['due_at'] for v in vectors}


@pytest.mark.parametrize(
    ('anchor', 'limit'), [('yesterday', '5日'), ('2026-01-01', '很快'), ('2026-01-01', 'promise'), ('2026-13-01', '5日')]
)
def test_due_refuses_what_it_cannot_read_with_a_sentence(anchor: str, limit: str) -> None:
    assert json.loads(run('due', '--anchor', anchor, '--limit', limit, '--json', code=1))['error']


ODD = {
    'unknown shape': (b'[]', 'Expected {"vectors"'),
    'empty': (b'', 'Expected JSON'),
    'nested': (b'[' * 100_000, 'Expected JSON'),
    'long number': (b'{"vectors":[{"id":' + b'9' * 5000 + b'}]}', 'Expected JSON'),
    'not UTF-8': (b'\xff\xfe', 'Expected UTF-8'),
}


@pytest.mark.parametrize('what', ODD)
def test_due_refuses_a_batch_it_cannot_read_with_a_sentence(tmp_path: Path, what: str) -> None:
    content, sentence = ODD[what]
    (tmp_path / 'odd.json').write_bytes(content)
    result = CliRunner().invoke(cli, ['--lang', 'en', 'due', '--batch', str(tmp_path / 'odd.json')])
    assert (result.exit_code, type(result.exception)) == (1, SystemExit)
    assert sentence in result.stderr
    assert ', but ' in result.stderr


def test_due_reads_a_batch_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / 'batch.json'
    path.write_text('{"vectors":[{"id":"a","anchor":"2026-05-08","limit":"3个工作日"}]}', 'utf-8-sig')
    assert json.loads(run('due', '--batch', str(path)))['a']['last_day'] == '2026-05-12'


@pytest.mark.parametrize(
    'vector',
    [
        1,
        None,
        'x',
        {},
        {'anchor': '2026-03-02'},
        {'anchor': 1, 'limit': '5日'},
        {'anchor': '2026-03-02', 'limit': 5},
        {'stops': 'x'},
        {'stops': [['2026-03-03']]},
        {'stops': [[1, 2]]},
        {'stops': {'a': 'b'}},
        {'stops': [['2026-03-03', 'x']]},
        {'stops': [['2026-03-03', '2026-03-04', '2026-03-05']]},
        {'id': {'x': 1}},
        {'anchor': '2026-02-30'},
        {'anchor': '9999-12-31'},
        {'anchor': '2026-03-02T10:00:00+99:00'},
        {'limit': 'P9999Y'},
        {'anchor': '0001-01-01T00:00+14:00'},
        {'limit': '9' * 5000 + '日'},
    ],
)
def test_due_says_of_each_vector_what_was_expected_and_counts_the_others(tmp_path: Path, vector: object) -> None:
    good = {'anchor': '2026-05-08', 'limit': '3个工作日'}
    odd = {**good, **vector} if isinstance(vector, dict) and vector and set(vector) & {'stops', 'id', 'anchor', 'limit'} else vector
    if vector == {'anchor': '2026-03-02'}:
        odd = vector
    (tmp_path / 'batch.json').write_text(json.dumps({'vectors': [odd, {'id': 'good', **good}]}))
    answers = json.loads(run('due', '--batch', str(tmp_path / 'batch.json'), code=1))
    assert answers['good']['last_day'] == '2026-05-12'
    said = answers['0']['error']
    assert 'Expected' in said or 'expected' in said or ' / ' in said
    assert not re.search(r"object has no|isoformat|out of range|NoneType|^'", said), said


def test_due_refuses_an_id_that_stands_twice(tmp_path: Path) -> None:
    vectors = [{'id': 'a', 'anchor': '2026-03-02', 'limit': '5日'}, {'id': 'a', 'anchor': '2026-03-03', 'limit': '6日'}]
    (tmp_path / 'batch.json').write_text(json.dumps({'vectors': vectors}))
    answers = json.loads(run('due', '--batch', str(tmp_path / 'batch.json'), code=1))
    assert 'Expected every id once' in answers['a']['error']


@pytest.mark.parametrize('words', [('--hours', '25:00-26:00'), ('--hours', ''), ('--hours', 'ab-cd'), ('--deadline-time', '25:00')])
def test_due_refuses_hours_it_cannot_read_with_a_sentence(words: tuple[str, str]) -> None:
    said = json.loads(run('due', '--anchor', '2026-03-02', '--limit', '5日', *words, '--json', code=1))['error']
    assert said.startswith('Expected')
    assert 'isoformat' not in said


ODD_URLS = ('foo://x', '::', 'postgresql://nobody:geheim@127.0.0.1:1/x', 'sqlite:////nowhere/at/all.db')


@pytest.mark.parametrize('url', ODD_URLS)
def test_a_database_that_cannot_be_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv('YIZHAN_HOME', str(tmp_path))
    result = CliRunner().invoke(cli, ['--lang', 'en', 'cases', '--database', url])
    assert (result.exit_code, type(result.exception)) == (1, SystemExit), result.exception
    assert result.stderr.startswith('Error: Expected ')
    assert ', but' in result.stderr
    assert 'geheim' not in result.stderr
    assert 'SELECT' not in result.stderr


def test_a_port_that_cannot_be_is_wrong_usage() -> None:
    assert '99999' in CliRunner().invoke(cli, ['serve', '--port', '99999']).stderr
    run('serve', '--port', '99999', code=2)


def test_an_argument_that_is_no_text_is_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, 'YIZHAN_HOME': str(tmp_path)}
    done = subprocess.run(
        [sys.executable, '-m', 'web', '--lang', 'en', 'explain', b'\xff'], env=environment, capture_output=True, check=False
    )
    assert done.returncode == 1
    assert b'Traceback' not in done.stderr
    assert done.stderr.startswith(b'Expected a case, but')


def test_due_without_an_anchor_is_wrong_usage() -> None:
    run('due', '--limit', '5日', code=2)


def test_the_shipped_item_is_deployable() -> None:
    answer = json.loads(run('check', str(ITEM), '--json'))
    assert answer['deployable'], answer['problems']


def check(path: Path) -> dict:
    result = CliRunner().invoke(cli, ['check', str(path), '--json'])
    answer = json.loads(result.stdout)
    assert result.exit_code == (0 if answer['deployable'] else 1)
    for problem in answer['problems']:
        assert {'code', 'severity', 'element', 'line', 'message'} <= set(problem)
    return answer


def _zip(**files: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, 'w') as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><definitions>&b;</definitions>'


@pytest.mark.parametrize(
    'content',
    [
        b'',
        b'\x00' * 100,
        b'PK\x03\x04 broken',
        b'<definitions',
        BOMB,
        b'\xff\xfe<\x00',
        b'{"a": 1}',
        _zip(),
        b'<a/>',
        _zip(**{'../x.bpmn': b'<a/>'}),
    ],
)
def test_check_answers_for_every_file_and_never_with_a_traceback(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'odd.bpmn'
    path.write_bytes(content)
    answer = check(path)
    assert not answer['deployable']
    assert answer['problems']
    assert 'internal' not in {problem['code'] for problem in answer['problems']}


def test_check_answers_for_a_file_that_is_not_there_and_for_an_empty_folder(tmp_path: Path) -> None:
    assert not check(tmp_path / 'nothing.bpmn')['deployable']
    assert not check(tmp_path)['deployable']


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='needs named pipes')
def test_check_does_not_hang_on_what_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'pipe.bpmn')
    assert not check(tmp_path / 'pipe.bpmn')['deployable']


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=300), cut=st.integers(0, 60_000), put=st.integers(0, 60_000))
def test_a_damaged_diagram_is_judged_not_crashed_on(tmp_path: Path, content: bytes, cut: int, put: int) -> None:
    whole = (ITEM / 'process.bpmn').read_bytes()
    path = tmp_path / 'damaged.bpmn'
    path.write_bytes(whole[:put] + content + whole[put + cut :])
    answer = check(path)
    assert 'internal' not in {problem['code'] for problem in answer['problems']}


def test_check_many_prints_one_line_per_file(tmp_path: Path) -> None:
    bad = tmp_path / 'bad.bpmn'
    bad.write_bytes(b'<nothing/>')
    result = CliRunner().invoke(cli, ['check', '--many', str(bad), str(ITEM)])
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line['deployable'] for line in lines] == [False, True]
    assert lines[0]['file'] == str(bad)
    assert result.exit_code == 1


def test_the_help_names_every_command() -> None:
    text = run('--help')
    for command in ('serve', 'worker', 'init', 'demo', 'upgrade-db', 'deploy', 'check', 'cases', 'explain', 'due', 'bench'):
        assert command in text


def test_a_check_without_a_hall_says_what_it_could_not_judge() -> None:
    """O-33: what the hall may refuse afterwards is named; in the JSON for machines nothing is added."""
    folder = Path(__file__).parents[2] / 'processes' / 'food-business-licence'
    said = run('check', str(folder))
    assert '可以部署' in said
    assert '未判断' in said
    assert set(json.loads(run('check', str(folder), '--json'))) == {'deployable', 'problems', 'fixes'}


def test_a_deployment_on_the_command_line_asks_for_a_reason() -> None:
    """O-33: the command as well as the page."""
    result = CliRunner().invoke(cli, ['deploy', str(Path(__file__).parents[2] / 'processes' / 'food-business-licence')])
    assert result.exit_code == 2
    assert '--reason' in result.stderr


def test_fix_lists_and_makes_the_changes_that_the_check_offers(tmp_path: Path) -> None:
    """D-24: `fixes` of `check --json` name what `fix --code --element` changes in the file."""
    path = tmp_path / 'leave.bpmn'
    path.write_bytes(diagram(user('a'), 'start>a>end?x = 1'))
    (offer,) = json.loads(CliRunner().invoke(cli, ['check', str(path), '--json']).stdout)['fixes']
    assert (offer['code'], offer['element'], offer['title']) == ('CONDITION_ALONE', 'a_end', '去掉条件')
    assert 'CONDITION_ALONE  a_end' in run('fix', str(path))
    elsewhere = tmp_path / 'new.bpmn'
    run('fix', str(path), '--code', 'CONDITION_ALONE', '--element', 'a_end', '--out', str(elsewhere))
    assert b'x = 1' in path.read_bytes()
    run('fix', str(path), '--code', 'CONDITION_ALONE', '--element', 'a_end', '--json')
    assert path.read_bytes() == elsewhere.read_bytes()
    assert b'x = 1' not in path.read_bytes()
    assert json.loads(run('fix', str(path), '--json')) == []
    run('fix', str(path), '--code', 'CONDITION_ALONE', '--element', 'a_end', code=1)


def test_import_makes_a_draft_and_tells_what_it_did(tmp_path: Path) -> None:
    """D-35: exit code 0 when a draft was made; the report has the promised keys; the folder is a bundle."""
    source = tmp_path / '请假.bpmn'
    source.write_text(
        '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:flowable="http://flowable.org/bpmn" targetNamespace="t">'
        '<process id="leave"><startEvent id="s"/><sequenceFlow id="a" sourceRef="s" targetRef="u"/>'
        '<userTask id="u" name="审批" flowable:candidateGroups="head"/><sequenceFlow id="b" sourceRef="u" targetRef="e"/>'
        '<endEvent id="e"/></process></definitions>',
        'utf-8',
    )
    answer = json.loads(run('import', str(source), '--out', str(tmp_path / 'draft'), '--json'))
    assert set(answer) == {'draft', 'read', 'mapped', 'dropped', 'decide'}
    assert {entry['code'] for entry in answer['mapped']} >= {'namespace', 'drawing'}
    assert all(entry['message'] and entry['message_en'] for kind in ('mapped', 'decide') for entry in answer[kind])
    assert json.loads(run('check', answer['draft'], '--json'))['deployable']
    assert '窗口' in run('--lang', 'zh', 'import', str(source), '--out', str(tmp_path / 'again'))
    run('import', str(source), '--out', str(tmp_path / 'draft'), code=2)  # not over what is there


def test_import_refuses_what_it_cannot_read_in_words(tmp_path: Path) -> None:
    """D-35."""
    source = tmp_path / 'x.docx'
    source.write_bytes(b'hello')
    for path in (source, tmp_path / 'nowhere.bpmn'):
        run('import', str(path), '--out', str(tmp_path / 'draft'), code=1)
    assert not (tmp_path / 'draft').exists()


def test_one_table_says_how_far_foreign_files_are(tmp_path: Path) -> None:
    """D-35: deployable as it is, converted after the import and one-click changes, or refused; exit code 1 when one is refused."""
    vendors = VECTORS.parent / 'vendors'
    files = {'deployable': 'camunda7/parallel.bpmn', 'converted': 'flowable/mail.bpmn', 'refused': 'plain/deadlock.bpmn'}
    for kind, name in files.items():
        lines = run('--lang', 'en', 'check', '--many', '--table', str(vendors / name), code=int(kind == 'refused')).splitlines()
        assert lines[0].split('\t')[1] == kind
        assert f'{kind}: 1' in lines
    assert 'STUCK_FOR_EVER' in lines[0]
    run('check', '--table', str(vendors / name), code=2)
