"""H-14: what a frame's verbs do with steps is one value; it answers which tasks are open only when it knows."""

from __future__ import annotations

import pytest

from engine.core.steps import Completing, Steps

A, B = ('受理', 'W01'), ('审查', 'W02')


@pytest.mark.parametrize(
    ('opened', 'ids', 'still_open', 'known'),
    [
        ({}, [], None, None),  # no step was taken yet
        ({'a': A, 'b': B}, [7, 8], frozenset('ab'), ((7, *A), (8, *B))),
        ({'a': A}, [], frozenset('a'), None),  # not sent, so it has no id
        ({'a': A}, [7], frozenset('ab'), None),  # another one was open before
        ({'a': A}, [7], frozenset('b'), None),  # opened and closed here, while another one stays open
        ({}, [], frozenset(), ()),
    ],
)
def test_the_open_tasks_are_told_without_asking_only_when_all_of_them_were_opened_here(opened, ids, still_open, known) -> None:
    """H-14: the numbers may agree while the tasks are others."""
    assert Steps(opened=opened, ids=ids, open=still_open).all_open() == known


def test_the_history_names_who_signed_but_not_what_each_filled_in() -> None:
    """H-14: the last signer's data is the task's."""
    signed = {'by': 'li', 'name': '李', 'at': '2026-03-02T01:00:00+00:00'}
    done = Completing('王', {'ok': True}, 'wang', [{**signed, 'variables': {'ok': False}}])
    assert done.told() == {'name': '王', 'variables': {'ok': True}, 'signed': [signed]}
    assert 'signed' not in Completing('王', {}, 'wang', []).told()
