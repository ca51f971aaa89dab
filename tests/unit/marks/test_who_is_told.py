"""Who is reminded of open work: who has it, else its window, else each whom the diagram names (D-05)."""

from __future__ import annotations

import pytest

from tasks.marks.duty import WorkStep

TOLD = {
    'the holder': ('li', 'w1', ['wang'], [('li', 'w1')]),
    'the window': (None, 'w1', ['wang'], [(None, 'w1')]),
    'the candidates': (None, '', ['wang', 'zhao'], [('wang', ''), ('zhao', '')]),
    'the holder among candidates': ('wang', '', ['wang', 'zhao'], [('wang', '')]),
}


@pytest.mark.parametrize('who', TOLD)
def test_work_is_told_to_who_has_it(who: str) -> None:
    assignee, window, users, told = TOLD[who]
    step = WorkStep(
        token='1',
        scope=[],
        element='u',
        name='u',
        group_key=window,
        candidate_groups=[window] if window else [],
        candidate_users=users,
        assignee=assignee,
        closed_by=None,
        state='open',
    )
    assert step.told == told
