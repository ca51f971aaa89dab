"""B-02, S-50: a restore stands in the hall's chain; what it explains is one finding until somebody answers for it, and no forgery."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from engine import SYSTEM, Actor, Conflict, Engine, Forbidden, Rejection
from engine.tables import evidence
from tasks.backup.lost import Outside
from tasks.backup.restoring import Restored, acknowledge, restore_backup, tell
from tasks.backup.writing import back_up
from tasks.evidence import doctor
from tasks.evidence.anchoring import Sites, plan
from tasks.operations.tables import restore
from tests.integration.office.conftest import Hall
from tests.integration.office.test_backup_and_restore import elsewhere, worked
from web.root import make_engine

OWNER = Actor('guanli2', '管理', frozenset({'administrator'}))
__all__ = ['elsewhere', 'worked']


def opened(hall: Hall, url: object, file: Path) -> Engine:
    engine = make_engine(url, hall.clock, sites=Sites(file))  # type: ignore[arg-type]
    engine.migrate()
    engine.run(SYSTEM, plan)
    return engine


def found(engine: Engine, file: Path) -> list[tuple[str, str]]:
    return [(one.kind, one.object) for one in doctor.examine(engine, file)]


@pytest.fixture
def anchors(tmp_path: Path) -> Path:
    """On another machine: nobody takes lines out of it."""
    return tmp_path / 'anchors' / 'evidence.jsonl'


@pytest.fixture
def again(worked: Hall, elsewhere, anchors: Path, tmp_path: Path) -> tuple[Engine, Restored]:
    """The hall after a loss and a restore; lines of the time that was lost are outside."""
    first = Hall(opened(worked, worked.engine.url, anchors), worked.clock, worked.actors)
    known = first.receive().case_no
    first.engine.tick()
    first.clock.move(minutes=30)
    back_up(first.engine, SYSTEM, tmp_path / 'backup')
    first.walk(known, 'intake')
    first.receive()
    first.clock.move(minutes=40)
    first.engine.tick()
    assert found(first.engine, anchors) == []
    first.engine.close()
    url = elsewhere()
    worked.clock.move(minutes=5)
    done = restore_backup(url, tmp_path / 'backup', outside=Outside(tmp_path, anchors), clock=worked.clock, by='guanli')
    engine = opened(worked, url, anchors)
    engine.run(SYSTEM, lambda tx: tell(tx, done))
    return engine, done


def test_a_restore_is_one_finding_until_somebody_answers_for_it(again, worked: Hall, anchors: Path) -> None:
    """B-02: not a forgery of each case on which more was done; the lines go on in the same file."""
    engine, done = again
    assert done.lost.lines == 1
    assert {chain.partition('/')[0] for chain in done.lost.ahead} >= {'case'}
    assert all(anchored > present for anchored, present in done.lost.ahead.values())
    assert found(engine, anchors) == [('restored', 'restore 1')]
    worked.clock.move(hours=2)
    engine.tick()
    assert found(engine, anchors) == [('restored', 'restore 1')]
    with pytest.raises(Forbidden):
        engine.run(worked.actors['chuangkou'], lambda tx: acknowledge(tx, 1, '磁盘损坏'))
    with pytest.raises(Rejection, match='why'):
        engine.run(OWNER, lambda tx: acknowledge(tx, 1, ' '))
    engine.run(OWNER, lambda tx: acknowledge(tx, 1, '磁盘损坏'))
    assert found(engine, anchors) == []
    with pytest.raises(Conflict, match='waits'):
        engine.run(OWNER, lambda tx: acknowledge(tx, 1, '磁盘损坏'))
    engine.close()


def test_the_chain_of_the_hall_says_who_restored_it_from_when(again) -> None:
    """S-50: when, by whom, from which backup, which chains were ahead of it: one sealed row."""
    engine, done = again
    with engine.reading() as connection:
        row = connection.execute(select(restore)).one()
        entries = connection.execute(select(evidence.c.objects).where(evidence.c.chain == 'hall')).scalars().all()
    assert (row.by, row.backup_at, row.restored_at) == ('guanli', done.manifest.made_at, done.restored_at)
    assert row.report['ahead'] == done.lost.ahead
    assert any('restored/1' in objects for objects in entries)
    engine.close()


@pytest.mark.parametrize('forged', ['acknowledged', 'invented', 'wider'])
def test_a_restore_that_is_only_said_is_found(again, anchors: Path, forged: str) -> None:
    """A-04: who cuts chains off may not call it a restore, nor answer for one with SQL."""
    engine, done = again
    with engine.database.begin() as connection:
        if forged == 'acknowledged':
            connection.execute(update(restore).values(acknowledged_by='guanli', acknowledged_at=done.restored_at))
        elif forged == 'wider':
            connection.execute(update(restore).values(backup_at=done.manifest.made_at.replace(year=2020)))
        else:
            row = connection.execute(select(restore)).mappings().one()
            connection.execute(restore.insert(), [{**row, 'epoch': 2, 'acknowledged_at': done.restored_at}])
    object_ = 'hall restored/2' if forged == 'invented' else 'hall restored/1'
    assert ('added' if forged == 'invented' else 'changed', object_) in found(engine, anchors)
    engine.close()


def test_a_restore_nobody_could_seal_is_sealed_by_who_answers_for_it(again, worked: Hall, elsewhere, anchors: Path, tmp_path: Path) -> None:
    """B-02: killed before its last word, or without the key: it is found, and its acknowledgement is its entry."""
    engine, _ = again
    engine.close()
    worked.clock.move(minutes=5)
    restore_backup(engine.url, tmp_path / 'backup', outside=Outside(tmp_path, anchors), clock=worked.clock, by='guanli', replace=True)  # type: ignore[arg-type]
    engine = opened(worked, engine.url, anchors)
    assert ('added', 'hall restored/2') in found(engine, anchors)
    engine.run(OWNER, lambda tx: acknowledge(tx, 2, '磁盘损坏'))
    assert found(engine, anchors) == []
    engine.close()
