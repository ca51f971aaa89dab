"""A-04, S-50: a key that is missing, wrong or new: nobody signs with another one by accident, and it is told once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import SYSTEM, Actor, Engine, FixedClock, KeyRefused, Rejection
from engine.tables import evidence, evidence_key, history, timer
from engine.words import in_english
from tasks.evidence import doctor, keyring
from tasks.evidence.keys import KeyFile
from tasks.operations.health import Expected, health
from tasks.operations.log import note
from tests.integration.evidence.conftest import Forger
from tests.integration.evidence.test_anchors import JUNE
from web.root import make_engine

OWNER = Actor('cli', '命令行', frozenset({'administrator'}))


@pytest.fixture
def keys(forger: Forger, tmp_path: Path) -> KeyFile:
    """The hall's key in a folder of this test's own."""
    shutil.copytree(forger.keys.path.parent, tmp_path / 'keys')
    return KeyFile(tmp_path / 'keys' / forger.keys.path.name)


def opened(forger: Forger, keys: KeyFile) -> Engine:
    engine = make_engine(forger.url, FixedClock(JUNE), keys)
    engine.migrate()
    return engine


def act(engine: Engine) -> str:
    """Somebody writes; the key that signed it."""
    engine.run(SYSTEM, lambda tx: note(tx, 'evidence.exported', 'nothing'))
    with engine.reading() as connection:
        return str(connection.execute(select(evidence.c.key).order_by(evidence.c.id.desc()).limit(1)).scalar_one())


def told(engine: Engine) -> list[tuple[str, str]]:
    return [(one.kind, one.object) for one in doctor.examine(engine)]


def lose(keys: KeyFile, how: str) -> None:
    if how == 'missing with the public ones':
        keys.publics.unlink()
    keys.path.unlink()
    if how == 'another':
        keys.publics.unlink()
        keys.create()
    elif how == 'no key':
        keys.path.write_text('nothing', 'ascii')


@pytest.mark.parametrize('how', ['missing', 'missing with the public ones', 'another', 'no key'])
def test_without_its_key_the_hall_is_read_and_nothing_is_written(forger, keys: KeyFile, tmp_path: Path, how: str) -> None:
    """A-04: no new key is made unseen; the doctor has one finding, not one a case; the page of health says it; limits wait."""
    before = keys.current().key
    lose(keys, how)
    engine = opened(forger, keys)  # `serve` begins all the same
    with engine.reading() as connection:
        rows = connection.execute(select(func.count()).select_from(evidence)).scalar_one()
        waiting = connection.execute(select(timer.c.id, timer.c.attempts).order_by(timer.c.id)).all()
    with pytest.raises(KeyRefused, match='evidence-key replace' if how != 'no key' else 'private key'):
        act(engine)
    engine.tick()
    with engine.reading() as connection:
        assert connection.execute(select(func.count()).select_from(evidence)).scalar_one() == rows
        assert connection.execute(select(timer.c.id, timer.c.attempts).order_by(timer.c.id)).all() == waiting
        assert connection.execute(select(func.count()).select_from(history).where(history.c.at >= JUNE)).scalar_one() == 0
        expected = Expected(tmp_path, tmp_path / 'anchors', JUNE - JUNE, None, engine.sealer)
        assert 'evidence' in health(connection, expected, JUNE).troubles
    (found,) = told(engine)
    assert found == (('key', 'key file') if how in ('missing', 'no key') else ('key', f'key {before}'))
    assert keys.path.exists() == (how in ('another', 'no key'))
    engine.close()


def test_a_key_that_is_put_back_signs_on_without_a_restart(forger, keys: KeyFile) -> None:
    """A-04: the same process, as soon as the file is there again."""
    engine = opened(forger, keys)
    kept = keys.path.read_bytes()
    keys.path.unlink()
    with pytest.raises(KeyRefused):
        act(engine)
    keys.path.write_bytes(kept)
    assert act(engine) == keys.current().key
    assert told(engine) == []
    engine.close()


@pytest.mark.parametrize('how', ['missing', 'missing with the public ones', 'another'])
def test_a_lost_key_is_replaced_on_purpose(forger, keys: KeyFile, tmp_path: Path, how: str) -> None:
    """A-04: with a reason, in the operator log and on the red list; a copy of the public keys lets what was signed be checked."""
    copied = dict(keys.trusted)
    engine = opened(forger, keys)
    with pytest.raises(Rejection, match='rotate'):
        keyring.replace_key(engine, OWNER, '演练', {})
    lose(keys, how)
    with pytest.raises(Rejection, match='reason'):
        keyring.replace_key(engine, OWNER, ' ', {})
    key, lost = keyring.replace_key(engine, OWNER, '磁盘损坏', {})
    assert act(engine) == key
    assert lost == ([] if how == 'missing' else list(copied))
    assert [one for one in told(engine) if one[1] not in {f'key {name}' for name in lost}] == []
    keys.believe(copied)
    assert told(engine) == []
    engine.close()


def test_other_processes_see_a_rotation_with_their_next_entry(forger, keys: KeyFile) -> None:
    """A-04: no restart; the old key's last word names the new one, and both verify."""
    mine, other = opened(forger, keys), opened(forger, KeyFile(keys.path))
    before = act(other)
    after, was = keyring.rotate(mine, OWNER, '年度更换')
    assert was == before != after
    assert act(other) == act(mine) == after
    with mine.reading() as connection:
        rows = connection.execute(select(evidence.c.key, evidence.c.objects).where(evidence.c.chain == 'hall')).all()
        assert [row.key for row in rows if f'key/{after}' in row.objects] == [before]
        assert set(connection.execute(select(evidence_key.c.id)).scalars()) >= {before, after}
    assert told(other) == []
    mine.close()
    other.close()


def test_what_is_refused_is_said_in_both_languages(keys: KeyFile) -> None:
    """A-04: a clerk reads why nothing can be saved."""
    keys.path.unlink()
    with pytest.raises(KeyRefused) as refused:
        keys.current()
    assert (refused.value.status, refused.value.outage) == (503, 'unsealed')
    assert in_english(refused.value.zh) != refused.value.zh
