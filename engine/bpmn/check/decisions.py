"""Decision tables of a bundle: can they be read, and do they answer every case once?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.bpmn.dmn import Decision, coverage
from engine.bpmn.problem import Problem
from engine.bpmn.rulebook import decisions as rules

SINGLE = ('U', 'F', 'A', 'P')
"""Hit policies whose empty answer is a null that somebody must expect."""


def covered(every: Mapping[str, Decision], files: Mapping[str, str]) -> Iterator[Problem]:
    """Gaps and overlaps of the tables, where they are decidable. `files` says where a decision is written."""
    for decision in every.values():
        for found in coverage(decision) or ():
            place, file = (decision.id, found.line, decision.name), files[decision.id]
            if found.kind == 'overlap':
                first, second = found.rows
                yield rules.DECISION_OVERLAP.at(*place, file=file, sample=found.sample, first=first, second=second)
            elif decision.hit_policy in SINGLE and all(output.default is None for output in decision.outputs):
                yield rules.DECISION_GAP.at(*place, file=file, sample=found.sample)
