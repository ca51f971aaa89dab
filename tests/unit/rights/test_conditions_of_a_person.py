"""The conditions of a person's relations are built once, however often a page asks; nobody gets those of another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine import Actor
from tasks.rights.relations import of_case, of_task
from tasks.rights.table import RELATIONS

CLERK = Actor('a', roles=frozenset({'clerk'}), groups=frozenset({'w1'}), hall='h1')


@pytest.mark.parametrize('conditions', [of_case, of_task])
def test_they_are_built_once_for_whoever_is_the_same(conditions) -> None:
    """P-06: a case page asks its reader's relations many times, and building them took half its time."""
    assert conditions(CLERK, RELATIONS) is conditions(replace(CLERK), RELATIONS)
    with pytest.raises(TypeError):
        conditions(CLERK, RELATIONS)['holder'] = None


@pytest.mark.parametrize('conditions', [of_case, of_task])
@pytest.mark.parametrize('change', [{'id': 'b'}, {'groups': frozenset({'w2'})}, {'roles': frozenset({'supervisor'})}, {'hall': 'h2'}])
def test_whoever_differs_in_anything_has_his_own(conditions, change) -> None:
    """A-05: a window, a role or a hall that changed counts from the next page on."""
    other = conditions(replace(CLERK, **change), RELATIONS)
    assert other is not conditions(CLERK, RELATIONS)
    assert all(one is not other.get(name) for name, one in conditions(CLERK, RELATIONS).items())
