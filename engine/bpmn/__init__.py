"""The only room that knows SpiffWorkflow and lxml; no SQL inside."""

from engine.bpmn.check import House, check_bundle
from engine.bpmn.draw import draw
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.program import Program, build_program
from engine.bpmn.read import read_diagram
from engine.bpmn.run import BpmnError, Host, Run

__all__ = [
    'BpmnError',
    'DiagramError',
    'Host',
    'House',
    'Problem',
    'Program',
    'Run',
    'build_program',
    'check_bundle',
    'draw',
    'read_diagram',
]
