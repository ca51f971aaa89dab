"""The only room that knows SpiffWorkflow and lxml; no SQL inside."""

from engine.bpmn.check import House, ItemRules, WindowRule, check_bundle, in_order
from engine.bpmn.check.people import accounts_of
from engine.bpmn.draw import draw
from engine.bpmn.edits import Fix
from engine.bpmn.fixing import NotFixable, apply, fix_of
from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.program import Program, build_program
from engine.bpmn.read import read_diagram
from engine.bpmn.run import BpmnError, Host, Run

__all__ = [
    'BpmnError',
    'DiagramError',
    'Fix',
    'Host',
    'House',
    'ItemRules',
    'NotFixable',
    'Problem',
    'Program',
    'Run',
    'WindowRule',
    'accounts_of',
    'apply',
    'build_program',
    'check_bundle',
    'draw',
    'fix_of',
    'in_order',
    'read_diagram',
]
