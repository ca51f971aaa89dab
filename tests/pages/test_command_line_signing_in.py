"""An act on the command line is signed in like any other, or marked as the machine's owner's (A-05)."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import click
import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select

from engine import SYSTEM
from tasks import tables as t
from tasks.demo.hall import PASSWORD
from tasks.operations.tables import sole_act
from tasks.people import second_factor, tables
from tasks.people.names import unsigned_name
from tasks.people.roster import actor_of, find_clerk
from web.cli import COMMANDS, cli

ITEM = str(Path(__file__).parents[2] / 'processes' / 'food-business-licence')
LATER = ('calendar', 'close', '2026-12-07', '--reason', '停电')


@pytest.fixture
def yizhan(office, tmp_path: Path):
    """Run a command on the demo hall; its result."""

    def run(*words: str, code: int = 0, typed: str = ''):
        told = {'YIZHAN_LANG': 'en', 'YIZHAN_HOME': str(tmp_path), 'YIZHAN_DATABASE_URL': str(office.url)}
        result = CliRunner().invoke(cli, list(words), env=told, input=typed)
        assert result.exit_code == code, (result.output, result.exception)
        return result.output if not result.exception else f'{result.output}{result.exception}'

    return run


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """The password of the demonstration in a file of its owner's."""
    path = tmp_path / 'password'
    path.write_text(f'{PASSWORD}\n', encoding='utf-8')
    path.chmod(0o600)
    return path


def last(office) -> tuple[str, str]:
    with office.reading() as connection:
        row = connection.execute(select(t.operator_log).order_by(t.operator_log.c.id.desc()).limit(1)).one()
        return row.by, row.action


def alone(office) -> list[str]:
    with office.reading() as connection:
        return list(connection.execute(select(sole_act.c.by).order_by(sole_act.c.id)).scalars())


def test_without_a_sign_in_the_machines_owner_acts_and_somebody_signs_it(yizhan, office) -> None:
    """A-05: log and red list name the account on the machine; a name that is only said is kept as said."""
    yizhan('deploy', ITEM, '--reason', '修订')
    yizhan(*LATER, '--by', 'guanli')
    owner, claiming = alone(office)
    assert owner.startswith('cli:')
    assert claiming == f'{owner}:guanli'
    assert '未登录' in unsigned_name(owner)
    assert '自称 guanli' in unsigned_name(claiming)
    assert 'says he is guanli' in unsigned_name(claiming).en


def test_who_signs_in_acts_in_his_own_name_by_the_rights_of_his_roles(yizhan, office, secret: Path) -> None:
    """A-05: on the command line as on the page."""
    words = ('clerk', 'deactivate', 'shencha2', '--reason', '调离', '--password-file', str(secret))
    for username in ('chuangkou', 'guanli', 'shenji'):
        assert 'staff.administer' in yizhan(*words, '--as', username, code=1)
    yizhan(*words, '--as', 'renshi')
    assert last(office) == ('renshi', 'clerk.deactivated')


def test_a_password_is_asked_for_and_never_stands_among_the_words(yizhan, office) -> None:
    words = ('clerk', 'deactivate', 'shencha2', '--reason', '调离', '--as', 'renshi')
    yizhan(*words, typed='wrong\n', code=1)
    yizhan(*words, typed=f'{PASSWORD}\n')
    assert last(office)[0] == 'renshi'


def test_a_file_that_others_can_read_is_no_secret(yizhan, office, secret: Path) -> None:
    secret.chmod(0o644)
    assert 'chmod 600' in yizhan('deploy', ITEM, '--reason', 'x', '--as', 'guanli', '--password-file', str(secret), code=1)
    assert alone(office) == []


def test_a_session_for_many_commands_is_a_file_of_its_owner_and_ends(yizhan, office, secret: Path, tmp_path: Path) -> None:
    token = tmp_path / 'token'
    yizhan('sign-in', 'guanli', '--token-file', str(token), '--password-file', str(secret))
    assert stat.S_IMODE(os.stat(token).st_mode) == 0o600
    kept = token.read_text(encoding='utf-8')
    yizhan(*LATER, '--token-file', str(token), '--alone')
    assert alone(office) == ['guanli']
    yizhan('sign-out', '--token-file', str(token))
    token.write_text(kept, encoding='utf-8')
    token.chmod(0o600)
    assert 'sign-in' in yizhan(*LATER, '--token-file', str(token), code=1)


def test_a_second_factor_is_asked_for_here_as_well(yizhan, office, secret: Path) -> None:
    """A-06: whoever signs in with codes on the page does so on the command line."""
    with office.reading() as connection:
        guanli = actor_of(find_clerk(connection, 'guanli'))
    key = office.run(guanli, second_factor.begin)
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(tables.second_factor.update().values(confirmed_at=tx.now))
    words = (*LATER, '--alone', '--as', 'guanli', '--password-file', str(secret))
    yizhan(*words, typed='000000\n', code=1)
    yizhan(*words, typed=f'{pyotp.TOTP(key).now()}\n')
    assert alone(office) == ['guanli']


def acting() -> list[tuple[str, click.Command]]:
    """Every command that says who acts."""
    found: list[tuple[str, click.Command]] = []

    def walk(name: str, command: click.Command | None) -> None:
        if isinstance(command, click.Group):
            for each, inner in command.commands.items():
                walk(f'{name} {each}', inner)
        elif command is not None and any(one.name == 'as_' for one in command.params):
            found.append((name, command))

    for name in COMMANDS:
        walk(name, cli.get_command(None, name))
    return found


def test_every_command_that_changes_something_says_who_acts() -> None:
    """A-05: whoever adds a command that changes the hall meets this list."""
    assert {name for name, _command in acting()} >= {
        'deploy', 'release', 'rollback', 'migrate', 'hall adopt', 'department add', 'window add', 'clerk add', 'clerk windows',
        'clerk password', 'clerk deactivate', 'clerk activate', 'unlock', 'accounts policy', 'calendar import', 'calendar close',
        'calendar reopen', 'calendar hours', 'clock confirm', 'clock take-back', 'evidence-key rotate',
    }  # fmt: skip
    for name, command in acting():
        options = {option for one in command.params for option in one.opts}
        assert {'--as', '--password-file', '--token-file', '--by'} <= options, name


def test_the_owner_who_says_he_is_an_editor_releases_nothing(yizhan, office, tmp_path: Path) -> None:
    """A-05, S-37: what he says binds him; what nobody signed for is no second person's word."""
    from tests.pages.test_releases_command_line import copy, submitted

    release = str(submitted(office, copy(tmp_path / 'new', ('item.toml', '0000-12345001', '0000-12345009'))))
    yizhan('release', release, '--reason', '同意', '--by', 'liucheng', code=1)
    assert json.loads(yizhan('release', release, '--reason', '同意', '--json'))['deployed']
    assert [by.startswith('cli:') for by in alone(office)] == [True]


PROPOSED = {
    'item.deployed': ('guanli', ('deploy', ITEM, '--reason', '修订')),
    'calendar.closed': ('guanli', LATER),
    'policy.changed': ('renshi', ('accounts', 'policy', '--min-length', '12', '--reason', '加强')),
    'clerk.windows_assigned': ('renshi', ('clerk', 'windows', 'shencha', 'approval', '--reason', '轮岗')),
    'clerk.created': (
        'renshi',
        ('clerk', 'add', 'xin', '新人', '--role', 'auditor', '--department', 'centre', '--password', 'long-enough-9'),
    ),
}


@pytest.mark.parametrize('action', PROPOSED)
def test_what_a_signed_in_person_puts_into_force_waits_here_as_on_the_page(yizhan, office, secret: Path, action: str) -> None:
    """A-05: two people, web and command line; the second confirms from either."""
    username, words = PROPOSED[action]
    signed = ('--password-file', str(secret), '--as')
    yizhan(*words, *signed, username)
    (row,) = json.loads(yizhan('countersign', '--json', *signed, 'shenji'))
    assert (row['state'], row['action'], row['by']) == ('proposal', action, username)
    decide = ('countersign', str(row['id']), '--proposal', '--verdict', 'agreed')
    yizhan(*decide, *signed, username, code=1)
    yizhan(*decide, *signed, 'shenji')
    assert json.loads(yizhan('countersign', '--json')) == []


def test_the_owner_signs_what_a_person_did_and_not_what_an_owner_did(yizhan, office, secret: Path) -> None:
    """A-05: the way out of a hall of two people."""
    yizhan(*LATER, '--alone', '--as', 'guanli', '--password-file', str(secret))
    yizhan('deploy', ITEM, '--reason', '修订')
    first, second = json.loads(yizhan('countersign', '--json'))
    yizhan('countersign', str(first['id']), '--verdict', 'objected', '--reason', '未经讨论')
    yizhan('countersign', str(second['id']), '--verdict', 'agreed', code=1)
    yizhan('countersign', str(first['id']), '--settled', '--reason', '已恢复')
    assert [row['id'] for row in json.loads(yizhan('countersign', '--json'))] == [second['id']]


def test_what_is_said_on_the_command_line_wins_over_the_environment(yizhan, office, secret: Path, tmp_path: Path, monkeypatch) -> None:
    """A-05: a session in YIZHAN_TOKEN_FILE does not silently act for whom the command names; two answers on it are refused."""
    token = tmp_path / 'token'
    yizhan('sign-in', 'guanli', '--token-file', str(token), '--password-file', str(secret))
    monkeypatch.setenv('YIZHAN_TOKEN_FILE', str(token))
    yizhan(*LATER, '--as', 'chuangkou', '--password-file', str(secret), code=1)
    yizhan(*LATER, '--by', 'renshi')
    assert alone(office)[-1].endswith(':renshi')
    assert 'Expected one of' in yizhan(*LATER, '--by', 'renshi', '--token-file', str(token), code=2)


def test_a_backup_is_whose_it_is(yizhan, office, secret: Path, tmp_path: Path) -> None:
    """A-05: the owner of the machine, or whoever signs in; not the software."""
    yizhan('backup', str(tmp_path / 'one'))
    assert last(office)[0].startswith('cli:')
    yizhan('backup', str(tmp_path / 'two'), '--as', 'guanli', '--password-file', str(secret))
    assert last(office)[0] == 'guanli'
