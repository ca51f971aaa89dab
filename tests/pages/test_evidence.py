"""A-04: the supervisor sees whether a case verifies and takes its evidence away; the command line exports, verifies and changes the key."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, update

from engine.tables import clock, evidence_key, history
from tasks.demo.hall import PASSWORD
from tasks.evidence.verifying import verify
from web.cli import cli


@pytest.fixture
def case_no(visitor, office) -> str:
    """A case that was received."""
    return str(visitor('chuangkou').receive())


def forge(office) -> None:
    """A clock is met, past the program."""
    database = create_engine(office.url)
    with database.begin() as connection:
        connection.execute(update(clock).values(state='met'))
    database.dispose()


def run(office, *words: str, code: int = 0) -> str:
    """A command's output; it is on this office's database."""
    result = CliRunner().invoke(cli, [*words])
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


def test_the_page_finds_an_edited_history(visitor, office, case_no) -> None:
    """A-04: a row of the history is edited, its hashes left alone: the page does not say that the case verifies."""
    page = visitor('jiancha')
    before = page.get(f'/cases/{case_no}/evidence').text
    database = create_engine(office.url)
    with database.begin() as connection:
        connection.execute(update(history).where(history.c.seq == 1).values(by='somebody'))
    database.dispose()
    after = page.get(f'/cases/{case_no}/evidence').text
    assert '历史记录与其摘要不符' not in before
    assert '历史记录与其摘要不符' in after


def test_the_page_says_whether_the_case_verifies(visitor, office, case_no) -> None:
    """A-04: verified or not, and when it was last anchored; the case page leads there."""
    person = visitor('jiancha')
    assert f'/cases/{case_no}/evidence' in person.get(f'/cases/{case_no}').text
    words = person.get(f'/cases/{case_no}/evidence').words
    assert '核验通过' in words
    assert '尚未锚定' in words
    forge(office)
    words = person.get(f'/cases/{case_no}/evidence').words
    assert '核验未通过' in words
    assert f'case/{case_no} clock/notify' in words


def test_the_file_taken_away_verifies_and_holds_no_personal_data_of_others(visitor, office, case_no, tmp_path: Path) -> None:
    """A-04, S-35: who supervises gets digests where he may not read."""
    person = visitor('jiancha')
    text = person.post(f'/cases/{case_no}/evidence', {}, 200).text
    assert '清江县味美餐饮有限公司' not in text
    path = tmp_path / 'case.json'
    path.write_text(text, 'utf-8')
    found = verify(path, trusted=office.sealer.signer.trusted)
    assert found.ok
    assert found.withheld
    assert 'evidence.exported' in person.get('/operation/log').text or '导出办件存证' in person.get('/operation/log').words


@pytest.mark.parametrize('who', ['chuangkou', 'guanli', 'liucheng'])
def test_only_who_supervises_opens_the_evidence(visitor, case_no, who: str) -> None:
    """A-04: an administrator, an analyst and a clerk have other pages."""
    person = visitor(who)
    person.get(f'/cases/{case_no}/evidence', 403)
    person.post(f'/cases/{case_no}/evidence', {}, 403)


def test_export_verify_and_rotation_from_the_command_line(office, case_no, tmp_path: Path, monkeypatch, caplog) -> None:
    """A-04: exit codes tell; entries of both keys verify; the private key stands in no output and no log."""
    shutil.copytree(office.sealer.signer.path.parent, tmp_path / 'keys')  # other tests keep theirs
    keys = tmp_path / 'keys' / office.sealer.signer.path.name
    monkeypatch.setenv('YIZHAN_HOME', str(tmp_path / 'home'))
    monkeypatch.setenv('YIZHAN_EVIDENCE_KEY', str(keys))
    where = ('--database', str(office.url))
    before = json.loads(run(office, 'evidence', case_no, '--out', str(tmp_path / 'a.json'), '--json', *where))
    assert before['case'] == case_no
    assert json.loads((tmp_path / 'a.json').read_text('utf-8'))['exported_by'].startswith('cli:')  # whose act it was
    word = tmp_path / 'word'
    word.write_text(f'{PASSWORD}\n', 'utf-8')
    word.chmod(0o600)
    refused = run(
        office, 'evidence', case_no, '--out', str(tmp_path / 'c.json'), '--as', 'liucheng', '--password-file', str(word), *where, code=1
    )
    assert not (tmp_path / 'c.json').exists(), refused  # an analyst, who signs in, has only his own rights
    rotated = json.loads(run(office, 'evidence-key', 'rotate', '--reason', '年度更换', '--json', *where))
    assert rotated['key'] != rotated['before']
    run(office, 'doctor', *where)
    run(office, 'evidence', case_no, '--out', str(tmp_path / 'b.json'), *where)
    publics = str(keys.with_name('evidence-public.json'))
    for name in ('a.json', 'b.json'):
        assert json.loads(run(office, 'verify', str(tmp_path / name), '--json', '--key', publics))['ok']
        assert (tmp_path / name).stat().st_mode & 0o077 == 0
    forged = (tmp_path / 'a.json').read_text('utf-8').replace('"state": "running"', '"state": "met"')
    (tmp_path / 'a.json').write_text(forged, 'utf-8')
    found = json.loads(run(office, 'verify', str(tmp_path / 'a.json'), '--json', code=1))
    assert found['findings'][0].keys() == {'kind', 'object', 'message'}
    secret = keys.read_text('ascii').splitlines()[1]
    assert all(secret not in text for text in (forged, caplog.text, (tmp_path / 'b.json').read_text('utf-8')))
    with office.reading() as connection:
        assert len(connection.execute(evidence_key.select()).all()) >= 1


def test_the_doctor_tells_programs_what_was_forged(office, case_no) -> None:
    """A-04: {ok, findings: [{kind, object, message}]}, exit code 1."""
    where = ('--database', str(office.url), '--json')
    assert json.loads(run(office, 'doctor', *where))['ok']
    forge(office)
    found = json.loads(run(office, 'doctor', *where, code=1))
    assert not found['ok']
    assert {'kind': 'changed', 'object': f'case/{case_no} clock/notify'}.items() <= found['findings'][0].items()
