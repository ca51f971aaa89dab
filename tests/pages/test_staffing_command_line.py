"""Setting up a real hall from the command line on both databases: init, adopt, clerks, deploy; refusals are sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from engine import FixedClock
from web.app import create_app
from web.cli import cli
from web.root import Root, make_engine
from web.settings import Settings

ROOT = Path(__file__).parent.parent.parent
ITEM = str(ROOT / 'processes' / 'food-business-licence')
HALL = ('--hall', '青山县政务服务中心', '--region', '330102', '--prefix', '青政服', '--username', 'admin', '--name', '管理员')


@pytest.fixture
def yizhan(database_url: str, tmp_path: Path):
    """Run a command; what it printed, read as JSON when that was asked for."""

    def run(*words: str, code: int = 0):
        environment = {
            'YIZHAN_LANG': 'en',
            'YIZHAN_PASSWORD': 'long-enough',
            'YIZHAN_HOME': str(tmp_path),
            'YIZHAN_DATABASE_URL': database_url,
        }
        result = CliRunner().invoke(cli, list(words), env=environment)
        assert result.exit_code == code, (result.output, result.exception)
        if code and result.exception and not isinstance(result.exception, SystemExit):
            return str(result.exception)
        return json.loads(result.stdout) if '--json' in words else result.output

    return run


@pytest.fixture
def hall(yizhan):
    """The same after `init` and `hall adopt`."""
    yizhan('init', *HALL)
    yizhan('hall', 'adopt', ITEM)
    return yizhan


def test_without_a_hall_every_command_names_init(yizhan) -> None:
    commands = (('deploy', ITEM, '--reason', '首次部署'), ('hall', 'adopt', ITEM), ('department', 'add', 'a', 'b'), ('clerk', 'list'))
    for command in commands:
        assert 'Expected a hall, but there is none: run `yizhan init` first' in yizhan(*command, code=1), command


def test_the_login_page_without_a_hall_names_init(database_url: str, clock: FixedClock, tmp_path: Path) -> None:
    engine = make_engine(database_url, clock)
    settings = Settings(home=tmp_path, secret_key='a key for tests only', database_url=database_url)
    page = create_app(settings, root=Root(settings, clock, engine)).test_client().get('/login').get_data(as_text=True)
    engine.close()
    assert 'yizhan init' in page


def test_a_hall_is_made_once(yizhan) -> None:
    yizhan('init', *HALL)
    assert 'there is a hall in it' in yizhan('init', *HALL, code=1)
    assert yizhan('clerk', 'list', '--json')['total'] == 1


def test_from_an_empty_database_to_an_item_in_force(yizhan) -> None:
    yizhan('init', *HALL)
    refused = yizhan('deploy', ITEM, '--reason', '首次部署', code=1)
    assert 'yizhan hall adopt' in refused
    made = yizhan('hall', 'adopt', ITEM, '--json')
    assert {'code': 'general', 'name': '综合受理窗口'} in made['windows']
    assert [row['name'] for row in made['departments']] == ['清江县市场监督管理局', '清江县政务服务中心']
    again = yizhan('hall', 'adopt', ITEM, '--json')
    assert again == {'departments': [], 'windows': [], 'differing': []}
    assert 'nobody works' in yizhan('deploy', ITEM, '--reason', '首次部署', code=1)  # O-11
    assert yizhan('deploy', ITEM, '--reason', '首次部署', '--despite-empty', '--json')['deployed']
    windows = {row['code']: row for row in yizhan('window', 'list', '--json')}
    assert (windows['approval']['authority'], windows['approval']['department']) == ('decide', '清江县市场监督管理局')


def test_adopting_leaves_windows_that_are_there_alone(yizhan) -> None:
    yizhan('init', *HALL)
    yizhan('department', 'add', 'market', '清江县市场监督管理局', '--court', '清江县人民法院')
    yizhan('window', 'add', 'approval', '审批岗', '--authority', 'review', '--department', 'market')
    made = yizhan('hall', 'adopt', ITEM, '--json')
    assert made['differing'] == [{'code': 'approval', 'authority': 'review', 'item_authority': 'decide'}]
    assert [row['name'] for row in made['departments']] == ['清江县政务服务中心']
    windows = {row['code']: row for row in yizhan('window', 'list', '--json')}
    assert windows['approval']['name'] == '审批岗'


def test_a_lone_diagram_cannot_be_adopted(hall) -> None:
    assert 'Expected a bundle with item.toml' in hall('hall', 'adopt', f'{ITEM}/process.bpmn', code=1)


def test_clerks_are_taken_on_moved_and_switched_off(hall) -> None:
    assert hall('clerk', 'add', 'zhang', '张三', '--window', 'general', '--json')['windows'] == ['general']
    certificate = ('--certificate-no', 'Q1', '--certificate-until', '2027-12-31')
    hall('clerk', 'add', 'li', '李四', '--window', 'general', '--substitute', 'zhang', *certificate)
    rows = {row['username']: row for row in hall('clerk', 'list', '--json')['clerks']}
    assert (rows['li']['substitute'], rows['li']['certificate_until']) == ('zhang', '2027-12-31')
    assert hall('clerk', 'windows', 'li', 'audit', 'inspection', '--json')['windows'] == ['audit', 'inspection']
    assert hall('clerk', 'password', 'li', '--password', 'another-good-1', '--json') == {'username': 'li'}
    assert hall('clerk', 'deactivate', 'li', '--reason', '离岗', '--json') == {'username': 'li', 'active': False, 'put_back': 0}
    rows = {row['username']: row for row in hall('clerk', 'list', '--json')['clerks']}
    assert (rows['li']['active'], rows['li']['substitute']) == (False, '')
    assert hall('clerk', 'activate', 'li', '--json')['active']


@pytest.mark.parametrize(
    ('words', 'sentence'),
    [
        (('clerk', 'add', 'admin', '某'), 'Expected a new username'),
        (('clerk', 'add', 'x', '某', '--role', 'clerk', '--role', 'process_administrator'), 'Expected duties kept apart'),
        (('clerk', 'add', 'x', '某', '--window', 'nowhere'), 'Expected windows of the hall'),
        (('clerk', 'windows', 'nobody', 'general'), 'Expected a clerk'),
        (('clerk', 'deactivate', 'admin'), 'the last one'),
        (('unlock', 'nobody'), 'Expected a clerk'),
        (('clerk', 'add', 'x', '某', '--password', 'Password2026'), 'a common one'),
        (('clerk', 'password', 'nobody'), 'Expected a clerk'),
        (('window', 'add', 'general', '某', '--authority', 'receive'), 'Expected a new code'),
        (('department', 'add', 'x', '清江县政务服务中心'), 'Expected a new name'),
        (('department', 'add', 'x', '某局', '--as', 'nobody', '--password-file', str(ROOT / 'README.md')), 'chmod 600'),
    ],
)
def test_what_cannot_be_is_a_sentence(hall, words: tuple[str, ...], sentence: str) -> None:
    assert sentence in hall(*words, code=1)


def test_a_password_that_is_too_short_makes_nobody(hall) -> None:
    assert 'fewer than 10' in hall('clerk', 'add', 'x', '某', '--password', 'short', code=1)
    assert hall('clerk', 'list', '--json')['total'] == 1


def test_the_policy_of_accounts_is_shown_and_changed(hall) -> None:
    """A-06: passwords are asked for as the hall has set it."""
    assert hall('accounts', 'policy', '--json')['min_length'] == 10
    assert hall('accounts', 'policy', '--min-length', '16', '--reason', '等级保护', '--json')['min_length'] == 16
    assert 'fewer than 16' in hall('clerk', 'add', 'x', '某', code=1)


def test_an_account_is_unlocked(hall) -> None:
    """A-06: there was no such command."""
    assert hall('unlock', 'admin', '--json') == {'username': 'admin', 'tries': 0}
