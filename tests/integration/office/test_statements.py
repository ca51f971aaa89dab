"""How many statements a clerk's act takes: what a case, its hall and its people are is asked once a transaction."""

from __future__ import annotations

import pytest

from engine import FixedClock
from tests.bench.office import WALKS, prepared
from web.root import make_engine

MOST = {'postgres': {'receive': 22, 'step': 20}, 'sqlite': {'receive': 32, 'step': 40}}
"""SQLite has no statement that writes several tables, and its BEGIN is counted; it has no way to go either."""
READING_THE_BUNDLE = 8
"""What the first act after a start takes more: it finds its bundle unread, reads it outside a write transaction and begins again (A-09)."""


@pytest.mark.parametrize(('item', 'fate'), WALKS, ids=lambda value: getattr(value, 'code', value))
def test_every_step_of_the_shipped_items_takes_few_statements(database_url: str, clock: FixedClock, item, fate: str) -> None:
    """P-11, H-45: claim and complete together at most 20 statements (46 to 92 before), a receipt at most 22 (53 before)."""
    engine = make_engine(database_url, clock)
    engine.migrate()
    hall = prepared(engine)
    hall.walk(item, fate)
    hall.receive(item)
    most = MOST['postgres' if database_url.startswith('postgresql') else 'sqlite']
    first, *later = hall.received.statements
    assert first <= most['receive'] + READING_THE_BUNDLE
    assert max(later) <= most['receive']
    costly = {step: cost.statements for step, cost in hall.steps.items() if max(cost.statements) > most['step']}
    assert costly == {}
    engine.close()
