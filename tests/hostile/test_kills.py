"""Kill loops: nothing acknowledged is lost, nothing is done twice, nothing is found. A short one always, 500 with `make hostile`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine import SYSTEM
from tasks.backup.writing import back_up
from tests.hostile.kills import kill_the_hall, kill_the_restore
from tests.integration.office.conftest import Hall, bare_office, hall  # noqa: F401  fixtures
from web.root import make_engine

KILLS = int(os.environ.get('YIZHAN_HOSTILE_KILLS', '6'))
SEED = 20260302


@pytest.fixture
def whole(hall: Hall) -> Iterator[Hall]:  # noqa: F811
    """The hall with everything that listens, and its evidence begun."""
    engine = make_engine(hall.engine.url, hall.clock)
    engine.migrate()
    hall.engine.database.dispose()
    yield Hall(engine, hall.clock, hall.actors)
    engine.close()


@pytest.mark.slow
def test_a_hall_that_is_killed_at_work_loses_nothing_and_does_nothing_twice(
    whole: Hall, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B: kill -9 of a process that does all that a hall does."""
    figures = kill_the_hall(whole, tmp_path, KILLS, SEED)
    with capsys.disabled():
        print('\n' + figures.line(f'hall on {whole.engine.database.dialect.name}'))
    assert figures.clean, (figures.lost[:5], figures.twice[:5], figures.found[:5])
    assert figures.acts > 0


@pytest.mark.slow
def test_a_restore_that_is_killed_leaves_the_old_hall_or_the_new_one(
    whole: Hall, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """B-02: kill -9 of a restore at any moment leaves nothing half in force."""
    for _ in range(3):
        whole.walk(whole.receive().case_no, 'intake')
    back_up(whole.engine, SYSTEM, tmp_path / 'backup')
    figures = kill_the_restore(whole, tmp_path / 'backup', tmp_path, max(3, KILLS // 10), SEED)
    with capsys.disabled():
        print('\n' + figures.line(f'restore on {whole.engine.database.dialect.name}'))
    assert figures.clean, (figures.lost[:5], figures.found[:5])
