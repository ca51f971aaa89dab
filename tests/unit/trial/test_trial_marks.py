"""A trial foretells the marks the hall will give."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine import limit_of
from engine.rows import StoredEvent
from tasks.marks.rules import of_clock
from tasks.workshop.trial.marks import marks

NOW = datetime(2026, 3, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize('clock', ['notify', 'promise', 'statutory', 'delivery', 'hearing'])
@pytest.mark.parametrize('limit', ['3个工作日', '10个工作日', '20日', '16个工作小时'])
def test_a_broken_clock_has_the_colour_the_hall_gives_it(clock: str, limit: str) -> None:
    """H-03: a hall that promises delivery in less than the law allows breaks a promise, no law: yellow, in a trial too."""
    data = {'clock': clock, 'due_at': NOW.isoformat()}
    event = StoredEvent(id=1, instance_id=1, seq=1, at=NOW, by='', event='clock.breached', element=None, token=None, data=data, hash='')
    assert [mark.colour for mark in marks([event], (), {clock: limit})] == [of_clock(clock, limit_of(limit))[1]]
