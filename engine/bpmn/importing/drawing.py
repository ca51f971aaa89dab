"""A drawing for a diagram that has none: BPMNDI written from the plain layout, a sheet for every closed subprocess."""

from __future__ import annotations

from lxml import etree

from engine.bpmn.draw_layout import laid_out
from engine.bpmn.importing.tree import PREFIXES
from engine.bpmn.model import Diagram
from engine.bpmn.read_node import SUBPROCESSES
from engine.bpmn.xml import BPMNDI, Node, local


def drawn(root: Node, diagram: Diagram) -> bool:
    """Write a drawing into the tree when no element of the diagram has one. Whether it did."""
    if any(element in diagram.shapes for element in diagram.elements) or not diagram.elements:
        return False
    for node in [child for child in root if local(child) == 'BPMNDiagram']:
        root.remove(node)
    scopes = [process.id for process in diagram.processes if diagram.inside(process.id)]
    scopes += [element.id for element in diagram.elements.values() if element.kind in SUBPROCESSES and diagram.inside(element.id)]
    for scope in scopes:
        _sheet(root, laid_out(diagram, scope), scope)
    return True


def _sheet(root: Node, diagram: Diagram, scope: str) -> None:
    sheet = etree.SubElement(root, f'{{{BPMNDI}}}BPMNDiagram', id=f'{scope}_diagram')
    plane = etree.SubElement(sheet, f'{{{BPMNDI}}}BPMNPlane', id=f'{scope}_plane', bpmnElement=scope)
    for shape in diagram.shapes.values():
        made = etree.SubElement(plane, f'{{{BPMNDI}}}BPMNShape', id=f'{shape.element}_di', bpmnElement=shape.element)
        kind = diagram.elements[shape.element].kind
        if kind in SUBPROCESSES:
            made.set('isExpanded', 'false')
        box = {'x': shape.x, 'y': shape.y, 'width': shape.width, 'height': shape.height}
        etree.SubElement(made, f'{{{PREFIXES["dc"]}}}Bounds', {name: f'{value:g}' for name, value in box.items()})
    for edge in diagram.edges.values():
        made = etree.SubElement(plane, f'{{{BPMNDI}}}BPMNEdge', id=f'{edge.element}_di', bpmnElement=edge.element)
        for x, y in edge.points:
            etree.SubElement(made, f'{{{PREFIXES["di"]}}}waypoint', x=f'{x:g}', y=f'{y:g}')
