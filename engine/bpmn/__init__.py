"""The only room that knows SpiffWorkflow and lxml; no SQL inside."""

from engine.bpmn.problem import DiagramError, Problem
from engine.bpmn.read import read_diagram

__all__ = ['DiagramError', 'Problem', 'read_diagram']
