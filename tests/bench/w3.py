"""Workload w3: one user task in a loop, completed a hundred times. The last ten must not cost much more than the first ten."""

from __future__ import annotations

import time
from typing import Any

from tests.bench.harness import HERE, database, middle
from tests.bench.ours import OurLoop


def w3(url: str | None, *, loops: int = 100, cases: int = 5) -> dict[str, Any]:
    """The median cost of the first and the last ten completions over some cases, and their ratio."""
    with database(url) as where:
        loop = OurLoop(where)
        loop.prepare(HERE / 'loop.bpmn', 'loop-warm-up', 1)
        first, last = [], []
        for case in loop.prepare(HERE / 'loop.bpmn', 'loop', cases):
            costs = []
            for _ in range(loops):
                began = time.perf_counter()
                loop.complete(case, {'finished': False, 'note': '复核'})
                costs.append(time.perf_counter() - began)
            first += costs[:10]
            last += costs[-10:]
        return {
            'workload': 'w3',
            'database': where.split(':', 1)[0],
            'loops': loops,
            'first_ten_ms': middle([1000 * cost for cost in first]),
            'last_ten_ms': middle([1000 * cost for cost in last]),
            'ratio': middle([middle([1000 * c for c in last]) / middle([1000 * c for c in first])]),
        }
