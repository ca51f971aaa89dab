"""Which element of a revision is the one of before: what comparison and migration propose."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine import Bundle, read_path
from engine.bpmn import read_diagram
from engine.bpmn.pairing import paired
from tasks.catalogue.comparison.versions import compare

SHIPPED = read_path(Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence')
TEXT = SHIPPED.files['process.bpmn'].decode()
DIAGRAM = read_diagram(SHIPPED.files['process.bpmn'])


def renumbered(*ids: str) -> str:
    """The shipped diagram with other ids for these elements, as a modeler gives when a step is drawn anew."""
    text = TEXT
    for one in ids:
        text = re.sub(rf'\b(id|sourceRef|targetRef|attachedToRef|bpmnElement)="{one}"', rf'\1="Activity_{one}_x"', text)
        text = text.replace(f'<bpmn:flowNodeRef>{one}<', f'<bpmn:flowNodeRef>Activity_{one}_x<')
    return text


@pytest.mark.parametrize('ids', [('audit',), ('intake', 'audit'), ('approval_process',), ('approval_process', 'audit', 'document_review')])
def test_a_step_drawn_anew_is_the_same_step(ids: tuple[str, ...]) -> None:
    """D-39, D-40: same name and place; everything around it stays what it was."""
    found = paired(DIAGRAM, read_diagram(renumbered(*ids).encode()))
    assert {one: found.get(one) for one in ids} == {one: f'Activity_{one}_x' for one in ids}
    others = set(DIAGRAM.elements) - set(ids)
    assert {one: found.get(one) for one in others} == {one: one for one in others}
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize('ids', [('audit',), ('intake',), ('approval_process',)])
def test_a_new_id_alone_changes_no_handling(ids: tuple[str, ...]) -> None:
    """D-39: no step deleted and added, no flow listed because an id changed."""
    found = compare(SHIPPED, Bundle({**SHIPPED.files, 'process.bpmn': renumbered(*ids).encode()}, SHIPPED.name))
    assert {(one.kind, one.aspect) for one in found.changes if one.subject.endswith('_x')} == {('changed', 'id')}
    assert found.semantic == ()


def test_what_is_doubtful_is_nobodys() -> None:
    """D-40: two steps of one name on a side are left to the person who migrates."""
    twice = renumbered('audit', 'site_inspection').replace('name="现场核查"', 'name="审核"')
    assert {'audit', 'site_inspection'}.isdisjoint(paired(DIAGRAM, read_diagram(twice.encode())))


def test_another_kind_is_another_step() -> None:
    changed = renumbered('audit').replace('<bpmn:userTask id="Activity_audit_x"', '<bpmn:manualTask id="Activity_audit_x"', 1)
    head, _, tail = changed.partition('<bpmn:manualTask id="Activity_audit_x"')
    changed = head + '<bpmn:manualTask id="Activity_audit_x"' + tail.replace('</bpmn:userTask>', '</bpmn:manualTask>', 1)
    assert 'audit' not in paired(DIAGRAM, read_diagram(changed.encode()))
