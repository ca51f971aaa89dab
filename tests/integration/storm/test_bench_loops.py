"""The bench prepares its cases in one process and completes them in others."""

from __future__ import annotations

import pytest

from tests.bench.harness import VARIABLES
from tests.bench.ours import OurLoop, UnsealedLoop
from tests.bench.w1 import DIAGRAM, PROCESS


@pytest.mark.parametrize('make', [OurLoop, UnsealedLoop])
def test_what_one_process_has_prepared_another_completes(database_url: str, make: type) -> None:
    """A-04: all of them sign with the key that the hall knows."""
    prepared, loop = OurLoop(database_url), make(database_url)
    done = 0
    for case in prepared.prepare(DIAGRAM, PROCESS, 2):
        while loop.complete(case, VARIABLES):
            done += 1
    assert done == 10  # six user tasks a case, of which the last ends it
    prepared.engine.close()
    loop.close()
