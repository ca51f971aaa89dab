"""How many statements a clerk's act takes: what a case, its hall and its people are is asked once a transaction."""

from __future__ import annotations

import pytest

from engine import FixedClock
from tests.bench.office import WALKS, prepared
from web.root import make_engine

MOST = {'postgres': {'receive': 22, 'step': 20}, 'sqlite': {'receive': 32, 'step': 40}}
"""SQLite has no statement that writes several tables, and its BEGIN is counted; it has no way to go either."""


@pytest.mark.parametrize(('item', 'fate'), WALKS, ids=lambda value: getattr(value, 'code', value))
def test_every_step_of_the_shipped_items_takes_few_statements(database_url: str, clock: FixedClock, item, fate: str) -> None:
    """P-11, H-45: claim and complete together at most 20 statements (46 to 92 before), a process's first receipt at most 22 (53 before)."""
    engine = make_engine(database_url, clock)
    hall = prepared(engine)
    hall.walk(item, fate)
    most = MOST['postgres' if database_url.startswith('postgresql') else 'sqlite']
    assert max(hall.received.statements) <= most['receive']
    costly = {step: cost.statements for step, cost in hall.steps.items() if max(cost.statements) > most['step']}
    assert costly == {}
    engine.close()
