"""Who works each step of an imported diagram, and a window written where an analyst picks one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lxml import etree

from engine.bpmn.importing.tree import bpmn, camunda
from engine.bpmn.model import Diagram
from engine.bpmn.vendors import VENDORS
from engine.bpmn.xml import parse_xml, split_name

_STEPS = {'userTask', 'manualTask'}


@dataclass(frozen=True)
class BroughtStep:
    """A step that people work: the window as written (a candidate group, else the lane), and the person or people named."""

    element: str
    name: str
    window: str
    people: str
    form: str


def steps_of(diagram: Diagram) -> tuple[BroughtStep, ...]:
    """The user and manual tasks in document order."""
    found = []
    for element in diagram.elements.values():
        if element.kind in _STEPS:
            group, lane = element.attrs.get('candidateGroups', '').strip(), diagram.lane_name(element) or ''
            people = ' '.join(filter(None, (element.attrs.get('assignee', ''), element.attrs.get('candidateUsers', ''))))
            found.append(BroughtStep(element.id, element.name, group or lane, people, element.form_ref or ''))
    return tuple(found)


def with_windows(source: bytes, chosen: Mapping[str, str]) -> bytes:
    """The diagram with these windows (element id to code) as the candidate groups of its steps. Raises DiagramError."""
    root = parse_xml(source)
    for node in root.iter(*(bpmn(kind) for kind in sorted(_STEPS))):
        code = chosen.get(node.get('id') or '')
        if code:
            for name in [each for each in node.attrib if split_name(each)[0] in VENDORS and split_name(each)[1] == 'candidateGroups']:
                del node.attrib[name]
            node.set(camunda('candidateGroups'), code)
    return written(root)


def written(root: object) -> bytes:
    """The tree as text: UTF-8, one element a line."""
    etree.indent(root, '  ')
    return bytes(etree.tostring(root, encoding='UTF-8', xml_declaration=True)) + b'\n'
