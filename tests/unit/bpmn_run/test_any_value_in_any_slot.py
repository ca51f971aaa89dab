"""D-01, D-07: number, truth value, list, context, null, text in every expression slot: a value or an incident, never an exception."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.bpmn_run.sketch import Case, program

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)
SLOTS = {
    'condition': 'start s\nxor g\nuser a\nuser b\nend e\ns -> g\ng -> a ? {}\ng => b\na -> e\nb -> e',
    'collection': 'start s\nuser a each={}\nend e\ns -> a -> e',
    'cardinality': 'start s\nuser a times={}\nend e\ns -> a -> e',
    'mapping': 'start s\nuser a in.y={}\nend e\ns -> a -> e',
}
TEXTS = ('x', '${x}', '${x>3}', "${x.equals('a')}", "${x=='true'}", '${!x}', '${x.size()>0}', 'x>3', '${x[0]}')
PROGRAMS = {(slot, text): program(drawn.format(text)) for slot, drawn in SLOTS.items() for text in TEXTS}


@pytest.mark.parametrize('slot', SLOTS)
@pytest.mark.parametrize('text', TEXTS)
@given(value=VALUES)
@settings(max_examples=12, deadline=None)
def test_any_value_is_used_or_told(slot: str, text: str, value: Any) -> None:
    case = Case(PROGRAMS[slot, text], {'x': value})
    assert case.last.failed or case.last.user_tasks or case.ended is not None
    for failed in case.last.failed:
        assert failed.message
