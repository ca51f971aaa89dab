"""Data associations: decoration where both ends have one name, refused where they would copy a variable."""

from __future__ import annotations

import pytest
from unit.bpmn.building import check, diagram, node

OBJECT = '<bpmn:dataObject id="do"/><bpmn:dataObjectReference id="dor" name="area" dataObjectRef="do"/>'


def _drawn(side: str, name: str) -> bytes:
    """A script that reads (Input) or writes (Output) the data object `area` by way of its own data of this name."""
    own = f'<bpmn:ioSpecification><bpmn:data{side} id="own" name="{name}"/><bpmn:inputSet/><bpmn:outputSet/></bpmn:ioSpecification>'
    source, target = ('dor', 'own') if side == 'Input' else ('own', 'dor')
    ends = f'<bpmn:sourceRef>{source}</bpmn:sourceRef><bpmn:targetRef>{target}</bpmn:targetRef>'
    inner = f'{own}<bpmn:data{side}Association>{ends}</bpmn:data{side}Association><bpmn:script>fee = 2</bpmn:script>'
    drawn: bytes = diagram(OBJECT + node('scriptTask', 'u', inner), 'start>u>end')
    return drawn


@pytest.mark.parametrize('side', ['Input', 'Output'])
@pytest.mark.parametrize(('name', 'copies'), [('size', True), ('area', False), ('', False), ('__targetRef_placeholder', False)])
def test_an_association_between_two_names_is_refused_and_decoration_is_a_note(side: str, name: str, copies: bool) -> None:
    """D-13: never "has no effect" of what would have one (BPMN 2.0.2 §10.4.2)."""
    problems = check(_drawn(side, name))
    refused = [problem for problem in problems if problem.is_error]
    assert [problem.code for problem in refused] == ['DETAIL_UNSUPPORTED'] * copies
    assert all('inputOutput' in problem.message and f'data{side}Association' in problem.message for problem in refused)
    assert {problem.code for problem in problems if not problem.is_error} == {'DETAIL_IGNORED'}
