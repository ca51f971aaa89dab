"""B-02, B-05: a backup of an older schema is upgraded on the way in; a backup of one kind of database goes into the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command

from engine import SYSTEM, Bundle
from engine.core.database import connect_to_migrate
from engine.core.schema import config, heads
from engine.keeping import dump_tables, present_tables
from tasks.all_tables import metadata
from tasks.backup import manifest as manifests
from tasks.backup.manifest import Manifest
from tasks.backup.writing import LEFT_OUT, back_up
from tasks.cases import numbers
from tasks.catalogue import checking, items
from tasks.deadlines.doctor import examine
from tests.integration.office.conftest import Hall, licence_bundle
from tests.integration.office.test_backup_and_restore import content, elsewhere, issued, put_back, reopened, worked

__all__ = ['elsewhere', 'worked']


@pytest.fixture
def other_kind(worked: Hall, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of the other kind."""
    if worked.engine.database.dialect.name == 'postgresql':
        return f'sqlite:///{tmp_path / "other.db"}'
    found: str = request.getfixturevalue('empty_postgres')
    return found


@pytest.mark.postgres
def test_a_backup_goes_into_the_other_kind_of_database_and_back(worked: Hall, other_kind: str, elsewhere, tmp_path: Path) -> None:
    """B-02: every row to the letter, there and back; the hall works on in the other one."""
    back_up(worked.engine, SYSTEM, tmp_path / 'first')
    put_back(other_kind, tmp_path / 'first', worked, tmp_path / 'home')
    other = reopened(worked, other_kind)
    assert content(other.engine, tmp_path / 'a') == content(worked.engine, tmp_path / 'b')
    assert [one for one in examine(other.engine).differences if one.what != 'unseen'] == []
    back_up(other.engine, SYSTEM, tmp_path / 'second')
    url = elsewhere()
    worked.clock.move(minutes=5)
    put_back(url, tmp_path / 'second', worked, tmp_path / 'home')
    home = reopened(worked, url)
    assert content(home.engine, tmp_path / 'c') == content(worked.engine, tmp_path / 'd')
    other.clock.move(minutes=1)
    other.walk(other.receive().case_no, 'intake')
    home.engine.close()
    other.engine.close()


def older(hall: Hall, folder: Path, revision: str) -> None:
    """The backup this hall would have made with the software of that revision."""
    hall.engine.database.dispose()
    database = connect_to_migrate(str(hall.engine.url))
    folder.mkdir()
    with database.connect() as connection, connection.begin() as transaction:
        asked = config()
        asked.attributes['connection'] = connection
        command.downgrade(asked, revision)
        names = present_tables(connection) & set(metadata.tables) - LEFT_OUT
        made = Manifest(hall.clock(), '0', revision, connection.dialect.name, 0, [], dump_tables(connection, folder, names))
        manifests.write(folder, made)
        transaction.rollback()
    database.dispose()


@pytest.mark.parametrize('revision', ['0026', '0029b', '0032'])
def test_a_backup_of_an_older_schema_is_upgraded_on_the_way_in(worked: Hall, elsewhere, tmp_path: Path, revision: str) -> None:
    """B-05: the tables of then, its rows, then the newest schema; nothing is lost, every due date is what the rules give."""
    assert revision not in heads()
    numbers = issued(worked.engine)
    older(worked, tmp_path / 'backup', revision)
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    other = reopened(worked, url)
    other.engine.migrate()
    other.engine.check_schema()
    assert issued(other.engine) == numbers
    assert [one for one in examine(other.engine).differences if one.what != 'unseen'] == []
    other.clock.move(minutes=1)
    other.walk(other.receive().case_no, 'intake')
    other.engine.close()


def deployed(hall: Hall, text: str) -> Any:
    """The item with another opening sentence goes into force: its version."""
    files = licence_bundle().files
    bundle = Bundle({**files, 'process.bpmn': files['process.bpmn'] + f'<!-- {text} -->'.encode()})
    act = lambda tx: items.deploy(tx, checking.judge(tx.connection, bundle), text)  # noqa: E731
    return hall.engine.run(hall.actors['guanli'], act)


def test_a_version_that_was_lost_is_not_the_name_of_another_one(worked: Hall, elsewhere, tmp_path: Path) -> None:
    """B-02: papers and people name a version by its number: after a restore versions go on above every one that can have been lost."""
    back_up(worked.engine, SYSTEM, tmp_path / 'backup')
    lost = deployed(worked, '丢失的一版').version
    url = elsewhere()
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home')
    other = reopened(worked, url)
    first = deployed(other, '另一版').version
    assert first > lost
    with other.engine.reading() as connection:
        assert first == numbers.versions_before(connection) + 1
    assert deployed(other, '再一版').version == first + 1
    other.engine.close()
    worked.clock.move(minutes=2)
    put_back(url, tmp_path / 'backup', worked, tmp_path / 'home', replace=True)
    again = reopened(worked, url)
    assert deployed(again, '又一版').version > first + 1
    again.engine.close()
