"""The prover: what conditions say of every value a variable can have. It asks the expressions themselves on one sample of each piece.

Gateways, the token game and decision tables ask it. It never guesses: what it cannot cut into pieces is undecided.
"""

from engine.bpmn.proving.outcomes import Outcomes, Sample, prove
from engine.bpmn.proving.pieces import OTHER, Domain, days, numbers, united

__all__ = ['OTHER', 'Domain', 'Outcomes', 'Sample', 'days', 'numbers', 'prove', 'united']
