"""Workload w1: the joint approval (accept, then three parallel reviews with boundary timers, decide, issue) against the bare loop.

Both loops do the same completions on the same database in the same run, in turn; the ratio is the median of the pairs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.bench.bare import BareLoop, fresh_text
from tests.bench.harness import HERE, Pace, analyse, database, middle, processes_of, run_group
from tests.bench.ours import OurLoop, UnsealedLoop

DIAGRAM = HERE / 'joint-approval.bpmn'
PROCESS = 'joint_approval'
Tell = Callable[[str], None]


def _pair(pool: Any, processes: int, url: str, text: str, cases: int) -> tuple[Pace, Pace]:
    bare, ours = BareLoop(url).prepare(text, cases), OurLoop(url).prepare(DIAGRAM, PROCESS, cases)
    analyse(url)  # what autovacuum does on a database that has been running for a while
    return run_group(pool, processes, BareLoop, url, bare), run_group(pool, processes, OurLoop, url, ours)


def w1(
    url: str | None, *, cases: int = 120, rounds: int = 3, processes: tuple[int, ...] = (1, 2, 4), tell: Tell = lambda _: None
) -> dict[str, Any]:
    """Completions a second of both loops and their ratio, for each number of processes. `cases` of six user tasks each a round."""
    text = fresh_text(DIAGRAM, PROCESS)
    rows = []
    with database(url) as where:
        for count in processes:
            with processes_of(count) as pool:
                _pair(pool, count, where, text, max(2 * count, 8))  # warm-up: connections, caches
                pairs = []
                for number in range(rounds):
                    pairs.append(_pair(pool, count, where, text, cases))
                    tell(f'{count} process(es), round {number + 1}: bare {pairs[-1][0].rate:.0f}/s, ours {pairs[-1][1].rate:.0f}/s')
            rows.append(
                {
                    'processes': count,
                    'bare_per_second': middle([bare.rate for bare, _ in pairs]),
                    'ours_per_second': middle([ours.rate for _, ours in pairs]),
                    'ratio': middle([ours.rate / bare.rate for bare, ours in pairs]),
                }
            )
        return {'workload': 'w1', 'database': where.split(':', 1)[0], 'cases': cases, 'rounds': rounds, 'results': rows}


def share_of_evidence(url: str | None, *, cases: int = 60, rounds: int = 5) -> float:
    """Which share of a completion's time is spent on evidence: completions with and without, in turn, on one database; the median."""
    with database(url) as where, processes_of(1) as pool:
        shares = []
        for number in range(rounds + 1):
            sealed, bare = OurLoop(where).prepare(DIAGRAM, PROCESS, cases), UnsealedLoop(where).prepare(DIAGRAM, PROCESS, cases)
            analyse(where)
            with_it, without = run_group(pool, 1, OurLoop, where, sealed), run_group(pool, 1, UnsealedLoop, where, bare)
            shares += [1 - with_it.rate / without.rate] if number else []  # the first warms up
        return middle(shares)
