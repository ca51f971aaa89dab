"""A running case on another diagram, or on another step of its own: what stands in the way, and the state afterwards. No SQL."""

from engine.bpmn.moving.ahead import Past
from engine.bpmn.moving.findings import Finding, finding
from engine.bpmn.moving.placing import place, places, raise_ids
from engine.bpmn.moving.wanted import CHOICES, KEEP, RELIMIT, RESTART, Added, Carried, CasePlace, Placed, Wanted

__all__ = [
    'CHOICES',
    'KEEP',
    'RELIMIT',
    'RESTART',
    'Added',
    'Carried',
    'CasePlace',
    'Finding',
    'Past',
    'Placed',
    'Wanted',
    'finding',
    'place',
    'places',
    'raise_ids',
]
