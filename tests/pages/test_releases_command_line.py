"""`yizhan release`, `rollback`, `compare`, `check` with scenarios, and a folder that is watched."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import delete

from engine import SYSTEM, Rejection, read_path
from engine.verbs import definitions
from tasks import tables as t
from tasks.catalogue.releases import verbs
from tasks.people import roster as people
from tasks.workshop import drafts
from web.cli import cli
from web.root import Root
from web.settings import Settings
from web.watching import Watcher

ITEM = Path(__file__).parent.parent.parent / 'processes' / 'food-business-licence'
CODE = 'food-business-licence'


def run(*words: str, code: int = 0):
    result = CliRunner().invoke(cli, list(words))
    assert result.exit_code == code, (result.output, result.exception)
    return result


def copy(folder: Path, *words: tuple[str, str, str]) -> Path:
    """The shipped item with words replaced: (file, old, new)."""
    shutil.copytree(ITEM, folder)
    for name, old, new in words:
        text = (folder / name).read_text('utf-8')
        assert old in text
        (folder / name).write_text(text.replace(old, new), 'utf-8')
    return folder


def in_force(office) -> int:
    with office.reading() as connection:
        return definitions.in_force(connection, CODE, office.clock())


def submitted(office, folder: Path) -> int:
    with office.reading() as connection:
        analyst = people.actor_of(people.find_clerk(connection, 'liucheng'))
    draft = office.run(analyst, lambda tx: drafts.create(tx, '修订', read_path(folder)))
    return office.run(analyst, lambda tx: verbs.submit(tx, draft, verbs.judge_draft(tx.connection, tx.by, draft), '更新电话'))


def test_a_submission_is_listed_released_and_rolled_back(office, tmp_path: Path) -> None:
    url, first = str(office.url), in_force(office)
    release = submitted(office, copy(tmp_path / 'new', ('item.toml', '0000-12345001', '0000-12345009')))
    (row,) = json.loads(run('release', '--database', url, '--json').stdout)
    assert (row['id'], row['reason'], row['submitted_by']) == (release, '更新电话', 'liucheng')
    run('release', str(release), '--by', 'liucheng', '--reason', '同意', '--database', url, code=1)
    done = json.loads(run('release', str(release), '--by', 'guanli', '--reason', '同意', '--database', url, '--json').stdout)
    assert (done['item'], done['version']) == (CODE, 2)
    compared = json.loads(run('compare', str(first), str(done['definition_id']), '--database', url, '--json').stdout)
    assert [(change['area'], change['aspect']) for change in compared['changes']] == [('catalogue', 'phone')]
    back = json.loads(run('rollback', CODE, '--to', '1', '--by', 'guanli', '--reason', '有误', '--database', url, '--json').stdout)
    assert (back['version'], in_force(office)) == (3, back['definition_id'])
    run('rollback', CODE, '--to', '9', '--by', 'guanli', '--reason', 'x', '--database', url, code=1)


def test_a_release_waits_for_an_instant_or_is_refused(office, tmp_path: Path) -> None:
    url = str(office.url)
    release = submitted(office, copy(tmp_path / 'new', ('item.toml', '0000-12345001', '0000-12345009')))
    run('release', str(release), '--by', 'guanli', '--reason', '同意', '--at', 'soon', '--database', url, code=2)
    words = ('release', str(release), '--by', 'guanli', '--reason', '同意', '--at', '2031-01-01T00:00', '--database', url)
    assert '将于 2031-01-01 00:00 生效' in run(*words).output
    other = submitted(office, copy(tmp_path / 'other', ('item.toml', '0000-12345001', '0000-12345008')))
    assert '已退回' in run('release', str(other), '--refuse', '--by', 'guanli', '--reason', '重复', '--database', url).output


def test_a_version_is_called_as_pages_call_it(office, tmp_path: Path) -> None:
    """O-35: the code of an item, the number of a definition and `definition:N` name the same; a draft and a submission have names, too."""
    url, first = str(office.url), in_force(office)
    release = submitted(office, copy(tmp_path / 'new', ('item.toml', '0000-12345001', '0000-12345009')))
    for name in (CODE, str(first), f'definition:{first}'):
        assert json.loads(run('compare', str(ITEM), name, '--database', url, '--json').stdout)['same'], name
    assert not json.loads(run('compare', CODE, f'release:{release}', '--database', url, '--json').stdout)['same']
    for name in ('no-such-item', 'definition:99', 'nothing:1', 'no.zip'):
        assert isinstance(CliRunner().invoke(cli, ['compare', str(ITEM), name, '--database', url]).exception, Rejection | SystemExit), name


def test_who_deploys_to_an_empty_post_is_told_how(office, tmp_path: Path) -> None:
    """O-35: the refusal names the option that says that this is known."""
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(delete(t.clerk_window))
    bundle = copy(tmp_path / 'new', ('item.toml', '0000-12345001', '0000-12345009'))
    words = ['deploy', str(bundle), '--reason', 'x', '--database', str(office.url)]
    assert '--despite-empty' in run(*words, code=1).output
    run(*words, '--despite-empty')


def test_two_folders_are_compared_without_a_database(tmp_path: Path) -> None:
    other = copy(tmp_path / 'other', ('process.bpmn', '3个工作日', '2个工作日'))
    answer = json.loads(run('compare', str(ITEM), str(other), '--json').stdout)
    assert answer['semantic']
    assert [(change['subject'], change['before'], change['after']) for change in answer['changes']] == [
        ('site_inspection_late', '3个工作日', '2个工作日')
    ]
    assert '3个工作日 → 2个工作日' in run('compare', str(ITEM), str(other)).output
    assert '两个版本相同' in run('compare', str(ITEM), str(ITEM)).output
    run('compare', str(ITEM), str(tmp_path / 'nowhere'), code=1)


def test_check_replays_the_scenarios(tmp_path: Path) -> None:
    assert json.loads(run('check', str(ITEM), '--json').stdout) == {'deployable': True, 'problems': [], 'fixes': []}
    slower = copy(tmp_path / 'slower', ('process.bpmn', '3个工作日', '2个工作日'))
    answer = json.loads(run('check', str(slower), '--json', code=1).stdout)
    assert [(problem['code'], problem['file']) for problem in answer['problems']] == [('SCENARIO_FAILED', 'scenarios/granted.toml')]
    (slower / 'scenarios' / 'granted.toml').write_bytes(b'\xff\x00[[')
    answer = json.loads(run('check', str(slower), '--json', code=1).stdout)
    assert {problem['code'] for problem in answer['problems']} == {'SCENARIO_UNREADABLE'}


def test_a_watched_folder_is_deployed_when_it_changes_and_only_then(office, clock, tmp_path: Path) -> None:
    folder = tmp_path / 'processes'
    folder.mkdir()
    item = copy(folder / CODE)
    watcher = Watcher(Root(Settings(home=tmp_path, database_url=str(office.url)), clock, office), folder)
    before = in_force(office)
    assert watcher.look() == [CODE]
    assert in_force(office) == before  # the same content is not deployed twice
    assert watcher.look() == []
    text = (item / 'item.toml').read_text('utf-8')
    (item / 'item.toml').write_text(text.replace('0000-12345001', '0000-12345009'), 'utf-8')
    assert watcher.look() == [CODE]
    assert in_force(office) != before
    (item / 'process.bpmn').write_text('<broken', 'utf-8')
    now = in_force(office)
    assert watcher.look() == []
    assert in_force(office) == now
