"""Decision tables and literal decisions (DMN 1.3): read from `.dmn` files, compiled once, evaluated with FEEL, checked for gaps."""

from engine.bpmn.dmn.coverage import CoverageFinding, coverage
from engine.bpmn.dmn.deciding import DecisionError, decide, holding
from engine.bpmn.dmn.model import Decision, Input, Output, Row
from engine.bpmn.dmn.reading import decisions_of, read_decisions

__all__ = [
    'CoverageFinding',
    'Decision',
    'DecisionError',
    'Input',
    'Output',
    'Row',
    'coverage',
    'decide',
    'decisions_of',
    'holding',
    'read_decisions',
]
