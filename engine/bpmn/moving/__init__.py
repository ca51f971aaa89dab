"""A running case on another diagram, or on another step of its own: what stands in the way, and the state afterwards. No SQL."""

from engine.bpmn.moving.ahead import Past, passed_over
from engine.bpmn.moving.findings import Finding, finding
from engine.bpmn.moving.relocate import CHOICES, KEEP, RELIMIT, RESTART, Added, Placement, Relocation, relocate
from engine.bpmn.moving.step import MoveResult, Standing, move, raise_ids, standing

__all__ = [
    'CHOICES',
    'KEEP',
    'RELIMIT',
    'RESTART',
    'Added',
    'Finding',
    'MoveResult',
    'Past',
    'Placement',
    'Relocation',
    'Standing',
    'finding',
    'move',
    'passed_over',
    'raise_ids',
    'relocate',
    'standing',
]
