"""H-10, H-43, P-14: a deployment parses, checks and builds once, before the transaction that writes; what was checked is what is stored."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import event, select

import engine.core.definitions as core
from engine import Bundle, Conflict, Rejection, read_path
from engine.tables import process_definition
from tasks.catalogue import checking, items
from tasks.people import posts

PROCESSES = Path(__file__).parents[3] / 'processes'
SHIPPED = sorted(path.name for path in PROCESSES.iterdir() if path.is_dir())


def unseen(name: str, how: str) -> Bundle:
    """A shipped item with content nobody in this process has checked yet."""
    files = read_path(PROCESSES / name).files
    return Bundle(files | {'item.toml': files['item.toml'] + f'\n# {how}\n'.encode()}, name)


@pytest.mark.parametrize('name', SHIPPED)
def test_one_parse_one_build_one_check_and_no_write_transaction_meanwhile(hall, monkeypatch, name: str) -> None:
    """H-10: check 1, item.toml parsed 1, program built 1. P-14: no connection of the hall has begun to write while any of it happens."""
    bundle, counted, writing = unseen(name, hall.engine.database.dialect.name), Counter(), []
    hall.engine.run(hall.actors['renshi'], lambda tx: posts.adopt(tx, posts.spec_to_adopt(read_path(PROCESSES / name))))
    writes = ('INSERT', 'UPDATE', 'DELETE')
    entry = bundle.files['item.toml'].decode()

    def count(what: str, original):
        def counting(*args, **options):
            if what != 'parse' or args[0] == entry:
                counted[what] += 1
                counted[f'{what} while writing'] += bool(writing)
            return original(*args, **options)

        return counting

    monkeypatch.setattr(checking, 'check_bundle', count('check', checking.check_bundle))
    monkeypatch.setattr(core, 'build_program', count('build', core.build_program))
    monkeypatch.setattr(tomllib, 'loads', count('parse', tomllib.loads))
    monkeypatch.setattr(checking, 'scenario_problems', count('replay', checking.scenario_problems))

    def wrote(_connection, _cursor, statement, *_more) -> None:
        if statement.lstrip().startswith(writes):
            writing.append(statement)

    event.listen(hall.engine.database, 'before_cursor_execute', wrote)
    items.check_and_deploy(hall.engine, hall.actors['guanli'], bundle, '修订')
    event.remove(hall.engine.database, 'before_cursor_execute', wrote)
    assert writing
    assert +counted == {'check': 1, 'build': 1, 'parse': 1, 'replay': 1}


def test_what_is_stored_is_what_was_checked(hall) -> None:
    """H-10: by hash."""
    with hall.engine.reading() as connection:
        judged = checking.judge(connection, unseen('food-business-licence', 'stored'))
    done = hall.engine.run(hall.actors['guanli'], lambda tx: items.deploy(tx, judged, '修订'))
    with hall.engine.reading() as connection:
        stored = connection.execute(
            select(process_definition.c.bundle_hash).where(process_definition.c.id == done.definition_id)
        ).scalar_one()
    assert stored == judged.edition.hash


def test_a_hall_that_changed_since_the_check_is_asked_again(hall) -> None:
    """H-10: a check answers for the hall it asked; a window that came since makes it void."""
    with hall.engine.reading() as connection:
        judged = checking.judge(connection, unseen('food-business-licence', 'changed'))
    hall.engine.run(hall.actors['renshi'], lambda tx: posts.add_window(tx, 'w9', '九号窗口', 'receive'))
    with pytest.raises(Conflict, match='has changed'):
        hall.engine.run(hall.actors['guanli'], lambda tx: items.deploy(tx, judged, '修订'))


@pytest.mark.parametrize('reason', ['', '  '])
def test_a_deployment_says_why(hall, reason: str) -> None:
    """O-33: a reason always."""
    with hall.engine.reading() as connection:
        judged = checking.judge(connection, read_path(PROCESSES / 'food-business-licence'))
    with pytest.raises(Rejection, match='reason'):
        hall.engine.run(hall.actors['guanli'], lambda tx: items.deploy(tx, judged, reason))
