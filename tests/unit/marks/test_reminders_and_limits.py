"""Which timer of a step is its limit, and which one only reminds: one rule for the desk's order and for marks (H-01)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from engine import Hall, Ledger, TimerRow

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def row(token: str, limit: str, days: int | None, *, on_expiry: str = 'escalate', state: str = 'armed', host: str = 'step') -> TimerRow:
    due_at = None if days is None else START + timedelta(days=days)
    facts = {'element': token, 'host': host, 'limit': limit, 'anchor': START, 'stoppable': True}
    return TimerRow(id=1, token=token, state=state, due_at=due_at, on_expiry=on_expiry, **facts)


WARNING = row('w', '3个工作日', 3, on_expiry='warn', state='fired')


@pytest.mark.parametrize(
    ('fired', 'others', 'reminds'),
    [
        (WARNING, [], False),  # the only limit there is: its end is a breach, whatever it says
        (WARNING, [row('l', '5个工作日', 5)], True),
        (WARNING, [row('l', '5个工作日', None, state='stopped')], True),
        (WARNING, [row('l', 'promise', 7)], True),  # the case's promise, drawn on the step
        (WARNING, [row('l', '2个工作日', 2)], False),
        (WARNING, [row('l', '5个工作日', 5, host='other')], False),
        (WARNING, [row('l', 'R/PT24H', 5, on_expiry='warn')], False),
        (WARNING, [row('l', 'promise - 1个工作日', 6, on_expiry='warn')], False),
        (row('l', '3个工作日', 3, state='fired'), [row('m', '5个工作日', 5)], False),
        (row('l', 'promise - 1个工作日', 3, state='fired'), [], True),
        (row('l', 'promise', 3, state='fired'), [], False),
    ],
)
@pytest.mark.parametrize('there', [True, False])
def test_a_timer_reminds_where_a_later_limit_of_the_step_follows(
    fired: TimerRow, others: list[TimerRow], reminds: bool, there: bool
) -> None:
    """H-01: marks and the desk's order ask one rule; it answers alike whether the timer's own row is still in the ledger or not."""
    ledger = Ledger(Hall(), timers={one.token: one for one in others}, fired=[fired] if there else [])
    assert ledger.reminds(fired) is reminds
